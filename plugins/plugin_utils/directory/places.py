# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where every object is while a plan becomes requests: by name and parent, as distinguished names move."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import ldap.dn

from ...module_utils.plan import Change, Item
from .attributes import naming
from .connection import DirectoryError
from .interpret import Identity, Live


class Map:
    """Where every object is, kept up to date while objects move."""

    def __init__(self, live: Live) -> None:
        self._bases = {**live.around.bases, "root": live.root}
        self._before = {(item.kind, item.key): (item.fields["name"], item.fields["parent"]) for item in live.items}
        self._places = dict(self._before)

    def put(self, identity: Identity, name: str, parent: str | None = None) -> None:
        """Note that an object is new, renamed or moved."""
        self._places[identity] = name, parent or self._places[identity][1]

    def final(self, change: Change) -> tuple[str, str]:
        """Name and parent that the object has after the change."""
        name, parent = self._before.get((change.kind, change.key), ("", ""))
        fields = change.fields
        return fields["name"]["after"] if "name" in fields else name, fields["parent"][
            "after"
        ] if "parent" in fields else parent

    def dn(self, identity: Identity) -> str:
        """The distinguished name of an object now."""
        if identity not in self._places:
            raise DirectoryError(
                f"the plan needs the {identity[0]} {identity[1]}, which is not there",
                remedy="apply without --limit first",
            )
        name, parent = self._places[identity]
        return f"{rdn(identity[0], name)},{self.parent_dn(parent)}"

    def parent_dn(self, reference: str) -> str:
        """The distinguished name of a parent as plans name it: ``unit:imar``, ``root``, ``policies``, ``dn:…``."""
        if reference in self._bases:
            return self._bases[reference]
        kind, _, key = reference.partition(":")
        if kind == "zone":
            raise DirectoryError(
                f"the directory has no DNS zone {key}",
                remedy="make it on the name server, or take what lies in it from the inventory",
            )
        return key if kind == "dn" else self.dn((kind, key))

    def depth(self, identity: Identity, parents: Mapping[Identity, str]) -> int:
        """How many objects of ours lie above, with the parents that some get put before those that they have."""
        depth = 0
        while True:
            reference = parents.get(identity) or self._places[identity][1]
            kind, _, key = reference.partition(":")
            if kind == "dn" or reference in self._bases:
                return depth
            depth, identity = depth + 1, (kind, key)


def rdn(kind: str, name: str) -> str:
    """The relative distinguished name of an object."""
    return f"{naming(kind)}={ldap.dn.escape_dn_chars(name)}"


def of_intent(root: str, items: Iterable[Item]) -> Map:
    """Where the objects of an intent are once all of it is there.

    :arg root: distinguished name of the managed root.
    """
    where = Map(Live(root))
    for item in items:
        if "parent" in item.fields:
            where.put((item.kind, item.key), item.fields["name"], item.fields["parent"])
    return where
