# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts before and after, from the plan; masked here and nowhere else.

Standard library only: this runs on managed hosts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from .owned_files import File, Plan
from .owned_files_commands import mask
from .owned_files_live import read

SHOWN = 1 << 16
"""Bytes up to which a text is shown."""


def differences(
    plan: Plan,
    wanted: Mapping[str, File],
    found: Mapping[str, File],
    owned: Mapping[str, File],
    contents: Mapping[str, bytes],
    secrets: Iterable[str],
) -> list[dict[str, str]]:
    """One entry for each change, as Ansible shows them: headers, and the texts before and after.

    A file that is or was secret shows only that it changes. Mode, owner and group stand in a first line if they change.
    """
    secrets = list(secrets)
    shown: list[dict[str, str]] = []
    for change in plan.changes:
        path = change.path
        want, have = wanted.get(path), found.get(path)
        secret = any(file is not None and file.secret for file in (want, owned.get(path)))
        content = None if change.action == "mode" else contents.get(path)
        texts = [
            "" if change.action == "create" else _text(_live(path, have, change.action), secret, "before"),
            "" if change.action == "remove" else _text(content, secret, "after"),
        ]
        if want is not None and have is not None and _attributes(want) != _attributes(have):
            texts = [f"{_attributes(have)}\n{texts[0]}", f"{_attributes(want)}\n{texts[1]}"]
        before, after = (mask(text, secrets) for text in texts)
        shown.append({"before_header": path, "after_header": path, "before": before, "after": after})
    return shown


def _live(path: str, have: File | None, action: str) -> bytes | None:
    """What is there now; nothing if it stays."""
    if action == "mode" or have is None:
        return None
    if have.kind == "link":
        return f"link to {Path(path).readlink()}\n".encode()
    return read(path)


def _text(content: bytes | None, secret: bool, when: str) -> str:
    if content is None:
        return ""
    if secret:
        return f"(secret, {when})\n"
    if len(content) > SHOWN:
        return f"({len(content)} bytes, {when})\n"
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return f"({len(content)} bytes, no text, {when})\n"


def _attributes(file: File) -> str:
    return f"mode {file.mode:04o}, owner {file.uid}, group {file.gid}"
