# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lab needs from the machine: which programs are missing, and installing them on Debian."""

from __future__ import annotations

import os
import platform
import shutil
import time
from pathlib import Path

from .base import LabError, Progress, run

PROGRAMS = {
    "podman": "podman",
    "crun": "crun",
    "conmon": "conmon",
    "/usr/lib/podman/netavark": "netavark",
    "/usr/lib/podman/aardvark-dns": "aardvark-dns",
    "mmdebstrap": "mmdebstrap",
    "ip": "iproute2",
    "iptables": "iptables",
    "nft": "nftables",
    "ssh": "openssh-client",
    "git": "git",
    "kinit": "krb5-user",
    "ldapsearch": "ldap-utils",
    f"/usr/lib/{platform.machine()}-linux-gnu/sasl2/libgssapiv2.so": "libsasl2-modules-gssapi-mit",
    "unshare": "util-linux",
    "mount": "mount",
    "/usr/share/keyrings/debian-archive-keyring.gpg": "debian-archive-keyring",
}
"""Program (on the path) or file (absolute) -> the Debian package that brings it."""

SUPPORTED = {"12", "13"}
LISTS = Path("/var/lib/apt/lists")
FRESH = 24 * 3600
"""Seconds after which the package lists are read again before something is installed."""


def _present(program: str) -> bool:
    if program.startswith("/"):
        return Path(program).exists()
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") is not None


def missing() -> list[str]:
    """Debian packages that the lab needs and this machine does not have, in a fixed order."""
    return [package for program, package in PROGRAMS.items() if not _present(program)]


def debian_release() -> str:
    """The Debian release as a number (``12``), or empty on any other system."""
    try:
        facts = platform.freedesktop_os_release()
    except OSError:
        return ""
    return facts.get("VERSION_ID", "") if facts.get("ID") == "debian" else ""


def _command(packages: list[str]) -> list[str]:
    return ["apt-get", "install", "--yes", "--no-install-recommends", *packages]


def _lists_are_fresh() -> bool:
    indexes = list(LISTS.glob("*_InRelease")) + list(LISTS.glob("*_Release"))
    return bool(indexes) and time.time() - LISTS.stat().st_mtime < FRESH


def ensure(progress: Progress) -> None:
    """Install what is missing; LabError where this is not Debian 12 or 13, or not root."""
    if os.geteuid() != 0:
        raise LabError(
            "The lab makes containers, networks and mounts and needs root; you are an ordinary user.",
            "Run the command again with sudo. './konak check' and './konak test --fast' work without root.",
        )
    if debian_release() not in SUPPORTED:
        lacks = missing()
        raise LabError(
            "The lab is built from Debian packages and runs on Debian 12 or 13; this machine is not one of them"
            + (f", and it lacks: {', '.join(lacks)}." if lacks else "."),
            "Use a Debian 12 or 13 machine or virtual machine (2 cores, 4 GiB of memory, 10 GiB of disk).",
        )
    packages = missing()
    if not packages:
        return
    progress(f"installing {len(packages)} packages: {', '.join(packages)}")
    settings = ["env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8"]
    patience = ["-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"]
    command = _command(packages)
    if not _lists_are_fresh():
        run([*settings, "apt-get", *patience, "update"], "reading the package lists", check=False)
    first = run([*settings, command[0], *patience, *command[1:]], "installing packages", check=False)
    if first.returncode != 0:
        run([*settings, "apt-get", *patience, "update"], "reading the package lists")
        run([*settings, command[0], *patience, *command[1:]], "installing packages")
    still = missing()
    if still:
        raise LabError(
            f"After installing, these are still missing: {', '.join(still)}.", f"Run: {' '.join(_command(still))}"
        )
