# SPDX-License-Identifier: GPL-3.0-or-later
"""What a recording's file may be. What is refused is in ``tests/negative``."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.model import recordings
from hypothesis import given
from hypothesis import strategies as st
from telephony_city import RECORDED, SOUND, telephony_city, tone

TELEPHONY = telephony_city(RECORDED, beside={SOUND: tone()}).telephony
EXTENSIBLE = (
    b"WAVEfmt " + struct.pack("<IHHIIHHHHIH", 40, 0xFFFE, 1, 8000, 16000, 2, 16, 22, 16, 4, 1)
    + bytes.fromhex("000000001000800000aa00389b71") + b"data" + struct.pack("<I", 4) + b"\1\0\2\0"
)  # fmt: skip
"""As recorders write it that know more than two channels; the samples are the same."""


def riff(body: bytes) -> bytes:
    """A WAV of its parts."""
    return b"RIFF" + struct.pack("<I", len(body)) + body


def sound(folder: Path, content: bytes) -> recordings.Sound:
    """What is said of a recording of this content."""
    path = folder / SOUND
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return recordings.sounds(folder, TELEPHONY)[SOUND]


@pytest.mark.parametrize(
    "content",
    [
        tone(rate=8000, width=1),
        tone(rate=44100, channels=2, width=3),
        tone(rate=48000, channels=2, width=4),
        tone(rate=192000, channels=6),
        tone(frames=180 * 8000),
        riff(tone()[8:36] + b"LIST\4\0\0\0abcd" + tone()[36:]),
        riff(EXTENSIBLE),
    ],
    ids=["8 bits", "24 bits", "32 bits", "six channels", "three minutes", "with a note", "extensible"],
)
def test_any_wav_with_pcm_samples_will_do(tmp_path, content):
    assert sound(tmp_path, content) == recordings.Sound(hashlib.sha256(content).hexdigest())
    assert recordings.read(tmp_path, SOUND) == content


@pytest.mark.parametrize(
    ("number", "name"), [(3, "floating-point"), (6, "A-law"), (7, "µ-law"), (0x11, "ADPCM"), (0x31, "GSM")]
)
def test_samples_of_another_kind_are_called_by_their_name(tmp_path, number, name):
    content = tone()[:20] + struct.pack("<H", number) + tone()[22:]
    assert sound(tmp_path, content).wrong == (f"is a WAV with {name} samples", "save it as WAV with PCM samples")


def test_a_part_that_is_longer_than_the_whole_is_told(tmp_path):
    content = riff(b"WAVELIST" + struct.pack("<I", 1000))
    assert sound(tmp_path, content).wrong == ("is a broken WAV: it ends too early", "save it again")


@given(st.binary(max_size=60), st.integers(0, 60), st.sampled_from([b"", b"RIFF", tone()[:20], tone()]))
def test_a_file_is_looked_at_whatever_it_holds(tmp_path_factory, noise, place, content):
    content = content[:place] + noise + content[place + len(noise) :]
    found = sound(tmp_path_factory.getbasetemp(), content)
    assert found.digest == hashlib.sha256(content).hexdigest()
    assert found.wrong is None or all(words.isprintable() for words in found.wrong)


def test_a_link_within_the_folder_leads_to_a_recording(tmp_path):
    (tmp_path / "prompts").mkdir()
    (tmp_path / "asil.wav").write_bytes(tone())
    (tmp_path / SOUND).symlink_to("../asil.wav")
    assert recordings.sounds(tmp_path, TELEPHONY)[SOUND].wrong is None


def test_a_sound_that_no_record_names_is_not_looked_at():
    assert telephony_city(beside={SOUND: b"no sound"}).sounds == {}
