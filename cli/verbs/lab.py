# SPDX-License-Identifier: GPL-3.0-or-later
"""``./konak lab``: a twin of the city on this machine."""

from __future__ import annotations

import argparse

from .. import lab
from ..errors import UserError
from ..shell import ROOT

SUMMARY = "builds a twin of the city on this machine, and takes it down"
DESCRIPTION = """\
up      builds every server of the inventory as a container with its real services, reached over SSH like production
        with --bare: only the systems, for a role's molecule scenario or by hand
down    takes the lab away
exec    runs a command in one of its hosts: ./konak lab exec dc1 -- samba-tool user list
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.usage = "./konak lab up [--bare] | down [--purge] | exec HOST -- COMMAND"
    parser.add_argument("what", choices=("up", "down", "exec"), help="what to do")
    parser.add_argument("--bare", action="store_true", help="with up: start the hosts, do not set their services up")
    parser.add_argument("--purge", action="store_true", help="with down: remove the cached base systems too")
    parser.add_argument("host", nargs="?", help="with exec: the host")
    parser.add_argument("command", nargs="*", help="with exec: the command and its arguments, after --")


def run(args: argparse.Namespace) -> int:
    """Do it; the lab's errors are people's."""
    try:
        if args.what == "exec":
            if not args.host or not args.command:
                raise UserError("exec needs a host and a command", remedy="./konak lab exec dc1 -- COMMAND")
            return lab.execute(ROOT, args.host, args.command)
        if args.what == "down":
            lab.down(ROOT, purge=args.purge)
        else:
            # The model takes half a second to import: whoever runs a command in a host does not wait for it.
            from .. import lab_city

            (lab_city.start_hosts if args.bare else lab_city.bring_up)(args)
    except lab.LabError as error:
        raise UserError(error.message, remedy=error.remedy) from None
    return 0
