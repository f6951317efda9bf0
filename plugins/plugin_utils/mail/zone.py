# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the world asks the DNS about the city's mail, as items, as a fragment of a zone file, and back. Pure.

Most of it is in the inventory. Public keys are only on the mail server: those that sign (DKIM), and that of its
certificate (TLSA). A record is a line as the section ``dns_records`` writes it: ``MX 10 posta.ornek.bel.tr``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from ...module_utils.plan import Item
from ..model import mail_records
from ..model.city import City

ZONE: Final = "/etc/konak/zone/mail.zone"
"""The fragment, on the mail server: a zone of the city includes it, there or wherever its zone is."""
TTL: Final = 3600
"""Seconds for which others keep an answer."""

_NAMES: Final = {"CNAME", "MX", "NS", "PTR", "SRV"}
"""Types whose data end with a name."""
_STRING: Final = 255
"""The most bytes in one string of TXT."""
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
_LINE: Final = re.compile(r"(\S+)\.\s+\d+\s+IN\s+(\S+)\s+(.+)")


def records(city: City, keys: Mapping[str, str], spki: str) -> list[Item]:
    """Every name and what it says.

    :arg keys: text of the public key by selector, as the server has them.
    :arg spki: SHA-256 of the public key of its certificate, in hex; empty if it has none.
    """
    if city.mail is None:
        return []
    found = defaultdict[str, set[str]](set)
    for entry in mail_records.records(city):
        found[entry.name].update(entry.records)
    found[city.mail.host].update(_address(city))
    for selector in mail_records.selectors(city):
        if selector in keys:
            found[f"{selector}._domainkey.{city.organisation.domain}"].add(f'TXT "{keys[selector]}"')
    if spki:
        for port in (25, 587, 993):
            found[f"_{port}._tcp.{city.mail.host}"].add(f"TLSA 3 1 1 {spki}")
    place = city.place("mail", 0)
    return [
        Item("record", name, name, {"records": frozenset(texts)}, places=lambda _: place)
        for name, texts in sorted(found.items())
    ]


def missing(city: City, keys: Mapping[str, str]) -> list[str]:
    """Selectors that are to be published or to sign, and whose key the server does not have."""
    return [selector for selector in mail_records.selectors(city) if selector not in keys]


def _address(city: City) -> Iterator[str]:
    host = city.mail.host.partition(".")[0] if city.mail else ""
    for server in city.inventory.servers:
        if "mail" in server.services and host in {server.name, *server.aliases}:
            yield f"{'AAAA' if ':' in server.address else 'A'} {server.address}"


def render(items: Iterable[Item]) -> str:
    """The fragment of these records."""
    rows = [
        (item.key, *_parted(text))
        for item in items
        if item.kind == "record"
        for text in sorted(item.fields["records"] or ())
    ]
    head = "; Konak owns this file: what is written here by hand goes with the next apply.\n"
    return head + "".join(f"{name}. {TTL} IN {sort} {_written(sort, data)}\n" for name, sort, data in rows)


def parse(text: str) -> list[Item]:
    """The records that a fragment holds."""
    found = defaultdict[str, set[str]](set)
    for line in text.splitlines():
        if match := _LINE.fullmatch(line.strip()):
            name, sort, data = match.groups()
            found[name].add(f"{sort} {_read(sort, data)}")
    return [Item("record", name, name, {"records": frozenset(texts)}) for name, texts in found.items()]


def _parted(text: str) -> tuple[str, str]:
    sort, _, data = text.partition(" ")
    return sort, data


def _written(sort: str, data: str) -> str:
    if sort in _NAMES:
        return f"{data}."
    return " ".join(f'"{part}"' for part in _strings(data)) if sort == "TXT" else data


def _strings(data: str) -> Sequence[str]:
    """The text of TXT in parts that the DNS can hold."""
    text = "".join(_QUOTED.findall(data))
    return [text[start : start + _STRING] for start in range(0, max(len(text), 1), _STRING)]


def _read(sort: str, data: str) -> str:
    if sort in _NAMES:
        return data.removesuffix(".")
    return f'"{"".join(_QUOTED.findall(data))}"' if sort == "TXT" else data
