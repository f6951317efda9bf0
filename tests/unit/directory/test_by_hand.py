# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever hands did: after an apply nothing is left to do, and through leave, departure and return nothing is lost."""

from __future__ import annotations

import datetime
import random
import re
from collections.abc import Callable

from ansible_collections.konak.it.plugins.plugin_utils.directory.memberships import open_groups
from ansible_collections.konak.it.plugins.plugin_utils.model.city import City
from hypothesis import given, settings
from hypothesis import strategies as st
from scale.generator import city_files, random_city
from unit.directory.towns import Town, loaded

DAY = datetime.date(2026, 11, 22)
NEXT, AFTER = DAY + datetime.timedelta(days=1), DAY + datetime.timedelta(days=2)
PLAIN = ("until:", "earlier:", "leave:", "former:", "from: 2026-1", "from: 2027")
"""What a record may not say for its person to have one employment that goes on."""

Files = dict[str, str]


def steady(files: Files, wanted: City) -> list[str]:
    """Personnel numbers of those who lead nobody and have no dates but their first day."""
    leaders = {unit.manager for unit in wanted.inventory.units} | {p.manager for p in wanted.inventory.people}
    leaders |= {account.owner for account in wanted.inventory.service_accounts}
    blocks = {block.split('"')[1]: block for block in _blocks(files)}
    return sorted(key for key, block in blocks.items() if key not in leaders and not any(w in block for w in PLAIN))


def _blocks(files: Files) -> list[str]:
    texts = (text for name, text in files.items() if name.startswith("people/"))
    return [
        block
        for text in texts
        for block in re.split(r"\n(?=  - id:)", text.partition("people:")[2])
        if 'id: "' in block
    ]


def edited(files: Files, keys: list[str], edit: Callable[[str], str]) -> Files:
    """The files with other first days of some people; ``edit`` takes a first day and gives the lines in its place."""

    def record(found: re.Match[str]) -> str:
        return f"{found[1]}{edit(found[2])}"

    pattern = re.compile(rf'(  - id: "(?:{"|".join(keys)})"(?:\n    [^\n]*?)*?\n)    from: ([0-9-]+)\n')
    return {name: pattern.sub(record, text) if name.startswith("people/") else text for name, text in files.items()}


def gone(first: str) -> str:
    return f"    from: {first}\n    until: {DAY}\n"


def back(first: str) -> str:
    return f"    from: {AFTER}\n    earlier: [{{from: {first}, until: {DAY}}}]\n"


def on_leave(first: str) -> str:
    return f"    from: {first}\n    leave: [{{from: {NEXT}, until: {NEXT}}}]\n"


def plainer_city(seed: int, people: int) -> Files:
    """One in which not everyone has a rare case."""
    return city_files(people, 3, seed, spice=2.0)


def by_hand(town: Town, wanted: City, keys: list[str]) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Memberships of people in groups that are not ours, and in those of ours that are open to them."""
    opened = open_groups(wanted)
    found = {item.key: item.fields for item in town.directory.read().items if item.kind == "person"}
    return {
        key: (
            found[key]["by_hand"],
            frozenset(name for name in found[key]["groups"] & opened.keys() if f"person:{key}" not in opened[name]),
        )
        for key in keys
    }


SEEDS, PEOPLE = st.integers(0, 10_000), st.integers(8, 40)


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, people=PEOPLE, hand=SEEDS, days=st.integers(0, 2000))
def test_whatever_hands_did_nothing_is_left_to_do_after_an_apply(seed: int, people: int, hand: int, days: int) -> None:
    files = random_city(seed, people)
    wanted = loaded(files, DAY)
    town = Town(wanted.organisation.directory.root)
    town.make(wanted)
    town.meddle(wanted, random.Random(hand))  # noqa: S311 (the same seed has to give the same hands)
    town.make(wanted)
    town.make(loaded(files, DAY + datetime.timedelta(days=days)))
    town.make(wanted)


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, people=PEOPLE, hand=SEEDS)
def test_memberships_by_hand_outlast_leave_departure_and_return(seed: int, people: int, hand: int) -> None:
    files = plainer_city(seed, people)
    wanted = loaded(files, DAY)
    town = Town(wanted.organisation.directory.root)
    town.make(wanted)
    dice = random.Random(hand)  # noqa: S311 (as above)
    town.meddle(wanted, dice)
    keys = [key for key in steady(files, wanted) if dice.random() < 0.7]
    leavers, away = keys[::2], keys[1::2]
    before = by_hand(town, wanted, keys)
    town.make(wanted)
    assert by_hand(town, wanted, keys) == before
    town.make(loaded(edited(edited(files, leavers, gone), away, on_leave), NEXT))
    closed = {item.key: item.fields for item in town.directory.read().items if item.kind == "person"}
    assert not any(closed[key]["enabled"] for key in keys)
    assert not any(closed[key]["groups"] for key in leavers)
    for key in leavers:
        assert all(dn.startswith("CN=Elle 0,") for dn in closed[key]["by_hand"]), "all but what we may not take away"
    town.make(loaded(edited(edited(files, leavers, back), away, on_leave), AFTER))
    assert by_hand(town, wanted, keys) == before
    opened = {item.key: item.fields["kept"] for item in town.directory.read().items if item.kind == "person"}
    assert not any(opened[key] for key in keys), "what was remembered is given back and forgotten"


def test_the_cities_of_these_tests_have_people_who_can_come_and_go():
    counts = [len(steady(files, loaded(files, DAY))) for files in (plainer_city(seed, 20) for seed in range(5))]
    assert min(counts) >= 4
