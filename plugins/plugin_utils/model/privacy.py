# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Personal data that has no place in an inventory: national identity numbers, private mobiles, private mailboxes.

The schema has no field for them; this looks for them in every value and comment, because what is once in a
version history stays there.
"""

from __future__ import annotations

import re

from .problems import Problem

_CANDIDATE = re.compile(
    rb"(?<![\w.+-])(?P<identity>[1-9][0-9]{10})(?![\w-])"
    rb"|(?<![\w+-])(?P<mobile>(?:\+90|0090|0)[ .-]?\(?5[0-9]{2}\)?[ .-]?[0-9]{3}[ .-]?[0-9]{2}[ .-]?[0-9]{2})(?!\w)"
    rb"|@(?P<mailbox>(?i:gmail|googlemail|hotmail|icloud|live|msn|mynet|outlook|proton|protonmail|yahoo|yandex)\.[A-Za-z.]+)"
)

_WORDS = {
    "identity": (
        "looks like a national identity number",
        "use the personnel number; identity numbers never enter the inventory",
    ),
    "mobile": ("looks like a private mobile number", "use the extension; private numbers never enter the inventory"),
    "mailbox": (
        "looks like a private mail address",
        "use the city's own domain; private addresses never enter the inventory",
    ),
}


def find_private(content: bytes, file: str) -> list[Problem]:
    """Every place in a file that holds what looks like private data; the value itself is not repeated."""
    problems = []
    for match in _CANDIDATE.finditer(content):
        kind = str(match.lastgroup)
        if kind == "identity" and not _is_identity_number(match.group(kind).decode()):
            continue
        message, remedy = _WORDS[kind]
        problems.append(
            Problem(
                f"a value {message}", file, content.count(b"\n", 0, match.start()) + 1, rule="private", remedy=remedy
            )
        )
    return problems


def _is_identity_number(digits: str) -> bool:
    """Whether the two check digits of an eleven-digit Turkish identity number hold."""
    numbers = [int(digit) for digit in digits]
    tenth = (sum(numbers[0:9:2]) * 7 - sum(numbers[1:8:2])) % 10
    return numbers[9] == tenth and numbers[10] == sum(numbers[:10]) % 10
