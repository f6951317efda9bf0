# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that another object of the domain has are found before anything is written; with a server from a script."""

from __future__ import annotations

import re
from typing import Any

import ldap
import pytest
from ansible_collections.konak.it.plugins.module_utils.plan import Change, Stop
from ansible_collections.konak.it.plugins.plugin_utils.directory.conflicts import CHUNK, taken
from ansible_collections.konak.it.plugins.plugin_utils.directory.connection import Connection, DirectoryError
from ansible_collections.konak.it.plugins.plugin_utils.directory.interpret import Around, Live
from ldap.controls import SimplePagedResultsControl
from unit.directory.entries import BASE, IMAR, ROOT, Row, row

ROOTS = (BASE, "(adminDescription=konak:root)")
"""The question where other cities of the domain are."""
ZONE = f"DC=ornek.bel.tr,CN=MicrosoftDNS,DC=DomainDnsZones,{BASE}"


class Server:
    """Finds of its entries those that a query of equalities asks for; a zone gives all of its names."""

    def __init__(self, *rows: Row) -> None:
        self.rows = rows
        self.asked: list[tuple[str, str]] = []

    def search_ext(self, base: str, scope: int, query: str, attributes: list[str], **_: Any) -> int:
        assert scope == ldap.SCOPE_SUBTREE
        self.asked.append((base, query))
        return len(self.asked) - 1

    def result3(self, number: int) -> Any:
        base, query = self.asked[number]
        control = SimplePagedResultsControl(size=0, cookie="")
        within = [(dn, entry) for dn, entry in self.rows if dn.endswith(base)]
        if query == "(objectClass=dnsNode)":
            return (
                0,
                [(dn, entry) for dn, entry in within if "dnsNode" in str(entry.get("objectClass"))],
                number,
                [control],
            )
        wanted = {(name.lower(), value.lower()) for name, value in re.findall(r"\(([A-Za-z]+)=([^()]*)\)", query)}
        found = [
            (dn, entry) for dn, entry in within
            if wanted & {(name.lower(), value.decode().lower()) for name, values in entry.items() for value in values}
        ]  # fmt: skip
        return 0, [*found, (None, ["ldap://elsewhere"])], number, []


def person(key: str = "40117", action: str = "create", **fields: str | None) -> Change:
    after = {name: {"before": None, "after": value} for name, value in fields.items()}
    return Change("directory", "person", key, action, "Elif Işık", after)


def live(**dns: str) -> Live:
    """A live directory with people at these names; keys are personnel numbers behind an underscore."""
    found = Live(ROOT, Around(bases={"zone:ornek.bel.tr": ZONE, "policies": "CN=x"}))
    found.dns = {("person", key[1:]): dn for key, dn in dns.items()}
    return found


def stops(plan: list[Change], *rows: Row, of: Live | None = None) -> list[Stop]:
    return taken(Connection("dc1", Server(*rows), BASE), of or live(), plan)


def test_a_login_that_somebody_outside_has_is_told_with_its_holder():
    holder = f"CN=Eski Elif,CN=Users,{BASE}"
    assert stops([person(login="elif.isik")], row(holder, sAMAccountName="ELIF.ISIK")) == [
        Stop(
            "directory.person.taken",
            f"person Elif Işık (40117): the name ELIF.ISIK is taken by {holder}, which is not ours",
            "give the record another `login`, or rename that object",
            "directory",
        )
    ]


def test_an_object_that_has_login_and_upn_is_told_once():
    holder = row(f"CN=E,CN=Users,{BASE}", sAMAccountName="elif.isik", userPrincipalName="elif.isik@ornek.bel.tr")
    assert len(stops([person(login="elif.isik", upn="elif.isik@ornek.bel.tr")], holder)) == 1


def test_a_upn_that_somebody_outside_has_is_taken_too():
    holder = row(f"CN=E,CN=Users,{BASE}", sAMAccountName="baska", userPrincipalName="elif.isik@ornek.bel.tr")
    [stop] = stops([person(login="elif.isik", upn="elif.isik@ornek.bel.tr")], holder)
    assert "the name elif.isik@ornek.bel.tr is taken by" in stop.message


def test_what_is_not_ours_in_our_own_territory_has_its_name_all_the_same():
    [stop] = stops([person(login="elif.isik")], row(f"CN=E,{IMAR}", sAMAccountName="elif.isik"))
    assert stop.rule == "directory.person.taken"


def test_a_name_that_one_of_ours_gives_up_in_the_same_plan_is_free():
    holder = f"CN=Can Öğüt,{IMAR}"
    assert stops([person(login="elif.isik")], row(holder.upper(), sAMAccountName="elif.isik"), of=live(_1=holder)) == []


def test_an_object_of_ours_that_was_moved_out_of_our_territory_is_told_as_that():
    """It would be made a second time, with another SID."""
    outside = row(f"CN=Elif Işık,CN=Users,{BASE}", "person:40117", sAMAccountName="elif.isik")
    assert stops([person(login="elif.isik")], outside) == [
        Stop(
            "directory.person.moved",
            f"the person Elif Işık (40117) was moved out of our territory: it is CN=Elif Işık,CN=Users,{BASE}",
            "move it back under the managed root",
            "directory",
        )
    ]


def test_an_object_of_ours_is_found_out_there_under_another_login_too():
    outside = row(f"CN=Elif Kaya,CN=Users,{BASE}", "person:40117", sAMAccountName="elif.kaya")
    assert [stop.rule for stop in stops([person(login="elif.isik")], outside)] == ["directory.person.moved"]


def test_the_mark_of_another_person_out_there_is_not_ours():
    outside = row(f"CN=Elif,CN=Users,{BASE}", "person:99", sAMAccountName="elif.isik")
    assert [stop.rule for stop in stops([person(login="elif.isik")], outside)] == ["directory.person.taken"]


def test_only_names_that_a_plan_takes_are_asked_for():
    server = Server()
    plan = [person(login="elif.isik"), person("2", "retire", login=None), person("3", "update", title="Uzman")]
    assert taken(Connection("dc1", server, BASE), live(), plan) == []
    assert server.asked == [ROOTS, (BASE, "(|(samaccountname=elif.isik)(admindescription=konak:person:40117))")]
    taken(Connection("dc1", server, BASE), live(), [])
    assert len(server.asked) == 2, "without names there is no question"


def test_many_names_are_asked_for_in_several_questions():
    server = Server(row(f"CN=Son,CN=Users,{BASE}", sAMAccountName=f"p{CHUNK}"))
    plan = [person(str(number), login=f"p{number}") for number in range(CHUNK + 1)]
    assert [stop.message for stop in taken(Connection("dc1", server, BASE), live(), plan)] == [
        f"person Elif Işık ({CHUNK}): the name p{CHUNK} is taken by CN=Son,CN=Users,{BASE}, which is not ours"
    ]
    assert [query.count("=") for _, query in server.asked[1:]] == [CHUNK, CHUNK, 2], "names and marks"


def test_a_name_cannot_change_the_question():
    server = Server()
    taken(Connection("dc1", server, BASE), live(), [person(login="a*)(cn=*")])
    assert server.asked[1:] == [(BASE, r"(|(samaccountname=a\2a\29\28cn=\2a)(admindescription=konak:person:40117))")]


def test_what_was_made_while_the_directory_was_read_is_no_stranger():
    """As by a run that was killed, whose last requests came through all the same."""
    [stop] = stops([person(login="elif.isik")], row(f"CN=Elif Işık,{IMAR}", "person:40117", sAMAccountName="elif.isik"))
    assert stop.rule == "directory.person.moving"
    assert stop.message == "the person Elif Işık (40117) was made while the directory was read"
    assert "no other run" in stop.remedy


def test_another_city_of_the_domain_may_have_the_same_numbers():
    root = f"OU=Başka Belediye,{BASE}"
    theirs = row(f"CN=Ayşe,{root}", "person:40117", sAMAccountName="ayse")
    assert stops([person(login="elif.isik")], row(root, "root"), theirs) == []
    same = row(f"CN=Elif,{root}", "person:40117", sAMAccountName="elif.isik")
    assert len(stops([person(login="elif.isik")], row(root, "root"), same)) == 1, "but not the same logins"


def dns_name(name: str, action: str = "create") -> Change:
    node = name.removesuffix(".ornek.bel.tr")
    fields = {"name": {"before": None, "after": node}, "parent": {"before": None, "after": "zone:ornek.bel.tr"}}
    return Change("directory", "record", name, action, name, fields)


def test_a_dns_name_that_is_there_already_is_not_written_over():
    node = row(f"DC=WWW,{ZONE}", objectClass="dnsNode", name="WWW")
    assert stops([dns_name("www.ornek.bel.tr"), dns_name("yeni.ornek.bel.tr")], node) == [
        Stop(
            "directory.record.taken",
            f"the DNS name www.ornek.bel.tr is there already, and is not ours: DC=WWW,{ZONE}",
            "remove it on the name server, or take the name from the inventory",
            "directory",
        )
    ]


@pytest.mark.parametrize("change", [dns_name("www.ornek.bel.tr", "update"), person(action="update", title="Uzman")])
def test_a_zone_is_only_looked_at_where_a_name_is_made(change):
    server = Server(row(f"DC=www,{ZONE}", objectClass="dnsNode", name="www"))
    assert taken(Connection("dc1", server, BASE), live(), [change]) == []
    assert server.asked == []


def test_a_name_in_a_zone_that_is_not_there_is_not_looked_for():
    nowhere = Change("directory", "record", "x.baska", "create", "x", {
        "name": {"before": None, "after": "x"}, "parent": {"before": None, "after": "zone:baska"}})  # fmt: skip
    assert stops([nowhere]) == [], "that it lies in no zone is another stop's to say"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ldap.SERVER_DOWN, "the connection to the directory broke"),
        (ldap.SIZELIMIT_EXCEEDED, "the directory cut its answer short"),
    ],
)
def test_a_question_without_a_whole_answer_is_no_answer(monkeypatch, error, words):
    def fail(*_: object) -> None:
        raise error({"desc": "as the server says"})

    server = Server()
    monkeypatch.setattr(server, "result3", fail)
    with pytest.raises(DirectoryError) as caught:
        taken(Connection("dc1", server, BASE), live(), [person(login="elif.isik")])
    assert caught.value.message == f"looking for names that are taken: {words}: as the server says"
