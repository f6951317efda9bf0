# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do to the directory what a plan says, and nothing else. The only file of this system that writes.

Objects are made and moved from the top down, so that a parent is always where its children go; then come the
attributes, then what points from one object to another (managers, and memberships a group at a time), then what
goes. Within a step requests are pipelined. A refusal is noted and the rest goes on; a broken connection ends the
run. What is done stays done, and the next run finishes what is not.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ldap

from ...module_utils.plan import Change, Item, Secret
from .attributes import (
    ACCOUNTS,
    ATTRIBUTES,
    DISABLED,
    GLOBAL_SECURITY_GROUP,
    MARK,
    NORMAL_ACCOUNT,
    NOTE,
    OBJECT_CLASSES,
    PASSWORD_KEPT,
    mark,
    naming,
)
from .connection import Connection, explained
from .live import Live, memory
from .pipeline import Pipeline, Request
from .places import Identity, Map, rdn
from .values import encode_password

MEMBERS_A_REQUEST = 1000
"""How many members one request adds or removes: the most that a Windows domain controller takes is 5,000."""

_BRANCHES = ("container", "unit")


@dataclass
class Outcome:
    """What an apply did.

    :ivar done: the changes that are wholly in the directory, as ``(kind, key)``.
    :ivar failed: ``{(kind, key): what the directory said}``.
    :ivar broken: why the run ended early; empty if it did not.
    """

    done: set[Identity] = field(default_factory=set)
    failed: dict[Identity, str] = field(default_factory=dict)
    broken: str = ""


def apply(
    connection: Connection,
    live: Live,
    changes: Sequence[Change],
    wanted: Iterable[Item],
    password: Callable[[Secret], str],
    progress: Callable[[int, int], None],
) -> Outcome:
    """Apply the changes. A refusal does not raise: the outcome says what was done and what was not.

    :arg live: what the changes were computed from.
    :arg wanted: the intent; only the names of first passwords are taken from it.
    :arg password: derives a password; its result goes to the directory and nowhere else.
    :arg progress: told ``(requests answered, requests in all)`` from time to time.
    :raises DirectoryError: before anything is written, if a change needs an object that is not there.
    """
    secrets = {(item.kind, item.key): item.initial.get("password") for item in wanted}
    steps = [
        list(step)
        for step in _steps(Map(live), live, changes, lambda identity: _encoded(password, secrets.get(identity)))
    ]
    pipeline = Pipeline(connection, [request for step in steps for request in step], progress)
    outcome = Outcome()
    try:
        for step in steps:
            pipeline.run(step)
        _remember(live, changes, pipeline)
    except ldap.LDAPError as error:
        outcome.broken = str(explained(error, connection.host))
    outcome.failed = {identity: str(explained(error, connection.host)) for identity, error in pipeline.failed.items()}
    outcome.done = {_id(change) for change in changes} - outcome.failed.keys() - pipeline.unfinished
    return outcome


def _steps(
    where: Map, live: Live, changes: Sequence[Change], password: Callable[[Identity], bytes | None]
) -> Iterator[Iterable[Request]]:
    """The requests of an apply, in steps that each need the one before to be done."""
    kept = [change for change in changes if change.action != "delete"]
    gone = [change for change in changes if change.action == "delete"]
    branches = [change for change in kept if change.kind in _BRANCHES]
    yield list(_parking(where, live, kept))
    parents = {_id(change): change.fields["parent"]["after"] for change in branches if "parent" in change.fields}
    for layer in _layers(branches, lambda change: where.depth(_id(change), parents)):
        yield [request for change in layer for request in _structure(where, change, password)]
    yield (
        request for change in kept if change.kind not in _BRANCHES for request in _structure(where, change, password)
    )
    yield (request for change in kept for request in _attributes(where, live, change, password))
    yield _links(where, kept)
    for layer in _layers(gone, lambda change: -where.depth(_id(change), {})):
        yield [Request((_id(change),), "delete", (where.dn(_id(change)),)) for change in layer]


def _parking(where: Map, live: Live, changes: Sequence[Change]) -> Iterator[Request]:
    """Move aside what gives up a name or login that another takes in the same plan, as when two exchange theirs."""
    fields = {_id(change): change.fields for change in changes}
    places = {_slot(change.kind, *where.final(change)): _id(change) for change in changes if _is_placed(change.fields)}
    logins = {str(c.fields["login"]["after"]).lower(): _id(c) for c in changes if "login" in c.fields}
    for item in live.items:
        identity, own = (item.kind, item.key), fields.get((item.kind, item.key), {})
        slot = _slot(item.kind, item.fields["name"], item.fields["parent"])
        if _is_placed(own) and places.get(slot, identity) != identity:
            before, aside = where.dn(identity), f"konak-{item.kind}-{item.key}"
            where.put(identity, aside)
            yield Request((identity,), "rename", (before, rdn(item.kind, aside), None))
        if "login" in own and logins.get(str(item.fields["login"]).lower(), identity) != identity:
            aside_names = {"sAMAccountName": f"~{item.key}"}
            if upn := item.fields.get("upn"):  # Active Directory refuses to have it emptied
                aside_names["userPrincipalName"] = f"~{item.key}@{upn.partition('@')[2]}"
            modifications = [(ldap.MOD_REPLACE, name, [value.encode()]) for name, value in aside_names.items()]
            yield Request((identity,), "modify", (where.dn(identity), modifications))


def _is_placed(fields: Mapping[str, Any]) -> bool:
    """Whether a change puts its object somewhere, or under another name."""
    return "name" in fields or "parent" in fields


def _slot(kind: str, name: str, parent: str) -> tuple[str, str, str]:
    """What two objects cannot have at once: the name in a parent, whatever its case."""
    return naming(kind), name.lower(), parent


def _structure(where: Map, change: Change, password: Callable[[Identity], bytes | None]) -> Iterator[Request]:
    """Make an object, or put it where it belongs under the name that it has from now on."""
    identity = _id(change)
    if change.action == "create":
        where.put(identity, *where.final(change))
        yield Request((identity,), "add", (where.dn(identity), _new_entry(change, password(identity))))
    elif _is_placed(change.fields):
        before, (name, parent) = where.dn(identity), where.final(change)
        above = where.parent_dn(parent) if "parent" in change.fields else None
        where.put(identity, name, parent)
        yield Request((identity,), "rename", (before, rdn(change.kind, name), above))


def _new_entry(change: Change, password: bytes | None) -> list[tuple[str, list[bytes]]]:
    """The attributes of a new object, but for what points at others."""
    entry = {"objectClass": list(OBJECT_CLASSES[change.kind]), MARK: [mark(change.kind, change.key).encode()]}
    entry |= {name: [value] for name, value in _plain(change) if value is not None}
    if change.kind == "group":
        entry["groupType"] = [GLOBAL_SECURITY_GROUP]
    if change.kind in ACCOUNTS:
        flags = (
            NORMAL_ACCOUNT
            | (0 if change.fields["enabled"]["after"] else DISABLED)
            | (PASSWORD_KEPT if change.kind == "service" else 0)
        )
        entry["userAccountControl"] = [str(flags).encode()]
        entry["unicodePwd"] = [password] if password else []
    if change.kind == "person":
        entry["pwdLastSet"] = [b"0"]  # must be changed at the first logon
    return [(name, values) for name, values in entry.items() if values]


def _plain(change: Change) -> Iterator[tuple[str, bytes | None]]:
    """Attribute and value after, of the changed fields that point at nothing."""
    for row in ATTRIBUTES[change.kind]:
        if row.field in change.fields and not row.reference:
            yield row.ldap, row.form.encode(change.fields[row.field]["after"])


def _attributes(
    where: Map, live: Live, change: Change, password: Callable[[Identity], bytes | None]
) -> Iterator[Request]:
    """Change the attributes of an object that was there before, a renewed secret, and of its flags the bit of ours."""
    if change.action == "create":
        return
    modifications: list[tuple[int, str, Any]] = [
        (ldap.MOD_REPLACE, name, [value] if value else None) for name, value in _plain(change)
    ]
    if "enabled" in change.fields:
        before = live.flags[_id(change)]
        flags = before & ~DISABLED if change.fields["enabled"]["after"] else before | DISABLED
        modifications.append((ldap.MOD_REPLACE, "userAccountControl", [str(flags).encode()]))
    if "secret" in change.fields:
        modifications.append((ldap.MOD_REPLACE, "unicodePwd", [password(_id(change))]))
    if modifications:
        yield Request((_id(change),), "modify", (where.dn(_id(change)), modifications))


def _links(where: Map, changes: Sequence[Change]) -> Iterator[Request]:
    """Set managers, then add and remove members, a group at a time."""
    for change in changes:
        for row in ATTRIBUTES[change.kind]:
            if row.reference and row.field in change.fields:
                after = change.fields[row.field]["after"]
                value = [where.dn(("person", after)).encode()] if after else None
                yield Request((_id(change),), "modify", (where.dn(_id(change)), [(ldap.MOD_REPLACE, row.ldap, value)]))
    members: dict[tuple[str, int], list[Identity]] = defaultdict(list)
    for change in changes:
        difference = change.fields.get("groups", {})
        for operation, groups in (
            (ldap.MOD_ADD, difference.get("added", ())),
            (ldap.MOD_DELETE, difference.get("removed", ())),
        ):
            for group in groups:
                members[group, operation].append(_id(change))
    for (group, operation), identities in members.items():
        for start in range(0, len(identities), MEMBERS_A_REQUEST):
            some = tuple(identities[start : start + MEMBERS_A_REQUEST])
            values = [where.dn(identity).encode() for identity in some]
            yield Request(some, "modify", (where.dn(("group", group)), [(operation, "member", values)]))


def _remember(live: Live, changes: Sequence[Change], pipeline: Pipeline) -> None:
    """Note on the root how many objects there are now: a later read that finds fewer is not believed."""
    counts = Counter(live.counts)
    for change in changes:
        if _id(change) not in pipeline.failed:
            counts[change.kind] += {"create": 1, "delete": -1}.get(change.action, 0)
    text = memory(counts).encode()
    if +counts != Counter(live.remembered):
        pipeline.run([Request((), "modify", (live.root, [(ldap.MOD_REPLACE, NOTE, [text])]))])


def _layers(changes: Iterable[Change], depth: Callable[[Change], int]) -> Iterator[list[Change]]:
    """Changes put together by depth, the smallest first."""
    layers: dict[int, list[Change]] = defaultdict(list)
    for change in changes:
        layers[depth(change)].append(change)
    for number in sorted(layers):
        yield layers[number]


def _encoded(password: Callable[[Secret], str], secret: Any) -> bytes | None:
    """The password of a secret, as the directory takes it; nothing where there is no secret."""
    return encode_password(password(secret)) if isinstance(secret, Secret) else None


def _id(change: Change) -> Identity:
    return change.kind, change.key
