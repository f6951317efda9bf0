# SPDX-License-Identifier: GPL-3.0-or-later
"""DNS records: the bytes of a real domain controller, texts that come back as written, and what is no record."""

from __future__ import annotations

import ipaddress
import struct

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.directory import dns_records as dns
from hypothesis import given
from hypothesis import strategies as st

CONTROLLER = "120403646331056f726e656b0362656c02747200"
"""The name dc1.ornek.bel.tr in records."""
STATIC = "05f0000001000000000003840000000000000000"
"""Version 5, the zone's rank, no flags, serial 1, 900 seconds, nothing reserved, no timestamp."""

WRITTEN_BY_SAMBA = {
    "A 198.51.100.10": f"04000100{STATIC}c633640a",
    "NS dc1.ornek.bel.tr": f"14000200{STATIC}{CONTROLLER}",
    "CNAME dc1.ornek.bel.tr": f"14000500{STATIC}{CONTROLLER}",
    "SRV 0 100 389 dc1.ornek.bel.tr": f"1a002100{STATIC}000000640185{CONTROLLER}",
}
"""Records that Samba 4.22 made when a domain was provisioned."""

SOA = (
    "4300060005f000000100000000000e1000000000000000000000000100000384000002580001518000000e10"
    f"{CONTROLLER}19040a686f73746d6173746572056f726e656b0362656c02747200"
)

LABELS = st.from_regex(r"[a-z0-9_*/-]{1,63}", fullmatch=True)
NAMES = st.lists(LABELS, min_size=1, max_size=6).map(".".join).filter(lambda name: len(name) <= 253)
SHORTS = st.integers(0, 0xFFFF)
RECORDS = st.one_of(
    st.ip_addresses(v=4).map("A {}".format),
    st.ip_addresses(v=6).map("AAAA {}".format),
    st.builds("{} {}".format, st.sampled_from(["CNAME", "NS", "PTR"]), NAMES),
    st.builds("MX {} {}".format, SHORTS, NAMES),
    st.builds("SRV {} {} {} {}".format, SHORTS, SHORTS, SHORTS, NAMES),
)
STRINGS = st.lists(st.text(max_size=40) | st.text(st.characters(codec="ascii"), min_size=250, max_size=600), min_size=1)


def record(number: int, data: bytes, version: int = 5, length: int | None = None) -> bytes:
    size = len(data) if length is None else length
    return struct.pack("<HHBBHI", size, number, version, 0xF0, 0, 1) + bytes(12) + data


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@pytest.mark.parametrize("text", WRITTEN_BY_SAMBA)
def test_bytes_are_those_of_a_domain_controller(text):
    raw = bytes.fromhex(WRITTEN_BY_SAMBA[text])
    assert dns.decode(raw) == text
    assert dns.encode(text, ttl=900) == raw
    assert dns.ttl(raw) == 900
    assert not dns.is_dynamic(raw)


@given(RECORDS, st.integers(0, 0x7FFFFFFF), st.integers(0, 0xFFFFFFFF))
def test_a_record_is_read_as_it_was_written(text, ttl, serial):
    raw = dns.encode(text, ttl, serial)
    assert dns.decode(raw) == text
    assert dns.ttl(raw) == ttl
    assert struct.unpack_from("<I", raw, 8) == (serial,)
    assert not dns.is_dynamic(raw)


@given(STRINGS)
def test_strings_keep_their_bytes_and_their_text(strings):
    raw = dns.encode(f"TXT {' '.join(map(quoted, strings))}")
    text = dns.decode(raw)
    assert text is not None
    assert dns.encode(text) == raw
    data, said = raw[24:], b""
    while data:
        said, data = said + data[1 : 1 + data[0]], data[1 + data[0] :]
    assert said == "".join(strings).encode()


@given(st.lists(st.binary(max_size=40) | st.binary(min_size=254, max_size=255), min_size=1, max_size=6))
def test_strings_of_others_are_written_as_they_were_split(chunks):
    raw = record(16, b"".join(bytes([len(chunk)]) + chunk for chunk in chunks))
    text = dns.decode(raw)
    assert text is not None
    assert dns.encode(text)[24:] == raw[24:]
    assert text.isprintable()


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ('TXT "v=spf1 mx -all"', b"\x0ev=spf1 mx -all"),
        ('TXT "one" "two"', b"\x03one\x03two"),
        ('TXT ""', b"\0"),
        (r'TXT "a \"quote\" and a \\"', b'\x11a "quote" and a \\'),
        (r'TXT "\000\255"', b"\x02\x00\xff"),
        ('TXT "Örnek"', "\x06Örnek".encode()),
        (f'TXT "{"k" * 300}"', b"\xff" + b"k" * 255 + b"\x2d" + b"k" * 45),
        (f'TXT "{"k" * 255}" ""', b"\xff" + b"k" * 255 + b"\0"),
    ],
)
def test_strings_are_written_as_in_a_zone_file(text, data):
    assert dns.encode(text)[24:] == data
    assert dns.decode(record(16, data)) == text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("CNAME DC1.Ornek.bel.tr.", "CNAME dc1.ornek.bel.tr"),
        (" MX   010  mail1.ornek.bel.tr ", "MX 10 mail1.ornek.bel.tr"),
        ("AAAA 2001:DB8:0::1", "AAAA 2001:db8::1"),
        ('TXT  "one""two"', 'TXT "one" "two"'),
        (r'TXT "\065\b"', 'TXT "Ab"'),
        ('TXT "a\tb"', r'TXT "a\009b"'),
    ],
)
def test_other_spellings_of_a_record_come_to_one(text, canonical):
    assert dns.decode(dns.encode(text)) == canonical


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "begins with one of A, AAAA, CNAME"),
        ("a 192.0.2.10", "begins with one of"),
        ("SOA dc1.ornek.bel.tr", "begins with one of"),
        ("A", "'' is no IPv4 address"),
        ("A 192.0.2.256", "no IPv4 address"),
        ("A 192.0.2.10 192.0.2.11", "no IPv4 address"),
        ("A 2001:db8::1", "no IPv4 address"),
        ("AAAA 192.0.2.10", "no IPv6 address"),
        ("AAAA fe80::1%eth0", "no IPv6 address"),
        ("CNAME", "'' is no DNS name"),
        ("CNAME .", "no DNS name"),
        ("CNAME dc1..tr", "no DNS name"),
        ("CNAME dc1,ornek", "no DNS name"),
        ("CNAME ışık.bel.tr", "no DNS name"),
        ("CNAME \u212a.bel.tr", "no DNS name"),  # the sign of the kelvin, whose lower case is a k
        (f"CNAME {'a' * 64}.tr", "no DNS name"),
        (f"CNAME {'a.' * 127}a", "no DNS name"),
        ("MX mail1.ornek.bel.tr", "come preference and a name"),
        ("MX 65536 mail1.ornek.bel.tr", "the preference is 0 to 65535, not '65536'"),
        ("MX -1 mail1.ornek.bel.tr", "not '-1'"),
        ("MX \u0661 mail1.ornek.bel.tr", "not '\u0661'"),
        ("SRV 0 100 dc1.ornek.bel.tr", "come priority, weight, port and a name"),
        ("SRV 0 100 ldap dc1.ornek.bel.tr", "the port is 0 to 65535"),
        ("TXT", "double quotes"),
        ("TXT v=spf1", "double quotes"),
        ('TXT "one" two', "double quotes"),
        ('TXT "one', "double quotes"),
        (r'TXT "\256"', r"'\\256' is no byte"),
        (r'TXT "\1"', r"'\\1' is no byte"),
        ('TXT "\ud800"', "half of a character"),
        (f'TXT "{"k" * 65300}"', "longer than 65535 bytes"),
    ],
)
def test_a_text_that_is_no_record_is_refused_in_words(text, words):
    with pytest.raises(ValueError, match=words) as caught:
        dns.encode(text)
    assert type(caught.value) is ValueError


@pytest.mark.parametrize(("ttl", "serial"), [(-1, 1), (1 << 31, 1), (3600, -1), (3600, 1 << 32)])
def test_a_ttl_or_serial_out_of_range_is_refused(ttl, serial):
    with pytest.raises(ValueError, match="is 0 to"):
        dns.encode("A 192.0.2.10", ttl, serial)


@given(st.text() | st.builds("{} {}".format, st.sampled_from(["A", "AAAA", "MX", "PTR", "SRV", "TXT"]), st.text()))
def test_any_text_is_a_record_or_refused(text):
    try:
        raw = dns.encode(text)
    except ValueError:
        return
    canonical = dns.decode(raw)
    assert canonical is not None
    assert dns.encode(canonical) == raw


@given(st.binary() | st.builds(record, st.sampled_from([1, 2, 5, 12, 15, 16, 28, 33]), st.binary()))
def test_any_bytes_can_be_asked(raw):
    text = dns.decode(raw)
    assert text is None or dns.decode(dns.encode(text)) == text
    assert dns.ttl(raw) >= 0
    assert dns.is_dynamic(raw) in {True, False}


@given(RECORDS, st.data())
def test_a_record_that_is_cut_or_longer_than_it_says_is_none(text, data):
    raw = dns.encode(text)
    assert dns.decode(raw[: data.draw(st.integers(0, len(raw) - 1))]) is None
    assert dns.decode(raw + b"\0") is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        bytes.fromhex(SOA),
        record(0, struct.pack("<Q", 133_000_000_000_000_000)),  # a tombstone: when it became one
        record(13, b"\x03cpu\x02os"),  # HINFO
        record(1, b"\xc0\0\2\x0a", version=4),
        record(1, b"\xc0\0\2"),
        record(1, b"\xc0\0\2\x0a", length=5),
        record(5, b""),
        record(5, b"\x01\x00\x00"),  # the root
        record(5, b"\x05\x01\x03a.b\x00"),  # a dot within a label
        record(5, b"\x04\x01\x02\xc4\xb1\x00"),
        record(5, b"\x05\x01\x03dc1\x01"),
        record(5, b"\x05\x02\x03dc1\x00"),
        record(5, b"\x09\x01\x03dc1\x00"),
        record(16, b""),
        record(16, b"\x05one"),
    ],
)
def test_what_has_no_text_form_is_none(raw):
    assert dns.decode(raw) is None


def test_the_case_of_others_is_not_shown():
    assert dns.decode(record(5, b"\x0a\x02\x03DC1\x04Test\x00")) == "CNAME dc1.test"


def test_a_record_with_a_timestamp_is_dynamic():
    raw = bytearray(dns.encode("A 192.0.2.10"))
    assert not dns.is_dynamic(bytes(raw))
    raw[20:24] = struct.pack("<I", 3_733_000)  # hours since 1601
    assert dns.is_dynamic(bytes(raw))
    assert dns.decode(bytes(raw)) == "A 192.0.2.10"
    assert not dns.is_dynamic(bytes(raw[:23]))
    assert dns.ttl(bytes(raw[:23])) == 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dc1.ornek.bel.tr", ("dc1", "ornek.bel.tr")),
        ("DC1.Ornek.Bel.Tr.", ("dc1", "ornek.bel.tr")),
        ("ornek.bel.tr", ("@", "ornek.bel.tr")),
        ("_ldap._tcp.dc._msdcs.ornek.bel.tr", ("_ldap._tcp.dc", "_msdcs.ornek.bel.tr")),
        ("_msdcs.ornek.bel.tr", ("@", "_msdcs.ornek.bel.tr")),
        ("10.2.0.192.in-addr.arpa", ("10", "2.0.192.IN-ADDR.arpa")),
        ("dc1.kornek.bel.tr", None),
        ("kornek.bel.tr", None),
        ("bel.tr", None),
        ("", None),
    ],
)
def test_a_name_lies_in_the_longest_zone(name, expected):
    zones = ["ornek.bel.tr", "_msdcs.ornek.bel.tr", "2.0.192.IN-ADDR.arpa"]
    assert dns.node_and_zone(name, zones) == expected
    assert dns.node_and_zone(name, reversed(zones)) == expected


@given(st.ip_addresses())
def test_reverse_names_lie_in_the_reverse_tree(address):
    name = dns.reverse_name(str(address))
    node, zone = dns.node_and_zone(name, ["in-addr.arpa", "ip6.arpa"]) or ("", "")
    digits = node.split(".")[::-1]
    if address.version == 4:
        assert (zone, ".".join(digits)) == ("in-addr.arpa", str(address))
    else:
        assert (zone, int("".join(digits), 16)) == ("ip6.arpa", int(address))
        assert len(digits) == ipaddress.IPV6LENGTH // 4


@pytest.mark.parametrize("address", ["", "192.0.2", "192.0.2.0/24", "dc1.ornek.bel.tr", "fe80::1%eth0"])
def test_what_is_no_address_has_no_reverse_name(address):
    with pytest.raises(ValueError, match="is no IP address"):
        dns.reverse_name(address)


def test_an_address_has_its_reverse_name():
    assert dns.reverse_name("192.0.2.10") == "10.2.0.192.in-addr.arpa"
    assert dns.reverse_name("2001:db8::1") == f"1.{'0.' * 23}8.b.d.0.1.0.0.2.ip6.arpa"
