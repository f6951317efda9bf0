# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificates of the lab's hosts: which names they carry, and when one is made anew."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from ansible_collections.konak.it.cli.lab import keys
from ansible_collections.konak.it.cli.lab.base import Places
from cryptography import x509

ADDRESSES = [IPv4Address("198.51.100.12"), IPv4Address("192.0.2.12")]
ALIASES = ["posta.ornek.bel.tr", "imap.ornek.bel.tr"]


@pytest.fixture
def places(tmp_path):
    found = Places(tmp_path)
    keys.ensure_authority(found)
    return found


def made(places, *aliases):
    """The certificate of the mail server."""
    path, _ = keys.ensure_certificate(places, "mail1", "mail1.ornek.bel.tr", ADDRESSES, aliases)
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_a_certificate_is_for_every_name_and_address_of_its_host(places):
    names = made(places, *ALIASES).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["mail1.ornek.bel.tr", "mail1", *sorted(ALIASES)]
    assert names.get_values_for_type(x509.IPAddress) == sorted(ADDRESSES)


def test_a_certificate_stays_until_a_name_changes(places):
    first = made(places, *ALIASES)
    assert made(places, *reversed(ALIASES)) == first
    assert made(places, ALIASES[0]) != first
