# SPDX-License-Identifier: GPL-3.0-or-later
"""What must not be done, whatever the inventory says: each stop has a rule, words and a remedy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from ansible_collections.konak.it.plugins.module_utils.plan import Change, Stop
from ansible_collections.konak.it.plugins.plugin_utils.directory import reconcile
from ansible_collections.konak.it.plugins.plugin_utils.directory.attributes import LIMITS
from ansible_collections.konak.it.plugins.plugin_utils.directory.intent import intent
from ansible_collections.konak.it.plugins.plugin_utils.directory.interpret import Live
from ansible_collections.konak.it.plugins.plugin_utils.model.city import City
from base_city import BASE_FILES
from directory_in_memory import BASE
from unit.directory.towns import PRINTERS, Town, city

IMAR, BILGI = "people/imar.yml", "people/bilgi-islem.yml"
HERE = city()
ME = ("person", "40005")
NOBODY: Mapping[str, int] = {}


@pytest.fixture
def town() -> Town:
    """A town in which all is made."""
    made = Town()
    made.make(HERE)
    return made


def stops(town: Town, wanted=HERE, *, retire: bool = False) -> list[Stop]:
    return reconcile.stops(town.plan(wanted, retire=retire), town.directory.read())


def reopened(town: Town, wanted=HERE, allowed: Mapping[str, int] = NOBODY) -> list[Stop]:
    return list(reconcile.reopened(town.plan(wanted), town.directory.read(), LIMITS, allowed))


def test_a_plan_without_dangers_is_not_stopped(town):
    assert stops(Town()) == stops(town) == reopened(Town()) == reopened(town) == []


def test_an_account_that_somebody_closed_is_not_opened_by_the_way(town):
    town.close(*ME)
    assert reopened(town) == [
        Stop(
            "directory.person.reopen",
            "somebody closed by hand, and the inventory says that they are open: Mehmet Yılmaz (40005)",
            "if they are to stay closed, write a leave of the kind suspension; "
            "if they are to be opened: --allow directory.person.reopen=1",
            "directory",
        )
    ]


@pytest.mark.parametrize("kind", ["service", "computer"])
def test_neither_is_that_of_a_program_or_a_server(town, kind):
    key = {"service": "svc-tarama", "computer": "dosya1"}[kind]
    town.close(kind, key)
    [stop] = reopened(town)
    assert stop.rule == f"directory.{kind}.reopen"


def test_an_allowance_opens_that_many_and_no_more(town):
    town.close(*ME)
    town.close("person", "40007")
    assert reopened(town, allowed={"directory.person.reopen": 1})
    assert reopened(town, allowed={"directory.person.disable": 2})
    assert reopened(town, allowed={"directory.person.reopen": 2}) == []
    town.make(HERE)
    assert town.fields(*ME)["enabled"] is True


def test_a_suspension_keeps_closed_what_somebody_closed_and_its_end_opens_it(town):
    town.close(*ME)
    leave = "leave: [{from: 2026-05-30, until: 2026-06-30, kind: suspension}]\n    roles: [ebys.onay]"
    suspended = city("2026-06-01", (IMAR, "roles: [ebys.onay]", leave))
    assert reopened(town, suspended) == []
    town.make(suspended)
    assert town.fields(*ME)["enabled"] is False
    later = city("2026-07-01", (IMAR, "roles: [ebys.onay]", leave))
    assert reopened(town, later) == [], "from then on it is we who keep it closed"
    town.make(later)
    assert town.fields(*ME)["enabled"] is True


def test_what_we_closed_is_opened_unasked(town):
    away = city("2026-06-01", (IMAR, "roles: [ebys.onay]", "leave: [{from: 2026-06-01, until: 2026-06-30}]"))
    town.make(away)
    assert reopened(town) == []


@pytest.mark.parametrize(
    ("attribute", "value", "why"),
    [
        ("adminCount", "1", "adminCount is set: it is or was a member of an administrators' group"),
        ("isCriticalSystemObject", "TRUE", "the directory itself needs it"),
    ],
)
def test_no_plan_touches_what_is_protected(town, attribute, value, why):
    town.set(*ME, **{attribute: value})
    assert stops(town) == [], "it may be there, as long as nothing is to be changed"
    town.set(*ME, title="Başka")
    assert stops(town) == [
        Stop(
            "directory.person.protected",
            f"Mehmet Yılmaz (40005) is protected, and the plan would update it: {why}",
            "take the protection away, or do it by hand; no plan touches it",
            "directory",
        )
    ]


def test_a_leaver_is_retired_after_the_retention_and_only_if_it_is_asked_for(town):
    left = (IMAR, "from: 2021-03-01", "from: 2021-03-01\n    until: 2026-05-31")
    town.make(city("2026-06-01", left))
    retention = ("organisation.yml", "  quarantine_days: 365", "  quarantine_days: 365\n  retention_days: 730")
    before, after = city("2028-05-30", left, retention), city("2028-05-31", left, retention)
    actions = [
        [change.action for change in town.plan(day, retire=True) if change.key == ME[1]] for day in (before, after)
    ]
    assert "retire" not in actions[0]
    assert actions[1] == ["retire"]
    assert "retire" not in [change.action for change in town.plan(after)]
    town.make(after, retire=True)
    assert ME not in town.directory.read().dns


def test_a_leaver_who_holds_what_is_not_ours_is_not_retired(town):
    left = (IMAR, "from: 2021-03-01", "from: 2021-03-01\n    until: 2021-05-31")
    town.make(city("2026-06-01", left))
    device = town.put(f"CN=Telefon,{town.dn(*ME)}", "msExchActiveSyncDevice")
    [stop] = stops(town, city("2026-06-01", left), retire=True)
    assert stop.rule == "directory.person.holds"
    assert stop.message == f"the person Mehmet Yılmaz is to go, but holds what is not ours: {device}"
    assert stop.remedy == "move or remove that object first"


def without_imar() -> City:
    """The base city without one of its units; its people are in another."""
    units = BASE_FILES["units.yml"].decode()
    people = BASE_FILES[IMAR].decode().replace("unit: imar", "unit: bilgi-islem")
    return city(files={IMAR: people, "units.yml": units.partition("  - code: imar")[0]})


def test_a_unit_goes_if_all_that_it_holds_goes_or_moves(town):
    assert stops(town, without_imar()) == []
    town.make(without_imar())
    assert ("unit", "imar") not in town.directory.read().dns


def test_a_unit_that_holds_what_is_not_ours_does_not_go(town):
    printer = town.put(f"CN=Yazıcı,{town.dn('unit', 'imar')}", "printQueue")
    assert stops(town, without_imar()) == [
        Stop(
            "directory.unit.holds",
            f"the unit İmar Müdürlüğü is to go, but holds what is not ours: {printer}",
            "move or remove that object first",
            "directory",
        )
    ]


def test_a_group_policy_that_is_not_there_stops(town):
    named = city("2026-06-01", ("destek.yml", "add: [Yazıcılar]", "add: [Yazıcılar, Duvar kâğıdı (enforced)]"))
    assert stops(town, named) == [
        Stop(
            "directory.unit.policy",
            "unit Destek Servisi: there is not exactly one group policy object called 'Duvar kâğıdı'",
            "make it, or mend its name in the inventory",
            "directory",
        )
    ]
    for guid in ("0a0a0a0a-7f4d-4cb1-9b0f-4b1d5e1f0c11", "0b0b0b0b-7f4d-4cb1-9b0f-4b1d5e1f0c11"):
        town.directory.group_policies[guid] = "Duvar kâğıdı"
        assert bool(stops(town, named)) is (guid[1] == "b"), "one is right, and two are as bad as none"


def test_a_dead_link_of_others_does_not_stop_what_is_added(town):
    dead = f"[LDAP://cn={{6AC1786C-016F-11D2-945F-00C04FB984F9}},cn=policies,cn=system,{BASE};0]"
    town.set("unit", "destek", gPLink=dead)
    assert stops(town) == []
    town.make(HERE)
    link = town.directory.read().links["unit", "destek"]
    assert dead in link
    assert PRINTERS.upper() in link


def test_a_name_that_lies_in_no_zone_stops():
    live = Town().directory.read()
    live.around = replace(live.around, bases={"policies": live.around.bases["policies"]})
    found = reconcile.stops(reconcile.changes(HERE, intent(HERE), live), live)
    assert len(found) == 6, "the ways back are passed over"
    assert found[-2] == Stop(
        "directory.record.zone",
        "the name www.ornek.bel.tr lies in no zone of the directory",
        "make the zone on the name server, or take the name away",
        "directory",
    )


@pytest.mark.parametrize("new", ["records: [CNAME www.ornek.bel.tr]", None], ids=["changed", "taken away"])
def test_a_name_in_a_zone_may_be_changed_and_taken_away(town, new):
    head = "  - name: saat.ornek.bel.tr\n    "
    name = f'{head}records: [A 192.0.2.30, TXT "kaynak=gps"]\n'
    other = city("2026-06-01", ("dns.yml", name, f"{head}{new}\n" if new else ""))
    assert [change.key for change in town.plan(other)] == ["saat.ornek.bel.tr"]
    assert stops(town, other) == []


def unit_plan(town: Town, *lost: str) -> tuple[list[Change], Live]:
    """The plan of a read that does not show some people."""
    live = town.directory.read()
    live.items = [item for item in live.items if item.kind != "person" or item.key not in lost]
    return reconcile.changes(HERE, intent(HERE), live), live


def test_a_unit_of_which_nobody_is_seen_is_named(town):
    """As when the right to read it is lost."""
    imar = ("40004", "40005")
    assert reconcile.unseen(*unit_plan(town, *imar)) == ["imar"]
    assert reconcile.unseen(*unit_plan(town, "40005")) == [], "one who is missing is a joiner"
    assert reconcile.unseen(*unit_plan(town)) == []


def test_a_unit_that_is_new_itself_is_not_unseen():
    new = Town()
    assert reconcile.unseen(new.plan(HERE), new.directory.read()) == []
