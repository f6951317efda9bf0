# SPDX-License-Identifier: GPL-3.0-or-later
"""``./konak verify``: prove with real clients."""

from __future__ import annotations

import argparse
import json
from typing import Any

from ...plugins.plugin_utils.systems import SYSTEMS
from .. import options, playbook

SUMMARY = "proves with real clients what works, and what must not"
DESCRIPTION = """\
Asks the live systems with programs that are not Konak's: kinit and the OpenLDAP clients for the directory, SMTP and
IMAP for mail. Some attempts must be refused. Prints each proof; status 1 if one does not hold.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    options.add_as_of(parser)
    parser.add_argument("--only", action="append", choices=SYSTEMS, metavar="SYSTEM", help="one system")
    parser.add_argument(
        "--probe",
        action="store_true",
        help="also with accounts of its own, made for seconds: policies, hours, delegations (always in the lab)",
    )
    parser.add_argument("--samples", type=int, default=1, metavar="N", help="people of each access class to try (1)")


def run(args: argparse.Namespace) -> int:
    """Run verify.yml and show the proofs that it leaves."""
    playbook.city(args)
    paths = [playbook.build(args) / "verify" / f"{system}.json" for system in args.only or SYSTEMS]
    for path in paths:
        path.unlink(missing_ok=True)
    variables: dict[str, Any] = {"directory_samples": args.samples, "mail_samples": args.samples}
    if args.only:
        variables["konak_only"] = args.only
    if args.probe:
        variables["directory_probe"] = True
    failed: playbook.PlaybookError | None = None
    try:
        playbook.run(args, "verify", variables)
    except playbook.PlaybookError as error:
        failed = error
    proofs = [proof for path in paths if path.exists() for proof in json.loads(path.read_text(encoding="utf-8"))]
    if failed is not None and not proofs:
        raise failed
    show(proofs, as_json=args.json)
    return 1 if failed is not None else 0


def show(proofs: list[dict[str, Any]], *, as_json: bool) -> None:
    """Print the proofs, for people or for programs."""
    if as_json:
        print(json.dumps(proofs, ensure_ascii=False, indent=1))
        return
    for proof in proofs:
        verdict = "proven" if proof["ok"] else "NOT PROVEN"
        got = "" if proof["ok"] else f", got {proof['got']}"
        print(f"  {verdict}: {proof['proof']}: {proof['expected']}{got} [{proof['client']}]")
    good = sum(proof["ok"] for proof in proofs)
    print(f"{good} of {len(proofs)} proofs hold.")
