# SPDX-License-Identifier: GPL-3.0-or-later
"""The action that plans telephony and applies the plan, on an exchange that only answers as the modules do."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.konak.it.plugins.action.telephony import ActionModule
from ansible_collections.konak.it.plugins.plugin_utils.model.exchanges import MAIN
from ansible_collections.konak.it.plugins.plugin_utils.planning.store import read_part, read_parts, read_plan
from ansible_collections.konak.it.plugins.plugin_utils.systems import ALL_LIMITS
from ansible_collections.konak.it.plugins.plugin_utils.telephony import files, objects
from base_city import BASE_FILES, part_text
from telephony_city import (
    BRANCH,
    MASTER,
    RECORDED,
    SOUND,
    SPOKEN,
    answer_of,
    derived,
    telephony_city,
    tone,
    wanted,
)
from unit.ansible.action_host import ActionHost

RENAMED = {"    family: Yıldız": "    family: Yıldız Kaya"}
LEFT = {'    extension: "7002"': '    extension: "7002"\n    until: 2026-05-31'}
RIGHTS = {"calls_closed: [local]": "calls_closed: [local, mobile]"}
MENU = {
    'line: "9"\n': 'line: "9"\n  menus: [{code: ana, name: Ana, extension: "7800", prompt: Hoş geldiniz, '
    'choices: [{digit: "1", to: "unit:cagri"}]}]\n'
}


class Host(ActionHost):
    """The exchange, made for the city as it is."""

    name = "santral1"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, ActionModule, {"master_secret": MASTER})
        self.answers["exchange"] = answer_of(telephony_city())

    def edit(self, changes: Mapping[str, str]) -> None:
        """Write the inventory with these changes."""
        text = part_text("telephony")
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new, 1)
        base = {name: data.decode() for name, data in BASE_FILES.items()}
        self.inventory({**base, "telephony.yml": text})

    def planned(self, changes: Mapping[str, str], beside: Mapping[str, bytes] | None = None, **scope: str) -> set[str]:
        """Plan an edit and approve it; the kinds and keys of its changes."""
        self.edit(changes)
        for name, content in (beside or {}).items():
            path = self.folder / "inventory" / name
            path.parent.mkdir()
            path.write_bytes(content)
        assert self.run(phase="plan").get("failed") is None
        plan = self.approve(telephony_city(changes, beside=beside), ALL_LIMITS, **scope)
        assert plan.stops == ()
        return {f"{change.kind} {change.key}" for change in plan.changes}

    def delivered(self) -> dict[str, Any]:
        """What was handed over in an apply."""
        [given] = [given for name, given in self.asked if name == "owned_files"]
        return given


@pytest.fixture
def host(tmp_path, monkeypatch):
    monkeypatch.setenv("KONAK_BUILD", str(tmp_path / "build"))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    return Host(tmp_path)


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


TELEPHONES = {
    "servers:\n  - name: santral1": "telephones:\n"
    '  - {mac: 00:00:5e:00:53:41, model: snom-d785, person: "80001"}\n'
    '  - {mac: 00:00:5e:00:53:42, model: snom-d785, person: "80002"}\n'
    "servers:\n  - name: santral1"
}


def test_telephones_of_a_closed_line_are_told_to_fetch_the_file_that_locks_them_then_forgotten(host):
    host.answers["exchange"] = answer_of(telephony_city(TELEPHONES)) | {"told": ["80002"], "forgotten": ["80002"]}
    planned = host.planned(TELEPHONES | LEFT)
    assert {"line 80002", "handset 00005e005342", "locked locked-00005e005342"} < planned
    host.run(phase="apply")
    assert [name for name, _ in host.asked] == ["exchange", "owned_files"]
    assert host.run(phase="tell") == {"changed": True}
    question = {"forget": ["80002"], "resync": ["80002", "locked-00005e005342"]}
    assert host.asked[-1] == ("exchange", question)


def test_a_telephone_that_got_another_owner_is_told_under_the_line_that_it_still_has(host):
    host.answers["exchange"] = answer_of(telephony_city(TELEPHONES)) | {"told": [], "forgotten": []}
    other = {old: new.replace('"80002"', '"80001"') for old, new in TELEPHONES.items()}
    assert host.planned(other) == {"handset 00005e005342"}
    assert host.run(phase="tell") == {"changed": False}
    assert host.asked[-1] == ("exchange", {"forget": [], "resync": ["80001", "80002"]})


def test_nobody_is_told_anything_where_no_file_changed(host):
    host.answers["exchange"] = answer_of(telephony_city(TELEPHONES))
    host.planned(TELEPHONES | RIGHTS)
    asked = list(host.asked)
    assert host.run(phase="tell") == {"changed": False}
    assert host.asked == asked


def test_only_telephones_whose_file_changes_are_told_to_fetch_it(host):
    host.answers["exchange"] = answer_of(telephony_city(TELEPHONES)) | {"told": ["80002"], "forgotten": []}
    assert host.planned(TELEPHONES | RENAMED) == {"line 80002", "handset 00005e005342"}
    host.run(phase="apply")
    assert host.run(phase="tell") == {"changed": True}
    assert host.asked[-1] == ("exchange", {"forget": [], "resync": ["80002"]})
    password = derived(objects.secret_of("80002"))
    tree = host.delivered()["files"]
    shown = {path for path, file in tree.items() if password in file["content"]}
    assert all(tree[path]["secret"] for path in shown)
    assert len(shown) == 2


def test_prompts_are_made_before_the_plan_that_plays_them_is_tried(host):
    assert {"menu ana", "number 7800"} < host.planned(MENU)
    host.run(phase="apply")
    assert [name for name, _ in host.asked] == ["exchange", "exchange", "owned_files"]
    [said] = host.asked[1][1]["speak"].values()
    assert said == {"text": "Hoş geldiniz", "language": "tr"}


def prompts_of(changes, beside=None):
    """The names of what an exchange says, by text and whether that was recorded."""
    items = wanted(telephony_city(changes, beside=beside)).values()
    return {(item.fields["text"], "sound" in item.fields): item.key for item in items if item.kind == "prompt"}


def test_a_recording_is_sent_before_what_plays_it_is_tried(host):
    sound = {SOUND: tone()}
    key = prompts_of(RECORDED, sound)["Kapalıyız.", True]
    assert f"prompt {key}" in host.planned(RECORDED, sound)
    assert host.run(phase="apply").get("failed") is None
    assert [name for name, _ in host.asked] == ["exchange", "exchange", "owned_files"]
    assert host.sent == {f"/none/{key}.wav": tone()}
    said = host.asked[1][1]["speak"]
    assert said.pop(key) == {"text": "Kapalıyız.", "language": "tr", "sound": f"/none/{key}.wav"}
    assert [*said.values()] == [{"text": "Merhaba.", "language": "tr"}]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.write_bytes(tone(81)), f"the recording {SOUND} is not the one of the plan"),
        (lambda path: path.unlink(), f"the recording {SOUND} cannot be read any more: No such file"),
    ],
)
def test_a_recording_that_is_not_the_one_of_the_plan_is_not_sent(host, spoil, words):
    host.planned(RECORDED, {SOUND: tone()})
    spoil(host.folder / "inventory" / SOUND)
    failed = host.run(phase="apply")
    assert failed["failed"] is True
    assert words in failed["msg"]
    assert [name for name, _ in host.asked] == ["exchange"]
    assert host.sent == {}


def test_a_recording_that_cannot_be_converted_ends_the_apply(host):
    """The answers of the exchange are there for the first question of an apply; the second is to make prompts."""
    host.planned(RECORDED, {SOUND: tone()})
    said = host.said
    host.said = lambda name, given: {"failed": True, "msg": "sox"} if "speak" in given else said(name, given)
    assert host.run(phase="apply")["msg"] == "sox"
    assert [name for name, _ in host.asked] == ["exchange"]


def test_what_nothing_plays_any_more_goes_once_the_new_configuration_is_delivered(host):
    """The prompt of before, and one that a failed apply left; what is still said stays."""
    sound, left = {SOUND: tone()}, "0123456789abcdef"
    before = telephony_city(RECORDED, beside=sound)
    host.answers["exchange"] = answer_of(before)
    host.answers["exchange"]["prompts"].append(left)
    old, new = prompts_of(RECORDED, sound)["Kapalıyız.", True], prompts_of(SPOKEN)["Kapalıyız.", False]
    assert host.planned(SPOKEN) == {f"prompt {old}", f"prompt {new}", "menu ana"}
    host.fails["owned_files"] = "validate: pbx_try ended with status 1"
    assert host.run(phase="apply")["failed"] is True
    assert not any("silence" in given for _, given in host.asked)
    host.fails.clear()
    host.asked.clear()
    assert host.run(phase="apply")["applied"] == 3
    assert [name for name, _ in host.asked] == ["exchange", "exchange", "owned_files", "exchange"]
    assert host.asked[1][1]["speak"].keys() == {new}
    assert host.asked[-1][1]["silence"] == sorted([left, old])


def test_a_prompt_that_a_failed_apply_made_is_not_made_again(host):
    host.answers["exchange"]["prompts"] = list(prompts_of(SPOKEN).values())
    assert {f"prompt {key}" for key in prompts_of(SPOKEN).values()} < host.planned(SPOKEN)
    host.run(phase="apply")
    assert [name for name, _ in host.asked] == ["exchange", "owned_files"]


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


@pytest.mark.parametrize("is_recorded", [True, False], ids=["first", "after a removal that failed"])
def test_a_retired_mailbox_is_removed_once_no_file_has_it(host, is_recorded):
    day = datetime.date(2026, 5, 22) + datetime.timedelta(days=telephony_city().organisation.retention_days + 1)
    years = "".join(f"    - {{day: {year}-05-01, name: İşçi Bayramı}}\n" for year in range(2027, day.year + 2))
    city = telephony_city(later := {"    - {day: 2026-07-15": f"{years}    - {{day: 2026-07-15"}, day)
    answer = {**answer_of(city), "boxes": ["80004"]}
    if is_recorded:
        row = {"kind": "line", "key": "80004", "label": "Perihan Bozok", "fields": {"open": False}}
        answer["records"] = files.as_rows([*json.loads(answer["records"]), row])
    host.answers["exchange"] = answer
    host.edit(later)
    host.run(phase="plan", day=str(day), retire=True)
    plan = host.approve(city, ALL_LIMITS, retire="yes")
    assert ("line", "80004", "retire") in {(change.kind, change.key, change.action) for change in plan.changes}
    assert host.run(phase="apply", day=str(day))["changed"] is True
    assert [name for name, _ in host.asked] == ["exchange", "owned_files", "exchange"]
    assert host.asked[-1][1]["erase"] == ["80004"]
    assert "80004" not in host.delivered()["files"][files.BOXES]["content"]


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
