# SPDX-License-Identifier: GPL-3.0-or-later
"""``./konak plan`` and ``./konak apply``: statuses, shapes, and the line that they run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.konak.it.plugins.module_utils.plan import Change, Plan, Stop
from ansible_collections.konak.it.plugins.plugin_utils.planning.store import Part, write_part, write_plan

CHANGE = Change("directory", "person", "1", "update", "X", {"title": {"before": "a", "after": "b"}})
PLAN = Plan.of([CHANGE], "2026-06-01", scope={"only": "directory"}, allowed={"directory.person.disable": 9})
STOPPED = Plan.of([CHANGE], "2026-06-01", stops=(Stop("directory.person.disable", "too many", "look"),))
ERROR = {"message": "m", "file": None, "line": None, "path": None, "host": "dc1", "remedy": "r"}


def leaving(konak, plan: Plan | None, status: int = 0, errors: list[dict] | None = None):
    """A playbook that leaves a plan and errors, and ends with a status."""

    def run(env: dict[str, str]) -> int:
        if plan:
            write_plan(konak.build, plan, "# Plan\n")
        if errors:
            Path(env["KONAK_ERRORS"]).write_text(json.dumps({"errors": errors}), encoding="utf-8")
        return status

    konak.playbook = run


@pytest.mark.parametrize(("plan", "status"), [(PLAN, 2), (Plan((), "2026-06-01"), 0)])
def test_a_plans_status_says_whether_there_are_changes(konak, plan, status):
    leaving(konak, plan)
    assert konak("plan") == status
    assert ("plan.md has the whole plan" in konak.err) == (status == 2)
    assert konak("plan", "--json") == status
    assert Plan.from_dict(konak.json) == plan
    assert konak.err == ""


def test_a_plan_is_a_run_of_its_own_playbook_and_its_line_is_printed(konak):
    leaving(konak, PLAN)
    konak("plan", "--as-of", "2027-01-01", "--only", "directory", "--limit", "unit=imar", "--allow", "a.b.c=1")
    [argv] = konak.runs
    assert argv[:3] == ["ansible-playbook", "-i", str(konak.inventory / "konak.yml")]
    assert argv[-1] == "playbooks/plan.yml"
    assert konak.extra() == {"konak_only": ["directory"], "konak_limit": "unit=imar", "konak_allowed": {"a.b.c": 1}}
    [line] = [line for line in konak.err.splitlines() if line.startswith("$ ")]
    assert line.startswith("$ KONAK_AS_OF=2027-01-01 ansible-playbook -i ")


def test_a_plan_that_the_guard_stops_is_an_error_that_programs_can_read(konak):
    leaving(konak, STOPPED, 2, [ERROR])
    assert konak("plan") == 1
    assert konak("plan", "--json") == 1
    assert Plan.from_dict(konak.json) == STOPPED
    assert konak.json["guard"]["ok"] is False


def test_a_server_that_does_not_answer(konak):
    write_plan(konak.build, PLAN, "")  # what an earlier run left is not taken for an answer
    leaving(konak, None, 2, [ERROR])
    assert konak("plan", "--json") == 1
    assert konak.json == {"errors": [ERROR]}
    assert not (konak.build / "plan" / "plan.json").exists()


@pytest.mark.parametrize("verb", ["plan", "apply"])
def test_parts_of_an_earlier_run_are_forgotten_first(konak, verb):
    write_part(konak.build, Part("directory", (CHANGE,)))
    leaving(konak, PLAN)
    konak(verb)
    assert not (konak.build / "plan" / "part-directory.json").exists()


@pytest.mark.parametrize("verb", ["plan", "apply"])
def test_a_playbook_that_ends_without_a_word(konak, verb):
    leaving(konak, None, 4)
    assert konak(verb, "--json") == 1
    [error] = konak.json["errors"]
    assert error["message"].startswith("ansible-playbook ended with status 4")


@pytest.mark.parametrize("verb", ["plan", "apply"])
def test_an_allowance_that_is_not_understood_runs_nothing(konak, verb):
    assert konak(verb, "--json", "--allow", "all") == 1
    assert konak.json["errors"][0]["message"] == "--allow all is not understood"


@pytest.mark.parametrize("words", [["--only", "mail"], ["--colour"], ["--as"]])
def test_options_that_there_are_not(konak, words):
    assert konak("plan", "--json", *words) == 1
    assert list(konak.json) == ["errors"]


def test_an_apply_runs_the_site_for_real(konak):
    leaving(konak, PLAN)
    assert konak("apply") == 0
    assert "--check" not in konak.runs[-1]
    assert konak("apply", "--json") == 0
    assert Plan.from_dict(konak.json) == PLAN


def test_an_apply_that_fails(konak):
    leaving(konak, PLAN, 2, [ERROR])
    assert konak("apply", "--json") == 1
    assert konak.json == {"errors": [ERROR]}


def test_an_approved_plan_brings_its_own_day_systems_and_allowances(konak):
    path = konak.folder / "approved.json"
    write_plan(konak.build, PLAN, "").rename(path)
    days: list[str | None] = []
    konak.playbook = lambda env: days.append(env.get("KONAK_AS_OF")) or 0
    assert konak("apply", "--plan", str(path)) == 0
    assert days == ["2026-06-01"]
    assert konak.extra() == {
        "konak_approved": str(path),
        "konak_only": ["directory"],
        "konak_allowed": {"directory.person.disable": 9},
        "konak_retire": False,
    }


@pytest.mark.parametrize(
    "words",
    [
        ["--as-of", "2026-01-01"],
        ["--only", "directory"],
        ["--limit", "unit=imar"],
        ["--allow", "a.b.c=1"],
        ["--retire"],
    ],
)
def test_an_approved_plan_stands_alone(konak, words):
    path = write_plan(konak.build, PLAN, "")
    assert konak("apply", "--plan", str(path), *words) == 1
    assert (
        "an approved plan has its own day, systems, limit, allowances and retirements (give --plan alone)" in konak.err
    )


@pytest.mark.parametrize("content", [None, "", "{}", '{"changes": []}'])
def test_a_file_that_is_no_plan_is_refused_before_anything_runs(konak, content):
    path = konak.folder / "approved.json"
    if content is not None:
        path.write_text(content)
    assert konak("apply", "--json", "--plan", str(path)) == 1
    [error] = konak.json["errors"]
    assert str(path) in error["message"]
    assert "make one with ./konak plan" in error["message"]
    assert konak.runs == []


def test_the_plan_of_the_last_run_may_be_the_approved_one(konak):
    """It stands where an apply writes its own."""
    path = write_plan(konak.build, PLAN, "")
    seen = []
    konak.playbook = lambda env: seen.append(path.exists()) or 0
    assert konak("apply", "--plan", str(path)) == 0
    assert seen == [True]
