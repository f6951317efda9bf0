# SPDX-License-Identifier: GPL-3.0-or-later
"""Access lists: read and written without losing a byte, and delegations that are given, named and taken away."""

from __future__ import annotations

import struct
from uuid import UUID

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.directory import descriptor as module
from ansible_collections.konak.it.plugins.plugin_utils.directory.attributes import ATTRIBUTES
from ansible_collections.konak.it.plugins.plugin_utils.directory.descriptor import (
    CLASSES,
    CONTAINER_INHERIT,
    CREATE_CHILD,
    EXTENDED,
    INHERIT_ONLY,
    INHERITED,
    PROPERTIES,
    RIGHTS,
    WRITE_DAC,
    Template,
    ace_text,
    allow,
    allow_object,
    dacl,
    delegations,
    entries,
    sid_text,
    strangers,
    trustee,
    with_dacl,
    with_delegations,
)
from hypothesis import given
from hypothesis import strategies as st

SELF_RELATIVE, DACL_PRESENT, SACL_PRESENT, AUTO_INHERITED, PROTECTED = 0x8000, 0x0004, 0x0010, 0x0400, 0x1000
DENY, CALLBACK, FULL = 0x01, 0x09, 0xF01FF


def sid(last: int) -> bytes:
    """S-1-5-21-1-2-3-``last``."""
    return struct.pack("<BB6sIIIII", 1, 5, (5).to_bytes(6, "big"), 21, 1, 2, 3, last)


def ace(kind: int, flags: int, mask: int, who: bytes) -> bytes:
    return struct.pack("<BBHI", kind, flags, 8 + len(who), mask) + who


def descriptor(*aces: bytes, control: int = SELF_RELATIVE | DACL_PRESENT, revision: int = 4) -> bytes:
    """A descriptor as a server gives it: the access list behind owner and group, with some slack."""
    owner, group = sid(512), sid(513)
    body = b"".join(aces) + b"\0" * 4
    listing = struct.pack("<BBHHH", revision, 0, 8 + len(body), len(aces), 0) + body
    head = struct.pack("<BBHIIII", 1, 0, control, 20, 20 + len(owner), 0, 20 + len(owner) + len(group))
    return head + owner + group + listing


def parsed(raw: bytes) -> tuple[int, int, list[bytes]]:
    """Control flags, revision of the list and its entries, read here and not by what is tested."""
    version, _, control, owner, group, sacl, start = struct.unpack_from("<BBHIIII", raw)
    revision, _, size, count, _ = struct.unpack_from("<BBHHH", raw, start)
    assert (version, owner, group, sacl, start) == (1, 0, 0, 0, 20)
    place, found = start + 8, []
    for _ in range(count):
        length = struct.unpack_from("<H", raw, place + 2)[0]
        found.append(raw[place : place + length])
        place += length
    assert place == start + size == len(raw)
    return control, revision, found


DESTEK, BILGI, GUEST = sid(1201), sid(1202), sid(1299)
TRUSTEES = {DESTEK: "class:destek", BILGI: "class:bilgi"}
ADMINS = ace(0, 0, FULL, sid(512))
OPERATORS = allow_object(sid(548), CREATE_CHILD, 0, CLASSES["user"], None)
USUAL = frozenset({ADMINS, OPERATORS})
DENIED = ace(DENY, CONTAINER_INHERIT, 0x10000, sid(1101))
ABOVE = ace(0, CONTAINER_INHERIT | INHERITED, FULL, sid(519))
DENIED_ABOVE = ace(DENY, CONTAINER_INHERIT | INHERITED, 0x10000, sid(1103))
FRESH = descriptor(ADMINS, OPERATORS, ABOVE)


def test_an_object_entry_is_written_as_microsoft_has_it():
    raw = allow_object(DESTEK, 0x100, 0x0A, EXTENDED["User-Force-Change-Password"], CLASSES["user"])
    head = "05 0a 4800  00010000  03000000"  # type, flags, size; mask; both GUIDs are there
    reset, user = "70952900 6d24 d011 a768 00aa006e0529", "ba7a96bf e60d d011 a285 00aa003049e2"
    assert raw == bytes.fromhex(head + reset + user) + DESTEK
    assert trustee(raw) == DESTEK
    assert ace_text(raw) == (
        "(OA;CIIO;CR;00299570-246d-11d0-a768-00aa006e0529;bf967aba-0de6-11d0-a285-00aa003049e2;S-1-5-21-1-2-3-1201)"
    )


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (allow(DESTEK, WRITE_DAC, CONTAINER_INHERIT), "(A;CI;WD;;;S-1-5-21-1-2-3-1201)"),
        (allow_object(DESTEK, 1, 0, CLASSES["computer"], None), f"(OA;;CC;{CLASSES['computer']};;S-1-5-21-1-2-3-1201)"),
        (allow_object(DESTEK, 1, 8, None, CLASSES["group"]), f"(OA;IO;CC;;{CLASSES['group']};S-1-5-21-1-2-3-1201)"),
        (allow_object(DESTEK, 1, 0, None, None), "(A;;CC;;;S-1-5-21-1-2-3-1201)"),
        (ace(DENY, INHERITED, 0x10000000, GUEST), "(D;ID;0x10000000;;;S-1-5-21-1-2-3-1299)"),
        (ace(CALLBACK, 0, 0x20, GUEST + b"artx"), "(XA;;WP;;;S-1-5-21-1-2-3-1299)"),
    ],
)
def test_an_entry_in_words(raw, text):
    assert ace_text(raw) == text
    assert struct.unpack_from("<H", raw, 2)[0] in {len(raw), len(raw) - 4}


@pytest.mark.parametrize("kind", [0x06, 0x0B, 0x0C])
def test_every_object_entry_has_its_sid_behind_its_guids(kind):
    found = bytes([kind]) + allow_object(GUEST, 1, 0, CLASSES["user"], CLASSES["group"])[1:]
    assert trustee(found + b"artx") == GUEST
    assert trustee(ace(CALLBACK, 0, 0x20, GUEST + b"artx")) == GUEST
    assert parsed(with_dacl(descriptor(revision=2), [found]))[1] == 4


@pytest.mark.parametrize("kind", [0x01, 0x06, 0x0A, 0x0C])
def test_every_entry_that_denies_comes_first_and_is_no_stranger(kind):
    deny = bytes([kind]) + (OPERATORS if kind in {0x06, 0x0C} else ADMINS)[1:]
    assert dacl(with_dacl(FRESH, [ADMINS, deny])) == (deny, ADMINS)
    assert strangers(descriptor(deny, ADMINS), TRUSTEES, USUAL) == ()


def test_a_sid_in_words():
    assert sid_text(bytes.fromhex("010100000000000512000000")) == "S-1-5-18"
    assert sid_text(sid(0xFFFFFFFF)) == "S-1-5-21-1-2-3-4294967295"


def test_a_list_is_written_in_canonical_order_without_owner_and_group():
    control = SELF_RELATIVE | DACL_PRESENT | SACL_PRESENT | AUTO_INHERITED | PROTECTED
    raw = with_dacl(descriptor(control=control), [ABOVE, DENIED_ABOVE, OPERATORS, DENIED, ADMINS])
    assert parsed(raw) == (control & ~SACL_PRESENT, 4, [DENIED, OPERATORS, ADMINS, ABOVE, DENIED_ABOVE])
    assert dacl(raw) == (DENIED, OPERATORS, ADMINS, ABOVE, DENIED_ABOVE)


@pytest.mark.parametrize(("aces", "before", "after"), [([ADMINS], 2, 2), ([ADMINS], 4, 4), ([OPERATORS], 2, 4)])
def test_object_entries_need_revision_4_and_no_list_goes_back(aces, before, after):
    assert parsed(with_dacl(descriptor(revision=before), aces))[1] == after


@given(
    st.lists(
        st.builds(
            allow_object,
            st.sampled_from([DESTEK, BILGI]),
            st.integers(0, 0xFFFFFFFF),
            st.integers(0, 0xFF),
            st.none() | st.uuids(),
            st.none() | st.uuids(),
        ),
        max_size=6,
    )
)
def test_what_is_written_is_read_back(aces):
    raw = with_dacl(FRESH, aces)
    assert sorted(dacl(raw)) == sorted(aces)
    assert {trustee(found) for found in dacl(raw)} <= {DESTEK, BILGI}
    assert with_dacl(raw, dacl(raw)) == raw


@pytest.mark.parametrize("control", [SELF_RELATIVE, SELF_RELATIVE | DACL_PRESENT])
def test_a_descriptor_without_a_list_is_refused(control):
    with pytest.raises(ValueError, match="no access list"):
        dacl(struct.pack("<BBHIIII", 1, 0, control, 0, 0, 0, 0 if control & DACL_PRESENT else 20))


def test_a_descriptor_that_is_cut_anywhere_is_refused():
    whole = with_dacl(FRESH, [ADMINS, OPERATORS])
    for length in range(len(whole)):
        with pytest.raises(ValueError, match="cut short"):
            dacl(whole[:length])


def test_what_stands_behind_a_list_is_none_of_it():
    raw = bytearray(with_dacl(FRESH, [ADMINS]))
    raw[24:26] = (2).to_bytes(2, "little")  # says two, holds one
    with pytest.raises(ValueError, match="cut short"):
        dacl(bytes(raw) + OPERATORS)


def test_an_entry_that_is_cut_anywhere_is_refused():
    for length in range(8, len(OPERATORS)):
        with pytest.raises(ValueError, match="cut short"):
            trustee(OPERATORS[:length])


def test_a_list_that_no_descriptor_holds_is_refused():
    with pytest.raises(ValueError, match="longer than 64 KiB"):
        with_dacl(FRESH, [ADMINS] * 2000)


def test_what_the_inventory_decides_is_not_opened_to_others():
    names = {guid: name for name, guid in PROPERTIES.items()}
    ours = {row.ldap for kind in ("person", "service") for row in ATTRIBUTES[kind]} | {"userAccountControl", "mobile"}
    opened = {
        names[row.object_type]
        for templates in RIGHTS.values()
        for row in templates
        if row.object_type in names and row.inherited_object_type == CLASSES["user"]
    }
    assert {"pwdLastSet", "lockoutTime", "otherTelephone", "jpegPhoto"} <= opened
    # An inventory may leave these two out; those who keep them there then do it in its place.
    assert opened & ours <= {"telephoneNumber", "thumbnailPhoto"}


@pytest.mark.parametrize("right", RIGHTS)
def test_a_right_reaches_no_further_than_one_class(right):
    kind = {"edit-members": "group", "join-computers": "computer"}.get(right, "user")
    for row in RIGHTS[right]:
        below = row.flags == CONTAINER_INHERIT | INHERIT_ONLY and row.inherited_object_type == CLASSES[kind]
        here = row == Template(CREATE_CHILD, CLASSES["computer"], None, 0)
        assert row.object_type is not None
        assert below or (here and right == "join-computers")


@pytest.mark.parametrize("right", RIGHTS)
def test_a_right_is_given_once_and_taken_away_without_a_trace(right):
    raw = with_delegations(FRESH, [(right, DESTEK)], [])
    assert parsed(raw)[2] == [ADMINS, OPERATORS, *entries(right, DESTEK), ABOVE]
    assert delegations(raw, TRUSTEES) == {f"{right} to class:destek"}
    assert strangers(raw, TRUSTEES, USUAL) == ()
    assert with_delegations(raw, [(right, DESTEK)], []) == raw
    assert with_delegations(FRESH, [(right, DESTEK), (right, DESTEK)], []) == raw
    assert with_delegations(raw, [], [(right, BILGI)]) == raw
    assert parsed(with_delegations(raw, [], [(right, DESTEK)]))[2] == [ADMINS, OPERATORS, ABOVE]


def test_rights_of_several_trustees_are_kept_apart():
    raw = with_delegations(FRESH, [("unlock", DESTEK), ("unlock", BILGI), ("edit-photo", BILGI)], [])
    raw = with_delegations(raw, [("reset-password", DESTEK)], [("unlock", BILGI)])
    assert delegations(raw, TRUSTEES) == {
        "unlock to class:destek",
        "reset-password to class:destek",
        "edit-photo to class:bilgi",
    }
    assert delegations(raw, {BILGI: "class:bilgi"}) == {"edit-photo to class:bilgi"}


def test_half_a_right_is_no_delegation_and_an_inherited_one_neither():
    first, second = entries("reset-password", DESTEK)
    half = descriptor(ADMINS, first)
    assert delegations(half, TRUSTEES) == frozenset()
    assert dacl(with_delegations(half, [("reset-password", DESTEK)], [])) == (ADMINS, first, second)
    assert dacl(with_delegations(half, [], [("reset-password", DESTEK)])) == (ADMINS,)
    above = [raw[:1] + bytes([raw[1] | INHERITED]) + raw[2:] for raw in (first, second)]
    assert delegations(descriptor(ADMINS, *above), TRUSTEES) == frozenset()
    assert dacl(with_delegations(descriptor(*above), [], [("reset-password", DESTEK)])) == tuple(above)


def test_an_entry_that_another_right_needs_stays(monkeypatch):
    shared, this, that = (RIGHTS[right][0] for right in ("unlock", "edit-members", "edit-photo"))
    monkeypatch.setattr(module, "RIGHTS", {"one": (shared, this), "two": (shared, that)})
    both = with_delegations(FRESH, [("one", DESTEK), ("two", DESTEK), ("two", BILGI)], [])
    without = with_delegations(both, [], [("two", DESTEK)])
    assert delegations(without, TRUSTEES) == {"one to class:destek", "two to class:bilgi"}
    assert strangers(without, TRUSTEES, USUAL) == ()
    other = with_delegations(with_delegations(FRESH, [("one", DESTEK)], []), [("two", DESTEK)], [("one", DESTEK)])
    assert delegations(other, TRUSTEES) == {"two to class:destek"}
    assert strangers(other, TRUSTEES, USUAL) == ()
    alone = with_delegations(with_delegations(FRESH, [("one", DESTEK)], []), [], [("one", DESTEK), ("two", DESTEK)])
    assert parsed(alone)[2] == [ADMINS, OPERATORS, ABOVE]


def test_strangers_are_what_no_delegation_accounts_for():
    guest = allow_object(GUEST, 0x20, CONTAINER_INHERIT, PROPERTIES["member"], CLASSES["group"])
    conditional = ace(CALLBACK, 0, 0x20, GUEST + b"artx")
    more, half = allow(DESTEK, FULL, CONTAINER_INHERIT), entries("reset-password", BILGI)[0]
    raw = descriptor(DENIED, ADMINS, guest, conditional, more, half, *entries("unlock", DESTEK), ABOVE)
    assert strangers(raw, TRUSTEES, USUAL) == (guest, conditional, more, half)
    assert strangers(raw, {}, USUAL) == (guest, conditional, more, half, *entries("unlock", DESTEK))
    assert strangers(raw, TRUSTEES, frozenset(dacl(raw))) == ()


def test_a_right_that_is_not_offered_is_an_error():
    with pytest.raises(KeyError):
        with_delegations(FRESH, [("disable", DESTEK)], [])


def test_the_names_are_those_of_the_schema():
    assert PROPERTIES["member"] == UUID("bf9679c0-0de6-11d0-a285-00aa003049e2")
    everything = [*CLASSES.values(), *PROPERTIES.values(), *EXTENDED.values()]
    assert len(set(everything)) == len(everything)
