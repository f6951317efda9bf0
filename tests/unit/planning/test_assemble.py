# SPDX-License-Identifier: GPL-3.0-or-later
"""One plan of all parts, with the guard's verdict under the city's own limits."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest
from ansible_collections.konak.it.plugins.module_utils.guard import Limit
from ansible_collections.konak.it.plugins.module_utils.plan import Change, Stop
from ansible_collections.konak.it.plugins.plugin_utils.model.load import load
from ansible_collections.konak.it.plugins.plugin_utils.model.problems import InventoryError
from ansible_collections.konak.it.plugins.plugin_utils.planning.assemble import assemble, limits
from ansible_collections.konak.it.plugins.plugin_utils.planning.store import Part, PlanFileError

BASE = Path(__file__).parents[2] / "negative" / "base"
DEFAULTS = (
    Limit("directory", "person", "disable", 9, 0.5),
    Limit("directory", "unit", "delete", 1),
)


@pytest.fixture
def city(tmp_path, monkeypatch):
    """A small city outside any repository; its own limit lets 5 people or 2 % be disabled."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    shutil.copytree(BASE, tmp_path / "inventory")
    return load(tmp_path / "inventory", datetime.date(2026, 6, 1))


def changes(count: int, action: str = "disable", kind: str = "person", unit: str = "imar", start: int = 0):
    return tuple(Change("directory", kind, str(start + n), action, "", {}, tags={"unit": unit}) for n in range(count))


def plan(city, tmp_path, *parts, allowed=None, **scope):
    return assemble(city, tmp_path / "inventory", parts, DEFAULTS, allowed or {}, scope)


def test_the_citys_limit_replaces_the_default_of_the_same_name(city):
    assert limits(city, DEFAULTS) == [Limit("directory", "person", "disable", 5, 0.02), DEFAULTS[1]]


def test_a_limit_of_the_city_without_a_default_counts_too(city):
    assert Limit("directory", "person", "disable", 5, 0.02) in limits(city, [Limit("directory", "person", "move", 1)])


def test_a_limit_of_what_no_system_has_is_a_problem(city):
    with pytest.raises(InventoryError, match=r"no system has directory\.person \(use one of mail\.mailbox\)"):
        limits(city, [Limit("mail", "mailbox", "delete", 0)])


def test_the_share_is_of_what_is_live(city, tmp_path):
    assert not plan(city, tmp_path, Part("directory", changes(6), {"person": 300})).stops
    assert plan(city, tmp_path, Part("directory", changes(6), {"person": 299})).stops


def test_stops_of_the_parts_and_of_the_guard_stand_together(city, tmp_path):
    short = Stop("directory.person.missing", "a short answer", "", "directory")
    found = plan(city, tmp_path, Part("directory", changes(6), {}, (short,)))
    assert [stop.rule for stop in found.stops] == ["directory.person.missing", "directory.person.disable"]


def test_an_allowance_is_recorded_with_the_plan(city, tmp_path):
    allowed = {"directory.person.disable": 6}
    found = plan(city, tmp_path, Part("directory", changes(6)), allowed=allowed)
    assert (found.stops, found.allowed) == ((), allowed)


def test_the_limit_selects_before_the_guard_counts(city, tmp_path):
    part = Part("directory", (*changes(6), *changes(2, unit="bilgi-islem", start=10)))
    found = plan(city, tmp_path, part, only="directory", limit="unit=bilgi-islem")
    assert [change.key for change in found.changes] == ["10", "11"]
    assert found.stops == ()
    assert found.scope == {"only": "directory", "limit": "unit=bilgi-islem"}


def test_a_limit_that_is_not_understood_is_refused(city, tmp_path):
    with pytest.raises(PlanFileError, match="write person="):
        plan(city, tmp_path, Part("directory"), limit="colour=red")


def test_the_plan_is_of_the_models_day_and_of_no_commit_outside_git(city, tmp_path):
    found = plan(city, tmp_path, Part("directory", changes(2)), Part("mail"))
    assert (found.as_of, found.commit, len(found.changes)) == ("2026-06-01", None, 2)
