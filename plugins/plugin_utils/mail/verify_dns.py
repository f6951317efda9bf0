# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove what the DNS says of the city's mail, by asking a server that answers for the zone itself."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

import dkim
import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rdatatype
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ...module_utils.plan import Item
from ..proof import Proof

CLIENT = "DNS, the zone's own server"
SECONDS = 10.0

Ask = Callable[[str, str], frozenset[str]]
"""Asks for a name and a type; what is said, as the section ``dns_records`` writes it."""


def asking(address: str) -> Ask:
    """Ask the server at an address.

    :raises OSError: if it does not answer, or not for itself.
    """

    def ask(name: str, sort: str) -> frozenset[str]:
        query = dns.message.make_query(name, sort, flags=dns.flags.Flag(0))
        try:
            answer = dns.query.tcp(query, address, timeout=SECONDS)
        except (dns.exception.DNSException, OSError) as error:
            raise OSError(f"the name server {address} does not answer for {name}: {error}") from None
        if not answer.flags & dns.flags.AA:
            raise OSError(f"the name server {address} does not answer for the zone of {name}")
        kind = dns.rdatatype.from_text(sort)
        return frozenset(_text(row) for rows in answer.answer if rows.rdtype == kind for row in rows)

    return ask


def _text(row: dns.rdata.Rdata) -> str:
    sort = dns.rdatatype.to_text(row.rdtype)
    if sort == "TXT":
        return f'TXT "{b"".join(row.strings).decode()}"'  # type: ignore[attr-defined]  # TXT has them
    return f"{sort} {row.to_text().removesuffix('.')}"


def records(items: Iterable[Item], ask: Ask) -> Iterator[Proof]:
    """Every record is answered as it was rendered, and nothing beside it."""
    for item in items:
        by_type = defaultdict[str, set[str]](set)
        for text in item.fields["records"]:
            by_type[text.partition(" ")[0]].add(text)
        for sort, expected in by_type.items():
            got = ask(item.key, sort)
            yield Proof(f"{item.key} {sort}", CLIENT, "; ".join(sorted(expected)), "; ".join(sorted(got)) or "nothing")


def certificate(der: bytes, host: str, port: int, ask: Ask) -> Proof:
    """The certificate that is served is the one that TLSA names."""
    key = x509.load_der_x509_certificate(der).public_key()
    digest = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
    got = ask(f"_{port}._tcp.{host}", "TLSA")
    return Proof(f"TLSA of {host}, port {port}", CLIENT, f"TLSA 3 1 1 {digest}", "; ".join(sorted(got)) or "nothing")


def signature(message: bytes, ask: Ask) -> str:
    """Whether a message's signature is that of its domain: ``signed``, else what is wrong."""

    def key(name: bytes, timeout: int = 5) -> bytes | None:
        del timeout
        found = ask(name.decode().removesuffix("."), "TXT")
        return next(iter(found)).removeprefix('TXT "').removesuffix('"').encode() if found else None

    try:
        return "signed" if dkim.verify(message, dnsfunc=key) else "no signature that holds"
    except dkim.DKIMException as error:
        return f"no signature that holds: {error}"
