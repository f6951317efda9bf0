# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Telephones on desks: what each should have, the file that it fetches, and who may fetch it. Pure.

A telephone of nobody at work is locked: it registers with a line of its own, which calls emergency services alone.

The files are made for each maker's own format. That real telephones of these models do what they say was not tried.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple
from xml.sax.saxutils import escape

from ...module_utils.plan import Item, Secret
from ..model.city import City
from ..model.entities import Site
from ..model.exchanges import MAIN, emergency_caller, exchange_at, exchanges
from ..model.handsets import Handset
from ..model.people import Person
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
LOCKED: Final = {"tr": "Yalnız acil çağrı", "en": "Emergency calls only"}
"""What a locked telephone shows instead of a name."""

_ENVIRONMENT = templates(Path(__file__).parent / "templates" / "handsets")


class _Desk(NamedTuple):
    """A telephone where it stands.

    :ivar person: whose it is; ``None`` if it is nobody's.
    :ivar is_open: whether it has that person's line; else it is locked.
    :ivar home: the site whose exchange it registers with.
    """

    handset: Handset
    person: Person | None
    is_open: bool
    site: Site | None
    home: str
    language: str

    @property
    def key(self) -> str:
        """The MAC address without colons."""
        return self.handset.mac.replace(":", "")

    @property
    def tags(self) -> dict[str, str]:
        """Whose it is, or where."""
        if self.person is not None:
            return {"person": self.person.id, "unit": self.person.unit}
        return {"site": self.site.code} if self.site is not None else {}


def _desks(city: City) -> Iterator[_Desk]:
    for handset in city.inventory.telephones:
        person = city.people[handset.person] if handset.person else None
        site = city.site(person) if person else city.sites[handset.site or ""]
        is_open = person is not None and city.states[person.id] == "active"
        language = (person and person.language) or city.organisation.language
        yield _Desk(handset, person, is_open, site, exchange_at(city, site), language.partition("-")[0])


def locked_line(key: str) -> str:
    """The line of a locked telephone, by its MAC address."""
    return f"locked-{key}"


def handsets(city: City) -> Iterator[Item]:
    """Every telephone, with the line of its person, or a line of its own."""
    hosts = {each.site: each.host for each in exchanges(city)}
    accounts = {account.person.id: account for account in city.accounts()} if city.inventory.telephones else {}
    for desk in _desks(city):
        handset, person = desk.handset, desk.person
        fields: dict[str, Any] = {
            "model": handset.model,
            "host": hosts[desk.home],
            "web": hosts[MAIN],
            **_locked(city, desk),
            "secret": 1,
            "language": desk.language,
            "firmware": handset.firmware or None,
            "file": RECORDED,
        }
        if person is not None and desk.is_open:
            fields |= {"line": person.id, "number": person.extension, "name": accounts[person.id].display}
        line = "person" if person else "site"
        places = city.places("telephones", handset.mac, {"model": "model", "line": line, "firmware": "firmware"})
        label = f"{handset.model}, {f'{person.given} {person.family}' if person else desk.site and desk.site.name}"
        yield Item("handset", desk.key, label, fields, places=places, tags=desk.tags)


def _locked(city: City, desk: _Desk) -> dict[str, Any]:
    """What a locked telephone registers and shows: whom it calls."""
    emergency = city.telephony.emergency[0] if city.telephony else ""
    return {"line": locked_line(desk.key), "number": emergency, "name": LOCKED[desk.language]}


def locked(city: City, home: str) -> Iterator[Item]:
    """The lines of locked telephones that register with an exchange."""
    for desk in _desks(city):
        if city.telephony is None or desk.is_open or desk.home != home:
            continue
        shown = _locked(city, desk)
        fields = {
            "number": shown["number"],
            "name": shown["name"],
            "emergency": emergency_caller(city.telephony, desk.site),
            "language": desk.language,
            "secret": 1,
        }
        places = city.places("telephones", desk.handset.mac, dict.fromkeys(fields, "person" if desk.person else "site"))
        yield Item("locked", shown["line"], shown["name"], fields, places=places, tags=desk.tags)


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
    line = fields["line"]
    given = {
        "mac": item.key,
        "line": line,
        "number": fields["number"],
        "name": fields["name"],
        "host": fields["host"],
        "title": TITLES[fields["language"]],
        "phonebook": f"https://{fields['web']}{phonebook.url_of(maker)}",
        "fetching": password(fetching(item.key)),
        "password": password(secret_of(line, fields["secret"])),
        "language": LANGUAGES[maker][fields["language"]],
    }
    if maker != "yealink":  # all others are XML
        given = {name: escape(str(value)) for name, value in given.items()}
    return _ENVIRONMENT.get_template(f"{maker}.j2").render(given)
