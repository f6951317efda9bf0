# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what runs is what the records say, from what Asterisk shows."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest
from ansible_collections.konak.it.plugins.module_utils import exchange

PROGRAM = Path(__file__).resolve().parents[3] / "roles/pbx/files/usr/local/lib/konak/pbx_try/running.py"

ROWS = [
    {"kind": "line", "key": "80001", "fields": {"open": True}},
    {"kind": "line", "key": "80002", "fields": {"open": True}},
    {"kind": "line", "key": "80003", "fields": {"open": False}},
    {"kind": "line", "key": "80004", "fields": {"open": True, "exchange": "ek-hizmet"}},
    {"kind": "trunk", "key": "tasiyici", "fields": {}},
    {"kind": "number", "key": "7001", "fields": {}},
    {"kind": "number", "key": "7002", "fields": {}},
]
SHOWN = """
 Endpoint:  <Endpoint/CID.....................................>  <State.....>  <Channels.>
==========================================================================================

 Endpoint:  80001/7001                                           Not in use    0 of inf
     InAuth:  80001/80001
        Aor:  80001                                              3
 Endpoint:  80002/7002                                           Unavailable   0 of inf
 Endpoint:  trunk-tasiyici                                       Not in use    0 of inf
"""
PLAN = """
[ Context 'numbers' created by 'pbx_config' ]
  '7001' =>         hint: PJSIP/80001                             [dialplan.conf:20]
                    1. Gosub(line,s,1(80001,25))                  [dialplan.conf:19]
  '7002' =>         1. Gosub(line,s,1(80002,25))                  [dialplan.conf:21]

[ Context 'groups' created by 'pbx_config' ]
  'cagri' =>        1. Playback(vm-nobodyavail)                   [dialplan.conf:36]
"""


@pytest.fixture(scope="module")
def program():
    spec = importlib.util.spec_from_file_location("running", PROGRAM)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_runs_as_recorded_differs_in_nothing(program):
    assert list(program.differences(ROWS, SHOWN, PLAN)) == []


@pytest.mark.parametrize(
    ("shown", "plan", "expected"),
    [
        (("80002/7002", "90002/7002"), None, ["the line 80002 is missing", "the line 90002 is in no record"]),
        (None, ("'7002'", "'7009'"), ["the number 7002 is missing", "the number 7009 is in no record"]),
        (None, ("[dialplan.conf:36]", "[pbx_config]"), ["[groups] cagri is in no file"]),
    ],
)
def test_what_differs_is_told_in_words(program, shown, plan, expected):
    endpoints = SHOWN.replace(*shown) if shown else SHOWN
    assert list(program.differences(ROWS, endpoints, PLAN.replace(*plan) if plan else PLAN)) == expected


CONTACTS = """\
/registrar/contact/40117;@0f1e2d                  : {"uri":"sip:40117@192.0.2.140:5061"}
/registrar/contact/40118;@abcdef                  : {"uri":"sip:40118@192.0.2.141:5061"}
2 results found.
"""


def test_only_telephones_of_closed_lines_are_forgotten():
    asked = []

    def run(command):
        asked.append(list(command))
        return CONTACTS

    assert exchange.forget(run, ["40117", "40119"]) == ["40117"]
    assert asked[1:] == [["asterisk", "-rx", 'database del registrar/contact "40117;@0f1e2d"']]


def test_only_telephones_of_the_lines_are_told_and_by_where_they_are():
    asked, strange = [], CONTACTS.replace("40118@192.0.2.141", 'x\\"y')

    def run(command):
        asked.append(list(command))
        return strange

    assert exchange.resync(run, ["40117", "40118", "40119"]) == ["40117"]
    told = 'pjsip send notify konak-sync uri "sip:40117@192.0.2.140:5061"'
    assert asked[1:] == [["asterisk", "-rx", told]]
    assert exchange.resync(None, []) == []


def test_an_exchange_without_records_is_not_asked_what_runs(tmp_path):
    (tmp_path / "a.conf").write_text("a")
    found = exchange.look(
        None, tmp_path / "records.json", [str(tmp_path / "a.conf"), str(tmp_path / "b.conf")], tmp_path, tmp_path
    )
    assert (found["records"], found["running"]["running"]) == ("", False)
    assert list(found["digests"]) == [str(tmp_path / "a.conf")]


def test_an_exchange_with_records_is_asked(tmp_path):
    (tmp_path / "records.json").write_text("[]")
    told = {"running": True, "differences": []}
    assert (
        exchange.look(lambda _: json.dumps(told), tmp_path / "records.json", [], tmp_path, tmp_path)["running"] == told
    )


def test_a_retired_mailbox_goes_with_all_that_is_in_it_and_no_other(tmp_path):
    for line in ("40002", "40117"):
        (tmp_path / line / "INBOX").mkdir(parents=True)
        (tmp_path / line / "INBOX/msg0000.wav").write_bytes(b"x")
    assert exchange.erase(tmp_path, ["40002", "40003"]) == ["40002"]
    assert [path.name for path in tmp_path.iterdir()] == ["40117"]
    found = exchange.look(lambda _: "{}", tmp_path / "records.json", [], tmp_path, tmp_path)
    assert found["boxes"] == ["40117"]


@pytest.mark.parametrize("name", ["..", "", "../a", "a/b", ".", "40002\n", "link", "file"])
def test_what_is_no_mailbox_is_not_removed_and_neither_is_another(tmp_path, name):
    boxes = tmp_path / "boxes"
    (boxes / "40002").mkdir(parents=True)
    (boxes / "link").symlink_to(tmp_path)
    (boxes / "file").write_text("x")
    with pytest.raises(exchange.ExchangeError, match="nothing was removed"):
        exchange.erase(boxes, ["40002", name])
    assert (boxes / "40002").is_dir()
    assert tmp_path.is_dir()
