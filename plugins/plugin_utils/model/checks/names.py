# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names in the city's zones, and what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from netaddr import AddrFormatError, IPAddress

from ..mail_records import records
from .rule import Finding, place_name, rule

if TYPE_CHECKING:
    from ..city import City

_FULL = "the name in full, in lower case and without a dot at its end"
_NUMBER = "(0|[1-9][0-9]{0,4})"
_LARGEST = 65535
_HOST = r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?)+"
_FORMS = {
    "CNAME": (_HOST, f"CNAME mail1.ornek.bel.tr: {_FULL}"),
    "PTR": (_HOST, f"PTR mail1.ornek.bel.tr: {_FULL}"),
    "MX": (rf"{_NUMBER} {_HOST}", f"MX 10 mail1.ornek.bel.tr: preference, then {_FULL}"),
    "SRV": (
        rf"({_NUMBER} ){{3}}{_HOST}",
        f"SRV 0 100 389 dc1.ornek.bel.tr: priority, weight, port, then {_FULL}",
    ),
    "TXT": (r'"[\x20\x21\x23-\x5b\x5d-\x7e]{1,900}"', 'TXT "v=spf1 mx -all"'),
}
"""By type: what follows it, and an example."""
_ADDRESSES = {"A": (4, "A 192.0.2.10"), "AAAA": (6, "AAAA 2001:db8::10")}


@rule("bad-record")
def bad_record(city: City) -> Iterator[Finding]:
    """A DNS record is one of the types that are known, with its data, and given once; a CNAME stands alone."""
    for position, entry in enumerate(city.inventory.dns_records):
        for place, text in enumerate(entry.records):
            if wrong := _wrong(text):
                yield "dns_records", position, ("records", place), f"{text!r} is no DNS record", wrong
            elif text in entry.records[:place]:
                yield "dns_records", position, ("records", place), f"{text!r} is given twice", "keep one of them"
            elif text == f"CNAME {entry.name}":
                yield "dns_records", position, ("records", place), "the name leads to itself", "name where it leads"
        if not entry.records:
            yield "dns_records", position, ("records",), "the name says nothing", "write a record, like A 192.0.2.10"
        if len(set(entry.records)) > 1 and any(text.startswith("CNAME ") for text in entry.records):
            message = "a name that has a CNAME can have nothing else"
            yield "dns_records", position, ("records",), message, "keep the CNAME, or the others"


def _wrong(text: str) -> str:
    """What to write where a text is no record; empty for one."""
    kind, _, data = text.partition(" ")
    if kind in _ADDRESSES:
        version, example = _ADDRESSES[kind]
        try:
            address = IPAddress(data)
        except (AddrFormatError, ValueError):
            return f"write it like {example}"
        right = f"{'A' if address.version == 4 else 'AAAA'} {address}"
        return "" if (address.version, str(address)) == (version, data) else f"write {right}"
    if kind in _FORMS:
        pattern, example = _FORMS[kind]
        fits = re.fullmatch(pattern, data) and (kind == "TXT" or _in_range(data))
        return "" if fits else f"write it like {example}"
    return f"begin with one of {', '.join([*_ADDRESSES, *_FORMS])}, in capitals"


def _in_range(data: str) -> bool:
    return all(int(word) <= _LARGEST for word in data.split() if word.isdecimal())


@rule("foreign-record")
def foreign_record(city: City) -> Iterator[Finding]:
    """A DNS name lies in the domain of the directory or of the mail addresses, or leads back from an address."""
    domains = sorted({city.organisation.directory.domain, city.organisation.domain})
    for position, entry in enumerate(city.inventory.dns_records):
        if not any(entry.name == domain or entry.name.endswith(f".{domain}") for domain in (*domains, "arpa")):
            message = f"the name {entry.name} lies in none of the city's domains"
            yield "dns_records", position, ("name",), message, f"write it like www.{domains[0]}"


@rule("duplicate-record")
def duplicate_record(city: City) -> Iterator[Finding]:
    """A DNS name is given once: by a server, its further names, a device, the way back to it, the mail, or an entry."""
    domain = city.organisation.directory.domain
    names = [
        (f"{host.name}.{domain}", section, position, ("name",))
        for section in ("servers", "devices")
        for position, host in enumerate(getattr(city.inventory, section))
    ]
    names += [
        (f"{alias}.{domain}", "servers", position, ("aliases",))
        for position, server in enumerate(city.inventory.servers)
        for alias in server.aliases
    ]
    names += [
        (entry.name, "dns_records", position, ("name",)) for position, entry in enumerate(city.inventory.dns_records)
    ]
    seen: dict[str, tuple[str, int, tuple[str, ...]]] = {}
    mail = [(record.name, "mail", 0, ("host",)) for record in records(city)]
    for name, section, position, path in [*_ways_back(city), *mail, *names]:
        first = seen.get(name)
        if first is None:
            seen[name] = section, position, path
        elif path == ("aliases",) or first[2] != path or (first[0] == "dns_records") != (section == "dns_records"):
            message = f"the DNS name {name} is given twice, the first time in {place_name(city, *first[:2])}"
            remedy = "take it away: the section `mail` gives it" if first[0] == "mail" else "keep one"
            yield section, position, path, message, remedy


def _ways_back(city: City) -> Iterator[tuple[str, str, int, tuple[str, ...]]]:
    """The names under which the addresses of hosts lead back to these."""
    for section in ("servers", "devices"):
        for position, host in enumerate(getattr(city.inventory, section)):
            if "directory" in getattr(host, "services", ()):
                continue  # it says so itself
            try:
                name = IPAddress(host.address or "").reverse_dns.removesuffix(".")
            except (AddrFormatError, ValueError):
                continue  # none, or no address, which another rule tells
            yield name, section, position, ("address",)
