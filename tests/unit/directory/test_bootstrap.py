# SPDX-License-Identifier: GPL-3.0-or-later
"""The entries in access lists, each in its place, once, with nothing else changed; and all of a bootstrap."""

from __future__ import annotations

import struct
from typing import Any
from uuid import UUID

import ldap
import pytest
from ansible_collections.konak.it.plugins.plugin_utils.directory import bootstrap
from ansible_collections.konak.it.plugins.plugin_utils.directory.bootstrap import RIGHTS, Needs
from ansible_collections.konak.it.plugins.plugin_utils.directory.connection import Connection, DirectoryError, Login
from ansible_collections.konak.it.plugins.plugin_utils.directory.dns_records import encode
from base_city import BASE_FILES, city_of

BASE = "DC=ornek,DC=bel,DC=tr"
ROOT = f"OU=Örnek Belediyesi,{BASE}"
USER = f"CN=svc-konak,CN=Users,{BASE}"
POLICIES = f"CN=Password Settings Container,CN=System,{BASE}"
ZONES = f"CN=MicrosoftDNS,DC=DomainDnsZones,{BASE}"
FORWARD, REVERSE = f"DC=ornek.bel.tr,{ZONES}", f"DC=2.0.192.in-addr.arpa,{ZONES}"
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
OURS = bootstrap._all(sid(1104))


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


def make(server: Server, *, word: str = "Invented-1", check: bool = False, **more: Any) -> list[str]:
    login = Login(["dc1"], "svc-konak@ornek.bel.tr", word)
    connection = Connection("dc1", server, BASE)
    needs = Needs("Örnek Belediyesi", "ornek.bel.tr", **more)
    return bootstrap.bootstrap(connection, needs, login, "svc-konak", check)


def listed(server: Server, dn: str = ROOT) -> tuple[int, list[bytes]]:
    """Control flags and entries of an object's access list."""
    return parsed(server.entries[dn]["nTSecurityDescriptor"][0])


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


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], [OURS]),
        ([ADMINS], [ADMINS, OURS]),
        ([FROM_ABOVE], [OURS, FROM_ABOVE]),
        ([DENIED, ADMINS, DENIED_ABOVE, FROM_ABOVE], [DENIED, ADMINS, OURS, DENIED_ABOVE, FROM_ABOVE]),
    ],
)
def test_the_entry_stands_behind_the_lists_own_and_before_the_inherited_ones(server, before, after):
    make(server)
    server.entries[ROOT]["nTSecurityDescriptor"] = [descriptor(*before)]
    assert make(server) == ["rights"]
    control, entries = listed(server)
    assert entries == after
    assert control == SELF_RELATIVE | DACL_PRESENT


def test_what_the_list_has_beside_its_entries_stays_and_its_flags_too(server):
    make(server)
    raw = descriptor(
        ADMINS, FROM_ABOVE, control=SELF_RELATIVE | DACL_PRESENT | SACL_PRESENT | PROTECTED, slack=b"\0" * 8
    )
    server.entries[ROOT]["nTSecurityDescriptor"] = [raw]
    assert make(server) == ["rights"]
    control, entries = listed(server)
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


def test_a_root_without_an_access_list_is_refused(server):
    make(server)
    server.entries[ROOT]["nTSecurityDescriptor"] = [struct.pack("<BBHIIII", 1, 0, SELF_RELATIVE, 0, 0, 0, 0)]
    with pytest.raises(DirectoryError, match="no access list"):
        make(server)


def test_branches_may_be_delegated_on_only_where_something_is_delegated(server):
    make(server)
    assert make(server, delegations=True) == ["rights"]
    _, entries = listed(server)
    [delegate] = [entry for entry in entries if entry not in (ADMINS, OURS, FROM_ABOVE)]
    kind, flags, size, mask, present = struct.unpack_from("<BBHII", delegate)
    write_dac, below_only, of_the_class = 0x40000, 0x0A, 2
    assert (kind, flags, size, mask, present) == (0x05, below_only, len(delegate), write_dac, of_the_class)
    assert UUID(bytes_le=delegate[12:28]) == UUID("bf967aa5-0de6-11d0-a285-00aa003049e2"), "organizationalUnit"
    assert delegate[28:] == sid(1104)
    assert make(server, delegations=True) == []


MORE = {"policies": True, "domain_policy": True, "zones": ("ornek.bel.tr", "2.0.192.in-addr.arpa")}
ALL = [
    "root", "account", "rights", "rights on password policies", "rights on the domain's password settings",
    "rights on the zone ornek.bel.tr", "zone 2.0.192.in-addr.arpa", "rights on the zone 2.0.192.in-addr.arpa",
]  # fmt: skip


def with_zones(server: Server) -> list[bytes]:
    """Put a domain there with one zone; its apex says who serves the zone, and something else."""
    fresh = {"nTSecurityDescriptor": [descriptor(ADMINS)]}
    server.entries |= {POLICIES: dict(fresh), BASE: dict(fresh), FORWARD: dict(fresh)}
    records = [encode('TXT "not ours"'), struct.pack("<HHBBHI", 4, 2, 5, 0xF0, 0, 1) + bytes(16)]
    server.entries[f"DC=@,{FORWARD}"] = {"dnsRecord": records}
    return records


def test_a_check_names_what_an_apply_then_makes(server):
    with_zones(server)
    assert make(server, check=True, **MORE) == ALL


def test_outside_the_root_the_account_gets_what_is_asked_for_and_nothing_else(server):
    authority = with_zones(server)
    assert make(server, **MORE) == ALL
    assert listed(server, POLICIES)[1] == listed(server, FORWARD)[1] == [ADMINS, OURS]
    [_, settings] = listed(server, BASE)[1]
    kind, flags, _, mask, present = struct.unpack_from("<BBHII", settings)
    assert (kind, flags, mask, present) == (0x05, 0, 0x30, 1), "read and write a property, here alone"
    assert UUID(bytes_le=settings[12:28]) == UUID("c7407360-20bf-11d0-a768-00aa006e0529"), "Domain-Password"
    assert server.entries[f"DC=@,{REVERSE}"]["dnsRecord"] == authority[1:], "the domain's own name servers"
    assert make(server, **MORE) == []


def test_a_zone_of_mail_addresses_is_not_made_and_one_that_is_named_twice_is_asked_for_once(server):
    with_zones(server)
    assert make(server, zones=("ornek.bel.tr", "ornek.bel.tr", "posta.ornek.example")) == [
        "root",
        "account",
        "rights",
        "rights on the zone ornek.bel.tr",
    ]


def test_a_domain_without_zones_gets_none(server):
    assert make(server, zones=("ornek.bel.tr", "2.0.192.in-addr.arpa")) == ["root", "account", "rights"]


def test_what_a_city_asks_of_the_directory():
    city = city_of(BASE_FILES)
    assert Needs.of(city) == Needs(
        "Deneme Belediyesi",
        "deneme.bel.tr",
        delegations=True,
        policies=True,
        domain_policy=False,
        zones=("deneme.bel.tr", "deneme.bel.tr", "100.51.198.in-addr.arpa", "2.0.192.in-addr.arpa"),
    )
