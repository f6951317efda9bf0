# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the inventory's line to the commit that wrote it: who said so, and with which ticket."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from ...module_utils.plan import Change, Reason

UNCOMMITTED = "0" * 40


def head(inventory: Path) -> str | None:
    """The commit of the inventory, with ``+uncommitted`` behind it if a file differs from it; ``None`` outside git."""
    commit = _git(inventory, "rev-parse", "--verify", "--quiet", "HEAD").strip()
    if not commit:
        return None
    return f"{commit}+uncommitted" if _git(inventory, "status", "--porcelain", "--", ".").strip() else commit


def with_commits(changes: Sequence[Change], inventory: Path) -> list[Change]:
    """The changes with commit and ticket in every reason whose line is committed."""
    wanted: dict[str, set[int]] = {}
    for reason in _reasons(changes):
        if reason.file and reason.line:
            wanted.setdefault(reason.file, set()).add(reason.line)
    if not _git(inventory, "rev-parse", "--verify", "--quiet", "HEAD"):
        return list(changes)
    known = {
        (file, line): commit
        for file, lines in wanted.items()
        for line, commit in _blame(inventory, file, lines).items()
    }

    @cache
    def ticket(commit: str) -> str | None:
        text = _git(inventory, "log", "-1", "--format=%(trailers:key=Ticket,valueonly,separator=%x2C)", commit)
        return text.strip() or None

    def dated(reason: Reason) -> Reason:
        commit = known.get((reason.file or "", reason.line or 0))
        return replace(reason, commit=commit, ticket=ticket(commit)) if commit else reason

    return [replace(change, reasons=tuple(dated(reason) for reason in change.reasons)) for change in changes]


def _reasons(changes: Iterable[Change]) -> Iterable[Reason]:
    return (reason for change in changes for reason in change.reasons)


def _blame(inventory: Path, file: str, lines: Iterable[int]) -> dict[int, str]:
    """``{line: commit}`` of the committed ones of some lines of a file."""
    ranges = [f"-L{line},{line}" for line in sorted(lines)]
    output = _git(inventory.parent, "blame", "--porcelain", *ranges, "--", file)
    found = {}
    for row in output.splitlines():
        words = row.split(" ")
        if (
            len(words) >= 3
            and len(words[0]) == len(UNCOMMITTED)
            and words[0] != UNCOMMITTED
            and not row.startswith("\t")
        ):
            found[int(words[2])] = words[0]
    return found


def _git(folder: Path, *arguments: str) -> str:
    """What git prints; nothing where there is no git, no repository or no such file."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""
