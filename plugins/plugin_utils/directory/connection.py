# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Open a connection to a domain controller.

With a password over TLS, with the server's certificate verified against the city's own CA; or with a Kerberos ticket,
which proves the server too, and seals the connection. The servers are tried in their order and the first that answers
serves the whole run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import ldap
import ldap.sasl
from ldap.controls import RequestControl

from .words import DirectoryError, explained, refused_bind, unanswered

__all__ = ["DACL_ONLY", "Connection", "DirectoryError", "Login", "connect", "domain_dn", "explained", "value"]

ANSWER_SECONDS = 10
"""How long a server may take to take a connection."""
OPERATION_SECONDS = 120
"""How long it may take to answer one request."""

Transport = Literal["ldaps", "starttls", "kerberos"]
_PORTS: Mapping[Transport, int] = {"ldaps": 636, "starttls": 389, "kerberos": 389}
_SEALED_BITS = 128
"""The weakest key that a Kerberos connection may be sealed with: the directory takes passwords over no weaker one."""

DACL_ONLY = RequestControl(
    "1.2.840.113556.1.4.801", criticality=True, encodedControlValue=bytes([0x30, 0x03, 0x02, 0x01, 0x04])
)
"""LDAP_SERVER_SD_FLAGS_OID: read and write the discretionary access list, nothing else of the descriptor."""


@dataclass(frozen=True)
class Login:
    """Who binds where.

    :ivar servers: host names or addresses in the order of preference, as the certificate names them; ``host:port``
        where the port is not the usual one.
    :ivar user: the binding account, as a distinguished name or ``name@domain``; empty with Kerberos.
    :ivar ca_file: PEM file of the CA that signed the servers' certificates.
    :ivar transport: TLS from the first byte (``ldaps``, port 636), after a request for it (``starttls``, port 389), or
        sealed with the ticket (``kerberos``, port 389; then the servers are named as the ticket names them).
    :ivar tickets: with ``kerberos``, the credential cache, such as ``FILE:/run/user/0/krb5cc``.
    :ivar seconds: how long a server may take to answer one request.
    """

    servers: Sequence[str]
    user: str
    password: str = field(repr=False)
    ca_file: Path = Path("/etc/ssl/certs/ca-certificates.crt")
    transport: Transport = "ldaps"
    tickets: str = ""
    seconds: int = OPERATION_SECONDS


@dataclass(frozen=True)
class Connection:
    """A bound connection.

    :ivar host: the server that answered.
    :ivar ldap: python-ldap's object, for requests by number (``…_ext``) and their results.
    :ivar base: distinguished name of the domain.
    """

    host: str
    ldap: Any
    base: str


@contextmanager
def connect(login: Login, domain: str) -> Iterator[Connection]:
    """Bind to the first server that answers.

    :arg domain: DNS name of the domain, e.g. ``ornek.bel.tr``.
    :raises DirectoryError: if no server can be used; what each said is in the message.
    """
    if login.transport != "kerberos" and not Path(login.ca_file).is_file():
        raise DirectoryError(
            f"the CA file {login.ca_file} is not there", remedy="set konak_ca_file to the CA of the domain controllers"
        )
    silent = []
    for server in login.servers:
        try:
            handle = _bind(server, login)
        except (ldap.SERVER_DOWN, ldap.TIMEOUT, ldap.CONNECT_ERROR) as error:
            host, port = address(server, login.transport)
            why = unanswered(host, port, login.ca_file, error, over_tls=login.transport == "ldaps")
            silent.append(f"{server}: {why}")
            continue
        except ldap.LDAPError as error:
            raise refused_bind(error, server) from None
        try:
            yield Connection(server, handle, domain_dn(domain))
        finally:
            handle.unbind_ext()
        return
    raise DirectoryError(
        f"no domain controller answers: {'; '.join(silent) or 'none is named'}",
        host=", ".join(login.servers),
        remedy="look whether it runs, its certificate and its port; nothing was changed",
    )


def value(connection: Connection, dn: str, attribute: str, *controls: RequestControl) -> bytes:
    """The first value of an attribute of one object.

    :raises ldap.NO_SUCH_ATTRIBUTE: if it is not there, or not ours to see; and python-ldap's other errors.
    """
    rows = connection.ldap.search_ext_s(dn, ldap.SCOPE_BASE, attrlist=[attribute], serverctrls=list(controls))
    for _, entry in rows[:1]:
        if attribute in entry:
            return bytes(entry[attribute][0])
    raise ldap.NO_SUCH_ATTRIBUTE({"desc": f"{attribute} of {dn} cannot be read"})


def domain_dn(domain: str) -> str:
    """The distinguished name of a domain: ``DC=ornek,DC=bel,DC=tr``."""
    return ",".join(f"DC={label}" for label in domain.split("."))


def address(server: str, transport: Transport = "ldaps") -> tuple[str, int]:
    """Host and port of a server as it is written: ``dc1.ornek.bel.tr``, ``192.0.2.10:636``, ``[2001:db8::1]:636``."""
    if server.startswith("["):
        host, _, port = server[1:].partition("]")
        return host, int(port[1:] or _PORTS[transport])
    host, _, port = server.partition(":") if server.count(":") == 1 else (server, "", "")
    return host, int(port or _PORTS[transport])


def uri(server: str, transport: Transport = "ldaps") -> str:
    """The address of a server for LDAP clients."""
    host, port = address(server, transport)
    return f"{'ldaps' if transport == 'ldaps' else 'ldap'}://{f'[{host}]' if ':' in host else host}:{port}"


def _bind(server: str, login: Login) -> Any:
    """One bound connection; raises python-ldap's errors."""
    handle = ldap.initialize(uri(server, login.transport))
    handle.set_option(ldap.OPT_PROTOCOL_VERSION, 3)
    handle.set_option(ldap.OPT_REFERRALS, 0)
    handle.set_option(ldap.OPT_NETWORK_TIMEOUT, ANSWER_SECONDS)
    handle.set_option(ldap.OPT_TIMEOUT, login.seconds)
    if login.transport == "kerberos":
        _bind_with_ticket(handle, login.tickets)
        return handle
    handle.set_option(ldap.OPT_X_TLS_CACERTFILE, str(login.ca_file))
    handle.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)
    handle.set_option(ldap.OPT_X_TLS_PROTOCOL_MIN, ldap.OPT_X_TLS_PROTOCOL_TLS1_2)
    handle.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    if login.transport == "starttls":
        handle.start_tls_s()
    handle.simple_bind_s(login.user, login.password)
    return handle


def _bind_with_ticket(handle: Any, tickets: str) -> None:
    """Bind with Kerberos and seal the connection; not over TLS, to which a domain controller wants a ticket bound."""
    handle.set_option(ldap.OPT_X_SASL_SSF_MIN, _SEALED_BITS)
    handle.set_option(ldap.OPT_X_SASL_NOCANON, 1)
    before = os.environ.get("KRB5CCNAME")
    os.environ["KRB5CCNAME"] = tickets or before or ""  # the only way to tell the library
    try:
        handle.sasl_non_interactive_bind_s("GSSAPI")
    finally:
        os.environ.pop("KRB5CCNAME")
        if before is not None:
            os.environ["KRB5CCNAME"] = before
