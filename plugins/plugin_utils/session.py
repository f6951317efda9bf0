# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One loaded model a run: made by the inventory plugin, found again by every action in the forked workers."""

from __future__ import annotations

import datetime
import gc
import os
from pathlib import Path

from .model.city import City
from .model.load import load

_MOST = 8
_known: dict[tuple[Path, datetime.date | None], City] = {}


def city(inventory: Path, as_of: datetime.date | None) -> City:
    """The model of an inventory folder, loaded once in this process and those forked from it.

    A model of today is found again under its date: the inventory plugin asks for today, the actions for that day.

    :raises InventoryError: with every problem found.
    """
    found = _known.get((inventory, as_of))
    if found is None:
        found = load(inventory, as_of, build_folder(inventory) / "cache" / "model")
        gc.freeze()  # it stays: the collector need not walk it again and again, nor unshare it from forked workers
        _known[inventory, as_of] = _known[inventory, found.as_of] = found
        while len(_known) > _MOST:
            del _known[next(iter(_known))]
    return found


def build_folder(inventory: Path) -> Path:
    """Where generated files of this city go: ``KONAK_BUILD``, else ``build`` beside the inventory."""
    return Path(os.environ.get("KONAK_BUILD") or inventory.parent / "build")


def as_of_date(text: str | None) -> datetime.date | None:
    """Read an as-of date.

    :raises ValueError: with words for people, if it is not one.
    """
    if not text:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"the as-of date {text!r} is not a date: write it as year-month-day, like 2026-03-01"
        ) from None
