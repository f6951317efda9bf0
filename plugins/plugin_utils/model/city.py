# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The model: the city on one day, immutable, with every reference one look-up away."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from . import asof, names
from .access import AccessClass
from .entities import KEYS, Application, Inventory, Organisation, ServiceAccount, Site, Unit
from .hosts import Device, Server
from .mail import MailingList, MailSettings
from .people import FormerName, Person
from .recordings import Sound, sounds
from .rights import Group, PasswordPolicy
from .telephony import TelephonySettings
from .yaml_file import Marks, first_line

Place = tuple[str, int]
"""File and line."""


class Account(NamedTuple):
    """What a person is called in every system on the model's day."""

    person: Person
    login: str
    mail: str | None
    given: str
    family: str
    state: asof.State
    own_roles: frozenset[str]
    former_mails: tuple[str, ...] = ()

    @property
    def display(self) -> str:
        """The name for people."""
        return f"{self.given} {self.family}"


class City:
    """The inventory on the day ``as_of``.

    Made by :func:`.load.load`; the mappings are keyed by the section's key.
    """

    def __init__(
        self,
        inventory: Inventory,
        as_of: datetime.date,
        origins: Mapping[str, list[tuple[str, Marks]]],
        folder: Path,
    ) -> None:
        self.inventory = inventory
        self.as_of = as_of
        self.folder = folder
        self._origins = origins

    @property
    def organisation(self) -> Organisation:
        """The municipality itself."""
        return self.inventory.organisation

    @property
    def mail(self) -> MailSettings | None:
        """The mail system; ``None`` for a city without one."""
        return self.inventory.mail

    @property
    def telephony(self) -> TelephonySettings | None:
        """The telephone exchange; ``None`` for a city without one."""
        return self.inventory.telephony

    @cached_property
    def units(self) -> dict[str, Unit]:
        """Units by code."""
        return {unit.code: unit for unit in self.inventory.units}

    @cached_property
    def access_classes(self) -> dict[str, AccessClass]:
        """Access classes by code."""
        return {item.code: item for item in self.inventory.access_classes}

    @cached_property
    def sites(self) -> dict[str, Site]:
        """Sites by code."""
        return {site.code: site for site in self.inventory.sites}

    @cached_property
    def applications(self) -> dict[str, Application]:
        """Applications by code."""
        return {application.code: application for application in self.inventory.applications}

    @cached_property
    def people(self) -> dict[str, Person]:
        """People by personnel number."""
        return {person.id: person for person in self.inventory.people}

    @cached_property
    def service_accounts(self) -> dict[str, ServiceAccount]:
        """Service accounts by name."""
        return {account.name: account for account in self.inventory.service_accounts}

    @cached_property
    def servers(self) -> dict[str, Server]:
        """Servers by name."""
        return {server.name: server for server in self.inventory.servers}

    @cached_property
    def devices(self) -> dict[str, Device]:
        """Network devices by name."""
        return {device.name: device for device in self.inventory.devices}

    @cached_property
    def password_policies(self) -> dict[str, PasswordPolicy]:
        """Password policies by code."""
        return {policy.code: policy for policy in self.inventory.password_policies}

    @cached_property
    def groups(self) -> dict[str, Group]:
        """Groups beside those of units, classes and roles, by code."""
        return {group.code: group for group in self.inventory.groups}

    @cached_property
    def mailing_lists(self) -> dict[str, MailingList]:
        """Mailing lists by code."""
        return {item.code: item for item in self.inventory.mailing_lists}

    @cached_property
    def role_names(self) -> frozenset[str]:
        """Every application role, as ``application.role``."""
        return frozenset(f"{app.code}.{role.code}" for app in self.inventory.applications for role in app.roles)

    def accounts(self) -> Iterator[Account]:
        """Everyone who was ever employed or will be, in the order of the inventory."""
        logins, mails, states = self.logins.current, self.mails.current, self.states
        for person in self.inventory.people:
            given, family = asof.name(person, self.as_of)
            yield Account(
                person=person,
                login=logins[person.id] or names.released(person.id),
                mail=f"{mail}@{self.organisation.domain}" if (mail := mails[person.id]) else None,
                given=given,
                family=family,
                state=states[person.id],
                own_roles=asof.roles(person, self.as_of),
                former_mails=self.former_mails.get(person.id, ()),
            )

    @cached_property
    def states(self) -> dict[str, asof.State]:
        """Whether each person is there on the model's day, by personnel number."""
        return {person.id: asof.state(person, self.as_of) for person in self.inventory.people}

    @cached_property
    def present(self) -> frozenset[str]:
        """Who is employed on the model's day, on leave or not, by personnel number."""
        return frozenset(person for person, state in self.states.items() if state in {"active", "leave"})

    @cached_property
    def logins(self) -> names.Allotted:
        """Logins."""
        return self._allot(names.login_base, lambda entry: entry.login, names.LOGIN_LENGTH)

    @cached_property
    def mails(self) -> names.Allotted:
        """Local parts of mail addresses."""
        return self._allot(
            names.mail_base, lambda entry: entry.mail and entry.mail.partition("@")[0], names.MAIL_LENGTH
        )

    @cached_property
    def former_mails(self) -> dict[str, tuple[str, ...]]:
        """Addresses of former names that lead to their owner on the model's day and to nobody newer, by number."""
        held = {served: person.id for person, name, served in self.mails.served if name.first <= self.as_of}
        usual, found = datetime.timedelta(days=self.organisation.former_address_days), dict[str, list[str]]()
        for person, name, served in self.mails.served:
            if name.former is None or name.last is None or name.last >= self.as_of:
                continue
            last = name.former.address_until or name.last + usual
            serves = self.as_of <= last and person.id in self.present
            if serves and served != self.mails.current[person.id] and held[served] == person.id:
                found.setdefault(person.id, []).append(f"{served}@{self.organisation.domain}")
        return {person: tuple(dict.fromkeys(addresses)) for person, addresses in found.items()}

    @cached_property
    def _names(self) -> list[tuple[Person, asof.NameTime]]:
        """Everyone's names, in the order in which they are served."""
        known = [(person, name) for person in self.inventory.people for name in asof.names(person)]
        return sorted(known, key=lambda entry: (entry[1].first, entry[0].id))

    def _allot(
        self, base: Callable[[str, str], str], pinned: Callable[[Person | FormerName], str | None], length: int
    ) -> names.Allotted:
        """Allot names to everyone. A pin holds for former names too, where those have none of their own."""
        claims: list[names.Claim] = []
        for person, name in self._names:
            pin = (pinned(name.former) if name.former else None) or pinned(person)
            wanted = pin or base(name.given, name.family)
            claims.append(names.Claim(person.id, wanted, name.first, name.last, pin is not None))
        quarantine = datetime.timedelta(days=self.organisation.quarantine_days)
        allotted, clashes = names.allot(claims, quarantine, length)
        current: dict[str, str | None] = {}
        to_come: dict[str, str] = {}
        for claim, served in allotted.items():  # the oldest first
            if claim.since > self.as_of:
                to_come.setdefault(claim.owner, served)
                continue
            is_free = claim.until is not None and claim.until + quarantine < self.as_of
            current[claim.owner] = None if is_free else served
        taken = set(current.values())
        for owner, served in to_come.items():  # before the first day the first name counts, once it is free
            if owner not in current:
                current[owner] = None if served in taken else served
                taken.add(served)
        ever = [(*known, allotted[claim]) for known, claim in zip(self._names, claims, strict=True)]
        return names.Allotted(current, clashes, ever)

    def manager(self, person: Person) -> str | None:
        """Personnel number of who leads the person: named, else the unit's manager, else the next unit's above."""
        if person.manager:
            return person.manager
        above = (unit.manager for unit in self._above.get(person.unit, ()))
        return next((manager for manager in above if manager is not None and manager != person.id), None)

    def photo(self, person: Person) -> bytes | None:
        """The picture of someone who has not left, read from its file."""
        return (self.folder / person.photo).read_bytes() if person.photo and self.states[person.id] != "left" else None

    @cached_property
    def sounds(self) -> dict[str, Sound]:
        """What was recorded for the exchange to play, by its file: read once, as the plan goes by it."""
        return sounds(self.folder, self.telephony) if self.telephony else {}

    def site(self, person: Person) -> Site | None:
        """Where the person works: named, else the unit's site, else that of the next unit above."""
        return self.sites.get(person.site or self._unit_sites.get(person.unit, ""))

    @cached_property
    def _unit_sites(self) -> dict[str, str]:
        """By unit: the code of its site, else of that of the next unit above that has one."""
        return {
            code: unit.site for code, above in self._above.items() for unit in reversed(above) if unit.site is not None
        }

    @cached_property
    def _above(self) -> dict[str, tuple[Unit, ...]]:
        """By code: a unit, the one it belongs to, and so on to the top."""
        return {code: tuple(self._upwards(code)) for code in self.units}

    def _upwards(self, code: str | None) -> Iterator[Unit]:
        """A unit, the one it belongs to, and so on to the top; ends where a circle would begin."""
        seen: set[str] = set()
        while code in self.units and code not in seen:
            seen.add(code)
            yield self.units[code]
            code = self.units[code].parent

    def place(self, section: str, position: int, *path: str | int) -> Place:
        """File and line of an item of a section, or of what ``path`` names in it as far as it is there."""
        file, marks = self._origins[section][position]
        for step in path:
            if not isinstance(marks, dict) or step not in marks:
                break
            marks = marks[step]
        return file, first_line(marks)

    @cached_property
    def _positions(self) -> dict[str, dict[str, int]]:
        return {
            section: {getattr(item, key): place for place, item in enumerate(getattr(self.inventory, section))}
            for section, key in KEYS.items()
        }

    def places(self, section: str, key: str, names_of: Mapping[str, str]) -> Callable[[str], Place]:
        """For an item's fields in a system: where the inventory says so.

        :arg names_of: ``{field of the system: key of the inventory}``; other fields have the item's own line.
        """
        position = self._positions[section][key]

        def place(field: str) -> Place:
            name = names_of.get(field)
            return self.place(section, position, *([name] if name else []))

        return place
