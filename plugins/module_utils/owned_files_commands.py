# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a service's own commands: argument lists, a limit of time, and output that is bounded and shows no secret.

Standard library only: this runs on managed hosts.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Sequence

from .owned_files_places import Stopped

Command = tuple[str, ...]
SHOWN = 4000
"""Letters of a command's output that are shown, from its end."""
READ = 1 << 16
"""Bytes of it that are read, from its end."""
PAUSE = 0.2
"""Seconds between two tries."""


def commands(option: str, given: Sequence[object]) -> tuple[Command, ...]:
    """The commands of an option: one as a list of words, or a list of such lists.

    :raises ValueError: if it is neither.
    """
    lists = [given] if given and all(isinstance(word, str) for word in given) else list(given)
    found: list[Command] = []
    for words in lists:
        if not isinstance(words, (list, tuple)) or not words or not all(isinstance(word, str) for word in words):
            raise ValueError(f"{option}: give a command as a list of its arguments, all text, or a list of such lists")
        found.append(tuple(words))
    return tuple(found)


def mask(text: str, secrets: Iterable[str]) -> str:
    """Replace every secret, the longest first, as one may hold another."""
    for secret in sorted({secret.strip() for secret in secrets}, key=len, reverse=True):
        if secret:
            text = text.replace(secret, "********")
    return text


def run_all(step: str, commands: Iterable[Command], seconds: float, secrets: Sequence[str]) -> None:
    """Run commands, one after the other.

    :raises Stopped: at the first that fails, or takes longer than ``seconds``.
    """
    for command in commands:
        status, output = attempt(command, seconds)
        if status != 0:
            raise _failure(step, command, status, output, seconds, secrets)


def wait_for(step: str, commands: Iterable[Command], seconds: float, secrets: Sequence[str]) -> None:
    """Run each command again and again until it succeeds.

    :raises Stopped: if one does not within ``seconds``, counted for all of them together.
    """
    end = time.monotonic() + seconds
    for command in commands:
        while True:
            status, output = attempt(command, max(end - time.monotonic(), PAUSE))
            if status == 0:
                break
            if time.monotonic() + PAUSE >= end:
                raise _failure(step, command, status, output, seconds, secrets)
            time.sleep(PAUSE)


def attempt(command: Command, seconds: float) -> tuple[int | None, str]:
    """Run one command: its exit status, nothing if its time was up, and the end of what it said.

    :raises OSError: if it cannot be started.
    """
    # In memory, where a full disk does not matter; and a daemon that keeps it open keeps nobody waiting, unlike a pipe.
    descriptor = os.memfd_create("output")
    try:
        # A module's own way, run_command, has no limit of time, and waits for daemons.
        process = subprocess.Popen(  # pylint: disable=ansible-bad-function
            command,
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd="/",
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        status: int | None
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            status = None
        size = os.fstat(descriptor).st_size
        return status, os.pread(descriptor, READ, max(size - READ, 0)).decode("utf-8", "replace")
    finally:
        os.close(descriptor)


def _failure(
    step: str, command: Command, status: int | None, output: str, seconds: float, secrets: Sequence[str]
) -> Stopped:
    how = f"was not done within {seconds:g} s" if status is None else f"ended with status {status}"
    message = f"{step}: {' '.join(command)} {how}"
    # Masked before it is cut: half a secret would not be recognised.
    return Stopped(step, mask(message, secrets), "", mask(output, secrets)[-SHOWN:].strip())
