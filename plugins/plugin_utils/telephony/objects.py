# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines, trunks and voice mailboxes as Asterisk reads them, printed from items. Pure.

What is the same for all of them is in templates of ``pjsip.conf``; here is what differs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from ...module_utils.plan import Item, Secret
from ...module_utils.secrets import digits
from . import links

Password = Callable[[Secret], str]
"""Derives a secret."""
LOCKED: Final = "_locked"
"""The class of locked telephones, which call emergency services alone. No class of the inventory has an underscore."""

_SPECIAL = re.compile(r'[";<>\\,|\[\]]')
"""Letters of a name that would end it in Asterisk's files."""


def secret_of(person: str, version: int = 1) -> Secret:
    """The password with which the telephones of a line register."""
    return Secret(f"telephony/line/{person}", version)


def pin_of(key: str, password: Password, what: str = "pin") -> str:
    """The six digits that open the voice mailbox of a line from another telephone, or a conference room."""
    return digits(password(Secret(f"telephony/{what}/{key}")))


def lines(items: Iterable[Item], password: Password) -> Iterator[str]:
    """What registers here: every open line of this exchange, and those of locked telephones."""
    for item in items:
        if item.kind == "locked":
            yield from _account(item, LOCKED, (), password)
        elif item.kind == "line" and item.fields["open"] and not links.branch_of(item):
            yield from _account(item, item.fields["class"], _own(item), password)


def _account(item: Item, access_class: str, own: Iterable[str], password: Password) -> Iterator[str]:
    """A section each for endpoint, password and place."""
    fields, key = item.fields, item.key
    yield f"[{key}](konak-line)"
    yield f"context=class-{access_class}"
    yield f"auth={key}"
    yield f"aors={key}"
    yield f'callerid="{clean(fields["name"])}" <{fields["number"]}>'
    yield from own
    yield f"language={fields['language']}"
    yield f"set_var=EMERGENCY={fields['emergency']}"
    yield f"[{key}](konak-password)"
    yield f"username={key}"
    yield f"password={password(secret_of(key, fields['secret']))}"
    yield f"[{key}](konak-place)"


def _own(item: Item) -> Iterator[str]:
    """What the endpoint of somebody's line has beside that of a locked telephone."""
    fields = item.fields
    yield f"mailboxes={item.key}@konak"
    if fields["pickup"]:
        yield f"named_call_group={fields['pickup']}"
        yield f"named_pickup_group={fields['pickup']}"
    if "from" in fields:
        yield "deny=0.0.0.0/0.0.0.0"
        yield from (f"permit={address}" for address in sorted(fields["from"]))
    yield f"set_var=LINE={item.key}"
    yield f"set_var=SHOWS={fields['shows']}"


def trunks(items: Iterable[Item], password: Password) -> Iterator[str]:
    """Carriers' exchanges, each known by where it is, and other ones of the city, known by their passwords."""
    known = list(items)
    lines = [item for item in known if item.kind == "line" and item.fields["open"]]
    for item in in_order(known):
        fields, name = item.fields, f"trunk-{item.key}"
        encrypted = fields["encrypted"]
        where = f"sip:{fields['host']}:{fields['port']}"
        yield f"[{name}](konak-trunk)"
        yield f"aors={name}"
        yield f"transport={'tls' if encrypted else 'udp'}"
        yield f"media_encryption={'sdes' if encrypted else 'no'}"
        if links.is_link(item):
            yield from links.account(item)
        yield f"[{name}](konak-trunk-place)"
        yield f"contact={where}\\;transport=tls" if encrypted else f"contact={where}"
        if links.is_link(item):
            yield "qualify_frequency=10"
            yield f"[{name}](konak-password)"
            yield f"username={links.user_of(item)}"
            yield f"password={password(links.secret_of(item))}"
            yield from links.publication(item, lines)
        else:
            yield f"[{name}](konak-trunk-sign)"
            yield f"endpoint={name}"
            yield from (f"match={source}" for source in sorted(fields["sources"]) or [fields["host"]])


def boxes(items: Iterable[Item], password: Password) -> Iterator[str]:
    """A voice mailbox for every line, closed ones too, at the main exchange; what is in it is not in these files."""
    known = list(items)
    for item in () if links.is_branch(known) else known:
        if item.kind == "line":
            name, mail = clean(item.fields.get("name") or item.label), item.fields.get("mail") or ""
            yield f"{item.key} => {pin_of(item.key, password)},{name},{mail},,attach=yes|delete=no"


def queues(items: Iterable[Item]) -> Iterator[str]:
    """The queues, with who takes their calls."""
    known = list(items)
    away = {item.key for item in known if item.kind == "line" and links.branch_of(item)}
    for item in known:
        if item.kind != "queue":
            continue
        yield f"[{item.key}]"
        yield f"strategy={item.fields['strategy']}"
        yield f"timeout={item.fields['seconds']}"
        yield "retry=2"
        yield "ringinuse=no"
        yield "joinempty=paused,inuse,ringing"
        yield "leavewhenempty=unavailable,invalid,unknown"
        for member in sorted(item.fields["members"]):
            person, penalty = member.split()
            device = f"Local/{person}@away" if person in away else f"PJSIP/{person}"
            yield f"member => {device},{penalty},,{device}"


def rooms(items: Iterable[Item], password: Password) -> Iterator[str]:
    """Conference rooms; who enters one is announced to nobody, and hears music while alone."""
    for item in items:
        if item.kind != "conference":
            continue
        yield f"[{item.key}]"
        yield "type=bridge"
        yield f"max_members={item.fields['most']}"
        yield f"[{item.key}-guest]"
        yield "type=user"
        if item.fields["pin"]:
            yield f"pin={pin_of(item.key, password, 'room')}"


def parking(items: Iterable[Item]) -> Iterator[str]:
    """Where calls are left; one that nobody takes goes back to who left it."""
    for item in items:
        if item.kind == "parking":
            yield f"parkpos={item.fields['first']}-{item.fields['last']}"
            yield f"parkingtime={item.fields['seconds']}"
            yield "comebacktoorigin=yes"
            yield "findslot=next"


def in_order(items: Iterable[Item]) -> list[Item]:
    """The trunks, the one that is tried first."""
    return sorted((item for item in items if item.kind == "trunk"), key=lambda item: item.fields["priority"])


def clean(name: str) -> str:
    """A name without what ends it in Asterisk's files."""
    return _SPECIAL.sub(" ", name).strip()
