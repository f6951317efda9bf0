# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove with programs that are not ours what works in the directory, and what must not.

Some attempts must succeed and some must fail; the one write that is tried is one that must be refused.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import ldap.dn
import ldap.filter

from ...module_utils.plan import Item, Secret
from ..model.city import City
from .attributes import SYSTEM
from .clients import CHANGE, REFUSED, REVOKED, TICKET, Clients, last, values
from .connection import Login
from .intent import NAMES, first_password, intent, service_password
from .live import split_dn


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
        clients = Clients(login.servers[0], domain, login, Path(name))
        clients.prepare()
        wanted = {(item.kind, item.key): item for item in intent(city)}
        proofs = []
        for proof in _proofs(city, wanted, clients, password, samples):
            progress(proof.proof)
            proofs.append(proof)
        return proofs


def _proofs(
    city: City,
    wanted: Mapping[tuple[str, str], Item],
    clients: Clients,
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
    wanted: Mapping[tuple[str, str], Item], clients: Clients, password: Callable[[Secret], str]
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
            "bound" if status == 0 else last(words),
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


def _logon(item: Item, clients: Clients, password: Callable[[Secret], str]) -> Proof:
    """A joiner's first logon asks for a new password; someone on leave is refused."""
    got = clients.kinit(item.fields["login"], password(first_password(item.key)))
    if not item.fields["enabled"]:
        return Proof(f"{item.label} ({item.key}) is on leave and cannot log on", "kinit", REVOKED, got)
    changed = got == REFUSED  # the owner has a password of their own by now, which nobody else knows
    expected = REFUSED if changed else CHANGE
    words = "has a password of their own" if changed else "must choose a password at the first logon"
    return Proof(f"{item.label} ({item.key}) {words}", "kinit", expected, got)


def _membership(city: City, item: Item, wanted: Mapping[tuple[str, str], Item], clients: Clients) -> Proof:
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
    dns = values(words, "dn")
    what = f"{item.label} ({item.key}) is in {len(expected)} groups, with nesting"
    if status or len(dns) != 1:
        return Proof(what, "ldapsearch", "found", last(words) if status else f"{len(dns)} objects with this login")
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
    got = {split_dn(dn)[0] for dn in values(words, "dn")}
    shown = ", ".join(sorted(expected))
    return Proof(what, "ldapsearch", shown, ", ".join(sorted(got)) if status == 0 else last(words))


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


def _closed_doors(clients: Clients, person: Item | None) -> Iterator[Proof]:
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
        REFUSED if strong else last(words) or "an answer",
    )
    entry = f"dn: OU=konak-must-not-be,{base}\nobjectClass: organizationalUnit\n"
    status, words = clients.ldap("ldapadd", user=clients.login.user, password=clients.login.password, stdin=entry)
    denied = status != 0 and "nsufficient" in words
    yield Proof(
        "the binding account outside the managed root",
        "ldapadd",
        REFUSED,
        REFUSED if denied else last(words) or "written",
    )
