# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which calls must be let through and which refused: the table of rights as calls that can be made. Pure.

It is computed from the inventory, not from the dial plan; the try exchange makes the calls, and both must agree.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from ..model.calendars import Time, of_city
from ..model.calling import TIMES, Cell, destination, table
from ..model.city import City
from ..model.exchanges import MAIN
from ..model.telephony import TelephonySettings
from .links import BRANCHES
from .objects import LOCKED

WORLD, REFUSED = "world", "refused"
OWN, PLACE = "own", "place"
"""Which number a call must show: the caller's own, or that of the place, to emergency services."""

_LENGTH: Final = 12
"""Digits of a number that is tried, with its country code."""


@dataclass(frozen=True)
class Attempt:
    """A call to try.

    :ivar at: when, in seconds since 1970.
    :ivar expected: ``world`` if it must leave by a trunk, else ``refused``.
    :ivar number: as what it must leave; :ivar shows: with which number, ``own`` or ``place``.
    """

    access_class: str
    destination: str
    time: Time
    dialled: str
    at: int
    expected: str
    number: str = ""
    shows: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For the program that tries it."""
        return asdict(self)


def matrix(city: City, site: str = MAIN) -> Iterator[Attempt]:
    """Every cell of the table as a call, and emergency calls of every class and of locked telephones at every time.

    :arg site: whose exchange tries it: the main one tries what branches may call by it, too.
    """
    if city.telephony is None:
        return
    moments = {time: moment for time in TIMES if (moment := _moment(city, city.telephony, time)) is not None}
    samples = {each.code: sample(city.telephony, each.code) for each in city.telephony.destinations}
    cells = list(table(city))
    if site == MAIN and city.telephony.branches:
        cells += _of_branches(cells)
    for cell in cells:
        number = samples[cell.destination]
        if cell.time in moments and number is not None:
            expected = (WORLD, number, OWN) if cell.allowed else (REFUSED, "", "")
            dialled = number if cell.access_class == BRANCHES else as_dialled(city.telephony, number)
            yield Attempt(cell.access_class, cell.destination, cell.time, dialled, moments[cell.time], *expected)
    for code in (*(item.code for item in city.inventory.access_classes), LOCKED):
        for time, moment in moments.items():
            for number in city.telephony.emergency:
                for dialled in (number, f"{city.telephony.line}{number}"):
                    yield Attempt(code, "emergency", time, dialled, moment, WORLD, number, PLACE)
    for each, number in samples.items():
        if number is not None and "open" in moments:
            dialled = as_dialled(city.telephony, number)
            yield Attempt(LOCKED, each, "open", dialled, moments["open"], REFUSED)


def _of_branches(cells: Iterable[Cell]) -> list[Cell]:
    """Branches may call what some class may."""
    some: dict[tuple[str, Time], bool] = {}
    for cell in cells:
        key = cell.destination, cell.time
        some[key] = some.get(key, False) or cell.allowed
    return [Cell(BRANCHES, destination, time, allowed) for (destination, time), allowed in some.items()]


def sample(telephony: TelephonySettings, code: str) -> str | None:
    """A number of a destination; ``None`` if others hold all of its own."""
    prefixes = next(each.prefixes for each in telephony.destinations if each.code == code)
    for prefix in prefixes:
        for digit in "2345678":
            number = prefix + digit * (_LENGTH - len(prefix) + 1)
            if (found := destination(telephony, number)) is not None and found.code == code:
                return number
    return None


def as_dialled(telephony: TelephonySettings, number: str) -> str:
    """How a number with country code is dialled from a telephone."""
    home = f"+{telephony.country}"
    rest = number.removeprefix(home)
    how = telephony.national + rest if number.startswith(home) else telephony.international + number[1:]
    return telephony.line + how


def _moment(city: City, telephony: TelephonySettings, time: Time) -> int | None:
    """A moment of such a time within the year from the model's day on, in seconds since 1970."""
    zone, calendar = ZoneInfo(city.organisation.timezone), of_city(telephony)
    for day in range(366):
        for hour in (10, 14, 22):
            clock = datetime.time(hour, 30)
            moment = datetime.datetime.combine(city.as_of + datetime.timedelta(days=day), clock, zone)
            if calendar.time_of(moment) == time:
                return int(moment.timestamp())
    return None
