# SPDX-License-Identifier: GPL-3.0-or-later
"""LDAP messages as bytes and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab import ber


def test_an_anonymous_bind_is_the_bytes_of_the_standard():
    """The smallest request there is, by hand from RFC 4511."""
    wire = bytes.fromhex("300c020101 6007 020103 0400 8000")
    message = ber.Message(1, 0x60, bytes.fromhex("020103 0400 8000"))
    assert list(ber.messages(bytearray(wire))) == [message]
    assert message.encode() == wire


@given(
    st.integers(0, 2**31 - 1),
    st.sampled_from([0, 1, 127, 128, 255, 256, 70_000]),
    st.lists(st.tuples(st.just(ber.PAGED), st.booleans(), st.none() | st.binary(max_size=200)), max_size=2),
    st.integers(1, 5000),
)
def test_messages_are_found_however_the_bytes_arrive(number, length, controls, chunk):
    sent = [ber.Message(number, ber.ENTRY, b"x" * length, tuple(controls)), ber.Message(7, ber.DONE, b"")]
    wire, buffer, found = b"".join(message.encode() for message in sent), bytearray(), []
    for start in range(0, len(wire), chunk):
        buffer += wire[start : start + chunk]
        found += ber.messages(buffer)
    assert found == sent
    assert not buffer


@pytest.mark.parametrize("wire", ["3080", "1f00", "3003020101", "040100", "300502010161ff"])
def test_other_bytes_are_refused(wire):
    with pytest.raises(ber.BerError):
        list(ber.messages(bytearray.fromhex(wire)))
