# SPDX-License-Identifier: GPL-3.0-or-later
"""A small city with mail, one more person in it, and a mail server that is as such a city wants it."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.konak.it.plugins.module_utils.plan import Change, Item
from ansible_collections.konak.it.plugins.plugin_utils.mail import configuration, maps, reconcile, zone
from ansible_collections.konak.it.plugins.plugin_utils.mail.attributes import rights
from ansible_collections.konak.it.plugins.plugin_utils.mail.configuration import Settings
from ansible_collections.konak.it.plugins.plugin_utils.mail.intent import intent
from ansible_collections.konak.it.plugins.plugin_utils.mail.live import Live, interpret
from ansible_collections.konak.it.plugins.plugin_utils.model.city import City
from ansible_collections.konak.it.plugins.plugin_utils.model.mail_records import selectors
from base_city import BASE_FILES
from mail_city import mail_city

Items = dict[tuple[str, str], Item]

DOMAIN = "deneme.bel.tr"
ME: dict[str, Any] = {
    "id": "80001",
    "given": "Şule",
    "family": "Ilgaz",
    "unit": "evrak",
    "title": "Memur",
    "class": "evrak",
    "from": "2020-01-06",
}
NOBODY = frozenset[str]()
SPKI = "5a" * 32
LEFT = {**ME, "until": "2026-06-01"}
KADIR = f"kadir.ekmekci@{DOMAIN}"
BOX, MINE = ("mailbox", "80001"), ("address", f"sule.ilgaz@{DOMAIN}")
LATER = {'    owner: "40002"\n    until: 2027-12-31\n': '    owner: "40002"\n    until: 2099-12-31\n'}
"""So that the mail server's account lasts as long as a test looks ahead."""
SHORT = (
    BASE_FILES["organisation.yml"]
    .decode()
    .replace("quarantine_days: 365", "quarantine_days: 365\n  retention_days: 365")
)


def town(
    *people: Mapping[str, Any], day: str = "2026-06-01", changes: Mapping[str, str] | None = None, **files
) -> City:
    """The city on a day, with more people.

    :arg changes: as in :func:`mail_city.mail_city`; ``files`` too.
    """
    more = {"yeni": json.dumps({"people": list(people)})} if people else {}
    return mail_city({**LATER, **(changes or {})}, datetime.date.fromisoformat(day), **more, **files)


def wanted(*people: Mapping[str, Any], retire: bool = False, **more: Any) -> Items:
    """What such a city wants of its mail server, by kind and key; addresses that have ended are left out."""
    items = [item for item in intent(town(*people, **more), retire=retire) if not _has_ended(item)]
    found = {(item.kind, item.key): item for item in items}
    assert len(found) == len(items)
    return found


def _has_ended(item: Item) -> bool:
    return item.kind == "address" and item.retired


def address(items: Items, local: str) -> dict[str, Any]:
    """The fields of an address."""
    return dict(items["address", f"{local}@{DOMAIN}"].fields)


def addresses(items: Items, box: str) -> set[str]:
    """Local parts of the addresses that lead to a mailbox alone."""
    return {
        key.partition("@")[0] for (kind, key), item in items.items() if kind == "address" and item.fields["to"] == {box}
    }


def files_of(city: City, **given: Any) -> dict[str, str]:
    """The servers' own files."""
    assert city.mail is not None
    settings = {"uris": ("ldaps://dc1.deneme.bel.tr",), "password": "canary", **given}
    return configuration.render(Settings.of(city, city.mail, intent(city), **settings))


def answer_of(city: City) -> dict[str, Any]:
    """What the module ``mailboxes`` says of a server that is as the city wants it."""
    items = [item for item in intent(city) if not _has_ended(item)]
    boxes = {item.key: item for item in items if item.kind == "mailbox"}
    keys = {selector: f"v=DKIM1; k=rsa; p={selector}" for selector in selectors(city)}
    return {
        "files": maps.render([*items, *zone.records(city, keys, SPKI)], "+0300"),
        "digests": {path: hashlib.sha256(text.encode()).hexdigest() for path, text in files_of(city).items()},
        "places": {key: item.fields["place"] for key, item in boxes.items()},
        "shared": {key: rights(key) for key, item in boxes.items() if item.fields.get("shared")},
        "usage": {},
        "dkim": keys,
        "spki": SPKI,
    }


def live_of(city: City, **instead: Any) -> Live:
    """That server; ``instead`` are other parts of the answer."""
    return interpret({**answer_of(city), **instead})


def changes(city: City, live: Live, *, retire: bool = False) -> list[Change]:
    """What an apply would do."""
    return reconcile.changes(city, intent(city, retire=retire), files_of(city), live)


def named(plan: Iterable[Change]) -> set[tuple[str, str, str]]:
    """Kind, key and action of each change."""
    return {(change.kind, change.key, change.action) for change in plan}
