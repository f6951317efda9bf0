# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan the directory, or apply the plan to it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, ClassVar

from ansible.utils.display import Display

from ..module_utils.guard import check_read
from ..module_utils.plan import Plan, Stop, compare
from ..module_utils.secrets import password
from ..plugin_utils.actions import KonakAction, Spec, error_entry, failure
from ..plugin_utils.directory.apply import Outcome, apply
from ..plugin_utils.directory.attributes import KINDS, LIMITS, SYSTEM
from ..plugin_utils.directory.connection import Connection, DirectoryError, Login, connect
from ..plugin_utils.directory.intent import intent
from ..plugin_utils.directory.live import Live, read
from ..plugin_utils.model.city import City
from ..plugin_utils.planning.assemble import limits
from ..plugin_utils.planning.store import (
    Part,
    PlanFileError,
    differences,
    folder,
    read_plan,
    selected,
    write_inverse,
    write_part,
)

LOGIN = {
    "servers": {"type": "list", "elements": "str", "required": True},
    "bind_user": {"type": "str", "required": True},
    "bind_password": {"type": "str", "required": True, "no_log": True},
    "ca_file": {"type": "path", "required": True},
}


def login(arguments: dict[str, Any]) -> Login:
    """Who binds where, of an action's arguments."""
    return Login(arguments["servers"], arguments["bind_user"], arguments["bind_password"], Path(arguments["ca_file"]))


class ActionModule(KonakAction):
    """One read of the directory; then a part of a plan, or an apply of the plan's part."""

    spec: ClassVar[Spec] = {
        **LOGIN,
        "phase": {"type": "str", "choices": ["plan", "apply"], "default": "plan"},
        "master_secret": {"type": "str", "required": True, "no_log": True},
        "allowed": {"type": "dict", "default": {}},
    }
    failures = (DirectoryError, PlanFileError)

    def act(self, arguments: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
        """Plan or apply; in check mode an apply is the same plan again."""
        city, plan = self.city(variables), None
        if arguments["phase"] == "apply":
            plan = read_plan(folder(self.build(variables)) / "plan.json")
            ours = any(change.system == SYSTEM for change in plan.changes)
            if self._task.check_mode or not ours:
                return {"changed": ours, "digest": plan.digest}
        with connect(login(arguments), city.organisation.directory.domain) as connection:
            if plan is None:
                return self._plan(city, connection, arguments, variables)
            return self._apply(city, connection, plan, arguments, variables)

    def _plan(
        self, city: City, connection: Connection, arguments: dict[str, Any], variables: dict[str, Any]
    ) -> dict[str, Any]:
        live = read(connection, city.organisation.directory.root)
        changes = compare(SYSTEM, KINDS, intent(city), live.items)
        allowed = {name: int(count) for name, count in arguments["allowed"].items()}
        stops = check_read(SYSTEM, live.counts, live.remembered, limits(city, LIMITS), allowed)
        part = Part(SYSTEM, tuple(changes), live.counts, (*stops, *_strangers(changes, live)), tuple(live.unmanaged))
        write_part(self.build(variables), part)
        return {"changed": False, "changes": len(changes), "server": connection.host}

    def _apply(
        self, city: City, connection: Connection, plan: Plan, arguments: dict[str, Any], variables: dict[str, Any]
    ) -> dict[str, Any]:
        """Apply the plan if the directory still is as it was when the plan was made."""
        approved = Plan.of((change for change in plan.changes if change.system == SYSTEM), plan.as_of)
        if plan.stops:
            raise PlanFileError("the guard stopped this plan; nothing was changed")
        live = read(connection, city.organisation.directory.root)
        wanted = intent(city)
        changes = selected(compare(SYSTEM, KINDS, wanted, live.items), plan.scope.get("limit", ""))
        if (fresh := Plan.of(changes, plan.as_of)).digest != approved.digest:
            raise PlanFileError(
                "the directory changed after the plan was made: " + "; ".join(differences(approved, fresh)[:5])
            )
        master = arguments["master_secret"]
        outcome = apply(connection, live, fresh.changes, wanted, lambda secret: password(master, secret), _progress())
        done = Plan.of((change for change in fresh.changes if (change.kind, change.key) in outcome.done), plan.as_of)
        if done.changes:
            write_inverse(self.build(variables), SYSTEM, done)
        return _result(outcome, fresh, connection.host)


def _strangers(changes: list[Any], live: Live) -> list[Stop]:
    """A unit that goes must be empty but for what goes or moves with this plan; what is not ours is never removed."""
    stops = []
    for change in changes:
        if change.action != "delete":
            continue
        dn = live.dns[change.kind, change.key].lower()
        inside = [name for name in live.unmanaged if name.lower().endswith("," + dn)]
        if inside:
            message = f"the {change.kind} {change.label} is to go, but holds what is not ours: {inside[0]}"
            stops.append(Stop(f"{SYSTEM}.{change.kind}.holds", message, "move or remove that object first", SYSTEM))
    return stops


def _progress() -> Any:
    """Say now and then how far an apply is and how long it may take yet; silent for the first seconds."""
    start = said = time.monotonic()
    display = Display()

    def tell(done: int, total: int) -> None:
        nonlocal said
        now = time.monotonic()
        if now - said >= 5:
            said = now
            left = (now - start) / done * (total - done)
            display.display(f"directory: {done} of {total} requests, about {left:.0f} s left")

    return tell


def _result(outcome: Outcome, plan: Plan, host: str) -> dict[str, Any]:
    counts = {"done": len(outcome.done), "failed": len(outcome.failed), "of": len(plan.changes)}
    if not outcome.failed and not outcome.broken:
        return {"changed": bool(plan.changes), "applied": counts, "digest": plan.digest}
    labels = {
        (change.kind, change.key): f"{change.action} {change.kind} {change.label} ({change.key})"
        for change in plan.changes
    }
    refused = [f"{labels[identity]}: {words}" for identity, words in sorted(outcome.failed.items())]
    messages = [*([outcome.broken] if outcome.broken else []), *refused]
    head = f"{counts['done']} of {counts['of']} changes are done and stay done; run again to finish the rest"
    errors = [error_entry(message, host) for message in messages]
    return {**failure("\n".join([head, *messages[:20]]), errors), "changed": bool(outcome.done), "applied": counts}
