# SPDX-License-Identifier: GPL-3.0-or-later
"""Traps into which other tools of the field fell, each in words, and that there is none of them here."""

from __future__ import annotations

import datetime
import json
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import ldap
import pytest
from ansible_collections.konak.it.plugins.module_utils import guard
from ansible_collections.konak.it.plugins.module_utils.plan import Plan
from ansible_collections.konak.it.plugins.plugin_utils.directory import reconcile, values
from ansible_collections.konak.it.plugins.plugin_utils.directory.attributes import LIMITS, SYSTEM
from ansible_collections.konak.it.plugins.plugin_utils.directory.connection import Connection, DirectoryError, Login
from ansible_collections.konak.it.plugins.plugin_utils.directory.intent import intent
from ansible_collections.konak.it.plugins.plugin_utils.directory.inverse import ldif
from ansible_collections.konak.it.plugins.plugin_utils.directory.live import PAGE, read
from ansible_collections.konak.it.plugins.plugin_utils.directory.pipeline import Request
from ansible_collections.konak.it.plugins.plugin_utils.model.city import City
from base_city import BASE_FILES
from ldap.controls import SimplePagedResultsControl
from unit.directory.entries import BASE, ROOT, row
from unit.directory.towns import Town, city

IMAR, BILGI = "people/imar.yml", "people/bilgi-islem.yml"
HERE = city()
ME = ("person", "40005")


@pytest.fixture
def town() -> Town:
    """A town in which all is made."""
    made = Town()
    made.make(HERE)
    return made


def requests(town: Town, wanted: City) -> list[Request]:
    """What an apply sent."""
    outcome = town.apply(wanted)
    assert (outcome.failed, outcome.broken) == ({}, "")
    return outcome.requests


@pytest.mark.parametrize("others", [0x10000, 0x20, 0x100000, 0x110020])
def test_an_account_is_closed_whatever_its_other_flags_are(town, others):
    """The trap: ``userAccountControl`` was compared with 514 whole, so an account with another flag was open for it."""
    town.set(*ME, userAccountControl=str(514 | others))
    town.set(*ME, extensionName="konak:kept:closed")
    assert town.fields(*ME)["enabled"] is False
    town.make(HERE)
    assert town.directory.entries[town.dn(*ME)]["userAccountControl"] == [str(512 | others).encode()]


def test_an_ordinary_run_resets_no_password(town):
    """The trap: the password was written in every run unless one said otherwise."""
    assert requests(town, HERE) == []
    changed = city("2026-06-01", (IMAR, "title: Şehir Plancısı", "title: Baş Plancı"))
    left = city("2026-06-02", (IMAR, "from: 2021-03-01", "from: 2021-03-01\n    until: 2026-06-01"))
    for wanted in (changed, left, HERE):
        sent = requests(town, wanted)
        assert sent
        assert "unicodePwd" not in str([request.arguments for request in sent])


def test_what_goes_takes_nothing_with_it(town):
    """The trap: a branch was deleted with all that was in it, protected or not."""
    printer = town.put(f"CN=Yazıcı,{town.dn('unit', 'imar')}", "printQueue")
    changes = [change for change in town.plan(without_imar()) if (change.kind, change.key) == ("unit", "imar")]
    assert [stop.rule for stop in reconcile.stops(changes, town.directory.read())] == ["directory.unit.holds"]
    outcome = town.apply(without_imar())
    assert "the object holds others" in outcome.failed["unit", "imar"], "and even if no guard had been asked"
    assert printer in town.directory.entries
    assert all(len(request.arguments) == 1 for request in outcome.requests if request.method == "delete"), (
        "no control that would delete a tree"
    )


def without_imar() -> City:
    people = BASE_FILES[IMAR].decode().replace("unit: imar", "unit: bilgi-islem")
    return city(files={IMAR: people, "units.yml": BASE_FILES["units.yml"].decode().partition("  - code: imar")[0]})


def test_a_short_inventory_does_not_replace_everything(town):
    """The trap: an import took what was not in its file for what was to be removed."""
    short = city(files={IMAR: "people: []\n"})
    changes = town.plan(short)
    lost = {change.key: change.action for change in changes if change.kind == "person"}
    assert lost == {"40004": "move", "40005": "disable"}, "kept and closed; one of them is on leave and closed already"
    [stop] = guard.check(changes, {(SYSTEM, "person"): 6}, [guard.Limit(SYSTEM, "person", "disable", 0)])
    assert "1 of them because their record is gone" in stop.message


def test_what_others_wrote_into_a_list_outlasts_every_run(town):
    """The trap again: a list was replaced whole."""
    entry = town.directory.entries[town.dn(*ME)]
    entry["proxyAddresses"] = [*entry["proxyAddresses"], b"x500:/o=ornek/cn=mehmet"]
    entry["extensionName"] = [b"their own"]
    for wanted in (city("2026-06-02", (IMAR, "from: 2021-03-01", "from: 2021-03-01\n    until: 2026-06-01")), HERE):
        town.make(wanted)
        now = town.directory.entries[town.dn(*ME)]
        assert b"x500:/o=ornek/cn=mehmet" in now["proxyAddresses"]
        assert b"their own" in now["extensionName"]


@pytest.mark.parametrize(
    "edit",
    [
        (BILGI, "    family: Işık", "    family: Demirci"),
        (BILGI, "    unit: bilgi-islem\n    title: Uzman", "    unit: imar\n    title: Uzman"),
        (BILGI, '    extension: "1003"', '    extension: "1003"\n    login: e.isik'),
        ("units.yml", "name: Bilgi İşlem Müdürlüğü", "name: Bilişim Müdürlüğü"),
        ("organisation.yml", "language: tr", "language: en"),
    ],
)
def test_a_change_is_never_a_deletion_and_an_addition(town, edit):
    """The trap: an update deleted and made anew, and where the second failed there was no way back."""
    before = town.directory.identities()
    sent = requests(town, city("2026-06-01", edit))
    assert sent
    assert {request.method for request in sent} <= {"modify", "rename"}
    assert town.directory.identities() == before, "and what another system knows an object by stays"
    assert ldif(sent, "undoes it").count("\nchangetype: ") == len(sent)


def test_no_password_is_shown_anywhere():
    """The trap: the password of the binding account stood in the output of every error."""
    canary = "canary-of-a-password"
    login = Login(["dc1"], "svc-konak@ornek.bel.tr", canary)
    new = Town()
    plan = Plan.of(new.plan(HERE), "2026-06-01")
    outcome = new.apply(HERE)
    told = [repr(login), str(login), json.dumps(plan.as_dict(), default=str), ldif(outcome.requests, "undoes it")]
    derived = {item.initial["password"].name for item in intent(HERE) if item.initial}
    assert len(derived) > 5
    assert all(canary not in text for text in told)
    assert all(name not in text for text in told for name in derived), "these are what the passwords were made of"


class Silent:
    """A server that does not answer, or not to the end."""

    def __init__(self, rows: list[Any], error: type[ldap.LDAPError]) -> None:
        self.rows, self.error, self.asked = rows, error, 0

    def search_ext(self, *_: object, **__: object) -> int:
        self.asked += 1
        return self.asked

    def result3(self, number: int) -> Any:
        if number > 1 or not self.rows:
            raise self.error({"desc": "as the server says"})
        return 0, self.rows, number, [SimplePagedResultsControl(size=0, cookie=b"more")]


@pytest.mark.parametrize("rows", [[], [row(ROOT)]], ids=["from the first", "in the middle"])
@pytest.mark.parametrize(
    "error", [ldap.SERVER_DOWN, ldap.TIMEOUT, ldap.SIZELIMIT_EXCEEDED, ldap.INSUFFICIENT_ACCESS, ldap.NO_SUCH_OBJECT]
)
def test_a_server_that_does_not_answer_is_no_empty_directory(rows, error):
    """The trap: what could not be reached was taken for empty, and all of it was deleted or made again."""
    with pytest.raises(DirectoryError):
        read(Connection("dc1", Silent(rows, error), BASE), "Örnek Belediyesi")


def test_a_directory_that_shows_less_than_we_left_there_is_not_believed(town):
    live = town.directory.read()
    few = {**live.counts, "person": 1}
    [stop] = guard.check_read(SYSTEM, few, live.remembered, LIMITS)
    assert stop.rule == "directory.person.missing"
    assert guard.check_read(SYSTEM, live.counts, live.remembered, LIMITS) == []


def test_more_than_a_page_is_read_unasked():
    """The trap: pages were off unless one asked for them, and a large directory ended at its first 1,000."""
    rows = [row(ROOT), *(row(f"CN={number},{ROOT}", f"person:{number}") for number in range(PAGE * 2 + 7))]
    asked: list[int] = []

    def result3(number: int) -> Any:
        end = number * PAGE
        cookie = b"more" if end < len(rows) else b""
        return 0, rows[end - PAGE : end], number, [SimplePagedResultsControl(size=0, cookie=cookie)]

    def search_ext(base: str, *_: object, serverctrls: list[SimplePagedResultsControl]) -> int:
        if base != ROOT:
            raise ldap.NO_SUCH_OBJECT({"desc": "No such object"})
        asked.append(serverctrls[0].size)
        return len(asked)

    for _, entry in rows:
        entry["objectGUID"] = [bytes(16)]
    server = SimpleNamespace(result3=result3, search_ext=search_ext, search_s=lambda *_, **__: [(BASE, {})])
    assert read(Connection("dc1", server, BASE), "Örnek Belediyesi").counts == {"person": PAGE * 2 + 7}
    assert asked == [PAGE] * 3


def test_a_dry_run_sees_what_is_there_and_not_what_was_there(town):
    """The trap: a rehearsal compared files with files, and the live system was different."""
    assert town.plan(HERE) == []
    town.set(*ME, title="Elle", description="elle")
    [change] = town.plan(HERE)
    assert change.fields == {"title": {"before": "Elle", "after": "Şehir Plancısı"}}
    assert change.basis == "read"
    before = town.directory.writes
    town.plan(HERE)
    assert town.directory.writes == before


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Istanbul", "2026-07-06", "Mon 05-14"),
        ("Europe/Berlin", "2026-03-28", "Mon 07-16"),
        ("Europe/Berlin", "2026-03-30", "Mon 06-15"),
        ("Asia/Kathmandu", "2026-07-06", "Mon 02-12"),
        ("Pacific/Auckland", "2026-07-06", "Sun 20-24, Mon 00-05"),
        ("America/Los_Angeles", "2026-07-06", "Mon 15-24"),
    ],
)
def test_local_hours_of_logon_are_told_in_utc_on_that_very_day(zone, day, hours):
    """The trap: the offset was subtracted as whole hours from a table that began on another day, and never moved."""
    offset = datetime.datetime.combine(datetime.date.fromisoformat(day), datetime.time(12), ZoneInfo(zone)).utcoffset()
    assert offset is not None
    assert values.hours_text(values.local_hours(["mon"], 8, 17, offset)) == hours


def test_a_new_name_keeps_all_that_hangs_on_the_person(town):
    """The trap: what belonged to someone was kept under the login, and a new surname began with nothing."""
    projects = town.group("Projeler")
    elif_ = ("person", "40003")
    town.join(projects, town.dn(*elif_))
    before = town.fields(*elif_)
    former = (BILGI, "- {family: Kaya, until: 2025-03-14}", "- {family: Işık, until: 2026-05-31}")
    town.make(city("2026-06-01", (BILGI, "    family: Işık", "    family: Demirci"), former))
    after = town.fields(*elif_)
    assert (after["login"], before["login"]) == ("elif.demirci", "elif.isik")
    assert (after["by_hand"], after["groups"]) == ({projects}, before["groups"])
    assert "smtp:elif.isik@ornek.bel.tr" in after["addresses"], "who writes to the old address still finds her"
