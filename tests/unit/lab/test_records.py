# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lab writes down for Ansible and for the verbs, and which resolvers its hosts get."""

from __future__ import annotations

import stat
from ipaddress import IPv4Address

import pytest
import yaml
from ansible_collections.konak.it.cli.lab import machine, records
from ansible_collections.konak.it.cli.lab.base import LabHost, Places, write_private

ROW = {
    "address": "198.51.100.10",
    "fqdn": "dc1.ornek.bel.tr",
    "certificate": "/srv/lab/pki/dc1.pem",
    "key": "/srv/lab/pki/dc1.key",
}


def test_the_overlay_says_how_hosts_are_reached_and_holds_no_secret(tmp_path):
    places = Places(tmp_path)
    write_private(places.master_secret, b"canary-of-the-master-secret\n")
    records.write_inventory(places, {"dc1": ROW}, ["192.0.2.53"])
    text = places.inventory.read_text()
    overlay = yaml.safe_load(text)["all"]
    assert overlay["hosts"] == {
        "dc1": {
            "ansible_host": "198.51.100.10",
            "konak_fqdn": "dc1.ornek.bel.tr",
            "konak_tls_certificate": "/srv/lab/pki/dc1.pem",
            "konak_tls_key": "/srv/lab/pki/dc1.key",
        }
    }
    assert overlay["vars"]["konak_lab"] is True
    assert overlay["vars"]["konak_lab_nameservers"] == ["192.0.2.53"]
    assert "StrictHostKeyChecking=yes" in overlay["vars"]["ansible_ssh_common_args"]
    assert str(places.known_hosts) in overlay["vars"]["ansible_ssh_common_args"]
    assert "canary" not in text
    assert stat.S_IMODE(places.inventory.stat().st_mode) == 0o600
    assert stat.S_IMODE(places.master_secret.stat().st_mode) == 0o600


def test_the_record_comes_back_as_it_was_written(tmp_path):
    record = {
        "inventory": "/srv/kent/inventory",
        "network": "192.0.2.0/24",
        "hosts": {"dc1": {"address": "192.0.2.10"}},
    }
    places = Places(tmp_path)
    records.write(places, record)
    assert records.read(places) == record


@pytest.mark.parametrize("text", [None, "", "{", "[]", '"dc1"'])
def test_a_record_that_is_none_means_that_nothing_is_up(tmp_path, text):
    places = Places(tmp_path)
    if text is not None:
        write_private(places.record, text.encode())
    assert records.read(places) == {}


def test_a_half_written_file_is_never_seen(tmp_path):
    path = tmp_path / "folder" / "file"
    write_private(path, b"one")
    path.with_name(".file.new").write_bytes(b"left by a crash")
    write_private(path, b"two", 0o644)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"two", 0o644)
    assert [each.name for each in path.parent.iterdir()] == ["file"]


def resolvers(monkeypatch, tmp_path, *texts):
    paths = []
    for number, text in enumerate(texts):
        paths.append(tmp_path / f"resolv{number}.conf")
        if text is not None:
            paths[-1].write_text(text)
    monkeypatch.setattr(records, "RESOLVERS", tuple(paths))


def test_hosts_ask_the_machines_own_name_servers(monkeypatch, tmp_path):
    resolvers(
        monkeypatch, tmp_path, None, "search ornek.bel.tr\nnameserver 192.0.2.53\n\nnameserver\nnameserver 192.0.2.54\n"
    )
    assert records.nameservers("198.51.100.254") == ["192.0.2.53", "192.0.2.54"]


def test_a_name_server_on_the_loopback_or_by_ipv6_is_out_of_their_reach(monkeypatch, tmp_path):
    resolvers(monkeypatch, tmp_path, "nameserver 127.0.0.53\nnameserver 2001:db8::53\n", "nameserver 192.0.2.53\n")
    assert records.nameservers("198.51.100.254") == ["192.0.2.53"]


def test_without_any_they_ask_the_machine(monkeypatch, tmp_path):
    resolvers(monkeypatch, tmp_path, "nameserver 127.0.0.53\n", None)
    assert records.nameservers("198.51.100.254") == ["198.51.100.254"]


def test_a_host_finds_itself_first_then_the_others():
    everyone = {
        "posta1": ("posta1.ornek.bel.tr", IPv4Address("192.0.2.20")),
        "dc1": ("dc1.ornek.bel.tr", IPv4Address("192.0.2.10")),
        "yedek1": ("yedek1.ornek.bel.tr", IPv4Address("192.0.2.30")),
    }
    lines = machine.hosts_file(LabHost("posta1", "posta1.ornek.bel.tr", "192.0.2.20"), everyone).splitlines()
    assert lines == [
        "127.0.0.1 localhost",
        "::1 localhost ip6-localhost ip6-loopback",
        "192.0.2.20 posta1.ornek.bel.tr posta1",
        "192.0.2.10 dc1.ornek.bel.tr dc1",
        "192.0.2.30 yedek1.ornek.bel.tr yedek1",
    ]


def test_a_container_is_another_one_when_anything_it_is_made_from_changes(tmp_path):
    host, address = LabHost("dc1", "dc1.ornek.bel.tr", "192.0.2.10"), IPv4Address("192.0.2.10")
    made = machine.spec(host, address, "base:one", tmp_path)
    assert machine.spec(host, address, "base:one", tmp_path) == made
    others = {
        machine.spec(host, address, "base:two", tmp_path),
        machine.spec(host, IPv4Address("198.51.100.10"), "base:one", tmp_path),
        machine.spec(host, address, "base:one", tmp_path / "other"),
        machine.spec(LabHost("dc1", "dc1.baska.bel.tr", "192.0.2.10"), address, "base:one", tmp_path),
    }
    assert len(others | {made}) == 5
