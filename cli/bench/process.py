# SPDX-License-Identifier: GPL-3.0-or-later
"""Start the measured processes and read what they say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from .. import shell
from ..errors import UserError
from ..shell import ROOT
from .figures import middle

COLLECTIONS = Path(__file__).parents[5]
"""The folder from which this process imports ``ansible_collections``: the worker is to find the same."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of a task: seconds by step, and the most memory in MB."""

    seconds: Mapping[str, float]
    peak: float


def work(task: str, *arguments: str | os.PathLike[str], env: Mapping[str, str] | None = None) -> Measured:
    """Run a task of the worker in a fresh process.

    :raises UserError: with the worker's last words, if it fails.
    """
    argv = [sys.executable, "-P", "-m", f"{__package__}.worker", task, *(os.fspath(word) for word in arguments)]
    home = {"PYTHONPATH": str(COLLECTIONS), **(env or {})}
    # stdout alone holds the figures: a warning on stderr must not get into them.
    done = subprocess.run(argv, cwd=ROOT, env=shell.environment(home), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        words = " ".join(done.stderr.split("\n")[-3:]).strip()
        raise UserError(f"the benchmark's task {task} failed: {words}")
    result = json.loads(done.stdout)
    return Measured(result["seconds"], result["peak"])


def median_of(runs: list[Measured]) -> Measured:
    """The median of each step, and of the peak."""
    steps = {step: middle(run.seconds[step] for run in runs) for step in runs[0].seconds}
    return Measured(steps, middle(run.peak for run in runs))


def playbook_line(inventory: Path, lab: Path, *arguments: str) -> list[str]:
    """The line that runs a playbook for a generated city in the lab."""
    return ["ansible-playbook", "-i", str(inventory / "konak.yml"), "-i", str(lab / "hosts.yml"), *arguments]


def follow(argv: list[str], progress: Callable[[str], None]) -> None:
    """Run a playbook; of what it prints, pass on how far an action is.

    :raises UserError: with its last words, if it fails.
    """
    env = shell.environment({"ANSIBLE_STDOUT_CALLBACK": "konak.it.calm"})
    tail: deque[str] = deque(maxlen=8)
    # Both streams together: what went wrong is at the end of either.
    with subprocess.Popen(
        argv, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            tail.append(line.strip())
            if " requests, about " in line:
                progress(line.strip())
    if process.returncode != 0:
        raise UserError(f"{argv[0]} ended with status {process.returncode}: {' '.join(tail)}")


def durations(record: dict[str, Any]) -> dict[str, float]:
    """Seconds of each task by its name, of what the callback ``ansible.posix.json`` prints."""
    found: dict[str, float] = {}
    for play in record["plays"]:
        for row in play["tasks"]:
            times = row["task"]["duration"]
            if "end" in times:
                began, ended = (datetime.fromisoformat(times[key]) for key in ("start", "end"))
                name = row["task"]["name"]
                found[name] = found.get(name, 0.0) + (ended - began).total_seconds()
    return found
