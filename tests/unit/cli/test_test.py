# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of a check that failed."""

from __future__ import annotations

from ansible_collections.konak.it.cli.verbs.test import LINES, around_failure


def test_of_a_scenario_that_failed_the_first_failure_is_told_and_not_how_its_hosts_went():
    before, after = [f"ok {number}" for number in range(100)], [f"changed {number}" for number in range(100)]
    told = around_failure([*before, "fatal: [pbx2]: FAILED! => why", *after])
    assert len(told) == LINES
    assert told[5] == "fatal: [pbx2]: FAILED! => why"
    assert around_failure(["fatal: [pbx2]", *after])[0] == "fatal: [pbx2]"
    assert around_failure(after) == after[-LINES:]
    assert around_failure([]) == []
