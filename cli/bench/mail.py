# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail: what a plan with nothing to change computes, without the way to the server and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from . import cities
from .figures import Figure, Peer
from .process import Measured, median_of, work

REPEAT = 5


def measure(people: int, progress: Callable[[str], None]) -> list[Figure]:
    """The figures of a generated city of that size: each the median of five fresh processes.

    :raises UserError: if the plan is not empty.
    """
    progress(f"mail: making a city of {people} people with mailboxes")
    inventory = cities.make("mail", people, 0)
    cities.with_mail(inventory)
    build, server = inventory.parent / "build", inventory.parent / "server"
    found = work("mail_server", inventory, server).seconds
    progress(f"mail: {found['mailboxes']:.0f} mailboxes and {found['addresses']:.0f} addresses; {2 * REPEAT} runs")
    work("mail_no_change", inventory, build, server)  # with it the model's cache is there
    plain, own = [], []
    for _ in range(REPEAT):  # side by side, so that a busy moment of the machine meets both alike
        plain.append(work("plain_lines", server))
        own.append(work("mail_no_change", inventory, build, server))
    return list(_figures(median_of(plain), median_of(own), people))


def _figures(plain: Measured, own: Measured, people: int) -> Iterator[Figure]:
    what = f"mail, {people} people, no change"
    peer = Peer("the same files read and their lines split", plain.seconds["read"])
    yield Figure(f"{what}: intent", own.seconds["intent"], peer=peer)
    read_and_compare = sum(own.seconds[step] for step in ("read", "parse", "compare"))
    yield Figure(f"{what}: read, parse and compare", read_and_compare, peer=peer)
    yield Figure(f"{what}: of it parse", own.seconds["parse"])
    yield Figure(f"{what}: of it compare", own.seconds["compare"])
    yield Figure(f"{what}: peak memory", own.peak, "MB", peer=Peer(peer.name, plain.peak))
