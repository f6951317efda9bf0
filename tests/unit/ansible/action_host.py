# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that only answers as our modules do, and an action that runs for it."""

from __future__ import annotations

import copy
import posixpath
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ansible_collections.konak.it.plugins.module_utils.plan import Plan
from ansible_collections.konak.it.plugins.plugin_utils.model.city import City
from ansible_collections.konak.it.plugins.plugin_utils.planning.assemble import assemble
from ansible_collections.konak.it.plugins.plugin_utils.planning.store import read_parts, write_plan
from ansible_collections.konak.it.plugins.plugin_utils.server_action import ServerAction


class ActionHost:
    """What the server answers, what was asked of it, and what fails with which words.

    :ivar answers: by module, without the collection's name; :ivar asked: modules and actions with their arguments.
    :ivar sent: files that were laid there, by path.
    :cvar name: of the server, in Ansible's inventory.
    """

    name = "sunucu1"

    def __init__(self, folder: Path, action: type[ServerAction], arguments: dict[str, Any]) -> None:
        self.folder, self._action, self._arguments = folder, action, arguments
        self.answers: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.fails: dict[str, str] = {}
        self.sent: dict[str, bytes] = {}

    def said(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """The answer of a module, or of another action."""
        short = name.removeprefix("konak.it.")
        self.asked.append((short, arguments))
        words = self.fails.get(short)
        return {"failed": True, "msg": words} if words else copy.deepcopy(self.answers.get(short, {}))

    def inventory(self, files: dict[str, str]) -> None:
        """Write the inventory of a city."""
        for name, content in files.items():
            path = self.folder / "inventory" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")

    def run(self, *, check: bool = False, day: str = "2026-06-01", **arguments: Any) -> dict[str, Any]:
        """The result of one task, as Ansible gets it."""
        action = self._action.__new__(self._action)
        given = {**self._arguments, **arguments}
        action._task = SimpleNamespace(args=given, check_mode=check, async_val=0, action=action.system)
        action._connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir="/none", join_path=posixpath.join))
        action._transfer_data = self._laid
        action._fixup_perms2 = lambda paths, execute: None
        action._execute_module = lambda module_name, module_args, task_vars: self.said(module_name, module_args)
        action._task_of = self.said
        folder = str(self.folder / "inventory")
        return action.run(None, {"konak_inventory": folder, "konak_as_of": day, "inventory_hostname": self.name})

    def _laid(self, path: str, content: bytes) -> str:
        self.sent[path] = content
        return path

    def approve(self, city: City, limits: tuple[Any, ...], **scope: str) -> Plan:
        """Put the plan together as konak.it.plan does, and take it for approved."""
        parts = read_parts(self.build, self._action.system)
        plan = assemble(city, self.folder / "inventory", parts, limits, {}, scope)
        write_plan(self.build, plan, "")
        self.asked.clear()
        return plan

    @property
    def build(self) -> Path:
        """Where generated files go."""
        return self.folder / "build"
