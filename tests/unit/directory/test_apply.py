# SPDX-License-Identifier: GPL-3.0-or-later
"""Apply does what the plan says: after it, the same comparison is empty, whatever was there before."""

from __future__ import annotations

import datetime
import random
from pathlib import Path

import pytest
from ansible_collections.konak.it.plugins.module_utils.plan import Change, Plan
from ansible_collections.konak.it.plugins.plugin_utils.directory import reconcile
from ansible_collections.konak.it.plugins.plugin_utils.directory.apply import Outcome, apply
from ansible_collections.konak.it.plugins.plugin_utils.directory.connection import DirectoryError
from ansible_collections.konak.it.plugins.plugin_utils.directory.intent import intent
from ansible_collections.konak.it.plugins.plugin_utils.model.city import City
from ansible_collections.konak.it.plugins.plugin_utils.model.load import load
from directory_in_memory import Directory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scale.generator import random_city, write_files

DAY = datetime.date(2026, 11, 22)


def plan(city: City, directory: Directory) -> list[Change]:
    """What an apply would change."""
    return list(Plan.of(reconcile.changes(city, intent(city), directory.read()), "").changes)


def make_equal(city: City, directory: Directory) -> Outcome:
    """Plan and apply."""
    return apply(
        directory.connection(),
        directory.read(),
        plan(city, directory),
        intent(city),
        lambda secret: secret.name,
        lambda *_: None,
    )


def city_of(folder: Path, seed: int, people: int, day: datetime.date = DAY) -> City:
    """A city by its seed."""
    write_files(folder / f"{seed}-{people}", random_city(seed, people))
    return load(folder / f"{seed}-{people}", day)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), people=st.integers(0, 30), other=st.integers(0, 10_000), days=st.integers(0, 2000))
def test_nothing_is_left_to_do_after_an_apply(tmp_path: Path, seed: int, people: int, other: int, days: int) -> None:
    """From nothing, from another city's state, from a damaged one, and on another day."""
    city = city_of(tmp_path, seed, people)
    directory = Directory(city.organisation.directory.root)
    for state in (city_of(tmp_path, other, 20), city, city_of(tmp_path, seed, people, DAY + datetime.timedelta(days))):
        outcome = make_equal(state, directory)
        assert (outcome.failed, outcome.broken) == ({}, "")
        assert plan(state, directory) == []
    damage(directory, random.Random(seed))  # noqa: S311 (the same seed has to give the same damage)
    outcome = make_equal(city, directory)
    assert (outcome.failed, plan(city, directory)) == ({}, [])


def damage(directory: Directory, dice: random.Random) -> None:
    """Changes by hand: values, flags, memberships, objects gone."""
    for entry in list(directory.entries.values()):
        if dice.random() < 0.2:
            entry["title"] = [b"by hand"]
        if "userAccountControl" in entry and dice.random() < 0.2:
            entry["userAccountControl"] = [str(int(entry["userAccountControl"][0]) ^ 2 | 0x20).encode()]
        if "member" in entry and dice.random() < 0.3:
            del entry["member"]
    for dn in list(directory.entries):
        if dn.startswith("CN=") and "adminDescription" in directory.entries[dn] and dice.random() < 0.1:
            directory.result3(directory.delete_ext(dn))


def test_objects_are_kept_through_rename_move_and_departure(tmp_path: Path) -> None:
    """The number that stands for objectGUID stays, of every object that both days have."""
    city = city_of(tmp_path, 7, 40)
    directory = Directory(city.organisation.directory.root)
    make_equal(city, directory)
    before = directory.identities()
    later = load(tmp_path / "7-40", DAY + datetime.timedelta(900))
    changes = plan(later, directory)
    assert {change.action for change in changes} & {"rename", "move", "disable"}
    make_equal(later, directory)
    after = directory.identities()
    assert {mark: after[mark] for mark in before} == before


def test_flags_that_are_not_ours_stay(tmp_path: Path) -> None:
    """Only the disabled bit is ours; a flag set by hand survives being disabled and enabled."""
    city = city_of(tmp_path, 3, 10)
    directory = Directory(city.organisation.directory.root)
    make_equal(city, directory)
    account = next(e for e in directory.entries.values() if b"konak:person:" in e.get("adminDescription", [b""])[0])
    flags = int(account["userAccountControl"][0])
    account["userAccountControl"] = [str(flags ^ 2 | 0x100000).encode()]
    make_equal(city, directory)
    account = next(e for e in directory.entries.values() if e.get("adminDescription") == account["adminDescription"])
    assert int(account["userAccountControl"][0]) == flags | 0x100000


def test_what_is_not_ours_is_never_changed(tmp_path: Path) -> None:
    """An object without the mark and a membership of it stay as they are, in our own branches too."""
    city = city_of(tmp_path, 3, 10)
    directory = Directory(city.organisation.directory.root)
    make_equal(city, directory)
    group = next(dn for dn in directory.entries if dn.startswith("CN=birim-"))
    stranger = f"CN=Yabancı,{group.split(',', 1)[1]}"
    directory.entries[stranger] = {"objectClass": [b"user"], "sAMAccountName": [b"yabanci"]}
    directory.ids[stranger] = 1_000_000
    directory.entries[group].setdefault("member", []).append(stranger.encode())
    before = dict(directory.entries[stranger])
    assert plan(city, directory) == []
    assert directory.read().unmanaged == [stranger]
    make_equal(city, directory)
    assert directory.entries[stranger] == before
    assert stranger.encode() in directory.entries[group]["member"]


def test_a_refusal_is_told_and_the_rest_is_done(tmp_path: Path) -> None:
    """A login that a stranger has: that one change fails in words, all others are done, a rerun finishes."""
    city = city_of(tmp_path, 5, 12)
    directory = Directory(city.organisation.directory.root)
    person = next(item for item in intent(city) if item.kind == "person" and not item.existing_only)
    stranger = f"CN=Yabancı,{directory.root}"
    directory.entries[stranger] = {"objectClass": [b"user"], "sAMAccountName": [person.fields["login"].encode()]}
    directory.ids[stranger] = 1_000_000
    outcome = make_equal(city, directory)
    assert ("person", person.key) in outcome.failed
    assert "not ours" in outcome.failed["person", person.key]
    del directory.entries[stranger], directory.ids[stranger]
    assert make_equal(city, directory).failed == {}
    assert plan(city, directory) == []


def test_nothing_is_written_if_the_plan_needs_what_is_not_there(tmp_path: Path) -> None:
    """A plan limited to one person before the units exist is refused before the first write."""
    city = city_of(tmp_path, 5, 12)
    directory = Directory(city.organisation.directory.root)
    alone = [change for change in plan(city, directory) if change.kind == "person"][:1]
    with pytest.raises(DirectoryError, match="which is not there"):
        apply(directory.connection(), directory.read(), alone, intent(city), lambda _: "", lambda *_: None)
    assert directory.writes == 0
