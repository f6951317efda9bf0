# SPDX-License-Identifier: GPL-3.0-or-later
"""A delivery in a process of its own that dies before a given step: ``killed.py FOLDER STEP FILES`` (FILES as JSON).

Ends with status 9 if it died, and says the number of its steps if it did not come so far.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "collections"), str(ROOT / "tests")]


def main(folder: str, last: str, files: str) -> None:
    from ansible_collections.konak.it.plugins.module_utils import owned_files_swap
    from ansible_collections.konak.it.plugins.module_utils.owned_files_run import deliver
    from unit.owned_files.scene import TRUE, Scene

    owned_files_swap.flush = lambda: None
    seen: list[str] = []

    def step(name: str) -> None:
        if len(seen) == int(last):
            os._exit(9)
        seen.append(name)

    wanted = {name: tuple(given) for name, given in json.loads(files).items()}
    result = deliver(Scene(Path(folder)).request(wanted, validate=(TRUE,), reload=(TRUE,), health=(TRUE,)), step)
    assert not result.errors, result.errors
    print(len(seen))


if __name__ == "__main__":
    main(*sys.argv[1:])
