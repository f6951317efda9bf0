# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tone is in a recording, also after a telephone network has had it."""

from __future__ import annotations

import array
import math
import random
import wave
from collections.abc import Iterable
from pathlib import Path

import pytest
from ansible_collections.konak.it.plugins.module_utils.sip_calls_tones import MOST, RATE, frequency, heard, write_tone

TONES = [frequency(index) for index in range(MOST)]
DICE = random.Random(8)  # noqa: S311 - noise


def record(path: Path, samples: Iterable[float], rate: int = RATE) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(array.array("h", [max(-32768, min(32767, round(value))) for value in samples]).tobytes())
    return path


def sine(hertz: float, seconds: float = 1.0, height: float = 8000) -> list[float]:
    return [height * math.sin(2 * math.pi * hertz * at / RATE) for at in range(int(RATE * seconds))]


def noise(seconds: float = 1.0, height: float = 5000) -> list[float]:
    return [DICE.uniform(-height, height) for _ in range(int(RATE * seconds))]


def a_law(value: float) -> float:
    """Through G.711's A-law and back, as its formula has it."""
    size = min(abs(value) / 32768, 1.0)
    low = 1 + math.log(87.6)
    packed = 87.6 * size / low if size < 1 / 87.6 else (1 + math.log(87.6 * size)) / low
    packed = round(packed * 127) / 127
    back = packed * low / 87.6 if packed < 1 / low else math.exp(packed * low - 1) / 87.6
    return math.copysign(back * 32768, value)


@pytest.mark.parametrize("tone", TONES)
def test_each_tone_is_told_from_the_others(tmp_path: Path, tone: int) -> None:
    write_tone(tmp_path / "t.wav", tone, 2)
    assert heard(tmp_path / "t.wav", TONES) == tone
    assert abs((heard(tmp_path / "t.wav") or 0) - tone) <= 2
    assert 300 < tone < 3400


@pytest.mark.parametrize("tone", TONES)
def test_a_tone_is_known_after_a_network_had_it(tmp_path: Path, tone: int) -> None:
    late = [0.0] * 900 + [a_law(value) for value in sine(tone)]
    late[4000:4160] = [0.0] * 160  # a packet that was lost
    del late[6000:6100]  # a jump of the buffer
    rough = [value + more for value, more in zip(late, noise(2, 300), strict=False)]
    assert heard(record(tmp_path / "t.wav", rough), TONES) == tone


@pytest.mark.parametrize("hertz", [425, 450, 1209])
def test_a_tone_that_is_no_telephone_s_is_given_as_it_is(tmp_path: Path, hertz: int) -> None:
    found = heard(record(tmp_path / "t.wav", sine(hertz)), TONES)
    assert found is not None
    assert found not in TONES
    assert abs(found - hertz) <= 1


def test_what_is_no_tone_is_none(tmp_path: Path) -> None:
    for samples in ([], [0.0] * RATE, noise(), sine(740, 0.1), sine(740, height=100)):
        assert heard(record(tmp_path / "t.wav", samples), TONES) is None
    two = [one + other for one, other in zip(sine(697, height=6000), sine(1209, height=6000), strict=True)]
    assert heard(record(tmp_path / "t.wav", two), TONES) is None
    assert heard(record(tmp_path / "t.wav", sine(740), rate=16000), TONES) is None
    assert heard(tmp_path / "nothing.wav", TONES) is None
    (tmp_path / "empty.wav").touch()
    assert heard(tmp_path / "empty.wav", TONES) is None
