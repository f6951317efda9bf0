# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of the inventory: every section, every key, its type and what it means.

The reference page and the JSON Schema are made from this file; a description here is the documentation.
Types say what can be said of one value alone (`texts.py`); what needs the whole city is a check.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .access import AccessClass
from .base import Entity, Several
from .handsets import Handset
from .hosts import Device, Server
from .mail import MailingList, MailSettings, UnitMailbox
from .people import Person
from .rights import Delegation, DnsRecord, Group, GroupPolicies, PasswordPolicy, PasswordSettings
from .telephony import TelephonySettings, UnitLine
from .texts import (
    Address,
    AppCode,
    Code,
    Date,
    Domain,
    Login,
    Mail,
    Name,
    NetBios,
    PersonId,
    Prefix,
    RoleCode,
    RoleName,
    ShortName,
    Telephone,
    Text,
)


class Limit(Entity):
    """One limit of the guard; it takes the place of the default with the same system, kind and action."""

    system: Code = Field(description="The system, e.g. `directory`.", examples=["directory"])
    kind: Code = Field(description="The kind of object, e.g. `person`.", examples=["person"])
    action: Code = Field(
        description="The action that is counted, or `missing` for objects that a read did not find.",
        examples=["disable"],
    )
    count: int = Field(ge=0, description="So many are always let through.", examples=[5])
    share: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="Or so large a share of the live objects, if that is more.",
        examples=[0.02],
    )


class DirectorySettings(Entity):
    """Where the directory of the city is."""

    domain: Domain = Field(description="The DNS name of the Active Directory domain.", examples=["ornek.bel.tr"])
    netbios: NetBios = Field(description="The short (NetBIOS) name of the domain.", examples=["ORNEK"])
    root: ShortName = Field(
        description="The organisational unit under which everything managed lies. Nothing outside it is touched.",
        examples=["Örnek Belediyesi"],
    )
    password_policy: PasswordSettings | None = Field(
        default=None, description="Password settings of the domain; left as they are if not given."
    )
    protected: Several[Login] = Field(
        default=(),
        description="Accounts that no plan touches, by login: those that are kept for an emergency.",
        examples=[["acil-durum"]],
    )
    strangers: Literal["keep", "remove"] = Field(
        default="keep",
        description="Accounts that are not Konak's in groups of units, classes and roles: kept, or removed.",
        examples=["remove"],
    )
    delegations: Several[Delegation] = Field(default=(), description="What groups may do to all units' accounts.")
    group_policies: GroupPolicies | None = Field(
        default=None, description="Group policy objects linked above all units; left as they are if not given."
    )


class LabSettings(Entity):
    """How the lab builds a twin of this city on one machine."""

    network: Prefix = Field(
        default="192.0.2.0/24",
        description="The network of the lab's servers; servers whose address lies outside get a free one in it.",
        examples=["192.0.2.0/24"],
    )


class Organisation(Entity):
    """The municipality itself."""

    name: ShortName = Field(description="Its name in full.", examples=["Örnek Belediyesi"])
    domain: Domain = Field(description="The domain of its mail addresses.", examples=["ornek.bel.tr"])
    timezone: Text = Field(
        default="Europe/Istanbul",
        description="The time zone in which days begin and end.",
        examples=["Europe/Istanbul"],
    )
    language: Literal["tr", "en"] = Field(
        default="tr", description="The language of people's mail and telephones.", examples=["tr"]
    )
    telephone: Telephone | None = Field(
        default=None, description="The main number, with country code.", examples=["+903120000000"]
    )
    quarantine_days: int = Field(
        default=365,
        ge=0,
        le=36500,
        description="For so long nothing that was once given to someone is given to another.",
        examples=[365],
    )
    former_address_days: int = Field(
        default=365,
        ge=0,
        le=36500,
        description="For so long the address of a former name still leads to its owner.",
        examples=[365],
    )
    retention_days: int = Field(
        default=730,
        ge=0,
        le=36500,
        description="So long after the last day the account of a leaver is kept; then `--retire` may delete it.",
        examples=[730],
    )
    directory: DirectorySettings = Field(description="Where the directory is, and what holds in all of it.")
    limits: Several[Limit] = Field(default=(), description="Limits of the guard that differ from the defaults.")
    lab: LabSettings = Field(default=LabSettings(), description="How the lab builds a twin of this city.")


class Unit(Entity):
    """A unit of the organisation: a directorate, or a part of one."""

    code: Code = Field(description="Its key; it never changes.", examples=["bilgi-islem"])
    name: ShortName = Field(description="Its name in full.", examples=["Bilgi İşlem Müdürlüğü"])
    parent: Code | None = Field(
        default=None, description="The unit that it belongs to; empty at the top.", examples=["baskanlik"]
    )
    manager: PersonId | None = Field(default=None, description="Who leads it, by personnel number.", examples=["40001"])
    site: Code | None = Field(
        default=None, description="Where it sits, for people who name no site.", examples=["merkez"]
    )
    telephone: Telephone | None = Field(default=None, description="Its outside number.", examples=["+903120000010"])
    mailbox: UnitMailbox | None = Field(default=None, description="Its own mailbox, for those who look after it.")
    line: UnitLine | None = Field(default=None, description="Its own extension, which rings several telephones.")
    delegations: Several[Delegation] = Field(
        default=(), description="What groups may do to the accounts of the unit and of all below it."
    )
    group_policies: GroupPolicies | None = Field(
        default=None, description="Group policy objects linked to the unit; left as they are if not given."
    )


class Network(Entity):
    """An address range at a site."""

    name: Code = Field(description="Its name at the site.", examples=["sunucu"])
    vlan: int = Field(ge=1, le=4094, description="Its VLAN number.", examples=[10])
    prefix: Prefix = Field(description="Its addresses.", examples=["192.0.2.0/24"])
    gateway: Address | None = Field(default=None, description="The router's address in it.", examples=["192.0.2.1"])


class Site(Entity):
    """A place where people and devices are."""

    code: Code = Field(description="Its key.", examples=["merkez"])
    name: Name = Field(description="Its name in full.", examples=["Merkez Hizmet Binası"])
    city: Name | None = Field(default=None, description="Town or district, for the directory.", examples=["Örnekköy"])
    street: Name | None = Field(default=None, description="Street and number.", examples=["Cumhuriyet Meydanı 1"])
    emergency_caller: Telephone | None = Field(
        default=None,
        description="The number that emergency services see when they are called from here: it tells them where to go. "
        "The main number, if empty.",
        examples=["+903120000400"],
    )
    networks: Several[Network] = Field(default=(), description="Its address ranges.")


class ApplicationRole(Entity):
    """A role in an application."""

    code: RoleCode = Field(description="Its key in the application.", examples=["editor"])
    name: Name = Field(description="Its name for people.", examples=["Düzenleyen"])
    includes: Several[Code] = Field(
        default=(), description="Roles of the same application that it contains.", examples=[["kullanici"]]
    )


class Application(Entity):
    """An application whose rights follow the directory."""

    code: AppCode = Field(description="Its key.", examples=["cbs"])
    name: Name = Field(description="Its name in full.", examples=["Coğrafi Bilgi Sistemi"])
    owner: Code | None = Field(default=None, description="The unit that answers for it.", examples=["imar"])
    roles: Several[ApplicationRole] = Field(description="Its roles.")


class ServiceAccount(Entity):
    """An account of a program, with someone who answers for it and a day on which it ends."""

    name: Login = Field(description="Its login.", examples=["svc-yedek"])
    purpose: Name = Field(description="What it is for.", examples=["Yedekleme sunucusunun dosya okuması"])
    owner: PersonId = Field(description="Who answers for it, by personnel number.", examples=["40001"])
    until: Date = Field(description="Its last day.", examples=["2027-12-31"])
    secret: int = Field(
        default=1, ge=1, le=9999, description="Version of its password; the next number renews it.", examples=[2]
    )
    roles: Several[RoleName] = Field(
        default=(), description="Application roles granted to it.", examples=[["mis.okur"]]
    )
    mail: Mail | None = Field(
        default=None,
        description="Its mail address: it then has a mailbox, and sends as it.",
        examples=["tarayici@ornek.bel.tr"],
    )


class Inventory(Entity):
    """The sections of the inventory. Any file may hold any of them; lists of several files are put together."""

    organisation: Organisation = Field(description="The municipality itself; once.")
    units: Several[Unit] = Field(default=(), description="Units of the organisation.")
    access_classes: Several[AccessClass] = Field(default=(), description="Access classes.")
    password_policies: Several[PasswordPolicy] = Field(default=(), description="Password policies of access classes.")
    groups: Several[Group] = Field(default=(), description="Groups beside those of units, classes and roles.")
    sites: Several[Site] = Field(default=(), description="Sites.")
    applications: Several[Application] = Field(default=(), description="Applications and their roles.")
    people: Several[Person] = Field(default=(), description="People.")
    service_accounts: Several[ServiceAccount] = Field(default=(), description="Accounts of programs.")
    servers: Several[Server] = Field(default=(), description="Servers.")
    devices: Several[Device] = Field(default=(), description="Network devices.")
    dns_records: Several[DnsRecord] = Field(default=(), description="Names in the city's own zones.")
    mail: MailSettings | None = Field(default=None, description="The mail system; once, or not at all.")
    mailing_lists: Several[MailingList] = Field(default=(), description="Addresses whose mail many get.")
    telephones: Several[Handset] = Field(default=(), description="Telephones on desks.")
    telephony: TelephonySettings | None = Field(
        default=None, description="The telephone exchange; once, or not at all."
    )


KEYS = {
    "units": "code",
    "access_classes": "code",
    "password_policies": "code",
    "groups": "code",
    "sites": "code",
    "applications": "code",
    "people": "id",
    "service_accounts": "name",
    "servers": "name",
    "devices": "name",
    "dns_records": "name",
    "mailing_lists": "code",
    "telephones": "mac",
}
"""The key of each section's items: what names them in messages and never occurs twice."""
