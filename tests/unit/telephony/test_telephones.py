# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of an exchange's telephones: what needs attention, then a line each."""

from __future__ import annotations

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.model.exchanges import MAIN, exchanges
from ansible_collections.konak.it.plugins.plugin_utils.telephony import telephones
from ansible_collections.konak.it.plugins.plugin_utils.telephony.live import interpret
from base_city import AS_OF, BASE_FILES, part_city
from telephony_city import BRANCH, answer_of, derived

AT = 1780315200
QUEUE = """  queues:
    - {code: sira, name: Sıra, extension: "7801", members: [{member: "unit:cagri"}]}
  probes: [{extension: "7901", class: cagri}]
"""
DESKS = "telephones:\n" + "".join(
    f'  - {{mac: 00:00:5e:00:53:4{person[-1]}, model: snom-d785, person: "{person}"}}\n'
    for person in ("80001", "80002", "80003")
)
PROBE = {
    "    aliases: [santral]\n": "    aliases: [santral]\n"
    "  - {name: deneme1, site: merkez, address: 192.0.2.40, services: [telephony-probe]}\n"
}
CHANGES = {**PROBE, 'line: "9"\n': f'line: "9"\n{QUEUE}', "servers:\n": f"{DESKS}servers:\n"}
SITES = {**PROBE, **BRANCH, "  branches:\n": f"{QUEUE}  branches:\n", "sites:\n": f"{DESKS}sites:\n"}
HERE = {"status": "reachable", "ms": 12.3, "address": "192.0.2.140", "agent": "Snom | <b>D785</b>\n8.9"}
GONE = {"status": "unreachable", "address": "192.0.2.141"}
WELL = {
    "telephones": {"80001": [HERE], "80002": [GONE, HERE], "probe-7901": [GONE]},
    "trunks": {"tasiyici": {"status": "reachable", "ms": 8.0}, "yedek": {"status": "unknown"}},
    "queues": {"sira": {"waiting": 1, "members": {"80001": "free", "80002": "busy"}}},
    "messages": {"80001": {"new": 1, "old": 4, "since": AT - 6 * 86400}, "80003": {"new": 9, "old": 0, "since": 0}},
}


def page(state, *, changes=CHANGES, site=MAIN, language="tr"):
    text = BASE_FILES["organisation.yml"].decode().replace("language: tr", f"language: {language}")
    city = part_city("telephony", changes, AS_OF, organisation=text)
    answer = answer_of(city, site) | {"state": state and {"at": AT, **WELL, **state}}
    here = next(each for each in exchanges(city) if each.site == site)
    return telephones.telephones(city, here, interpret(answer, derived))


def attention(state, **how):
    """What needs attention, a line each."""
    return (
        page({"at": AT, **state}, **how)
        .partition("## İlgilenilmesi gerekenler\n\n")[2]
        .partition("\n\n")[0]
        .splitlines()
    )


def test_where_all_is_well_it_says_so_and_has_a_line_each():
    text = page(WELL)
    assert text.startswith("# Telefonlar: Deneme Belediyesi\n\nSantralin 01.06.2026 15:00 tarihindeki hâli.\n")
    assert attention({}) == ["Yok."]
    assert text.count("| 7001 |") == 1
    assert "| 7001 | Şule Ilgaz | 192.0.2.140, Snom &#124; &lt;b&gt;D785&lt;/b&gt; 8.9, 12.3 ms | 1/4 |\n" in text, (
        "what a telephone says is text"
    )
    assert "| 7002 | Tarık Yıldız | 192.0.2.141, yanıt yok; 192.0.2.140, " in text
    assert "| Sıra | 1 | 1 | 1 | 0 | 0 |\n" in text
    assert "| tasiyici | 8 ms |\n| yedek | henüz sorulmadı |\n" in text
    assert "probe" not in text
    assert "7901" not in text, "a probe's line is nobody's"


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (
            {"telephones": {}},
            [
                "- 7001 Şule Ilgaz: masasında snom-d785 var, kayıtlı telefonu yok.",
                "- 7002 Tarık Yıldız: masasında snom-d785 var, kayıtlı telefonu yok.",
            ],
        ),
        (
            {"telephones": {"80001": [GONE], "80002": [HERE]}},
            ["- 7001 Şule Ilgaz: telefonu yanıt vermiyor, 192.0.2.141."],
        ),
        ({"trunks": {"tasiyici": {"status": "unreachable"}}}, ["- tasiyici dış hattı yanıt vermiyor."]),
        (
            {"queues": {"sira": {"waiting": 3, "members": {"80001": "paused", "80002": "busy"}}}},
            ["- Sıra (sira) kuyruğunda boşta kimse yok: 1 meşgul, 1 molada."],
        ),
        ({"queues": {}}, ["- Sıra (sira) kuyruğunda boşta kimse yok: üyesi yok."]),
        (
            {"messages": {"80001": {"new": 2, "old": 0, "since": AT - 7 * 86400}}},
            ["- 7001 Şule Ilgaz: dinlenmemiş sesli ileti 2, en eskisi 7 günlük."],
        ),
    ],
)
def test_what_needs_attention_comes_first(state, expected):
    assert attention(state) == expected


def test_nobody_on_leave_is_missed_and_who_has_no_telephone_on_the_desk_neither():
    without = {**PROBE, 'line: "9"\n': f'line: "9"\n{QUEUE}'}
    assert attention({"telephones": {}}, changes=without) == ["Yok."]
    assert "80003" not in page({"telephones": {}})


def test_what_concerns_most_people_comes_first():
    found = attention({"telephones": {}, "queues": {}, "trunks": {"yedek": {"status": "unreachable"}}})
    assert [each.split()[1] for each in found] == ["yedek", "Sıra", "7001", "7002"]


def test_a_branch_has_a_page_of_its_own_and_a_line_that_is_cut_takes_its_members():
    cut = {
        "trunks": {"to_liman": {"status": "unreachable"}},
        "queues": {"sira": {"waiting": 0, "members": {"80002": "free"}}},
    }
    assert attention(cut, changes=SITES) == [
        "- Liman santraline giden hat yanıt vermiyor.",
        "- Sıra (sira) kuyruğunda boşta kimse yok: 1 ulaşılamıyor.",
    ]
    assert "| 7002 | Tarık Yıldız | Liman santralinde | – |\n" in page(WELL, changes=SITES)
    there = {"telephones": {}, "trunks": {"to_main": {"status": "unreachable"}}, "queues": {}, "messages": {}}
    text = page(there, changes=SITES, site="liman")
    assert text.startswith("# Telefonlar: Deneme Belediyesi, Liman\n")
    assert attention(there, changes=SITES, site="liman") == [
        "- Merkez santraline giden hat yanıt vermiyor.",
        "- 7002 Tarık Yıldız: masasında snom-d785 var, kayıtlı telefonu yok.",
    ]
    assert "7001" not in text


def test_it_is_in_the_language_of_the_organisation():
    text = page({"telephones": {}, "queues": {}, "trunks": {"yedek": {"status": "unreachable"}}}, language="en")
    for said in (
        "# Telephones: Deneme Belediyesi\n\nThe exchange on 01.06.2026 15:00.\n\n## What needs attention\n\n",
        "- The trunk yedek does not answer.\n- The queue Sıra (sira) has nobody who is free: it has no members.\n",
        "- 7001 Şule Ilgaz: on the desk is snom-d785, and no telephone is registered.\n",
        "| number | name | telephones | voice messages (new/old) |\n| --- | --- | --- | --- |\n| 10",
    ):
        assert said in text
    assert telephones.WORDS["tr"].keys() == telephones.WORDS["en"].keys()


def test_an_exchange_that_does_not_run_is_no_city_without_telephones():
    assert page({}) == "# Telefonlar: Deneme Belediyesi\n\nSantral çalışmıyor: telefonların hâli bilinmiyor.\n"
