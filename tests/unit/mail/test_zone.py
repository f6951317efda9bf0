# SPDX-License-Identifier: GPL-3.0-or-later
"""What the DNS says of mail: records as a fragment and back, and what is held against a server's answers."""

from __future__ import annotations

import dns.message
import dns.rrset
import pytest
from ansible_collections.konak.it.plugins.module_utils.plan import Item
from ansible_collections.konak.it.plugins.plugin_utils.mail import verify_dns, zone
from ansible_collections.konak.it.plugins.plugin_utils.mail.attributes import SYSTEM
from hypothesis import given
from hypothesis import strategies as st
from unit.mail.post import town

KEY = f"v=DKIM1; k=rsa; p={'A' * 392}"
NAMES = st.sampled_from(["ornek.bel.tr", "_dmarc.ornek.bel.tr", "k1._domainkey.ornek.bel.tr"])
TEXTS = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, blacklist_characters='"\\'), min_size=1, max_size=600
)
DATA = st.one_of(
    TEXTS.map(lambda text: f'TXT "{text}"'),
    st.sampled_from(["MX 10 posta.ornek.bel.tr", "SRV 0 1 993 posta.ornek.bel.tr", "A 192.0.2.12", "TLSA 3 1 1 ab"]),
)


def said(items: list[Item]) -> dict[str, frozenset[str]]:
    return {item.key: item.fields["records"] for item in items}


@given(st.dictionaries(NAMES, st.frozensets(DATA, min_size=1, max_size=4)))
def test_what_is_written_is_read_back(records):
    items = [Item("record", name, name, {"records": texts}) for name, texts in records.items()]
    assert said(zone.parse(zone.render(items))) == records


def test_the_zone_of_a_city_has_what_the_inventory_and_the_server_know():
    city = town()
    found = said(zone.records(city, {"k2": KEY, "old": "of another day"}, "ab" * 32))
    domain, host = city.organisation.domain, city.mail.host
    assert f"MX 10 {host}" in found[domain]
    assert 'TXT "v=spf1 mx -all"' in found[domain]
    assert any(text.startswith("A ") for text in found[host])
    assert found[f"_25._tcp.{host}"] == {f"TLSA 3 1 1 {'ab' * 32}"}
    assert found.get(f"k2._domainkey.{domain}", {f'TXT "{KEY}"'}) == {f'TXT "{KEY}"'}
    assert not any(name.startswith("old.") for name in found)
    assert zone.missing(city, {}) == [name for name in ("k2", "k1") if name in zone.missing(city, {})]
    assert zone.missing(city, dict.fromkeys(zone.missing(city, {}), KEY)) == []


def test_a_long_key_is_split_as_the_dns_needs_it():
    text = zone.render([Item("record", "k._domainkey.x", "", {"records": frozenset({f'TXT "{KEY}"'})})])
    strings = text.splitlines()[-1].split('"')[1::2]
    assert "".join(strings) == KEY
    assert max(map(len, strings)) <= 255


def test_a_record_that_is_answered_otherwise_is_not_proven():
    items = [Item("record", "x.ornek.bel.tr", "", {"records": frozenset({"A 192.0.2.1", 'TXT "a"'})})]
    answers = {("x.ornek.bel.tr", "A"): frozenset({"A 192.0.2.1"}), ("x.ornek.bel.tr", "TXT"): frozenset({'TXT "b"'})}
    proofs = {proof.proof: proof.as_dict(SYSTEM)["ok"] for proof in verify_dns.records(items, lambda *q: answers[q])}
    assert proofs == {"x.ornek.bel.tr A": True, "x.ornek.bel.tr TXT": False}


@pytest.mark.parametrize(("flags", "words"), [("QR", "does not answer for the zone"), ("QR AA", "")])
def test_only_an_answer_of_the_zone_s_own_server_counts(monkeypatch, flags, words):
    def tcp(query, address, timeout):
        answer = dns.message.make_response(query)
        answer.flags = dns.flags.from_text(flags)
        answer.answer = [dns.rrset.from_text("x.ornek.bel.tr.", 60, "IN", "TXT", '"a" "b"')]
        return answer

    monkeypatch.setattr("dns.query.tcp", tcp)
    ask = verify_dns.asking("192.0.2.53")
    if words:
        with pytest.raises(OSError, match=words):
            ask("x.ornek.bel.tr", "TXT")
    else:
        assert ask("x.ornek.bel.tr", "TXT") == {'TXT "ab"'}


def test_a_server_that_does_not_answer_is_no_empty_zone():
    with pytest.raises(OSError, match="does not answer for x"):
        verify_dns.asking("127.0.0.1")("x.ornek.bel.tr", "TXT")


def test_a_message_without_a_signature_is_not_signed():
    assert (
        verify_dns.signature(b"From: a@ornek.bel.tr\r\n\r\nx\r\n", lambda *_: frozenset()) == "no signature that holds"
    )
