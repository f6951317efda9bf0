# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The requests that do what a plan says, in steps that each need the one before to be done. Sends nothing.

Objects are made and moved from the top down, so that a parent is always where its children go, and leaders before
those whom they lead; then come the attributes, then what points from one object to another (managers, and memberships
a group at a time), then what goes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import ldap

from ...module_utils.plan import Change
from .attributes import (
    ACCOUNT_TYPES,
    ATTRIBUTES,
    BRANCHES,
    MARK,
    NOTE,
    OBJECT_CLASSES,
    OUTSIDE,
    Attribute,
    mark,
    naming,
    owner,
)
from .forms import SCOPE
from .interpret import Identity, Live
from .links import Modification, identity, links, listed, modified
from .pipeline import Request
from .places import Map, rdn

Password = Callable[[Identity], bytes | None]
"""Gives the password of an account as the directory takes it."""


def steps(where: Map, live: Live, changes: Sequence[Change], password: Password) -> Iterator[Iterable[Request]]:
    """All requests but those for delegations, which need objects that these make.

    :raises DirectoryError: if a change needs an object that is not there.
    """
    kept = [change for change in changes if change.action not in {"delete", "retire"}]
    gone = [change for change in changes if change.action in {"delete", "retire"}]
    branches = [change for change in kept if change.kind in BRANCHES]
    others = [change for change in kept if change.kind not in BRANCHES]
    parked = list(_parking(where, live, kept, gone))
    yield parked
    aside = {
        request.identities[0]: {name: values for _, name, values in request.arguments[1]}
        for request in parked
        if request.method == "modify"
    }
    parents = {identity(change): change.fields["parent"]["after"] for change in branches if "parent" in change.fields}
    for layer in layers(branches, lambda change: where.depth(identity(change), parents)):
        yield [request for change in layer for request in _structure(where, change, password, live.root_guid)]
    ranks = _ranks(others)
    for layer in layers(others, lambda change: ranks[identity(change)]):
        yield (request for change in layer for request in _structure(where, change, password, live.root_guid))
    before = {(item.kind, item.key): item.fields for item in live.items}
    yield (
        request
        for change in kept
        if change.action != "create"
        for request in _attributes(where, live, change, before[identity(change)], password, aside)
    )
    yield links(where, live, kept)
    yield (request for change in kept if change.action != "create" for request in _forgotten(where, change))
    for layer in layers(gone, lambda change: -where.depth(identity(change), {})):
        yield [_removal(where, live, identity(change), before[identity(change)]) for change in layer]


def layers(changes: Iterable[Change], depth: Callable[[Change], int]) -> Iterator[list[Change]]:
    """Changes put together by depth, the smallest first."""
    found: dict[int, list[Change]] = defaultdict(list)
    for change in changes:
        found[depth(change)].append(change)
    for number in sorted(found):
        yield found[number]


def _ranks(changes: Iterable[Change]) -> dict[Identity, int]:
    """How many leaders are made before each object: who leads is there when the first of those led is added."""
    leaders = {
        identity(change): ("person", str(change.fields.get("manager", {}).get("after")))
        for change in changes
        if change.action == "create"
    }
    ranks: dict[Identity, int] = {}
    for start in leaders:
        way = [start]
        while (above := leaders[way[-1]]) in leaders and above not in ranks and above not in way:
            way.append(above)
        rank = ranks.get(above, -1)
        for one in reversed(way):
            rank += 1
            ranks[one] = rank
    return defaultdict(int, ranks)


def _parking(where: Map, live: Live, changes: Sequence[Change], gone: Sequence[Change]) -> Iterator[Request]:
    """Move aside what gives up a name or login that another takes in the same plan, as when two exchange theirs."""
    fields: dict[Identity, Mapping[str, Any]] = {identity(change): change.fields for change in changes}
    fields |= {identity(change): _ALL_GIVEN_UP for change in gone}
    places = {
        _slot(change.kind, *where.final(change)): identity(change) for change in changes if _is_placed(change.fields)
    }
    logins = {str(c.fields["login"]["after"]).lower(): identity(c) for c in changes if "login" in c.fields}
    for item in live.items:
        own_id, own = (item.kind, item.key), fields.get((item.kind, item.key))
        if own is None:
            continue
        slot = _slot(item.kind, item.fields["name"], item.fields["parent"])
        if _is_placed(own) and places.get(slot, own_id) != own_id:
            before, aside = where.dn(own_id), f"konak-{item.kind}-{item.key}"
            where.put(own_id, aside)
            yield Request((own_id,), "rename", (before, rdn(item.kind, aside), None))
        if (
            "login" in own
            and "login" in item.fields
            and logins.get(str(item.fields["login"]).lower(), own_id) != own_id
        ):
            aside_names = {"sAMAccountName": (item.fields["login"], f"~{item.key}")}
            if upn := item.fields.get("upn"):  # Active Directory refuses to have it emptied
                aside_names["userPrincipalName"] = upn, f"~{item.key}@{upn.partition('@')[2]}"
            yield modified(
                own_id,
                where.dn(own_id),
                [(ldap.MOD_REPLACE, name, [after.encode()]) for name, (_, after) in aside_names.items()],
                {name: [old.encode()] for name, (old, _) in aside_names.items()},
            )


_ALL_GIVEN_UP: Mapping[str, Any] = dict.fromkeys(("name", "parent", "login"))
"""The fields of an object that goes, as far as another may take them."""


def _is_placed(fields: Mapping[str, Any]) -> bool:
    """Whether a change puts its object somewhere, or under another name."""
    return "name" in fields or "parent" in fields


def _slot(kind: str, name: str, parent: str) -> tuple[str, str, str]:
    """What two objects cannot have at once: the name in a parent, whatever its case."""
    return naming(kind), name.lower(), parent


def _structure(where: Map, change: Change, password: Password, root: str) -> Iterator[Request]:
    """Make an object, or put it where it belongs under the name that it has from now on."""
    own = identity(change)
    if change.action == "create":
        where.put(own, *where.final(change))
        entry = _new_entry(change, password(own), root)
        manager = change.fields.get("manager", {}).get("after")
        if manager is None or change.kind in BRANCHES:
            yield Request((own,), "add", (where.dn(own), entry))
        else:
            leader = ("person", manager)
            led = [*entry, ("manager", [where.dn(leader).encode()])]
            yield Request((own,), "add", (where.dn(own), led), needs=leader, otherwise=(where.dn(own), entry))
    elif _is_placed(change.fields):
        before, (name, parent) = where.dn(own), where.final(change)
        above = where.parent_dn(parent) if "parent" in change.fields else None
        where.put(own, name, parent)
        yield Request((own,), "rename", (before, rdn(change.kind, name), above))


def _new_entry(change: Change, password: bytes | None, root: str) -> list[tuple[str, list[bytes]]]:
    """The attributes of a new object, but for what points at others; ``root`` is the root's objectGUID."""
    entry = {"objectClass": list(OBJECT_CLASSES[change.kind]), MARK: [mark(change.kind, change.key).encode()]}
    for row, difference in _own_rows(change):
        if row.bit:
            continue
        after = difference.get("added") if row.several else difference["after"]
        entry[row.ldap] = row.form.encode(after)
    for name, number in _numbers(change, {"userAccountControl": ACCOUNT_TYPES.get(change.kind, 0)}).items():
        entry[name] = [str(number).encode()]
    if password:
        entry["unicodePwd"] = [password]
    if change.kind in OUTSIDE:
        entry[NOTE] = [owner(root).encode()]
    if change.kind == "person":
        entry["pwdLastSet"] = [b"0"]  # must be changed at the first logon
    return [(name, values) for name, values in entry.items() if values]


def _own_rows(change: Change) -> Iterator[tuple[Attribute, Mapping[str, Any]]]:
    """Rows and differences of the changed fields that point at nothing."""
    for row in ATTRIBUTES[change.kind]:
        if row.field in change.fields and not row.reference:
            yield row, change.fields[row.field]


def _numbers(change: Change, before: Mapping[str, int]) -> dict[str, int]:
    """The numbers of which some bits change, with those bits and no other changed."""
    numbers: dict[str, int] = {}
    for row, difference in _own_rows(change):
        if row.bit:
            number = numbers.get(row.ldap, before[row.ldap])
            numbers[row.ldap] = number | row.bit if bool(difference["after"]) is not row.clear else number & ~row.bit
    return numbers


def _attributes(
    where: Map,
    live: Live,
    change: Change,
    fields: Mapping[str, Any],
    password: Password,
    aside: Mapping[Identity, Mapping[str, list[bytes]]],
) -> Iterator[Request]:
    """Change the attributes of an object that was there before with these fields, and a renewed secret.

    :arg aside: names that were given up already in this plan, and what stands in their place.
    """
    own, modifications = identity(change), []
    before: dict[str, list[bytes]] = {}
    for row, difference in _own_rows(change):
        if row.whole:
            after = (fields[row.field] - set(difference["removed"])) | set(difference["added"])
            modifications.append((ldap.MOD_REPLACE, row.ldap, row.form.encode(after) or None))
            before[row.ldap] = row.form.encode(fields[row.field])
        elif row.several:
            # What an account remembers is forgotten only when it has been given back.
            now = {**difference, "removed": ()} if row.field == "kept" else difference
            modifications += listed(row.ldap, row.form.encode, now)
        elif not row.bit:
            modifications.append((ldap.MOD_REPLACE, row.ldap, row.form.encode(difference["after"]) or None))
            before[row.ldap] = aside.get(own, {}).get(row.ldap) or row.form.encode(difference["before"])
    known = live.numbers.get(own, {})
    for name, number in _numbers(change, known).items():
        modifications.append((ldap.MOD_REPLACE, name, [str(number).encode()]))
        before[name] = [str(known[name]).encode()]
    if "secret" in change.fields and (renewed := password(own)):
        modifications.append((ldap.MOD_REPLACE, "unicodePwd", [renewed]))
    if between := _scope_between(change.fields.get("scope")):
        step: list[Modification] = [(ldap.MOD_REPLACE, "groupType", between)]
        yield modified(own, where.dn(own), step, {"groupType": before["groupType"]})
        before["groupType"] = between
    if modifications:
        yield modified(own, where.dn(own), modifications, before)


def _forgotten(where: Map, change: Change) -> Iterator[Request]:
    """Take away what an account remembers, once its memberships are given back."""
    for row, difference in _own_rows(change):
        if row.field == "kept" and difference["removed"]:
            forget = listed(row.ldap, row.form.encode, {**difference, "added": ()})
            yield modified(identity(change), where.dn(identity(change)), forget, {})


def _scope_between(difference: Mapping[str, Any] | None) -> list[bytes] | None:
    """From global to domain-local and back the way leads through universal, or the directory refuses it."""
    if difference is None or difference["before"] is None:
        return None
    (old, use), (new, _) = difference["before"].split(" "), difference["after"].split(" ")
    return SCOPE.encode(f"universal {use}") if {old, new} == {"global", "domain-local"} else None


def _removal(where: Map, live: Live, own: Identity, fields: Mapping[str, Any]) -> Request:
    """Take an object away; what is known of it is kept for the inverse."""
    kind = own[0]
    before = {"objectClass": list(OBJECT_CLASSES[kind]), MARK: [mark(*own).encode()]}
    before |= {
        row.ldap: row.form.encode(fields[row.field]) for row in ATTRIBUTES[kind] if not row.reference and not row.bit
    }
    before |= {name: [str(number).encode()] for name, number in live.numbers.get(own, {}).items()}
    if kind in OUTSIDE:
        before[NOTE] = [owner(live.root_guid).encode()]
    return Request(
        (own,), "delete", (where.dn(own),), before={name: values for name, values in before.items() if values}
    )
