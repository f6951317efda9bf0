# SPDX-License-Identifier: GPL-3.0-or-later
"""``./konak plan``: what an apply would change, and why."""

from __future__ import annotations

import argparse
import json
import sys

from .. import options, playbook

SUMMARY = "shows what an apply would change, and why"
DESCRIPTION = """\
Reads the live systems, compares them with the inventory and shows every difference with the file and line that wants
it. Changes nothing. The plan is kept in build/plan: plan.json for programs and for `apply --plan`, plan.md for a pull
request. Exit status: 0 nothing to change, 2 changes found, 1 an error or a plan that the guard stops.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    options.add_as_of(parser)
    options.add_scope(parser)
    options.add_allow(parser)
    options.add_retire(parser)


def run(args: argparse.Namespace) -> int:
    """Run plan.yml, which writes the plan and nothing else, and answer from it."""
    path = playbook.new_plan(args)
    try:
        playbook.run(args, "plan", options.variables(args))
    except playbook.PlaybookError:
        if args.json and path.exists():  # stopped by the guard: the plan says why
            print(path.read_text(encoding="utf-8"), end="")
            return 1
        raise
    text = path.read_text(encoding="utf-8")
    changes = json.loads(text)["changes"]
    if args.json:
        print(text, end="")
    elif changes:
        print(f"{path.with_suffix('.md')} has the whole plan.", file=sys.stderr)
    return 2 if changes else 0
