# SPDX-License-Identifier: GPL-3.0-or-later
"""What a small city wants for its people's mailboxes and addresses, and on which day."""

from __future__ import annotations

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.mail import reconcile
from ansible_collections.konak.it.plugins.plugin_utils.mail.intent import intent
from ansible_collections.konak.it.plugins.plugin_utils.model.load import load
from base_city import AS_OF, BASE
from unit.mail.post import BOX, DOMAIN, KADIR, LEFT, ME, MINE, NOBODY, SHORT, address, addresses, town, wanted

SUCCEEDED = {**LEFT, "successor": "70002"}


def test_a_city_without_mail_wants_nothing():
    assert intent(load(BASE, AS_OF)) == []


def test_someone_at_work():
    items = wanted({**ME, "mail_quota_mb": 512, "aliases": [f"evrak.sefi@{DOMAIN}"]})
    assert items[BOX].fields == {
        "place": "box",
        "account": "sule.ilgaz",
        "login": True,
        "quota_mb": 512,
        "groups": {"u-evrak.write"},
        "answers": NOBODY,
        "answers_for": NOBODY,
        "own_rules": True,
    }
    assert (items[BOX].existing_only, items[BOX].tags) == (False, {"person": "80001", "unit": "evrak"})
    assert addresses(items, "80001") == {"sule.ilgaz", "evrak.sefi"}
    assert items[MINE].tags == items[BOX].tags
    assert items[MINE].fields == {
        "delivered": True,
        "to": {"80001"},
        "senders": {"80001"},
        "from": NOBODY,
        "refusal": None,
    }


@pytest.mark.parametrize(("day", "there"), [("2026-06-15", True), ("2026-06-16", False)])
def test_a_former_address_is_delivered_and_sendable_until_its_day(day, there):
    former = {"family": "Kaya", "until": "2026-05-01", "address_until": "2026-06-15"}
    items = wanted({**ME, "former": [former]}, day=day)
    assert addresses(items, "80001") == {"sule.ilgaz", *(["sule.kaya"] if there else [])}
    if there:
        assert address(items, "sule.kaya") == items[MINE].fields


def test_a_leave_closes_the_logon_and_keeps_the_mail():
    away = {**ME, "leave": [{"from": "2026-06-01", "until": "2026-06-30"}]}
    working, leave = wanted(ME), wanted(away)
    assert leave[BOX].fields == {**working[BOX].fields, "login": False}
    assert leave[BOX].existing_only is False
    assert leave[MINE].fields == working[MINE].fields
    assert wanted(away, day="2026-07-01")[BOX].fields == working[BOX].fields


def test_of_someone_who_is_yet_to_come_there_is_nothing():
    joiner = {**ME, "from": "2026-06-02"}
    assert not {BOX, MINE} & wanted(joiner).keys()
    assert {BOX, MINE} <= wanted(joiner, day="2026-06-02").keys()


@pytest.mark.parametrize(
    ("day", "place", "login", "delivered", "existing"),
    [
        ("2026-06-01", "box", True, True, False),  # the last day of work
        ("2026-06-02", "box", False, True, False),
        ("2026-07-01", "box", False, True, False),
        ("2026-07-02", "box", False, False, True),
        ("2026-07-31", "box", False, False, True),
        ("2026-08-01", "frozen", None, None, True),
        ("2026-08-30", "frozen", None, None, True),
        ("2026-08-31", "archive", None, None, True),
        ("2056-06-01", "archive", None, None, True),
    ],
)
def test_the_days_of_a_leaver(day, place, login, delivered, existing):
    items = wanted(SUCCEEDED, day=day)
    box, mine = items[BOX], items.get(MINE)
    assert (box.fields["place"], box.fields.get("login"), box.existing_only) == (place, login, existing)
    assert (mine.fields["delivered"] if mine else None) == delivered
    assert box.retired is False
    if place != "box":
        assert set(box.fields) == {"place"}, "what it once was stays as it was"


def test_a_leaver_s_mail_is_answered_and_copied_and_nobody_sends_as_them():
    items = wanted(SUCCEEDED, day="2026-06-02")
    assert items[MINE].fields == {
        "delivered": True,
        "to": {"80001", "70002"},
        "senders": NOBODY,
        "from": NOBODY,
        "refusal": None,
    }
    [text] = items[BOX].fields["answers"]
    assert text.startswith("2026-06-02/2026-07-01 Şule Ilgaz artık ")
    assert KADIR in text
    assert items[BOX].fields["groups"] == NOBODY


def test_the_copy_ends_on_its_day_or_is_never_made():
    copied = {**SUCCEEDED, "mail_leaver": {"copy_days": 5}}
    assert wanted(copied, day="2026-06-06")[MINE].fields["to"] == {"80001", "70002"}
    assert wanted(copied, day="2026-06-07")[MINE].fields["to"] == {"80001"}
    assert wanted(LEFT, day="2026-06-02")[MINE].fields["to"] == {"80001"}, "without a successor"


@pytest.mark.parametrize(
    ("record", "instead"),
    [
        ({}, "evrak"),
        ({"successor": "70002"}, "kadir.ekmekci"),
        ({"unit": "imar"}, "postmaster"),
        ({"unit": "imar", "successor": "70002"}, "kadir.ekmekci"),
        ({"successor": "70003"}, "evrak"),  # who has left too
    ],
)
def test_a_refusal_names_who_can_help(record, instead):
    refused = wanted({**LEFT, **record}, day="2026-07-02")[MINE].fields
    assert refused == {
        "delivered": False,
        "to": NOBODY,
        "senders": NOBODY,
        "from": NOBODY,
        "refusal": f"mailbox closed, write to {instead}@{DOMAIN}",
    }


# --- archives and legal holds -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "retire", "over"),
    [("2027-06-01", True, False), ("2027-06-02", True, True), ("2027-06-02", False, False)],
)
def test_an_archive_goes_after_the_retention_and_only_if_it_is_asked_for(day, retire, over):
    assert wanted(LEFT, day=day, retire=retire, organisation=SHORT)[BOX].retired is over


@pytest.mark.parametrize(("day", "run"), [("2026-06-01", True), ("2026-06-02", False)])
def test_the_rules_of_a_leaver_end_with_the_last_day(day, run):
    assert wanted(LEFT, day=day)[BOX].fields["own_rules"] is run


def test_what_is_not_yet_packed_does_not_go():
    slow = {**LEFT, "mail_leaver": {"archive_days": 400}}
    assert wanted(slow, day="2027-06-02", retire=True, organisation=SHORT)[BOX].retired is False


@pytest.mark.parametrize(
    ("since", "stage", "place", "delivered"),
    [
        ("2026-06-10", "closing", "box", True),
        ("2026-07-10", "refused", "box", False),
        ("2026-08-10", "frozen", "frozen", None),
        ("2026-09-10", "archived", "archive", None),
    ],
)
def test_a_legal_hold_keeps_every_stage_as_it_is(since, stage, place, delivered):
    held = {**LEFT, "successor": "70002", "legal_hold": {"from": since, "reason": "Teftiş, 2026/9"}}
    first = wanted(held, day=since)
    assert first[BOX].fields["place"] == place
    assert (first[MINE].fields["delivered"] if MINE in first else None) == delivered
    later = wanted(held, day="2027-05-30", retire=True, organisation=SHORT)
    assert later[BOX].fields == first[BOX].fields
    assert (MINE in later) == (MINE in first)
    ever = wanted(held, day="2056-06-01", retire=True, organisation=SHORT)[BOX]
    assert (ever.fields["place"], ever.retired) == (place, False)
    note = f"Şule Ilgaz (80001): the mailbox stays {stage} since {since} by legal hold, Teftiş, 2026/9"
    assert note in reconcile.held(town(held, day="2027-05-30"))
    assert not [words for words in reconcile.held(town(LEFT, day="2027-05-30")) if "80001" in words]


@pytest.fixture
def held_at_work() -> dict:
    """Somebody who left while a hold was on the mailbox."""
    return {**LEFT, "legal_hold": {"from": "2026-05-01", "reason": "Teftiş Kurulu, 2026/9"}}


def test_a_hold_from_before_the_last_day_keeps_the_mailbox_and_closes_the_logon(held_at_work):
    items = wanted(held_at_work, day="2028-06-01", retire=True, organisation=SHORT)
    assert (items[BOX].fields["place"], items[BOX].fields["login"], items[BOX].retired) == ("box", False, False)


def test_nobody_sends_as_a_leaver_who_was_held_at_work(held_at_work):
    assert wanted(held_at_work, day="2026-07-02")[MINE].fields["senders"] == NOBODY


def test_a_hold_from_before_the_last_day_is_told(held_at_work):
    assert any("80001" in note for note in reconcile.held(town(held_at_work, day="2028-06-01")))
