# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what in invented cities: groups beside those of units, delegations, password policies, hosts and names.

What all cities of a domain share (password policies, DNS names) is left out of a believable city, so that it can live
beside another one.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from tree import Unit
from words import CLASSES, ROLES, STATIC, TOPICS

TODAY = datetime.date(2026, 11, 22)
"""The generator's own day, so that the clock changes nothing. Past and future are seen from here."""
FIRST_PERSON = 100_000
"""The first personnel number."""
TAKES = {
    "global": ("global",),
    "universal": ("global", "universal"),
    "domain-local": ("global", "universal", "domain-local"),
}
"""The scopes of the groups that a group of each scope may hold."""
DELEGATED = ("reset-password", "unlock", "edit-contact", "edit-photo", "edit-members", "join-computers")
KINDS = ("mudur", *sorted(set(CLASSES)))


@dataclass
class Among:
    """What a group may hold, as a list of members names it."""

    people: list[str]
    others: list[str]
    scopes: dict[str, str] = field(default_factory=dict)
    """By group: its scope, of those that are written already; a group holds earlier ones only, so none holds itself."""
    security: list[str] = field(default_factory=list)
    """Groups of units, classes, roles and the section that rights can be given to."""

    @classmethod
    def of(cls, people: int, units: list[Unit], more: list[str]) -> Among:
        """What there is in a city before its groups; ``more`` are accounts of programs and of servers."""
        branches = [*(f"unit:{unit.code}" for unit in units), *(f"class:{kind}" for kind in KINDS)]
        everyone = [f"person:{FIRST_PERSON + number}" for number in range(people)]
        return cls(everyone, [*branches, *more], security=[*branches, *(f"role:{role}" for role in ROLES)])


@dataclass
class Extras:
    """The rarer words of a city, drawn apart from its people: these are the same with and without them."""

    dice: random.Random
    spice: float
    domain: str

    @property
    def alone(self) -> bool:
        """Whether the city may have what all cities of a domain share."""
        return self.spice > 1

    def rare(self, chance: float) -> bool:
        """Whether something happens that does so rarely."""
        return self.dice.random() < chance * self.spice

    def contact(self, key: str) -> Iterator[str]:
        """Telephone and language of a person."""
        if self.rare(0.05):
            yield f'    telephone: "+90312{int(key) % 10_000_000:07}"'
        if self.rare(0.02):
            yield f"    language: {self.dice.choice(('tr', 'en', 'en-GB'))}"

    def address_until(self, last: datetime.date) -> str:
        """How long a former address is served, where the record says it: within the quarantine."""
        if not self.rare(0.15):
            return ""
        return f", address_until: {last + datetime.timedelta(days=self.dice.randint(0, 365))}"

    def leave_kind(self, usual: str) -> str:
        """The kind of a leave, seldom one that an office of discipline writes."""
        return "suspension" if self.rare(0.03) else usual

    def groups(self, among: Among) -> str:
        """Groups, and with them who may be given rights in the units."""
        count = round(self.spice * (1 + len(among.people) ** 0.5 / 5))
        lines = ["groups:"]
        for number in range(1, count + 1):
            scope, use = self.dice.choice(tuple(TAKES)), "distribution" if self.rare(0.05) else "security"
            topic = TOPICS[(number - 1) % len(TOPICS)]
            lines += [f"  - code: olcek-{number}", f"    name: {topic} {number}", f"    scope: {scope}"]
            lines += [f"    use: {use}", f"    mail: olcek-{number}@{self.domain}"] if use == "distribution" else []
            lines += ["    members:", *self._members(among, scope, len(among.people) // 50 if number == 1 else 0)]
            among.scopes[f"group:olcek-{number}"] = scope
            if use == "security":
                among.security.append(f"group:olcek-{number}")
        return "\n".join(lines) + "\n"

    def _members(self, among: Among, scope: str, many: int) -> Iterator[str]:
        """The lines of a group's members: a list that owns the group, or one that only adds to it."""
        roles = [f"role:{role}" for role in ROLES] if scope == "domain-local" else []
        held = [name for name, other in among.scopes.items() if other in TAKES[scope]]
        known = [*self._some(among.people, 2 + many), *self._some([*among.others, *roles], 3), *self._some(held, 2)]
        dated = {name for name in known if self.rare(0.06)}
        entries = ", ".join(f"{{member: {name}, {self._days()}}}" if name in dated else name for name in known)
        if self.dice.random() < 0.6:
            yield f"      set: [{entries}]"
            return
        yield f"      add: [{entries}]"
        if shut_out := [name for name in self._some(among.people, 1) if name not in known]:
            yield f"      remove: [{', '.join(shut_out)}]"

    def _some(self, names: list[str], most: int) -> list[str]:
        return self.dice.sample(names, min(len(names), self.dice.randint(0, most)))

    def _days(self) -> str:
        first = TODAY + datetime.timedelta(days=self.dice.randint(-900, 400))
        last = first + datetime.timedelta(days=self.dice.choice((0, 30, 365, 3650)))
        return self.dice.choice((f"from: {first}, until: {last}", f"from: {first}", f"until: {last}"))

    def delegate(self, units: list[Unit], among: Among) -> None:
        """Let groups do something to the accounts of some units."""
        for unit in units:
            if self.rare(0.08):
                for name in self.dice.sample(among.security, self.dice.randint(1, 2)):
                    rights = self.dice.sample(DELEGATED, self.dice.randint(1, 3))
                    unit.delegations.append(f'{{to: "{name}", rights: [{", ".join(rights)}]}}')

    def access(self) -> str:
        """The access classes, some with a password policy, and the policies."""
        chosen = [kind for kind in KINDS if self.alone and self.dice.random() < 0.4]
        text = STATIC["access"]
        for kind in chosen:
            line = next(line for line in text.splitlines() if line.startswith(f"  - {{code: {kind},"))
            text = text.replace(line, f"{line[:-1]}, password_policy: olcek-{kind}}}")
        lines = ["password_policies:"] if chosen else []
        for number, kind in enumerate(chosen, 1):
            window = self.dice.choice((5, 30))
            lines += [f"  - code: olcek-{kind}", f"    name: Ölçek parolaları ({kind})", f"    precedence: {number}"]
            lines += [f"    minimum_length: {self.dice.randint(8, 16)}", f"    minimum_days: {self.dice.randint(0, 2)}"]
            lines += [f"    maximum_days: {self.dice.choice((0, 90, 365))}", f"    lockout_window_minutes: {window}"]
            lines += [f"    lockout_minutes: {self.dice.choice((0, window, 60))}"]
        return text + "".join(f"{line}\n" for line in lines)

    def servers(self) -> tuple[str, list[str]]:
        """The servers and DNS names, and which of the servers are members of the domain, as members of groups."""
        lines, names, joined = [STATIC["servers"].rstrip()], list[str](), list[str]()
        for number in range(1, self.dice.randint(0, 3) + 1 if self.alone else 1):
            name, address = f"olcek{number}", f"192.0.2.{20 + number}"
            lines += [f"  - name: {name}", "    site: yer-0", f"    address: {address}", "    services: [files]"]
            if self.rare(0.1):
                lines.append(f"    aliases: [olcek{number}-arsiv, olcek{number}-dosya]")
            if self.rare(0.12):
                lines += ["    domain_member: true", "    system: windows-2022"]
                joined.append(f"server:{name}")
            names += [f"  - name: olcek{number}-{kind}.{self.domain}" for kind in ("ag", "posta")]
            names.insert(-1, f"    records: [CNAME {name}.{self.domain}]")
            names.append(f'    records: [A 192.0.2.{120 + number}, MX 10 {name}.{self.domain}, TXT "v=spf1 -all"]')
        lines += ["dns_records:", *names] if names else []
        return "\n".join(lines) + "\n", joined
