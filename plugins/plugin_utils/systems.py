# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The systems there are: a new one is a row here, a room beside ``directory``, a role and a playbook."""

from __future__ import annotations

from collections.abc import Mapping

from ..module_utils.guard import Limit
from .directory import attributes as directory
from .mail import attributes as mail
from .model.city import City
from .telephony import attributes as telephony

LIMITS: Mapping[str, tuple[Limit, ...]] = {
    directory.SYSTEM: directory.LIMITS,
    mail.SYSTEM: mail.LIMITS,
    telephony.SYSTEM: telephony.LIMITS,
}
"""What of each system passes the guard unasked, in the order in which the systems are applied."""

SYSTEMS = tuple(LIMITS)

ALL_LIMITS = tuple(limit for limits in LIMITS.values() for limit in limits)


def of(city: City) -> list[str]:
    """The systems that a city has, in the order in which they are applied."""
    has = {
        directory.SYSTEM: True,
        mail.SYSTEM: city.mail is not None,
        telephony.SYSTEM: city.telephony is not None,
    }
    return [system for system in SYSTEMS if has[system]]
