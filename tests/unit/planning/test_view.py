# SPDX-License-Identifier: GPL-3.0-or-later
"""What people read of a plan, to the letter."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.konak.it.plugins.module_utils.plan import (
    ACTIONS,
    Change,
    Item,
    Plan,
    Reason,
    Secret,
    Stop,
    compare,
)
from ansible_collections.konak.it.plugins.plugin_utils.planning import view


def change(kind: str, key: str, action: str, label: str, fields, *reasons: Reason, unit: str = "") -> Change:
    return Change("directory", kind, key, action, label, fields, reasons, {"unit": unit} if unit else {})


COMMITTED = Reason("", "inventory/people/imar.yml", 40, "0123456789abcdef", "IT-123")
PLAN = Plan.of(
    [
        change("group", "class:uzman", "create", "sinif-uzman", {"description": {"before": None, "after": "Uzman"}}),
        change(
            "person",
            "40117",
            "move",
            "Elif Işık",
            {
                "parent": {"before": "unit:imar", "after": "unit:bilgi-islem"},
                "room": {"before": "214", "after": None},
                "groups": {"added": ["unit:bilgi-islem"], "removed": ["unit:imar", "role:cbs.editor"]},
            },
            Reason("", "inventory/people/bilgi-islem.yml", 17),
            Reason("", "inventory/people/bilgi-islem.yml", 21),
            unit="bilgi-islem",
        ),
        change(
            "person",
            "40130",
            "create",
            "Can Öğüt",
            {
                "login": {"before": None, "after": "can.ogut"},
                "room": {"before": None, "after": None},
                "groups": {"added": [], "removed": []},
                "enabled": {"before": None, "after": True},
                "password": {"before": None, "after": "secret, version 1"},
            },
            Reason("", "inventory/people/bilgi-islem.yml", 90),
            unit="bilgi-islem",
        ),
        change("person", "40006", "disable", "İdris Yörük", {"enabled": {"before": True, "after": False}}, COMMITTED),
        change(
            "unit",
            "eski",
            "delete",
            "Eski Servis",
            {"name": {"before": "Eski Servis", "after": None}},
            Reason("no record in the inventory has the unit key eski"),
        ),
    ],
    "2026-11-22",
    "c0ffee+uncommitted",
)

TEXT = """\
Plan for 2026-11-22, {digest}

directory
  all units
    + create group sinif-uzman (class:uzman)
        description: Uzman
    - disable person İdris Yörük (40006)
        enabled: yes → no
        because inventory/people/imar.yml:40, commit 0123456789, IT-123
    x delete unit Eski Servis (eski)
        name: Eski Servis → nothing
        because no record in the inventory has the unit key eski
  bilgi-islem
    + create person Can Öğüt (40130)
        login: can.ogut
        enabled: yes
        password: secret, version 1
        because inventory/people/bilgi-islem.yml:90
    > move person Elif Işık (40117)
        parent: unit:imar → unit:bilgi-islem
        room: 214 → nothing
        groups: +unit:bilgi-islem -unit:imar -role:cbs.editor
        because inventory/people/bilgi-islem.yml:17
        because inventory/people/bilgi-islem.yml:21

5 changes: 1 group create, 1 person create, 1 unit delete, 1 person disable, 1 person move."""

MARKDOWN = """\
# Plan for 2026-11-22

`{digest}`

5 changes: 1 group create, 1 person create, 1 unit delete, 1 person disable, 1 person move.

Inventory at commit `c0ffee+uncommitted`.

## directory

| unit | action | kind | how many |
| --- | --- | --- | ---: |
| (all) | create | group | 1 |
| (all) | delete | unit | 1 |
| (all) | disable | person | 1 |
| bilgi-islem | create | person | 1 |
| bilgi-islem | move | person | 1 |

### All units

- **create** group sinif-uzman (`class:uzman`)
  - description: Uzman
- **disable** person İdris Yörük (`40006`)
  - enabled: yes → no
  - because inventory/people/imar.yml:40, commit 0123456789, IT-123
- **delete** unit Eski Servis (`eski`)
  - name: Eski Servis → nothing
  - because no record in the inventory has the unit key eski

### bilgi-islem

- **move** person Elif Işık (`40117`)
  - parent: unit:imar → unit:bilgi-islem
  - room: 214 → nothing
  - groups: +unit:bilgi-islem -unit:imar -role:cbs.editor
  - because inventory/people/bilgi-islem.yml:17
  - because inventory/people/bilgi-islem.yml:21
- **create** person Can Öğüt (`40130`)
  - login: can.ogut
  - enabled: yes
  - password: secret, version 1
  - because inventory/people/bilgi-islem.yml:90
"""


def test_the_plan_on_a_terminal():
    assert view.text(PLAN) == TEXT.format(digest=PLAN.digest[:12])


def test_the_plan_as_a_page():
    assert view.markdown(PLAN) == MARKDOWN.format(digest=PLAN.digest)


def test_nothing_to_change():
    empty = Plan((), "2026-11-22")
    assert view.text(empty) == f"Plan for 2026-11-22, {empty.digest[:12]}\n\nNothing to change."
    assert view.markdown(empty) == f"# Plan for 2026-11-22\n\n`{empty.digest}`\n\nNothing to change.\n"


def test_what_is_not_ours_is_named_and_left_alone():
    plan = replace(PLAN, unmanaged=tuple(f"directory: CN=Yazıcı {number}" for number in range(7)))
    lines = view.text(plan).splitlines()
    start = lines.index("Not ours, and left alone: 7")
    assert lines[start + 1 : start + 7] == [*(f"  directory: CN=Yazıcı {number}" for number in range(5)), ""]
    assert view.markdown(plan).endswith("## Not ours, and left alone\n\n" + "".join(f"- {n}\n" for n in plan.unmanaged))


def test_one_change_is_one():
    assert view.summary(replace(PLAN, changes=PLAN.changes[:1])) == "1 change: 1 group create."


def test_stops_come_last_on_a_terminal_and_first_on_a_page():
    stopped = replace(PLAN, stops=(Stop("r", "6 times disable", "look twice"), Stop("r", "holds others")))
    assert view.text(stopped).splitlines()[-2:] == ["STOP 6 times disable (look twice)", "STOP holds others"]
    page = view.markdown(stopped)
    assert "> **Stopped by the guard:** 6 times disable. look twice\n" in page
    assert "> **Stopped by the guard:** holds others.\n" in page
    assert page.index("Stopped") < page.index("## directory")


def test_a_large_plan_is_short_on_the_terminal_and_whole_on_the_page():
    many = [
        change("person", f"{key:03}", "update", "X", {"title": {"before": None, "after": "u"}}) for key in range(45)
    ]
    lines = view.text(Plan.of(many, "")).splitlines()
    assert sum(line.startswith("    ~ update") for line in lines) == 5
    assert "      and 40 more of these; build/plan/plan.md has all" in lines
    assert not any("title:" in line for line in lines)
    assert view.text(Plan.of(many[:40], "")).count("        title: nothing → u") == 40
    assert view.markdown(Plan.of(many, "")).count("- **update**") == 45


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_has_a_sign(action):
    text = view.text(Plan.of([change("person", "1", action, "X", {})], ""))
    assert f"    {view.SIGNS[action]} {action} person X (1)" in text.splitlines()


@pytest.mark.parametrize("hostile", ["\x1b[2Jgone", "one\ntwo", "\u202eback"])
def test_a_value_changed_by_hand_cannot_upset_the_terminal(hostile):
    plan = Plan.of([change("person", "1", "update", "X", {"title": {"before": hostile, "after": "Uzman"}})], "")
    for shown in (view.text(plan), view.markdown(plan)):
        assert all(line.isprintable() for line in shown.splitlines())
        assert hostile not in shown


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "nothing"), ("", "nothing"), (True, "yes"), (False, "no"), (1, "1"), (0, "0"), ("Ş", "Ş"), ([1], "[1]")],
)
def test_values_in_words(value, words):
    shown = change("person", "1", "update", "X", {"a": {"before": "b", "after": value}})
    assert f"a: b → {words}\n" in view.markdown(Plan.of([shown], ""))


def test_no_secret_is_in_any_view():
    wanted = Item("person", "1", "X", {"pin": Secret("sip/canary", 4)}, {"password": Secret("first/canary")})
    created = Plan.of(compare("directory", {}, [wanted], []), "")
    for plan in (created, created.inverse()):
        assert "canary" not in view.text(plan) + view.markdown(plan)
    assert "pin: secret, version 4" in view.text(created)
