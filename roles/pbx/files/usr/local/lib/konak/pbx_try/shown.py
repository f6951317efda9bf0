# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the exchange that runs shows of itself, read: one command for all lines, all queues, all mailboxes.

Standard library only.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from typing import NamedTuple

ENDPOINTS, PLAN, QUEUES, BOXES = "pjsip show endpoints", "dialplan show", "queue show", "voicemail show users"
REGISTERED = "database show registrar contact"
"""Where telephones are, as it is kept; the endpoints show which of them answer."""

TELLING = "konak-tell"
"""The endpoint with which telephones are told something; it is in no record."""

SIGNS = {
    ENDPOINTS: r"^(Objects found: \d+|No objects found\.)$",
    PLAN: r"^-= \d+ extensions? .* =-$",
    QUEUES: r"^(\S+ has \d+ calls \(max .*|No queues\.)$",
    BOXES: r"^(\d+ voicemail users configured\.|There are no voicemail users currently defined)$",
    REGISTERED: r"^\d+ results found\.$",
}
"""What stands in every answer. Without it, there is nothing known: that is not an exchange that has nothing."""

_COLOURS = re.compile(r"\x1b\[[\d;]*m")
"""Asterisk colours what it shows, wherever it is read."""
_CONTACT = re.compile(
    r"^ +Contact:  ([^/\s]+)/.* (\S{1,10}) +(Avail|Unavail|NonQual|Unknown|Removed) +([\d.]+|-?nan)$", re.MULTILINE
)
_KEPT = re.compile(r"^/registrar/contact/([^;\s]+);@(\S+)\s*: (\{.*\})\s*$", re.MULTILINE)
_QUEUE = re.compile(r"(\S+) has (\d+) calls \(max ")
_MEMBER = re.compile(
    r" {6}(?P<name>.+?)(?: \((?P<device>[^\s()]+)(?: from [^()]+)?\))?(?: with penalty (?P<penalty>\d+))?"
    r" \(ringinuse (?:en|dis)abled\)(?P<rest>.*)"
)
_STATES = {"Not in use": "free", "Unavailable": "unavailable", "Invalid": "unavailable", "Unknown": "unavailable"}
"""What Asterisk says of members that can be called, or cannot; all else is that they have a call."""


class Contact(NamedTuple):
    """Where a line or a trunk is reached.

    :ivar sign: how its name begins: it has ten letters here.
    :ivar ms: how long an answer takes; ``None`` if there is none.
    """

    owner: str
    sign: str
    status: str
    ms: float | None


class Member(NamedTuple):
    """Who takes calls of a queue.

    :ivar state: ``free``, ``busy``, ``paused`` or ``unavailable``.
    """

    penalty: int
    state: str


class Queue(NamedTuple):
    """A queue: how many callers wait, and its members by their devices."""

    waiting: int
    members: dict[str, Member]


def ask(command: str) -> str:
    """What the exchange answers.

    :raises ValueError: if that is no answer.
    """
    argv = ["/usr/sbin/asterisk", "-rx", command]
    # A name that Asterisk cuts may end within a letter.
    done = subprocess.run(argv, capture_output=True, encoding="utf-8", errors="replace", check=True, timeout=60)
    return whole(command, done.stdout)


def whole(command: str, answer: str) -> str:
    """An answer without colours.

    :raises ValueError: if it is none: the command's module is not loaded, or the exchange ends or begins.
    """
    text = _COLOURS.sub("", answer)
    if command in SIGNS and not re.search(SIGNS[command], text, re.MULTILINE):
        said = text.strip().partition("\n")[0]
        raise ValueError(
            f"to {command!r} the exchange says {f'{said!r}' if said else 'nothing'}; if that goes on, a module is not "
            "loaded: systemctl restart asterisk loads all of them, and ends the calls"
        )
    return text


def endpoints(shown: str) -> set[str]:
    """Names of the endpoints, of lines and trunks."""
    return set(re.findall(r"^ Endpoint:\s+([^\s/<]+)", shown, re.MULTILINE)) - {TELLING}


def contacts(shown: str) -> Iterator[Contact]:
    """Where the endpoints are reached."""
    for owner, sign, status, ms in _CONTACT.findall(shown):
        yield Contact(owner, sign, status, None if "nan" in ms else float(ms))


def registered(shown: str) -> dict[tuple[str, str], dict]:
    """What telephones said of themselves when they registered, by line and the first ten letters of the name."""
    return {(line, name[:10]): json.loads(said) for line, name, said in _KEPT.findall(shown)}


def queues(shown: str) -> dict[str, Queue]:
    """The queues, by their names."""
    found: dict[str, Queue] = {}
    members: dict[str, Member] = {}
    for line in shown.splitlines():
        if match := _QUEUE.match(line):
            members = {}
            found[match[1]] = Queue(int(match[2]), members)
        elif match := _MEMBER.match(line):
            members[match["device"] or match["name"]] = Member(int(match["penalty"] or 0), _state(match["rest"]))
    return found


def _state(said: str) -> str:
    if " (paused" in said:
        return "paused"
    status = re.search(r" \(([^()]+)\) has taken ", said)
    return _STATES.get(status[1] if status else "Unknown", "busy")


def boxes(shown: str) -> dict[str, int]:
    """How many new messages are in each voice mailbox."""
    found = re.findall(r"^(\S+) +(\S+) .* (\d+)$", shown, re.MULTILINE)
    return {box if context == "konak" else f"{box}@{context}": int(new) for context, box, new in found}


def extensions(plan: str, context: str) -> Iterator[str]:
    """The extensions of a context."""
    inside = False
    for line in plan.splitlines():
        if match := re.match(r"\[ Context '([^']+)' created by", line):
            inside = match[1] == context
        elif inside and (match := re.match(r"\s+'([^']+)' =>", line)):
            yield match[1]


def strange(plan: str) -> Iterator[str]:
    """Extensions with steps that are in no file: somebody typed them in."""
    context = extension = ""
    for line in plan.splitlines():
        if match := re.match(r"\[ Context '([^']+)' created by", line):
            context, extension = match[1], ""
            continue
        if match := re.match(r"\s+'([^']+)' =>", line):
            extension = match[1]
        if re.match(r"\s+(Include|Switch|Ignore pattern) =>", line):  # never said of where
            continue
        if (match := re.search(r"\[([^\[\]]+)\]$", line)) and not re.fullmatch(r"[\w.-]+:\d+", match[1]):
            yield f"[{context}] {extension}".rstrip()
