# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail that goes on to others, and what becomes of a leaver's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .. import addresses, asof, leaving
from .references import circle
from .rule import Finding, rule

if TYPE_CHECKING:
    from ..city import City
    from ..people import Person


@rule("leaver-days")
def leaver_days(city: City) -> Iterator[Finding]:
    """Mail is answered before the mailbox is set aside, set aside before it is packed, and copied while it is taken."""
    if city.mail is None:
        return
    usual = city.mail.leaver
    known: list[tuple[str, int, str, Any]] = [("mail", 0, "leaver", usual)]
    known += [
        ("people", position, "mail_leaver", leaving.rules(person, usual))
        for position, person in enumerate(city.inventory.people)
        if person.mail_leaver is not None
    ]
    for section, position, path, days in known:
        for less, more in (
            ("answer_days", "freeze_days"),
            ("freeze_days", "archive_days"),
            ("copy_days", "answer_days"),
        ):
            if getattr(days, less) > getattr(days, more):
                message = f"`{less}`, {getattr(days, less)}, is more than `{more}`, {getattr(days, more)}"
                yield section, position, (path,), message, "make it smaller, or the other larger"


@rule("successor")
def successor(city: City) -> Iterator[Finding]:
    """Who takes over a leaver's work, or gets a colleague's mail too, is another, and has not left."""
    if city.mail is None:
        return
    for position, person in enumerate(city.inventory.people):
        if not person.successor and not person.forwards:
            continue
        if person.successor == person.id:
            message = "the person is named as their own successor"
            yield "people", position, ("successor",), message, "name another, or leave it out"
        stage = leaving.stage(person, city.mail.leaver, city.as_of)
        if stage.name not in {"future", "open", "closing"}:
            continue
        if person.successor != person.id and city.states.get(person.successor or "") == "left":
            message = f"the successor {person.successor} has left"
            yield "people", position, ("successor",), message, "name who does the work now, or leave it out"
        for place, entry in enumerate(person.forwards) if person.id in city.present else ():
            if city.states.get(entry.to) == "left" and (entry.until is None or entry.until >= city.as_of):
                message = f"mail is forwarded to {entry.to}, who has left"
                yield "people", position, ("forwards", place, "to"), message, "name another, or take the entry away"


@rule("unknown-address")
def unknown_address(city: City) -> Iterator[Finding]:
    """An address of the organisation's own domain to which mail is forwarded, or reports are sent, is somebody's."""
    named: list[tuple[str, int, tuple[str | int, ...], str | None]] = [
        ("people", position, ("forwards", place, "to"), entry.to)
        for position, person in enumerate(city.inventory.people)
        for place, entry in enumerate(person.forwards)
    ]
    if city.mail is not None:
        named.append(("mail", 0, ("dmarc", "reports"), city.mail.dmarc.reports))
        named.append(("mail", 0, ("tls_reports",), city.mail.tls_reports))
    own = [entry for entry in named if entry[3] and entry[3].endswith(f"@{city.organisation.domain}")]
    known = _owners(city) if own else {}
    for section, position, path, address in own:
        if address not in known:
            yield section, position, path, f"nobody has the address {address}", "mend it, or give it to somebody first"


def _owners(city: City) -> dict[str, str]:
    """By address: whose it is, as in :class:`~..addresses.Claim`."""
    return {claim.address: claim.owner for claim in addresses.claims(city)}


@rule("forward-loop")
def forward_loop(city: City) -> Iterator[Finding]:
    """Nobody forwards mail to themselves, and on no day it goes round in a circle in which nobody keeps it."""
    forwarding = {person.id: person for person in city.inventory.people if person.forwards}
    own = f"@{city.organisation.domain}"
    by_address = any(entry.to.endswith(own) for person in forwarding.values() for entry in person.forwards)
    owners = _owners(city) if by_address else {}
    for position, person in enumerate(city.inventory.people):
        for place, entry in enumerate(person.forwards):
            path = ("forwards", place, "to")
            if entry.until is not None and entry.until < city.as_of:
                continue
            if owners.get(entry.to, entry.to) == person.id:
                yield "people", position, path, "the mail is forwarded to the person's own mailbox", "name another"
            if all(other.keep_copy for other in person.forwards) or owners.get(entry.to, entry.to) == person.id:
                continue
            day = max(entry.from_ or city.as_of, city.as_of)
            if way := circle(person.id, _Passing(forwarding, owners, day)):
                message = f"on {day} the mail goes round and nobody keeps it: {way}"
                yield "people", position, path, message, "let one of them keep a copy, or mend the days"


class _Passing(Mapping[str, Iterable[str]]):
    """To whom those pass their mail on a day who keep none of it, by personnel number."""

    def __init__(self, forwarding: Mapping[str, Person], owners: Mapping[str, str], day: asof.Day) -> None:
        self._forwarding, self._owners, self._day = forwarding, owners, day

    def __getitem__(self, number: str) -> Iterable[str]:
        entries = [
            entry
            for entry in self._forwarding[number].forwards
            if asof.covers(entry.from_, entry.until, self._day)
            and asof.state(self._forwarding[number], self._day) != "left"
        ]
        keeps = all(entry.keep_copy for entry in entries)
        return [] if keeps else [self._owners.get(entry.to, entry.to) for entry in entries]

    def __iter__(self) -> Iterator[str]:
        return iter(self._forwarding)

    def __len__(self) -> int:
        return len(self._forwarding)
