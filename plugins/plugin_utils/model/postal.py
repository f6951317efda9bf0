# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mailboxes and lists of a city on its day: who has which address, who may do what, what becomes of the mail."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from . import asof
from .city import Account, City
from .entities import ServiceAccount
from .leaving import Stage, answer, stage
from .mail import MailSettings, UnitMailbox
from .people import Person
from .roster import Roster
from .texts import LAST_DAY

Senders = Literal["anyone", "internal"] | frozenset[str]
"""Who may write to a list: everybody, everybody with a mailbox of the city, or the people with these numbers."""


class Answer(NamedTuple):
    """What who writes is told, from one day to another, both included."""

    text: str
    first: datetime.date
    last: datetime.date


class Mailbox(NamedTuple):
    """One mailbox. ``writers``, ``senders`` and ``readers`` are personnel numbers, and empty for a person's.

    :ivar key: personnel number, ``service:NAME`` or ``unit:CODE``.
    :ivar user: its name in the mail server.
    :ivar name: its name for people.
    :ivar addresses: the main one first; none once the address is free for others.
    :ivar login: the login of its owner, which the directory opens and closes; ``None`` for a unit's.
    :ivar forwards: addresses that get the mail on the day, each with whether it stays here too.
    :ivar answer: what who writes on the day is told.
    :ivar answers: the same with its days, and what is to come.
    :ivar successor: personnel number of who takes over, if employed on the day.
    """

    key: str
    user: str
    name: str
    addresses: tuple[str, ...]
    login: str | None
    quota_mb: int
    stage: Stage
    readers: frozenset[str] = frozenset()
    writers: frozenset[str] = frozenset()
    senders: frozenset[str] = frozenset()
    forwards: tuple[tuple[str, bool], ...] = ()
    answer: str | None = None
    successor: str | None = None
    answers: tuple[Answer, ...] = ()


class MailingList(NamedTuple):
    """An address whose mail many get.

    :ivar code: that of the list; ``group:CODE``, ``mail:postmaster`` or ``mail:abuse`` for those that are there by
        themselves.
    :ivar members: names of mailboxes (``Mailbox.user``) of people who are employed.
    """

    code: str
    name: str
    address: str
    members: frozenset[str]
    senders: Senders


def user_name(key: str) -> str:
    """The name in the mail server of a mailbox with the key: a personnel number, ``service:NAME`` or ``unit:CODE``.

    >>> user_name("40117A"), user_name("service:svc-tarayici"), user_name("unit:zabita")
    ('40117a', 'svc-tarayici', 'u-zabita')
    """
    kind, _, code = key.rpartition(":")
    return f"u-{code}" if kind == "unit" else code.lower()


def mailboxes(city: City) -> Iterator[Mailbox]:
    """Everybody's mailbox, also of those who have left or are still to come (by its stage), of programs, and of units.

    None for a city without the section ``mail``.
    """
    if city.mail is None:
        return
    accounts = {account.person.id: account for account in city.accounts()}
    quotas = {item.code: item.mail_quota_mb for item in city.inventory.access_classes}
    for account in accounts.values():
        person = account.person
        quota = person.mail_quota_mb or quotas[person.class_] or city.mail.quota_mb
        yield _persons(city, city.mail, account, accounts, quota)
    for program in city.inventory.service_accounts:
        if program.mail is not None:
            yield _programs(city, city.mail, program, program.mail)
    roster = Roster(city)
    for unit in city.inventory.units:
        if unit.mailbox is not None:
            yield _units(city, city.mail, roster, unit.code, unit.name, unit.mailbox)


def _persons(city: City, mail: MailSettings, account: Account, accounts: dict[str, Account], quota: int) -> Mailbox:
    person = account.person
    successor = accounts[person.successor] if person.successor in city.present else None
    now = stage(person, mail.leaver, city.as_of)
    answers = _answers(city, account, now, successor)
    own = (*([account.mail] if account.mail else ()), *account.former_mails, *person.aliases)
    return Mailbox(
        key=person.id,
        user=user_name(person.id),
        name=account.display,
        addresses=tuple(dict.fromkeys(own)),
        login=account.login,
        quota_mb=quota,
        stage=now._replace(copy=now.copy and successor is not None),
        forwards=_forwards(city, person, accounts),
        answer=next((one.text for one in answers if asof.covers(one.first, one.last, city.as_of)), None),
        successor=successor.person.id if successor else None,
        answers=answers,
    )


def _programs(city: City, mail: MailSettings, account: ServiceAccount, address: str) -> Mailbox:
    """A program's mailbox; after its last day nothing more is taken, and what is there stays."""
    ended = account.until + datetime.timedelta(days=1)
    now = Stage("open", until=ended) if city.as_of < ended else Stage("refused", since=ended)
    key = f"service:{account.name}"
    return Mailbox(key, user_name(key), account.name, (address,), account.name, mail.quota_mb, now)


def _forwards(city: City, person: Person, accounts: dict[str, Account]) -> tuple[tuple[str, bool], ...]:
    """Where the mail of someone employed goes too; a colleague who has left gets none."""
    if not person.forwards or person.id not in city.present:
        return ()
    found = []
    for entry in person.forwards:
        if asof.covers(entry.from_, entry.until, city.as_of):
            known = accounts.get(entry.to)
            address = entry.to if known is None else known.mail if entry.to in city.present else None
            if address is not None:
                found.append((address, entry.keep_copy))
    return tuple(found)


def _answers(city: City, account: Account, now: Stage, successor: Account | None) -> tuple[Answer, ...]:
    """Answers that are given on the day or will be, the next one first: one's own, or a leaver's."""
    person = account.person
    if now.name == "closing":
        first, after = now.since or city.as_of, now.until or LAST_DAY
        return (Answer(answer(city, account, successor), first, after - datetime.timedelta(days=1)),)
    if person.id not in city.present:
        return ()
    own = [Answer(entry.text, entry.from_, entry.until) for entry in person.out_of_office]
    return tuple(sorted((one for one in own if one.last >= city.as_of), key=lambda one: one.first))


def _units(city: City, mail: MailSettings, roster: Roster, code: str, name: str, box: UnitMailbox) -> Mailbox:
    key = f"unit:{code}"

    def who(members: Iterable[str] | None) -> frozenset[str]:
        return roster.of([key] if members is None else members)

    writers = who(box.write)
    return Mailbox(
        key=key,
        user=user_name(key),
        name=name,
        addresses=(f"{box.name}@{city.organisation.domain}",),
        login=None,
        quota_mb=box.quota_mb or mail.quota_mb,
        stage=Stage("open"),
        readers=who(box.read) | writers,
        writers=writers,
        senders=who(box.send_as),
    )


def lists(city: City) -> Iterator[MailingList]:
    """Every list: those of the inventory, groups with an address, postmaster and abuse.

    None for a city without the section ``mail``.
    """
    if city.mail is None:
        return
    roster, domain = Roster(city), city.organisation.domain

    def boxes(members: Iterable[str]) -> frozenset[str]:
        return frozenset(user_name(person) for person in roster.of(members))

    for item in city.inventory.mailing_lists:
        senders = item.senders if isinstance(item.senders, str) else roster.of(item.senders)
        yield MailingList(item.code, item.name, f"{item.address}@{domain}", boxes(item.members), senders)
    for group in city.inventory.groups:
        if group.mail:
            code = f"group:{group.code}"
            yield MailingList(code, group.name, group.mail, boxes([code]), "internal")
    for name in ("postmaster", "abuse"):
        yield MailingList(f"mail:{name}", name, f"{name}@{domain}", boxes(city.mail.postmaster), "anyone")
