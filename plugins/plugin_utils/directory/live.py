# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what the directory holds: everything under the root in one paged search, and what of it is ours."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import ldap
import ldap.dn
from ldap.controls import SimplePagedResultsControl

from ...module_utils.plan import Item
from .attributes import ACCOUNTS, ATTRIBUTES, DISABLED, MARK, NOTE
from .connection import Connection, DirectoryError, explained

PAGE = 1000
"""Entries a page: the most that a Windows domain controller gives."""

READ = sorted(
    {"objectClass", "objectGUID", "memberOf", "userAccountControl", MARK, NOTE}
    | {row.ldap for rows in ATTRIBUTES.values() for row in rows}
)

_FIRST = re.compile(r"(?:[^,\\]|\\.)*")
"""The first name of a distinguished name, as it is written."""

Entry = Mapping[str, list[bytes]]


@dataclass
class Live:
    """What was found under the root.

    :ivar items: the objects that are ours.
    :ivar dns: ``{(kind, key): distinguished name}`` of the objects that are ours.
    :ivar flags: ``{(kind, key): userAccountControl}`` of accounts.
    :ivar unmanaged: distinguished names of what lies in our territory and is not ours.
    :ivar remembered: how many objects of each kind the last apply left behind.
    """

    root: str
    items: list[Item] = field(default_factory=list)
    dns: dict[tuple[str, str], str] = field(default_factory=dict)
    flags: dict[tuple[str, str], int] = field(default_factory=dict)
    unmanaged: list[str] = field(default_factory=list)
    remembered: dict[str, int] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """How many objects of each kind are ours."""
        return dict(Counter(item.kind for item in self.items))


def root_dn(connection: Connection, root: str) -> str:
    """The distinguished name under which everything managed lies."""
    return f"OU={ldap.dn.escape_dn_chars(root)},{connection.base}"


def read(connection: Connection, root: str) -> Live:
    """Read everything under the root.

    :raises DirectoryError: if the root is not there, or the answer is not whole.
    """
    base = root_dn(connection, root)
    try:
        entries = list(search(connection, base, "(objectClass=*)", READ))
    except ldap.NO_SUCH_OBJECT:
        raise DirectoryError(
            f"there is no {base}",
            connection.host,
            "run the bootstrap playbook first; if it was run, look at the read rights of the binding account",
        ) from None
    except ldap.LDAPError as error:
        raise explained(error, connection.host, f"reading {base}") from None
    if not entries:
        raise DirectoryError(
            f"{base} cannot be seen",
            connection.host,
            "look at the read rights of the binding account; nothing is taken for gone",
        )
    return interpret(base, entries, connection.host)


def search(connection: Connection, base: str, query: str, attributes: Iterable[str]) -> Iterable[tuple[str, Entry]]:
    """Every entry of a subtree search, page by page; raises python-ldap's errors."""
    control = SimplePagedResultsControl(criticality=True, size=PAGE, cookie="")
    while True:
        number = connection.ldap.search_ext(base, ldap.SCOPE_SUBTREE, query, list(attributes), serverctrls=[control])
        _, rows, _, controls = connection.ldap.result3(number)
        yield from ((dn, entry) for dn, entry in rows if dn is not None)
        cookies = [c.cookie for c in controls if c.controlType == SimplePagedResultsControl.controlType]
        if not cookies:
            raise DirectoryError(
                "the directory answered without a page mark, so the answer may be cut",
                connection.host,
                "nothing is taken for gone; look at the server",
            )
        if not cookies[0]:
            return
        control.cookie = cookies[0]


def interpret(base: str, entries: Iterable[tuple[str, Entry]], host: str = "") -> Live:
    """Make items of entries as read. Pure.

    :raises DirectoryError: if two objects carry the same mark.
    """
    live = Live(base)
    marks: dict[str, tuple[str, str]] = {}
    ours: list[tuple[tuple[str, str], str, Entry]] = []
    for dn, entry in entries:
        if dn.lower() == base.lower():
            live.remembered = _remembered(_text(entry, NOTE))
            continue
        identity = _identity(_text(entry, MARK))
        if identity is None:
            live.unmanaged.append(dn)
            continue
        if identity in live.dns:
            message = f"two objects carry the mark of {' '.join(identity)}: {live.dns[identity]} and {dn}"
            raise DirectoryError(message, host, f"clear {MARK} of the one that is not ours")
        live.dns[identity] = dn
        marks[dn.lower()] = identity
        ours.append((identity, dn, entry))
    marks[base.lower()] = ("", "root")
    for identity, dn, entry in ours:
        live.items.append(_item(identity, dn, entry, marks))
        if identity[0] in ACCOUNTS:
            live.flags[identity] = int(_text(entry, "userAccountControl") or 0)
    return live


def _item(identity: tuple[str, str], dn: str, entry: Entry, marks: Mapping[str, tuple[str, str]]) -> Item:
    kind, key = identity
    name, parent = split_dn(dn)
    fields: dict[str, Any] = {"name": name, "parent": _reference(parent, marks)}
    for row in ATTRIBUTES[kind]:
        raw = entry.get(row.ldap)
        value = row.form.decode(raw[0] if raw else None)
        fields[row.field] = _key(value, marks) if value and row.reference else value
    if kind in ACCOUNTS:
        fields["enabled"] = not int(_text(entry, "userAccountControl") or 0) & DISABLED
    if kind in ACCOUNTS or kind == "group":
        known = (marks.get(group.decode().lower()) for group in entry.get("memberOf", ()))
        fields["groups"] = frozenset(found[1] for found in known if found is not None and found[0] == "group")
    return Item(kind, key, fields.get("display") or name, fields, tags={"person": key} if kind == "person" else {})


def split_dn(dn: str) -> tuple[str, str]:
    """The unescaped first name of a distinguished name, and the rest of it as it is written there."""
    if "\\" not in dn:
        first, _, rest = dn.partition(",")
        return first.partition("=")[2], rest
    return ldap.dn.str2dn(dn)[0][0][1], _FIRST.sub("", dn, count=1)[1:]


def _reference(dn: str, marks: Mapping[str, tuple[str, str]]) -> str:
    """What a parent is called in plans: ``unit:imar``, ``container:units``, ``root``, or its own name if not ours."""
    kind, key = marks.get(dn.lower(), ("dn", dn))
    return f"{kind}:{key}" if kind else key


def _key(dn: str, marks: Mapping[str, tuple[str, str]]) -> str:
    """The key of the person that an attribute points at, or the name itself if that is not one of ours."""
    kind, key = marks.get(dn.lower(), ("", dn))
    return key if kind == "person" else f"dn:{dn}"


def _identity(mark: str | None) -> tuple[str, str] | None:
    """Kind and key of a mark; ``None`` for what is not ours."""
    if not mark or not mark.startswith("konak:"):
        return None
    kind, _, key = mark.removeprefix("konak:").partition(":")
    return (kind, key) if kind in ATTRIBUTES and key else None


def memory(counts: Mapping[str, int]) -> str:
    """What the root remembers of an apply, e.g. ``konak:objects:group=60,person=118``."""
    return "konak:objects:" + ",".join(f"{kind}={count}" for kind, count in sorted(counts.items()) if count)


def _remembered(text: str | None) -> dict[str, int]:
    if not text or not text.startswith("konak:objects:"):
        return {}
    pairs = (pair.partition("=") for pair in text.removeprefix("konak:objects:").split(",") if pair)
    return {kind: int(count) for kind, _, count in pairs if count.isdecimal()}


def _text(entry: Entry, attribute: str) -> str | None:
    values = entry.get(attribute)
    return values[0].decode() if values else None
