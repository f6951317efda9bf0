# SPDX-License-Identifier: GPL-3.0-or-later
"""``./konak letters``: first passwords for those who have not chosen one of their own yet."""

from __future__ import annotations

import argparse
import json

from .. import options, playbook

SUMMARY = "seals letters with the first passwords of joiners"
DESCRIPTION = """\
Every apply seals a letter for each account that it makes. This makes them again, for everyone who has not logged on
yet: build/letters/NUMBER.p7m. A letter opens with the key of a certificate of directory_letter_certificates:

  openssl cms -decrypt -inform PEM -in build/letters/40140.p7m -inkey key.pem

Changes nothing in the directory; no password is reset.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    options.add_as_of(parser)
    parser.add_argument("--limit", metavar="TAG=KEY", help="only people of person=, unit= or site= with this key")


def run(args: argparse.Namespace) -> int:
    """Run letters.yml, and name the files."""
    playbook.city(args)
    folder = playbook.build(args) / "letters"
    before = {path: path.stat().st_mtime_ns for path in folder.glob("*.p7m")}
    playbook.run(args, "letters", {"konak_limit": args.limit} if args.limit else None)
    paths = sorted(str(path) for path in folder.glob("*.p7m") if path.stat().st_mtime_ns != before.get(path))
    if args.json:
        print(json.dumps({"letters": paths}, ensure_ascii=False))
    else:
        print("\n".join(paths) or "Nobody is waiting for a letter.")
    return 0
