# SPDX-License-Identifier: GPL-3.0-or-later
"""What a small city wants of its directory, and on which day."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest
import yaml
from ansible_collections.konak.it.plugins.module_utils.plan import Item, Secret
from ansible_collections.konak.it.plugins.plugin_utils.directory.attributes import ATTRIBUTES, BRANCHES, KINDS
from ansible_collections.konak.it.plugins.plugin_utils.directory.intent import intent
from ansible_collections.konak.it.plugins.plugin_utils.model.load import load

BASE = Path(__file__).parents[2] / "negative" / "base"
DAY = "2026-06-01"
FILE = "inventory/people/imar.yml"


@pytest.fixture
def wanted(tmp_path):
    """The objects of the base city with one more person: ``wanted(day, until="…")``, by kind and key."""

    def of(day: str = DAY, *others: dict, language: str = "tr", **record) -> dict[tuple[str, str], Item]:
        shutil.rmtree(tmp_path / "inventory", ignore_errors=True)
        shutil.copytree(BASE, tmp_path / "inventory")
        joiner = {
            "id": "40010",
            "given": "Şule",
            "family": "Ilgaz",
            "unit": "imar",
            "title": "Mimar",
            "class": "uzman",
            "from": "2020-01-06",
            **record,
        }
        more = yaml.safe_dump({"people": [joiner, *others]}, allow_unicode=True, sort_keys=False)
        (tmp_path / "inventory" / "people" / "yeni.yml").write_text(more, encoding="utf-8")
        path = tmp_path / "inventory" / "organisation.yml"
        path.write_text(path.read_text(encoding="utf-8").replace("language: tr", f"language: {language}"))
        items = intent(load(tmp_path / "inventory", datetime.date.fromisoformat(day)))
        found = {(item.kind, item.key): item for item in items}
        assert len(found) == len(items)
        return found

    return of


ME = ("person", "40010")


def test_someone_at_work(wanted):
    person = wanted(roles=["ebys.onay"], room="12", extension="1010")[ME]
    assert person.fields == {
        "name": "Şule Ilgaz",
        "parent": "unit:imar",
        "enabled": True,
        "groups": {"unit:imar", "class:uzman", "role:ebys.onay"},
        "login": "sule.ilgaz",
        "upn": "sule.ilgaz@deneme.bel.tr",
        "number": "40010",
        "given": "Şule",
        "family": "Ilgaz",
        "display": "Şule Ilgaz",
        "mail": "sule.ilgaz@deneme.bel.tr",
        "addresses": {"SMTP:sule.ilgaz@deneme.bel.tr"},
        "title": "Mimar",
        "department": "İmar Müdürlüğü",
        "company": "Deneme Belediyesi",
        "site": "Makine İkmal Garajı",
        "room": "12",
        "extension": "1010",
        "language": "tr",
        "expires": None,
        "hours": None,
        "manager": "40001",
    }
    assert person.initial == {"password": Secret("directory/first/40010", 1)}
    assert person.tags == {"person": "40010", "unit": "imar", "site": "garaj"}
    assert person.existing_only is False


def test_someone_on_leave_is_closed_in_place_with_everything_kept(wanted):
    working, away = wanted()[ME], wanted(leave=[{"from": "2026-05-01", "until": DAY}])[ME]
    assert away.fields == {**working.fields, "enabled": False}
    assert away.existing_only is False
    assert away.places("enabled")[1] > working.places("title")[1], "the leave is the reason"
    assert wanted("2026-06-02", leave=[{"from": "2026-05-01", "until": DAY}])[ME].fields == working.fields


def test_someone_who_left_is_closed_among_the_leavers_without_a_group_or_manager(wanted):
    assert wanted(until=DAY)[ME].fields["enabled"] is True, "the last day is a day of work"
    gone = wanted("2026-06-02", until=DAY)[ME]
    assert gone.existing_only is True
    assert gone.fields["enabled"] is False
    assert gone.fields["parent"] == "container:leavers"
    assert gone.fields["groups"] == frozenset()
    assert gone.fields["manager"] is None
    assert gone.fields["login"] == "sule.ilgaz", "while the quarantine lasts"
    places = {gone.places(name) for name in ("enabled", "parent", "groups", "manager")}
    assert len(places) == 1, "one line is the reason of it all"


def test_the_login_of_a_leaver_is_free_after_the_quarantine(wanted):
    assert wanted("2027-06-01", until=DAY)[ME].fields["login"] == "sule.ilgaz"
    released = wanted("2027-06-02", until=DAY)[ME].fields
    assert (released["login"], released["upn"]) == ("x-40010", "x-40010@deneme.bel.tr")
    assert released["mail"] is None


def test_someone_who_is_yet_to_come_is_not_made_and_closed_if_there(wanted):
    joiner = {"from": "2026-06-02"}
    future = wanted(**joiner)[ME]
    assert future.existing_only
    assert future.fields["enabled"] is False
    assert future.places("enabled")[1] > future.places("id")[1]
    assert wanted("2026-06-02", **joiner)[ME].fields["enabled"] is True


def test_dated_roles_are_memberships_while_they_last(wanted):
    roles = [{"role": "ebys.onay", "from": "2026-06-01", "until": "2026-06-03"}]
    held = ["role:ebys.onay" in wanted(f"2026-{day}", roles=roles)[ME].fields["groups"] for day in ("05-31", "06-01")]
    held += ["role:ebys.onay" in wanted(f"2026-{day}", roles=roles)[ME].fields["groups"] for day in ("06-03", "06-04")]
    assert held == [False, True, True, False]


def test_of_namesakes_who_came_first_has_the_plain_name(wanted):
    people = wanted()
    assert people["person", "40004"].fields["name"] == "Mehmet Yılmaz", "since 2016, though away between"
    assert people["person", "40005"].fields["name"] == "Mehmet Yılmaz (40005)"
    logins = {people["person", key].fields["login"] for key in ("40004", "40005")}
    assert logins == {"mehmet.yilmaz", "mehmet.yilmaz2"}
    assert {people["person", key].fields["display"] for key in ("40004", "40005")} == {"Mehmet Yılmaz"}


def test_a_later_namesake_renames_nobody(wanted):
    before = wanted()
    other = {"id": "39999", "given": "Şule", "family": "Ilgaz", "unit": "imar", "title": "Mimar", "class": "uzman"}
    after = wanted(DAY, {**other, "from": "2026-06-01"})
    assert after[ME].fields == before[ME].fields
    assert after["person", "39999"].fields["name"] == "Şule Ilgaz (39999)"
    assert after["person", "39999"].fields["login"] == "sule.ilgaz2"


def test_a_manager_who_is_gone_is_not_pointed_at(wanted):
    chief = {"id": "40011", "given": "Can", "family": "Öğüt", "unit": "imar", "title": "Şef", "class": "uzman"}
    record = {**chief, "from": "2020-01-06", "until": "2027-01-01"}
    assert wanted(DAY, record, manager="40011")[ME].fields["manager"] == "40011"
    away = {**record, "leave": [{"from": DAY, "until": DAY}]}
    assert wanted(DAY, away, manager="40011")[ME].fields["manager"] == "40011"


def test_units_are_a_tree(wanted):
    items = wanted()
    assert items["unit", "baskanlik"].fields["parent"] == "container:units"
    assert items["unit", "imar"].fields == {
        "name": "İmar Müdürlüğü",
        "parent": "unit:baskanlik",
        "description": "imar",
        "telephone": "+903120000010",
        "manager": None,
        "delegations": frozenset(),
    }
    assert items["unit", "destek"].fields["delegations"] == {
        "reset-password to group:kriz-masasi",
        "unlock to group:kriz-masasi",
    }


def test_groups_are_nested_and_people_are_only_in_their_own(wanted):
    items = wanted()
    groups = {key: item.fields["groups"] for (kind, key), item in items.items() if kind == "group"}
    assert groups == {
        "unit:baskanlik": frozenset(),
        "unit:bilgi-islem": {"unit:baskanlik"},
        "unit:imar": {"unit:baskanlik"},
        "unit:destek": {"unit:bilgi-islem", "group:kriz-masasi"},
        "class:yonetici": {"role:ebys.onay"},
        "class:uzman": {"role:ebys.kullanici"},
        "class:teknisyen": {"group:vpn"},
        "role:ebys.kullanici": frozenset(),
        "role:ebys.onay": {"role:ebys.kullanici", "group:raporlar"},
        "role:ebys.yonetici": {"role:ebys.onay"},
        "group:vpn": frozenset(),
        "group:kriz-masasi": {"group:raporlar"},
        "group:raporlar": frozenset(),
    }
    assert items["group", "role:ebys.onay"].fields["name"] == "rol-ebys-onay"
    assert items["group", "role:ebys.onay"].fields["description"] == "Elektronik Belge Yönetim Sistemi: Onaylayan"
    assert items["person", "40001"].fields["groups"] == {"unit:baskanlik", "class:yonetici", "group:kriz-masasi"}
    assert items["service", "svc-tarama"].fields["groups"] == {"group:raporlar"}
    assert items["computer", "dosya1"].fields["groups"] == {"group:raporlar"}


def test_a_group_that_owns_its_members_wants_no_strangers_and_an_open_one_does_not_ask(wanted):
    items = wanted()
    asked = {key: item.fields["strangers"] for (kind, key), item in items.items() if "strangers" in item.fields}
    assert set(asked) == {"group:kriz-masasi", "group:raporlar"}
    assert set(asked.values()) == {frozenset()}


def test_a_membership_lasts_as_long_as_its_dates_say(wanted):
    held = [day for day in ("2025-12-31", "2026-01-01", "2026-12-31", "2027-01-01") if in_vpn(wanted(day))]
    assert held == ["2026-01-01", "2026-12-31"]


def in_vpn(items: dict[tuple[str, str], Item]) -> bool:
    return "group:vpn" in items["person", "40003"].fields["groups"]


def test_scopes_say_who_someone_is_and_what_one_may_do(wanted):
    items = wanted()
    scopes = {key: items["group", key].fields["scope"] for key in ("unit:imar", "class:uzman", "role:ebys.onay")}
    assert scopes == {
        "unit:imar": "global security",
        "class:uzman": "global security",
        "role:ebys.onay": "domain-local security",
    }
    assert items["group", "group:vpn"].fields["scope"] == "domain-local security"
    assert items["group", "group:kriz-masasi"].fields["scope"] == "global security"
    assert items["group", "group:kriz-masasi"].fields["mail"] == "kriz@deneme.bel.tr"


def test_a_service_account_ends_on_its_day(wanted):
    running = wanted("2027-12-31")["service", "svc-yedek"]
    assert running.fields["enabled"] is True
    assert running.fields["groups"] == {"role:ebys.kullanici"}
    assert (running.existing_only, running.tags) == (False, {"person": "40002"})
    assert running.initial == {"password": Secret("directory/service/svc-yedek")}
    ended = wanted("2028-01-01")["service", "svc-yedek"]
    assert (ended.fields["enabled"], ended.fields["groups"], ended.existing_only) == (False, frozenset(), True)


def test_containers_speak_the_citys_language(wanted):
    names = {key: item.fields["name"] for (kind, key), item in wanted().items() if kind == "container"}
    assert names == {
        "units": "Birimler",
        "groups": "Gruplar",
        "services": "Servis Hesapları",
        "computers": "Bilgisayarlar",
        "leavers": "Ayrılanlar",
    }
    english = wanted(language="en")
    assert english["container", "leavers"].fields["name"] == "Leavers"
    assert english["group", "class:uzman"].fields["name"] == "class-uzman"


def test_every_field_is_one_that_the_directory_has_and_has_a_place(wanted):
    for (kind, key), item in wanted().items():
        known = {"name", "parent", "enabled", "groups"} | {row.field for row in ATTRIBUTES[kind]}
        known |= {"delegations", "group_policies"} if kind in BRANCHES else set()
        known |= {"strangers"} if kind == "group" else set()
        assert kind in KINDS
        assert set(item.fields) <= known, key
        for name in item.fields:
            file, line = item.places(name)
            assert file.startswith("inventory/")
            assert line >= 1


def test_the_place_of_a_field_is_the_line_that_decides_it(wanted):
    items = wanted()
    text = (BASE / "people" / "imar.yml").read_text(encoding="utf-8").splitlines()
    zeynep = items["person", "40006"]
    for field, words in {
        "title": "title: Tekniker",
        "family": "family: Aydın",
        "department": "unit: imar",
        "extension": 'extension: "1006"',
        "enabled": "until: 2026-03-31",
        "room": '- id: "40006"',
    }.items():
        file, line = zeynep.places(field)
        assert (file, text[line - 1].strip()) == (FILE, words)
