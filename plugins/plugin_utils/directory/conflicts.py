# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that a plan would take and another object of the domain has: found before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import ldap
from ldap.filter import escape_filter_chars

from ...module_utils.plan import Change, Stop
from .attributes import MARK, OUTSIDE, SYSTEM, mark
from .connection import Connection, explained
from .interpret import Entry, Live, identity_of, text
from .live import search

ATTRIBUTES = {"login": "sAMAccountName", "upn": "userPrincipalName"}
"""Fields whose values there may be only once in a domain."""
CHUNK = 200
"""Names in one question."""


def taken(connection: Connection, live: Live, plan: Sequence[Change]) -> list[Stop]:
    """Stop for each name that an object which is not ours has.

    :raises DirectoryError: if the directory does not answer.
    """
    wanted = {
        (ATTRIBUTES[field].lower(), str(difference["after"]).lower()): change
        for change in plan
        for field, difference in change.fields.items()
        if field in ATTRIBUTES and difference["after"]
    }
    wanted |= {
        (MARK.lower(), mark(change.kind, change.key).lower()): change
        for change in plan
        if change.action == "create" and change.kind not in OUTSIDE
    }
    try:
        names = _names(connection, live, wanted) if wanted else ()
        return [*names, *_nodes(connection, live, plan)]
    except ldap.LDAPError as error:
        raise explained(error, connection.host, "looking for names that are taken") from None


def _names(connection: Connection, live: Live, wanted: Mapping[tuple[str, str], Change]) -> Iterator[Stop]:
    ours = {dn.lower() for dn in live.dns.values()}
    others = [dn.lower() for dn, _ in _search(connection, f"({MARK}=konak:root)") if dn.lower() != live.root.lower()]
    told: set[tuple[str, str]] = set()
    for dn, entry in _holders(connection, list(wanted)):
        if dn.lower() in ours:
            continue
        for attribute in (MARK, *ATTRIBUTES.values()):
            change = wanted.get((attribute.lower(), (text(entry, attribute) or "").lower()))
            if change is None or (change.key, dn) in told:
                continue
            if attribute == MARK and any(dn.lower().endswith("," + root) for root in others):
                continue  # another city's, which may have the same numbers
            told.add((change.key, dn))
            yield _stop(live, change, text(entry, attribute) or "", dn, entry)


def _holders(connection: Connection, names: Sequence[tuple[str, str]]) -> Iterator[tuple[str, Entry]]:
    """The objects of the whole domain that have one of the names."""
    for start in range(0, len(names), CHUNK):
        tests = "".join(f"({name}={escape_filter_chars(value)})" for name, value in names[start : start + CHUNK])
        yield from _search(connection, f"(|{tests})")


def _search(connection: Connection, query: str) -> Iterator[tuple[str, Entry]]:
    """What is found in the whole domain; that its other parts are elsewhere is known."""
    number = connection.ldap.search_ext(connection.base, ldap.SCOPE_SUBTREE, query, [MARK, *ATTRIBUTES.values()])
    yield from ((dn, entry) for dn, entry in connection.ldap.result3(number)[1] if dn is not None)


def _stop(live: Live, change: Change, name: str, dn: str, entry: Entry) -> Stop:
    if identity_of(text(entry, MARK)) == (change.kind, change.key):
        if dn.lower().endswith("," + live.root.lower()):  # such as what a run that was killed had sent before
            message = f"the {change.kind} {change.label} ({change.key}) was made while the directory was read"
            return Stop(f"{SYSTEM}.{change.kind}.moving", message, "wait until no other run is under way", SYSTEM)
        message = f"the {change.kind} {change.label} ({change.key}) was moved out of our territory: it is {dn}"
        return Stop(f"{SYSTEM}.{change.kind}.moved", message, "move it back under the managed root", SYSTEM)
    message = f"{change.kind} {change.label} ({change.key}): the name {name} is taken by {dn}, which is not ours"
    remedy = "give the record another `login`, or rename that object"
    return Stop(f"{SYSTEM}.{change.kind}.taken", message, remedy, SYSTEM)


def _nodes(connection: Connection, live: Live, plan: Iterable[Change]) -> Iterator[Stop]:
    """DNS names that are to be made and are there already."""
    made = {
        (change.fields["parent"]["after"], str(change.fields["name"]["after"]).lower()): change
        for change in plan
        if change.kind == "record" and change.action == "create"
    }
    for place in sorted({place for place, _ in made} & live.around.bases.keys()):
        for dn, entry in search(connection, live.around.bases[place], "(objectClass=dnsNode)", ["name"]):
            if change := made.get((place, (text(entry, "name") or "").lower())):
                message = f"the DNS name {change.key} is there already, and is not ours: {dn}"
                remedy = "remove it on the name server, or take the name from the inventory"
                yield Stop(f"{SYSTEM}.record.taken", message, remedy, SYSTEM)
