# SPDX-License-Identifier: GPL-3.0-or-later
"""``./konak reference``: the pages that are made from the code."""

from __future__ import annotations

import argparse
import json

from ..errors import UserError
from ..shell import ROOT

SUMMARY = "writes the inventory's reference page and its JSON Schema"
DESCRIPTION = """\
Makes docs/reference/inventory.md and docs/reference/inventory.schema.json from the definitions that check the
inventory. With --check it writes nothing, and says status 1 if they are not current.
"""

FOLDER = ROOT / "docs" / "reference"


def configure(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 if the files are not current")


def wanted() -> dict[str, str]:
    """Name and content of each file."""
    from ...plugins.plugin_utils.model import reference

    schema = json.dumps(reference.schema(), ensure_ascii=False, indent=1) + "\n"
    return {"inventory.md": reference.page(), "inventory.schema.json": schema}


def run(args: argparse.Namespace) -> int:
    """Write what is not current, or say so."""
    old = {name: text for name, text in wanted().items() if _content(name) != text}
    if args.check and old:
        raise UserError(f"not current: {', '.join(sorted(old))}", file="docs/reference", remedy="run ./konak reference")
    for name, text in old.items():
        try:
            FOLDER.mkdir(parents=True, exist_ok=True)
            (FOLDER / name).write_text(text, encoding="utf-8")
        except OSError as error:
            raise UserError(f"cannot be written: {error.strerror}", file=FOLDER / name) from None
    if args.json:
        print(json.dumps({"ok": True, "written": sorted(old)}))
    else:
        print("\n".join(f"docs/reference/{name} is new" for name in sorted(old)) or "The reference is current.")
    return 0


def _content(name: str) -> str | None:
    """What the file holds now; ``None`` if it is not there."""
    path = FOLDER / name
    return path.read_text(encoding="utf-8") if path.exists() else None
