# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes become requests in steps that each need the one before; nothing is written that is not ours."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import ldap
import pytest
from ansible_collections.konak.it.plugins.module_utils.plan import Change
from ansible_collections.konak.it.plugins.plugin_utils.directory import requests
from ansible_collections.konak.it.plugins.plugin_utils.directory.connection import DirectoryError
from ansible_collections.konak.it.plugins.plugin_utils.directory.dns_records import encode
from ansible_collections.konak.it.plugins.plugin_utils.directory.interpret import Around, Live, interpret
from ansible_collections.konak.it.plugins.plugin_utils.directory.links import MEMBERS_A_REQUEST
from ansible_collections.konak.it.plugins.plugin_utils.directory.pipeline import Request
from ansible_collections.konak.it.plugins.plugin_utils.directory.places import Map
from unit.directory.entries import BASE, GROUPS, IMAR, ROOT, UNITS, Row, row

ZONE = f"DC=ornek.bel.tr,CN=MicrosoftDNS,{BASE}"
TREE = [row(ROOT), row(UNITS, "container:units"), row(GROUPS, "container:groups"), row(IMAR, "unit:imar")]


def live_of(*rows: Row) -> Live:
    return interpret(ROOT, [*TREE, *rows], around=Around(bases={"zone:ornek.bel.tr": ZONE}))


def change(kind: str, key: str, action: str = "update", **fields: Any) -> Change:
    """A change: a pair is before and after, a list is what is added and what is removed."""
    differences: dict[str, Mapping[str, Any]] = {
        name: {"before": value[0], "after": value[1]}
        if isinstance(value, tuple)
        else {"added": value[0], "removed": value[1]}
        for name, value in fields.items()
    }
    return Change("directory", kind, key, action, key, differences)


def joiner(key: str, manager: str | None = None) -> Change:
    led = {"manager": (None, manager)} if manager else {}
    return change(
        "person", key, "create", name=(None, f"P{key}"), parent=(None, "unit:imar"), enabled=(None, True), **led
    )


def sent(live: Live, *changes: Change, password: bytes | None = None) -> list[list[Request]]:
    """The requests of each step that has any."""
    made = requests.steps(Map(live), live, changes, lambda _: password)
    return [step for step in map(list, made) if step]


def told(steps: Iterable[Iterable[Request]]) -> list[tuple[Any, ...]]:
    """What the requests do, in their order."""
    return [(request.method, *request.arguments) for step in steps for request in step]


def person(key: str, **attributes: Any) -> Row:
    return row(f"CN=P{key},{IMAR}", f"person:{key}", **attributes)


def test_who_leads_is_made_before_those_who_are_led():
    made = sent(live_of(), joiner("1", "2"), joiner("2", "3"), joiner("3"), joiner("4", "3"))
    assert [[request.identities[0][1] for request in step] for step in made] == [["3"], ["2", "4"], ["1"]]
    entry = dict(made[-1][0].arguments[1])
    assert entry["manager"] == [f"CN=P2,{IMAR}".encode()]
    assert made[-1][0].needs == ("person", "2")
    assert "manager" not in dict(made[-1][0].otherwise[1]), "without a leader the account is made all the same"


def test_a_leader_who_is_there_already_is_no_reason_to_wait():
    made = sent(live_of(person("9")), joiner("1", "9"), joiner("2"))
    assert len(made) == 1


@pytest.mark.parametrize("circle", ["12", "123", "1"])
def test_leaders_in_a_circle_do_not_hang(circle):
    """The model refuses them; a plan that has them all the same comes to an end."""
    changes = [joiner(one, circle[(number + 1) % len(circle)]) for number, one in enumerate(circle)]
    ended = threading.Event()

    def rank() -> None:
        assert set(requests._ranks([*changes, joiner("7", "1")])) == {("person", key) for key in {*circle, "7"}}
        ended.set()

    thread = threading.Thread(target=rank, daemon=True)
    thread.start()
    assert ended.wait(5)
    if len(circle) > 1:
        with pytest.raises(DirectoryError, match="which is not there"):
            sent(live_of(), *changes)


def test_branches_are_made_from_the_top_down_and_removed_from_below():
    new = [
        change("unit", "c", "create", name=(None, "C"), parent=(None, "unit:b")),
        change("unit", "b", "create", name=(None, "B"), parent=(None, "unit:a")),
        change("unit", "a", "create", name=(None, "A"), parent=(None, "container:units")),
    ]
    assert [step[0].arguments[0] for step in sent(live_of(), *new)] == [
        f"OU=A,{UNITS}",
        f"OU=B,OU=A,{UNITS}",
        f"OU=C,OU=B,OU=A,{UNITS}",
    ]
    old = [row(f"OU=A,{UNITS}", "unit:a"), row(f"OU=B,OU=A,{UNITS}", "unit:b")]
    gone = sent(live_of(*old), change("unit", "a", "delete"), change("unit", "b", "delete"))
    assert told(gone) == [("delete", f"OU=B,OU=A,{UNITS}"), ("delete", f"OU=A,{UNITS}")]


def test_who_is_in_a_unit_that_is_renamed_is_found_under_its_new_name():
    plan = [
        change("unit", "imar", "rename", name=("İmar, Şehircilik", "İmar")),
        change("person", "1", title=(None, "Uzman")),
    ]
    made = told(sent(live_of(person("1")), *plan))
    assert made == [
        ("rename", IMAR, "OU=İmar", None),
        ("modify", f"CN=P1,OU=İmar,{UNITS}", [(ldap.MOD_REPLACE, "title", [b"Uzman"])]),
    ]


@pytest.mark.parametrize(
    ("flags", "enabled", "after"),
    [("66048", False, b"66050"), ("66050", True, b"66048"), ("512", False, b"514"), ("1049090", True, b"1049088")],
)
def test_of_the_flags_of_an_account_one_bit_is_changed_and_the_others_stay(flags, enabled, after):
    live = live_of(person("1", userAccountControl=flags))
    [[request]] = sent(live, change("person", "1", enabled=(not enabled, enabled)))
    assert request.arguments == (f"CN=P1,{IMAR}", [(ldap.MOD_REPLACE, "userAccountControl", [after])])
    assert request.before == {"userAccountControl": [flags.encode()]}


def test_two_bits_of_one_number_are_changed_in_one_value():
    live = live_of(row(f"CN=s,{ROOT}", "service:s", userAccountControl="2097666"))
    [[request]] = sent(live, change("service", "s", enabled=(False, True), password_kept=(False, True)))
    assert request.arguments[1] == [(ldap.MOD_REPLACE, "userAccountControl", [b"2163200"])]


def test_the_domains_other_password_properties_stay():
    domain = row(BASE, "domain:domain", pwdProperties="25")
    [[request]] = sent(live_of(domain), change("domain", "domain", reversible=(True, False)))
    assert request.arguments == (BASE, [(ldap.MOD_REPLACE, "pwdProperties", [b"9"])])


def test_a_new_account_has_the_flags_of_its_sort_a_password_and_must_change_it():
    new = [
        joiner("1"),
        change("computer", "d", "create", name=(None, "d"), parent=(None, "root"), enabled=(None, False)),
    ]
    [[person_, computer]] = sent(live_of(), *new, password=b"secret")
    entry, other = dict(person_.arguments[1]), dict(computer.arguments[1])
    assert (entry["userAccountControl"], entry["pwdLastSet"], entry["unicodePwd"]) == ([b"512"], [b"0"], [b"secret"])
    assert entry["adminDescription"] == [b"konak:person:1"]
    assert (other["userAccountControl"], "pwdLastSet" in other) == ([b"4098"], False)


def test_an_account_that_is_there_gets_no_password():
    made = sent(
        live_of(person("1")), change("person", "1", title=(None, "x"), enabled=(False, True)), password=b"secret"
    )
    assert "unicodePwd" not in str(told(made))


def test_a_program_gets_a_password_with_each_new_version_of_its_secret():
    live = live_of(row(f"CN=s,{ROOT}", "service:s", adminDisplayName="konak:secret:1"))
    [[request]] = sent(live, change("service", "s", secret=(1, 2)), password=b"secret")
    assert request.arguments[1] == [
        (ldap.MOD_REPLACE, "adminDisplayName", [b"konak:secret:2"]),
        (ldap.MOD_REPLACE, "unicodePwd", [b"secret"]),
    ]


def test_of_a_list_that_others_write_to_single_values_are_taken_and_added():
    live = live_of(person("1", proxyAddresses=["SMTP:a@ornek.bel.tr", "x500:/o=ornek"]))
    plan = change("person", "1", addresses=[["SMTP:b@ornek.bel.tr", "smtp:a@ornek.bel.tr"], ["SMTP:a@ornek.bel.tr"]])
    [[request]] = sent(live, plan)
    assert request.arguments[1] == [
        (ldap.MOD_DELETE, "proxyAddresses", [b"SMTP:a@ornek.bel.tr"]),
        (ldap.MOD_ADD, "proxyAddresses", [b"SMTP:b@ornek.bel.tr", b"smtp:a@ornek.bel.tr"]),
    ], "what goes goes first: the two differ by case alone"


def test_a_list_that_is_wholly_ours_is_replaced():
    live = live_of(
        row(f"DC=www,{ZONE}", "record:www.ornek.bel.tr", dnsRecord=[encode("A 192.0.2.1"), encode("A 192.0.2.2")])
    )
    [[request]] = sent(live, change("record", "www.ornek.bel.tr", records=[["A 192.0.2.3"], ["A 192.0.2.1"]]))
    assert request.arguments[1] == [(ldap.MOD_REPLACE, "dnsRecord", [encode("A 192.0.2.2"), encode("A 192.0.2.3")])]
    assert request.before == {"dnsRecord": [encode("A 192.0.2.1"), encode("A 192.0.2.2")]}


@pytest.mark.parametrize(
    ("before", "after", "types"),
    [
        ("global", "domain-local", [b"-2147483640", b"-2147483644"]),
        ("domain-local", "global", [b"-2147483640", b"-2147483646"]),
        ("global", "universal", [b"-2147483640"]),
        ("universal", "domain-local", [b"-2147483644"]),
    ],
)
def test_between_global_and_domain_local_the_way_leads_through_universal(before, after, types):
    live = live_of(row(f"CN=g,{GROUPS}", "group:group:g", groupType="2"))
    made = sent(live, change("group", "group:g", scope=(f"{before} security", f"{after} security")))
    assert [arguments[1][0] for _, *arguments in told(made)] == [
        (ldap.MOD_REPLACE, "groupType", [one]) for one in types
    ]
    assert [request.before["groupType"] for step in made for request in step][1:] == [[one] for one in types[:-1]]


def test_two_who_exchange_their_logins_step_aside_first():
    people = [person("1", sAMAccountName="a", userPrincipalName="a@ornek.bel.tr"), person("2", sAMAccountName="b")]
    plan = [
        change("person", "1", login=("a", "b"), upn=("a@ornek.bel.tr", "b@ornek.bel.tr")),
        change("person", "2", login=("b", "a")),
    ]
    made = sent(live_of(*people), *plan)
    assert told(made[:1]) == [
        ("modify", f"CN=P1,{IMAR}", [
            (ldap.MOD_REPLACE, "sAMAccountName", [b"~1"]),
            (ldap.MOD_REPLACE, "userPrincipalName", [b"~1@ornek.bel.tr"]),
        ]),
        ("modify", f"CN=P2,{IMAR}", [(ldap.MOD_REPLACE, "sAMAccountName", [b"~2"])]),
    ]  # fmt: skip
    assert made[0][0].before == {"sAMAccountName": [b"a"], "userPrincipalName": [b"a@ornek.bel.tr"]}
    finals = [arguments[1][0] for _, *arguments in told(made[1:])]
    assert finals == [(ldap.MOD_REPLACE, "sAMAccountName", [name]) for name in (b"b", b"a")]


def test_two_who_exchange_their_names_step_aside_first_and_a_change_of_case_alone_does_not():
    plan = [change("person", "1", "rename", name=("P1", "P2")), change("person", "2", "rename", name=("P2", "P1"))]
    assert told(sent(live_of(person("1"), person("2")), *plan)) == [
        ("rename", f"CN=P1,{IMAR}", "CN=konak-person-1", None),
        ("rename", f"CN=P2,{IMAR}", "CN=konak-person-2", None),
        ("rename", f"CN=konak-person-1,{IMAR}", "CN=P2", None),
        ("rename", f"CN=konak-person-2,{IMAR}", "CN=P1", None),
    ]
    assert told(sent(live_of(person("1")), change("person", "1", "rename", name=("P1", "p1")))) == [
        ("rename", f"CN=P1,{IMAR}", "CN=p1", None)
    ]


def test_members_are_added_a_group_at_a_time_and_no_more_than_a_server_takes():
    people = [person(str(number)) for number in range(MEMBERS_A_REQUEST + 1)]
    live = live_of(row(f"CN=g,{GROUPS}", "group:unit:imar"), *people)
    [step] = sent(live, *(change("person", str(n), groups=[["unit:imar"], []]) for n in range(MEMBERS_A_REQUEST + 1)))
    assert [len(request.identities) for request in step] == [MEMBERS_A_REQUEST, 1]
    assert {request.arguments[0] for request in step} == {f"CN=g,{GROUPS}"}
    assert step[1].arguments[1] == [(ldap.MOD_ADD, "member", [f"CN=P{MEMBERS_A_REQUEST},{IMAR}".encode()])]


def test_what_is_not_there_is_needed_in_words():
    with pytest.raises(DirectoryError) as caught:
        sent(live_of(person("1")), change("person", "1", groups=[["unit:yeni"], []]))
    assert str(caught.value) == "the plan needs the group unit:yeni, which is not there (apply without --limit first)"


def test_what_is_outside_the_root_says_whose_it_is():
    live = replace(live_of(), root_guid="0b6e4b5e")
    new = change(
        "record",
        "x.ornek.bel.tr",
        "create",
        name=(None, "x"),
        parent=(None, "zone:ornek.bel.tr"),
        records=[["A 192.0.2.1"], []],
    )
    [[record, account]] = sent(live, new, joiner("1"))
    assert dict(record.arguments[1])["adminDisplayName"] == [b"konak:of:0b6e4b5e"]
    assert "adminDisplayName" not in dict(account.arguments[1])
