# SPDX-License-Identifier: GPL-3.0-or-later
"""The action that puts a plan together, run by Ansible on parts that were made by hand."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from ansible_collections.konak.it.plugins.module_utils.plan import Change, Reason, Stop
from ansible_collections.konak.it.plugins.plugin_utils.planning.store import Part, read_plan, write_part, write_plan

SYSTEMS = {"systems": ["directory"]}
WHY = (Reason(file="inventory/people/imar.yml", line=4),)


def change(key: str, action: str = "update", **tags: str) -> Change:
    fields = {"enabled": {"before": True, "after": False}} if action == "disable" else {}
    fields = fields or {"title": {"before": "Mimar", "after": "Şef"}}
    return Change("directory", "person", key, action, f"Kişi {key}", fields, WHY, tags)


def leave(ansible, *changes: Change, stops: tuple[Stop, ...] = ()) -> None:
    """Leave a part as the directory's action does."""
    write_part(ansible.build, Part("directory", changes, {"person": 100}, stops))


def files(ansible) -> set[str]:
    return {path.name for path in (ansible.build / "plan").iterdir()}


def test_a_plan_is_put_together_and_written(ansible):
    leave(ansible, change("40004", unit="imar"), change("40002", unit="bilgi-islem"))
    result = ansible.task("konak.it.plan", SYSTEMS)
    plan = read_plan(ansible.build / "plan" / "plan.json")
    assert [change.key for change in plan.changes] == ["40002", "40004"]
    assert plan.as_of == "2026-06-01"
    assert plan.scope == {"only": "directory"}
    assert result["changed"] is True
    assert result["guard"] is True
    assert result["digest"] == plan.digest
    assert result["summary"] == "2 changes: 2 person update."
    assert "    ~ update person Kişi 40004 (40004)" in result["view"]
    assert files(ansible) == {"part-directory.json", "plan.json", "plan.md"}


def test_nothing_to_change(ansible):
    leave(ansible)
    result = ansible.task("konak.it.plan", SYSTEMS)
    assert (result["changed"], result["summary"]) == (False, "Nothing to change.")


def test_check_mode_gives_the_same_keys_and_plan(ansible):
    leave(ansible, change("40004"))
    checked = ansible.task("konak.it.plan", SYSTEMS, "--check")
    assert checked == ansible.task("konak.it.plan", SYSTEMS)


def test_a_limit_and_the_scope_are_recorded(ansible):
    leave(ansible, change("40004", unit="imar"), change("40002", unit="bilgi-islem"))
    ansible.task("konak.it.plan", {**SYSTEMS, "limit": "unit=imar"})
    plan = read_plan(ansible.build / "plan" / "plan.json")
    assert [change.key for change in plan.changes] == ["40004"]
    assert plan.scope == {"only": "directory", "limit": "unit=imar"}


def test_the_guard_stops_a_plan_and_the_plan_says_why(ansible):
    leave(ansible, *(change(f"4{number:04}", "disable") for number in range(6)))
    result = ansible.task("konak.it.plan", SYSTEMS)
    assert result["msg"] == "the guard stopped the plan; nothing was changed"
    [error] = result["errors"]
    assert error["message"] == "6 times disable of a person in one run, where 5 pass unasked"
    assert error["remedy"].endswith("--allow directory.person.disable=6")
    assert "STOP 6 times disable" in result["view"]
    plan = read_plan(ansible.build / "plan" / "plan.json")
    assert [stop.rule for stop in plan.stops] == ["directory.person.disable"]


def test_an_allowance_lets_it_pass_and_is_recorded(ansible):
    leave(ansible, *(change(f"4{number:04}", "disable") for number in range(6)))
    result = ansible.task("konak.it.plan", {**SYSTEMS, "allowed": {"directory.person.disable": "6"}})
    assert "errors" not in result
    assert read_plan(ansible.build / "plan" / "plan.json").allowed == {"directory.person.disable": 6}


def test_what_a_system_says_stops_the_plan_too(ansible):
    leave(ansible, stops=(Stop("directory.person.missing", "a short answer", "look", "directory"),))
    result = ansible.task("konak.it.plan", SYSTEMS)
    assert [error["message"] for error in result["errors"]] == ["a short answer"]


@pytest.fixture
def approved(ansible):
    """A plan that was made and put aside."""
    leave(ansible, change("40004"), change("40005"))
    ansible.task("konak.it.plan", SYSTEMS)
    path = ansible.folder / "approved.json"
    (ansible.build / "plan" / "plan.json").rename(path)
    (ansible.build / "plan" / "plan.md").unlink()
    return path


def test_an_approved_plan_that_is_still_the_same_passes(ansible, approved):
    leave(ansible, replace(change("40004"), reasons=(), tags={"unit": "imar"}), change("40005"))
    result = ansible.task("konak.it.plan", {**SYSTEMS, "approved": str(approved)})
    assert result["changed"] is True
    assert result["digest"] == read_plan(approved).digest == read_plan(ansible.build / "plan" / "plan.json").digest


def test_an_approved_plan_that_is_another_by_now_is_refused_with_the_difference(ansible, approved):
    leave(ansible, change("40005", "disable"), change("40006"))
    result = ansible.task("konak.it.plan", {**SYSTEMS, "approved": str(approved)})
    assert result["changed"] is False
    place = "inventory/people/imar.yml:4"
    lines = [
        f"directory: update person Kişi 40004 (40004) is no longer needed, {place}",
        f"directory: disable person Kişi 40005 (40005) was approved otherwise, {place}",
        f"directory: update person Kişi 40006 (40006) was not approved, {place}",
    ]
    head, *rest = result["msg"].splitlines()
    assert head.startswith("this is not the plan that was approved (")
    assert head.endswith("; nothing was changed")
    assert [line.strip() for line in rest] == lines
    assert [error["message"] for error in result["errors"]] == lines
    assert files(ansible) == {"part-directory.json"}, "no plan is left that an apply could take"


def test_an_approved_plan_keeps_its_own_scope_and_allowances(ansible):
    people = [change(f"4{number:04}", "disable", unit="imar") for number in range(6)]
    leave(ansible, *people, change("40100", unit="bilgi-islem"))
    allowed = {"directory.person.disable": 6}
    ansible.task("konak.it.plan", {**SYSTEMS, "limit": "unit=imar", "allowed": allowed})
    path = ansible.folder / "approved.json"
    (ansible.build / "plan" / "plan.json").rename(path)
    result = ansible.task("konak.it.plan", {**SYSTEMS, "approved": str(path)})
    assert "errors" not in result
    plan = read_plan(ansible.build / "plan" / "plan.json")
    assert (plan.scope["limit"], plan.allowed, len(plan.changes)) == ("unit=imar", allowed, 6)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (SYSTEMS, "the directory has not said what it would change; its task must run before konak.it.plan"),
        ({**SYSTEMS, "approved": "no.json"}, "cannot be read: No such file or directory; make one with ./konak plan"),
        ({"limit": "unit=imar"}, "missing required arguments: systems"),
        ({**SYSTEMS, "limit": "colour=red"}, "the limit 'colour=red' is not understood"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(ansible, arguments, words):
    if "limit" in arguments:
        leave(ansible)
    done = ansible.run("ansible", "localhost", "-m", "konak.it.plan", "-a", json.dumps(arguments))
    assert done.returncode != 0
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_an_edited_plan_is_refused(ansible, approved):
    approved.write_text(approved.read_text(encoding="utf-8").replace("Şef", "Müdür"), encoding="utf-8")
    result = ansible.task("konak.it.plan", {**SYSTEMS, "approved": str(approved)})
    assert "the file was edited after it was made" in result["msg"]


def test_a_play_without_a_city_is_told_what_is_missing(ansible):
    (ansible.inventory / "konak.yml").unlink()
    (ansible.inventory / "konak.yml").write_text("all: {hosts: {localhost: {ansible_connection: local}}}\n")
    result = ansible.task("konak.it.plan", SYSTEMS, ANSIBLE_INVENTORY_ENABLED="ansible.builtin.yaml")
    assert result["msg"].startswith("this play has no city: run it with an inventory whose konak.yml says")


def test_what_was_written_can_be_written_again(ansible):
    """The same plan, whoever writes it."""
    leave(ansible, change("40004"))
    ansible.task("konak.it.plan", SYSTEMS)
    path = ansible.build / "plan" / "plan.json"
    before = path.read_bytes()
    write_plan(ansible.build, read_plan(path), "")
    assert path.read_bytes() == before
