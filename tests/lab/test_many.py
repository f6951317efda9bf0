# SPDX-License-Identifier: GPL-3.0-or-later
"""A city of many on the lab's domain controller: killed runs, departures by the hundred, a group of thousands."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from ansible_collections.konak.it.cli.bench.cities import beside

from .conftest import ROOT, Lab, git
from .ldap_modes import cap_values

pytestmark = pytest.mark.lab

RELEASE = bool(os.environ.get("KONAK_TEST_RELEASE"))
"""Whether numbers are those of a release, which take an hour (see CONTRIBUTING.md)."""
JOINERS, MEMBERS, KILLS = (1_000, 5_000, 20) if RELEASE else (400, 1_600, 3)
"""People of the first apply, members of one group, and how often the first apply is killed."""
CITY_ROOT = "OU=Kalabalık Belediyesi,DC=ornek,DC=bel,DC=tr"
SAM = ("ldbsearch", "-H", "/var/lib/samba/private/sam.ldb", "-b", CITY_ROOT)
SEED = 11
YESTERDAY = "2026-11-20"


@pytest.fixture(scope="module")
def crowd(running_lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A generated city in the same domain, with a root of its own; nothing of it is in the directory yet."""
    folder = tmp_path_factory.mktemp("kalabalik")
    argv = [ROOT / ".venv" / "bin" / "python", ROOT / "tests" / "scale" / "generator.py", folder / "inventory"]
    sizes = ["--people", str(JOINERS), "--devices", "0", "--seed", str(SEED)]
    subprocess.run([*argv, *sizes], check=True, capture_output=True)
    (folder / "inventory" / "konak.yml").write_text("plugin: konak.it.city\n", encoding="utf-8")
    beside(folder / "inventory", root="Kalabalık Belediyesi", server="dc1", language="en")
    git(folder, "init", "-q")
    git(folder, "add", "inventory")
    git(folder, "commit", "-q", "-m", "people: begin")
    lab = Lab(folder / "inventory")
    playbook(lab, "bootstrap")
    return lab  # it goes with the lab: to delete thousands of members takes the server minutes


def line(lab: Lab, name: str, *words: str) -> list[str]:
    """The command line of a playbook for the city: its lab is that of the example."""
    sources = ["-i", str(lab.inventory / "konak.yml"), "-i", str(ROOT / "build" / "lab" / "hosts.yml")]
    return [str(ROOT / ".venv" / "bin" / "ansible-playbook"), *sources, *words, f"playbooks/{name}.yml"]


def playbook(lab: Lab, name: str, *words: str, status: int = 0) -> str:
    """Run a playbook to the end that is expected."""
    argv = line(lab, name, *words)
    done = subprocess.run(argv, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False, timeout=900)
    print(done.stdout[-3000:], done.stderr[-1000:])
    assert min(done.returncode, 1) == status, done.stdout[-2000:]
    return done.stdout


def environment() -> dict[str, str]:
    """Calm output, and the clone's own settings."""
    return {
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_STDOUT_CALLBACK": "konak.it.calm",
    }


def changes(lab: Lab, *words: str) -> list[dict]:
    """What an apply of the whole site would change."""
    playbook(lab, "site", "--check", *words)
    return lab.plan()["changes"]


def numbers(running: Lab) -> Counter[str]:
    """How often each personnel number is in the directory, as Samba's own tool finds it under the city's root."""
    return Counter(
        re.findall(r"^employeeID: (\S+)$", running.on_dc(*SAM, "(employeeID=*)", "employeeID"), re.MULTILINE)
    )


def interrupted(lab: Lab, seconds: float) -> bool:
    """Kill an apply so long after it has begun to write, with all its processes; whether it still ran."""
    with writing(lab) as process:
        time.sleep(seconds)
        if process.poll() is not None:
            return False
        for pid in family(process.pid):
            os.kill(pid, signal.SIGKILL)
    time.sleep(3)  # what the server had received by then it still does
    return True


@contextmanager
def writing(lab: Lab) -> Iterator[subprocess.Popen[bytes]]:
    """An apply whose plan is made: what follows reads again, and writes."""
    argv = line(lab, "site")
    with subprocess.Popen(
        argv, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None
        for row in process.stdout:
            if row.startswith(b"Directory"):
                break
        yield process
        process.stdout.read()


def family(pid: int) -> list[int]:
    """A process and those that it started, and theirs: Ansible's workers are in sessions of their own."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            words = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            parents[int(stat.parent.name)] = int(words[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


class Copy:
    """The server's database as it is now, to go back to: to delete what an apply has made takes far longer."""

    def __init__(self, running: Lab) -> None:
        self._running = running
        self._stopped("rm -rf /var/lib/samba.copy; cp -a /var/lib/samba /var/lib/samba.copy")

    def back(self) -> None:
        """Make it so again."""
        self._stopped("rm -rf /var/lib/samba; cp -a /var/lib/samba.copy /var/lib/samba")

    def _stopped(self, command: str) -> None:
        stop, start = (f"systemctl {verb} samba-ad-dc.service" for verb in ("stop", "start"))
        listens = "until ss -ltn | grep -q :636; do sleep 0.2; done"
        self._running.on_dc("timeout", "120", "sh", "-ec", f"{stop}; {command}; {start}; {listens}")


def test_a_killed_apply_loses_nothing_and_a_rerun_finishes_it(crowd: Lab, running_lab: Lab) -> None:
    """Kills at random moments of the first apply, each of a directory of before it: one rerun ends it.

    Every second time the first rerun is killed too.
    """
    wanted = {change["key"] for change in json.loads(first_plan(crowd))["changes"] if change["kind"] == "person"}
    dice = random.Random(SEED)  # noqa: S311 (the same moments every time)
    empty = Copy(running_lab)
    with writing(crowd) as process:
        begun = time.monotonic()
    assert process.returncode == 0
    whole = time.monotonic() - begun
    seen = []
    for kill in range(KILLS):
        empty.back()
        shutil.rmtree(crowd.build / "letters")
        moment = whole * (kill + dice.random()) / KILLS
        assert interrupted(crowd, moment), f"the apply ended within {moment:.1f} of {whole:.1f} s"
        before = numbers(running_lab)
        if kill % 2 and interrupted(crowd, dice.uniform(0, whole / 10)):
            assert not before - numbers(running_lab), "somebody is lost"
        print(f"killed after {moment:.1f} of {whole:.1f} s, with {before.total()} of {len(wanted)} people there")
        assert max(before.values(), default=1) == 1, "somebody is there twice"
        seen.append(before.total())
        playbook(crowd, "site")
        assert_finished(crowd, running_lab, wanted)
    assert min(seen) < len(wanted) / 2 < max(seen) + 1, "the kills fell into the writing"


def assert_finished(lab: Lab, running: Lab, wanted: set[str]) -> None:
    """Nothing is left to do, everybody is there once, nothing is moved aside, and each has a letter."""
    assert changes(lab) == []
    found = numbers(running)
    assert found == Counter(wanted)
    assert "dn: CN=konak-" not in running.on_dc(*SAM, "(cn=konak-*)", "dn"), "nothing is left moved aside"
    assert {path.stem for path in (lab.build / "letters").glob("*.p7m")} == wanted, "a letter for each, and no other"


def first_plan(lab: Lab) -> str:
    """What the city wants of an empty directory: everyone who is there today."""
    from ansible_collections.konak.it.plugins.plugin_utils.directory.intent import intent
    from ansible_collections.konak.it.plugins.plugin_utils.model.load import load

    items = [item for item in intent(load(lab.inventory)) if not item.existing_only]
    return json.dumps({"changes": [{"kind": item.kind, "key": item.key} for item in items]})


def test_a_hundred_and_eighty_departures_in_one_commit_are_stopped(crowd: Lab, running_lab: Lab) -> None:
    """They have records and days, so nothing was cut: the guard says how many, and what may be wrong with them."""
    left, text_of = 180, {}
    for path in sorted((crowd.inventory / "people").glob("*.yml")):
        text = text_of[path] = path.read_text(encoding="utf-8")
        heads = [block for block in re.split(r"(?m)^(?=  - id: )", text) if plain_record(block)]
        for block in heads[:left]:
            text = text.replace(block, block.replace("\n", f"\n    until: {YESTERDAY}\n", 1))
        left -= len(heads[:left])
        path.write_text(text, encoding="utf-8")
    assert left == 0
    git(crowd.inventory, "commit", "-qam", "people: end 180 contracts")
    before = running_lab.writes()
    said = playbook(crowd, "site", status=1)
    assert re.search(r"STOP 180 times disable of a person in one run, where \d+ pass unasked", said)
    assert "look whether the days and records in the last commits are meant" in said
    assert "record is gone" not in said
    assert running_lab.writes() == before
    for path, text in text_of.items():
        path.write_text(text, encoding="utf-8")


def plain_record(block: str) -> bool:
    """Whether somebody is there now, without other days, and leads nobody."""
    dated = ("until:", "leave:", "earlier:", "former:", "{role")
    first = re.search(r"(?m)^    from: (\d{4})", block)
    return bool(
        first and int(first[1]) < 2026 and "class: mudur" not in block and not any(word in block for word in dated)
    )


def test_a_group_of_thousands_behind_a_server_that_gives_values_in_parts(crowd: Lab, running_lab: Lab) -> None:
    """Windows gives 1,500 values at a time: a second apply is empty, and a member added by hand is seen."""
    unit = re.search(r"(?m)^  - code: (\S+)", (crowd.inventory / "units.yml").read_text(encoding="utf-8"))
    assert unit is not None
    people = "".join(
        f'  - id: "8{number:05}"\n    login: k{number:05}\n    given: Üye\n    family: Sayı{number:05}\n'
        f"    unit: {unit[1]}\n    title: Memur\n    class: memur\n    from: 2020-01-06\n"
        for number in range(MEMBERS)
    )
    (crowd.inventory / "people" / "kalabalik.yml").write_text(f"people:\n{people}", encoding="utf-8")
    playbook(crowd, "site")
    members = running_lab.on_dc(*SAM, "(cn=class-memur)", "member").count("\nmember")
    assert members > MEMBERS
    with running_lab.through(mode := cap_values(1500, "member")) as proxy:
        words = ("-e", json.dumps({"directory_servers": [proxy.address]}))
        assert changes(crowd, *words) == []
        assert mode.acted
        before = proxy.writes
        playbook(crowd, "site", *words)
        assert proxy.writes == before == 0
        running_lab.on_dc("samba-tool", "group", "addmembers", "class-memur", "Guest")
        changes(crowd, *words)
        told = [row for row in crowd.plan()["unmanaged"] if "CN=Guest" in row]
        assert told == ["directory: CN=Guest,CN=Users,DC=ornek,DC=bel,DC=tr is a member of class-memur"]
