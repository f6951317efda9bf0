# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The organisation's own settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from netaddr import AddrFormatError, IPNetwork

from ....module_utils.plan import ACTIONS
from .rule import Finding, rule

if TYPE_CHECKING:
    from ..city import City

_NETBIOS = 15
_COUNTED = (*ACTIONS, "missing", "reopen")
"""What a limit may count: changes, objects that a read did not find, and accounts that were closed by hand."""


@rule("unknown-timezone")
def unknown_timezone(city: City) -> Iterator[Finding]:
    """The time zone is one that the machine knows."""
    try:
        ZoneInfo(city.organisation.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield (
            "organisation",
            0,
            ("timezone",),
            f"there is no time zone {city.organisation.timezone!r}",
            "use a name like Europe/Istanbul",
        )


@rule("unknown-limit")
def unknown_limit(city: City) -> Iterator[Finding]:
    """A limit of the guard counts something that a plan can hold."""
    for place, limit in enumerate(city.organisation.limits):
        if limit.action not in _COUNTED:
            message = f"no change is called {limit.action!r}"
            yield "organisation", 0, ("limits", place, "action"), message, f"use one of {', '.join(_COUNTED)}"


@rule("duplicate-limit")
def duplicate_limit(city: City) -> Iterator[Finding]:
    """What the guard counts has one limit."""
    seen: set[tuple[str, str, str]] = set()
    for place, limit in enumerate(city.organisation.limits):
        name = limit.system, limit.kind, limit.action
        if name in seen:
            yield "organisation", 0, ("limits", place), f"the limit {'.'.join(name)} is given twice", "keep one of them"
        seen.add(name)


@rule("foreign-mail")
def foreign_mail(city: City) -> Iterator[Finding]:
    """Mail addresses of people, former and further ones too, groups and programs are of the organisation's domain."""
    domain = city.organisation.domain
    known: list[tuple[str, int, tuple[str | int, ...], str | None]] = []
    for position, person in enumerate(city.inventory.people):
        if person.mail or person.former or person.aliases:
            known.append(("people", position, ("mail",), person.mail))
            former = enumerate(person.former)
            known += [("people", position, ("former", place, "mail"), entry.mail) for place, entry in former]
            known += [("people", position, ("aliases", place), alias) for place, alias in enumerate(person.aliases)]
    for section in ("groups", "service_accounts"):
        known += [
            (section, position, ("mail",), item.mail) for position, item in enumerate(getattr(city.inventory, section))
        ]
    for section, position, path, mail in known:
        if mail and mail.partition("@")[2] != domain:
            message = f"the address {mail} is not one of {domain}"
            yield section, position, path, message, f"write it like {mail.partition('@')[0]}@{domain}"


@rule("lab-network")
def lab_network(city: City) -> Iterator[Finding]:
    """The lab's network is an IPv4 one, and has room for the servers."""
    text = city.organisation.lab.network
    try:
        network = IPNetwork(text)
    except (AddrFormatError, ValueError):
        network = None
    if (
        network is None
        or network.version != 4
        or network.ip != network.network
        or network.size < len(city.inventory.servers) + 4
    ):
        message = f"{text} is no IPv4 network, or too small for the servers"
        yield "organisation", 0, ("lab", "network"), message, "use 192.0.2.0/24"


@rule("host-name")
def host_name(city: City) -> Iterator[Finding]:
    """A host's name is no Ansible group's, and a server's fits into the 15 letters of NetBIOS."""
    services = {service for server in city.inventory.servers for service in server.services}
    groups = {"all", "ungrouped", "localhost", "servers", "devices", *services}
    for section in ("servers", "devices"):
        for position, host in enumerate(getattr(city.inventory, section)):
            if host.name in groups:
                message = f"{host.name} is the name of a group of hosts"
                yield section, position, ("name",), message, "choose another name, such as one with a number"
            if section == "servers" and len(host.name) > _NETBIOS:
                message = f"{host.name!r} has more than {_NETBIOS} letters"
                yield section, position, ("name",), message, "choose a shorter name; the directory takes no longer one"


@rule("no-directory-server")
def no_directory_server(city: City) -> Iterator[Finding]:
    """Where there are people, a server carries the service ``directory``."""
    if city.inventory.people and not any("directory" in server.services for server in city.inventory.servers):
        yield (
            "organisation",
            0,
            ("directory",),
            "no server has the service `directory`",
            "add the domain controllers to servers.yml",
        )
