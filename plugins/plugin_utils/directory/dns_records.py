# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DNS records as the directory holds them: the bytes of ``dnsRecord`` (MS-DNSP 2.3.2.2) and a line of text for people.

The text is that of a zone file without name, class and TTL: ``A 192.0.2.10``, ``MX 10 mail1.ornek.bel.tr``,
``TXT "v=spf1 mx -all"``. Its canonical form is what :func:`decode` gives: names in lower case without a final dot,
addresses as :mod:`ipaddress` writes them, one space between words. :func:`encode` takes other spellings of the same
record too, so ``decode(encode(text))`` is the canonical form of a text.

A string of TXT is longer than 255 bytes where people want it to be; DNS splits it, and both forms hold the same bytes.
"""

from __future__ import annotations

import ipaddress
import re
import struct
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

_HEADER: Final = struct.Struct("<HHBBHI")
"""Length of the data, type, version, rank, flags, serial; then the TTL in network order, four reserved bytes, and the
hour of the last dynamic update since 1601, 0 for a static record."""
_DATA: Final = 24
"""Where the data begin."""
_VERSION: Final = 5
_ZONE: Final = 0xF0
"""The rank of a record that the zone itself answers for (MS-DNSP 2.2.2.2.1)."""

_LABEL: Final = re.compile(r"[a-z0-9_*/-]{1,63}")
"""A label that the text form can show: those of hosts, services, wildcards and split reverse zones (RFC 2317)."""
_LONGEST_NAME: Final = 253
_NUMBER: Final = re.compile(r"[0-9]{1,5}")

_STRING: Final = 255
"""The most bytes in one string of TXT."""
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_PARTS: Final = re.compile(r"\\([0-9]{3})|\\([^0-9])|([^\\]+)", re.DOTALL)
_LONGEST_DATA: Final = 0xFFFF
_LARGEST_TTL: Final = 0x7FFFFFFF
_LARGEST_SERIAL: Final = 0xFFFFFFFF


class _Type(NamedTuple):
    """How one type of record is written: ``write`` takes what follows the type in the text, ``read`` the data.

    ``write`` raises ValueError in plain words, ``read`` ValueError, IndexError or struct.error.
    """

    number: int
    write: Callable[[str], bytes]
    read: Callable[[bytes], str]


def encode(text: str, ttl: int = 3600, serial: int = 1) -> bytes:
    """The bytes of a static record of the zone.

    :arg text: e.g. ``SRV 0 100 389 dc1.ornek.bel.tr``.
    :arg ttl: seconds.
    :arg serial: the zone's serial at the time of the change; the record is served whatever it is.
    :raises ValueError: if the text is no record; the sentence says why.
    """
    word, _, rest = text.strip().partition(" ")
    if word not in _TYPES:
        raise ValueError(f"'{text}' is no DNS record: it begins with one of {', '.join(_TYPES)}")
    if not 0 <= ttl <= _LARGEST_TTL:
        raise ValueError(f"'{text}': a TTL is 0 to {_LARGEST_TTL} seconds, not {ttl}")
    if not 0 <= serial <= _LARGEST_SERIAL:
        raise ValueError(f"'{text}': a serial is 0 to {_LARGEST_SERIAL}, not {serial}")
    try:
        data = _TYPES[word].write(rest.strip())
    except ValueError as error:
        raise ValueError(f"'{text}' is no DNS record: {error}") from None
    if len(data) > _LONGEST_DATA:
        raise ValueError(f"'{text[:40]}...' is no DNS record: it is longer than {_LONGEST_DATA} bytes")
    header = _HEADER.pack(len(data), _TYPES[word].number, _VERSION, _ZONE, 0, serial)
    return header + struct.pack(">I", ttl) + bytes(8) + data


def decode(raw: bytes) -> str | None:
    """The text of a record; ``None`` for broken bytes, tombstones, SOA, types and names that have no text form here."""
    if len(raw) < _DATA:
        return None
    length, number, version = struct.unpack_from("<HHB", raw)
    word = _WORDS.get(number)
    if word is None or version != _VERSION or length != len(raw) - _DATA:
        return None
    try:
        return f"{word} {_TYPES[word].read(raw[_DATA:])}"
    except (ValueError, IndexError, struct.error):
        return None


def is_dynamic(raw: bytes) -> bool:
    """Whether a host registered the record itself, so that the server may scavenge it; no for broken bytes."""
    return len(raw) >= _DATA and any(raw[20:24])


def ttl(raw: bytes) -> int:
    """Seconds that resolvers keep the record; 0 for broken bytes."""
    return int.from_bytes(raw[12:16], "big") if len(raw) >= _DATA else 0


def node_and_zone(name: str, zones: Iterable[str]) -> tuple[str, str] | None:
    """What a full name is called in the longest of the zones that it lies in, and that zone as it was given.

    :returns: e.g. ``("dc1", "ornek.bel.tr")``; the node is ``@`` for the zone itself; ``None`` outside of all zones.
    """
    full = name.lower().removesuffix(".")
    for zone in sorted(zones, key=len, reverse=True):
        suffix = zone.lower().removesuffix(".")
        if full == suffix:
            return "@", zone
        if full.endswith(f".{suffix}"):
            return full.removesuffix(f".{suffix}"), zone
    return None


def reverse_name(address: str) -> str:
    """The name of an address in the reverse tree: ``10.2.0.192.in-addr.arpa``; ValueError if it is no address."""
    try:
        return ipaddress.ip_address(_unscoped(address)).reverse_pointer
    except ValueError:
        raise ValueError(f"'{address}' is no IP address") from None


def _unscoped(address: str) -> str:
    if "%" in address:
        raise ValueError(f"'{address}' names an interface of one machine")
    return address


def _write_ipv4(rest: str) -> bytes:
    try:
        return ipaddress.IPv4Address(rest).packed
    except ValueError:
        raise ValueError(f"'{rest}' is no IPv4 address") from None


def _write_ipv6(rest: str) -> bytes:
    try:
        return ipaddress.IPv6Address(_unscoped(rest)).packed
    except ValueError:
        raise ValueError(f"'{rest}' is no IPv6 address that others can use") from None


def _write_name(name: str) -> bytes:
    """A DNS_COUNT_NAME (MS-DNSP 2.2.2.2.2): bytes of the name, number of labels, labels with their lengths, 0."""
    bare = name.removesuffix(".")
    labels = [label.lower() if label.isascii() else "" for label in bare.split(".")]
    if len(bare) > _LONGEST_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError(f"'{name}' is no DNS name")
    wire = b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"
    return bytes([len(wire), len(labels)]) + wire


def _read_name(data: bytes) -> str:
    """The name that fills the data; a final padding within its length is passed over, as Samba does."""
    labels, place = [], 2
    for _ in range(data[1]):
        start, place = place + 1, place + 1 + data[place]
        label = data[start:place].lower().decode("ascii")
        if len(label) != place - start or not _LABEL.fullmatch(label):
            raise ValueError("a label that has no text form")
        labels.append(label)
    if not labels or data[place] or len(data) != 2 + data[0]:
        raise ValueError("a name that does not end where it should")
    return ".".join(labels)


def _numbered(names: Sequence[str]) -> tuple[Callable[[str], bytes], Callable[[bytes], str]]:
    """Write and read numbers of two bytes and a name behind them.

    :arg names: what the numbers are called in an error.
    """
    form = struct.Struct(f">{len(names)}H")

    def write(rest: str) -> bytes:
        words = rest.split()
        if len(words) != len(names) + 1:
            raise ValueError(f"behind the type come {', '.join(names)} and a name")
        for name, word in zip(names, words, strict=False):
            if not _NUMBER.fullmatch(word) or int(word) > 0xFFFF:
                raise ValueError(f"the {name} is 0 to 65535, not '{word}'")
        return form.pack(*(int(word) for word in words[:-1])) + _write_name(words[-1])

    def read(data: bytes) -> str:
        numbers = form.unpack_from(data)
        return f"{' '.join(str(number) for number in numbers)} {_read_name(data[form.size :])}"

    return write, read


def _write_strings(rest: str) -> bytes:
    """Strings in double quotes, each as one or more of at most 255 bytes with a length before it."""
    quoted = _QUOTED.findall(rest)
    if not quoted or _QUOTED.sub("", rest).strip():
        raise ValueError('strings stand in double quotes, "..."; a quote in one is \\" and a backslash \\\\')
    chunks = []
    for content in quoted:
        string = _unescaped(content)
        chunks += [string[start : start + _STRING] for start in range(0, len(string) or 1, _STRING)]
    return b"".join(bytes([len(chunk)]) + chunk for chunk in chunks)


def _unescaped(content: str) -> bytes:
    r"""The bytes of a quoted string: ``\DDD`` is a byte in decimal, a backslash keeps another character as it is."""
    result, place = bytearray(), 0
    while place < len(content):
        part = _PARTS.match(content, place)
        if part is None or int(part[1] or 0) > 0xFF:
            raise ValueError(f"'{content[place : place + 4]}' is no byte: write it as \\000 to \\255")
        place = part.end()
        try:
            result += bytes([int(part[1])]) if part[1] else (part[2] or part[3]).encode()
        except UnicodeEncodeError:
            raise ValueError("a string holds half of a character") from None
    return bytes(result)


def _read_strings(data: bytes) -> str:
    """Strings in quotes. What follows a full one is its rest, which is how :func:`_write_strings` splits it."""
    strings: list[bytes] = []
    place, is_full = 0, False
    while place < len(data):
        start, place = place + 1, place + 1 + data[place]
        chunk = data[start:place]
        if len(chunk) != place - start:
            raise ValueError("a string that ends too early")
        if is_full and chunk:
            strings[-1] += chunk
        else:
            strings.append(chunk)
        is_full = len(chunk) == _STRING
    if not strings:
        raise ValueError("no string")
    return " ".join(f'"{"".join(map(_escaped, string.decode(errors="surrogateescape")))}"' for string in strings)


def _escaped(character: str) -> str:
    if character in {'"', "\\"}:
        return f"\\{character}"
    if character.isprintable():
        return character
    return "".join(f"\\{byte:03}" for byte in character.encode(errors="surrogateescape"))


_TYPES: Final[dict[str, _Type]] = {
    "A": _Type(1, _write_ipv4, lambda data: str(ipaddress.IPv4Address(data))),
    "AAAA": _Type(28, _write_ipv6, lambda data: str(ipaddress.IPv6Address(data))),
    "CNAME": _Type(5, _write_name, _read_name),
    "MX": _Type(15, *_numbered(["preference"])),
    "NS": _Type(2, _write_name, _read_name),
    "PTR": _Type(12, _write_name, _read_name),
    "SRV": _Type(33, *_numbered(["priority", "weight", "port"])),
    "TXT": _Type(16, _write_strings, _read_strings),
}
_WORDS: Final = {row.number: word for word, row in _TYPES.items()}
