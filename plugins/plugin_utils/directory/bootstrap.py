# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the managed root, and the account whose rights end there: the one write before there can be a plan."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import ldap
import ldap.dn
from ldap.controls import RequestControl

from .attributes import MARK, NORMAL_ACCOUNT, PASSWORD_KEPT
from .connection import Connection, DirectoryError, Login, connect, explained
from .live import root_dn
from .values import encode_password

ROOT_MARK = b"konak:root"

RIGHTS = 0x000F01FF & ~0x000C0000
"""Everything on objects but changing their access list or owner: the account cannot give itself or others more."""

_DACL_ONLY = RequestControl(
    "1.2.840.113556.1.4.801", criticality=True, encodedControlValue=bytes([0x30, 0x03, 0x02, 0x01, 0x04])
)
"""LDAP_SERVER_SD_FLAGS_OID: read and write the discretionary access list, nothing else of the descriptor."""
_ALLOW, _INHERIT, _INHERITED = 0x00, 0x02, 0x10


def bootstrap(connection: Connection, root: str, domain: str, login: Login, account: str, check: bool) -> list[str]:
    """Make what is missing; name it.

    :arg login: how the binding account will bind, with its own password.
    :arg check: only say what is missing.
    :raises DirectoryError: if the directory refuses.
    """
    base, user = root_dn(connection, root), f"CN={ldap.dn.escape_dn_chars(account)},CN=Users,{connection.base}"
    steps: tuple[tuple[str, Callable[[], bool], Callable[[], None]], ...] = (
        ("root", lambda: _is_there(connection, base), lambda: _make_root(connection, base)),
        (
            "account",
            lambda: _is_there(connection, user),
            lambda: _make_account(connection, user, account, domain, login.password),
        ),
        ("password", lambda: _binds(login, domain), lambda: _set_password(connection, user, login.password)),
        ("rights", lambda: _may(connection, base, user), lambda: _give_rights(connection, base, user)),
    )
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


def _binds(login: Login, domain: str) -> bool:
    try:
        with connect(login, domain):
            return True
    except DirectoryError:
        return False


def _set_password(connection: Connection, user: str, password: str) -> None:
    connection.ldap.modify_s(user, [(ldap.MOD_REPLACE, "unicodePwd", [encode_password(password)])])


def _descriptor(connection: Connection, base: str) -> bytes:
    rows = connection.ldap.search_ext_s(
        base, ldap.SCOPE_BASE, attrlist=["nTSecurityDescriptor"], serverctrls=[_DACL_ONLY]
    )
    return bytes(rows[0][1]["nTSecurityDescriptor"][0])


def _sid(connection: Connection, user: str) -> bytes:
    return bytes(connection.ldap.search_s(user, ldap.SCOPE_BASE, attrlist=["objectSid"])[0][1]["objectSid"][0])


def _entry(sid: bytes) -> bytes:
    """One entry of an access list: allow :data:`RIGHTS` on this object and all below (MS-DTYP 2.4.4.2)."""
    return struct.pack("<BBHI", _ALLOW, _INHERIT, 8 + len(sid), RIGHTS) + sid


def _may(connection: Connection, base: str, user: str) -> bool:
    return _is_there(connection, user) and _entry(_sid(connection, user)) in _descriptor(connection, base)


def _give_rights(connection: Connection, base: str, user: str) -> None:
    descriptor = with_entry(_descriptor(connection, base), _entry(_sid(connection, user)))
    connection.ldap.modify_ext_s(
        base, [(ldap.MOD_REPLACE, "nTSecurityDescriptor", [descriptor])], serverctrls=[_DACL_ONLY]
    )


def with_entry(descriptor: bytes, entry: bytes) -> bytes:
    """A self-relative security descriptor (MS-DTYP 2.4.6) with one more entry in its access list.

    The entry goes behind the list's own entries and before the inherited ones, which is the canonical order.

    :raises DirectoryError: if the descriptor has no access list of its own.
    """
    revision, reserved, control, owner, group, sacl, start = struct.unpack_from("<BBHIIII", descriptor)
    if not start:
        raise DirectoryError("the managed root has no access list", remedy="look at its security settings")
    version, pad, size, count, pad2 = struct.unpack_from("<BBHHH", descriptor, start)
    place = start + 8
    for _ in range(count):
        if descriptor[place + 1] & _INHERITED:
            break
        place += struct.unpack_from("<H", descriptor, place + 2)[0]
    body = descriptor[start + 8 : place] + entry + descriptor[place : start + size]
    listing = struct.pack("<BBHHH", version, pad, size + len(entry), count + 1, pad2) + body
    # Owner and group are left out: only the access list is written.
    del reserved, owner, group, sacl
    return struct.pack("<BBHIIII", revision, 0, control & ~0x0010, 0, 0, 0, 20) + listing


def ca_login(login: Login, account: str, domain: str, password: str) -> Login:
    """How the binding account binds at the same servers."""
    return Login(login.servers, f"{account}@{domain}", password, Path(login.ca_file))
