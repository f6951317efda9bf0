# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From changes to what is done on the server: files, moves, sessions that end, shares. The action carries it there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...module_utils.plan import Change, Item
from ..planning.after import after
from . import maps
from .attributes import BOX, SHARE, group

REMOVED = "removed"


@dataclass(frozen=True)
class Steps:
    """What is done, in this order.

    :ivar back: mailboxes that are brought back, before anything is delivered to them.
    :ivar files: the lookup files as they will be, by path; those that are not named go.
    :ivar kick: mailboxes whose open sessions end, now that the login is closed.
    :ivar away: where mailboxes are brought that are no longer in use.
    :ivar shares: rights in units' mailboxes.
    """

    back: Mapping[str, str]
    files: Mapping[str, str]
    kick: Sequence[str]
    away: Mapping[str, str]
    shares: Mapping[str, Mapping[str, Sequence[str]]]


def steps(found: Iterable[Item], changes: Sequence[Change], offset: str) -> Steps:
    """What makes of a server as it is one with these changes, and with no others."""
    places = {
        change.key: REMOVED if change.action == "retire" else change.fields["place"]["after"]
        for change in changes
        if change.kind == "mailbox"
        and change.action != "create"
        and (change.action == "retire" or "place" in change.fields)
    }
    boxes = [change for change in changes if change.kind == "mailbox"]
    return Steps(
        back={name: place for name, place in places.items() if place == BOX},
        files=maps.render(after(found, changes), offset),
        kick=sorted(
            change.key
            for change in boxes
            if change.fields.get("login", {}).get("after") is False or places.get(change.key, BOX) != BOX
        ),
        away={name: place for name, place in places.items() if place != BOX},
        shares={
            change.key: {f"group={group(change.key, right)}": words for right, words in SHARE.items()}
            for change in boxes
            if change.fields.get("shared", {}).get("after")
        },
    )
