# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's network: a range that this machine does not use itself, and a fixed address for each host."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

from . import firewall, podman
from .base import LabError, LabHost, Progress, run

ASKED = "konak.asked"
"""Label: the range that was asked for, which need not be the range that was free."""

FORWARDING = "konak.forwarding"
"""Label: whether the machine forwarded packets before the lab was there (0 or 1); podman switches it on."""

FILTERED = "konak.filtered"
"""Label: whether podman's chains were in the packet filter before the lab was there (0 or 1)."""

SWITCH = Path("/proc/sys/net/ipv4/ip_forward")

SPARE = ("198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15", "172.16.0.0/12", "10.0.0.0/8")
"""Ranges to fall back to: those for documentation and for tests first, private ones last."""

TRIES = 64


def parse(network: str) -> IPv4Network:
    """The range as an object; LabError when it is none that a lab fits in."""
    try:
        found = IPv4Network(network)
    except ValueError as error:
        raise LabError(f"'{network}' is not an IPv4 network: {error}.", "Write it like 192.0.2.0/24.") from error
    if not 16 <= found.prefixlen <= 29:
        raise LabError(f"The network {found} does not suit a lab.", "Give one between /16 and /29.")
    return found


def in_use() -> list[tuple[IPv4Network, str]]:
    """Ranges that this machine reaches by an interface of its own, with the interface; the default route is none."""
    rows = json.loads(run(["ip", "-4", "-json", "route", "show", "table", "all"], "reading the routes").stdout or "[]")
    found = []
    for row in rows:
        if row.get("type") in {"local", "broadcast", "multicast"} or row.get("dst", "default") == "default":
            continue
        found.append((IPv4Network(row["dst"], strict=False), str(row.get("dev", row.get("type", "")))))
    return found


def _candidates(asked: IPv4Network) -> Iterator[IPv4Network]:
    yield asked
    for spare in map(IPv4Network, SPARE):
        if spare.prefixlen > asked.prefixlen:
            continue
        for number, part in enumerate(spare.subnets(new_prefix=asked.prefixlen)):
            if number >= TRIES:
                break
            yield part


def choose(asked: IPv4Network, used: Sequence[tuple[IPv4Network, str]]) -> IPv4Network:
    """``asked`` itself where it is free, else the first spare range of the same size that is."""
    for candidate in _candidates(asked):
        if not any(candidate.overlaps(network) for network, _ in used):
            return candidate
    raise LabError(
        f"No free IPv4 network of size /{asked.prefixlen} was found for the lab.",
        "Give the lab a smaller network, or free one that 'ip route' shows.",
    )


def assign(
    hosts: Iterable[LabHost], asked: IPv4Network, actual: IPv4Network, kept: Mapping[str, IPv4Address] | None = None
) -> dict[str, IPv4Address]:
    """An address for every host, by name: its own, or the same place in ``actual``.

    A host whose address lies elsewhere keeps the one it had (``kept``), or gets the next free one.
    """
    given: dict[str, IPv4Address] = {}
    later: list[LabHost] = []
    for host in sorted(hosts, key=lambda host: host.name):
        wanted = IPv4Address(host.address)
        if wanted not in asked or wanted in (asked.network_address, asked.broadcast_address):
            later.append(host)
            continue
        address = actual.network_address + (int(wanted) - int(asked.network_address))
        if address in given.values():
            raise LabError(
                f"{host.name} has the address {wanted} of another host.", "Give each server an address of its own."
            )
        given[host.name] = address
    before = kept or {}
    for host in later:
        had = before.get(host.name)
        if had is not None and had in actual and had not in given.values():
            given[host.name] = had
    free = (address for address in list(actual.hosts())[1:-1] if address not in given.values())
    for host in (host for host in later if host.name not in given):
        try:
            given[host.name] = next(free)
        except StopIteration:
            raise LabError(
                f"The network {actual} has no address left for {host.name}.", "Give the lab a larger one."
            ) from None
    return given


def gateway(actual: IPv4Network, taken: Iterable[IPv4Address]) -> IPv4Address:
    """The machine's own address in the lab: the last free one, since sites put their routers first."""
    used = set(taken)
    return next(address for address in reversed(list(actual.hosts())) if address not in used)


def _description() -> tuple[IPv4Network, IPv4Address, dict[str, str]] | None:
    """(range, gateway, labels) of the lab's network; None where there is none or it is not usable."""
    found: dict[str, Any] | None = podman.network()
    if not found or not found.get("subnets"):
        return None
    subnet = found["subnets"][0]
    return IPv4Network(subnet["subnet"]), IPv4Address(subnet["gateway"]), found.get("labels") or {}


def current(asked: IPv4Network, hosts: Sequence[LabHost]) -> IPv4Network | None:
    """The range of the lab's network, if it was made for ``asked`` and leaves every host its address."""
    found = _description()
    if found is None or found[2].get(ASKED) != str(asked) or found[1] in assign(hosts, asked, found[0]).values():
        return None
    return found[0]


def gateway_now() -> str:
    """The machine's own address in the lab's network as it is."""
    found = _description()
    return str(found[1]) if found else ""


def create(asked: IPv4Network, hosts: Sequence[LabHost], progress: Progress) -> IPv4Network:
    """Make the lab's network anew and give its range. No container may be left in an older one."""
    remove()
    used = in_use()
    actual = choose(asked, used)
    if actual != asked:
        by = ", ".join(sorted({device for network, device in used if network.overlaps(asked)}))
        progress(f"{asked} is in use on this machine ({by}): the lab takes {actual}, hosts keep their place in it")
    way = gateway(actual, assign(hosts, asked, actual).values())
    labels = {
        podman.MARK: "network",
        ASKED: str(asked),
        FORWARDING: SWITCH.read_text().strip(),
        FILTERED: str(int(firewall.has_traces())),
    }
    podman.call(
        "network", "create", f"--subnet={actual}", f"--gateway={way}",
        *(f"--label={key}={value}" for key, value in labels.items()),
        podman.NETWORK, what="making the lab's network",
    )  # fmt: skip
    return actual


def remove() -> None:
    """Remove the lab's network; forwarding and packet filter go back to how they were, unless other containers run."""
    found = _description()
    podman.remove_network()
    if found is None or podman.anything_runs():
        return
    if found[2].get(FORWARDING) == "0":
        SWITCH.write_text("0\n")
    if found[2].get(FILTERED) == "0":
        firewall.clean()
