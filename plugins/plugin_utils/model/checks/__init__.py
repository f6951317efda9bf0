# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cross-checks over the whole city, after the types: each a function that yields what is wrong.

A new check is a function with the :func:`~.rule.rule` decorator in the file of its subject, and a folder in
``tests/negative`` that breaks it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..problems import Problem
from . import (
    call_forwards,
    dates,
    exchanges,
    forwards,
    mail,
    names,
    network,
    recordings,
    references,
    rights,
    settings,
    telephones,
    telephony,
    unique,
)
from .rule import RULES

if TYPE_CHECKING:
    from ..city import City

__all__ = [
    "RULES",
    "call_forwards",
    "dates",
    "exchanges",
    "forwards",
    "mail",
    "names",
    "network",
    "recordings",
    "references",
    "rights",
    "run_checks",
    "settings",
    "telephones",
    "telephony",
    "unique",
]


def run_checks(city: City) -> Iterator[Problem]:
    """Every problem that every check finds."""
    for check in RULES.values():
        yield from check(city)
