# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make an invented city of any size: ``python tests/scale/generator.py FOLDER --people 10000 --devices 1000 --seed 1``.

The same sizes and seed give the same bytes, on every machine and on every day. What it writes is valid by
construction, whatever the day of the model: who leads a unit or answers for an account never leaves, extensions are
reused only after the quarantine, leaves lie inside an employment, groups hold what their scope takes. The text is
written directly, without a YAML library: 10,000 people take less than a second.

A believable city (spice 1) can live in the lab of the example city: same domain, same domain controller, an OU of its
own. With more spice it has what all cities of a domain share, too: password policies and DNS names.
"""

from __future__ import annotations

import argparse
import datetime
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from rights import FIRST_PERSON, TODAY, Among, Extras
from tree import Unit, unit_list, unit_tree
from wires import MOST_SITES, site_devices, site_list
from words import CLASSES, FAMILY, FEMALE, MALE, ROLES, STATIC, TITLES

Day = datetime.date
Files = dict[str, str]
"""File name inside the inventory folder, and its text."""

OPENED = datetime.date(1995, 1, 2)
QUARANTINE = 365
PEOPLE_A_SITE, DEVICES_A_SITE = 250, 25


def city_files(people: int, devices: int, seed: int, spice: float = 1.0, domain: str = "ornek.bel.tr") -> Files:
    """The whole city as texts.

    :arg spice: how often the rarer features occur; 1 is believable, 5 puts something into most records.
    """
    dice = random.Random(seed)  # noqa: S311 (the same seed has to give the same city)
    sites = [f"yer-{n}" for n in range(min(MOST_SITES, max(1, people // PEOPLE_A_SITE, devices // DEVICES_A_SITE)))]
    units = unit_tree(people, sites, dice)
    extras = Extras(random.Random(f"{seed} extras"), spice, domain)  # noqa: S311 (as above)
    staff = _Staff(people, units, sites, spice, dice, domain, extras)
    servers, joined = extras.servers()
    services = _service_accounts(staff, dice)
    among = Among.of(people, units, [*(f"service:svc-{n + 1}" for n in range(services.count("- name:"))), *joined])
    files = {
        "organisation.yml": _organisation(domain),
        "access.yml": extras.access(),
        "applications.yml": STATIC["applications"],
        "groups.yml": extras.groups(among),
        "servers.yml": servers,
        "sites.yml": site_list(sites),
        **staff.files(),
        "units.yml": "",
        "service_accounts.yml": services,
    }
    extras.delegate(units, among)
    files["units.yml"] = unit_list(units)
    for number, site in enumerate(sites):
        share = range(number, devices, len(sites))
        if share:
            files[f"devices/{site}.yml"] = site_devices(number, site, list(share), min(len(sites), devices), dice)
    return files


def random_city(seed: int, people: int | None = None) -> Files:
    """A small city full of the rare cases, for property tests: 0 to 40 people unless told, 0 to 6 devices."""
    dice = random.Random(seed)  # noqa: S311 (as above)
    return city_files(dice.randint(0, 40) if people is None else people, dice.randint(0, 6), seed, spice=5.0)


def write_files(folder: Path, files: Files) -> None:
    """Write the texts into a folder, which is made if need be."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def write_city(folder: Path, people: int, devices: int, seed: int, domain: str = "ornek.bel.tr") -> None:
    """Write a city of that size into a folder."""
    write_files(folder, city_files(people, devices, seed, domain=domain))


@dataclass
class _Staff:
    """Everyone, with what must stay unique among them."""

    count: int
    units: list[Unit]
    sites: list[str]
    spice: float
    dice: random.Random
    domain: str
    extras: Extras
    blocks: dict[str, list[str]] = field(default_factory=dict)
    leaders: list[str] = field(default_factory=list)
    """Personnel numbers of those who stay for good."""
    rested: list[tuple[Day, str]] = field(default_factory=list)
    """Extensions given back, with the last day."""
    numbers: int = 0

    def __post_init__(self) -> None:
        few = max(3, self.count // 3)  # in a small town names meet more often
        self.given = (FEMALE[:few], MALE[:few])
        self.family = FAMILY[:few]
        for number in range(self.count):
            unit = self.units[number % len(self.units)]
            leader = number < len(self.units)
            self.blocks.setdefault(unit.directorate, []).append(
                self._person(f"{FIRST_PERSON + number}", unit, leader=leader)
            )

    def files(self) -> Files:
        """One people file a directorate."""
        return {f"people/{code}.yml": "people:\n" + "\n".join(blocks) for code, blocks in self.blocks.items()}

    def _rare(self, chance: float) -> bool:
        return self.dice.random() < chance * self.spice

    def _day(self, first: Day, last: Day) -> Day:
        return first + datetime.timedelta(days=self.dice.randint(0, max(0, (last - first).days)))

    def _given(self) -> str:
        names = self.dice.choice(self.given)
        first = self.dice.choice(names)
        return f"{first} {self.dice.choice(names)}" if self._rare(0.15) else first

    def _family(self, other: str = "") -> str:
        """A family name that is not ``other``."""
        name = self.dice.choice(self.family)
        if self._rare(0.06):
            name = f"{name} {self.dice.choice(self.family)}"
        return name if name != other else f"{name}oğlu"

    def _person(self, key: str, unit: Unit, *, leader: bool) -> str:
        kind = "mudur" if leader else self.dice.choice(CLASSES)
        family = self._family()
        since = self._day(OPENED, TODAY)
        until = None
        if leader:
            unit.manager = key
            self.leaders.append(key)
        elif self._rare(0.02):  # a joiner
            since = self._day(TODAY + datetime.timedelta(days=1), datetime.date(2027, 12, 31))
        if not leader and self._rare(0.08):  # a leaver, or one who will leave
            until = self._day(since, datetime.date(2028, 12, 31))
        lines = [
            f'  - id: "{key}"',
            f"    given: {self._given()}",
            f"    family: {family}",
            f"    unit: {unit.code}",
            f"    title: {self.dice.choice(TITLES[kind])}",
            f"    class: {kind}",
            f"    from: {since}",
            *self._dates(since, until, leader=leader),
            *self._place(key, since, until, leader=leader),
            *self.extras.contact(key),
            *self._roles(since),
            *self._names(key, family, since, until),
        ]
        return "\n".join(lines) + "\n"

    def _dates(self, since: Day, until: Day | None, *, leader: bool) -> Iterator[str]:
        if until:
            yield f"    until: {until}"
        if not leader and since.year > 2000 and self._rare(0.03):
            yield "    earlier:"
            last = self._day(datetime.date(1990, 1, 1), since - datetime.timedelta(days=1))
            yield f"      - {{from: {self._day(datetime.date(1985, 1, 1), last)}, until: {last}}}"
        if self._rare(0.1):
            yield from self._leaves(since, until)

    def _leaves(self, since: Day, until: Day | None) -> Iterator[str]:
        last = until or datetime.date(2029, 12, 31)
        first = self._day(since, last)
        if first > TODAY and self.dice.random() < 0.7 and since < TODAY <= last:  # most of them matter about now
            first = TODAY - datetime.timedelta(days=self.dice.randint(0, min(200, (TODAY - since).days)))
        yield "    leave:"
        for _ in range(self.dice.choice((1, 1, 2))):
            end = min(last, first + datetime.timedelta(days=self.dice.choice((9, 29, 179, 729))))
            kind = self.extras.leave_kind(
                self.dice.choice(("yearly", "unpaid", "parental", "military", "medical", "other"))
            )
            yield f"      - {{from: {first}, until: {end}, kind: {kind}}}"
            first = end + datetime.timedelta(days=1 + self.dice.randint(0, 400))
            if first > last:
                return

    def _place(self, key: str, since: Day, until: Day | None, *, leader: bool) -> Iterator[str]:
        if self._rare(0.05):
            yield f"    site: {self.dice.choice(self.sites)}"
        if self.dice.random() < 0.8:
            yield f'    room: "{self.dice.randint(101, 899)}"'
        others = [] if leader else self.leaders
        if others and self._rare(0.04):
            yield f'    manager: "{self.dice.choice(others)}"'
        if self.dice.random() < 0.7:
            yield f'    extension: "{self._extension(since, until)}"'

    def _extension(self, since: Day, until: Day | None) -> str:
        """A new number, or one whose last holder left long before ``since``."""
        free = [entry for entry in self.rested[:8] if entry[0] + datetime.timedelta(days=QUARANTINE) < since]
        if free:
            self.rested.remove(free[0])
            number = free[0][1]
        else:
            number = str((1000 if self.count < 8000 else 100000) + self.numbers)
            self.numbers += 1
        if until and until < TODAY:
            self.rested.append((until, number))
        return number

    def _roles(self, since: Day) -> Iterator[str]:
        if not self._rare(0.2):
            return
        wanted = []
        for role in sorted({self.dice.choice(ROLES) for _ in range(self.dice.randint(1, 3))}):
            if not self._rare(0.3):
                wanted.append(role)
                continue
            first = self._day(since, since + datetime.timedelta(days=30))
            last = first + datetime.timedelta(days=self.dice.choice((30, 365, 3650)))
            days = self.dice.choice((f"until: {last}", f"from: {since}, until: {last}", f"from: {since}"))
            wanted.append(f"{{role: {role}, {days}}}")
        yield f"    roles: [{', '.join(wanted)}]"

    def _names(self, key: str, family: str, since: Day, until: Day | None) -> Iterator[str]:
        last = until - datetime.timedelta(days=1) if until else TODAY + datetime.timedelta(days=200)
        if last > since and self._rare(0.05):
            yield "    former:"
            newest = self._day(since, last)
            given = f"given: {self._given()}, " if self._rare(0.05) else ""
            before, served = self._family(family), self.extras.address_until(newest)
            yield f"      - {{{given}family: {before}, until: {newest}{served}}}"
            if newest > since and self._rare(0.1):
                day = self._day(since, newest - datetime.timedelta(days=1))
                yield f"      - {{family: {self._family(before)}, until: {day}{self.extras.address_until(day)}}}"
        if self._rare(0.01):
            yield f"    login: p{key}"  # no derived login has a digit in front
        if self._rare(0.01):
            yield f"    mail: p{key}@{self.domain}"


def _organisation(domain: str) -> str:
    short = domain.partition(".")[0].upper()[:15]
    return (
        f"organisation:\n  name: Ölçek Belediyesi\n  domain: {domain}\n  quarantine_days: {QUARANTINE}\n"
        f"  directory:\n    domain: {domain}\n    netbios: {short}\n    root: Ölçek Belediyesi\n"
    )


def _service_accounts(staff: _Staff, dice: random.Random) -> str:
    lines = ["service_accounts:"]
    for number in range(len(staff.leaders) // 4):
        lines += [f"  - name: svc-{number + 1}", "    purpose: Uygulamanın dizinden okuması"]
        lines += [f'    owner: "{dice.choice(staff.leaders)}"', f"    until: {dice.choice((2025, 2028, 2030))}-12-31"]
        lines += [f"    roles: [{dice.choice(ROLES)}]"]
    return "\n".join(lines) + "\n" if len(lines) > 1 else ""


def main() -> None:
    """Read the arguments and write the city."""
    parser = argparse.ArgumentParser(description="Write the inventory of an invented city of any size.")
    parser.add_argument("folder", type=Path, help="where to write it; made if need be")
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--devices", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--domain", default="ornek.bel.tr")
    chosen = parser.parse_args()
    write_city(chosen.folder, chosen.people, chosen.devices, chosen.seed, chosen.domain)
    sys.stdout.write(f"{chosen.people} people and {chosen.devices} devices in {chosen.folder}\n")


if __name__ == "__main__":
    main()
