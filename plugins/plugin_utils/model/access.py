# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access classes: the words of the inventory's section ``access_classes``."""

from __future__ import annotations

from pydantic import Field

from .base import Entity, Several
from .texts import Code, Hour, Name, RoleName, Text, Weekday


class LogonHours(Entity):
    """Hours of some days of the week, in the organisation's time zone."""

    days: Several[Weekday] = Field(description="The days.", examples=[["mon", "tue", "wed", "thu", "fri"]])
    from_: Hour = Field(alias="from", description="The hour from which one may log on.", examples=["07:00"])
    until: Hour = Field(description="The hour at which that ends.", examples=["19:00"])


class AccessClass(Entity):
    """The one word on a person that decides what they may reach."""

    code: Code = Field(description="Its key.", examples=["uzman"])
    name: Name = Field(description="Its name for people.", examples=["Uzman personel"])
    description: Text = Field(
        default="", description="Whom it is meant for.", examples=["Belge hazırlayan ve onaylatan personel"]
    )
    roles: Several[RoleName] = Field(
        default=(), description="Application roles that come with the class.", examples=[["ebys.kullanici"]]
    )
    logon_hours: Several[LogonHours] = Field(
        default=(), description="When its members may log on; always, if empty. The directory itself enforces it."
    )
    password_policy: Code | None = Field(
        default=None, description="A password policy of its own; the domain's, if empty.", examples=["yonetici"]
    )
    mail_quota_mb: int | None = Field(
        default=None,
        ge=1,
        description="Size of its members' mailboxes in megabytes, if not that of `mail`.",
        examples=[4096],
    )
    calls: Several[Code] = Field(
        default=(),
        description="Destinations of `telephony` that its members may call; none, if empty. Colleagues and emergency "
        "numbers may be called by everybody.",
        examples=[["local", "national", "mobile"]],
    )
    calls_closed: Several[Code] | None = Field(
        default=None,
        description="Which of them they may call while the city is closed; all of `calls`, if not given.",
        examples=[["local"]],
    )
