# SPDX-License-Identifier: GPL-3.0-or-later
"""A directory in memory that takes python-ldap's calls, for property tests that a real server is too slow for.

It keeps the rules that an apply can break: a parent must exist, a name is taken once in its parent and a login once in
the domain, an object with children is not deleted, a link points at what exists, members are added and removed once,
and a renamed branch takes what is in it along. The lab's tests say whether a real server agrees.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ldap
import ldap.dn
from ansible_collections.konak.it.plugins.plugin_utils.directory.connection import Connection
from ansible_collections.konak.it.plugins.plugin_utils.directory.live import Live, interpret

BASE = "DC=ornek,DC=bel,DC=tr"
LINKS = ("manager", "managedBy")

Entry = dict[str, list[bytes]]


class Directory:
    """Entries by distinguished name; the requests are answered when their result is asked for."""

    def __init__(self, root: str) -> None:
        self.root = f"OU={ldap.dn.escape_dn_chars(root)},{BASE}"
        self.entries: dict[str, Entry] = {self.root: {"objectClass": [b"top", b"organizationalUnit"]}}
        self.ids: dict[str, int] = {self.root: 0}
        self.writes = 0
        self._answers: dict[int, tuple[Any, ...]] = {}
        self._next = 0

    # python-ldap's requests

    def add_ext(self, dn: str, attributes: list[tuple[str, list[bytes]]]) -> int:
        """Take an add."""
        return self._ask("add", dn, attributes)

    def modify_ext(self, dn: str, modifications: list[tuple[int, str, Any]]) -> int:
        """Take a modify."""
        return self._ask("modify", dn, modifications)

    def rename(self, dn: str, name: str, parent: str | None) -> int:
        """Take a rename or move."""
        return self._ask("rename", dn, name, parent)

    def delete_ext(self, dn: str) -> int:
        """Take a delete."""
        return self._ask("delete", dn)

    def result3(self, number: int) -> tuple[()]:
        """Answer a request: do it now, or raise what a server would say."""
        method, *arguments = self._answers.pop(number)
        self.writes += 1
        getattr(self, f"_{method}")(*arguments)
        return ()

    # what tests look at

    def connection(self) -> Connection:
        """A connection to this directory."""
        return Connection("memory", self, BASE)

    def read(self) -> Live:
        """What Konak reads here."""
        return interpret(self.root, self._rows())

    def identities(self) -> dict[bytes, int]:
        """The unchanging number of each marked object, as objectGUID is in a real directory."""
        return {
            entry["adminDescription"][0]: self.ids[dn]
            for dn, entry in self.entries.items()
            if "adminDescription" in entry
        }

    def _rows(self) -> Iterator[tuple[str, Entry]]:
        groups: dict[bytes, list[bytes]] = {}
        for dn, entry in self.entries.items():
            for member in entry.get("member", ()):
                groups.setdefault(member, []).append(dn.encode())
        for dn, entry in self.entries.items():
            yield dn, {**entry, "memberOf": groups.get(dn.encode(), [])}

    # what a server does

    def _ask(self, *request: Any) -> int:
        self._next += 1
        self._answers[self._next] = request
        return self._next

    def _add(self, dn: str, attributes: list[tuple[str, list[bytes]]]) -> None:
        self._needs(dn.split(",", 1)[1] if "\\," not in dn else ldap.dn.dn2str(ldap.dn.str2dn(dn)[1:]))
        if any(dn.lower() == other.lower() for other in self.entries):
            raise ldap.ALREADY_EXISTS({"desc": "Already exists", "info": dn})
        entry = dict(attributes)
        self._login_is_free(dn, entry)
        self.entries[dn] = {key: values for key, values in entry.items() if key != "unicodePwd"}
        self.ids[dn] = self._next

    def _modify(self, dn: str, modifications: list[tuple[int, str, Any]]) -> None:
        entry = dict(self._needs(dn))
        for operation, name, values in modifications:
            known = list(entry.get(name, []))
            if name in LINKS or name == "member":
                for value in values or ():
                    self._needs(value.decode())
            if name == "userPrincipalName" and not values:
                raise ldap.CONSTRAINT_VIOLATION(
                    {"desc": "Constraint violation", "info": "userPrincipalName is mandatory"}
                )
            if operation == ldap.MOD_REPLACE:
                known = list(values or ())
            elif operation == ldap.MOD_ADD:
                if set(known) & set(values):
                    raise ldap.TYPE_OR_VALUE_EXISTS({"desc": "Attribute or value exists", "info": name})
                known += values
            else:
                if not set(values) <= set(known):
                    raise ldap.NO_SUCH_ATTRIBUTE({"desc": "No such attribute", "info": name})
                known = [value for value in known if value not in values]
            entry.pop(name, None)
            entry |= {name: known} if known and name != "unicodePwd" else {}
        self._login_is_free(dn, entry)
        self.entries[dn] = entry

    def _rename(self, dn: str, name: str, parent: str | None) -> None:
        self._needs(dn)
        above = parent or ldap.dn.dn2str(ldap.dn.str2dn(dn)[1:])
        self._needs(above)
        if above.lower() == dn.lower() or above.lower().endswith("," + dn.lower()):
            raise ldap.UNWILLING_TO_PERFORM({"desc": "Server is unwilling to perform", "info": "into itself"})
        after = f"{name},{above}"
        if after.lower() != dn.lower() and any(after.lower() == other.lower() for other in self.entries):
            raise ldap.ALREADY_EXISTS({"desc": "Already exists", "info": after})
        moved = {old: after + old[len(dn) :] for old in self.entries if old == dn or old.endswith("," + dn)}
        self.entries = {moved.get(old, old): self._relinked(entry, moved) for old, entry in self.entries.items()}
        self.ids = {moved.get(old, old): number for old, number in self.ids.items()}

    def _delete(self, dn: str) -> None:
        self._needs(dn)
        if any(other.endswith("," + dn) for other in self.entries):
            raise ldap.NOT_ALLOWED_ON_NONLEAF({"desc": "Operation not allowed on non-leaf", "info": dn})
        del self.entries[dn], self.ids[dn]
        for name in (*LINKS, "member"):
            for entry in self.entries.values():
                if dn.encode() in entry.get(name, ()):
                    entry[name] = [value for value in entry[name] if value != dn.encode()]

    def _needs(self, dn: str) -> Entry:
        if dn not in self.entries and dn != BASE:
            raise ldap.NO_SUCH_OBJECT({"desc": "No such object", "info": dn})
        return self.entries.get(dn, {})

    def _login_is_free(self, dn: str, entry: Entry) -> None:
        login = entry.get("sAMAccountName", [b""])[0].lower()
        if login and any(
            other != dn and login == known.get("sAMAccountName", [b""])[0].lower()
            for other, known in self.entries.items()
        ):
            raise ldap.ALREADY_EXISTS({"desc": "Already exists", "info": f"login {login.decode()}"})

    def _relinked(self, entry: Entry, moved: dict[str, str]) -> Entry:
        def value(old: bytes) -> bytes:
            return moved.get(old.decode(), old.decode()).encode()

        return {
            name: [value(old) for old in values] if name in LINKS or name == "member" else values
            for name, values in entry.items()
        }
