# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The organisation of invented cities."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from words import DIRECTORATES, PARTS

PEOPLE_A_UNIT = 40


@dataclass
class Unit:
    """A unit; ``directorate`` is the code that names its people file."""

    code: str
    name: str
    parent: str | None
    directorate: str
    site: str | None = None
    manager: str | None = None
    delegations: list[str] = field(default_factory=list)


def unit_tree(people: int, sites: list[str], dice: random.Random) -> list[Unit]:
    """The units: the top, the directorates, then their parts, in the order in which they get their people."""
    top = Unit("baskanlik", "Belediye Başkanlığı", None, "baskanlik", sites[0])
    count = max(4, round(people / PEOPLE_A_UNIT))
    directorates = max(2, (count - 1) // 5)
    units = [top]
    for number in range(directorates):
        code, name = DIRECTORATES[number % len(DIRECTORATES)]
        turn = number // len(DIRECTORATES)
        code, name = (f"{code}-{turn + 1}", f"{name} ({turn + 1}. Bölge)") if turn else (code, name)
        units.append(Unit(code, name, top.code, code, dice.choice(sites)))
    for number in range(count - 1 - directorates):
        above = units[1 + number % directorates]
        part, name = PARTS[number // directorates % len(PARTS)]
        turn = number // directorates // len(PARTS)
        code = f"{above.code}-{part}" + (f"-{turn + 1}" if turn else "")
        own = dice.choice(sites) if dice.random() < 0.1 else None
        units.append(Unit(code, f"{name} {turn + 1}" if turn else name, above.code, above.code, own))
    return units


def unit_list(units: list[Unit]) -> str:
    """The units as the inventory has them."""
    lines = ["units:"]
    for unit in units:
        lines += [f"  - code: {unit.code}", f"    name: {unit.name}"]
        lines += [f"    parent: {unit.parent}"] if unit.parent else []
        lines += [f'    manager: "{unit.manager}"'] if unit.manager else []
        lines += [f"    site: {unit.site}"] if unit.site else []
        lines += ["    delegations:", *(f"      - {entry}" for entry in unit.delegations)] if unit.delegations else []
    return "\n".join(lines) + "\n"
