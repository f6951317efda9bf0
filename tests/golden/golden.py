# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold a text against the one that was reviewed; with ``KONAK_GOLDEN=write`` put it in its place."""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.konak.it.plugins.module_utils.plan import Item, Secret

HERE = Path(__file__).parent
LINES = 60
"""How many lines of a difference are shown."""


def hold(name: str, text: str) -> None:
    """Fail with the difference if the text is not that of the golden file."""
    path = HERE / name
    if os.environ.get("KONAK_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    if text != before:
        pytest.fail(difference(name, before, text), pytrace=False)


def difference(name: str, before: str, after: str) -> str:
    """What is different, under the head of the object that it is in, and how to accept it."""
    old = before.splitlines()
    rows = difflib.unified_diff(old, after.splitlines(), f"{name}, as reviewed", f"{name}, now", n=2, lineterm="")
    lines = [f"{row} {_head(old, row)}".rstrip() if row.startswith("@@") else row for row in rows]
    more = [f"... and {len(lines) - LINES} more lines"] if len(lines) > LINES else []
    remedy = "If this is meant: KONAK_GOLDEN=write ./konak test tests/golden"
    return "\n".join([f"{name} is not what was reviewed.", *lines[:LINES], *more, remedy])


def _head(old: list[str], row: str) -> str:
    """The nearest line above a part of a difference that begins an object or a heading."""
    start = int(row.split()[1].removeprefix("-").partition(",")[0])
    return next((line.strip() for line in old[:start][::-1] if line.startswith((' {"kind"', "#"))), "")


def items_as_text(items: Iterable[Item]) -> str:
    """Items as JSON: sorted, a field a line, lists and secrets readable."""
    blocks = []
    for item in sorted(items, key=lambda item: (item.kind, item.key)):
        head = {"kind": item.kind, "key": item.key, "label": item.label}
        rows = [json.dumps(head, ensure_ascii=False)[1:-1], *_rows("fields", item.fields)]
        rows += _rows("initial", item.initial) + _rows("tags", item.tags)
        if item.existing_only:
            rows.append('"existing_only": true')
        if item.retired:
            rows.append('"retired": true')
        blocks.append(" {" + ",\n  ".join(rows) + "}")
    return "[\n" + ",\n".join(blocks) + "\n]\n"


def _rows(name: str, values: Mapping[str, Any]) -> list[str]:
    lines = [f"{json.dumps(key)}: {json.dumps(_plain(values[key]), ensure_ascii=False)}" for key in sorted(values)]
    return [f'"{name}": {{\n    ' + ",\n    ".join(lines) + "}"] if lines else []


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    return f"secret {value.name}, version {value.version}" if isinstance(value, Secret) else value
