# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be there once only."""

from __future__ import annotations

import datetime
from collections.abc import Hashable, Iterable, Iterator
from typing import TYPE_CHECKING

from .. import addresses, asof
from ..entities import KEYS
from ..names import Clash, base_name
from .rule import Finding, place_name, rule

if TYPE_CHECKING:
    from ..city import City
    from ..people import Person

_OBJECT_NAME = 64
"""How long a common name may be in Active Directory."""

Entry = tuple[Hashable, str, int, tuple[str | int, ...]]
"""A value, and where it stands: section, position, path."""

_RESERVED = {"administrator", "guest", "krbtgt"}


def _repeated(city: City, entries: Iterable[Entry], what: str, remedy: str) -> Iterator[Finding]:
    """A finding for each entry whose value an earlier one has."""
    first: dict[Hashable, tuple[str, int]] = {}
    for value, section, position, path in entries:
        if value in first:
            message = f"{what} {value} is taken: it was given in {place_name(city, *first[value])}"
            yield section, position, path, message, remedy
        else:
            first[value] = section, position


@rule("duplicate-key")
def duplicate_key(city: City) -> Iterator[Finding]:
    """A personnel number, code or name is given once in its section."""
    for section, key in KEYS.items():
        entries = (
            (getattr(item, key), section, position, (key,))
            for position, item in enumerate(getattr(city.inventory, section))
        )
        remedy = (
            "keep one record; a person who came back keeps theirs, with `earlier`"
            if section == "people"
            else "keep one record"
        )
        yield from _repeated(city, entries, f"the {key}", remedy)


@rule("duplicate-unit-name")
def duplicate_unit_name(city: City) -> Iterator[Finding]:
    """Units that belong to the same unit have different names: the directory knows them by these."""
    first: dict[tuple[str | None, str], int] = {}
    for position, unit in enumerate(city.inventory.units):
        same = first.setdefault((unit.parent, unit.name.casefold()), position)
        if same != position:
            message = f"the name {unit.name!r} is that of a unit beside it, {place_name(city, 'units', same)}"
            yield "units", position, ("name",), message, "choose another name"


@rule("duplicate-role")
def duplicate_role(city: City) -> Iterator[Finding]:
    """A role is given once in its application."""
    for position, application in enumerate(city.inventory.applications):
        entries = (
            (role.code, "applications", position, ("roles", place)) for place, role in enumerate(application.roles)
        )
        yield from _repeated(city, entries, "the role", "keep one of them")


@rule("duplicate-grant")
def duplicate_grant(city: City) -> Iterator[Finding]:
    """A person is granted a role once for any day."""
    for position, person in enumerate(city.inventory.people):
        if not person.roles:
            continue
        seen: list[tuple[str, datetime.date | None, datetime.date | None]] = []
        for place, role in enumerate(person.roles):
            grant = (role, None, None) if isinstance(role, str) else (role.role, role.from_, role.until)
            if any(name == grant[0] and asof.overlap(grant[1:], (first, last)) for name, first, last in seen):
                yield (
                    "people",
                    position,
                    ("roles", place),
                    f"the role {grant[0]} is granted twice for the same days",
                    "keep one of them",
                )
            seen.append(grant)


@rule("duplicate-login")
def duplicate_login(city: City) -> Iterator[Finding]:
    """A login that is written down is nobody else's, and was nobody else's within the quarantine."""
    yield from _clashes(city, city.logins.clashes, "login", "the login")
    owners = {login: owner for owner, login in city.logins.current.items()}
    for position, account in enumerate(city.inventory.service_accounts):
        if account.name in owners:
            file, line = city.places("people", owners[account.name], {})("")
            message = f"the login {account.name} is a person's: {file}:{line}"
            yield "service_accounts", position, ("name",), message, "choose another name; svc- in front is a good habit"


@rule("duplicate-mail")
def duplicate_mail(city: City) -> Iterator[Finding]:
    """A mail address that is written down is nobody else's, and was nobody else's within the quarantine."""
    yield from _clashes(city, city.mails.clashes, "mail", "the address")
    for claim, first in addresses.clashes(city):
        where = place_name(city, first.section, first.position)
        message = f"the address {claim.address} is that of {first.owner} ({where})"
        yield claim.section, claim.position, claim.path, message, "choose another"


def _clashes(city: City, clashes: Iterable[Clash], key: str, what: str) -> Iterator[Finding]:
    if not (found := {clash.claim.owner: clash for clash in clashes}):
        return
    for position, person in enumerate(city.inventory.people):
        if clash := found.get(person.id):
            file, line = city.places("people", clash.holder, {})("")
            if clash.taken:
                message = (
                    f"{what} {clash.claim.base} would be taken from {clash.holder} ({file}:{line}), whose name it is"
                )
                yield (
                    "people",
                    position,
                    (key,),
                    message,
                    f"choose another, or write down a `{key}` for {clash.holder} too",
                )
                continue
            message = f"{what} {clash.claim.base} belongs to {clash.holder} ({file}:{line}), or did until lately"
            yield "people", position, (key,), message, "choose another, or leave it out to have one derived"


@rule("name-letters")
def name_letters(city: City) -> Iterator[Finding]:
    """A name has letters of which a login can be made, and so has every former one."""
    for position, person in enumerate(city.inventory.people):
        if not base_name(person.given, person.family) and not (person.login and person.mail):
            yield "people", position, ("given",), "no login can be made of this name", "give `login` and `mail`"
        for name in asof.all_names(person)[:-1] if person.former else ():
            if name.former is not None and not base_name(name.given, name.family):
                place = person.former.index(name.former)
                yield "people", position, ("former", place), "no login can be made of this name", "take the entry away"


@rule("name-length")
def name_length(city: City) -> Iterator[Finding]:
    """Given and family name, with the personnel number that a namesake has behind them, fit into 64 letters."""
    for position, person in enumerate(city.inventory.people):
        for name in asof.all_names(person):
            if len(f"{name.given} {name.family} ({person.id})") > _OBJECT_NAME:
                path: tuple[str | int, ...] = (
                    ("former", person.former.index(name.former)) if name.former else ("given",)
                )
                message = f"the name is longer than the directory takes: {_OBJECT_NAME} letters with the number"
                yield "people", position, path, message, "shorten the given names"


@rule("reserved-login")
def reserved_login(city: City) -> Iterator[Finding]:
    """No login is one that every directory has from the beginning."""
    for position, person in enumerate(city.inventory.people):
        if (login := city.logins.current[person.id]) in _RESERVED:
            key = "login" if person.login else "given"
            yield (
                "people",
                position,
                (key,),
                f"the login {login} belongs to the directory itself",
                "give another `login`",
            )
    for position, account in enumerate(city.inventory.service_accounts):
        if account.name in _RESERVED:
            message = f"the login {account.name} belongs to the directory itself"
            yield "service_accounts", position, ("name",), message, "choose another name; svc- in front is a good habit"


@rule("duplicate-extension")
def duplicate_extension(city: City) -> Iterator[Finding]:
    """An extension is one person's at a time, and rests for the quarantine before it is another's."""
    holders: dict[str, list[tuple[int, Person]]] = {}
    for position, person in enumerate(city.inventory.people):
        if person.extension:
            holders.setdefault(person.extension, []).append((position, person))
    rest = datetime.timedelta(days=city.organisation.quarantine_days)
    for number, owners in holders.items():
        owners.sort(key=lambda owner: (owner[1].from_, owner[0]))
        before, earlier = owners[0]
        for position, person in owners[1:]:
            if earlier.until is None or earlier.until + rest >= person.from_:
                words = "is in quarantine" if earlier.until and earlier.until < city.as_of else "is taken"
                message = (
                    f"the extension {number} {words}: it is that of {earlier.id}, {place_name(city, 'people', before)}"
                )
                yield "people", position, ("extension",), message, "choose a free number"
            if earlier.until is not None and (person.until is None or person.until > earlier.until):
                before, earlier = position, person


@rule("duplicate-address")
def duplicate_address(city: City) -> Iterator[Finding]:
    """An IP address is one host's."""
    entries = (
        (item.address, section, position, ("address",))
        for section in ("servers", "devices")
        for position, item in enumerate(getattr(city.inventory, section))
        if item.address
    )
    yield from _repeated(city, entries, "the address", "choose a free address")


@rule("duplicate-mac")
def duplicate_mac(city: City) -> Iterator[Finding]:
    """A MAC address is one device's or telephone's."""
    devices = ((d.mac, "devices", position, ("mac",)) for position, d in enumerate(city.inventory.devices) if d.mac)
    # Given twice among telephones, it is a key that is: told already.
    first = {handset.mac: position for position, handset in reversed(list(enumerate(city.inventory.telephones)))}
    telephones = ((mac, "telephones", position, ("mac",)) for mac, position in first.items())
    yield from _repeated(city, [*devices, *telephones], "the MAC address", "read it off the device")


@rule("duplicate-serial")
def duplicate_serial(city: City) -> Iterator[Finding]:
    """A serial number is one device's among those of its model."""
    by_model: dict[str | None, list[Entry]] = {}
    for position, device in enumerate(city.inventory.devices):
        if device.serial:
            by_model.setdefault(device.model, []).append((device.serial, "devices", position, ("serial",)))
    for entries in by_model.values():
        yield from _repeated(city, entries, "the serial number", "read it off the device")


@rule("duplicate-host")
def duplicate_host(city: City) -> Iterator[Finding]:
    """A server and a device have different names: both are Ansible hosts."""
    entries = (
        (item.name, section, position, ("name",))
        for section in ("servers", "devices")
        for position, item in enumerate(getattr(city.inventory, section))
    )
    for finding in _repeated(city, entries, "the host name", "choose another name"):
        if finding[0] == "devices" and city.inventory.devices[finding[1]].name in city.servers:
            yield finding
