# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What telephones, trunks, queues and voice mailboxes do now, in few words: for people. Standard library only."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import shown

SPOOL = Path("/var/spool/asterisk/voicemail/konak")
TRUNK = "trunk-"
_STATUS = {"Avail": "reachable", "Unavail": "unreachable"}
"""What is said of where telephones are; all else is that nobody has asked yet."""


def state(answers: Mapping[str, str], now: float, spool: Path = SPOOL) -> dict[str, Any]:
    """The state as the module ``exchange`` returns it.

    :arg answers: of the exchange, by command.
    :arg now: seconds since 1970.
    """
    said = shown.registered(answers[shown.REGISTERED])
    telephones: dict[str, list[dict[str, Any]]] = {}
    trunks: dict[str, dict[str, Any]] = {}
    for contact in shown.contacts(answers[shown.ENDPOINTS]):
        found: dict[str, Any] = {"status": _STATUS.get(contact.status, "unknown")}
        if contact.ms is not None:
            found["ms"] = round(contact.ms, 1)
        if contact.owner.startswith(TRUNK):
            trunks[contact.owner.removeprefix(TRUNK)] = found
        else:
            found |= _of_itself(said.get((contact.owner, contact.sign), {}))
            telephones.setdefault(contact.owner, []).append(found)
    return {
        "at": int(now),
        "telephones": telephones,
        "trunks": trunks,
        "queues": {name: _queue(queue) for name, queue in shown.queues(answers[shown.QUEUES]).items()},
        "messages": messages(shown.boxes(answers[shown.BOXES]), spool),
    }


def _of_itself(said: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """What a telephone is, where it is reached, and until when it is registered."""
    if address := re.match(r"sips?:(?:[^@]*@)?(\[[^\]]+\]|[^:;>^]+)", said.get("uri", "")):
        yield "address", address[1]
    if said.get("user_agent"):
        yield "agent", said["user_agent"]
    if said.get("expiration_time", "").isdigit():
        yield "until", int(said["expiration_time"])


def _queue(queue: shown.Queue) -> dict[str, Any]:
    """Members by their lines: what they are called by is `PJSIP/LINE`, and `Local/LINE@away` at a branch."""
    members = {device.partition("/")[2].partition("@")[0] or device: each for device, each in queue.members.items()}
    return {"waiting": queue.waiting, "members": {name: member.state for name, member in members.items()}}


def messages(boxes: Mapping[str, int], spool: Path) -> dict[str, dict[str, int]]:
    """Voice messages of boxes that have some: ``new`` and ``old``, and since when the oldest was not heard.

    The exchange counts new ones alone; the others are counted where they lie, and no file of them is opened.
    """
    found: dict[str, dict[str, int]] = {}
    there = {path.name for path in spool.iterdir()} if spool.is_dir() else set()
    for box, new in boxes.items():
        old = len(_times(spool, box, "Old")) if box in there else 0
        if new or old:
            found[box] = {"new": new, "old": old}
        if new and box in there and (times := _times(spool, box, "INBOX") + _times(spool, box, "Urgent")):
            found[box]["since"] = int(min(times))
    return found


def _times(spool: Path, box: str, folder: str) -> list[float]:
    """When each message of a folder came."""
    times: list[float] = []
    with suppress(FileNotFoundError), os.scandir(f"{spool}/{box}/{folder}") as entries:
        for entry in entries:
            if entry.name.startswith("msg") and entry.name.endswith(".txt"):
                with suppress(FileNotFoundError):  # its owner has heard it meanwhile
                    times.append(entry.stat().st_mtime)
    return times
