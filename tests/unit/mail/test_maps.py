# SPDX-License-Identifier: GPL-3.0-or-later
"""Mailboxes and addresses as files: what is read back is what was meant, and a line by hand is seen."""

from __future__ import annotations

import pytest
from ansible_collections.konak.it.plugins.module_utils.plan import Item, compare
from ansible_collections.konak.it.plugins.plugin_utils.mail import maps
from ansible_collections.konak.it.plugins.plugin_utils.mail.apply import steps
from ansible_collections.konak.it.plugins.plugin_utils.mail.attributes import KINDS, SYSTEM
from ansible_collections.konak.it.plugins.plugin_utils.mail.sieve import answers_of, runs_own_rules, script
from ansible_collections.konak.it.plugins.plugin_utils.planning.after import after
from hypothesis import given
from hypothesis import strategies as st

USERS = ["40117", "40118", "40119a", "u-zabita", "u-imar"]
LOCAL = ["elif.isik", "ali.kaya", "zabita", "tum-personel", "mudurler", "eski.ad"]
LETTERS = st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\x85\u2028\u2029")
TEXT = st.text(st.one_of(LETTERS, st.sampled_from('"\\.;{}\n')), min_size=1, max_size=60).map(str.strip).filter(bool)
DAYS = st.dates().map(lambda day: day.isoformat())
ANSWER = st.builds(lambda first, last, text: f"{first}/{last} {text}", DAYS, DAYS, TEXT)


def some(values: list[str], least: int = 0) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(values), min_size=least)


@st.composite
def mailboxes(draw: st.DrawFn) -> list[Item]:
    found = []
    for user in draw(some(USERS)):
        if draw(st.booleans()):
            found.append(Item("mailbox", user, user, {"place": draw(st.sampled_from(["frozen", "archive"]))}))
            continue
        account = None if user.startswith("u-") else f"login.{user}"
        fields = {
            "account": account,
            "login": draw(st.booleans()) if account else None,
            "quota_mb": draw(st.integers(1, 99999)),
            "groups": draw(some(["u-zabita.read", "u-imar.write"])),
            "own_rules": draw(st.booleans()),
            "answers": (answers := draw(st.frozensets(ANSWER, max_size=3))),
            "answers_for": draw(some([f"{name}@ornek.bel.tr" for name in LOCAL])) if answers else frozenset(),
            "place": "box",
        }
        found.append(Item("mailbox", user, draw(st.sampled_from(["Elif Işık", "Zabıta: Müdürlük, Merkez"])), fields))
    return found


@st.composite
def addresses(draw: st.DrawFn) -> list[Item]:
    found = []
    for local in draw(some(LOCAL)):
        delivered = draw(st.booleans())
        known = [f"{name}@ornek.bel.tr" for name in LOCAL]
        allowed = st.one_of(st.just(frozenset()), st.just(frozenset({"internal"})), some(known, 1))
        fields = {
            "delivered": delivered,
            "to": draw(some([*USERS, "dis@example.net"], 1)) if delivered else frozenset(),
            "senders": draw(some(USERS)) if delivered else frozenset(),
            "from": draw(allowed) if delivered else frozenset(),
            "refusal": None if delivered else "mailbox closed, write to x@ornek.bel.tr",
        }
        found.append(Item("address", f"{local}@ornek.bel.tr", local, fields))
    return found


CITIES = st.builds(lambda boxes, names: [*boxes, *names], mailboxes(), addresses())


def read(items: list[Item]) -> list[Item]:
    """What a server goes by that has the files of these items, and their mailboxes where they are."""
    places = {item.key: item.fields["place"] for item in items if item.kind == "mailbox"}
    return maps.parse(maps.render(items, "+0300"), places)


@given(CITIES)
def test_what_is_written_is_read_back(items: list[Item]) -> None:
    assert {(item.kind, item.key): item.fields for item in read(items)} == {
        (item.kind, item.key): item.fields for item in items
    }


@given(CITIES, CITIES)
def test_after_an_apply_there_is_nothing_left_to_change(before: list[Item], wanted: list[Item]) -> None:
    """From any state to any other, by the files that the changes make, and by them alone."""
    changes = compare(SYSTEM, KINDS, wanted, before)
    todo = steps(before, changes, "+0300")
    places = {item.key: item.fields["place"] for item in after(before, changes) if item.kind == "mailbox"}
    assert compare(SYSTEM, KINDS, wanted, maps.parse(todo.files, places)) == []


@given(CITIES, CITIES, st.randoms())
def test_a_part_of_a_plan_does_that_part(before: list[Item], wanted: list[Item], dice) -> None:
    changes = compare(SYSTEM, KINDS, wanted, before)
    chosen = [change for change in changes if dice.random() < 0.5]
    now = after(before, chosen)
    left = {change.identity for change in compare(SYSTEM, KINDS, wanted, now)}
    assert left == {change.identity for change in changes} - {change.identity for change in chosen}


@given(st.frozensets(ANSWER, max_size=4), st.lists(st.sampled_from(LOCAL)), st.booleans())
def test_answers_are_read_back_whatever_they_say(answers: frozenset[str], names: list[str], own_rules: bool) -> None:
    text = script(answers, names, "+0300", own_rules=own_rules)
    assert answers_of(text) == answers
    assert runs_own_rules(text) == own_rules


def test_a_line_that_somebody_wrote_is_an_address_like_any_other() -> None:
    files = {maps.ADDRESSES: "# by hand\nben@ornek.bel.tr 40117@mailbox.internal,dis@example.net\n"}
    [item] = maps.parse(files, {})
    assert (item.key, item.fields["to"]) == ("ben@ornek.bel.tr", frozenset({"40117", "dis@example.net"}))


@pytest.mark.parametrize("line", ["", "40117", "40117:::::", ":::::::", "40117::::Elif:::userdb_quota_storage_size=x"])
def test_a_line_of_users_that_is_broken_upsets_nothing(line: str) -> None:
    """It is not as it should be, so the plan says so."""
    assert all(item.fields["place"] == "box" for item in maps.parse({maps.USERS: f"{line}\n"}, {}))


def test_classes_of_lists_are_told_apart() -> None:
    names = [f"{a}{b}" for a in ("a-b", "a.b", "a_b", "ab") for b in ("", "-c", ".c")]
    assert len({maps.class_of(f"{name}@ornek.bel.tr") for name in names}) == len(names)
