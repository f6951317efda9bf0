# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove with programs that are not ours what works in the directory, and what must not.

``kinit`` speaks for a workstation at logon, the OpenLDAP clients for an application that asks the directory.
Passwords reach them on standard input or as a file descriptor, never as arguments.
"""

from __future__ import annotations

import base64
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import ldap.dn
import ldap.filter

from ...module_utils.plan import Item, Secret
from ..model.city import City
from .attributes import SYSTEM
from .connection import DirectoryError, Login
from .intent import NAMES, first_password, intent, service_password
from .live import split_dn

SECONDS = 30
"""How long a client may take."""

TICKET, CHANGE, REVOKED, REFUSED = "a ticket", "must change the password first", "account revoked", "refused"


@dataclass(frozen=True)
class Proof:
    """One proof, as ``verify`` reports it."""

    proof: str
    client: str
    expected: str
    got: str

    def as_dict(self) -> dict[str, Any]:
        """``{system, proof, client, expected, got, ok}``."""
        return {"system": SYSTEM, **asdict(self), "ok": self.expected == self.got}


@dataclass(frozen=True)
class _Clients:
    """The clients, set up for one domain controller and a folder of their own."""

    host: str
    domain: str
    login: Login
    folder: Path

    def kinit(self, name: str, password: str) -> str:
        """What a logon with a password comes to."""
        environment = {"KRB5_CONFIG": str(self.folder / "krb5.conf"), "KRB5CCNAME": f"FILE:{self.folder / 'tickets'}"}
        # The new password that an expired one asks for is left empty: the logon goes no further.
        status, words = self._run(["kinit", f"{name}@{self.domain.upper()}"], f"{password}\n\n\n", environment)
        known = {
            "Password expired": CHANGE,
            "Password has expired": CHANGE,
            "revoked": REVOKED,
            "Password incorrect": REFUSED,
            "Preauthentication failed": REFUSED,
            "not found in Kerberos": "no such account",
        }
        return (
            TICKET if status == 0 else next((meaning for sign, meaning in known.items() if sign in words), _last(words))
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
                [*argv, "-H", url or f"ldaps://{self.host}", *arguments], stdin, environment, (descriptor,)
            )

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


def verify(
    city: City,
    login: Login,
    password: Callable[[Secret], str],
    samples: int,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Proof]:
    """Try everything that should work and some of what must not.

    :arg login: the binding account and the servers; the first server is asked.
    :arg password: derives a password.
    :arg samples: how many people of each access class are tried.
    :raises DirectoryError: if a client is not installed.
    """
    domain = city.organisation.directory.domain
    with tempfile.TemporaryDirectory(prefix="konak-verify-") as name:
        clients = _Clients(login.servers[0], domain, login, Path(name))
        _write_krb5(clients)
        wanted = {(item.kind, item.key): item for item in intent(city)}
        proofs = []
        for proof in _proofs(city, wanted, clients, password, samples):
            progress(proof.proof)
            proofs.append(proof)
        return proofs


def _proofs(
    city: City,
    wanted: Mapping[tuple[str, str], Item],
    clients: _Clients,
    password: Callable[[Secret], str],
    samples: int,
) -> Iterator[Proof]:
    yield from _services(wanted, clients, password)
    chosen = _chosen(wanted, samples)
    for item in chosen:
        yield _logon(item, clients, password)
        yield _membership(city, item, wanted, clients)
    yield from _closed_doors(clients, next((item for item in chosen if item.fields["enabled"]), None))


def _services(
    wanted: Mapping[tuple[str, str], Item], clients: _Clients, password: Callable[[Secret], str]
) -> Iterator[Proof]:
    for item in wanted.values():
        if item.kind != "service" or item.existing_only:
            continue
        secret = password(service_password(item.key))
        yield Proof(f"service account {item.key} logs on", "kinit", TICKET, clients.kinit(item.fields["login"], secret))
        status, words = clients.ldap("ldapwhoami", user=item.fields["upn"], password=secret)
        yield Proof(
            f"service account {item.key} binds over LDAPS",
            "ldapwhoami",
            "bound",
            "bound" if status == 0 else _last(words),
        )


def _chosen(wanted: Mapping[tuple[str, str], Item], samples: int) -> list[Item]:
    """Some people of each access class and state, by personnel number, so that every run tries the same."""
    counts: dict[tuple[str, bool], int] = {}
    chosen = []
    for item in sorted(
        (item for item in wanted.values() if item.kind == "person" and not item.existing_only),
        key=lambda item: item.key,
    ):
        groups = [group for group in item.fields["groups"] if group.startswith("class:")]
        sort = (groups[0] if groups else "", item.fields["enabled"])
        if counts.setdefault(sort, 0) < samples:
            counts[sort] += 1
            chosen.append(item)
    return chosen


def _logon(item: Item, clients: _Clients, password: Callable[[Secret], str]) -> Proof:
    """A joiner's first logon asks for a new password; someone on leave is refused."""
    got = clients.kinit(item.fields["login"], password(first_password(item.key)))
    if not item.fields["enabled"]:
        return Proof(f"{item.label} ({item.key}) is on leave and cannot log on", "kinit", REVOKED, got)
    changed = got == REFUSED  # the owner has a password of their own by now, which nobody else knows
    expected = REFUSED if changed else CHANGE
    words = "has a password of their own" if changed else "must choose a password at the first logon"
    return Proof(f"{item.label} ({item.key}) {words}", "kinit", expected, got)


def _membership(city: City, item: Item, wanted: Mapping[tuple[str, str], Item], clients: _Clients) -> Proof:
    """The groups of a person with all nesting, as an application sees them that asks the directory."""
    expected = _nested(item.fields["groups"], wanted)
    base = f"OU={ldap.dn.escape_dn_chars(city.organisation.directory.root)}," + ",".join(
        f"DC={part}" for part in clients.domain.split(".")
    )
    name = NAMES[city.organisation.language]["units" if not item.existing_only else "leavers"]
    query = ldap.filter.filter_format("(sAMAccountName=%s)", [item.fields["login"]])
    status, words = clients.ldap(
        "ldapsearch",
        "-o",
        "ldif-wrap=no",
        "-b",
        f"OU={name},{base}",
        query,
        "dn",
        user=clients.login.user,
        password=clients.login.password,
    )
    dns = _values(words, "dn")
    what = f"{item.label} ({item.key}) is in {len(expected)} groups, with nesting"
    if status or len(dns) != 1:
        return Proof(what, "ldapsearch", "found", _last(words) if status else f"{len(dns)} objects with this login")
    chain = ldap.filter.filter_format("(member:1.2.840.113556.1.4.1941:=%s)", [dns[0]])
    status, words = clients.ldap(
        "ldapsearch",
        "-o",
        "ldif-wrap=no",
        "-b",
        base,
        chain,
        "cn",
        user=clients.login.user,
        password=clients.login.password,
    )
    got = {split_dn(dn)[0] for dn in _values(words, "dn")}
    shown = ", ".join(sorted(expected))
    return Proof(what, "ldapsearch", shown, ", ".join(sorted(got)) if status == 0 else _last(words))


def _nested(groups: Any, wanted: Mapping[tuple[str, str], Item]) -> set[str]:
    """Names of the groups and of all groups that they are in."""
    found: dict[str, str] = {}
    waiting = list(groups)
    while waiting:
        key = waiting.pop()
        if key not in found:
            group = wanted["group", key]
            found[key] = group.fields["name"]
            waiting += group.fields["groups"]
    return set(found.values())


def _closed_doors(clients: _Clients, person: Item | None) -> Iterator[Proof]:
    """What must not work."""
    if person is not None:
        got = clients.kinit(person.fields["login"], "not-the-password")
        yield Proof(f"{person.label} ({person.key}) with a wrong password", "kinit", REFUSED, got)
    base = ",".join(f"DC={part}" for part in clients.domain.split("."))
    status, words = clients.ldap("ldapsearch", "-b", base, "(objectClass=user)", "cn")
    yield Proof("reading without a logon", "ldapsearch", REFUSED, REFUSED if status else "an answer")
    status, words = clients.ldap(
        "ldapwhoami", user=clients.login.user, password=clients.login.password, url=f"ldap://{clients.host}"
    )
    strong = "trong" in words and status != 0
    yield Proof(
        "a password over an unencrypted connection",
        "ldapwhoami",
        REFUSED,
        REFUSED if strong else _last(words) or "an answer",
    )
    entry = f"dn: OU=konak-must-not-be,{base}\nobjectClass: organizationalUnit\n"
    status, words = clients.ldap("ldapadd", user=clients.login.user, password=clients.login.password, stdin=entry)
    denied = status != 0 and "nsufficient" in words
    yield Proof(
        "the binding account outside the managed root",
        "ldapadd",
        REFUSED,
        REFUSED if denied else _last(words) or "written",
    )


def _write_krb5(clients: _Clients) -> None:
    realm = clients.domain.upper()
    lines = (
        "[libdefaults]",
        f" default_realm = {realm}",
        " dns_lookup_kdc = false",
        " rdns = false",
        "[realms]",
        f" {realm} = {{",
        f"  kdc = {clients.host}",
        " }",
    )
    (clients.folder / "krb5.conf").write_text("\n".join([*lines, ""]), encoding="utf-8")


def _values(ldif: str, attribute: str) -> list[str]:
    """The values of an attribute in LDIF whose lines are not folded."""
    found = []
    for line in ldif.splitlines():
        name, separator, value = line.partition(":")
        if separator and name == attribute:
            found.append(base64.b64decode(value[1:]).decode() if value.startswith(":") else value.strip())
    return found


def _last(words: str) -> str:
    """The last line of what a client said."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    return lines[-1] if lines else ""
