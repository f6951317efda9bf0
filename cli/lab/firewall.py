# SPDX-License-Identifier: GPL-3.0-or-later
"""What netavark leaves in the machine's packet filter when its last network is gone: empty chains and jumps."""

from __future__ import annotations

import shlex

from .base import run

TABLES = ("filter", "nat")
MARK = "NETAVARK"
NFT_TABLE = ("inet", "netavark")


def _rules(table: str) -> list[list[str]]:
    listing = run(["iptables", "--wait", "-t", table, "-S"], "reading the packet filter", check=False)
    return [shlex.split(line) for line in listing.stdout.splitlines()]


def _nft_table() -> bool:
    return run(["nft", "list", "table", *NFT_TABLE], "reading the packet filter", check=False).returncode == 0


def has_traces() -> bool:
    """Whether netavark has chains of its own in the packet filter."""
    return _nft_table() or any(MARK in word for table in TABLES for rule in _rules(table) for word in rule)


def clean() -> None:
    """Take netavark's chains out of the packet filter; only right when no other container needs them."""
    for table in TABLES:
        command = ["iptables", "--wait", "-t", table]
        rules = _rules(table)
        for rule in rules:
            if rule[0] == "-A" and not rule[1].startswith(MARK) and any(word.startswith(MARK) for word in rule[2:]):
                run([*command, "-D", *rule[1:]], "cleaning the packet filter")
        chains = [rule[1] for rule in rules if rule[0] == "-N" and rule[1].startswith(MARK)]
        for action in ("-F", "-X"):
            for chain in chains:
                run([*command, action, chain], "cleaning the packet filter")
    if _nft_table():
        run(["nft", "delete", "table", *NFT_TABLE], "cleaning the packet filter")
