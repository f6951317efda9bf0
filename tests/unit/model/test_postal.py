# SPDX-License-Identifier: GPL-3.0-or-later
"""Mailboxes, lists and addresses of a small city on its day."""

from __future__ import annotations

import datetime

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.model import addresses, postal
from ansible_collections.konak.it.plugins.plugin_utils.model.load import load
from ansible_collections.konak.it.plugins.plugin_utils.model.postal import Answer, Mailbox, MailingList
from ansible_collections.konak.it.plugins.plugin_utils.model.roster import Roster
from base_city import AS_OF, BASE
from mail_city import mail_city

Day = datetime.date.fromisoformat
HERE = {"40001", "40002", "40003", "40004", "40005", "40007", "70001", "70002"}
"""Everybody who is employed; 40004 is on leave."""


def boxes(*arguments, **more) -> dict[str, Mailbox]:
    return {box.key: box for box in postal.mailboxes(mail_city(*arguments, **more))}


def lists(*arguments, **more) -> dict[str, MailingList]:
    return {item.code: item for item in postal.lists(mail_city(*arguments, **more))}


def test_a_city_without_mail_has_none():
    city = load(BASE, AS_OF)
    assert list(postal.mailboxes(city)) == list(postal.lists(city)) == []


def test_everybody_has_a_mailbox_and_so_has_a_unit():
    city = mail_city()
    assert [box.key for box in postal.mailboxes(city)] == [*city.people, "unit:evrak"]
    assert {box.stage.name for box in postal.mailboxes(city)} == {"open", "closing", "frozen"}


def test_a_person_s_mailbox():
    box = boxes()["70001"]
    assert box[:6] == (
        "70001",
        "70001",
        "Nermin Uslu",
        ("nermin.uslu@deneme.bel.tr", "evrak.kayit@deneme.bel.tr"),
        "nermin.uslu",
        6144,
    )
    assert box.readers == box.writers == box.senders == frozenset()


def test_the_name_in_the_mail_server_has_no_capitals():
    changes = {'id: "70004"': 'id: "M-7"'}
    assert boxes(changes)["M-7"].user == "m-7"


def test_the_person_s_quota_counts_most_then_the_class_s():
    found = boxes()
    assert [found[key].quota_mb for key in ("70001", "70002", "40001", "unit:evrak")] == [6144, 4096, 2048, 8192]


def test_a_former_name_s_address_still_leads_to_its_owner():
    assert boxes()["40007"].addresses == ("omer.demir@deneme.bel.tr", "omer.celik@deneme.bel.tr")


def test_one_s_own_former_address_can_be_kept_for_longer():
    kept = "aliases: [evrak.kayit@deneme.bel.tr]\n    former: [{family: Aydan, until: 2023-05-05}]"
    changes = {"aliases: [evrak.kayit@deneme.bel.tr]": kept.replace("evrak.kayit", "nermin.aydan")}
    assert "nermin.aydan@deneme.bel.tr" in boxes(changes)["70001"].addresses


def test_an_address_that_is_free_again_is_not_the_leaver_s():
    box = boxes(day=Day("2027-06-30"))["70004"]
    assert (box.addresses, box.stage.name) == ((), "closing")
    assert box.stage.held is not None


def test_forwards_and_answers_of_the_day():
    box = boxes()["70001"]
    assert box.forwards == (("kadir.ekmekci@deneme.bel.tr", False),)
    assert box.answer == "12 Haziran'a kadar izindeyim."
    assert box.answers == (Answer(box.answer, Day("2026-05-25"), Day("2026-06-12")),)
    assert boxes()["70002"].forwards == (("evrak@deneme.bel.tr", True),)


@pytest.mark.parametrize(("day", "answers"), [("2026-05-24", 1), ("2026-06-13", 0)])
def test_before_and_after_their_days_there_are_none(day, answers):
    box = boxes(day=Day(day))["70001"]
    assert (box.forwards, box.answer, len(box.answers)) == ((), None, answers)


def test_who_has_left_forwards_nothing_and_gives_no_answer_of_their_own():
    changes = {"    from: 2021-02-01\n": "    from: 2021-02-01\n    until: 2026-05-31\n"}
    whole = {**changes, "    out_of_office:\n      - {from: 2026-05-25, until: 2026-06-12, ": "    # "}
    box = boxes(whole)["70001"]
    assert (box.stage.name, box.forwards) == ("closing", ())
    assert box.answer == (
        "Nermin Uslu artık Deneme Belediyesi bünyesinde çalışmamaktadır. Konunuz için santral: +903120000000."
    )


def test_a_leaver_s_successor_is_named_and_gets_a_copy():
    box = boxes()["70003"]
    assert (box.successor, box.stage.name, box.stage.copy) == ("70002", "closing", True)
    assert "Kadir Ekmekçi" in str(box.answer)
    assert box.answers == (Answer(str(box.answer), Day("2026-05-23"), Day("2026-07-21")),)


def test_a_successor_who_is_still_to_come_gets_nothing():
    changes = {"    class: evrak\n    from: 2022-09-05": "    class: evrak\n    from: 2026-09-07"}
    box = boxes(
        {**changes, '    forwards:\n      - {to: "70002", keep_copy: false, from: 2026-05-25, until: 2026-06-12}\n': ""}
    )
    assert (box["70003"].successor, box["70003"].stage.copy) == (None, False)
    assert box["70002"].stage.name == "future"


def test_mail_is_not_forwarded_to_a_colleague_who_has_yet_to_come():
    changes = {"    class: evrak\n    from: 2022-09-05": "    class: evrak\n    from: 2026-06-08"}
    assert boxes(changes)["70001"].forwards == ()


def test_a_mailbox_under_legal_hold_stays_as_it_was():
    box = boxes()["70004"]
    assert (box.stage.name, box.stage.until) == ("closing", None)
    assert box.answers[0].last == Day("2199-12-30")


def test_a_unit_s_mailbox():
    box = boxes()["unit:evrak"]
    assert box[:6] == ("unit:evrak", "u-evrak", "Evrak Kayıt Servisi", ("evrak@deneme.bel.tr",), None, 8192)
    assert box.readers == {"70001", "70002", "40001"}
    assert box.writers == {"70001", "70002"}
    assert box.senders == {"70001"}
    assert box.stage.name == "open"


@pytest.mark.parametrize(("day", "stage"), [("2027-12-31", "open"), ("2028-01-01", "refused")])
def test_a_program_s_mailbox_takes_nothing_after_its_last_day(day, stage):
    entry = '{name: svc-faks, purpose: Faks, owner: "40002", until: 2027-12-31, mail: faks@deneme.bel.tr}'
    text = f"service_accounts:\n  - {entry}\n"
    later = {"until: 2027-12-31\n": "until: 2035-12-31\n"}
    box = boxes(later, day=Day(day), fax=text)["service:svc-faks"]
    assert box[:5] == ("service:svc-faks", "svc-faks", "svc-faks", ("faks@deneme.bel.tr",), "svc-faks")
    assert box.stage.name == stage


def test_who_files_in_it_reads_it_too():
    assert "40002" in boxes({"send_as: [person:70001]": "write: [person:40002]"})["unit:evrak"].readers


def test_the_lists():
    found = lists()
    assert list(found) == ["posta-raporlari", "herkes", "group:kriz-masasi", "mail:postmaster", "mail:abuse"]
    assert found["herkes"] == MailingList("herkes", "Herkes", "herkes@deneme.bel.tr", HERE, {"40001", "40002"})
    assert found["posta-raporlari"].senders == "anyone"
    assert found["posta-raporlari"].members == {"40002", "40003"}
    assert found["group:kriz-masasi"] == MailingList(
        "group:kriz-masasi", "Kriz masası", "kriz@deneme.bel.tr", {"40001", "40007"}, "internal"
    )
    for name in ("postmaster", "abuse"):
        assert found[f"mail:{name}"].address == f"{name}@deneme.bel.tr"
        assert found[f"mail:{name}"][3:] == ({"40002", "40003", "40007"}, "anyone")


@pytest.mark.parametrize(
    ("member", "people"),
    [
        ("person:40003", {"40003"}),
        ("person:40006", set()),
        ("unit:imar", {"40004", "40005"}),
        ("unit:bilgi-islem", {"40002", "40003", "40007"}),
        ("unit:baskanlik", HERE),
        ("class:teknisyen", {"40007"}),
        ("role:ebys.yonetici", {"40003"}),
        ("role:ebys.onay", {"40001", "40002", "40003", "40005"}),
        ("group:vpn", {"40003", "40007"}),
        ("group:raporlar", {"40001", "40002", "40003", "40005", "40007"}),
        ("list:herkes", HERE),
        ("list:none", set()),
        ("service:svc-tarama", set()),
    ],
)
def test_who_is_meant(member, people):
    assert Roster(mail_city()).of([member]) == people


def test_circles_end():
    text = "groups:\n  - {code: bir, name: Bir, members: {set: [unit:imar]}}\n"
    roster = Roster(mail_city(extra=text))
    roster._steps["unit"] = lambda key: ("unit:imar", "group:bir")
    assert roster.of(["group:bir"]) == {"40004", "40005"}


def test_every_address_is_claimed_once():
    claimed = [claim.address for claim in addresses.claims(mail_city())]
    assert len(claimed) == len(set(claimed))
    taken = {address for box in boxes().values() for address in box.addresses} | {i.address for i in lists().values()}
    assert taken <= set(claimed)
    assert "zeynep.aydin@deneme.bel.tr" in claimed
