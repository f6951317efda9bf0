# SPDX-License-Identifier: GPL-3.0-or-later
"""Running other programs: argument lists, never a shell."""

from __future__ import annotations

import locale
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from .errors import UserError

ROOT = Path(__file__).resolve().parents[1]
"""The clone, or the installed collection."""

BUILD = ROOT / "build" if (ROOT / "konak").exists() else Path.cwd() / "build"
"""Everything generated. An installed collection may not be ours to write to: there it is the working directory's."""

INTERRUPT_GRACE = 30.0
"""Seconds that a program has to end by itself after Ctrl-C, before it is told to."""


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for a program: this one, with our own tools first on PATH and our ansible.cfg."""
    env = dict(os.environ)
    bin_folder = str(Path(sys.prefix) / "bin")
    path = env.get("PATH", os.defpath)
    if path.split(os.pathsep, 1)[0] != bin_folder:
        env["PATH"] = os.pathsep.join([bin_folder, path])
    if (ROOT / "ansible.cfg").exists():
        env.setdefault("ANSIBLE_CONFIG", str(ROOT / "ansible.cfg"))
    # Ansible refuses to start in a locale that is not UTF-8.
    if locale.getencoding().lower().replace("-", "") != "utf8":
        env["LC_ALL"] = "C.UTF-8"
    env.update(extra or {})
    return env


def run(
    argv: Sequence[str | os.PathLike[str]],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    show: bool = False,
    capture: bool = False,
    check: bool = True,
    stdin: str | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end.

    :param argv: the program and its arguments. Never a secret: others on the machine can read these.
    :param cwd: where it runs; the clone unless given.
    :param env: added to :func:`environment`; never shown, so that a secret may be handed over here.
    :param show: print the line first, on stderr, as one could type it.
    :param capture: keep its output, both streams together in ``stdout``, instead of letting it through.
    :param check: a status other than 0 is an error.
    :param stdin: its standard input; nothing unless given.
    :raises UserError: the program is not there, or ended with another status while ``check``.
    """
    words = [os.fspath(word) for word in argv]
    if show:
        print(f"$ {shlex.join(words)}", file=sys.stderr, flush=True)
    sys.stdout.flush()
    try:
        process = subprocess.Popen(
            words,
            cwd=cwd or ROOT,
            env=environment(env),
            stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE if capture else None,
            stderr=subprocess.STDOUT if capture else None,
            encoding="utf-8",
            errors="replace",
        )
    except FileNotFoundError as problem:
        name = words[0] if problem.filename in (None, words[0]) else problem.filename
        raise UserError(f"{name} is not there", remedy="install it, or look at PATH") from None
    except PermissionError:
        raise UserError(f"{words[0]} may not be run", remedy="look at its permissions") from None
    output = _finish(process, stdin)
    if check and process.returncode != 0:
        tail = "\n".join((output or "").splitlines()[-20:])
        raise UserError(f"{shlex.join(words)}: {_ending(process.returncode)}" + (f"\n{tail}" if tail else ""))
    return subprocess.CompletedProcess(words, process.returncode, output or "", "")


def _finish(process: subprocess.Popen[str], stdin: str | None) -> str | None:
    """Wait for a program. Ctrl-C reached it too: let it clean up, then stop it."""
    try:
        output, _ = process.communicate(stdin)
    except KeyboardInterrupt:
        try:
            process.wait(INTERRUPT_GRACE)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            process.terminate()
            process.wait()
        raise
    return output


def _ending(status: int) -> str:
    return f"ended with status {status}" if status >= 0 else f"was ended by signal {-status}"
