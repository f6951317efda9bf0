# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a directory's refusals mean, in words for the person who can mend it. The server's own words follow them."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Mapping
from pathlib import Path

import ldap

SECONDS = 5
"""How long a look at a server that does not answer may take."""


class DirectoryError(Exception):
    """The directory cannot be used as asked: what, at which server, what to do."""

    def __init__(self, message: str, host: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.message, self.host, self.remedy = message, host, remedy

    def __str__(self) -> str:
        return f"{self.message} ({self.remedy})" if self.remedy else self.message


_WORDS: tuple[tuple[type[ldap.LDAPError], str, str], ...] = (
    (ldap.INVALID_CREDENTIALS, "the directory refuses the binding account", "look at its password"),
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
    (
        ldap.OBJECT_CLASS_VIOLATION,
        "the directory's schema does not let an object be so",
        "look which attribute the schema asks for or forbids, and at what was added to the object by hand",
    ),
    (ldap.UNDEFINED_TYPE, "the directory's schema has no such attribute", "extend the schema, or look at the server"),
    (
        ldap.INVALID_SYNTAX,
        "the directory's schema takes no such value",
        "mend the value in the inventory; the server's words name the attribute",
    ),
    (
        ldap.NAMING_VIOLATION,
        "the directory's schema does not let the object be called so, or lie there",
        "look at the name and at what it is to lie in",
    ),
    (ldap.CONSTRAINT_VIOLATION, "the directory refuses a value", "look at the server's words"),
    (ldap.UNWILLING_TO_PERFORM, "the directory is not willing to do this", "look at the server's words"),
    (ldap.NOT_ALLOWED_ON_NONLEAF, "the object holds others", "move or remove what is in it"),
    (
        ldap.REFERRAL,
        "the directory sends us to another server",
        "name a domain controller that holds this domain, not a global catalogue or a read-only one",
    ),
    (
        ldap.SIZELIMIT_EXCEEDED,
        "the directory cut its answer short",
        "raise the server's limits; nothing is taken for gone",
    ),
    (
        ldap.TIMELIMIT_EXCEEDED,
        "the directory gave up before its answer was whole",
        "raise the server's limits; nothing is taken for gone",
    ),
    (ldap.BUSY, "the directory is too busy to answer", "wait, then run again"),
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

_BIND: Mapping[str, tuple[str, str]] = {
    "525": ("there is no such binding account", "look at its name, or run the bootstrap playbook"),
    "52e": ("its password is wrong", "look at the master secret: the bootstrap playbook sets the password anew"),
    "530": ("it may not log on at this hour", "take its hours of logon away"),
    "531": ("it may not log on from here", "take its list of workstations away"),
    "532": ("its password has expired", "let it never expire, and run the bootstrap playbook"),
    "533": ("it is disabled", "look who disabled it and why before you enable it"),
    "701": ("the account has expired", "take its end date away"),
    "773": ("its password must be changed first", "run the bootstrap playbook, which sets it"),
    "775": ("it is locked after wrong passwords", "look where they come from, then unlock it"),
}
"""Active Directory's own numbers in a refused bind (the ``data`` of AcceptSecurityContext)."""


def explained(error: ldap.LDAPError, host: str, what: str = "") -> DirectoryError:
    """The error in words; the server's own words follow them."""
    message, remedy = next(
        ((words, remedy) for kind, words, remedy in _WORDS if isinstance(error, kind)),
        ("the directory refuses", "look at the server's words"),
    )
    before = f"{what}: " if what else ""
    return DirectoryError(f"{before}{message}: {detail(error)}", host, remedy)


def refused_bind(error: ldap.LDAPError, host: str) -> DirectoryError:
    """Why a bind was refused."""
    found = re.search(r"data ([0-9a-f]{3}),", detail(error))
    if isinstance(error, ldap.INVALID_CREDENTIALS) and found and found[1] in _BIND:
        words, remedy = _BIND[found[1]]
        return DirectoryError(f"the directory refuses the binding account: {words}", host, remedy)
    if isinstance(error, ldap.LOCAL_ERROR):
        return DirectoryError(
            f"no logon with Kerberos: {detail(error)}", host, "look whether the ticket is there and valid (klist)"
        )
    return explained(error, host)


def unanswered(host: str, port: int, ca_file: Path, error: ldap.LDAPError, *, over_tls: bool = True) -> str:
    """Why there is no connection; libldap only says that there is none, so the way is gone once more, step by step."""
    try:
        socket.getaddrinfo(host, port)
    except OSError as problem:
        return f"the name does not resolve: {problem.strerror or problem}"
    if not over_tls:  # from the first byte: otherwise there is nothing to look at
        return detail(error)
    try:
        context = ssl.create_default_context(cafile=str(ca_file))
        with socket.create_connection((host, port), SECONDS) as plain, context.wrap_socket(plain, server_hostname=host):
            return detail(error)
    except ssl.SSLCertVerificationError as problem:
        return f"its certificate is not to be trusted: {problem.verify_message}"
    except (OSError, ValueError) as problem:
        return str(getattr(problem, "strerror", None) or problem)


def detail(error: ldap.LDAPError) -> str:
    """The server's or library's words, in one line."""
    known = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    words = [str(known[key]) for key in ("desc", "info") if known.get(key)]
    return " ".join(": ".join(words).split()) or type(error).__name__
