# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms of attributes: what a field of a plan is in the directory, and the other way round.

An attribute is a list of values there, and an empty list is an attribute that is not there. A field is one value, or a
``frozenset`` for a list without order. What an attribute holds that is not of a form's kind is passed over in reading,
so that a list which others write to as well is theirs too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from . import dns_records, values

_NOTED = "konak:secret:"
_IS_VERSION = re.compile(_NOTED.encode() + rb"[0-9]{1,4}")
_KEPT = "konak:kept:"
_SMTP = re.compile(rb"smtp:", re.IGNORECASE)

SCOPES = {0x2: "global", 0x4: "domain-local", 0x8: "universal"}
SECURITY = 0x80000000

NEVER_SPAN = -0x8000000000000000
"""An endless time, as policies hold it."""


class Form(NamedTuple):
    """How a field is written and read; ``encode`` gives no value where the attribute is to be empty."""

    encode: Callable[[Any], list[bytes]]
    decode: Callable[[list[bytes]], Any]


class Content(str):
    """A file's content, told in plans by its digest: equal to the digest that is read from the directory."""

    __slots__ = ("content",)
    content: bytes

    @classmethod
    def of(cls, content: bytes) -> Content:
        """Size and SHA-256 of a content, which carry it."""
        told = cls(f"{len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()[:16]}")
        told.content = content
        return told


def _one(encode: Callable[[Any], bytes | None], decode: Callable[[bytes | None], Any]) -> Form:
    """The form of an attribute with one value."""

    def encoded(value: Any) -> list[bytes]:
        raw = encode(value)
        return [] if raw is None else [raw]

    return Form(encoded, lambda raws: decode(raws[0] if raws else None))


def _many(encode: Callable[[str], bytes], decode: Callable[[bytes], str | None]) -> Form:
    """The form of a list without order; ``decode`` gives ``None`` for values that are not ours."""
    return Form(
        lambda texts: [encode(text) for text in sorted(texts or ())],
        lambda raws: frozenset(text for text in map(decode, raws) if text is not None),
    )


def _text(value: Any) -> bytes | None:
    return str(value).encode() if value not in (None, "") else None


NEVER: Final = "never"
UNTIL_UNLOCKED: Final = "until somebody unlocks it"


def _span(seconds: int, endless: str) -> Form:
    """A length of time in units of so many seconds, or ``endless`` in words; the directory counts it negative."""
    unit = seconds * values.TICKS

    def decode(raw: bytes | None) -> int | str:
        ticks = int(raw or 0)
        return endless if ticks == NEVER_SPAN else -ticks // unit

    return _one(lambda units: str(NEVER_SPAN if units == endless else -units * unit).encode(), decode)


def _scope(raw: bytes | None) -> str | None:
    """``global security``: the scope of a group and whether rights can be given to it."""
    flags = int(raw or 0) & 0xFFFFFFFF
    scope = next((name for bit, name in SCOPES.items() if flags & bit), None)
    return f"{scope} {'security' if flags & SECURITY else 'distribution'}" if scope else None


def _group_type(text: str | None) -> bytes | None:
    if text is None:
        return None
    scope, _, use = text.partition(" ")
    flags = next(bit for bit, name in SCOPES.items() if name == scope) | (SECURITY if use == "security" else 0)
    return str(flags - (0x100000000 if flags & SECURITY else 0)).encode()


def _address(raw: bytes) -> str | None:
    """A mail address of ``proxyAddresses``: ``SMTP:`` in front of the main one; others are others'."""
    return raw.decode(errors="replace") if _SMTP.match(raw) else None


def _kept(raw: bytes) -> str | None:
    text = raw.decode(errors="replace")
    return text.removeprefix(_KEPT) if text.startswith(_KEPT) else None


TEXT = _one(_text, lambda raw: raw.decode(errors="replace") if raw else None)
MOMENT = _one(values.encode_moment, values.decode_moment)
HOURS_OF_WEEK = _one(values.encode_hours, values.decode_hours)
VERSION = _one(
    lambda version: None if version is None else f"{_NOTED}{version}".encode(),
    lambda raw: int(raw.removeprefix(_NOTED.encode())) if raw and _IS_VERSION.fullmatch(raw) else None,
)
NUMBER = _one(lambda number: None if number is None else str(number).encode(), lambda raw: int(raw) if raw else None)
YES_OR_NO = _one(lambda yes: b"TRUE" if yes else b"FALSE", lambda raw: raw == b"TRUE")
MINUTES, DAYS = _span(60, UNTIL_UNLOCKED), _span(86400, NEVER)
SCOPE = _one(_group_type, _scope)
PICTURE = _one(
    lambda told: told.content if isinstance(told, Content) else None, lambda raw: Content.of(raw) if raw else None
)
ADDRESSES = _many(str.encode, _address)
KEPT = _many(lambda text: f"{_KEPT}{text}".encode(), _kept)
"""What must outlast a run with an account: that we closed it, and the memberships that were given by hand."""
RECORDS = _many(dns_records.encode, dns_records.decode)
