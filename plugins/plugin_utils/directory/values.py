# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How values that are not plain text are written in Active Directory, and read back: moments and hours of logon.

A moment is ISO 8601 in UTC, ``2027-06-30T21:00:00Z``; the directory counts tenths of microseconds since 1601. Hours of
logon are words in UTC, ``Mon 04-16, Tue 04-16``; the directory has a bit for each hour of the week from Sunday on.
``None`` is "never" for a moment and "always" for hours.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable

NEVER = 0x7FFFFFFFFFFFFFFF
DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
HOURS = 168

TICKS = 10_000_000
"""Units of the directory's clock in a second."""

_EPOCH = datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)


def encode_password(password: str) -> bytes:
    """A password as ``unicodePwd`` takes it: in double quotes, UTF-16."""
    return f'"{password}"'.encode("utf-16-le")


def midnight_after(day: datetime.date | None, zone: datetime.tzinfo) -> str | None:
    """The moment at which a last day ends in a time zone."""
    if day is None:
        return None
    local = datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time(), zone)
    return local.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def encode_moment(moment: str | None) -> bytes:
    """A moment as ``accountExpires`` holds it."""
    if moment is None:
        return str(NEVER).encode()
    seconds = (datetime.datetime.fromisoformat(moment) - _EPOCH).total_seconds()
    return str(int(seconds) * TICKS).encode()


def decode_moment(raw: bytes | None) -> str | None:
    """The moment that ``accountExpires`` holds; 0 and the largest number are "never"."""
    ticks = int(raw or 0)
    if ticks in (0, NEVER):
        return None
    try:
        return (_EPOCH + datetime.timedelta(seconds=ticks // TICKS)).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OverflowError:  # by hand: the directory takes any number
        return "9999-12-31T00:00:00Z"


def local_hours(days: Iterable[str], start: int, end: int, offset: datetime.timedelta) -> frozenset[int]:
    """Hours of the week in UTC for local hours of some days; one that is touched at all is in.

    :arg days: of :data:`DAYS`, in lower case.
    :arg start: first hour, 0 to 23; ``end`` is the hour at which it is over, 1 to 24.
    :arg offset: what the local clock is ahead of UTC on the day in question.
    """
    ahead = offset.total_seconds() / 3600
    first, last = math.floor(start - ahead), math.ceil(end - ahead)
    numbers = (DAYS.index(day.capitalize()) * 24 for day in days)
    return frozenset((number + hour) % HOURS for number in numbers for hour in range(first, last))


def hours_text(hours: frozenset[int]) -> str | None:
    """Words for hours of the week (0 is Sunday, midnight UTC); ``None`` where they are all."""
    if len(hours) == HOURS:
        return None
    spans = []
    for number, name in enumerate(DAYS):
        hour = 0
        while hour < 24:
            end = hour
            while end < 24 and number * 24 + end in hours:
                end += 1
            if end > hour:
                spans.append(f"{name} {hour:02}-{end:02}")
            hour = end + 1
    return ", ".join(spans) or "never"


def encode_hours(text: str | None) -> bytes | None:
    """The 21 bytes of ``logonHours`` for words as :func:`hours_text` writes them; nothing for "always"."""
    if text is None:
        return None
    bits = 0
    for span in text.split(", ") if text != "never" else ():
        day, _, times = span.partition(" ")
        start, _, end = times.partition("-")
        for hour in range(int(start), int(end)):
            bits |= 1 << (DAYS.index(day) * 24 + hour)
    return bits.to_bytes(HOURS // 8, "little")


def decode_hours(raw: bytes | None) -> str | None:
    """Words for the bytes of ``logonHours``; ``None`` where there are none, or every bit is set."""
    if not raw:
        return None
    bits = int.from_bytes(raw, "little")
    return hours_text(frozenset(hour for hour in range(HOURS) if bits >> hour & 1))


def within(text: str | None, moment: datetime.datetime) -> bool:
    """Whether a moment in UTC lies in hours of logon."""
    hour = (moment.isoweekday() % 7) * 24 + moment.hour
    return text is None or bool(int.from_bytes(encode_hours(text) or b"", "little") >> hour & 1)
