# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the managed root and the account that manages it."""

from __future__ import annotations

from typing import Any, ClassVar

from ..plugin_utils.actions import KonakAction, Spec
from ..plugin_utils.directory.bootstrap import Needs, account_login, bootstrap
from ..plugin_utils.directory.connection import DirectoryError, connect
from .directory import LOGIN, login


class ActionModule(KonakAction):
    """Binds as an administrator, once."""

    spec: ClassVar[Spec] = {
        **LOGIN,
        "account": {"type": "str", "default": "svc-konak"},
        "account_password": {"type": "str", "required": True, "no_log": True},
    }
    failures = (DirectoryError,)

    def act(self, arguments: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
        """Make what is missing."""
        needs = Needs.of(self.city(variables))
        administrator, account = login(arguments), arguments["account"]
        own = account_login(administrator, account, needs.domain, arguments["account_password"])
        with connect(administrator, needs.domain) as connection:
            made = bootstrap(connection, needs, own, account, self._task.check_mode)
        return {"changed": bool(made), "made": made}
