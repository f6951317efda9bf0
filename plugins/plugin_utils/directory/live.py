# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what the directory holds: everything under the root in one paged search, and what is ours elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import ldap
import ldap.dn
from ldap.controls import SimplePagedResultsControl
from ldap.filter import escape_filter_chars

from .attributes import ATTRIBUTES, BRANCHES, MARK, NOTE, OUTSIDE, mark, owner
from .connection import DACL_ONLY, Connection, DirectoryError, explained, value
from .forms import KEPT
from .interpret import Around, Entry, Live, OutsideGroup, guid_text, identity_of, interpret, split_dn, text

PAGE = 1000
"""Entries a page: the most that a Windows domain controller gives."""

READ = sorted(
    {"objectGUID", "objectSid", "memberOf", "member", "adminCount", "isCriticalSystemObject", "gPLink"}
    | {MARK, NOTE}
    | {row.ldap for kind, rows in ATTRIBUTES.items() if kind not in {*OUTSIDE, "domain"} for row in rows}
)
"""The attributes of what lies under the root."""

_RANGED = re.compile(r"(.+);range=(\d+)-(\d+|\*)", re.IGNORECASE)


@dataclass(frozen=True)
class Places:
    """Where the directory's parts lie beside the root; each may be missing."""

    policies: str
    zones: str
    group_policies: str

    @classmethod
    def of(cls, base: str) -> Places:
        """The places of a domain by its distinguished name."""
        return cls(
            f"CN=Password Settings Container,CN=System,{base}",
            f"CN=MicrosoftDNS,DC=DomainDnsZones,{base}",
            f"CN=Policies,CN=System,{base}",
        )


def root_dn(connection: Connection, root: str) -> str:
    """The distinguished name under which everything managed lies."""
    return f"OU={ldap.dn.escape_dn_chars(root)},{connection.base}"


def read(connection: Connection, root: str, protected: Iterable[str] = ()) -> Live:
    """Read everything under the root, and what is ours outside it.

    :arg protected: logins of accounts that no plan may touch.
    :raises DirectoryError: if the root is not there, or an answer is not whole.
    """
    base = root_dn(connection, root)
    try:
        entries = [
            (dn, _whole(connection, dn, entry)) for dn, entry in search(connection, base, "(objectClass=*)", READ)
        ]
        if entries and not any(dn.lower() == base.lower() for dn, _ in entries):
            # A short answer may lack the root, whose note is what tells that it is short.
            entries += connection.ldap.search_s(base, ldap.SCOPE_BASE, attrlist=READ)
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
    try:
        return _read_more(connection, base, entries, protected)
    except ldap.LDAPError as error:
        raise explained(error, connection.host, "reading what is ours beside the root") from None


def _read_more(connection: Connection, root: str, entries: list[tuple[str, Entry]], protected: Iterable[str]) -> Live:
    """All but the root's own entries; raises python-ldap's errors."""
    places = Places.of(connection.base)
    zones = _if_there(
        connection, places.zones, "(&(objectClass=dnsZone)(!(name=RootDNSServers))(!(name=..*)))", ["name"]
    )
    group_policies = _if_there(
        connection, places.group_policies, "(objectClass=groupPolicyContainer)", ["name", "displayName"]
    )
    around = Around(
        bases={"policies": places.policies} | {f"zone:{(text(zone, 'name') or '').lower()}": dn for dn, zone in zones},
        outside=_outside(connection, entries),
        group_policies={
            (text(found, "name") or "").strip("{}").lower(): text(found, "displayName") or ""
            for _, found in group_policies
        },
        descriptors=_descriptors(connection, entries),
        protected=_protected(connection, protected),
    )
    guid = next((guid_text(entry["objectGUID"][0]) for dn, entry in entries if dn.lower() == root.lower()), "")
    more = [
        *_ours(connection, places.policies, "policy", guid),
        *(row for row in _ours(connection, places.zones, "record", guid) if _is_itself(*row)),
    ]
    return interpret(root, [*entries, *more, _domain(connection)], connection.host, around)


def search(connection: Connection, base: str, query: str, attributes: Iterable[str]) -> Iterator[tuple[str, Entry]]:
    """Every entry of a subtree search, page by page; raises python-ldap's errors.

    :raises DirectoryError: if the answer is cut, or a part of it is somewhere else.
    """
    control = SimplePagedResultsControl(criticality=True, size=PAGE, cookie="")
    while True:
        number = connection.ldap.search_ext(base, ldap.SCOPE_SUBTREE, query, list(attributes), serverctrls=[control])
        _, rows, _, controls = connection.ldap.result3(number)
        for dn, entry in rows:
            if dn is None:
                message = f"the directory sends us to another server for a part of {base}: {entry[0]}"
                raise DirectoryError(message, connection.host, "name a domain controller that holds the whole domain")
            yield dn, entry
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


def _if_there(connection: Connection, base: str, query: str, attributes: Iterable[str]) -> list[tuple[str, Entry]]:
    """A search of a place that a domain may not have; raises python-ldap's other errors."""
    try:
        return list(search(connection, base, query, attributes))
    except ldap.NO_SUCH_OBJECT:
        return []


def _ours(connection: Connection, base: str, kind: str, root: str) -> list[tuple[str, Entry]]:
    """The objects of a kind that are ours in a place where others are too, by the root's objectGUID."""
    attributes = [MARK, *(row.ldap for row in ATTRIBUTES[kind])]
    return _if_there(connection, base, f"(&({MARK}={mark(kind, '*')})({NOTE}={owner(root)}))", attributes)


def _is_itself(dn: str, entry: Entry) -> bool:
    """Whether a DNS name carries its own mark. Everyone in a domain may make names, and write any mark on them."""
    node, above = split_dn(dn)
    zone = split_dn(above)[0]
    found = identity_of(text(entry, MARK))
    return found is not None and found[1] == (zone if node == "@" else f"{node}.{zone}").lower()


def _whole(connection: Connection, dn: str, entry: Entry) -> Entry:
    """The entry with all values of each attribute: a server gives a long list in parts, ``member;range=0-1499``."""
    parts = {name: found for name in entry if (found := _RANGED.fullmatch(name))}
    if not parts:
        return entry
    whole = {name: values for name, values in entry.items() if name not in parts}
    for name, part in parts.items():
        whole[part[1]] = [*entry[name], *_rest(connection, dn, part)]
    return whole


def _rest(connection: Connection, dn: str, part: re.Match[str]) -> Iterator[bytes]:
    """The values behind the first part; raises python-ldap's errors.

    :raises DirectoryError: if the server does not go on.
    """
    found: re.Match[str] | None = part
    while found is not None and found[3] != "*":
        wanted = f"{part[1]};range={int(found[3]) + 1}-*"
        entry = connection.ldap.search_s(dn, ldap.SCOPE_BASE, attrlist=[wanted])[0][1]
        named = [
            (known, values)
            for name, values in entry.items()
            if (known := _RANGED.fullmatch(name)) and int(known[2]) == int(found[3]) + 1
        ]
        if not named:
            raise DirectoryError(
                f"the directory gave only a part of {part[1]} of {dn}", connection.host, "look at the server"
            )
        found, values = named[0]
        yield from values


def _domain(connection: Connection) -> tuple[str, Entry]:
    """The head of the domain, of which only the password policy is ours."""
    attributes = [row.ldap for row in ATTRIBUTES["domain"]]
    entry = connection.ldap.search_s(connection.base, ldap.SCOPE_BASE, attrlist=attributes)[0][1]
    return connection.base, {**entry, MARK: [mark("domain", "domain").encode()]}


def _outside(connection: Connection, entries: list[tuple[str, Entry]]) -> dict[str, OutsideGroup]:
    """The groups that are not ours and have or had members of ours, and whether we may change those."""
    ours = {dn.lower() for dn, entry in entries if identity_of(text(entry, MARK))}
    asked = {
        dn.decode()
        for holder, entry in entries
        if holder.lower() in ours
        for dn in entry.get("memberOf", ())
        if dn.decode().lower() not in ours
    }
    known = {guid_text(entry["objectGUID"][0]) for dn, entry in entries if dn.lower() in ours}
    kept = {guid for _, entry in entries for guid in KEPT.decode(entry.get("extensionName", [])) if "-" in guid}
    asked |= {f"<GUID={guid}>" for guid in kept - known}
    groups = {}
    for name in sorted(asked):
        try:
            rows = connection.ldap.search_s(
                name, ldap.SCOPE_BASE, attrlist=["objectGUID", "allowedAttributesEffective"]
            )
        except ldap.NO_SUCH_OBJECT:
            continue  # gone since, or not ours to see
        for dn, entry in rows[:1]:
            writable = b"member" in entry.get("allowedAttributesEffective", ())
            groups[dn.lower()] = OutsideGroup(dn, guid_text(entry["objectGUID"][0]), writable)
    return groups


def waiting(connection: Connection, root: str) -> frozenset[str]:
    """Personnel numbers of those who have never logged on and must choose a password first.

    :raises DirectoryError: if the directory does not answer.
    """
    query = f"(&({MARK}={mark('person', '*')})(pwdLastSet=0)(!(lastLogonTimestamp=*)))"
    try:
        found = list(search(connection, root_dn(connection, root), query, [MARK]))
    except ldap.LDAPError as error:
        raise explained(error, connection.host, "looking who waits for a letter") from None
    return frozenset(known[1] for _, entry in found if (known := identity_of(text(entry, MARK))))


def _protected(connection: Connection, logins: Iterable[str]) -> frozenset[str]:
    """Distinguished names, in lower case, of the accounts of these logins, wherever in the domain they are."""
    tests = "".join(f"(sAMAccountName={escape_filter_chars(login)})" for login in logins)
    if not tests:
        return frozenset()
    rows = connection.ldap.search_s(connection.base, ldap.SCOPE_SUBTREE, f"(|{tests})", ["1.1"])
    return frozenset(dn.lower() for dn, _ in rows if dn is not None)


def _descriptors(connection: Connection, entries: list[tuple[str, Entry]]) -> dict[str, bytes]:
    """Access lists of our branches, which delegations are a part of."""
    found = {}
    for dn, entry in entries:
        identity = identity_of(text(entry, MARK))
        if identity is not None and identity[0] in BRANCHES:
            with suppress(ldap.NO_SUCH_ATTRIBUTE):
                found[dn.lower()] = value(connection, dn, "nTSecurityDescriptor", DACL_ONLY)
    return found
