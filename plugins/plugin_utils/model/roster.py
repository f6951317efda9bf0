# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is meant on the model's day by members as the inventory names them: ``unit:zabita``, ``role:ebys.onay``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from . import asof
from .city import City

Index = Mapping[str, list[str]]
"""By key: personnel numbers, or keys of the same kind."""


class Roster:
    """People who are employed, on leave or not, found by what they belong to.

    Service accounts and servers in groups are no people, and nobody is found for them; nor is anybody whom only the
    directory knows as a member.
    """

    def __init__(self, city: City) -> None:
        self._city = city
        self._found: dict[frozenset[str], frozenset[str]] = {}
        self._steps: dict[str, Callable[[str], Iterable[str]]] = {
            "unit": lambda key: self._parts.get(key, ()),
            "role": lambda key: self._containing.get(key, ()),
            "group": self._of_group,
            "list": self._of_list,
        }
        self._people: dict[str, Callable[[str], Iterable[str]]] = {
            "person": lambda key: (key,) if key in city.present else (),
            "unit": lambda key: self._in_units.get(key, ()),
            "class": lambda key: self._in_classes.get(key, ()),
            "role": lambda key: self._in_roles.get(key, ()),
        }

    def of(self, members: Iterable[str]) -> frozenset[str]:
        """Personnel numbers of everybody who is meant, in the units below and inside of groups and lists too."""
        wanted = frozenset(members)
        if wanted not in self._found:
            self._found[wanted] = frozenset(self._walk(wanted))
        return self._found[wanted]

    def _walk(self, members: Iterable[str]) -> set[str]:
        todo, seen, people = list(members), set[str](), set[str]()
        while todo:
            member = todo.pop()
            if member in seen:
                continue
            seen.add(member)
            kind, _, key = member.partition(":")
            people.update(self._people.get(kind, _nobody)(key))
            todo.extend(self._steps.get(kind, _nobody)(key))
        return people

    def _of_group(self, key: str) -> Iterable[str]:
        if key not in self._city.groups:
            return ()
        members = self._city.groups[key].members
        return asof.members((*members.add, *(members.set or ())), self._city.as_of)

    def _of_list(self, key: str) -> Iterable[str]:
        return self._city.mailing_lists[key].members if key in self._city.mailing_lists else ()

    @cached_property
    def _parts(self) -> Index:
        """By unit: the units that belong to it, as members."""
        return _gather((unit.parent, f"unit:{unit.code}") for unit in self._city.inventory.units if unit.parent)

    @cached_property
    def _containing(self) -> Index:
        """By role: the roles that contain it, as members; who has one of these has it too."""
        return _gather(
            (f"{application.code}.{name}", f"role:{application.code}.{role.code}")
            for application in self._city.inventory.applications
            for role in application.roles
            for name in role.includes
        )

    @cached_property
    def _in_units(self) -> Index:
        return self._employed("unit")

    @cached_property
    def _in_classes(self) -> Index:
        return self._employed("class_")

    def _employed(self, key: str) -> Index:
        people, present = self._city.inventory.people, self._city.present
        return _gather((getattr(person, key), person.id) for person in people if person.id in present)

    @cached_property
    def _in_roles(self) -> Index:
        """By role: those who are granted it themselves, or by their class."""
        city = self._city
        by_class = {item.code: item.roles for item in city.inventory.access_classes}
        return _gather(
            (role, person.id)
            for person in city.inventory.people
            if person.id in city.present
            for role in (*asof.roles(person, city.as_of), *by_class.get(person.class_, ()))
        )


def _nobody(key: str) -> Iterable[str]:
    del key
    return ()


def _gather(pairs: Iterable[tuple[str, str]]) -> Index:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found
