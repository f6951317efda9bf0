# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mailboxes and addresses as the files that Postfix and Dovecot look them up in, and back. Pure.

What is read back is what the servers go by: a line that somebody wrote by hand is an address like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ...module_utils.plan import Item
from . import zone
from .attributes import BOX, BOXES, INTERNAL, REFUSAL
from .sieve import addresses_of, answers_of, runs_own_rules, script

POSTFIX, DOVECOT = "/etc/postfix/konak", "/etc/dovecot/konak"
ADDRESSES: Final = f"{POSTFIX}/addresses"
MAILBOXES: Final = f"{POSTFIX}/mailboxes"
SENDERS: Final = f"{POSTFIX}/senders"
REFUSED: Final = f"{POSTFIX}/refused"
FROM_INSIDE: Final = f"{POSTFIX}/from-inside"
RESTRICTED: Final = f"{POSTFIX}/restricted"
LISTS: Final = f"{POSTFIX}/lists"
USERS: Final = f"{DOVECOT}/users"
CLOSED: Final = f"{DOVECOT}/closed"
SIEVE: Final = f"{DOVECOT}/sieve"

FOLDERS: Final = (POSTFIX, DOVECOT, zone.ZONE.rpartition("/")[0])
"""Everything in these is read back."""


def render(items: Iterable[Item], offset: str) -> dict[str, str]:
    """The files that hold these mailboxes, addresses and records, by path.

    :arg offset: the organisation's distance from UTC, e.g. ``+0300``.
    """
    items = list(items)
    boxes = sorted((item for item in items if item.kind == "mailbox" and _in_use(item)), key=lambda item: item.key)
    addresses = sorted((item for item in items if item.kind == "address"), key=lambda item: item.key)
    return {
        MAILBOXES: _lines((f"{box.key}@{BOXES}", box.key) for box in boxes),
        USERS: "".join(f"{_user(box)}\n" for box in boxes),
        CLOSED: "".join(
            f"{box.fields['account']}::::{box.key}\n"
            for box in boxes
            if box.fields.get("account") and not box.fields["login"]
        ),
        ADDRESSES: _lines((item.key, _targets(item)) for item in addresses if item.fields.get("to")),
        SENDERS: _lines(
            (item.key, _listed(item.fields["senders"])) for item in addresses if item.fields.get("senders")
        ),
        REFUSED: _lines((item.key, f"{REFUSAL} {item.fields['refusal']}") for item in addresses if _is_refused(item)),
        **_restrictions(addresses),
        **_answers(boxes, offset),
        zone.ZONE: zone.render(items),
    }


def restricted(addresses: Iterable[Item]) -> dict[str, frozenset[str]]:
    """The lists that only some may write to: ``{address: addresses of those}``."""
    return {
        item.key: item.fields["from"]
        for item in addresses
        if item.fields.get("from") and item.fields["from"] != frozenset({INTERNAL})
    }


def class_of(address: str) -> str:
    """The name of the restriction class of a list, for Postfix."""
    return "only-" + address.partition("@")[0]


def parse(files: Mapping[str, str], places: Mapping[str, str]) -> list[Item]:
    """The mailboxes, addresses and records that the files hold.

    :arg files: contents by path; one that is missing is empty.
    :arg places: where each mailbox is that has a folder, by its name.
    """
    return [*_mailboxes(files, places), *_addresses(files), *zone.parse(files.get(zone.ZONE, ""))]


def _in_use(item: Item) -> bool:
    return item.fields.get("place") == BOX and "quota_mb" in item.fields  # not a folder alone, without a line


def _is_refused(item: Item) -> bool:
    return not item.fields["delivered"] and bool(item.fields.get("refusal"))


def _lines(rows: Iterable[tuple[str, str]]) -> str:
    return "".join(f"{key} {value}\n" for key, value in rows)


def _listed(values: Iterable[str]) -> str:
    return ", ".join(sorted(values))


def _targets(item: Item) -> str:
    return _listed(to if "@" in to else f"{to}@{BOXES}" for to in item.fields["to"])


def _user(box: Item) -> str:
    """A line of Dovecot's passwd-file. There is no password in it: the directory alone knows those.

    Whose files they are is said in it: without, a unit's mailbox cannot be looked up by those who may read it.
    """
    names = f"{_plain(box.label)},{box.fields.get('account') or ''}"
    extra = [f"userdb_quota_storage_size={box.fields['quota_mb']}M"]
    if box.fields.get("groups"):
        extra.append(f"userdb_acl_groups={','.join(sorted(box.fields['groups']))}")
    return f"{box.key}::vmail:vmail:{names}:::{' '.join(extra)}"


def _plain(label: str) -> str:
    return label.replace(":", " ").replace(",", " ")


def _restrictions(addresses: Iterable[Item]) -> dict[str, str]:
    """Who may write to which list: nobody from outside, and of those inside only the named ones."""
    addresses = list(addresses)
    named = restricted(addresses)
    files = {
        FROM_INSIDE: _lines((item.key, "REJECT only for colleagues") for item in addresses if item.fields.get("from")),
        RESTRICTED: _lines((address, class_of(address)) for address in named),
    }
    for address, senders in named.items():
        files[f"{LISTS}/{class_of(address)}"] = _lines((sender, "OK") for sender in sorted(senders))
    return files


def _answers(boxes: Iterable[Item], offset: str) -> dict[str, str]:
    return {
        f"{SIEVE}/{box.key}.sieve": _script(box, offset)
        for box in boxes
        if box.fields.get("answers") or not box.fields.get("own_rules", True)
    }


def _script(box: Item, offset: str) -> str:
    answers, addresses = box.fields.get("answers") or (), box.fields.get("answers_for") or ()
    return script(answers, addresses, offset, own_rules=box.fields.get("own_rules", True))


def _rows(text: str | None) -> Iterator[tuple[str, str]]:
    for line in (text or "").splitlines():
        key, value = (*line.split(None, 1), "", "")[:2]
        if key and not key.startswith("#"):
            yield key, value.strip()


def _words(value: str) -> frozenset[str]:
    return frozenset(value.replace(",", " ").split())


def _mailboxes(files: Mapping[str, str], places: Mapping[str, str]) -> Iterator[Item]:
    closed = {line.split(":")[4] for line in files.get(CLOSED, "").splitlines() if line.count(":") >= 4}
    seen = set()
    for line in files.get(USERS, "").splitlines():
        parts = line.split(":", 7)
        if len(parts) < 8:
            continue
        key, names = parts[0], parts[4]
        name, _, account = names.rpartition(",")
        extra = dict(word.removeprefix("userdb_").partition("=")[::2] for word in parts[7].split())
        seen.add(key)
        fields: dict[str, Any] = {
            "account": account or None,
            "login": key not in closed if account else None,
            "quota_mb": _number(extra.get("quota_storage_size", "")),
            "groups": _words(extra.get("acl_groups", "")),
            "answers": answers_of(answer := files.get(f"{SIEVE}/{key}.sieve", "")),
            "answers_for": addresses_of(answer),
            "own_rules": runs_own_rules(answer),
            "place": BOX,
        }
        yield Item("mailbox", key, name or key, fields)
    for key, place in places.items():
        if key not in seen:
            yield Item("mailbox", key, key, {"place": place})


def _number(size: str) -> int | str:
    return int(size[:-1]) if size[:-1].isdecimal() and size.endswith("M") else size


def _addresses(files: Mapping[str, str]) -> Iterator[Item]:
    delivered, refused = dict(_rows(files.get(ADDRESSES))), dict(_rows(files.get(REFUSED)))
    senders, inside = dict(_rows(files.get(SENDERS))), dict(_rows(files.get(FROM_INSIDE)))
    classes = dict(_rows(files.get(RESTRICTED)))
    for address in sorted({*delivered, *refused, *senders}):
        fields = {
            "delivered": address in delivered,
            "to": frozenset(word.removesuffix(f"@{BOXES}") for word in _words(delivered.get(address, ""))),
            "senders": _words(senders.get(address, "")),
            "from": _allowed(files, classes.get(address), inside=address in inside),
            "refusal": refused.get(address, "").removeprefix(REFUSAL).strip() or None,
        }
        yield Item("address", address, address, fields)


def _allowed(files: Mapping[str, str], restriction: str | None, *, inside: bool) -> frozenset[str]:
    """Who may write to an address, by its restriction class if it has one."""
    if restriction is None:
        return frozenset({INTERNAL} if inside else ())
    return frozenset(sender for sender, _ in _rows(files.get(f"{LISTS}/{restriction}")))
