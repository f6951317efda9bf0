# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection as another city gets it: built, installed, and used far from the clone with its own inventory."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from ansible_collections.konak.it.cli.sanity import build_collection
from scale.generator import city_files, write_files

from .conftest import ROOT, Lab

pytestmark = pytest.mark.lab

PEOPLE = 40
CITY_ROOT = "OU=Ölçek Belediyesi,DC=ornek,DC=bel,DC=tr"
WITHOUT_ACTION = {"konak.it.exchange", "konak.it.mailboxes", "konak.it.sip_calls"}
"""Modules that need nothing of the controller."""
TYPES = ("callback", "inventory", "lookup", "module")
KINDS = {"modules": "module"}
"""Folders of plugins that ansible-doc calls otherwise."""


@dataclass(frozen=True)
class Installed:
    """The collection in a collections path of its own, and a working directory that has nothing to do with it."""

    collections: Path
    elsewhere: Path

    @property
    def folder(self) -> Path:
        return self.collections / "ansible_collections" / "konak" / "it"

    def run(self, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one of Ansible's programs as someone without the clone would: no ansible.cfg, no path into it."""
        env = {
            name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "KONAK_", "PYTHON"))
        }
        env |= {
            "ANSIBLE_COLLECTIONS_PATH": str(self.collections),
            "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false",
            "ANSIBLE_HOME": str(self.elsewhere / ".ansible"),
            "ANSIBLE_NOCOLOR": "1",
            "LC_ALL": "C.UTF-8",
        }
        argv = [str(Path(sys.prefix) / "bin" / program), *words]
        done = subprocess.run(
            argv, cwd=self.elsewhere, env=env, capture_output=True, text=True, check=False, timeout=600
        )
        print(f"$ {program} {' '.join(words)}  # status {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def docs(self, kind: str, *names: str) -> dict[str, dict]:
        """``ansible-doc --json``, after making sure that it has nothing to complain about."""
        done = self.run("ansible-doc", "-t", kind, "--json", *names)
        # Asked for roles, ansible-core complains that a collection inside itself has no version.
        complaints = [line for line in done.stderr.splitlines() if "ansible/_internal/" not in line]
        assert (done.returncode, complaints) == (0, [])
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Built from the repository, installed without a network."""
    folder = tmp_path_factory.mktemp("collection")
    found = Installed(folder / "collections", tmp_path_factory.mktemp("elsewhere"))
    tarball = build_collection(folder)
    words = ("collection", "install", "--offline", "-p", str(found.collections), str(tarball))
    done = found.run("ansible-galaxy", *words)
    assert done.returncode == 0
    assert found.folder.is_dir()
    return found


def plugins(installed: Installed) -> list[tuple[str, str]]:
    """(type, name) of every plugin in the installed collection that ansible-doc knows; actions have their module."""
    return [
        (kind, f"konak.it.{path.stem}")
        for folder in sorted((installed.folder / "plugins").iterdir())
        if (kind := KINDS.get(folder.name, folder.name)) in TYPES
        for path in sorted(folder.glob("*.py"))
        if path.stem != "__init__"
    ]


def test_the_tarball_holds_what_a_city_needs_and_no_city(installed: Installed) -> None:
    """Plugins, roles and playbooks; not the example, the tests or what only a clone uses."""
    names = {path.name for path in installed.folder.iterdir()}
    assert {"cli", "docs", "meta", "playbooks", "plugins", "roles", "LICENSE", "README.md"} <= names
    assert not names & {"inventory", "group_vars", "tests", "build", "konak", ".venv", ".git", "collections", "uv.lock"}


def test_every_plugin_has_a_complete_page(installed: Installed) -> None:
    """Purpose, author, version, every option with type and words; modules: examples, results, check mode."""
    found = plugins(installed)
    assert {kind for kind, _ in found} == set(TYPES)
    for kind, name in found:
        page = installed.docs(kind, name)[name]
        doc = page["doc"]
        assert Path(doc["filename"]).is_relative_to(installed.folder)
        for part in ("short_description", "description", "author", "version_added"):
            assert doc.get(part), (name, part)
        for option, facts in doc.get("options", {}).items():
            assert facts.get("description"), (name, option)
            assert facts.get("type"), (name, option)
        if kind == "module":
            assert doc["has_action"] is (name not in WITHOUT_ACTION), name
            assert doc["options"], name
            assert page["examples"].strip(), name
            assert page["return"], name
            assert all(result.get("description") and result.get("returned") for result in page["return"].values())
            assert doc["attributes"]["check_mode"]["support"], name
        text = installed.run("ansible-doc", "-t", kind, name)
        assert (text.returncode, text.stderr) == (0, "")
        assert text.stdout.startswith(f"> {kind.upper()} {name} ({installed.folder}/")


def test_every_role_has_a_page(installed: Installed) -> None:
    """Its purpose, and every option with words."""
    names = [f"konak.it.{path.name}" for path in sorted((installed.folder / "roles").iterdir())]
    pages = installed.docs("role", *names)
    assert sorted(pages) == names
    for name, page in pages.items():
        entry = page["entry_points"]["main"]
        assert entry["short_description"], name
        assert all(facts.get("description") for facts in entry["options"].values()), name


@pytest.fixture(scope="module")
def other_city(running_lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The inventory folder of another city in the same domain; what it made in the directory is removed afterwards.

    A domain knows a login or a group's name once: this city's groups have English names and its people logins with
    their numbers, so that it can live beside the example.
    """
    folder = tmp_path_factory.mktemp("olcek") / "inventory"
    files = city_files(PEOPLE, 0, seed=7)
    files["organisation.yml"] = files["organisation.yml"].replace("organisation:\n", "organisation:\n  language: en\n")
    for name, text in files.items():
        if name.startswith("people/"):
            plain = re.sub(r"^    login: .*\n", "", text, flags=re.MULTILINE)
            files[name] = re.sub(r'^  - id: "(\d+)"$', r"\g<0>\n    login: p\1", plain, flags=re.MULTILINE)
    files["konak.yml"] = "plugin: konak.it.city\n"
    write_files(folder, files)
    yield folder
    running_lab.on_dc("samba-tool", "ou", "delete", CITY_ROOT, "--force-subtree-delete")


@dataclass(frozen=True)
class Elsewhere:
    """The other city, driven by the installed playbooks and nothing else."""

    installed: Installed
    inventory: Path

    def play(self, name: str, *words: str) -> str:
        """Run one of the collection's playbooks to a good end."""
        sources = ("-i", str(self.inventory / "konak.yml"), "-i", str(ROOT / "build" / "lab" / "hosts.yml"))
        done = self.installed.run("ansible-playbook", *sources, *words, f"konak.it.{name}")
        assert done.returncode == 0
        assert "[WARNING]" not in done.stderr
        return done.stdout

    def plan(self) -> dict:
        """What a check of the whole site leaves in ``build`` beside the inventory."""
        path = self.inventory.parent / "build" / "plan" / "plan.json"
        path.unlink(missing_ok=True)
        self.play("site", "--check")
        return json.loads(path.read_text(encoding="utf-8"))


def people_of(inventory: Path) -> set[str]:
    """The personnel numbers in a city's files."""
    texts = [path.read_text(encoding="utf-8") for path in (inventory / "people").glob("*.yml")]
    return {number for text in texts for number in re.findall(r'^  - id: "(\d+)"', text, re.MULTILINE)}


def test_another_city_is_planned_and_applied_from_elsewhere(lab: Lab, installed: Installed, other_city: Path) -> None:
    """Its plan creates its people and nobody of the example; once applied, the plans of both cities are empty."""
    listing = json.loads(installed.run("ansible-galaxy", "collection", "list", "konak.it", "--format", "json").stdout)
    assert list(listing) == [str(installed.collections / "ansible_collections")]
    city = Elsewhere(installed, other_city)
    before = lab.writes()

    city.play("bootstrap")
    after_bootstrap = lab.writes()
    assert after_bootstrap > before
    plan = city.plan()
    assert lab.writes() == after_bootstrap
    assert {change["action"] for change in plan["changes"]} == {"create"}
    made = {change["key"] for change in plan["changes"] if change["kind"] == "person"}
    # Not there: who has left already and who comes later; everyone else is, and nobody of the example.
    everyone = people_of(other_city)
    assert len(everyone) == PEOPLE
    assert made <= everyone
    assert len(made) > PEOPLE * 0.8
    assert not made & people_of(lab.inventory)
    for change in plan["changes"]:
        if change["kind"] == "person":
            reason = change["reasons"][0]
            path = other_city.parent / reason["file"]
            assert change["key"] in path.read_text(encoding="utf-8").splitlines()[reason["line"] - 1]

    city.play("site")
    assert city.plan()["changes"] == []
    assert lab.konak("plan").returncode == 0
    assert lab.plan()["changes"] == []
    one = min(made)
    assert lab.entry(f"(employeeID={one})", "sAMAccountName")["sAMAccountName"] == [f"p{one}"]
    assert not (installed.elsewhere / "build").exists()
    assert not any(path.name == "build" for path in installed.folder.iterdir())
