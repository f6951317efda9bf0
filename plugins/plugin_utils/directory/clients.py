# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that are not ours: ``kinit`` as a workstation at logon, the OpenLDAP clients as an application.

Passwords reach them on standard input or through a pipe, never as arguments.
"""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..proof import REFUSED
from .connection import DirectoryError, Login, address, uri

SECONDS = 30
"""How long a client may take."""

TICKET, CHANGE, REVOKED = "a ticket", "must change the password first", "account revoked"
REJECTED = "the new password is rejected"


@dataclass(frozen=True)
class Clients:
    """The clients, set up for one domain controller and a folder of their own."""

    host: str
    domain: str
    root: str
    login: Login
    folder: Path

    def prepare(self) -> None:
        """Write what the clients need to find the server."""
        realm = self.domain.upper()
        lines = (
            "[libdefaults]",
            f" default_realm = {realm}",
            " dns_lookup_kdc = false",
            " rdns = false",
            "[realms]",
            f" {realm} = {{",
            f"  kdc = {address(self.host)[0]}",
            f"  kpasswd_server = {address(self.host)[0]}",
            " }",
        )
        (self.folder / "krb5.conf").write_text("\n".join([*lines, ""]), encoding="utf-8")

    def kinit(self, name: str, password: str, new: str = "") -> str:
        """What a logon with a password comes to; ``new`` is chosen where another one has to be."""
        environment = {"KRB5_CONFIG": str(self.folder / "krb5.conf"), "KRB5CCNAME": f"FILE:{self.folder / 'tickets'}"}
        # A new password that is left empty lets the logon go no further.
        answers = f"{password}\n{new}\n{new}\n"
        status, words = self._run(["kinit", f"{name}@{self.domain.upper()}"], answers, environment)
        known = {
            "Password change rejected": REJECTED,
            "Password expired": CHANGE,
            "Password has expired": CHANGE,
            "revoked": REVOKED,
            "Password incorrect": REFUSED,
            "Preauthentication failed": REFUSED,
            "not found in Kerberos": "no such account",
        }
        return (
            TICKET if status == 0 else next((meaning for sign, meaning in known.items() if sign in words), last(words))
        )

    def ldap(
        self, program: str, *arguments: str, user: str = "", password: str = "", url: str = "", stdin: str = ""
    ) -> tuple[int, str]:
        """Run an OpenLDAP client with a simple bind, or without one where no user is given."""
        bind: Sequence[str] = ["-x"]
        with _readable(password) as path:
            if user:
                bind = ["-x", "-D", user, "-y", path]
            argv = [program, "-LLL", *bind] if program == "ldapsearch" else [program, *bind]
            environment = {"LDAPTLS_CACERT": str(self.login.ca_file), "LDAPTLS_REQCERT": "demand"}
            descriptor = int(path.rsplit("/", 1)[1])
            return self._run(
                [*argv, "-H", url or uri(self.host, self.login.transport), *arguments],
                stdin,
                environment,
                (descriptor,),
            )

    def search(self, query: str, *attributes: str) -> list[dict[str, str]]:
        """What ldapsearch finds under the managed root as the binding account.

        :raises DirectoryError: if the directory does not answer it.
        """
        options = ("-o", "ldif-wrap=no", "-b", self.root)
        status, words = self.ldap(
            "ldapsearch", *options, query, *attributes, user=self.login.user, password=self.login.password
        )
        if status:
            raise DirectoryError(f"ldapsearch {query}: {last(words)}", self.host, "look at the server")
        return ldif(words)

    def _run(
        self, argv: Sequence[str], stdin: str, environment: Mapping[str, str], keep: Sequence[int] = ()
    ) -> tuple[int, str]:
        try:
            done = subprocess.run(
                argv,
                input=stdin,
                capture_output=True,
                text=True,
                check=False,
                timeout=SECONDS,
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", **environment},
                pass_fds=keep,
            )
        except FileNotFoundError:
            remedy = "install krb5-user and ldap-utils on the controller"
            raise DirectoryError(f"the client {argv[0]} is not there", remedy=remedy) from None
        except subprocess.TimeoutExpired:
            return 1, f"no answer within {SECONDS} s"
        return done.returncode, done.stdout + done.stderr


@contextmanager
def _readable(text: str) -> Iterator[str]:
    """A path under which a child process reads the text once, without a file."""
    reading, writing = os.pipe()
    try:
        os.write(writing, text.encode())
        os.close(writing)
        yield f"/dev/fd/{reading}"
    finally:
        os.close(reading)


def ldif(text: str) -> list[dict[str, str]]:
    """The entries of LDIF whose lines are not folded, each with the first value of its attributes."""
    rows: list[dict[str, str]] = []
    for line in text.splitlines():
        name, separator, value = line.partition(":")
        if not separator or line.startswith("#"):
            continue
        decoded = base64.b64decode(value[1:]).decode() if value.startswith(":") else value.strip()
        if name == "dn":
            rows.append({})
        if rows:
            rows[-1].setdefault(name, decoded)
    return rows


def last(words: str) -> str:
    """The last line of what a client said."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    return lines[-1] if lines else ""
