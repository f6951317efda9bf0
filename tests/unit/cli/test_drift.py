# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan read as drift."""

from __future__ import annotations

from ansible_collections.konak.it.cli.verbs.drift import drifts
from ansible_collections.konak.it.plugins.module_utils.plan import Change, Plan


def change(action: str, **fields: dict) -> Change:
    return Change("directory", "person", "40117", action, "Elif Işık", fields)


def told(*changes: Change, unmanaged: tuple[str, ...] = ()) -> list[str]:
    return [str(drift) for drift in drifts(Plan.of(changes, "2026-11-22", unmanaged=unmanaged))]


def test_a_changed_attribute_has_both_values():
    line = "changed: person Elif Işık (40117): title is Müdür, not Uzman"
    assert told(change("update", title={"before": "Müdür", "after": "Uzman"})) == [line]


def test_each_membership_is_told():
    assert told(change("update", groups={"added": ["role:a.b"], "removed": ["role:c.d"]})) == [
        "changed: person Elif Işık (40117): groups is without role:a.b, not with role:a.b",
        "changed: person Elif Işık (40117): groups is with role:c.d, not without role:c.d",
    ]


def test_a_create_is_a_missing_object():
    assert told(change("create", title={"before": None, "after": "Uzman"})) == ["missing: person Elif Işık (40117)"]


def test_what_is_not_ours_is_told():
    assert told(unmanaged=("directory: CN=Yabancı,OU=Birimler",)) == ["unmanaged: CN=Yabancı,OU=Birimler"]


def test_no_difference_is_no_drift():
    assert told() == []
