# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One SIP telephone: a process of baresip in a folder of its own, told what to do over its control socket.

It speaks netstrings of JSON (module ``ctrl_tcp``): commands go over, answers and events come back::

    42:{"command":"dial","params":"1001","token":""},
    {"event":true,"type":"CALL_CLOSED","class":"call","direction":"outgoing","id":"c65b","param":"403 Forbidden",...}

Standard library only: this runs on managed hosts.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

START_SECONDS = 10.0
STOP_SECONDS = 3.0

MODULES = "/usr/lib/baresip/modules"

# The account must come after the encryption: otherwise there is none yet when it is read, and plain RTP is offered.
# Without the lines "none", ringing opens the recording, too, and baresip 1.1.0 crashes when the call is answered.
_CONFIG = """\
sip_cafile {ca_file}
sip_verify_server yes
dns_server 127.0.0.1:{names}
ctrl_tcp_listen 127.0.0.1:{control}
rtp_ports 10000-20000
audio_source aufile,{folder}/tone.wav
audio_player aufile,{folder}/heard.wav
ring_aufile none
ringback_aufile none
callwaiting_aufile none
busy_aufile none
notfound_aufile none
error_aufile none
ringback_disabled yes
statmode_default off
module_path {modules}
module g711.so
module srtp.so
module aufile.so
module ctrl_tcp.so
module_app account.so
module_app menu.so
"""


class TelephoneError(Exception):
    """A telephone cannot be set up, or does not do what it is told."""


@dataclass(frozen=True)
class Line:
    """What a telephone registers with: the account, and the exchange by its certificate's name."""

    name: str
    user: str
    password: str = field(repr=False)
    server: str
    port: int
    media: str
    ca_file: str

    def account(self) -> str:
        """The account as baresip reads it."""
        encryption = "" if self.media == "none" else f"mediaenc={self.media};"
        return (
            f"<sip:{self.user}@{self.server}:{self.port};transport=tls>;auth_user={self.user};"
            f"auth_pass={self.password};{encryption}answermode=manual;regint=600\n"
        )


@dataclass
class Leg:
    """One call as one telephone sees it."""

    incoming: bool
    rang: bool = False
    accepted: bool = False
    answered: bool = False
    closed: bool = False
    reason: str = ""
    encryption: str = ""

    def take(self, kind: str, param: str) -> None:
        """Learn from an event."""
        if kind in {"CALL_RINGING", "CALL_INCOMING"}:
            self.rang = True
        elif kind == "CALL_ESTABLISHED":
            self.answered = True
        elif kind == "CALL_MENC":  # as "0,audio,AES_CM_128_HMAC_SHA1_80"
            self.encryption = param.rpartition(",")[2]
        elif kind == "CALL_CLOSED":
            self.closed, self.reason = True, param


def encode(message: Mapping[str, str]) -> bytes:
    """A netstring."""
    data = json.dumps(message).encode()
    return b"%d:%s," % (len(data), data)


def decode(buffer: bytes) -> tuple[list[dict[str, Any]], bytes]:
    """All whole messages in a buffer, and the rest of it.

    :raises TelephoneError: that is not what baresip speaks.
    """
    found = []
    while b":" in buffer[:10]:
        size, _, rest = buffer.partition(b":")
        if not size.isdigit():
            raise TelephoneError(f"something else than baresip answers on its control socket: {buffer[:20]!r}")
        length = int(size)
        if len(rest) <= length:
            break
        found.append(json.loads(rest[:length].decode("utf-8", "replace")))
        buffer = rest[length + 1 :]
    return found, buffer


def write_files(folder: Path, line: Line, names: int, control: int) -> None:
    """Write a telephone's configuration; the file with the password for its owner alone from its first moment.

    :arg names: port of the name server on loopback.
    :arg control: port for the control socket on loopback.
    """
    folder.mkdir(mode=0o700)
    config = _CONFIG.format(ca_file=line.ca_file, names=names, control=control, folder=folder, modules=MODULES)
    for name, text in (("config", config), ("accounts", line.account())):
        path = folder / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")


class Telephone:
    """A telephone that runs.

    ``registration`` is None while it is not known, empty once it is registered, else the reason why it is not.
    """

    def __init__(self, line: Line, folder: Path, control: int, process: subprocess.Popen[bytes]) -> None:
        self.line, self.folder = line, folder
        self.registration: str | None = None
        self.ended = False
        self.legs: dict[str, Leg] = {}
        self.refusal = ""
        """What baresip said to a command that it does not do."""
        self._process, self._past, self._buffer = process, set[str](), b""
        self._ready = False
        self.socket = self._connect(control)

    def _connect(self, control: int) -> socket.socket:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                return socket.create_connection(("127.0.0.1", control), timeout=START_SECONDS)
            except OSError:
                time.sleep(0.01)
        raise TelephoneError(f"the telephone {self.line.name} does not start: {self._last_lines()}")

    def wait_until_ready(self) -> None:
        """Wait until it answers, which is when it has read everything; then its password leaves the disk.

        :raises TelephoneError: it does not.
        """
        self.send("reginfo")
        while not self._ready:
            try:
                alive = self.receive()
            except TimeoutError:
                alive = False
            if not alive:
                raise TelephoneError(f"the telephone {self.line.name} does not start: {self._last_lines()}")
        (self.folder / "accounts").unlink()

    def send(self, command: str, params: str = "") -> None:
        """Give a command."""
        try:
            self.socket.sendall(encode({"command": command, "params": params, "token": command}))
        except OSError:
            self._end()

    def receive(self) -> bool:
        """Read what came, and learn from it; False if the telephone has ended.

        :raises TimeoutError: nothing came.
        """
        try:
            data = self.socket.recv(65536)
        except ConnectionError:
            data = b""
        if not data:
            self._end()
            return False
        messages, self._buffer = decode(self._buffer + data)
        for message in messages:
            self.take(message)
        return True

    def take(self, message: Mapping[str, Any]) -> None:
        """Learn from an answer or an event."""
        kind, param = str(message.get("type", "")), str(message.get("param", ""))
        if message.get("response"):
            self._ready = True
            told = str(message.get("data", "")).strip()
            self.refusal = "" if message.get("ok") else told
            if told.startswith("call id: "):
                self.legs.setdefault(told.removeprefix("call id: "), Leg(incoming=False))
        elif kind in {"REGISTER_OK", "REGISTER_FAIL"}:
            if kind == "REGISTER_OK":
                self.registration = ""
            elif not self.registration:  # the first reason: it tries again by itself
                self.registration = self._why(param)
        elif message.get("class") == "call" and (name := str(message.get("id", ""))) not in self._past:
            leg = self.legs.setdefault(name, Leg(incoming=message.get("direction") == "incoming"))
            leg.take(kind, param)

    def leg(self, *, incoming: bool) -> Leg | None:
        """Its part in the call that is on."""
        return next((leg for leg in self.legs.values() if leg.incoming == incoming), None)

    def forget(self) -> None:
        """Be ready for the next call: what still comes of earlier ones is not of it."""
        self._past |= set(self.legs)
        self.legs, self.refusal = {}, ""
        (self.folder / "heard.wav").unlink(missing_ok=True)

    def _why(self, param: str) -> str:
        """Why it is not registered; of TLS, baresip tells only its log what was wrong."""
        found = re.findall(r"verify_handler: error_string = (.+)", self._log()) if "rotocol error" in param else []
        return f"TLS: certificate verify failed: {found[-1].strip()}" if found else param

    def _end(self) -> None:
        self.ended = True
        for leg in self.legs.values():
            leg.closed = True
        self.registration = f"baresip ended: {self._last_lines()}"

    def _log(self) -> str:
        path = self.folder / "log"
        text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
        return re.sub(r"\x1b\[[0-9;]*m|\x1b\[;m", "", text).replace(self.line.password, "********")

    def _last_lines(self) -> str:
        return "; ".join(self._log().strip().splitlines()[-3:]) or "it says nothing"


@contextmanager
def telephone(program: Sequence[str], line: Line, folder: Path, names: int, control: int) -> Iterator[Telephone]:
    """A telephone, ended in the end, whatever happens.

    :raises TelephoneError: it does not start.
    """
    write_files(folder, line, names, control)
    # It ends with us even if we are killed.
    guard = ["setpriv", "--pdeathsig=TERM", "--"] if shutil.which("setpriv") else []
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # pylint: disable=ansible-bad-function
            [*guard, *program, "-f", str(folder)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        made = Telephone(line, folder, control, process)
        with made.socket:
            yield made
    finally:
        process.terminate()  # it takes its registration back
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
