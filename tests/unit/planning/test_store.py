# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a plan: their owner's alone, whole or not there, and refused in words if they are not a plan."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.konak.it.plugins.module_utils.plan import Change, Plan, Reason, Stop
from ansible_collections.konak.it.plugins.plugin_utils.planning import store
from ansible_collections.konak.it.plugins.plugin_utils.planning.store import Part, PlanFileError

TITLE = {"title": {"before": "Memur", "after": "Uzman"}}


def change(key: str = "40117", action: str = "update", label: str = "Elif Işık", **tags: str) -> Change:
    reasons = (Reason(file="inventory/people/imar.yml", line=20),)
    return Change("directory", "person", key, action, label, TITLE, reasons, tags)


PLAN = Plan.of([change()], "2026-11-22")


def modes(folder: Path) -> set[int]:
    return {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


@pytest.fixture
def open_umask():
    """A person whose new files everyone may read."""
    before = os.umask(0)
    yield
    os.umask(before)


def test_files_and_folder_are_their_owners_alone(tmp_path, open_umask):
    build = tmp_path / "build"
    store.write_part(build, Part("directory"))
    path = store.write_plan(build, PLAN, "# Plan\n")
    assert path == build / "plan" / "plan.json"
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    names = {file.name for file in path.parent.iterdir()}
    assert names == {"part-directory.json", "plan.json", "plan.md"}
    assert modes(path.parent) == {0o600}
    store.write_json(path, {"a": 1})
    assert modes(path.parent) == {0o600}
    inverse = store.write_inverse(build, "directory", PLAN)
    assert stat.S_IMODE(inverse.parent.stat().st_mode) == 0o700
    assert modes(inverse.parent) == {0o600}


def test_a_file_that_was_open_to_others_is_replaced(tmp_path):
    path = store.folder(tmp_path) / "plan.json"
    path.write_text("{}")
    path.chmod(0o644)
    store.write_plan(tmp_path, PLAN, "")
    assert modes(path.parent) == {0o600}


def test_what_was_written_is_read_again(tmp_path):
    path = store.write_plan(tmp_path, PLAN, "# Plan\n")
    assert store.read_plan(path) == PLAN
    assert (path.parent / "plan.md").read_text() == "# Plan\n"
    assert "Işık" in path.read_text(encoding="utf-8"), "people read it too"


def test_each_apply_leaves_its_own_inverse(tmp_path):
    paths = [store.write_inverse(tmp_path, "directory", plan) for plan in (PLAN, Plan((), ""), PLAN)]
    assert len(set(paths)) == 2
    assert store.read_plan(paths[0]) == PLAN.inverse()


def test_a_part_is_read_again_and_forgotten_before_the_next_run(tmp_path):
    part = Part("directory", (change(unit="imar"),), {"person": 118}, (Stop("r", "m", "do", "directory"),), ("CN=x",))
    store.write_part(tmp_path, part)
    assert store.read_part(tmp_path, "directory") == part
    path = store.write_plan(tmp_path, PLAN, "")
    store.forget_parts(tmp_path)
    with pytest.raises(PlanFileError, match="the mail has not said what it would change"):
        store.read_part(tmp_path, "mail")
    with pytest.raises(PlanFileError, match="the directory has not said"):
        store.read_part(tmp_path, "directory")
    assert store.read_plan(path) == PLAN


def refusal(path: Path) -> str:
    with pytest.raises(PlanFileError) as caught:
        store.read_plan(path)
    assert caught.value.__cause__ is None
    return str(caught.value)


def test_a_plan_that_is_not_there(tmp_path):
    path = tmp_path / "plan.json"
    assert refusal(path) == f"the plan {path} cannot be read: No such file or directory; make one with ./konak plan"
    assert refusal(tmp_path) == f"the plan {tmp_path} cannot be read: Is a directory; make one with ./konak plan"


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"{", b"[]", b"3", b"null", b'"plan"', b"{}", b'{"changes": [1]}', b'{"changes": [{"a": 1}]}'],
)
def test_what_is_not_a_plan(tmp_path, content):
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    assert refusal(path) == (
        f"{path} is not a plan that can be applied: it lacks what a plan has; make one with ./konak plan"
    )


@pytest.mark.parametrize("key", ["digest", "as_of", "commit", "scope", "changes", "guard"])
def test_a_plan_that_lacks_something(tmp_path, key):
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({name: value for name, value in PLAN.as_dict().items() if name != key}))
    assert "it lacks what a plan has" in refusal(path)


def test_a_plan_that_was_edited(tmp_path):
    path = store.write_plan(tmp_path, PLAN, "")
    path.write_text(path.read_text(encoding="utf-8").replace("Uzman", "Müdür"), encoding="utf-8")
    assert refusal(path) == (
        f"{path} is not a plan that can be applied: its digest does not fit its changes: "
        "the file was edited after it was made; make one with ./konak plan"
    )


def test_differences_are_a_line_a_change_with_its_place():
    approved = Plan.of([change("1"), change("2", label="Gone"), change("3")], "")
    fresh = Plan.of([change("1"), change("3", action="move"), change("4", label="New")], "")
    assert store.differences(approved, fresh) == [
        "directory: update person Gone (2) is no longer needed, inventory/people/imar.yml:20",
        "directory: move person Elif Işık (3) was approved otherwise, inventory/people/imar.yml:20",
        "directory: update person New (4) was not approved, inventory/people/imar.yml:20",
    ]
    assert store.differences(approved, approved) == []


def test_a_difference_in_reasons_alone_is_none():
    other = replace(change(), reasons=(), tags={"unit": "imar"}, label="Elif Kaya")
    assert store.differences(PLAN, Plan.of([other], "")) == []
    stranger = replace(change("9"), reasons=(Reason("no record"),))
    assert store.differences(Plan((), ""), Plan.of([stranger], "")) == [
        "directory: update person Elif Işık (9) was not approved"
    ]


def test_changes_are_selected_by_their_tags():
    changes = [change("1", unit="imar", person="1"), change("2", unit="zabita", site="merkez"), change("3")]
    assert store.selected(changes, "") == changes
    assert store.selected(changes, "unit=imar") == changes[:1]
    assert store.selected(changes, "site=merkez") == changes[1:2]
    assert store.selected(changes, "person=2") == []
    assert store.selected(changes, "unit=") == []


@pytest.mark.parametrize("limit", ["imar", "colour=red", "=imar", "Unit=imar", "unit:imar"])
def test_a_limit_that_is_not_understood(limit):
    with pytest.raises(PlanFileError) as caught:
        store.selected([], limit)
    assert str(caught.value) == (f"the limit {limit!r} is not understood: write person=, unit=, site= and a key")
