# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action has an exchange say, tell, forget and remove around the delivery of its files."""

from __future__ import annotations

import datetime
import json

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.systems import ALL_LIMITS
from ansible_collections.konak.it.plugins.plugin_utils.telephony import files, objects
from telephony_city import (
    RECORDED,
    SOUND,
    SPOKEN,
    answer_of,
    derived,
    telephony_city,
    tone,
    wanted,
)
from unit.ansible.telephony_host import LEFT, MENU, RENAMED, RIGHTS, host_in


@pytest.fixture
def host(tmp_path, monkeypatch):
    return host_in(tmp_path, monkeypatch)


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
