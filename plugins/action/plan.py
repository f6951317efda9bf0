# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put the plan together, guard it, write it down, and hold it against an approved one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from ..module_utils.plan import Plan
from ..plugin_utils.actions import KonakAction, Spec, error_entry, failure
from ..plugin_utils.planning.assemble import assemble
from ..plugin_utils.planning.store import PlanFileError, differences, read_parts, read_plan, write_plan
from ..plugin_utils.planning.view import markdown, summary, text
from ..plugin_utils.systems import ALL_LIMITS


class ActionModule(KonakAction):
    """Reads the parts that the systems left; contacts nobody."""

    spec: ClassVar[Spec] = {
        "systems": {"type": "list", "elements": "str", "required": True},
        "limit": {"type": "str", "default": ""},
        "retire": {"type": "bool", "default": False},
        "allowed": {"type": "dict", "default": {}},
        "approved": {"type": "path"},
    }
    failures = (PlanFileError,)

    def act(self, arguments: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
        """Assemble, write, and fail if the guard or the approved plan says so."""
        build = self.build(variables)
        approved = read_plan(Path(arguments["approved"])) if arguments["approved"] else None
        allowed = approved.allowed if approved else {name: int(count) for name, count in arguments["allowed"].items()}
        scope = approved.scope if approved else _scope(arguments)
        parts = [part for system in arguments["systems"] for part in read_parts(build, system)]
        plan = assemble(self.city(variables), self.inventory(variables), parts, ALL_LIMITS, allowed, scope)
        if approved is not None and approved.digest != plan.digest:
            return _refused(approved, plan)
        path = write_plan(build, plan, markdown(plan))
        result = {
            "changed": bool(plan.changes),
            "digest": plan.digest,
            "plan": str(path),
            "summary": summary(plan),
            "view": text(plan),
            "guard": not plan.stops,
        }
        if plan.stops:
            errors = [error_entry(stop.message, remedy=stop.remedy) for stop in plan.stops]
            return {**result, **failure("the guard stopped the plan; nothing was changed", errors)}
        return result


def _scope(arguments: dict[str, Any]) -> dict[str, str]:
    asked = {"limit": arguments["limit"], "retire": "yes" if arguments["retire"] else ""}
    return {"only": ",".join(arguments["systems"]), **{name: value for name, value in asked.items() if value}}


def _refused(approved: Plan, fresh: Plan) -> dict[str, Any]:
    """The result when what would be done is no longer what was approved."""
    lines = differences(approved, fresh)
    head = (
        f"this is not the plan that was approved ({approved.digest[:12]}, now {fresh.digest[:12]}); nothing was changed"
    )
    errors = [error_entry(line, remedy="plan again and have it approved") for line in lines]
    return failure("\n".join([head, *(f"  {line}" for line in lines)]), errors or [error_entry(head)])
