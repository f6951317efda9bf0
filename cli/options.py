# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that several verbs have, and how they reach the playbooks."""

from __future__ import annotations

import argparse
from typing import Any

from ..plugins.plugin_utils.systems import SYSTEMS
from .errors import UsageError


def add_as_of(parser: argparse.ArgumentParser) -> None:
    """The day of the model."""
    parser.add_argument("--as-of", metavar="DATE", help="the day of the model, as year-month-day; today if not given")


def add_scope(parser: argparse.ArgumentParser) -> None:
    """What a run is about."""
    parser.add_argument(
        "--only", action="append", choices=SYSTEMS, metavar="SYSTEM", help="one system; may be repeated"
    )
    parser.add_argument("--limit", metavar="TAG=KEY", help="only changes of unit=, person= or site= with this key")


def add_retire(parser: argparse.ArgumentParser) -> None:
    """The explicit act that lets accounts go."""
    parser.add_argument(
        "--retire", action="store_true", help="delete what is kept of leavers whose retention is over; recorded"
    )


def add_allow(parser: argparse.ArgumentParser) -> None:
    """Allowances."""
    parser.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="LIMIT=COUNT",
        help="let this plan pass a limit of the guard, e.g. directory.person.disable=12; recorded in the plan",
    )


def variables(args: argparse.Namespace) -> dict[str, Any]:
    """The playbooks' variables for the options given."""
    found: dict[str, Any] = {}
    if args.only:
        found["konak_only"] = sorted(set(args.only), key=SYSTEMS.index)
    if args.limit:
        found["konak_limit"] = args.limit
    if getattr(args, "retire", False):
        found["konak_retire"] = True
    if allowed := allowances(args):
        found["konak_allowed"] = allowed
    return found


def allowances(args: argparse.Namespace) -> dict[str, int]:
    """``{limit name: count}`` of the option ``--allow``.

    :raises UsageError: if one is written otherwise.
    """
    allowed = {}
    for text in args.allow:
        name, sign, count = text.partition("=")
        if not sign or not count.isdecimal() or name.count(".") != 2:
            raise UsageError(
                f"--allow {text} is not understood", remedy="write it as the guard does: directory.person.disable=12"
            )
        allowed[name] = int(count)
    return allowed
