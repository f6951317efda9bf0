# SPDX-License-Identifier: GPL-3.0-or-later
"""From two days of a city to changes, what counts against the guard, and what stops a plan."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.konak.it.plugins.module_utils import guard
from ansible_collections.konak.it.plugins.module_utils.plan import Stop, compare
from ansible_collections.konak.it.plugins.plugin_utils.mail import maps, reconcile
from ansible_collections.konak.it.plugins.plugin_utils.mail.attributes import KINDS, LIMITS, SYSTEM
from ansible_collections.konak.it.plugins.plugin_utils.mail.configuration import TEMPLATES
from ansible_collections.konak.it.plugins.plugin_utils.mail.intent import intent
from ansible_collections.konak.it.plugins.plugin_utils.planning.after import after
from unit.mail.post import BOX, DOMAIN, LEFT, ME, MINE, answer_of, changes, live_of, named, town

MEGABYTE = 1 << 20


def leavers(count: int, **more: Any) -> list[dict[str, Any]]:
    """People who leave on the same day, as when a contract ends."""
    return [
        {**LEFT, "id": f"8{number:04}", "family": f"Ilgaz{'abcdefghijklmnopqrstu'[number]}", **more}
        for number in range(count)
    ]


def test_a_server_that_is_as_it_should_be_is_left_alone():
    assert changes(town(*leavers(2)), live_of(town(*leavers(2)))) == []


def test_an_empty_server_gets_everything_but_what_is_wanted_only_if_it_is_there():
    empty = live_of(town(), files={}, digests={}, places={}, shared={})
    plan = changes(town(), empty)
    assert {change.action for change in plan} == {"create"}
    assert "40006" not in {change.key for change in plan}, "who left long ago"
    assert {change.key for change in plan if change.kind == "configuration"} == TEMPLATES.keys()


@pytest.mark.parametrize(
    ("record", "done"),
    [
        ({"mail_quota_mb": 99}, {(*BOX, "update")}),
        ({"unit": "imar"}, {(*BOX, "update")}),
        ({"family": "Kaya"}, {(*BOX, "update"), (*MINE, "delete"), ("address", f"sule.kaya@{DOMAIN}", "create")}),
        ({"leave": [{"from": "2026-06-01", "until": "2026-06-30"}]}, {(*BOX, "disable")}),
        ({"until": "2026-05-31"}, {(*BOX, "disable"), (*MINE, "update")}),
        ({"until": "2026-04-30"}, {(*BOX, "disable"), (*MINE, "disable")}),
        ({"until": "2026-03-31"}, {(*BOX, "move"), (*MINE, "retire")}),
    ],
)
def test_what_a_record_changes(record, done):
    plan = changes(town({**ME, **record}), live_of(town(ME)))
    lists = {("address", f"herkes@{DOMAIN}", "update")} if "until" in record else set()
    assert named(plan) == done | lists


def test_the_configuration_is_changed_by_the_settings_and_by_a_list_with_senders_of_its_own():
    wider = changes(town(changes={"message_mb: 30": "message_mb: 40"}), live_of(town()))
    assert named(wider) == {("configuration", "/etc/postfix/main.cf", "update")}
    closed = changes(town(changes={"senders: anyone": "senders: [class:yonetici]"}), live_of(town()))
    assert named(closed) == {*named(wider), ("address", f"raporlar@{DOMAIN}", "update")}


def test_a_mailbox_without_a_record_is_closed_and_never_deleted():
    plan = changes(town(), live_of(town(ME)))
    [box] = [change for change in plan if change.kind == "mailbox"]
    assert (box.key, box.action, box.fields["login"]) == ("80001", "disable", {"before": True, "after": False})
    assert [reason.file for reason in box.reasons] == [None]
    left = {item.key: item for item in after(live_of(town(ME)).items, plan)}
    assert (left["80001"].fields["place"], left["80001"].fields["quota_mb"]) == ("box", 4096)
    assert MINE[1] not in left


@pytest.mark.parametrize("spool", ["kept", "gone"])
def test_a_file_of_users_that_was_emptied_by_hand_is_filled_again_and_nothing_goes(spool):
    city = town(ME, LEFT | {"id": "80002", "family": "Kaya"}, day="2026-07-02")
    was = answer_of(city)
    live = live_of(city, files={**was["files"], maps.USERS: ""}, places=was["places"] if spool == "kept" else {})
    plan = changes(city, live)
    assert {change.kind for change in plan} == {"mailbox"}
    assert not {"delete", "retire", "move"} & {change.action for change in plan}
    again = maps.render(after(live.items, plan), "+0300")[maps.USERS].splitlines()
    lost = [line for line in was["files"][maps.USERS].splitlines() if line not in again]
    assert [line.partition(":")[0] for line in lost] == ([] if spool == "kept" else ["80002"])


def test_a_folder_that_nobody_knows_upsets_nothing():
    city = town()
    live = live_of(city, places={**answer_of(city)["places"], "eski": "box"})
    assert changes(city, live) == []
    assert maps.render(after(live.items, []), "+0300") == answer_of(city)["files"]


def test_a_line_of_users_that_somebody_broke_is_mended():
    city = town(ME)
    files = answer_of(city)["files"]
    whole = "80001::vmail:vmail:Şule Ilgaz,sule.ilgaz:::userdb_quota_storage_size=4096M"
    assert whole in files[maps.USERS]
    files[maps.USERS] = files[maps.USERS].replace(whole, "80001::::,:::userdb_quota_storage_size=lots")
    plan = changes(city, live_of(city, files=files))
    assert named(plan) == {(*BOX, "restore")}
    assert reconcile.shrinking(plan) == []
    assert list(reconcile.stops(town(), plan, live_of(city))) == []


def test_an_archive_or_a_box_that_goes_for_good_asks_for_no_size():
    """What a run that was killed left in use goes with its quota."""
    gone = town({**LEFT, "until": "2023-06-01"})
    plan = compare(SYSTEM, KINDS, intent(gone, retire=True), live_of(town({**ME, "from": "2020-01-06"})).items)
    assert (*BOX, "retire") in named(plan)
    assert reconcile.shrinking(plan) == []
    assert [stop for stop in reconcile.stops(gone, plan, live_of(gone)) if "quota" in stop.rule] == []


# --- quotas -------------------------------------------------------------------------------------------------------


@pytest.fixture
def smaller():
    """The plan of a class whose mailboxes shrink; one of its people has a quota of their own."""
    return changes(town(changes={"mail_quota_mb: 4096": "mail_quota_mb: 2048"}), live_of(town()))


def test_only_of_mailboxes_that_shrink_the_size_is_asked(smaller):
    assert reconcile.shrinking(smaller) == ["70002", "70003", "70004"]
    larger = changes(town(changes={"mail_quota_mb: 4096": "mail_quota_mb: 5000"}), live_of(town()))
    assert len(larger) == 3
    assert reconcile.shrinking(larger) == reconcile.shrinking(changes(town(ME), live_of(town()))) == []


def test_a_quota_below_what_is_used_stops(smaller):
    full = live_of(town(), usage={"70002": 2048 * MEGABYTE + 1, "70003": 2048 * MEGABYTE, "70001": 9999 * MEGABYTE})
    assert list(reconcile.stops(town(), smaller, full)) == [
        Stop(
            "mail.mailbox.quota",
            "the quota of Kadir Ekmekçi (70002) would be 2048 MB, and 2048 MB are used",
            "give more, or have mail deleted first",
            "mail",
        )
    ]


# --- the guard ----------------------------------------------------------------------------------------------------


def stopped(count: int, before: str, day: str, **more: Any) -> set[str]:
    """Rules that stop the plan from one day to another, with so many who leave."""
    people = leavers(count, **more)
    live = live_of(town(*people, day=before))
    plan = changes(town(*people, day=day), live)
    return {stop.rule for stop in guard.check(plan, {("mail", kind): n for kind, n in live.counts.items()}, LIMITS)}


@pytest.mark.parametrize(
    ("before", "day", "rules"),
    [
        ("2026-06-01", "2026-06-02", {"mail.mailbox.disable"}),
        ("2026-07-01", "2026-07-02", {"mail.address.disable"}),
        ("2026-07-31", "2026-08-01", {"mail.mailbox.move"}),
        ("2026-08-30", "2026-08-31", {"mail.mailbox.move"}),
    ],
)
def test_six_at_once_are_too_many_and_five_are_not(before, day, rules):
    assert stopped(6, before, day) == rules
    assert stopped(5, before, day) == set()


def test_addresses_that_have_ended_are_counted_by_themselves():
    """They go day by day, and so more of them pass."""
    assert stopped(21, "2026-07-31", "2026-08-01") == {"mail.mailbox.move", "mail.address.retire"}


def test_a_leave_of_many_counts_too():
    leave = [{"from": "2026-06-01", "until": "2026-06-30"}]
    assert stopped(6, "2026-05-31", "2026-06-01", leave=leave, until="2027-01-01") == {"mail.mailbox.disable"}


def test_records_that_are_gone_are_stopped_for_people_and_addresses():
    live = live_of(town(*leavers(6)))
    found = guard.check(changes(town(), live), {}, LIMITS)
    assert {stop.rule for stop in found} == {"mail.mailbox.disable", "mail.address.delete"}
    assert all("6 of them because their record is gone" in stop.message for stop in found)


def test_the_address_of_a_mailbox_that_is_set_aside_goes_with_a_reason():
    plan = changes(town(LEFT, day="2026-08-01"), live_of(town(LEFT, day="2026-07-31")))
    [gone] = [change for change in plan if change.kind == "address"]
    assert (gone.key, gone.action) == (MINE[1], "retire")
    assert [reason.file for reason in gone.reasons] == ["inventory/yeni.yml"]


def test_a_mailbox_that_was_not_yet_set_aside_when_the_apply_ended_is_set_aside_by_the_next():
    """The files are delivered, and then the host is gone."""
    today = town(LEFT, day="2026-08-01")
    interrupted = {**answer_of(today), "places": {"80001": "box"}}
    assert (*BOX, "move") in named(changes(today, live_of(today, **interrupted)))


# --- notes and attempts -------------------------------------------------------------------------------------------


def test_a_hold_is_told_and_one_who_is_employed_needs_no_telling():
    assert reconcile.held(town()) == [
        "Sami Yurtsever (70004): the mailbox stays closing since 2026-03-16 by legal hold, Teftiş Kurulu, 2026/7"
    ]
    held = {**ME, "legal_hold": {"from": "2026-05-01", "reason": "2026/9"}}
    assert reconcile.held(town(held)) == reconcile.held(town())


def test_changed_addresses_are_tried_with_the_answer_that_is_due():
    live = live_of(town(LEFT, {**ME, "id": "80002", "family": "Ay"}, day="2026-07-01"))
    closed = {"yonetici]\n    senders: anyone": "yonetici]\n    senders: internal"}
    now = town(LEFT, {**ME, "id": "80003", "family": "Oy"}, day="2026-07-02", changes=closed)
    plan = changes(now, live)
    assert set(reconcile.attempts(plan, after(live.items, plan))) == {
        f"sule.ilgaz@{DOMAIN}=5",  # refused from now on
        f"sule.ay@{DOMAIN}=5",  # nobody's any more
        f"sule.oy@{DOMAIN}=2",
        f"raporlar@{DOMAIN}=5",  # tried as from outside
        f"herkes@{DOMAIN}=5",
    }
    assert len(reconcile.attempts(plan, after(live.items, plan), most=2)) == 2
