# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody recorded for the exchange to play."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..recordings import recordings
from .rule import Finding, rule

if TYPE_CHECKING:
    from ..city import City


@rule("recording")
def recording(city: City) -> Iterator[Finding]:
    """A recording is in the inventory folder, is a WAV with PCM samples, and is neither empty nor too long."""
    for path, said in recordings(city.telephony) if city.telephony else ():
        if wrong := city.sounds[said.file].wrong:
            message, remedy = wrong
            yield "telephony", 0, (*path, "file"), f"the recording {said.file} {message}", remedy
