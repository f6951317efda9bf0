# SPDX-License-Identifier: GPL-3.0-or-later
"""The name server for one name, asked by a resolver that is not ours."""

from __future__ import annotations

import contextlib

import dns.message
import dns.query
import dns.rcode
import pytest
from ansible_collections.konak.it.plugins.module_utils.sip_calls_names import NameServer, addresses_of, answer
from hypothesis import given
from hypothesis import strategies as st

NAME, ADDRESSES = "santral.ornek.bel.tr", ["192.0.2.10", "192.0.2.11", "2001:db8::10"]


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        (NAME, "A", {"192.0.2.10", "192.0.2.11"}),
        ("Santral.Ornek.bel.TR", "A", {"192.0.2.10", "192.0.2.11"}),
        (NAME, "AAAA", {"2001:db8::10"}),
        (NAME, "SRV", set()),
        ("posta.ornek.bel.tr", "A", set()),
        (".", "A", set()),
    ],
)
def test_it_knows_one_name(name: str, kind: str, expected: set[str]) -> None:
    with contextlib.closing(NameServer({NAME: ADDRESSES})) as server:
        server.start()
        reply = dns.query.udp(dns.message.make_query(name, kind), "127.0.0.1", 5, server.port)
    assert reply.rcode() == dns.rcode.NOERROR
    assert {record.to_text() for records in reply.answer for record in records} == expected


def test_one_that_was_never_started_can_be_closed() -> None:
    NameServer({NAME: ADDRESSES}).close()


@given(st.binary(max_size=64))
def test_what_is_no_question_does_no_harm(query: bytes) -> None:
    found = answer(query, {NAME: ADDRESSES})
    assert found is None or found[:2] == query[:2]


def test_addresses_are_those_that_the_host_has() -> None:
    assert "127.0.0.1" in addresses_of("localhost")
    assert addresses_of("192.0.2.10") == ["192.0.2.10"]
