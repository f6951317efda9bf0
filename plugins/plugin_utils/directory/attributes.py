# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Konak manages in the directory: kinds of objects, their attributes, and how each is written down there.

One row an attribute drives intent, reading, comparison and writing. The mark of ownership and identity is one
attribute on every object, ``adminDescription``, with ``konak:KIND:KEY``: it survives renames and moves, and what
does not carry it is not ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...module_utils.guard import Limit
from ...module_utils.plan import Item, Kind
from ..model.names import released
from .values import HOURS_OF_WEEK, MOMENT, TEXT, VERSION, Form

SYSTEM: Final = "directory"

MARK: Final = "adminDescription"
NOTE: Final = "adminDisplayName"
"""What must outlast a run: on the root, how many objects the last apply left; on a program's account, the version of
its secret."""

ENABLED = ("disable", "restore")


def numbered(name: str, key: str) -> str:
    """The name of an object whose plain one is another's."""
    return f"{name} ({key})"


def _closed_person(item: Item) -> Mapping[str, Any]:
    """What an account becomes whose record is gone: closed, kept, and in nobody's way."""
    login, domain = released(item.key), str(item.fields["upn"] or "").partition("@")[2]
    return {
        "enabled": False,
        "parent": "container:leavers",
        "groups": frozenset(),
        "name": numbered(item.label, item.key),
        "login": login,
        "upn": f"{login}@{domain}" if domain else None,
        "mail": None,
        "manager": None,
    }


def _closed_service(item: Item) -> Mapping[str, Any]:
    """What a program's account becomes whose record is gone."""
    del item
    return {"enabled": False, "groups": frozenset()}


KINDS: Mapping[str, Kind] = {
    "container": Kind({"parent": "move", "name": "rename"}),
    "unit": Kind({"parent": "move", "name": "rename"}),
    "group": Kind({"parent": "move", "name": "rename"}),
    "person": Kind(
        {"parent": "move", "name": "rename", "login": "rename", "enabled": ENABLED},
        absent=_closed_person,
    ),
    "service": Kind(
        {"parent": "move", "name": "rename", "login": "rename", "enabled": ENABLED},
        absent=_closed_service,
    ),
}

LIMITS: tuple[Limit, ...] = (
    Limit(SYSTEM, "person", "disable", 5, 0.01),
    Limit(SYSTEM, "person", "rename", 10, 0.02),
    Limit(SYSTEM, "person", "move", 50, 0.2),
    Limit(SYSTEM, "person", "missing", 2, 0.01),
    Limit(SYSTEM, "service", "disable", 2, 0.1),
    Limit(SYSTEM, "service", "missing", 1, 0.05),
    Limit(SYSTEM, "group", "delete", 5, 0.05),
    Limit(SYSTEM, "group", "missing", 1, 0.02),
    Limit(SYSTEM, "unit", "delete", 2, 0.05),
    Limit(SYSTEM, "unit", "missing", 0, 0.0),
    Limit(SYSTEM, "container", "delete", 0, 0.0),
)
"""What passes unasked in one run, unless organisation.yml says otherwise."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A field that is one value in the directory.

    :ivar field: its name in items and plans.
    :ivar ldap: its LDAP name.
    :ivar source: the key of the inventory that decides it, for the reason of a change; the item's own line if empty.
    :ivar reference: whether the value is the key of a person, written as that person's distinguished name.
    :ivar form: how the value is written there; plain text unless said.
    """

    field: str
    ldap: str
    source: str = ""
    reference: bool = False
    form: Form = TEXT


ATTRIBUTES: Mapping[str, tuple[Attribute, ...]] = {
    "container": (Attribute("description", "description"),),
    "unit": (
        Attribute("description", "description", "code"),
        Attribute("telephone", "telephoneNumber", "telephone"),
        Attribute("manager", "managedBy", "manager", reference=True),
    ),
    "group": (
        Attribute("login", "sAMAccountName"),
        Attribute("description", "description", "name"),
        Attribute("mail", "mail"),
    ),
    "person": (
        Attribute("login", "sAMAccountName", "login"),
        Attribute("upn", "userPrincipalName", "login"),
        Attribute("number", "employeeID", "id"),
        Attribute("given", "givenName", "given"),
        Attribute("family", "sn", "family"),
        Attribute("display", "displayName", "family"),
        Attribute("mail", "mail", "mail"),
        Attribute("title", "title", "title"),
        Attribute("department", "department", "unit"),
        Attribute("company", "company"),
        Attribute("site", "l", "site"),
        Attribute("room", "physicalDeliveryOfficeName", "room"),
        Attribute("extension", "ipPhone", "extension"),
        Attribute("expires", "accountExpires", "until", form=MOMENT),
        Attribute("hours", "logonHours", "class", form=HOURS_OF_WEEK),
        Attribute("manager", "manager", "manager", reference=True),
    ),
    "service": (
        Attribute("login", "sAMAccountName", "name"),
        Attribute("upn", "userPrincipalName", "name"),
        Attribute("description", "description", "purpose"),
        Attribute("expires", "accountExpires", "until", form=MOMENT),
        Attribute("secret", NOTE, "secret", form=VERSION),
        Attribute("manager", "manager", "owner", reference=True),
    ),
}

OBJECT_CLASSES: Mapping[str, tuple[bytes, ...]] = {
    "container": (b"top", b"organizationalUnit"),
    "unit": (b"top", b"organizationalUnit"),
    "group": (b"top", b"group"),
    "person": (b"top", b"person", b"organizationalPerson", b"user"),
    "service": (b"top", b"person", b"organizationalPerson", b"user"),
}

ACCOUNTS: Final = frozenset({"person", "service"})
"""Kinds that can log on: they have ``enabled``, a password and memberships."""

GLOBAL_SECURITY_GROUP: Final = b"-2147483646"
NORMAL_ACCOUNT: Final = 0x0200
DISABLED: Final = 0x0002
PASSWORD_KEPT: Final = 0x10000
"""The password does not expire: that of a program is renewed by its version."""


def mark(kind: str, key: str) -> str:
    """The mark of an object of ours."""
    return f"konak:{kind}:{key}"


def naming(kind: str) -> str:
    """The attribute of the relative distinguished name."""
    return "OU" if kind in {"container", "unit"} else "CN"
