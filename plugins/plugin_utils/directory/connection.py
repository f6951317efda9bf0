# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Open a connection to a domain controller, and say in words what went wrong.

LDAPS with the server's certificate verified against the city's own CA; the servers are tried in their order and
the first that answers serves the whole run.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ldap
import ldap.ldapobject

ANSWER_SECONDS = 10
"""How long a server may take to take a connection."""
OPERATION_SECONDS = 120
"""How long it may take to answer one request."""


@dataclass(frozen=True)
class Login:
    """Who binds where.

    :ivar servers: host names or addresses in the order of preference, as the certificate names them.
    :ivar user: the binding account, as a distinguished name or ``name@domain``.
    :ivar ca_file: PEM file of the CA that signed the servers' certificates.
    """

    servers: Sequence[str]
    user: str
    password: str = field(repr=False)
    ca_file: Path = Path("/etc/ssl/certs/ca-certificates.crt")


class DirectoryError(Exception):
    """The directory cannot be used as asked: what, at which server, what to do."""

    def __init__(self, message: str, host: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.message, self.host, self.remedy = message, host, remedy

    def __str__(self) -> str:
        return f"{self.message} ({self.remedy})" if self.remedy else self.message


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
    if not Path(login.ca_file).is_file():
        raise DirectoryError(
            f"the CA file {login.ca_file} is not there", remedy="set konak_ca_file to the CA of the domain controllers"
        )
    unanswered = []
    for host in login.servers:
        try:
            handle = _bind(host, login)
        except (ldap.SERVER_DOWN, ldap.TIMEOUT, ldap.CONNECT_ERROR) as error:
            unanswered.append(f"{host}: {_unknown(host) or _detail(error)}")
            continue
        except ldap.LDAPError as error:
            raise explained(error, host) from None
        try:
            yield Connection(host, handle, domain_dn(domain))
        finally:
            handle.unbind_ext()
        return
    raise DirectoryError(
        f"no domain controller answers: {'; '.join(unanswered) or 'none is named'}",
        host=", ".join(login.servers),
        remedy="look whether it runs and port 636 is open; nothing was changed",
    )


def domain_dn(domain: str) -> str:
    """The distinguished name of a domain: ``DC=ornek,DC=bel,DC=tr``."""
    return ",".join(f"DC={label}" for label in domain.split("."))


def _bind(host: str, login: Login) -> Any:
    """One bound LDAPS connection; raises python-ldap's errors."""
    handle = ldap.initialize(f"ldaps://[{host}]" if ":" in host else f"ldaps://{host}")
    handle.set_option(ldap.OPT_PROTOCOL_VERSION, 3)
    handle.set_option(ldap.OPT_REFERRALS, 0)
    handle.set_option(ldap.OPT_NETWORK_TIMEOUT, ANSWER_SECONDS)
    handle.set_option(ldap.OPT_TIMEOUT, OPERATION_SECONDS)
    handle.set_option(ldap.OPT_X_TLS_CACERTFILE, str(login.ca_file))
    handle.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)
    handle.set_option(ldap.OPT_X_TLS_PROTOCOL_MIN, ldap.OPT_X_TLS_PROTOCOL_TLS1_2)
    handle.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    handle.simple_bind_s(login.user, login.password)
    return handle


_WORDS: tuple[tuple[type[ldap.LDAPError], str, str], ...] = (
    (
        ldap.INVALID_CREDENTIALS,
        "the directory refuses the binding account",
        "look at its password and whether it is locked or expired",
    ),
    (
        ldap.INSUFFICIENT_ACCESS,
        "the binding account may not do this",
        "run the bootstrap playbook again, or look who changed the rights",
    ),
    (ldap.STRONG_AUTH_REQUIRED, "the directory wants a stronger bind", "use LDAPS"),
    (ldap.NO_SUCH_OBJECT, "the object is not there", "look who removed it meanwhile, then plan again"),
    (
        ldap.ALREADY_EXISTS,
        "an object of this name exists already, and it is not ours",
        "rename or remove that object, or pin another login",
    ),
    (ldap.CONSTRAINT_VIOLATION, "the directory refuses a value", "look at the server's words"),
    (ldap.UNWILLING_TO_PERFORM, "the directory is not willing to do this", "look at the server's words"),
    (ldap.NOT_ALLOWED_ON_NONLEAF, "the object holds others", "move or remove what is in it"),
    (
        ldap.SIZELIMIT_EXCEEDED,
        "the directory cut its answer short",
        "raise the server's limits; nothing is taken for gone",
    ),
    (
        ldap.SERVER_DOWN,
        "the connection to the directory broke",
        "look whether the server runs, then run again: a rerun finishes it",
    ),
    (
        ldap.TIMEOUT,
        "the directory takes too long to answer",
        "look at the server's load, then run again: a rerun finishes it",
    ),
)


def explained(error: ldap.LDAPError, host: str, what: str = "") -> DirectoryError:
    """The error in words; the server's own words follow them."""
    message, remedy = next(
        ((words, remedy) for kind, words, remedy in _WORDS if isinstance(error, kind)),
        ("the directory refuses", "look at the server's words"),
    )
    before = f"{what}: " if what else ""
    return DirectoryError(f"{before}{message}: {_detail(error)}", host, remedy)


def _unknown(host: str) -> str:
    """Words for a name that does not resolve; libldap only says that it has no such file."""
    try:
        socket.getaddrinfo(host, 636)
    except OSError as error:
        return f"the name does not resolve: {error.strerror or error}"
    return ""


def _detail(error: ldap.LDAPError) -> str:
    """The server's or library's words, in one line."""
    known = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    words = [str(known[key]) for key in ("desc", "info") if known.get(key)]
    return " ".join(": ".join(words).split()) or type(error).__name__
