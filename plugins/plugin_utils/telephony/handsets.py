# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Telephones on desks: what each should have, the file that it fetches, and who may fetch it. Pure.

The files are made for each maker's own format. That real telephones of these models do what they say was not tried.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from ...module_utils.plan import Item, Secret
from ..model.city import City
from ..model.exchanges import MAIN, exchange_of, exchanges
from ..printing import templates
from . import phonebook
from .attributes import RECORDED
from .objects import Password, secret_of

FOLDER: Final = "/srv/konak/telephones"
WHO: Final = "/etc/nginx/konak-telephones"
"""Who may fetch: a telephone, by its MAC address, its own file."""
NAMES: Final = {
    "yealink": "{}.cfg", "grandstream": "cfg{}.xml", "snom": "{}.xml", "fanvil": "{}.cfg", "cisco": "{}.xml",
}  # fmt: skip
LANGUAGES: Final = {
    "yealink": {"tr": "Turkish", "en": "English"},
    "grandstream": {"tr": "tr", "en": "en"},
    "snom": {"tr": "Turkce", "en": "English"},
    "fanvil": {"tr": "tr", "en": "en"},
    "cisco": {"tr": "Turkish", "en": "English-US"},
}
"""What each maker calls the languages."""
TITLES: Final = {"tr": "Telefon rehberi", "en": "Phonebook"}
"""What the phonebook is called."""

_ENVIRONMENT = templates(Path(__file__).parent / "templates" / "handsets")


def handsets(city: City) -> Iterator[Item]:
    """Every telephone; one whose person may not register has no line, and so no password."""
    hosts = {each.site: each.host for each in exchanges(city)}
    accounts = {account.person.id: account for account in city.accounts()} if city.inventory.telephones else {}
    for handset in city.inventory.telephones:
        person = city.people[handset.person]
        is_open = city.states[person.id] == "active"
        fields: dict[str, Any] = {
            "model": handset.model,
            "host": hosts[exchange_of(city, person)],
            "web": hosts[MAIN],
            "line": person.id if is_open else None,
            "number": person.extension if is_open else None,
            "name": accounts[person.id].display if is_open else None,
            "secret": 1 if is_open else None,
            "language": (person.language or city.organisation.language).partition("-")[0],
            "firmware": handset.firmware or None,
            "file": RECORDED,
        }
        places = city.places("telephones", handset.mac, {"model": "model", "line": "person", "firmware": "firmware"})
        tags = {"person": person.id, "unit": person.unit}
        label = f"{handset.model}, {person.given} {person.family}"
        yield Item("handset", handset.mac.replace(":", ""), label, fields, places=places, tags=tags)


def path_of(item: Item) -> str:
    """The file of a telephone, in a folder of its own, named as its maker's telephones ask for it."""
    return f"{FOLDER}/{item.key}/{NAMES[_maker(item)].format(item.key)}"


def is_file(path: str) -> bool:
    """Whether a path is that of a telephone's file."""
    return path.startswith(f"{FOLDER}/")


def _maker(item: Item) -> str:
    return str(item.fields["model"]).partition("-")[0]


def files(items: Iterable[Item], password: Password) -> dict[str, str]:
    """The file of each telephone, and the one that says who may fetch it."""
    found = [item for item in items if item.kind == "handset"]
    texts = {path_of(item): _text(item, password) for item in found}
    rows = [f"{item.key}:{_hashed(item.key, password(fetching(item.key)))}\n" for item in found]
    return {**texts, WHO: "".join(rows)}


def fetching(mac: str) -> Secret:
    """The password with which a telephone fetches its file."""
    return Secret(f"telephony/handset/{mac}")


def _hashed(mac: str, password: str) -> str:
    """As nginx reads it. The password is derived, of some 115 bits: no dictionary helps, so one round is enough."""
    salt = hashlib.sha256(f"konak\0{mac}".encode()).digest()[:8]
    mixed = hashlib.sha1(password.encode() + salt, usedforsecurity=False).digest()
    return "{SSHA}" + base64.b64encode(mixed + salt).decode()


def _text(item: Item, password: Password) -> str:
    maker, fields = _maker(item), item.fields
    line = fields.get("line")
    given = {
        "mac": item.key,
        "line": line or "",
        "number": fields.get("number") or "",
        "name": fields.get("name") or "",
        "host": fields["host"],
        "title": TITLES[fields["language"]],
        "phonebook": f"https://{fields['web']}{phonebook.url_of(maker)}",
        "fetching": password(fetching(item.key)),
        "password": password(secret_of(line, fields["secret"])) if line else "",
        "language": LANGUAGES[maker][fields["language"]],
    }
    if maker != "yealink":  # all others are XML
        given = {name: escape(str(value)) for name, value in given.items()}
    return _ENVIRONMENT.get_template(f"{maker}.j2").render(given)
