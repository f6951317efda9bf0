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
from . import forms
from .forms import TEXT, Form

SYSTEM: Final = "directory"

MARK: Final = "adminDescription"
NOTE: Final = "adminDisplayName"
"""What must outlast a run: on the root, how many objects the last apply left; on a program's account, the version of
its secret; on what lies outside the root, of which root it is (two cities may share a domain)."""

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
        "addresses": frozenset(),
        "manager": None,
    }


def _closed_account(item: Item) -> Mapping[str, Any]:
    """What the account of a program or of a host becomes whose record is gone."""
    del item
    return {"enabled": False, "groups": frozenset()}


_BRANCH = Kind({"parent": "move", "name": "rename"})
_ACCOUNT: Mapping[str, str | tuple[str, str]] = {
    "parent": "move",
    "name": "rename",
    "login": "rename",
    "enabled": ENABLED,
}

KINDS: Mapping[str, Kind] = {
    "container": _BRANCH,
    "unit": _BRANCH,
    "group": _BRANCH,
    "person": Kind(_ACCOUNT, absent=_closed_person),
    "service": Kind(_ACCOUNT, absent=_closed_account),
    "computer": Kind(_ACCOUNT, absent=_closed_account),
    "policy": Kind({"name": "rename"}),
    "domain": Kind(absent=lambda _: {}),
    "record": Kind({"name": "rename"}),
}

LIMITS: tuple[Limit, ...] = (
    Limit(SYSTEM, "person", "disable", 5, 0.01),
    Limit(SYSTEM, "person", "rename", 10, 0.02),
    Limit(SYSTEM, "person", "move", 50, 0.2),
    Limit(SYSTEM, "person", "retire", 20, 0.02),
    Limit(SYSTEM, "person", "reopen", 0, 0.0),
    Limit(SYSTEM, "person", "missing", 2, 0.01),
    Limit(SYSTEM, "service", "disable", 2, 0.1),
    Limit(SYSTEM, "service", "reopen", 0, 0.0),
    Limit(SYSTEM, "service", "missing", 1, 0.05),
    Limit(SYSTEM, "computer", "disable", 2, 0.05),
    Limit(SYSTEM, "computer", "reopen", 0, 0.0),
    Limit(SYSTEM, "computer", "missing", 1, 0.05),
    Limit(SYSTEM, "group", "delete", 5, 0.05),
    Limit(SYSTEM, "group", "missing", 1, 0.02),
    Limit(SYSTEM, "unit", "delete", 2, 0.05),
    Limit(SYSTEM, "unit", "missing", 0, 0.0),
    Limit(SYSTEM, "container", "delete", 0, 0.0),
    Limit(SYSTEM, "policy", "delete", 1, 0.0),
    Limit(SYSTEM, "policy", "missing", 0, 0.0),
    Limit(SYSTEM, "record", "delete", 5, 0.05),
    Limit(SYSTEM, "record", "missing", 2, 0.02),
)
"""What passes unasked in one run, unless organisation.yml says otherwise. ``missing`` is counted by the read, and
``reopen`` counts accounts that somebody closed by hand."""

NORMAL_ACCOUNT: Final = 0x0200
WORKSTATION: Final = 0x1000
DISABLED: Final = 0x0002
PASSWORD_KEPT: Final = 0x10000
"""The password does not expire: that of a program is renewed by its version."""
COMPLEX: Final = 0x1
REVERSIBLE: Final = 0x10
"""Bits of ``pwdProperties``."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A field of an object and the attribute that holds it.

    :ivar field: its name in items and plans.
    :ivar ldap: its LDAP name.
    :ivar source: the key of the inventory that decides it, for the reason of a change; the item's own line if empty.
    :ivar reference: the kind of object whose key the value is; it is written as that object's distinguished name.
    :ivar several: whether the field is a list without order; what others put into the attribute stays, unless it is
        ``whole``.
    :ivar form: how the value is written there; plain text unless said.
    :ivar bit: the field is one bit of a number, and the other bits are not ours; ``clear``: it is true where the bit
        is not set.
    """

    field: str
    ldap: str
    source: str = ""
    reference: str = ""
    several: bool = False
    whole: bool = False
    form: Form = TEXT
    bit: int = 0
    clear: bool = False


_OPEN = Attribute("enabled", "userAccountControl", "until", bit=DISABLED, clear=True)
_KEPT = Attribute("kept", "extensionName", several=True, form=forms.KEPT)

ATTRIBUTES: Mapping[str, tuple[Attribute, ...]] = {
    "container": (Attribute("description", "description"),),
    "unit": (
        Attribute("description", "description", "code"),
        Attribute("telephone", "telephoneNumber", "telephone"),
        Attribute("manager", "managedBy", "manager", reference="person"),
    ),
    "group": (
        Attribute("login", "sAMAccountName"),
        Attribute("description", "description", "name"),
        Attribute("mail", "mail"),
        Attribute("scope", "groupType", "scope", form=forms.SCOPE),
    ),
    "person": (
        Attribute("login", "sAMAccountName", "login"),
        Attribute("upn", "userPrincipalName", "login"),
        Attribute("number", "employeeID", "id"),
        Attribute("given", "givenName", "given"),
        Attribute("family", "sn", "family"),
        Attribute("display", "displayName", "family"),
        Attribute("mail", "mail", "mail"),
        Attribute("addresses", "proxyAddresses", "mail", several=True, form=forms.ADDRESSES),
        Attribute("title", "title", "title"),
        Attribute("department", "department", "unit"),
        Attribute("company", "company"),
        Attribute("site", "l", "site"),
        Attribute("room", "physicalDeliveryOfficeName", "room"),
        Attribute("extension", "ipPhone", "extension"),
        Attribute("telephone", "telephoneNumber", "telephone"),
        Attribute("language", "preferredLanguage", "language"),
        Attribute("photo", "thumbnailPhoto", "photo", form=forms.PICTURE),
        Attribute("expires", "accountExpires", "until", form=forms.MOMENT),
        Attribute("hours", "logonHours", "class", form=forms.HOURS_OF_WEEK),
        Attribute("manager", "manager", "manager", reference="person"),
        _OPEN,
        _KEPT,
    ),
    "service": (
        Attribute("login", "sAMAccountName", "name"),
        Attribute("upn", "userPrincipalName", "name"),
        Attribute("description", "description", "purpose"),
        Attribute("expires", "accountExpires", "until", form=forms.MOMENT),
        Attribute("secret", NOTE, "secret", form=forms.VERSION),
        Attribute("manager", "manager", "owner", reference="person"),
        Attribute("password_kept", "userAccountControl", bit=PASSWORD_KEPT),
        _OPEN,
        _KEPT,
    ),
    "computer": (
        Attribute("login", "sAMAccountName", "name"),
        Attribute("host", "dNSHostName", "name"),
        Attribute("description", "description", "system"),
        Attribute("site", "location", "site"),
        _OPEN,
        _KEPT,
    ),
    "policy": (
        Attribute("description", "displayName", "name"),
        Attribute("precedence", "msDS-PasswordSettingsPrecedence", "precedence", form=forms.NUMBER),
        Attribute("minimum_length", "msDS-MinimumPasswordLength", "minimum_length", form=forms.NUMBER),
        Attribute("complexity", "msDS-PasswordComplexityEnabled", "complexity", form=forms.YES_OR_NO),
        Attribute("reversible", "msDS-PasswordReversibleEncryptionEnabled", "reversible", form=forms.YES_OR_NO),
        Attribute("history", "msDS-PasswordHistoryLength", "history", form=forms.NUMBER),
        Attribute("minimum_days", "msDS-MinimumPasswordAge", "minimum_days", form=forms.DAYS),
        Attribute("maximum_days", "msDS-MaximumPasswordAge", "maximum_days", form=forms.DAYS),
        Attribute("lockout_attempts", "msDS-LockoutThreshold", "lockout_attempts", form=forms.NUMBER),
        Attribute("lockout_window", "msDS-LockoutObservationWindow", "lockout_window_minutes", form=forms.MINUTES),
        Attribute("lockout", "msDS-LockoutDuration", "lockout_minutes", form=forms.MINUTES),
        Attribute("applies_to", "msDS-PSOAppliesTo", reference="group", several=True),
    ),
    "domain": (
        Attribute("minimum_length", "minPwdLength", "minimum_length", form=forms.NUMBER),
        Attribute("complexity", "pwdProperties", "complexity", bit=COMPLEX),
        Attribute("reversible", "pwdProperties", "reversible", bit=REVERSIBLE),
        Attribute("history", "pwdHistoryLength", "history", form=forms.NUMBER),
        Attribute("minimum_days", "minPwdAge", "minimum_days", form=forms.DAYS),
        Attribute("maximum_days", "maxPwdAge", "maximum_days", form=forms.DAYS),
        Attribute("lockout_attempts", "lockoutThreshold", "lockout_attempts", form=forms.NUMBER),
        Attribute("lockout_window", "lockOutObservationWindow", "lockout_window_minutes", form=forms.MINUTES),
        Attribute("lockout", "lockoutDuration", "lockout_minutes", form=forms.MINUTES),
    ),
    "record": (Attribute("records", "dnsRecord", "records", several=True, whole=True, form=forms.RECORDS),),
}

_USER = (b"top", b"person", b"organizationalPerson", b"user")

OBJECT_CLASSES: Mapping[str, tuple[bytes, ...]] = {
    "container": (b"top", b"organizationalUnit"),
    "unit": (b"top", b"organizationalUnit"),
    "group": (b"top", b"group"),
    "person": _USER,
    "service": _USER,
    "computer": (*_USER, b"computer"),
    "policy": (b"top", b"msDS-PasswordSettings"),
    "record": (b"top", b"dnsNode"),
}

ACCOUNT_TYPES: Mapping[str, int] = {"person": NORMAL_ACCOUNT, "service": NORMAL_ACCOUNT, "computer": WORKSTATION}
"""Kinds that can log on, with the bit of ``userAccountControl`` that says what sort of account it is: they have
``enabled``, a password and memberships."""

BRANCHES: Final = frozenset({"container", "unit"})
"""Kinds that hold other objects."""

OUTSIDE: Final = frozenset({"policy", "record"})
"""Kinds that lie outside the root, where the directory wants them."""

MEMBERS: Final = frozenset({*ACCOUNT_TYPES, "group"})
"""Kinds that are members of groups."""

_NAMING = {"container": "OU", "unit": "OU", "record": "DC", "domain": "DC"}


def mark(kind: str, key: str) -> str:
    """The mark of an object of ours."""
    return f"konak:{kind}:{key}"


def owner(root: str) -> str:
    """The note on an object of ours outside the root, by the root's objectGUID."""
    return f"konak:of:{root}"


def naming(kind: str) -> str:
    """The attribute of the relative distinguished name."""
    return _NAMING.get(kind, "CN")
