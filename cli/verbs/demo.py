# SPDX-License-Identifier: GPL-3.0-or-later
"""``./konak demo``: the whole way, once, on this machine."""

from __future__ import annotations

import argparse
import json
import time

from .. import lab, playbook
from ..errors import UserError
from ..lab_city import bring_up
from . import verify

SUMMARY = "builds the lab from the example city, applies it, verifies it with real clients"
DESCRIPTION = """\
Builds every server of the inventory as a container on this machine, applies the inventory to them, and proves with
real clients that it works. A second run finds everything in place and changes nothing. Takes some minutes the first
time; `./konak lab down` leaves the machine as it was.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """No options of its own."""
    del parser


def run(args: argparse.Namespace) -> int:
    """Lab, bootstrap, apply, verify; then say what was proven."""
    start = time.monotonic()
    try:
        bring_up(args)
    except lab.LabError as error:
        raise UserError(error.message, remedy=error.remedy) from None
    playbook.run(args, "bootstrap")
    plan = playbook.new_plan(args)
    playbook.run(args, "site")
    changes = json.loads(plan.read_text(encoding="utf-8"))["changes"]
    args.only, args.samples, args.as_of, args.probe = None, 1, None, True
    status = verify.run(args)
    if not args.json:
        print(f"{len(changes)} changes applied, everything took {time.monotonic() - start:.0f} s.")
        print(f"The plan that was applied: {plan.with_suffix('.md')}")
        print("Try: ./konak plan, edit a file in inventory/people, ./konak plan again. ./konak lab down ends the lab.")
    return status
