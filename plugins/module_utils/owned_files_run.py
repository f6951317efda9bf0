# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deliver a set of files: compare, stage, validate, swap, reload, check the health; put all back if one of them fails.

Standard library only: this runs on managed hosts.
"""

from __future__ import annotations

import grp
import pwd
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .owned_files import File, Named, Plan, Problem, check_paths, compare, dump_manifest
from .owned_files_commands import Command, mask, run_all, wait_for
from .owned_files_diff import differences
from .owned_files_live import look
from .owned_files_places import Places, Step, Stopped, close, finish, load_journal, recover, save, undo
from .owned_files_swap import Delivery

NAME = re.compile(r"[a-z0-9][a-z0-9_-]*\Z")


@dataclass(frozen=True)
class Request:
    """What is asked for.

    :ivar roots: absolute paths; every file lies below one of them.
    :ivar state: the folder of manifests and journals.
    :ivar keep: paths of ours that stay as they are.
    :ivar contents: contents by path, of as many files as the caller chose to hand over.
    :ivar validate: commands, each an argument list, in which ``{staged}`` stands for the staged tree, laid out as from
        ``/``.
    :ivar health_seconds: how long the health commands are tried until they succeed.
    :ivar command_seconds: how long any other command may take.
    :ivar secrets: values that are never shown.
    :ivar diff: whether the texts before and after are asked for.
    """

    name: str
    roots: tuple[str, ...]
    files: Mapping[str, Named]
    state: Path
    contents: Mapping[str, bytes] = field(default_factory=dict)
    adopt: bool = False
    keep: tuple[str, ...] = ()
    validate: tuple[Command, ...] = ()
    reload: tuple[Command, ...] = ()
    health: tuple[Command, ...] = ()
    health_seconds: float = 30
    command_seconds: float = 60
    secrets: tuple[str, ...] = ()
    check: bool = False
    diff: bool = False


@dataclass
class Result:
    """What was done, or would be; the same keys in a check.

    :ivar needs: files whose content must be handed over first; nothing was done if there are any.
    :ivar recovered: what became of an interrupted earlier run: ``restored``, ``completed``, or ``due`` in a check.
    :ivar errors: ``{step, message, path, output, remedy}``, the first of them the cause.
    """

    changed: bool = False
    changes: list[dict[str, str | bool]] = field(default_factory=list)
    validated: bool = False
    reloaded: bool = False
    healthy: bool = False
    rolled_back: bool = False
    recovered: str = ""
    needs: list[str] = field(default_factory=list)
    errors: list[dict[str, str]] = field(default_factory=list)
    diff: list[dict[str, str]] | None = None

    def as_dict(self) -> dict[str, Any]:
        """The result in Ansible's shape."""
        result = {name: value for name, value in vars(self).items() if name != "diff" or value is not None}
        if self.errors:
            result |= {"failed": True, "msg": self.summary()}
        return result

    def summary(self) -> str:
        """What failed, and how things stand now."""
        steps = [entry["step"] for entry in self.errors]
        if self.rolled_back:
            end = "the old files are back"
        elif "put back" in steps:
            end = "the old files could not be put back; the next run tries again"
        elif steps[0] == "clear away":
            end = "the new files are in place; the next run clears away what is left of the delivery"
        else:
            end = "no file was changed"
        return "\n".join([*(entry["message"] for entry in self.errors), end])


def deliver(request: Request, step: Step = lambda _name: None) -> Result:
    """Bring the files to what is wanted; whatever goes wrong is in the result's errors."""
    result = Result()
    wanted, problems = _resolve(request)
    if problems:
        _refuse(result, problems)
        return result
    try:
        with _named("compare"):
            _deliver(request, wanted, result, step)
    except Stopped as stopped:
        result.changed = False
        _note(result, stopped)
    for entry in result.errors:
        entry.update({key: mask(text, request.secrets) for key, text in entry.items()})
    return result


def _resolve(request: Request) -> tuple[dict[str, File], list[Problem]]:
    """The wanted files with the host's numbers for owner and group."""
    problems = check_paths(request.roots, request.files)
    if not NAME.match(request.name):
        problems.append(Problem(f"{request.name!r} is no name for a set", remedy="small letters, digits, - and _"))
    wanted: dict[str, File] = {}
    users: dict[str, int | None] = {}
    groups: dict[str, int | None] = {}
    for path, file in request.files.items():
        if file.owner not in users:
            users[file.owner] = _number(file.owner, lambda name: pwd.getpwnam(name).pw_uid)
        if file.group not in groups:
            groups[file.group] = _number(file.group, lambda name: grp.getgrnam(name).gr_gid)
        uid, gid = users[file.owner], groups[file.group]
        if uid is not None and gid is not None:
            wanted[path] = File(file.sha256, file.mode, uid, gid, secret=file.secret)
    for word, known in (("user", users), ("group", groups)):
        problems += [
            Problem(f"this host has no {word} {name}", remedy="install what brings it first")
            for name, number in known.items()
            if number is None
        ]
    return wanted, problems


def _number(name: str, find: Any) -> int | None:
    if name.isdecimal():
        return int(name)
    try:
        return int(find(name))
    except KeyError:
        return None


def _deliver(request: Request, wanted: Mapping[str, File], result: Result, step: Step) -> None:
    """Look, and take the lock only if there is something to do."""
    places = Places(request.name, request.roots, request.state)
    interrupted = load_journal(places) is not None
    if request.check or not interrupted:
        owned = places.owned()
        plan = _plan(request, wanted, owned, places, result)
        result.recovered = "due" if interrupted else ""
        settled = not plan.changes and dump_manifest(plan.owned) == dump_manifest(owned)
        if request.check or plan.problems or result.needs or settled:
            return
    with places.lock():
        result.recovered = recover(places, step)
        owned = places.owned()
        plan = _plan(request, wanted, owned, places, result)
        result.changed = bool(plan.changes or result.recovered)
        if result.needs:
            return
        if plan.changes and not plan.problems:
            _carry_out(request, Delivery(places, plan, wanted, request.contents, step), result)
            return
        if not plan.problems:
            save(places.manifest, dump_manifest(plan.owned), step)
        if result.recovered == "restored":
            _reload(request, result, step)
            close(places, step)


def _plan(
    request: Request, wanted: Mapping[str, File], owned: Mapping[str, File], places: Places, result: Result
) -> Plan:
    """Compare with what is there now, and write into the result what comes of it."""
    lost = sorted(path for path in owned if path not in wanted and check_paths(request.roots, [path]))
    found = look({*wanted, *owned}.difference(lost), request.roots)
    known = {path: file for path, file in owned.items() if path not in lost}
    plan = compare(wanted, found, known, places.others(), request.adopt, request.keep)
    problems = [
        *plan.problems,
        *(
            Problem(f"{path} is ours, and below none of the roots", path, "keep its root until it is gone")
            for path in lost
        ),
    ]
    plan = Plan(plan.changes, tuple(problems), plan.owned)
    result.changes = [change.as_dict() for change in plan.changes]
    result.changed = bool(plan.changes)
    result.needs = [] if problems else plan.needs(request.contents)
    if problems:
        _refuse(result, problems)
    elif request.diff and not result.needs:
        result.diff = differences(plan, wanted, found, owned, request.contents, request.secrets)
    return plan


def _carry_out(request: Request, delivery: Delivery, result: Result) -> None:
    """Do it; if a step fails, put everything back."""
    places, step, swapped = delivery.places, delivery.step, False
    try:
        with _named("stage"):
            journal = delivery.begin()
            delivery.stage(journal)
        with _named("validate"):
            if request.validate:
                staged = str(delivery.show())
                commands = [tuple(word.replace("{staged}", staged) for word in words) for words in request.validate]
                step("validate")
                run_all("validate", commands, request.command_seconds, request.secrets)
                result.validated = True
        with _named("swap"):
            swapped = True
            delivery.swap(journal)
        _reload(request, result, step)
        with _named("keep"):
            delivery.keep()
    except Stopped as stopped:
        _note(result, stopped)
        _put_back(request, places, result, swapped, step)
        return
    try:
        with _named("clear away"):
            finish(places, step)
    except Stopped as stopped:
        # All is as wanted; the journal stays, and the next run clears away.
        _note(result, stopped)


def _reload(request: Request, result: Result, step: Step) -> None:
    with _named("reload"):
        if request.reload:
            step("reload")
            run_all("reload", request.reload, request.command_seconds, request.secrets)
            result.reloaded = True
    with _named("health"):
        if request.health:
            step("health")
            wait_for("health", request.health, request.health_seconds, request.secrets)
            result.healthy = True


def _put_back(request: Request, places: Places, result: Result, swapped: bool, step: Step) -> None:
    """Restore the old files, and have the service read them again if it may have read the new ones."""
    result.changed = result.reloaded = False
    try:
        with _named("put back"):
            undo(places, step)
        result.rolled_back = swapped
        if request.reload and (swapped or result.recovered == "restored"):
            with _named("reload the old state"):
                step("reload the old state")
                run_all("reload the old state", request.reload, request.command_seconds, request.secrets)
                result.reloaded = True
        with _named("clear away"):
            close(places, step)
    except Stopped as stopped:
        # The journal stays: the next run does it again.
        _note(result, stopped)


@contextmanager
def _named(step: str) -> Iterator[None]:
    """Say in which step the system refused something."""
    try:
        yield
    except OSError as error:
        path = error.filename if isinstance(error.filename, str) else ""
        raise Stopped(step, f"{step}: {error.strerror or error}{f': {path}' if path else ''}", path) from error


def _note(result: Result, stopped: Stopped) -> None:
    result.errors.append(
        {
            "step": stopped.step,
            "message": stopped.message,
            "path": stopped.path,
            "output": stopped.output,
            "remedy": "",
        }
    )


def _refuse(result: Result, problems: list[Problem]) -> None:
    result.changed = False
    result.errors = [
        {"step": "compare", "message": p.message, "path": p.path, "output": "", "remedy": p.remedy} for p in problems
    ]
