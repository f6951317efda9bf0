# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lab writes down for others: hosts.yml for Ansible, lab.json for the verbs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from .base import Places, write_private
from .machine import ssh_options

RESOLVERS = (Path("/run/systemd/resolve/resolv.conf"), Path("/etc/resolv.conf"))


def nameservers(fallback: str) -> list[str]:
    """Name servers that lab hosts can reach: the machine's own, but not those on its loopback; else ``fallback``."""
    for path in RESOLVERS:
        if not path.is_file():
            continue
        words = [line.split() for line in path.read_text().splitlines()]
        found = [row[1] for row in words if len(row) > 1 and row[0] == "nameserver"]
        usable = [address for address in found if not address.startswith("127.") and ":" not in address]
        if usable:
            return usable
    return [fallback]


def write_inventory(places: Places, hosts: Mapping[str, Mapping[str, Any]], servers: list[str]) -> None:
    """Write hosts.yml: how every lab host is reached, and what the lab gives to roles."""
    everywhere = {
        "ansible_user": "root",
        "ansible_ssh_private_key_file": str(places.ssh_key),
        "ansible_ssh_common_args": " ".join(["-F", "none", *ssh_options(places)]),
        "ansible_python_interpreter": "/usr/bin/python3",
        "konak_lab": True,
        "konak_lab_directory": str(places.lab),
        "konak_lab_nameservers": servers,
        "konak_ca_file": str(places.pki / "ca.pem"),
        "konak_letter_certificates": [str(places.pki / "letters.pem")],
        "konak_master_secret": "{{ lookup('ansible.builtin.file', konak_lab_directory ~ '/master.secret') }}",
    }
    single = {
        name: {
            "ansible_host": host["address"],
            "konak_fqdn": host["fqdn"],
            "konak_tls_certificate": host["certificate"],
            "konak_tls_key": host["key"],
        }
        for name, host in hosts.items()
    }
    text = "---\n# Written by './konak lab up', removed by './konak lab down'.\n"
    text += yaml.safe_dump({"all": {"vars": everywhere, "hosts": single}}, sort_keys=True, allow_unicode=True)
    write_private(places.inventory, text.encode())


def write(places: Places, record: Mapping[str, Any]) -> None:
    """Write lab.json; that it is there means that the last ``up`` came to its end."""
    write_private(places.record, (json.dumps(record, indent=2, sort_keys=True) + "\n").encode(), 0o644)


def read(places: Places) -> dict[str, Any]:
    """lab.json, or an empty record where there is none or it cannot be read."""
    try:
        record = json.loads(places.record.read_text())
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}
