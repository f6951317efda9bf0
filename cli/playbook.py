# SPDX-License-Identifier: GPL-3.0-or-later
"""Running our playbooks: the line is printed, so that everyone can run it without this command."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..plugins.plugin_utils import session
from ..plugins.plugin_utils.model.city import City
from ..plugins.plugin_utils.planning import store
from . import shell
from .errors import UserError
from .lab import is_up
from .shell import ROOT


class PlaybookError(Exception):
    """A playbook ended with errors, in the shape that programs read; ``shown``: its own output told them."""

    def __init__(self, errors: list[dict[str, Any]], *, shown: bool) -> None:
        super().__init__("; ".join(error["message"] for error in errors))
        self.errors, self.shown = errors, shown


def city(args: argparse.Namespace) -> City:
    """The model of the city that the command line names, checked before any playbook starts.

    :raises InventoryError: with every problem.
    :raises UserError: if the as-of date is not one.
    """
    try:
        return session.city(args.inventory, session.as_of_date(getattr(args, "as_of", None)))
    except ValueError as error:
        raise UserError(str(error)) from None


def build(args: argparse.Namespace) -> Path:
    """Where the generated files of this city are."""
    return session.build_folder(args.inventory)


def new_plan(args: argparse.Namespace, *, keep: bool = False) -> Path:
    """Where the plan of this run will be, once the inventory is checked and what an earlier run left is gone.

    :arg keep: leave the last plan where it is: it may be the approved one.
    """
    city(args)
    folder = build(args)
    store.forget_parts(folder)
    path = store.folder(folder) / "plan.json"
    if not keep:
        path.unlink(missing_ok=True)
    return path


def sources(inventory: Path) -> list[str]:
    """The inventory sources for Ansible: the city, and the lab's hosts while a lab of this city is up."""
    found = ["-i", _short(inventory / "konak.yml")]
    if is_up(ROOT, inventory):
        found += ["-i", _short(ROOT / "build" / "lab" / "hosts.yml")]
    return found


def run(args: argparse.Namespace, name: str, variables: Mapping[str, Any] | None = None) -> None:
    """Run ``playbooks/NAME.yml`` for the city of the command line.

    :arg variables: extra variables, shown with the line: never a secret.
    :raises PlaybookError: if it does not end well.
    """
    extra = ["-e", json.dumps(variables, ensure_ascii=False)] if variables else []
    argv = ["ansible-playbook", *sources(args.inventory), *extra, f"playbooks/{name}.yml"]
    env = {"ANSIBLE_STDOUT_CALLBACK": "konak.it.calm"}
    if getattr(args, "as_of", None):
        env["KONAK_AS_OF"] = args.as_of
    quiet = bool(getattr(args, "json", False))
    if not quiet:
        shown = [*(f"{key}={value}" for key, value in env.items() if key == "KONAK_AS_OF"), *argv]
        print(f"$ {shlex.join(shown)}", file=sys.stderr, flush=True)
    descriptor, errors = tempfile.mkstemp(prefix="konak-errors-")
    os.close(descriptor)
    try:
        done = shell.run(argv, env={**env, "KONAK_ERRORS": errors}, capture=quiet, check=False)
        if done.returncode != 0:
            found = _told(Path(errors))
            told = found or [_untold(done.returncode, done.stdout)]
            raise PlaybookError(told, shown=bool(found) and not quiet)
    finally:
        Path(errors).unlink(missing_ok=True)


def _told(path: Path) -> list[dict[str, Any]]:
    """The errors that the run's callback left; none if it never came to that."""
    try:
        found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["errors"]
    except (OSError, ValueError, KeyError):
        return []
    return found


def _untold(status: int, output: str) -> dict[str, Any]:
    tail = " ".join(output.splitlines()[-3:])
    return UserError(f"ansible-playbook ended with status {status}. {tail}".strip()).as_dict()


def _short(path: Path) -> str:
    """The path as one would type it in the clone."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
