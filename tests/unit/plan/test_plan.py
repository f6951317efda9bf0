# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan's digest says what it would do; a plan that was kept is the same when it is read, or is refused."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import pytest
from ansible_collections.konak.it.plugins.module_utils.plan import ACTIONS, Change, Plan, Reason, Stop
from hypothesis import given
from hypothesis import strategies as st

WORDS = st.text("aıİç .\n", max_size=5)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), WORDS)
DIFFERENCES = st.one_of(
    st.fixed_dictionaries({"before": SCALARS, "after": SCALARS}),
    st.fixed_dictionaries({"added": st.lists(WORDS, max_size=2), "removed": st.lists(WORDS, max_size=2)}),
)
REASONS = st.builds(Reason, WORDS, st.none() | WORDS, st.none() | st.integers(1, 9), st.none() | WORDS)
CHANGES = st.builds(
    Change,
    st.sampled_from(["directory", "mail"]),
    st.sampled_from(["person", "unit"]),
    st.sampled_from("1234"),
    st.sampled_from(ACTIONS),
    WORDS,
    st.dictionaries(st.sampled_from(["name", "title"]), DIFFERENCES),
    st.lists(REASONS, max_size=2).map(tuple),
    st.dictionaries(st.sampled_from(["unit", "person"]), WORDS),
)
PLANS = st.builds(
    Plan.of,
    st.lists(CHANGES, max_size=5, unique_by=lambda change: change.identity),
    st.just("2026-11-22"),
    st.none() | st.just("c0ffee"),
    st.lists(st.builds(Stop, WORDS, WORDS, WORDS), max_size=2).map(tuple),
    st.dictionaries(st.just("directory.person.disable"), st.integers(0, 9)),
    st.dictionaries(st.just("limit"), st.just("unit=imar")),
    st.lists(WORDS, max_size=2).map(tuple),
)

CHANGE = Change(
    "directory",
    "person",
    "40117",
    "update",
    "Elif Işık",
    {"title": {"before": "Memur", "after": "Uzman"}},
    (Reason(file="inventory/people/bilgi-islem.yml", line=20),),
    {"unit": "bilgi-islem"},
)
PLAN = Plan.of([CHANGE], "2026-11-22", "c0ffee")


@given(PLANS)
def test_what_was_kept_is_read_back_equal(plan):
    assert Plan.from_dict(json.loads(json.dumps(plan.as_dict()))) == plan


@given(PLANS, st.randoms())
def test_the_order_of_changes_makes_no_difference(plan, dice):
    changes = list(plan.changes)
    dice.shuffle(changes)
    assert replace(plan, changes=Plan.of(changes, "").changes) == plan


def test_the_json_shape_is_the_one_that_programs_read():
    shape = PLAN.as_dict()
    assert list(shape) == ["digest", "as_of", "commit", "scope", "changes", "unmanaged", "notes", "guard"]
    assert list(shape["guard"]) == ["ok", "stops", "allowed"]
    assert list(shape["changes"][0]) == [
        "system", "kind", "key", "action", "label", "fields", "reasons", "tags", "basis",
    ]  # fmt: skip
    assert list(shape["changes"][0]["reasons"][0]) == ["text", "file", "line", "commit", "ticket"]
    assert shape["guard"]["ok"] is True
    assert replace(PLAN, stops=(Stop("r", "m"),)).as_dict()["guard"]["ok"] is False


def test_the_digest_never_changes_by_accident():
    assert PLAN.digest == "aebbf4e4bb1db17e166941dda6065b7d16b8a6a505d413f6b24aa24d7ec3ec38"
    assert Plan((), "").digest == "e3e9db52eea14ff392e6e75afaba54c44327aef1351e0c54e06f288c701daebf"


@pytest.mark.parametrize(
    "change",
    [
        replace(CHANGE, reasons=()),
        replace(CHANGE, tags={}),
        replace(CHANGE, label="Elif Kaya"),
        replace(CHANGE, basis="computed"),
    ],
)
def test_why_and_for_whom_is_not_in_the_digest(change):
    other = Plan.of([change], "2030-01-01", "beef", (Stop("r", "m"),), unmanaged=("CN=x",))
    assert other.digest == PLAN.digest


@pytest.mark.parametrize(
    "change",
    [
        replace(CHANGE, system="mail"),
        replace(CHANGE, kind="unit"),
        replace(CHANGE, key="40118"),
        replace(CHANGE, action="move"),
        replace(CHANGE, fields={}),
        replace(CHANGE, fields={"title": {"before": "Memur", "after": "uzman"}}),
        replace(CHANGE, fields={"title": {"before": None, "after": "Uzman"}}),
    ],
)
def test_every_effect_is_in_the_digest(change):
    assert Plan.of([change], "2026-11-22").digest != PLAN.digest


def test_what_it_is_let_through_with_and_what_it_is_of_is_in_the_digest():
    assert replace(PLAN, allowed={"directory.person.disable": 6}).digest != PLAN.digest
    assert replace(PLAN, scope={"limit": "unit=imar"}).digest != PLAN.digest


def edited(*path, value=None):
    """The plan's data with one thing changed, or removed if no value is given."""
    data = copy.deepcopy(PLAN.as_dict())
    place = data
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return data


@pytest.mark.parametrize(
    "data",
    [
        edited("changes", 0, "fields", "title", "after", value="Müdür"),
        edited("changes", 0, "key", value="40118"),
        edited("changes", 0, "action", value="disable"),
        edited("changes", value=[]),
        edited("digest", value="0" * 64),
        edited("guard", "allowed", value={"directory.person.disable": 99}),
        edited("scope", value={"limit": "unit=imar"}),
    ],
)
def test_an_edited_plan_is_refused(data):
    with pytest.raises(ValueError, match="the file was edited after it was made"):
        Plan.from_dict(data)


@pytest.mark.parametrize(
    "data",
    [
        {},
        [],
        edited("digest"),
        edited("guard", "stops"),
        edited("changes", 0, "kind"),
        edited("changes", 0, "colour", value="red"),
        edited("changes", 0, "reasons", 0, "who", value="me"),
        edited("changes", value=3),
        edited("changes", value=["update"]),
    ],
)
def test_what_is_not_a_plan_is_refused(data):
    with pytest.raises((KeyError, TypeError, ValueError)):
        Plan.from_dict(data)


@given(PLANS)
def test_the_inverse_swaps_every_difference(plan):
    inverse = plan.inverse()
    assert inverse.stops == ()
    for before, after in zip(plan.changes, inverse.changes, strict=True):
        assert before.identity == after.identity
        for name, difference in before.fields.items():
            first, second = ("added", "removed") if "added" in difference else ("before", "after")
            assert after.fields[name] == {first: difference[second], second: difference[first]}


@pytest.mark.parametrize(
    ("action", "inverse"),
    [
        ("create", "delete"),
        ("delete", "create"),
        ("disable", "restore"),
        ("restore", "disable"),
        ("retire", "restore"),
        ("move", "move"),
        ("rename", "rename"),
        ("update", "update"),
    ],
)
def test_what_undoes_an_action(action, inverse):
    assert replace(CHANGE, action=action).inverse().action == inverse
