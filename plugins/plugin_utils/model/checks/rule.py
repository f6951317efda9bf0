# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of checks, and what they share."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ..entities import KEYS
from ..problems import Problem

if TYPE_CHECKING:
    from ..city import City

Finding = tuple[str, int, tuple[str | int, ...], str, str]
"""Section, position in it, path in the item, message, remedy."""
Check = Callable[["City"], Iterator[Problem]]

RULES: dict[str, Check] = {}
"""Every check by its name, in the order of definition."""


def rule(name: str) -> Callable[[Callable[[City], Iterable[Finding]]], Check]:
    """Register a check under the name that its problems carry; its docstring is its line in the reference."""

    def register(find: Callable[[City], Iterable[Finding]]) -> Check:
        def check(city: City) -> Iterator[Problem]:
            for section, position, path, message, remedy in find(city):
                file, line = city.place(section, position, *path)
                yield Problem(message, file, line, _where(city, section, position, path), name, remedy)

        check.__doc__ = find.__doc__
        RULES[name] = check
        return check

    return register


def _where(city: City, section: str, position: int, path: Iterable[str | int]) -> str:
    item = getattr(city.inventory, section)
    key = f"[{getattr(item[position], KEYS[section])}]" if section in KEYS else ""
    return section + key + "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in path)


def items(city: City, section: str) -> Iterator[tuple[int, Any]]:
    """The items of a section with their positions; a section that is there once is one, and none if it is not there."""
    found = getattr(city.inventory, section)
    yield from enumerate(found) if section in KEYS else [(0, found)] * (found is not None)


def serving(city: City, service: str) -> tuple[list[str], list[str]]:
    """Servers with a service, and their full names in the directory's zone, further ones too."""
    servers = [server for server in city.inventory.servers if service in server.services]
    names = [name for server in servers for name in server.names(city.organisation.directory.domain)]
    return [server.name for server in servers], names


def again(values: Iterable[Hashable]) -> Iterator[tuple[int, Hashable]]:
    """Place and value of each that stood before."""
    seen = set[Hashable]()
    for place, value in enumerate(values):
        if value in seen:
            yield place, value
        seen.add(value)


def place_name(city: City, section: str, position: int) -> str:
    """``file:line`` of an item, for messages that name a second place."""
    file, line = city.place(section, position)
    return f"{file}:{line}"
