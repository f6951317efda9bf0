# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a mail server holds, from the answer of the module ``mailboxes``. The action carries the question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ...module_utils.plan import Item
from . import maps
from .attributes import rights


@dataclass(frozen=True)
class Live:
    """A mail server as it is.

    :ivar items: mailboxes and addresses that it goes by, and its configuration by digest.
    :ivar usage: bytes of the mailboxes that were asked for, by name.
    :ivar keys: public keys that sign, as text by selector; :ivar spki: digest of that of the certificate.
    """

    items: tuple[Item, ...]
    usage: Mapping[str, int]
    keys: Mapping[str, str] = field(default_factory=dict)
    spki: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind."""
        return dict(Counter(item.kind for item in self.items))


def interpret(answer: Mapping[str, Any]) -> Live:
    """The server as it is, of what the module returned."""
    shared = answer["shared"]
    items = [
        _with_shares(item, shared.get(item.key, {})) if item.kind == "mailbox" else item
        for item in maps.parse(answer["files"], answer["places"])
    ]
    known = (*items, *_configuration(answer["digests"]))
    return Live(known, answer["usage"], answer["dkim"], answer["spki"])


def _with_shares(item: Item, found: Mapping[str, list[str]]) -> Item:
    """A unit's mailbox is shared if its readers and writers, and nobody else, have the rights that they need."""
    return replace(item, fields={**item.fields, "shared": found == rights(item.key)}) if found else item


def _configuration(digests: Mapping[str, str]) -> Iterator[Item]:
    for path, digest in digests.items():
        yield Item("configuration", path, path, {"content": digest[:12]})
