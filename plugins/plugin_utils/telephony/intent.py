# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an exchange should hold, computed from the model: plain data, no connection.

The main exchange has every number. That of a branch has the lines of its site; what else is dialled there goes to the
main one, which calls the branch for its lines and keeps everybody's voice mailbox.

A line has the name of its owner's personnel number and never another one: a rename changes what is shown, a new
extension changes where a number leads, and neither touches the registration or the voice mailbox.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ...module_utils.plan import Item
from ..model.calling import TIMES, allowed
from ..model.city import Account, City
from ..model.exchanges import MAIN, Exchange, emergency_caller, exchange_at, exchanges
from ..model.leaving import hold_on, is_over
from ..model.numbers import Number, forwarded, numbers, ringing
from ..model.roster import Roster
from ..model.telephony import TelephonySettings
from .calendars import calendars
from .handsets import handsets, locked
from .links import links
from .services import services

_LINES = {
    "number": "extension",
    "name": "family",
    "shows": "telephone",
    "class": "class",
    "pickup": "unit",
    "language": "language",
    "exchange": "site",
}
_DIALLING = ("line", "country", "area", "national", "international", "local_digits", "ring_seconds")
_TRUNK = ("host", "port", "priority", "encrypted")
_STATES = {"leave": "leave", "left": "until", "future": "from"}


def intent(
    city: City,
    probing: Iterable[str] = (),
    site: str = MAIN,
    addresses: Mapping[str, str] | None = None,
    *,
    retire: bool = False,
) -> list[Item]:
    """Everything that an exchange should hold on the model's day.

    :arg probing: addresses from which the lines of probes may register.
    :arg site: whose exchange: that of a branch, or the main one.
    :arg addresses: of servers, by name, where they are not those of the inventory.
    :arg retire: whether the lines and voice mailboxes go of those who left longer ago than the retention.
    """
    if city.telephony is None:
        return []
    known = numbers(city)
    called = [
        *_lines(city, city.telephony, known, retire=retire),
        *_probes(city, city.telephony, frozenset(probing)),
        *_numbers(city, known),
    ]
    here = next(each for each in exchanges(city) if each.site == site)
    own = [*called, *_groups(city), *services(city), *handsets(city)] if site == MAIN else _of_branch(called, site)
    return [
        *own,
        *locked(city, site),
        *_rights(city),
        *_trunks(city, here),
        *links(city, here, addresses or {}),
        *calendars(city, site),
        *_dialling(city, city.telephony),
    ]


def _of_branch(called: list[Item], site: str) -> list[Item]:
    """Its lines, the numbers that ring them, and lines that left the site: closed, as far as they are there."""
    lines = [_as_there(item, site) for item in called if item.kind == "line"]
    ringing = {f"line {line.key}" for line in lines if not line.existing_only}
    return [*lines, *(item for item in called if item.kind == "number" and item.fields["to"] in ringing)]


def _as_there(line: Item, site: str) -> Item:
    if line.fields.get("exchange") != site:
        return replace(line, fields={"open": False}, existing_only=True)
    return replace(line, fields={**line.fields, "exchange": None, "mail": None})


def _lines(city: City, telephony: TelephonySettings, known: dict[str, Number], *, retire: bool) -> Iterator[Item]:
    """A line of everybody who has an extension; one who has left keeps it, closed, with the voice mailbox."""
    for account in city.accounts():
        person = account.person
        is_gone = retire and is_over(city, person) and hold_on(person, city.as_of) is None
        if (person.extension is None and not is_gone) or account.state == "future":
            continue
        fields: dict[str, Any] = {"open": account.state == "active"}
        if account.state != "left" and person.extension is not None:
            fields |= _shown(city, telephony, account, known[person.extension])
        line = _STATES.get(account.state)
        places = dict.fromkeys(fields, line) if line else _LINES
        yield Item(
            "line",
            person.id,
            account.display,
            fields,
            places=city.places("people", person.id, {name: key for name, key in places.items() if key}),
            tags={"person": person.id, "unit": person.unit},
            existing_only=account.state == "left",
            retired=is_gone,
        )


def _shown(city: City, telephony: TelephonySettings, account: Account, number: Number) -> dict[str, Any]:
    person, site = account.person, city.site(account.person)
    return {
        "number": person.extension,
        "name": account.display,
        "shows": number.outside or telephony.caller,
        "emergency": emergency_caller(telephony, site),
        "class": person.class_,
        "mail": account.mail if city.mail is not None else None,
        "pickup": person.unit,
        "language": (person.language or city.organisation.language).partition("-")[0],
        "exchange": exchange_at(city, site) or None,
        "secret": 1,
    }


def probe_key(extension: str) -> str:
    """The name of a probe's line."""
    return f"probe-{extension}"


def _probes(city: City, telephony: TelephonySettings, probing: frozenset[str]) -> Iterator[Item]:
    """Lines of nobody, which only some addresses can register, and their numbers."""
    for position, probe in enumerate(telephony.probes):
        place = city.place("telephony", 0, "probes", position)
        key, label = probe_key(probe.extension), f"Deneme {probe.extension}"
        fields = {
            "open": True,
            "number": probe.extension,
            "name": label,
            "shows": telephony.caller,
            "emergency": emergency_caller(telephony, city.sites.get(probe.site or "")),
            "class": probe.class_,
            "mail": None,
            "pickup": None,
            "language": city.organisation.language.partition("-")[0],
            "exchange": probe.site,
            "secret": 1,
            "from": probing,
        }
        yield Item("line", key, label, fields, places=lambda _, place=place: place)
        number = {"to": f"line {key}", "outside": None}
        yield Item("number", probe.extension, label, number, places=lambda _, place=place: place)


def _numbers(city: City, known: dict[str, Number]) -> Iterator[Item]:
    """Every number that leads somewhere: one that rests leads to the line of its last owner's unit."""
    for number in known.values():
        to = _answering(city, number)
        if number.state == "reserved" or not to:
            continue
        section, key = ("people", number.person) if number.person else ("units", number.unit)
        line = {"covered": "leave", "resting": "until"}.get(number.state, "")
        line = "call_forwards" if to.startswith(("number ", "world ")) else line
        places = {"to": line or ("extension" if number.person else "line"), "outside": "telephone"}
        tags = {"unit": city.people[number.person].unit if number.person else number.unit}
        if number.person:
            tags["person"] = number.person
        label = city.people[number.person].family if number.person else city.units[number.unit].name
        fields = {"to": to, "outside": number.outside or None}
        yield Item("number", number.extension, label, fields, places=city.places(section, key, places), tags=tags)


def _answering(city: City, number: Number) -> str:
    """Who answers a number: its owner, who stands in for the owner, or the line of a unit; empty if nobody does."""
    if number.state != "person":
        return f"group {number.unit}" if number.unit else ""
    to = forwarded(city, city.people[number.person])
    if to is None:
        return f"line {number.person}"
    return f"world {to} {number.person}" if to.startswith("+") else f"number {to}"


def _groups(city: City) -> Iterator[Item]:
    roster = Roster(city)
    for unit in city.inventory.units:
        if unit.line is None:
            continue
        at_work = (person for person in ringing(city, roster, unit) if city.states[person] == "active")
        fields = {"rings": frozenset(at_work), "seconds": unit.line.seconds}
        places = city.places("units", unit.code, dict.fromkeys(fields, "line"))
        yield Item("group", unit.code, unit.name, fields, places=places, tags={"unit": unit.code})


def _rights(city: City) -> Iterator[Item]:
    """What each class may call: a holiday is a time at which the city is closed."""
    codes = [each.code for each in city.telephony.destinations] if city.telephony else []
    for item in city.inventory.access_classes:
        fields: dict[str, Any] = {
            time: frozenset(code for code in codes if allowed(item, code, time)) for time in TIMES if time != "holiday"
        }
        places = city.places("access_classes", item.code, {"open": "calls", "closed": "calls_closed"})
        yield Item("rights", item.code, item.name, fields, places=places)


def _trunks(city: City, here: Exchange) -> Iterator[Item]:
    place = city.place("telephony", 0, *here.path, "trunks")
    for trunk in here.trunks:
        fields: dict[str, Any] = {name: getattr(trunk, name) for name in _TRUNK}
        fields["sources"] = frozenset(trunk.sources)
        yield Item("trunk", trunk.code, trunk.code, fields, places=lambda _: place)


def _dialling(city: City, telephony: TelephonySettings) -> Iterator[Item]:
    """How numbers are dialled, and which numbers of the world belong together."""
    place = city.place("telephony", 0, "destinations")
    for each in telephony.destinations:
        fields = {"prefixes": frozenset(each.prefixes)}
        yield Item("destination", each.code, each.name, fields, places=lambda _: place)
    said = {name: getattr(telephony, name) for name in _DIALLING}
    yield Item(
        "dialling",
        "city",
        city.organisation.name,
        {**said, "emergency": frozenset(telephony.emergency), "timezone": city.organisation.timezone},
        places=lambda name: (
            city.place("organisation", 0, name) if name == "timezone" else city.place("telephony", 0, name)
        ),
    )
