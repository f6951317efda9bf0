# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The city's telephone exchanges: the main one, and those of branches, and whose telephones register with which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from .city import City
from .entities import Site
from .hosts import Server
from .telephony import TelephonySettings, Trunk

MAIN: Final = ""
"""The site that stands for the main exchange, wherever it is."""


class Exchange(NamedTuple):
    """An exchange.

    :ivar site: code of the site whose telephones it has; ``MAIN`` has all that no branch has.
    :ivar host: the name that telephones use.
    :ivar trunks: its own ways to the world.
    :ivar server: where it is; ``None`` if no server with the service ``pbx`` has that name.
    :ivar path: where it stands in the section ``telephony``.
    """

    site: str
    host: str
    trunks: tuple[Trunk, ...]
    server: Server | None
    path: tuple[str | int, ...]

    def address(self, known: Mapping[str, str]) -> str:
        """Where it is reached: of these addresses of servers, by name, else the inventory's; empty if nowhere."""
        return known.get(self.server.name, self.server.address) if self.server is not None else ""


def exchanges(city: City) -> list[Exchange]:
    """All of them, the main one first; none without the section ``telephony``."""
    if city.telephony is None:
        return []
    domain = city.organisation.directory.domain
    servers = {name: item for item in city.inventory.servers if "pbx" in item.services for name in item.names(domain)}
    telephony = city.telephony
    main = Exchange(MAIN, telephony.host, tuple(telephony.trunks), servers.get(telephony.host), ())
    branches = (
        Exchange(each.site, each.host, tuple(each.trunks), servers.get(each.host), ("branches", place))
        for place, each in enumerate(telephony.branches)
    )
    return [main, *branches]


def exchange_at(city: City, site: Site | None) -> str:
    """The site whose exchange has the telephones of a site; ``MAIN`` if it is no branch's."""
    found = {each.site for each in city.telephony.branches} if city.telephony else set[str]()
    return site.code if site is not None and site.code in found else MAIN


def emergency_caller(telephony: TelephonySettings, site: Site | None) -> str:
    """The number that emergency services see of a call from a site."""
    return (site.emergency_caller if site is not None else None) or telephony.caller


def exchange_on(city: City, name: str) -> Exchange | None:
    """The exchange on a server; ``None`` if that is none."""
    return next((each for each in exchanges(city) if each.server is not None and each.server.name == name), None)
