# SPDX-License-Identifier: GPL-3.0-or-later
"""What callers hear, spoken or recorded: its record, and the changes of a plan that follow from it."""

from __future__ import annotations

import hashlib

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.telephony import files, reconcile
from ansible_collections.konak.it.plugins.plugin_utils.telephony.intent import intent
from ansible_collections.konak.it.plugins.plugin_utils.telephony.live import interpret
from ansible_collections.konak.it.plugins.plugin_utils.telephony.services import sound_files
from telephony_city import (
    RECORDED,
    SOUND,
    SPOKEN,
    answer_of,
    derived,
    files_of,
    menu,
    settings_of,
    telephony_city,
    tone,
    wanted,
)

SOUNDS = {SOUND: tone()}
QUEUE = {
    'line: "9"\n': 'line: "9"\n  queues: [{code: sira, name: Sıra, extension: "7801", '
    f'members: [{{member: "unit:cagri"}}], recorded: {{text: Kaydediliyor., file: {SOUND}}}}}]\n'
}


def prompts(changes, sounds=None):
    """What is said, by text."""
    items = wanted(telephony_city(changes, beside=sounds)).values()
    return {item.fields["text"]: item for item in items if item.kind == "prompt"}


def plan(before, after):
    """The changes between two cities, each with its sounds."""
    live = interpret(answer_of(before), derived)
    found = reconcile.changes(after, intent(after), settings_of(after), live.items)
    return sorted(f"{change.action} {change.kind}" for change in found)


def test_the_record_of_a_spoken_prompt_is_what_it_was_before_there_were_recordings():
    record = (
        '{"fields": {"language": "tr", "text": "Kapalıyız."}, "key": "ec35730b58cd7b30", '
        '"kind": "prompt", "label": "Ana"},\n'
    )
    assert record in files_of(telephony_city(SPOKEN))[files.RECORDS]


@pytest.mark.parametrize(("changes", "text"), [(RECORDED, "Kapalıyız."), (QUEUE, "Kaydediliyor.")])
def test_a_recording_is_known_by_its_digest(changes, text):
    item = prompts(changes, SOUNDS)[text]
    digest = hashlib.sha256(SOUNDS[SOUND]).hexdigest()
    assert item.fields == {"text": text, "language": "tr", "sound": digest[:12]}
    assert sound_files(telephony_city(changes, beside=SOUNDS)) == {item.key: SOUND}
    dialplan = files_of(telephony_city(changes, beside=SOUNDS))[f"{files.OWN}/dialplan.conf"]
    assert f"/var/lib/konak/prompts/{item.key}" in dialplan


def test_whatever_is_heard_otherwise_is_another_prompt():
    other = menu(f"{{text: Kapandık., file: {SOUND}}}")
    found = [
        prompts(SPOKEN)["Kapalıyız."],
        prompts(RECORDED, SOUNDS)["Kapalıyız."],
        prompts(RECORDED, {SOUND: tone(81)})["Kapalıyız."],
        prompts(other, SOUNDS)["Kapandık."],
    ]
    assert len({item.key for item in found}) == 4
    moved = menu("{text: Kapalıyız., file: ses.wav}")
    assert prompts(moved, {"ses.wav": tone()})["Kapalıyız."].key == found[1].key


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((RECORDED, SOUNDS), (RECORDED, SOUNDS), []),
        ((SPOKEN, None), (RECORDED, SOUNDS), ["create prompt", "delete prompt", "update menu"]),
        ((RECORDED, SOUNDS), (SPOKEN, None), ["create prompt", "delete prompt", "update menu"]),
        ((RECORDED, SOUNDS), (RECORDED, {SOUND: tone(81)}), ["create prompt", "delete prompt", "update menu"]),
    ],
)
def test_a_new_recording_under_the_same_name_is_a_change(before, after, expected):
    assert plan(telephony_city(before[0], beside=before[1]), telephony_city(after[0], beside=after[1])) == expected


def test_what_an_exchange_can_say_is_known_beside_what_its_records_want():
    answer = answer_of(telephony_city(RECORDED, beside=SOUNDS))
    said, left = answer["prompts"], "0123456789abcdef"
    live = interpret({**answer, "prompts": [said[0], left]}, derived)
    assert live.prompts == {said[0], left}
    assert [item.key for item in live.items if item.kind == "prompt"] == [said[0]]
    assert interpret({**answer, "records": ""}, derived).prompts == set(said)
