# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab for tests: a city of their own on a real domain controller, driven by ``./konak``, seen by other tools."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .ldap_modes import Mode
from .ldap_proxy import Proxy

if TYPE_CHECKING:
    from .mail_clients import Post

ROOT = Path(__file__).resolve().parents[2]
TODAY = "2026-11-22"
AUDIT = "/var/log/samba/audit-directory.json"
READING = frozenset({"check", "plan", "drift", "verify"})
"""Commands after which every server is as before."""
LAB = ROOT / "build" / "lab"
"""Keys and records of the running lab."""


@dataclass
class Lab:
    """The command line of Konak for one copy of the example city, and eyes on its domain controller.

    :ivar only: the systems that plans are about where a test does not say so; all, if empty.
    :ivar touched: whether anything was run that may have changed a server since the city was last applied.
    """

    inventory: Path
    output: list[str] = field(default_factory=list)
    only: tuple[str, ...] = ()
    touched: bool = True

    @property
    def build(self) -> Path:
        """Where the city's generated files are."""
        return self.inventory.parent / "build"

    def konak(
        self, *words: str, inventory: Path | None = None, reads: bool = False
    ) -> subprocess.CompletedProcess[str]:
        """Run ``./konak`` and keep all that it prints, for the hunt for secrets.

        :arg reads: whether it changes no server, though its first word could.
        """
        if words[0] in {"plan", "apply", "drift"} and "--only" not in words:
            words = (*words, *(word for system in self.only for word in ("--only", system)))
        self.touched |= not reads and words[0] not in READING
        argv = [str(ROOT / "konak"), "--inventory", str(inventory or self.inventory), *words]
        env = {key: value for key, value in os.environ.items() if not key.startswith("KONAK_")}
        done = subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=900)
        self.output.append(done.stdout + done.stderr)
        print(f"$ ./konak {' '.join(words)}  # status {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def plan(self) -> dict:
        """``build/plan/plan.json``."""
        return json.loads((self.build / "plan" / "plan.json").read_text(encoding="utf-8"))

    def on(self, host: str, *argv: str, reads: bool = False) -> str:
        """What a command on a host prints."""
        done = self.konak("lab", "exec", host, "--", *argv, reads=reads)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def on_dc(self, *argv: str, reads: bool = False) -> str:
        """What a command on the domain controller prints."""
        return self.on("dc1", *argv, reads=reads)

    def on_exchange(self, *argv: str) -> str:
        """What a command on the main exchange prints."""
        return self.on("pbx1", *argv)

    def entry(self, query: str, *attributes: str) -> dict[str, list[str]]:
        """One object as Samba's own ldbsearch shows it on the server."""
        text = self.on_dc(
            "ldbsearch", "-H", "/var/lib/samba/private/sam.ldb", "--show-binary", query, "dn", *attributes, reads=True
        )
        found: dict[str, list[str]] = {}
        for line in text.replace("\n ", "").splitlines():
            name, separator, value = line.partition(": ")
            if separator and not line.startswith(("#", "ref:")):
                decoded = base64.b64decode(value).decode() if name.endswith(":") else value
                found.setdefault(name.rstrip(":"), []).append(decoded)
        return found

    def secret(self, name: str) -> str:
        """A password that Konak derives in this lab."""
        from ansible_collections.konak.it.plugins.module_utils.plan import Secret
        from ansible_collections.konak.it.plugins.module_utils.secrets import password

        return password((LAB / "master.secret").read_text(encoding="utf-8").strip(), Secret(name))

    def by_hand(self, ldif: str) -> None:
        """Change something on the server as its administrator would, past Konak."""
        self.on_dc("sh", "-c", f"ldbmodify -H /var/lib/samba/private/sam.ldb <<'END'\n{ldif}END")

    @property
    def server(self) -> str:
        """The address of the domain controller."""
        return json.loads((LAB / "lab.json").read_text(encoding="utf-8"))["hosts"]["dc1"]["address"]

    @contextmanager
    def settings(self, **variables: object) -> Iterator[None]:
        """Other settings of how the directory is reached, as an admin writes them into group_vars."""
        path = self.inventory / "group_vars" / "all" / "lab-test.yml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(variables), encoding="utf-8")
        try:
            yield
        finally:
            path.unlink()

    @contextmanager
    def through(self, *modes: Mode, **variables: object) -> Iterator[Proxy]:
        """Let Konak reach the domain controller through a proxy that behaves otherwise, with other settings too."""
        authority = LAB / "pki" / "ca.pem"
        with (
            tempfile.TemporaryDirectory() as folder,
            Proxy(self.server, authority, Path(folder), modes) as proxy,
            self.settings(directory_servers=[proxy.address], **variables),
        ):
            yield proxy

    def kinit(self, login: str, *words: str) -> str:
        """What ``kinit`` on the server says to a password, and to the new ones that it asks for."""
        answers = "".join(f"{word}\n" for word in words)
        command = f"printf '{answers}' | kinit -c MEMORY: {login} 2>&1"
        argv = [str(ROOT / "konak"), "lab", "exec", "dc1", "--", "sh", "-c", command]
        done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
        return "ticket" if done.returncode == 0 else done.stdout

    def writes(self, *, without: Sequence[str] = ()) -> int:
        """How many writes the server's own log holds that came over the network and were done.

        Samba cuts long lines of its log, so the lines are searched, not parsed.

        :arg without: rows that name one of these are not counted.
        """
        rows = self.on_dc("cat", AUDIT, reads=True).splitlines()
        done = (row for row in rows if '"remoteAddress": "ipv4' in row and '"statusCode": 0,' in row)
        return sum(not any(word in row for word in without) for row in done)

    def edit(self, file: str, before: str, after: str) -> None:
        """Replace a text that occurs once in a file of the inventory."""
        path = self.inventory / file
        text = path.read_text(encoding="utf-8")
        assert text.count(before) == 1, f"{before!r} occurs {text.count(before)} times in {file}"
        path.write_text(text.replace(before, after), encoding="utf-8")

    def line_of(self, file: str, text: str) -> int:
        """The line of a file where a text stands first."""
        lines = (self.inventory / file).read_text(encoding="utf-8").splitlines()
        return next(number for number, line in enumerate(lines, 1) if text in line)

    def restore(self) -> None:
        """Make the inventory the committed one again."""
        git(self.inventory, "checkout", "-q", "--", ".")
        git(self.inventory, "clean", "-fdq", ".")


def git(folder: Path, *words: str) -> None:
    """Run git in a folder, as a made-up person."""
    who = ["-c", "user.name=Deneme", "-c", "user.email=deneme@ornek.bel.tr", "-c", "commit.gpgsign=false"]
    argv: Sequence[str] = ["git", *who, "-C", str(folder), *words]
    subprocess.run(argv, check=True, capture_output=True)


@pytest.fixture(scope="session")
def running_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The example city applied and proven, once a session; the lab is taken down at the end."""
    if os.geteuid() != 0:
        pytest.skip("the lab needs root")
    folder = tmp_path_factory.mktemp("city")
    shutil.copytree(ROOT / "inventory", folder / "inventory", symlinks=False)
    git(folder, "init", "-q")
    git(folder, "add", "inventory")
    git(folder, "commit", "-q", "-m", "people: begin\n\nTicket: EBYS-2026/1")
    lab = Lab(folder / "inventory")
    lab.konak("lab", "down")
    try:
        assert lab.konak("demo").returncode == 0
        yield lab
    finally:
        lab.konak("lab", "down")


@pytest.fixture
def lab(running_lab: Lab, request: pytest.FixtureRequest) -> Iterator[Lab]:
    """The lab with the example city as committed, applied; of the systems alone that a file of tests is about.

    Most of the time of an apply is that of the systems which a test does not look at, and of those that the test before
    has only looked at.
    """
    systems = getattr(request.module, "SYSTEMS", ())
    running_lab.touched |= running_lab.only != systems
    running_lab.only = systems
    running_lab.restore()
    limits = (
        "directory.person.disable", "directory.person.rename", "mail.mailbox.disable", "mail.address.delete",
        "telephony.line.disable", "telephony.number.delete",
    )  # fmt: skip
    words = [word for limit in limits for word in ("--allow", f"{limit}=20")]
    if running_lab.touched:
        assert running_lab.konak("apply", *words).returncode == 0
        running_lab.touched = False
    yield running_lab
    running_lab.restore()


@pytest.fixture
def post(lab: Lab) -> Iterator[Post]:
    """The mail server, with passwords for two people whom the tests are."""
    from .mail_clients import KEREM, ONUR, Post

    post = Post(lab)
    for login in (KEREM, ONUR):
        post.password(login)
    yield post
    post.on_server("sh", "-c", "for user in 40108 40086; do doveadm expunge -u $user mailbox INBOX all; done")
