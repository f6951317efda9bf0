# SPDX-License-Identifier: GPL-3.0-or-later
"""Comparing: what is different is found, nothing else is, whatever the order; no secret comes out of it."""

from __future__ import annotations

import copy
import json
import random
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.konak.it.plugins.module_utils.plan import (
    ACTIONS,
    Change,
    Item,
    Kind,
    Plan,
    Reason,
    Secret,
    compare,
)
from hypothesis import given
from hypothesis import strategies as st

SYSTEM = "directory"
KINDS = {
    "person": Kind(
        {"name": "rename", "parent": "move", "enabled": ("disable", "restore")},
        absent=lambda item: {"enabled": False, "groups": frozenset()},
    ),
    "unit": Kind({"name": "rename"}),
}
ALL_GO = {kind: Kind() for kind in KINDS}

EMPTY = st.sampled_from([None, "", frozenset()])
SCALARS = st.one_of(st.sampled_from([None, ""]), st.text("abç", max_size=2))
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "name": SCALARS,
        "parent": SCALARS,
        "title": SCALARS,
        "enabled": st.booleans(),
        "groups": st.frozensets(st.sampled_from("xyz")),
        "pin": st.builds(Secret, st.just("sip/1"), st.integers(1, 3)),
    },
)


def items(*, retiring: bool = False) -> st.SearchStrategy[list[Item]]:
    """Objects of both kinds, each key once."""
    one = st.builds(
        lambda kind, key, fields, leaver, retired: Item(
            kind, key, f"{kind} {key}", fields, existing_only=leaver or retired, retired=retired
        ),
        st.sampled_from(sorted(KINDS)),
        st.sampled_from("1234"),
        FIELDS,
        st.booleans(),
        st.booleans() if retiring else st.just(value=False),
    )
    return st.lists(one, max_size=6, unique_by=lambda item: (item.kind, item.key))


def person(key: str = "1", **fields: Any) -> Item:
    return Item("person", key, "Elif Işık", fields)


def one(wanted: Item | None, found: Item | None) -> Change | None:
    """The only change between two states of one object."""
    changes = compare(SYSTEM, KINDS, [wanted] if wanted else [], [found] if found else [])
    assert len(changes) <= 1
    return changes[0] if changes else None


def applied(changes: list[Change], wanted: list[Item], found: list[Item]) -> list[Item]:
    """What is there after the changes, by their words alone; secrets by what was wanted, as an apply takes them."""
    state = {(item.kind, item.key): item for item in found}
    source = {(item.kind, item.key): item for item in wanted}
    for change in changes:
        identity = (change.kind, change.key)
        if change.action in {"delete", "retire"}:
            del state[identity]
            continue
        item = state.get(identity) or Item(change.kind, change.key, change.label, {})
        fields = dict(item.fields)
        for name, difference in change.fields.items():
            if "added" in difference:
                old = fields.get(name) or frozenset()
                assert not old & set(difference["added"])
                assert old >= set(difference["removed"])
                fields[name] = old - set(difference["removed"]) | set(difference["added"])
            elif str(difference["after"]).startswith("secret"):
                fields[name] = source[identity].fields[name]
            else:
                fields[name] = difference["after"]
        state[identity] = replace(item, fields=fields)
    return list(state.values())


@given(wanted=items(retiring=True), found=items(), seed=st.integers(0, 99))
def test_the_order_of_the_input_makes_no_difference_and_the_input_stays_as_it_is(wanted, found, seed):
    before = copy.deepcopy((wanted, found))
    plan = Plan.of(compare(SYSTEM, KINDS, wanted, found), "")
    assert (wanted, found) == before
    dice = random.Random(seed)  # noqa: S311 (an order, not a secret)
    again = compare(SYSTEM, KINDS, dice.sample(wanted, len(wanted)), dice.sample(found, len(found)))
    assert Plan.of(again, "") == plan


@given(wanted=items(retiring=True), found=items())
def test_after_the_changes_nothing_is_left_to_change(wanted, found):
    changes = compare(SYSTEM, KINDS, wanted, found)
    assert compare(SYSTEM, KINDS, wanted, applied(changes, wanted, found)) == []


@given(wanted=items(retiring=True), found=items())
def test_every_object_has_at_most_one_change_and_every_change_says_something(wanted, found):
    changes = compare(SYSTEM, KINDS, wanted, found)
    assert len({change.identity for change in changes}) == len(changes)
    assert {change.action for change in changes} <= set(ACTIONS)
    for change in changes:
        assert change.fields or change.action in {"create", "delete", "retire"}


@given(found=items())
def test_what_is_as_wanted_needs_nothing(found):
    assert compare(SYSTEM, KINDS, found, found) == []


@given(before=EMPTY, after=EMPTY)
def test_nothing_the_empty_text_and_the_empty_list_are_alike(before, after):
    assert one(person(title=after), person(title=before)) is None
    assert one(person(title=after), person()) is None


def test_false_and_zero_are_values():
    assert one(person(enabled=False), person()).fields == {"enabled": {"before": None, "after": False}}
    assert one(person(title=0), person(title=None)).fields == {"title": {"before": None, "after": 0}}


def test_a_field_that_is_not_wanted_is_not_compared():
    assert one(person(title="Uzman"), person(title="Uzman", room="214")) is None


def test_emptying_a_field_is_a_change():
    assert one(person(room=None), person(room="214")).fields == {"room": {"before": "214", "after": None}}


def test_a_list_shows_what_comes_and_what_goes():
    change = one(person(groups=frozenset("cab")), person(groups=frozenset("cd")))
    assert change.fields == {"groups": {"added": ["a", "b"], "removed": ["d"]}}
    assert one(person(groups=None), person(groups=frozenset("d"))).fields == {"groups": {"added": [], "removed": ["d"]}}
    assert one(person(groups=frozenset("d")), person()).fields == {"groups": {"added": ["d"], "removed": []}}


@pytest.mark.parametrize(
    ("wanted", "found", "action"),
    [
        ({"enabled": False, "name": "b", "parent": "y", "title": "u"}, {"enabled": True}, "disable"),
        ({"enabled": True, "name": "b", "parent": "y"}, {"enabled": False}, "restore"),
        ({"enabled": True, "name": "b", "parent": "y", "title": "u"}, {"enabled": True}, "move"),
        ({"name": "b", "title": "u"}, {"name": "a"}, "rename"),
        ({"title": "u"}, {"title": "v"}, "update"),
    ],
)
def test_a_change_is_named_after_its_weightiest_field(wanted, found, action):
    assert one(person(**wanted), person(**found)).action == action


def test_who_has_left_is_wanted_only_if_there_is_an_account():
    leaver = replace(person(enabled=False), existing_only=True)
    assert one(leaver, None) is None
    assert one(leaver, person(enabled=True)).action == "disable"


def test_a_person_without_a_record_is_closed_and_never_deleted():
    change = one(None, person(enabled=True, groups=frozenset("a"), title="Uzman"))
    assert change.action == "disable"
    assert change.fields == {
        "enabled": {"before": True, "after": False},
        "groups": {"added": [], "removed": ["a"]},
    }
    assert change.reasons == (Reason("no record in the inventory has the person key 1"),)
    assert one(None, person(enabled=False, groups=frozenset())) is None


def test_other_objects_without_a_record_are_deleted_with_what_they_held():
    change = one(None, Item("unit", "imar", "İmar", {"name": "İmar", "telephone": None, "groups": frozenset()}))
    assert (change.action, change.fields) == ("delete", {"name": {"before": "İmar", "after": None}})


def test_what_is_retired_goes_with_what_it_held_and_only_if_it_is_there():
    wanted = replace(person(enabled=False, title=None), existing_only=True, retired=True)
    change = one(wanted, person(enabled=False, title="Uzman", groups=frozenset("a"), room=None))
    assert change.action == "retire"
    assert change.fields == {
        "enabled": {"before": False, "after": None},
        "title": {"before": "Uzman", "after": None},
        "groups": {"added": [], "removed": ["a"]},
    }
    assert one(wanted, None) is None


def test_the_reason_of_retiring_is_in_the_record():
    lines = {"enabled": ("people.yml", 9), "title": ("people.yml", 9)}
    wanted = replace(person(enabled=False), retired=True, places=lines.__getitem__)
    assert one(wanted, person(enabled=False, title="Uzman")).reasons == (Reason(file="people.yml", line=9),)


def test_initial_fields_are_given_once_and_never_compared():
    wanted = replace(person(name="a"), initial={"password": Secret("directory/first/1")})
    assert one(wanted, person(name="a")) is None
    assert one(wanted, None).fields["password"] == {"before": None, "after": "secret, version 1"}


def test_reasons_are_the_lines_of_the_changed_fields_each_once():
    lines = {"name": ("people.yml", 4), "parent": ("people.yml", 6), "title": ("people.yml", 6)}
    wanted = replace(person(name="b", parent="y", title="u", room="1"), places=lines.__getitem__)
    change = one(wanted, person(name="a", room="1"))
    assert change.reasons == (Reason(file="people.yml", line=4), Reason(file="people.yml", line=6))


@given(wanted=items(retiring=True), found=items())
def test_a_secret_is_named_by_its_version_everywhere(wanted, found):
    plan = Plan.of(compare(SYSTEM, KINDS, wanted, found), "")
    for outcome in (plan, plan.inverse()):
        told = json.dumps(outcome.as_dict(), ensure_ascii=False)  # a Secret that slipped through would not be JSON
        assert "sip/1" not in told
    for change in plan.changes:
        if "pin" in change.fields:
            assert set(map(type, change.fields["pin"].values())) <= {str, type(None)}


def test_a_renewed_secret_says_from_which_version_to_which():
    change = one(person(pin=Secret("sip/1", 4)), person(pin=Secret("sip/1", 3)))
    assert change.fields == {"pin": {"before": "secret, version 3", "after": "secret, version 4"}}


@given(wanted=items(), found=items())
def test_the_inverse_of_the_inverse_is_the_plan(wanted, found):
    plan = Plan.of(compare(SYSTEM, KINDS, wanted, found), "2026-11-22")
    assert plan.inverse().inverse() == plan


@given(wanted=items(), found=items())
def test_the_inverse_leads_back(wanted, found):
    """Done and undone, every object holds what it held; but for secrets, whose values no plan knows."""
    plan = Plan.of(compare(SYSTEM, KINDS, wanted, found), "")
    back = applied(list(plan.inverse().changes), found, applied(list(plan.changes), wanted, found))
    assert compare(SYSTEM, ALL_GO, [without_secrets(item) for item in found], back) == []


def without_secrets(item: Item) -> Item:
    return replace(item, fields={name: value for name, value in item.fields.items() if name != "pin"})
