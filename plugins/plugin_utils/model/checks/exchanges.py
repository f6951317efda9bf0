# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The telephone exchanges: their servers, and their ways to the world."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..exchanges import MAIN, exchanges
from .references import nearest
from .rule import Finding, again, rule, serving

if TYPE_CHECKING:
    from ..city import City


@rule("telephony-host")
def telephony_host(city: City) -> Iterator[Finding]:
    """Each exchange is on a server of its own with the service ``pbx``, by a name in the directory's domain."""
    if city.telephony is None:
        return
    servers, names = serving(city, "pbx")
    taken: dict[str, str] = {}
    for each in exchanges(city):
        where = (*each.path, "host")
        if each.server is None:
            remedy = f"use one of {', '.join(names)}, or add it to the server's `aliases`"
            message = f"{each.host} is no name of a server with the service `pbx`"
            yield "telephony", 0, where, message, remedy if names else "give it to one in servers.yml"
            continue
        if each.server.name in taken:
            message = f"the server {each.server.name} is already the exchange {taken[each.server.name]}"
            yield "telephony", 0, where, message, "give each exchange a server of its own"
        elif each.site in city.sites and each.site != each.server.site:
            message = f"the server {each.server.name} is not at the site {each.site}"
            yield "telephony", 0, where, message, "name one that is there: it must work without a line to elsewhere"
        taken.setdefault(each.server.name, each.host)
    idle = set(servers) - taken.keys() if all(each.server for each in exchanges(city)) else set()
    for name in sorted(idle):
        message = f"the server {name} has the service `pbx`, and is no exchange"
        yield "telephony", 0, ("host",), message, "name it under `branches`, or take the service away"


@rule("branches")
def branches(city: City) -> Iterator[Finding]:
    """A branch is a site that there is, given once; and a probe is at such a branch."""
    found = city.telephony.branches if city.telephony else ()
    sites = [each.site for each in found]
    for place, code in again(sites):
        yield "telephony", 0, ("branches", place, "site"), f"the branch {code} is given twice", "keep one of them"
    for place, each in enumerate(found):
        if each.site not in city.sites:
            message = f"there is no site {each.site!r}"
            yield "telephony", 0, ("branches", place, "site"), message, nearest(each.site, city.sites)
    for place, probe in enumerate(city.telephony.probes if city.telephony else ()):
        if probe.site is not None and probe.site not in sites:
            message = f"{probe.site} is no branch"
            remedy = f"use one of {', '.join(sites)}, or none" if sites else "take it away: the main exchange is meant"
            yield "telephony", 0, ("probes", place, "site"), message, remedy


@rule("trunks")
def trunks(city: City) -> Iterator[Finding]:
    """A trunk of an exchange is given once, with a priority of its own; each has one, for emergency calls."""
    emergency = ", ".join(city.telephony.emergency) if city.telephony else ""
    for each in exchanges(city):
        for place, code in again(trunk.code for trunk in each.trunks):
            yield "telephony", 0, (*each.path, "trunks", place, "code"), f"{code} is given twice", "keep one of them"
        for place, priority in again(trunk.priority for trunk in each.trunks):
            message = f"the priority {priority} is given twice: nothing says which is tried first"
            yield "telephony", 0, (*each.path, "trunks", place, "priority"), message, "give each its own"
        if not each.trunks:
            alone = "" if each.site == MAIN else f" from {each.site} while its line to the main exchange is down"
            message = f"no trunk leads to the world: nobody could call {emergency}{alone}"
            yield "telephony", 0, (*each.path, "trunks"), message, "add a trunk"
