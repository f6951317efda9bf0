# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses, networks and cables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from netaddr import AddrFormatError, IPAddress, IPNetwork

from ..exchanges import exchanges
from .rule import Finding, place_name, rule

if TYPE_CHECKING:
    from ..city import City


def _network(text: str | None) -> IPNetwork | None:
    """The network, or ``None`` if the text is not one."""
    try:
        return IPNetwork(text) if text else None
    except (AddrFormatError, ValueError):
        return None


def _address(text: str | None) -> IPAddress | None:
    """The address, or ``None`` if the text is not one."""
    try:
        return IPAddress(text) if text else None
    except (AddrFormatError, ValueError):
        return None


def _holds(prefix: IPNetwork, address: IPAddress) -> bool:
    """Whether a host in the network can have the address: the first and the last of an IPv4 network are its own."""
    ends = {prefix.first, prefix.last} if prefix.version == 4 and prefix.size > 2 else set()
    return address in prefix and int(address) not in ends


@rule("bad-prefix")
def bad_prefix(city: City) -> Iterator[Finding]:
    """A prefix is the first address of its range and a length that fits."""
    for section, position, path, text in _prefixes(city):
        prefix = _network(text)
        if prefix is None or prefix.ip != prefix.network:
            remedy = f"write {prefix.cidr}" if prefix is not None else "write it like 192.0.2.0/24"
            yield section, position, path, f"{text} is not a network", remedy


def _prefixes(city: City) -> Iterator[tuple[str, int, tuple[str | int, ...], str]]:
    """Every prefix of the inventory: section, position, path, and the prefix."""
    for position, site in enumerate(city.inventory.sites):
        for place, network in enumerate(site.networks):
            yield "sites", position, ("networks", place, "prefix"), network.prefix
    for place, text in enumerate(city.mail.relays if city.mail else ()):
        yield "mail", 0, ("relays", place), text
    for exchange in exchanges(city):
        for place, trunk in enumerate(exchange.trunks):
            for number, text in enumerate(trunk.sources):
                yield "telephony", 0, (*exchange.path, "trunks", place, "sources", number), text


@rule("relay-outside")
def relay_outside(city: City) -> Iterator[Finding]:
    """Hosts that send mail without logging on stand in a network of the city."""
    known = [_network(network.prefix) for site in city.inventory.sites for network in site.networks]
    for place, text in enumerate(city.mail.relays if city.mail else ()):
        prefix = _network(text)
        if prefix is not None and not any(network is not None and prefix in network for network in known):
            message = f"the hosts {text} lie in no network of a site: anybody there could send in the city's name"
            yield "mail", 0, ("relays", place), message, "name a part of one network of a site"


@rule("overlapping-prefixes")
def overlapping_prefixes(city: City) -> Iterator[Finding]:
    """No address lies in two networks of the city."""
    known = sorted(
        (
            (prefix, position, place)
            for position, site in enumerate(city.inventory.sites)
            for place, network in enumerate(site.networks)
            if (prefix := _network(network.prefix)) is not None
        ),
        key=lambda entry: (entry[0].version, entry[0].first, -entry[0].last, entry[1:]),
    )
    widest = None
    for prefix, position, place in known:
        if widest is not None and prefix.version == widest[0].version and prefix.first <= widest[0].last:
            other = city.inventory.sites[widest[1]]
            message = f"the network {prefix} overlaps {widest[0]} ({other.networks[widest[2]].name} at {other.code})"
            yield "sites", position, ("networks", place, "prefix"), message, "give each network a range of its own"
        if widest is None or prefix.last > widest[0].last or prefix.version != widest[0].version:
            widest = prefix, position, place


@rule("duplicate-network")
def duplicate_network(city: City) -> Iterator[Finding]:
    """A network's name and VLAN number are given once at a site."""
    for position, site in enumerate(city.inventory.sites):
        for key in ("name", "vlan"):
            seen: set[str | int] = set()
            for place, network in enumerate(site.networks):
                value = getattr(network, key)
                if value in seen:
                    yield (
                        "sites",
                        position,
                        ("networks", place, key),
                        f"the {key} {value} is given twice at {site.code}",
                        "choose another",
                    )
                seen.add(value)


@rule("gateway-outside")
def gateway_outside(city: City) -> Iterator[Finding]:
    """A gateway is an address that a host in its network can have."""
    for position, site in enumerate(city.inventory.sites):
        for place, network in enumerate(site.networks):
            prefix, gateway = _network(network.prefix), _address(network.gateway)
            if network.gateway and prefix is not None and (gateway is None or not _holds(prefix, gateway)):
                message = f"the gateway {network.gateway} does not fit {network.prefix}"
                yield "sites", position, ("networks", place, "gateway"), message, "name an address of this network"


@rule("address-outside")
def address_outside(city: City) -> Iterator[Finding]:
    """A server's or device's address is one that a host can have in a network of its site, if that has networks."""
    prefixes = {site.code: [_network(network.prefix) for network in site.networks] for site in city.inventory.sites}
    for section in ("servers", "devices"):
        for position, item in enumerate(getattr(city.inventory, section)):
            if not item.address:
                continue
            address = _address(item.address)
            known = prefixes.get(item.site, [])
            if address is None:
                yield section, position, ("address",), f"{item.address} is not an address", "write it like 192.0.2.10"
            elif known and None not in known and not any(prefix and _holds(prefix, address) for prefix in known):
                message = f"the address {item.address} fits no network of {item.site}"
                yield section, position, ("address",), message, "mend the address or add the network to the site"


@rule("duplicate-port")
def duplicate_port(city: City) -> Iterator[Finding]:
    """A port is given once on its device."""
    for position, device in enumerate(city.inventory.devices):
        seen: set[str] = set()
        for place, port in enumerate(device.ports):
            if port.name in seen:
                yield "devices", position, ("ports", place), f"the port {port.name} is given twice", "keep one of them"
            seen.add(port.name)


@rule("unknown-port")
def unknown_port(city: City) -> Iterator[Finding]:
    """A cable that names a device leads to a port that the device has."""
    ports = {(device.name, port.name) for device in city.inventory.devices for port in device.ports}
    for position, device in enumerate(city.inventory.devices):
        for place, port in enumerate(device.ports):
            name, space, far = (port.to or "").partition(" ")
            if space and name in city.devices and (name, far) not in ports:
                message = f"the device {name} lists no port {far}"
                yield (
                    "devices",
                    position,
                    ("ports", place, "to"),
                    message,
                    f"add the port to {name}, with the cable's other end",
                )


@rule("cable-twice")
def cable_twice(city: City) -> Iterator[Finding]:
    """Both ends of a cable name each other, and no port has two cables."""
    ends = {
        (device.name, port.name): (port.to, position, place)
        for position, device in enumerate(city.inventory.devices)
        for place, port in enumerate(device.ports)
    }
    for (name, own), (to, position, place) in ends.items():
        far_name, space, far_port = (to or "").partition(" ")
        far = ends.get((far_name, far_port)) if space else None
        if to == f"{name} {own}":
            yield (
                "devices",
                position,
                ("ports", place, "to"),
                "the cable leads back to its own port",
                "name its other end",
            )
        elif far is not None and far[0] != f"{name} {own}":
            other = place_name(city, "devices", far[1])
            message = f"the cable leads to {to}, but that port leads to {far[0] or 'nothing'} ({other})"
            yield "devices", position, ("ports", place, "to"), message, "name the same cable at both ends"


@rule("socket-twice")
def socket_twice(city: City) -> Iterator[Finding]:
    """A socket is cabled to one port; a server may have several."""
    hosts = city.devices.keys() | city.servers.keys()
    first: dict[tuple[str, str], str] = {}
    for position, device in enumerate(city.inventory.devices):
        for place, port in enumerate(device.ports):
            if port.to and port.to.partition(" ")[0] not in hosts:
                other = first.setdefault((device.site, port.to), f"{device.name} {port.name}")
                if other != f"{device.name} {port.name}":
                    message = f"{port.to} is cabled to {other} as well"
                    yield "devices", position, ("ports", place, "to"), message, "name what this port leads to"


@rule("unknown-network")
def unknown_network(city: City) -> Iterator[Finding]:
    """A port's network is one of the device's site."""
    for position, device in enumerate(city.inventory.devices):
        site = city.sites.get(device.site)
        known = {network.name for network in site.networks} if site else set()
        for place, port in enumerate(device.ports):
            if port.network and site and port.network not in known:
                message = f"there is no network {port.network!r} at {device.site}"
                yield (
                    "devices",
                    position,
                    ("ports", place, "network"),
                    message,
                    f"the networks there are {', '.join(sorted(known)) or 'not given yet'}",
                )
