# SPDX-License-Identifier: GPL-3.0-or-later
"""The action that plans telephony and applies the plan, on an exchange that only answers as the modules do."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.konak.it.plugins.plugin_utils.model.exchanges import MAIN
from ansible_collections.konak.it.plugins.plugin_utils.planning.store import read_part, read_parts, read_plan
from ansible_collections.konak.it.plugins.plugin_utils.systems import ALL_LIMITS
from ansible_collections.konak.it.plugins.plugin_utils.telephony import files, objects
from telephony_city import (
    BRANCH,
    answer_of,
    derived,
    telephony_city,
)
from unit.ansible.telephony_host import LEFT, RENAMED, RIGHTS, host_in


@pytest.fixture
def host(tmp_path, monkeypatch):
    return host_in(tmp_path, monkeypatch)


def test_a_plan_with_nothing_to_change_is_one_round_trip_and_leaves_the_table(host):
    host.edit({})
    assert host.run(phase="plan") == {"changed": False, "changes": 0}
    assert read_part(host.build, "telephony").source == "santral1"
    assert "| Nöbetçi |" in (host.build / "plan/calls.md").read_text(encoding="utf-8")
    page = (host.build / "plan/telephones.md").read_text(encoding="utf-8")
    assert "| 7001 | Şule Ilgaz | – | – |" in page
    [(name, question)] = host.asked
    assert name == "exchange"
    assert {*files.MADE} < {*question["digests"]}
    assert not {"forget", "speak", "reload"} & question.keys()


def test_what_telephones_do_changes_the_page_and_never_a_plan(host):
    host.planned(RENAMED)
    before = read_plan(host.build / "plan/plan.json").digest
    there = [{"status": "reachable", "ms": 9.5, "address": "192.0.2.140"}]
    host.answers["exchange"]["state"] |= {"at": 1780318800, "telephones": {"80001": there}}
    assert host.planned(RENAMED) == {"line 80002"}
    assert read_plan(host.build / "plan/plan.json").digest == before
    assert "192.0.2.140, 9.5 ms" in (host.build / "plan/telephones.md").read_text(encoding="utf-8")
    host.answers["exchange"]["state"] = {}
    assert host.run(phase="apply") == {"changed": True, "applied": 1}, "nor does it stop what was approved"


def test_an_apply_delivers_all_files_with_the_table_to_try_them_by(host):
    assert host.planned(RENAMED) == {"line 80002"}
    assert host.run(phase="apply") == {"changed": True, "applied": 1}
    tree = host.delivered()["files"]
    assert 'callerid="Tarık Yıldız Kaya" <7002>' in tree[files.LINES]["content"]
    assert '"access_class": "nobet"' in tree[files.CALLS]["content"]
    assert host.delivered()["reload"][0][-1] == "--reload"
    assert [name for name, _ in host.asked] == ["exchange", "owned_files"]
    [done] = (host.build / "applied").glob("inverse-telephony-*.json")
    assert len(read_plan(done).changes) == 1


def test_passwords_are_in_files_that_are_secret_and_in_no_part(host):
    host.planned(RENAMED)
    host.run(phase="apply")
    password = derived(objects.secret_of("80002"))
    tree = host.delivered()["files"]
    assert {path for path, file in tree.items() if password in file["content"]} == {files.LINES}
    assert {path for path, file in tree.items() if file.get("secret")} == files.SECRET
    assert password not in (host.build / "plan/part-telephony.json").read_text(encoding="utf-8")


def test_files_that_are_read_at_a_start_alone_start_it_anew(host):
    path = f"{files.FOLDER}/modules.conf"
    host.answers["exchange"]["digests"][path] = "0" * 64
    assert host.planned({}) == {f"configuration {path}"}
    host.run(phase="apply")
    assert host.delivered()["reload"][0][-1] == "--restart"


def test_what_runs_otherwise_is_reloaded_though_no_file_differs(host):
    host.answers["exchange"]["running"]["differences"] = ["the number 2999 is in no record"]
    assert host.planned({}) == {"running exchange"}
    host.run(phase="apply")
    assert host.asked[-1] == ("exchange", {"reload": True, "silence": [], "erase": []})


def test_a_limited_plan_tries_no_table_that_does_not_fit_and_keeps_what_it_does_not_name(host):
    path = f"{files.FOLDER}/rtp.conf"
    host.answers["exchange"]["digests"][path] = "0" * 64
    assert host.planned(RIGHTS | RENAMED, limit="person=80002") == {"line 80002"}
    assert host.run(phase="apply")["applied"] == 1
    given = host.delivered()
    assert given["keep"] == [path]
    assert path not in given["files"]
    assert given["files"][files.CALLS]["content"] == "[\n\n]\n"


def test_a_limited_plan_overwrites_nothing_that_was_changed_by_hand(host):
    host.answers["exchange"]["digests"][files.LINES] = "0" * 64
    host.planned(RENAMED, limit="person=80002")
    failed = host.run(phase="apply")
    assert failed["failed"] is True
    assert f"{files.LINES} is not as recorded" in failed["msg"]
    assert [name for name, _ in host.asked] == ["exchange"]


@pytest.mark.parametrize("broken", ['[{"kind": "line"}]', "nonsense"])
def test_records_that_cannot_be_read_are_no_empty_exchange(host, broken):
    host.answers["exchange"]["records"] = broken
    host.edit({})
    failed = host.run(phase="plan")
    assert failed["failed"] is True
    assert failed["errors"][0]["host"] == "santral1"
    assert not (host.build / "plan/part-telephony.json").exists()


def test_an_exchange_that_changed_after_the_plan_is_left_alone(host):
    host.planned(RENAMED)
    host.answers["exchange"] = answer_of(telephony_city(LEFT))
    assert host.run(phase="apply")["msg"].startswith("the exchange changed after the plan was made: telephony: ")
    assert [name for name, _ in host.asked] == ["exchange"]


def test_a_configuration_that_the_gate_refuses_is_told_with_its_words(host):
    host.planned(RENAMED)
    host.fails["owned_files"] = "validate: pbx_try ended with status 1"
    assert host.run(phase="apply")["msg"] == host.fails["owned_files"]
    assert not (host.build / "applied").exists()


def test_each_exchange_plans_and_applies_its_own_changes(host, tmp_path):
    """Of one plan over both, the branch does what is its own."""
    before = telephony_city(dict(list(BRANCH.items())[:2]))
    host.edit(BRANCH)
    for name, site in (("santral1", MAIN), ("santral2", "liman")):
        host.name, host.answers["exchange"] = name, answer_of(before, site)
        assert host.run(phase="plan").get("failed") is None
    parts = [change.key for part in read_parts(host.build, "telephony") for change in part.changes]
    assert sorted(parts) == ["80002", "liman:7002", "liman:80002"]
    pages = {path.name for path in (host.build / "plan").glob("telephones*.md")}
    assert pages == {"telephones.md", "telephones-liman.md"}
    host.approve(telephony_city(BRANCH), ALL_LIMITS)
    done = host.run(phase="apply")
    assert done["applied"] == 2
    files = host.delivered()["files"]
    assert "[80002](konak-line)" in files["/etc/asterisk/konak/lines.conf"]["content"]
    host.name = "dosya1"
    with pytest.raises(AnsibleActionFail, match="dosya1 is no exchange"):
        host.run(phase="plan")
