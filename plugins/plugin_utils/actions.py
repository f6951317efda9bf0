# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every action of this collection does alike: arguments, the model, errors in words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..plugin_utils import session
from ..plugin_utils.model.city import City
from ..plugin_utils.model.problems import InventoryError
from ..plugin_utils.planning.store import write_json
from ..plugin_utils.proof import Proof

Spec = dict[str, dict[str, Any]]
"""Arguments of an action, as Ansible's argument specs have them."""


class KonakAction(ActionBase):  # type: ignore[misc]  # Ansible's base class is not typed
    """An action on the controller: ``spec`` names its arguments, :meth:`act` does it.

    A failure is a result with ``errors``, a list of ``{message, file, line, path, host, remedy}``.
    """

    spec: ClassVar[Spec] = {}
    failures: tuple[type[Exception], ...] = ()

    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Check the arguments, act, and turn what may go wrong into a result."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        _, arguments = self.validate_argument_spec(self.spec)
        try:
            return {**result, **self.act(arguments, variables)}
        except InventoryError as error:
            return {**result, **failure(str(error), [problem.as_dict() for problem in error.problems])}
        except self.failures as error:
            return {**result, **failure(str(error), [_error(error)])}

    def act(self, arguments: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
        """Do it, and return the result's keys."""
        raise NotImplementedError

    def inventory(self, variables: dict[str, Any]) -> Path:
        """The folder of the inventory that this run is about."""
        folder = variables.get("konak_inventory")
        if not folder:
            raise AnsibleActionFail(
                "this play has no city: run it with an inventory whose konak.yml says `plugin: konak.it.city`"
            )
        return Path(folder)

    def city(self, variables: dict[str, Any]) -> City:
        """The model of this run."""
        return session.city(self.inventory(variables), session.as_of_date(variables.get("konak_as_of")))

    def build(self, variables: dict[str, Any]) -> Path:
        """Where generated files go."""
        return session.build_folder(self.inventory(variables))


def failure(message: str, errors: list[dict[str, Any]]) -> dict[str, Any]:
    """The result of an action that could not do its work."""
    return {"failed": True, "changed": False, "msg": message, "errors": errors}


def error_entry(message: str, host: str | None = None, remedy: str | None = None) -> dict[str, Any]:
    """One error in the shape that programs read."""
    return {"message": message, "file": None, "line": None, "path": None, "host": host, "remedy": remedy}


def _error(error: Exception) -> dict[str, Any]:
    message: str = getattr(error, "message", None) or str(error)
    return error_entry(message, getattr(error, "host", None) or None, getattr(error, "remedy", None) or None)


def proven(build: Path, system: str, proofs: Sequence[Proof], host: str) -> dict[str, Any]:
    """The result of a verification; its proofs are kept in ``build/verify``. It fails if one does not hold."""
    rows = [proof.as_dict(system) for proof in proofs]
    folder = build / "verify"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_json(folder / f"{system}.json", rows)
    wrong = [row for row in rows if not row["ok"]]
    if not wrong:
        return {"changed": False, "proofs": rows}
    errors = [error_entry(f"{row['proof']}: expected {row['expected']}, got {row['got']}", host) for row in wrong]
    message = f"{len(wrong)} of {len(rows)} proofs do not hold"
    return {**failure("\n".join([message, *(error["message"] for error in errors)]), errors), "proofs": rows}
