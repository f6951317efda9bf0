# SPDX-License-Identifier: GPL-3.0-or-later
"""Try a configuration of Asterisk beside the exchange that runs: start it, read what it says, make calls in it.

    python3 -I /usr/local/lib/konak/pbx_try FOLDER [CALLS]

FOLDER is the configuration as it would be in /etc/asterisk. A second Asterisk reads a copy of it, in a network of its
own without any way out, where carriers are played by itself; the one that runs notices nothing. CALLS is a JSON list of
``{access_class, destination, time, dialled, at, expected, number, shows}``. What is wrong is printed, a line each, and
the status is 1. Standard library only.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import calls as attempts
import dial_plan
import differences
import shown

START_SECONDS = 30.0
MOST = 20
"""Problems that are told one by one: the first are the causes, and the rest what follows from them."""

HARMLESS = re.compile(
    r"No music on hold classes configured|"
    r"Failed to resolve|CDR simple logging|is now (Unr|R)eachable|Unable to retrieve PJSIP transport"
)
"""What is said of a network that leads nowhere, and of nothing else."""

DIRECTORIES = {"astetcdir": "etc", "astvarlibdir": "lib", "astdbdir": "lib", "astkeydir": "lib", "astspooldir": "spool",
               "astrundir": "run", "astlogdir": "log", "astcachedir": "cache"}  # fmt: skip

MANAGER = """[general]
enabled = yes
port = 5038
bindaddr = 127.0.0.1
[try]
secret = {secret}
read = call,user
write = originate
"""

CARRIER = """[carrier-transport]
type=transport
protocol=udp
bind=127.0.0.1:5090
[carrier]
type=endpoint
context=carrier
disallow=all
allow=alaw
[carrier]
type=identify
endpoint=carrier
match=127.0.0.1
"""
TRUNK = """[{name}](konak-trunk)
aors={name}
transport=carrier-transport
[{name}](konak-trunk-place)
contact=sip:127.0.0.1:5090
"""
CARRIER_PLAN = """
[carrier]
exten => _X.,1,UserEvent(Carrier,Number: ${EXTEN},Caller: ${CALLERID(num)})
same => n,Hangup(17)
exten => _+X.,1,UserEvent(Carrier,Number: ${EXTEN},Caller: ${CALLERID(num)})
same => n,Hangup(17)
"""


def main(argv: list[str]) -> int:
    """Try it."""
    folder = Path(argv[1])
    calls = json.loads(Path(argv[2]).read_text(encoding="utf-8")) if len(argv) > 2 else []
    os.unshare(os.CLONE_NEWNET)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.TemporaryDirectory(prefix="konak-pbx-") as temporary:
        problems = list(_attempt(folder, Path(temporary), calls))
    hide = _secrets(folder)
    for problem in problems[:MOST]:
        print(hide.sub("********", problem))
    if len(problems) > MOST:
        print(f"and {len(problems) - MOST} more")
    return 1 if problems else 0


def _secrets(folder: Path) -> re.Pattern:
    """Passwords and PINs of the configuration: nothing that Asterisk says of a line of it may show one."""
    text = "".join((folder / "konak" / f"{name}.conf").read_text("utf-8") for name in ("lines", "trunks", "boxes"))
    found = {*re.findall(r"^password=(.+)", text, re.MULTILINE), *re.findall(r"^\S+ => (\d+),", text, re.MULTILINE)}
    return re.compile("|".join(map(re.escape, sorted(found, key=len, reverse=True))) or r"(?!)")


def _attempt(folder: Path, place: Path, calls: list[dict]) -> Iterator[str]:
    secret = secrets.token_hex(16)
    _prepare(folder, place, secret)
    with _running(place) as asterisk:
        if not _booted(place, asterisk):
            yield "the exchange does not start with this configuration"
        yield from _complaints(place)
        if asterisk.poll() is None:
            yield from dial_plan.lint(
                _ask(place, shown.PLAN), _names(place, "applications"), _names(place, "functions")
            )
            yield from _missing(folder, _ask(place, shown.ENDPOINTS))
            if calls:
                yield from attempts.make(secret, calls)


def _prepare(folder: Path, place: Path, secret: str) -> None:
    """A copy of the configuration, in folders of its own, with the carriers exchanged for one that is played."""
    owner = pwd.getpwnam("asterisk")
    for name in sorted(set(DIRECTORIES.values())):
        (place / name).mkdir()
    shutil.copytree(folder, place / "etc", dirs_exist_ok=True)
    (place / "log" / "cdr-csv").mkdir()
    (place / "lib" / "keys").mkdir()
    directories = "".join(f"{key} = {place / name}\n" for key, name in DIRECTORIES.items())
    with (place / "etc" / "asterisk.conf").open("a", encoding="utf-8") as file:
        file.write(f"[directories]\n{directories}")
    (place / "etc" / "manager.conf").write_text(MANAGER.format(secret=secret), encoding="utf-8")
    trunks = place / "etc" / "konak" / "trunks.conf"
    names = sorted(set(re.findall(r"^\[(trunk-[a-z0-9_-]+)\]\(konak-trunk\)", trunks.read_text("utf-8"), re.MULTILINE)))
    trunks.write_text(CARRIER + "".join(TRUNK.format(name=name) for name in names), encoding="utf-8")
    with (place / "etc" / "konak" / "dialplan.conf").open("a", encoding="utf-8") as file:
        file.write(CARRIER_PLAN)
    for path in (place, *place.rglob("*")):
        os.chown(path, owner.pw_uid, owner.pw_gid)


@contextmanager
def _running(place: Path) -> Iterator[subprocess.Popen]:
    argv = ["/usr/sbin/asterisk", "-C", str(place / "etc" / "asterisk.conf"), "-f", "-n"]
    asterisk = subprocess.Popen(
        argv, user="asterisk", group="asterisk", extra_groups=[], cwd=place,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield asterisk
    finally:
        asterisk.terminate()
        try:
            asterisk.wait(10)
        except subprocess.TimeoutExpired:
            asterisk.kill()
            asterisk.wait()


def _booted(place: Path, asterisk: subprocess.Popen) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and asterisk.poll() is None:
        if "fully booted" in _ask(place, "core waitfullybooted"):
            return True
        time.sleep(0.1)
    return False


def _ask(place: Path, command: str) -> str:
    argv = ["/usr/sbin/asterisk", "-C", str(place / "etc" / "asterisk.conf"), "-rx", command]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)
    return done.stdout


def _complaints(place: Path) -> Iterator[str]:
    """What it says of the configuration, without the time and the number of the thread."""
    log = place / "log" / "messages.log"
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else ():
        if (found := re.search(r"\] (ERROR|WARNING)\[[^\]]*\] (.*)", line)) and not HARMLESS.search(line):
            yield found[2].replace(str(place / "etc"), "/etc/asterisk").replace(str(place), "")


def _names(place: Path, what: str) -> set[str]:
    pattern = r"^\s*(\w+)(?:\(|:|\s)"
    return {match.lower() for match in re.findall(pattern, _ask(place, f"core show {what}"), re.MULTILINE)}


def _missing(folder: Path, answer: str) -> Iterator[str]:
    """Lines that the records have and Asterisk does not."""
    there = shown.endpoints(answer)
    for row in json.loads((folder / "konak" / "records.json").read_text(encoding="utf-8")):
        if differences.registers(row) and row["key"] not in there:
            yield f"the line {row['key']} ({row['label']}) is not there"


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv))
    except (OSError, KeyError, ValueError, subprocess.SubprocessError) as error:
        print(f"the configuration could not be tried: {error}")
        sys.exit(1)
