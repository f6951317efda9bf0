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
    "line": Kind({"open": ("disable", "restore")}, absent=_without_record),
    "number": Kind(),
    "group": Kind(),
    "menu": Kind(),
    "queue": Kind(),
    "conference": Kind(),
    "page": Kind(),
    "parking": Kind(),
    "handset": Kind(),
    "locked": Kind(),
    "prompt": Kind(),
    "rights": Kind(),
    "trunk": Kind(),
    "calendar": Kind(),
    "destination": Kind(),
    "dialling": Kind(),
    "configuration": Kind(),
    "running": Kind(),
}
"""A line is a person's, by personnel number: ``open``, ``number``, ``name``, ``shows`` (the number for the world),
``emergency`` (the one that emergency services see), ``class``, ``mail`` (where voice mail goes), ``pickup`` (the unit
whose calls it may take), ``language``, ``exchange`` (the branch where it registers) and ``secret`` (the version of its
password); that of a probe is known by its extension, and only ``from`` some addresses can it register. A number has
``to``: the line, group, menu, queue, conference or page that answers, another number, or one of the world with whose
rights it is called, and ``outside``. A group has who it ``rings``, and for how many ``seconds``. A menu has its
``choices``, each a digit and the number that it leads to, what it says, ``prompt`` and ``closed``, how often, and where
it leads ``otherwise``; a queue its ``members`` with their penalties, and what is said where it is ``recorded``, a
conference whether it has a ``pin``, a page whose ``telephones`` speak and who its ``callers`` are, parking its numbers.
A handset, by MAC address, has its ``model``, the ``line`` that it registers with ``number``, ``name`` and the version
of the password, the ``host``, where it finds the phonebook, ``web``, and the ``firmware`` that it runs; ``file`` tells
whether its file is as recorded. A locked one has a line of its own, with the ``number`` that it calls, its ``name``,
the number that ``emergency`` services see, ``language`` and ``secret``. A prompt has the ``text`` that is heard, and
its ``language``; one that somebody spoke into a file the digest of that ``sound``, too. Rights are an access class's:
what it may call, ``open`` and ``closed``. A trunk has where it leads, the ``sources`` of its calls if that is not all,
and ``branch`` if that is another exchange of the city. The calendar has the ``hours`` and the days ``off``. A
destination has the ``prefixes`` of its numbers; dialling has what the inventory says of all calls, by its names. The
configuration is told by ``content``, a file each: what it holds beside the items, or whether it is as recorded. What
runs has the ``service`` and what ``differs``."""

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
