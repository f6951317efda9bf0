# SPDX-License-Identifier: GPL-3.0-or-later
"""``./konak check``: load the inventory and run every check."""

from __future__ import annotations

import argparse
import json
from collections import Counter

from ...plugins.plugin_utils.planning.assemble import limits
from ...plugins.plugin_utils.systems import ALL_LIMITS
from .. import playbook
from ..options import add_as_of

SUMMARY = "loads the inventory and runs all checks"
DESCRIPTION = """\
Reads every file of the inventory, checks each value and then the whole city, and prints every problem at once with
file, line and what to do. Contacts nobody.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    add_as_of(parser)


def run(args: argparse.Namespace) -> int:
    """Status 1, by the error raised, where there is a problem."""
    city = playbook.city(args)
    limits(city, ALL_LIMITS)
    states = Counter(account.state for account in city.accounts())
    sections = ("units", "access_classes", "sites", "applications", "people", "service_accounts", "servers", "devices")
    counts = {section: len(getattr(city.inventory, section)) for section in sections}
    if args.json:
        print(json.dumps({"as_of": city.as_of.isoformat(), "ok": True, "counts": counts, "people": states}))
        return 0
    words = ", ".join(f"{section.replace('_', ' ')} {count}" for section, count in counts.items() if count)
    of_these = ", ".join(f"{state} {count}" for state, count in sorted(states.items()))
    print(f"{city.organisation.name} on {city.as_of}: {words}.")
    if of_these:
        print(f"Of the people: {of_these}.")
    print("No problem found.")
    return 0
