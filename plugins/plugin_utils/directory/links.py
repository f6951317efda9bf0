# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests for what points from one object to another: references, linked policies, members. Sends nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import ldap

from ...module_utils.plan import Change
from .attributes import ATTRIBUTES, BRANCHES, Attribute
from .interpret import Identity, Live
from .pipeline import Request
from .places import Map
from .policy_links import relinked

MEMBERS_A_REQUEST = 1000
"""How many members one request adds or removes: the most that a Windows domain controller takes is 5,000."""

Modification = tuple[int, str, list[bytes] | None]


def identity(change: Change) -> Identity:
    """What a change is about."""
    return change.kind, change.key


def listed(name: str, encode: Callable[[Any], list[bytes]], difference: Mapping[str, Any]) -> list[Modification]:
    """Take and add single values of a list; what goes goes first, since a value may only be written anew."""
    found: list[Modification] = []
    if difference["removed"]:
        found.append((ldap.MOD_DELETE, name, encode(difference["removed"])))
    if difference["added"]:
        found.append((ldap.MOD_ADD, name, encode(difference["added"])))
    return found


def modified(own: Identity, dn: str, modifications: list[Modification], before: Mapping[str, list[bytes]]) -> Request:
    """A modify of one object, with what the attributes were that it replaces."""
    return Request((own,), "modify", (dn, modifications), before=before)


def links(where: Map, live: Live, changes: Sequence[Change]) -> Iterator[Request]:
    """Set what points from one object to another, then add and remove members, a group at a time."""
    for change in changes:
        for row in ATTRIBUTES[change.kind]:
            if row.reference and row.field in change.fields:
                yield from _reference(where, change, row)
        if "group_policies" in change.fields:
            own, after = identity(change), change.fields["group_policies"]["after"]
            before = live.links.get(own, "")
            text = relinked(before, after or (), live.around.group_policies, live.dns["domain", "domain"])
            # Taking the old text away fails if somebody linked a policy meanwhile.
            swap = {"removed": [before] if before else [], "added": [text] if text else []}
            swapped = listed("gPLink", lambda texts: [one.encode() for one in texts], swap)
            yield modified(own, where.dn(own), swapped, {})
        if strangers := change.fields.get("strangers", {}).get("removed"):
            values = [dn.encode() for dn in strangers]
            yield modified(identity(change), where.dn(identity(change)), [(ldap.MOD_DELETE, "member", values)], {})
    yield from _members(where, changes)


def _reference(where: Map, change: Change, row: Attribute) -> Iterator[Request]:
    own, difference = identity(change), change.fields[row.field]

    def written(key: str | None) -> list[bytes]:
        if not key:
            return []
        return [(key.removeprefix("dn:") if key.startswith("dn:") else where.dn((row.reference, key))).encode()]

    if row.several:
        modifications = listed(row.ldap, lambda keys: [dn for key in keys for dn in written(key)], difference)
        if modifications:
            yield modified(own, where.dn(own), modifications, {})
    elif change.action != "create" or change.kind in BRANCHES:
        after = written(difference["after"]) or None
        if after or change.action != "create":
            before = {row.ldap: written(difference["before"])}
            yield modified(own, where.dn(own), [(ldap.MOD_REPLACE, row.ldap, after)], before)


def _members(where: Map, changes: Sequence[Change]) -> Iterator[Request]:
    members: dict[tuple[str, int], list[Identity]] = defaultdict(list)
    for change in changes:
        for field, name in (("groups", lambda key: where.dn(("group", key))), ("by_hand", str)):
            difference = change.fields.get(field, {})
            for operation, groups in (
                (ldap.MOD_ADD, difference.get("added", ())),
                (ldap.MOD_DELETE, difference.get("removed", ())),
            ):
                for group in groups:
                    members[name(group), operation].append(identity(change))
    for (group, operation), identities in members.items():
        for start in range(0, len(identities), MEMBERS_A_REQUEST):
            some = tuple(identities[start : start + MEMBERS_A_REQUEST])
            values = [where.dn(one).encode() for one in some]
            yield Request(some, "modify", (group, [(operation, "member", values)]))
