# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where every object is while a plan becomes requests: by name and parent, as distinguished names move."""

from __future__ import annotations

from collections.abc import Mapping

import ldap.dn

from ...module_utils.plan import Change
from .attributes import naming
from .connection import DirectoryError
from .live import Live

Identity = tuple[str, str]
"""Kind and key of an object."""


class Map:
    """Where every object is, kept up to date while objects move."""

    def __init__(self, live: Live) -> None:
        self._root = live.root
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
        """The distinguished name of a parent as plans name it: ``unit:imar``, ``root``, ``dn:…``."""
        kind, _, key = reference.partition(":")
        if kind == "dn":
            return key
        return self._root if reference == "root" else self.dn((kind, key))

    def depth(self, identity: Identity, parents: Mapping[Identity, str]) -> int:
        """How many objects of ours lie above, with the parents that some get put before those that they have."""
        depth = 0
        while True:
            reference = parents.get(identity) or self._places[identity][1]
            kind, _, key = reference.partition(":")
            if kind in {"root", "dn"}:
                return depth
            depth, identity = depth + 1, (kind, key)


def rdn(kind: str, name: str) -> str:
    """The relative distinguished name of an object."""
    return f"{naming(kind)}={ldap.dn.escape_dn_chars(name)}"
