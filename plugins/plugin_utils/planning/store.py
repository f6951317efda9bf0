# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a plan, under ``build/plan``: one part a system, then the whole as JSON and Markdown.

No secret is in them, but names of people are: the folder is its owner's alone.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ...module_utils.plan import Change, Plan, Stop

TAGS = ("person", "unit", "site")
"""The tags that a plan can be limited by."""


@dataclass(frozen=True)
class Part:
    """What one system has to say for the plan.

    :ivar live: how many objects of ours of each kind it holds now.
    :ivar stops: why its changes must not be applied, beside what the limits say.
    :ivar unmanaged: what lies in our territory and is not ours.
    :ivar source: which of the system's servers answered.
    :ivar notes: what people should know beside the changes: a step that does not come, and why.
    :ivar place: which of several servers the part is of, where each holds something else; empty for a system's first.
    """

    system: str
    changes: tuple[Change, ...] = ()
    live: Mapping[str, int] = field(default_factory=dict)
    stops: tuple[Stop, ...] = ()
    unmanaged: tuple[str, ...] = ()
    source: str = ""
    notes: tuple[str, ...] = ()
    place: str = ""


class PlanFileError(Exception):
    """A plan file cannot be used; the message says why and what to do."""


def folder(build: Path) -> Path:
    """The folder of plans, made if it is not there."""
    plans = build / "plan"
    plans.mkdir(mode=0o700, parents=True, exist_ok=True)
    return plans


def _part_path(build: Path, system: str, place: str) -> Path:
    return folder(build) / (f"part-{system}@{place}.json" if place else f"part-{system}.json")


def write_part(build: Path, part: Part) -> None:
    """Keep a system's part until the plan is put together."""
    _write(_part_path(build, part.system, part.place), json.dumps(asdict(part), ensure_ascii=False))


def read_part(build: Path, system: str, place: str = "") -> Part:
    """The part that the system left in this run.

    :raises PlanFileError: if there is none.
    """
    try:
        data = json.loads(_part_path(build, system, place).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PlanFileError(
            f"the {system} has not said what it would change; its task must run before konak.it.plan"
        ) from None
    changes = tuple(Change.from_dict(change) for change in data.pop("changes"))
    stops = tuple(Stop(**stop) for stop in data.pop("stops"))
    unmanaged, notes = (tuple(data.pop(name)) for name in ("unmanaged", "notes"))
    return Part(changes=changes, stops=stops, unmanaged=unmanaged, notes=notes, **data)


def read_parts(build: Path, system: str) -> list[Part]:
    """The parts of all places of the system, its first one before the others.

    :raises PlanFileError: if the first is not there.
    """
    places = sorted(path.stem.partition("@")[2] for path in folder(build).glob(f"part-{system}@*.json"))
    return [read_part(build, system, place) for place in ("", *places)]


def forget_parts(build: Path) -> None:
    """Remove what an earlier run left, so that no plan is made of old parts."""
    for path in folder(build).glob("part-*.json"):
        path.unlink(missing_ok=True)


def write_plan(build: Path, plan: Plan, markdown: str) -> Path:
    """Write ``plan.json`` and ``plan.md``; the path of the first."""
    plans = folder(build)
    _write(plans / "plan.json", json.dumps(plan.as_dict(), ensure_ascii=False, indent=1) + "\n")
    _write(plans / "plan.md", markdown)
    return plans / "plan.json"


def write_page(build: Path, name: str, text: str) -> Path:
    """Leave a page for people beside the plan; its path."""
    path = folder(build) / f"{name}.md"
    _write(path, text)
    return path


def write_inverse(build: Path, system: str, done: Plan, forms: Mapping[str, str] | None = None) -> Path:
    """Keep what would undo an apply: the inverse of the changes that it did, named by system and digest.

    :arg forms: the same in the system's own forms, ``{file name's ending: text}``.
    """
    undo = folder(build).parent / "applied"
    undo.mkdir(mode=0o700, exist_ok=True)
    path = undo / f"inverse-{system}-{done.digest[:12]}.json"
    write_json(path, done.inverse().as_dict())
    for ending, text in (forms or {}).items():
        _write(path.with_suffix(f".{ending}"), text)
    return path


def read_plan(path: Path) -> Plan:
    """Read a plan file.

    :raises PlanFileError: if it is not there, not a plan, or was edited.
    """
    try:
        return Plan.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise PlanFileError(f"the plan {path} cannot be read: {error.strerror}; make one with ./konak plan") from None
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError):
        reason = "it lacks what a plan has"
    except ValueError as error:
        reason = str(error)
    raise PlanFileError(f"{path} is not a plan that can be applied: {reason}; make one with ./konak plan")


def differences(approved: Plan, fresh: Plan) -> list[str]:
    """What is different between an approved plan and the one that would be made now, a line a change."""
    before = {change.identity: change for change in approved.changes}
    now = {change.identity: change for change in fresh.changes}
    lines = []
    for identity in sorted(before.keys() | now.keys()):
        old, new = before.get(identity), now.get(identity)
        if old and new and (old.action, old.fields) == (new.action, new.fields):
            continue
        shown = now.get(identity) or before[identity]
        words = "was approved otherwise" if old and new else "was not approved" if new else "is no longer needed"
        lines.append(f"{shown.system}: {shown.action} {shown.kind} {shown.label} ({shown.key}) {words}{_places(shown)}")
    return lines


def _places(change: Change) -> str:
    places = [f"{reason.file}:{reason.line}" for reason in change.reasons if reason.file]
    return f", {places[0]}" if places else ""


def write_json(path: Path, data: Any) -> None:
    """Write a JSON file for its owner alone, swapped in whole."""
    _write(path, json.dumps(data, ensure_ascii=False, indent=1) + "\n")


def _write(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mode 0600
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(name).replace(path)


def selected(changes: Iterable[Change], limit: str) -> list[Change]:
    """The changes whose tags fit ``TAG=VALUE``; all for an empty limit.

    :raises PlanFileError: if the limit has another form.
    """
    if not limit:
        return list(changes)
    tag, sign, value = limit.partition("=")
    if not sign or tag not in TAGS:
        raise PlanFileError(
            f"the limit {limit!r} is not understood: write {', '.join(f'{tag}=' for tag in TAGS)} and a key"
        )
    return [change for change in changes if change.tags.get(tag) == value]
