# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proof: what was tried with which client, what should come of it, and what came."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

DONE: Final = "done"
REFUSED: Final = "refused"


@dataclass(frozen=True)
class Proof:
    """One proof, as ``verify`` reports it."""

    proof: str
    client: str
    expected: str
    got: str

    def as_dict(self, system: str) -> dict[str, Any]:
        """``{system, proof, client, expected, got, ok}``."""
        return {"system": system, **asdict(self), "ok": self.expected == self.got}
