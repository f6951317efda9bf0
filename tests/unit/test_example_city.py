# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The example city is valid, as large as said, and shows what docs/example-city.md promises, on whom it names."""

from __future__ import annotations

import datetime
import re
import typing
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.model import asof
from ansible_collections.konak.it.plugins.plugin_utils.model.access import AccessClass
from ansible_collections.konak.it.plugins.plugin_utils.model.base import Entity
from ansible_collections.konak.it.plugins.plugin_utils.model.city import Account, City
from ansible_collections.konak.it.plugins.plugin_utils.model.entities import Inventory
from ansible_collections.konak.it.plugins.plugin_utils.model.load import load
from ansible_collections.konak.it.plugins.plugin_utils.model.rights import DatedMember, Delegation
from netaddr import IPAddress, IPNetwork

ROOT = Path(__file__).parents[2]
INVENTORY = ROOT / "inventory"
DAY = datetime.date(2026, 11, 22)
TODAY_AND_BEYOND = [DAY, *(datetime.date(year, 6, 1) for year in (2026, 2027, 2031)), datetime.date(2032, 9, 30)]
"""Its holidays are known until then."""


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


def shared_extension(account: Account, city: City) -> bool:
    """Whether another, who has left, had the person's extension before."""
    before = [person for person in city.inventory.people if person.extension == account.person.extension]
    return any(person.until and person.until < account.person.from_ for person in before)


def in_quarantine(account: Account, city: City) -> bool:
    person = account.person
    days = datetime.timedelta(days=city.organisation.quarantine_days)
    return bool(person.extension and person.until and person.until < DAY <= person.until + days)


def own_class(account: Account, city: City) -> AccessClass:
    return city.access_classes[account.person.class_]


def dated_member(account: Account, city: City) -> bool:
    """Whether a group has the person as a member now, and not for ever."""
    entries = [entry for group in city.groups.values() for entry in group.members.add if isinstance(entry, DatedMember)]
    mine = [entry for entry in entries if entry.member == f"person:{account.person.id}"]
    return bool(mine) and all(entry.until and asof.covers(entry.from_, entry.until, DAY) for entry in mine)


def may(account: Account, delegations: tuple[Delegation, ...], right: str) -> bool:
    """Whether a right is delegated to the person's own unit."""
    return any(entry.to == f"unit:{account.person.unit}" and right in entry.rights for entry in delegations)


SHOWN: dict[str, Callable[[Account, City], object]] = {
    "a leaver; the record stays": lambda a, _: a.state == "left" and not a.person.earlier,
    "left two days ago": lambda a, _: a.person.until == DAY - datetime.timedelta(days=2),
    "will leave on a known day": lambda a, _: a.state == "active" and a.person.until > DAY,
    "will join on a known day": lambda a, _: a.state == "future" and a.person.from_.year == 2027,
    "on leave now, for years": lambda a, _: a.state == "leave" and a.person.leave[0].until.year >= 2030,
    "on leave now, and once before": lambda a, _: a.state == "leave" and on_leave_at(a)[:2] == (True, True),
    "a leave that is over": lambda a, _: a.state == "active" and on_leave_at(a) == (True, False, False),
    "a leave to come": lambda a, _: a.state == "active" and on_leave_at(a) == (False, False, True),
    "a new family name": lambda a, _: a.person.former[0].family not in {None, a.family},
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
        city.units[a.person.unit].site is None and city.site(a.person).code == "ek-hizmet"
    ),
    "an extension reused after its quarantine": shared_extension,
    "an extension in quarantine": in_quarantine,
    "an adviser from outside, for a time": lambda a, _: a.person.class_ == "misafir-danisman" and a.person.until,
    "an outside number of one's own": lambda a, city: a.person.telephone not in {None, city.organisation.telephone},
    "a picture": lambda a, city: (city.photo(a.person) or b"").startswith(b"\xff\xd8\xff"),
    "a member of a group for a time": dated_member,
    "a member of a group whose list is whole": lambda a, city: any(
        f"person:{a.person.id}" in (group.members.set or ()) for group in city.groups.values()
    ),
    "kept out of an open group, whoever adds them": lambda a, city: any(
        f"person:{a.person.id}" in group.members.remove for group in city.groups.values()
    ),
    "a password policy that comes with the class": lambda a, city: own_class(a, city).password_policy,
    "hours of logon that come with the class": lambda a, city: a.state == "active" and own_class(a, city).logon_hours,
    "may reset the password of everybody": lambda a, city: may(
        a, city.organisation.directory.delegations, "reset-password"
    ),
    "may edit telephones and pictures in one directorate": lambda a, city: all(
        may(a, city.units["imar"].delegations, right) for right in ("edit-contact", "edit-photo")
    ),
}
"""What a line of the page's table promises, and how the model shows it."""


REST: dict[str, Callable[[str, City], object]] = {
    "a group that others may add to": lambda key, city: city.groups[key].members.set is None,
    "a group whose list is whole": lambda key, city: city.groups[key].members.set,
    "a group for mail alone": lambda key, city: city.groups[key].use == "distribution" and city.groups[key].mail,
    "members that are no people": lambda key, city: (
        {str(member).partition(":")[0] for member in city.groups[key].members.set or ()}
        == {"group", "unit", "role", "service", "server"}
    ),
    "a member of the domain": lambda key, city: city.servers[key].domain_member,
    "a further name of a server": lambda key, city: city.servers[key].aliases,
    "a name that leads to another": lambda key, city: records(city, key) == ["CNAME"],
    "a name with two addresses": lambda key, city: records(city, key) == ["A", "A"],
    "locked until somebody unlocks": lambda key, city: city.password_policies[key].lockout_minutes == 0,
    "passwords that must be changed": lambda key, city: city.password_policies[key].maximum_days,
    "a delegation in one directorate": lambda key, city: city.units[key].delegations,
    "an account of a program that has ended": lambda key, city: city.service_accounts[key].until < DAY,
}
"""The same for the table of what is not about one person."""


def records(city: City, name: str) -> list[str]:
    """Of which types the records of a DNS name are."""
    return [
        text.partition(" ")[0] for entry in city.inventory.dns_records if entry.name == name for text in entry.records
    ]


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


def test_what_is_not_about_one_person_is_there(city):
    page = (ROOT / "docs/example-city.md").read_text("utf-8").partition("\n## The rest\n")[2]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| \[([a-z_]+\.yml)\]\(\.\./inventory/\3\) \|$", page, re.MULTILINE)
    assert [row[0] for row in rows] == list(REST)
    for feature, key, file in rows:
        section = {"dns.yml": "dns_records", "access.yml": "password_policies"}.get(file, file.removesuffix(".yml"))
        assert city.places(section, key, {})("")[0] == f"inventory/{file}"
        assert REST[feature](key, city), (feature, key)


def kinds(annotation: object) -> Iterator[type[Entity]]:
    """Every sort of entry that a type of the inventory holds, at any depth."""
    if isinstance(annotation, type) and issubclass(annotation, Entity):
        yield annotation
        for field in annotation.model_fields.values():
            yield from kinds(field.annotation)
    for part in typing.get_args(annotation):
        yield from kinds(part)


def entries(value: object) -> Iterator[Entity]:
    """Every entry of the inventory."""
    if isinstance(value, Entity):
        yield value
        for name in type(value).model_fields:
            yield from entries(getattr(value, name))
    elif isinstance(value, tuple):
        for part in value:
            yield from entries(part)


def named(kind: type[Entity], field: str) -> tuple[str, str]:
    """The class that a key belongs to, and the key as files write it."""
    owner = next(above for above in reversed(kind.__mro__) if field in getattr(above, "model_fields", ()))
    return owner.__name__, kind.model_fields[field].alias or field


def test_every_key_occurs_but_those_that_the_page_excepts(city):
    known = {named(kind, field) for kind in kinds(Inventory) for field in kind.model_fields}
    given = {named(type(entry), field) for entry in entries(city.inventory) for field in entry.model_fields_set}
    page = (ROOT / "docs/example-city.md").read_text("utf-8")
    excepted = page[page.index("The one exception") : page.index("Nobody and nothing in it is real")]
    assert {key for _, key in known - given} == set(re.findall(r"`([a-z_]+)`", excepted))
    assert len(known) > 100 > 5 * len(known - given)


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
