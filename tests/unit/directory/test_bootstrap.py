# SPDX-License-Identifier: GPL-3.0-or-later
"""The one entry in the root's access list, in its place, once, with nothing else changed; and all of a bootstrap."""

from __future__ import annotations

import struct
from typing import Any

import ldap
import pytest
from ansible_collections.konak.it.plugins.plugin_utils.directory import bootstrap
from ansible_collections.konak.it.plugins.plugin_utils.directory.bootstrap import RIGHTS, with_entry
from ansible_collections.konak.it.plugins.plugin_utils.directory.connection import Connection, DirectoryError, Login

BASE = "DC=ornek,DC=bel,DC=tr"
ROOT = f"OU=Örnek Belediyesi,{BASE}"
USER = f"CN=svc-konak,CN=Users,{BASE}"
SELF_RELATIVE, DACL_PRESENT, SACL_PRESENT, PROTECTED = 0x8000, 0x0004, 0x0010, 0x1000
DENY, ALLOW, INHERIT, INHERITED = 0x01, 0x00, 0x02, 0x10


def sid(last: int) -> bytes:
    """S-1-5-21-1-2-3-``last``."""
    return struct.pack("<BB6sIIIII", 1, 5, (5).to_bytes(6, "big"), 21, 1, 2, 3, last)


def ace(kind: int, flags: int, mask: int, who: bytes) -> bytes:
    return struct.pack("<BBHI", kind, flags, 8 + len(who), mask) + who


def descriptor(*entries: bytes, control: int = SELF_RELATIVE | DACL_PRESENT, slack: bytes = b"") -> bytes:
    """A descriptor as a server gives it: the access list behind owner and group."""
    owner, group = sid(512), sid(513)
    body = b"".join(entries) + slack
    listing = struct.pack("<BBHHH", 4, 0, 8 + len(body), len(entries), 0) + body
    start = 20 + len(owner) + len(group)
    head = struct.pack("<BBHIIII", 1, 0, control, 20, 20 + len(owner), 0, start)
    return head + owner + group + listing


def parsed(raw: bytes) -> tuple[int, list[bytes]]:
    """Control flags and entries, with every length checked."""
    revision, _, control, owner, group, sacl, start = struct.unpack_from("<BBHIIII", raw)
    version, _, size, count, _ = struct.unpack_from("<BBHHH", raw, start)
    assert (revision, version, owner, group, sacl) == (1, 4, 0, 0, 0)
    place, entries = start + 8, []
    for _ in range(count):
        length = struct.unpack_from("<H", raw, place + 2)[0]
        entries.append(raw[place : place + length])
        place += length
    assert place <= start + size == len(raw)
    return control, entries


ADMINS = ace(ALLOW, 0, 0xF01FF, sid(512))
DENIED = ace(DENY, INHERIT, 0x10000, sid(1101))
FROM_ABOVE = ace(ALLOW, INHERIT | INHERITED, 0x20094, sid(1102))
DENIED_ABOVE = ace(DENY, INHERIT | INHERITED, 0x10000, sid(1103))
OURS = bootstrap._entry(sid(1104))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], [OURS]),
        ([ADMINS], [ADMINS, OURS]),
        ([FROM_ABOVE], [OURS, FROM_ABOVE]),
        ([DENIED, ADMINS, DENIED_ABOVE, FROM_ABOVE], [DENIED, ADMINS, OURS, DENIED_ABOVE, FROM_ABOVE]),
    ],
)
def test_the_entry_stands_behind_the_lists_own_and_before_the_inherited_ones(before, after):
    control, entries = parsed(with_entry(descriptor(*before), OURS))
    assert entries == after
    assert control == SELF_RELATIVE | DACL_PRESENT


def test_what_the_list_has_beside_its_entries_stays_and_its_flags_too():
    raw = descriptor(
        ADMINS, FROM_ABOVE, control=SELF_RELATIVE | DACL_PRESENT | SACL_PRESENT | PROTECTED, slack=b"\0" * 8
    )
    control, entries = parsed(with_entry(raw, OURS))
    assert entries == [ADMINS, OURS, FROM_ABOVE]
    assert control == SELF_RELATIVE | DACL_PRESENT | PROTECTED, "the audit list is not written, so it is not announced"


def test_the_entry_lets_the_account_do_all_but_change_rights_and_owner():
    kind, flags, size, mask = struct.unpack_from("<BBHI", OURS)
    assert (kind, flags, size) == (ALLOW, INHERIT, len(OURS))
    write_dac, write_owner = 0x40000, 0x80000
    assert mask == RIGHTS
    assert not mask & (write_dac | write_owner)
    assert mask | write_dac | write_owner == 0xF01FF
    assert OURS[8:] == sid(1104)


def test_a_root_without_an_access_list_is_refused():
    raw = struct.pack("<BBHIIII", 1, 0, SELF_RELATIVE, 0, 0, 0, 0)
    with pytest.raises(DirectoryError, match="no access list"):
        with_entry(raw, OURS)


class Server:
    """A domain as far as a bootstrap looks at it."""

    def __init__(self) -> None:
        self.entries: dict[str, dict[str, list[bytes]]] = {}
        self.password = ""
        self.writes: list[str] = []

    def search_s(self, dn: str, scope: int, attrlist: list[str]) -> list[Any]:
        if dn not in self.entries:
            raise ldap.NO_SUCH_OBJECT({"desc": "No such object"})
        return [(dn, self.entries[dn])]

    def search_ext_s(self, dn, scope, attrlist, serverctrls):
        assert serverctrls[0].controlType == "1.2.840.113556.1.4.801"
        return self.search_s(dn, scope, attrlist)

    def add_s(self, dn: str, entry: list[tuple[str, list[bytes]]]) -> None:
        self.writes.append(f"add {dn}")
        defaults = {"objectSid": [sid(1104)], "nTSecurityDescriptor": [descriptor(ADMINS, FROM_ABOVE)]}
        self.entries[dn] = {**defaults, **dict(entry)}
        self.password = self.entries[dn].get("unicodePwd", [b""])[0].decode("utf-16-le") or self.password

    def modify_s(self, dn: str, changes: list[tuple[int, str, list[bytes]]]) -> None:
        self.writes.append(f"modify {dn} {changes[0][1]}")
        self.password = changes[0][2][0].decode("utf-16-le")

    def modify_ext_s(self, dn, changes, serverctrls):
        assert serverctrls[0].controlType == "1.2.840.113556.1.4.801"
        self.writes.append(f"modify {dn} {changes[0][1]}")
        self.entries[dn][changes[0][1]] = changes[0][2]


@pytest.fixture
def server(monkeypatch):
    """A domain where nothing is made yet; the account's own bind looks at its password."""
    found = Server()
    monkeypatch.setattr(bootstrap, "_binds", lambda login, domain: found.password == f'"{login.password}"')
    return found


def make(server: Server, *, word: str = "Invented-1", check: bool = False) -> list[str]:
    login = Login(["dc1"], "svc-konak@ornek.bel.tr", word)
    connection = Connection("dc1", server, BASE)
    return bootstrap.bootstrap(connection, "Örnek Belediyesi", "ornek.bel.tr", login, "svc-konak", check)


def test_a_bootstrap_makes_what_is_missing_once(server):
    assert make(server) == ["root", "account", "rights"]
    assert server.writes == [f"add {ROOT}", f"add {USER}", f"modify {ROOT} nTSecurityDescriptor"]
    _, entries = parsed(server.entries[ROOT]["nTSecurityDescriptor"][0])
    assert entries == [ADMINS, OURS, FROM_ABOVE]
    server.writes.clear()
    assert make(server) == []
    assert server.writes == []


def test_a_check_says_what_is_missing_and_makes_nothing(server):
    assert make(server, check=True) == ["root", "account", "rights"]
    assert (server.writes, server.entries) == ([], {})


def test_a_new_version_of_the_password_is_set(server):
    make(server)
    server.writes.clear()
    assert make(server, word="Invented-2") == ["password"]
    assert server.writes == [f"modify {USER} unicodePwd"]
    assert make(server, word="Invented-2") == []


def test_rights_that_were_taken_away_are_given_again(server):
    make(server)
    server.entries[ROOT]["nTSecurityDescriptor"] = [descriptor(ADMINS)]
    assert make(server) == ["rights"]


def test_a_refusal_says_at_which_step(server, monkeypatch):
    def refuse(dn, entry):
        raise ldap.INSUFFICIENT_ACCESS({"desc": "Insufficient access"})

    monkeypatch.setattr(server, "add_s", refuse)
    with pytest.raises(DirectoryError) as caught:
        make(server)
    assert caught.value.message == "bootstrap, root: the binding account may not do this: Insufficient access"
