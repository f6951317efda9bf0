# SPDX-License-Identifier: GPL-3.0-or-later
"""What the model knows of a person beyond the record: addresses of former names, and the picture."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.model.city import Account, City
from ansible_collections.konak.it.plugins.plugin_utils.model.load import load
from base_city import AS_OF, BASE

Day = datetime.date.fromisoformat
FORMER = "      - {family: Çelik, until: 2025-09-30, address_until: 2026-12-31}\n"
OLD = "omer.celik@deneme.bel.tr"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the base city, which knows one person of whom everything here is asked: Ömer Demir, once Çelik."""
    shutil.copytree(BASE, tmp_path / "inventory")
    return tmp_path / "inventory"


def edit(folder: Path, old: str, new: str, file: str = "destek.yml") -> None:
    """Write something else into a file, where it stands once."""
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def account(city: City, key: str = "40007") -> Account:
    """What somebody is called."""
    return next(known for known in city.accounts() if known.person.id == key)


def former_mails(folder: Path, day: str) -> tuple[str, ...]:
    """The addresses that lead to the person beside the present one."""
    return account(load(folder, Day(day))).former_mails


# --- addresses of former names ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "mail", "former"),
    [
        ("2025-09-30", OLD, ()),
        ("2025-10-01", "omer.demir@deneme.bel.tr", (OLD,)),
        ("2026-12-31", "omer.demir@deneme.bel.tr", (OLD,)),
        ("2027-01-01", "omer.demir@deneme.bel.tr", ()),
    ],
)
def test_a_former_address_leads_to_its_owner_until_its_day(folder: Path, day: str, mail: str, former: tuple[str, ...]):
    known = account(load(folder, Day(day)))
    assert (known.mail, known.former_mails) == (mail, former)


@pytest.mark.parametrize(
    ("days", "last"), [(None, "2026-09-30"), (365, "2026-09-30"), (30, "2025-10-30"), (1, "2025-10-01")]
)
def test_without_a_day_the_organisation_says_how_long(folder: Path, days: int | None, last: str):
    edit(folder, ", address_until: 2026-12-31", "")
    if days is not None:
        edit(
            folder,
            "  quarantine_days: 365\n",
            f"  quarantine_days: 365\n  former_address_days: {days}\n",
            "organisation.yml",
        )
    assert former_mails(folder, last) == (OLD,)
    assert former_mails(folder, str(Day(last) + datetime.timedelta(1))) == ()


def test_no_days_are_none(folder: Path):
    edit(folder, ", address_until: 2026-12-31", "")
    edit(folder, "  quarantine_days: 365\n", "  former_address_days: 0\n", "organisation.yml")
    assert [former_mails(folder, day) for day in ("2025-09-30", "2025-10-01")] == [(), ()]


def test_who_leaves_leaves_the_former_address_too(folder: Path):
    edit(folder, "    from: 2020-07-01\n", "    from: 2020-07-01\n    until: 2026-03-31\n")
    assert former_mails(folder, "2026-03-31") == (OLD,)
    assert former_mails(folder, "2026-04-01") == ()


def test_who_is_on_leave_keeps_it(folder: Path):
    leave = "    leave: [{from: 2026-03-01, until: 2026-07-31}]\n"
    edit(folder, "    from: 2020-07-01\n", f"    from: 2020-07-01\n{leave}")
    known = account(load(folder, AS_OF))
    assert (known.state, known.former_mails) == ("leave", (OLD,))


def test_who_came_back_has_it_again(folder: Path):
    edit(
        folder, "    from: 2020-07-01\n", "    from: 2026-05-01\n    earlier: [{from: 2020-07-01, until: 2026-01-31}]\n"
    )
    days = ("2026-01-31", "2026-02-01", "2026-04-30", "2026-05-01")
    assert [former_mails(folder, day) for day in days] == [(OLD,), (), (), (OLD,)]


def test_each_former_name_has_a_time_of_its_own(folder: Path):
    edit(folder, FORMER, FORMER + "      - {family: Ak, until: 2025-08-31, address_until: 2026-01-31}\n")
    assert former_mails(folder, "2025-09-15") == ("omer.ak@deneme.bel.tr",)
    assert former_mails(folder, "2026-01-31") == ("omer.ak@deneme.bel.tr", OLD)
    assert former_mails(folder, "2026-02-01") == (OLD,)


def test_a_name_that_is_taken_again_is_no_former_address(folder: Path):
    edit(folder, FORMER, FORMER + "      - {family: Demir, until: 2025-08-31, address_until: 2030-12-31}\n")
    known = account(load(folder, AS_OF))
    assert (known.mail, known.former_mails) == ("omer.demir@deneme.bel.tr", (OLD,))


def test_a_name_that_was_had_twice_is_one_address(folder: Path):
    twice = "      - {family: Çelik, until: 2024-12-31, address_until: 2026-12-31}\n"
    edit(folder, FORMER, f"{FORMER}      - {{family: Demir, until: 2025-08-31}}\n{twice}")
    assert former_mails(folder, str(AS_OF)) == (OLD,)


def test_a_name_that_changes_no_letter_of_the_address_leaves_none(folder: Path):
    edit(folder, "{family: Çelik,", "{given: Ömer Can,")
    assert former_mails(folder, str(AS_OF)) == ()


def test_the_address_of_that_time_may_be_written_down(folder: Path):
    edit(folder, "{family: Çelik,", "{family: Çelik, mail: celik@deneme.bel.tr,")
    assert former_mails(folder, str(AS_OF)) == ("celik@deneme.bel.tr",)


def test_an_address_that_was_pinned_all_along_is_no_former_one(folder: Path):
    edit(folder, "    language: en-GB\n", "    language: en-GB\n    mail: omer@deneme.bel.tr\n")
    known = account(load(folder, AS_OF))
    assert (known.mail, known.former_mails) == ("omer@deneme.bel.tr", ())


JOINER = """\
  - {id: "40008", given: Ömer, family: Çelik, unit: imar, title: Uzman, class: uzman, from: 2026-10-01}
"""


def test_an_address_that_another_was_given_leads_to_that_one(folder: Path):
    """After the quarantine it is free, whatever the record of its first owner says."""
    edit(folder, "2026-12-31}", "2030-12-31}")
    people = folder / "people/imar.yml"
    people.write_text(people.read_text("utf-8") + JOINER, encoding="utf-8")
    assert former_mails(folder, "2026-09-30") == (OLD,)
    later = load(folder, Day("2026-10-01"))
    assert account(later, "40008").mail == OLD
    assert account(later).former_mails == ()


def test_who_is_to_come_has_no_name_that_is_still_anothers(folder: Path):
    """The login of one who left is free only when the newcomer begins."""
    edit(folder, "    family: Demir\n", "    family: Çelik\n")
    edit(folder, f"    former:\n{FORMER}", "    until: 2025-09-30\n")
    people = folder / "people/imar.yml"
    people.write_text(people.read_text("utf-8") + JOINER, encoding="utf-8")
    found = [
        [account(load(folder, Day(day)), key) for key in ("40007", "40008")] for day in ("2026-09-01", "2026-10-01")
    ]
    assert [[one.login for one in pair] for pair in found] == [["omer.celik", "x-40008"], ["x-40007", "omer.celik"]]
    assert [[one.mail for one in pair] for pair in found] == [[OLD, None], [None, OLD]]


# --- pictures -----------------------------------------------------------------------------------------------------


def with_photo(folder: Path, content: bytes) -> City:
    """The city, with a picture of the person."""
    edit(folder, "    language: en-GB\n", "    language: en-GB\n    photo: photos/40007.jpg\n")
    (folder / "photos").mkdir()
    (folder / "photos/40007.jpg").write_bytes(content)
    return load(folder, AS_OF)


@pytest.mark.parametrize("size", [3, 20_000, 102_400])
def test_a_picture_is_read_from_its_file(folder: Path, size: int):
    content = b"\xff\xd8\xff".ljust(size, b"\0")
    city = with_photo(folder, content)
    assert city.photo(city.people["40007"]) == content


def test_who_names_no_picture_has_none(folder: Path):
    city = with_photo(folder, b"\xff\xd8\xff")
    assert {person.id for person in city.inventory.people if city.photo(person)} == {"40007"}


def test_the_picture_of_who_has_left_may_be_gone(folder: Path):
    edit(folder, "    from: 2020-07-01\n", "    from: 2020-07-01\n    until: 2026-05-31\n")
    edit(folder, "    language: en-GB\n", "    photo: photos/40007.jpg\n")
    city = load(folder, AS_OF)
    assert account(city).state == "left"
    assert city.photo(city.people["40007"]) is None
