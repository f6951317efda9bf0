# SPDX-License-Identifier: GPL-3.0-or-later
"""People at their telephones: real SIP telephones on another host of the lab, with the passwords of people's lines."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from .conftest import LAB, ROOT, Lab

HOST = "santral.ornek.bel.tr"
AUTHORITY = "/etc/ssl/konak/pbx-ca.pem"


def play(lab: Lab, host: str, tasks: Sequence[Mapping[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """Run tasks on a host of the lab; the result of each, failed ones too."""
    path, output = folder / "play.json", folder / "results.json"
    path.touch(mode=0o600)  # passwords are in it
    named = [
        {"name": f"Task {number}", **task, "register": f"result_{number}", "ignore_errors": True}
        for number, task in enumerate(tasks)
    ]
    results = "[" + ", ".join(f"result_{number}" for number in range(len(tasks))) + "]"
    keep = {"content": f"{{{{ {results} | to_json }}}}", "dest": str(output), "mode": "0600"}
    last = {"name": "Keep", "ansible.builtin.copy": keep, "delegate_to": "localhost", "connection": "local"}
    path.write_text(json.dumps([{"hosts": host, "gather_facts": False, "tasks": [*named, last]}]), encoding="utf-8")
    program = Path(sys.executable).with_name("ansible-playbook")
    sources = ["-i", str(lab.inventory / "konak.yml"), "-i", str(LAB / "hosts.yml")]
    done = subprocess.run(
        [str(program), *sources, str(path)],
        cwd=ROOT,
        env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    lab.output.append(done.stdout + done.stderr)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    found: list[dict[str, Any]] = json.loads(output.read_text(encoding="utf-8"))
    return found


def address_of(host: str) -> str:
    """The address of a host of the lab."""
    return str(json.loads((LAB / "lab.json").read_text(encoding="utf-8"))["hosts"][host]["address"])


def heard(result: Mapping[str, Any], call: Mapping[str, Any]) -> str:
    """``heard`` if both heard each other encrypted, ``answered`` if what answered is no telephone of ours."""
    if not call["answered"]:
        return "refused"
    if call["answered_by"] is None:
        return "answered"
    tones = [result["telephones"][name]["tone"] for name in (call["answered_by"], call["from"])]
    right = [call["heard"]["caller"], call["heard"]["callee"]] == tones and call["encryption"]
    return "heard" if right else "answered without sound"


class Telephones:
    """Telephones of people, by personnel number, and what the exchange says of them.

    :ivar away: who registers with a branch, with its server and name.
    """

    def __init__(self, lab: Lab, folder: Path, away: Mapping[str, tuple[str, str]] | None = None) -> None:
        self.lab, self._folder, self.away = lab, folder, away or {}

    def call(self, lines: Sequence[str], *calls: tuple[str, str, str | None], **more: Any) -> dict[str, Any]:
        """Register the lines and make the calls, as caller, number and who answers; what ``sip_calls`` returns."""
        question = {
            "server": self.address,
            "name": HOST,
            "ca_file": AUTHORITY,
            "telephones": [self._telephone(line) for line in lines],
            "calls": [
                {"from": caller, "to": number, **({"to_telephone": to} if to else {})} for caller, number, to in calls
            ],
            **more,
        }
        [result] = play(self.lab, "mail1", [{"konak.it.sip_calls": question}], self._folder)
        return result

    def _telephone(self, line: str) -> dict[str, str]:
        found = {"name": line, "user": line, "password": self.lab.secret(f"telephony/line/{line}")}
        if line in self.away:
            server, name = self.away[line]
            found |= {"server": address_of(server), "server_name": name}
        return found

    def talk(self, caller: str, number: str, callee: str) -> bool:
        """Whether they hear each other, encrypted."""
        result = self.call([caller, callee], (caller, number, callee))
        return heard(result, result["calls"][0]) == "heard"

    def home(self, line: str) -> str:
        """The address of the exchange with which a line registers."""
        return address_of(self.away[line][0]) if line in self.away else self.address

    @property
    def address(self) -> str:
        """The exchange's address."""
        return address_of("pbx1")

    def asterisk(self, command: str) -> str:
        """What the exchange answers on its command line."""
        return self.lab.on_exchange("asterisk", "-rx", command)

    def endpoint(self, line: str) -> dict[str, str]:
        """The settings of a line, as the exchange has them."""
        rows = (row.split(":", 1) for row in self.asterisk(f"pjsip show endpoint {line}").splitlines() if ":" in row)
        return {name.strip(): value.strip() for name, value in rows}

    def digest(self) -> str:
        """What runs, as one line: the dial plan and the lines, whoever is registered."""
        shown = "asterisk -rx 'dialplan show'; asterisk -rx 'pjsip list endpoints' | sed 's/  *[A-Z].*//'"
        return self.lab.on_exchange("sh", "-c", f"({shown}) | sha256sum")

    def register_for_long(self, line: str) -> None:
        """Note a telephone for a line, as a registration leaves it; one that is switched off has not taken it back."""
        contact = {
            "uri": f"sip:{line}@192.0.2.140:5061;transport=TLS", "expiration_time": "4102444800", "path": "",
            "outbound_proxy": "", "qualify_frequency": "0", "user_agent": "deneme", "authenticate_qualify": "no",
        }  # fmt: skip
        value = json.dumps(contact).replace('"', '\\"')
        self.asterisk(f'database put registrar/contact "{line};@0f1e2d3c4b5a" "{value}"')


BUSY = """\
sip_verify_server no
call_max_calls 120
call_hold_other_calls no
rtp_ports {first}-{last}
ctrl_tcp_listen 127.0.0.1:{control}
audio_source aufile,/root/yuk/tone.wav
audio_player aufile,/dev/null
ring_aufile none
ringback_aufile none
callwaiting_aufile none
busy_aufile none
notfound_aufile none
error_aufile none
ringback_disabled yes
statmode_default off
module_path /usr/lib/baresip/modules
module g711.so
module srtp.so
module aufile.so
module ctrl_tcp.so
module_app account.so
module_app menu.so
"""
# A quarter of an hour: a telephone hangs up where its file ends.
TONE = (
    "import math, struct, wave; f = wave.open('/root/yuk/tone.wav', 'wb'); f.setparams((1, 2, 8000, 0, 'NONE', '')); "
    "f.writeframes(b''.join(struct.pack('<h', int(8000 * math.sin(i / 3))) for i in range(8000 * 10)) * 90)"
)
STATISTICS = re.compile(r"\s(\S+-[0-9a-f]{8})\s+[\d:]+\s+\S+\s+(\d+)\s+\d+\s+\d+\s+[\d.]+\s+(\d+)\s")


class BusyTelephones:
    """Two telephones that take any number of calls at once, on the host from which telephones are tried."""

    def __init__(self, telephones: Telephones, lines: Sequence[str]) -> None:
        self._telephones, self._lines = telephones, lines

    def __enter__(self) -> Self:
        self._do("mkdir -p -m 700 /root/yuk")
        self._do(f'python3 -c "{TONE}"')
        for number, line in enumerate(self._lines):
            folder, first = f"/root/yuk/{line}", 20000 + 2000 * number
            password = self._telephones.lab.secret(f"telephony/line/{line}")
            account = (
                f"<sip:{line}@{self._telephones.home(line)}:5061;transport=tls>;auth_user={line};auth_pass={password};"
                "mediaenc=srtp-mand;answermode=auto;regint=600\n"
            )
            self._do(f"mkdir -p -m 700 {folder}")
            self._do(f"cat > {folder}/config", BUSY.format(first=first, last=first + 1999, control=4444 + number))
            self._do(f"umask 077; cat > {folder}/accounts", account)
            # A hundred streams would take what the apply needs, on a machine of two processors.
            self._do(f"systemd-run --quiet --collect --property=Nice=19 --unit=yuk-{line} baresip -s -f {folder}")
        return self

    def __exit__(self, *_: object) -> None:
        self._do(f"systemctl stop {' '.join(f'yuk-{line}' for line in self._lines)}; rm -r /root/yuk")

    def _do(self, command: str, text: str = "") -> None:
        """Run a command on the host, past what is kept for the hunt for secrets."""
        argv = [str(ROOT / "konak"), "lab", "exec", "mail1", "--", "sh", "-c", command]
        done = subprocess.run(argv, cwd=ROOT, input=text, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr

    def speak(self, number: str, calls: int) -> None:
        """Let the first telephone call a number, many times at once; each call stays up."""
        dial = json.dumps({"command": "dial", "params": number})
        program = (
            "import socket, time; s = socket.create_connection(('127.0.0.1', 4444)); "
            f"[(s.sendall(b'{len(dial)}:{dial},'), time.sleep(0.1)) for _ in range({calls})]"
        )
        self._do("python3 -", program)

    def heard(self, line: str) -> str:
        """What the telephone of a line and its exchange said to each other so far."""
        lab, this = self._telephones.lab, ("systemctl", "show", "--property=InvocationID", "--value", f"yuk-{line}")
        return lab.on("mail1", "journalctl", "--output=cat", f"_SYSTEMD_INVOCATION_ID={lab.on('mail1', *this).strip()}")

    def packets(self) -> dict[str, tuple[int, int]]:
        """By channel, how many packets of sound the exchange got from its telephone, and sent to it."""
        shown = self._telephones.asterisk("pjsip show channelstats")
        return {name: (int(got), int(sent)) for name, got, sent in STATISTICS.findall(shown)}
