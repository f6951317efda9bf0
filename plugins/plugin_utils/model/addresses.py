# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every mail address of the city, and whose it is."""

from __future__ import annotations

import datetime
from collections.abc import Container, Iterator
from typing import NamedTuple

from .city import City

POSTMASTER = ("postmaster", "abuse")
"""Local parts that every mail domain has (RFC 2142)."""


class Claim(NamedTuple):
    """An address and who has it.

    :ivar owner: a personnel number, or ``unit:CODE``, ``list:CODE``, ``group:CODE``, ``mail:postmaster``.
    :ivar section: with ``position`` and ``path``, where the inventory says so.
    """

    address: str
    owner: str
    section: str
    position: int
    path: tuple[str | int, ...]


def claims(city: City) -> Iterator[Claim]:
    """Every address of the city, as often as somebody has it; who comes first keeps it."""
    yield from _postmaster(city)
    yield from _by_name(city)
    yield from _written(city)


def clashes(city: City) -> Iterator[tuple[Claim, Claim]]:
    """Each claim to an address that another has before it, with that one.

    Two who would have the same by their names are told apart elsewhere. One's own former address may be written down as
    a further one: so it is kept for longer.
    """
    fixed, written = list(_postmaster(city)), list(_written(city))
    asked = {claim.address.partition("@")[0] for claim in (*fixed, *written)}
    held: dict[str, Claim] = {}
    for claim in (*fixed, *_by_name(city, asked), *written):
        first = held.setdefault(claim.address, claim)
        if first is not claim and not (_is_name(first) and _is_name(claim)) and not _keeps_former(city, claim, first):
            yield claim, first


def _keeps_former(city: City, claim: Claim, first: Claim) -> bool:
    """Whether somebody writes down an address as a further one that was theirs by a former name."""
    own = _is_name(first) and first.owner == claim.owner
    return own and city.mails.current[claim.owner] != claim.address.partition("@")[0]


def _is_name(claim: Claim) -> bool:
    """Whether somebody has the address by their name, derived or written down."""
    return claim.section == "people" and claim.path[0] != "aliases"


def _postmaster(city: City) -> Iterator[Claim]:
    if city.mail is not None:
        for name in POSTMASTER:
            yield Claim(f"{name}@{city.organisation.domain}", f"mail:{name}", "mail", 0, ("postmaster",))


def _by_name(city: City, only: Container[str] | None = None) -> Iterator[Claim]:
    """Addresses that people have by their names: present ones, those to come, and former ones until they are free.

    :arg only: the local parts that are asked for; all if not given.
    """
    domain, rest = city.organisation.domain, datetime.timedelta(days=city.organisation.quarantine_days)
    positions = {person.id: position for position, person in enumerate(city.inventory.people)}
    for person, name, served in city.mails.served:
        if (only is None or served in only) and (name.last is None or name.last + rest >= city.as_of):
            path = ("mail" if person.mail else "given",)
            yield Claim(f"{served}@{domain}", person.id, "people", positions[person.id], path)


def _written(city: City) -> Iterator[Claim]:
    """All others: further ones of people, and those of groups, units and lists."""
    inventory, domain = city.inventory, city.organisation.domain
    for position, person in enumerate(inventory.people):
        for place, alias in enumerate(person.aliases):
            yield Claim(alias, person.id, "people", position, ("aliases", place))
    for position, account in enumerate(inventory.service_accounts):
        if account.mail:
            yield Claim(account.mail, f"service:{account.name}", "service_accounts", position, ("mail",))
    for position, group in enumerate(inventory.groups):
        if group.mail:
            yield Claim(group.mail, f"group:{group.code}", "groups", position, ("mail",))
    for position, unit in enumerate(inventory.units):
        if unit.mailbox is not None:
            yield Claim(f"{unit.mailbox.name}@{domain}", f"unit:{unit.code}", "units", position, ("mailbox", "name"))
    for position, item in enumerate(inventory.mailing_lists):
        yield Claim(f"{item.address}@{domain}", f"list:{item.code}", "mailing_lists", position, ("address",))
