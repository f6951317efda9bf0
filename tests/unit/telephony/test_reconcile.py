# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan is made from the exchange's own records, and says of a person's life exactly what follows from it."""

from __future__ import annotations

import hashlib

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.telephony import files, reconcile
from ansible_collections.konak.it.plugins.plugin_utils.telephony.intent import intent
from telephony_city import files_of, telephony_city

RIGHTS = {"calls_closed: [local]": "calls_closed: [local, mobile]"}
HOLIDAY = {"    - {day: 2026-07-15": "    - {day: 2026-08-30, name: Zafer Bayramı}\n    - {day: 2026-07-15"}
RENAMED = {"    family: Yıldız": "    family: Yıldız Kaya"}
NUMBER = {'    extension: "7002"': '    extension: "7012"'}
LEFT = {'    extension: "7002"': '    extension: "7002"\n    until: 2026-05-31'}
LEAVE = {'    extension: "7002"': '    extension: "7002"\n    leave:\n      - {from: 2026-05-25, until: 2026-06-12}'}
MOVED = {"    unit: cagri\n    title: Nöbetçi memur": "    unit: imar\n    title: Mimar"}
TRUNK = {"    - {code: yedek, host: yedek.deneme.bel.tr, priority: 2}\n": ""}


def plan(changed):
    live = files.read_records(files_of(telephony_city())[files.RECORDS])
    found = reconcile.changes(intent(telephony_city(changed)), live)
    return {f"{change.action} {change.kind} {change.key}": set(change.fields) for change in found}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, {}),
        (RIGHTS, {"update rights cagri": {"closed"}}),
        (HOLIDAY, {"update calendar city": {"off"}}),
        (RENAMED, {"update line 80002": {"name"}}),
        (MOVED, {"update line 80002": {"pickup"}, "update group cagri": {"rings"}}),
        (NUMBER, {"update line 80002": {"number"}, "create number 7012": {"to"},
                  "delete number 7002": {"to"}}),
        (LEFT, {"disable line 80002": {"open"}, "update number 7002": {"to"}, "update group cagri": {"rings"}}),
        (LEAVE, {"disable line 80002": {"open"}, "update number 7002": {"to"}, "update group cagri": {"rings"}}),
        (TRUNK, {"delete trunk yedek": {"host", "port", "priority", "encrypted"}}),
    ],
)  # fmt: skip
def test_an_edit_is_the_changes_that_follow_from_it(changed, expected):
    assert plan(changed) == expected


def test_a_change_says_where_it_comes_from():
    live = files.read_records(files_of(telephony_city())[files.RECORDS])
    [change] = reconcile.changes(intent(telephony_city(RENAMED)), live)
    assert change.reasons[0].file == "inventory/telephony.yml"
    assert change.fields["name"] == {"before": "Tarık Yıldız", "after": "Tarık Yıldız Kaya"}


def test_a_file_that_was_changed_by_hand_is_named():
    rendered = files_of(telephony_city())
    digests = {path: hashlib.sha256(text.encode()).hexdigest() for path, text in rendered.items()}
    assert list(reconcile.by_hand(rendered, digests)) == []
    digests[files.LINES] = hashlib.sha256(b"by hand").hexdigest()
    del digests[files.BOXES]
    assert list(reconcile.by_hand(rendered, digests)) == [files.LINES, files.BOXES]


def test_an_edit_changes_the_files_that_it_must_and_no_others():
    before, after = files_of(telephony_city()), files_of(telephony_city(RENAMED))
    assert {path for path in before if before[path] != after[path]} == {files.RECORDS, files.LINES, files.BOXES}
    after = files_of(telephony_city(RIGHTS))
    assert {path for path in before if before[path] != after[path]} == {files.RECORDS, f"{files.OWN}/dialplan.conf"}
