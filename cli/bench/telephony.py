# SPDX-License-Identifier: GPL-3.0-or-later
"""Telephony: what a plan with nothing to change computes, without the way to the exchange and back."""

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
    progress(f"telephony: making a city of {people} people, most of them with an extension")
    inventory = cities.make("telephony", people, 0)
    cities.with_telephony(inventory)
    build, server = inventory.parent / "build", inventory.parent / "server"
    found = work("exchange", inventory, server).seconds
    progress(f"telephony: {found['lines']:.0f} lines and {found['numbers']:.0f} numbers; {2 * REPEAT} runs")
    work("exchange_no_change", inventory, build, server)  # with it the model's cache is there
    plain, own = [], []
    for _ in range(REPEAT):  # side by side, so that a busy moment of the machine meets both alike
        plain.append(work("plain_json", server))
        own.append(work("exchange_no_change", inventory, build, server))
    return list(_figures(median_of(plain), median_of(own), int(found["lines"])))


def _figures(plain: Measured, own: Measured, lines: int) -> Iterator[Figure]:
    what = f"telephony, {lines} lines, no change"
    peer = Peer("the same records read as JSON alone", plain.seconds["read"])
    yield Figure(f"{what}: intent", own.seconds["intent"], peer=peer)
    whole = sum(own.seconds[step] for step in ("read", "render", "compare"))
    yield Figure(f"{what}: read, render all files and compare", whole, peer=peer)
    yield Figure(f"{what}: of it read and render", own.seconds["read"] + own.seconds["render"])
    yield Figure(f"{what}: of it compare, with all that a plan writes", own.seconds["compare"])
    yield Figure(f"{what}: peak memory", own.peak, "MB", peer=Peer(peer.name, plain.peak))
