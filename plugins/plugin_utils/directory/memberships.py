# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The groups that the directory should hold, and who belongs to which. Part of the intent: no connection.

Every unit, access class and application role has a group of its own, and the section ``groups`` adds others. Units and
classes say who someone is: their groups are global. Roles say what one may do: their groups are domain-local, so that
global ones can be put into them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ...module_utils.plan import Item
from ..model import asof
from ..model.city import City

GLOBAL, DOMAIN_LOCAL = "global security", "domain-local security"

PREFIXES = {
    "tr": {"unit": "birim", "class": "sinif", "role": "rol", "group": "grup"},
    "en": {"unit": "unit", "class": "class", "role": "role", "group": "group"},
}
"""What the names of groups begin with, by the organisation's language."""


class Named:
    """Who belongs to the groups of the section ``groups`` on the model's day, asked from the members' side."""

    def __init__(self, city: City) -> None:
        self._groups: dict[str, set[str]] = defaultdict(set)
        for group in city.inventory.groups:
            entries = (*group.members.add, *(group.members.set or ()))
            for member in asof.members(entries, city.as_of):
                self._groups[member].add(f"group:{group.code}")

    def of(self, member: str) -> frozenset[str]:
        """Keys of the groups that a member as the inventory names it, like ``person:40117``, is put into directly."""
        return frozenset(self._groups.get(member, ()))


def open_groups(city: City) -> dict[str, frozenset[str]]:
    """Groups to which others may add whom they like, by key, with those whom the inventory shuts out all the same."""
    return {
        f"group:{group.code}": frozenset(group.members.remove)
        for group in city.inventory.groups
        if group.members.set is None
    }


def group_items(city: City, named: Named) -> Iterator[Item]:
    """Every group."""
    make = _maker(city, named)
    for unit in city.inventory.units:
        within = {f"unit:{unit.parent}"} if unit.parent else set()
        places = city.places("units", unit.code, {"description": "name", "groups": "parent"})
        yield make(f"unit:{unit.code}", unit.name, GLOBAL, within, places, {"unit": unit.code})
    for access in city.inventory.access_classes:
        places = city.places("access_classes", access.code, {"description": "name", "groups": "roles"})
        yield make(f"class:{access.code}", access.name, GLOBAL, {f"role:{role}" for role in access.roles}, places, {})
    for application in city.inventory.applications:
        places = city.places("applications", application.code, {"description": "roles", "groups": "roles"})
        for role in application.roles:
            within = {f"role:{application.code}.{name}" for name in role.includes}
            title = f"{application.name}: {role.name}"
            yield make(f"role:{application.code}.{role.code}", title, DOMAIN_LOCAL, within, places, {})
    for group in city.inventory.groups:
        places = city.places("groups", group.code, {"scope": "scope", "mail": "mail", "description": "name"})
        title = f"{group.name}: {group.purpose}" if group.purpose else group.name
        item = make(f"group:{group.code}", title, f"{group.scope} {group.use}", set(), places, {})
        more: dict[str, Any] = {"mail": group.mail} | ({} if group.members.set is None else {"strangers": frozenset()})
        yield replace(item, fields={**item.fields, **more})


def _maker(city: City, named: Named) -> Callable[..., Item]:
    """A function that makes the item of a group."""
    prefixes = PREFIXES[city.organisation.language]
    owned = {"strangers": frozenset[str]()} if city.organisation.directory.strangers == "remove" else {}

    def make(key: str, title: str, scope: str, within: set[str], places: Any, tags: Mapping[str, str]) -> Item:
        kind, _, code = key.partition(":")
        name = f"{prefixes[kind]}-{code.replace('.', '-')}"
        fields = {
            "name": name,
            "login": name,
            "parent": "container:groups",
            "description": title,
            "scope": scope,
            "groups": frozenset(within) | named.of(key),
            **(owned if kind != "group" else {}),
        }
        return Item("group", key, name, fields, places=places, tags=tags)

    return make
