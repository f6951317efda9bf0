# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the mail servers should hold, computed from the model: plain data, no connection.

A mailbox has the name of its owner's personnel number (``40117``) or of its unit (``u-zabita``) and never another one.
Addresses lead to mailboxes; logins open them. So a rename changes an address and a login, and no mailbox.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ...module_utils.plan import Item
from ..model import postal
from ..model.city import City
from ..model.leaving import is_over
from ..model.postal import Mailbox
from .attributes import ANYONE, ARCHIVE, BOX, FROZEN, INTERNAL, NOBODY, group

_PLACES = {"frozen": FROZEN, "archived": ARCHIVE}
_OPENNESS = ("login", "place", "answers", "own_rules", "delivered", "to", "senders", "refusal")
_LINES = {"account": "login", "answers": "out_of_office", "groups": "unit", "quota_mb": "mail_quota_mb"}


def intent(city: City, *, retire: bool = False) -> list[Item]:
    """Every mailbox and address that the mail servers should hold on the model's day.

    :arg retire: whether the archives go of those who left longer ago than the retention.
    """
    if city.mail is None:
        return []
    boxes = list(postal.mailboxes(city))
    known = {box.key: box for box in boxes}
    shares = _shares(boxes)
    addresses = [*(item for box in boxes for item in _addresses(city, box, known)), *_lists(city, known)]
    return [
        *(_mailbox(city, box, shares.get(box.key, frozenset()), retire=retire) for box in boxes if _is_there(box)),
        *addresses,
        *_ended(city, {item.key for item in addresses}),
    ]


def _is_there(box: Mailbox) -> bool:
    return box.stage.name != "future"


def _shares(boxes: Iterable[Mailbox]) -> Mapping[str, frozenset[str]]:
    """By personnel number: the groups of units' mailboxes that the person is in."""
    found = defaultdict[str, set[str]](set)
    for box in boxes:
        for person in box.writers:
            found[person].add(group(box.user, "write"))
        for person in box.readers - box.writers:
            found[person].add(group(box.user, "read"))
    return {person: frozenset(groups) for person, groups in found.items()}


def _mailbox(city: City, box: Mailbox, groups: frozenset[str], *, retire: bool) -> Item:
    owner = _Owner.of(city, box)
    place = _PLACES.get(box.stage.name, BOX)
    fields: dict[str, Any] = {"place": place}
    if place == BOX:
        fields |= {
            "account": box.login,
            "login": owner.at_work if box.login else None,
            "quota_mb": box.quota_mb,
            "groups": groups,
            "answers": frozenset(f"{one.first}/{one.last} {one.text}" for one in box.answers),
            "answers_for": frozenset(box.addresses if box.answers else ()),
            "own_rules": box.stage.name == "open",
            **({} if box.login else {"shared": True}),
        }
    return Item(
        "mailbox",
        box.user,
        box.name,
        fields,
        places=city.places(owner.section, owner.key, owner.lines(fields)),
        tags=owner.tags,
        existing_only=box.stage.name not in {"open", "closing"},
        retired=retire and box.stage.name == "archived" and not box.stage.held and is_over(city, city.people[box.key]),
    )


class _Owner(NamedTuple):
    """Whose a mailbox is.

    :ivar section: with ``key``, the record.
    :ivar line: the key of the record that decides; empty if each field has its own.
    :ivar at_work: whether the owner may log on on the day.
    """

    section: str
    key: str
    line: str
    tags: dict[str, str]
    at_work: bool = True

    def lines(self, fields: Iterable[str]) -> dict[str, str]:
        """By field: the key of the record that decides it. A leave or a hold decides what is open, and no more."""
        if self.line in {"leave", "legal_hold"}:
            return _LINES | dict.fromkeys(_OPENNESS, self.line)
        return dict.fromkeys(fields, self.line) if self.line else _LINES

    @classmethod
    def of(cls, city: City, box: Mailbox) -> _Owner:
        kind, _, key = box.key.rpartition(":")
        if kind == "unit":
            return cls("units", key, "mailbox", {"unit": key})
        if kind == "service":
            running = box.stage.name == "open"
            owner = {"person": city.service_accounts[key].owner}
            return cls("service_accounts", key, "mail" if running else "until", owner, running)
        state = city.states[key]
        line = "legal_hold" if box.stage.held else {"left": "until", "leave": "leave"}.get(state, "")
        return cls("people", key, line, {"person": key, "unit": city.people[key].unit}, state == "active")


def _addresses(city: City, box: Mailbox, known: Mapping[str, Mailbox]) -> Iterator[Item]:
    """The addresses of a mailbox: where each leads, who sends as it, and what is said once it is closed."""
    stage = box.stage.name
    if stage in {"future", "frozen", "archived"}:
        return
    senders = frozenset({box.user} if box.login else map(postal.user_name, box.senders))
    delivered = stage != "refused"
    fields = {
        "delivered": delivered,
        "to": _targets(box, known) if delivered else frozenset[str](),
        "senders": senders if stage == "open" else frozenset[str](),
        "from": frozenset[str](),
        "refusal": None if delivered else _refusal(city, box, known),
    }
    owner = _Owner.of(city, box)
    places = city.places(owner.section, owner.key, owner.lines(fields))
    for address in box.addresses:
        yield Item("address", address, box.name, fields, places=places, tags=owner.tags)


def _ended(city: City, serving: Container[str]) -> Iterator[Item]:
    """Addresses that somebody had, and that lead nowhere any more: they go because a day has come, and are told so."""
    domain = city.organisation.domain
    had = [(person, f"{served}@{domain}") for person, _, served in city.mails.served]
    had += [(person, alias) for person in city.inventory.people for alias in person.aliases]
    for person, address in had:
        if address not in serving and city.states[person.id] != "future":
            places = city.places("people", person.id, {})
            tags = {"person": person.id, "unit": person.unit}
            yield Item("address", address, "an address that has ended", {}, places=places, tags=tags, retired=True)


def _targets(box: Mailbox, known: Mapping[str, Mailbox]) -> frozenset[str]:
    """Names of mailboxes, and addresses elsewhere."""
    found = {address for address, _ in box.forwards}
    if all(keep for _, keep in box.forwards):
        found.add(box.user)
    if box.stage.copy and box.successor is not None:
        found.add(known[box.successor].user)
    return frozenset(found)


def _refusal(city: City, box: Mailbox, known: Mapping[str, Mailbox]) -> str:
    """What the server says to others, in SMTP's ASCII: whom to write to."""
    successor = known[box.successor].addresses if box.successor else ()
    unit = known.get(f"unit:{city.people[box.key].unit}") if box.key in city.people else None
    instead = successor or (unit.addresses if unit else ()) or (f"postmaster@{city.organisation.domain}",)
    return f"mailbox closed, write to {instead[0]}"


def _lists(city: City, known: Mapping[str, Mailbox]) -> Iterator[Item]:
    for item in postal.lists(city):
        kind, _, code = item.code.rpartition(":")
        section = {"": "mailing_lists", "group": "groups"}.get(kind)
        place = city.place("mail", 0, "postmaster") if section is None else None
        fields = {
            "delivered": bool(item.members),
            "to": item.members,
            "senders": frozenset[str](),
            "from": _allowed(item.senders, known),
            "refusal": None if item.members else "nobody reads this list",
        }
        names = {"to": "members", "from": "senders"}
        places = (lambda _, place=place: place) if section is None else city.places(section, code, names)
        yield Item("address", item.address, item.name, fields, places=places)


def _allowed(senders: postal.Senders, known: Mapping[str, Mailbox]) -> frozenset[str]:
    """Who may write: nothing for everybody, a word for colleagues, else the addresses from which those named write."""
    if isinstance(senders, str):
        return frozenset() if senders == ANYONE else frozenset({INTERNAL})
    return frozenset(address for person in senders for address in known[person].addresses) or frozenset({NOBODY})
