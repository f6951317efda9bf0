# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""E-mail: the system itself, mailboxes and lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ..postal import user_name
from ..roster import Roster
from ..texts import FIRST_DAY
from .references import circle
from .rule import Finding, items, place_name, rule, serving

if TYPE_CHECKING:
    from ..city import City
    from ..mail import DkimKey

_NEED_MAIL = frozenset(
    {"aliases", "mail_quota_mb", "forwards", "out_of_office", "successor", "mail_leaver", "legal_hold"}
)
"""Keys of a person or an access class that say nothing in a city without mail; voice mailboxes are held, too."""
_RIGHTS = ("read", "write", "send_as")
_ADD_MAIL = "add the section `mail`, or take this away"


def mail_members(city: City) -> Iterator[tuple[str, int, tuple[str | int, ...], str]]:
    """Everybody whom lists, mailboxes and the postmaster name: section, position, path, and the member."""
    for place, member in enumerate(city.mail.postmaster if city.mail else ()):
        yield "mail", 0, ("postmaster", place), member
    for position, unit in enumerate(city.inventory.units):
        for key in _RIGHTS if unit.mailbox else ():
            for place, member in enumerate(getattr(unit.mailbox, key) or ()):
                yield "units", position, ("mailbox", key, place), member
    for position, item in enumerate(city.inventory.mailing_lists):
        for place, member in enumerate(item.members):
            yield "mailing_lists", position, ("members", place), member
        for place, member in enumerate(item.senders if isinstance(item.senders, tuple) else ()):
            yield "mailing_lists", position, ("senders", place), member


@rule("no-mail")
def no_mail(city: City) -> Iterator[Finding]:
    """A city with a server for mail, mailboxes of units, lists, or anything said of people's mail has a mail system."""
    if city.mail is not None:
        return
    for position, server in enumerate(city.inventory.servers):
        if "mail" in server.services:
            yield "servers", position, ("services",), f"the server {server.name} has nothing to serve", _ADD_MAIL
    for position, unit in enumerate(city.inventory.units):
        if unit.mailbox is not None:
            yield "units", position, ("mailbox",), "there is no mail system for the mailbox", _ADD_MAIL
    idle = _NEED_MAIL - ({"legal_hold"} if city.telephony else set())
    for section in ("access_classes", "people"):
        for position, item in items(city, section):
            for key in () if idle.isdisjoint(item.model_fields_set) else sorted(idle & item.model_fields_set):
                yield section, position, (key,), f"`{key}` says nothing without a mail system", _ADD_MAIL
    for position, account in items(city, "service_accounts"):
        if account.mail is not None:
            yield "service_accounts", position, ("mail",), "`mail` says nothing without a mail system", _ADD_MAIL
    for position, _ in items(city, "mailing_lists"):
        yield "mailing_lists", position, (), "there is no mail system for the list", _ADD_MAIL


@rule("mail-host")
def mail_host(city: City) -> Iterator[Finding]:
    """One server has the service ``mail``, and the mail system's name is one of its, in the directory's domain."""
    if city.mail is None:
        return
    servers, names = serving(city, "mail")
    if not servers:
        message = "no server has the service `mail`"
        yield "mail", 0, ("host",), message, "add the mail server to servers.yml, or take the section away"
    elif len(servers) > 1:
        message = f"more than one server has the service `mail`: {', '.join(servers)}"
        yield "mail", 0, ("host",), message, "leave it to one; mailboxes are in one place"
    elif city.mail.host not in names:
        message = f"{city.mail.host} is no name of a server with the service `mail`"
        yield "mail", 0, ("host",), message, f"use one of {', '.join(names)}, or add it to the server's `aliases`"


@rule("mail-account")
def mail_account(city: City) -> Iterator[Finding]:
    """The service account of the mail server has not ended: nobody could log on to their mail."""
    account = city.service_accounts.get(city.mail.account) if city.mail else None
    if account is not None and account.until < city.as_of:
        message = f"the account {account.name} ended on {account.until}"
        yield "mail", 0, ("account",), message, "give it a later `until`, or name another"


@rule("mailbox-name")
def mailbox_name(city: City) -> Iterator[Finding]:
    """Mailboxes have different names in the mail server, which knows no capitals."""
    if city.mail is None:
        return
    seen: dict[str, tuple[str, int, str]] = {}
    boxes = [
        ("units", position, "code", f"unit:{unit.code}")
        for position, unit in enumerate(city.inventory.units)
        if unit.mailbox is not None
    ]
    boxes += [
        ("service_accounts", position, "name", f"service:{account.name}")
        for position, account in enumerate(city.inventory.service_accounts)
        if account.mail is not None
    ]
    boxes += [("people", position, "id", person.id) for position, person in enumerate(city.inventory.people)]
    for section, position, path, key in boxes:
        first = seen.setdefault(user_name(key), (section, position, key))
        if first[2] != key:
            message = f"the mailbox would have the name {user_name(key)}, that of {first[2]}"
            message = f"{message} ({place_name(city, *first[:2])})"
            yield section, position, (path,), message, "choose another, that differs by more than capitals"


@rule("small-quota")
def small_quota(city: City) -> Iterator[Finding]:
    """A mailbox is at least as large as the largest message."""
    if city.mail is None:
        return
    quotas: list[tuple[str, tuple[str, ...], Callable[[Any], int | None]]] = [
        ("mail", ("quota_mb",), lambda mail: mail.quota_mb),
        ("access_classes", ("mail_quota_mb",), lambda item: item.mail_quota_mb),
        ("people", ("mail_quota_mb",), lambda person: person.mail_quota_mb),
        ("units", ("mailbox", "quota_mb"), lambda unit: unit.mailbox and unit.mailbox.quota_mb),
    ]
    for section, path, read in quotas:
        for position, item in items(city, section):
            quota = read(item)
            if quota is not None and quota < city.mail.message_mb:
                message = f"{quota} MB do not hold the largest message, {city.mail.message_mb} MB"
                yield section, position, path, message, "make it larger, or `mail.message_mb` smaller"


@rule("dkim-keys")
def dkim_keys(city: City) -> Iterator[Finding]:
    """From the first key of signatures on, each day has one that signs and is published; a selector is named once."""
    keys = list(enumerate(city.mail.dkim)) if city.mail else []
    seen: set[str] = set()
    for place, key in keys:
        if key.selector in seen:
            message = f"the selector {key.selector} is given twice"
            yield "mail", 0, ("dkim", place, "selector"), message, "give each key a selector of its own"
        seen.add(key.selector)
    keys = [(place, key) for place, key in keys if not (key.from_ and key.until and key.until < key.from_)]
    keys.sort(key=lambda entry: entry[1].from_ or FIRST_DAY)
    for (_, before), (place, key) in pairwise(keys):
        if (before.from_ or FIRST_DAY) == (key.from_ or FIRST_DAY):
            message = f"{before.selector} and {key.selector} begin on the same day"
            yield "mail", 0, ("dkim", place), message, "let the new one begin later: the one that began last signs"
        elif before.until is not None and key.from_ is not None and (key.from_ - before.until).days > 1:
            yield "mail", 0, ("dkim", place), _no_key(before), f"let {key.selector} begin before {before.selector} ends"
    if keys and (last := keys[-1][1]).until is not None:
        yield "mail", 0, ("dkim", keys[-1][0], "until"), _no_key(last), "add the key that follows, or leave `until` out"


def _no_key(key: DkimKey) -> str:
    return f"after {key.until}, the last day of {key.selector}, no key signs"


@rule("empty-list")
def empty_list(city: City) -> Iterator[Finding]:
    """Somebody is on a list, may write to it, reads a unit's mailbox, and is there to get the postmaster's mail."""
    for position, unit in enumerate(city.inventory.units):
        if unit.mailbox is not None and unit.mailbox.read == ():
            remedy = "name somebody, or leave it out: then the unit reads it"
            yield "units", position, ("mailbox", "read"), "nobody reads the mailbox", remedy
    for position, item in enumerate(city.inventory.mailing_lists):
        if not item.members:
            yield "mailing_lists", position, ("members",), "nobody is on the list", "name somebody, or take it away"
        if item.senders == ():
            remedy = "name somebody, or write `internal` or `anyone`"
            yield "mailing_lists", position, ("senders",), "nobody may write to the list", remedy
    if city.mail is not None and not Roster(city).of(city.mail.postmaster):
        message = "nobody who is employed gets what is written to postmaster and abuse"
        yield "mail", 0, ("postmaster",), message, "name those who look after the mail server"


@rule("list-cycle")
def list_cycle(city: City) -> Iterator[Finding]:
    """No mailing list is, by its members, a part of itself."""
    members = {
        item.code: [member[5:] for member in item.members if member.startswith("list:")]
        for item in city.inventory.mailing_lists
    }
    for position, item in enumerate(city.inventory.mailing_lists):
        if way := circle(item.code, members):
            message = f"the list is a part of itself: {way}"
            yield "mailing_lists", position, ("members",), message, "mend one of these lists"
