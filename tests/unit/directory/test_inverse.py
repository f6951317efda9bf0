# SPDX-License-Identifier: GPL-3.0-or-later
"""The inverse of an apply, read by a reader that is not ours, leads back to the state before it."""

from __future__ import annotations

import base64
import copy
import datetime
import random
from collections.abc import Iterator

import ldap
import pytest
from ansible_collections.konak.it.plugins.plugin_utils.directory.connection import DACL_ONLY
from ansible_collections.konak.it.plugins.plugin_utils.directory.inverse import ldif
from ansible_collections.konak.it.plugins.plugin_utils.directory.pipeline import Request
from ansible_collections.konak.it.plugins.plugin_utils.model.city import City
from directory_in_memory import EMPTY_DESCRIPTOR, LINKS, LISTS, Directory, Entry
from hypothesis import given, settings
from hypothesis import strategies as st
from scale.generator import random_city
from unit.directory.entries import IMAR
from unit.directory.towns import Town, city, loaded

DAY = datetime.date(2026, 11, 22)
OPERATIONS = {"add": ldap.MOD_ADD, "delete": ldap.MOD_DELETE, "replace": ldap.MOD_REPLACE}
NEVER = b"9223372036854775807"
UNSAID = (("accountExpires", [NEVER]), ("nTSecurityDescriptor", [EMPTY_DESCRIPTOR]))
"""What a server says of an object to which nobody wrote it; this one may not."""

Line = tuple[str, bytes]


def records(text: str) -> Iterator[list[Line]]:
    """The records of LDIF (RFC 2849): names and values, and ``-`` with an empty value."""
    for block in text.replace("\n ", "").split("\n\n"):
        lines = [line for line in block.split("\n") if line and not line.startswith("#")]
        found = []
        for line in lines:
            name, _, value = line.partition(":")
            raw = base64.b64decode(value[1:], validate=False) if value.startswith(":") else value.lstrip(" ").encode()
            found.append((name, b"" if name == "-" else raw))
        if found and found[0][0] != "version":
            yield found


def undo(directory: Directory, text: str) -> None:
    """Do what LDIF says, as ldapmodify does: the first refusal ends it."""
    for (_, dn), *rest in records(text):
        lines = [line for line in rest if line[0] != "control"]
        kind, body = lines[0][1].decode(), lines[1:]
        if kind == "modrdn":
            named = dict(body)
            assert named["deleteoldrdn"] == b"1"
            above = named.get("newsuperior")
            number = directory.rename(dn.decode(), named["newrdn"].decode(), above.decode() if above else None)
        elif kind == "delete":
            number = directory.delete_ext(dn.decode())
        elif kind == "add":
            entry: Entry = {}
            for name, value in body:
                entry.setdefault(name, []).append(value)
            number = directory.add_ext(dn.decode(), list(entry.items()))
        else:
            assert kind == "modify"
            number = directory.modify_ext(dn.decode(), list(modifications(body)))
        directory.result3(number)


def modifications(lines: list[Line]) -> Iterator[tuple[int, str, list[bytes]]]:
    assert lines[-1][0] == "-"
    part: list[Line] = []
    for line in lines:
        if line[0] != "-":
            part.append(line)
            continue
        (operation, name), *values = part
        assert {other for other, _ in values} <= {name.decode()}
        yield OPERATIONS[operation], name.decode(), [value for _, value in values]
        part = []


def state(directory: Directory, without: frozenset[str] = frozenset()) -> dict[str, dict[str, list[bytes]]]:
    """All entries but some, and what points at others but at those."""
    gone = {dn.encode() for dn in without}
    found = {}
    for dn, entry in directory.entries.items():
        known = {
            name: sorted(value for value in values if not (name in {*LINKS, *LISTS} and value in gone))
            for name, values in entry.items()
            if (name, values) not in UNSAID
        }
        found[dn] = {name: values for name, values in known.items() if values}
    return {dn: entry for dn, entry in found.items() if dn not in without}


def applied_and_undone(town: Town, wanted: City) -> None:
    """Apply, undo, and compare: what was deleted is told with what was known of it."""
    before, names = copy.deepcopy(town.directory), town.directory.read().dns
    changes = town.plan(wanted)
    gone = frozenset(names[c.kind, c.key] for c in changes if c.action in {"delete", "retire"})
    outcome = town.apply(wanted, changes)
    assert (outcome.failed, outcome.broken) == ({}, "")
    undo(town.directory, ldif(outcome.requests, "undoes it"))
    assert state(town.directory, gone) == state(before, gone)
    for dn in gone:
        again, was = town.directory.entries[dn], before.entries[dn]
        assert again["adminDescription"] == was["adminDescription"]
        for name, values in again.items():
            assert set(values) <= set(was.get(name, values if values == [NEVER] else []))


def test_an_exchange_of_logins_is_undone():
    """ldapmodify ends at the first refusal."""
    town = Town()
    town.make(city())
    first = ("people/bilgi-islem.yml", 'extension: "1001"', 'extension: "1001"\n    login: omer.demir')
    second = ("destek.yml", "    from: 2020-07-01", "    from: 2020-07-01\n    login: ayse.ozturk")
    applied_and_undone(town, city("2026-06-01", first, second))


SEEDS = st.integers(0, 10_000)


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, people=st.integers(0, 25), other=SEEDS, days=st.integers(1, 900), hand=SEEDS)
def test_the_inverse_of_an_apply_applied_and_undone(seed: int, people: int, other: int, days: int, hand: int) -> None:
    """From nothing, through another city's state and what hands did, and through a later day."""
    files = random_city(seed, people)
    wanted = loaded(files, DAY)
    town = Town(wanted.organisation.directory.root)
    applied_and_undone(town, wanted)
    town.make(loaded(random_city(other, 15), DAY))
    applied_and_undone(town, wanted)
    town.make(wanted)
    town.meddle(wanted, random.Random(hand))  # noqa: S311 (the same seed has to give the same hands)
    applied_and_undone(town, wanted)
    town.make(wanted)
    applied_and_undone(town, loaded(files, DAY + datetime.timedelta(days=days)))


def one(request: Request) -> list[list[Line]]:
    return list(records(ldif([request], "undoes it")))


def modify(*changes: tuple[int, str, list[bytes] | None], controls: tuple = (), **before: list[bytes]) -> Request:
    return Request((), "modify", (IMAR, list(changes), *controls), before=before)


def test_the_last_request_is_undone_first():
    made = [Request((), "add", (f"OU={name},DC=x", [])) for name in "AB"]
    assert [dn for (_, dn), *_ in records(ldif(made, "undoes it"))] == [b"OU=B,DC=x", b"OU=A,DC=x"]
    assert ldif([], "undoes nothing").startswith("# undoes nothing\nversion: 1\n")


def test_an_attribute_that_was_not_there_goes_and_one_that_was_comes_back():
    [record] = one(modify((ldap.MOD_REPLACE, "title", [b"a"]), (ldap.MOD_REPLACE, "l", None), l=[b"Merkez"]))
    assert record[1:] == [
        ("changetype", b"modify"), ("replace", b"l"), ("l", b"Merkez"), ("-", b""), ("replace", b"title"), ("-", b""),
    ]  # fmt: skip


def test_added_values_go_and_removed_ones_come_back_in_the_other_order():
    [record] = one(modify((ldap.MOD_DELETE, "member", [b"a"]), (ldap.MOD_ADD, "member", [b"b", b"c"])))
    assert record[2:] == [
        ("delete", b"member"), ("member", b"b"), ("member", b"c"), ("-", b""),
        ("add", b"member"), ("member", b"a"), ("-", b""),
    ]  # fmt: skip


def test_no_password_is_in_it():
    secret = "canary".encode("utf-16-le")
    password = modify((ldap.MOD_REPLACE, "unicodePwd", [secret]), (ldap.MOD_REPLACE, "l", [b"a"]))
    made = Request((), "add", ("CN=x,DC=x", [("unicodePwd", [secret])]))
    text = ldif([password, made, modify((ldap.MOD_REPLACE, "unicodePwd", [secret]))], "undoes it")
    assert "unicodePwd" not in text
    assert base64.b64encode(secret).decode() not in text
    assert len(list(records(text))) == 2, "where nothing but a password was written there is nothing to undo"


@pytest.mark.parametrize(
    ("dn", "name", "above", "record"),
    [
        ("CN=A,OU=x,DC=x", "CN=B", None, {"dn": b"CN=B,OU=x,DC=x", "newrdn": b"CN=A"}),
        ("CN=A,OU=x", "CN=A", "OU=y", {"dn": b"CN=A,OU=y", "newrdn": b"CN=A", "newsuperior": b"OU=x"}),
        ("CN=A\\, B,OU=x\\,y", "CN=C\\+", None, {"dn": b"CN=C\\+,OU=x\\,y", "newrdn": b"CN=A\\, B"}),
    ],
)  # fmt: skip
def test_a_rename_leads_back_to_where_the_object_was(dn, name, above, record):
    [lines] = one(Request((), "rename", (dn, name, above)))
    assert dict(lines) == {"changetype": b"modrdn", "deleteoldrdn": b"1", **record}


def test_access_lists_are_written_with_the_control_that_leaves_owner_and_audit_list_alone():
    change = (ldap.MOD_REPLACE, "nTSecurityDescriptor", [b"new"])
    text = ldif([modify(change, controls=([DACL_ONLY],), nTSecurityDescriptor=[b"old"])], "undoes it")
    assert "control: 1.2.840.113556.1.4.801 true:: MAMCAQQ=" in text.splitlines()


@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=4, unique=True))
def test_any_bytes_are_read_back_from_it(values):
    [record] = one(modify((ldap.MOD_DELETE, "x", values)))
    assert [value for name, value in record if name == "x"] == values


@given(st.text('aİ ,\\+"<>;=#:\n', min_size=1, max_size=8))
def test_any_name_is_read_back_from_it(name):
    dn = f"CN={ldap.dn.escape_dn_chars(name)},{IMAR}"
    [lines] = one(Request((), "rename", (dn, "CN=b", None)))
    assert (lines[0], dict(lines)["newrdn"].decode()) == (("dn", f"CN=b,{IMAR}".encode()), dn.removesuffix(f",{IMAR}"))
