# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What answers a number beside people and units: menus, queues, rooms and loudspeakers, with words of their own."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .base import Entity, Several
from .texts import (
    CallForwardTarget,
    CallTarget,
    Code,
    Date,
    Digit,
    Extension,
    MailMember,
    Name,
    Sentence,
    SoundFile,
    Telephone,
)

_PROMPT = "The exchange speaks it, in the organisation's language, or plays what somebody recorded."


class Recording(Entity):
    """Words that somebody recorded, for callers to hear instead of the exchange's own voice."""

    text: Sentence = Field(
        description="What is said in it, word for word: this is what plans show.",
        examples=["Belediyemiz şu anda kapalıdır."],
    )
    file: SoundFile = Field(
        description="A WAV with PCM samples of any rate, at most three minutes and 32 MB: a file in the inventory "
        "folder, only with the consent of whose voice it is. It is played with 8 kHz and one channel.",
        examples=["prompts/kapali.wav"],
    )


class CallService(Entity):
    """What answers under a number of its own."""

    code: Code = Field(description="Its key.", examples=["ana"])
    name: Name = Field(description="Its name for people.", examples=["Ana karşılama"])
    extension: Extension = Field(description="Its extension, in quotes.", examples=["1000"])
    telephone: Telephone | None = Field(
        default=None,
        description="Its number for the world, if not the one that comes with the extension.",
        examples=["+903120000000"],
    )


class Choice(Entity):
    """A digit of a menu, and where it leads."""

    digit: Digit = Field(description="What is pressed, in quotes.", examples=["1"])
    to: CallTarget = Field(description="Who answers.", examples=["unit:zabita"])


class Menu(CallService):
    """Says what may be chosen, and puts callers through by the digit that they press."""

    prompt: Sentence | Recording = Field(
        description=f"What callers hear while the city is open. {_PROMPT}",
        examples=["Örnek Belediyesine hoş geldiniz. Zabıta için biri, imar için ikiyi tuşlayın."],
    )
    closed: Sentence | Recording | None = Field(
        default=None,
        description="What they hear instead while it is closed, before the call ends; the same menu, if not given. "
        f"{_PROMPT}",
        examples=["Belediyemiz şu anda kapalıdır."],
    )
    choices: Several[Choice] = Field(description="What may be chosen.")
    seconds: int = Field(default=6, ge=2, le=30, description="How long is waited for a digit.", examples=[6])
    times: int = Field(default=3, ge=1, le=9, description="How often it is said.", examples=[3])
    otherwise: CallTarget | None = Field(
        default=None, description="Who answers whoever presses nothing; nobody, if not given.", examples=["unit:destek"]
    )


class QueueMember(Entity):
    """Who takes calls of a queue."""

    member: MailMember = Field(description="The person, or everybody of a unit.", examples=["unit:destek"])
    penalty: int = Field(
        default=0,
        ge=0,
        le=9,
        description="The larger, the later: these are asked once nobody else is free.",
        examples=[1],
    )


class Queue(CallService):
    """Callers wait in the order in which they came, until somebody is free."""

    members: Several[QueueMember] = Field(description="Who takes its calls.")
    strategy: Literal["ringall", "leastrecent", "fewestcalls", "rrmemory", "random"] = Field(
        default="rrmemory", description="Who is asked next: everybody at once, or one by one.", examples=["ringall"]
    )
    seconds: int = Field(default=20, ge=5, le=120, description="How long a telephone is asked.", examples=[20])
    wait_seconds: int = Field(default=300, ge=10, le=3600, description="How long a caller waits.", examples=[300])
    otherwise: CallTarget | None = Field(
        default=None, description="Who answers after that; nobody, if not given.", examples=["unit:bilgi-islem"]
    )
    recorded: Sentence | Recording | None = Field(
        default=None,
        description="What callers hear before they wait, where their calls are recorded; without it, none is. They are "
        f"kept for `recording_days`. {_PROMPT}",
        examples=["Görüşmeniz kaydedilmektedir."],
    )


class Paging(CallService):
    """Speaks through the loudspeakers of several telephones at once."""

    telephones: Several[MailMember] = Field(description="Whose telephones speak.", examples=[["unit:zabita"]])
    callers: Several[MailMember] = Field(
        description="Who may speak; all others are refused.", examples=[["class:mudur"]]
    )


class Conference(CallService):
    """A room in which all who call it hear each other."""

    pin: bool = Field(
        default=True,
        description="Whether a number must be entered first. It is derived, and stands in the sealed letter of nobody: "
        "`konak.it.secret` tells it.",
        examples=[True],
    )
    most: int = Field(default=20, ge=2, le=200, description="How many may be in it.", examples=[20])


class Parking(Entity):
    """Where calls are left, to be taken again at any other telephone."""

    extension: Extension = Field(
        description="Whom a call is put through to, to be left there; the place is spoken.", examples=["4920"]
    )
    first: Extension = Field(description="The first place, in quotes: who calls it takes the call.", examples=["4921"])
    last: Extension = Field(description="The last place.", examples=["4929"])
    seconds: int = Field(
        default=90, ge=10, le=600, description="After so long it rings where it was left.", examples=[90]
    )


class CallForward(Entity):
    """A time in which somebody else answers a person's number."""

    to: CallForwardTarget = Field(
        description="Who answers, or a number of the world that the person's class may call at any time.",
        examples=["person:40096", "+903120000120"],
    )
    from_: Date | None = Field(
        default=None, alias="from", description="The first day; empty: at once.", examples=["2026-12-07"]
    )
    until: Date | None = Field(default=None, description="The last day; empty: without end.", examples=["2026-12-18"])
