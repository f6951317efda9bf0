# SPDX-License-Identifier: GPL-3.0-or-later
"""One lab host: started, replaced or left alone, and opened for SSH."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from . import podman
from .base import LabError, LabHost, Places, run

SPEC, ROOT = "konak.spec", "konak.root"
"""Labels: a digest of all that a container was made from, and the checkout it belongs to."""

BOOT_SECONDS = 120.0
SILENT_SECONDS = 20.0
"""How long a host may not even start to boot before it is given up."""

PAUSE = 0.1


def spec(host: LabHost, address: IPv4Address, image: str, inventory: Path) -> str:
    """Digest of what a container is made from; another digest means another container."""
    parts = [host.name, host.fqdn, str(address), image, str(inventory)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def ensure(
    host: LabHost, address: IPv4Address, image: str, labels: Mapping[str, str], found: Mapping[str, Any] | None
) -> bool:
    """Have the host's container running; gives whether anything had to be done.

    One of the same making is kept, and started again with all its data after a restart of the machine; one that
    was left half-made or made from something else is replaced.
    """
    same = found is not None and found["labels"].get(SPEC) == labels[SPEC]
    if found is not None and same and found["state"] == "running":
        return False
    if found is not None and same and found["state"] in {"exited", "stopped", "dead"}:
        if found["state"] == "dead":
            podman.call("stop", "--time=0", host.container, what=f"stopping {host.container}", check=False)
        again = podman.call("start", host.container, what=f"starting {host.container}", check=False)
        if again.returncode == 0:
            return True
    podman.remove_container(host.container)
    podman.start_new(host.container, host.fqdn, str(address), image, labels)
    return True


def wait_for_system(host: LabHost) -> None:
    """Wait until systemd has started everything; a unit that fails for want of a kernel module is no reason to stop."""
    began = time.monotonic()
    state = ""
    while time.monotonic() < began + (BOOT_SECONDS if state else SILENT_SECONDS):
        state = podman.execute(
            host.container,
            ["systemctl", "is-system-running", "--wait"],
            f"waiting for {host.name}",
            check=False,
            timeout=BOOT_SECONDS,
        ).strip()
        if state in {"running", "degraded"}:
            return
        time.sleep(PAUSE)
    raise LabError(
        f"{host.name} did not come up within {time.monotonic() - began:.0f} seconds: '{state or 'no answer'}'.",
        f"Look inside with './konak lab exec {host.name} -- systemctl --failed'.",
    )


def _put(host: LabHost, path: str, content: str, mode: str) -> None:
    podman.execute(
        host.container,
        ["install", "-D", f"--mode={mode}", "/dev/stdin", path],
        f"writing {path} on {host.name}",
        stdin=content.encode(),
    )


def hosts_file(host: LabHost, everyone: Mapping[str, tuple[str, IPv4Address]]) -> str:
    """/etc/hosts of a lab host: itself first, then the others. everyone: name -> (fqdn, address)."""
    lines = ["127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback"]
    for name in sorted(everyone, key=lambda name: (name != host.name, name)):
        fqdn, address = everyone[name]
        lines.append(f"{address} {fqdn} {name}")
    return "\n".join(lines) + "\n"


def introduce(host: LabHost, hosts: str) -> None:
    """Tell a host who the others are."""
    _put(host, "/etc/hosts", hosts, "0644")


def prepare(host: LabHost, public_key: str, nameservers: Sequence[str]) -> None:
    """Give a host its SSH host keys, the lab's key, a resolver (once), and a listening SSH server."""
    _put(host, "/root/.ssh/authorized_keys", public_key + "\n", "0600")
    resolver = podman.execute(
        host.container, ["cat", "/etc/resolv.conf"], f"reading {host.name}'s resolver", check=False
    )
    if "nameserver" not in resolver:
        _put(host, "/etc/resolv.conf", "".join(f"nameserver {address}\n" for address in nameservers), "0644")
    podman.execute(host.container, ["ssh-keygen", "-A"], f"making {host.name}'s host keys")
    podman.execute(
        host.container, ["systemctl", "enable", "--quiet", "ssh.service"], f"enabling {host.name}'s SSH server"
    )
    podman.execute(host.container, ["systemctl", "restart", "ssh.service"], f"starting {host.name}'s SSH server")


def host_keys(host: LabHost, address: IPv4Address) -> list[str]:
    """known_hosts lines of a host, read inside it and not over the network."""
    listing = podman.execute(
        host.container,
        ["find", "/etc/ssh", "-name", "ssh_host_*_key.pub", "-exec", "cat", "{}", "+"],
        f"reading {host.name}'s host keys",
    )
    keys = sorted(line.split()[:2] for line in listing.splitlines() if line.strip())
    return [f"{address},{host.fqdn},{host.name} {kind} {key}" for kind, key in keys]


def ssh_options(places: Places) -> list[str]:
    """What ssh needs to reach lab hosts and only them."""
    return [
        "-o",
        f"UserKnownHostsFile={places.known_hosts}",
        "-o",
        "StrictHostKeyChecking=yes",
        "-o",
        "IdentitiesOnly=yes",
    ]


def _login(address: IPv4Address, places: Places) -> str:
    """Try one login with the host's key verified; gives what ssh complained about, or nothing."""
    options = [*ssh_options(places), "-o", "BatchMode=yes", "-o", "ConnectTimeout=5", "-i", str(places.ssh_key)]
    done = run(["ssh", "-F", "none", *options, f"root@{address}", "true"], f"reaching {address}", check=False)
    return "" if done.returncode == 0 else done.stderr.strip()[-200:] or f"status {done.returncode}"


def answers(address: IPv4Address, places: Places) -> bool:
    """Whether a login over SSH works right now."""
    return not _login(address, places)


def wait_for_ssh(host: LabHost, address: IPv4Address, places: Places) -> None:
    """Wait until a login over SSH works, with the host's key verified."""
    deadline = time.monotonic() + BOOT_SECONDS / 2
    while complaint := _login(address, places):
        if time.monotonic() > deadline:
            raise LabError(
                f"{host.name} ({address}) does not let us in over SSH: {complaint}",
                f"Look inside with './konak lab exec {host.name} -- systemctl status ssh'.",
            )
        time.sleep(PAUSE)
