# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done on the server for which change, and in which of the steps."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.mail import maps
from ansible_collections.konak.it.plugins.plugin_utils.mail.apply import Steps, steps
from ansible_collections.konak.it.plugins.plugin_utils.mail.attributes import SHARE, rights
from unit.mail.post import LEFT, ME, SHORT, changes, live_of, town

BACK = {**LEFT, "from": "2026-09-07", "until": None, "earlier": [{"from": "2020-01-06", "until": "2026-06-01"}]}
SHARED = {f"group=u-evrak.{right}": words for right, words in SHARE.items()}


def done(before: Any, now: Any, *, retire: bool = False, **instead: Any) -> Steps:
    live = live_of(before, **instead)
    return steps(live.items, changes(now, live, retire=retire), "+0300")


def mine(todo: Steps) -> tuple[str | None, bool, str | None]:
    """Where the mailbox is brought back to, whether its sessions end, and where it is brought away."""
    return todo.back.get("80001"), "80001" in todo.kick, todo.away.get("80001")


def users(todo: Steps) -> set[str]:
    """Who has a mailbox in use afterwards."""
    return {line.partition(":")[0] for line in todo.files[maps.USERS].splitlines()}


@pytest.mark.parametrize(
    ("before", "day", "kick", "away", "used"),
    [
        ("2026-06-01", "2026-06-02", True, None, True),
        ("2026-07-01", "2026-07-02", False, None, True),
        ("2026-07-31", "2026-08-01", True, "frozen", False),
        ("2026-08-30", "2026-08-31", True, "archive", False),
        ("2026-06-01", "2026-08-31", True, "archive", False),
    ],
)
def test_a_leaver(before, day, kick, away, used):
    todo = done(town(LEFT, day=before), town(LEFT, day=day))
    assert mine(todo) == (None, kick, away)
    assert todo.shares == {}
    assert ("80001" in users(todo)) is used


@pytest.mark.parametrize("left", ["2026-08-10", "2026-09-06"])
def test_one_who_comes_back_has_the_mailbox_before_mail_is_delivered_to_it(left):
    rehired = {name: value for name, value in BACK.items() if value is not None}
    todo = done(town(LEFT, day=left), town(rehired, day="2026-09-07"))
    assert mine(todo) == ("box", False, None)
    assert "80001" in users(todo)


def test_one_who_comes_back_while_the_mailbox_is_in_use_needs_no_move():
    rehired = {**ME, "from": "2026-07-15", "earlier": BACK["earlier"]}
    todo = done(town(LEFT, day="2026-07-14"), town(rehired, day="2026-07-15"))
    assert (todo.back, todo.kick, todo.away) == ({}, [], {})


def test_a_leave_ends_the_sessions_and_its_end_does_nothing():
    away = {**ME, "leave": [{"from": "2026-06-01", "until": "2026-06-30"}]}
    todo = done(town(away, day="2026-05-31"), town(away))
    assert (todo.back, todo.kick, todo.away) == ({}, ["80001"], {})
    assert "sule.ilgaz::::80001\n" in todo.files[maps.CLOSED]
    todo = done(town(away, day="2026-06-30"), town(away, day="2026-07-01"))
    assert (todo.back, todo.kick, todo.away) == ({}, [], {})
    assert "80001" not in todo.files[maps.CLOSED]


@pytest.mark.parametrize("at", ["archive", "frozen"])
def test_an_archive_whose_time_is_over_is_removed_wherever_it_is(at):
    now = town(LEFT, day="2027-06-02", organisation=SHORT)
    places = {"80001": at}
    todo = done(now, now, retire=True, places=places)
    assert mine(todo) == (None, True, "removed")
    assert done(now, now, places={"80001": "archive"}).away == {}, "it is not asked for"


def test_a_new_mailbox_of_a_person_is_neither_moved_nor_shared():
    todo = done(town(), town(ME))
    assert (todo.back, todo.kick, todo.away, todo.shares) == ({}, [], {}, {})
    assert "80001" in users(todo)


@pytest.mark.parametrize(
    ("shared", "shares"),
    [
        ({}, {"u-evrak": SHARED}),
        ({"u-evrak": {"group=u-evrak.read": ["l"]}}, {"u-evrak": SHARED}),
        ({"u-evrak": {**rights("u-evrak"), "user=40003": ["l", "r"]}}, {"u-evrak": SHARED}),
        ({"u-evrak": rights("u-evrak"), "40003": {"user=40005": ["l", "r"]}}, {}),
    ],
    ids=["new", "less", "by-hand", "a-person-s-own"],
)
def test_a_unit_s_mailbox_has_its_two_groups_and_nobody_else(shared, shares):
    todo = done(town(), town(), shared=shared)
    assert todo.shares == shares
    assert (todo.back, todo.kick, todo.away) == ({}, [], {})


def test_a_move_between_units_shares_nothing_anew():
    todo = done(town(ME), town({**ME, "unit": "imar"}))
    assert (todo.shares, todo.kick) == ({}, [])
    assert "80001::vmail:vmail:Şule Ilgaz,sule.ilgaz:::userdb_quota_storage_size=4096M\n" in todo.files[maps.USERS]
