# SPDX-License-Identifier: GPL-3.0-or-later
"""A root and a state folder of the test's own, and deliveries into them."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ansible_collections.konak.it.plugins.module_utils.owned_files import Named, digest
from ansible_collections.konak.it.plugins.module_utils.owned_files_run import Request, Result, deliver

UID, GID = str(os.getuid()), str(os.getgid())
TRUE, FALSE = ("true",), ("false",)


def named(content: bytes, mode: int = 0o644, secret: bool = False) -> Named:
    return Named(digest(content), mode, UID, GID, secret)


def snapshot(folder: Path) -> dict[str, tuple[Any, ...]]:
    """Everything below a folder: kind, mode, owner, and content or target."""
    found: dict[str, tuple[Any, ...]] = {}
    for path in sorted(folder.rglob("*")):
        state = path.lstat()
        what = path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else None
        found[str(path.relative_to(folder))] = (
            stat.S_IFMT(state.st_mode), stat.S_IMODE(state.st_mode), state.st_uid, state.st_gid, what,
        )  # fmt: skip
    return found


@dataclass(frozen=True)
class Scene:
    folder: Path

    @property
    def root(self) -> Path:
        return self.folder / "etc" / "svc"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def path(self, name: str) -> str:
        return str(self.root / name)

    def request(self, files: Mapping[str, str | bytes | tuple[Any, ...]], **options: Any) -> Request:
        """A request for files by their path from the root: a content, or ``(content, mode, secret)``."""
        full = {name: given if isinstance(given, tuple) else (given,) for name, given in files.items()}
        contents = {
            self.path(name): given[0].encode() if isinstance(given[0], str) else given[0]
            for name, given in full.items()
        }
        wanted = {self.path(name): named(contents[self.path(name)], *given[1:]) for name, given in full.items()}
        return replace(Request("svc", (str(self.root),), wanted, self.state, contents), **options)

    def deliver(self, files: Mapping[str, Any], **options: Any) -> Result:
        return deliver(self.request(files, **options))

    def live(self) -> dict[str, tuple[Any, ...]]:
        return snapshot(self.root)

    def actions(self, result: Result) -> list[tuple[str, str, str]]:
        start = len(str(self.root)) + 1
        return [(str(c["path"])[start:], str(c["action"]), str(c["kind"])) for c in result.changes]

    def leftovers(self) -> list[str]:
        """What only a delivery under way has."""
        own = {"svc.json", "svc.lock"}
        return [str(p) for p in self.state.glob("svc*") if p.name not in own] + [
            str(p) for p in self.root.rglob(".konak*")
        ]
