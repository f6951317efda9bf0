# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calm output: a line for what changed, the plan, and what went wrong; silence for the rest."""

from __future__ import annotations

DOCUMENTATION = r"""
name: calm
type: stdout
short_description: A line for what changed, silence for what did not
version_added: 0.1.0
author: Konak contributors (@konak)
description:
  - Prints plays, changed and failed tasks, and the plan that M(konak.it.plan) puts together.
  - Can leave the errors of a run as JSON for programs.
options:
  errors_file:
    description:
      - A file for the errors of the run, as C({errors:[{message,file,line,path,host,remedy}]}).
      - None is written if it is empty.
    type: str
    default: ""
    env:
      - name: KONAK_ERRORS
"""

import json
import os
import time
from typing import Any

from ansible import constants
from ansible.plugins.callback import CallbackBase

_SIGNS = (
    ("STOP", constants.COLOR_ERROR),
    ("    +", "green"),
    ("    -", "yellow"),
    ("    x", "red"),
    ("    ~", "cyan"),
    ("    >", "cyan"),
)


class CallbackModule(CallbackBase):  # type: ignore[misc]  # Ansible's base class is not typed
    """The stdout callback of the ``konak`` command."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "konak.it.calm"

    def __init__(self) -> None:
        super().__init__()
        self._started: dict[str, float] = {}
        self._errors: list[dict[str, Any]] = []

    def v2_playbook_on_play_start(self, play: Any) -> None:
        """Name the play."""
        self._display.display(play.get_name().strip(), color=constants.COLOR_HIGHLIGHT)

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        """Remember when the task began."""
        del is_conditional
        self._started[task.get_name()] = time.monotonic()

    def v2_runner_on_ok(self, result: Any) -> None:
        """Show the plan, or a line if something changed."""
        if "view" in result.result:
            self._show(result.result["view"])
        elif result.result.get("changed") and not result.result.get("view"):
            self._line(result, "changed", constants.COLOR_CHANGED)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Say what went wrong, and keep it for programs."""
        if ignore_errors:
            return
        if "view" in result.result:
            self._show(result.result["view"])
        message = str(
            result.result.get("msg")
            or result.result.get("module_stderr")
            or result.result.get("censored")
            or "no reason given"
        )
        self._line(result, "FAILED", constants.COLOR_ERROR, message)
        self._errors += result.result.get("errors") or [_entry(message, result.host.get_name())]

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """Say that a host does not answer."""
        message = str(result.result.get("msg", "it does not answer"))
        self._line(result, "UNREACHABLE", constants.COLOR_UNREACHABLE, message)
        self._errors.append(_entry(message, result.host.get_name(), "look whether the host runs and SSH is open"))

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Leave the errors for programs."""
        del stats
        path = self.get_option("errors_file")
        if path:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump({"errors": self._errors}, file, ensure_ascii=False)

    def _line(self, result: Any, word: str, colour: str, message: str = "") -> None:
        seconds = time.monotonic() - self._started.get(result.task.get_name(), time.monotonic())
        took = f" ({seconds:.0f} s)" if seconds >= 1 else ""
        head = f"  {word}: [{result.host.get_name()}] {result.task.get_name().strip()}{took}"
        self._display.display(head, color=colour)
        for line in message.splitlines():
            self._display.display(f"    {line}", color=colour)

    def _show(self, view: str) -> None:
        for line in view.splitlines():
            self._display.display(line, color=next((colour for sign, colour in _SIGNS if line.startswith(sign)), None))


def _entry(message: str, host: str, remedy: str | None = None) -> dict[str, Any]:
    return {"message": message, "file": None, "line": None, "path": None, "host": host, "remedy": remedy}
