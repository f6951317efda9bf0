# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an exchange is made of: its kinds, how each is compared, and what the guard lets through unasked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...module_utils.guard import Limit
from ...module_utils.plan import Item, Kind

SYSTEM: Final = "telephony"
RECORDED, CHANGED = "as recorded", "not as recorded"
"""What is told of a file that follows from the records: what it holds is told by them."""


def _without_record(item: Item) -> Mapping[str, object]:
    """A line that no record wants any more is closed, and its voice mailbox is kept."""
    del item
    return {"open": False}


KINDS: Final[Mapping[str, Kind]] = {
    # A person's, by personnel number; a probe's by its extension, and ``from`` where it registers. ``shows`` is the
    # number for the world, ``emergency`` that which emergency services see, ``mail`` where voice mail goes, ``pickup``
    # the unit whose calls it may take, ``exchange`` the branch where it registers, ``secret`` a version.
    "line": Kind({"open": ("disable", "restore")}, absent=_without_record),
    # ``to``: the line, group, menu, queue, conference or page that answers, another number, or one of the world with
    # whose rights it is called; ``outside``: the number for the world.
    "number": Kind(),
    # Who it ``rings``, and for how many ``seconds``.
    "group": Kind(),
    # ``choices``, each a digit and the number that it leads to; what it says, ``prompt`` and ``closed``, how many
    # ``times``, and where it leads ``otherwise``.
    "menu": Kind(),
    # ``members`` with their penalties, and what is said where it is ``recorded``.
    "queue": Kind(),
    # Whether it has a ``pin``, and how many it takes at ``most``.
    "conference": Kind(),
    # Whose ``telephones`` speak, and who its ``callers`` are.
    "page": Kind(),
    # The ``extension`` that takes calls, and its places from ``first`` to ``last``.
    "parking": Kind(),
    # By MAC address: the ``model``, the ``line`` that it registers with ``number``, ``name`` and ``secret``, at which
    # ``host``, where it finds the phonebook, ``web``, and the ``firmware`` that it runs; ``file``: whether as recorded.
    "handset": Kind(),
    # The line of a locked telephone: the ``number`` that it calls, and what ``emergency`` services see.
    "locked": Kind(),
    # The ``text`` that is heard, and its ``language``; of one that somebody spoke the digest of that ``sound``, too.
    "prompt": Kind(),
    # What an access class may call, ``open`` and ``closed``.
    "rights": Kind(),
    # Where it leads, the ``sources`` of its calls if not there, and ``branch`` if that is another exchange of the city.
    "trunk": Kind(),
    # The city's, or that of a unit's line: the ``hours``, and the days ``off``.
    "calendar": Kind(),
    # The ``prefixes`` of its numbers.
    "destination": Kind(),
    # What the inventory says of all calls, by its names.
    "dialling": Kind(),
    # A file each, by its ``content``: what it holds beside the items, or whether it is as recorded.
    "configuration": Kind(),
    # The ``service``, and in what it ``differs``.
    "running": Kind(),
}
"""The kinds of an exchange, each with its fields."""

STATE: Final = frozenset({"configuration", "running"})
"""Kinds that are read from the exchange and are in no record of it."""

EMPTY: Final[Mapping[str, Mapping[str, object]]] = {
    "line": {"pickup": None, "mail": None, "exchange": None},
    "number": {"outside": None},
    "group": {"rings": frozenset()},
    "handset": {"firmware": None},
    "menu": {"closed": None, "otherwise": None, "choices": frozenset()},
    "queue": {"otherwise": None, "members": frozenset(), "recorded": None},
    "page": {"telephones": frozenset(), "callers": frozenset()},
    "trunk": {"sources": frozenset()},
    "rights": {"open": frozenset(), "closed": frozenset()},
    "calendar": {"hours": frozenset(), "off": frozenset()},
}
"""What an item has where nothing is said: a change names no field that stays empty."""

LIMITS: Final = (
    Limit(SYSTEM, "line", "disable", 5, 0.02),
    Limit(SYSTEM, "line", "retire", 20, 0.05),
    Limit(SYSTEM, "number", "delete", 5, 0.02),
    Limit(SYSTEM, "group", "delete", 2),
    Limit(SYSTEM, "handset", "delete", 5, 0.02),
    Limit(SYSTEM, "menu", "delete", 1),
    Limit(SYSTEM, "queue", "delete", 1),
    Limit(SYSTEM, "rights", "delete", 2),
    Limit(SYSTEM, "trunk", "delete", 0),
    Limit(SYSTEM, "destination", "delete", 0),
)
