# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan for people: on a terminal and as Markdown, by system and, where there is one, by unit and person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

from ...module_utils.plan import Change, Plan, Reason

SIGNS = {
    "create": "+",
    "restore": "+",
    "disable": "-",
    "retire": "-",
    "delete": "x",
    "move": ">",
    "rename": "~",
    "update": "~",
}
SHOWN = 40
"""A plan of so many changes is shown in full on the terminal, a larger one by a line for the first of each sort."""
ALIKE = 5
"""How many of one unit, kind and action a large plan shows; the files hold all."""

SHOWN_UNMANAGED = 5
"""How many objects that are not ours the terminal names."""


def summary(plan: Plan) -> str:
    """One line: how much of what."""
    if not plan.changes:
        return "Nothing to change."
    counts = Counter((change.action, change.kind) for change in plan.changes)
    words = ", ".join(f"{count} {kind} {action}" for (action, kind), count in sorted(counts.items()))
    return f"{len(plan.changes)} change{'s' if len(plan.changes) > 1 else ''}: {words}."


def text(plan: Plan) -> str:
    """The plan for a terminal."""
    tell = _in_full if len(plan.changes) <= SHOWN else _in_short
    lines = [f"Plan for {plan.as_of}, {plan.digest[:12]}"]
    for system, changes in _by(plan.changes, lambda change: change.system):
        lines += ["", system]
        for unit, some in _by(changes, lambda change: change.tags.get("unit", "")):
            lines.append(f"  {unit or 'all units'}")
            for _, alike in _by(some, lambda change: (change.kind, change.action)):
                lines += tell(alike)
    if plan.unmanaged:
        lines += ["", f"Not ours, and left alone: {len(plan.unmanaged)}"]
        lines += [f"  {name}" for name in plan.unmanaged[:SHOWN_UNMANAGED]]
    if plan.notes:
        lines += ["", *plan.notes]
    lines += ["", summary(plan)]
    for stop in plan.stops:
        lines.append(f"STOP {stop.message} ({stop.remedy})" if stop.remedy else f"STOP {stop.message}")
    return "\n".join(map(printable, lines))


def _head(change: Change) -> str:
    return f"    {SIGNS[change.action]} {change.action} {change.kind} {change.label} ({change.key})"


def _in_full(changes: list[Change]) -> Iterator[str]:
    for change in changes:
        yield _head(change)
        for name, difference in _told(change):
            yield f"        {name}: {difference}"
        for reason in _few(change):
            yield f"        because {_reason(reason)}"


def _in_short(changes: list[Change]) -> Iterator[str]:
    yield from map(_head, changes[:ALIKE])
    if len(changes) > ALIKE:
        yield f"      and {len(changes) - ALIKE} more of these; build/plan/plan.md has all"


def markdown(plan: Plan) -> str:
    """The plan as a page for a pull request: a table of units and actions, then every change."""
    lines = [f"# Plan for {plan.as_of}", "", f"`{plan.digest}`", "", summary(plan)]
    if plan.commit:
        lines += ["", f"Inventory at commit `{plan.commit}`."]
    for stop in plan.stops:
        lines += ["", f"> **Stopped by the guard:** {stop.message}. {stop.remedy}".rstrip()]
    for system, changes in _by(plan.changes, lambda change: change.system):
        lines += ["", f"## {system}", "", "| unit | action | kind | how many |", "| --- | --- | --- | ---: |"]
        counts = Counter((change.tags.get("unit", ""), change.action, change.kind) for change in changes)
        lines += [
            f"| {unit or '(all)'} | {action} | {kind} | {count} |"
            for (unit, action, kind), count in sorted(counts.items())
        ]
        for unit, some in _by(changes, lambda change: change.tags.get("unit", "")):
            lines += ["", f"### {unit or 'All units'}", ""]
            for change in some:
                lines.append(f"- **{change.action}** {change.kind} {change.label} (`{change.key}`)")
                lines += [f"  - {name}: {difference}" for name, difference in _told(change)]
                lines += [f"  - because {_reason(reason)}" for reason in change.reasons]
    if plan.unmanaged:
        lines += ["", "## Not ours, and left alone", "", *(f"- {name}" for name in plan.unmanaged)]
    if plan.notes:
        lines += ["", "## To know", "", *(f"- {note}" for note in plan.notes)]
    return "\n".join(map(printable, lines)) + "\n"


def printable(line: str) -> str:
    """The line without what would upset a terminal or a page: a value changed by hand may hold anything."""
    return line if line.isprintable() else "".join(letter if letter.isprintable() else "�" for letter in line)


def _told(change: Change) -> Iterator[tuple[str, str]]:
    """Name and words of each changed field; what a new object lacks is not told."""
    for name, difference in change.fields.items():
        if "added" in difference:
            words = [*(f"+{value}" for value in difference["added"]), *(f"-{value}" for value in difference["removed"])]
            if words:
                yield name, " ".join(words)
        elif change.action == "create":
            if difference["after"] is not None:
                yield name, _value(difference["after"])
        else:
            yield name, f"{_value(difference['before'])} → {_value(difference['after'])}"


def _few(change: Change) -> tuple[Reason, ...]:
    """The reasons that a terminal shows: of a new object, the record's first line is enough."""
    if change.action != "create":
        return change.reasons[:3]
    return tuple(sorted(change.reasons, key=lambda reason: reason.line or 0)[:1])


def _value(value: Any) -> str:
    """A value in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value in (None, "") else str(value)


def _reason(reason: Reason) -> str:
    place = f"{reason.file}:{reason.line}" if reason.file else ""
    commit = f", commit {reason.commit[:10]}" if reason.commit else ""
    ticket = f", {reason.ticket}" if reason.ticket else ""
    return f"{place or reason.text}{commit}{ticket}"


def _by(changes: Iterable[Change], key: Callable[[Change], Any]) -> Iterator[tuple[Any, list[Change]]]:
    for name, some in groupby(sorted(changes, key=key), key=key):
        yield name, list(some)
