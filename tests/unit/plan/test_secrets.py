# SPDX-License-Identifier: GPL-3.0-or-later
"""Derived secrets are HKDF-SHA256 and nothing of our own making, and stay the same for ever."""

from __future__ import annotations

import string

import pytest
from ansible_collections.konak.it.plugins.module_utils.plan import Secret
from ansible_collections.konak.it.plugins.module_utils.secrets import DIGITS, LOWER, SIGNS, UPPER, derive, password
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

MASTER = "an invented master secret of the tests"
SECRETS = st.builds(Secret, st.text(min_size=1, max_size=20), st.integers(1, 999))
MASTERS = st.text(string.ascii_letters + string.digits + "+/=çİ", min_size=32, max_size=80)


@given(MASTERS, SECRETS, st.integers(1, 255 * 32))
def test_it_is_hkdf_as_another_implementation_has_it(master, secret, length):
    info = f"{secret.name}\0{secret.version}".encode()
    assert derive(master, secret, length) == HKDF(SHA256(), length, b"konak", info).derive(master.encode())


def test_known_values_never_change():
    """If this fails, every derived password in every city changes with the next run: do not mend the test."""
    assert (
        derive(MASTER, Secret("directory/bind")).hex()
        == "d935fa418365242e95ca068755369a22cebb0f8377c123c6697563120fbbe20e"
    )
    assert password(MASTER, Secret("directory/bind")) == "fK7.F.5BNdEVCe.zSv_A"
    assert password(MASTER, Secret("directory/bind", 2)) == "xV6-M4WGd5Tpks3B7Z39"
    assert password(MASTER, Secret("directory/first/40117"), 12) == "mY7+bhYy7k4X"


@given(MASTERS, SECRETS, st.integers(4, 64))
def test_every_password_has_all_four_kinds_of_letters(master, secret, length):
    word = password(master, secret, length)
    assert len(word) == length
    assert set(word) <= set(LOWER + UPPER + DIGITS + SIGNS)
    for letters in (LOWER, UPPER, DIGITS, SIGNS):
        assert set(word) & set(letters)


def test_no_letter_is_easily_taken_for_another():
    assert not set("lIO01") & set(LOWER + UPPER + DIGITS + SIGNS)
    assert len(set(LOWER + UPPER + DIGITS + SIGNS)) == len(LOWER + UPPER + DIGITS + SIGNS)


@given(st.lists(SECRETS, min_size=2, max_size=2, unique=True))
def test_another_name_or_version_is_another_secret(secrets):
    first, second = secrets
    assert derive(MASTER, first) != derive(MASTER, second)
    assert password(MASTER, first) != password(MASTER, second)


def test_name_and_version_do_not_run_into_each_other():
    assert derive(MASTER, Secret("port1", 1)) != derive(MASTER, Secret("port", 11))


def test_another_master_secret_is_another_secret():
    assert derive(MASTER, Secret("a")) != derive(MASTER + ".", Secret("a"))


def test_the_end_of_line_that_a_file_has_is_not_part_of_the_master_secret():
    assert derive(f"{MASTER}\n", Secret("a")) == derive(MASTER, Secret("a"))


@pytest.mark.parametrize("master", ["", "short", "x" * 31, " " * 40, "x" * 31 + "\n"])
def test_a_short_master_secret_is_refused_without_showing_it(master):
    with pytest.raises(ValueError, match="shorter than 32 characters") as caught:
        derive(master, Secret("a"))
    assert "xxx" not in str(caught.value)


def test_a_template_that_was_not_rendered_is_no_master_secret():
    """It is the same text in every city, and everyone can read it."""
    with pytest.raises(ValueError, match="a template that was not rendered"):
        derive("{{ konak_master_secret | default('') }}", Secret("a"))


def test_letters_are_spread_evenly():
    """20,000 letters behind the first four: none is more than a quarter off what chance gives."""
    counts: dict[str, int] = {}
    for number in range(1250):
        for letter in password(MASTER, Secret(f"n{number}"))[4:]:
            counts[letter] = counts.get(letter, 0) + 1
    expected = 1250 * 16 / len(LOWER + UPPER + DIGITS + SIGNS)
    assert len(counts) == len(LOWER + UPPER + DIGITS + SIGNS)
    assert all(abs(count - expected) < expected / 4 for count in counts.values())
