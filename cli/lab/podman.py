# SPDX-License-Identifier: GPL-3.0-or-later
"""The few podman calls the lab makes, all of them through the private mount namespace where there is one."""

from __future__ import annotations

import json
import resource
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import namespace
from .base import PREFIX, run

NETWORK = PREFIX + "lab"
MARK = "konak.lab"
"""Label on everything the lab makes in podman."""


def argv(*arguments: str) -> list[str]:
    """The whole command for ``podman ARGUMENTS`` on this machine."""
    manager = [] if Path("/run/systemd/system").is_dir() else ["--cgroup-manager=cgroupfs", "--events-backend=file"]
    return [*namespace.prefix(), "podman", *manager, *arguments]


def call(
    *arguments: str, what: str, stdin: bytes | None = None, check: bool = True, timeout: float = 300
) -> subprocess.CompletedProcess[str]:
    """Run podman quietly; LabError when it fails and ``check`` is set."""
    return run(argv(*arguments), what, stdin=stdin, check=check, timeout=timeout)


def _query(*arguments: str, what: str) -> list[dict[str, Any]]:
    answer = call(*arguments, what=what).stdout.strip()
    return list(json.loads(answer) or []) if answer else []


def _state(row: dict[str, Any]) -> str:
    """A container's state; one that podman takes for running although its first process is gone is ``dead``."""
    state = str(row["State"])
    pid = int(row.get("Pid") or 0)
    return "dead" if state == "running" and not Path(f"/proc/{pid}").exists() else state


def containers() -> dict[str, dict[str, Any]]:
    """Every container whose name is the lab's: name -> {state, labels}."""
    rows = _query("ps", "--all", "--filter", f"name=^{PREFIX}", "--format", "json", what="listing the lab's containers")
    return {row["Names"][0]: {"state": _state(row), "labels": row.get("Labels") or {}} for row in rows}


def network() -> dict[str, Any] | None:
    """The lab's network as podman describes it, or None."""
    done = call("network", "inspect", NETWORK, what="looking at the lab's network", check=False)
    if done.returncode != 0:
        return None
    rows = json.loads(done.stdout)
    return dict(rows[0]) if rows else None


def anything_runs() -> bool:
    """Whether any container at all runs on this machine."""
    return bool(call("ps", "--quiet", what="looking for running containers").stdout.strip())


def images() -> list[str]:
    """Names (with tag) of the lab's base images."""
    rows = _query(
        "images", "--filter", f"reference=localhost/{PREFIX}*", "--format", "json", what="listing the lab's images"
    )
    return [name for row in rows for name in row.get("Names") or []]


def remove_container(name: str) -> None:
    """Stop and remove a container, however half-made it is."""
    call("rm", "--force", "--time", "3", "--volumes", "--ignore", name, what=f"removing {name}")


def remove_network() -> None:
    """Remove the lab's network if there is one."""
    if network() is not None:
        call("network", "rm", "--force", NETWORK, what="removing the lab's network")


def execute(
    name: str,
    command: Sequence[str],
    what: str,
    *,
    stdin: bytes | None = None,
    check: bool = True,
    timeout: float = 120,
) -> str:
    """Run a command inside a container and give back what it printed."""
    options = ["exec", "--interactive"] if stdin is not None else ["exec"]
    return call(*options, name, *command, what=what, stdin=stdin, check=check, timeout=timeout).stdout


def _limits() -> list[str]:
    """The machine's own hard limits as container limits; podman would otherwise try to raise them, and may not.

    podman lowers its own number of processes to the kernel's highest process number, so no more than that can be given.
    """
    ceilings = {
        "nofile": (resource.RLIMIT_NOFILE, "/proc/sys/fs/nr_open"),
        "nproc": (resource.RLIMIT_NPROC, "/proc/sys/kernel/pid_max"),
    }
    limits = []
    for name, (kind, ceiling) in ceilings.items():
        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            value = min(hard, int(Path(ceiling).read_text()))
            limits.append(f"--ulimit={name}={value}:{value}")
    return limits


def start_new(name: str, fqdn: str, address: str, image: str, labels: Mapping[str, str]) -> None:
    """Make and start a container that boots systemd, at a fixed address of the lab's network.

    Its resolver and hosts file are ordinary files of its own, so that a role can manage them as on a real machine.
    """
    systemd_here = Path("/run/systemd/system").is_dir()
    cgroups = [] if systemd_here and not namespace.needed() else ["--cgroups=disabled"]
    call(
        "run", "--detach", "--name", name, "--hostname", fqdn,
        "--systemd=always", "--privileged", *cgroups, *_limits(),
        "--network", NETWORK, "--ip", address, "--dns=none", "--no-hosts",
        *(f"--label={key}={value}" for key, value in {MARK: "host", **labels}.items()),
        "--log-driver=none", "--pull=never",
        image, "/sbin/init",
        what=f"starting {name}",
    )  # fmt: skip
