# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the directory should hold, computed from the model: plain data, no connection.

The shape under the root::

    OU=Birimler           the tree of units, with the people in their unit
    OU=Gruplar            a group for each unit, access class and application role
    OU=Servis Hesapları   accounts of programs
    OU=Ayrılanlar         people who have left, disabled and without a group

A person is a direct member of the groups of unit, class and personal roles. The rest is nesting: a unit's group is
in that of the unit above, a class's in those of its roles, a role's in those of the roles it contains.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from ...module_utils.plan import Item, Secret
from .. import collector
from ..model import asof
from ..model.city import Account, City
from ..model.entities import AccessClass, ServiceAccount
from .attributes import ATTRIBUTES, numbered
from .values import hours_text, local_hours, midnight_after

NAMES = {
    "tr": {
        "units": "Birimler",
        "groups": "Gruplar",
        "services": "Servis Hesapları",
        "leavers": "Ayrılanlar",
        "unit": "birim",
        "class": "sinif",
        "role": "rol",
    },
    "en": {
        "units": "Units",
        "groups": "Groups",
        "services": "Service Accounts",
        "leavers": "Leavers",
        "unit": "unit",
        "class": "class",
        "role": "role",
    },
}
"""What Konak's own objects are called, by the organisation's language."""

_CONTAINERS = ("units", "groups", "services", "leavers")
_DERIVED = {"name": "family", "parent": "unit", "groups": "roles", "enabled": "until", "password": "id"}
_SOURCES = {kind: {row.field: row.source for row in rows} for kind, rows in ATTRIBUTES.items()}
_PERSON = {**_SOURCES["person"], **_DERIVED}
_DECIDED = {
    "future": {**_PERSON, "enabled": "from"},
    "leave": {**_PERSON, "enabled": "leave"},
    "left": {**_PERSON, **dict.fromkeys(("enabled", "parent", "groups", "manager"), "until")},
}
"""The sources of a person's fields where a first day to come, a leave or a departure decides some of them."""


def intent(city: City) -> list[Item]:
    """Every object that the directory should hold on the model's day.

    Someone who has left is wanted as far as there still is an account: disabled, without a group, among the leavers.
    So is someone whose first day was put off: disabled until then.
    """
    with collector.paused():
        return [*_containers(city), *_units(city), *_groups(city), *_people(city), *_services(city)]


def first_password(person: str) -> Secret:
    """The password that a joiner gets, which must be changed at the first logon."""
    return Secret(f"directory/first/{person}")


def service_password(account: ServiceAccount) -> Secret:
    """The password of a service account, in the version that the inventory says."""
    return Secret(f"directory/service/{account.name}", account.secret)


def _containers(city: City) -> Iterator[Item]:
    place = city.place("organisation", 0, "directory")
    for key in _CONTAINERS:
        name = NAMES[city.organisation.language][key]
        yield Item("container", key, name, {"name": name, "parent": "root"}, places=lambda _: place)


def _units(city: City) -> Iterator[Item]:
    for unit in city.inventory.units:
        fields = {
            "name": unit.name,
            "parent": f"unit:{unit.parent}" if unit.parent else "container:units",
            "description": unit.code,
            "telephone": unit.telephone,
            "manager": _present(city, unit.manager),
        }
        places = city.places("units", unit.code, {**_SOURCES["unit"], "name": "name", "parent": "parent"})
        yield Item("unit", unit.code, unit.name, fields, places=places, tags={"unit": unit.code})


def _groups(city: City) -> Iterator[Item]:
    names = NAMES[city.organisation.language]

    def group(kind: str, code: str, title: str, within: set[str], places: Any, tags: dict[str, str]) -> Item:
        name = f"{names[kind]}-{code.replace('.', '-')}"
        fields = {
            "name": name,
            "login": name,
            "parent": "container:groups",
            "description": title,
            "groups": frozenset(within),
        }
        return Item("group", f"{kind}:{code}", name, fields, places=places, tags=tags)

    for unit in city.inventory.units:
        within = {f"unit:{unit.parent}"} if unit.parent else set()
        places = city.places("units", unit.code, {"description": "name", "groups": "parent"})
        yield group("unit", unit.code, unit.name, within, places, {"unit": unit.code})
    for item in city.inventory.access_classes:
        places = city.places("access_classes", item.code, {"description": "name", "groups": "roles"})
        yield group("class", item.code, item.name, {f"role:{role}" for role in item.roles}, places, {})
    for application in city.inventory.applications:
        places = city.places("applications", application.code, {"description": "roles", "groups": "roles"})
        for role in application.roles:
            within = {f"role:{application.code}.{name}" for name in role.includes}
            title = f"{application.name}: {role.name}"
            yield group("role", f"{application.code}.{role.code}", title, within, places, {})


def _people(city: City) -> Iterator[Item]:
    accounts = list(city.accounts())
    fill = _person_fields(city, _object_names(accounts))
    for account in accounts:
        person = account.person
        yield Item(
            kind="person",
            key=person.id,
            label=account.display,
            fields=fill(account),
            initial={"password": first_password(person.id)},
            places=_person_places(city, account),
            tags={
                "person": person.id,
                "unit": person.unit,
                **({"site": site.code} if (site := city.site(person)) else {}),
            },
            existing_only=account.state in {"left", "future"},
        )


def _object_names(accounts: list[Account]) -> dict[str, str]:
    """Names of the objects by personnel number: of namesakes, who came first has the plain one for ever."""
    namesakes: dict[str, list[Account]] = defaultdict(list)
    for account in accounts:
        namesakes[account.display].append(account)
    first = {
        name: min(some, key=lambda account: (asof.employments(account.person)[0][0], account.person.id)).person.id
        for name, some in namesakes.items()
    }
    return {
        person: name if first[name] == person else numbered(name, person)
        for person, name in ((account.person.id, account.display) for account in accounts)
    }


def _person_groups(account: Account) -> frozenset[str]:
    """The direct memberships: unit, class, and roles granted to the person (those of the class come by nesting)."""
    person = account.person
    return frozenset({f"unit:{person.unit}", f"class:{person.class_}", *(f"role:{role}" for role in account.own_roles)})


def _person_fields(city: City, names: Mapping[str, str]) -> Callable[[Account], dict[str, Any]]:
    """A function that gives the fields of an account; ``names`` are those of the objects, by personnel number."""
    domain, company = city.organisation.directory.domain, city.organisation.name
    departments = {unit.code: unit.name for unit in city.inventory.units}
    zone = ZoneInfo(city.organisation.timezone)
    hours = {item.code: _logon_hours(item, city.as_of, zone) for item in city.inventory.access_classes}

    def fill(account: Account) -> dict[str, Any]:
        person, gone = account.person, account.state == "left"
        site = city.site(person)
        return {
            "login": account.login,
            "upn": f"{account.login}@{domain}",
            "number": person.id,
            "given": account.given,
            "family": account.family,
            "display": account.display,
            "mail": account.mail,
            "title": person.title,
            "department": departments[person.unit],
            "company": company,
            "site": site.name if site else None,
            "room": person.room,
            "extension": person.extension,
            "expires": midnight_after(person.until, zone),
            "hours": hours[person.class_],
            "manager": None if gone else _present(city, city.manager(person)),
            "name": names[person.id],
            "parent": "container:leavers" if gone else f"unit:{person.unit}",
            "enabled": account.state == "active",
            "groups": frozenset() if gone else _person_groups(account),
        }

    return fill


def _logon_hours(item: AccessClass, day: datetime.date, zone: ZoneInfo) -> str | None:
    """The hours of a class in UTC, as they are on the day: daylight saving time moves them."""
    if not item.logon_hours:
        return None
    offset = datetime.datetime.combine(day, datetime.time(12), zone).utcoffset() or datetime.timedelta()
    spans = ((span.days, int(span.from_[:2]), int(span.until[:2])) for span in item.logon_hours)
    return hours_text(frozenset().union(*(local_hours(days, start, end, offset) for days, start, end in spans)))


def _person_places(city: City, account: Account) -> Any:
    """Where the inventory decides a field."""
    return city.places("people", account.person.id, _DECIDED.get(account.state, _PERSON))


def _services(city: City) -> Iterator[Item]:
    domain, zone = city.organisation.directory.domain, ZoneInfo(city.organisation.timezone)
    for account in city.inventory.service_accounts:
        running = city.as_of <= account.until
        yield Item(
            kind="service",
            key=account.name,
            label=account.name,
            fields={
                "name": account.name,
                "login": account.name,
                "upn": f"{account.name}@{domain}",
                "parent": "container:services",
                "description": account.purpose,
                "expires": midnight_after(account.until, zone),
                "secret": account.secret,
                "manager": _present(city, account.owner),
                "enabled": running,
                "groups": frozenset(f"role:{role}" for role in account.roles) if running else frozenset(),
            },
            initial={"password": service_password(account)},
            places=city.places(
                "service_accounts",
                account.name,
                {**_SOURCES["service"], "name": "name", "enabled": "until", "groups": "roles"},
            ),
            tags={"person": account.owner},
            existing_only=not running,
        )


def _present(city: City, person: str | None) -> str | None:
    """A manager as far as there is an account to point at."""
    return person if person in city.present else None
