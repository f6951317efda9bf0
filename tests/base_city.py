# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The negative corpus' base, a small valid city, for tests of loading."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.konak.it.plugins.plugin_utils.model import asof
from ansible_collections.konak.it.plugins.plugin_utils.model.city import City
from ansible_collections.konak.it.plugins.plugin_utils.model.load import load
from ansible_collections.konak.it.plugins.plugin_utils.model.problems import InventoryError, Problem
from ansible_collections.konak.it.plugins.plugin_utils.model.rights import DatedMember, Group

BASE = Path(__file__).parent / "negative" / "base"
AS_OF = datetime.date(2026, 6, 1)


def city_of(files: Mapping[str, bytes], cache: Path | None = None, day: datetime.date = AS_OF) -> City:
    """The city of some files; their folder is gone afterwards."""
    with tempfile.TemporaryDirectory() as above:
        folder = Path(above) / "inventory"
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return load(folder, day, cache)


def problems_of(files: Mapping[str, bytes]) -> list[Problem]:
    """The problems of some files; none if they are a city, of which every question is asked."""
    try:
        summary(city_of(files))
    except InventoryError as error:
        return error.problems
    return []


BASE_FILES = {str(path.relative_to(BASE)): path.read_bytes() for path in BASE.rglob("*.yml")}


def part_text(part: str) -> str:
    """A part of the corpus, as its file has it."""
    return (BASE.parent / f"parts/{part}.yml").read_text("utf-8")


def part_city(
    part: str,
    changes: Mapping[str, str],
    day: datetime.date,
    beside: Mapping[str, bytes] | None = None,
    **files: str,
) -> City:
    """The base with a part of the corpus, on a day.

    :arg changes: texts of the part that stand there once, and what stands there instead.
    :arg beside: files that are no facts, by their names.
    :arg files: further files by their names without ``.yml``.
    """
    text = part_text(part)
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    more = {f"{name}.yml": content.encode() for name, content in files.items()}
    return city_of({**BASE_FILES, **(beside or {}), f"{part}.yml": text.encode(), **more}, day=day)


def summary(city: City) -> tuple[Any, ...]:
    """What the systems are told of people and groups, in an order of its own."""
    accounts = sorted(
        (
            a.person.id,
            a.login,
            a.mail,
            a.former_mails,
            a.given,
            a.family,
            a.state,
            sorted(a.own_roles),
            city.manager(a.person),
            city.site(a.person),
            asof.closing(a.person, city.as_of),
            asof.last_day(a.person, city.as_of),
        )
        for a in city.accounts()
    )
    groups = {code: sorted(asof.members(_entries(group), city.as_of)) for code, group in city.groups.items()}
    sections = (city.units, city.devices, city.servers, city.role_names, city.password_policies)
    return accounts, groups, *map(sorted, sections)


def _entries(group: Group) -> tuple[str | DatedMember, ...]:
    """Whom a group holds, and whom it holds for a time."""
    return (*group.members.add, *(group.members.set or ()))
