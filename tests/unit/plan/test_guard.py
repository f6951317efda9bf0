# SPDX-License-Identifier: GPL-3.0-or-later
"""The guard lets through the larger of a number and a share, stops one more, and says how to let it pass knowingly."""

from __future__ import annotations

import pytest
from ansible_collections.konak.it.plugins.module_utils.guard import Limit, check, check_read
from ansible_collections.konak.it.plugins.module_utils.plan import ACTIONS, Change, Reason, Stop
from hypothesis import example, given
from hypothesis import strategies as st

DISABLE = Limit("directory", "person", "disable", 5, 0.02)
PEOPLE = ("directory", "person")


RECORD, NO_RECORD = Reason(file="people.yml", line=7), Reason("no record in the inventory has the person key 1")


def disabling(count: int, action: str = "disable", reason: Reason = RECORD) -> list[Change]:
    return [Change("directory", "person", str(key), action, "", {}, (reason,)) for key in range(count)]


def stopped(count: int, live: int, allowed: dict[str, int] | None = None) -> bool:
    return bool(check(disabling(count), {PEOPLE: live}, [DISABLE], allowed))


@pytest.mark.parametrize(
    ("live", "ceiling"),
    [(0, 5), (100, 5), (250, 5), (299, 5), (300, 6), (1000, 20), (10_000, 200)],
)
def test_the_larger_of_count_and_share_passes_and_one_more_does_not(live, ceiling):
    assert not stopped(ceiling, live)
    assert stopped(ceiling + 1, live)


@example(percent=29, live=100)
@given(percent=st.integers(0, 100), live=st.integers(0, 100_000))
def test_a_share_is_exact_whatever_floats_make_of_it(percent, live):
    """29 % of 100 are 29, though 0.29 * 100 is a little less."""
    assert Limit("directory", "person", "disable", 0, percent / 100).ceiling(live) == percent * live // 100


def test_nothing_live_leaves_the_count():
    assert not check(disabling(5), {}, [DISABLE])
    assert check(disabling(6), {}, [DISABLE])


def test_no_change_passes_a_limit_of_none():
    assert check([], {PEOPLE: 100}, [Limit("directory", "person", "disable", 0)]) == []
    assert len(check(disabling(1), {PEOPLE: 100}, [Limit("directory", "person", "disable", 0)])) == 1


@given(st.lists(st.sampled_from(ACTIONS), max_size=20), st.sampled_from(ACTIONS), st.integers(0, 20))
def test_only_changes_of_the_limits_own_action_count(actions, action, count):
    changes = [Change("directory", "person", str(key), name, "", {}) for key, name in enumerate(actions)]
    stops = check(changes, {}, [Limit("directory", "person", action, count)])
    assert bool(stops) == (actions.count(action) > count)


def test_other_systems_and_kinds_are_not_counted():
    others = [Change("mail", "person", str(key), "disable", "", {}) for key in range(9)]
    others += [Change("directory", "service", str(key), "disable", "", {}) for key in range(9)]
    assert check(others, {}, [DISABLE]) == []


def test_an_allowance_lets_that_many_pass_and_no_more():
    assert not stopped(12, 100, {"directory.person.disable": 12})
    assert stopped(13, 100, {"directory.person.disable": 12})
    assert stopped(12, 100, {"directory.person.rename": 12})
    assert not stopped(5, 100, {"directory.person.disable": 0}), "an allowance never makes a limit tighter"


def test_a_stop_says_how_many_where_how_many_pass_and_what_to_do():
    assert check(disabling(6), {PEOPLE: 118}, [DISABLE]) == [
        Stop(
            rule="directory.person.disable",
            message="6 times disable of a person in one run, where 5 pass unasked",
            remedy="look whether the days and records in the last commits are meant; "
            "if it is meant: --allow directory.person.disable=6",
            system="directory",
        )
    ]


def test_a_stop_says_how_many_are_lost_with_their_records_and_what_to_do():
    """A file that was cut off and many departures on one day are told apart."""
    lost = disabling(6, reason=NO_RECORD)
    assert check(lost, {PEOPLE: 118}, [DISABLE]) == [
        Stop(
            rule="directory.person.disable",
            message="6 times disable of a person in one run, 6 of them because their record is gone, "
            "where 5 pass unasked",
            remedy="look whether a file was cut or a wrong branch is checked out; "
            "if it is meant: --allow directory.person.disable=6",
            system="directory",
        )
    ]
    [stop] = check([*disabling(7), *lost[:2]], {}, [DISABLE])
    assert stop.message == (
        "9 times disable of a person in one run, 2 of them because their record is gone, where 5 pass unasked"
    )


def test_what_is_lost_for_another_action_is_not_told():
    [stop] = check([*disabling(6), *disabling(3, "rename", NO_RECORD)], {}, [DISABLE])
    assert "because their record is gone" not in stop.message


def test_one_reason_in_the_inventory_is_enough_for_a_record():
    both = [Change("directory", "person", str(key), "disable", "", {}, (NO_RECORD, RECORD)) for key in range(6)]
    [stop] = check(both, {}, [DISABLE])
    assert "because their record is gone" not in stop.message


def test_an_action_of_a_systems_own_is_not_counted_here():
    reopen = Limit("directory", "person", "reopen", 0)
    assert check(disabling(3, "restore"), {PEOPLE: 3}, [reopen]) == []


def test_what_the_remedy_names_is_the_allowance_that_lets_it_pass():
    [stop] = check(disabling(6), {}, [DISABLE])
    name, _, count = stop.remedy.rpartition("--allow ")[2].partition("=")
    assert not stopped(6, 0, {name: int(count)})


MISSING = Limit("directory", "person", "missing", 2, 0.01)


@pytest.mark.parametrize(
    ("found", "remembered", "stops"),
    [
        (118, 118, False),
        (120, 118, False),
        (116, 118, False),
        (115, 118, True),
        (0, 118, True),
        (990, 1000, False),
        (989, 1000, True),
    ],
)
def test_a_read_that_finds_too_few_is_not_believed(found, remembered, stops):
    assert bool(check_read("directory", {"person": found}, {"person": remembered}, [MISSING])) == stops


def test_a_first_read_remembers_nothing_and_passes():
    assert check_read("directory", {}, {}, [MISSING]) == []


def test_a_kind_that_was_not_found_at_all_is_short():
    [stop] = check_read("directory", {}, {"person": 118}, [MISSING])
    assert stop == Stop(
        rule="directory.person.missing",
        message="a short answer: the directory shows 0 of 118 person objects",
        remedy="look at the binding account's rights and the server; "
        "if it is meant: --allow directory.person.missing=118",
        system="directory",
    )
    assert check_read("directory", {}, {"person": 118}, [MISSING], {"directory.person.missing": 118}) == []
    assert check_read("directory", {}, {"person": 118}, [MISSING], {"directory.person.missing": 117})


def test_a_short_answer_says_where_nothing_is_seen():
    [stop] = check_read("directory", {"person": 90}, {"person": 118}, [MISSING], unseen=["imar", "zabita"])
    assert stop.message == (
        "a short answer: the directory shows 90 of 118 person objects; nothing is seen in imar, zabita"
    )
    assert check_read("directory", {"person": 118}, {"person": 118}, [MISSING], unseen=["imar"]) == []


def test_a_kind_without_a_limit_may_not_miss_one():
    assert check_read("directory", {"unit": 49}, {"unit": 50}, [MISSING])
    assert not check_read("directory", {"unit": 50}, {"unit": 50}, [MISSING])


def test_limits_of_another_system_or_action_do_not_serve_a_read():
    generous = [Limit("mail", "person", "missing", 99), Limit("directory", "person", "disable", 99)]
    assert check_read("directory", {"person": 117}, {"person": 118}, generous)
