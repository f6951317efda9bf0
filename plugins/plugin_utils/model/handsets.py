# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Telephones on desks: the words of the inventory's section ``telephones``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .base import Entity
from .texts import Code, Mac, PersonId, Text

Model = Literal[
    "yealink-t31p", "yealink-t46u",
    "grandstream-grp2612", "grandstream-grp2614",
    "snom-d717", "snom-d785",
    "fanvil-x3u", "fanvil-x5u",
    "cisco-8841", "cisco-8851",
]  # fmt: skip
"""The models for which a configuration can be made: the maker comes first."""


class Handset(Entity):
    """A telephone, which fetches its configuration from the exchange."""

    mac: Mac = Field(description="Its MAC address.", examples=["00:00:5e:00:53:41"])
    model: Model = Field(description="Its maker and model.", examples=["yealink-t31p"])
    person: PersonId | None = Field(
        default=None,
        description="Whose line it registers, by personnel number. While the person is on leave, and "
        "after a departure, only emergency services can be called from it.",
        examples=["40117"],
    )
    site: Code | None = Field(
        default=None,
        description="Where a telephone of nobody is, instead of `person`: it calls emergency services alone.",
        examples=["merkez"],
    )
    firmware: Text = Field(
        default="", description="The version that it runs, for the record.", examples=["124.86.0.40"]
    )

    @property
    def maker(self) -> str:
        """``yealink``, ``grandstream``, ``snom``, ``fanvil`` or ``cisco``."""
        return self.model.partition("-")[0]
