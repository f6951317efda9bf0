# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls in the exchange that is tried, over Asterisk's manager interface. Standard library only."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress

SECONDS = 20.0
AT_ONCE = 20
QUIET_SECONDS = 1.0


def make(secret: str, calls: list[dict]) -> Iterator[str]:
    """Make the calls, some at once, and say which went another way than they must.

    Each shows a number of its own, by which the carrier's word of it is known: events come in an order of their own.
    """
    with socket.create_connection(("127.0.0.1", 5038), timeout=SECONDS) as connection:
        manager = Manager(connection)
        manager.send(Action="Login", Username="try", Secret=secret)
        waiting, running, reached = list(range(len(calls))), 0, dict[str, str]()
        while waiting or running:
            while waiting and running < AT_ONCE:
                manager.send(**_originate(waiting[0], calls[waiting.pop(0)]))
                running += 1
            event = manager.receive()
            running -= event.get("Event") == "OriginateResponse"
            _learn(reached, event)
        connection.settimeout(QUIET_SECONDS)
        with suppress(TimeoutError):  # the carrier's word may come after the call's
            while True:
                _learn(reached, manager.receive())
    for number, call in enumerate(calls):
        yield from judged(call, {kind: reached.get(caller(kind, number), "") for kind in ("own", "place")})


def caller(kind: str, number: int) -> str:
    """The number that a call shows: its ``own``, or that of its ``place`` to emergency services."""
    return f"+90{'312' if kind == 'own' else '322'}{number:07d}"


def _originate(number: int, call: dict) -> dict[str, str]:
    variables = {"TRY": call["at"], "SHOWS": caller("own", number), "EMERGENCY": caller("place", number)}
    return {
        "Action": "Originate", "Async": "true", "Timeout": "15000", "Application": "Wait", "Data": "1",
        "Channel": f"Local/{call['dialled']}@class-{call['access_class']}/n",
        "Variable": ",".join(f"__{name}={value}" for name, value in variables.items()),
    }  # fmt: skip


def _learn(reached: dict[str, str], event: dict[str, str]) -> None:
    if event.get("UserEvent") == "Carrier":
        reached[event["Caller"]] = event["Number"]


def judged(call: dict, reached: dict[str, str]) -> Iterator[str]:
    """What is wrong with a call that reached these numbers, by which of its own it showed."""
    wanted = {"own": "", "place": ""} | ({call["shows"]: call["number"]} if call["expected"] == "world" else {})
    if reached != wanted:
        what = f"{call['access_class']} dials {call['dialled']} ({call['destination']}, {call['time']})"
        yield f"{what}: expected {_told(wanted)}, got {_told(reached)}"


def _told(reached: dict[str, str]) -> str:
    words = {"own": "its own number", "place": "the number of its place"}
    found = [f"a call to {number} that shows {words[kind]}" for kind, number in reached.items() if number]
    return " and ".join(found) or "no call to the world"


class Manager:
    """Asterisk's manager interface, as far as it is needed."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._file = connection, connection.makefile("r", encoding="utf-8", newline="\r\n")
        self._file.readline()

    def send(self, **fields: str) -> None:
        """Send an action."""
        text = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self._connection.sendall(f"{text}\r\n".encode())

    def receive(self) -> dict[str, str]:
        """The next message, an answer or an event."""
        found: dict[str, str] = {}
        while line := self._file.readline():
            if line == "\r\n":
                return found
            name, _, value = line.rstrip("\r\n").partition(": ")
            found[name] = value
        raise ConnectionError("the exchange that is tried has ended")
