# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls between real SIP telephones: who is registered, what became of each call, and who heard whom.

All telephones run and register once; the calls are made one after the other.

Standard library only: this runs on managed hosts.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
import selectors
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import sip_calls_tones as tones
from .sip_calls_names import NameServer, addresses_of
from .sip_calls_telephone import Leg, Line, Telephone, TelephoneError, telephone

REGISTER_SECONDS = 10.0
TALK_SECONDS = 1.0
"""How long an answered call is kept, so that tones are heard."""
END_SECONDS = 3.0

_USER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*\Z")
_NUMBER = re.compile(r"[A-Za-z0-9*#+][A-Za-z0-9*#+_.-]*\Z")
_PASSWORD = re.compile(r"[!-~]+\Z")


class CallsError(Exception):
    """No calls can be made, or not those that are asked for."""


@dataclass(frozen=True)
class Call:
    """A call to make; only the named telephone answers."""

    source: str
    number: str
    target: str | None = None


@dataclass(frozen=True)
class Task:
    """What to do: the telephones by name, the calls, and how long one may ring, in seconds.

    :ivar homes: where each exchange is reached, by the name that its certificate must have.
    """

    lines: Mapping[str, Line]
    calls: Sequence[Call]
    seconds: float
    homes: Mapping[str, str]


def task(given: Mapping[str, Any]) -> Task:
    """The task from the module's arguments.

    :raises CallsError: something in it cannot be done.
    """
    usual = given["name"] or given["server"]
    homes = {usual: given["server"]}
    _require(Path(given["ca_file"]).is_file(), f"ca_file: there is no file {given['ca_file']}")
    _require(len(given["telephones"]) <= tones.MOST, f"there are tones for {tones.MOST} telephones, and no more")
    lines: dict[str, Line] = {}
    for row in given["telephones"]:
        told = f"telephones: {row['name']}: "
        _require(row["name"] not in lines, f"{told}the name is given twice")
        _require(bool(_USER.match(row["user"])), f"{told}{row['user']!r} is no user that baresip can register")
        _require(
            bool(_PASSWORD.match(row["password"])) and not set(row["password"]) & set('";\\'),
            f"{told}its password has characters that baresip cannot read; give letters and digits",
        )
        account = {key: row[key] for key in ("name", "user", "password")}
        name = row.get("server_name") or row.get("server") or usual
        if row.get("server"):
            homes[name] = row["server"]
        line = Line(
            **account, server=name, port=given["port"], media=given["media"], ca_file=str(Path(given["ca_file"]))
        )
        lines[row["name"]] = line
    for name in homes:
        _require(not _is_address(name), f"{name} is an address, for which no certificate is verified: give its name")
    calls = [Call(row["from"], row["to"], row.get("to_telephone")) for row in given["calls"]]
    for call in calls:
        for who in (call.source, call.target):
            _require(who is None or who in lines, f"calls: there is no telephone {who!r}")
        _require(bool(_NUMBER.match(call.number)), f"calls: {call.number!r} is no number to dial")
        _require(call.source != call.target, f"calls: {call.source} cannot answer its own call")
    return Task(lines, calls, given["seconds"], homes)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise CallsError(message)


def run(what: Task, program: Sequence[str] = ("baresip",)) -> dict[str, Any]:
    """Register, make the calls, and say what came: ``{telephones: {name: {...}}, calls: [{...}]}``.

    :raises CallsError: there is no baresip, the exchange has no address, or a telephone does not start.
    """
    if shutil.which(program[0]) is None:
        raise CallsError(
            f"{program[0]} is not installed on this host: install Debian's package baresip-core, "
            "as the role konak.it.telephony_probe does"
        )
    try:
        with _telephones(what, program) as telephones:
            exchange = Exchange(telephones)
            exchange.register()
            found = {name: _registration(each, exchange.tones[name]) for name, each in telephones.items()}
            return {"telephones": found, "calls": [exchange.call(call, what.seconds) for call in what.calls]}
    except TelephoneError as error:
        raise CallsError(str(error)) from error


def _registration(each: Telephone, tone: int) -> dict[str, Any]:
    reason = "no answer" if each.registration is None else each.registration
    return {"registered": not reason, "reason": reason or "200 OK", "tone": tone}


@contextmanager
def _telephones(what: Task, program: Sequence[str]) -> Iterator[dict[str, Telephone]]:
    """All telephones, which run and may now register; nothing is left of them in the end."""
    known = {name: _addresses(home) for name, home in what.homes.items()}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="konak-sip-")))  # of mode 0700
        names = stack.enter_context(contextlib.closing(NameServer(known)))
        found = {}
        for index, (line, control) in enumerate(zip(what.lines.values(), _free_ports(len(what.lines)), strict=True)):
            made = telephone(program, line, folder / str(index), names.port, control)
            found[line.name] = stack.enter_context(made)
            # Long enough for a call that rings until its end and is answered then.
            tone = folder / str(index) / "tone.wav"
            tones.write_tone(tone, tones.frequency(index), int(what.seconds + TALK_SECONDS + END_SECONDS) + 1)
        for each in found.values():
            each.wait_until_ready()
        names.start()  # only now does one reach the exchange, so that we miss nothing of what it answers
        yield found


def _addresses(home: str) -> list[str]:
    try:
        return addresses_of(home)
    except OSError as error:
        raise CallsError(f"{home} has no address here: {error.strerror or error}") from error


def _free_ports(count: int) -> list[int]:
    """Ports of loopback that are free; all are held until the last is found, so that they differ."""
    with ExitStack() as stack:
        held = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in held:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in held]


class Exchange:
    """Telephones that are listened to together."""

    def __init__(self, telephones: Mapping[str, Telephone]) -> None:
        self._telephones = telephones
        self.tones = {name: tones.frequency(index) for index, name in enumerate(telephones)}

    def register(self) -> None:
        """Wait until it is known of each telephone whether it is registered."""
        self._listen(lambda: all(each.registration is not None for each in self._telephones.values()), REGISTER_SECONDS)

    def call(self, call: Call, seconds: float) -> dict[str, Any]:
        """Make a call and end it: ``{from, to, answered, code, reason, encryption, rang, answered_by, ...}``."""
        caller = self._telephones[call.source]
        if caller.registration != "":
            return self._result(call, None, f"not registered: {caller.registration or 'no answer'}", 0.0)
        for each in self._telephones.values():
            each.forget()
        began = time.monotonic()
        caller.send("dial", call.number.replace("#", "%23"))
        self._listen(lambda: self._decided(call), seconds)
        took = time.monotonic() - began
        leg = caller.leg(incoming=False)
        if leg and leg.answered:
            self._talk(call)
        reason = self._reason(caller, leg, seconds)
        self._hang_up(caller)
        return self._result(call, leg, reason, took)

    def _listen(self, until: Callable[[], bool], seconds: float) -> None:
        """Learn what the telephones tell, until something is so or the time is over."""
        deadline = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            for each in self._telephones.values():
                if not each.ended:
                    selector.register(each.socket, selectors.EVENT_READ, each)
            while not until() and (left := deadline - time.monotonic()) > 0:
                for key, _ in selector.select(left):
                    if not key.data.receive():
                        selector.unregister(key.fileobj)

    def _decided(self, call: Call) -> bool:
        """Whether a call was answered, refused or lost; the telephone that should answer does so on the way."""
        if call.target is not None:
            target = self._telephones[call.target]
            leg = target.leg(incoming=True)
            if leg and leg.rang and not leg.accepted and not leg.closed:
                leg.accepted = True
                target.send("accept")
        caller = self._telephones[call.source]
        mine = caller.leg(incoming=False)
        return bool(caller.refusal or caller.ended or (mine and (mine.answered or mine.closed)))

    def _talk(self, call: Call) -> None:
        """Keep a call for so long that tones are heard, unless the other side ends it."""
        mine = self._telephones[call.source].leg(incoming=False)
        self._listen(lambda: bool(mine and mine.closed), TALK_SECONDS)

    def _hang_up(self, caller: Telephone) -> None:
        """End what is still on, everywhere; who then has a call left has lost the other side."""
        if any(not leg.closed for leg in caller.legs.values()):
            caller.send("hangup")
        self._listen(self._quiet, END_SECONDS)
        for each in self._telephones.values():
            if any(not leg.closed for leg in each.legs.values()):
                each.send("hangupall")

    def _quiet(self) -> bool:
        return all(leg.closed for each in self._telephones.values() for leg in each.legs.values())

    @staticmethod
    def _reason(caller: Telephone, leg: Leg | None, seconds: float) -> str:
        if leg and leg.answered:
            return "200 OK"
        if caller.ended:
            return str(caller.registration)
        if leg and leg.closed:
            return leg.reason
        return caller.refusal or f"no answer within {seconds:g} seconds"

    def _result(self, call: Call, leg: Leg | None, reason: str, took: float) -> dict[str, Any]:
        status = re.match(r"([1-6]\d\d) +(.*)", reason)
        rang = [name for name, each in self._telephones.items() if (other := each.leg(incoming=True)) and other.rang]
        theirs = self._telephones[call.target].leg(incoming=True) if call.target else None
        answered_by = call.target if theirs and theirs.answered else None
        made = leg is not None
        return {
            "from": call.source,
            "to": call.number,
            "to_telephone": call.target,
            "answered": bool(leg and leg.answered),
            "answered_by": answered_by if made else None,
            "rang": rang if made else [],
            "code": int(status[1]) if status else 0,
            "reason": status[2] if status else reason,
            "encryption": leg.encryption if leg else "",
            "heard": {
                "caller": self._heard(call.source) if made else None,
                "callee": self._heard(call.target) if made and answered_by and call.target else None,
            },
            "seconds": round(took, 3),
        }

    def _heard(self, name: str) -> int | None:
        return tones.heard(self._telephones[name].folder / "heard.wav", self.tones.values())
