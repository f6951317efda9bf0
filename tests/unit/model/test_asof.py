# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is so on a day: every period holds its first day and its last."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.model import asof
from ansible_collections.konak.it.plugins.plugin_utils.model.people import Person
from ansible_collections.konak.it.plugins.plugin_utils.model.rights import DatedMember
from hypothesis import given
from hypothesis import strategies as st

Day = datetime.date.fromisoformat
ONE = datetime.timedelta(days=1)
DAYS = st.dates(datetime.date(2000, 1, 1), datetime.date(2040, 1, 1))


def person(**facts: Any) -> Person:
    record = {"id": "40001", "given": "Elif", "family": "Işık", "unit": "imar", "title": "Uzman", "class": "uzman"}
    return Person.model_validate({**record, "from": "2024-02-01", **facts})


RETURNER = person(
    earlier=[{"from": "2016-05-02", "until": "2019-08-30"}, {"from": "2010-01-04", "until": "2012-12-31"}],
    until="2027-06-30",
    leave=[{"from": "2026-05-04", "until": "2026-08-28"}, {"from": "2016-05-02", "until": "2016-05-02"}],
)


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2010-01-03", "future"),
        ("2010-01-04", "active"),
        ("2012-12-31", "active"),
        ("2013-01-01", "left"),
        ("2016-05-01", "left"),
        ("2016-05-02", "leave"),
        ("2016-05-03", "active"),
        ("2019-08-30", "active"),
        ("2019-08-31", "left"),
        ("2024-01-31", "left"),
        ("2024-02-01", "active"),
        ("2026-05-03", "active"),
        ("2026-05-04", "leave"),
        ("2026-08-28", "leave"),
        ("2026-08-29", "active"),
        ("2027-06-30", "active"),
        ("2027-07-01", "left"),
    ],
)
def test_state(day: str, state: str):
    assert asof.state(RETURNER, Day(day)) == state


def test_who_stays_has_no_last_day():
    assert asof.state(person(), datetime.date.max) == "active"


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2020-01-01", ("Elif", "Kaya")),  # before the first day: the first name
        ("2024-02-01", ("Elif", "Kaya")),
        ("2025-03-14", ("Elif", "Kaya")),
        ("2025-03-15", ("Elif Su", "Kaya")),
        ("2026-01-31", ("Elif Su", "Kaya")),
        ("2026-02-01", ("Elif Su", "Işık")),
        ("2040-01-01", ("Elif Su", "Işık")),
    ],
)
def test_a_former_name_holds_on_its_last_day(day: str, name: tuple[str, str]):
    former = [{"family": "Kaya", "until": "2026-01-31"}, {"given": "Elif", "until": "2025-03-14"}]
    assert asof.name(person(given="Elif Su", former=former), Day(day)) == name


@given(st.lists(DAYS, min_size=1, max_size=5, unique=True), DAYS)
def test_every_day_has_one_name(ends: list[datetime.date], day: datetime.date):
    someone = person(
        **{"from": "2000-01-01"}, former=[{"family": f"K{end.toordinal()}", "until": str(end)} for end in ends]
    )
    known = asof.names(someone)
    assert [entry[2] for entry in known[1:]] == [entry[3] + ONE for entry in known[:-1]]
    assert known[-1][:2] == ("Elif", "Işık")
    assert known[-1][3] is None
    holds = [entry for entry in known if asof.covers(entry[2], entry[3], day)]
    assert [asof.name(someone, day)] == [entry[:2] for entry in holds]


@pytest.mark.parametrize(
    ("day", "roles"),
    [
        ("2025-12-31", {"ebys.okur"}),
        ("2026-01-01", {"ebys.okur", "cbs.editor"}),
        ("2026-12-31", {"ebys.okur", "cbs.editor"}),
        ("2027-01-01", {"ebys.okur"}),
    ],
)
def test_a_dated_role_holds_on_its_first_and_last_day(day: str, roles: set[str]):
    dated = {"role": "cbs.editor", "from": "2026-01-01", "until": "2026-12-31"}
    assert asof.roles(person(roles=["ebys.okur", dated]), Day(day)) == roles


def test_a_role_may_be_open_at_either_end():
    someone = person(
        roles=[{"role": "a.b", "until": "2026-01-01"}, {"role": "a.c", "from": "2026-01-01"}, {"role": "a.d"}]
    )
    assert asof.roles(someone, Day("2026-01-01")) == {"a.b", "a.c", "a.d"}
    assert asof.roles(someone, Day("2026-01-02")) == {"a.c", "a.d"}


PERIODS = st.tuples(st.none() | DAYS, st.none() | DAYS).filter(lambda p: p[0] is None or p[1] is None or p[0] <= p[1])


@given(PERIODS, PERIODS)
def test_periods_overlap_when_they_share_an_end(first: tuple, second: tuple):
    """Two periods have a day in common if and only if one of them holds the beginning of the other."""
    starts = [first[0] or datetime.date.min, second[0] or datetime.date.min]
    shared = any(asof.covers(*first, day) and asof.covers(*second, day) for day in starts)
    assert asof.overlap(first, second) == asof.overlap(second, first) == shared


def dated(member: str, first: str | None = None, last: str | None = None) -> DatedMember:
    """A member from one day to another, each of them open if not given."""
    return DatedMember.model_validate({"member": member, "from": first, "until": last})


@pytest.mark.parametrize(
    ("day", "members"),
    [
        ("2025-12-31", {"unit:imar", "class:uzman"}),
        ("2026-01-01", {"unit:imar", "class:uzman", "person:40001"}),
        ("2026-06-30", {"unit:imar", "class:uzman", "person:40001"}),
        ("2026-07-01", {"unit:imar", "person:40001"}),
        ("2026-12-31", {"unit:imar", "person:40001"}),
        ("2027-01-01", {"unit:imar", "group:vpn"}),
    ],
)
def test_a_dated_member_belongs_to_a_group_on_its_first_and_last_day(day: str, members: set[str]):
    entries = (
        "unit:imar",
        dated("person:40001", "2026-01-01", "2026-12-31"),
        dated("class:uzman", last="2026-06-30"),
        dated("group:vpn", "2027-01-01"),
    )
    assert asof.members(entries, Day(day)) == members


def test_a_member_for_several_times_belongs_in_each():
    spring, autumn = dated("person:40001", "2026-03-01", "2026-05-31"), dated("person:40001", "2026-09-01")
    days = ("2026-02-28", "2026-03-01", "2026-06-01", "2026-09-01")
    assert [len(asof.members((autumn, spring), Day(day))) for day in days] == [0, 1, 0, 1]


def test_nobody_belongs_to_an_empty_list():
    assert asof.members((), Day("2026-01-01")) == frozenset()


ON_LEAVE_TWICE = person(
    until="2027-06-30",
    leave=[{"from": "2026-12-01", "until": "2026-12-31"}, {"from": "2026-05-04", "until": "2026-08-28"}],
)


@pytest.mark.parametrize(
    ("day", "closing"),
    [
        ("2025-01-01", "2026-05-03"),  # the next leave, though the file has it last
        ("2026-05-03", "2026-05-03"),  # its eve
        ("2026-05-04", "2026-11-30"),  # on leave: the one after it
        ("2026-08-28", "2026-11-30"),
        ("2026-08-29", "2026-11-30"),
        ("2026-11-30", "2026-11-30"),
        ("2026-12-01", "2027-06-30"),  # no leave is to come: the last day of work
        ("2027-06-30", "2027-06-30"),
        ("2027-07-01", "2027-06-30"),  # gone: it stays closed
    ],
)
def test_an_account_closes_on_the_eve_of_a_leave_or_on_the_last_day(day: str, closing: str):
    assert asof.closing(ON_LEAVE_TWICE, Day(day)) == Day(closing)


def test_a_last_day_before_the_next_leave_closes_first():
    someone = person(until="2026-04-30", leave=[{"from": "2026-05-04", "until": "2026-08-28"}])
    assert asof.closing(someone, Day("2026-01-01")) == Day("2026-04-30")


def test_who_has_neither_leave_to_come_nor_last_day_stays_open():
    past = person(leave=[{"from": "2025-05-05", "until": "2025-08-29"}])
    assert asof.closing(person(), Day("2026-01-01")) is None
    assert asof.closing(past, Day("2025-05-05")) is None
    assert asof.closing(past, Day("2025-05-04")) == Day("2025-05-04")


@pytest.mark.parametrize(
    ("day", "last"),
    [
        ("2009-06-01", "2009-06-01"),  # to come: there is none yet
        ("2012-12-31", "2012-12-31"),  # the last day itself is one of work
        ("2013-01-01", "2012-12-31"),
        ("2016-05-01", "2012-12-31"),
        ("2019-08-31", "2019-08-30"),
        ("2024-01-31", "2019-08-30"),
        ("2027-07-01", "2027-06-30"),
        ("2040-01-01", "2027-06-30"),
    ],
)
def test_the_last_day_of_who_has_left_is_that_of_the_latest_employment(day: str, last: str):
    assert asof.last_day(RETURNER, Day(day)) == Day(last)


def test_an_employment_that_is_to_be_followed_by_another_closes_on_its_own_last_day():
    """The next one is in the record before this one has ended."""
    seasonal = person(**{"from": "2027-04-01"}, earlier=[{"from": "2026-04-01", "until": "2026-10-31"}])
    days = ("2026-01-01", "2026-04-01", "2026-10-31", "2026-12-01")
    assert [asof.closing(seasonal, Day(day)) for day in days] == [Day("2026-10-31")] * 4
    assert asof.closing(seasonal, Day("2027-04-01")) is None


def test_who_stays_has_today_as_last_day():
    assert asof.last_day(person(), Day("2026-01-01")) == Day("2026-01-01")
