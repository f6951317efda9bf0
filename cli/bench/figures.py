# SPDX-License-Identifier: GPL-3.0-or-later
"""What a benchmark says: figures, each with its floor and its peer, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

HEADINGS = ("what", "value", "floor", "peer", "ratio", "")


@dataclass(frozen=True, slots=True)
class Peer:
    """What a figure is held against; the value has the figure's unit and is of the same run."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure; less is better.

    :ivar value: ``None`` if it was not measured; then ``note`` says why.
    :ivar unit: ``s`` or ``MB`` (2**20 bytes).
    :ivar floor: what the value may be at most.
    """

    name: str
    value: float | None
    unit: str = "s"
    floor: float | None = None
    peer: Peer | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The value as a multiple of the peer's."""
        return self.value / self.peer.value if self.value is not None and self.peer and self.peer.value else None

    @property
    def ok(self) -> bool | None:
        """Whether the floor holds; ``None`` if there is none, or no value."""
        return None if self.value is None or self.floor is None else self.value <= self.floor

    def as_dict(self) -> dict[str, Any]:
        """The stable JSON shape: ``{name, value, unit, floor, peer: {name, value} or null, ratio, ok}``."""
        return {
            "name": f"{self.name} (not measured: {self.note})" if self.value is None else self.name,
            "value": _rounded(self.value),
            "unit": self.unit,
            "floor": _rounded(self.floor),
            "peer": {"name": self.peer.name, "value": _rounded(self.peer.value)} if self.peer else None,
            "ratio": _rounded(self.ratio),
            "ok": self.ok,
        }


def middle(values: Iterable[float]) -> float:
    """The median of repeated measurements."""
    return float(median(values))


def table(figures: Sequence[Figure]) -> str:
    """The figures for people, a line each."""
    rows = [HEADINGS, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _row(figure: Figure) -> tuple[str, ...]:
    if figure.value is None:
        return figure.name, "-", "", "", "", f"not measured: {figure.note}"
    peer = f"{_number(figure.peer.value, figure.unit)} {figure.peer.name}" if figure.peer else ""
    verdict = {None: "", True: "ok", False: "MISSED"}[figure.ok]
    ratio = f"{figure.ratio:.3g}" if figure.ratio is not None else ""
    floor = _number(figure.floor, figure.unit) if figure.floor is not None else ""
    return figure.name, _number(figure.value, figure.unit), floor, peer, ratio, verdict


def _number(value: float, unit: str) -> str:
    return f"{value:.0f} {unit}" if unit == "MB" or value >= 100 else f"{value:.2f} {unit}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
