# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""References lead somewhere, and chains of them end."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import dropwhile
from typing import TYPE_CHECKING, Any

from .. import asof
from .rule import Finding, items, rule

if TYPE_CHECKING:
    from ..city import City

_REFERENCES: tuple[tuple[str, str, Callable[[Any], str | None], str], ...] = (
    ("units", "parent", lambda unit: unit.parent, "units"),
    ("units", "manager", lambda unit: unit.manager, "people"),
    ("units", "site", lambda unit: unit.site, "sites"),
    ("access_classes", "password_policy", lambda item: item.password_policy, "password_policies"),
    ("people", "unit", lambda person: person.unit, "units"),
    ("people", "class", lambda person: person.class_, "access_classes"),
    ("people", "site", lambda person: person.site, "sites"),
    ("people", "manager", lambda person: person.manager, "people"),
    ("people", "successor", lambda person: person.successor, "people"),
    ("mail", "account", lambda mail: mail.account, "service_accounts"),
    ("applications", "owner", lambda application: application.owner, "units"),
    ("service_accounts", "owner", lambda account: account.owner, "people"),
    ("servers", "site", lambda server: server.site, "sites"),
    ("telephones", "person", lambda handset: handset.person, "people"),
    ("telephones", "site", lambda handset: handset.site, "sites"),
    ("devices", "site", lambda device: device.site, "sites"),
)
"""Section, key, how it is read, and the section that it must name an item of."""

_NOUNS = {
    "units": "unit",
    "people": "person",
    "sites": "site",
    "access_classes": "access class",
    "password_policies": "password policy",
    "service_accounts": "service account",
}


@rule("unknown-reference")
def unknown_reference(city: City) -> Iterator[Finding]:
    """A unit, person, site, access class, password policy or service account that is named exists."""
    for section, key, read, target in _REFERENCES:
        known: Mapping[str, Any] = getattr(city, target)
        for position, item in items(city, section):
            value = read(item)
            if value is not None and value not in known:
                yield section, position, (key,), f"there is no {_NOUNS[target]} {value!r}", nearest(value, known)
    for position, person in enumerate(city.inventory.people):
        for place, entry in enumerate(person.forwards):
            if "@" not in entry.to and entry.to not in city.people:
                message = f"there is no person {entry.to!r}"
                yield "people", position, ("forwards", place, "to"), message, nearest(entry.to, city.people)


@rule("unknown-role")
def unknown_role(city: City) -> Iterator[Finding]:
    """An application role that is granted exists, as ``application.role``."""
    known = city.role_names
    for section in ("people", "access_classes", "service_accounts"):
        for position, item in enumerate(getattr(city.inventory, section)):
            for place, role in enumerate(item.roles):
                if (name := asof.role_name(role)) not in known:
                    yield (
                        section,
                        position,
                        ("roles", place),
                        f"there is no application role {name!r}",
                        nearest(name, known),
                    )


@rule("unknown-included-role")
def unknown_included_role(city: City) -> Iterator[Finding]:
    """A role that another contains is one of the same application."""
    for position, application in enumerate(city.inventory.applications):
        known = {role.code for role in application.roles}
        for place, role in enumerate(application.roles):
            for name in role.includes:
                if name not in known:
                    message = f"there is no role {name!r} in {application.code}"
                    yield "applications", position, ("roles", place, "includes"), message, nearest(name, known)


@rule("unit-cycle")
def unit_cycle(city: City) -> Iterator[Finding]:
    """No unit is, by its parents, a part of itself."""
    parents = {unit.code: [unit.parent] if unit.parent else [] for unit in city.inventory.units}
    for position, unit in enumerate(city.inventory.units):
        if way := circle(unit.code, parents):
            yield "units", position, ("parent",), f"the unit is a part of itself: {way}", "mend one of these parents"


@rule("role-cycle")
def role_cycle(city: City) -> Iterator[Finding]:
    """No application role contains itself."""
    for position, application in enumerate(city.inventory.applications):
        includes = {role.code: list(role.includes) for role in application.roles}
        for place, role in enumerate(application.roles):
            if way := circle(role.code, includes):
                message = f"the role contains itself: {way}"
                yield "applications", position, ("roles", place, "includes"), message, "mend one of these lists"


@rule("top-unit")
def top_unit(city: City) -> Iterator[Finding]:
    """There is one unit without a parent."""
    tops = [position for position, unit in enumerate(city.inventory.units) if unit.parent is None]
    for position in tops[1:]:
        first = city.inventory.units[tops[0]].code
        yield "units", position, (), f"the unit has no parent, and neither has {first!r}", "name its parent"


@rule("own-manager")
def own_manager(city: City) -> Iterator[Finding]:
    """Nobody leads themselves, nor each other in a circle, be it as a person's manager or a unit's."""
    managers = {person.id: manager for person in city.inventory.people if (manager := city.manager(person))}
    in_circles = _in_circles(managers)
    for position, person in enumerate(city.inventory.people):
        if person.manager == person.id:
            yield (
                "people",
                position,
                ("manager",),
                "the person is named as their own manager",
                "leave it out; the unit's manager is taken",
            )
        elif person.id in in_circles:
            way = circle(person.id, {key: [manager] for key, manager in managers.items()})
            yield (
                "people",
                position,
                ("manager",),
                f"the people lead each other: {way}",
                "name another manager of one of them",
            )


@rule("gone-manager")
def gone_manager(city: City) -> Iterator[Finding]:
    """Who leads a unit or a person, or answers for a service account that still runs, has not left."""
    gone = {person for person, state in city.states.items() if state == "left"}
    for position, unit in enumerate(city.inventory.units):
        if unit.manager in gone:
            yield (
                "units",
                position,
                ("manager",),
                f"the manager {unit.manager} has left",
                "name who leads the unit now, or leave it empty",
            )
    for position, person in enumerate(city.inventory.people):
        if person.manager in gone and person.id not in gone:
            yield (
                "people",
                position,
                ("manager",),
                f"the manager {person.manager} has left",
                "name who leads the person now, or leave it empty",
            )
    for position, account in enumerate(city.inventory.service_accounts):
        if account.owner in gone and account.until >= city.as_of:
            yield (
                "service_accounts",
                position,
                ("owner",),
                f"the owner {account.owner} has left",
                "name who answers for the account now",
            )


def _in_circles(following: Mapping[str, str]) -> set[str]:
    """Those from whom the way leads back to themselves, where at most one way leads on from each."""
    found: set[str] = set()
    seen: set[str] = set()
    for start in following:
        way: dict[str, None] = {}
        step: str | None = start
        while step is not None and step not in seen:
            seen.add(step)
            way[step] = None
            step = following.get(step)
        if step in way:
            found.update(dropwhile(step.__ne__, way))
    return found


def circle(start: str, following: Mapping[str, Iterable[str]]) -> str:
    """The way from ``start`` back to itself, as ``a > b > a``; empty if there is none."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for step in following.get(way[-1], ()):
            if step == start:
                return " > ".join([*way, start])
            if step not in seen:
                seen.add(step)
                ways.append([*way, step])
    return ""


def nearest(value: str, known: Iterable[str]) -> str:
    """What to do about a name that is not there."""
    near = difflib.get_close_matches(value, list(known), 1, 0.5)
    return f"did you mean {near[0]!r}?" if near else "add it, or name one that there is"
