# SPDX-License-Identifier: GPL-3.0-or-later
"""Moments and hours of logon: what is written is read back, and time zones are kept right."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.directory import values
from hypothesis import given
from hypothesis import strategies as st

ISTANBUL, BERLIN = ZoneInfo("Europe/Istanbul"), ZoneInfo("Europe/Berlin")
WEEK = ("mon", "tue", "wed", "thu", "fri")


def test_an_account_ends_at_the_local_midnight_after_its_last_day():
    day = datetime.date(2027, 6, 30)
    assert values.midnight_after(day, ISTANBUL) == "2027-06-30T21:00:00Z"
    assert values.midnight_after(day, BERLIN) == "2027-06-30T22:00:00Z"
    assert values.midnight_after(None, ISTANBUL) is None


def test_a_moment_is_counted_from_1601():
    assert values.encode_moment("1970-01-01T00:00:00Z") == b"116444736000000000"  # MS-DTYP 2.3.3
    assert values.decode_moment(b"116444736000000000") == "1970-01-01T00:00:00Z"


@pytest.mark.parametrize("raw", [None, b"0", b"9223372036854775807"])
def test_never_is_written_in_three_ways(raw):
    assert values.decode_moment(raw) is None
    assert values.encode_moment(None) == b"9223372036854775807"


@given(st.datetimes(datetime.datetime(1980, 1, 1), datetime.datetime(2199, 1, 1)))  # noqa: DTZ001 (the zone is added)
def test_a_moment_is_read_as_it_was_written(moment):
    text = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert values.decode_moment(values.encode_moment(text)) == text


@given(st.frozensets(st.integers(0, values.HOURS - 1)))
def test_hours_are_read_as_they_were_written(hours):
    text = values.hours_text(hours)
    assert values.decode_hours(values.encode_hours(text)) == text


def test_the_first_bit_is_sunday_midnight_in_utc():
    assert values.encode_hours("Sun 00-01") == bytes([1, *[0] * 20])
    assert values.encode_hours("Sat 23-24") == bytes([*[0] * 20, 0x80])
    assert values.encode_hours("never") == bytes(21)
    assert values.encode_hours(None) is None


def hours(zone: ZoneInfo, day: datetime.date, start: int, end: int, days: tuple[str, ...] = WEEK) -> str | None:
    offset = datetime.datetime.combine(day, datetime.time(12), zone).utcoffset()
    return values.hours_text(values.local_hours(days, start, end, offset))


def test_local_hours_follow_daylight_saving_time():
    winter, summer = datetime.date(2026, 11, 23), datetime.date(2026, 7, 6)
    expected = {
        (ISTANBUL, winter): "04-16",
        (ISTANBUL, summer): "04-16",
        (BERLIN, winter): "06-18",
        (BERLIN, summer): "05-17",
    }
    for (zone, day), span in expected.items():
        assert hours(zone, day, 7, 19) == ", ".join(f"{name} {span}" for name in ("Mon", "Tue", "Wed", "Thu", "Fri"))


def test_hours_wrap_round_the_week():
    assert hours(ISTANBUL, datetime.date(2026, 11, 22), 0, 4, ("sun",)) == "Sun 00-01, Sat 21-24"
    assert (
        hours(ZoneInfo("Asia/Kolkata"), datetime.date(2026, 11, 22), 9, 17, ("mon",)) == "Mon 03-12"
    )  # half hours are in


def test_a_moment_is_within_the_hours_or_not():
    monday_noon = datetime.datetime(2026, 11, 23, 12, 59, tzinfo=datetime.UTC)
    assert values.within(None, monday_noon)
    assert values.within("Mon 12-13", monday_noon)
    assert not values.within("Mon 13-14", monday_noon)
    assert not values.within("never", monday_noon)
    assert values.within("Sun 00-01", datetime.datetime(2026, 11, 22, 0, 0, tzinfo=datetime.UTC))
