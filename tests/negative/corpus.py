# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Broken inventories: what a case says, and how it is made from ``base/``.

A case is ``cases/<rule>/<name>.yml``::

    why: A unit is misspelt in a person's record.
    edits:
      - file: people/imar.yml
        replace: "unit: imar"      # stands there exactly once
        by: "unit: imarr"
    problems:                      # each line as people see it; nothing more and nothing less
      - "inventory/people/imar.yml:5: people[40004].unit: there is no unit 'imarr' (did you mean 'imar'?)"

Beside ``replace`` and ``by`` an edit is one of ``write`` (the file holds this text and no other), ``append`` (this text
more at its end), ``bytes`` (as ``write``, each letter a byte), each ``times`` over if that is given; ``delete``,
``folder`` (an empty folder of that name, in the file's place), ``link`` (to this).
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
BASE = HERE / "base"


@dataclass(frozen=True)
class Case:
    """One broken inventory."""

    rule: str
    name: str
    why: str
    edits: tuple[dict[str, Any], ...]
    problems: tuple[str, ...]


def read_cases() -> list[Case]:
    """Every case, in the order of rules and names."""
    return [_read(path) for path in sorted((HERE / "cases").glob("*/*.yml"))]


def _read(path: Path) -> Case:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    edits, problems = tuple(data.pop("edits")), tuple(data.pop("problems"))
    case = Case(path.parent.name, path.stem, data.pop("why"), edits, problems)
    assert not data, f"{path}: a case has no {', '.join(data)}"
    return case


def build(case: Case, folder: Path) -> None:
    """Write the case's inventory to a folder that is not there yet."""
    shutil.copytree(BASE, folder)
    for edit in case.edits:
        _apply(dict(edit), folder)


def _apply(edit: dict[str, Any], folder: Path) -> None:
    path, times = folder / edit.pop("file"), edit.pop("times", 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    match edit:
        case {"replace": old, "by": new}:
            text = path.read_text(encoding="utf-8")
            assert text.count(old) == 1, f"{path.name} holds {old!r} {text.count(old)} times, not once"
            path.write_text(text.replace(old, new), encoding="utf-8")
        case {"append": text}:
            with path.open("a", encoding="utf-8") as file:
                file.write(text * times)
        case {"write": text}:
            path.write_text(text * times, encoding="utf-8")
        case {"bytes": text}:
            path.write_bytes(text.encode("latin-1") * times)
        case {"delete": True}:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        case {"folder": True}:
            path.unlink(missing_ok=True)
            path.mkdir()
        case {"link": target}:
            path.symlink_to(target)
        case _:
            raise AssertionError(f"no such edit: {edit}")
