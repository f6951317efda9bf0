# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for baresip: speaks ctrl_tcp, and behaves by the name of its user.

``good`` registers, ``bad`` has a wrong password, ``dead`` ends at once, ``mute`` never answers, ``crash`` ends at the
first call, ``stubborn`` does not end when it is told to. Numbers below 700 are refused with that status, 800 is
answered and ended, 900 rings for ever.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sys
from pathlib import Path
from typing import Any

folder = Path(sys.argv[2])
account = (folder / "accounts").read_text()
user = re.search(r"sip:(\w+)@", account)[1]
(folder.parent.parent / f"{user}.pid").write_text(str(os.getpid()))
(folder.parent.parent / f"{user}.argv").write_text(" ".join(sys.argv))
if user == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if user == "dead":
    sys.exit("the account's password is s3cret")

port = int(re.search(r"ctrl_tcp_listen 127.0.0.1:(\d+)", (folder / "config").read_text())[1])
names = int(re.search(r"dns_server 127.0.0.1:(\d+)", (folder / "config").read_text())[1])
listener = socket.create_server(("127.0.0.1", port))
connection = listener.accept()[0]


def tell(**message: Any) -> None:
    data = json.dumps(message).encode()
    connection.sendall(b"%d:%s," % (len(data), data))


def event(kind: str, param: str, name: str) -> None:
    tell(event=True, type=kind, **{"class": "call"}, direction="outgoing", id=name, param=param)


def dial(number: str, name: str) -> None:
    if user == "crash":
        os._exit(11)
    tell(response=True, ok=True, data=f"call id: {name}\n", token="dial")
    if number < "700":
        event("CALL_CLOSED", f"{number} Refused", name)
    elif number == "900":
        event("CALL_RINGING", "", name)
    elif number == "800":
        event("CALL_MENC", "0,audio,AES_CM_128_HMAC_SHA1_80", name)
        event("CALL_ESTABLISHED", "", name)
        event("CALL_CLOSED", "Connection reset by peer", name)


def register() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:  # waits until it may
        asker.sendto(b"\1\2\1\0\0\1\0\0\0\0\0\0\7santral\5ornek\3bel\2tr\0\0\1\0\1", ("127.0.0.1", names))
        assert asker.recv(512)[-4:] == socket.inet_aton("192.0.2.10")
    kind, param = ("REGISTER_FAIL", "401 Unauthorized") if user == "bad" else ("REGISTER_OK", "200 OK")
    tell(event=True, type=kind, **{"class": "register"}, param=param)


calls = 0
while data := connection.recv(65536):
    for size, rest in re.findall(rb"(\d+):(\{.*?\}),", data):
        assert int(size) == len(rest)
        message = json.loads(rest)
        if message["command"] == "reginfo" and user != "mute":
            tell(response=True, ok=True, data="", token="reginfo")
            register()
        elif message["command"] == "dial":
            calls += 1
            dial(message["params"], f"c{calls}")
        elif message["command"] == "hangup":
            event("CALL_CLOSED", "Connection reset by user", f"c{calls}")
            tell(response=True, ok=True, data="", token="hangup")
while user == "stubborn":
    signal.pause()
