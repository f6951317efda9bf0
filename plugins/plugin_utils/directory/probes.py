# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove rules with accounts that are made for it and removed again: first logon, password policies, hours, delegations.

A rule that the directory enforces can only be seen by running into it, and that is nobody's account to do it with. The
accounts live for seconds, in an organisational unit of their own and in the units that something is delegated on. They
are made, used and removed by the OpenLDAP clients and ``kinit``, with the rights of the binding account.
"""

from __future__ import annotations

import base64
import datetime
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from ...module_utils.plan import Item
from ..proof import DONE, REFUSED, Proof
from .attributes import NORMAL_ACCOUNT
from .clients import CHANGE, REJECTED, REVOKED, TICKET, Clients, last
from .places import Map, of_intent
from .values import DAYS, encode_hours, encode_password

Wanted = Mapping[tuple[str, str], Item]

_LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"

_EDITS: Mapping[str, tuple[str, bytes]] = {
    "unlock": ("lockoutTime", b"0"),
    "edit-contact": ("telephoneNumber", b"+903120000000"),
    "edit-photo": ("thumbnailPhoto", b"\xff\xd8\xff\xe0"),
}
"""What is tried for a delegated right: an attribute and the value that is written."""


def password(length: int = 24) -> str:
    """A password of exactly so many letters, of three sorts."""
    return "Aa2" + "".join(secrets.choice(_LETTERS) for _ in range(length - 3))


@dataclass
class Stage:
    """Where the accounts live.

    :ivar base: distinguished name of their organisational unit.
    :ivar mark: what all their names begin with; nothing else in the domain is called so.
    :ivar made: distinguished names of what was made, in its order.
    """

    clients: Clients
    base: str
    mark: str
    made: list[str] = field(default_factory=list)

    def write(self, program: str, record: str) -> tuple[int, str]:
        """Let a client write as the binding account; its status and last words."""
        login = self.clients.login
        status, words = self.clients.ldap(program, user=login.user, password=login.password, stdin=record)
        return status, last(words)

    def account(self, name: str, secret: str, *, above: str = "", must_change: bool = False, group: str = "") -> str:
        """Make an account; its login.

        :arg above: the unit that it lies in, else the stage's own; ``group``: one that it becomes a member of.
        """
        login = f"{self.mark}{name}"
        dn = f"CN={login},{above or self.base}"
        lines = {
            "objectClass": b"user",
            "sAMAccountName": login.encode(),
            "userPrincipalName": f"{login}@{self.clients.domain}".encode(),
            "userAccountControl": str(NORMAL_ACCOUNT).encode(),
            "unicodePwd": encode_password(secret),
            **({"pwdLastSet": b"0"} if must_change else {}),
        }
        self.add(dn, lines)
        if group:
            status, words = self.write("ldapmodify", modification(group, "member", dn.encode(), "add"))
            if status:
                raise StageError(f"{login} could not be put into {group}: {words}")
        return login

    def add(self, dn: str, lines: Mapping[str, bytes]) -> None:
        """Make an object."""
        record = "".join(_line(name, value) for name, value in {"dn": dn.encode(), **lines}.items())
        status, words = self.write("ldapadd", record)
        if status:
            raise StageError(f"{dn} could not be made: {words}")
        self.made.append(dn)


class StageError(Exception):
    """The accounts for the proofs could not be made."""


@contextmanager
def stage(clients: Clients) -> Iterator[Stage]:
    """An organisational unit that is gone afterwards, with all that was made."""
    mark = f"konak-p{secrets.token_hex(2)}-"
    found = Stage(clients, f"OU={mark}deneme,{clients.root}", mark)
    try:
        found.add(found.base, {"objectClass": b"organizationalUnit"})
        yield found
    finally:
        for dn in reversed(found.made):
            found.write("ldapdelete", f"{dn}\n")


def proofs(wanted: Wanted, clients: Clients) -> Iterator[Proof]:
    """Every proof that needs accounts of its own."""
    where = of_intent(clients.root, wanted.values())
    with stage(clients) as ours:
        yield from _first_logon(ours)
        yield from _policies(wanted, where, ours)
        yield from _hours(ours)
        yield from _delegations(wanted, where, ours)


def _first_logon(ours: Stage) -> Iterator[Proof]:
    first, own = password(), password()
    login = ours.account("ilk", first, must_change=True)
    kinit = ours.clients.kinit
    yield Proof("a first password opens nothing but its own change", "kinit", CHANGE, kinit(login, first))
    yield Proof("the first logon goes on with a password of one's own", "kinit", TICKET, kinit(login, first, own))
    yield Proof("the first password is worth nothing afterwards", "kinit", REFUSED, kinit(login, first))


def _policies(wanted: Wanted, where: Map, ours: Stage) -> Iterator[Proof]:
    domain = wanted.get(("domain", "domain"))
    policies = [item for item in wanted.values() if item.kind == "policy" and item.fields["applies_to"]]
    for item in policies:
        key = min(item.fields["applies_to"])
        yield from _shortest(ours, f"{item.key}", f"a member of {key}", item, where.dn(("group", key)))
    if domain is not None:
        yield from _shortest(ours, "alan", "somebody without a policy of their own", domain, "")


def _shortest(ours: Stage, name: str, who: str, item: Item, group: str) -> Iterator[Proof]:
    """The shortest password is taken, and one letter less is not."""
    shortest, first = int(item.fields["minimum_length"]), password(40)
    login = ours.account(f"p-{name}"[:10], first, must_change=True, group=group)
    for length, expected in ((shortest - 1, REJECTED), (shortest, TICKET)):
        if length >= 3:
            got = ours.clients.kinit(login, first, password(length))
            yield Proof(f"{who} chooses a password of {length} letters", "kinit", expected, got)


def _hours(ours: Stage) -> Iterator[Proof]:
    now = datetime.datetime.now(datetime.UTC)
    later = now + datetime.timedelta(hours=12)
    for name, moment, expected in (("in", now, TICKET), ("dis", later, REVOKED)):
        secret = password()
        login = ours.account(f"s-{name}", secret)
        # The next hour too: the clock goes on while this runs.
        hours = encode_hours(_span(moment, 2)) or b""
        dn = ours.made[-1]
        ours.write("ldapmodify", modification(dn, "logonHours", hours))
        words = "within" if expected == TICKET else "outside"
        yield Proof(f"a logon {words} the hours of logon", "kinit", expected, ours.clients.kinit(login, secret))


def _span(moment: datetime.datetime, hours: int) -> str:
    """Hours of logon from the one of a moment on, as the plan writes them."""
    found = [moment + datetime.timedelta(hours=hour) for hour in range(hours)]
    return ", ".join(f"{DAYS[one.isoweekday() % 7]} {one.hour:02}-{one.hour + 1:02}" for one in found)


def _delegations(wanted: Wanted, where: Map, ours: Stage) -> Iterator[Proof]:
    for item in wanted.values():
        for number, text in enumerate(sorted(item.fields.get("delegations", ()))):
            right, _, key = text.partition(" to ")
            if right != "reset-password" and right not in _EDITS:
                continue
            place, secret, tag = where.dn((item.kind, item.key)), password(), f"d{number}{item.key[:6]}"
            delegate = ours.account(f"{tag}a", secret, group=where.dn(("group", key)))
            for above, told, expected in ((place, f"in {item.label}", DONE), (ours.base, "elsewhere", REFUSED)):
                ours.account(f"{tag}{'b' if above == place else 'c'}", password(), above=above)
                got = _attempt(ours, delegate, secret, ours.made[-1], right)
                yield Proof(f"a member of {key} may {right} {told}", "ldapmodify", expected, got)


def _attempt(ours: Stage, delegate: str, secret: str, dn: str, right: str) -> str:
    """What it comes to that a delegate uses a right on an account."""
    name, value = _EDITS.get(right, ("unicodePwd", encode_password(password(40))))
    user = f"{delegate}@{ours.clients.domain}"
    status, words = ours.clients.ldap("ldapmodify", user=user, password=secret, stdin=modification(dn, name, value))
    return DONE if status == 0 else REFUSED if "nsufficient" in words else last(words)


def modification(dn: str, name: str, value: bytes, operation: str = "replace") -> str:
    """LDIF that changes one attribute."""
    return f"{_line('dn', dn.encode())}changetype: modify\n{operation}: {name}\n{_line(name, value)}-\n"


def _line(name: str, value: bytes) -> str:
    return f"{name}:: {base64.b64encode(value).decode()}\n"
