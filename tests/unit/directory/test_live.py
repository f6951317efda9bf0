# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the directory: what is ours, what is not, and when an answer is not believed."""

from __future__ import annotations

from typing import Any

import ldap
import ldap.dn
import pytest
from ansible_collections.konak.it.plugins.plugin_utils.directory.attributes import ATTRIBUTES
from ansible_collections.konak.it.plugins.plugin_utils.directory.connection import Connection, DirectoryError
from ansible_collections.konak.it.plugins.plugin_utils.directory.live import (
    PAGE,
    Live,
    interpret,
    memory,
    read,
    root_dn,
    search,
    split_dn,
)
from hypothesis import given
from hypothesis import strategies as st
from ldap.controls import SimplePagedResultsControl

BASE = "DC=ornek,DC=bel,DC=tr"
ROOT = f"OU=Örnek Belediyesi,{BASE}"
UNITS = f"OU=Birimler,{ROOT}"
GROUPS = f"OU=Gruplar,{ROOT}"
IMAR = f"OU=İmar\\, Şehircilik,{UNITS}"

Row = tuple[str, dict[str, list[bytes]]]


def row(dn: str, mark: str | None = None, **attributes: Any) -> Row:
    entry = {"adminDescription": [f"konak:{mark}".encode()]} if mark else {}
    for name, value in attributes.items():
        entry[name] = [one.encode() for one in (value if isinstance(value, list) else [value])]
    return dn, entry


CITY = [
    row(ROOT, "root", adminDisplayName="konak:objects:group=1,person=2"),
    row(UNITS, "container:units"),
    row(GROUPS, "container:groups"),
    row(IMAR, "unit:imar", managedBy=f"CN=Elif Işık,{IMAR}"),
    row(f"CN=birim-imar,{GROUPS}", "group:unit:imar", sAMAccountName="birim-imar"),
    row(
        f"CN=Elif Işık,{IMAR}",
        "person:40117",
        sAMAccountName="elif.isik",
        displayName="Elif Işık",
        title="Uzman",
        userAccountControl="66048",
        memberOf=[f"CN=birim-imar,{GROUPS}", f"CN=Domain Users,CN=Users,{BASE}"],
    ),
    row(
        f"CN=Can\\, Öğüt,{IMAR}",
        "person:40118",
        userAccountControl="514",
        manager=f"cn=elif ışık,{IMAR}".replace("elif ışık", "Elif Işık"),
    ),
    row(f"CN=Yazıcı,{UNITS}"),
]


def fields(live: Live, kind: str, key: str) -> dict[str, Any]:
    return dict(next(item.fields for item in live.items if (item.kind, item.key) == (kind, key)))


def test_what_carries_the_mark_is_ours_and_the_rest_is_not():
    live = interpret(ROOT, CITY)
    assert live.counts == {"container": 2, "unit": 1, "group": 1, "person": 2}
    assert live.unmanaged == [f"CN=Yazıcı,{UNITS}"]
    assert live.remembered == {"group": 1, "person": 2}
    assert live.dns["unit", "imar"] == IMAR
    assert live.flags == {("person", "40117"): 66048, ("person", "40118"): 514}


def test_fields_of_a_person():
    found = fields(interpret(ROOT, CITY), "person", "40117")
    assert found["name"] == "Elif Işık"
    assert found["parent"] == "unit:imar"
    assert found["login"] == "elif.isik"
    assert found["title"] == "Uzman"
    assert found["room"] is None
    assert found["enabled"] is True
    assert found["groups"] == {"unit:imar"}, "memberships outside the root are not ours"


def test_references_and_parents_are_told_by_key():
    live = interpret(ROOT, CITY)
    assert fields(live, "unit", "imar")["manager"] == "40117"
    assert fields(live, "unit", "imar")["parent"] == "container:units"
    assert fields(live, "container", "units")["parent"] == "root"
    assert fields(live, "person", "40118")["manager"] == "40117"


def test_every_kind_of_the_contract_can_be_read():
    for kind, rows in ATTRIBUTES.items():
        live = interpret(ROOT, [row(ROOT), row(f"CN=x,{ROOT}", f"{kind}:x", userAccountControl="512")])
        assert set(fields(live, kind, "x")) >= {"name", "parent", *(attribute.field for attribute in rows)}


def test_names_are_compared_whatever_their_case():
    rows = [(dn.upper() if "Gruplar" in dn else dn, entry) for dn, entry in CITY]
    live = interpret(ROOT.lower(), rows)
    assert live.unmanaged == [f"CN=Yazıcı,{UNITS}"]
    assert fields(live, "person", "40117")["groups"] == {"unit:imar"}
    assert fields(live, "group", "unit:imar")["parent"] == "container:groups"


def test_a_comma_in_a_name():
    found = fields(interpret(ROOT, CITY), "person", "40118")
    assert (found["name"], found["parent"]) == ("Can, Öğüt", "unit:imar")


@pytest.mark.parametrize(
    "parent", ["OU=Yol\\=Su", "OU=Yol=Su", "OU=Park\\2C Bahçe", "OU=\\#1", "OU=a\\+b", "OU=ekip\\ "]
)
def test_a_parent_is_found_however_the_server_writes_its_name(parent):
    rows = [
        row(ROOT),
        row(f"{parent},{ROOT}", "unit:a"),
        row(f"CN=Can\\, Öğüt,{parent},{ROOT}", "person:1", userAccountControl="512"),
        row(f"CN=Can,{parent},{ROOT}", "person:2", userAccountControl="512"),
    ]
    live = interpret(ROOT, rows)
    assert [fields(live, "person", key)["parent"] for key in "12"] == ["unit:a", "unit:a"]


@given(st.text("aİı,+\\\"<>;=# é'()*", min_size=1, max_size=8))
def test_any_name_is_read_as_it_was_written(name):
    rest = IMAR
    assert split_dn(f"CN={ldap.dn.escape_dn_chars(name)},{rest}") == (name, rest)


def test_an_object_whose_parent_is_not_ours_says_where_it_is():
    stranger = f"OU=Eski,{ROOT}"
    live = interpret(ROOT, [row(ROOT), row(stranger), row(f"OU=İmar,{stranger}", "unit:imar")])
    assert fields(live, "unit", "imar")["parent"] == f"dn:{stranger}"
    assert live.unmanaged == [stranger]


def test_a_manager_who_is_not_ours_says_who_it_is():
    outside = f"CN=Administrator,CN=Users,{BASE}"
    live = interpret(ROOT, [row(ROOT), row(f"OU=İmar,{ROOT}", "unit:imar", managedBy=outside)])
    assert fields(live, "unit", "imar")["manager"] == f"dn:{outside}"


@pytest.mark.parametrize(
    "mark", ["konak:", "konak:person", "konak:person:", "konak:printer:1", "Konak:person:1", "x konak:person:1", ""]
)
def test_other_words_in_the_marks_attribute_are_no_mark(mark):
    dn = f"CN=x,{ROOT}"
    live = interpret(ROOT, [row(ROOT), (dn, {"adminDescription": [mark.encode()]})])
    assert (live.items, live.unmanaged) == ([], [dn])


def test_two_objects_with_one_mark_are_refused():
    rows = [row(ROOT), row(f"CN=A,{ROOT}", "person:1"), row(f"CN=B,{ROOT}", "person:1")]
    with pytest.raises(DirectoryError) as caught:
        interpret(ROOT, rows, "dc1")
    assert caught.value.message == f"two objects carry the mark of person 1: CN=A,{ROOT} and CN=B,{ROOT}"
    assert caught.value.remedy == "clear adminDescription of the one that is not ours"
    assert caught.value.host == "dc1"


@pytest.mark.parametrize(("flags", "enabled"), [("512", True), ("514", False), ("66050", False), ("1049088", True)])
def test_only_one_bit_says_whether_an_account_is_open(flags, enabled):
    live = interpret(ROOT, [row(ROOT), row(f"CN=A,{ROOT}", "service:a", userAccountControl=flags)])
    assert fields(live, "service", "a")["enabled"] is enabled
    assert live.flags["service", "a"] == int(flags)


@given(st.dictionaries(st.sampled_from(sorted(ATTRIBUTES)), st.integers(0, 99_999)))
def test_the_root_remembers_how_many_there_were(counts):
    live = interpret(ROOT, [row(ROOT, adminDisplayName=memory(counts))])
    assert live.remembered == {kind: count for kind, count in counts.items() if count}


@pytest.mark.parametrize(
    "text", ["", "Belediye", "konak:objects:", "konak:objects:person", "konak:objects:person=many"]
)
def test_a_root_without_memory(text):
    assert interpret(ROOT, [row(ROOT, adminDisplayName=text)]).remembered == {}


class Server:
    """Answers a search from a script: pages of rows, or an error in the place of one."""

    def __init__(self, *pages: list[Row] | Exception, marked: bool = True) -> None:
        self.pages, self.marked = list(pages), marked
        self.asked: list[tuple[Any, ...]] = []

    def search_ext(self, base, scope, query, attributes, serverctrls):
        [control] = serverctrls
        self.asked.append((base, scope, query, control.size, bool(control.criticality), control.cookie))
        return len(self.asked)

    def result3(self, number):
        page = self.pages[number - 1]
        if isinstance(page, Exception):
            raise page
        cookie = f"page {number}".encode() if number < len(self.pages) else b""
        answer = [SimplePagedResultsControl(size=0, cookie=cookie)] if self.marked else []
        return ldap.RES_SEARCH_RESULT, page, number, answer


def asking(server: Server) -> Connection:
    return Connection("dc1", server, BASE)


def test_a_search_takes_page_after_page_until_the_last():
    server = Server([row("CN=1"), (None, ["ldap://elsewhere"])], [row("CN=2")], [], [row("CN=3")])
    rows = list(search(asking(server), ROOT, "(objectClass=*)", ["cn"]))
    assert [dn for dn, _ in rows] == ["CN=1", "CN=2", "CN=3"]
    assert [asked[-1] for asked in server.asked] == ["", b"page 1", b"page 2", b"page 3"]
    assert {asked[:5] for asked in server.asked} == {(ROOT, ldap.SCOPE_SUBTREE, "(objectClass=*)", PAGE, True)}


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


def test_a_connection_lost_between_pages():
    error = refused(Server(CITY, ldap.SERVER_DOWN({"desc": "Can't contact LDAP server"})))
    assert "the connection to the directory broke" in error.message


def test_the_root_is_escaped():
    assert root_dn(asking(Server()), "Park, Bahçe") == f"OU=Park\\, Bahçe,{BASE}"


def test_a_whole_read():
    assert read(asking(Server(CITY[:3], CITY[3:])), "Örnek Belediyesi").counts["person"] == 2
