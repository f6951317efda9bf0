# SPDX-License-Identifier: GPL-3.0-or-later
"""Telephones' files: well-formed by each maker's format, with one password, and changed when they must be."""

from __future__ import annotations

import base64
import hashlib
import re
from xml.etree import ElementTree

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.proof import DONE, REFUSED
from ansible_collections.konak.it.plugins.plugin_utils.telephony import files, handsets, objects, reconcile
from ansible_collections.konak.it.plugins.plugin_utils.telephony.intent import intent
from ansible_collections.konak.it.plugins.plugin_utils.telephony.live import interpret
from ansible_collections.konak.it.plugins.plugin_utils.telephony.phonebook import ROOTS
from ansible_collections.konak.it.plugins.plugin_utils.telephony.verify_web import web
from telephony_city import BRANCH, answer_of, derived, files_of, settings_of, telephony_city

MODELS = {
    "yealink-t31p": "00005e005341.cfg", "grandstream-grp2612": "cfg00005e005341.xml", "snom-d785": "00005e005341.xml",
    "fanvil-x5u": "00005e005341.cfg", "cisco-8841": "00005e005341.xml",
}  # fmt: skip
OWN = derived(objects.secret_of("80002"))
HOSTILE = {"    family: Yıldız": "    family: \"Yıldız & <b>'x'</b>\""}


def of(model, person="80002"):
    section = f'telephones:\n  - {{mac: 00:00:5e:00:53:41, model: {model}, person: "{person}"}}\n'
    return {"servers:\n  - name: santral1": f"{section}servers:\n  - name: santral1"}


def nobodys(model, site="merkez"):
    """A telephone of nobody, at a site."""
    return {old: new.replace('person: "80002"', f"site: {site}") for old, new in of(model).items()}


def file_of(city, name):
    return files_of(city)[f"{handsets.FOLDER}/00005e005341/{name}"]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("changes", [{}, HOSTILE], ids=["plain", "hostile"])
def test_a_file_is_well_formed_and_has_the_line_encrypted(model, changes):
    text = file_of(telephony_city(of(model) | changes), MODELS[model])
    assert text.count(OWN) == 1
    assert text.count(derived(handsets.fetching("00005e005341"))) == 1, "for the phonebook"
    assert "santral.deneme.bel.tr/phonebook/" in text
    assert "santral.deneme.bel.tr" in text
    assert "5061" in text
    if model.startswith("yealink"):
        assert text.startswith("#!version:1.0.0.1\n")
        assert all(re.fullmatch(r"[a-z0-9_.]+ = .*|#!version:1.0.0.1", line) for line in text.splitlines())
        assert "account.1.srtp_encryption = 2" in text
    else:
        tree = ElementTree.fromstring(text)  # noqa: S314 (our own text)
        values = [node.text for node in tree.iter() if node.text and node.text.strip()]
        assert OWN in values
        assert any("Tarık Yıldız" in value for value in values)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("person", ["80003", "80004", None], ids=["on leave", "left", "nobody"])
def test_a_telephone_of_nobody_at_work_is_locked(model, person):
    """It has a line of its own, which calls emergency services alone, with the number of its place."""
    city = telephony_city(of(model, person) if person else nobodys(model))
    text = file_of(city, MODELS[model])
    own = derived(objects.secret_of("locked-00005e005341"))
    assert text.count(own) == 1
    assert "Yalnız acil çağrı" in text
    assert person is None or (person not in text and derived(objects.secret_of(person)) not in text)
    lines = files_of(city)[files.LINES]
    section = lines.partition("[locked-00005e005341](konak-line)\n")[2].partition("[locked-")[0]
    assert section.splitlines()[:4] == [
        "context=class-_locked", "auth=locked-00005e005341", "aors=locked-00005e005341",
        'callerid="Yalnız acil çağrı" <112>',
    ]  # fmt: skip
    assert "set_var=EMERGENCY=+90" in section
    assert not {"mailboxes", "LINE", "SHOWS", "pickup"} & set(re.findall(r"\w+", section))
    assert lines.count(own) == 1


def test_a_telephone_of_nobody_at_a_branch_registers_there():
    city = telephony_city(nobodys("snom-d785", "liman") | BRANCH)
    assert "santral2.deneme.bel.tr" in file_of(city, MODELS["snom-d785"])
    assert "locked-" not in files_of(city)[files.LINES]
    assert "set_var=EMERGENCY=+903125550000" in files_of(city, "liman")[files.LINES]


def test_who_comes_back_unlocks_the_telephone():
    back = {"until: 2026-08-28, kind: parental": "until: 2026-05-31, kind: parental"}
    before = telephony_city(of("cisco-8841", "80003"))
    live = interpret(answer_of(before), derived)
    city = telephony_city(of("cisco-8841", "80003") | back)
    found = reconcile.changes(city, intent(city), settings_of(city), live.items)
    assert {("locked", "locked-00005e005341", "delete"), ("handset", "00005e005341", "update")} < {
        (change.kind, change.key, change.action) for change in found
    }


def test_who_fetches_is_told_by_a_hash_that_nginx_reads():
    text = files_of(telephony_city(of("snom-d785")))[handsets.WHO]
    mac, _, hashed = text.strip().partition(":{SSHA}")
    raw = base64.b64decode(hashed)
    password = derived(handsets.fetching(mac))
    assert mac == "00005e005341"
    assert hashlib.sha1(password.encode() + raw[20:], usedforsecurity=False).digest() == raw[:20]
    assert password not in text


@pytest.mark.parametrize(
    ("changes", "changed"),
    [
        ({"    family: Yıldız": "    family: Yıldız Kaya"}, {"line 80002", "handset 00005e005341"}),
        ({"    family: Ilgaz": "    family: Ilgaz Ak"}, {"line 80001"}),
        ({'    extension: "7002"': '    extension: "7002"\n    until: 2026-05-31'},
         {"line 80002", "number 7002", "group cagri", "handset 00005e005341", "locked locked-00005e005341"}),
    ],
)  # fmt: skip
def test_exactly_the_telephone_of_who_changed_is_changed(changes, changed):
    before = telephony_city(of("cisco-8841"))
    live = interpret(answer_of(before), derived)
    assert reconcile.changes(before, intent(before), settings_of(before), live.items) == []
    city = telephony_city(of("cisco-8841") | changes)
    found = reconcile.changes(city, intent(city), settings_of(city), live.items)
    assert {f"{change.kind} {change.key}" for change in found} == changed


def test_a_file_that_was_changed_by_hand_is_the_telephones_change():
    city = telephony_city(of("cisco-8841"))
    answer = answer_of(city)
    answer["digests"][f"{handsets.FOLDER}/00005e005341/00005e005341.xml"] = "0" * 64
    live = interpret(answer, derived)
    [change] = reconcile.changes(city, intent(city), settings_of(city), live.items)
    assert (change.kind, change.fields) == ("handset", {"file": {"before": "not as recorded", "after": "as recorded"}})


def served(path, user, password, *, wrong=False):
    """A web server that is right, or gives everything to everybody."""
    if wrong:
        return 200
    if not user:
        return 404 if path.endswith("/") else 401
    if path.endswith("/"):
        return 404
    if password != derived(handsets.fetching(user)):
        return 401
    return 200 if path == f"/telephones/{user}.xml" or path.startswith("/phonebook/") else 404


def test_what_a_telephone_may_fetch_is_proven_and_can_fail():
    city = telephony_city(of("cisco-8841"))
    found = list(web(city, served, derived))
    assert [proof for proof in found if proof.expected != proof.got] == []
    assert [proof.expected for proof in found].count(DONE) == 1 + len(ROOTS)
    wrong = [proof for proof in web(city, lambda *given: served(*given, wrong=True), derived) if proof.got == DONE]
    assert len([proof for proof in wrong if proof.expected == REFUSED]) == len(found) - 1 - len(ROOTS)
