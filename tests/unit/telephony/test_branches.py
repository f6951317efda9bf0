# SPDX-License-Identifier: GPL-3.0-or-later
"""A site with an exchange of its own: whose lines it has, what it calls itself, and what it leaves to the main one."""

from __future__ import annotations

import re

import pytest
from ansible_collections.konak.it.plugins.module_utils.plan import Secret
from ansible_collections.konak.it.plugins.plugin_utils.model.exchanges import MAIN, exchange_on, exchanges
from ansible_collections.konak.it.plugins.plugin_utils.telephony import files, handsets, reconcile
from ansible_collections.konak.it.plugins.plugin_utils.telephony.intent import intent
from ansible_collections.konak.it.plugins.plugin_utils.telephony.live import interpret
from ansible_collections.konak.it.plugins.plugin_utils.telephony.matrix import matrix
from hypothesis import given, settings
from hypothesis import strategies as st
from telephony_city import BRANCH, answer_of, derived, files_of, settings_of, telephony_city, wanted

CITY = telephony_city(BRANCH)
SITES = (MAIN, "liman")
GONE = BRANCH | {'    extension: "7002"': '    extension: "7002"'}
"""The same city, in which Tarık works with all others."""


def context(name, site):
    plan = files_of(CITY, site)[f"{files.OWN}/dialplan.conf"]
    found = re.search(rf"^\[{re.escape(name)}\]\n(.*?)(?=^\[|\Z)", plan, re.MULTILINE | re.DOTALL)
    return found[1].splitlines() if found else None


def changes(before, after, site):
    live = interpret(answer_of(before, site), derived)
    found = reconcile.changes(after, intent(after, site=site), settings_of(after, site), live.items)
    return {(change.action, change.kind, change.key) for change in found}


def test_the_exchanges_of_a_city_and_their_servers():
    assert [(each.site, each.host, each.server.name) for each in exchanges(CITY)] == [
        (MAIN, "santral.deneme.bel.tr", "santral1"), ("liman", "santral2.deneme.bel.tr", "santral2"),
    ]  # fmt: skip
    assert exchange_on(CITY, "santral2").site == "liman"
    assert exchange_on(CITY, "dosya1") is None


def test_a_line_registers_with_one_exchange_and_has_its_mailbox_at_the_main_one():
    main, branch = (files_of(CITY, site) for site in SITES)
    assert "[80002]" not in main[files.LINES]
    assert "[80002](konak-line)" in branch[files.LINES]
    assert "[80001]" not in branch[files.LINES]
    assert "mailboxes=80002@konak" in branch[files.LINES], "for the lamp"
    assert "set_var=EMERGENCY=+903125550000" in branch[files.LINES]
    assert "\n80002 => " in main[files.BOXES]
    assert "=>" not in branch[files.BOXES]


def test_the_branch_has_its_numbers_alone_and_leaves_the_others_to_the_main_exchange():
    assert context("numbers", "liman") == [
        "exten => 7002,1,Gosub(line,s,1(80002,25))",
        "exten => 7002,hint,PJSIP/80002",
    ]
    assert context("elsewhere", "liman")[0] == "exten => _X.,1,Dial(PJSIP/${EXTEN}@trunk-to_main)"
    assert context("class-nobet", "liman")[:4] == [
        "include => emergency", "include => numbers", "include => mailbox", "include => elsewhere",
    ]  # fmt: skip
    assert "include => elsewhere" not in context("class-nobet", MAIN)
    assert context("mailbox", "liman") == ["exten => *97,1,Dial(PJSIP/*3${LINE}@trunk-to_main)"]


def test_the_main_exchange_calls_the_branch_for_its_lines_and_takes_the_message():
    numbers = context("numbers", MAIN)
    at = numbers.index("exten => 7002,1,Dial(PJSIP/*180002@trunk-to_liman,25)")
    assert numbers[at + 1] == "same => n,VoiceMail(80002@konak,u)"
    assert "exten => 7002,hint,PJSIP/80002" not in numbers
    assert "same => n,Dial(PJSIP/80001&PJSIP/*180002@trunk-to_liman,25)" in context("groups", MAIN)
    assert context("away", MAIN) == ["exten => 80002,1,Dial(PJSIP/*180002@trunk-to_liman)"]
    assert context("from-main", "liman") == [
        "exten => _*1.,1,Gosub(line,s,1(${EXTEN:2},25))",
        "exten => _*4.,1,Dial(${PJSIP_DIAL_CONTACTS(${EXTEN:2})},25,b(aloud^s^1))",
    ]
    assert context("class-_branch", "liman") is context("branch-liman", "liman") is context("from-main", MAIN) is None


def test_emergency_calls_leave_a_branch_by_its_own_trunk_and_others_by_the_main_exchange():
    def dialled(name, site):
        return re.findall(r"@trunk-(\w+)", "\n".join(context(name, site)))

    assert dialled("carriers", "liman") == ["yerel", "to_main"]
    assert dialled("world", "liman") == ["to_main", "yerel"]
    assert dialled("carriers", MAIN) == dialled("world", MAIN) == ["tasiyici", "yedek"]
    assert "exten => 112,1,Gosub(carriers,s,1(112))" in context("class-_branch", MAIN)


def test_the_main_exchange_lets_a_branch_call_what_some_class_may_and_open_mailboxes_of_its_own_lines():
    """Whatever the branch asks for: it may be somebody else's by now."""
    assert "same => n,Goto(world-_branch,${EXTEN},1)" in context("class-_branch", MAIN)
    world = "\n".join(context("world-_branch", MAIN))
    assert "exten => _+90900X.,1,Hangup(21)" in world, "no class may call premium numbers"
    assert "exten => _+90X.,1,Goto(world,${EXTEN},1)" in world
    assert context("branch-liman", MAIN) == [
        "include => class-_branch", "exten => *280002,1,VoiceMail(80002@konak,u)", "same => n,Hangup()",
        "exten => *380002,1,VoiceMailMain(80002@konak,s)",
    ]  # fmt: skip
    assert "context=branch-liman" in files_of(CITY)[files.TRUNKS]
    tried = {attempt.destination: attempt.expected for attempt in matrix(CITY) if attempt.access_class == "_branch"}
    assert tried["premium"] == "refused"
    assert tried["national"] == "world"
    assert not any(attempt.access_class == "_branch" for attempt in matrix(CITY, "liman"))


def test_both_ends_of_a_link_know_each_other_by_name_address_and_password():
    main, branch = (files_of(CITY, site)[files.TRUNKS] for site in SITES)
    password = derived(Secret("telephony/link/liman"))
    for text in (main, branch):
        assert text.count(f"username=link-liman\npassword={password}\n") == 1
    assert "contact=sip:203.0.113.5:5061\\;transport=tls" in main
    assert "contact=sip:192.0.2.13:5061\\;transport=tls" in branch
    assert "[trunk-to_liman](konak-trunk)" in main
    assert "from_user=trunk-to_liman" in branch
    assert "[trunk-to_main](konak-trunk)" in branch
    assert "from_user=trunk-to_main" in main
    for text, other, here in ((main, "203.0.113.5", "to_main"), (branch, "192.0.2.13", "to_liman")):
        assert f"server_uri=sip:trunk-{here}@{other}:5061\\;transport=tls" in text, "as the other end's endpoint"
        assert "type=inbound-publication\nendpoint=trunk-" in text
    assert "@mailbox_state_filter=^(80002)@konak$" in main, "of the branch's lines alone"
    assert "mailbox_state=no" in main, "the branch keeps no messages"
    assert "mailbox_state=yes" in branch
    elsewhere = {item.key: item for item in intent(CITY, site="liman", addresses={"santral1": "198.51.100.7"})}
    assert elsewhere["to_main"].fields["host"] == "198.51.100.7"


def test_a_telephone_registers_with_its_site_and_finds_the_phonebook_at_the_main_exchange():
    telephone = 'telephones:\n  - {mac: 00:00:5e:00:53:41, model: yealink-t31p, person: "80002"}\n'
    sites = {"servers:\n": telephone + BRANCH["servers:\n"]}
    city = telephony_city(BRANCH | sites)
    text = files_of(city)[f"{handsets.FOLDER}/00005e005341/00005e005341.cfg"]
    assert "sip_server.1.address = santral2.deneme.bel.tr" in text
    assert "//santral.deneme.bel.tr/phonebook/yealink/phonebook.xml" in text
    assert not any(item.kind == "handset" for item in intent(city, site="liman"))


@pytest.mark.parametrize("site", SITES)
def test_what_was_applied_is_what_is_wanted(site):
    assert changes(CITY, CITY, site) == set()


def test_who_moves_to_a_branch_keeps_the_number_and_mailbox_and_registers_there():
    before = telephony_city(GONE)
    assert changes(before, CITY, MAIN) == {("update", "line", "80002")}
    assert changes(before, CITY, "liman") == {("create", "line", "80002"), ("create", "number", "7002")}
    assert changes(CITY, before, "liman") == {("disable", "line", "80002"), ("delete", "number", "7002")}


def test_a_plan_tells_which_exchange_a_change_is_of():
    live = interpret(answer_of(telephony_city(GONE), "liman"), derived)
    found = reconcile.changes(CITY, intent(CITY, site="liman"), settings_of(CITY, "liman"), live.items)
    placed = reconcile.placed(found, "liman")
    assert {change.key for change in placed} == {"liman:80002", "liman:7002"}
    assert all(change.tags["site"] == "liman" for change in placed)
    main = reconcile.changes(CITY, intent(CITY), settings_of(CITY), [])
    assert [change.key for change in reconcile.own([*main, *placed], "liman")] == [change.key for change in found]
    assert reconcile.own([*main, *placed], MAIN) == main


@settings(max_examples=16)  # of 32
@given(st.sets(st.sampled_from(["7001", "7002", "7003", "7004", "7005"])))
def test_wherever_people_work_each_line_registers_with_one_exchange_and_each_number_leads_to_it(moved):
    """Any division of people among sites: nothing is lost, nothing is there twice, and what is applied is wanted."""
    at_liman = {f'    extension: "{number}"': f'    extension: "{number}"\n    site: liman' for number in moved}
    city = telephony_city(dict(list(BRANCH.items())[:2]) | at_liman)
    items = {site: wanted(city, site) for site in SITES}
    registering = {
        site: {
            key for (kind, key), item in items[site].items()
            if kind == "line" and item.fields["open"] and not item.fields.get("exchange")
        }
        for site in SITES
    }  # fmt: skip
    assert registering[MAIN].isdisjoint(registering["liman"])
    everybody = {key for (kind, key), item in items[MAIN].items() if kind == "line" and item.fields["open"]}
    assert registering[MAIN] | registering["liman"] == everybody
    ringing = {item.fields["to"].partition(" ")[2] for (kind, _), item in items["liman"].items() if kind == "number"}
    assert ringing == registering["liman"]
    assert changes(city, city, MAIN) == changes(city, city, "liman") == set()
