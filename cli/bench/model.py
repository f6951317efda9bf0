# SPDX-License-Identifier: GPL-3.0-or-later
"""The model: from files to the directory's intent, without a cache and with one file changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

from . import cities
from .figures import Figure, Peer
from .process import Measured, median_of, work

REPEAT = 5
COLD, WARM = 1.5, 0.3
"""Floors in seconds, for 10,000 people and 1,000 devices."""


def measure(people: int, devices: int, progress: Callable[[str], None]) -> list[Figure]:
    """The figures of a generated city of that size: each the median of five fresh processes.

    The operating system has the files in memory; the time of a process's start and imports is a line of its own.
    """
    progress(f"model: making a city of {people} people and {devices} devices")
    inventory = cities.make("model", people, devices)
    build = inventory.parent / "build"
    progress(f"model: {3 * REPEAT} runs")
    work("plain_yaml", inventory)
    plain, cold, warm = [], [], []
    for number in range(REPEAT):  # side by side, so that a busy moment of the machine meets all alike
        plain.append(work("plain_yaml", inventory))
        shutil.rmtree(build, ignore_errors=True)
        cold.append(work("model", inventory, build))
        cities.edit_one_file(inventory, number)
        warm.append(work("model", inventory, build))
    floored = (people, devices) == (10_000, 1_000)
    return list(
        _figures(median_of(plain), median_of(cold), median_of(warm), floored, f"{people} people + {devices} devices")
    )


def _figures(plain: Measured, cold: Measured, warm: Measured, floored: bool, size: str) -> Iterator[Figure]:
    peer = Peer("PyYAML's C loader alone", plain.seconds["load"])
    for name, run, floor in (("cold", cold, COLD), ("one file changed", warm, WARM)):
        seconds = run.seconds["load"] + run.seconds["compile"]
        what = f"model, {size}, {name}"
        yield Figure(f"{what}: load, check, compile", seconds, floor=floor if floored else None, peer=peer)
        yield Figure(f"{what}: of it compile", run.seconds["compile"])
    yield Figure(f"model, {size}: imports, not counted above", cold.seconds["imports"])
    yield Figure(f"model, {size}, cold: peak memory", cold.peak, "MB", peer=Peer(peer.name, plain.peak))
