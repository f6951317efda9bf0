# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible sees of a city, asked with Ansible's own programs."""

from __future__ import annotations

import json
import shutil
from typing import Any

import pytest
import yaml
from ansible_collections.konak.it.cli import shell


def listed(ansible, **extra: str) -> dict[str, Any]:
    done = ansible.run("ansible-inventory", "--list", **extra)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return dict(json.loads(done.stdout))


def plain(value: Any) -> Any:
    """A variable's value; Ansible marks what came from files as not to be templated."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return value.get("__ansible_unsafe") or {name: plain(one) for name, one in value.items()}
    return value


def members(data: dict[str, Any]) -> dict[str, list[str]]:
    return {name: sorted(group["hosts"]) for name, group in data.items() if "hosts" in group}


def test_hosts_and_groups_of_a_small_city(ansible):
    assert members(listed(ansible)) == {
        "servers": ["dc1", "dosya1"],
        "directory": ["dc1"],
        "files": ["dosya1"],
        "devices": ["sw-merkez-1", "sw-merkez-2"],
        "kind_switch": ["sw-merkez-1", "sw-merkez-2"],
        "platform_ios": ["sw-merkez-1", "sw-merkez-2"],
        "site_merkez": ["dc1", "dosya1", "sw-merkez-1", "sw-merkez-2"],
    }


def test_variables_of_hosts(ansible):
    hosts = listed(ansible)["_meta"]["hostvars"]
    found = {name: plain(value) for name, value in hosts["dc1"].items() if name.startswith(("konak_", "ansible_"))}
    assert found == {
        "ansible_host": "192.0.2.10",
        "konak_aliases": [],
        "konak_as_of": "2026-06-01",
        "konak_build": str(ansible.build),
        "konak_domain": "deneme.bel.tr",
        "konak_fqdn": "dc1.deneme.bel.tr",
        "konak_has_password_policy": False,
        "konak_inventory": str(ansible.inventory),
        "konak_netbios": "DENEME",
        "konak_realm": "DENEME.BEL.TR",
        "konak_system": "debian-13",
        "konak_systems": ["directory"],
    }
    assert plain(hosts["sw-merkez-1"]["ansible_host"]) == "198.51.100.11"


def test_what_a_mail_server_is_told(ansible):
    shutil.copy(shell.ROOT / "tests/negative/parts/mail.yml", ansible.inventory)
    hosts = listed(ansible, KONAK_AS_OF="2026-01-20")["_meta"]["hostvars"]
    assert {
        name: plain(value) for name, value in hosts["posta1"].items() if name.startswith(("konak_mail", "konak_dkim"))
    } == {
        "konak_dkim_selectors": ["k2", "k1"],
        "konak_mail_account": "svc-posta",
        "konak_mail_base": "OU=Deneme Belediyesi,DC=deneme,DC=bel,DC=tr",
        "konak_mail_domain": "deneme.bel.tr",
        "konak_mail_account_secret": {"name": "directory/service/svc-posta", "version": 1},
        "konak_mail_host": "posta.deneme.bel.tr",
    }
    assert not [name for name in hosts["dc1"] if name.startswith(("konak_mail", "konak_dkim"))]


def test_a_mail_server_without_keys_of_signatures(ansible):
    shutil.copy(shell.ROOT / "tests/negative/parts/mail.yml", ansible.inventory)
    keys = "  dkim:\n    - {selector: k1, until: 2026-01-31}\n    - {selector: k2, from: 2026-01-15}\n"
    ansible.edit("mail.yml", keys, "")
    assert listed(ansible)["_meta"]["hostvars"]["posta1"]["konak_dkim_selectors"] == []


def test_the_example_city(ansible):
    shutil.rmtree(ansible.inventory)
    shutil.copytree(shell.ROOT / "inventory", ansible.inventory, symlinks=False)
    data = listed(ansible)
    devices = [
        device["name"]
        for path in (ansible.inventory / "devices").glob("*.yml")
        for device in yaml.safe_load(path.read_text(encoding="utf-8"))["devices"]
    ]
    servers = yaml.safe_load((ansible.inventory / "servers.yml").read_text(encoding="utf-8"))["servers"]
    groups = members(data)
    assert groups["devices"] == sorted(devices)
    assert groups["servers"] == sorted(server["name"] for server in servers)
    assert groups["directory"] == [server["name"] for server in servers if "directory" in server["services"]]
    assert {"site_merkez", "site_ek_hizmet", "site_fen_isleri_santiye"} <= groups.keys()
    assert plain(data["_meta"]["hostvars"]["dc1"]["konak_domain"]) == "ornek.bel.tr"


def test_people_are_not_given_to_ansible(ansible):
    text = json.dumps(listed(ansible), ensure_ascii=False)
    assert "Öztürk" not in text
    assert "40001" not in text


def test_a_day_of_ones_own(ansible):
    hosts = listed(ansible, KONAK_AS_OF="2027-01-31")["_meta"]["hostvars"]
    assert plain(hosts["dc1"]["konak_as_of"]) == "2027-01-31"


def refused(ansible, **extra: str) -> str:
    done = ansible.run("ansible-inventory", "--list", **extra)
    assert done.returncode != 0
    assert "Traceback" not in done.stdout + done.stderr
    assert '"hosts"' not in done.stdout
    return done.stderr


def test_a_broken_inventory_ends_the_run_with_every_problem(ansible):
    ansible.edit("people/imar.yml", "unit: imar\n", "unit: imarr\n")
    words = refused(ansible)
    assert "3 problems in the inventory" in words
    for line, person in ((5, 40004), (17, 40005), (27, 40006)):
        assert (
            f"inventory/people/imar.yml:{line}: people[{person}].unit: there is no unit 'imarr' (did you mean 'imar'?)"
        ) in words
    assert "Completely failed to parse inventory source" in words


@pytest.mark.parametrize(
    ("file", "content"),
    [("people/imar.yml", b"people: [\n"), ("sites.yml", b"\xff"), ("units.yml", b""), ("organisation.yml", b"a: 1\n")],
)
def test_files_that_cannot_be_read_end_the_run_too(ansible, file, content):
    (ansible.inventory / file).write_bytes(content)
    assert "in the inventory" in refused(ansible)


def test_a_day_that_is_none(ansible):
    words = refused(ansible, KONAK_AS_OF="yesterday")
    assert "the as-of date 'yesterday' is not a date: write it as year-month-day" in words


def test_a_playbook_does_not_start_on_a_broken_inventory(ansible):
    ansible.edit("people/imar.yml", "unit: imar\n", "unit: imarr\n")
    done = ansible.play([{"name": "Never", "ansible.builtin.debug": {"msg": "started"}}])
    assert done.returncode != 0
    assert "started" not in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert "there is no unit 'imarr'" in done.stderr
