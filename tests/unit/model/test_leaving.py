# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a leaver's mailbox, on each day that matters."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.model import leaving
from ansible_collections.konak.it.plugins.plugin_utils.model.mail import LeaverMail
from ansible_collections.konak.it.plugins.plugin_utils.model.people import Person
from hypothesis import given
from hypothesis import strategies as st
from mail_city import mail_city

Day = datetime.date.fromisoformat
LAST = Day("2026-03-31")
USUAL = LeaverMail(answer_days=30, copy_days=10, freeze_days=60, archive_days=90)
NAMES = ("closing", "refused", "frozen", "archived")


def person(**more: Any) -> Person:
    known = {"id": "1", "given": "Ali", "family": "Uz", "unit": "a", "title": "Memur", "class": "b"}
    days = {"from": "2020-01-06", "until": "2026-03-31"}
    return Person.model_validate({**known, **days, **more})


def after(days: int) -> datetime.date:
    return LAST + datetime.timedelta(days=days)


@pytest.mark.parametrize(
    ("day", "name", "since", "until", "copy"),
    [
        (0, "open", None, 1, False),
        (1, "closing", 1, 31, True),
        (10, "closing", 1, 31, True),
        (11, "closing", 1, 31, False),
        (30, "closing", 1, 31, False),
        (31, "refused", 31, 61, False),
        (60, "refused", 31, 61, False),
        (61, "frozen", 61, 91, False),
        (90, "frozen", 61, 91, False),
        (91, "archived", 91, None, False),
        (5000, "archived", 91, None, False),
    ],
)
def test_the_steps_of_a_leaver(day, name, since, until, copy):
    found = leaving.stage(person(), USUAL, after(day))
    first = Day("2020-01-06") if since is None else after(since)
    assert found == leaving.Stage(name, first, until and after(until), copy)


def test_before_the_first_day():
    assert leaving.stage(person(), USUAL, Day("2019-12-31")) == leaving.Stage("future", until=Day("2020-01-06"))


def test_one_on_leave_has_an_open_mailbox():
    found = leaving.stage(person(leave=[{"from": "2026-01-05", "until": "2026-02-27"}]), USUAL, Day("2026-02-02"))
    assert (found.name, found.until) == ("open", after(1))


def test_one_who_came_back_has_an_open_mailbox_and_was_counted_from_the_time_before():
    back = person(**{"earlier": [{"from": "2020-01-06", "until": "2026-03-31"}], "from": "2026-07-01", "until": None})
    assert leaving.stage(back, USUAL, after(40)).name == "refused"
    assert leaving.stage(back, USUAL, Day("2026-07-01")) == leaving.Stage("open", Day("2026-07-01"))


def test_what_one_leaver_has_of_their_own():
    own = person(mail_leaver={"answer_days": 0, "archive_days": 61})
    assert leaving.rules(own, USUAL) == LeaverMail(answer_days=0, copy_days=10, freeze_days=60, archive_days=61)
    assert leaving.stage(own, USUAL, after(1)).name == "refused"
    assert [leaving.stage(own, USUAL, after(day)).name for day in (61, 62)] == ["frozen", "archived"]


def test_days_without_end():
    never = LeaverMail(answer_days=30, copy_days=0, freeze_days=36500, archive_days=36500)
    assert leaving.stage(person(), never, after(5000)).name == "refused"
    assert leaving.stage(person(until="2199-12-31"), never, Day("2200-06-01")).until == Day("2299-12-08")


@pytest.mark.parametrize(("hold", "name", "since"), [(-30, "closing", 1), (5, "closing", 1), (70, "frozen", 61)])
def test_a_legal_hold_stops_everything_where_it_is(hold, name, since):
    held = person(legal_hold={"from": after(hold).isoformat(), "reason": "2026/1"})
    for day in (71, 100, 5000):
        found = leaving.stage(held, USUAL, after(day))
        assert (found.name, found.until, found.held) == (name, None, held.legal_hold)
        assert since is None or found.since == after(since)
    if hold > 0:
        assert leaving.stage(held, USUAL, after(hold - 1)) == leaving.stage(person(), USUAL, after(hold - 1))


def test_a_legal_hold_on_somebody_employed_leaves_the_mailbox_open():
    held = person(legal_hold={"from": "2026-01-01", "reason": "2026/1"})
    assert leaving.stage(held, USUAL, Day("2026-02-01"))[:3] == ("open", Day("2020-01-06"), None)


@given(
    st.lists(st.integers(0, 400), min_size=3, max_size=3).map(sorted),
    st.integers(1, 500),
    st.integers(0, 400),
)
def test_the_steps_follow_each_other_without_a_gap(days, day, copied):
    usual = LeaverMail(answer_days=days[0], freeze_days=days[1], archive_days=days[2], copy_days=min(copied, days[0]))
    now, tomorrow = (leaving.stage(person(), usual, after(number)) for number in (day, day + 1))
    assert NAMES.index(now.name) <= NAMES.index(tomorrow.name)
    assert (tomorrow.name == now.name) == (now.until != after(day + 1))
    assert now.since is not None
    assert now.since <= after(day)
    assert now.copy == (day <= usual.copy_days)


# --- what who writes is told --------------------------------------------------------------------------------------


def told(language: str, successor: bool, **files: str) -> str:
    changes = {'    successor: "70002"\n': f'    language: {language}\n    successor: "70002"\n'}
    accounts = {account.person.id: account for account in mail_city(changes, **files).accounts()}
    return leaving.answer(mail_city(changes, **files), accounts["70003"], accounts["70002"] if successor else None)


def test_the_answer_names_the_successor():
    assert told("tr", successor=True) == (
        "Perihan Bozok artık Deneme Belediyesi bünyesinde çalışmamaktadır. "
        "Konunuzla ilgilenecek kişi: Kadir Ekmekçi, kadir.ekmekci@deneme.bel.tr."
    )
    assert told("en-GB", successor=True) == (
        "Perihan Bozok no longer works at Deneme Belediyesi. "
        "Please write to Kadir Ekmekçi, kadir.ekmekci@deneme.bel.tr."
    )


def test_the_answer_of_another_language_is_that_of_the_organisation():
    assert told("de", successor=True) == told("tr", successor=True)


def test_without_a_successor_it_names_a_telephone():
    assert told("tr", successor=False).endswith("Konunuz için santral: +903120000000.")
    assert told("en", successor=False).endswith("Please call the switchboard: +903120000000.")
    units = mail_city({"parent: baskanlik\n": "parent: imar\n"})
    gone = next(account for account in units.accounts() if account.person.id == "70003")
    assert leaving.answer(units, gone, None).endswith("Konunuz için birimin telefonu: +903120000010.")
