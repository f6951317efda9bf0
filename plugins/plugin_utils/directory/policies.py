# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What should hold for accounts: password policies of the domain and of classes, delegations, linked group policies.

Part of the intent: no connection.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...module_utils.plan import Item
from ..model.city import City
from ..model.entities import DirectorySettings, Unit
from ..model.rights import PasswordSettings
from .forms import NEVER, UNTIL_UNLOCKED

_SETTINGS = {"lockout": "lockout_minutes", "lockout_window": "lockout_window_minutes"}
"""Fields whose name in the inventory is another."""


def items(city: City) -> Iterator[Item]:
    """The password policies."""
    for policy in city.inventory.password_policies:
        fields = {
            "name": f"konak-{policy.code}",
            "parent": "policies",
            "description": policy.name,
            "precedence": policy.precedence,
            "applies_to": frozenset(
                f"class:{item.code}" for item in city.inventory.access_classes if item.password_policy == policy.code
            ),
            **_settings(policy),
        }
        sources = {**{name: name for name in fields}, **_SETTINGS, "description": "name", "name": "code"}
        yield Item(
            "policy", policy.code, policy.name, fields, places=city.places("password_policies", policy.code, sources)
        )
    if (settings := city.organisation.directory.password_policy) is not None:
        place = city.place("organisation", 0, "directory", "password_policy")

        def where(field: str) -> tuple[str, int]:
            key = _SETTINGS.get(field, field)
            return city.place("organisation", 0, "directory", "password_policy", key) if field else place

        yield Item(
            "domain",
            "domain",
            city.organisation.directory.domain,
            _settings(settings),
            places=where,
            existing_only=True,
        )


def branch(of: Unit | DirectorySettings) -> dict[str, Any]:
    """The fields of an organisational unit that say what holds in it; a list that is not given is not looked at."""
    delegated = frozenset(f"{right} to {entry.to}" for entry in of.delegations for right in entry.rights)
    fields: dict[str, Any] = {"delegations": delegated}
    if of.group_policies is not None and of.group_policies.set is not None:
        fields["group_policies"] = tuple(of.group_policies.set)
    return fields


def _settings(of: PasswordSettings) -> dict[str, Any]:
    return {
        "minimum_length": of.minimum_length,
        "complexity": of.complexity,
        "reversible": of.reversible,
        "history": of.history,
        "minimum_days": of.minimum_days,
        "maximum_days": of.maximum_days or NEVER,
        "lockout_attempts": of.lockout_attempts,
        "lockout_window": of.lockout_window_minutes,
        "lockout": of.lockout_minutes or UNTIL_UNLOCKED,
    }
