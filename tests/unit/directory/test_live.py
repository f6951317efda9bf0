# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the directory: all of it, page by page and range by range, and when an answer is not believed."""

from __future__ import annotations

import uuid
from typing import Any

import ldap
import pytest
from ansible_collections.konak.it.plugins.plugin_utils.directory.connection import Connection, DirectoryError
from ansible_collections.konak.it.plugins.plugin_utils.directory.interpret import Live, OutsideGroup
from ansible_collections.konak.it.plugins.plugin_utils.directory.live import (
    PAGE,
    Places,
    read,
    root_dn,
    search,
    waiting,
)
from directory_in_memory import EMPTY_DESCRIPTOR
from ldap.controls import SimplePagedResultsControl
from unit.directory.entries import BASE, GROUPS, IMAR, ROOT, Row, fields, row
from unit.directory.entries import CITY as PLAIN_CITY

PLACES = Places.of(BASE)
GUIDS = [uuid.UUID(int=number) for number in range(len(PLAIN_CITY))]
CITY: list[Row] = [
    (dn, {**entry, "objectGUID": [guid.bytes_le]}) for (dn, entry), guid in zip(PLAIN_CITY, GUIDS, strict=True)
]
DOMAIN_USERS = f"CN=Domain Users,CN=Users,{BASE}"
OTHERS = uuid.UUID(int=99)


class Server:
    """Answers the search of the root from a script: pages of rows, or an error in the place of one.

    :ivar elsewhere: rows of other searches, by a word of the query; a place that is not named is not there.
    :ivar objects: what single objects answer, by their name; ``{attribute: values}``.
    """

    def __init__(self, *pages: list[Row] | Exception, marked: bool = True, **elsewhere: list[Row]) -> None:
        self.pages, self.marked, self.elsewhere = list(pages), marked, elsewhere
        self.objects: dict[str, dict[str, list[bytes]]] = {
            BASE: {"minPwdLength": [b"7"]},
            DOMAIN_USERS: {"objectGUID": [OTHERS.bytes_le]},
        }
        self.asked: list[tuple[Any, ...]] = []
        self.looked: list[tuple[str, str]] = []

    def search_ext(self, base, scope, query, attributes, serverctrls):
        [control] = serverctrls
        self.asked.append((base, scope, query, control.size, bool(control.criticality), control.cookie))
        return len(self.asked)

    def result3(self, number):
        base, _, query, *_ = self.asked[number - 1]
        if base != ROOT:
            word = next((word for word in self.elsewhere if word in query), None)
            if word is None:
                raise ldap.NO_SUCH_OBJECT({"desc": "No such object"})
            return ldap.RES_SEARCH_RESULT, self.elsewhere[word], number, [SimplePagedResultsControl(size=0, cookie="")]
        page = self.pages[number - 1]
        if isinstance(page, Exception):
            raise page
        cookie = f"page {number}".encode() if number < len(self.pages) else b""
        answer = [SimplePagedResultsControl(size=0, cookie=cookie)] if self.marked else []
        return ldap.RES_SEARCH_RESULT, page, number, answer

    def search_s(self, dn, scope, attrlist):
        assert scope == ldap.SCOPE_BASE
        self.looked += [(dn, name) for name in attrlist if ";range=" in name or dn not in self.objects]
        if dn not in self.objects:
            raise ldap.NO_SUCH_OBJECT({"desc": "No such object"})
        return [(dn, self.objects[dn])]

    def search_ext_s(self, dn, scope, attrlist, serverctrls):
        [control] = serverctrls
        assert (scope, attrlist) == (ldap.SCOPE_BASE, ["nTSecurityDescriptor"])
        assert control.encodedControlValue[-1] == 4, "the access list, not owner and audit list, which it may not read"
        return [(dn, {"nTSecurityDescriptor": [EMPTY_DESCRIPTOR]})]


def asking(server: Server) -> Connection:
    return Connection("dc1", server, BASE)


def test_a_search_takes_page_after_page_until_the_last():
    server = Server([row("CN=1")], [row("CN=2")], [], [row("CN=3")])
    rows = list(search(asking(server), ROOT, "(objectClass=*)", ["cn"]))
    assert [dn for dn, _ in rows] == ["CN=1", "CN=2", "CN=3"]
    assert [asked[-1] for asked in server.asked] == ["", b"page 1", b"page 2", b"page 3"]
    assert {asked[:5] for asked in server.asked} == {(ROOT, ldap.SCOPE_SUBTREE, "(objectClass=*)", PAGE, True)}


def test_a_part_that_lies_on_another_server_is_not_passed_over():
    elsewhere = f"ldap://dc9.ornek.bel.tr/{IMAR}"
    error = refused(Server([*CITY, (None, [elsewhere])]))
    assert error.message == f"the directory sends us to another server for a part of {ROOT}: {elsewhere}"
    assert "holds the whole domain" in error.remedy


def refused(server: Server) -> DirectoryError:
    with pytest.raises(DirectoryError) as caught:
        read(asking(server), "Örnek Belediyesi")
    assert caught.value.host == "dc1"
    return caught.value


def test_an_answer_without_a_page_mark_may_be_cut():
    error = refused(Server(CITY, marked=False))
    assert error.message == "the directory answered without a page mark, so the answer may be cut"
    assert "nothing is taken for gone" in error.remedy


def test_an_answer_that_ends_in_the_middle_is_an_error_and_not_an_end():
    error = refused(Server(CITY, ldap.SIZELIMIT_EXCEEDED({"desc": "Size limit exceeded"})))
    assert error.message == f"reading {ROOT}: the directory cut its answer short: Size limit exceeded"
    assert "nothing is taken for gone" in error.remedy


def test_a_root_that_is_not_there():
    error = refused(Server(ldap.NO_SUCH_OBJECT({"desc": "No such object"})))
    assert error.message == f"there is no {ROOT}"
    assert "bootstrap" in error.remedy


def test_a_root_that_cannot_be_seen_is_not_an_empty_one():
    error = refused(Server([]))
    assert error.message == f"{ROOT} cannot be seen"
    assert "nothing is taken for gone" in error.remedy


def test_a_short_answer_without_the_root_is_still_told_by_what_the_root_remembers():
    """What the last apply left behind is noted on the root, which a short answer may lack as it may lack any other."""
    server = Server([entry for entry in CITY if entry[0] != ROOT])
    server.objects[ROOT] = dict(CITY)[ROOT]
    live = whole(server)
    assert live.remembered == whole(Server(CITY)).remembered == {"group": 1, "person": 2}
    assert live.root_guid == str(GUIDS[0])


def test_a_connection_lost_between_pages():
    error = refused(Server(CITY, ldap.SERVER_DOWN({"desc": "Can't contact LDAP server"})))
    assert "the connection to the directory broke" in error.message


def test_the_root_is_escaped():
    assert root_dn(asking(Server()), "Park, Bahçe") == f"OU=Park\\, Bahçe,{BASE}"


def whole(server: Server) -> Live:
    return read(asking(server), "Örnek Belediyesi")


def test_a_whole_read():
    live = whole(server := Server(CITY[:3], CITY[3:]))
    assert live.counts["person"] == 2
    assert {base for base, *_ in server.asked} == {ROOT, PLACES.policies, PLACES.zones, PLACES.group_policies}
    assert live.around.bases == {"policies": PLACES.policies}, "a domain may have no zones"
    assert set(live.around.descriptors) == {f"ou=birimler,{ROOT}".lower(), GROUPS.lower(), IMAR.lower()}
    assert fields(live, "domain", "domain")["minimum_length"] == 7


def test_what_lies_beside_the_root_is_read_too():
    zone = f"DC=ornek.bel.tr,{PLACES.zones}"
    policies = [row(f"CN=konak-a,{PLACES.policies}", "policy:a")]
    group_policies = [row("CN=x", name="{31B2F340-016D-11D2-945F-00C04FB984F9}", displayName="Masaüstü")]
    server = Server(CITY)
    server.elsewhere = {
        "dnsZone": [row(zone, name="ornek.BEL.tr")],
        "groupPolicyContainer": group_policies,
        "konak:policy:": policies,
        "konak:record:": [row(f"DC=www,{zone}", "record:www.ornek.bel.tr")],
    }
    live = whole(server)
    assert live.around.bases == {"policies": PLACES.policies, "zone:ornek.bel.tr": zone}
    assert live.around.group_policies == {"31b2f340-016d-11d2-945f-00c04fb984f9": "Masaüstü"}
    assert (live.counts["policy"], live.counts["record"]) == (1, 1)
    queries = [query for base, _, query, *_ in server.asked if "konak:" in query]
    assert all(f"(adminDisplayName=konak:of:{GUIDS[0]})" in query for query in queries), "of this root alone"


@pytest.mark.parametrize(
    ("node", "key", "counted"),
    [
        ("www", "www.ornek.bel.tr", 1),
        ("WWW", "www.ornek.bel.tr", 1),
        ("@", "ornek.bel.tr", 1),
        ("evil", "www.ornek.bel.tr", 0),
        ("www", "www.ornek.bel.tr.ornek.bel.tr", 0),
    ],
)
def test_a_dns_name_with_the_mark_of_another_is_not_ours(node, key, counted):
    """Everyone in a domain may make names."""
    server = Server(CITY)
    server.elsewhere = {"konak:record:": [row(f"DC={node},DC=ornek.bel.tr,{PLACES.zones}", f"record:{key}")]}
    assert whole(server).counts.get("record", 0) == counted


def test_a_list_that_comes_in_parts_is_read_whole():
    """Windows gives 1,500 values of an attribute at a time."""
    names = [f"CN=m{number},{IMAR}".encode() for number in range(3700)]
    group = f"CN=birim-imar,{GROUPS}"
    server = Server([*CITY[:4], (group, {**CITY[4][1], "member;range=0-1499": names[:1500]}), *CITY[5:]])
    answers = iter([{"member;range=1500-2999": names[1500:3000]}, {"member;Range=3000-*": names[3000:]}])
    plain = server.search_s

    def parts(dn, scope, attrlist):
        if dn == group:
            server.looked += [(dn, *attrlist)]
            return [(dn, next(answers))]
        return plain(dn, scope, attrlist)

    server.search_s = parts
    assert fields(whole(server), "group", "unit:imar")["strangers"] == {name.decode() for name in names}
    assert server.looked == [(group, "member;range=1500-*"), (group, "member;range=3000-*")]


def test_a_list_of_which_the_rest_does_not_come_is_not_believed():
    group = f"CN=birim-imar,{GROUPS}"
    server = Server([*CITY[:4], (group, {**CITY[4][1], "member;range=0-1499": [b"CN=x"]}), *CITY[5:]])
    server.objects[group] = {"member": [b"CN=x"]}
    assert refused(server).message == f"the directory gave only a part of member of {group}"


@pytest.mark.parametrize("writable", [True, False])
def test_of_other_groups_it_is_known_whether_their_members_may_be_changed(writable):
    server = Server(CITY)
    server.objects[DOMAIN_USERS]["allowedAttributesEffective"] = [b"description", *([b"member"] * writable)]
    outside = whole(server).around.outside
    assert outside == {DOMAIN_USERS.lower(): OutsideGroup(DOMAIN_USERS, str(OTHERS), writable)}


def test_groups_that_a_leaver_had_are_looked_for_by_their_identifier():
    was, gone = uuid.UUID(int=77), uuid.UUID(int=78)
    kept = [f"konak:kept:{guid}" for guid in (was, gone, GUIDS[4])] + ["konak:kept:closed", "theirs"]
    dn, entry = CITY[6]
    server = Server([*CITY[:6], row(dn, "person:40118", extensionName=kept, objectGUID=entry["objectGUID"])])
    server.objects[f"<GUID={was}>"] = {"objectGUID": [was.bytes_le]}
    found = whole(server).around.outside
    assert {group.guid for group in found.values()} == {str(OTHERS), str(was)}
    assert [dn for dn, _ in server.looked] == [f"<GUID={gone}>"] * 2, "gone since; our own group is not asked for"


def test_a_fault_beside_the_root_has_words_too(monkeypatch):
    server = Server(CITY)
    monkeypatch.setattr(server, "search_ext_s", raising(ldap.SERVER_DOWN({"desc": "Can't contact LDAP server"})))
    assert refused(server).message.startswith("reading what is ours beside the root: the connection to the directory")


def raising(error: Exception) -> Any:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def test_accounts_that_are_protected_by_name_are_found_wherever_they_are(monkeypatch):
    emergency = f"CN=Acil Durum,CN=Users,{BASE}"
    server, asked = Server(CITY), []
    plain = server.search_s

    def search_s(dn, scope, *query, attrlist=None):
        if scope == ldap.SCOPE_SUBTREE:
            asked.append((dn, query[0]))
            return [(emergency, {}), (None, ["ldap://elsewhere"])]
        return plain(dn, scope, attrlist)

    monkeypatch.setattr(server, "search_s", search_s)
    live = read(asking(server), "Örnek Belediyesi", ["acil", "a*)(cn=*"])
    assert live.around.protected == {emergency.lower()}
    assert asked == [(BASE, r"(|(sAMAccountName=acil)(sAMAccountName=a\2a\29\28cn=\2a))")]


def test_who_waits_for_a_letter_has_never_logged_on():
    server = Server([row(f"CN=A,{IMAR}", "person:40117"), row(f"CN=C,{IMAR}", "person:1")])
    assert waiting(asking(server), "Örnek Belediyesi") == {"40117", "1"}
    [(base, _, query, *_)] = server.asked
    assert (base, query) == (ROOT, "(&(adminDescription=konak:person:*)(pwdLastSet=0)(!(lastLogonTimestamp=*)))")
    with pytest.raises(DirectoryError, match="looking who waits for a letter: the connection to the directory broke"):
        waiting(asking(Server(ldap.SERVER_DOWN({"desc": "down"}))), "Örnek Belediyesi")
