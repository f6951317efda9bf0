# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may call what and when, and the calls that prove it."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.model import calling
from ansible_collections.konak.it.plugins.plugin_utils.telephony.matrix import matrix
from ansible_collections.konak.it.plugins.plugin_utils.telephony.review import rights
from telephony_city import telephony_city

CITY = telephony_city()
ZONE = ZoneInfo("Europe/Istanbul")


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
    assert calling.time_of(CITY.telephony, datetime.datetime.fromisoformat(moment).replace(tzinfo=ZONE)) == time


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
        assert calling.time_of(CITY.telephony, moment) == attempt.time
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
