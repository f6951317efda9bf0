# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The example city is valid, as large as said, and shows what docs/example-city.md promises, on whom it names."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.model import asof
from ansible_collections.konak.it.plugins.plugin_utils.model.city import Account, City
from ansible_collections.konak.it.plugins.plugin_utils.model.load import load
from netaddr import IPAddress, IPNetwork

ROOT = Path(__file__).parents[2]
INVENTORY = ROOT / "inventory"
DAY = datetime.date(2026, 11, 22)
TODAY_AND_BEYOND = [DAY, *(datetime.date(year, 6, 1) for year in (2025, 2027, 2031))]


def on_leave_at(account: Account) -> tuple[bool, bool, bool]:
    """Whether the person has a leave in the past, now, and in the future."""
    leaves = account.person.leave
    return (
        any(leave.until < DAY for leave in leaves),
        any(leave.from_ <= DAY <= leave.until for leave in leaves),
        any(leave.from_ > DAY for leave in leaves),
    )


def dated(account: Account) -> tuple[bool, bool, bool]:
    """Whether the person has a dated role that is over, one that holds, and one to come."""
    roles = [role for role in account.person.roles if not isinstance(role, str)]
    return (
        any(role.until and role.until < DAY for role in roles),
        any(asof.covers(role.from_, role.until, DAY) for role in roles),
        any(role.from_ and role.from_ > DAY for role in roles),
    )


def namesakes(account: Account, city: City) -> list[Account]:
    """Others of the same name."""
    return [
        other for other in city.accounts() if other.display == account.display and other.person.id != account.person.id
    ]


def own_unit_site(account: Account, city: City) -> str | None:
    return city.units[account.person.unit].site


def shared_extension(account: Account, city: City) -> bool:
    """Whether another, who has left, had the person's extension before."""
    before = [person for person in city.inventory.people if person.extension == account.person.extension]
    return any(person.until and person.until < account.person.from_ for person in before)


def in_quarantine(account: Account, city: City) -> bool:
    person = account.person
    days = datetime.timedelta(days=city.organisation.quarantine_days)
    return bool(person.extension and person.until and person.until < DAY <= person.until + days)


SHOWN: dict[str, Callable[[Account, City], object]] = {
    "a leaver; the record stays": lambda a, _: a.state == "left" and not a.person.earlier,
    "left two days ago": lambda a, _: a.person.until == DAY - datetime.timedelta(days=2),
    "will leave on a known day": lambda a, _: a.state == "active" and a.person.until > DAY,
    "will join on a known day": lambda a, _: a.state == "future" and a.person.from_.year == 2027,
    "on leave now, for years": lambda a, _: a.state == "leave" and a.person.leave[0].until.year >= 2030,
    "on leave now, and once before": lambda a, _: a.state == "leave" and on_leave_at(a)[:2] == (True, True),
    "a leave that is over": lambda a, _: a.state == "active" and on_leave_at(a) == (True, False, False),
    "a leave to come": lambda a, _: a.state == "active" and on_leave_at(a) == (False, False, True),
    "a new family name; the former login stays reserved": lambda a, _: (
        a.person.former[0].family and a.person.former[0].until < DAY and a.family == a.person.family
    ),
    "a new given name": lambda a, _: a.person.former[0].given and a.given == a.person.given,
    "a new family name from a day to come": lambda a, _: a.family == a.person.former[0].family != a.person.family,
    "came back years later, under the same number": lambda a, _: a.state == "active" and len(a.person.earlier) == 1,
    "comes back every season": lambda a, _: a.state == "active" and len(a.person.earlier) > 1,
    "left, and will come back": lambda a, _: a.state == "left" and a.person.from_ > DAY,
    "a name that someone in the same unit has too": lambda a, city: (
        a.login.endswith("2") and any(other.person.unit == a.person.unit for other in namesakes(a, city))
    ),
    "a name that someone in another unit has too": lambda a, city: (
        a.login.endswith("2") and any(other.person.unit != a.person.unit for other in namesakes(a, city))
    ),
    "two given names and two family names": lambda a, _: len(a.given.split()) == len(a.family.split()) == 2,
    "a name too long for a login: the initial is taken": lambda a, _: a.login == "a.karamanlioglu",
    "a name too long even so: the login is cut": lambda a, _: len(a.login) == 20 < len(a.mail.partition("@")[0]),
    "a login that is written down": lambda a, _: a.person.login == a.login != a.mail.partition("@")[0],
    "a mail address that is written down": lambda a, _: a.person.mail == a.mail,
    "a lasting role and a dated one": lambda a, _: (
        dated(a)[1] and any(isinstance(role, str) for role in a.person.roles)
    ),
    "a role for the time of a deputyship": lambda a, _: dated(a) == (False, True, False),
    "roles past, present and to come": lambda a, _: dated(a) == (True, True, True),
    "a manager who is not the unit's": lambda a, city: (
        city.manager(a.person) == a.person.manager != city.units[a.person.unit].manager
    ),
    "a site that is not the unit's": lambda a, city: city.site(a.person).code == a.person.site == "ek-hizmet",
    "a site that comes from the unit above": lambda a, city: (
        own_unit_site(a, city) is None and city.site(a.person).code == "ek-hizmet"
    ),
    "an extension reused after its quarantine": shared_extension,
    "an extension in quarantine": in_quarantine,
    "an adviser from outside, for a time": lambda a, _: a.person.class_ == "misafir-danisman" and a.person.until,
}
"""What a line of the page's table promises, and how the model shows it."""


@pytest.fixture(scope="module")
def city() -> City:
    return load(INVENTORY, DAY)


@pytest.fixture(scope="module")
def rows() -> list[list[str]]:
    """Feature, name, personnel number and file of each line of the page's table of people."""
    text = (ROOT / "docs/example-city.md").read_text("utf-8")
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if "](../inventory/people/" in line
    ]


@pytest.mark.parametrize("day", TODAY_AND_BEYOND, ids=str)
def test_it_is_valid_on_any_day(day):
    assert load(INVENTORY, day).as_of == day


def test_it_is_as_large_as_said(city):
    assert 110 <= len(city.people) <= 130
    assert sum(unit.name.endswith("Müdürlüğü") for unit in city.units.values()) == 12
    assert (
        sum(
            unit.parent in city.units and city.units[unit.parent].name.endswith("Müdürlüğü")
            for unit in city.units.values()
        )
        >= 20
    )
    assert list(city.sites) == ["merkez", "ek-hizmet", "fen-isleri-santiye"]
    assert set(city.applications) == {"ebys", "mis", "cbs", "e-belediye"}
    assert len(city.access_classes) >= 8
    assert len(city.service_accounts) >= 4


def test_the_page_promises_what_is_tested(rows):
    assert [row[0] for row in rows] == list(SHOWN)


@pytest.mark.parametrize("feature", SHOWN)
def test_the_person_named_shows_it(city, rows, feature):
    _, name, number, link = next(row for row in rows if row[0] == feature)
    account = next(account for account in city.accounts() if account.person.id == number)
    assert name == f"{account.person.given} {account.person.family}"
    file = re.fullmatch(r"\[(people/[a-z-]+\.yml)\]\(\.\./inventory/\1\)", link)
    assert city.places("people", number, {})("id")[0] == f"inventory/{file[1]}"
    assert SHOWN[feature](account, city), account


def test_one_people_file_a_directorate(city):
    for person in city.inventory.people:
        unit = city.units[person.unit]
        while unit.parent and not unit.name.endswith("Müdürlüğü"):
            unit = city.units[unit.parent]
        assert city.places("people", person.id, {})("id")[0] == f"inventory/people/{unit.code}.yml"


def test_every_turkish_letter_occurs(city):
    letters = {letter for account in city.accounts() for letter in account.display}
    assert set("abcçdefgğhıijklmnoöprsştuüvyz") <= letters
    assert set("ÇIİÖŞÜ") <= letters


def test_nothing_in_it_is_real(city):
    networks = [IPNetwork(prefix) for prefix in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]
    addresses = [item.address for item in (*city.servers.values(), *city.devices.values())]
    addresses += [network.prefix.partition("/")[0] for site in city.sites.values() for network in site.networks]
    assert all(any(IPAddress(address) in network for network in networks) for address in addresses)
    assert all(device.mac.startswith("00:00:5e:00:53:") for device in city.devices.values())
    telephones = [city.organisation.telephone, *(unit.telephone for unit in city.units.values() if unit.telephone)]
    assert all(re.fullmatch(r"\+90312000\d{4}", number) for number in telephones)
    extensions = [person.extension for person in city.inventory.people if person.extension]
    assert all(len(extension) == 4 for extension in extensions)


def test_devices_cover_every_site(city):
    assert {device.site for device in city.devices.values()} == set(city.sites)
    assert {device.kind for device in city.devices.values()} == {"switch", "router", "firewall", "access-point"}
