# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers to mail as a Sieve script of the server's own, and back. Pure.

An answer is ``FIRST/LAST TEXT``, the days in the organisation's time zone. The server keeps the days by itself, and
answers each sender once a day (RFC 5230).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_HEAD = 'require ["vacation", "date", "relational", "fileinto"];\n'
_ANSWER = """
if allof (currentdate :zone "{zone}" :value "ge" "date" "{first}",
          currentdate :zone "{zone}" :value "le" "date" "{last}") {{
  vacation :days 1{addresses} :handle "{first}" {text};
}}
"""
_LAST = """
# The owner is gone, and so are the owner's own rules: whoever is not here any more sends nothing elsewhere.
fileinto "INBOX";
"""
"""A script that has put a message somewhere is the last one: Dovecot goes on to the owner's only if it was kept."""
_FOUND = re.compile(
    r'^if allof \(currentdate :zone "[^"]*" :value "ge" "date" "(?P<first>[0-9-]+)",\n'
    r' +currentdate :zone "[^"]*" :value "le" "date" "(?P<last>[0-9-]+)"\) \{\n'
    r'  vacation :days 1(?: :addresses \[(?P<addresses>[^]]*)\])? :handle "[^"]*" "(?P<text>(?:[^"\\]|\\.)*)";',
    re.DOTALL | re.MULTILINE,
)


def script(answers: Iterable[str], addresses: Iterable[str], zone: str, *, own_rules: bool) -> str:
    """The script of a mailbox.

    :arg answers: ``2026-11-20/2026-12-05 text``, in any order.
    :arg addresses: the owner's own: mail to others, as a list's, is not answered.
    :arg zone: distance from UTC, e.g. ``+0300``.
    :arg own_rules: whether the rules that the owner made come next.
    """
    listed = ", ".join(map(_quoted, sorted(addresses)))
    listed = f" :addresses [{listed}]" if listed else ""
    blocks = []
    for days, _, text in sorted(answer.partition(" ") for answer in answers):
        first, _, last = days.partition("/")
        blocks.append(_ANSWER.format(zone=zone, first=first, last=last, addresses=listed, text=_quoted(text)))
    return _HEAD + "".join(blocks) + ("" if own_rules else _LAST)


def answers_of(text: str) -> frozenset[str]:
    """The answers that a script of ours gives; of one changed by hand, those that are still to be recognised."""
    return frozenset(f"{m['first']}/{m['last']} {_plain(m['text'])}" for m in _FOUND.finditer(text))


def addresses_of(text: str) -> frozenset[str]:
    """The addresses that a script of ours answers for."""
    return frozenset(
        address.strip(' "') for m in _FOUND.finditer(text) for address in (m["addresses"] or "").split(",") if address
    )


def runs_own_rules(text: str) -> bool:
    """Whether the owner's own rules come after a script of ours."""
    return not text.endswith(_LAST)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _plain(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)
