# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab as a whole: up, down, is it up, and a command inside it. What is right already is left alone."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

from . import image, keys, machine, namespace, network, podman, prerequisites, records
from .base import LabError, LabHost, Places, Progress, write_private

LOCK = Path("/run/konak-lab.lock")
AT_ONCE = 4
"""Hosts that are started side by side."""


@contextmanager
def _alone() -> Iterator[None]:
    """One ``up`` or ``down`` at a time on a machine: names of containers and networks are shared by all checkouts."""
    with LOCK.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LabError(
                "Another './konak lab up' or 'down' is at work on this machine.", "Wait until it has ended."
            ) from None
        yield


def _found() -> dict[str, dict[str, Any]]:
    """The lab's containers, after the mount namespace is there and what a crash left has been put in order."""
    namespace.ensure()
    try:
        return podman.containers()
    except LabError:
        namespace.revive_networks()
        return podman.containers()


def _check(hosts: Sequence[LabHost]) -> None:
    names = [host.name for host in hosts]
    twice = sorted({name for name in names if names.count(name) > 1})
    if not hosts:
        raise LabError(
            "The inventory has no server that the lab can make.", "Add one with 'system: debian-13' to servers.yml."
        )
    if twice:
        raise LabError(f"Servers named twice: {', '.join(twice)}.", "Give every server a name of its own.")


def _live_elsewhere(containers: dict[str, dict[str, Any]], root: Path) -> str:
    """The checkout of another living lab on this machine, or empty.

    One whose checkout is gone does not count, nor one whose containers ended with the session that started them.
    """
    for row in containers.values():
        owner = row["labels"].get(machine.ROOT, "") if row["state"] == "running" else ""
        if owner and owner != str(root) and Places(Path(owner)).record.exists():
            return str(owner)
    return ""


def _expected(
    hosts: Sequence[LabHost], asked: IPv4Network, actual: IPv4Network, inventory: Path, places: Places
) -> dict[str, Any]:
    """What lab.json says once everything is up."""
    before = records.read(places).get("hosts", {})
    kept = {name: IPv4Address(row["address"]) for name, row in before.items()}
    addresses = network.assign(hosts, asked, actual, kept)
    rows = {
        host.name: {
            "fqdn": host.fqdn,
            "address": str(addresses[host.name]),
            "inventory_address": host.address,
            "suite": host.suite,
            "container": host.container,
        }
        for host in hosts
    }
    return {"inventory": str(inventory), "network": str(actual), "network_asked": str(asked), "hosts": rows}


def _write_files(record: dict[str, Any], places: Places, hosts: Sequence[LabHost]) -> str:
    """Keys, certificates and hosts.yml; what is there and right stays. Gives the public SSH key."""
    public = keys.ensure_ssh(places)
    keys.ensure_master_secret(places)
    keys.ensure_authority(places)
    keys.ensure_letters(places)
    rows: dict[str, dict[str, Any]] = {}
    for host in hosts:
        row = record["hosts"][host.name]
        addresses = [IPv4Address(row["address"]), IPv4Address(row["inventory_address"])]
        certificate, key = keys.ensure_certificate(places, host.name, host.fqdn, addresses, host.aliases)
        rows[host.name] = {**row, "certificate": str(certificate), "key": str(key)}
    records.write_inventory(places, rows, records.nameservers(network.gateway_now()))
    return public


def _start(hosts: Sequence[LabHost], record: dict[str, Any], places: Places, progress: Progress) -> bool:
    """Have every container running, the superfluous gone; gives whether anything had to be done."""
    found = podman.containers()
    superfluous = set(found) - {host.container for host in hosts}
    for name in sorted(superfluous):
        progress(f"removing {name}")
        podman.remove_container(name)
    suites = sorted({host.suite for host in hosts})
    with ThreadPoolExecutor(AT_ONCE) as pool:
        images = dict(zip(suites, pool.map(lambda suite: image.ensure(places, suite, progress), suites), strict=True))

    def start(host: LabHost) -> bool:
        address = IPv4Address(record["hosts"][host.name]["address"])
        base = images[host.suite]
        labels = {
            machine.SPEC: machine.spec(host, address, base, Path(record["inventory"])),
            machine.ROOT: str(places.root),
        }
        changed = machine.ensure(host, address, base, labels, found.get(host.container))
        if changed:
            progress(f"{host.name} started at {address}")
        return changed

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return any(list(pool.map(start, hosts))) or bool(superfluous)


def _prepare(hosts: Sequence[LabHost], record: dict[str, Any], places: Places, public: str, progress: Progress) -> None:
    """Wait for every host's system, open it for SSH and know its keys."""
    everyone = {name: (row["fqdn"], IPv4Address(row["address"])) for name, row in record["hosts"].items()}
    servers = records.nameservers(network.gateway_now())

    def prepare(host: LabHost) -> list[str]:
        machine.wait_for_system(host)
        machine.prepare(host, public, servers)
        machine.introduce(host, machine.hosts_file(host, everyone))
        return machine.host_keys(host, everyone[host.name][1])

    progress(f"waiting for {len(hosts)} host{'s' if len(hosts) > 1 else ''} to boot")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        lines = [line for found in pool.map(prepare, hosts) for line in found]
        write_private(places.known_hosts, ("\n".join(lines) + "\n").encode())
        list(pool.map(lambda host: machine.wait_for_ssh(host, everyone[host.name][1], places), hosts))


def _whole(hosts: Sequence[LabHost], record: dict[str, Any], places: Places) -> bool:
    """Whether the last ``up`` ended well with this same record and every host still answers."""
    if records.read(places) != record or not places.known_hosts.is_file():
        return False
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return all(
            pool.map(lambda host: machine.answers(IPv4Address(record["hosts"][host.name]["address"]), places), hosts)
        )


def up(hosts: Sequence[LabHost], network_range: str, root: Path, inventory: Path, progress: Progress) -> None:
    """Bring the lab up, or what is missing of it. Whole already, it takes about a second and changes nothing.

    network_range: the range wanted, as in 192.0.2.0/24; another is taken where this machine uses that one itself.
    root: the checkout, in whose build/ the lab keeps its files; inventory: the directory it was made from.
    Raises LabError.
    """
    _check(hosts)
    asked, places = network.parse(network_range), Places(root.resolve())
    prerequisites.ensure(progress)
    with _alone():
        found = _found()
        other = _live_elsewhere(found, places.root)
        if other:
            raise LabError(f"The lab of {other} is up on this machine.", f"Run './konak lab down' in {other} first.")
        actual = network.current(asked, hosts)
        if actual is None:
            for name in found:
                podman.remove_container(name)
            actual = network.create(asked, hosts, progress)
        record = _expected(hosts, asked, actual, inventory.resolve(), places)
        public = _write_files(record, places, hosts)
        if not _start(hosts, record, places, progress) and _whole(hosts, record, places):
            return
        places.record.unlink(missing_ok=True)
        _prepare(hosts, record, places, public, progress)
        records.write(places, record)


def down(root: Path, *, purge: bool = False) -> None:
    """Take the lab of this checkout away: containers, images, network, mount namespace, keys and records.

    What stays is inside the checkout: the archives of the base systems in build/cache, which ``purge`` removes too.
    Packages that ``up`` installed stay. Another checkout's living lab is not touched. Raises LabError.
    """
    places = Places(root.resolve())
    if shutil.which("podman"):
        if os.geteuid() != 0:
            if not places.lab.exists():
                return
            raise LabError(
                "The lab was made by root and only root can take it down.", "Run './konak lab down' with sudo."
            )
        with _alone():
            _take_down(places)
        LOCK.unlink(missing_ok=True)
    if places.lab.exists():
        shutil.rmtree(places.lab)
    if purge and places.cache.exists():
        shutil.rmtree(places.cache)


def _take_down(places: Places) -> None:
    found = _found()
    if _live_elsewhere(found, places.root):
        return
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(podman.remove_container, found))
    network.remove()
    image.remove_all()
    namespace.remove()


def is_up(root: Path, inventory: Path) -> bool:
    """Whether the lab of this checkout was made from this inventory and all its hosts run. Never raises."""
    places = Places(root.resolve())
    record = records.read(places)
    if record.get("inventory") != str(inventory.resolve()) or os.geteuid() != 0 or not shutil.which("podman"):
        return False
    try:
        found = podman.containers()
    except LabError:
        return False
    wanted = {row["container"] for row in record.get("hosts", {}).values()}
    return bool(wanted) and all(name in found and found[name]["state"] == "running" for name in wanted)


def execute(root: Path, host: str, argv: Sequence[str]) -> int:
    """Run a command inside a lab host with our own input and output; gives its exit status. Raises LabError."""
    record = records.read(Places(root.resolve()))
    row = record.get("hosts", {}).get(host)
    if row is None:
        known = ", ".join(sorted(record.get("hosts", {}))) or "none, it is down"
        raise LabError(f"The lab has no host '{host}'; it has: {known}.", "Run './konak lab up', or name one of these.")
    if podman.containers().get(row["container"], {}).get("state") != "running":
        raise LabError(f"{host} is not running.", "Run './konak lab up'.")
    terminal = ["--tty"] if sys.stdin.isatty() and sys.stdout.isatty() else []
    command = podman.argv("exec", "--interactive", *terminal, row["container"], *argv)
    return subprocess.run(command, check=False).returncode
