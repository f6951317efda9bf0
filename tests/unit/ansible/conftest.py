# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's own programs, run on a city in a folder of the test's own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.konak.it.cli import shell

BASE = Path(__file__).parents[2] / "negative" / "base"


@dataclass(frozen=True)
class Ansible:
    """A small city under ``folder``, and programs that work on it; all that they generate stays in ``folder`` too."""

    folder: Path

    @property
    def inventory(self) -> Path:
        return self.folder / "inventory"

    @property
    def build(self) -> Path:
        return self.folder / "build"

    def run(self, program: str, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        """Run one of Ansible's programs, both streams kept apart."""
        own = {
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "ANSIBLE_CALLBACK_RESULT_FORMAT": "json",
            "ANSIBLE_NOCOLOR": "1",
            "KONAK_BUILD": str(self.build),
            "KONAK_AS_OF": "2026-06-01",
            "GIT_CEILING_DIRECTORIES": str(self.folder),
        }
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "KONAK_"))}
        command = [str(Path(sys.prefix) / "bin" / program), "-i", str(self.inventory / "konak.yml"), *arguments]
        # In the environment of the command, but for what a person who runs the tests may have set.
        settings = {name: value for name, value in shell.environment().items() if name in {"PATH", "LC_ALL"}}
        config = {"ANSIBLE_CONFIG": str(shell.ROOT / "ansible.cfg")}
        return subprocess.run(
            command,
            cwd=shell.ROOT,
            env={**environment, **settings, **config, **own, **extra},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def task(self, action: str, arguments: dict[str, Any], *options: str, **extra: str) -> dict[str, Any]:
        """The result of one action on this machine, without a playbook."""
        done = self.run("ansible", "localhost", "-m", action, "-a", json.dumps(arguments), *options, **extra)
        head, sign, result = done.stdout.partition(" => ")
        assert sign, done.stdout + done.stderr
        assert (done.returncode == 0) == ("FAILED" not in head)
        return dict(json.loads(result))

    def play(self, tasks: Sequence[dict[str, Any]], *options: str, **extra: str) -> subprocess.CompletedProcess[str]:
        """Run a play of these tasks on this machine."""
        path = self.folder / "play.yml"
        play = {"name": "A test", "hosts": "localhost", "connection": "local", "gather_facts": False}
        path.write_text(json.dumps([{**play, "tasks": list(tasks)}]), encoding="utf-8")
        return self.run("ansible-playbook", *options, str(path), **extra)

    def edit(self, file: str, old: str, new: str) -> None:
        """Change a file of the inventory."""
        path = self.inventory / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def ansible(tmp_path: Path) -> Ansible:
    """Ansible on a small valid city."""
    shutil.copytree(BASE, tmp_path / "inventory")
    shutil.copy(shell.ROOT / "inventory" / "konak.yml", tmp_path / "inventory")
    return Ansible(tmp_path)
