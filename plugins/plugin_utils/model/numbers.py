# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose each telephone number is on the model's day: the life of a number, from reserved to free again."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple

from . import asof
from .call_services import Queue
from .city import City
from .entities import Unit
from .people import Person
from .roster import Roster
from .telephony import NumberRange, TelephonySettings

State = Literal["person", "unit", "covered", "resting", "reserved"]


class Number(NamedTuple):
    """An extension that is not free.

    :ivar state: ``person``: rings its owner; ``unit``: a unit's line; ``covered``: the owner is on leave; ``resting``:
        the owner has left, and it is nobody's until the quarantine is over; ``reserved``: the owner is still to come.
    :ivar person: personnel number of the owner; empty for a unit's line.
    :ivar unit: code of the unit whose line answers, for all states but ``person`` and ``reserved``; empty if none does.
    :ivar outside: its number for the world; empty if it has none.
    """

    extension: str
    state: State
    person: str
    unit: str
    outside: str


_WEIGHT: dict[State, int] = {"person": 0, "covered": 1, "unit": 2, "resting": 3, "reserved": 4}
"""Of several who had or will have a number, who has it now."""


def numbers(city: City) -> dict[str, Number]:
    """Every extension that is not free, by itself."""
    found: dict[str, Number] = {}
    for number in (*_of_units(city), *_of_people(city)):
        known = found.get(number.extension)
        if known is None or _WEIGHT[number.state] < _WEIGHT[known.state]:
            found[number.extension] = number
    return found


def _of_units(city: City) -> Iterator[Number]:
    for unit in city.inventory.units:
        if unit.line is not None:
            outside = unit.telephone or _outside(city, unit.line.extension)
            yield Number(unit.line.extension, "unit", "", unit.code, outside)


def _of_people(city: City) -> Iterator[Number]:
    for person in city.inventory.people:
        if person.extension is not None and (state := _state(city, person)) is not None:
            answering = None if state in {"person", "reserved"} else _answering(city, person.unit)
            outside = person.telephone or _outside(city, person.extension)
            yield Number(person.extension, state, person.id, answering.code if answering else "", outside)


def _state(city: City, person: Person) -> State | None:
    """What the number of a person is on the day; ``None`` once it is free again."""
    state = city.states[person.id]
    if state == "left":
        rest = datetime.timedelta(days=city.organisation.quarantine_days)
        return "resting" if city.as_of <= asof.last_day(person, city.as_of) + rest else None
    return {"active": "person", "leave": "covered", "future": "reserved"}[state]  # type: ignore[return-value]


def ringing(city: City, roster: Roster, unit: Unit) -> list[str]:
    """Personnel numbers of those whose telephones a unit's line rings: who is employed and has an extension."""
    if unit.line is None:
        return []
    members = (f"unit:{unit.code}",) if unit.line.ring is None else unit.line.ring
    return sorted(person for person in roster.of(members) if city.people[person].extension is not None)


def speaking(city: City, roster: Roster, members: Iterable[str]) -> set[str]:
    """Of members of a page, personnel numbers of those who are employed and have an extension."""
    return {person for person in roster.of(members) if city.people[person].extension is not None}


def penalties(city: City, roster: Roster, queue: Queue) -> dict[str, int]:
    """Who takes a queue's calls, by personnel number, each with the smallest of their penalties."""
    found: dict[str, int] = {}
    for entry in queue.members:
        for person in sorted(roster.of([entry.member])):
            if city.people[person].extension is not None:
                found[person] = min(entry.penalty, found.get(person, entry.penalty))
    return found


class Fixed(NamedTuple):
    """A number that belongs neither to a person nor to a unit.

    :ivar kind: ``menu``, ``queue``, ``conference``, ``page``, ``parking``, its ``place``, or ``probe``.
    :ivar key: its key.
    :ivar path: where it stands in the section ``telephony``.
    """

    kind: str
    key: str
    label: str
    extension: str
    outside: str
    path: tuple[str | int, ...]


SERVICES: Final = {"menu": "menus", "queue": "queues", "conference": "conferences", "page": "pages"}
"""What answers beside people and units: its kind, and the key of the inventory with all of them."""


def fixed(city: City) -> Iterator[Fixed]:
    """Numbers of menus, queues, conference rooms and probes."""
    if city.telephony is None:
        return
    for kind, key in SERVICES.items():
        for place, each in enumerate(getattr(city.telephony, key)):
            outside = each.telephone or _outside(city, each.extension)
            yield Fixed(kind, each.code, each.name, each.extension, outside, (key, place))
    yield from _places(city.telephony)
    for place, probe in enumerate(city.telephony.probes):
        yield Fixed("probe", probe.extension, f"Deneme {probe.extension}", probe.extension, "", ("probes", place))


def _places(telephony: TelephonySettings) -> Iterator[Fixed]:
    """Numbers of parking: the one that takes calls, and its places."""
    parking = telephony.parking
    if parking is None:
        return
    yield Fixed("parking", "", "Park", parking.extension, "", ("parking",))
    width = len(parking.first)
    for number in range(int(parking.first), int(parking.last) + 1):
        yield Fixed("place", f"{number:0{width}d}", f"Park {number}", f"{number:0{width}d}", "", ("parking",))


def extension_of(city: City, target: str) -> str | None:
    """Under which extension a target of calls answers; ``None`` if it has none, or is not there.

    :arg target: as the inventory names it, ``unit:zabita``.
    """
    kind, _, key = target.partition(":")
    if kind == "person":
        return city.people[key].extension if key in city.present else None
    if kind == "unit":
        line = city.units[key].line if key in city.units else None
        return line.extension if line else None
    return next((each.extension for each in fixed(city) if (each.kind, each.key) == (kind, key)), None)


def forwarded(city: City, person: Person) -> str | None:
    """Where calls for a person at work go on the day: an extension, or a number of the world with ``+``."""
    for entry in person.call_forwards:
        if asof.covers(entry.from_, entry.until, city.as_of):
            return entry.to if entry.to.startswith("+") else extension_of(city, entry.to)
    return None


def range_of(city: City, extension: str) -> NumberRange | None:
    """The range that holds an extension."""
    for each in city.telephony.ranges if city.telephony else ():
        if len(each.first) == len(extension) and each.first <= extension <= each.last:
            return each
    return None


def _answering(city: City, code: str) -> Unit | None:
    """The unit whose line answers for a unit: its own, else that of the next unit above that has one."""
    unit = city.units.get(code)
    while unit is not None and unit.line is None:
        unit = city.units.get(unit.parent or "")
    return unit


def _outside(city: City, extension: str) -> str:
    found = range_of(city, extension)
    return f"{found.outside}{extension}" if found is not None and found.outside else ""
