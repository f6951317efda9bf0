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
    """A telephone is somebody's who has an extension, or is at a site and nobody's."""
    for position, handset in enumerate(city.inventory.telephones):
        if (handset.person is None) == (handset.site is None):
            message = "neither somebody's nor at a site" if handset.site is None else "both somebody's and at a site"
            yield "telephones", position, (), f"it is {message}", "give `person`, or `site` for a telephone of nobody"
        person = city.people.get(handset.person or "")
        if city.telephony is not None and person is not None and person.extension is None:
            message = f"{person.id} has no extension that the telephone could register"
            yield "telephones", position, ("person",), message, "give one, or name somebody else"
