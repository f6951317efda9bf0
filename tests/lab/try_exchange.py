# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Asterisk 22 of Debian 14, without a host around it: enough to try configurations in.

Its packages are in a folder that is entered with chroot; the program that tries a configuration does the rest itself.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.konak.it.cli.lab import image, keys
from ansible_collections.konak.it.cli.lab.base import Places

from .conftest import ROOT

PROGRAM = ROOT / "roles/pbx/files/usr/local/lib/konak/pbx_try"
PACKAGES = ("asterisk", "asterisk-modules", "asterisk-core-sounds-en-wav", "asterisk-core-sounds-en")
INSIDE = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'


@dataclass(frozen=True)
class Tried:
    """What became of a configuration."""

    status: int
    lines: Sequence[str]


@dataclass(frozen=True)
class Exchange:
    """The folder with Asterisk."""

    root: Path

    def run(self, *argv: str, check: bool = False) -> subprocess.CompletedProcess[str]:
        """Run a program inside; its mounts end with it."""
        inside = ["unshare", "--mount", "sh", "-c", INSIDE, str(self.root), *argv]
        done = subprocess.run(inside, capture_output=True, text=True, check=False, timeout=600)
        assert not check or done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done

    def attempt(self, files: Mapping[str, str], calls: Sequence[Mapping[str, object]]) -> Tried:
        """Try a configuration, with its paths as on an exchange."""
        with tempfile.TemporaryDirectory(dir=self.root / "tmp") as folder:
            for path, text in files.items():
                place = Path(folder) / path.lstrip("/")
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text, encoding="utf-8")
            (Path(folder) / "calls.json").write_text(json.dumps(calls), encoding="utf-8")
            inside = f"/tmp/{Path(folder).name}"  # noqa: S108 (that of the folder, which nobody else uses)
            done = self.run("python3", "-I", "/pbx_try", f"{inside}/etc/asterisk", f"{inside}/calls.json")
        assert done.stderr == "", done.stderr
        return Tried(done.returncode, done.stdout.splitlines())


@contextmanager
def exchange(folder: Path, places: Places) -> Iterator[Exchange]:
    """Unpack a Debian 14, install Asterisk in it, and give it a certificate."""
    made = Exchange(folder)
    archive = image.ensure_archive(places, "forky", print)
    subprocess.run(["tar", "-xf", str(archive), "-C", str(folder)], check=True)
    policy = folder / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")  # nothing is started by being installed
    policy.chmod(0o755)
    (folder / "etc/resolv.conf").write_bytes(Path("/etc/resolv.conf").read_bytes())
    (folder / "etc/hosts").write_bytes(Path("/etc/hosts").read_bytes())
    apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    made.run(*apt, "update", check=True)
    made.run(*apt, "install", "--yes", "--no-install-recommends", *PACKAGES, check=True)
    own = Places(folder / "keys")
    keys.ensure_authority(own)
    certificate, key = keys.ensure_certificate(own, "santral1", "santral.deneme.bel.tr", [], [])
    place = folder / "etc/ssl/konak"
    place.mkdir(parents=True)
    for name, source in (("pbx.pem", certificate), ("pbx.key", key), ("pbx-ca.pem", own.pki / "ca.pem")):
        (place / name).write_bytes(source.read_bytes())
    made.run("chown", "asterisk", "/etc/ssl/konak/pbx.key", check=True)
    shutil.copytree(PROGRAM, folder / "pbx_try")
    yield made
