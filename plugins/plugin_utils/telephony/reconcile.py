# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From intent and the exchange as it is to changes. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from ...module_utils.plan import Change, Item, compare
from ..model.city import City
from ..model.leaving import hold_on
from .attributes import KINDS, RECORDED, SYSTEM
from .files import MADE

STOPPED, RUNNING = "stopped", "running"
EXCHANGE: Final = ("running", "exchange", "exchange")
"""Kind, key and label of what runs: it can differ from the files."""
_OF_CALLS: Final = {"rights", "destination", "calendar", "dialling", "trunk"}
"""Kinds on which it depends what may be called."""


def changes(city: City, wanted: Iterable[Item], settings: Mapping[str, str], live: Iterable[Item]) -> list[Change]:
    """What would make the exchange as it should be.

    :arg settings: files that do not follow from items, by path.
    """
    return compare(SYSTEM, KINDS, [*wanted, *_configuration(city, settings)], live)


def held(city: City) -> Iterator[str]:
    """Voice mailboxes that a legal hold keeps, and why: a step that does not come is told too."""
    for person in city.inventory.people:
        hold = hold_on(person, city.as_of)
        if hold is not None and person.extension is not None and city.states[person.id] == "left":
            who = f"{person.given} {person.family} ({person.id})"
            yield f"{who}: the voice mailbox stays since {hold.from_} by legal hold, {hold.reason}"


def placed(changes: Iterable[Change], site: str) -> list[Change]:
    """Changes as a plan has them, which is of all exchanges: those of a branch are told by its site."""
    if not site:
        return list(changes)
    return [replace(each, key=f"{site}:{each.key}", tags={**each.tags, "site": site}) for each in changes]


def own(changes: Iterable[Change], site: str) -> list[Change]:
    """Of a plan's changes, as :func:`placed` left them, those of one exchange, as it knows them."""
    found = ((change, *_place_of(change)) for change in changes)
    return [replace(change, key=key) for change, place, key in found if place == site]


def _place_of(change: Change) -> tuple[str, str]:
    """Site and key: no key of an exchange's own has a colon."""
    site, colon, key = change.key.rpartition(":")
    return (site, key) if colon else ("", change.key)


def _configuration(city: City, settings: Mapping[str, str]) -> Iterator[Item]:
    place = city.place("telephony", 0)
    contents = {path: digest(text)[:12] for path, text in settings.items()} | dict.fromkeys(MADE, RECORDED)
    for path, content in contents.items():
        yield Item("configuration", path, path, {"content": content}, places=lambda _: place)
    yield Item(*EXCHANGE, {"service": RUNNING, "differs": frozenset()}, places=lambda _: place)


def digest(text: str) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def unplanned(whole: Iterable[Change], plan: Iterable[Change]) -> list[str]:
    """Files that differ and are not in a plan that was limited."""
    planned = {change.identity for change in plan}
    return [change.key for change in whole if change.kind == "configuration" and change.identity not in planned]


def untried(whole: Iterable[Change], plan: Collection[Change]) -> bool:
    """Whether a plan that was limited leaves rights as they are not in the inventory: its table would not fit."""
    planned = {change.identity for change in plan}
    return any(change.kind in _OF_CALLS and change.identity not in planned for change in whole)
