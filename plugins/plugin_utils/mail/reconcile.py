# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From intent and live to changes, and what only the live server can say against them. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ...module_utils.plan import Change, Item, Stop, compare
from ..model.city import City
from ..model.postal import mailboxes
from . import zone
from .attributes import KINDS, SYSTEM
from .live import Live

_MEGABYTE = 1 << 20


def changes(city: City, wanted: Iterable[Item], configuration: Mapping[str, str], live: Live) -> list[Change]:
    """What would make the server as it should be.

    :arg configuration: the servers' own files by path.
    """
    published = zone.records(city, live.keys, live.spki)
    return compare(SYSTEM, KINDS, [*wanted, *published, *_configuration(city, configuration)], live.items)


def _configuration(city: City, files: Mapping[str, str]) -> Iterator[Item]:
    place = city.place("mail", 0)
    for path, text in files.items():
        yield Item("configuration", path, path, {"content": _digest(text)}, places=lambda _: place)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def unplanned(files: Mapping[str, str], live: Live, plan: Iterable[Change]) -> list[str]:
    """Configuration that differs and is not in a plan that was limited: it stays as it is."""
    here = {item.key: item.fields["content"] for item in live.items if item.kind == "configuration"}
    planned = {change.key for change in plan if change.kind == "configuration"}
    return [path for path, text in files.items() if _digest(text) != here.get(path) and path not in planned]


def shrinking(plan: Iterable[Change]) -> list[str]:
    """Mailboxes that get a smaller quota: how much is in them must be asked."""
    return sorted(change.key for change in plan if (quota := _quota(change)) and quota[0] > quota[1])


def _quota(change: Change) -> tuple[int, int] | None:
    """The quota of a mailbox that stays, before and after; what is no number, written by hand, counts as no change."""
    before, after = (change.fields.get("quota_mb", {}).get(name) for name in ("before", "after"))
    return (before if isinstance(before, int) else after, after) if isinstance(after, int) else None


def stops(city: City, plan: Iterable[Change], live: Live) -> Iterator[Stop]:
    """A quota below what is used would refuse mail from the next moment on; a key that is not there cannot sign."""
    for selector in zone.missing(city, live.keys):
        message = f"the mail server has no key {selector} to sign mail with"
        yield Stop(f"{SYSTEM}.record.key", message, "run the playbook servers.yml, which makes it there", SYSTEM)
    for change in plan:
        quota, used = _quota(change), live.usage.get(change.key, 0)
        if quota and quota[1] * _MEGABYTE < used:
            whose = f"{change.label} ({change.key})"
            message = f"the quota of {whose} would be {quota[1]} MB, and {used / _MEGABYTE:.0f} MB are used"
            yield Stop(f"{SYSTEM}.mailbox.quota", message, "give more, or have mail deleted first", SYSTEM)


def held(city: City) -> list[str]:
    """Mailboxes that a legal hold keeps as they are, and why: a step that does not come is told too."""
    if not any(person.legal_hold for person in city.inventory.people):
        return []
    return [
        f"{box.name} ({box.key}): the mailbox stays {box.stage.name} since {box.stage.held.from_} by legal hold, "
        f"{box.stage.held.reason}"
        for box in mailboxes(city)
        if box.stage.held is not None and city.states[box.key] == "left"
    ]


def attempts(plan: Sequence[Change], items: Iterable[Item], most: int = 200) -> list[str]:
    """Changed addresses that are tried once the files are there: ``address=2`` if mail is taken, ``=5`` if not."""
    changed = [change.key for change in plan if change.kind == "address"][:most]
    now = {item.key: item for item in items if item.kind == "address"}
    return [f"{address}={2 if _is_taken(now.get(address)) else 5}" for address in changed]


def _is_taken(item: Item | None) -> bool:
    return item is not None and bool(item.fields["delivered"]) and not item.fields.get("from")
