# SPDX-License-Identifier: GPL-3.0-or-later
"""What every part of the lab shares: its host, its error, its places on disk, and how it runs a command."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

Progress = Callable[[str], None]
"""Called with one short sentence a step; the caller decides how it is shown."""

PREFIX = "konak-"
"""Every container, network, image and run directory of the lab starts with this."""


@dataclass(frozen=True)
class LabHost:
    """A server of the inventory that the lab makes as a container.

    name: short name (``dc1``); fqdn: ``dc1.ornek.bel.tr``; address: the IPv4 address the inventory gives it
    (kept where the network allows it); suite: the Debian release, as a code name (``trixie``); aliases: further
    names, in full, that its certificate is for.
    """

    name: str
    fqdn: str
    address: str
    suite: str = "trixie"
    aliases: tuple[str, ...] = ()

    @property
    def container(self) -> str:
        """Name of the container, ``konak-dc1``."""
        return PREFIX + self.name


class LabError(Exception):
    """Something the lab cannot do: what happened, and what a person can do about it."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


@dataclass(frozen=True)
class Places:
    """Where the lab of one checkout keeps its files; all of them are generated."""

    root: Path

    @property
    def lab(self) -> Path:
        """Keys, certificates and records of the running lab; gone after ``down``."""
        return self.root / "build" / "lab"

    @property
    def cache(self) -> Path:
        """Base systems as archives, so that a later ``up`` need not build them again; gone after a purge."""
        return self.root / "build" / "cache" / "lab"

    @property
    def pki(self) -> Path:
        """The lab's certification authority and the certificates it gave."""
        return self.lab / "pki"

    @property
    def ssh_key(self) -> Path:
        """Private key that opens every lab host."""
        return self.lab / "id_ed25519"

    @property
    def known_hosts(self) -> Path:
        """Host keys, read over a trusted channel."""
        return self.lab / "known_hosts"

    @property
    def master_secret(self) -> Path:
        """The secret from which the lab's passwords are derived."""
        return self.lab / "master.secret"

    @property
    def record(self) -> Path:
        """lab.json: what is up, for the verbs."""
        return self.lab / "lab.json"

    @property
    def inventory(self) -> Path:
        """hosts.yml: the Ansible inventory overlay."""
        return self.lab / "hosts.yml"


def run(
    argv: Sequence[str], what: str, *, stdin: bytes | None = None, check: bool = True, timeout: float = 900
) -> subprocess.CompletedProcess[str]:
    """Run a command quietly and give back its output; ``what`` says in a few words what it was for.

    Raises LabError when it cannot be started, takes longer than ``timeout`` seconds or, with ``check``, fails.
    """
    try:
        done = subprocess.run(
            list(argv),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except FileNotFoundError as error:
        raise LabError(
            f"{what}: the program {argv[0]} is not on this machine.", "Run './konak lab up' as root."
        ) from error
    except subprocess.TimeoutExpired as error:
        raise LabError(
            f"{what}: no end after {timeout:.0f} seconds.", "Run './konak lab down', then './konak lab up' again."
        ) from error
    out, err = (stream.decode(errors="replace") for stream in (done.stdout, done.stderr))
    if check and done.returncode != 0:
        tail = " | ".join((err.strip() or out.strip()).splitlines()[-3:])
        raise LabError(
            f"{what} failed (status {done.returncode}): {tail or 'no message'}",
            "Run './konak lab down', then './konak lab up' again; if it stays, the message above names the cause.",
        )
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


def write_private(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Put ``content`` at ``path`` at once, never readable by others before it has ``mode``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.new")
    half.unlink(missing_ok=True)
    half.touch(mode=0o600)
    half.write_bytes(content)
    half.chmod(mode)
    half.replace(path)
