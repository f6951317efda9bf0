# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The generator of cities: the same seed gives the same bytes, and every city it makes is valid."""

from __future__ import annotations

import datetime
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.model import asof
from ansible_collections.konak.it.plugins.plugin_utils.model.load import load

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from generator import TODAY, city_files, random_city, write_city, write_files  # noqa: E402 (a plain script, found through the line above)


@pytest.mark.parametrize(("people", "devices"), [(0, 0), (1, 1), (30, 4), (500, 60), (300, 700)])
def test_every_size_is_valid(tmp_path, people, devices):
    write_city(tmp_path / "city", people, devices, seed=1)
    city = load(tmp_path / "city", TODAY)
    assert (len(city.people), len(city.devices)) == (people, devices)
    assert len(city.units) >= 3


@pytest.mark.parametrize("day", [datetime.date(2015, 1, 1), TODAY, datetime.date(2035, 1, 1)])
@pytest.mark.parametrize("seed", range(8))
def test_small_cities_are_valid_on_any_day(tmp_path, seed, day):
    write_files(tmp_path / "city", random_city(seed))
    assert len(load(tmp_path / "city", day).people) <= 40


def test_the_seed_decides():
    assert city_files(200, 20, seed=7) == city_files(200, 20, seed=7)
    assert city_files(200, 20, seed=7) != city_files(200, 20, seed=8)
    assert random_city(3) == random_city(3)


def test_the_command_writes_the_same_bytes(tmp_path):
    arguments = ["--people", "60", "--devices", "3", "--seed", "5"]
    program = [sys.executable, str(HERE / "generator.py"), str(tmp_path / "city"), *arguments]
    subprocess.run(program, check=True, capture_output=True)
    written = {path.relative_to(tmp_path / "city").as_posix(): path.read_bytes() for path in tmp_path.rglob("*.yml")}
    assert written == {name: text.encode() for name, text in city_files(60, 3, seed=5).items()}


def test_a_city_of_some_size_shows_every_feature(tmp_path):
    write_city(tmp_path / "city", 2000, 0, seed=1)
    city = load(tmp_path / "city", TODAY)
    people = city.inventory.people
    assert {account.state for account in city.accounts()} == {"future", "active", "leave", "left"}
    for field in ("earlier", "leave", "former", "login", "mail", "manager", "roles", "site"):
        assert any(getattr(person, field) for person in people), field
    extensions = [person.extension for person in people if person.extension]
    assert len(set(extensions)) < len(extensions), "a number that rested long enough is used again"
    assert any(login and login[-1].isdigit() for login in city.logins.current.values()), "namesakes"


def test_a_believable_city_has_rights_of_its_own_and_nothing_that_a_domain_has_once():
    """Two such cities can live in one domain: password policies and DNS names would be both their own."""
    files = city_files(2000, 0, seed=1)
    text = "".join(files.values())
    assert text.count("  - code: olcek-") == round(1 + 2000**0.5 / 5)
    for words in ("set: [", "add: [", "{member: person:", "group:olcek-", "delegations:", "telephone:", "language:"):
        assert words in text, words
    for words in ("address_until:", "kind: suspension"):
        assert words in text, words
    assert not any(words in text for words in ("password_polic", "dns_records", "domain_member", "aliases"))


def test_a_spicy_city_shows_every_word_of_rights(tmp_path):
    write_files(tmp_path / "city", city_files(400, 0, seed=1, spice=5.0))
    city = load(tmp_path / "city", TODAY)
    members = [group.members for group in city.inventory.groups]
    entries = [entry for some in members for entry in (*some.add, *(some.set or ()))]
    assert {some.set is None for some in members} == {True, False}
    assert any(some.remove for some in members)
    names = [entry if isinstance(entry, str) else entry.member for entry in entries]
    assert {name.partition(":")[0] for name in names} >= {"person", "unit", "class", "role", "group", "service"}
    assert 0 < len(asof.members(entries, TODAY)) < len(set(names)), "some of them not on this day"
    assert {group.scope for group in city.inventory.groups} == {"global", "universal", "domain-local"}
    assert {group.use for group in city.inventory.groups} == {"security", "distribution"}
    assert any(account.former_mails for account in city.accounts())
    assert {right for unit in city.inventory.units for entry in unit.delegations for right in entry.rights}


def test_small_cities_have_policies_names_and_members_of_the_domain(tmp_path):
    found = {"policy": 0, "name": 0, "alias": 0, "joined": 0, "in a group": 0}
    for seed in range(12):
        write_files(tmp_path / str(seed), random_city(seed, 10))
        city = load(tmp_path / str(seed), TODAY)
        found["policy"] += sum(item.password_policy in city.password_policies for item in city.inventory.access_classes)
        found["name"] += len(city.inventory.dns_records)
        found["alias"] += sum(len(server.aliases) for server in city.inventory.servers)
        found["joined"] += sum(server.domain_member for server in city.inventory.servers)
        found["in a group"] += (tmp_path / str(seed) / "groups.yml").read_text("utf-8").count("server:")
    assert all(found.values()), found
