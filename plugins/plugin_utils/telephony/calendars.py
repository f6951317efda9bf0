# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the city is open, and lines of units with hours of their own: what an exchange holds of it, and asks. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final

from ...module_utils.plan import Item
from ..model.calendars import Calendar, of_city, of_line
from ..model.city import City
from ..model.exchanges import MAIN
from ..model.texts import WEEKDAYS

CITY: Final = "city"
"""The key of the calendar of all who have none of their own."""


def calendars(city: City, site: str) -> Iterator[Item]:
    """The city's, and at the main exchange, which has the lines of units, those of units."""
    if city.telephony is None:
        return
    place = city.place("telephony", 0, "holidays")
    yield Item("calendar", CITY, city.organisation.name, _days(of_city(city.telephony)), places=lambda _: place)
    for unit in city.inventory.units if site == MAIN else ():
        if unit.line is not None and (own := of_line(city.telephony, unit.line)) is not None:
            fields = _days(own)
            places = city.places("units", unit.code, dict.fromkeys(fields, "line"))
            yield Item("calendar", _key(unit.code), unit.name, fields, places=places, tags={"unit": unit.code})


def _days(calendar: Calendar) -> dict[str, Any]:
    hours = (f"{day} {each.from_}-{each.until}" for each in calendar.hours for day in each.days)
    off = (f"{each.day} {each.from_ or '00:00'} {each.name}" for each in calendar.holidays)
    return {"hours": frozenset(hours), "off": frozenset(off)}


def _key(unit: str) -> str:
    return f"unit-{unit}"


def keys(items: Iterable[Item]) -> set[str]:
    """Those of all calendars that there are."""
    return {item.key for item in items if item.kind == "calendar"}


def asking(unit: str, known: Collection[str]) -> str:
    """The context that tells whether the line of a unit is open."""
    return f"time-{_key(unit)}" if _key(unit) in known else "time"


def contexts(items: Iterable[Item], timezone: str) -> Iterator[str]:
    """For each calendar, whether it is ``open``, ``closed``, or a ``holiday``.

    A channel with the variable ``TRY`` is told as if it were that second since 1970; no telephone can set it.
    """
    for item in items:
        if item.kind == "calendar":
            yield from _contexts(item, "" if item.key == CITY else f"-{item.key}", timezone)


def _contexts(item: Item, name: str, timezone: str) -> Iterator[str]:
    clock, days = f"${{STRFTIME(${{NOW}},{timezone}", f"holidays{name}"
    yield f"[time{name}]"
    yield 'exten => s,1,Set(NOW=${IF($["${TRY}" = ""]?${EPOCH}:${TRY})})'
    yield f"same => n,Set(DAY={clock},%Y%m%d)}})"
    yield f"same => n,Set(MINUTE={clock},%H%M)}})"
    yield f"same => n,Set(WEEKDAY={clock},%u)}})"
    yield f"same => n,GotoIf(${{DIALPLAN_EXISTS({days},${{DAY}},1)}}?{days},${{DAY}},1)"
    yield "same => n(hours),NoOp()"
    for each in sorted(item.fields["hours"]):
        day, _, span = each.partition(" ")
        first, last = span.replace(":", "").split("-")
        condition = f'"${{WEEKDAY}}" = "{WEEKDAYS.index(day) + 1}" & ${{MINUTE}} >= {first} & ${{MINUTE}} < {last}'
        yield f"same => n,ExecIf($[{condition}]?Return(open))"
    yield "same => n,Return(closed)"
    yield f"[{days}]"
    for each in sorted(item.fields["off"]):
        day, begin, _ = each.split(" ", 2)
        yield f"exten => {day.replace('-', '')},1,ExecIf($[${{MINUTE}} >= {begin.replace(':', '')}]?Return(holiday))"
        yield f"same => n,Goto(time{name},s,hours)"
