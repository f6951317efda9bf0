# SPDX-License-Identifier: GPL-3.0-or-later
"""The action that plans mail and applies the plan, on a mail server that only answers as the module does."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.konak.it.plugins.action.mail import ActionModule
from ansible_collections.konak.it.plugins.module_utils.plan import Plan
from ansible_collections.konak.it.plugins.module_utils.secrets import password
from ansible_collections.konak.it.plugins.plugin_utils.mail import maps
from ansible_collections.konak.it.plugins.plugin_utils.model.city import City
from ansible_collections.konak.it.plugins.plugin_utils.model.passwords import service_password
from ansible_collections.konak.it.plugins.plugin_utils.planning.store import read_part, read_plan, write_plan
from ansible_collections.konak.it.plugins.plugin_utils.systems import ALL_LIMITS
from base_city import BASE_FILES
from mail_city import MAIL
from unit.ansible.action_host import ActionHost
from unit.mail.post import LATER, LEFT, ME, answer_of, files_of, town

MASTER = "canary-master-canary-master-canary-master"
URIS = ["ldaps://dc1.deneme.bel.tr"]
ARGUMENTS = {"master_secret": MASTER, "directory_uris": URIS}
HELD = "Sami Yurtsever (70004): the mailbox stays closing since 2026-03-16 by legal hold, Teftiş Kurulu, 2026/7"


def secret(city: City) -> str:
    return password(MASTER, service_password(city.service_accounts["svc-posta"]))


class Host(ActionHost):
    """The mail server, which was last made for a city."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, ActionModule, ARGUMENTS)
        self.is_for(town())

    def is_for(self, city: City) -> None:
        self.answer = self.answers["mailboxes"] = answer_of(city)
        own = files_of(city, uris=tuple(URIS), password=secret(city))
        self.answer["digests"] = {path: hashlib.sha256(text.encode()).hexdigest() for path, text in own.items()}

    def inventory(self, *people: dict[str, Any], **changes: str) -> None:
        """Write the inventory of a city."""
        text = MAIL
        for old, new in {**LATER, **changes}.items():
            assert old in text
            text = text.replace(old, new)
        more = {"mail.yml": text, "yeni.yml": json.dumps({"people": people})} if people else {"mail.yml": text}
        super().inventory({**{name: data.decode() for name, data in BASE_FILES.items()}, **more})

    def approve(self, **scope: str) -> Plan:
        """Take the plan of the city as it is for approved."""
        return super().approve(town(), ALL_LIMITS, **scope)


@pytest.fixture
def host(tmp_path, monkeypatch):
    monkeypatch.setenv("KONAK_BUILD", str(tmp_path / "build"))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    made = Host(tmp_path)
    made.inventory()
    return made


# --- plan ---------------------------------------------------------------------------------------------------------


def test_a_plan_with_nothing_to_change_is_one_round_trip_and_tells_of_holds(host):
    assert host.run(phase="plan") == {"changed": False, "changes": 0}
    part = read_part(host.build, "mail")
    assert (part.changes, part.stops, part.source, part.notes) == ((), (), "sunucu1", (HELD,))
    assert (part.live["mailbox"], part.live["configuration"]) == (12, len(host.answer["digests"]))
    [(name, question)] = host.asked
    assert (name, question["usage"]) == ("mailboxes", [])
    assert not {"moves", "kick", "shares"} & question.keys()


def test_the_password_is_in_no_part(host):
    files, host.answer["digests"] = len(host.answer["digests"]), {}
    assert host.run(phase="plan")["changes"] == files
    text = (host.build / "plan/part-mail.json").read_text(encoding="utf-8")
    assert "/etc/dovecot/konak-directory.conf" in text
    assert secret(town()) not in text
    assert MASTER not in text


@pytest.mark.parametrize(
    ("limit", "asked", "stopped"),
    [("", ["70002", "70003", "70004"], True), ("person=70002", ["70002"], True), ("person=70003", ["70003"], False)],
)
def test_the_size_of_mailboxes_that_shrink_is_asked_for(host, limit, asked, stopped):
    host.inventory(**{"mail_quota_mb: 4096": "mail_quota_mb: 2048"})
    host.answer["usage"] = dict.fromkeys(["70002"] if "70002" in asked else [], 3 << 30)
    host.run(phase="plan", limit=limit)
    assert [question["usage"] for _, question in host.asked] == [[], asked]
    part = read_part(host.build, "mail")
    assert {change.key for change in part.changes} == {"70002", "70003", "70004"}, "the plan takes its part of them"
    assert [stop.rule for stop in part.stops] == (["mail.mailbox.quota"] if stopped else [])


def test_the_guard_stops_a_plan_of_records_that_are_gone(host):
    people = [{**ME, "id": f"8{number:04}", "family": f"Ilgaz{'abcdef'[number]}"} for number in range(6)]
    host.is_for(town(*people))
    host.run(phase="plan")
    assert {stop.rule for stop in host.approve().stops} == {"mail.mailbox.disable", "mail.address.delete"}
    failed = host.run(phase="apply")
    assert (failed["failed"], failed["msg"]) == (True, "the guard stopped this plan; nothing was changed")
    assert host.asked == []


def test_a_server_that_does_not_answer_leaves_no_part(host):
    host.fails["mailboxes"] = "[Errno 13] Permission denied: '/var/vmail/frozen'"
    failed = host.run(phase="plan")
    assert failed["failed"] is True
    [error] = failed["errors"]
    assert (error["message"], error["host"]) == (host.fails["mailboxes"], "sunucu1")
    assert error["remedy"] == "look at the server; nothing is taken for gone"
    assert not (host.build / "plan/part-mail.json").exists()


# --- apply --------------------------------------------------------------------------------------------------------


@pytest.fixture
def planned(host):
    """A plan that brings one mailbox back and sets another aside."""
    rehired = {**ME, "from": "2026-08-01", "earlier": [{"from": "2015-01-05", "until": "2026-05-29"}]}
    other = {**LEFT, "id": "80002", "family": "Kaya"}
    host.is_for(town({**rehired, "id": "80001"}, other, day="2026-07-31"))
    host.inventory(rehired, other)
    host.run(phase="plan", day="2026-08-01")
    host.approve()
    return host


def test_an_apply_brings_back_delivers_and_then_sets_aside(planned):
    result = planned.run(phase="apply", day="2026-08-01")
    assert result["changed"] is True
    first, *rest = planned.asked
    assert first[1]["folders"] == list(maps.FOLDERS)
    assert [name for name, _ in rest] == ["mailboxes", "owned_files", "mailboxes"]
    assert rest[0][1]["moves"] == {"80001": "box"}
    assert (rest[2][1]["moves"], rest[2][1]["kick"]) == ({"80002": "frozen"}, ["80002"])
    [done] = (planned.build / "applied").glob("inverse-mail-*.json")
    assert len(read_plan(done).changes) == result["applied"]


def test_the_files_are_delivered_as_one_set_with_the_password_in_one_of_them(planned):
    planned.run(phase="apply", day="2026-08-01")
    [tree] = [given for name, given in planned.asked if name == "owned_files"]
    assert {*maps.render([], ""), *planned.answer["digests"]} <= tree["files"].keys()
    assert {p for p, f in tree["files"].items() if secret(town()) in f["content"]} == {
        path for path, file in tree["files"].items() if file.get("secret")
    }
    tried = tree["health"][-1]
    assert "sule.kaya@deneme.bel.tr=5" in tried
    assert "sule.ilgaz@deneme.bel.tr=2" in tried


def test_files_that_cannot_be_delivered_end_it_and_no_mailbox_is_set_aside(planned):
    planned.fails["owned_files"] = "postfix check ended with status 1"
    failed = planned.run(phase="apply", day="2026-08-01")
    assert (failed["failed"], failed["msg"]) == (True, planned.fails["owned_files"])
    assert planned.asked[-1][0] == "owned_files"
    assert not (planned.build / "applied").exists()


def test_a_server_that_changed_after_the_plan_is_left_alone(planned):
    planned.answer["files"][maps.ADDRESSES] += "elle@deneme.bel.tr 40003@mailbox.internal\n"
    failed = planned.run(phase="apply", day="2026-08-01")
    assert failed["msg"].startswith("the mail server changed after the plan was made: mail: delete address elle@")
    assert [name for name, _ in planned.asked] == ["mailboxes"]


def test_check_mode_and_an_empty_plan_ask_nothing(planned):
    assert planned.run(phase="apply", day="2026-08-01", check=True)["changed"] is True
    write_plan(planned.build, Plan.of([], "2026-08-01"), "")
    assert planned.run(phase="apply", day="2026-08-01")["changed"] is False
    assert planned.asked == []


@pytest.mark.parametrize(("scope", "count"), [({"limit": "person=70001"}, 1), ({}, 2)])
def test_a_plan_delivers_no_configuration_that_it_does_not_show(host, scope, count):
    host.inventory(**{"message_mb: 30": "message_mb: 40", "mail_quota_mb: 6144": "mail_quota_mb: 7000"})
    host.run(phase="plan", **scope)
    assert len(host.approve(**scope).changes) == count
    assert host.run(phase="apply")["applied"] == count
    [tree] = [given for name, given in host.asked if name == "owned_files"]
    assert tree["keep"] == (["/etc/postfix/main.cf"] if scope else [])
    assert ("/etc/postfix/main.cf" in tree["files"]) is not bool(scope)
    assert "userdb_quota_storage_size=7000M" in tree["files"][maps.USERS]["content"]
