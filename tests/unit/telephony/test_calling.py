# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may call what and when, and the calls that prove it."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.model import calendars, calling
from ansible_collections.konak.it.plugins.plugin_utils.telephony.matrix import matrix
from ansible_collections.konak.it.plugins.plugin_utils.telephony.review import opening, rights
from telephony_city import files_of, telephony_city

CITY = telephony_city()
ZONE = ZoneInfo("Europe/Istanbul")


def at(moment):
    """A moment in the city's time zone."""
    return datetime.datetime.fromisoformat(moment).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("+903122417000", "local"),
        ("+904440000", "local"),
        ("+902122417000", "national"),
        ("+905322417000", "mobile"),
        ("+909002417000", "premium"),
        ("+4930241700", "international"),
    ],
)
def test_the_longest_prefix_counts(number, code):
    found = calling.destination(CITY.telephony, number)
    assert found is not None
    assert found.code == code


def test_what_no_destination_holds_is_nobody_s():
    city = telephony_city(
        {'    - {code: international, name: Yurt dışı, prefixes: ["+"]}\n': "", ", international]": "]"}
    )
    assert calling.destination(city.telephony, "+4930241700") is None


@pytest.mark.parametrize(
    ("dialled", "number"),
    [
        ("2417000", "+903122417000"),
        ("02122417000", "+902122417000"),
        ("004930241700", "+4930241700"),
        ("+4930241700", "+4930241700"),
        ("241700", None),
    ],
)
def test_what_is_dialled_becomes_a_number_of_the_world(dialled, number):
    assert calling.international(CITY.telephony, dialled) == number


@pytest.mark.parametrize(
    ("moment", "time"),
    [
        ("2026-06-01T07:59", "closed"),
        ("2026-06-01T08:00", "open"),
        ("2026-06-01T17:29", "open"),
        ("2026-06-01T17:30", "closed"),
        ("2026-06-05T17:00", "closed"),
        ("2026-06-06T10:00", "closed"),
        ("2026-05-26T12:59", "open"),
        ("2026-05-26T13:00", "holiday"),
        ("2026-05-27T00:00", "holiday"),
        ("2026-07-15T10:00", "holiday"),
    ],
)
def test_hours_and_holidays(moment, time):
    assert calendars.of_city(CITY.telephony).time_of(at(moment)) == time


OWN = 'hours: [{days: [sat, mon], from: "09:00", until: "20:00"}]'
LINE = 'line: {extension: "7000"'


@pytest.mark.parametrize(
    ("own", "moment", "time"),
    [
        (OWN, "2026-06-06T10:00", "open"),
        (OWN, "2026-06-02T10:00", "closed"),
        (OWN, "2026-07-15T10:00", "holiday"),
        ("on_holidays: true", "2026-07-15T10:00", "open"),
        ("on_holidays: true", "2026-06-06T10:00", "closed"),
        ("holidays: [{day: 2026-07-15, name: Yarım gün, from: '15:00'}]", "2026-07-15T14:59", "open"),
        ("holidays: [{day: 2026-07-15, name: Yarım gün, from: '15:00'}]", "2026-07-15T15:00", "holiday"),
        ("holidays: [{day: 2026-06-01, name: Sayım}]", "2026-06-01T10:00", "holiday"),
        ("holidays: [{day: 2026-06-01, name: Sayım}]", "2026-05-27T10:00", "holiday"),
        ("on_holidays: true, holidays: [{day: 2026-06-01, name: Sayım}]", "2026-06-01T10:00", "holiday"),
    ],
)
def test_a_units_line_has_hours_of_its_own(own, moment, time):
    """The table of times, and the same in the dial plan, which the line asks."""
    city = telephony_city({LINE: f"{LINE}, {own}"})
    calendar = calendars.of_line(city.telephony, city.units["cagri"].line)
    assert calendar.time_of(at(moment)) == time
    plan = files_of(city)["/etc/asterisk/konak/dialplan.conf"]
    assert "exten => cagri,1,Gosub(time-unit-cagri,s,1)" in plan
    days = plan.partition("[holidays-unit-cagri]")[2].partition("\n[")[0]
    assert (f"exten => {moment[:10].replace('-', '')},1" in days) is (
        calendar.time_of(at(moment[:11] + "23:59")) == "holiday"
    )


def test_a_line_without_hours_of_its_own_asks_those_of_the_city():
    plan = files_of(CITY)["/etc/asterisk/konak/dialplan.conf"]
    assert "exten => cagri,1,Gosub(time,s,1)" in plan
    assert "time-unit" not in plan


def test_hours_and_days_off_of_the_coming_year_are_left_for_review():
    text = opening(
        telephony_city({LINE: f"{LINE}, {OWN}, on_holidays: true, holidays: [{{day: 2026-06-05, name: Sayım}}]"})
    )
    assert "| Deneme Belediyesi | 08:00-17:30 |" in text
    assert "- 2026-07-15, Çarşamba: Çağrı Merkezi: açık" in text
    assert "| Çağrı Merkezi | 09:00-20:00 | – |" in text
    assert "- 2026-06-05, Cuma: Çağrı Merkezi: Sayım" in text
    assert "2026-05-27" not in text, "it is over"


def test_the_table_has_every_class_destination_and_time():
    cells = {(cell.access_class, cell.destination, cell.time): cell.allowed for cell in calling.table(CITY)}
    assert len(cells) == 5 * 5 * 3
    assert {key[1:] for key, allowed in cells.items() if allowed and key[0] == "cagri"} == {
        ("local", "open"), ("local", "closed"), ("local", "holiday"), ("national", "open"), ("mobile", "open")
    }  # fmt: skip
    assert not any(allowed for key, allowed in cells.items() if key[0] == "uzman"), "who is not named may call nobody"


def test_every_cell_is_a_call_and_emergency_numbers_are_everybody_s():
    attempts = list(matrix(CITY))
    assert len(attempts) == 5 * 5 * 3 + (5 + 1) * 3 * 2 + 5
    for attempt in attempts:
        moment = datetime.datetime.fromtimestamp(attempt.at, ZONE)
        assert calendars.of_city(CITY.telephony).time_of(moment) == attempt.time
        if attempt.destination == "emergency":
            assert (attempt.expected, attempt.number, attempt.shows) == ("world", "112", "place")
            assert attempt.dialled in {"112", "9112"}
        else:
            number = calling.international(CITY.telephony, attempt.dialled.removeprefix("9"))
            assert calling.destination(CITY.telephony, number).code == attempt.destination


def test_a_time_that_never_comes_is_not_tried():
    never = telephony_city({'  hours:\n    - {days: [mon, tue, wed, thu], from: "08:00", until: "17:30"}\n'
                            '    - {days: [fri], from: "08:00", until: "17:00"}\n': ""})  # fmt: skip
    assert {attempt.time for attempt in matrix(never)} == {"closed", "holiday"}


def test_the_table_for_people_says_what_each_class_may():
    text = rights(telephony_city())
    assert "| sınıf | Şehir içi | Şehirler arası | Cep telefonları | Ücretli hatlar | Yurt dışı |" in text
    assert "| Çağrı karşılayan | her zaman | mesai saatlerinde | mesai saatlerinde | hayır | hayır |" in text
    assert "| Nöbetçi | her zaman | her zaman | her zaman | hayır | her zaman |" in text
    assert "(112)" in text
