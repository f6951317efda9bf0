# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""E-mail: the words of the sections ``mail`` and ``mailing_lists``, and what people and units say about theirs."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .base import Entity, Several
from .texts import (
    Alias,
    Code,
    Date,
    ForwardTarget,
    HostName,
    ListMember,
    LocalPart,
    Login,
    Mail,
    MailMember,
    Name,
    Prefix,
    Sentence,
    ShortName,
)

LONGEST = 36500
"""Days: as good as for ever."""


class LeaverMail(Entity):
    """What becomes of a leaver's mailbox, in days from the last day of work; the day after that is day 1."""

    answer_days: int = Field(
        default=30,
        ge=0,
        le=LONGEST,
        description="For so long mail is taken, and who writes is told whom to write to; then it is refused.",
        examples=[30],
    )
    copy_days: int = Field(
        default=30,
        ge=0,
        le=LONGEST,
        description="For so long the successor gets a copy of what comes; 0: never.",
        examples=[30],
    )
    freeze_days: int = Field(
        default=60,
        ge=0,
        le=LONGEST,
        description="For so long the mailbox stays as it is; then it is set aside.",
        examples=[60],
    )
    archive_days: int = Field(
        default=90,
        ge=0,
        le=LONGEST,
        description="For so long it lies aside; then it is packed into an archive.",
        examples=[90],
    )


class OwnLeaverMail(Entity):
    """What is different for one leaver; what is not given is as it is for all."""

    answer_days: int | None = Field(
        default=None, ge=0, le=LONGEST, description="In place of the same key of `mail.leaver`.", examples=[90]
    )
    copy_days: int | None = Field(
        default=None, ge=0, le=LONGEST, description="In place of the same key of `mail.leaver`.", examples=[0]
    )
    freeze_days: int | None = Field(
        default=None, ge=0, le=LONGEST, description="In place of the same key of `mail.leaver`.", examples=[120]
    )
    archive_days: int | None = Field(
        default=None, ge=0, le=LONGEST, description="In place of the same key of `mail.leaver`.", examples=[180]
    )


class DkimKey(Entity):
    """A key with which outgoing mail is signed; the one that began last signs."""

    selector: Alias = Field(description="Its name in the DNS; never used again for another key.", examples=["k2026"])
    from_: Date | None = Field(
        default=None, alias="from", description="Its first day; empty: always was.", examples=["2026-01-01"]
    )
    until: Date | None = Field(
        default=None,
        description="The last day on which it is published; some days after the next one begins.",
        examples=["2027-01-14"],
    )


class Dmarc(Entity):
    """What others are asked to do with mail in the city's name that is not the city's."""

    policy: Literal["none", "quarantine", "reject"] = Field(
        default="none", description="Nothing, set it aside, or refuse it.", examples=["quarantine"]
    )
    share: int = Field(default=100, ge=0, le=100, description="Of how many in a hundred messages.", examples=[25])
    reports: Mail | None = Field(
        default=None, description="Where daily reports go.", examples=["dmarc-rapor@ornek.bel.tr"]
    )


class MailSettings(Entity):
    """The mail system of the city; a city without this section has none."""

    host: HostName = Field(
        description="The name that clients and other servers use: that of a server with the service `mail`, or a "
        "further one.",
        examples=["posta.ornek.bel.tr"],
    )
    account: Login = Field(
        description="The service account under which the mail server asks the directory.", examples=["svc-posta"]
    )
    quota_mb: int = Field(default=2048, ge=1, description="Size of a mailbox in megabytes.", examples=[2048])
    message_mb: int = Field(
        default=25, ge=1, le=200, description="Size of the largest message in megabytes.", examples=[25]
    )
    postmaster: Several[MailMember] = Field(
        description="Who gets what is written to postmaster and abuse; everybody may write there.",
        examples=[["unit:sistem-ag"]],
    )
    leaver: LeaverMail = Field(default=LeaverMail(), description="What becomes of a leaver's mailbox.")
    dkim: Several[DkimKey] = Field(
        default=(), description="Keys with which outgoing mail is signed; it is not, if empty."
    )
    dmarc: Dmarc = Field(default=Dmarc(), description="What others do with mail that only looks like the city's.")
    mta_sts: Literal["none", "testing", "enforce"] = Field(
        default="none",
        description="Whether other servers are told to send encrypted only: no, to try and report, yes.",
        examples=["testing"],
    )
    tls_reports: Mail | None = Field(
        default=None,
        description="Where others report that they could not send encrypted.",
        examples=["tls-rapor@ornek.bel.tr"],
    )
    relays: Several[Prefix] = Field(
        default=(),
        description="Hosts that send without logging on, such as scanners; only in the name of the city's addresses.",
        examples=[["192.0.2.96/29"]],
    )


class Forward(Entity):
    """Where a person's mail goes too, or instead."""

    to: ForwardTarget = Field(description="A colleague's personnel number, or an address.", examples=["40096"])
    keep_copy: bool = Field(
        default=True,
        description="Whether it stays in the mailbox too; with several at a time, whether all of them say so.",
        examples=[True],
    )
    from_: Date | None = Field(
        default=None, alias="from", description="The first day; empty: at once.", examples=["2026-11-02"]
    )
    until: Date | None = Field(default=None, description="The last day; empty: without end.", examples=["2026-12-31"])


class OutOfOffice(Entity):
    """A time in which who writes to the person gets an answer."""

    from_: Date = Field(alias="from", description="Its first day.", examples=["2026-11-16"])
    until: Date = Field(description="Its last day.", examples=["2026-11-27"])
    text: Sentence = Field(
        description="The answer.",
        examples=["27 Kasım'a kadar izindeyim; işiniz için imar@ornek.bel.tr adresine yazın."],
    )


class LegalHold(Entity):
    """An order to keep a mailbox as it is: from its day on nothing is set aside, packed or deleted."""

    from_: Date = Field(alias="from", description="Its first day.", examples=["2026-11-02"])
    reason: Name = Field(description="Who ordered it, by file number.", examples=["Teftiş Kurulu, 2026/118"])


class UnitMailbox(Entity):
    """A unit's own mailbox, shared by those who look after it."""

    name: LocalPart = Field(description="What stands before the @ of its address.", examples=["zabita"])
    quota_mb: int | None = Field(
        default=None, ge=1, description="Size in megabytes, if not that of `mail`.", examples=[10240]
    )
    read: Several[MailMember] | None = Field(
        default=None, description="Who reads it; the unit with all below it, if not given.", examples=[["unit:zabita"]]
    )
    write: Several[MailMember] | None = Field(
        default=None,
        description="Who files and deletes in it, and so reads it too; the unit with all below it, if not given.",
        examples=[["role:ebys.evrak-kayit"]],
    )
    send_as: Several[MailMember] | None = Field(
        default=None,
        description="Who sends in its name; the unit with all below it, if not given.",
        examples=[["person:40010"]],
    )


class MailingList(Entity):
    """An address whose mail many get."""

    code: Code = Field(description="Its key.", examples=["tum-personel"])
    name: ShortName = Field(description="Its name for people.", examples=["Tüm personel"])
    address: LocalPart = Field(description="What stands before the @ of its address.", examples=["tum-personel"])
    members: Several[ListMember] = Field(
        description="Who gets it; `list:` and a code puts in the members of another list.",
        examples=[["unit:baskanlik", "list:danismanlar"]],
    )
    senders: Literal["anyone", "internal"] | Several[MailMember] = Field(
        default="internal",
        description="Who may write to it: everybody, everybody with a mailbox of the city, or those who are named.",
        examples=[["class:baskan", "unit:insan-kaynaklari"]],
    )
