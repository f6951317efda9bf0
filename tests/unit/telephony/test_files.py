# SPDX-License-Identifier: GPL-3.0-or-later
"""The exchange's files: whole, with secrets in their place alone, and read back as what they were made of."""

from __future__ import annotations

import json
import re

import pytest
from ansible_collections.konak.it.plugins.module_utils.plan import Item
from ansible_collections.konak.it.plugins.module_utils.secrets import password
from ansible_collections.konak.it.plugins.plugin_utils.telephony import files, objects
from ansible_collections.konak.it.plugins.plugin_utils.telephony.handsets import WHO
from ansible_collections.konak.it.plugins.plugin_utils.telephony.intent import intent
from ansible_collections.konak.it.plugins.plugin_utils.telephony.phonebook import FOLDER
from hypothesis import given
from hypothesis import strategies as st
from telephony_city import MASTER, derived, files_of, telephony_city, wanted

SERVICES = {
    'line: "9"\n': """line: "9"
  menus:
    - code: ana
      name: Ana
      extension: "7800"
      telephone: "+903120000001"
      prompt: Hoş geldiniz. Çağrı merkezi için biri tuşlayın.
      closed: Kapalıyız.
      choices: [{digit: "1", to: "unit:cagri"}, {digit: "2", to: "queue:sira"}]
      otherwise: "person:80001"
  queues:
    - code: sira
      name: Sıra
      extension: "7801"
      members: [{member: "unit:cagri"}, {member: "person:80001", penalty: 2}]
      recorded: Kaydediliyor.
  recording_days: 14
  call_record_days: 99
  pages:
    - {code: duyuru, name: Duyuru, extension: "1098", telephones: ["unit:cagri"], callers: ["person:80002"]}
  conferences:
    - {code: oda, name: Oda, extension: "7802"}
    - {code: acik, name: Açık oda, extension: "7803", pin: false}
"""
}
FILES = files_of(telephony_city(SERVICES))


def test_every_file_says_whose_it_is_and_nothing_of_a_template_is_left():
    for path, text in FILES.items():
        assert re.findall(r"\{%|%\}|\{\{|\{#|None|Undefined", text) == [], path
        if path not in {files.RECORDS, WHO} and not path.startswith(FOLDER):
            assert text.startswith(("; Konak owns this file", "# Konak owns this file"))


def test_passwords_are_in_the_files_that_are_secret_and_in_no_other():
    secret = password(MASTER, objects.secret_of("80001"))
    pin = objects.pin_of("80001", lambda one: password(MASTER, one))
    assert {path for path, text in FILES.items() if secret in text} == {files.LINES}
    assert {path for path, text in FILES.items() if f"=> {pin}," in text} == {files.BOXES}
    room = objects.pin_of("oda", derived, "room")
    assert {path for path, text in FILES.items() if f"pin={room}\n" in text} == {files.ROOMS}
    assert FILES[files.ROOMS].count("pin=") == 1, "a room is open if the inventory says so"
    assert {files.LINES, files.BOXES, files.ROOMS} == files.SECRET - {WHO, files.TRUNKS}


def test_a_closed_line_has_a_voice_mailbox_and_cannot_register():
    assert "[80003]" not in FILES[files.LINES]
    assert "\n80003 => " in FILES[files.BOXES]
    assert "PJSIP/80003" not in FILES[f"{files.OWN}/dialplan.conf"]


def test_a_menu_leads_where_its_digits_say_and_a_queue_asks_whom_it_should():
    plan = FILES[f"{files.OWN}/dialplan.conf"]
    for line in (
        "exten => 7800,1,Goto(menus,ana,1)", "exten => +903120000001,1,Goto(numbers,7800,1)",
        "exten => 1,1,Goto(numbers,7000,1)", "exten => 2,1,Goto(numbers,7801,1)",
        "same => n(over),Goto(numbers,7001,1)", "same => n,Queue(sira,,,,300)",
        "same => n,ConfBridge(oda,oda,oda-guest)",
    ):  # fmt: skip
        assert f"\n{line}\n" in plan, line
    queue = FILES[f"{files.OWN}/queues.conf"]
    assert "member => PJSIP/80001,0,,PJSIP/80001" in queue, "the smallest penalty counts"
    assert "PJSIP/80003" not in queue, "who is on leave is not asked"
    prompts = {item.key: item.fields for item in intent(telephony_city(SERVICES)) if item.kind == "prompt"}
    assert all(f"/var/lib/konak/prompts/{key}" in plan for key in prompts)
    assert {fields["text"] for fields in prompts.values()} >= {"Kapalıyız."}


def test_who_may_speaks_on_loudspeakers_and_nobody_from_outside():
    plan = FILES[f"{files.OWN}/dialplan.conf"]
    for line in (
        "exten => 1098,1,Goto(pages,duyuru,1)",
        "exten => duyuru,1,GotoIf(${DIALPLAN_EXISTS(page-duyuru,${CALLERID(num)},1)}?page-duyuru,${CALLERID(num)},1)",
        "same => n,Hangup(21)",
        "exten => s,1,Page(PJSIP/80001&PJSIP/80002,b(aloud^s^1))",
        "exten => 7002,1,Goto(page-duyuru,s,1)",
    ):
        assert f"\n{line}\n" in plan, line
    assert "exten => +903120001098" not in plan, "its range has numbers for the world"
    assert "exten => 7001,1,Goto(page-duyuru" not in plan


def test_a_queue_is_recorded_after_its_notice_and_recordings_go():
    plan = FILES[f"{files.OWN}/dialplan.conf"]
    assert re.search(
        r"exten => sira,1,Answer\(\)\nsame => n,Playback\(/var/lib/konak/prompts/[0-9a-f]{16}\)\n"
        r"same => n,MixMonitor\(sira/\$\{UNIQUEID\}\.wav,b\)\nsame => n,Queue",
        plan,
    )
    assert "\ne /var/spool/asterisk/monitor - - - m:14d\n" in FILES[files.RECORDINGS]
    assert "\n    maxage 99\n" in FILES[files.CALL_RECORDS]
    plain = files_of(telephony_city({'line: "9"\n': SERVICES['line: "9"\n'].replace("recorded: Kaydediliyor.", "")}))
    assert "MixMonitor" not in plain[f"{files.OWN}/dialplan.conf"]


def test_a_carrier_is_known_by_its_addresses_or_else_by_its_name():
    known = {"host: sip.deneme.bel.tr, ": "host: sip.deneme.bel.tr, sources: [203.0.113.8/29, 192.0.2.64/30], "}
    text = files_of(telephony_city(known))[files.TRUNKS]
    assert re.findall(r"^match=(.*)", text, re.MULTILINE) == ["192.0.2.64/30", "203.0.113.8/29", "yedek.deneme.bel.tr"]


def test_a_line_that_a_limited_plan_has_not_made_is_rung_all_the_same():
    items = [item for item in intent(telephony_city(SERVICES)) if (item.kind, item.key) != ("line", "80002")]
    plan = files.of_items([item for item in items if not item.existing_only], derived)[f"{files.OWN}/dialplan.conf"]
    assert "same => n,Dial(PJSIP/80001&PJSIP/80002,25)" in plan
    assert "Page(PJSIP/80001&PJSIP/80002," in plan
    assert "Goto(page-duyuru,s,1)" not in plan, "its number is not known"


def test_what_is_included_is_there():
    for path, text in FILES.items():
        for name in re.findall(r"^#include (\S+)", text, re.MULTILINE):
            assert f"{files.FOLDER}/{name}" in FILES, path


@pytest.mark.parametrize(
    "name", ['Ali "Baba" Can', "Ali; #include /etc/passwd", "A\\B", "A <1000>", "A,B|C", "A]\\n[B"]
)
def test_a_name_ends_nothing(name):
    items = wanted(telephony_city())
    line = items["line", "80001"]
    items["line", "80001"] = Item("line", "80001", name, {**line.fields, "name": name})
    text = "\n".join(objects.lines(items.values(), lambda _: "canary"))
    [shown] = [row for row in text.splitlines() if row.startswith("callerid=") and row.endswith("<7001>")]
    assert re.fullmatch(r'callerid="[^";<>\\,|\[\]]*" <7001>', shown)
    assert text.count("\n[") == 3 * 5 - 1
    boxes = [row for row in objects.boxes(items.values(), lambda _: "canary") if row.startswith("80001 ")]
    assert boxes[0].count(",") == 4


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(0, 99), st.text(max_size=8), st.frozensets(st.text(max_size=5))
)
ITEMS = st.builds(
    Item, st.sampled_from(["line", "number"]), st.text(max_size=5), st.text(max_size=5),
    st.dictionaries(st.text(min_size=1, max_size=5), VALUES, max_size=4),
)  # fmt: skip


@given(st.lists(ITEMS, max_size=5))
def test_records_are_read_back_as_what_they_were_made_of(items):
    text = files.records(items)
    read = files.read_records(text)
    assert [(item.kind, item.key, item.label, item.fields) for item in read] == [
        (item.kind, item.key, item.label, item.fields) for item in items
    ]
    assert len(json.loads(text)) == len(items)


@pytest.mark.parametrize(
    "text", ["[1]", '[{"kind": "line"}]', "nonsense", '[{"kind": 1, "key": 2, "label": 3, "fields": 4}]']
)
def test_other_records_are_none(text):
    with pytest.raises(ValueError, match=r"records|Expecting"):
        files.read_records(text)
