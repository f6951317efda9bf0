# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors for people, and the one place where an exception becomes words, JSON and an exit status."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

KEYS = ("message", "file", "line", "path", "host", "remedy")
"""The shape of one error in ``--json`` output; a key without a value is ``null``."""


class UserError(Exception):
    """Something that the person at the keyboard can mend.

    :ivar message: what is wrong, one sentence without the place.
    :ivar file: the file it is in, as the person knows it, and ``line`` counted from 1.
    :ivar path: where in the data, e.g. ``people[40117].unit``.
    :ivar host: the system it came from.
    :ivar remedy: what to do, in the imperative.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | os.PathLike[str] | None = None,
        line: int | None = None,
        path: str | None = None,
        host: str | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = os.fspath(file) if file is not None else None
        self.line = line
        self.path = path
        self.host = host
        self.remedy = remedy

    def as_dict(self) -> dict[str, Any]:
        """Every key of :data:`KEYS`."""
        return {key: getattr(self, key) for key in KEYS}


class UsageError(UserError):
    """The command line cannot be understood."""


def text_of(error: Mapping[str, Any]) -> str:
    """One error as a line for people: ``file:line: path: message (remedy)``."""
    file, line = error.get("file"), error.get("line")
    place = f"{file}:{line}: " if file and line else f"{file}: " if file else ""
    host = f"{error['host']}: " if error.get("host") else ""
    path = f"{error['path']}: " if error.get("path") else ""
    remedy = f" ({error['remedy']})" if error.get("remedy") else ""
    return f"{place}{host}{path}{error['message']}{remedy}"


def errors_of(exception: Exception) -> list[dict[str, Any]] | None:
    """The errors that an exception stands for; ``None`` where it was not meant for people."""
    if isinstance(exception, UserError):
        return [exception.as_dict()]
    # Imported only here: a start that goes well need not load the model.
    from ..plugins.plugin_utils.model.problems import InventoryError

    if isinstance(exception, InventoryError):
        return [problem.as_dict() for problem in exception.problems]
    shown: list[dict[str, Any]] | None = getattr(exception, "errors", None)
    return shown


def report(exception: Exception, *, as_json: bool, log: Path) -> int:
    """Say what went wrong, on stderr for people or on stdout as JSON, and return the exit status, 1.

    What was not meant for people is one line here; its traceback goes to ``log``, readable by its owner only.
    """
    errors = errors_of(exception)
    if errors is None:
        errors = [_unexpected(exception, log)]
    if getattr(exception, "shown", False) and not as_json:
        return 1  # a playbook's output said it already
    if as_json:
        print(json.dumps({"errors": errors}, ensure_ascii=False, indent=2))
    else:
        for error in errors:
            print(f"konak: {text_of(error)}", file=sys.stderr)
        if len(errors) > 1:
            print(f"konak: {len(errors)} errors", file=sys.stderr)
    return 1


def _unexpected(exception: Exception, log: Path) -> dict[str, Any]:
    words = traceback.format_exception_only(exception)[-1].strip().partition("\n")[0]
    try:
        _write_private(log, traceback.format_exception(exception))
        remedy = f"the details are in {log}; please report it"
    except OSError as problem:
        remedy = f"the details could not be written to {log}: {problem.strerror}"
    return UserError(f"unexpected error: {words}", remedy=remedy).as_dict()


def _write_private(path: Path, lines: Sequence[str]) -> None:
    """Replace a file by one that only its owner reads."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(lines)
