# SPDX-License-Identifier: GPL-3.0-or-later
"""What is tried by calls, and that each proof can fail."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.proof import REFUSED
from ansible_collections.konak.it.plugins.plugin_utils.telephony import objects
from ansible_collections.konak.it.plugins.plugin_utils.telephony.verify import verify
from telephony_city import derived, telephony_city

PROBES = {
    'line: "9"\n': 'line: "9"\n  probes: [{extension: "7901", class: cagri}, {extension: "7902", class: nobet}]\n',
    "services: [pbx]": "services: [pbx, telephony-probe]",
}
TONES = {"7901": 610, "7902": 740}


class Exchange:
    """Answers as the module ``sip_calls`` does of an exchange that is right, but for what ``wrong`` changes."""

    def __init__(self, **wrong: Any) -> None:
        self.wrong, self.asked = wrong, list[Any]()

    def ask(self, question):
        self.asked.append(question)
        right = {each["name"]: derived(objects.secret_of(each["user"])) for each in question["telephones"]}
        telephones = {}
        for each in question["telephones"]:
            known = each["password"] == right[each["name"]] or self.wrong.get("any_password")
            reason = "200 OK" if known else "401 Unauthorized"
            telephones[each["name"]] = {"registered": bool(known), "reason": reason, "tone": TONES[each["name"]]}
        plain = question.get("media") == "none" and not self.wrong.get("plain")
        return {"telephones": telephones, "calls": [self.call(each, plain) for each in question.get("calls", ())]}

    def call(self, given, plain):
        refused = 488 if plain else 403 if given["to"].startswith("9") and not self.wrong.get("open") else 0
        if refused:
            return {"answered": False, "code": refused, "reason": "No", "encryption": "", "heard": {}}
        heard = {"caller": TONES.get(given["to"]), "callee": TONES[given["from"]]}
        if self.wrong.get("deaf"):
            heard["callee"] = None
        cipher = "" if self.wrong.get("clear") else "AES_CM_128_HMAC_SHA1_80"
        return {"answered": True, "code": 200, "reason": "OK", "encryption": cipher, "heard": heard}


def proofs(**wrong):
    city, exchange = telephony_city(PROBES), Exchange(**wrong)
    return verify(city, {"santral1": "192.0.2.13"}, exchange.ask, derived), exchange


def test_registration_calls_mailboxes_and_refusals_are_proven():
    found, exchange = proofs()
    assert [proof for proof in found if proof.expected != proof.got] == []
    told = [proof.proof for proof in found]
    assert "7901 calls 7902" in told
    assert "7902 calls 7901" in told
    assert "7901 calls Ücretli hatlar, which cagri never may" in told
    assert "7902 calls Ücretli hatlar, which nobet never may" in told
    assert "7902 calls Yurt dışı, which nobet never may" not in told
    assert sum(proof.expected == REFUSED for proof in found) == 5
    assert len(exchange.asked) == 3
    assert {(each["server"], each["name"]) for each in exchange.asked} == {("192.0.2.13", "santral.deneme.bel.tr")}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("any_password", "with a wrong password"),
        ("plain", "with sound that is not encrypted"),
        ("open", "never may"),
        ("deaf", "7901 calls 7902"),
        ("clear", "voice mailbox"),
    ],
)
def test_what_is_wrong_fails_its_proof(wrong, words):
    found, _ = proofs(**{wrong: True})
    failed = [proof for proof in found if proof.expected != proof.got]
    assert failed
    assert any(words in proof.proof for proof in failed)


def test_without_probes_nothing_is_proven_and_that_is_said():
    city = telephony_city()
    [proof] = verify(city, city.telephony, Exchange().ask, derived)
    assert proof.expected != proof.got
    assert "telephony.probes" in proof.got


def test_no_call_leaves_the_city():
    _, exchange = proofs()
    dialled = [call["to"] for question in exchange.asked for call in question.get("calls", ())]
    allowed = ("7901", "7902", "*97")
    assert all(number in allowed or number.startswith(("90900", "900")) for number in dialled), dialled
