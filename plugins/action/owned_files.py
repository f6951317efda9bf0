# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand a tree of files over to the module: the digests first, and then the contents of the files that differ."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from ..module_utils.owned_files import OPTIONS, Named, digest, pack
from ..module_utils.owned_files_commands import commands
from ..plugin_utils.actions import KonakAction, Spec

DETAILS = {"content", "mode", "owner", "group", "secret"}
MODE = re.compile(r"0?[0-7]{3,4}\Z")


class TreeError(Exception):
    """The files cannot be handed over as they are given."""


class ActionModule(KonakAction):
    """Renders nothing, and decides nothing but what goes over."""

    spec: ClassVar[Spec] = OPTIONS
    failures = (TreeError, OSError)

    def act(self, arguments: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
        """One round trip if nothing differs, two if something does."""
        if arguments["src"] is None and "files" not in self._task.args:
            raise TreeError("say which files are wanted: `src`, `files`, or `files: {}` for none")
        try:
            for name in ("validate", "reload", "health"):
                commands(name, arguments[name])
        except ValueError as error:
            raise TreeError(str(error)) from error
        files, contents = tree(arguments)
        first = self._ask(arguments, variables, pack(files, {}))
        if not first.get("needs") or first.get("failed") or (self._task.check_mode and not self._task.diff):
            return first
        second = self._ask(arguments, variables, pack(files, {path: contents[path] for path in first["needs"]}))
        if second.get("needs") and not second.get("failed"):
            raise TreeError("the files changed on the host while they were compared, and nothing was done: run again")
        if first.get("recovered") == "completed":
            second["recovered"] = "completed"
        return second

    def _ask(self, arguments: Mapping[str, Any], variables: dict[str, Any], wanted: str) -> dict[str, Any]:
        given = {name: value for name, value in arguments.items() if name not in {"files", "src"} and value is not None}
        answer: dict[str, Any] = self._execute_module(
            module_name="konak.it.owned_files", module_args={**given, "wanted": wanted}, task_vars=variables
        )
        return answer


def tree(arguments: Mapping[str, Any]) -> tuple[dict[str, Named], dict[str, bytes]]:
    """The wanted files, and their contents, both by path.

    :raises TreeError: if the arguments do not say them clearly.
    """
    contents = _folder(Path(arguments["src"])) if arguments["src"] else {}
    details: dict[str, Mapping[str, Any]] = {path: {} for path in contents}
    for path, given in arguments["files"].items():
        if not isinstance(given, Mapping) or not set(given) <= DETAILS:
            raise TreeError(f"{path}: give a mapping of {', '.join(sorted(DETAILS))}, and nothing else")
        details[path] = given
        if "content" in given:
            if not isinstance(given["content"], str):
                raise TreeError(f"{path}: the content is no text")
            contents[path] = given["content"].encode()
        elif path not in contents:
            raise TreeError(f"{path}: it has no content, and `src` does not hold it")
    files = {path: _named(path, details[path], arguments, content) for path, content in contents.items()}
    return files, contents


def _folder(src: Path) -> dict[str, bytes]:
    """The files of a folder, by the path that they have from it on."""
    if not src.is_dir():
        raise TreeError(f"{src} is no folder")
    found: dict[str, bytes] = {}
    for path in sorted(src.rglob("*")):
        if path.is_symlink():
            raise TreeError(f"{path} is a symbolic link: put the file itself there")
        if path.is_file():
            found[f"/{path.relative_to(src)}"] = path.read_bytes()
    return found


def _named(path: str, given: Mapping[str, Any], defaults: Mapping[str, Any], content: bytes) -> Named:
    mode = given.get("mode", defaults["mode"])
    if not isinstance(mode, str) or not MODE.match(mode):
        raise TreeError(f'{path}: the mode is not in octal digits, quoted, as in "0640"')
    secret = given.get("secret", False)
    if not isinstance(secret, bool):
        raise TreeError(f"{path}: `secret` is true or false")
    owner, group = (str(given.get(name, defaults[name])) for name in ("owner", "group"))
    return Named(digest(content), int(mode, 8), owner, group, secret)
