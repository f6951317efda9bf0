# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written into an attribute is read back, and what others wrote there is passed over."""

from __future__ import annotations

import copy
import datetime
import json

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.directory import dns_records, forms
from ansible_collections.konak.it.plugins.plugin_utils.directory.attributes import ATTRIBUTES
from ansible_collections.konak.it.plugins.plugin_utils.directory.forms import Content, Form
from hypothesis import given
from hypothesis import strategies as st

WORDS = st.text("aç İ<>=;,\\\"'#-@.", min_size=1, max_size=12)
SPANS = st.integers(0, 100_000)
MOMENTS = st.datetimes(datetime.datetime(1980, 1, 1)).map("{:%Y-%m-%dT%H:%M:%SZ}".format)  # noqa: DTZ001 (in UTC)

VALUES: dict[str, tuple[Form, st.SearchStrategy]] = {
    "text": (forms.TEXT, st.none() | WORDS),
    "number": (forms.NUMBER, st.none() | st.integers(0, 65_535)),
    "yes or no": (forms.YES_OR_NO, st.booleans()),
    "version": (forms.VERSION, st.integers(1, 9999)),
    "days": (forms.DAYS, SPANS | st.just("never")),
    "minutes": (forms.MINUTES, SPANS | st.just("until somebody unlocks it")),
    "scope": (
        forms.SCOPE,
        st.builds(
            "{} {}".format,
            st.sampled_from(["global", "domain-local", "universal"]),
            st.sampled_from(["security", "distribution"]),
        ),
    ),
    "addresses": (forms.ADDRESSES, st.frozensets(st.builds("{}:{}".format, st.sampled_from(["SMTP", "smtp"]), WORDS))),
    "kept": (forms.KEPT, st.frozensets(WORDS)),
    "moment": (forms.MOMENT, st.none() | MOMENTS),
    "hours": (forms.HOURS_OF_WEEK, st.sampled_from([None, "never", "Mon 04-16", "Sun 00-01, Sat 21-24"])),
    "records": (forms.RECORDS, st.frozensets(st.builds("A 192.0.2.{}".format, st.integers(0, 255)))),
    "picture": (forms.PICTURE, st.none() | st.binary(min_size=1, max_size=20).map(Content.of)),
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
def test_what_is_written_is_read_back(name):
    form, values = VALUES[name]

    @given(values)
    def is_read_back(value):
        assert form.decode(form.encode(value)) == value

    is_read_back()


def test_every_form_in_use_is_tried_above():
    tried = [form for form, _ in VALUES.values()]
    assert all(row.form in tried for rows in ATTRIBUTES.values() for row in rows)


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (forms.TEXT, None),
        (forms.TEXT, ""),
        (forms.NUMBER, None),
        (forms.HOURS_OF_WEEK, None),
        (forms.PICTURE, None),
        (forms.ADDRESSES, None),
        (forms.KEPT, frozenset()),
        (forms.VERSION, None),
        (forms.SCOPE, None),
    ],
)
def test_nothing_is_written_as_an_attribute_that_is_not_there(form, value):
    assert form.encode(value) == []


def test_an_attribute_that_is_not_there_is_nothing():
    empty = {name: form.decode([]) for name, (form, _) in VALUES.items()}
    assert empty == {
        **dict.fromkeys(["text", "number", "version", "moment", "hours", "scope", "picture"]),
        "yes or no": False,
        "days": 0,
        "minutes": 0,
        **dict.fromkeys(["addresses", "kept", "records"], frozenset()),
    }


@pytest.mark.parametrize(
    ("form", "theirs", "ours", "told"),
    [
        (forms.ADDRESSES, [b"x500:/o=ornek/cn=elif", b"sip:elif@ornek.bel.tr", b"\xff"], b"SMTP:elif@ornek.bel.tr",
         "SMTP:elif@ornek.bel.tr"),
        (forms.KEPT, [b"their own note", b"konak:secret:1", b"\xff"], b"konak:kept:closed", "closed"),
        (forms.RECORDS, [bytes(24), b"", dns_records.encode("A 192.0.2.7")[:-1]], dns_records.encode("A 192.0.2.9"),
         "A 192.0.2.9"),
    ],
)  # fmt: skip
def test_values_of_others_in_a_list_are_passed_over(form, theirs, ours, told):
    assert form.decode([*theirs, ours]) == {told}
    assert form.encode({told}) == [ours]


@pytest.mark.parametrize("raw", [b"Belediye", b"konak:secret:", b"konak:secret:x", b"konak:secret:12345", b"\xff"])
def test_a_note_of_others_is_no_version(raw):
    assert forms.VERSION.decode([raw]) is None


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"-2147483646", "global security"),
        (b"-2147483644", "domain-local security"),
        (b"-2147483640", "universal security"),
        (b"2", "global distribution"),
        (b"4", "domain-local distribution"),
        (b"8", "universal distribution"),
    ],
)
def test_the_type_of_a_group_is_a_signed_number_of_which_security_is_the_sign(raw, text):
    assert forms.SCOPE.decode([raw]) == text
    assert forms.SCOPE.encode(text) == [raw]


def test_a_built_in_group_keeps_its_scope_and_a_group_without_one_has_none():
    assert forms.SCOPE.decode([b"-2147483643"]) == "domain-local security", "bit 1: made by the system"
    assert forms.SCOPE.decode([b"0"]) is None


@pytest.mark.parametrize(
    ("form", "value", "raw"),
    [
        (forms.DAYS, 42, b"-36288000000000"),
        (forms.DAYS, 0, b"0"),
        (forms.DAYS, "never", b"-9223372036854775808"),
        (forms.MINUTES, 30, b"-18000000000"),
        (forms.MINUTES, "until somebody unlocks it", b"-9223372036854775808"),
    ],
)
def test_lengths_of_time_are_negative_and_endless_ones_have_a_number_of_their_own(form, value, raw):
    assert form.encode(value) == [raw]
    assert form.decode([raw]) == value


@given(st.binary(min_size=1), st.binary(min_size=1))
def test_a_picture_is_equal_to_another_if_its_content_is(one, other):
    ours, read = Content.of(one), forms.PICTURE.decode([other])
    assert (ours == read) == (one == other)
    assert forms.PICTURE.encode(ours) == [one]


def test_a_picture_is_told_by_its_digest_and_carries_its_content():
    told = Content.of(b"picture")
    assert told == "7 bytes, sha256 2cea274d0bedc39e"
    assert json.dumps({"photo": told}) == '{"photo": "7 bytes, sha256 2cea274d0bedc39e"}'
    assert copy.deepcopy(told).content == b"picture", "a plan copies what it holds"


def test_a_digest_that_has_been_through_a_file_is_no_picture_any_more():
    assert forms.PICTURE.encode("7 bytes, sha256 2cea274d0bedc39e") == []


@given(st.lists(st.binary(max_size=8), max_size=3))
def test_no_bytes_of_others_in_a_text_or_a_list_break_a_read(raws):
    """Everyone who may write to an object can put anything there."""
    for form in (forms.TEXT, forms.VERSION, forms.HOURS_OF_WEEK, forms.ADDRESSES, forms.KEPT, forms.RECORDS):
        form.decode(raws)
