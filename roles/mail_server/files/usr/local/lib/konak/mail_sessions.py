# SPDX-License-Identifier: GPL-3.0-or-later
"""Ends mail sessions of accounts that the directory does not let log on any more.

Dovecot asks the directory once, when a session begins; a session then lasts for days. The user name of a session is the
personnel number, ``employeeID`` in the directory, or of an account without one its login.

An error or an odd answer ends no session: to know nothing about someone is not to know that they are gone.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

SETTINGS = Path("/etc/konak/mail-sessions.json")

NAME = re.compile(r"[A-Za-z0-9._@-]+")
"""Names that need no escaping in a filter, and are no pattern for ``doveadm kick``."""

AT_ONCE = 100
"""Names in one search; a domain controller gives up to 1000 entries."""

DISABLED = 2
NEVER = {0, 2**63 - 1}
EPOCH = 11_644_473_600
"""Seconds from 1601, from which ``accountExpires`` counts (in 100 ns), to 1970."""

SIZE_LIMIT = 4
"""The status of a search that found more than it was to give."""


class Odd(Exception):
    """Something that was not answered, or not as it should be: nothing may be concluded."""


def run(argv: list[str], accepted: Iterable[int] = (0,)) -> str:
    """A program's output."""
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False, stdin=subprocess.DEVNULL)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise Odd(f"{argv[0]}: {error}") from None
    if done.returncode not in accepted:
        raise Odd(f"{argv[0]} ended with status {done.returncode}: {' '.join(done.stderr.split())}")
    return done.stdout


def users(answer: str) -> list[str]:
    """The names that have sessions, of what ``doveadm -f json who`` printed."""
    try:
        rows = json.loads(answer)
        names = {row["username"] for row in rows}
    except (ValueError, TypeError, KeyError):
        rows, names = None, set()
    if not isinstance(rows, list):
        raise Odd("doveadm who answered something else than a list of sessions")
    for name in names:
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise Odd(f"doveadm who names a user {name!r}")
    return sorted(names)


def search(settings: dict[str, Any], condition: str, *options: str) -> list[str]:
    """The command that asks for the entries of some accounts; the password stays in its file."""
    return [
        "ldapsearch", "-LLL", "-x", "-o", "ldif_wrap=no", "-o", "nettimeout=5", "-l", "15", *options,
        "-H", " ".join(settings["uris"]), "-D", settings["bind_dn"], "-y", settings["password_file"],
        "-b", settings["base"], "-s", "sub", condition,
        "employeeID", "sAMAccountName", "userAccountControl", "accountExpires",
    ]  # fmt: skip


def entries(answer: str) -> Iterator[dict[str, str]]:
    """The entries of LDIF with a line an attribute, names in small letters. Comments refer to other servers."""
    lines = "\n".join(line for line in answer.splitlines() if not line.startswith("#"))
    for block in filter(None, re.split(r"\n{2,}", lines.strip())):
        entry: dict[str, str] = {}
        for line in block.splitlines():
            name, colon, value = line.partition(":")
            if not colon or name.lower() in entry:
                raise Odd(f"ldapsearch answered a line {line!r}")
            entry[name.lower()] = _decoded(value[1:].strip()) if value.startswith(":") else value.strip()
        if "dn" not in entry:
            raise Odd(f"ldapsearch answered {block!r}")
        yield entry


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except ValueError:
        raise Odd("ldapsearch answered a value that cannot be read") from None


def reason(entry: dict[str, str], now: float) -> str:
    """Why an account may not log on; empty if it may.

    :arg now: seconds since 1970.
    """
    try:
        control, expires = int(entry["useraccountcontrol"]), int(entry.get("accountexpires", "0"))
    except (KeyError, ValueError):
        raise Odd(f"the directory does not show whether {entry['dn']} is disabled") from None
    if control & DISABLED:
        return "the account is disabled"
    if expires not in NEVER and expires / 10_000_000 - EPOCH <= now:
        return "the account has expired"
    return ""


def verdicts(names: Iterable[str], found: Iterable[dict[str, str]], now: float) -> dict[str, str]:
    """Whose sessions are to be ended, and why. ``found``: the entries that the directory has for all of the names."""
    by_name: dict[str, dict[str, str]] = {}
    wanted = {name.lower(): name for name in names}
    for entry in found:
        name = wanted.get((entry.get("employeeid") or entry.get("samaccountname", "")).lower())
        if name is None or name in by_name:
            raise Odd(f"the directory answered {entry['dn']}, which is a second entry or was not asked for")
        by_name[name] = entry
    gone = "there is no such account"
    why = {name: reason(by_name[name], now) if name in by_name else gone for name in wanted.values()}
    return {name: text for name, text in why.items() if text}


def ask(settings: dict[str, Any], names: list[str]) -> list[dict[str, str]]:
    """The directory's entries of some names.

    That someone is missing counts only if the directory shows personnel numbers at all: who may not read them is
    answered with success, and nothing.
    """
    found = []
    for first in range(0, len(names), AT_ONCE):
        condition = "".join(
            f"(employeeID={name})(&(!(employeeID=*))(sAMAccountName={name}))" for name in names[first : first + AT_ONCE]
        )
        found += entries(run(search(settings, f"(|{condition})")))
    if not found and not any(entries(run(search(settings, "(employeeID=*)", "-z", "1"), accepted=(0, SIZE_LIMIT)))):
        raise Odd("the directory shows no personnel number at all")
    return found


def to_end() -> dict[str, str]:
    """Whose sessions are to be ended now, and why."""
    names = users(run(["doveadm", "-f", "json", "who"]))
    if not names:
        return {}
    settings = json.loads(SETTINGS.read_text(encoding="utf-8"))
    return verdicts(names, ask(settings, names), time.time())


def main() -> int:
    """Ask, decide, end."""
    try:
        decided = to_end()
    except (Odd, OSError, ValueError, KeyError, TypeError) as error:
        print(f"no session is ended: {error}", file=sys.stderr)
        return 1
    failed = False
    for name, why in decided.items():
        try:
            run(["doveadm", "kick", name])
            print(f"sessions of {name} ended: {why}", flush=True)
        except Odd as error:
            print(f"sessions of {name} not ended: {error}", file=sys.stderr)
            failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
