# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers and network devices: the words of the inventory's sections ``servers`` and ``devices``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .base import Entity, Several
from .texts import Address, Alias, Code, Mac, Name


class Server(Entity):
    """A host that carries services of the city."""

    name: Code = Field(description="Its host name.", examples=["dc1"])
    site: Code = Field(description="Where it stands.", examples=["merkez"])
    address: Address = Field(description="Its IP address.", examples=["192.0.2.10"])
    services: Several[Code] = Field(
        default=(),
        description="What it does; each word is an Ansible group. The first `directory` server is asked first.",
        examples=[["directory"]],
    )
    aliases: Several[Alias] = Field(
        default=(), description="Further names of it in the directory's zone.", examples=[["posta", "imap"]]
    )
    domain_member: bool = Field(
        default=False,
        description="Whether the directory has an account for it, under which it joins the domain.",
        examples=[True],
    )
    system: Literal["debian-12", "debian-13", "debian-14", "windows-2019", "windows-2022", "windows-2025"] = Field(
        default="debian-13", description="Its operating system; the lab builds the Debian ones.", examples=["debian-13"]
    )

    def names(self, domain: str) -> list[str]:
        """Its full names in the directory's zone: its own, then the further ones."""
        return [f"{name}.{domain}" for name in (self.name, *self.aliases)]


class Port(Entity):
    """A port of a device."""

    name: Name = Field(description="Its name as the device writes it.", examples=["Gi1/0/1"])
    to: Name | None = Field(
        default=None,
        description="What it is cabled to: `device port`, a server, or a socket.",
        examples=["sw-merkez-2 Gi1/0/48"],
    )
    network: Code | None = Field(
        default=None, description="The network of the site that it serves.", examples=["personel"]
    )


class Device(Entity):
    """A network device."""

    name: Code = Field(description="Its name; the key.", examples=["sw-merkez-1"])
    site: Code = Field(description="Where it stands.", examples=["merkez"])
    kind: Literal["switch", "router", "firewall", "access-point"] = Field(
        description="What it is.", examples=["switch"]
    )
    platform: Code = Field(description="Its operating system, as Ansible names it.", examples=["ios"])
    model: Name | None = Field(default=None, description="Maker's model.", examples=["C9200L-48P"])
    serial: Name | None = Field(default=None, description="Serial number.", examples=["FOC0000X0AA"])
    address: Address | None = Field(default=None, description="Management address.", examples=["198.51.100.11"])
    mac: Mac | None = Field(
        default=None, description="Management MAC address, lower case with colons.", examples=["00:00:5e:00:53:01"]
    )
    room: Name | None = Field(default=None, description="Room or cabinet.", examples=["Zemin kat kabini"])
    ports: Several[Port] = Field(default=(), description="Its ports that are in use.")
