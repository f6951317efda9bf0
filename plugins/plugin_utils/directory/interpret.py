# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make items of the entries that a directory answered with: what of them is ours, and what it says. Pure."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import ldap.dn

from ...module_utils.plan import Item
from .attributes import ACCOUNT_TYPES, ATTRIBUTES, BRANCHES, MARK, MEMBERS, NOTE, Attribute
from .connection import DirectoryError
from .descriptor import delegations
from .policy_links import told

_FIRST = re.compile(r"(?:[^,\\]|\\.)*")
"""The first name of a distinguished name, as it is written."""

Entry = Mapping[str, list[bytes]]
Identity = tuple[str, str]
"""Kind and key of an object."""


@dataclass(frozen=True, slots=True)
class OutsideGroup:
    """A group that is not ours, of which someone of ours is or was a member.

    :ivar dn: its distinguished name as the directory writes it.
    :ivar guid: its objectGUID as text, which survives its renames.
    :ivar writable: whether the binding account may change its members.
    """

    dn: str
    guid: str
    writable: bool


@dataclass(frozen=True)
class Around:
    """What was read beside the objects themselves; distinguished names are in lower case.

    :ivar bases: where something of ours lies outside the root, by what plans call the place: ``policies``,
        ``zone:ornek.bel.tr``.
    :ivar outside: the groups that are not ours and have or had members of ours.
    :ivar group_policies: names of the group policy objects by GUID.
    :ivar descriptors: security descriptors of branches, without owner and audit list.
    :ivar protected: accounts that no plan may touch, whosever they are.
    """

    bases: Mapping[str, str] = field(default_factory=dict)
    outside: Mapping[str, OutsideGroup] = field(default_factory=dict)
    group_policies: Mapping[str, str] = field(default_factory=dict)
    descriptors: Mapping[str, bytes] = field(default_factory=dict)
    protected: frozenset[str] = frozenset()


_NOTHING_AROUND = Around()


@dataclass
class Live:
    """What was found.

    :ivar root: the distinguished name under which everything managed lies, and ``root_guid`` its objectGUID as text.
    :ivar items: the objects that are ours. Beside the fields of their attributes they have ``by_hand`` (memberships in
        groups that are not ours), and groups ``strangers`` (members that are not ours), as distinguished names.
    :ivar dns: distinguished name of each.
    :ivar numbers: attributes of which only some bits are ours, ``{identity: {attribute: number}}``.
    :ivar guids: objectGUID of groups, as text.
    :ivar sids: security identifiers of groups.
    :ivar links: the attribute ``gPLink`` of branches.
    :ivar protected: objects of ours that no plan may touch, and why.
    :ivar unmanaged: distinguished names of what lies in our territory and is not ours.
    :ivar remembered: how many objects of each kind the last apply left behind.
    """

    root: str
    around: Around = field(default_factory=Around)
    root_guid: str = ""
    items: list[Item] = field(default_factory=list)
    dns: dict[Identity, str] = field(default_factory=dict)
    numbers: dict[Identity, dict[str, int]] = field(default_factory=dict)
    guids: dict[Identity, str] = field(default_factory=dict)
    sids: dict[Identity, bytes] = field(default_factory=dict)
    links: dict[Identity, str] = field(default_factory=dict)
    protected: dict[Identity, str] = field(default_factory=dict)
    unmanaged: list[str] = field(default_factory=list)
    remembered: dict[str, int] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """How many objects of each kind are ours."""
        return dict(Counter(item.kind for item in self.items if item.kind != "domain"))


class Marks:
    """What the objects at distinguished names are called in plans."""

    def __init__(self, live: Live) -> None:
        self._identities = {dn.lower(): identity for identity, dn in live.dns.items()}
        self._places = {live.root.lower(): "root"} | {dn.lower(): name for name, dn in live.around.bases.items()}

    def find(self, dn: str) -> Identity | None:
        """Kind and key of an object of ours."""
        return self._identities.get(dn.lower())

    def parent(self, dn: str) -> str:
        """A parent: ``unit:imar``, ``container:units``, ``root``, ``policies``, or its own name if it is not ours."""
        if found := self.find(dn):
            return ":".join(found)
        return self._places.get(dn.lower()) or f"dn:{dn}"

    def key(self, kind: str, dn: str) -> str:
        """The key of the object of a kind that an attribute points at, or its own name if it is not one of ours."""
        found = self.find(dn)
        return found[1] if found is not None and found[0] == kind else f"dn:{dn}"


def interpret(
    root: str, entries: Iterable[tuple[str, Entry]], host: str = "", around: Around = _NOTHING_AROUND
) -> Live:
    """Make items of entries as read: those under the root, and those of ours elsewhere.

    :raises DirectoryError: if two objects carry the same mark.
    """
    live = Live(root, around)
    ours: list[tuple[Identity, str, Entry]] = []
    for dn, entry in entries:
        if dn.lower() == root.lower():
            live.remembered = _remembered(text(entry, NOTE))
            live.root_guid = guid_text(entry.get("objectGUID", [bytes(16)])[0])
        elif identity := identity_of(text(entry, MARK)):
            if identity in live.dns:
                message = f"two objects carry the mark of {' '.join(identity)}: {live.dns[identity]} and {dn}"
                raise DirectoryError(message, host, f"clear {MARK} of the one that is not ours")
            live.dns[identity] = dn
            ours.append((identity, dn, entry))
        else:
            live.unmanaged.append(dn)
    marks = Marks(live)
    for identity, dn, entry in ours:
        _note(live, identity, dn, entry)
    for identity, dn, entry in ours:
        fields = _fields(identity[0], dn, entry, marks)
        if strangers := fields.get("strangers"):
            fields["strangers"] = frozenset(name for name in strangers if name.lower() not in around.protected)
        if identity[0] in BRANCHES:
            fields |= _branch_fields(live, identity, dn)
        tags = {"person": identity[1]} if identity[0] == "person" else {}
        live.items.append(Item(*identity, fields.get("display") or fields["name"], fields, tags=tags))
    return live


def _note(live: Live, identity: Identity, dn: str, entry: Entry) -> None:
    """What an apply needs of an object beside its fields."""
    kind = identity[0]
    if numbers := {row.ldap: int(text(entry, row.ldap) or 0) for row in ATTRIBUTES[kind] if row.bit}:
        live.numbers[identity] = numbers
    if kind == "group":
        live.sids[identity] = entry.get("objectSid", [b""])[0]
        live.guids[identity] = guid_text(entry.get("objectGUID", [bytes(16)])[0])
    if kind in BRANCHES:
        live.links[identity] = text(entry, "gPLink") or ""
    if dn.lower() in live.around.protected:
        live.protected[identity] = "organisation.directory.protected names it"
    elif text(entry, "adminCount") == "1":
        live.protected[identity] = "adminCount is set: it is or was a member of an administrators' group"
    elif text(entry, "isCriticalSystemObject") == "TRUE":
        live.protected[identity] = "the directory itself needs it"


def _fields(kind: str, dn: str, entry: Entry, marks: Marks) -> dict[str, Any]:
    """The fields of an object as its own entry says them."""
    name, parent = split_dn(dn)
    fields: dict[str, Any] = {"name": name, "parent": marks.parent(parent)}
    for row in ATTRIBUTES[kind]:
        fields[row.field] = _field(row, entry.get(row.ldap, []), marks)
    if kind in MEMBERS:
        known = {group: marks.find(group) for group in map(bytes.decode, entry.get("memberOf", ()))}
        fields["groups"] = frozenset(found[1] for found in known.values() if found is not None and found[0] == "group")
        if kind in ACCOUNT_TYPES:
            fields["by_hand"] = frozenset(group for group, found in known.items() if found is None)
    if kind == "group":
        members = map(bytes.decode, entry.get("member", ()))
        fields["strangers"] = frozenset(member for member in members if marks.find(member) is None)
    return fields


def _branch_fields(live: Live, identity: Identity, dn: str) -> dict[str, Any]:
    """What a branch says of those below it: delegations, and linked group policies from the first to the last."""
    trustees = {sid: key for (_, key), sid in live.sids.items() if sid}
    descriptor = live.around.descriptors.get(dn.lower())
    return {
        "delegations": _delegated(dn, descriptor, trustees) if descriptor else frozenset(),
        "group_policies": told(live.links[identity], live.around.group_policies),
    }


def _delegated(dn: str, descriptor: bytes, trustees: Mapping[bytes, str]) -> frozenset[str]:
    try:
        return delegations(descriptor, trustees)
    except ValueError as error:
        raise DirectoryError(
            f"the access list of {dn} cannot be read: {error}", remedy="look at its security"
        ) from None


def _field(row: Attribute, raws: list[bytes], marks: Marks) -> Any:
    if row.bit:
        return bool(int(raws[0] if raws else 0) & row.bit) is not row.clear
    if row.reference and row.several:
        return frozenset(marks.key(row.reference, raw.decode()) for raw in raws)
    if row.reference:
        return marks.key(row.reference, raws[0].decode()) if raws else None
    return row.form.decode(raws)


def guid_text(raw: bytes) -> str:
    """An objectGUID as text."""
    return str(uuid.UUID(bytes_le=raw))


def split_dn(dn: str) -> tuple[str, str]:
    """The unescaped first name of a distinguished name, and the rest of it as it is written there."""
    if "\\" not in dn:
        first, _, rest = dn.partition(",")
        return first.partition("=")[2], rest
    return ldap.dn.str2dn(dn)[0][0][1], _FIRST.sub("", dn, count=1)[1:]


def identity_of(mark: str | None) -> Identity | None:
    """Kind and key of a mark; ``None`` for what is not ours."""
    if not mark or not mark.startswith("konak:"):
        return None
    kind, _, key = mark.removeprefix("konak:").partition(":")
    return (kind, key) if kind in ATTRIBUTES and key else None


def memory(counts: Mapping[str, int]) -> str:
    """What the root remembers of an apply, e.g. ``konak:objects:group=60,person=118``."""
    return "konak:objects:" + ",".join(f"{kind}={count}" for kind, count in sorted(counts.items()) if count)


def _remembered(note: str | None) -> dict[str, int]:
    if not note or not note.startswith("konak:objects:"):
        return {}
    pairs = (pair.partition("=") for pair in note.removeprefix("konak:objects:").split(",") if pair)
    return {kind: int(count) for kind, _, count in pairs if count.isdecimal()}


def text(entry: Entry, attribute: str) -> str | None:
    """The first value of an attribute."""
    values = entry.get(attribute)
    return values[0].decode(errors="replace") if values else None
