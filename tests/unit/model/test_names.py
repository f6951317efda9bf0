# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins and addresses: Turkish letters, lengths, and whose a name is."""

from __future__ import annotations

import datetime
import string

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.model import names
from hypothesis import given
from hypothesis import strategies as st

DAY = datetime.date(2020, 1, 1)
QUARANTINE = datetime.timedelta(days=365)

TURKISH = st.text(st.sampled_from("abcçdefgğhıijklmnoöprsştuüvyzÂÎÛÇĞIİÖŞÜ '-"), max_size=40)
PART = (TURKISH | st.text(max_size=40)).filter(lambda text: text.strip() == text and text)


@pytest.mark.parametrize(
    ("letters", "ascii_letters"),
    [
        ("abcçdefgğhıijklmnoöprsştuüvyz", "abccdefgghiijklmnooprsstuuvyz"),
        ("ABCÇDEFGĞHIİJKLMNOÖPRSŞTUÜVYZ", "abccdefgghiijklmnooprsstuuvyz"),
        ("âîûÂÎÛ", "aiuaiu"),
        ("I\u0307ğ", "ig"),  # the dot as a letter of its own
        ("g\u0306s\u0327", "gs"),
        ("ÉéñÅ", "eena"),
        ("O'Neil-Şen", "oneilsen"),
        ("Иван", ""),
        ("😀", ""),
        ("٤٢", ""),
    ],
)
def test_transliterate(letters: str, ascii_letters: str):
    assert names.transliterate(letters) == ascii_letters


@pytest.mark.parametrize(
    ("given_name", "family", "login", "mail"),
    [
        ("Elif", "Işık", "elif.isik", "elif.isik"),
        ("Ayşe Nur", "Işık Kaya", "ayse.isikkaya", "ayse.isikkaya"),
        ("İbrahim", "Çağlayangil", "ibrahim.caglayangil", "ibrahim.caglayangil"),
        ("Abdurrahman", "Karaosmanoğlu", "a.karaosmanoglu", "abdurrahman.karaosmanoglu"),
        ("Ay", "Karaosmanoğullarından", "a.karaosmanogullarin", "ay.karaosmanogullarindan"),
        ("Иван", "Yılmaz", "yilmaz", "yilmaz"),
        ("Ali", "Ж", "ali", "ali"),
        ("Ж", "Ж", "", ""),
        ("A" * 64, "B" * 64, "a." + "b" * 18, "a" * 64),
    ],
)
def test_bases(given_name: str, family: str, login: str, mail: str):
    assert names.login_base(given_name, family) == login
    assert names.mail_base(given_name, family) == mail


@given(PART, PART)
def test_bases_are_short_and_ascii(given_name: str, family: str):
    login, mail = names.login_base(given_name, family), names.mail_base(given_name, family)
    assert len(login) <= 20
    assert len(mail) <= 64
    for name in (login, mail):
        assert set(name) <= set(string.ascii_lowercase + string.digits + ".")
        assert name == name.strip(".")


@st.composite
def claims(draw: st.DrawFn) -> list[names.Claim]:
    """Claims of several people for few names, some pinned, on close days."""
    found = []
    for number in range(draw(st.integers(1, 12))):
        since = DAY + datetime.timedelta(days=draw(st.integers(0, 1500)))
        length = draw(st.none() | st.integers(0, 1500))
        until = None if length is None else since + datetime.timedelta(days=length)
        base = draw(st.sampled_from(["ali.kaya", "a" * 20, "b" * 19, "ali.kaya2"]))
        found.append(names.Claim(f"{number:05}", base, since, until, pinned=draw(st.booleans())))
    return found


def _rest_ends(claim: names.Claim) -> datetime.date:
    return datetime.date.max if claim.until is None else claim.until + QUARANTINE


@given(claims())
def test_a_name_is_one_persons_until_its_quarantine_ends(wanted: list[names.Claim]):
    allotted, clashes = names.allot(wanted, QUARANTINE, names.LOGIN_LENGTH)
    unserved = {clash.claim for clash in clashes}
    served = sorted((claim for claim in wanted if claim not in unserved), key=lambda claim: (claim.since, claim.owner))
    assert all(claim.pinned for claim in unserved)
    assert all(allotted[claim] == claim.base for claim in wanted if claim.pinned)
    for position, later in enumerate(served):
        for earlier in served[:position]:
            assert allotted[earlier] != allotted[later] or _rest_ends(earlier) < later.since
    assert all(len(name) <= names.LOGIN_LENGTH for name in allotted.values())


@given(claims(), st.randoms(use_true_random=False))
def test_allotment_does_not_depend_on_the_order(wanted: list[names.Claim], random):
    shuffled = random.sample(wanted, len(wanted))
    assert names.allot(wanted, QUARANTINE, 20) == names.allot(shuffled, QUARANTINE, 20)


@given(claims(), st.sampled_from(["ali.kaya", "a" * 20]), st.booleans(), st.integers(0, 400))
def test_a_joiner_changes_nobodys_name(wanted: list[names.Claim], base: str, pinned: bool, later: int):
    since = max(claim.since for claim in wanted) + datetime.timedelta(days=later)
    joiner = names.Claim("99999", base, since, None, pinned)
    before, _ = names.allot(wanted, QUARANTINE, 20)
    after, _ = names.allot([*wanted, joiner], QUARANTINE, 20)
    assert {claim: after[claim] for claim in wanted} == before


def test_the_quarantine_holds_on_its_last_day():
    leaver = names.Claim("1", "ali.kaya", DAY, DAY)
    on_the_last = names.Claim("2", "ali.kaya", DAY + QUARANTINE, None)
    on_the_next = names.Claim("3", "ali.kaya", DAY + QUARANTINE + datetime.timedelta(days=1), None)
    assert names.allot([leaver, on_the_last], QUARANTINE, 20)[0][on_the_last] == "ali.kaya2"
    assert names.allot([leaver, on_the_next], QUARANTINE, 20)[0][on_the_next] == "ali.kaya"


def test_a_number_takes_the_place_of_the_last_letters():
    wanted = [names.Claim(f"{number:02}", "a" * 20, DAY, None) for number in range(12)]
    allotted, _ = names.allot(wanted, QUARANTINE, 20)
    assert [allotted[claim] for claim in wanted][::10] == ["a" * 20, "a" * 18 + "11"]
