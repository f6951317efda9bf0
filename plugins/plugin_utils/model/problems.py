# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with an inventory, in words for the person who can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong, where it is and what to do.

    :ivar message: one sentence without the place, e.g. ``unknown unit 'bilgi'``.
    :ivar file: the file's name relative to the folder above the inventory.
    :ivar line: counted from 1; ``None`` where the whole file is meant.
    :ivar path: where in the data, e.g. ``people[40117].unit``.
    :ivar rule: the name of the check, as listed in the reference.
    :ivar remedy: what to do about it, in the imperative.
    """

    message: str
    file: str
    line: int | None = None
    path: str = ""
    rule: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        path = f"{self.path}: " if self.path else ""
        remedy = f" ({self.remedy})" if self.remedy else ""
        return f"{place}: {path}{self.message}{remedy}"

    def as_dict(self) -> dict[str, Any]:
        """The shape of one error in ``--json`` output."""
        return {
            "message": self.message,
            "file": self.file,
            "line": self.line,
            "path": self.path or None,
            "host": None,
            "rule": self.rule or None,
            "remedy": self.remedy or None,
        }


class InventoryError(Exception):
    """The inventory cannot be used; ``problems`` says everything that is wrong with it, sorted by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems), key=lambda p: (p.file, p.line or 0, p.path, p.message))
        count = len(self.problems)
        heading = "1 problem in the inventory" if count == 1 else f"{count} problems in the inventory"
        super().__init__("\n".join([heading, *(f"  {problem}" for problem in self.problems)]))


def shorten(value: object) -> str:
    """A value as a message shows it: as it is written in a program, on one line, and not endless."""
    shown = str(value).lower() if isinstance(value, bool) else repr(value)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
