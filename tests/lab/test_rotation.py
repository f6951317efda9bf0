# SPDX-License-Identifier: GPL-3.0-or-later
"""A derived secret is renewed by a number in the inventory: the plan says so, and clients know only the new one."""

from __future__ import annotations

import json

import pytest

from .conftest import Lab

pytestmark = pytest.mark.lab
SYSTEMS = ("directory",)


def test_a_new_version_renews_the_password_of_a_service_account(lab: Lab) -> None:
    """Before the apply the derived password is not yet the server's, after it the old one is not any more."""
    lab.edit("service_accounts.yml", "  - name: svc-yedek\n", "  - name: svc-yedek\n    secret: 2\n")
    assert lab.konak("plan").returncode == 2
    [change] = lab.plan()["changes"]
    assert (change["kind"], change["key"], change["action"]) == ("service", "svc-yedek", "update")
    assert change["fields"] == {"secret": {"before": 1, "after": 2}}

    def proven() -> dict[str, bool]:
        rows = json.loads(lab.konak("verify", "--json").stdout)
        return {row["client"]: row["ok"] for row in rows if "svc-yedek" in row["proof"]}

    assert proven() == {"kinit": False, "ldapwhoami": False}
    assert lab.konak("apply").returncode == 0
    assert proven() == {"kinit": True, "ldapwhoami": True}
    assert lab.konak("plan").returncode == 0
