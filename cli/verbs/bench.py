# SPDX-License-Identifier: GPL-3.0-or-later
"""``./konak bench``: how fast it is, and beside what."""

from __future__ import annotations

import argparse
import json
import sys

from ..bench.figures import Figure, table
from ..errors import UsageError

SUMMARY = "measures, each figure beside its peer in the same run"
DESCRIPTION = """\
model      load, check and compile a generated city: without a cache, and with one file changed
mail       plan mail with nothing to change, for the people of a generated city: what is computed, without a server
telephony  the same of telephony, for everyone in it who has an extension
directory  plan with nothing to change, on the lab's domain controller, beside the bare LDAP read and Ansible's module
apply      the first apply of people to an empty unit of the same directory, and one attribute changed of them all,
           beside bare pipelined LDAP adds and modifies
files      2,000 owned files on a host of the lab, with nothing to change and with one changed, beside Ansible's module

Without a name all are measured. The lab is brought up if it is not (root; minutes the first time) and stays up; the
generated people stay in it, under a unit of their own, and the next run finds them there. Status 1: a floor is missed.
"""

NAMES = ("model", "mail", "telephony", "directory", "apply", "files")
OF_THE_LAB = ("directory", "apply", "files")


def configure(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"what to measure: {', '.join(NAMES)}; all if not given"
    )
    parser.add_argument("--people", type=int, default=10_000, metavar="N", help="people of the generated city (10000)")
    parser.add_argument("--devices", type=int, default=1_000, metavar="N", help="devices of the generated city (1000)")


def run(args: argparse.Namespace) -> int:
    """Measure what was asked for, and print it."""
    names = args.names or NAMES
    if unknown := [name for name in names if name not in NAMES]:
        raise UsageError(f"there is no benchmark {unknown[0]!r}", remedy=f"name some of {', '.join(NAMES)}")
    if args.people < 10 or args.devices < 0:
        raise UsageError("a city has at least 10 people, and no fewer than 0 devices", remedy="give larger numbers")
    figures = measured(args, [name for name in NAMES if name in names])
    if args.json:
        print(json.dumps([figure.as_dict() for figure in figures], ensure_ascii=False, indent=1))
    else:
        print(table(figures))
    return 1 if any(figure.ok is False for figure in figures) else 0


def measured(args: argparse.Namespace, names: list[str]) -> list[Figure]:
    """The figures of some benchmarks, in their order."""
    from ..bench import directory, mail, model, telephony

    figures: list[Figure] = []
    if "model" in names:
        figures += model.measure(args.people, args.devices, progress)
    if "mail" in names:
        figures += mail.measure(args.people, progress)
    if "telephony" in names:
        figures += telephony.measure(args.people, progress)
    if of_the_lab := [name for name in names if name in OF_THE_LAB]:
        figures += directory.measure(args, of_the_lab, progress)
    return figures


def progress(step: str) -> None:
    """Say on stderr what is being done."""
    print(f"  bench: {step}", file=sys.stderr, flush=True)
