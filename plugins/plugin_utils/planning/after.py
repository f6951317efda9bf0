# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From items and changes to the items as they will be: what an apply makes, and nothing that its plan does not say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ...module_utils.plan import Change, Item


def after(found: Iterable[Item], changes: Iterable[Change]) -> list[Item]:
    """The items as they are once these changes are done."""
    items = {(item.kind, item.key): item for item in found}
    for change in changes:
        own = change.kind, change.key
        if change.action in {"delete", "retire"}:
            items.pop(own, None)
            continue
        before = items.get(own) or Item(change.kind, change.key, change.label, {})
        fields = {
            **before.fields,
            **{name: _after(before.fields.get(name), new) for name, new in change.fields.items()},
        }
        items[own] = replace(before, label=change.label, fields=fields)
    return list(items.values())


def _after(before: Any, difference: Mapping[str, Any]) -> Any:
    if "added" in difference:
        return ((before or frozenset()) - frozenset(difference["removed"])) | frozenset(difference["added"])
    return difference["after"]
