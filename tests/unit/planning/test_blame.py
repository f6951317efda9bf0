# SPDX-License-Identifier: GPL-3.0-or-later
"""From a line of the inventory to its commit and ticket, as far as there are any."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from ansible_collections.konak.it.plugins.module_utils.plan import Change, Reason
from ansible_collections.konak.it.plugins.plugin_utils.planning import blame

FILE = "inventory/people/imar.yml"


class Repository:
    """A city under version control."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.inventory = root / "inventory"
        (root / FILE).parent.mkdir(parents=True)

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(self.root), *arguments], check=True, capture_output=True, text=True, env=os.environ
        )
        return done.stdout.strip()

    def write(self, *lines: str, file: str = FILE) -> None:
        (self.root / file).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def commit(self, message: str) -> str:
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository of our own: nothing of the machine's git settings or of a calling git reaches it."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name, value in {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(tmp_path),
        "GIT_AUTHOR_NAME": "Elif Işık",
        "GIT_AUTHOR_EMAIL": "elif@ornek.bel.tr",
        "GIT_COMMITTER_NAME": "Elif Işık",
        "GIT_COMMITTER_EMAIL": "elif@ornek.bel.tr",
    }.items():
        monkeypatch.setenv(name, value)
    found = Repository(tmp_path / "city")
    found.write("people:", "  - id: 1", "    title: Memur")
    found.git("init", "--quiet")
    return found


def change(*places: tuple[str | None, int | None], text: str = "") -> Change:
    reasons = tuple(Reason(text, file, line) for file, line in places)
    return Change("directory", "person", "1", "update", "", {}, reasons)


def reasons(repository: Repository, *places: tuple[str | None, int | None]) -> list[tuple[str | None, str | None]]:
    [found] = blame.with_commits([change(*places)], repository.inventory)
    return [(reason.commit, reason.ticket) for reason in found.reasons]


def test_each_line_has_its_own_commit_and_that_commits_ticket(repository):
    first = repository.commit("people: begin")
    repository.write("people:", "  - id: 1", "    title: Uzman")
    second = repository.commit("people: Elif is an Uzman\n\nDecided by the mayor.\n\nTicket: IT-123\nReviewed-by: A")
    assert reasons(repository, (FILE, 2), (FILE, 3)) == [(first, None), (second, "IT-123")]


def test_several_tickets_and_a_word_that_is_no_trailer(repository):
    commit = repository.commit("people: two\n\nTicket: none of these\n\nTicket: IT-1\nTicket: IT-2")
    assert reasons(repository, (FILE, 1)) == [(commit, "IT-1,IT-2")]


def test_lines_that_are_not_committed_have_none(repository):
    first = repository.commit("people: begin")
    repository.write("people:", "  - id: 1", "    title: Uzman", "    room: 214")
    repository.write("units:", file="inventory/units.yml")
    assert reasons(repository, (FILE, 2), (FILE, 3), (FILE, 4), ("inventory/units.yml", 1)) == [
        (first, None),
        (None, None),
        (None, None),
        (None, None),
    ]


def test_what_has_no_place_stays_as_it_is(repository):
    repository.commit("people: begin")
    before = [change((None, None), text="no record"), change((FILE, None)), change()]
    assert blame.with_commits(before, repository.inventory) == before
    assert blame.with_commits([], repository.inventory) == []


def test_a_line_that_text_of_the_file_cannot_forge(repository):
    """A line that looks like what git prints is a line of the file."""
    repository.write("people:", f"{'f' * 40} 1 1 1", "    title: Memur")
    commit = repository.commit("people: begin")
    assert reasons(repository, (FILE, 1), (FILE, 2)) == [(commit, None), (commit, None)]


def test_a_file_that_is_gone_from_the_folder_breaks_nothing(repository):
    repository.commit("people: begin")
    (repository.root / FILE).unlink()
    assert reasons(repository, (FILE, 1)) == [(None, None)]


def test_a_plan_says_which_commit_it_was_made_of(repository):
    commit = repository.commit("people: begin")
    assert blame.head(repository.inventory) == commit
    (repository.root / "README.md").write_text("beside the inventory")
    assert blame.head(repository.inventory) == commit
    repository.write("people: []")
    assert blame.head(repository.inventory) == f"{commit}+uncommitted"


def test_a_new_file_is_uncommitted_too(repository):
    commit = repository.commit("people: begin")
    repository.write("units:", file="inventory/units.yml")
    assert blame.head(repository.inventory) == f"{commit}+uncommitted"


def nothing_known(inventory: Path) -> None:
    before = [change((FILE, 1))]
    assert blame.head(inventory) is None
    assert blame.with_commits(before, inventory) == before


def test_a_repository_without_a_commit(repository):
    nothing_known(repository.inventory)


def test_a_folder_that_is_no_repository(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (tmp_path / "city" / "inventory").mkdir(parents=True)
    nothing_known(tmp_path / "city" / "inventory")


def test_a_machine_without_git(repository, monkeypatch):
    repository.commit("people: begin")
    monkeypatch.setenv("PATH", "")
    nothing_known(repository.inventory)
