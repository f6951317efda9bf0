# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The systems there are: a new one is a row here, a room beside ``directory``, a role and a playbook."""

from __future__ import annotations

from collections.abc import Mapping

from ..module_utils.guard import Limit
from .directory import attributes as directory

LIMITS: Mapping[str, tuple[Limit, ...]] = {
    directory.SYSTEM: directory.LIMITS,
}
"""What of each system passes the guard unasked, in the order in which the systems are applied."""

SYSTEMS = tuple(LIMITS)

ALL_LIMITS = tuple(limit for limits in LIMITS.values() for limit in limits)
