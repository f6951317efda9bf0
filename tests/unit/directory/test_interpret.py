# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries as a directory answers with them: what of them is ours, and what they say."""

from __future__ import annotations

import struct
import uuid

import ldap.dn
import pytest
from ansible_collections.konak.it.plugins.plugin_utils.directory.attributes import ATTRIBUTES
from ansible_collections.konak.it.plugins.plugin_utils.directory.connection import DirectoryError
from ansible_collections.konak.it.plugins.plugin_utils.directory.descriptor import with_delegations
from ansible_collections.konak.it.plugins.plugin_utils.directory.dns_records import encode
from ansible_collections.konak.it.plugins.plugin_utils.directory.interpret import Around, interpret, memory, split_dn
from directory_in_memory import EMPTY_DESCRIPTOR
from hypothesis import given
from hypothesis import strategies as st
from unit.directory.entries import BASE, CITY, GROUPS, IMAR, ROOT, UNITS, fields, row


def test_what_carries_the_mark_is_ours_and_the_rest_is_not():
    live = interpret(ROOT, CITY)
    assert live.counts == {"container": 2, "unit": 1, "group": 1, "person": 2}
    assert live.unmanaged == [f"CN=Yazıcı,{UNITS}"]
    assert live.remembered == {"group": 1, "person": 2}
    assert live.dns["unit", "imar"] == IMAR
    assert live.numbers == {
        ("person", "40117"): {"userAccountControl": 66048},
        ("person", "40118"): {"userAccountControl": 514},
    }


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
    assert live.numbers["service", "a"] == {"userAccountControl": int(flags)}


@given(st.dictionaries(st.sampled_from(sorted(ATTRIBUTES)), st.integers(0, 99_999)))
def test_the_root_remembers_how_many_there_were(counts):
    live = interpret(ROOT, [row(ROOT, adminDisplayName=memory(counts))])
    assert live.remembered == {kind: count for kind, count in counts.items() if count}


@pytest.mark.parametrize(
    "text", ["", "Belediye", "konak:objects:", "konak:objects:person", "konak:objects:person=many"]
)
def test_a_root_without_memory(text):
    assert interpret(ROOT, [row(ROOT, adminDisplayName=text)]).remembered == {}


def test_memberships_in_groups_that_are_not_ours_are_by_hand():
    assert fields(interpret(ROOT, CITY), "person", "40117")["by_hand"] == {f"CN=Domain Users,CN=Users,{BASE}"}
    assert fields(interpret(ROOT, CITY), "person", "40118")["by_hand"] == frozenset()


@pytest.mark.parametrize(("kind", "told"), [("person", True), ("service", True), ("computer", True), ("group", False)])
def test_only_what_can_log_on_has_memberships_by_hand(kind, told):
    other = f"CN=Yedek,CN=Users,{BASE}"
    live = interpret(ROOT, [row(ROOT), row(f"CN=x,{ROOT}", f"{kind}:x", memberOf=other)])
    assert fields(live, kind, "x").get("by_hand") == (frozenset({other}) if told else None)
    assert fields(live, kind, "x")["groups"] == frozenset()


def test_members_of_our_groups_that_are_not_ours_are_strangers():
    members = [f"CN=Elif Işık,{IMAR}", f"CN=Yazıcı,{UNITS}", f"CN=Administrator,CN=Users,{BASE}"]
    rows = [*CITY[:4], row(f"CN=birim-imar,{GROUPS}", "group:unit:imar", member=members), *CITY[5:]]
    assert fields(interpret(ROOT, rows), "group", "unit:imar")["strangers"] == set(members[1:])
    assert fields(interpret(ROOT, CITY), "group", "unit:imar")["strangers"] == frozenset()


def test_what_no_plan_may_touch_and_why():
    rows = [
        row(ROOT),
        row(f"CN=A,{ROOT}", "person:1", adminCount="1"),
        row(f"CN=B,{ROOT}", "computer:dc1", isCriticalSystemObject="TRUE"),
        row(f"CN=C,{ROOT}", "person:2", adminCount="0", isCriticalSystemObject="FALSE"),
        row(f"CN=D,{ROOT}", adminCount="1"),
    ]
    assert interpret(ROOT, rows).protected == {
        ("person", "1"): "adminCount is set: it is or was a member of an administrators' group",
        ("computer", "dc1"): "the directory itself needs it",
    }


def test_who_is_named_as_protected_is_so_and_is_no_stranger_in_a_group_of_ours():
    """An account for emergencies is in groups that own their members, and no plan takes it out."""
    emergency, other = f"CN=Acil Durum,CN=Users,{BASE}", f"CN=Yazıcı,{UNITS}"
    around = Around(protected=frozenset({emergency.lower(), f"CN=A,{ROOT}".lower()}))
    rows = [
        row(ROOT),
        row(f"CN=A,{ROOT}", "person:1"),
        row(f"CN=birim-imar,{GROUPS}", "group:unit:imar", member=[emergency, other]),
    ]
    live = interpret(ROOT, rows, around=around)
    assert live.protected == {("person", "1"): "organisation.directory.protected names it"}
    assert fields(live, "group", "unit:imar")["strangers"] == {other}


def test_groups_are_known_by_identifiers_that_renames_keep():
    guid, sid = uuid.UUID("6d1b3a3c-5a41-4a5c-9a7e-0c2f5b6d7e8f"), security_id(1104)
    live = interpret(ROOT, [row(ROOT), row(f"CN=g,{ROOT}", "group:unit:x", objectGUID=guid.bytes_le, objectSid=sid)])
    assert live.guids == {("group", "unit:x"): str(guid)}
    assert live.sids == {("group", "unit:x"): sid}


def security_id(last: int) -> bytes:
    return struct.pack("<BB6sIIIII", 1, 5, (5).to_bytes(6, "big"), 21, 1, 2, 3, last)


def test_what_is_delegated_on_a_branch_to_groups_of_ours():
    ours, other = security_id(1104), security_id(1105)
    given_to = [("unlock", ours), ("reset-password", ours), ("unlock", other)]
    around = Around(descriptors={IMAR.lower(): with_delegations(EMPTY_DESCRIPTOR, given_to, [])})
    rows = [row(f"CN=birim-imar,{GROUPS}", "group:unit:imar", objectSid=ours), *CITY[:4]]
    live = interpret(ROOT, rows, around=around)
    assert fields(live, "unit", "imar")["delegations"] == {"unlock to unit:imar", "reset-password to unit:imar"}
    assert fields(live, "container", "units")["delegations"] == frozenset(), "no descriptor was read of it"


def test_linked_group_policies_from_the_strongest_to_the_weakest():
    known, gone = "31b2f340-016d-11d2-945f-00c04fb984f9", "6AC1786C-016F-11D2-945F-00C04FB984F9"
    link = "[LDAP://cn={%s},cn=policies,cn=system," + BASE + ";%d]"
    text = link % (gone, 1) + link % (known.upper(), 2)
    rows = [*CITY[:3], row(IMAR, "unit:imar", gPLink=text)]
    live = interpret(ROOT, rows, around=Around(group_policies={known: "Masaüstü"}))
    assert fields(live, "unit", "imar")["group_policies"] == ("Masaüstü (enforced)", f"{{{gone}}} (disabled)")
    assert live.links["unit", "imar"] == text
    assert fields(live, "container", "units")["group_policies"] == ()


def test_a_policy_link_that_cannot_be_understood_is_refused_in_words():
    with pytest.raises(DirectoryError, match="cannot be understood"):
        interpret(ROOT, [row(ROOT), row(IMAR, "unit:imar", gPLink="LDAP://cn=x;0")])


def test_places_outside_the_root_have_names_of_their_own():
    policies, zone = f"CN=Password Settings Container,CN=System,{BASE}", f"DC=ornek.bel.tr,CN=MicrosoftDNS,{BASE}"
    around = Around(bases={"policies": policies, "zone:ornek.bel.tr": zone})
    rows = [
        row(ROOT),
        row(f"CN=konak-a,{policies.upper()}", "policy:a"),
        row(f"DC=www,{zone}", "record:www.ornek.bel.tr", dnsRecord=[encode("A 192.0.2.7"), bytes(24)]),
    ]
    live = interpret(ROOT, rows, around=around)
    assert fields(live, "policy", "a")["parent"] == "policies"
    www = fields(live, "record", "www.ornek.bel.tr")
    assert (www["name"], www["parent"], www["records"]) == ("www", "zone:ornek.bel.tr", {"A 192.0.2.7"})


def test_the_domain_is_read_and_not_counted():
    rows = [
        row(ROOT),
        row(BASE, "domain:domain", minPwdLength="7", pwdProperties="1", maxPwdAge="-9223372036854775808"),
    ]
    live = interpret(ROOT, rows)
    domain = fields(live, "domain", "domain")
    assert (domain["minimum_length"], domain["maximum_days"]) == (7, "never")
    assert (domain["complexity"], domain["reversible"]) == (True, False)
    assert live.counts == {}
    assert live.numbers["domain", "domain"] == {"pwdProperties": 1}


def test_an_access_list_that_cannot_be_understood_is_refused_in_words():
    with pytest.raises(DirectoryError, match="access list"):
        interpret(ROOT, CITY, around=Around(descriptors={IMAR.lower(): bytes(20)}))
