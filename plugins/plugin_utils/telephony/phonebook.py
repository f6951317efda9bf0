# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The phonebook that telephones show: people and units with their numbers, in each maker's own form. Pure.

Who left, is on leave or only proves something is not in it. It is in no record: it follows from those of lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ...module_utils.plan import Item
from ..model.names import transliterate

FOLDER: Final = "/srv/konak/phonebook"
ROOTS: Final = {
    "yealink": "YealinkIPPhoneDirectory",
    "grandstream": "AddressBook",
    "snom": "SnomIPPhoneDirectory",
    "fanvil": "FanvilIPPhoneDirectory",
    "cisco": "CiscoIPPhoneDirectory",
}
"""By maker, the outermost element of a phonebook."""
ANSWERING: Final = frozenset({"group", "menu", "queue"})
"""Kinds beside lines whose numbers people call."""


class Entry(NamedTuple):
    """A row of the phonebook."""

    name: str
    number: str


def url_of(maker: str) -> str:
    """Under which path it is fetched for the telephones of a maker; Grandstream asks for just this name."""
    return f"/phonebook/{maker}/phonebook.xml"


def path_of(maker: str) -> str:
    """Where it is on the exchange."""
    return f"/srv/konak{url_of(maker)}"


def files(items: Iterable[Item]) -> dict[str, str]:
    """The same phonebook for the telephones of each maker."""
    found = entries(list(items))
    return {path_of(maker): _text(root, found) for maker, root in ROOTS.items()}


def entries(items: list[Item]) -> list[Entry]:
    """Everybody and everything that is called by number, by name."""
    return sorted({*_people(items), *_others(items)}, key=lambda entry: (transliterate(entry.name), entry.number))


def _people(items: Iterable[Item]) -> Iterator[Entry]:
    for item in items:
        if item.kind == "line" and item.fields["open"] and "from" not in item.fields:
            yield Entry(item.fields["name"], item.fields["number"])


def _others(items: list[Item]) -> Iterator[Entry]:
    """Units, menus and queues; a number that rests leads to one of them, and is not its own."""
    labels = {(item.kind, item.key): item.label for item in items if item.kind in ANSWERING}
    for item in items:
        if item.kind == "number":
            sort, _, key = item.fields["to"].partition(" ")
            if labels.get((sort, key)) == item.label:
                yield Entry(item.label, item.key)


def _text(root: str, found: Iterable[Entry]) -> str:
    book = Element(root)
    for entry in found:
        if root == ROOTS["grandstream"]:
            contact = SubElement(book, "Contact")
            SubElement(contact, "LastName").text = entry.name
            SubElement(SubElement(contact, "Phone"), "phonenumber").text = entry.number
        else:
            row = SubElement(book, "DirectoryEntry")
            SubElement(row, "Name").text = entry.name
            SubElement(row, "Telephone").text = entry.number
    indent(book)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(book, encoding="unicode") + "\n"
