# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what runs on an exchange is what its records say.

    python3 -I /usr/local/lib/konak/pbx_try/running.py [--check | --reload | --restart]

Prints ``{"running": …, "differences": […], "state": {…}}`` as JSON. With ``--check``, prints the differences, a line
each, and the status is 1 if there are any. With ``--reload``, lets the exchange read its files again, or starts it, and
takes back what was done to queues by hand; with ``--restart``, for files that are read at a start alone, it starts anew
once nobody speaks. Standard library only.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # Python leaves its folder out for -I; nobody but root writes there

import differences
import shown
import state

SERVICE, WEB = "asterisk.service", "nginx.service"
RECORDS = Path("/etc/asterisk/konak/records.json")
MOST = 20
"""Differences that are told one by one."""


def main(argv: list[str]) -> int:
    """Compare, or reload."""
    if {"--reload", "--restart"} & set(argv):
        return reload(anew="--restart" in argv)
    found = look(for_people="--check" not in argv)
    if "--check" not in argv:
        print(json.dumps(found, ensure_ascii=False))
        return 0
    problems = found["differences"] if found["running"] else ["the exchange does not run"]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def look(*, for_people: bool) -> dict:
    """Whether it runs, and in what it differs from its records; for people, its state, too."""
    if not is_active():
        return {"running": False, "differences": [], "state": {}}
    answers = {command: shown.ask(command) for command in differences.ASKED}
    told = list(differences.differences(records(), answers))
    rest = [f"and {len(told) - MOST} more"] if len(told) > MOST else []
    found = {"running": True, "differences": told[:MOST] + rest}
    if for_people:
        answers[shown.REGISTERED] = shown.ask(shown.REGISTERED)
        found["state"] = state.state(answers, time.time())
    return found


def records() -> list[dict]:
    """What the exchange's files were made of."""
    return json.loads(RECORDS.read_text(encoding="utf-8"))


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
    if status := systemctl("reload", SERVICE):
        return status
    try:
        mend()
    except ValueError:
        if not anew:  # a start loads what did not answer
            raise
    if anew:
        shown.ask("core restart when convenient")
    return 0


def mend() -> None:
    """Take back what was done to queues by hand: no reload does."""
    for command in differences.mending(records(), shown.queues(shown.ask(shown.QUEUES))):
        shown.ask(command)


def systemctl(*words: str) -> int:
    """The status of systemctl."""
    return subprocess.run(["systemctl", *words], check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv))
    except (OSError, KeyError, ValueError, subprocess.SubprocessError) as error:
        print(f"what runs cannot be told: {error}", file=sys.stderr)
        sys.exit(1)
