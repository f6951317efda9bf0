# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tree of files that is owned as one set: what is wanted, what is there, and the difference. Opens nothing.

The manifest says which files are ours: only those are ever removed, and none but those is overwritten unasked. It is
never believed about what a file holds now: each file is looked at.

Standard library only: this also runs on managed hosts.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Container, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from typing import Any

OPTIONS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "roots": {"type": "list", "elements": "str", "required": True},
    "files": {"type": "dict", "default": {}},
    "src": {"type": "path"},
    "keep": {"type": "list", "elements": "str", "default": []},
    "mode": {"type": "raw", "default": "0644"},
    "owner": {"type": "str", "default": "root"},
    "group": {"type": "str", "default": "root"},
    "adopt": {"type": "bool", "default": False},
    "validate": {"type": "list", "elements": "raw", "default": []},
    "reload": {"type": "list", "elements": "raw", "default": []},
    "health": {"type": "list", "elements": "raw", "default": []},
    "health_timeout": {"type": "float", "default": 30},
    "command_timeout": {"type": "float", "default": 60},
    "secrets": {"type": "list", "elements": "str", "default": [], "no_log": True},
    "manifests": {"type": "path", "default": "/var/lib/konak/owned"},
}
"""What a task may say; the action hands it on to the module."""

ORDER = {"create": 0, "update": 1, "mode": 1, "remove": 2}
"""Every action, in the order of the swap: what is replaced may refer to what is new, and to nothing that is gone."""

IN_THE_WAY = {
    "folder": "a folder stands where the file should be",
    "special": "something stands there that is neither a file nor a link, such as a device or a pipe",
    "below a link": "the path leads through a symbolic link",
    "below a file": "the path leads through something that is no folder",
}
"""What is never replaced, by :attr:`File.kind`."""


@dataclass(frozen=True)
class File:
    """A file as wanted, as found, or as the manifest remembers it.

    :ivar sha256: digest of the content, in hex; of the target for a link; empty for what is neither.
    :ivar mode: permission bits, e.g. ``0o640``.
    :ivar kind: ``file``, ``link``, or a key of :data:`IN_THE_WAY`.
    :ivar secret: whether its content is never shown.
    """

    sha256: str
    mode: int
    uid: int
    gid: int
    kind: str = "file"
    secret: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Change:
    """One file that differs.

    :ivar action: a key of :data:`ORDER`; ``mode`` stands for mode, owner or group where the content is right.
    :ivar kind: ``changed by hand`` or ``removed by hand`` where the file is not as it was left; else empty.
    """

    path: str
    action: str
    kind: str = ""

    def as_dict(self) -> dict[str, str | bool]:
        """The change as a result has it."""
        return {"path": self.path, "action": self.action, "drift": bool(self.kind), "kind": self.kind}


@dataclass(frozen=True)
class Problem:
    """Why nothing may be changed: one sentence, the file it is about, and what to do."""

    message: str
    path: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Plan:
    """What is to be done, in order, or the problems that forbid it.

    :ivar owned: ``{path: file}``, the manifest once it is done.
    """

    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]
    owned: Mapping[str, File]

    def needs(self, contents: Mapping[str, bytes]) -> list[str]:
        """The files whose content must still be handed over."""
        return [
            change.path
            for change in self.changes
            if change.action in {"create", "update"} and change.path not in contents
        ]


def compare(
    wanted: Mapping[str, File],
    found: Mapping[str, File],
    owned: Mapping[str, File],
    others: Mapping[str, str] | None = None,
    adopt: bool = False,
    keep: Container[str] = (),
) -> Plan:
    """Hold what is wanted against what is there.

    :arg found: ``{path: file}`` for each path of ``wanted`` and ``owned`` at which something stands.
    :arg owned: the manifest.
    :arg others: ``{path: name}`` of files that belong to other sets.
    :arg adopt: whether files that exist and are not ours may be taken over.
    :arg keep: paths of ours that stay as they are, whatever is there and whether they are wanted or not.
    """
    changes: list[Change] = []
    problems: list[Problem] = []
    kept = {path: file for path, file in owned.items() if path in keep}
    for path in sorted({*wanted, *owned} - kept.keys()):
        want, have, ours = wanted.get(path), found.get(path), owned.get(path)
        problem = _problem(path, want, have, ours, (others or {}).get(path), adopt)
        if problem:
            problems.append(problem)
            continue
        action = _action(want, have)
        if action:
            changes.append(Change(path, action, _by_hand(have, ours)))
    ours_then = {path: file for path, file in wanted.items() if path in owned or adopt or path not in found} | kept
    changes.sort(key=lambda change: (ORDER[change.action], change.path))
    return Plan(tuple(changes), tuple(problems), ours_then)


def _problem(
    path: str, want: File | None, have: File | None, ours: File | None, other: str | None, adopt: bool
) -> Problem | None:
    if want is not None and other is not None:
        return Problem(f"{path} belongs to the set {other} already", path, "let one set alone own it")
    if have is not None and have.kind in IN_THE_WAY:
        return Problem(f"{path}: {IN_THE_WAY[have.kind]}", path, "move it out of the way by hand, or want another path")
    if want is not None and have is not None and have != want and ours is None and not adopt:
        return Problem(
            f"{path} exists and is not ours; it is not overwritten", path, "remove it, or take it over with `adopt`"
        )
    return None


def _action(want: File | None, have: File | None) -> str:
    if want is None:
        return "remove" if have is not None else ""
    if have is None:
        return "create"
    if have == want:
        return ""
    return "mode" if (have.kind, have.sha256) == (want.kind, want.sha256) else "update"


def _by_hand(have: File | None, ours: File | None) -> str:
    if ours is None or have == ours:
        return ""
    return "removed by hand" if have is None else "changed by hand"


def check_paths(roots: Iterable[str], paths: Iterable[str]) -> list[Problem]:
    """Say which roots and paths cannot be taken: each path lies below a root, and none is another one's folder."""
    roots, paths = list(roots), sorted(paths)
    problems = [Problem(f"{root!r} is no root: give an absolute, plain path", root) for root in roots if _odd(root)]
    problems += [
        Problem(f"the root {inner} lies within the root {outer}", inner, "give the outer one alone")
        for inner in roots
        for outer in roots
        if PurePosixPath(outer) in PurePosixPath(inner).parents
    ]
    wanted = set(paths)
    for path in paths:
        if _odd(path) or not root_of(path, roots):
            message = f"{path!r} is not below one of the roots ({', '.join(roots)})"
            problems.append(Problem(message, path, "give the absolute path, without `.` and `..`"))
        for folder in PurePosixPath(path).parents:
            if str(folder) in wanted:
                problems.append(Problem(f"{folder} is wanted as a file and as the folder of {path}", path))
    return problems


def _odd(path: str) -> bool:
    """Whether a path is relative, not in its plain form, the root of all, or has signs that no path needs."""
    plain = path.startswith("/") and not path.startswith("//") and str(PurePosixPath(path)) == path and path != "/"
    return not plain or ".." in path.split("/") or any(ord(sign) < 32 or ord(sign) == 127 for sign in path)


def root_of(path: str, roots: Iterable[str]) -> str:
    """The root that a path lies below; empty if there is none, or if it lies in a folder that deliveries work in."""
    for root in roots:
        if path.startswith(f"{root}/"):
            inner = path[len(root) + 1 :]
            return "" if inner.startswith(".konak-") else root
    return ""


def digest(content: bytes) -> str:
    """SHA-256 in hex, as :attr:`File.sha256` has it."""
    return hashlib.sha256(content).hexdigest()


def dump_manifest(owned: Mapping[str, File]) -> str:
    """The manifest's text."""
    files = {
        path: {
            "sha256": file.sha256,
            "mode": f"{file.mode:04o}",
            "owner": file.uid,
            "group": file.gid,
            "secret": file.secret,
        }
        for path, file in sorted(owned.items())
    }
    return json.dumps({"version": 1, "files": files}, indent=0)


def load_manifest(text: str) -> dict[str, File]:
    """The files that a manifest names.

    :raises ValueError: if it is no manifest.
    """
    try:
        files = json.loads(text)["files"]
        return {
            path: File(
                entry["sha256"], int(entry["mode"], 8), entry["owner"], entry["group"], secret=bool(entry["secret"])
            )
            for path, entry in files.items()
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("it is no list of owned files") from error


@dataclass(frozen=True)
class Named:
    """A wanted file as the controller knows it: owner and group by name, or by number in digits."""

    sha256: str
    mode: int
    owner: str
    group: str
    secret: bool = False


def pack(files: Mapping[str, Named], contents: Mapping[str, bytes]) -> str:
    """What goes over to the host: every digest, and the contents of those files that it asked for."""
    # Each byte as the letter of its number: JSON holds no bytes, and this compresses better than Base64 in it.
    data = {
        "files": {path: asdict(file) for path, file in files.items()},
        "contents": {path: content.decode("latin-1") for path, content in contents.items()},
    }
    return base64.b64encode(zlib.compress(json.dumps(data, separators=(",", ":")).encode(), 6)).decode()


def unpack(text: str) -> tuple[dict[str, Named], dict[str, bytes]]:
    """The files and contents of :func:`pack`."""
    data = json.loads(zlib.decompress(base64.b64decode(text)))
    files = {path: Named(**entry) for path, entry in data["files"].items()}
    return files, {path: content.encode("latin-1") for path, content in data["contents"].items()}
