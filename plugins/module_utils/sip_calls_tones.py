# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tones that telephones play to each other, and which of them was heard in a recording.

Whoever hears the other's tone hears the other: that a call was answered says nothing of its sound.

Standard library only: this runs on managed hosts.
"""

from __future__ import annotations

import array
import math
import statistics
import sys
import wave
from collections.abc import Iterable, Sequence
from pathlib import Path

RATE = 8000
"""Samples a second, as G.711 has them."""

MOST = 20
"""So many tones of their own fit between 600 and 3,200 Hz."""

_BLOCK = RATE // 20
_LOUD = 500.0
"""What is below this root mean square (of 32,767) is silence, or the noise of a line."""


def frequency(index: int) -> int:
    """The tone of the telephone with this number, in Hz.

    They lie apart by more than a measurement errs, and above the tones of exchanges (425 and 450 Hz).
    """
    return 610 + 130 * index


def write_tone(path: Path, hertz: int, seconds: int) -> None:
    """Write a tone as WAV, mono with 16 bits."""
    second = [round(12000 * math.sin(2 * math.pi * hertz * at / RATE)) for at in range(RATE)]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(_swapped(array.array("h", second)).tobytes() * seconds)  # whole waves: no click between


def heard(path: Path, tones: Iterable[int] = ()) -> int | None:
    """The one tone that fills what is loud in a recording, in Hz; None if it is silent, missing, or no pure tone.

    :arg tones: what is within 2 % of one of these is given as that one.
    """
    try:
        samples = _samples(path)
    except (OSError, EOFError, wave.Error):
        return None
    blocks = [samples[at : at + _BLOCK] for at in range(0, len(samples) - _BLOCK + 1, _BLOCK)]
    loud = [block for block in blocks if math.sqrt(sum(value * value for value in block) / _BLOCK) > _LOUD]
    if len(loud) < 3:  # a click, not a tone
        return None
    measured = statistics.median(map(_crossings, loud))
    near = min(tones, key=lambda tone: abs(tone - measured), default=0)
    hertz = near if abs(near - measured) <= 0.02 * near else round(measured)
    pure = sum(_share(block, hertz) > 0.5 for block in loud)
    return hertz if pure > len(loud) / 2 else None


def _samples(path: Path) -> Sequence[int]:
    with wave.open(str(path), "rb") as file:
        if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (1, 2, RATE):
            raise wave.Error("not mono with 16 bits at 8 kHz")
        return _swapped(array.array("h", file.readframes(file.getnframes())))


def _swapped(samples: array.array[int]) -> array.array[int]:
    """WAV is little-endian on every machine."""
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def _crossings(block: Sequence[int]) -> float:
    """Frequency by the places where the wave rises through zero, each found between two samples."""
    places = [
        at + block[at] / (block[at] - block[at + 1]) for at in range(len(block) - 1) if block[at] < 0 <= block[at + 1]
    ]
    return RATE * (len(places) - 1) / (places[-1] - places[0]) if len(places) > 1 else 0.0


def _share(block: Sequence[int], hertz: int) -> float:
    """How much of a block's energy lies at a frequency, by Goertzel's algorithm: 1.0 for a pure tone."""
    turn = 2 * math.cos(2 * math.pi * hertz / RATE)
    last = before = 0.0
    for value in block:
        last, before = value + turn * last - before, last
    energy = sum(value * value for value in block)
    power = last * last + before * before - turn * last * before
    return 2 * power / (energy * len(block)) if energy else 0.0
