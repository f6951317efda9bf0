# SPDX-License-Identifier: GPL-3.0-or-later
"""``./konak drift``: what differs from the inventory although nobody committed it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from ...plugins.module_utils.plan import Change, Plan
from ...plugins.plugin_utils.planning.store import read_plan
from ...plugins.plugin_utils.planning.view import printable
from .. import options, playbook
from ..errors import UserError

SUMMARY = "names what differs from the inventory though nobody committed it"
DESCRIPTION = """\
Reads the live systems and names every difference, in three classes: changed (an object of ours is not as the
inventory says), missing (it is gone), unmanaged (something in our territory is not ours). Run it when everything that
is committed has been applied; what is not applied yet differs too. Changes nothing. Exit status: 0 no drift, 2 drift
found, 1 an error.
"""


@dataclass(frozen=True)
class Drift:
    """One difference; ``attribute``, ``live`` and ``inventory`` are empty where the object itself is what differs."""

    system: str
    sort: str
    object: str
    attribute: str | None = None
    live: Any = None
    inventory: Any = None

    def __str__(self) -> str:
        if self.attribute is None:
            return f"{self.sort}: {self.object}"
        return f"{self.sort}: {self.object}: {self.attribute} is {self.live}, not {self.inventory}"


def configure(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    options.add_as_of(parser)
    options.add_scope(parser)


def run(args: argparse.Namespace) -> int:
    """Plan, and read the plan as drift. A plan that the guard would stop is drift all the same."""
    path = playbook.new_plan(args)
    args.allow = []
    try:
        playbook.run(argparse.Namespace(**{**vars(args), "json": True}), "plan", options.variables(args))
    except playbook.PlaybookError as error:
        if not path.exists():
            raise playbook.PlaybookError(error.errors, shown=False) from None
    plan = read_plan(path)
    if short := next((stop for stop in plan.stops if stop.rule.endswith(".missing")), None):
        raise UserError(short.message, remedy=short.remedy)  # an answer that is cut short says nothing of drift
    found = list(drifts(plan))
    if args.json:
        print(json.dumps([asdict(drift) for drift in found], ensure_ascii=False, indent=1))
        return 2 if found else 0
    for drift in found:
        print(f"  {printable(str(drift))}")
    print(f"{len(found)} differences." if found else "No drift.")
    return 2 if found else 0


def drifts(plan: Plan) -> Iterator[Drift]:
    """A plan, read the other way round: what is live instead of what should be."""
    for change in plan.changes:
        name = f"{change.kind} {change.label} ({change.key})"
        if change.action == "create":
            yield Drift(change.system, "missing", name)
            continue
        yield from (Drift(change.system, "changed", name, *values) for values in _values(change))
    for entry in plan.unmanaged:
        system, _, name = entry.partition(": ")
        yield Drift(system, "unmanaged", name)


def _values(change: Change) -> Iterator[tuple[str, Any, Any]]:
    """Attribute, live value and wanted value of each field that differs; of a list, one for each entry."""
    for name, difference in change.fields.items():
        if "added" in difference:
            yield from ((name, f"without {entry}", f"with {entry}") for entry in difference["added"])
            yield from ((name, f"with {entry}", f"without {entry}") for entry in difference["removed"])
        else:
            yield name, difference["before"], difference["after"]
