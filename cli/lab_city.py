# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab of a city: which hosts its inventory asks for, and their services."""

from __future__ import annotations

import argparse
import sys

from ..plugins.plugin_utils.model.mail_records import certified
from . import lab, playbook
from .shell import ROOT

SUITES = {"debian-12": "bookworm", "debian-13": "trixie", "debian-14": "forky"}


def bring_up(args: argparse.Namespace) -> None:
    """Start the hosts, then set their services up with the same roles that set up real servers.

    :raises lab.LabError: if the machine cannot.
    """
    start_hosts(args)
    playbook.run(args, "servers")


def start_hosts(args: argparse.Namespace) -> None:
    """Start the hosts: Debian with SSH, nothing else. Those that run already are left as they are.

    :raises lab.LabError: if the machine cannot.
    """
    city = playbook.city(args)
    domain = city.organisation.directory.domain
    hosts = [
        lab.LabHost(
            server.name,
            f"{server.name}.{domain}",
            server.address,
            SUITES[server.system],
            tuple(certified(city, server)),
        )
        for server in city.inventory.servers
        if server.system in SUITES
    ]
    lab.up(
        hosts,
        city.organisation.lab.network,
        ROOT,
        args.inventory,
        lambda step: print(f"  lab: {step}", file=sys.stderr),
    )
