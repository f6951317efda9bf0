# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mail is made of: its kinds, how each is compared, and what the guard lets through unasked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...module_utils.guard import Limit
from ...module_utils.plan import Item, Kind

SYSTEM: Final = "mail"

BOXES: Final = "mailbox.internal"
"""The domain of mailboxes behind their addresses. Nobody outside can write to it: ``internal`` is no public domain."""

BOX, FROZEN, ARCHIVE = "box", "frozen", "archive"
"""Where a mailbox is: in use, set aside as it was, or packed with a list of digests."""

ANYONE, INTERNAL, NOBODY = "anyone", "internal", "nobody"
"""Who may write to a list, if not those who are named."""

REFUSAL: Final = "550 5.2.1"
"""Mailbox disabled (RFC 3463)."""

SHARE: Final = {
    "read": ("lookup", "read", "write-seen"),
    "write": ("lookup", "read", "write-seen", "write", "write-deleted", "insert", "post", "expunge"),
}
"""What the two groups of a unit's mailbox may do in it, in Dovecot's words; people are put into them by name."""

_LETTERS = {
    "lookup": "l", "read": "r", "write": "w", "write-seen": "s", "write-deleted": "t", "insert": "i", "post": "p",
    "expunge": "e",
}  # fmt: skip


def group(user: str, right: str) -> str:
    """The group of those who have a right of :data:`SHARE` in a unit's mailbox."""
    return f"{user}.{right}"


def rights(user: str) -> dict[str, list[str]]:
    """The rights in a unit's mailbox as its ACL file has them: ``{"group=u-zabita.read": ["l", "r", "s"]}``."""
    return {f"group={group(user, right)}": sorted(_LETTERS[word] for word in words) for right, words in SHARE.items()}


def _without_record(item: Item) -> Mapping[str, object]:
    """A mailbox that no record wants any more is closed, and its mail is kept."""
    if not item.fields.get("account"):
        return {}
    empty = dict.fromkeys(("answers", "answers_for", "groups"), frozenset[str]())
    return {"login": False, "own_rules": False, **empty}


KINDS: Final[Mapping[str, Kind]] = {
    "mailbox": Kind({"login": ("disable", "restore"), "place": "move"}, absent=_without_record),
    "address": Kind({"delivered": ("disable", "restore")}),
    "configuration": Kind(),
    "record": Kind(),
}
"""An address has ``to`` (mailboxes and outside addresses), ``senders`` (who may send as it), ``from`` (who may write to
it) and, once it is closed, ``refusal``. A mailbox has ``account`` and ``login``, ``quota_mb``, ``place``, ``groups``,
``answers``, those of its owner's addresses that are ``answers_for``, and ``own_rules``, whether the rules that the
owner made run; if a unit's, ``shared``. Configuration has its ``content``, by digest;
a record of the DNS its ``records``."""

LIMITS: Final = (
    Limit(SYSTEM, "address", "disable", 5, 0.02),
    Limit(SYSTEM, "address", "delete", 5, 0.02),
    Limit(SYSTEM, "mailbox", "disable", 5, 0.02),
    Limit(SYSTEM, "mailbox", "move", 5, 0.02),
    Limit(SYSTEM, "mailbox", "retire", 20, 0.05),
    Limit(SYSTEM, "address", "retire", 20, 0.05),
    Limit(SYSTEM, "record", "delete", 3),
)
