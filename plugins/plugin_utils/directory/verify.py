# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove with programs that are not ours what works in the directory, and what must not.

Some attempts must succeed and some must fail; the one write that is tried is one that must be refused. What needs
accounts of its own is tried only if it is asked for (:mod:`probes`).
"""

from __future__ import annotations

import datetime
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import ldap.dn
import ldap.filter

from ...module_utils.plan import Item, Secret
from ..model.city import City
from ..proof import REFUSED, Proof
from . import probes
from .clients import CHANGE, REVOKED, TICKET, Clients, last
from .connection import Login, address, domain_dn
from .intent import intent
from .interpret import split_dn
from .values import within


def verify(
    city: City,
    login: Login,
    password: Callable[[Secret], str],
    samples: int,
    *,
    probe: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Proof]:
    """Try everything that should work and some of what must not.

    :arg probe: also what can only be tried with accounts of one's own; they are made and removed again.

    :arg login: the binding account and the servers; the first server is asked.
    :arg password: derives a password.
    :arg samples: how many people of each access class are tried.
    :raises DirectoryError: if a client is not installed.
    """
    domain = city.organisation.directory.domain
    with tempfile.TemporaryDirectory(prefix="konak-verify-") as name:
        clients = Clients(login.servers[0], domain, _root(city), login, Path(name))
        clients.prepare()
        wanted = {(item.kind, item.key): item for item in intent(city)}
        proofs: list[Proof] = []
        for proof in chain(
            _proofs(wanted, clients, password, samples), probes.proofs(wanted, clients) if probe else ()
        ):
            progress(proof.proof)
            proofs.append(proof)
        return proofs


def _proofs(
    wanted: Mapping[tuple[str, str], Item],
    clients: Clients,
    password: Callable[[Secret], str],
    samples: int,
) -> Iterator[Proof]:
    yield from _services(wanted, clients, password)
    unused = None
    for item in _chosen(wanted, samples):
        account = _account(item, clients)
        if account is None and item.existing_only:
            continue  # left before there was an account
        secret = password(item.initial["password"])
        if why := _closed(item):
            got = clients.kinit(item.fields["login"], secret)
            yield Proof(f"{_named(item)} {why} and cannot log on", "kinit", REVOKED, got)
        elif account and account["pwdLastSet"] == "0":
            unused = item
            got = clients.kinit(item.fields["login"], secret)
            yield Proof(f"{_named(item)} must choose a password at the first logon", "kinit", CHANGE, got)
        yield _membership(item, account, wanted, clients)
    yield from _closed_doors(clients, unused)


def _root(city: City) -> str:
    """The distinguished name of the managed root."""
    settings = city.organisation.directory
    return f"OU={ldap.dn.escape_dn_chars(settings.root)},{domain_dn(settings.domain)}"


def _closed(item: Item) -> str:
    """Why a person must not log on now; empty for one who may."""
    if not item.fields["enabled"]:
        return "has left" if item.existing_only else "is on leave"
    return "" if within(item.fields["hours"], datetime.datetime.now(datetime.UTC)) else "is outside the hours of logon"


def _named(item: Item) -> str:
    return f"{item.label} ({item.key})"


def _account(item: Item, clients: Clients) -> dict[str, str] | None:
    """The person's object as the binding account sees it with ldapsearch; ``None`` if there is none."""
    query = ldap.filter.filter_format("(&(objectClass=user)(sAMAccountName=%s))", [item.fields["login"]])
    rows = clients.search(query, "pwdLastSet")
    return rows[0] if rows else None


def _services(
    wanted: Mapping[tuple[str, str], Item], clients: Clients, password: Callable[[Secret], str]
) -> Iterator[Proof]:
    for item in wanted.values():
        if item.kind != "service" or item.existing_only:
            continue
        secret = password(item.initial["password"])
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
    counts: Counter[tuple[str, bool]] = Counter()
    chosen = []
    for item in sorted((item for item in wanted.values() if item.kind == "person"), key=lambda item: item.key):
        of_class = next((group for group in item.fields["groups"] if group.startswith("class:")), "left")
        counts[of_class, item.fields["enabled"]] += 1
        if counts[of_class, item.fields["enabled"]] <= samples:
            chosen.append(item)
    return chosen


def _membership(
    item: Item, account: dict[str, str] | None, wanted: Mapping[tuple[str, str], Item], clients: Clients
) -> Proof:
    """The groups of a person with all nesting, as an application sees them that asks the directory."""
    expected = _nested(item.fields["groups"], wanted)
    what = f"{_named(item)} is in {len(expected)} groups, with nesting"
    if account is None:
        return Proof(what, "ldapsearch", "an account", "no account with this login")
    in_chain = ldap.filter.filter_format("(member:1.2.840.113556.1.4.1941:=%s)", [account["dn"]])
    got = {split_dn(row["dn"])[0] for row in clients.search(in_chain, "cn")}
    return Proof(what, "ldapsearch", _listed(expected), _listed(got))


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"


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
    """What must not work. A wrong password is tried only with an account that nobody has used yet."""
    if person is not None:
        got = clients.kinit(person.fields["login"], "not-the-password")
        yield Proof(f"{person.label} ({person.key}) with a wrong password", "kinit", REFUSED, got)
    base = clients.root.split(",", 1)[1]
    status, words = clients.ldap("ldapsearch", "-b", base, "(objectClass=user)", "cn")
    yield Proof("reading without a logon", "ldapsearch", REFUSED, REFUSED if status else "an answer")
    status, words = clients.ldap(
        "ldapwhoami", user=clients.login.user, password=clients.login.password, url=f"ldap://{address(clients.host)[0]}"
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
