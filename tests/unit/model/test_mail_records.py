# SPDX-License-Identifier: GPL-3.0-or-later
"""What the zone says of the city's mail, and which keys of signatures are published."""

from __future__ import annotations

import datetime
import re

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.model import mail_records
from ansible_collections.konak.it.plugins.plugin_utils.model.load import load
from base_city import AS_OF, BASE, problems_of
from mail_city import mail_city

Day = datetime.date.fromisoformat


def records(changes: dict[str, str] | None = None) -> dict[str, tuple[str, ...]]:
    return {record.name: record.records for record in mail_records.records(mail_city(changes))}


def test_a_city_without_mail_has_none():
    city = load(BASE, AS_OF)
    assert mail_records.records(city) == mail_records.selectors(city) == []
    assert mail_records.sts_policy(city) == ""


def test_all_of_them():
    found = records()
    identity = found.pop("_mta-sts.deneme.bel.tr")
    assert re.fullmatch(r'TXT "v=STSv1; id=[0-9a-f]{20}"', identity[0])
    assert found == {
        "deneme.bel.tr": ("MX 10 posta.deneme.bel.tr", 'TXT "v=spf1 mx -all"'),
        "_dmarc.deneme.bel.tr": ('TXT "v=DMARC1; p=quarantine; rua=mailto:raporlar@deneme.bel.tr"',),
        "_smtp._tls.deneme.bel.tr": ('TXT "v=TLSRPTv1; rua=mailto:raporlar@deneme.bel.tr"',),
        "mta-sts.deneme.bel.tr": ("CNAME posta.deneme.bel.tr",),
        "autoconfig.deneme.bel.tr": ("CNAME posta.deneme.bel.tr",),
        "autodiscover.deneme.bel.tr": ("CNAME posta.deneme.bel.tr",),
        "_imaps._tcp.deneme.bel.tr": ("SRV 0 1 993 posta.deneme.bel.tr",),
        "_submission._tcp.deneme.bel.tr": ("SRV 0 1 587 posta.deneme.bel.tr",),
    }


def test_they_are_records_as_the_inventory_writes_them():
    lines = [f"  - name: {name}\n    records: {list(texts)}\n" for name, texts in records().items()]
    assert problems_of({**_base(), "more.yml": ("dns_records:\n" + "".join(lines)).encode()}) == []


def _base() -> dict[str, bytes]:
    return {str(path.relative_to(BASE)): path.read_bytes() for path in BASE.rglob("*.yml")}


def test_without_reports_and_policies_there_are_fewer():
    found = records(
        {
            "{policy: quarantine, reports: raporlar@deneme.bel.tr}": "{policy: reject, share: 25}",
            "  mta_sts: testing\n": "",
            "  tls_reports: raporlar@deneme.bel.tr\n": "",
        }
    )
    assert found["_dmarc.deneme.bel.tr"] == ('TXT "v=DMARC1; p=reject; pct=25"',)
    assert not {"_smtp._tls.deneme.bel.tr", "_mta-sts.deneme.bel.tr", "mta-sts.deneme.bel.tr"} & found.keys()


def test_another_policy_of_encrypted_sending_has_another_id():
    enforced = {"mta_sts: testing": "mta_sts: enforce"}
    assert mail_records.sts_policy(mail_city(enforced)) == (
        "version: STSv1\nmode: enforce\nmx: posta.deneme.bel.tr\nmax_age: 604800\n"
    )
    assert records(enforced)["_mta-sts.deneme.bel.tr"] != records()["_mta-sts.deneme.bel.tr"]
    assert (
        records()["_mta-sts.deneme.bel.tr"] == records({"message_mb: 30": "message_mb: 31"})["_mta-sts.deneme.bel.tr"]
    )


@pytest.mark.parametrize(
    ("day", "published"),
    [("2026-01-14", ["k1"]), ("2026-01-15", ["k2", "k1"]), ("2026-01-31", ["k2", "k1"]), ("2026-02-01", ["k2"])],
)
def test_the_newest_key_comes_first_and_the_old_one_stays_for_a_while(day, published):
    assert mail_records.selectors(mail_city(day=Day(day))) == published
