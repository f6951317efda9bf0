# SPDX-License-Identifier: GPL-3.0-or-later
"""The exchange's files: whole, with secrets in their place alone, and read back as what they were made of."""

from __future__ import annotations

import json
import re

import pytest
from ansible_collections.konak.it.plugins.module_utils.plan import Item
from ansible_collections.konak.it.plugins.module_utils.secrets import password
from ansible_collections.konak.it.plugins.plugin_utils.telephony import files, objects
from hypothesis import given
from hypothesis import strategies as st
from telephony_city import MASTER, files_of, telephony_city, wanted

FILES = files_of(telephony_city())


def test_every_file_says_whose_it_is_and_nothing_of_a_template_is_left():
    for path, text in FILES.items():
        assert re.findall(r"\{%|%\}|\{\{|\{#|None|Undefined", text) == [], path
        assert text.startswith("; Konak owns this file") or path == files.RECORDS


def test_passwords_are_in_the_files_that_are_secret_and_in_no_other():
    secret = password(MASTER, objects.secret_of("80001"))
    pin = objects.pin_of("80001", lambda one: password(MASTER, one))
    assert {path for path, text in FILES.items() if secret in text} == {files.LINES}
    assert {path for path, text in FILES.items() if f"=> {pin}," in text} == {files.BOXES}
    assert {files.LINES, files.BOXES} == files.SECRET


def test_a_closed_line_has_a_voice_mailbox_and_cannot_register():
    assert "[80003]" not in FILES[files.LINES]
    assert "\n80003 => " in FILES[files.BOXES]
    assert "PJSIP/80003" not in FILES[f"{files.OWN}/dialplan.conf"]


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
