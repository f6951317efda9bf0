# SPDX-License-Identifier: GPL-3.0-or-later
"""An exchange that only answers as our modules do, for the city as it is, and what is changed in that."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.konak.it.plugins.action.telephony import ActionModule
from ansible_collections.konak.it.plugins.plugin_utils.systems import ALL_LIMITS
from base_city import BASE_FILES, part_text
from telephony_city import (
    MASTER,
    answer_of,
    telephony_city,
)
from unit.ansible.action_host import ActionHost

RENAMED = {"    family: Yıldız": "    family: Yıldız Kaya"}
LEFT = {'    extension: "7002"': '    extension: "7002"\n    until: 2026-05-31'}
RIGHTS = {"calls_closed: [local]": "calls_closed: [local, mobile]"}
MENU = {
    'line: "9"\n': 'line: "9"\n  menus: [{code: ana, name: Ana, extension: "7800", prompt: Hoş geldiniz, '
    'choices: [{digit: "1", to: "unit:cagri"}]}]\n'
}


class Host(ActionHost):
    """The exchange, made for the city as it is."""

    name = "santral1"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, ActionModule, {"master_secret": MASTER})
        self.answers["exchange"] = answer_of(telephony_city())

    def edit(self, changes: Mapping[str, str]) -> None:
        """Write the inventory with these changes."""
        text = part_text("telephony")
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new, 1)
        base = {name: data.decode() for name, data in BASE_FILES.items()}
        self.inventory({**base, "telephony.yml": text})

    def planned(self, changes: Mapping[str, str], beside: Mapping[str, bytes] | None = None, **scope: str) -> set[str]:
        """Plan an edit and approve it; the kinds and keys of its changes."""
        self.edit(changes)
        for name, content in (beside or {}).items():
            path = self.folder / "inventory" / name
            path.parent.mkdir()
            path.write_bytes(content)
        assert self.run(phase="plan").get("failed") is None
        plan = self.approve(telephony_city(changes, beside=beside), ALL_LIMITS, **scope)
        assert plan.stops == ()
        return {f"{change.kind} {change.key}" for change in plan.changes}

    def delivered(self) -> dict[str, Any]:
        """What was handed over in an apply."""
        [given] = [given for name, given in self.asked if name == "owned_files"]
        return given


def host_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    """The exchange, with a build folder of its own and no history."""
    monkeypatch.setenv("KONAK_BUILD", str(folder / "build"))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(folder))
    return Host(folder)
