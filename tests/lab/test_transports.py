# SPDX-License-Identifier: GPL-3.0-or-later
"""The other ways to the directory: StartTLS, a Kerberos ticket, and the next server where the first is silent."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from .conftest import LAB, ROOT, Lab

pytestmark = pytest.mark.lab
SYSTEMS = ("directory",)

FILE = "people/bilgi-islem.yml"
TITLE, NEW_TITLE = "title: Bilgi İşlem Müdürü\n", "title: Bilgi İşlem Müdürü (Vekil)\n"


def test_starttls_reads_and_writes_as_ldaps_does(lab: Lab) -> None:
    """The same plan, and a change that arrives."""
    with lab.settings(directory_transport="starttls"):
        assert lab.konak("plan").returncode == 0
        lab.edit(FILE, TITLE, NEW_TITLE)
        assert lab.konak("apply").returncode == 0
    assert lab.entry("(employeeID=40040)", "title")["title"] == ["Bilgi İşlem Müdürü (Vekil)"]


def test_a_ticket_takes_the_place_of_the_password(lab: Lab, tmp_path: Path) -> None:
    """Kerberos seals the connection, over which a first password may be set too; the server is known by its name."""
    realm, host = "ORNEK.BEL.TR", "dc1.ornek.bel.tr"
    names = f"{Path('/etc/hosts').read_text(encoding='utf-8')}\n{lab.server} {host}\n"
    (tmp_path / "hosts").write_text(names, encoding="utf-8")
    settings = f"[libdefaults]\n default_realm = {realm}\n dns_lookup_kdc = false\n rdns = false\n"
    (tmp_path / "krb5.conf").write_text(
        f"{settings}[realms]\n {realm} = {{\n  kdc = {lab.server}\n }}\n", encoding="utf-8"
    )
    tickets = f"FILE:{tmp_path / 'tickets'}"
    environment = {**os.environ, "KRB5_CONFIG": str(tmp_path / "krb5.conf"), "KRB5CCNAME": tickets}
    word = lab.secret("directory/bind")
    subprocess.run(["kinit", f"svc-konak@{realm}"], input=f"{word}\n", text=True, env=environment, check=True)
    post = "unit: destek\n    title: Uzman\n    class: uzman\n    from: 2026-01-05"
    record = f'\n  - id: "49301"\n    given: Bilet\n    family: Sahibi\n    {post}\n'
    path = lab.inventory / FILE
    path.write_text(path.read_text(encoding="utf-8") + record, encoding="utf-8")
    way = {
        "directory_transport": "kerberos",
        "directory_tickets": tickets,
        "directory_bind_password": "not-the-password",
    }
    sources = ["-i", str(lab.inventory / "konak.yml"), "-i", str(LAB / "hosts.yml")]
    argv = shlex.join([str(ROOT / ".venv" / "bin" / "ansible-playbook"), *sources, "playbooks/site.yml"])
    environment["ANSIBLE_CONFIG"] = str(ROOT / "ansible.cfg")
    command = f"mount --bind {tmp_path / 'hosts'} /etc/hosts && exec {argv}"
    with lab.settings(directory_servers=[host], **way):
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", command],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    print(done.stdout, done.stderr)
    assert done.returncode == 0
    assert "expired" in lab.kinit("bilet.sahibi", lab.secret("directory/first/49301"), "", "")


def test_the_next_server_is_asked_where_the_first_is_silent(lab: Lab) -> None:
    """One that refuses, one that does not resolve, and the one that answers: it serves plan and apply."""
    lab.edit(FILE, TITLE, NEW_TITLE)
    with lab.settings(directory_servers=["127.0.0.1:1", "dc9.ornek.invalid", lab.server]):
        done = lab.konak("apply")
    assert done.returncode == 0
    assert lab.konak("plan").returncode == 0
