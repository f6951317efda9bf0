# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what runs is what the records say, from what Asterisk shows."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import telephony_shown as asterisk
from ansible_collections.konak.it.plugins.module_utils import exchange
from telephony_shown import member

running, shown, differences = (asterisk.program(name) for name in ("running", "shown", "differences"))

ROWS = [
    {"kind": "line", "key": "80001", "fields": {"open": True, "exchange": None}},
    {"kind": "line", "key": "80002", "fields": {"open": True}},
    {"kind": "line", "key": "80003", "fields": {"open": False}},
    {"kind": "line", "key": "80004", "fields": {"open": True, "exchange": "ek-hizmet"}},
    {"kind": "trunk", "key": "tasiyici", "fields": {}},
    {"kind": "trunk", "key": "to_ek-hizmet", "fields": {"branch": "ek-hizmet"}},
    {"kind": "number", "key": "7001", "fields": {}},
    {"kind": "number", "key": "7002", "fields": {}},
    {"kind": "queue", "key": "sira", "fields": {"members": ["80001 0", "80002 2", "80004 1"]}},
    {"kind": "queue", "key": "bos", "fields": {"members": []}},
]
PLAN = """
[ Context 'numbers' created by 'pbx_config' ]
  '7001' =>         hint: PJSIP/80001                             [dialplan.conf:20]
                    1. Gosub(line,s,1(80001,25))                  [dialplan.conf:19]
  '7002' =>         1. Gosub(line,s,1(80002,25))                  [dialplan.conf:21]

[ Context 'groups' created by 'pbx_config' ]
  'cagri' =>        1. Playback(vm-nobodyavail)                   [dialplan.conf:36]

-= 3 extensions (4 priorities) in 2 contexts. =-
"""
ANSWERS = {
    shown.ENDPOINTS: asterisk.endpoints(
        asterisk.endpoint("80001", "7001", asterisk.contact("80001", "sip:80001@192.0.2.1", "0f1e2d3c4b", "Avail", 9)),
        asterisk.endpoint("80002", "7002", state="Unavailable"),
        asterisk.endpoint("trunk-tasiyici"),
        asterisk.endpoint("trunk-to_ek-hizmet"),
    ),
    shown.PLAN: PLAN,
    shown.QUEUES: asterisk.queue("bos")
    + asterisk.queue(
        "sira",
        member("PJSIP/80001", "Unavailable"),
        member("PJSIP/80002", "In use", 2, more=" (in call)", paused="paused:Yemek (öğle) was 3 secs ago"),
        member("Local/80004@away", penalty=1),
        callers="   Callers: \n      1. PJSIP/trunk-tasiyici-00000001 (wait: 0:12, prio: 0)\n",
    ),
    shown.BOXES: asterisk.boxes(
        ("80001", "Şule Ilgaz", 0), ("80002", "Yıldız", 12), ("80003", "", 1), ("80004", "A 5", 0)
    ),
}


def test_what_runs_as_recorded_differs_in_nothing():
    answers = {name: shown.whole(name, text) for name, text in ANSWERS.items()}
    assert list(differences.differences(ROWS, answers)) == []
    assert list(differences.mending(ROWS, shown.queues(answers[shown.QUEUES]))) == []


BY_HAND = "      Ayşe (Geçici) (PJSIP/80009 from hint:7009@numbers) with penalty 3 (ringinuse disabled) (dynamic) "
STATUS = "(Not in use) has taken 2 calls (last was 9 secs ago) (login was 12 secs ago)\n"


@pytest.mark.parametrize(
    ("command", "right", "wrong", "expected"),
    [
        (
            shown.ENDPOINTS,
            "80002/7002",
            "90002/7002",
            ["the line 80002 is missing", "the line 90002 is in no record"],
        ),
        (shown.PLAN, "'7002'", "'7009'", ["the number 7002 is missing", "the number 7009 is in no record"]),
        (shown.PLAN, "[dialplan.conf:36]", "[pbx_config]", ["[groups] cagri is in no file"]),
        (shown.QUEUES, "sira has", "eski has", ["the queue sira is missing", "the queue eski is in no record"]),
        (
            shown.QUEUES,
            "   Callers: \n",
            f"{BY_HAND}{STATUS}   Callers: \n",
            ["the queue sira's member PJSIP/80009 is in no record"],
        ),
        (
            shown.QUEUES,
            "Local/80004@away",
            "PJSIP/80004",
            [
                "the queue sira's member Local/80004@away is missing",
                "the queue sira's member PJSIP/80004 is in no record",
            ],
        ),
        (
            shown.QUEUES,
            " with penalty 2",
            "",
            ["the queue sira's member PJSIP/80002 has the penalty 0 instead of 2"],
        ),
        (
            shown.BOXES,
            "80003",
            "80033",
            ["the voice mailbox 80003 is missing", "the voice mailbox 80033 is in no record"],
        ),
    ],
)
def test_what_differs_is_told_in_words(command, right, wrong, expected):
    answers = {name: shown.whole(name, text) for name, text in ANSWERS.items()}
    assert right in answers[command]
    answers[command] = answers[command].replace(right, wrong)
    assert list(differences.differences(ROWS, answers)) == expected


def test_queues_and_mailboxes_may_be_none():
    branch = [
        *(row for row in ROWS if row["kind"] not in {"queue", "trunk"}),
        {"kind": "trunk", "key": "to_main", "fields": {}},
    ]
    answers = {
        **ANSWERS,
        shown.ENDPOINTS: ANSWERS[shown.ENDPOINTS].replace("trunk-to_ek-hizmet", "trunk-to_main"),
        shown.QUEUES: "No queues.\n",
        shown.BOXES: "There are no voicemail users currently defined\nCommand 'voicemail show users' failed.\n",
    }
    found = list(differences.differences(branch, {name: shown.whole(name, text) for name, text in answers.items()}))
    assert found == ["the line trunk-tasiyici is in no record"]


def test_what_was_done_to_queues_by_hand_is_taken_back_and_nothing_else():
    text = shown.whole(shown.QUEUES, ANSWERS[shown.QUEUES]).replace(" with penalty 1", "")
    strange = '      PJSIP/a"b (ringinuse disabled) (dynamic) '
    text = text.replace("   Callers: \n", f"{BY_HAND}{STATUS}{strange}{STATUS}   Callers: \n")
    assert sorted(differences.mending(ROWS, shown.queues(f"{text}eski{text[3:]}"))) == [
        'queue remove member "PJSIP/80009" from sira',
        'queue remove member "PJSIP/a\\"b" from sira',
        "queue set penalty 1 on Local/80004@away in sira",
    ]


@pytest.mark.parametrize("command", [*ANSWERS, shown.REGISTERED])
@pytest.mark.parametrize(
    "answer",
    [
        "",
        "\x1b[0m",
        "No such command '{0}' (type 'core show help {0}' for other possible commands)\n",
        "Command '{0}' cannot be run during shutdown\n",
        "Command '{0}' failed.\n",
    ],
)
def test_no_answer_is_a_fault_and_not_an_exchange_that_has_nothing(command, answer):
    with pytest.raises(ValueError, match=f"to '{command}' the exchange says .* a module is not loaded"):
        shown.whole(command, answer.format(command))


@pytest.mark.parametrize("command", [shown.ENDPOINTS, shown.PLAN, shown.BOXES])
def test_an_answer_that_is_cut_off_is_a_fault(command):
    with pytest.raises(ValueError, match="the exchange says"):
        shown.whole(command, ANSWERS[command][: len(ANSWERS[command]) // 2])


@pytest.fixture
def server(monkeypatch, tmp_path):
    """An exchange that answers as above; what is done is in its list."""
    done, answers = [], {**ANSWERS, shown.REGISTERED: "0 results found.\n"}

    def run(argv, **given):
        done.append(argv[-1] if "-rx" in argv else " ".join(argv))
        if given.get("capture_output"):
            assert (given["encoding"], given["errors"]) == ("utf-8", "replace"), "Asterisk cuts names within letters"
        return subprocess.CompletedProcess(argv, 0, answers.get(argv[-1], ""), "")

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(running, "RECORDS", tmp_path / "records.json")
    running.RECORDS.write_text(json.dumps(ROWS), encoding="utf-8")
    return done, answers


def test_a_check_asks_four_things_whatever_there_is(server, capsys):
    done, answers = server
    assert running.main(["running.py", "--check"]) == 0
    assert done[1:] == list(differences.ASKED)
    answers[shown.QUEUES] = "No queues.\n"
    assert running.main(["running.py", "--check"]) == 1
    assert capsys.readouterr().out == "the queue bos is missing\nthe queue sira is missing\n"


def test_for_people_one_thing_more_is_asked(server, capsys):
    done, _ = server
    assert running.main(["running.py"]) == 0
    assert done[1:] == [*differences.ASKED, shown.REGISTERED]
    found = json.loads(capsys.readouterr().out)
    assert (found["running"], found["differences"]) == (True, [])
    assert found["state"]["queues"]["sira"]["waiting"] == 1


def test_a_reload_takes_back_what_it_alone_would_keep(server):
    done, answers = server
    answers[shown.QUEUES] = answers[shown.QUEUES].replace(" with penalty 1", " with penalty 4")
    assert running.main(["running.py", "--reload"]) == 0
    assert done[-3:] == [
        "systemctl reload asterisk.service", shown.QUEUES, "queue set penalty 1 on Local/80004@away in sira"
    ]  # fmt: skip


def test_an_exchange_that_answers_nothing_is_no_success_but_a_new_start_may_help(server):
    done, answers = server
    answers[shown.QUEUES] = ""
    with pytest.raises(ValueError, match="says nothing"):
        running.main(["running.py", "--reload"])
    assert running.main(["running.py", "--restart"]) == 0
    assert done[-1] == "core restart when convenient"


def test_the_program_finds_its_files_when_python_is_isolated(tmp_path):
    """As it is called: ``-I`` leaves the folder out. What fails here is only that there is no exchange."""
    argv = [sys.executable, "-I", asterisk.PROGRAM / "running.py", "--check"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, cwd=tmp_path, env={"PATH": str(tmp_path)})
    assert done.returncode == 1
    assert "what runs cannot be told: [Errno 2] No such file or directory: 'systemctl'" in done.stderr


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
    assert (found["records"], found["running"]["running"], found["state"]) == ("", False, {})
    assert list(found["digests"]) == [str(tmp_path / "a.conf")]


def test_an_exchange_with_records_is_asked(tmp_path):
    (tmp_path / "records.json").write_text("[]")
    told = {"running": True, "differences": []}
    found = exchange.look(
        lambda _: json.dumps({**told, "state": {"at": 1}}), tmp_path / "records.json", [], tmp_path, tmp_path
    )
    assert (found["running"], found["state"]) == (told, {"at": 1})
    with pytest.raises(exchange.ExchangeError, match="another version: run the playbook"):
        exchange.look(lambda _: json.dumps(told), tmp_path / "records.json", [], tmp_path, tmp_path)
