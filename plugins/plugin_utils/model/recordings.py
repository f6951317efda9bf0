# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody recorded for the exchange to play: where the inventory names it, and what its file holds."""

from __future__ import annotations

import errno
import hashlib
import io
import struct
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .call_services import Recording
from .telephony import TelephonySettings

LARGEST: Final = 32_000_000
"""Bytes of a file: three minutes with two channels in the quality of a CD."""
LONGEST: Final = 180
"""Seconds."""

_AS_WAV: Final = "save it as WAV with PCM samples"
_BEGINNINGS: Final = (
    (0, b"ID3", "MP3"), (0, b"\xff\xfb", "MP3"), (0, b"\xff\xf3", "MP3"), (0, b"\xff\xf2", "MP3"),
    (0, b"OggS", "Ogg"), (0, b"fLaC", "FLAC"), (4, b"ftyp", "MPEG-4"), (0, b"#!AMR", "AMR"), (0, b"FORM", "AIFF"),
)  # fmt: skip
"""How files of other kinds of sound begin: where, with what, and what they are."""
_SAMPLES: Final = {
    2: "ADPCM", 3: "floating-point", 6: "A-law", 7: "µ-law", 0x11: "ADPCM", 0x31: "GSM", 0x55: "MP3"
}  # fmt: skip
"""What samples of a WAV may be beside PCM, by their number in it."""
_EXTENSIBLE: Final = 0xFFFE
"""The number that says: look further behind."""


@dataclass(frozen=True)
class Sound:
    """The file of a recording, as it was when the model was made.

    :ivar digest: SHA-256 of it, in hexadecimal; empty if it could not be read.
    :ivar wrong: why it cannot be played, and what to do; ``None`` if it can.
    """

    digest: str
    wrong: tuple[str, str] | None = None


def recordings(telephony: TelephonySettings) -> Iterator[tuple[tuple[str | int, ...], Recording]]:
    """Every recording, and where it is in the section."""
    for section, keys in {"menus": ("prompt", "closed"), "queues": ("recorded",)}.items():
        for place, each in enumerate(getattr(telephony, section)):
            for key in keys:
                if isinstance(said := getattr(each, key), Recording):
                    yield (section, place, key), said


def sounds(folder: Path, telephony: TelephonySettings) -> dict[str, Sound]:
    """What the recordings' files hold, by their names in the inventory."""
    return {said.file: _sound(folder, said.file) for _, said in recordings(telephony)}


def read(folder: Path, file: str) -> bytes:
    """The content of a recording's file; of one that is too large, a byte more than it may have.

    :raises OSError: if it is not there, or is reached by a link that leads out of the folder.
    """
    path = (folder / file).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise OSError(errno.EACCES, "a link leads out of the inventory folder")
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is not a file")
    with path.open("rb") as opened:
        return opened.read(LARGEST + 1)


def digest(content: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _sound(folder: Path, file: str) -> Sound:
    try:
        content = read(folder, file)
    except OSError as error:
        return Sound("", (f"cannot be read: {error.strerror}", "put the file itself there"))
    return Sound(digest(content), _wrong(content))


def _wrong(content: bytes) -> tuple[str, str] | None:
    """Why a sound cannot be played, behind the words "the recording ...", and what to do."""
    if len(content) > LARGEST:
        return f"has more than {LARGEST} bytes", "save it with 8 kHz and one channel: a telephone has no more"
    if other := next((kind for at, begin, kind in _BEGINNINGS if content.startswith(begin, at)), ""):
        return f"is {other}, whatever its name says", _AS_WAV
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        return "is no WAV, whatever its name says", _AS_WAV
    if samples := _SAMPLES.get(_format(content)):
        return f"is a WAV with {samples} samples", _AS_WAV
    try:
        with wave.open(io.BytesIO(content)) as sound:
            frames, size = sound.getnframes(), sound.getnchannels() * sound.getsampwidth()
            there, rate = len(sound.readframes(frames)) // size, sound.getframerate()
    except (wave.Error, EOFError, RuntimeError) as error:  # the last is of a part that is longer than the whole
        return f"is a broken WAV: {str(error) or 'it ends too early'}", "save it again"
    if not rate:
        return "is a broken WAV: it does not say how fast it is played", "save it again"
    if there < frames:
        return "is a broken WAV: it holds less than it says", "copy it again; if it stays so, save it again"
    if not frames:
        return "holds no sound", "record it again"
    if frames > LONGEST * rate:
        return f"is {-(-frames // rate)} seconds long, more than {LONGEST}", "say less: callers wait for the end"
    return None


def _format(content: bytes) -> int:
    """The number of what a WAV's samples are; 0 if it cannot be told."""
    at = content.find(b"fmt ") + 8
    try:
        (number,) = struct.unpack_from("<H", content, at)
        return int(struct.unpack_from("<H", content, at + 24)[0] if number == _EXTENSIBLE else number)
    except struct.error:
        return 0
