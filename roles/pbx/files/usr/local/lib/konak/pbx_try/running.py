# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what runs on an exchange is what its records say.

    python3 -I /usr/local/lib/konak/pbx_try/running.py [--check | --reload | --restart]

Prints ``{"running": …, "differences": […]}`` as JSON. With ``--check``, prints the differences, a line each, and the
status is 1 if there are any. With ``--reload``, lets the exchange read its files again, or starts it; with
``--restart``, for files that are read at a start alone, it starts anew once nobody speaks. Standard library only.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SERVICE, WEB = "asterisk.service", "nginx.service"
RECORDS = Path("/etc/asterisk/konak/records.json")
TELLING = "konak-tell"
"""The endpoint with which telephones are told something; it is in no record."""
MOST = 20
"""Differences that are told one by one."""


def main(argv: list[str]) -> int:
    """Compare, or reload."""
    if {"--reload", "--restart"} & set(argv):
        return reload(anew="--restart" in argv)
    if not is_active():
        found = {"running": False, "differences": []}
    else:
        rows = json.loads(RECORDS.read_text(encoding="utf-8"))
        all_of_them = list(differences(rows, ask("pjsip show endpoints"), ask("dialplan show")))
        rest = [f"and {len(all_of_them) - MOST} more"] if len(all_of_them) > MOST else []
        found = {"running": True, "differences": all_of_them[:MOST] + rest}
    if "--check" not in argv:
        print(json.dumps(found, ensure_ascii=False))
        return 0
    problems = found["differences"] if found["running"] else ["the exchange does not run"]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def is_active() -> bool:
    """Whether the service runs."""
    return systemctl("is-active", "--quiet", SERVICE) == 0


def reload(*, anew: bool) -> int:
    """Let it go by the files that are there; the status is that of what was done.

    A first delivery that is undone leaves Debian's demonstration, with which nothing may run.
    """
    if not RECORDS.exists():
        return systemctl("disable", "--quiet", "--now", SERVICE, WEB)
    served = systemctl("enable", "--quiet", WEB) or systemctl("reload-or-restart", WEB)
    if served or not is_active():
        return served or systemctl("enable", "--quiet", "--now", SERVICE)
    status = systemctl("reload", SERVICE)
    if anew and status == 0:
        ask("core restart when convenient")
    return status


def systemctl(*words: str) -> int:
    """The status of systemctl."""
    return subprocess.run(["systemctl", *words], check=False).returncode


def ask(command: str) -> str:
    """What the exchange answers."""
    argv = ["/usr/sbin/asterisk", "-rx", command]
    return subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60).stdout


def endpoints(shown: str) -> set[str]:
    """Names of the endpoints that ``pjsip show endpoints`` shows, of lines and trunks."""
    return set(re.findall(r"^ Endpoint:\s+([^\s/<]+)", shown, re.MULTILINE)) - {TELLING}


def differences(rows: list[dict], shown: str, plan: str) -> Iterator[str]:
    """Lines, trunks and numbers that are missing or that no record has, and steps that are in no file."""
    there = endpoints(shown)
    lines = {row["key"] for row in rows if registers(row)}
    trunks = {f"trunk-{row['key']}" for row in rows if row["kind"] == "trunk"}
    for name in sorted((lines | trunks) - there):
        yield f"the line {name} is missing"
    for name in sorted(there - lines - trunks):
        yield f"the line {name} is in no record"
    numbers = {row["key"] for row in rows if row["kind"] == "number"} | set(parking(rows))
    found = set(extensions(plan, "numbers"))
    for number in sorted(numbers - found):
        yield f"the number {number} is missing"
    for number in sorted(found - numbers):
        yield f"the number {number} is in no record"
    for where in dict.fromkeys(strange(plan)):
        yield f"{where} is in no file"


def registers(row: dict) -> bool:
    """Whether a record is a line whose telephones register here; those of locked ones always do."""
    fields = row["fields"]
    return row["kind"] == "locked" or (row["kind"] == "line" and fields["open"] and not fields.get("exchange"))


def parking(rows: list[dict]) -> Iterator[str]:
    """Numbers of parking, which are no records of their own."""
    for row in rows:
        if row["kind"] == "parking":
            fields = row["fields"]
            yield fields["extension"]
            for number in range(int(fields["first"]), int(fields["last"]) + 1):
                yield f"{number:0{len(fields['first'])}d}"


def extensions(plan: str, context: str) -> Iterator[str]:
    """The extensions of a context, of what ``dialplan show`` says."""
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


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv))
    except (OSError, KeyError, ValueError, subprocess.SubprocessError) as error:
        print(f"what runs cannot be told: {error}", file=sys.stderr)
        sys.exit(1)
