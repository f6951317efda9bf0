# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the directory should hold, computed from the model: plain data, no connection.

The shape under the root::

    OU=Birimler           the tree of units, with the people in their unit
    OU=Gruplar            a group for each unit, access class and application role
    OU=Servis Hesapları   accounts of programs
    OU=Bilgisayarlar      accounts of servers that are members of the domain
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
from ..model.access import AccessClass
from ..model.city import Account, City
from ..model.entities import ServiceAccount
from ..model.leaving import is_over
from ..model.passwords import service_password
from . import hosts, policies
from .attributes import ATTRIBUTES, numbered
from .forms import Content
from .memberships import Named, group_items
from .values import hours_text, local_hours, midnight_after

NAMES = {
    "tr": {
        "units": "Birimler",
        "groups": "Gruplar",
        "services": "Servis Hesapları",
        "computers": "Bilgisayarlar",
        "leavers": "Ayrılanlar",
    },
    "en": {
        "units": "Units",
        "groups": "Groups",
        "services": "Service Accounts",
        "computers": "Computers",
        "leavers": "Leavers",
    },
}
"""What Konak's own objects are called, by the organisation's language."""

_CONTAINERS = ("units", "groups", "services", "computers", "leavers")
_DERIVED = {"name": "family", "parent": "unit", "groups": "roles", "enabled": "until", "password": "id"}
_OF_A_UNIT = {name: name for name in ("name", "parent", "delegations", "group_policies")}
_SOURCES = {kind: {row.field: row.source for row in rows} for kind, rows in ATTRIBUTES.items()}
_PERSON = {**_SOURCES["person"], **_DERIVED}
_DECIDED = {
    "future": {**_PERSON, "enabled": "from"},
    "leave": {**_PERSON, "enabled": "leave", "kept": "leave"},
    "left": {**_PERSON, **dict.fromkeys(("enabled", "parent", "groups", "by_hand", "kept", "manager"), "until")},
}
"""The sources of a person's fields where a first day to come, a leave or a departure decides some of them."""


def intent(city: City, *, retire: bool = False) -> list[Item]:
    """Every object that the directory should hold on the model's day.

    Someone who has left is wanted as far as there still is an account: disabled, without a group, among the leavers.
    So is someone whose first day was put off: disabled until then.

    :arg retire: whether the accounts go of those who left longer ago than the retention.
    """
    with collector.paused():
        named = Named(city)
        return [
            *_containers(city),
            *_units(city),
            *group_items(city, named),
            *_people(city, named, retire=retire),
            *_services(city, named),
            *hosts.computers(city, named),
            *hosts.records(city),
            *policies.items(city),
        ]


def first_password(person: str) -> Secret:
    """The password that a joiner gets, which must be changed at the first logon."""
    return Secret(f"directory/first/{person}")


def _containers(city: City) -> Iterator[Item]:
    place, settings = city.place("organisation", 0, "directory"), city.organisation.directory
    for key in _CONTAINERS:
        name = NAMES[city.organisation.language][key]
        fields = {"name": name, "parent": "root"} | (policies.branch(settings) if key == "units" else {})
        yield Item("container", key, name, fields, places=lambda _: place)


def _units(city: City) -> Iterator[Item]:
    for unit in city.inventory.units:
        fields = {
            "name": unit.name,
            "parent": f"unit:{unit.parent}" if unit.parent else "container:units",
            "description": unit.code,
            "telephone": unit.telephone,
            "manager": _present(city, unit.manager),
            **policies.branch(unit),
        }
        places = city.places("units", unit.code, {**_SOURCES["unit"], **_OF_A_UNIT})
        yield Item("unit", unit.code, unit.name, fields, places=places, tags={"unit": unit.code})


def _people(city: City, named: Named, *, retire: bool) -> Iterator[Item]:
    accounts = list(city.accounts())
    fill = _person_fields(city, _object_names(accounts), named)
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
            retired=retire and is_over(city, person),
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


def _person_groups(account: Account, named: Named) -> frozenset[str]:
    """The direct memberships: unit, class, and roles granted to the person (those of the class come by nesting)."""
    person = account.person
    own = {f"unit:{person.unit}", f"class:{person.class_}", *(f"role:{role}" for role in account.own_roles)}
    return named.of(f"person:{person.id}") | own


def _addresses(account: Account) -> frozenset[str]:
    """Mail addresses as Exchange's attribute has them, the main one in capitals."""
    if not account.mail:
        return frozenset()
    return frozenset({f"SMTP:{account.mail}", *(f"smtp:{former}" for former in account.former_mails)})


def _if_given(city: City, account: Account) -> dict[str, Any]:
    """What others may write where the record says nothing: a directorate's own secretary, or the person."""
    content = city.photo(account.person)
    given = {"telephone": account.person.telephone, "photo": Content.of(content) if content else None}
    return {name: value for name, value in given.items() if value is not None}


def _person_fields(city: City, names: Mapping[str, str], named: Named) -> Callable[[Account], dict[str, Any]]:
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
            "addresses": _addresses(account),
            "title": person.title,
            "department": departments[person.unit],
            "company": company,
            "site": site.name if site else None,
            "room": person.room,
            "extension": person.extension,
            "language": person.language or city.organisation.language,
            "expires": midnight_after(asof.closing(person, city.as_of), zone),
            "hours": hours[person.class_],
            "manager": None if gone else _present(city, city.manager(person)),
            "name": names[person.id],
            "parent": "container:leavers" if gone else f"unit:{person.unit}",
            "enabled": account.state == "active",
            "groups": frozenset() if gone else _person_groups(account, named),
            **_if_given(city, account),
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


def _services(city: City, named: Named) -> Iterator[Item]:
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
                "password_kept": True,
                "enabled": running,
                "groups": _service_groups(account, named) if running else frozenset(),
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


def _service_groups(account: ServiceAccount, named: Named) -> frozenset[str]:
    return named.of(f"service:{account.name}") | {f"role:{role}" for role in account.roles}


def _present(city: City, person: str | None) -> str | None:
    """A manager as far as there is an account to point at."""
    return person if person in city.present else None
