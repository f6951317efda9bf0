# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan is made from the exchange's own records, and says of a person's life exactly what follows from it."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.telephony import files, phonebook, reconcile
from ansible_collections.konak.it.plugins.plugin_utils.telephony.intent import intent
from ansible_collections.konak.it.plugins.plugin_utils.telephony.live import interpret
from telephony_city import answer_of, derived, files_of, settings_of, telephony_city

RIGHTS = {"calls_closed: [local]": "calls_closed: [local, mobile]"}
HOLIDAY = {"    - {day: 2026-07-15": "    - {day: 2026-08-30, name: Zafer Bayramı}\n    - {day: 2026-07-15"}
RENAMED = {"    family: Yıldız": "    family: Yıldız Kaya"}
NUMBER = {'    extension: "7002"': '    extension: "7012"'}
LEFT = {'    extension: "7002"': '    extension: "7002"\n    until: 2026-05-31'}
LEAVE = {'    extension: "7002"': '    extension: "7002"\n    leave:\n      - {from: 2026-05-25, until: 2026-06-12}'}
MOVED = {"    unit: cagri\n    title: Nöbetçi memur": "    unit: imar\n    title: Mimar"}
FORWARD = {
    '    extension: "7002"': '    extension: "7002"\n    call_forwards: [{to: "person:80001", until: 2026-06-30}]'
}
ABROAD = {'    extension: "7002"': '    extension: "7002"\n    call_forwards: [{to: "+903120000120"}]'}
LATER = {'    extension: "7002"': '    extension: "7002"\n    call_forwards: [{to: "person:80001", from: 2026-06-02}]'}
TRUNK = {"    - {code: yedek, host: yedek.deneme.bel.tr, priority: 2}\n": ""}


def changes(changed, answer=None):
    """The changes of an edit, on the exchange as it was made before it."""
    live = interpret(answer or answer_of(telephony_city()), derived)
    city = telephony_city(changed)
    return reconcile.changes(city, intent(city), settings_of(city), live.items)


def plan(changed):
    return {f"{change.action} {change.kind} {change.key}": set(change.fields) for change in changes(changed)}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, {}),
        (RIGHTS, {"update rights cagri": {"closed"}}),
        (HOLIDAY, {"update calendar city": {"off"}}),
        (RENAMED, {"update line 80002": {"name"}}),
        (MOVED, {"update line 80002": {"pickup"}, "update group cagri": {"rings"}}),
        (NUMBER, {"update line 80002": {"number"}, "create number 7012": {"to"},
                  "delete number 7002": {"to"}}),
        (LEFT, {"disable line 80002": {"open"}, "update number 7002": {"to"}, "update group cagri": {"rings"}}),
        (LEAVE, {"disable line 80002": {"open"}, "update number 7002": {"to"}, "update group cagri": {"rings"}}),
        (FORWARD, {"update number 7002": {"to"}}),
        (ABROAD, {"update number 7002": {"to"}}),
        (LATER, {}),
        (TRUNK, {"delete trunk yedek": {"host", "port", "priority", "encrypted"}}),
    ],
)  # fmt: skip
def test_an_edit_is_the_changes_that_follow_from_it(changed, expected):
    assert plan(changed) == expected


def test_a_change_says_where_it_comes_from():
    [change] = changes(RENAMED)
    assert change.reasons[0].file == "inventory/telephony.yml"
    assert change.fields["name"] == {"before": "Tarık Yıldız", "after": "Tarık Yıldız Kaya"}


def test_files_that_were_changed_by_hand_are_named():
    answer = answer_of(telephony_city())
    answer["digests"][files.LINES] = hashlib.sha256(b"by hand").hexdigest()
    del answer["digests"][files.BOXES]
    answer["digests"][f"{files.FOLDER}/rtp.conf"] = "0" * 64
    found = {change.key: (change.action, change.fields["content"]) for change in changes({}, answer)}
    assert found.keys() == {files.LINES, files.BOXES, f"{files.FOLDER}/rtp.conf"}
    assert found[files.LINES] == ("update", {"before": "not as recorded", "after": "as recorded"})
    assert found[files.BOXES] == ("create", {"before": None, "after": "as recorded"})
    assert found[f"{files.FOLDER}/rtp.conf"][1]["before"] == "0" * 12


def test_what_runs_and_is_not_what_the_files_say_is_named():
    answer = answer_of(telephony_city())
    answer["running"] = {"running": True, "differences": ["the line 80001 is missing"]}
    [change] = changes({}, answer)
    assert (change.action, change.key) == ("update", "exchange")
    assert change.fields == {"differs": {"added": [], "removed": ["the line 80001 is missing"]}}
    answer["running"] = {"running": False, "differences": []}
    [change] = changes({}, answer)
    assert change.fields == {"service": {"before": "stopped", "after": "running"}}


def test_an_exchange_without_records_gets_all_of_it():
    answer = {"records": "", "digests": {}, "prompts": [], "running": {"running": False, "differences": []}}
    found = changes({}, answer)
    assert {change.action for change in found} == {"create"}
    kinds = Counter(change.kind for change in found)
    assert kinds["configuration"] == len(files.MADE) + len(settings_of(telephony_city()))
    assert (kinds["running"], kinds["calendar"], kinds["dialling"]) == (1, 1, 1)


def test_records_of_another_version_are_read_and_their_files_made_anew():
    answer = answer_of(telephony_city())
    answer["records"] = answer["records"].replace('"local_digits": 7, ', "")
    found = {f"{change.action} {change.kind} {change.key}" for change in changes({}, answer)}
    assert found == {"update dialling city", *(f"update configuration {path}" for path in files.MADE)}


def test_what_two_menus_say_is_one_prompt():
    menu = '{{code: {0}, name: {0}, extension: "{1}", prompt: Kapalı., choices: [{{digit: "1", to: "unit:cagri"}}]}}'
    both = {'line: "9"\n': f'line: "9"\n  menus: [{menu.format("ana", 7800)}, {menu.format("ek", 7801)}]\n'}
    assert sorted(change.kind for change in changes(both)) == ["menu", "menu", "number", "number", "prompt"]
    assert changes(both, answer_of(telephony_city(both))) == []


def test_a_limited_plan_leaves_files_and_rights_out():
    whole = changes(RIGHTS | RENAMED)
    mine = [change for change in whole if change.tags.get("person") == "80002"]
    assert [change.kind for change in mine] == ["line"]
    assert reconcile.untried(whole, mine)
    assert not reconcile.untried(whole, whole)
    answer = answer_of(telephony_city())
    answer["digests"][f"{files.FOLDER}/rtp.conf"] = "0" * 64
    whole = changes(RENAMED, answer)
    assert reconcile.unplanned(whole, [each for each in whole if each.tags]) == [f"{files.FOLDER}/rtp.conf"]


def test_a_forward_leads_to_a_number_inside_or_by_the_rights_of_the_class_to_the_world():
    plan = f"{files.OWN}/dialplan.conf"
    assert "exten => 7002,1,Goto(numbers,7001,1)\n" in files_of(telephony_city(FORWARD))[plan]
    text = files_of(telephony_city(ABROAD))[plan]
    assert "exten => 7002,1,Set(SHOWS=+903120000000)\nsame => n,Goto(world-nobet,+903120000120,1)\n" in text


def test_an_edit_changes_the_files_that_it_must_and_no_others():
    before, after = files_of(telephony_city()), files_of(telephony_city(RENAMED))
    books = {phonebook.path_of(maker) for maker in phonebook.ROOTS}
    changed = {path for path in before if before[path] != after[path]}
    assert changed == {files.RECORDS, files.LINES, files.BOXES, *books}
    after = files_of(telephony_city(RIGHTS))
    assert {path for path in before if before[path] != after[path]} == {files.RECORDS, f"{files.OWN}/dialplan.conf"}
