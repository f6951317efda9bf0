# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The telephone exchange: the words of the inventory's section ``telephony``, and of units' lines."""

from __future__ import annotations

from pydantic import Field

from .base import Entity, Several
from .call_services import Conference, Menu, Paging, Parking, Queue
from .texts import (
    Code,
    Date,
    Digits,
    Extension,
    HostName,
    MailMember,
    Minute,
    Name,
    NumberPrefix,
    Prefix,
    Telephone,
    Weekday,
)


class NumberRange(Entity):
    """Extensions that may be given."""

    first: Extension = Field(description="The first, in quotes.", examples=["2400"])
    last: Extension = Field(description="The last, with as many digits, in quotes.", examples=["2499"])
    outside: NumberPrefix | None = Field(
        default=None,
        description="What stands before the extension in its number for the world; empty if it has none.",
        examples=["+90312000"],
    )


class Destination(Entity):
    """Numbers of the world that are allowed or refused together."""

    code: Code = Field(description="Its key.", examples=["mobile"])
    name: Name = Field(description="Its name for people.", examples=["Cep telefonları"])
    prefixes: Several[NumberPrefix] = Field(
        description="How its numbers begin, with country code; of several that fit, the longest counts.",
        examples=[["+905"]],
    )


class Trunk(Entity):
    """A way to the telephone network of the world."""

    code: Code = Field(description="Its key.", examples=["tasiyici"])
    host: HostName = Field(
        description="The carrier's exchange, by name; by address where it is needed while no name server is reached.",
        examples=["sip.ornek.bel.tr"],
    )
    port: int = Field(default=5061, ge=1, le=65535, description="Its port.", examples=[5061])
    sources: Several[Prefix] = Field(
        default=(),
        description="The networks from which its calls come. If empty, they come from `host`; then none are taken "
        "while that name cannot be found.",
        examples=[["203.0.113.8/29"]],
    )
    priority: int = Field(ge=1, le=99, description="The smallest is tried first.", examples=[1])
    encrypted: bool = Field(
        default=True, description="Whether signalling and sound are encrypted (TLS and SRTP).", examples=[True]
    )


class Branch(Entity):
    """A site with an exchange of its own, which goes on inside and to emergency services without the main one."""

    site: Code = Field(description="The site whose telephones register with it.", examples=["ek-hizmet"])
    host: HostName = Field(
        description="The name that they use: that of a server at the site with the service `pbx`, or a further one.",
        examples=["santral-ek.ornek.bel.tr"],
    )
    trunks: Several[Trunk] = Field(
        description="Its own ways to the world: first for emergency calls, last for all others, which leave by the "
        "main exchange while that is reached."
    )


class OpeningHours(Entity):
    """When the city is open on some days of the week."""

    days: Several[Weekday] = Field(description="The days.", examples=[["mon", "tue", "wed", "thu", "fri"]])
    from_: Minute = Field(alias="from", description="When it opens.", examples=["08:00"])
    until: Minute = Field(description="When it closes.", examples=["17:30"])


class Holiday(Entity):
    """A day on which the city is closed, or closes early."""

    day: Date = Field(
        description="The day. One that moves every year is written for every year.", examples=["2026-10-29"]
    )
    name: Name = Field(description="What it is.", examples=["Cumhuriyet Bayramı"])
    from_: Minute | None = Field(
        default=None, alias="from", description="When the city closes; empty: it does not open.", examples=["13:00"]
    )


class UnitLine(Entity):
    """A unit's number: it rings several telephones at once while the city is open."""

    extension: Extension = Field(description="Its extension, in quotes.", examples=["2400"])
    ring: Several[MailMember] | None = Field(
        default=None,
        description="Whose telephones ring; those of the unit with all below it, if not given.",
        examples=[["unit:destek", "person:40040"]],
    )
    seconds: int = Field(default=25, ge=5, le=120, description="How long it rings.", examples=[25])
    hours: Several[OpeningHours] | None = Field(
        default=None, description="When it rings; while the city is open, if not given."
    )
    holidays: Several[Holiday] = Field(
        default=(),
        description="Days on which it does not ring, or not until the evening, beside the city's holidays; of a day "
        "that is given there too, this counts.",
    )
    on_holidays: bool = Field(
        default=False, description="Whether it rings on the city's holidays as on other days.", examples=[True]
    )


class ProbeLine(Entity):
    """A line of nobody, on which `verify` calls to prove what works and what must not."""

    extension: Extension = Field(description="Its extension, in quotes.", examples=["4901"])
    site: Code | None = Field(
        default=None,
        description="The branch with whose exchange it registers; the main exchange, if empty.",
        examples=["ek-hizmet"],
    )
    class_: Code = Field(alias="class", description="The access class whose rights it proves.", examples=["uzman"])


class TelephonySettings(Entity):
    """The telephone exchange of the city; a city without this section has none."""

    host: HostName = Field(
        description="The name that telephones use: that of a server with the service `pbx`, or a further one.",
        examples=["santral.ornek.bel.tr"],
    )
    country: Digits = Field(default="90", description="Country code, in quotes.", examples=["90"])
    area: Digits = Field(description="Area code, without the digit before it, in quotes.", examples=["312"])
    national: Digits = Field(
        default="0", description="What is dialled before the area code of another area, in quotes.", examples=["0"]
    )
    international: Digits = Field(
        default="00", description="What is dialled before the code of another country, in quotes.", examples=["00"]
    )
    local_digits: int = Field(
        default=7, ge=4, le=10, description="How many digits a number has within the area.", examples=[7]
    )
    line: Digits = Field(description="What is dialled for a line to the world, in quotes.", examples=["9"])
    emergency: Several[Digits] = Field(
        default=("112",),
        description="Numbers that everybody may call from every telephone at any time, in quotes.",
        examples=[["112"]],
    )
    ranges: Several[NumberRange] = Field(description="Extensions that may be given.")
    destinations: Several[Destination] = Field(
        default=(), description="Numbers of the world; what is in none of them is refused."
    )
    trunks: Several[Trunk] = Field(default=(), description="Ways to the world.")
    branches: Several[Branch] = Field(default=(), description="Sites with an exchange of their own.")
    hours: Several[OpeningHours] = Field(default=(), description="When the city is open; always closed, if empty.")
    holidays: Several[Holiday] = Field(default=(), description="When it is closed, or closes early.")
    menus: Several[Menu] = Field(default=(), description="Menus that put callers through.")
    queues: Several[Queue] = Field(default=(), description="Queues in which callers wait.")
    conferences: Several[Conference] = Field(default=(), description="Conference rooms.")
    pages: Several[Paging] = Field(default=(), description="Calls to the loudspeakers of several telephones.")
    recording_days: int = Field(
        default=30,
        ge=1,
        le=3650,
        description="How long recorded calls are kept; then they are removed from the exchange.",
        examples=[30],
    )
    call_record_days: int = Field(
        default=365,
        ge=1,
        le=3650,
        description="How long it is kept who called whom and when; then it is removed from the exchange.",
        examples=[365],
    )
    parking: Parking | None = Field(
        default=None, description="Where calls are left for others to take; nowhere, if empty."
    )
    probes: Several[ProbeLine] = Field(
        default=(),
        description="Lines of nobody, from which `verify` calls: one in each class that is to be proven. Only the "
        "server with the service `telephony-probe` can register them. Two or more prove calls from one to the other.",
    )
    ring_seconds: int = Field(
        default=25,
        ge=5,
        le=120,
        description="How long a telephone rings until the voice mailbox answers.",
        examples=[25],
    )
    caller: Telephone = Field(
        description="The number that others see, where a person has none of their own: the main number.",
        examples=["+903120000000"],
    )
