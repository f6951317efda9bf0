# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove the directory with real clients."""

from __future__ import annotations

from typing import Any, ClassVar

from ..module_utils.secrets import password
from ..plugin_utils.actions import KonakAction, Spec, proven
from ..plugin_utils.directory.attributes import SYSTEM
from ..plugin_utils.directory.connection import DirectoryError
from ..plugin_utils.directory.probes import StageError
from ..plugin_utils.directory.verify import verify
from .directory import LOGIN, login


class ActionModule(KonakAction):
    """Runs the clients on the controller and keeps the proofs in ``build/verify``."""

    spec: ClassVar[Spec] = {
        **LOGIN,
        "master_secret": {"type": "str", "required": True, "no_log": True},
        "samples": {"type": "int", "default": 1},
        "probe": {"type": "bool", "default": False},
    }
    failures = (DirectoryError, StageError)

    def act(self, arguments: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
        """Prove, keep the proofs, and fail if one does not hold."""
        master = arguments["master_secret"]
        proofs = verify(
            self.city(variables),
            login(arguments),
            lambda secret: password(master, secret),
            arguments["samples"],
            probe=arguments["probe"],
        )
        return proven(self.build(variables), SYSTEM, proofs, arguments["servers"][0])
