# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The telephone exchange: numbers, rights, hours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from ..numbers import SERVICES, extension_of, fixed, penalties, range_of, ringing, speaking
from ..roster import Roster
from .references import nearest
from .rule import Finding, again, items, place_name, rule, serving

if TYPE_CHECKING:
    from ..city import City
    from ..numbers import Fixed
    from ..telephony import NumberRange, OpeningHours, TelephonySettings

_ADD = "add the section `telephony`, or take this away"
_AUTUMN = 10
"""From this month on, the holidays of the next year should be known."""


def line_members(city: City) -> Iterator[tuple[str, int, tuple[str | int, ...], str]]:
    """Everybody whom units' lines, queues and pages name: section, position, path, and the member."""
    for position, unit in enumerate(city.inventory.units):
        for place, member in enumerate((unit.line and unit.line.ring) or ()):
            yield "units", position, ("line", "ring", place), member
    for number, queue in enumerate(city.telephony.queues if city.telephony else ()):
        for place, entry in enumerate(queue.members):
            yield "telephony", 0, ("queues", number, "members", place, "member"), entry.member
    for number, page in enumerate(city.telephony.pages if city.telephony else ()):
        for key in ("telephones", "callers"):
            for place, member in enumerate(getattr(page, key)):
                yield "telephony", 0, ("pages", number, key, place), member


@rule("no-telephony")
def no_telephony(city: City) -> Iterator[Finding]:
    """A city with an exchange, lines of units or rights to call has the section ``telephony``."""
    if city.telephony is not None:
        return
    for position, server in enumerate(city.inventory.servers):
        if "pbx" in server.services:
            yield "servers", position, ("services",), f"the server {server.name} has nothing to switch", _ADD
    for position, unit in enumerate(city.inventory.units):
        if unit.line is not None:
            yield "units", position, ("line",), "there is no exchange for the line", _ADD
    for position, handset in enumerate(city.inventory.telephones):
        yield "telephones", position, (), f"there is no exchange for the telephone {handset.mac}", _ADD
    for position, item in enumerate(city.inventory.access_classes):
        for key in ("calls", "calls_closed"):
            if getattr(item, key):
                yield "access_classes", position, (key,), f"`{key}` says nothing without an exchange", _ADD


@rule("number-range")
def number_range(city: City) -> Iterator[Finding]:
    """A range of extensions runs upwards, with as many digits at both ends, and shares none with another."""
    ranges = list(enumerate(city.telephony.ranges)) if city.telephony else []
    whole = []
    for place, each in ranges:
        if len(each.first) != len(each.last) or each.first > each.last:
            message = f"the range {each.first}-{each.last} holds nothing"
            yield "telephony", 0, ("ranges", place), message, "write the smaller first, with as many digits"
        else:
            whole.append((place, each))
    for (_, before), (place, each) in combinations(whole, 2):
        if _overlap(before, each):
            message = f"the range {each.first}-{each.last} shares numbers with {before.first}-{before.last}"
            yield "telephony", 0, ("ranges", place), message, "let them share none"


def _overlap(one: NumberRange, other: NumberRange) -> bool:
    return len(one.first) == len(other.first) and one.first <= other.last and other.first <= one.last


@rule("number-outside")
def number_outside(city: City) -> Iterator[Finding]:
    """Every extension, of a person, a unit or what else answers, lies in a range."""
    if city.telephony is None:
        return
    for position, person in enumerate(city.inventory.people):
        if person.extension is not None and range_of(city, person.extension) is None:
            yield "people", position, ("extension",), *_outside(person.extension)
    for position, unit in enumerate(city.inventory.units):
        if unit.line is not None and range_of(city, unit.line.extension) is None:
            yield "units", position, ("line", "extension"), *_outside(unit.line.extension)
    for each in fixed(city):
        if range_of(city, each.extension) is None:
            yield "telephony", 0, _at(each), *_outside(each.extension)


def _at(each: Fixed) -> tuple[str | int, ...]:
    return each.path if each.kind == "place" else (*each.path, "extension")


def _outside(extension: str) -> tuple[str, str]:
    return f"the extension {extension} lies in no range", "choose one of `telephony.ranges`, or widen a range"


@rule("duplicate-line")
def duplicate_line(city: City) -> Iterator[Finding]:
    """The extension of a unit's line, a menu, a queue, a room or a probe is no other's, and no person's at any time."""
    taken = {
        person.extension: f"that of {person.id}, {place_name(city, 'people', position)}"
        for position, person in enumerate(city.inventory.people)
        if person.extension is not None
    }
    for position, unit in enumerate(city.inventory.units):
        if unit.line is None:
            continue
        extension = unit.line.extension
        if extension in taken:
            message = f"the extension {extension} is taken: it is {taken[extension]}"
            yield "units", position, ("line", "extension"), message, "choose a free number"
        taken.setdefault(extension, f"that of {unit.code}, {place_name(city, 'units', position)}")
    for each in fixed(city):
        if each.extension in taken:
            message = f"the extension {each.extension} is taken: it is {taken[each.extension]}"
            yield "telephony", 0, _at(each), message, "choose a free number"
        taken.setdefault(each.extension, f"that of the {each.kind} {each.key}".rstrip())


@rule("call-services")
def call_services(city: City) -> Iterator[Finding]:
    """A menu, queue or room is given once; digits of a menu too, and what they lead to answers under a number."""
    if city.telephony is None:
        return
    for kind, key in SERVICES.items():
        for place, code in again(each.code for each in getattr(city.telephony, key)):
            yield "telephony", 0, (key, place, "code"), f"the {kind} {code} is given twice", "keep one of them"
    parking = city.telephony.parking
    if parking is not None and (len(parking.first) != len(parking.last) or parking.first > parking.last):
        message = f"the places {parking.first}-{parking.last} hold nothing"
        yield "telephony", 0, ("parking",), message, "write the smaller first, with as many digits"
    for place, menu in enumerate(city.telephony.menus):
        for choice, digit in again(each.digit for each in menu.choices):
            message = f"the digit {digit} is given twice"
            yield "telephony", 0, ("menus", place, "choices", choice, "digit"), message, "leave it to one choice"
        if not menu.choices:
            yield "telephony", 0, ("menus", place), f"the menu {menu.code} leads nowhere", "give it choices"
    for path, target in _targets(city.telephony):
        if extension_of(city, target) is None:
            remedy = "name somebody at work with an extension, a unit with a `line`, or what is in this section"
            yield "telephony", 0, path, f"nothing answers for {target}", remedy


def _targets(telephony: TelephonySettings) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Where menus and queues lead."""
    for place, menu in enumerate(telephony.menus):
        for choice, each in enumerate(menu.choices):
            yield ("menus", place, "choices", choice, "to"), each.to
        if menu.otherwise:
            yield ("menus", place, "otherwise"), menu.otherwise
    for place, queue in enumerate(telephony.queues):
        if queue.otherwise:
            yield ("queues", place, "otherwise"), queue.otherwise


@rule("probes")
def probes(city: City) -> Iterator[Finding]:
    """A probe proves the rights of a class that there is, and a server registers it."""
    found = city.telephony.probes if city.telephony else ()
    for place, probe in enumerate(found):
        if probe.class_ not in city.access_classes:
            message = f"there is no access class {probe.class_!r}"
            yield "telephony", 0, ("probes", place, "class"), message, nearest(probe.class_, city.access_classes)
    if found and not serving(city, "telephony-probe")[0]:
        message = "no server has the service `telephony-probe`, from which these lines call"
        yield "telephony", 0, ("probes",), message, "give it to one in servers.yml, other than the exchange itself"


@rule("shadowed-number")
def shadowed_number(city: City) -> Iterator[Finding]:
    """No extension can be taken for an emergency number, or for the beginning of a call to the world."""
    if city.telephony is None:
        return
    first = {number: f"the emergency number {number}" for number in city.telephony.emergency}
    first[city.telephony.line] = f"{city.telephony.line}, which is dialled for a line to the world"
    for place, each in enumerate(city.telephony.ranges):
        for digits, what in first.items():
            head = slice(len(digits))
            if each.first[head] <= digits <= each.last[head] and len(each.first) >= len(digits):
                message = f"the range {each.first}-{each.last} has extensions that begin like {what}"
                yield "telephony", 0, ("ranges", place), message, "choose other extensions: both are dialled alike"
    for place, number in enumerate(city.telephony.emergency):
        if number.startswith(city.telephony.line):
            message = f"the emergency number {number} begins with {city.telephony.line}, as calls to the world do"
            yield "telephony", 0, ("emergency", place), message, "choose another digit for `line`"


@rule("destinations")
def destinations(city: City) -> Iterator[Finding]:
    """A destination has prefixes, a key and prefixes are given once, and a class may call only what there is."""
    if city.telephony is None:
        return
    keys = [each.code for each in city.telephony.destinations]
    for place, code in again(keys):
        yield "telephony", 0, ("destinations", place, "code"), f"{code} is given twice", "keep one of them"
    prefixes: dict[str, str] = {}
    for place, each in enumerate(city.telephony.destinations):
        if not each.prefixes:
            yield "telephony", 0, ("destinations", place), f"{each.code} holds no number", "give it prefixes"
        for prefix in each.prefixes:
            if prefix in prefixes:
                message = f"{prefix} is given twice: {prefixes[prefix]} has it too"
                yield "telephony", 0, ("destinations", place, "prefixes"), message, "leave it to one destination"
            prefixes[prefix] = each.code
    for position, item in items(city, "access_classes"):
        for key in ("calls", "calls_closed"):
            for place, code in enumerate(getattr(item, key) or ()):
                if code not in keys:
                    message = f"there is no destination {code!r}"
                    yield "access_classes", position, (key, place), message, nearest(code, keys)
                elif key == "calls_closed" and code not in item.calls:
                    message = f"{code} may not be called at any time, as `calls` does not have it"
                    yield "access_classes", position, (key, place), message, "add it to `calls`, or take it away"


@rule("empty-line")
def empty_line(city: City) -> Iterator[Finding]:
    """Somebody who is employed and has a telephone answers a unit's line and a queue, and speaks and hears on pages."""
    if city.telephony is None:
        return
    roster = Roster(city)
    for position, unit in enumerate(city.inventory.units):
        if unit.line is not None and not ringing(city, roster, unit):
            message = "nobody who is employed and has an extension answers the line"
            yield "units", position, ("line",), message, "name somebody in `ring`"
    for place, queue in enumerate(city.telephony.queues):
        if not penalties(city, roster, queue):
            message = f"nobody who is employed and has an extension takes calls of the queue {queue.code}"
            yield "telephony", 0, ("queues", place, "members"), message, "name somebody else"
    for place, page in enumerate(city.telephony.pages):
        for key in ("telephones", "callers"):
            if not speaking(city, roster, getattr(page, key)):
                message = f"nobody who is employed and has an extension is among the {key} of the page {page.code}"
                yield "telephony", 0, ("pages", place, key), message, "name somebody else"


@rule("hours")
def hours(city: City) -> Iterator[Finding]:
    """Opening hours end later than they begin, on some day, and a unit's line has some, if it has its own."""
    for position, unit in enumerate(city.inventory.units):
        if unit.line is not None and unit.line.hours is not None:
            yield from _no_time("units", position, ("line", "hours"), unit.line.hours)
            if not unit.line.hours:
                yield "units", position, ("line", "hours"), "the line would never ring", "give hours, or take them away"
    if city.telephony is not None:
        yield from _no_time("telephony", 0, ("hours",), city.telephony.hours)


def _no_time(section: str, position: int, path: tuple[str, ...], found: Iterable[OpeningHours]) -> Iterator[Finding]:
    for place, each in enumerate(found):
        if each.until <= each.from_ or not each.days:
            message = f"the hours {each.from_}-{each.until} hold no time"
            yield section, position, (*path, place), message, "let them end later than they begin, and name days"


@rule("holidays")
def holidays(city: City) -> Iterator[Finding]:
    """A holiday is given once; those of this year are known, and from October on those of the next."""
    if city.telephony is None:
        return
    for position, unit in enumerate(city.inventory.units):
        for place, day in again(each.day for each in (unit.line.holidays if unit.line else ())):
            yield "units", position, ("line", "holidays", place, "day"), f"{day} is given twice", "keep one of them"
    days = [each.day for each in city.telephony.holidays]
    for place, day in again(days):
        yield "telephony", 0, ("holidays", place, "day"), f"{day} is given twice", "keep one of them"
    needed = {city.as_of.year, city.as_of.year + (city.as_of.month >= _AUTUMN)}
    if city.telephony.hours:
        for year in sorted(needed - {day.year for day in days}):
            message = f"no holiday of {year} is known: the exchange would be open on all of them"
            yield "telephony", 0, ("holidays",), message, f"add the holidays of {year}; religious ones move every year"
