# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a change comes from in the inventory, and what no name changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mail_city import MAIL
from unit.mail.post import BOX, DOMAIN, LEFT, ME, Items, addresses, wanted


def line(place: tuple[str, int], text: str) -> str:
    """The line of an inventory's file that a place names."""
    assert Path(place[0]).name == "mail.yml"
    return text.splitlines()[place[1] - 1].strip()


@pytest.mark.parametrize(
    ("own", "field", "words"),
    [
        (("mailbox", "70001"), "quota_mb", "mail_quota_mb: 6144"),
        (("mailbox", "70001"), "answers", "out_of_office:"),
        (("mailbox", "70001"), "groups", "unit: evrak"),
        (("mailbox", "70002"), "login", '- id: "70002"'),
        (("mailbox", "70003"), "login", "until: 2026-05-22"),
        (("mailbox", "70003"), "answers", "until: 2026-05-22"),
        (("mailbox", "70004"), "login", "legal_hold:"),
        (("address", f"sami.yurtsever@{DOMAIN}"), "to", "legal_hold:"),
        (("address", f"nermin.uslu@{DOMAIN}"), "to", '- id: "70001"'),
        (("mailbox", "u-evrak"), "quota_mb", "mailbox:"),
        (("address", f"evrak@{DOMAIN}"), "senders", "mailbox:"),
        (("address", f"herkes@{DOMAIN}"), "to", "members: [unit:baskanlik"),
        (("address", f"herkes@{DOMAIN}"), "from", "senders: [class:yonetici]"),
        (("address", f"herkes@{DOMAIN}"), "delivered", "- code: herkes"),
        (("address", f"abuse@{DOMAIN}"), "to", "postmaster: [unit:bilgi-islem]"),
    ],
)
def test_the_place_of_a_field_is_the_line_that_decides_it(own, field, words):
    assert line(wanted()[own].places(field), MAIL).startswith(words)


def test_a_leave_is_the_reason_of_a_closed_logon():
    leave = json.dumps([{"from": "2026-06-01", "until": "2026-06-30"}])
    text = f'people:\n  - {json.dumps(ME)[:-1]},\n    "leave": {leave}}}\n'
    items = wanted(yeni=text)
    assert items[BOX].places("login") == ("inventory/yeni.yml", 3)


def test_a_quota_is_not_changed_because_of_a_hold():
    quota = "mail_quota_mb: 6144\n"
    held = {quota: f"{quota}    legal_hold: {{from: 2026-05-01, reason: Teftiş}}\n"}
    assert line(wanted(changes=held)["mailbox", "70001"].places("quota_mb"), MAIL) == quota.strip()


def test_every_item_has_a_place_for_every_field():
    program = {"name": "svc-faks", "purpose": "Faks", "owner": "40002", "until": "2026-05-01", "mail": f"faks@{DOMAIN}"}
    ended = json.dumps({"service_accounts": [program]})
    for item in wanted(ME, LEFT | {"id": "80002"}, day="2026-07-02", fax=ended).values():
        for name in item.fields:
            file, number = item.places(name)
            assert file.startswith("inventory/")
            assert number >= 1


NAMES = st.sampled_from(["Şule", "Mehmet", "Çağrı", "Ilgaz", "Yılmaz", "Işık", "Kaya"])
LOGINS = st.sampled_from([None, "s.ilgaz", "x1", "yeni-ad"])


@settings(max_examples=25, deadline=None)
@given(NAMES, NAMES, LOGINS, st.booleans())
def test_no_name_and_no_login_changes_a_mailbox(given_name, family, login, keeps):
    """Only what it is opened with, what is said for it, and the addresses."""
    is_new = (given_name, family) != ("Şule", "Ilgaz")
    renamed = {**ME, "given": given_name, "family": family}
    renamed |= {"login": login} if login else {}
    renamed |= {"former": [{"given": "Şule", "family": "Ilgaz", "until": "2026-05-01"}]} if keeps and is_new else {}
    changes = {'successor: "70002"': 'successor: "80001"'}
    before, after = wanted(ME, changes=changes), wanted(renamed, changes=changes)
    assert boxes(before) == boxes(after)
    assert after[BOX].fields["account"] == login or not login
    assert {frozenset({"80001"})} == {
        item.fields["to"]
        for (kind, key), item in after.items()
        if kind == "address" and item.fields["senders"] == {"80001"}
    }


def boxes(items: Items) -> dict:
    """The mailboxes, but for what a name may change."""
    return {
        key: (
            {name: value for name, value in item.fields.items() if name not in {"account", "answers", "answers_for"}},
            item.existing_only,
        )
        for (kind, key), item in items.items()
        if kind == "mailbox"
    }


def test_a_rename_leads_the_new_address_to_the_old_mailbox():
    former = [{"family": "Ilgaz", "until": "2026-05-31"}]
    before, after = wanted(ME), wanted({**ME, "family": "Kaya", "former": former})
    assert after[BOX].fields == {**before[BOX].fields, "account": "sule.kaya"}
    assert addresses(after, "80001") == {"sule.kaya", "sule.ilgaz"}
