# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Telephones on desks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .rule import Finding, rule

if TYPE_CHECKING:
    from ..city import City


@rule("telephone-line")
def telephone_line(city: City) -> Iterator[Finding]:
    """A telephone is somebody's who has an extension."""
    for position, handset in enumerate(city.inventory.telephones):
        person = city.people.get(handset.person)
        if city.telephony is not None and person is not None and person.extension is None:
            message = f"{person.id} has no extension that the telephone could register"
            yield "telephones", position, ("person",), message, "give one, or name somebody else"
