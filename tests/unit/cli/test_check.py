# SPDX-License-Identifier: GPL-3.0-or-later
"""``./konak check``: statuses and shapes."""

from __future__ import annotations

import pytest

ERROR = ["message", "file", "line", "path", "host", "remedy"]


def test_a_good_inventory(konak):
    assert konak("check", "--as-of", "2026-06-01") == 0
    assert konak.out.startswith("Deneme Belediyesi on 2026-06-01: ")
    assert konak.out.endswith("No problem found.\n")
    assert konak.err == ""


def test_a_good_inventory_for_programs(konak):
    assert konak("check", "--json", "--as-of", "2026-06-01") == 0
    data = konak.json
    assert (data["as_of"], data["ok"]) == ("2026-06-01", True)
    assert data["counts"]["people"] == 7
    assert data["people"] == {"active": 5, "leave": 1, "left": 1}


def test_a_broken_inventory_shows_every_problem_with_place_and_remedy(konak):
    konak.edit("people/imar.yml", "unit: imar\n", "unit: imarr\n")
    assert konak("check") == 1
    assert konak.out == ""
    assert konak.err.splitlines() == [
        "konak: inventory/people/imar.yml:5: people[40004].unit: there is no unit 'imarr' (did you mean 'imar'?)",
        "konak: inventory/people/imar.yml:17: people[40005].unit: there is no unit 'imarr' (did you mean 'imar'?)",
        "konak: inventory/people/imar.yml:27: people[40006].unit: there is no unit 'imarr' (did you mean 'imar'?)",
        "konak: 3 errors",
    ]


def test_a_broken_inventory_for_programs(konak):
    konak.edit("people/imar.yml", "unit: imar\n", "unit: imarr\n")
    assert konak("check", "--json") == 1
    assert konak.err == ""
    assert list(konak.json) == ["errors"]
    assert len(konak.json["errors"]) == 3
    first = konak.json["errors"][0]
    assert {name: first[name] for name in ERROR} == {
        "message": "there is no unit 'imarr'",
        "file": "inventory/people/imar.yml",
        "line": 5,
        "path": "people[40004].unit",
        "host": None,
        "remedy": "did you mean 'imar'?",
    }


@pytest.mark.parametrize("verb", ["check", "plan", "apply", "verify"])
def test_no_verb_goes_on_with_a_broken_inventory(konak, verb):
    konak.edit("people/imar.yml", "unit: imar\n", "unit: imarr\n")
    assert konak(verb, "--json") == 1
    assert len(konak.json["errors"]) == 3
    assert konak.runs == []


@pytest.mark.parametrize("verb", ["check", "plan", "apply", "verify"])
def test_a_day_that_is_none(konak, verb):
    assert konak(verb, "--json", "--as-of", "1.3.2026") == 1
    [error] = konak.json["errors"]
    assert list(error) == ERROR
    assert error["message"].startswith("the as-of date '1.3.2026' is not a date")


def test_another_day_is_another_state(konak):
    assert konak("check", "--json", "--as-of", "2014-01-01") == 0
    assert konak.json["people"] == {"future": 7}


def test_a_folder_without_a_city(konak):
    (konak.inventory / "organisation.yml").unlink()
    assert konak("check", "--json") == 1
    assert any("organisation" in error["message"] for error in konak.json["errors"])
