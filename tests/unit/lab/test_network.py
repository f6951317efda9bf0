# SPDX-License-Identifier: GPL-3.0-or-later
"""Which range the lab takes, and which address a host gets in it: no network is touched."""

from __future__ import annotations

import json
import subprocess
from ipaddress import IPv4Address, IPv4Network

import pytest
from ansible_collections.konak.it.cli.lab import network
from ansible_collections.konak.it.cli.lab.base import LabError, LabHost
from hypothesis import given
from hypothesis import strategies as st

ASKED = IPv4Network("192.0.2.0/24")
SPARE = IPv4Network("198.51.100.0/24")


def host(name: str, address: str) -> LabHost:
    return LabHost(name, f"{name}.ornek.bel.tr", address)


def used(*networks: str) -> list[tuple[IPv4Network, str]]:
    return [(IPv4Network(text), "eth0") for text in networks]


def test_hosts_keep_their_own_address_where_the_range_is_free():
    given_ = network.assign([host("dc1", "192.0.2.10"), host("posta1", "192.0.2.20")], ASKED, ASKED)
    assert given_ == {"dc1": IPv4Address("192.0.2.10"), "posta1": IPv4Address("192.0.2.20")}


def test_hosts_keep_their_place_in_another_range():
    assert network.assign([host("dc1", "192.0.2.10")], ASKED, SPARE) == {"dc1": IPv4Address("198.51.100.10")}


def test_a_host_from_outside_gets_a_free_address_and_keeps_it():
    hosts = [host("dc1", "192.0.2.2"), host("uzak1", "203.0.113.7"), host("uzak2", "203.0.113.8")]
    first = network.assign(hosts, ASKED, ASKED)
    assert first == {
        "dc1": IPv4Address("192.0.2.2"),
        "uzak1": IPv4Address("192.0.2.3"),
        "uzak2": IPv4Address("192.0.2.4"),
    }
    # One that came earlier in the alphabet does not push the others away.
    more = network.assign([*hosts, host("adsiz1", "203.0.113.9")], ASKED, ASKED, first)
    assert more == {**first, "adsiz1": IPv4Address("192.0.2.5")}


def test_an_address_kept_from_before_gives_way_to_its_owner():
    before = {"uzak1": IPv4Address("192.0.2.10")}
    found = network.assign([host("uzak1", "203.0.113.7"), host("dc1", "192.0.2.10")], ASKED, ASKED, before)
    assert found["dc1"] == IPv4Address("192.0.2.10")
    assert found["uzak1"] != found["dc1"]


def test_an_address_kept_from_another_range_is_not_kept():
    found = network.assign([host("uzak1", "203.0.113.7")], ASKED, SPARE, {"uzak1": IPv4Address("192.0.2.9")})
    assert found["uzak1"] in SPARE


@pytest.mark.parametrize("address", ["192.0.2.0", "192.0.2.255"])
def test_the_ends_of_a_range_are_no_addresses(address):
    assert str(network.assign([host("dc1", address)], ASKED, ASKED)["dc1"]) == "192.0.2.2"


def test_two_hosts_of_one_address_are_refused():
    with pytest.raises(LabError, match=r"posta1 has the address 192\.0\.2\.10 of another host") as caught:
        network.assign([host("dc1", "192.0.2.10"), host("posta1", "192.0.2.10")], ASKED, ASKED)
    assert caught.value.remedy


def test_a_full_range_is_said():
    small = IPv4Network("192.0.2.0/29")  # six addresses, of which the ends are kept for routers
    hosts = [host(f"sunucu{number}", f"203.0.113.{number}") for number in range(1, 6)]
    assert len(network.assign(hosts[:4], small, small)) == 4
    with pytest.raises(LabError, match="no address left for sunucu5"):
        network.assign(hosts, small, small)


@given(
    places=st.lists(st.integers(0, 2**10 - 1), max_size=12, unique=True),
    prefix=st.integers(24, 28),
    actual=st.sampled_from(network.SPARE),
)
def test_every_host_has_an_address_of_its_own_whatever_the_city(places, prefix, actual):
    asked = IPv4Network(f"192.0.2.0/{prefix}")
    range_ = next(IPv4Network(actual).subnets(new_prefix=prefix))
    hosts = [host(f"h{number}", str(asked.network_address + place)) for number, place in enumerate(places)]
    try:
        found = network.assign(hosts, asked, range_)
    except LabError:
        assert len(hosts) > range_.num_addresses - 6
        return
    assert set(found) == {each.name for each in hosts}
    assert len(set(found.values())) == len(hosts)
    assert set(found.values()) <= set(range_.hosts())
    assert network.gateway(range_, found.values()) not in found.values()
    assert network.assign(hosts, asked, range_, found) == found


def test_the_asked_range_is_taken_where_it_is_free():
    assert network.choose(ASKED, used("10.0.0.0/8", "172.17.0.0/16")) == ASKED


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        (["192.0.2.0/24"], "198.51.100.0/24"),
        (["192.0.2.128/25"], "198.51.100.0/24"),
        (["192.0.0.0/16", "198.51.100.7/32"], "203.0.113.0/24"),
        (["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"], "198.18.0.0/24"),
        (["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/23"], "198.18.2.0/24"),
    ],
)
def test_else_the_first_spare_range_that_overlaps_nothing(taken, expected):
    assert network.choose(ASKED, used(*taken)) == IPv4Network(expected)


def test_a_spare_range_has_the_size_that_was_asked_for():
    assert network.choose(IPv4Network("192.0.0.0/16"), used("192.0.0.0/16")).prefixlen == 16
    assert network.choose(IPv4Network("192.0.2.0/28"), used("192.0.2.0/24")) == IPv4Network("198.51.100.0/28")


def test_no_free_range_is_said():
    with pytest.raises(LabError, match="No free IPv4 network of size /24"):
        network.choose(ASKED, used("0.0.0.0/0"))


def test_the_machine_takes_the_last_free_address():
    assert network.gateway(ASKED, []) == IPv4Address("192.0.2.254")
    assert network.gateway(ASKED, [IPv4Address("192.0.2.254")]) == IPv4Address("192.0.2.253")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("192.0.2.0/33", "is not an IPv4 network"),
        ("192.0.2.1/24", "is not an IPv4 network"),
        ("2001:db8::/64", "is not an IPv4 network"),
        ("192.0.2.0/30", "does not suit a lab"),
        ("10.0.0.0/8", "does not suit a lab"),
    ],
)
def test_a_range_that_is_none_is_refused_with_a_remedy(text, words):
    with pytest.raises(LabError, match=words) as caught:
        network.parse(text)
    assert caught.value.remedy


def test_ranges_in_use_are_those_with_an_interface(monkeypatch):
    rows = [
        {"dst": "default", "dev": "eth0"},
        {"dst": "192.0.2.0/24", "dev": "eth0"},
        {"dst": "198.51.100.7", "dev": "tun0"},
        {"dst": "203.0.113.0/24", "type": "blackhole"},
        {"dst": "192.0.2.255", "dev": "eth0", "type": "broadcast"},
        {"dst": "127.0.0.0/8", "dev": "lo", "type": "local"},
    ]
    monkeypatch.setattr(network, "run", lambda *_: subprocess.CompletedProcess([], 0, json.dumps(rows), ""))
    assert network.in_use() == [
        (IPv4Network("192.0.2.0/24"), "eth0"),
        (IPv4Network("198.51.100.7/32"), "tun0"),
        (IPv4Network("203.0.113.0/24"), "blackhole"),
    ]
