# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that several verbs have."""

from __future__ import annotations

import argparse

import pytest
from ansible_collections.konak.it.cli import options
from ansible_collections.konak.it.cli.errors import UsageError


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    options.add_scope(parser)
    options.add_allow(parser)
    return parser.parse_args(words)


def test_allowances_by_name():
    args = parsed("--allow", "directory.person.disable=12", "--allow", "directory.unit.delete=0")
    assert options.allowances(args) == {"directory.person.disable": 12, "directory.unit.delete": 0}
    assert options.allowances(parsed()) == {}


@pytest.mark.parametrize(
    "text",
    [
        "12",
        "directory.person.disable",
        "directory.person.disable=",
        "directory.person.disable=-1",
        "directory.person.disable=all",
        "directory.person.disable=1.5",
        "directory.person.disable=1=2",
        "person.disable=12",
        "a.b.c.d=12",
        "=12",
        "",
    ],
)
def test_an_allowance_that_is_not_understood(text):
    with pytest.raises(UsageError) as caught:
        options.allowances(parsed("--allow", text))
    assert caught.value.message == f"--allow {text} is not understood"
    assert caught.value.remedy == "write it as the guard does: directory.person.disable=12"


def test_only_what_was_given_reaches_the_playbooks():
    assert options.variables(parsed()) == {}
    args = parsed("--only", "directory", "--only", "directory", "--limit", "unit=imar", "--allow", "a.b.c=1")
    assert options.variables(args) == {
        "konak_only": ["directory"],
        "konak_limit": "unit=imar",
        "konak_allowed": {"a.b.c": 1},
    }
