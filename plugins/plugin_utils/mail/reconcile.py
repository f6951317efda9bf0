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
from .attributes import KINDS, SYSTEM
from .live import Live

_MEGABYTE = 1 << 20


def changes(city: City, wanted: Iterable[Item], configuration: Mapping[str, str], live: Live) -> list[Change]:
    """What would make the server as it should be.

    :arg configuration: the servers' own files by path.
    """
    return compare(SYSTEM, KINDS, [*wanted, *_configuration(city, configuration)], live.items)


def _configuration(city: City, files: Mapping[str, str]) -> Iterator[Item]:
    place = city.place("mail", 0)
    for path, text in files.items():
        digest = hashlib.sha256(text.encode()).hexdigest()
        yield Item("configuration", path, path, {"content": digest[:12]}, places=lambda _: place)


def shrinking(plan: Iterable[Change]) -> list[str]:
    """Mailboxes that get a smaller quota: how much is in them must be asked."""
    return sorted(
        change.key
        for change in plan
        if (quota := change.fields.get("quota_mb"))
        and isinstance(quota["before"], int)
        and quota["before"] > quota["after"]
    )


def stops(plan: Iterable[Change], live: Live) -> Iterator[Stop]:
    """A quota below what is used would refuse mail from the next moment on."""
    for change in plan:
        quota = change.fields.get("quota_mb")
        used = live.usage.get(change.key, 0)
        if quota and quota["after"] * _MEGABYTE < used:
            whose = f"{change.label} ({change.key})"
            message = f"the quota of {whose} would be {quota['after']} MB, and {used / _MEGABYTE:.0f} MB are used"
            yield Stop(f"{SYSTEM}.mailbox.quota", message, "give more, or have mail deleted first", SYSTEM)


def held(city: City) -> list[str]:
    """Mailboxes that a legal hold keeps as they are, and why: a step that does not come is told too."""
    return [
        f"{box.name} ({box.key}): the mailbox stays {box.stage.name} since {box.stage.held.from_} by legal hold, "
        f"{box.stage.held.reason}"
        for box in mailboxes(city)
        if box.stage.held is not None and box.stage.name != "open"
    ]


def attempts(plan: Sequence[Change], items: Iterable[Item], most: int = 200) -> list[str]:
    """Changed addresses that are tried once the files are there: ``address=2`` if mail is taken, ``=5`` if not."""
    changed = [change.key for change in plan if change.kind == "address"][:most]
    now = {item.key: item for item in items if item.kind == "address"}
    return [f"{address}={2 if _is_taken(now.get(address)) else 5}" for address in changed]


def _is_taken(item: Item | None) -> bool:
    return item is not None and bool(item.fields["delivered"]) and not item.fields.get("from")
