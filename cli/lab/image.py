# SPDX-License-Identifier: GPL-3.0-or-later
"""The base system of lab hosts: a minimal Debian with systemd and SSH, built from packages, known by what is in it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from . import podman
from .base import PREFIX, LabError, Places, Progress, run

PACKAGES = (
    "ca-certificates", "dbus", "iproute2", "iputils-ping", "kmod", "libpam-systemd", "locales", "nftables",
    "openssh-server", "procps", "python3", "python3-apt", "sudo", "systemd", "systemd-sysv", "tzdata",
)  # fmt: skip

MASKED = (
    "apt-daily.timer", "apt-daily-upgrade.timer", "console-getty.service", "getty.target", "systemd-logind.service",
    "systemd-modules-load.service", "systemd-networkd-wait-online.service", "systemd-udevd.service",
    "sys-kernel-config.mount", "sys-kernel-debug.mount", "sys-kernel-tracing.mount",
)  # fmt: skip
"""Units that would reach for the machine's own devices and kernel, or work at times of their own."""

FINISH = (
    'rm -f "$1"/etc/ssh/ssh_host_* "$1"/etc/hostname',
    ': > "$1/etc/resolv.conf"; : > "$1/etc/machine-id"',
    'chroot "$1" systemctl mask --quiet ' + " ".join(MASKED),
    # Without host keys it would only fail at the first start; it is enabled once there are some.
    'chroot "$1" systemctl disable --quiet ssh.service ssh.socket',
)
"""What mmdebstrap runs at the end, with the new system's directory as $1: no keys, names or identity of its own."""

KEPT = ("--skip=cleanup/apt/lists",)
"""The package lists stay: fresh-looking empty ones would be trusted by whoever installs next."""

DPKG = (
    "path-exclude=/usr/share/man/*", "path-exclude=/usr/share/doc/*", "path-include=/usr/share/doc/*/copyright",
    "force-unsafe-io",
)  # fmt: skip
"""dpkg's settings, kept in the system: no manuals, and no waiting for the disk, as no lab host outlives a power cut."""

PASSED_ON = ("Acquire::http::Proxy", "Acquire::https::Proxy", "Acquire::Check-Valid-Until", "Acquire::Check-Date")
"""apt settings of the machine that its lab hosts need as well."""


def _apt_settings() -> list[str]:
    settings = {"Acquire::Retries": "5", "Acquire::Languages": "none", "Acquire::GzipIndexes": "true"}
    for line in run(["apt-config", "dump"], "reading apt's settings").stdout.splitlines():
        key, _, value = line.partition(" ")
        value = value.rstrip(";").strip('"')
        if key in PASSED_ON and value:
            settings[key] = value
    for scheme in ("http", "https"):
        proxy = os.environ.get(f"{scheme}_proxy")
        if proxy:
            settings[f"Acquire::{scheme}::Proxy"] = proxy
    return [f'{key} "{value}";' for key, value in sorted(settings.items())]


def _own_sources() -> list[tuple[str, str]]:
    """(address, code name) of every Debian suite that this machine's apt reads."""
    answer = run(
        [
            "apt-get",
            "indextargets",
            "--format",
            "$(REPO_URI)|$(CODENAME)|$(ORIGIN)|$(COMPONENT)",
            "Created-By: Packages",
        ],
        "reading apt's sources",
    ).stdout
    rows = [line.split("|") for line in answer.splitlines()]
    return [(uri, suite) for uri, suite, origin, component in rows if origin == "Debian" and component == "main"]


def sources(suite: str) -> list[str]:
    """apt source lines for ``suite``, at the mirror that this machine itself uses."""
    own = _own_sources()
    main = [uri for uri, name in own if name and not name.endswith(("-security", "-updates", "-backports"))]
    security = [uri for uri, name in own if name.endswith("-security")]
    if not main:
        raise LabError(
            "No Debian mirror is known to this machine's apt, so a base system cannot be built.",
            "Give apt a Debian source in /etc/apt/sources.list.d/, run 'apt-get update', then './konak lab up' again.",
        )
    lines = [f"deb {main[0]} {suite} main"]
    if suite not in ("sid", "forky", "testing", "unstable"):
        lines.append(f"deb {main[0]} {suite}-updates main")
        lines += [f"deb {security[0]} {suite}-security main"] if security else []
    return lines


def tag(suite: str) -> str:
    """Image name of the base system: the suite, and a digest over all that it is made from."""
    recipe = "\n".join([suite, *PACKAGES, *FINISH, *KEPT, *DPKG])
    return f"localhost/{PREFIX}base:{suite}-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"


def _archive(places: Places, suite: str) -> Path:
    return places.cache / f"{tag(suite).rpartition(':')[2]}.tar"


def _build(archive: Path, suite: str) -> None:
    """Build into a file of another name, so that an archive is whole or not there; older ones make room."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    for old in archive.parent.glob(f"{suite}-*"):
        old.unlink()
    half = archive.with_name(f"{archive.name}.half-{os.getpid()}")
    run(
        [
            "mmdebstrap", "--mode=root", "--variant=minbase", "--format=tar", *KEPT, f"--include={','.join(PACKAGES)}",
            *(f"--aptopt={setting}" for setting in _apt_settings()),
            *(f"--customize-hook={line}" for line in FINISH),
            *(f"--dpkgopt={option}" for option in DPKG),
            suite, str(half), *sources(suite),
        ],
        f"building the base system ({suite})",
    )  # fmt: skip
    half.replace(archive)


def ensure_archive(places: Places, suite: str, progress: Progress) -> Path:
    """The base system as a tar archive, built where it is not there yet."""
    archive = _archive(places, suite)
    if not archive.is_file():
        progress(f"building the base system ({suite}) from packages, about half a minute")
        _build(archive, suite)
    return archive


def ensure(places: Places, suite: str, progress: Progress) -> str:
    """Give the image name of the base system, making the image where it is not there yet."""
    name = tag(suite)
    if podman.call("image", "exists", name, what="looking for the base system", check=False).returncode == 0:
        return name
    archive = ensure_archive(places, suite, progress)
    progress(f"importing the base system ({suite})")
    done = podman.call("import", "--quiet", str(archive), name, what="importing the base system", check=False)
    if done.returncode != 0:
        archive.unlink(missing_ok=True)
        raise LabError(
            f"The base system could not be imported: {done.stderr.strip()[-300:]}",
            "Its archive was thrown away; run './konak lab up' again to build it anew.",
        )
    return name


def remove_all() -> None:
    """Remove the lab's images from podman; the archives in the checkout stay for the next time."""
    for name in podman.images():
        podman.call("rmi", "--force", name, what=f"removing {name}")
