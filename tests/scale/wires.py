# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sites, networks, switches and cables of invented cities."""

from __future__ import annotations

import random

from words import STREETS

MOST_SITES = 240
"""Site number n has the addresses 10.n.0.0/16."""
DOWNLINKS = 24
"""So many switches hang below one."""
NETWORKS = (("yonetim", 20, 0), ("personel", 30, 16), ("telefon", 40, 32), ("misafir", 50, 48))
"""Name, VLAN and third byte of the networks of every site."""


def site_list(sites: list[str]) -> str:
    """The sites with their networks. The first has the lab's network, so that the domain controller is the same one."""
    lines = ["sites:"]
    for number, code in enumerate(sites):
        street = STREETS[number % len(STREETS)]
        lines += [f"  - code: {code}", f"    name: {number + 1}. Hizmet Binası", f"    street: {street} {number + 1}"]
        lines.append("    networks:")
        if number == 0:
            lines.append("      - {name: sunucu, vlan: 10, prefix: 192.0.2.0/24, gateway: 192.0.2.1}")
        for name, vlan, third in NETWORKS:
            base = f"10.{number}.{third}"
            lines.append(f"      - {{name: {name}, vlan: {vlan}, prefix: {base}.0/20, gateway: {base}.1}}")
    return "\n".join(lines) + "\n"


def site_devices(number: int, site: str, share: list[int], cabled: int, dice: random.Random) -> str:
    """The switches of a site: a tree of uplinks below the first, which is cabled to the first of the sites beside.

    :arg share: the numbers of its switches among all of the city.
    :arg cabled: how many sites have a switch.
    """
    names = [f"sw-{number}-{place}" for place in range(len(share))]
    lines = ["devices:"]
    for place, serial in enumerate(share):
        mac = ":".join(f"{byte:02x}" for byte in (0x02, 0, *serial.to_bytes(4, "big")))
        address = f"10.{number}.{(place + 10) // 250}.{(place + 10) % 250 + 1}"
        lines += [f"  - name: {names[place]}", f"    site: {site}", "    kind: switch", "    platform: ios"]
        lines += ["    model: C9200L-48P", f"    serial: OLC{serial:07}", f"    address: {address}"]
        lines += [f'    mac: "{mac}"', "    ports:"]
        for port, (to, network) in sorted(_ports(place, number, names, cabled, dice).items()):
            served = f", network: {network}" if network else ""
            lines.append(f"      - {{name: Gi1/0/{port}, to: {to}{served}}}")
    return "\n".join(lines) + "\n"


def _ports(place: int, number: int, names: list[str], cabled: int, dice: random.Random) -> dict[int, tuple[str, str]]:
    """What each used port leads to, and the network that it serves: sockets up to 20, cables to switches from 22 on."""
    ports = {}
    for port in sorted(dice.sample(range(1, 21), 4)):
        ports[port] = f"priz {number}-{place}-{port}", dice.choice(("personel", "telefon"))
    if place:
        ports[48] = f"{names[(place - 1) // DOWNLINKS]} Gi1/0/{22 + (place - 1) % DOWNLINKS}", ""
    for child in range(place * DOWNLINKS + 1, min(len(names), (place + 1) * DOWNLINKS + 1)):
        ports[22 + (child - 1) % DOWNLINKS] = f"{names[child]} Gi1/0/48", ""
    if place == 0 and number:
        ports[47] = f"sw-{number - 1}-0 Gi1/0/46", ""
    if place == 0 and number + 1 < cabled:
        ports[46] = f"sw-{number + 1}-0 Gi1/0/47", ""
    return ports
