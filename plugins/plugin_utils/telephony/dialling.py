# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How numbers are dialled in a city. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...module_utils.plan import Item


@dataclass(frozen=True)
class Dialling:
    """How numbers are dialled, from the items that say so.

    :ivar codes: by destination, how its numbers begin.
    """

    line: str
    country: str
    area: str
    national: str
    international: str
    local_digits: int
    emergency: frozenset[str]
    ring_seconds: int
    timezone: str
    codes: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, items: Iterable[Item]) -> Dialling:
        """That of an exchange."""
        fields: Mapping[str, Any] = {}
        codes = {}
        for item in items:
            if item.kind == "dialling":
                fields = item.fields
            elif item.kind == "destination":
                codes[item.key] = item.fields["prefixes"]
        return cls(codes=codes, **fields)
