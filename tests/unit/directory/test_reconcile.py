# SPDX-License-Identifier: GPL-3.0-or-later
"""What hands did to memberships: what of it stays, goes for a time, or comes back."""

from __future__ import annotations

from dataclasses import replace

import ldap
import pytest
from ansible_collections.konak.it.plugins.plugin_utils.directory import reconcile
from ansible_collections.konak.it.plugins.plugin_utils.directory.intent import intent
from ansible_collections.konak.it.plugins.plugin_utils.directory.interpret import Live
from base_city import BASE_FILES
from directory_in_memory import BASE
from unit.directory.towns import Town, city

IMAR, GROUPS = "people/imar.yml", "groups.yml"
HERE = city()
LEAVES = (IMAR, "from: 2021-03-01", "from: 2021-03-01\n    until: 2026-05-31")
GONE = city("2026-06-01", LEAVES)
EARLIER = "from: 2026-07-01\n    earlier: [{from: 2021-03-01, until: 2026-05-31}]"
AGAIN = city("2026-07-01", (IMAR, "from: 2021-03-01", EARLIER))
ME = ("person", "40005")
WITHOUT = (
    (IMAR, BASE_FILES[IMAR].decode().split("\n\n")[1], ""),
    ("destek.yml", BASE_FILES["destek.yml"].decode().partition("service_accounts:")[2], " []\n"),
    (GROUPS, ", service:svc-tarama", ""),
)
"""The same city without that person and without a program's account."""


@pytest.fixture
def town() -> Town:
    """A town in which all is made."""
    made = Town()
    made.make(HERE)
    return made


def test_a_leaver_loses_what_was_given_by_hand_and_it_is_remembered(town):
    projects = town.group("Projeler")
    town.join(projects, town.dn(*ME))
    town.join(town.dn("group", "group:vpn"), town.dn(*ME))
    before = town.fields(*ME)
    assert (before["by_hand"], "group:vpn" in before["groups"]) == ({projects}, True)
    town.make(GONE)
    after = town.fields(*ME)
    assert (after["groups"], after["by_hand"]) == (frozenset(), frozenset())
    live = town.directory.read()
    assert after["kept"] == {"closed", live.guids["group", "group:vpn"], town.directory._guid(projects)}
    assert "member" not in town.directory.entries[projects]


def test_a_membership_that_we_may_not_take_away_is_told_and_kept(town):
    """Its guid is not remembered: the membership is there all the time."""
    closed = town.group("Yalnız Yönetici", writable=False)
    town.join(closed, town.dn(*ME))
    town.make(GONE)
    after = town.fields(*ME)
    assert (after["groups"], after["by_hand"], after["kept"]) == (frozenset(), {closed}, {"closed"})
    assert town.directory.entries[closed]["member"] == [town.dn(*ME).encode()]


def test_a_return_gives_back_exactly_what_there_was(town):
    groups = [town.group("Projeler"), town.group("Yayınlar"), town.group("Yalnız Yönetici", writable=False)]
    for group in (*groups, town.dn("group", "group:vpn")):
        town.join(group, town.dn(*ME))
    before = {name: town.fields(*ME)[name] for name in ("groups", "by_hand", "kept", "parent", "enabled", "login")}
    town.make(GONE)
    town.make(AGAIN)
    assert {name: town.fields(*ME)[name] for name in before} == before


def test_a_group_that_was_deleted_meanwhile_does_not_stop_a_return(town):
    groups = [town.group("Projeler"), town.group("Yayınlar")]
    for group in groups:
        town.join(group, town.dn(*ME))
    town.make(GONE)
    town.directory._delete(groups[0])
    town.make(AGAIN)
    assert town.fields(*ME)["by_hand"] == {groups[1]}
    assert town.fields(*ME)["kept"] == frozenset()


def test_a_membership_that_we_may_no_longer_give_back_is_remembered_on(town):
    """It does not fail every night, and comes back once the rights are there again."""
    projects, outside = town.group("Projeler"), f"CN=Projeler,CN=Users,{BASE}"
    town.join(projects, town.dn(*ME))
    guid = town.directory._guid(projects)
    town.make(GONE)

    def moved(old: str, new: str) -> None:
        for known in (town.directory.entries, town.directory.ids):
            known[new] = known.pop(old)

    moved(projects, outside)
    town.make(AGAIN)
    assert (town.fields(*ME)["by_hand"], town.fields(*ME)["kept"]) == (frozenset(), {guid})
    moved(outside, projects)
    town.make(AGAIN)
    assert (town.fields(*ME)["by_hand"], town.fields(*ME)["kept"]) == ({projects}, frozenset())


def test_a_group_that_was_renamed_meanwhile_is_found_again(town):
    projects = town.group("Projeler")
    town.join(projects, town.dn(*ME))
    town.make(GONE)
    town.directory._rename(projects, "CN=Büyük Projeler", None)
    town.make(AGAIN)
    assert town.fields(*ME)["by_hand"] == {projects.replace("CN=Projeler", "CN=Büyük Projeler")}


def test_a_leave_takes_nothing_away(town):
    projects = town.group("Projeler")
    town.join(projects, town.dn(*ME))
    before = town.fields(*ME)
    leave = "leave: [{from: 2026-06-01, until: 2026-06-30}]\n    roles: [ebys.onay]"
    town.make(city("2026-06-01", (IMAR, "roles: [ebys.onay]", leave)))
    assert town.fields(*ME) == {**before, "enabled": False, "kept": {"closed"}, "expires": None}
    town.make(city("2026-07-01"))
    assert town.fields(*ME) == before


def test_an_account_without_a_record_loses_the_same_and_gets_it_back(town):
    projects = town.group("Projeler")
    for group in (projects, town.dn("group", "group:vpn")):
        town.join(group, town.dn(*ME), town.dn("service", "svc-tarama"))
    before = {own: town.fields(*own) for own in (ME, ("service", "svc-tarama"))}
    town.make(city("2026-06-01", *WITHOUT))
    for own in before:
        after = town.fields(*own)
        assert (after["enabled"], after["by_hand"], after["groups"]) == (False, frozenset(), frozenset())
    assert town.fields(*ME)["parent"] == "container:leavers"
    town.make(HERE)
    assert {own: town.fields(*own) for own in before} == before


def test_an_open_group_keeps_whom_others_added_but_not_whom_the_inventory_shuts_out(town):
    vpn = town.dn("group", "group:vpn")
    town.join(vpn, town.dn(*ME), town.dn("person", "40002"), town.dn("service", "svc-yedek"))
    town.make(HERE)
    assert "group:vpn" in town.fields(*ME)["groups"]
    assert "group:vpn" in town.fields("service", "svc-yedek")["groups"]
    assert "group:vpn" not in town.fields("person", "40002")["groups"], "it stands under `remove`"


def test_a_group_that_owns_its_members_loses_whom_others_added(town):
    crisis = town.dn("group", "group:kriz-masasi")
    town.join(crisis, town.dn(*ME))
    assert [(change.kind, change.key, dict(change.fields)) for change in town.plan(HERE)] == [
        ("person", "40005", {"groups": {"added": [], "removed": ["group:kriz-masasi"]}})
    ]
    town.make(HERE)
    assert "group:kriz-masasi" not in town.fields(*ME)["groups"]


def test_strangers_go_from_a_group_that_owns_its_members_and_stay_in_all_others(town):
    stranger = town.put(f"CN=Yabancı,{town.directory.root}")
    groups = [town.dn("group", key) for key in ("group:kriz-masasi", "group:vpn", "unit:imar")]
    for group in groups:
        town.join(group, stranger)
    town.make(HERE)
    assert [stranger.encode() in town.directory.entries[group]["member"] for group in groups] == [False, True, True]


def test_a_city_that_wants_no_strangers_has_them_in_no_group_but_open_ones(town):
    strict = city("2026-06-01", ("organisation.yml", "    netbios:", "    strangers: remove\n    netbios:"))
    stranger = town.put(f"CN=Yabancı,{town.directory.root}")
    groups = [town.dn("group", key) for key in ("group:kriz-masasi", "group:vpn", "unit:imar", "role:ebys.onay")]
    for group in groups:
        town.join(group, stranger)
    town.make(strict)
    assert [stranger.encode() in town.directory.entries[group].get("member", []) for group in groups] == [
        False,
        True,
        False,
        False,
    ]


def test_an_open_group_keeps_a_group_that_others_put_into_it(town):
    town.join(town.dn("group", "group:vpn"), town.dn("group", "unit:imar"))
    town.make(HERE)
    assert "group:vpn" in town.fields("group", "unit:imar")["groups"]


ADDS = 'add: [class:teknisyen, {member: "person:40003", from: 2026-01-01, until: 2026-12-31}]'
CLOSED_TO_ME = (
    (GROUPS, "remove: [person:40002]", "remove: [person:40002, person:40005]"),
    (GROUPS, ADDS + "\n      remove: [person:40002]", "set: [class:teknisyen]"),
)  # fmt: skip


@pytest.mark.parametrize("edit", CLOSED_TO_ME, ids=["shut out since", "owned since"])
def test_a_return_gives_back_no_group_that_is_closed_to_the_person_since(town, edit):
    town.join(town.dn("group", "group:vpn"), town.dn(*ME))
    town.make(GONE)
    town.make(city("2026-07-01", (IMAR, "from: 2021-03-01", EARLIER), edit))
    assert "group:vpn" not in town.fields(*ME)["groups"]


@pytest.mark.parametrize("error", [ldap.SERVER_DOWN, ldap.INSUFFICIENT_ACCESS])
def test_a_return_that_stops_half_way_loses_nothing(town, monkeypatch, error):
    projects = town.group("Projeler")
    town.join(projects, town.dn(*ME))
    town.make(GONE)
    plain = town.directory._modify

    def refused(dn: str, modifications: list) -> None:
        if dn == projects:
            raise error({"desc": "as it is said to"})
        plain(dn, modifications)

    with monkeypatch.context() as patched:
        patched.setattr(town.directory, "_modify", refused)
        outcome = town.apply(AGAIN)
    assert bool(outcome.broken) is (error is ldap.SERVER_DOWN)
    assert bool(outcome.failed) is not bool(outcome.broken)
    town.make(AGAIN)
    assert town.fields(*ME)["by_hand"] == {projects}


def placed(live: Live) -> dict[str, str]:
    """The zones of the names that the city wants."""
    items = reconcile.settled(HERE, intent(HERE), live)
    return {item.key: item.fields["parent"] for item in items if item.kind == "record"}


def test_a_way_back_is_only_wanted_where_there_is_a_zone_for_it(town):
    live = town.directory.read()
    here = ("dosya1", "arsiv", "sw-merkez-1", "sw-merkez-2", "www", "saat")
    names = {f"{name}.ornek.bel.tr": "zone:ornek.bel.tr" for name in here}
    assert placed(live) == names
    live.around = replace(live.around, bases={**live.around.bases, "zone:2.0.192.in-addr.arpa": "DC=x"})
    back = {"11.2.0.192.in-addr.arpa": "zone:2.0.192.in-addr.arpa"}
    assert placed(live) == {**names, **back}, "that of the switches' network has no zone"


def test_a_name_that_a_person_wrote_is_wanted_whether_there_is_a_zone_for_it_or_not(town):
    live = town.directory.read()
    live.around = replace(live.around, bases={"zone:arsiv.ornek.bel.tr": "DC=x"})
    zones = placed(live)
    assert zones["www.ornek.bel.tr"] == "zone:ornek.bel.tr"
    assert zones["arsiv.ornek.bel.tr"] == "zone:arsiv.ornek.bel.tr", "a zone's own name lies in it"
