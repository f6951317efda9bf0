# SPDX-License-Identifier: GPL-3.0-or-later
"""The command on a small city, with a stand-in for ansible-playbook where one would run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.konak.it.cli import __main__ as command
from ansible_collections.konak.it.cli import shell

BASE = Path(__file__).parents[2] / "negative" / "base"


@dataclass
class Konak:
    """``konak("plan", "--json")`` gives the exit status; the output is in ``out`` and ``err``.

    ``playbook`` is what is done in the place of ansible-playbook: given its environment, it returns a status.
    """

    folder: Path
    capture: pytest.CaptureFixture[str]
    playbook: Callable[[dict[str, str]], int] | None = None
    runs: list[list[str]] = field(default_factory=list)
    out: str = ""
    err: str = ""

    @property
    def inventory(self) -> Path:
        return self.folder / "inventory"

    @property
    def build(self) -> Path:
        return self.folder / "build"

    def __call__(self, *words: str) -> int:
        status = command.main([*words, "--inventory", str(self.inventory)])
        self.out, self.err = self.capture.readouterr()
        assert "Traceback" not in self.out + self.err
        return status

    @property
    def json(self) -> Any:
        """What a program reads: all of stdout."""
        return json.loads(self.out)

    def edit(self, file: str, old: str, new: str) -> None:
        """Change a file of the inventory, where that has this text."""
        path = self.inventory / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def extra(self) -> dict[str, Any]:
        """The variables that the last playbook was given."""
        argv = self.runs[-1]
        return dict(json.loads(argv[argv.index("-e") + 1])) if "-e" in argv else {}


@pytest.fixture
def konak(tmp_path, monkeypatch, capsys):
    """The command, and a city of its own."""
    shutil.copytree(BASE, tmp_path / "inventory")
    shutil.copy(shell.ROOT / "inventory" / "konak.yml", tmp_path / "inventory")
    for name in [name for name in os.environ if name.startswith("KONAK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KONAK_BUILD", str(tmp_path / "build"))
    made = Konak(tmp_path, capsys)

    def run(argv, *, env=None, **_):
        assert made.playbook, f"nothing was to be run, and {argv} was"
        made.runs.append([str(word) for word in argv])
        return subprocess.CompletedProcess(argv, made.playbook(dict(env or {})), "", "")

    monkeypatch.setattr(shell, "run", run)
    monkeypatch.setattr(command, "BUILD", tmp_path / "build")
    return made
