# SPDX-License-Identifier: GPL-3.0-or-later
"""What Asterisk 22 shows of itself, in its own forms, colours and cuts included; and the program that reads it."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

PROGRAM = Path(__file__).resolve().parents[1] / "roles/pbx/files/usr/local/lib/konak/pbx_try"
OFF, GREEN, RED, CYAN, BROWN = "\x1b[0m", "\x1b[1;32m", "\x1b[1;31m", "\x1b[1;36m", "\x1b[0;33m"


def program(name: str) -> ModuleType:
    """A file of the program, as Python finds it where the program is run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(PROGRAM), *sys.path])
        return import_module(name)


def contact(aor: str, uri: str, sign: str, status: str, ms: float = float("nan")) -> str:
    """A line of ``pjsip show endpoints``, as ``cli_contact_print_body`` prints it two levels deep."""
    width = 62 - 13 - 9 - len(aor) + 1  # beyond nothing, C cuts no more
    where = uri[: width if width >= 0 else None].ljust(abs(width))
    return f"{'Contact':>13}:  {aor}/{where} {sign[:10]:<10} {status[:7]:<7} {ms:11.3f}\n"


def endpoint(name: str, number: str = "", contacts: str = "", state: str = "Not in use") -> str:
    """A paragraph of ``pjsip show endpoints``."""
    shown = f"{name}/{number}" if number else name
    return (
        f"{'Endpoint':>9}:  {shown:<51.51}  {state:<12.12}  0 of inf\n"
        f"{'InAuth':>11}:  {name}/{name}\n{'Aor':>11}:  {name:<39.39} {3:>12}\n{contacts}"
        f"{'Transport':>11}:  tls                       tls      3     96  0.0.0.0:5061\n\n"
    )


def endpoints(*paragraphs: str) -> str:
    """The whole answer."""
    return (
        "\n Endpoint:  <Endpoint/CID.....................................>  <State.....>  <Channels.>\n"
        "    I/OAuth:  <AuthId/UserName...........................................................>\n"
        "        Aor:  <Aor............................................>  <MaxContact>\n"
        "      Contact:  <Aor/ContactUri..........................> <Hash....> <Status> <RTT(ms)..>\n"
        f"{'=' * 90}\n\n{''.join(paragraphs)}\nObjects found: {len(paragraphs)}\n\n"
    )


def kept(line: str, sign: str, uri: str, agent: str) -> str:
    """A line of ``database show``."""
    said = (
        f'{{"via_addr":"192.0.2.99","qualify_timeout":"3.000000","call_id":"1a2b","reg_server":"","path":"",'
        f'"endpoint":"{line}","via_port":"5061","uri":"{uri}","qualify_frequency":"60","user_agent":"{agent}",'
        f'"expiration_time":"1780318800","outbound_proxy":""}}'
    )
    return f"{f'/registrar/contact/{line};@{sign}':<50}: {said:<25}\n"


def member(name: str, status: str = "Not in use", penalty: int = 0, more: str = "", paused: str = "") -> str:
    """A member as ``print_queue`` prints it for an exchange that is a service."""
    return (
        f"      {name}{f' with penalty {penalty}' if penalty else ''} (ringinuse disabled)"
        f"{f'{CYAN}{more}' if more else ''}{OFF}{OFF}{OFF}{f' {BROWN}({paused}){OFF}' if paused else ''}"
        f" ({RED if status == 'Unavailable' else GREEN}{status}{OFF}) has taken no calls yet"
        f" {BROWN}(login was 12 secs ago){OFF}\n"
    )


def queue(name: str, *members: str, callers: str = "   No Callers\n") -> str:
    """A paragraph of ``queue show``."""
    return (
        f"{name} has {callers.count('wait:')} calls (max unlimited) in 'rrmemory' strategy (0s holdtime, 0s talktime),"
        " W:0, C:0, A:0, SL:0.0%, SL2:0.0% within 0s\n"
        f"{'   Members: ' if members else '   No Members'}\n{''.join(members)}{callers}\n"
    )


def boxes(*rows: tuple[str, str, int]) -> str:
    """The answer of ``voicemail show users``: mailbox, name and new messages of each."""
    form = "{:<10} {:<5} {:<25} {:<10} {:>6}\n".format
    found = "".join(form("konak", box, name, "", new) for box, name, new in rows)
    return form("Context", "Mbox", "User", "Zone", "NewMsg") + found + f"{len(rows)} voicemail users configured.\n"
