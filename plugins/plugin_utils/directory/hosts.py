# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The accounts of servers, and the names of servers and devices in the domain's zones. Part of the intent.

In which zone a name lies is the directory's to say: here each is told whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from ...module_utils.plan import Item, Secret
from ..model.city import City
from ..model.hosts import Device, Server
from .dns_records import reverse_name
from .memberships import Named

REVERSE = (".in-addr.arpa", ".ip6.arpa")


def computers(city: City, named: Named) -> Iterator[Item]:
    """Accounts of the servers that are members of the domain; a domain controller makes its own."""
    domain = city.organisation.directory.domain
    for server in city.inventory.servers:
        if server.domain_member and "directory" not in server.services:
            fields = {
                "name": server.name,
                "login": f"{server.name.upper()}$",
                "host": f"{server.name}.{domain}",
                "parent": "container:computers",
                "description": server.system,
                "site": city.sites[server.site].name,
                "enabled": True,
                "groups": named.of(f"server:{server.name}"),
            }
            sources = {"name": "name", "login": "name", "host": "name", "description": "system", "site": "site"}
            yield Item(
                "computer",
                server.name,
                server.name,
                fields,
                initial={"password": Secret(f"directory/computer/{server.name}")},
                places=city.places("servers", server.name, sources),
                tags={"host": server.name, "site": server.site},
            )


def records(city: City) -> Iterator[Item]:
    """Addresses of servers and devices and the way back from them, further names of servers, and other names."""
    domain = city.organisation.directory.domain
    for section, hosts in (("servers", city.inventory.servers), ("devices", city.inventory.devices)):
        for host in hosts:
            if host.address:
                yield from _host(city, section, host, domain)
    for entry in city.inventory.dns_records:
        places = city.places("dns_records", entry.name, {"records": "records"})
        yield _record(entry.name, frozenset(entry.records), places, {})


def _host(city: City, section: str, host: Server | Device, domain: str) -> Iterator[Item]:
    name, address = f"{host.name}.{domain}", ip_address(str(host.address))
    places = city.places(section, host.name, {"records": "address", "name": "name"})
    tags = {"host": host.name, "site": host.site}
    if not (isinstance(host, Server) and "directory" in host.services):  # a domain controller names itself
        yield _record(name, frozenset({f"{'A' if address.version == 4 else 'AAAA'} {address}"}), places, tags)
        yield _record(reverse_name(str(address)), frozenset({f"PTR {name}"}), places, tags)
    if isinstance(host, Server):
        for alias in host.aliases:
            known = city.places(section, host.name, dict.fromkeys(("records", "name"), "aliases"))
            yield _record(f"{alias}.{domain}", frozenset({f"CNAME {name}"}), known, tags)


def _record(name: str, texts: frozenset[str], places: object, tags: dict[str, str]) -> Item:
    return Item("record", name, name, {"records": texts}, places=places, tags=tags)
