# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a step takes, and how much memory this process had."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

Seconds = dict[str, float]


@contextmanager
def timed(seconds: Seconds, step: str) -> Iterator[None]:
    """Note how long a step takes."""
    start = time.perf_counter()
    yield
    seconds[step] = time.perf_counter() - start


def peak() -> float:
    """The most memory that this process had at once, in MB."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:  # no /proc: on Linux the maximum is in KiB, elsewhere in bytes
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**10 if sys.platform == "linux" else 2**20)
    return next(int(row.split()[1]) / 1024 for row in status.splitlines() if row.startswith("VmHWM:"))
