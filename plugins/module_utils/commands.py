# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that a module runs on its host, as argument lists.

Standard library only: this runs on managed hosts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol


class Run(Protocol):
    """Runs a command that may end with one of some statuses, and gives what it printed."""

    def __call__(self, command: Sequence[str], accepted: tuple[int, ...] = (0,)) -> str:
        """What the command printed; raises the error that the runner was made with."""


def runner(module: Any, failure: type[Exception]) -> Run:
    """Run commands by an Ansible module, and raise ``failure``, in words, for one that ends otherwise."""

    def run(command: Sequence[str], accepted: tuple[int, ...] = (0,)) -> str:
        status, output, error = module.run_command(list(command))
        if status not in accepted:
            raise failure(f"{' '.join(command)} ended with status {status}: {(error or output).strip()[-500:]}")
        return str(output)

    return run
