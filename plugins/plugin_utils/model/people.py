# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A person's record: the words of the inventory's section ``people``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .base import Entity, Several
from .call_services import CallForward
from .mail import Forward, LegalHold, OutOfOffice, OwnLeaverMail
from .texts import (
    Code,
    Date,
    Extension,
    Language,
    Login,
    Mail,
    Name,
    PersonId,
    PhotoFile,
    RoleName,
    ShortName,
    Telephone,
)


class Period(Entity):
    """A time from one day to another, both included."""

    from_: Date = Field(alias="from", description="Its first day.", examples=["2022-03-01"])
    until: Date = Field(description="Its last day.", examples=["2023-08-31"])


class Leave(Period):
    """A time in which the person keeps the post but works not and reaches nothing."""

    kind: Literal["yearly", "unpaid", "parental", "military", "medical", "suspension", "other"] = Field(
        default="other", description="What kind of leave; the systems treat all alike.", examples=["parental"]
    )


class DatedRole(Entity):
    """A role for a time."""

    role: RoleName = Field(description="Application and role.", examples=["cbs.editor"])
    from_: Date | None = Field(
        default=None, alias="from", description="Its first day; empty: at once.", examples=["2026-01-01"]
    )
    until: Date | None = Field(default=None, description="Its last day; empty: without end.", examples=["2026-12-31"])


class FormerName(Entity):
    """A name that the person had until a day; its login and address stay reserved."""

    given: ShortName | None = Field(
        default=None, description="The former given name, if it changed.", examples=["Elif"]
    )
    family: ShortName | None = Field(
        default=None, description="The former family name, if it changed.", examples=["Kaya"]
    )
    until: Date = Field(description="The last day of the former name.", examples=["2026-03-14"])
    login: Login | None = Field(
        default=None,
        description="The login of that time, if neither derived nor the present one.",
        examples=["elif.kaya"],
    )
    mail: Mail | None = Field(
        default=None,
        description="The mail address of that time, if neither derived nor the present one.",
        examples=["elif.kaya@ornek.bel.tr"],
    )
    address_until: Date | None = Field(
        default=None,
        description="The last day of the former address, if not that of `organisation.former_address_days`.",
        examples=["2027-03-14"],
    )


class Person(Entity):
    """A member of staff: one record, from the first day to the last."""

    id: PersonId = Field(description="Personnel number, in quotes. The key; it never changes.", examples=["40117"])
    given: ShortName = Field(description="Given name or names.", examples=["Elif"])
    family: ShortName = Field(description="Family name.", examples=["Işık"])
    unit: Code = Field(description="The unit that the person works in.", examples=["bilgi-islem"])
    title: Name = Field(description="Title of the post.", examples=["Uzman"])
    class_: Code = Field(alias="class", description="Access class.", examples=["uzman"])
    from_: Date = Field(alias="from", description="First day of work.", examples=["2024-02-01"])
    until: Date | None = Field(
        default=None, description="Last day of work; empty while employed.", examples=["2027-06-30"]
    )
    earlier: Several[Period] = Field(default=(), description="Earlier employments of one who came back.")
    leave: Several[Leave] = Field(default=(), description="Times of leave.")
    site: Code | None = Field(default=None, description="Site; the unit's, if empty.", examples=["merkez"])
    room: Name | None = Field(default=None, description="Room, in quotes.", examples=["214"])
    manager: PersonId | None = Field(
        default=None, description="Who leads the person, if not the unit's manager.", examples=["40001"]
    )
    extension: Extension | None = Field(default=None, description="Telephone extension, in quotes.", examples=["2417"])
    telephone: Telephone | None = Field(
        default=None,
        description="The post's own outside number, never a private one; left as it is if not given.",
        examples=["+903120002417"],
    )
    language: Language | None = Field(default=None, description="Language, if not the organisation's.", examples=["en"])
    photo: PhotoFile | None = Field(
        default=None,
        description="A picture of the face, JPEG, at most 100 kB: a file in the inventory folder, only with consent; "
        "left as it is if not given.",
        examples=["photos/40117.jpg"],
    )
    roles: Several[RoleName | DatedRole] = Field(
        default=(),
        description="Application roles granted to the person, beside those of the class.",
        examples=[["mis.yonetici"]],
    )
    former: Several[FormerName] = Field(default=(), description="Names that the person had before.")
    login: Login | None = Field(default=None, description="Login, if not the derived one.", examples=["elif.isik"])
    mail: Mail | None = Field(
        default=None, description="Mail address, if not the derived one.", examples=["elif.isik@ornek.bel.tr"]
    )
    aliases: Several[Mail] = Field(
        default=(), description="Further addresses of the mailbox.", examples=[["imar.danisma@ornek.bel.tr"]]
    )
    mail_quota_mb: int | None = Field(
        default=None, ge=1, description="Size of the mailbox in megabytes, if not the class's.", examples=[8192]
    )
    forwards: Several[Forward] = Field(default=(), description="Where mail goes too, while the person is employed.")
    out_of_office: Several[OutOfOffice] = Field(default=(), description="Answers to who writes, each for a time.")
    call_forwards: Several[CallForward] = Field(
        default=(), description="Who answers the extension instead, each for a time; of several, the first counts."
    )
    successor: PersonId | None = Field(
        default=None,
        description="Who takes over a leaver's work: is named in the answer, and gets a copy of the mail.",
        examples=["40096"],
    )
    mail_leaver: OwnLeaverMail | None = Field(
        default=None, description="What becomes of the mailbox of this leaver, if it differs from `mail.leaver`."
    )
    legal_hold: LegalHold | None = Field(
        default=None, description="An order to keep mailbox and voice mailbox; it stops every step of `mail.leaver`."
    )
