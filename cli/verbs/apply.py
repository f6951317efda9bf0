# SPDX-License-Identifier: GPL-3.0-or-later
"""``./konak apply``: make the systems equal to the inventory."""

from __future__ import annotations

import argparse
from pathlib import Path

from ...plugins.module_utils.plan import Plan
from ...plugins.plugin_utils.planning.store import PlanFileError, read_plan
from .. import options, playbook
from ..errors import UsageError, UserError

SUMMARY = "makes the systems equal to the inventory"
DESCRIPTION = """\
Plans, asks the guard, and applies exactly that plan. With --plan FILE it applies that plan or refuses, if by now it
would do something else, and shows the difference. Exit status: 0 done or nothing to do, 1 an error; what was done
then stays done, and a second run finishes the rest.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("--plan", type=Path, metavar="FILE", help="an approved plan: do exactly this one")
    options.add_as_of(parser)
    options.add_scope(parser)
    options.add_allow(parser)
    options.add_retire(parser)


def run(args: argparse.Namespace) -> int:
    """Run site.yml."""
    variables = _approved(args) if args.plan else options.variables(args)
    path = playbook.new_plan(args, keep=args.plan is not None)
    playbook.run(args, "site", variables)
    if args.json:
        print(path.read_text(encoding="utf-8"), end="")
    return 0


def _approved(args: argparse.Namespace) -> dict[str, object]:
    """The variables of an approved plan: its day, its systems and its allowances are the plan's own."""
    if args.as_of or args.only or args.limit or args.allow or args.retire:
        raise UsageError(
            "an approved plan has its own day, systems, limit, allowances and retirements", remedy="give --plan alone"
        )
    path = args.plan.resolve()
    try:
        plan: Plan = read_plan(path)
    except PlanFileError as error:
        raise UserError(str(error), file=args.plan) from None
    args.as_of = plan.as_of
    return {
        "konak_approved": str(path),
        "konak_only": plan.scope.get("only", "").split(","),
        "konak_allowed": dict(plan.allowed),
        "konak_retire": "retire" in plan.scope,
    }
