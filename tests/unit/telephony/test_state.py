# SPDX-License-Identifier: GPL-3.0-or-later
"""What telephones, trunks, queues and voice mailboxes do, from what Asterisk shows and where messages lie."""

from __future__ import annotations

import os

import pytest
import telephony_shown as asterisk
from telephony_shown import contact, endpoint, kept, member

state, shown = asterisk.program("state"), asterisk.program("shown")

NOW = 1780315200
SIGNS = ["0f1e2d3c4b5a69788796a5b4c3d2e1f0", "ffee2d3c4b5a69788796a5b4c3d2e1f0", "aaee2d3c4b5a69788796a5b4c3d2e1f0"]
LONG = "sip:80001@192.0.2.140:49152;transport=TLS;x-ast-orig-host=192.0.2.99:5061"
ANSWERS = {
    shown.ENDPOINTS: asterisk.endpoints(
        endpoint(
            "80001",
            "7001",
            contact("80001", LONG, SIGNS[0], "Avail", 12.345)
            + contact("80001", "sip:80001@[2001:db8::1]:5061", SIGNS[1], "Unavail"),
        ),
        endpoint("80002", "7002", contact("80002", "sip:80002@192.0.2.141", SIGNS[2], "NonQual")),
        endpoint("80003", "7003", state="Unavailable"),
        endpoint("trunk-tasiyici", "", contact("trunk-tasiyici", "sip:sip.ornek.bel.tr:5061", SIGNS[0], "Avail", 8)),
        endpoint(
            f"trunk-to_{'e' * 40}",
            "",
            contact(f"trunk-to_{'e' * 40}", "sip:203.0.113.5:5061;transport=tls", SIGNS[0], "Unavail"),
        ),
    ),
    shown.REGISTERED: kept("80001", SIGNS[0], LONG, "Yealink SIP-T46U 108.86.0.20")
    + kept("80001", SIGNS[1], "sip:80001@[2001:db8::1]:5061", "a | <b>")
    + "2 results found.\n",
    shown.QUEUES: asterisk.queue(
        "sira",
        member("PJSIP/80001", "Ring+Inuse"),
        member("PJSIP/80002", "Unavailable"),
        member("PJSIP/80003", paused="paused was 3 secs ago"),
        member("Local/80004@away"),
    )
    + asterisk.queue("bos"),
    shown.BOXES: asterisk.boxes(("80001", "Şule Ilgaz", 2), ("80002", "Tarık 7", 0), ("80003", "Nermin", 0)),
}


def whole(tmp_path):
    answers = {command: shown.whole(command, text) for command, text in ANSWERS.items()}
    return state.state(answers, NOW + 0.9, tmp_path)


def test_a_line_has_every_telephone_that_registered_and_says_whether_it_answers(tmp_path):
    found = whole(tmp_path)
    assert found["at"] == NOW
    assert found["telephones"] == {
        "80001": [
            {
                "status": "reachable",
                "ms": 12.3,
                "address": "192.0.2.140",
                "agent": "Yealink SIP-T46U 108.86.0.20",
                "until": 1780318800,
            },
            {"status": "unreachable", "address": "[2001:db8::1]", "agent": "a | <b>", "until": 1780318800},
        ],
        "80002": [{"status": "unknown"}],
    }


def test_trunks_and_links_say_whether_they_answer(tmp_path):
    assert whole(tmp_path)["trunks"] == {
        "tasiyici": {"status": "reachable", "ms": 8.0},
        f"to_{'e' * 40}": {"status": "unreachable"},
    }


def test_a_queue_tells_who_is_free(tmp_path):
    assert whole(tmp_path)["queues"] == {
        "sira": {
            "waiting": 0,
            "members": {"80001": "busy", "80002": "unavailable", "80003": "paused", "80004": "free"},
        },
        "bos": {"waiting": 0, "members": {}},
    }


@pytest.mark.parametrize("exists", [True, False])
def test_messages_are_counted_and_not_opened(tmp_path, exists):
    days = {"80001/INBOX/msg0000": 9, "80001/INBOX/msg0001": 1, "80001/Urgent/msg0000": 12, "80002/Old/msg0000": 40}
    for name, age in days.items() if exists else ():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        for ending in ("txt", "wav"):
            path = tmp_path / f"{name}.{ending}"
            path.touch(mode=0)
            os.utime(path, (NOW, NOW - age * 86400))
    expected = {"80001": {"new": 2, "old": 0, "since": NOW - 12 * 86400}, "80002": {"new": 0, "old": 1}}
    assert whole(tmp_path)["messages"] == (expected if exists else {"80001": {"new": 2, "old": 0}})


def test_an_exchange_with_nothing_has_an_empty_state(tmp_path):
    nothing = {
        shown.ENDPOINTS: "No objects found.\n\n",
        shown.REGISTERED: "0 results found.\n",
        shown.QUEUES: "No queues.\n",
        shown.BOXES: "There are no voicemail users currently defined\nCommand 'voicemail show users' failed.\n",
    }
    found = state.state({name: shown.whole(name, text) for name, text in nothing.items()}, NOW, tmp_path)
    assert found == {"at": NOW, "telephones": {}, "trunks": {}, "queues": {}, "messages": {}}
