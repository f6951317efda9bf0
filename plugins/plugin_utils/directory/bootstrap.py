# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the managed root, and the account whose rights end there: the one write before there can be a plan.

Outside the root the account gets only what the inventory asks for: the container of password policies, the password
settings of the domain, the DNS zones of the city's hosts. The access lists of organisational units, and no others, it
may write only where something is delegated.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Final
from uuid import UUID

import ldap
import ldap.dn

from ..model.city import City
from .attributes import MARK, NORMAL_ACCOUNT, PASSWORD_KEPT
from .connection import DACL_ONLY, Connection, DirectoryError, Login, connect, explained, value
from .descriptor import (
    CLASSES,
    CONTAINER_INHERIT,
    INHERIT_ONLY,
    READ_PROPERTY,
    WRITE_DAC,
    WRITE_PROPERTY,
    allow,
    allow_object,
    dacl,
    with_dacl,
)
from .dns_records import reverse_name
from .hosts import REVERSE
from .live import Places, root_dn
from .values import encode_password

ROOT_MARK = b"konak:root"

RIGHTS = 0x000F01FF & ~0x000C0000
"""Everything on objects but changing their access list or owner. What the account makes it owns, and an owner may
change the access list: so its power is bounded by the places where it has it, and not by this."""

_PASSWORD_SETTINGS: Final = UUID("c7407360-20bf-11d0-a768-00aa006e0529")
"""The property set Domain-Password: the domain's password and lockout policy."""
_TYPE_NS, _TYPE_SOA = 2, 6


@dataclass(frozen=True)
class Needs:
    """What a city asks of the directory.

    :ivar root: the name of the managed root.
    :ivar zones: DNS names of the zones in which its hosts have names; those that lead back from addresses are made.
    """

    root: str
    domain: str
    delegations: bool = False
    policies: bool = False
    domain_policy: bool = False
    zones: tuple[str, ...] = ()

    @classmethod
    def of(cls, city: City) -> Needs:
        """The needs of a city."""
        settings = city.organisation.directory
        addresses = [host.address for host in city.inventory.servers]
        addresses += [host.address for host in city.inventory.devices if host.address]
        reverse = {_reverse_zone(address) for address in addresses}
        return cls(
            settings.root,
            settings.domain,
            delegations=bool(settings.delegations) or any(unit.delegations for unit in city.inventory.units),
            policies=bool(city.inventory.password_policies),
            domain_policy=settings.password_policy is not None,
            zones=(settings.domain, city.organisation.domain, *sorted(reverse)),
        )


def _reverse_zone(address: str) -> str:
    """The zone that leads back from an address: of 256 addresses (IPv4), or of one network of 64 bits (IPv6)."""
    labels = reverse_name(str(ip_address(address))).split(".")
    return ".".join(labels[1:] if ip_address(address).version == 4 else labels[16:])


Step = tuple[str, Callable[[], bool], Callable[[], None]]
"""Its name, whether it is done, and how it is done."""


def bootstrap(connection: Connection, needs: Needs, login: Login, account: str, check: bool) -> list[str]:
    """Make what is missing; name it.

    :arg login: how the binding account will bind, with its own password.
    :arg check: only say what is missing.
    :raises DirectoryError: if the directory refuses.
    """
    base, user = root_dn(connection, needs.root), f"CN={ldap.dn.escape_dn_chars(account)},CN=Users,{connection.base}"
    steps: list[Step] = [
        ("root", lambda: _is_there(connection, base), lambda: _make_root(connection, base)),
        (
            "account",
            lambda: _is_there(connection, user),
            lambda: _make_account(connection, user, account, needs.domain, login.password),
        ),
        ("password", lambda: _binds(login, needs.domain), lambda: _set_password(connection, user, login.password)),
        *_rights(connection, base, user, needs),
    ]
    made: list[str] = []
    try:
        for name, is_done, make in steps:
            if check and made:
                made += [name] * (name != "password")  # all needs what is missing; an account is made with its password
            elif not is_done():
                made.append(name)
                if not check:
                    make()
    except ldap.LDAPError as error:
        raise explained(error, connection.host, f"bootstrap, {made[-1] if made else 'looking'}") from None
    return made


def _rights(connection: Connection, base: str, user: str, needs: Needs) -> Iterable[Step]:
    """The steps that give the account its rights, each on one object."""
    places = Places.of(connection.base)
    yield _right(connection, "rights", base, user, lambda sid: _root_entries(sid, delegations=needs.delegations))
    if needs.policies:
        yield _right(connection, "rights on password policies", places.policies, user, lambda sid: (_all(sid),))
    if needs.domain_policy:
        mask = READ_PROPERTY | WRITE_PROPERTY
        yield _right(
            connection,
            "rights on the domain's password settings",
            connection.base,
            user,
            lambda sid: (allow_object(sid, mask, 0, _PASSWORD_SETTINGS, None),),
        )
    forward = f"DC={needs.domain},{places.zones}"
    for zone in dict.fromkeys(needs.zones if _is_there(connection, forward) else ()):
        dn = f"DC={zone},{places.zones}"
        if zone.endswith(REVERSE):
            yield _zone_step(connection, zone, dn, forward)
        elif not _is_there(connection, dn):
            continue  # the mail addresses' domain may be served elsewhere
        yield _right(connection, f"rights on the zone {zone}", dn, user, lambda sid: (_all(sid),))


def _zone_step(connection: Connection, zone: str, dn: str, forward: str) -> Step:
    return f"zone {zone}", lambda: _is_there(connection, dn), lambda: _make_zone(connection, dn, forward)


def _right(connection: Connection, name: str, dn: str, user: str, entries: Callable[[bytes], Iterable[bytes]]) -> Step:
    def is_done() -> bool:
        if not _is_there(connection, user):
            return False
        return set(entries(_sid(connection, user))) <= set(dacl(_descriptor(connection, dn)))

    def give() -> None:
        before = _descriptor(connection, dn)
        aces = dacl(before)
        new = [entry for entry in entries(_sid(connection, user)) if entry not in aces]
        modification = (ldap.MOD_REPLACE, "nTSecurityDescriptor", [with_dacl(before, [*aces, *new])])
        connection.ldap.modify_ext_s(dn, [modification], serverctrls=[DACL_ONLY])

    return name, is_done, give


def _all(sid: bytes) -> bytes:
    """Allow :data:`RIGHTS` on an object and all below."""
    return allow(sid, RIGHTS, CONTAINER_INHERIT)


def _root_entries(sid: bytes, *, delegations: bool) -> tuple[bytes, ...]:
    if not delegations:
        return (_all(sid),)
    # Of what others made below the root, it may delegate on branches too.
    flags = CONTAINER_INHERIT | INHERIT_ONLY
    return _all(sid), allow_object(sid, WRITE_DAC, flags, None, CLASSES["organizationalUnit"])


def _is_there(connection: Connection, dn: str) -> bool:
    try:
        return bool(connection.ldap.search_s(dn, ldap.SCOPE_BASE, attrlist=["1.1"]))
    except ldap.NO_SUCH_OBJECT:
        return False


def _make_root(connection: Connection, base: str) -> None:
    entry = [("objectClass", [b"top", b"organizationalUnit"]), (MARK, [ROOT_MARK])]
    connection.ldap.add_s(base, entry)


def _make_account(connection: Connection, user: str, account: str, domain: str, password: str) -> None:
    entry = {
        "objectClass": [b"top", b"person", b"organizationalPerson", b"user"],
        "sAMAccountName": [account.encode()],
        "userPrincipalName": [f"{account}@{domain}".encode()],
        "description": [b"Konak's binding account; its rights end at the managed root"],
        "userAccountControl": [str(NORMAL_ACCOUNT | PASSWORD_KEPT).encode()],
        "unicodePwd": [encode_password(password)],
    }
    connection.ldap.add_s(user, list(entry.items()))


def _make_zone(connection: Connection, dn: str, forward: str) -> None:
    """A zone with the authority and name servers of the domain's own; the name server sees it at once."""
    entry = connection.ldap.search_s(f"DC=@,{forward}", ldap.SCOPE_BASE, attrlist=["dnsRecord"])[0][1]
    kinds = (_TYPE_NS, _TYPE_SOA)
    records = [raw for raw in entry["dnsRecord"] if struct.unpack_from("<H", raw, 2)[0] in kinds]
    connection.ldap.add_s(dn, [("objectClass", [b"top", b"dnsZone"])])
    connection.ldap.add_s(f"DC=@,{dn}", [("objectClass", [b"top", b"dnsNode"]), ("dnsRecord", records)])


def _binds(login: Login, domain: str) -> bool:
    try:
        with connect(login, domain):
            return True
    except DirectoryError:
        return False


def _set_password(connection: Connection, user: str, password: str) -> None:
    connection.ldap.modify_s(user, [(ldap.MOD_REPLACE, "unicodePwd", [encode_password(password)])])


def _descriptor(connection: Connection, base: str) -> bytes:
    found = value(connection, base, "nTSecurityDescriptor", DACL_ONLY)
    try:
        dacl(found)
    except ValueError as error:
        raise DirectoryError(
            f"the access list of {base} cannot be read: {error}", remedy="look at its security"
        ) from None
    return found


def _sid(connection: Connection, user: str) -> bytes:
    return bytes(connection.ldap.search_s(user, ldap.SCOPE_BASE, attrlist=["objectSid"])[0][1]["objectSid"][0])


def account_login(administrator: Login, account: str, domain: str, password: str) -> Login:
    """How the binding account binds at the same servers."""
    return replace(administrator, user=f"{account}@{domain}", password=password)
