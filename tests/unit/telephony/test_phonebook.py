# SPDX-License-Identifier: GPL-3.0-or-later
"""The phonebook: who is in it, in each maker's form, and that it follows a person."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.telephony import phonebook
from ansible_collections.konak.it.plugins.plugin_utils.telephony.intent import intent
from telephony_city import files_of, telephony_city

SERVICES = {
    'line: "9"\n': """line: "9"
  menus: [{code: ana, name: Ana, extension: "7800", prompt: Merhaba., choices: [{digit: "1", to: "queue:sira"}]}]
  queues: [{code: sira, name: Sıra, extension: "7801", members: [{member: "unit:cagri"}]}]
  conferences: [{code: oda, name: Oda, extension: "7802"}]
"""
}
HOSTILE = {"    family: Yıldız": "    family: \"Yıldız & <b>'x'</b>\""}


def entries(changes=None):
    return {entry.number: entry.name for entry in phonebook.entries(intent(telephony_city(changes or {})))}


def test_people_at_work_units_menus_and_queues_are_in_it():
    people = {"1001": "Ayşe Nur Öztürk", "1002": "Çağrı Şahin", "1003": "Elif Işık"}
    call_centre = {"7000": "Çağrı Merkezi", "7001": "Şule Ilgaz", "7002": "Tarık Yıldız"}
    assert entries() == people | call_centre
    assert entries(SERVICES) == people | call_centre | {"7800": "Ana", "7801": "Sıra"}, "rooms have no name to call"


def test_a_new_surname_and_a_departure_are_followed():
    assert entries({"    family: Yıldız": "    family: Yıldız Kaya"})["7002"] == "Tarık Yıldız Kaya"
    assert "7002" not in entries({'    extension: "7002"': '    extension: "7002"\n    until: 2026-05-31'})


@pytest.mark.parametrize("maker", phonebook.ROOTS)
@pytest.mark.parametrize("changes", [{}, HOSTILE], ids=["plain", "hostile"])
def test_every_maker_has_the_same_entries_well_formed(maker, changes):
    text = files_of(telephony_city(changes))[phonebook.path_of(maker)]
    book = ElementTree.fromstring(text)  # noqa: S314 (our own text)
    assert book.tag == phonebook.ROOTS[maker]
    names, numbers = ("LastName", "phonenumber") if maker == "grandstream" else ("Name", "Telephone")
    found = {number.text: name.text for row in book for name in row.iter(names) for number in row.iter(numbers)}
    assert found == entries(changes)


def test_an_entry_is_where_its_letters_are():
    names = [entry.name for entry in phonebook.entries(intent(telephony_city()))]
    assert names == sorted(names, key=phonebook.transliterate)
