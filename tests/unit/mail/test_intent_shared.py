# SPDX-License-Identifier: GPL-3.0-or-later
"""Mailboxes of units and programs, lists, and mail that goes on to others."""

from __future__ import annotations

import json

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.mail import maps
from unit.mail.post import BOX, DOMAIN, KADIR, LEFT, ME, MINE, NOBODY, address, wanted


def test_a_unit_s_mailbox_is_opened_by_groups_that_people_are_in():
    rights = "read: [person:40001, person:80001]\n      write: [person:70002]\n      send_as: [person:70001]"
    items = wanted(ME, changes={"read: [unit:evrak, person:40001]\n      send_as: [person:70001]": rights})
    box = items["mailbox", "u-evrak"]
    assert box.fields == {
        "place": "box",
        "account": None,
        "login": None,
        "quota_mb": 8192,
        "groups": NOBODY,
        "answers": NOBODY,
        "answers_for": NOBODY,
        "own_rules": True,
        "shared": True,
    }
    assert (box.tags, box.existing_only) == ({"unit": "evrak"}, False)
    groups = {key: item.fields["groups"] for (kind, key), item in items.items() if item.fields.get("groups")}
    read, write = {"u-evrak.read"}, {"u-evrak.write"}
    assert groups == {"40001": read, "80001": read, "70002": write}, "who writes is in one group, not in two"
    assert address(items, "evrak") == {
        "delivered": True,
        "to": {"u-evrak"},
        "senders": {"70001"},
        "from": NOBODY,
        "refusal": None,
    }


def test_who_is_on_leave_keeps_the_rights_and_who_has_left_does_not():
    away = {**ME, "leave": [{"from": "2026-06-01", "until": "2026-06-30"}]}
    assert wanted(away)[BOX].fields["groups"] == {"u-evrak.write"}
    assert wanted(LEFT, day="2026-06-02")[BOX].fields["groups"] == NOBODY


def test_moving_a_person_moves_the_rights_and_nothing_else():
    everybody = {"      send_as: [person:70001]\n": ""}
    before, after = wanted(ME, changes=everybody), wanted({**ME, "unit": "imar"}, changes=everybody)
    assert before.keys() == after.keys()
    different = {
        (key, name): (item.fields[name] - after[kind, key].fields[name], after[kind, key].fields[name])
        for (kind, key), item in before.items()
        for name in item.fields
        if item.fields[name] != after[kind, key].fields[name]
    }
    assert different == {
        ("80001", "groups"): ({"u-evrak.write"}, NOBODY),
        (f"evrak@{DOMAIN}", "senders"): ({"80001"}, {"70001", "70002"}),
    }


# --- lists, programs, forwards ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("senders", "allowed"),
    [
        ("anyone", NOBODY),
        ("internal", {"internal"}),
        ("[person:80001]", {f"sule.ilgaz@{DOMAIN}", f"evrak.sefi@{DOMAIN}"}),
        ("[class:yonetici]", {f"ayse.ozturk@{DOMAIN}", f"cagri.sahin@{DOMAIN}"}),
    ],
)
def test_who_may_write_to_a_list(senders, allowed):
    record = {**ME, "aliases": [f"evrak.sefi@{DOMAIN}"]}
    found = address(wanted(record, changes={"senders: [class:yonetici]": f"senders: {senders}"}), "herkes")
    assert found["from"] == allowed
    assert (found["delivered"], found["senders"], found["refusal"]) == (True, NOBODY, None)
    assert {"80001", "40004", "70001"} < found["to"], "who is on leave too"


def test_a_list_whose_senders_have_all_left_is_not_open_to_the_world():
    items = wanted(changes={"senders: [class:yonetici]": "senders: [person:40006]"})
    herkes = address(items, "herkes")
    assert herkes["from"] or not herkes["delivered"]
    assert herkes["from"] != {"internal"}


def test_a_list_that_nobody_is_on_refuses():
    items = wanted(changes={"members: [person:40002, role:ebys.yonetici]": "members: [person:40006]"})
    assert address(items, "raporlar") == {
        "delivered": False,
        "to": NOBODY,
        "senders": NOBODY,
        "from": NOBODY,
        "refusal": "nobody reads this list",
    }


def test_groups_with_an_address_and_the_postmaster_are_lists():
    items = wanted()
    assert (address(items, "kriz")["to"], address(items, "kriz")["from"]) == ({"40001", "40007"}, {"internal"})
    for name in ("postmaster", "abuse"):
        assert (address(items, name)["to"], address(items, name)["from"]) == ({"40002", "40003", "40007"}, NOBODY)


@pytest.mark.parametrize("runs", [True, False])
def test_a_program_with_an_address_until_its_end(runs):
    program = {"name": "svc-faks", "purpose": "Faks", "owner": "40002", "mail": f"faks@{DOMAIN}"}
    program["until"] = "2026-06-01" if runs else "2026-05-31"
    items = wanted(fax=json.dumps({"service_accounts": [program]}))
    box = items["mailbox", "svc-faks"]
    assert (box.fields["account"], box.fields["login"], box.fields["place"]) == ("svc-faks", runs, "box")
    assert (box.existing_only, box.tags) == (not runs, {"person": "40002"})
    assert address(items, "faks") == {
        "delivered": runs,
        "to": {"svc-faks"} if runs else NOBODY,
        "senders": {"svc-faks"} if runs else NOBODY,
        "from": NOBODY,
        "refusal": None if runs else f"mailbox closed, write to postmaster@{DOMAIN}",
    }


@pytest.mark.parametrize(
    ("forwards", "targets"),
    [
        ([], {"80001"}),
        ([{"to": "dis@example.net"}], {"80001", "dis@example.net"}),
        ([{"to": "dis@example.net", "keep_copy": False}], {"dis@example.net"}),
        ([{"to": "70002"}, {"to": "dis@example.net", "keep_copy": False}], {KADIR, "dis@example.net"}),
        ([{"to": "dis@example.net", "keep_copy": False, "until": "2026-05-31"}], {"80001"}),
        ([{"to": "dis@example.net", "keep_copy": False, "from": "2026-06-02"}], {"80001"}),
    ],
)
def test_where_mail_goes_that_is_forwarded(forwards, targets):
    fields = wanted({**ME, "forwards": forwards})[MINE].fields
    assert (fields["to"], fields["senders"]) == (targets, {"80001"})


def test_answers_are_given_with_their_days():
    away = {"from": "2026-05-20", "until": "2026-06-05", "text": "Yokum."}
    items = wanted({**ME, "out_of_office": [away]})
    assert items[BOX].fields["answers"] == {"2026-05-20/2026-06-05 Yokum."}


def test_mail_to_a_list_is_not_answered():
    """And neither is mail to a leaver whose successor is away."""
    away = {"from": "2026-05-20", "until": "2026-06-05", "text": "Yokum."}
    changes = {'successor: "70002"': 'successor: "80001"'}
    files = maps.render(wanted({**ME, "out_of_office": [away]}, changes=changes).values(), "+0300")
    script = files[f"{maps.SIEVE}/80001.sieve"]
    assert f'"sule.ilgaz@{DOMAIN}"' in script
    assert f'"herkes@{DOMAIN}"' not in script
    assert f'"perihan.bozok@{DOMAIN}"' not in script
