# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lab takes from the machine: programs, apt's mirror, limits. Neither root nor podman is needed to know it."""

from __future__ import annotations

import resource
import subprocess

import pytest
from ansible_collections.konak.it.cli.lab import image, podman, prerequisites
from ansible_collections.konak.it.cli.lab.base import LabError

MIRROR = "http://debian.ornek.bel.tr/debian"
SECURITY = "http://debian.ornek.bel.tr/debian-security"


@pytest.fixture
def path(monkeypatch, tmp_path):
    """A machine with nothing but what a test puts into this folder."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    which = prerequisites.shutil.which
    monkeypatch.setattr(prerequisites.shutil, "which", lambda program, path: which(program, path=path.split(":")[0]))
    programs = {
        str(tmp_path / program.lstrip("/")) if program.startswith("/") else program: package
        for program, package in prerequisites.PROGRAMS.items()
    }
    monkeypatch.setattr(prerequisites, "PROGRAMS", programs)
    return folder


def put(folder, program):
    file = folder / program
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)


def test_a_bare_machine_lacks_everything_in_a_fixed_order(path):
    assert prerequisites.missing() == list(prerequisites.PROGRAMS.values())


def test_what_is_there_is_not_missing(path):
    for program in prerequisites.PROGRAMS:
        put(path, program)
    assert prerequisites.missing() == []
    (path / "podman").unlink()
    (path / "nft").chmod(0o644)
    assert prerequisites.missing() == ["podman", "nftables"]


def test_programs_of_the_administrator_are_found_without_their_folder_on_the_path(monkeypatch):
    asked = []
    monkeypatch.setenv("PATH", "/usr/bin")
    monkeypatch.setattr(prerequisites.shutil, "which", lambda program, path: asked.append(path))
    prerequisites.missing()
    assert set(asked) == {"/usr/bin:/usr/sbin:/sbin"}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"ID": "debian", "VERSION_ID": "13"}, "13"),
        ({"ID": "debian"}, ""),
        ({"ID": "fedora", "VERSION_ID": "42"}, ""),
    ],
)
def test_only_debian_has_a_debian_release(monkeypatch, facts, expected):
    monkeypatch.setattr(prerequisites.platform, "freedesktop_os_release", lambda: facts)
    assert prerequisites.debian_release() == expected


def test_an_ordinary_user_is_told_what_works_without_root(monkeypatch):
    monkeypatch.setattr(prerequisites.os, "geteuid", lambda: 1000)
    with pytest.raises(LabError, match="needs root") as caught:
        prerequisites.ensure(print)
    assert "--fast" in caught.value.remedy


def test_another_system_is_told_what_it_lacks(monkeypatch, path):
    monkeypatch.setattr(prerequisites.os, "geteuid", lambda: 0)
    monkeypatch.setattr(prerequisites, "debian_release", lambda: "")
    for program in prerequisites.PROGRAMS:
        put(path, program)
    (path / "mmdebstrap").unlink()
    with pytest.raises(LabError, match=r"Debian 12 or 13.*it lacks: mmdebstrap\."):
        prerequisites.ensure(print)


@pytest.fixture
def apt(monkeypatch):
    """``apt(row, ...)``: what apt-get indextargets prints on this machine."""

    def answer(*rows):
        monkeypatch.setattr(
            image, "run", lambda *_, **__: subprocess.CompletedProcess([], 0, "".join(f"{row}\n" for row in rows), "")
        )

    return answer


def test_the_base_system_comes_from_the_machines_own_mirror(apt):
    apt(
        "https://packages.ornek.bel.tr/tools|stable|Tools|main",
        f"{SECURITY}|bookworm-security|Debian|main",
        f"{MIRROR}|bookworm-updates|Debian|main",
        f"{MIRROR}|bookworm|Debian|contrib",
        f"{MIRROR}|bookworm|Debian|main",
    )
    assert image.sources("trixie") == [
        f"deb {MIRROR} trixie main",
        f"deb {MIRROR} trixie-updates main",
        f"deb {SECURITY} trixie-security main",
    ]


def test_without_a_security_mirror_there_is_no_security_line(apt):
    apt(f"{MIRROR}|bookworm|Debian|main")
    assert image.sources("bookworm") == [f"deb {MIRROR} bookworm main", f"deb {MIRROR} bookworm-updates main"]


@pytest.mark.parametrize("suite", ["forky", "sid"])
def test_a_suite_in_the_making_has_one_line(apt, suite):
    apt(f"{MIRROR}|bookworm|Debian|main", f"{SECURITY}|bookworm-security|Debian|main")
    assert image.sources(suite) == [f"deb {MIRROR} {suite} main"]


@pytest.mark.parametrize("rows", [[], [f"{SECURITY}|trixie-security|Debian|main"], [f"{MIRROR}|jammy|Ubuntu|main"]])
def test_a_machine_without_a_debian_mirror_is_told_so(apt, rows):
    apt(*rows)
    with pytest.raises(LabError, match="No Debian mirror") as caught:
        image.sources("trixie")
    assert "sources.list.d" in caught.value.remedy


def test_a_base_system_is_known_by_what_it_is_made_from(monkeypatch):
    before = image.tag("trixie")
    assert before.startswith("localhost/konak-base:trixie-")
    assert image.tag("trixie") == before != image.tag("bookworm")
    monkeypatch.setattr(image, "PACKAGES", (*image.PACKAGES, "less"))
    assert image.tag("trixie") != before


def limits(monkeypatch, tmp_path, nofile, nproc, *, nr_open=1048576, pid_max=4194304):
    hard = {resource.RLIMIT_NOFILE: nofile, resource.RLIMIT_NPROC: nproc}
    ceilings = {"nr_open": nr_open, "pid_max": pid_max}
    for name, value in ceilings.items():
        (tmp_path / name).write_text(f"{value}\n")
    monkeypatch.setattr(podman.resource, "getrlimit", lambda kind: (1024, hard[kind]))
    monkeypatch.setattr(podman, "Path", lambda path: tmp_path / path.rsplit("/", 1)[1])
    return podman._limits()


def test_containers_get_the_machines_own_hard_limits(monkeypatch, tmp_path):
    assert limits(monkeypatch, tmp_path, 20000, 30000) == ["--ulimit=nofile=20000:20000", "--ulimit=nproc=30000:30000"]


def test_no_limit_is_above_what_the_kernel_can_give(monkeypatch, tmp_path):
    found = limits(monkeypatch, tmp_path, 2000000, 100000, pid_max=32768)
    assert found == ["--ulimit=nofile=1048576:1048576", "--ulimit=nproc=32768:32768"]


def test_where_the_machine_has_no_limit_podman_decides(monkeypatch, tmp_path):
    assert limits(monkeypatch, tmp_path, resource.RLIM_INFINITY, resource.RLIM_INFINITY) == []


def test_a_container_whose_first_process_is_gone_is_dead(monkeypatch):
    monkeypatch.setattr(podman.Path, "exists", lambda path: str(path) == "/proc/17")
    assert podman._state({"State": "running", "Pid": 17}) == "running"
    assert podman._state({"State": "running", "Pid": 18}) == "dead"
    assert podman._state({"State": "exited", "Pid": 0}) == "exited"
