# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets derived from one master secret: nothing to store, and a new version is a number in a reviewed file.

HKDF-SHA256 (RFC 5869) over the master secret, with the secret's name and version as its context.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator

from .plan import Secret

LOWER, UPPER, DIGITS, SIGNS = "abcdefghijkmnopqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "-_.+="
"""The letters of a password; those easily mistaken for each other (l, I, O, 0, 1) are left out."""


def derive(master: str, secret: Secret, length: int = 32) -> bytes:
    """Derive ``length`` bytes for a secret.

    :raises ValueError: if the master secret is shorter than 32 characters, or a template that was not rendered.
    """
    if "{{" in master:
        raise ValueError(
            "the master secret is a template that was not rendered: give it from a file that Ansible trusts"
        )
    if len(master.strip()) < 32:
        raise ValueError("the master secret is shorter than 32 characters: make one with `openssl rand -base64 48`")
    key = hmac.digest(b"konak", master.strip().encode(), hashlib.sha256)
    info = f"{secret.name}\0{secret.version}".encode()
    output, block = b"", b""
    for counter in range(1, -(-length // 32) + 1):
        block = hmac.digest(key, block + info + bytes([counter]), hashlib.sha256)
        output += block
    return output[:length]


def password(master: str, secret: Secret, length: int = 20) -> str:
    """Derive a password of ``length`` characters with lower case, upper case, a digit and a sign.

    Of 55 letters each, 20 characters hold some 115 bits.
    """
    letters = LOWER + UPPER + DIGITS + SIGNS
    stream = iter(derive(master, secret, length * 4))
    groups = [LOWER, UPPER, DIGITS, SIGNS]
    chosen = [_pick(stream, groups[place] if place < len(groups) else letters) for place in range(length)]
    return "".join(chosen)


def digits(text: str, count: int = 6) -> str:
    """A PIN of a derived password: each of the numbers is as likely as any other, to one in a million millions."""
    return f"{int.from_bytes(text.encode(), 'big') % 10**count:0{count}d}"


def _pick(stream: Iterator[int], letters: str) -> str:
    """One letter from two bytes: the bias of 65,536 modulo some 50 letters is below 0.1 %."""
    first, second = next(stream), next(stream)
    return letters[(first * 256 + second) % len(letters)]
