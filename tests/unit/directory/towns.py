# SPDX-License-Identifier: GPL-3.0-or-later
"""A small town and its directory in memory, with hands that change what Konak did not."""

from __future__ import annotations

import datetime
import random
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ansible_collections.konak.it.plugins.module_utils.plan import Change, Item, Plan
from ansible_collections.konak.it.plugins.plugin_utils.directory import reconcile
from ansible_collections.konak.it.plugins.plugin_utils.directory.apply import Outcome, apply
from ansible_collections.konak.it.plugins.plugin_utils.directory.attributes import ACCOUNT_TYPES
from ansible_collections.konak.it.plugins.plugin_utils.directory.intent import intent
from ansible_collections.konak.it.plugins.plugin_utils.directory.memberships import open_groups
from ansible_collections.konak.it.plugins.plugin_utils.model.city import City
from ansible_collections.konak.it.plugins.plugin_utils.model.load import load
from base_city import BASE_FILES
from directory_in_memory import BASE, Directory
from scale.generator import write_files

DAY = "2026-06-01"
PRINTERS = "8d27fa3e-7f4d-4cb1-9b0f-4b1d5e1f0c11"


def city(day: str = DAY, *edits: tuple[str, str, str], files: dict[str, str] | None = None) -> City:
    """The negative corpus' base city in the domain of the directory in memory.

    :arg edits: ``(file, text, other text)``; the text stands in the file once.
    :arg files: more files of the inventory.
    """
    texts = {name: content.decode().replace("deneme.bel.tr", "ornek.bel.tr") for name, content in BASE_FILES.items()}
    texts |= files or {}
    for name, old, new in edits:
        assert texts[name].count(old) == 1, (name, old)
        texts[name] = texts[name].replace(old, new)
    return loaded(texts, datetime.date.fromisoformat(day))


def loaded(texts: dict[str, str], day: datetime.date) -> City:
    """The city of some files on a day."""
    with tempfile.TemporaryDirectory() as above:
        write_files(Path(above) / "inventory", texts)
        return load(Path(above) / "inventory", day)


class Town:
    """A directory in memory that is made as cities say."""

    def __init__(self, root: str = "Deneme Belediyesi") -> None:
        self.directory = Directory(root)
        self.directory.group_policies[PRINTERS] = "Yazıcılar"

    def plan(self, wanted: City, *, retire: bool = False) -> list[Change]:
        """What an apply would change."""
        return list(
            Plan.of(reconcile.changes(wanted, intent(wanted, retire=retire), self.directory.read()), "").changes
        )

    def apply(self, wanted: City, changes: Iterable[Change] | None = None, *, retire: bool = False) -> Outcome:
        """Plan and apply."""
        todo = self.plan(wanted, retire=retire) if changes is None else list(changes)
        items = intent(wanted, retire=retire)
        return apply(self.directory.connection(), self.directory.read(), todo, items, str, lambda *_: None)

    def make(self, wanted: City, *, retire: bool = False) -> None:
        """Apply, and make sure that all of it was done and nothing is left."""
        outcome = self.apply(wanted, retire=retire)
        assert (outcome.failed, outcome.broken) == ({}, "")
        assert self.plan(wanted, retire=retire) == []

    def item(self, kind: str, key: str) -> Item:
        """An object as it is read."""
        return next(item for item in self.directory.read().items if (item.kind, item.key) == (kind, key))

    def fields(self, kind: str, key: str) -> dict[str, Any]:
        """Its fields."""
        return dict(self.item(kind, key).fields)

    def dn(self, kind: str, key: str) -> str:
        """Its distinguished name."""
        return self.directory.read().dns[kind, key]

    # what hands do

    def put(self, dn: str, *classes: str, **attributes: str) -> str:
        """Make an object that is not ours."""
        self.directory.entries[dn] = {"objectClass": [name.encode() for name in classes or ("user",)]}
        self.directory.entries[dn] |= {name: [value.encode()] for name, value in attributes.items()}
        self.directory.ids[dn] = 1_000_000 + len(self.directory.ids)
        return dn

    def group(self, name: str, *, writable: bool = True) -> str:
        """Make a group that is not ours, where the binding account may change members or not."""
        return self.put(f"CN={name},{self.directory.root if writable else f'CN=Users,{BASE}'}", "group")

    def join(self, group: str, *members: str) -> None:
        """Put members into a group."""
        known = self.directory.entries[group].setdefault("member", [])
        known += [dn.encode() for dn in members if dn.encode() not in known]

    def set(self, kind: str, key: str, **attributes: str) -> None:
        """Set attributes of an object of ours."""
        entry = self.directory.entries[self.dn(kind, key)]
        entry |= {name: [value.encode()] for name, value in attributes.items()}

    def close(self, kind: str, key: str) -> None:
        """Close an account."""
        flags = int(self.directory.entries[self.dn(kind, key)]["userAccountControl"][0])
        self.set(kind, key, userAccountControl=str(flags | 2))

    def meddle(self, wanted: City, dice: random.Random) -> None:
        """What hands do in a year: groups of others with people of ours, strangers in ours, accounts closed."""
        root = self.directory.root
        theirs = [self.group(f"Elle {number}", writable=bool(number)) for number in range(3)]
        strangers = [self.put(f"CN=Yabancı {number},{root}") for number in range(2)]
        live = self.directory.read()
        accounts = [live.dns[own] for own in sorted(live.dns) if own[0] in ACCOUNT_TYPES]
        groups = [live.dns[own] for own in sorted(live.dns) if own[0] == "group"]
        opened = [live.dns["group", key] for key in sorted(open_groups(wanted))]
        for group in (*theirs, *opened):
            self.join(group, *(dn for dn in accounts if dice.random() < 0.4))
        for group in groups:
            self.join(group, *(dn for dn in strangers if dice.random() < 0.3))
        for kind, key in sorted(live.dns):
            if kind in ACCOUNT_TYPES and dice.random() < 0.1:
                self.close(kind, key)
