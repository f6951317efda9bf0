# SPDX-License-Identifier: GPL-3.0-or-later
"""Owned files on a host of the lab, over SSH, beside a loop of Ansible's own module.

What is on the host lies below one folder of its own, which is removed afterwards.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import UserError
from ..shell import BUILD
from .figures import Figure, Peer
from .process import Measured, durations, follow, median_of, work
from .site import Progress, Site

REPEAT = 3
FILES = 2_000
LOOPED = 100
"""Files that the loop of Ansible's module is measured with: with all of them it takes twenty minutes or more."""
FLOOR = 1.5
"""Seconds of the task for 2,000 files with nothing to change."""

ON_HOST = "/srv/konak-bench"
ROOT, MANIFESTS, TEMPLATES = f"{ON_HOST}/owned", f"{ON_HOST}/manifests", f"{ON_HOST}/templates"

PING = {"name": "Ping", "ansible.builtin.ping": {}}
REMOVE = {"name": "Remove", "ansible.builtin.file": {"path": ON_HOST, "state": "absent"}}
MAKE = {"name": "Make", "ansible.builtin.file": {"path": TEMPLATES, "state": "directory", "mode": "0755"}}

Task = dict[str, Any]


@dataclass(frozen=True)
class _Bench:
    """The playbooks and files of this benchmark, in a folder of their own on the controller."""

    site: Site
    home: Path

    @property
    def owned(self) -> Task:
        """The task that is measured."""
        given = {"name": "bench", "roots": [ROOT], "src": str(self.home / "tree"), "manifests": MANIFESTS}
        return {"name": "Owned", "konak.it.owned_files": given}

    @property
    def loop(self) -> Task:
        """What it is held against."""
        given = {"src": str(self.home / "file.j2"), "dest": f"{TEMPLATES}/{{{{ item }}}}", "mode": "0644"}
        return {"name": "Loop", "ansible.builtin.template": given, "loop": list(range(LOOPED))}

    def write(self) -> None:
        """Make the files anew."""
        shutil.rmtree(self.home, ignore_errors=True)
        for number in range(FILES):
            path = self.file(number)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text_of(str(number)), encoding="utf-8")
        (self.home / "file.j2").write_text(text_of("{{ item }}"), encoding="utf-8")

    def file(self, number: int) -> Path:
        """One file on the controller; a hundred lie in a folder."""
        return self.home / "tree" / ROOT.lstrip("/") / f"{number // 100:02}" / f"{number}.conf"

    def line(self, name: str, *tasks: Task) -> list[str]:
        """The line that runs a play of these tasks on the host."""
        path = self.home / f"{name}.yml"
        play = {"hosts": self.site.name, "gather_facts": False, "tasks": list(tasks)}
        path.write_text(json.dumps([play], ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return ["ansible-playbook", "-i", str(self.site.folder / "hosts.yml"), str(path)]

    def run(self, *tasks: Task, changes: int = 0) -> Measured:
        """Run a play: its wall time, and that of its last task as Ansible's own record has it.

        :raises UserError: if the last task changed more or fewer things.
        """
        output = self.home / "record.json"
        env = {"ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json"}
        run = work("run", output, *self.line("play", *tasks), env=env)
        record = json.loads(output.read_text(encoding="utf-8"))
        name = tasks[-1]["name"]
        if (found := changed(record, name)) != changes:
            raise UserError(f"the task {name} of the benchmark changed {found} files, not {changes}")
        return Measured({**run.seconds, "task": durations(record)[name]}, run.peak)


def measure(site: Site, progress: Progress) -> list[Figure]:
    """The figures: each but the loop the median of three.

    :raises UserError: if a run changes anything but what it is to.
    """
    bench = _Bench(site, BUILD / "bench" / "files")
    bench.write()
    progress(f"files: {FILES} files to {site.name}, below {ON_HOST}")
    with _removed(bench, progress):
        follow(bench.line("first", REMOVE, MAKE, bench.owned, bench.loop), progress)
        progress("files: nothing to change any more; measuring")
        empty, same, other = [], [], []
        for number in range(REPEAT):  # side by side, so that a busy moment of the machine meets all alike
            empty.append(bench.run(PING))
            same.append(bench.run(PING, bench.owned))
            bench.file(number).write_text(text_of(f"{number} again"), encoding="utf-8")
            other.append(bench.run(PING, bench.owned, changes=1))
        progress(f"files: ansible.builtin.template, {LOOPED} files one by one")
        loop = bench.run(PING, bench.loop).seconds["task"] / LOOPED * FILES
    return list(_figures(median_of(empty), median_of(same), median_of(other), loop))


@contextmanager
def _removed(bench: _Bench, progress: Progress) -> Iterator[None]:
    """Nothing of the benchmark is on the host afterwards; of two errors the first is told."""
    try:
        yield
    except BaseException:
        with suppress(UserError):
            follow(bench.line("remove", REMOVE), progress)
        raise
    follow(bench.line("remove", REMOVE), progress)


def _figures(empty: Measured, same: Measured, other: Measured, loop: float) -> Iterator[Figure]:
    template = Peer(f"ansible.builtin.template, {LOOPED} files scaled", loop)
    ping = Peer("the same play with ansible.builtin.ping alone", empty.seconds["wall"])
    for name, run, floor in (("no change", same, FLOOR), ("one file changed", other, None)):
        what = f"files, {FILES} owned files, {name}"
        yield Figure(f"{what}: the task", run.seconds["task"], floor=floor, peer=template)
        yield Figure(f"{what}: the whole run", run.seconds["wall"], peer=ping)


def text_of(name: str) -> str:
    """A small configuration file, of about 300 bytes."""
    return "".join(f"ayar.{key} = {name} {'-' * 32}\n" for key in ("ad", "adres", "birim", "sunucu", "sure", "yol"))


def changed(record: dict[str, Any], name: str) -> int:
    """How many files the tasks of that name changed, of what the callback ``ansible.posix.json`` prints."""
    answers = [
        answer
        for play in record["plays"]
        for row in play["tasks"]
        if row["task"]["name"] == name
        for answer in row["hosts"].values()
    ]
    return sum(
        len(answer["changes"])
        if "changes" in answer
        else sum(bool(item["changed"]) for item in answer.get("results", [answer]))
        for answer in answers
    )
