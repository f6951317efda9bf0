# SPDX-License-Identifier: GPL-3.0-or-later
"""LDAP messages as bytes and back (RFC 4511, in its restricted BER), as far as a proxy must understand them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

INTEGER, OCTETS, ENUMERATED, SEQUENCE, SET = 0x02, 0x04, 0x0A, 0x30, 0x31
_BOOLEAN, _CONTROLS, _REFERRAL = 0x01, 0xA0, 0xA3

REQUESTS = {
    0x60: "bind", 0x42: "unbind", 0x63: "search", 0x66: "modify", 0x68: "add", 0x4A: "delete", 0x6C: "modifyDN",
    0x6E: "compare", 0x50: "abandon", 0x77: "extended",
}  # fmt: skip
"""The operations that a client asks for, by the tag of their request."""
RESULTS = {
    "bind": 0x61, "search": 0x65, "modify": 0x67, "add": 0x69, "delete": 0x6B, "modifyDN": 0x6D, "compare": 0x6F,
    "extended": 0x78,
}  # fmt: skip
"""The tag of the message that ends the answer to an operation."""
ENTRY, DONE, REFERENCE = 0x64, RESULTS["search"], 0x73

BASE, ONE_LEVEL, SUBTREE = 0, 1, 2
REFERRED = 10
PAGED = b"1.2.840.113556.1.4.319"

Attributes = list[tuple[str, list[bytes]]]


class BerError(ValueError):
    """The bytes are no LDAP message."""


@dataclass(frozen=True)
class Message:
    """One LDAP message.

    :ivar tag: what the operation is, e.g. :data:`ENTRY`.
    :ivar body: the operation's contents, without tag and length.
    :ivar controls: ``(OID, critical, value)`` each.
    """

    number: int
    tag: int
    body: bytes
    controls: tuple[tuple[bytes, bool, bytes | None], ...] = ()

    @property
    def asks(self) -> str:
        """The operation that a request asks for; empty for an answer."""
        return REQUESTS.get(self.tag, "")

    @property
    def ends(self) -> bool:
        """Whether this is the last message of an answer."""
        return self.tag in RESULTS.values()

    def encode(self) -> bytes:
        """The message as it goes over the wire."""
        parts = [integer(self.number), element(self.tag, self.body)]
        if self.controls:
            parts.append(element(_CONTROLS, *(_control(*control) for control in self.controls)))
        return element(SEQUENCE, *parts)


def messages(buffer: bytearray) -> Iterator[Message]:
    """Take the whole messages from the front of a buffer; what is left waits for more bytes.

    :raises BerError: if the buffer holds something else.
    """
    while (end := _end(buffer)) is not None and end <= len(buffer):
        whole = bytes(buffer[:end])
        del buffer[:end]
        yield _message(whole)


def _message(data: bytes) -> Message:
    [(tag, contents)] = elements(data)
    parts = elements(contents)
    if tag != SEQUENCE or len(parts) < 2 or parts[0][0] != INTEGER:
        raise BerError(f"no LDAP message: {data[:20]!r}")
    controls = [_parsed(body) for tag, body in parts[2:] if tag == _CONTROLS for _, body in elements(body)]
    return Message(number(parts[0][1]), *parts[1], tuple(controls))


def _parsed(control: bytes) -> tuple[bytes, bool, bytes | None]:
    (_, oid), *rest = elements(control)
    values = dict(rest)
    return oid, values.get(_BOOLEAN, b"\0") != b"\0", values.get(OCTETS)


def _control(oid: bytes, critical: bool, value: bytes | None) -> bytes:
    parts = [element(OCTETS, oid), element(_BOOLEAN, b"\xff" if critical else b"\0")]
    return element(SEQUENCE, *parts, *([element(OCTETS, value)] if value is not None else []))


def element(tag: int, *parts: bytes) -> bytes:
    """Tag, length and the parts as contents."""
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(length)]) + length + body


def elements(data: bytes) -> list[tuple[int, bytes]]:
    """Tag and contents of elements that follow one another.

    :raises BerError: if the last one is not whole.
    """
    found, start = [], 0
    while start < len(data):
        end = _end(data, start)
        if end is None or end > len(data):
            raise BerError(f"cut short: {data[start : start + 20]!r}")
        found.append((data[start], data[_contents(data, start) : end]))
        start = end
    return found


def _contents(data: bytes | bytearray, start: int) -> int:
    """Where the contents of an element begin that begins at ``start``."""
    first = data[start + 1]
    return start + 2 + (first & 0x7F if first & 0x80 else 0)


def _end(data: bytes | bytearray, start: int = 0) -> int | None:
    """Where an element ends; ``None`` as long as its length is not all there."""
    if len(data) < start + 2:
        return None
    if data[start + 1] in {0x80, 0xFF} or data[start] & 0x1F == 0x1F:
        raise BerError(f"not the BER of LDAP: {bytes(data[start : start + 20])!r}")
    begin = _contents(data, start)
    if begin > len(data):
        return None
    return begin + (data[start + 1] if begin == start + 2 else int.from_bytes(data[start + 2 : begin]))


def integer(value: int, tag: int = INTEGER) -> bytes:
    """A number from zero up."""
    return element(tag, value.to_bytes(value.bit_length() // 8 + 1))


def number(body: bytes) -> int:
    """The number in the contents of an INTEGER or ENUMERATED."""
    return int.from_bytes(body, signed=True)


# --- what single messages say ---


def scope(search: Message) -> int:
    """The scope of a search request."""
    return number(elements(search.body)[1][1])


def entry(message: Message) -> tuple[str, Attributes]:
    """The distinguished name and the attributes of a SearchResultEntry."""
    (_, dn), (_, listing) = elements(message.body)
    pairs = (elements(row) for _, row in elements(listing))
    return dn.decode(), [(name[1].decode(), [value for _, value in elements(values[1])]) for name, values in pairs]


def entry_body(dn: str, attributes: Attributes) -> bytes:
    """The contents of a SearchResultEntry, or of an AddRequest."""
    rows = [
        element(SEQUENCE, element(OCTETS, name.encode()), element(SET, *(element(OCTETS, value) for value in values)))
        for name, values in attributes
    ]
    return element(OCTETS, dn.encode()) + element(SEQUENCE, *rows)


def result(request: Message, code: int, text: str = "", urls: Iterable[str] = ()) -> Message:
    """The message that ends the answer to a request, without controls."""
    parts = [integer(code, ENUMERATED), element(OCTETS), element(OCTETS, text.encode())]
    if urls := list(urls):
        parts.append(element(_REFERRAL, *(element(OCTETS, url.encode()) for url in urls)))
    return Message(request.number, RESULTS[request.asks], b"".join(parts))


def cookie(message: Message) -> bytes | None:
    """The cookie of the paged results control (RFC 2696); ``None`` without the control."""
    value = next((value for oid, _, value in message.controls if oid == PAGED), None)
    return elements(elements(value)[0][1])[1][1] if value else None


def with_cookie(message: Message, cookie: bytes | None, size: int = 0) -> Message:
    """The same message with another cookie, or without the paged results control."""
    kept = tuple(control for control in message.controls if control[0] != PAGED)
    if cookie is not None:
        value = element(SEQUENCE, integer(size), element(OCTETS, cookie))
        kept += ((PAGED, False, value),)
    return replace(message, controls=kept)


_RANGE = re.compile(r"(?P<name>.+);range=(?P<low>\d+)-(?:\d+|\*)", re.IGNORECASE)


def ranged(name: str, values: list[bytes], most: int) -> Attributes:
    """An attribute with at most so many values, in the words of range retrieval (MS-ADTS 3.1.1.3.1.3.3).

    Of an attribute that was not asked for by range, Active Directory also names the plain one, without values.
    """
    if len(values) <= most:
        return [(name, values)]
    found = _RANGE.fullmatch(name)
    plain, low = (found["name"], int(found["low"])) if found else (name, 0)
    part = (f"{plain};range={low}-{low + most - 1}", values[:most])
    return [part] if found else [(name, []), part]
