# SPDX-License-Identifier: GPL-3.0-or-later
"""A directory in memory that takes python-ldap's calls, for property tests that a real server is too slow for.

It keeps the rules that an apply can break: a parent must exist, a name is taken once in its parent and a login once in
the domain, an object with children is not deleted, a link points at what exists, members are added and removed once, a
value of a list too, and a renamed branch takes what is in it along. The lab's tests say whether a real server agrees.
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Iterator
from typing import Any

import ldap
import ldap.dn
from ansible_collections.konak.it.plugins.plugin_utils.directory.connection import Connection
from ansible_collections.konak.it.plugins.plugin_utils.directory.interpret import (
    Around,
    Live,
    OutsideGroup,
    interpret,
)
from ansible_collections.konak.it.plugins.plugin_utils.directory.live import Places

BASE = "DC=ornek,DC=bel,DC=tr"
ZONE = f"DC=ornek.bel.tr,{Places.of(BASE).zones}"
LINKS = ("manager", "managedBy")
LISTS = ("member", "msDS-PSOAppliesTo")
EMPTY_DESCRIPTOR = struct.pack("<BBHIIII", 1, 0, 0x8004, 0, 0, 0, 20) + struct.pack("<BBHHH", 4, 0, 8, 0, 0)

Entry = dict[str, list[bytes]]


class Directory:
    """Entries by distinguished name; the requests are answered when their result is asked for."""

    def __init__(self, root: str) -> None:
        self.root = f"OU={ldap.dn.escape_dn_chars(root)},{BASE}"
        self.entries: dict[str, Entry] = {
            self.root: {"objectClass": [b"top", b"organizationalUnit"]},
            BASE: {"pwdProperties": [b"1"], "minPwdLength": [b"7"]},
            Places.of(BASE).policies: {"objectClass": [b"msDS-PasswordSettingsContainer"]},
            ZONE: {"objectClass": [b"dnsZone"]},
        }
        self.ids: dict[str, int] = dict.fromkeys(self.entries, 0)
        self.group_policies = {"31b2f340-016d-11d2-945f-00c04fb984f9": "Default Domain Policy"}
        self.writes = 0
        self._answers: dict[int, tuple[Any, ...]] = {}
        self._next = self._made = 0

    # python-ldap's requests

    def add_ext(self, dn: str, attributes: list[tuple[str, list[bytes]]]) -> int:
        """Take an add."""
        return self._ask("add", dn, attributes)

    def modify_ext(self, dn: str, modifications: list[tuple[int, str, Any]], serverctrls: Any = None) -> int:
        """Take a modify."""
        return self._ask("modify", dn, modifications)

    def search_ext_s(self, dn: str, scope: int, attrlist: list[str], serverctrls: Any) -> list[Any]:
        """Look at one object."""
        return [(dn, {name: values for name, values in self._whole(dn, {}).items() if name in attrlist})]

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
        rows = list(self._rows())
        ours = {dn for dn, entry in rows if entry.get("adminDescription", [b""])[0].startswith(b"konak:")}
        theirs = {dn for dn, entry in rows if b"group" in entry.get("objectClass", ())} - ours
        around = Around(
            bases={"policies": Places.of(BASE).policies, "zone:ornek.bel.tr": ZONE},
            outside={dn.lower(): OutsideGroup(dn, self._guid(dn), dn.endswith(self.root)) for dn in theirs},
            group_policies=self.group_policies,
            descriptors={dn.lower(): entry["nTSecurityDescriptor"][0] for dn, entry in rows if dn.startswith("OU=")},
        )
        within = (dn for dn, _ in rows if dn.endswith(self.root) or dn == BASE or dn in ours)
        return interpret(self.root, [(dn, dict(rows)[dn]) for dn in within], around=around)

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
        for dn in self.entries:
            yield dn, self._whole(dn, groups)

    def _whole(self, dn: str, groups: dict[bytes, list[bytes]]) -> Entry:
        """An entry with what a server adds to it."""
        entry = self.entries[dn]
        more: Entry = {"memberOf": groups.get(dn.encode(), []), "objectGUID": [uuid.UUID(self._guid(dn)).bytes_le]}
        more["objectSid"] = [struct.pack("<BB6sII", 1, 2, (5).to_bytes(6, "big"), 21, self.ids[dn])]
        if dn.startswith("OU="):
            more["nTSecurityDescriptor"] = [EMPTY_DESCRIPTOR]
        if dn == BASE:
            more["adminDescription"] = [b"konak:domain:domain"]
        return {**more, **entry}

    def _guid(self, dn: str) -> str:
        return str(uuid.UUID(int=self.ids[dn]))

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
        for name in LINKS:
            for value in entry.get(name, ()):
                self._needs(value.decode())
        self.entries[dn] = {key: values for key, values in entry.items() if key != "unicodePwd"}
        self._made += 1
        self.ids[dn] = self._made

    def _modify(self, dn: str, modifications: list[tuple[int, str, Any]]) -> None:
        entry = dict(self._needs(dn))
        for operation, name, values in modifications:
            known = list(entry.get(name, []))
            if name in LINKS or name in LISTS:
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
        moved = {old: old[: -len(dn)] + after for old in self.entries if old == dn or old.endswith("," + dn)}
        self.entries = {moved.get(old, old): self._relinked(entry, moved) for old, entry in self.entries.items()}
        self.ids = {moved.get(old, old): number for old, number in self.ids.items()}

    def _delete(self, dn: str) -> None:
        self._needs(dn)
        if any(other.endswith("," + dn) for other in self.entries):
            raise ldap.NOT_ALLOWED_ON_NONLEAF({"desc": "Operation not allowed on non-leaf", "info": dn})
        del self.entries[dn], self.ids[dn]
        for name in (*LINKS, *LISTS):
            for entry in self.entries.values():
                if dn.encode() in entry.get(name, ()):
                    entry[name] = [value for value in entry[name] if value != dn.encode()]

    def _needs(self, dn: str) -> Entry:
        if dn not in self.entries:
            raise ldap.NO_SUCH_OBJECT({"desc": "No such object", "info": dn})
        return self.entries[dn]

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
            name: [value(old) for old in values] if name in LINKS or name in LISTS else values
            for name, values in entry.items()
        }
