# SPDX-License-Identifier: GPL-3.0-or-later
"""What the exchange should hold of people and units, and how a number lives."""

from __future__ import annotations

import datetime

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.model.numbers import numbers
from ansible_collections.konak.it.plugins.plugin_utils.telephony import reconcile
from ansible_collections.konak.it.plugins.plugin_utils.telephony.intent import intent
from base_city import BASE_FILES, city_of
from telephony_city import telephony_city, wanted

MOVED = {
    "    unit: cagri\n    title: Nöbetçi memur\n    class: nobet": "    unit: imar\n    title: Mimar\n    class: cagri"
}
LEFT = {'    extension: "7002"': '    extension: "7002"\n    until: 2026-05-31'}
NEXT_YEAR = {"    - {day: 2026-07-15": "    - {day: 2027-05-01, name: Emek ve Dayanışma Günü}\n    - {day: 2026-07-15"}
BACK = {
    "    from: 2012-03-01\n    until: 2026-05-22": "    from: 2026-05-31\n    earlier:\n"
    "      - {from: 2012-03-01, until: 2026-05-22}"
}


def test_a_line_is_its_owner_s_with_what_the_records_say():
    line = wanted(telephony_city())["line", "80001"]
    assert line.fields == {
        "open": True,
        "number": "7001",
        "name": "Şule Ilgaz",
        "shows": "+903120007001",
        "emergency": "+903120000000",
        "class": "cagri",
        "mail": None,
        "exchange": None,
        "pickup": "cagri",
        "language": "tr",
        "secret": 1,
    }
    assert line.tags == {"person": "80001", "unit": "cagri"}


def test_who_has_no_number_of_their_own_shows_that_of_the_range_or_the_main_one():
    items = wanted(telephony_city())
    assert items["line", "40001"].fields["shows"] == "+903120001001", "of the range"
    assert items["line", "80002"].fields["shows"] == "+903120000000", "the main one: the range has none"
    assert items["number", "7002"].fields["outside"] is None


def test_a_site_tells_emergency_services_where_it_is():
    site = 'sites:\n  - {code: liman, name: Liman, emergency_caller: "+903125550000"}\n'
    unit = "  - code: cagri\n    name: Çağrı Merkezi\n"
    city = telephony_city({unit: f"{unit}    site: liman\n", "servers:\n": f"{site}servers:\n"})
    items = wanted(city)
    assert items["line", "80001"].fields["emergency"] == "+903125550000"
    assert items["line", "40001"].fields["emergency"] == "+903120000000"


def test_a_move_changes_what_follows_from_unit_and_class_and_nothing_else():
    before, after = wanted(telephony_city()), wanted(telephony_city(MOVED))
    line = ("line", "80002")
    changed = {name for name, value in after[line].fields.items() if before[line].fields[name] != value}
    assert changed == {"class", "pickup"}
    assert after["number", "7002"].fields == before["number", "7002"].fields
    assert after["group", "cagri"].fields["rings"] == frozenset({"80001"})


@pytest.mark.parametrize(
    ("day", "state", "to"),
    [
        ("2026-05-31", "person", "line 80002"),
        ("2026-06-01", "resting", "group cagri"),
        ("2027-05-31", "resting", "group cagri"),
        ("2027-06-01", None, None),
    ],
)
def test_a_leaver_s_number_rests_at_the_unit_until_it_is_free(day, state, to):
    holidays = {
        "    - {day: 2026-07-15": "    - {day: 2027-05-01, name: Emek ve Dayanışma Günü}\n    - {day: 2026-07-15"
    }
    city = telephony_city({**LEFT, **holidays}, datetime.date.fromisoformat(day))
    found = numbers(city).get("7002")
    assert (found and found.state) == state
    number = wanted(city).get(("number", "7002"))
    assert (number and number.fields["to"]) == to
    line = next(item for item in intent(city) if (item.kind, item.key) == ("line", "80002"))
    assert line.fields["open"] is (day == "2026-05-31")
    assert line.existing_only is (day > "2026-05-31")


def test_who_is_on_leave_is_covered_by_the_unit_and_who_is_to_come_has_the_number_reserved():
    city = telephony_city()
    known = numbers(city)
    assert (known["7003"].state, known["7003"].unit) == ("covered", "cagri")
    assert wanted(city)["line", "80003"].fields["open"] is False
    assert known["7005"].state == "reserved"
    assert ("line", "80005") not in wanted(city)
    assert ("number", "7005") not in wanted(city)


def test_who_comes_back_has_the_number_again():
    number = wanted(telephony_city(BACK))["number", "7004"]
    assert number.fields["to"] == "line 80004"


def test_without_a_line_above_a_resting_number_leads_nowhere():
    assert ("number", "1006") not in wanted(telephony_city()), "imar has no line, nor has the unit above"


def test_a_number_is_never_two_people_s():
    """The first has left a year ago, the second has it since."""
    text = {
        '    extension: "7005"': '    extension: "7004"',
        "    from: 2026-09-01": "    from: 2027-06-01",
        **NEXT_YEAR,
    }
    for day, to in (("2027-05-20", "group cagri"), ("2027-05-25", None), ("2027-06-01", "line 80005")):
        number = wanted(telephony_city(text, datetime.date.fromisoformat(day))).get(("number", "7004"))
        assert (number and number.fields["to"]) == to, day


KEPT = {"    until: 2026-05-22": "    until: 2026-05-22\n    legal_hold: {from: 2026-05-25, reason: Dava 2026/7}"}


@pytest.mark.parametrize(
    ("days", "asked", "changes", "goes"),
    [(0, True, {}, False), (1, True, {}, True), (1, False, {}, False), (1, True, KEPT, False), (1, True, BACK, False)],
)
def test_a_leavers_line_goes_after_the_retention_if_that_is_asked_and_nothing_holds_it(days, asked, changes, goes):
    retention = telephony_city().organisation.retention_days
    day = datetime.date(2026, 5, 22) + datetime.timedelta(days=retention + days)
    holidays = {"    - {day: 2026-07-15": "".join(
        f"    - {{day: {year}-05-01, name: Emek ve Dayanışma Günü}}\n" for year in range(2027, day.year + 2)
    ) + "    - {day: 2026-07-15"}  # fmt: skip
    city = telephony_city(holidays | changes, day)
    without_number = telephony_city(holidays | changes | {'    extension: "7004"\n': ""}, day)
    assert ("80004" in {item.key for item in intent(without_number, retire=asked) if item.retired}) is goes
    assert ("80004" in {item.key for item in intent(city, retire=asked) if item.retired}) is goes
    assert list(reconcile.held(city)) == (
        ["Perihan Bozok (80004): the voice mailbox stays since 2026-05-25 by legal hold, Dava 2026/7"]
        if changes == KEPT
        else []
    )


def test_a_city_without_an_exchange_wants_nothing():
    assert intent(city_of(BASE_FILES)) == []
