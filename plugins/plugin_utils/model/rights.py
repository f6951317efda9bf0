# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who belongs to what, who may do what to whom, and which passwords are good enough: parts of the inventory."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .base import Entity, Several
from .texts import Code, Date, HostName, Mail, Member, Name, ShortName, Text, Trustee


class PasswordSettings(Entity):
    """What a password must be like, how long it lasts, and when wrong ones lock the account."""

    minimum_length: int = Field(
        default=12, ge=1, le=20, description="Fewest letters of a password; a first password has 20.", examples=[12]
    )
    complexity: bool = Field(
        default=True,
        description="Whether it needs three of small letters, capitals, digits and signs, and no part of one's name.",
        examples=[True],
    )
    reversible: bool = Field(
        default=False, description="Whether it is kept so that it can be read back; leave it off.", examples=[False]
    )
    history: int = Field(
        default=24, ge=0, le=1024, description="So many earlier passwords may not be taken again.", examples=[24]
    )
    minimum_days: int = Field(
        default=0, ge=0, le=998, description="Days that a password must be kept at the least.", examples=[1]
    )
    maximum_days: int = Field(
        default=0, ge=0, le=999, description="Days after which it must be changed; 0: never.", examples=[180]
    )
    lockout_attempts: int = Field(
        default=10, ge=0, le=65535, description="Wrong passwords that lock the account; 0: never.", examples=[10]
    )
    lockout_window_minutes: int = Field(
        default=15, ge=1, le=99999, description="Minutes after which wrong ones are forgotten.", examples=[15]
    )
    lockout_minutes: int = Field(
        default=15,
        ge=0,
        le=99999,
        description="Minutes that an account stays locked; 0: until somebody unlocks it.",
        examples=[15],
    )


class _Policy(Entity):
    """Which policy it is. Apart from the settings, so that it stands before them."""

    code: Code = Field(description="Its key.", examples=["yonetici"])
    name: ShortName = Field(description="Its name for people.", examples=["Yönetici parolaları"])
    precedence: int = Field(
        ge=1, le=65535, description="Where two policies meet in one person, the lower number holds.", examples=[10]
    )


class PasswordPolicy(PasswordSettings, _Policy):
    """Password settings of some access classes, which take the place of the domain's."""


class Delegation(Entity):
    """What the members of a group may do to the accounts of a unit and of all below it."""

    to: Trustee = Field(
        description="The group: that of a unit, class or role, or a group of the section `groups`.",
        examples=["role:e-belediye.cagri"],
    )
    rights: Several[
        Literal["reset-password", "unlock", "edit-contact", "edit-photo", "edit-members", "join-computers"]
    ] = Field(
        description="What they may do: set a new password, to be changed at the next logon; unlock; write telephones, "
        "fax and street; write the picture; write members of groups in the branch; join computers to it.",
        examples=[["reset-password", "unlock"]],
    )


class GroupPolicies(Entity):
    """Group policy objects that are linked, by name; they are made and edited elsewhere."""

    set: Several[Name] | None = Field(
        default=None,
        description="Exactly these, the first one strongest; links made by hand go. `(enforced)` behind a name: it "
        "cannot be blocked below.",
        examples=[["Masaüstü güvenliği (enforced)", "Yazıcılar"]],
    )
    add: Several[Name] = Field(default=(), description="These too; links made by hand stay.", examples=[["Yazıcılar"]])


class DatedMember(Entity):
    """A member for a time."""

    member: Member = Field(description="Who or what.", examples=["person:40117"])
    from_: Date | None = Field(
        default=None, alias="from", description="The first day; empty: at once.", examples=["2026-01-01"]
    )
    until: Date | None = Field(default=None, description="The last day; empty: without end.", examples=["2026-12-31"])


class Members(Entity):
    """Members of a group. With `set` the list owns the group; with `add` and `remove` others may belong to it too."""

    set: Several[Member | DatedMember] | None = Field(
        default=None,
        description="Exactly these; who was added by hand goes.",
        examples=[["class:uzman", "person:40117"]],
    )
    add: Several[Member | DatedMember] = Field(
        default=(), description="These at least; who was added by hand stays.", examples=[["person:40117"]]
    )
    remove: Several[Member] = Field(
        default=(), description="Beside `add`: these not, whoever added them.", examples=[["person:40006"]]
    )


class Group(Entity):
    """A group beside those that units, access classes and roles have by themselves."""

    code: Code = Field(description="Its key.", examples=["vpn-kullanicilari"])
    name: ShortName = Field(description="Its name for people.", examples=["VPN Kullanıcıları"])
    purpose: Text = Field(default="", description="What it is for.", examples=["Uzaktan çalışanların VPN erişimi"])
    scope: Literal["global", "domain-local", "universal"] = Field(
        default="global",
        description="`global` for who someone is, `domain-local` for what one may reach.",
        examples=["domain-local"],
    )
    use: Literal["security", "distribution"] = Field(
        default="security", description="Whether rights can be given to it, or only mail.", examples=["security"]
    )
    mail: Mail | None = Field(default=None, description="Its mail address.", examples=["vpn@ornek.bel.tr"])
    members: Members = Field(default=Members(), description="Who belongs to it.")


class DnsRecord(Entity):
    """A name in the city's own zones, beside those that servers and devices have by their records."""

    name: HostName = Field(description="The full name.", examples=["rehber.ornek.bel.tr"])
    records: Several[Text] = Field(
        description="What it says: `A`, `AAAA`, `CNAME`, `MX`, `SRV`, `TXT` or `PTR` and its data, as in a zone file, "
        "but with names in full and without a dot at their end.",
        examples=[["CNAME uyg1.ornek.bel.tr"]],
    )
