# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of derived passwords that more than one system uses."""

from __future__ import annotations

from ...module_utils.plan import Secret
from .entities import ServiceAccount


def service_password(account: ServiceAccount) -> Secret:
    """The password of a service account, in the version that the inventory says."""
    return Secret(f"directory/service/{account.name}", account.secret)
