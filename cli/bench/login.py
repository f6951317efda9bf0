# SPDX-License-Identifier: GPL-3.0-or-later
"""How the binding account logs on in the lab: what the role gives to the action, for the tasks that go without it."""

from __future__ import annotations

from pathlib import Path

from ...plugins.module_utils.plan import Secret
from ...plugins.module_utils.secrets import password
from ...plugins.plugin_utils.directory.connection import Login


def master_secret(lab: Path) -> str:
    """The lab's own."""
    return (lab / "master.secret").read_text(encoding="utf-8")


def login(lab: Path, server: str, domain: str) -> Login:
    """The binding account at a domain controller of the lab."""
    secret = password(master_secret(lab), Secret("directory/bind"))
    return Login([server], f"svc-konak@{domain}", secret, lab / "pki" / "ca.pem")
