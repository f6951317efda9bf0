# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do to the directory what a plan says, and nothing else. The only file of this system that writes to a directory.

Within a step requests are pipelined. A refusal is noted and the rest goes on; a broken connection ends the run. What
is done stays done, and the next run finishes what is not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import ldap

from ...module_utils.plan import Change, Item, Secret
from .attributes import NOTE
from .connection import DACL_ONLY, Connection, explained, value
from .descriptor import with_delegations
from .interpret import Identity, Live, memory
from .links import identity
from .pipeline import Pipeline, Request
from .places import Map
from .requests import steps
from .values import encode_password


@dataclass
class Outcome:
    """What an apply did.

    :ivar done: the changes that are wholly in the directory, as ``(kind, key)``.
    :ivar failed: ``{(kind, key): what the directory said}``.
    :ivar broken: why the run ended early; empty if it did not.
    :ivar requests: what was granted, in its order; the inverse is made of it.
    """

    done: set[Identity] = field(default_factory=set)
    failed: dict[Identity, str] = field(default_factory=dict)
    broken: str = ""
    requests: list[Request] = field(default_factory=list)


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
    where = Map(live)
    made = [
        list(step) for step in steps(where, live, changes, lambda own: _encoded(password, secrets.get(own)))
    ]  # all of them before the first is sent
    for own, _, key in _delegated(changes):
        where.dn(own), where.dn(("group", key))
    pipeline = Pipeline(connection, [request for step in made for request in step], progress)
    outcome = Outcome(requests=pipeline.done)
    try:
        for step in made:
            pipeline.run(step)
        pipeline.run(list(_delegations(connection, where, live, changes, pipeline.failed)))
        _remember(live, changes, pipeline)
    except ldap.LDAPError as error:
        outcome.broken = str(explained(error, connection.host))
    outcome.failed = {own: str(explained(error, connection.host)) for own, error in pipeline.failed.items()}
    outcome.done = {identity(change) for change in changes} - outcome.failed.keys() - pipeline.unfinished
    if outcome.broken:
        outcome.done -= {identity(change) for change in changes if "delegations" in change.fields}
    return outcome


def _delegated(changes: Iterable[Change]) -> Iterator[tuple[Identity, str, str]]:
    """Branch, right and key of the group of each right that is given or taken."""
    for change in changes:
        difference = change.fields.get("delegations", {}) if change.action not in {"delete", "retire"} else {}
        for text in (*difference.get("added", ()), *difference.get("removed", ())):
            right, _, key = text.partition(" to ")
            yield identity(change), right, key


def _delegations(
    connection: Connection, where: Map, live: Live, changes: Sequence[Change], failed: Container[Identity]
) -> Iterator[Request]:
    """Change access lists, each read just before: by then this plan's groups are there; raises python-ldap's errors."""
    given = {change_id: change for change in changes if (change_id := identity(change)) not in failed}
    sids = dict(live.sids)
    for own in dict.fromkeys(own for own, _, _ in _delegated(given.values())):
        rights: dict[str, list[tuple[str, bytes]]] = {"added": [], "removed": []}
        for sort, entries in rights.items():
            for right, _, key in (text.partition(" to ") for text in given[own].fields["delegations"][sort]):
                group = ("group", key)
                if group in failed:
                    continue  # it could not be made, which is told
                sids[group] = sids.get(group) or value(connection, where.dn(group), "objectSid")
                entries.append((right, sids[group]))
        dn = where.dn(own)
        before = value(connection, dn, "nTSecurityDescriptor", DACL_ONLY)
        after = with_delegations(before, rights["added"], rights["removed"])
        modification = (ldap.MOD_REPLACE, "nTSecurityDescriptor", [after])
        yield Request((own,), "modify", (dn, [modification], [DACL_ONLY]), before={"nTSecurityDescriptor": [before]})


def _remember(live: Live, changes: Sequence[Change], pipeline: Pipeline) -> None:
    """Note on the root how many objects there are now: a later read that finds fewer is not believed."""
    counts = Counter(live.counts)
    for change in changes:
        if identity(change) not in pipeline.failed:
            counts[change.kind] += {"create": 1, "delete": -1, "retire": -1}.get(change.action, 0)
    note = memory(counts).encode()
    if +counts != Counter(live.remembered):
        before = {NOTE: [memory(live.remembered).encode()]} if live.remembered else {}
        pipeline.run([Request((), "modify", (live.root, [(ldap.MOD_REPLACE, NOTE, [note])]), before=before)])


def _encoded(password: Callable[[Secret], str], secret: Any) -> bytes | None:
    """The password of a secret, as the directory takes it; nothing where there is no secret."""
    return encode_password(password(secret)) if isinstance(secret, Secret) else None
