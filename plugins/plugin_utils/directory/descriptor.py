# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read and write access lists of the directory, and say in words who has been given which right. Pure.

A security descriptor is self-relative (MS-DTYP 2.4.6); its discretionary access list, the DACL (2.4.5), holds access
control entries, ACEs (2.4.4). An ACE and a SID are bytes here, as the directory gives them: two ACEs are the same if
their bytes are. An ACE is explicit if it stands on the object itself, inherited if the server copied it from above.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterable, Mapping
from typing import Final, NamedTuple
from uuid import UUID

CREATE_CHILD: Final = 0x0001
SELF: Final = 0x0008
"""A validated write: the server looks at the value."""
READ_PROPERTY: Final = 0x0010
WRITE_PROPERTY: Final = 0x0020
CONTROL_ACCESS: Final = 0x0100
"""An extended right."""
WRITE_DAC: Final = 0x00040000

CONTAINER_INHERIT: Final = 0x02
"""For this object and everything below it."""
INHERIT_ONLY: Final = 0x08
"""Together with :data:`CONTAINER_INHERIT`: for everything below this object, and not for the object."""
INHERITED: Final = 0x10

_DACL_PRESENT, _SELF_RELATIVE = 0x0004, 0x8000
_KEPT = 0x0100 | 0x0400 | 0x1000
"""What a descriptor says of its DACL: AUTO_INHERIT_REQ, AUTO_INHERITED and PROTECTED."""
_HEAD, _ACL, _ACE = "<BBHIIII", "<BBHHH", "<BBHI"
_LONGEST = 0xFFFF

_ALLOW, _ALLOW_OBJECT = 0x00, 0x05
_DENY: Final = frozenset({0x01, 0x06, 0x0A, 0x0C})
_OBJECT: Final = frozenset({0x05, 0x06, 0x0B, 0x0C})
"""Types whose ACEs may carry GUIDs; they need revision 4 of the access list."""
_REVISION_DS = 4

_TYPES = {0x00: "A", 0x01: "D", 0x05: "OA", 0x06: "OD", 0x09: "XA", 0x0A: "XD", 0x0B: "ZA"}
_FLAGS = {0x01: "OI", 0x02: "CI", 0x04: "NP", 0x08: "IO", 0x10: "ID"}
_MASKS = {
    0x0001: "CC", 0x0002: "DC", 0x0004: "LC", 0x0008: "SW", 0x0010: "RP", 0x0020: "WP", 0x0040: "DT", 0x0080: "LO",
    0x0100: "CR", 0x00010000: "SD", 0x00020000: "RC", 0x00040000: "WD", 0x00080000: "WO",
}  # fmt: skip
"""The words of the security descriptor definition language (MS-DTYP 2.5.1.1)."""

CLASSES: Mapping[str, UUID] = {
    "computer": UUID("bf967a86-0de6-11d0-a285-00aa003049e2"),  # Computer
    "group": UUID("bf967a9c-0de6-11d0-a285-00aa003049e2"),  # Group
    "organizationalUnit": UUID("bf967aa5-0de6-11d0-a285-00aa003049e2"),  # Organizational-Unit
    "user": UUID("bf967aba-0de6-11d0-a285-00aa003049e2"),  # User
}
"""``{LDAP name: schemaIDGUID}``; the comments are Microsoft's names in the schema."""

PROPERTIES: Mapping[str, UUID] = {
    "facsimileTelephoneNumber": UUID("bf967974-0de6-11d0-a285-00aa003049e2"),  # Facsimile-Telephone-Number
    "jpegPhoto": UUID("bac80572-09c4-4fa9-9ae6-7628d7adbe0e"),  # jpegPhoto
    "lockoutTime": UUID("28630ebf-41d5-11d1-a9c1-0000f80367c1"),  # Lockout-Time
    "member": UUID("bf9679c0-0de6-11d0-a285-00aa003049e2"),  # Member
    "otherTelephone": UUID("f0f8ffa5-1191-11d0-a060-00aa006c33ed"),  # Phone-Office-Other
    "pwdLastSet": UUID("bf967a0a-0de6-11d0-a285-00aa003049e2"),  # Pwd-Last-Set
    "streetAddress": UUID("f0f8ff84-1191-11d0-a060-00aa006c33ed"),  # Address
    "telephoneNumber": UUID("bf967a49-0de6-11d0-a285-00aa003049e2"),  # Telephone-Number
    "thumbnailPhoto": UUID("8d3bca50-1d7e-11d0-a081-00aa006c33ed"),  # Picture
}
"""``{LDAP name: schemaIDGUID}`` of attributes."""

EXTENDED: Mapping[str, UUID] = {
    "User-Account-Restrictions": UUID("4c164200-20c0-11d0-a768-00aa006e0529"),  # a property set: Account Restrictions
    "User-Force-Change-Password": UUID("00299570-246d-11d0-a768-00aa006e0529"),  # an extended right: Reset Password
    "Validated-DNS-Host-Name": UUID("72e39547-7b18-11d1-adef-00c04fd8d5cd"),  # a validated write
    "Validated-SPN": UUID("f3a64788-5306-11d1-a9c5-0000f80367c1"),  # a validated write
}
"""``{name: rightsGuid}`` as under CN=Extended-Rights of the configuration."""


class Template(NamedTuple):
    """An ACE without its trustee."""

    mask: int
    object_type: UUID | None
    inherited_object_type: UUID | None
    flags: int


def _below(kind: str, mask: int, object_type: UUID) -> Template:
    """For objects of one class below, wherever they lie."""
    return Template(mask, object_type, CLASSES[kind], CONTAINER_INHERIT | INHERIT_ONLY)


def _edit(kind: str, *names: str) -> tuple[Template, ...]:
    """Read and write attributes of the objects of one class below: who may set a value must be able to see it."""
    return tuple(_below(kind, READ_PROPERTY | WRITE_PROPERTY, PROPERTIES[name]) for name in names)


RIGHTS: Mapping[str, tuple[Template, ...]] = {
    "reset-password": (
        _below("user", CONTROL_ACCESS, EXTENDED["User-Force-Change-Password"]),
        *_edit("user", "pwdLastSet"),
    ),
    "unlock": _edit("user", "lockoutTime"),
    # Rooms, sites and extensions are the inventory's; a mobile number is private.
    "edit-contact": _edit("user", "telephoneNumber", "otherTelephone", "facsimileTelephoneNumber", "streetAddress"),
    "edit-photo": _edit("user", "thumbnailPhoto", "jpegPhoto"),
    "edit-members": _edit("group", "member"),
    "join-computers": (
        Template(CREATE_CHILD, CLASSES["computer"], None, 0),
        _below("computer", CONTROL_ACCESS, EXTENDED["User-Force-Change-Password"]),
        _below("computer", SELF, EXTENDED["Validated-DNS-Host-Name"]),
        _below("computer", SELF, EXTENDED["Validated-SPN"]),
        _below("computer", READ_PROPERTY | WRITE_PROPERTY, EXTENDED["User-Account-Restrictions"]),
    ),
}
"""What can be delegated on an organisational unit, and the ACEs that each right is made of."""


def allow(sid: bytes, mask: int, flags: int) -> bytes:
    """An ACE that allows something on whole objects (MS-DTYP 2.4.4.2)."""
    return struct.pack(_ACE, _ALLOW, flags, 8 + len(sid), mask) + sid


def allow_object(
    sid: bytes, mask: int, flags: int, object_type: UUID | None, inherited_object_type: UUID | None
) -> bytes:
    """An ACE that allows something on a part of objects, or on objects of one class (MS-DTYP 2.4.4.3).

    :arg object_type: an attribute, a property set, an extended right, or the class of a child; all if ``None``.
    :arg inherited_object_type: the class of the objects below that inherit it; all if ``None``.
    """
    given = [kind.bytes_le for kind in (object_type, inherited_object_type) if kind is not None]
    if not given:
        return allow(sid, mask, flags)
    present = (object_type is not None) | (inherited_object_type is not None) << 1
    body = struct.pack("<I", present) + b"".join(given) + sid
    return struct.pack(_ACE, _ALLOW_OBJECT, flags, 8 + len(body), mask) + body


def entries(right: str, sid: bytes) -> tuple[bytes, ...]:
    """The ACEs that give a trustee one of :data:`RIGHTS`.

    :raises KeyError: if there is no right of this name.
    """
    return tuple(
        allow_object(sid, row.mask, row.flags, row.object_type, row.inherited_object_type) for row in RIGHTS[right]
    )


def dacl(descriptor: bytes) -> tuple[bytes, ...]:
    """The ACEs of a descriptor, in their order.

    :raises ValueError: if it has no access list, or is cut short.
    """
    return _read(descriptor)[2]


def with_dacl(descriptor: bytes, aces: Iterable[bytes]) -> bytes:
    """A descriptor with other ACEs, for a modify with the SD flags control that writes the DACL only.

    Owner, group and audit list are left out. The ACEs are put into the canonical order: explicit ones that deny,
    explicit ones that allow, inherited ones; within these their order stays.

    :raises ValueError: if the descriptor has no access list, or is cut short, or the new list is too long.
    """
    control, revision, _ = _read(descriptor)
    ordered = sorted(aces, key=_place)
    body = b"".join(ordered)
    size = struct.calcsize(_ACL) + len(body)
    if size > _LONGEST:
        raise ValueError("the access list is longer than 64 KiB")
    if any(ace[0] in _OBJECT for ace in ordered):
        revision = max(revision, _REVISION_DS)
    start = struct.calcsize(_HEAD)
    head = struct.pack(_HEAD, 1, 0, control & _KEPT | _DACL_PRESENT | _SELF_RELATIVE, 0, 0, 0, start)
    return head + struct.pack(_ACL, revision, 0, size, len(ordered), 0) + body


def delegations(descriptor: bytes, trustees: Mapping[bytes, str]) -> frozenset[str]:
    """Which rights are delegated here to whom: ``reset-password to class:destek``.

    A right counts where all its ACEs stand on the object itself.

    :arg trustees: ``{SID: name}`` of those who are looked for.
    :raises ValueError: as :func:`dacl`.
    """
    return frozenset(f"{right} to {trustees[sid]}" for right, sid in _held(dacl(descriptor), trustees))


def strangers(descriptor: bytes, trustees: Mapping[bytes, str], usual: Collection[bytes]) -> tuple[bytes, ...]:
    """The explicit ACEs that allow something and are nobody's plan, in their order.

    These are all that :func:`delegations` does not account for: those for other SIDs, and of the trustees' own
    what is more than a whole right, or less than one.

    :arg usual: the ACEs of an organisational unit as the directory makes it.
    :raises ValueError: as :func:`dacl`.
    """
    aces = dacl(descriptor)
    known = {*usual, *(ace for pair in _held(aces, trustees) for ace in entries(*pair))}
    return tuple(ace for ace in aces if ace not in known and not ace[1] & INHERITED and ace[0] not in _DENY)


def with_delegations(descriptor: bytes, add: Iterable[tuple[str, bytes]], remove: Iterable[tuple[str, bytes]]) -> bytes:
    """A descriptor with rights given and taken away, as :func:`with_dacl` writes it.

    All other ACEs stay as they are. What a right that stays or is added needs is not taken away.

    :arg add: pairs of a name in :data:`RIGHTS` and a SID.
    :raises KeyError: if there is no right of some name.
    :raises ValueError: as :func:`with_dacl`.
    """
    aces, given, taken = dacl(descriptor), list(add), set(remove)
    staying = _held(aces, {sid for _, sid in taken}) - taken
    needed = {ace for pair in staying.union(given) for ace in entries(*pair)}
    gone = {ace for pair in taken for ace in entries(*pair)} - needed
    # A dictionary drops what is named twice and keeps the order.
    new = dict.fromkeys(ace for pair in given for ace in entries(*pair) if ace not in aces)
    return with_dacl(descriptor, [*(ace for ace in aces if ace not in gone), *new])


def trustee(ace: bytes) -> bytes:
    """The SID for which an ACE is.

    :raises ValueError: if the ACE is cut short.
    """
    return _parts(ace)[2]


def ace_text(ace: bytes) -> str:
    """An ACE as the security descriptor definition language writes it: ``(OA;CIIO;WP;GUID;GUID;S-1-5-21-...)``.

    :raises ValueError: if the ACE is cut short.
    """
    *guids, sid = _parts(ace)
    kind, flags, _, mask = struct.unpack_from(_ACE, ace)
    types = ";".join(str(UUID(bytes_le=guid)) if guid else "" for guid in guids)
    rights = hex(mask) if mask & ~sum(_MASKS) else "".join(word for bit, word in _MASKS.items() if mask & bit)
    words = "".join(word for bit, word in _FLAGS.items() if flags & bit)
    return f"({_TYPES.get(kind, hex(kind))};{words};{rights};{types};{sid_text(sid)})"


def sid_text(raw: bytes) -> str:
    """A SID in words: ``S-1-5-21-1-2-3-1104`` (MS-DTYP 2.4.2)."""
    authority = int.from_bytes(raw[2:8], "big")
    numbers = struct.unpack_from(f"<{raw[1]}I", raw, 8)
    return "-".join(["S", str(raw[0]), str(authority), *map(str, numbers)])


def _read(descriptor: bytes) -> tuple[int, int, tuple[bytes, ...]]:
    """Control flags, revision of the access list, and its ACEs."""
    if len(descriptor) < struct.calcsize(_HEAD):
        raise ValueError("the security descriptor is cut short")
    _, _, control, _, _, _, start = struct.unpack_from(_HEAD, descriptor)
    if not start or not control & _DACL_PRESENT:
        raise ValueError("the security descriptor has no access list")
    if start + struct.calcsize(_ACL) > len(descriptor):
        raise ValueError("the security descriptor is cut short")
    revision, _, size, count, _ = struct.unpack_from(_ACL, descriptor, start)
    rest = descriptor[start + struct.calcsize(_ACL) : start + size]
    aces = []
    for _ in range(count):
        length = int.from_bytes(rest[2:4], "little")
        if not struct.calcsize(_ACE) <= length <= len(rest):
            raise ValueError("the access list is cut short")
        aces.append(rest[:length])
        rest = rest[length:]
    return control, revision, tuple(aces)


def _held(aces: tuple[bytes, ...], trustees: Collection[bytes]) -> set[tuple[str, bytes]]:
    """The rights that trustees have wholly, as pairs of a name and a SID."""
    present = frozenset(aces)
    there = {trustee(ace) for ace in aces}.intersection(trustees)
    return {(right, sid) for sid in there for right in RIGHTS if present.issuperset(entries(right, sid))}


def _place(ace: bytes) -> int:
    """Where an ACE stands in the canonical order."""
    if ace[1] & INHERITED:
        return 2
    return 0 if ace[0] in _DENY else 1


def _parts(ace: bytes) -> tuple[bytes, bytes, bytes]:
    """Object type and inherited object type, empty where there is none, and the SID."""
    rest, guids = ace[8:], [b"", b""]
    if ace[0] in _OBJECT:
        present, rest = int.from_bytes(rest[:4], "little"), rest[4:]
        for number in (0, 1):
            if present >> number & 1:
                guids[number], rest = rest[:16], rest[16:]
    if len(rest) < 8 or len(rest) < 8 + 4 * rest[1]:
        raise ValueError("the access control entry is cut short")
    return guids[0], guids[1], rest[: 8 + 4 * rest[1]]
