# SPDX-License-Identifier: GPL-3.0-or-later
"""A private mount namespace with cgroup v2, for machines whose own cgroups are v1 or hybrid.

crun refuses hybrid cgroups. There the lab keeps a mount namespace alive on a file, in which cgroup2 is mounted at the
usual place, and calls podman inside it; the machine's own mounts stay as they are. Elsewhere nothing of this happens.
"""

from __future__ import annotations

from pathlib import Path

from .base import PREFIX, run

HOME = Path("/run/konak-lab")
HANDLE = HOME / "mount-namespace"
CGROUPS = "/sys/fs/cgroup"


def _mounts(table: str = "/proc/self/mountinfo") -> list[tuple[str, str]]:
    """(mount point, file system type) of every mount, in mount order."""
    rows = []
    for line in Path(table).read_text().splitlines():
        left, _, right = line.partition(" - ")
        rows.append((left.split()[4], right.split()[0]))
    return rows


def needed() -> bool:
    """Whether this machine's cgroups are not plain v2."""
    kinds = [kind for point, kind in _mounts() if point == CGROUPS]
    return not kinds or kinds[-1] != "cgroup2"


def alive() -> bool:
    """Whether the namespace exists and has cgroup2 where podman looks for it."""
    if "nsfs" not in [kind for point, kind in _mounts() if point == str(HANDLE)]:
        return False
    inside = run(
        [*_enter(), "stat", "--file-system", "--format=%T", CGROUPS], "looking into the mount namespace", check=False
    )
    return inside.returncode == 0 and inside.stdout.strip() == "cgroup2fs"


def _enter() -> list[str]:
    return ["nsenter", f"--mount={HANDLE}"]


def prefix() -> list[str]:
    """What to put before a podman command; empty on ordinary machines and where the namespace is not there."""
    return _enter() if needed() and HANDLE.exists() else []


def _survivor() -> Path | None:
    """The mount namespace of a running container of the lab: what is left when the file that held it was lost."""
    for cmdline in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = cmdline.read_bytes().decode(errors="replace").split("\0")
        except OSError:  # the process has ended meanwhile
            continue
        if words[0].endswith("conmon") and any(word.startswith(PREFIX) for word in words):
            return cmdline.parent / "ns" / "mnt"
    return None


def ensure() -> None:
    """Have the namespace where it is needed; a lost one is taken from a container in it, a dead one is replaced."""
    if not needed():
        return
    survivor = _survivor()
    if alive() and (survivor is None or survivor.stat().st_ino == HANDLE.stat().st_ino):
        return
    remove()
    _prepare_handle()
    if survivor is not None:
        run(["mount", "--bind", str(survivor), str(HANDLE)], "finding the mount namespace again", check=False)
        if alive():
            return
    remove()
    _prepare_handle()
    run(["unshare", f"--mount={HANDLE}", "--propagation=private", "true"], "making the mount namespace")
    run([*_enter(), "umount", "--recursive", CGROUPS], "taking the old cgroups out of the namespace", check=False)
    run([*_enter(), "mount", "-t", "cgroup2", "cgroup2", CGROUPS], "mounting cgroup2 in the namespace")


def _prepare_handle() -> None:
    HOME.mkdir(mode=0o700, exist_ok=True)
    # The file that holds a mount namespace must lie on a mount that is not shared.
    run(["mount", "--bind", str(HOME), str(HOME)], "preparing the mount namespace")
    run(["mount", "--make-private", str(HOME)], "preparing the mount namespace")
    HANDLE.touch(mode=0o600)


def revive_networks() -> None:
    """Give every container network whose mount was lost an empty one, or podman refuses to say and do anything at all.

    This is what is left where the containers died together with their mount namespace. podman then sees that they
    have ended, and the lab starts or replaces them.
    """
    inside = _enter() if needed() else []
    table = run([*inside, "cat", "/proc/self/mountinfo"], "reading the mounts").stdout
    for path in Path("/run/netns").glob("netns-*"):
        if f" {path} " not in table:
            run([*inside, "unshare", f"--net={path}", "true"], f"replacing the lost network {path.name}", check=False)


def remove() -> None:
    """Take the namespace and its run directory away; nothing to do where there is none."""
    for path in (HANDLE, HOME):
        while str(path) in [point for point, _ in _mounts()]:
            run(["umount", "--lazy", str(path)], f"unmounting {path}")
    HANDLE.unlink(missing_ok=True)
    if HOME.is_dir():
        HOME.rmdir()
