# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the actions have alike of systems that are files on one server: read it whole, compare, deliver as one set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from ..module_utils.plan import Change, Plan
from .actions import KonakAction
from .planning.store import PlanFileError, differences, folder, read_plan, write_inverse

CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
"""The authorities of the controller's own system: who proves a server, if no other is named."""
SHOWN = 20
"""Lines of a service's own checker that are told."""


class ServerError(Exception):
    """A server does not do what is asked."""

    def __init__(self, message: str, host: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message, self.host, self.remedy = message, host, remedy


class ServerAction(KonakAction):
    """An action about the server that the task runs for.

    :cvar system: which system it is of; :cvar server: what the server is, in words.
    """

    system: ClassVar[str] = ""
    server: ClassVar[str] = ""
    failures = (ServerError, PlanFileError, OSError)

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Keep the variables, which every request to the server needs."""
        self.variables = task_vars or {}
        return super().run(tmp, task_vars)

    def compare(self, *, retire: bool, limit: str) -> tuple[Any, Sequence[Change]]:
        """What the server holds, in the system's own form, and what would make it as it should be."""
        raise NotImplementedError

    def is_here(self, change: Change) -> bool:
        """Whether a change of the system is one of this server; all are, where there is one server."""
        return change.system == self.system

    def carry_out(self, live: Any, changes: Sequence[Change]) -> None:
        """Make the server what it becomes by these changes, and by no others."""
        raise NotImplementedError

    def apply(self) -> dict[str, Any]:
        """Apply the plan if the server still is as it was when the plan was made; in check mode, only say whether."""
        build = self.build(self.variables)
        plan = read_plan(folder(build) / "plan.json")
        approved = Plan.of(filter(self.is_here, plan.changes), plan.as_of)
        if self._task.check_mode or not approved.changes:
            return {"changed": bool(approved.changes), "digest": plan.digest}
        if plan.stops:
            raise PlanFileError("the guard stopped this plan; nothing was changed")
        live, changes = self.compare(retire="retire" in plan.scope, limit=plan.scope.get("limit", ""))
        if (fresh := Plan.of(changes, plan.as_of)).digest != approved.digest:
            told = "; ".join(differences(approved, fresh)[:5])
            raise PlanFileError(f"the {self.server} changed after the plan was made: {told}")
        self.carry_out(live, fresh.changes)
        write_inverse(build, self.system, fresh)
        return {"changed": True, "applied": len(fresh.changes)}

    def module(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """The answer of one of our modules on the server.

        :raises ServerError: if it is none.
        """
        answer: dict[str, Any] = self._execute_module(
            module_name=f"konak.it.{name}", module_args=arguments, task_vars=self.variables
        )
        if answer.get("failed"):
            remedy = "look at the server; nothing is taken for gone"
            raise ServerError(answer.get("msg", "no answer"), self.host, remedy)
        return answer

    def send(self, name: str, content: bytes) -> str:
        """Lay a file on the server for one of our modules, gone with the task; its path there."""
        shell = self._connection._shell  # noqa: SLF001  # actions have no other way to it
        if shell.tmpdir is None:
            self._make_tmp_path()
        path: str = self._transfer_data(shell.join_path(shell.tmpdir, name), content)
        self._fixup_perms2((shell.tmpdir, path), execute=False)
        return path

    def deliver(self, arguments: dict[str, Any]) -> None:
        """Deliver files as one set, by the action ``owned_files`` on the same host.

        :raises ServerError: if they could not be; then they are as before.
        """
        answer = self._task_of("owned_files", arguments)
        if answer.get("failed"):
            said = [line for error in answer.get("errors", ()) for line in error["output"].splitlines()]
            rest = [f"and {len(said) - SHOWN} more lines"] if len(said) > SHOWN else []
            message = answer.get("msg", "the files could not be delivered")
            raise ServerError("\n".join([message, *said[:SHOWN], *rest]), self.host)

    def _task_of(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Run another action of ours on the same host."""
        task = self._task.copy()
        task.args = arguments
        action = self._shared_loader_obj.action_loader.get(
            f"konak.it.{name}",
            task=task,
            connection=self._connection,
            play_context=self._play_context,
            loader=self._loader,
            templar=self._templar,
            shared_loader_obj=self._shared_loader_obj,
        )
        answer: dict[str, Any] = action.run(task_vars=self.variables)
        return answer

    @property
    def host(self) -> str:
        """The server's name in Ansible's inventory."""
        return str(self.variables.get("inventory_hostname", ""))
