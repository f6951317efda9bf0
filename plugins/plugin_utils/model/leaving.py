# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a leaver's mailbox, day by day, and what who writes to it is told.

Days are counted from the last day of work; the day after that is day 1. Until ``answer_days`` mail is taken and
answered (``closing``), then it is refused; until ``freeze_days`` the mailbox stays as it is, then it is set aside
(``frozen``); after ``archive_days`` it is packed (``archived``). Who is employed, on leave or back, has an open one. A
legal hold stops all of this: the stage stays that of its first day, or of day 1 if it began before.
"""

from __future__ import annotations

import datetime
from typing import Literal, NamedTuple

from . import asof
from .city import Account, City
from .mail import LeaverMail, LegalHold
from .people import Person

Day = datetime.date

_ONE = datetime.timedelta(days=1)
_ANSWERS = {
    "tr": {
        "gone": "{name} artık {organisation} bünyesinde çalışmamaktadır.",
        "successor": "Konunuzla ilgilenecek kişi: {successor}, {address}.",
        "unit": "Konunuz için birimin telefonu: {telephone}.",
        "organisation": "Konunuz için santral: {telephone}.",
    },
    "en": {
        "gone": "{name} no longer works at {organisation}.",
        "successor": "Please write to {successor}, {address}.",
        "unit": "Please call the department: {telephone}.",
        "organisation": "Please call the switchboard: {telephone}.",
    },
}
"""Names stand where Turkish needs no suffix at them."""


Step = Literal["future", "open", "closing", "refused", "frozen", "archived"]


class Stage(NamedTuple):
    """How far a mailbox is.

    :ivar since: the first day of the stage; ``None`` if it always was.
    :ivar until: the day of the next step; ``None`` if none is to come, or a legal hold stops it.
    :ivar copy: whether the successor gets a copy of what comes on this day.
    :ivar held: the legal hold, from its first day on.
    """

    name: Step
    since: Day | None = None
    until: Day | None = None
    copy: bool = False
    held: LegalHold | None = None


def rules(person: Person, usual: LeaverMail) -> LeaverMail:
    """The days that count for one leaver."""
    own = person.mail_leaver
    return usual if own is None else usual.model_copy(update=own.model_dump(exclude_none=True))


def hold_on(person: Person, day: Day) -> LegalHold | None:
    """The legal hold that keeps what a person had, on a day."""
    return person.legal_hold if person.legal_hold and person.legal_hold.from_ <= day else None


def is_over(city: City, person: Person) -> bool:
    """Whether a person left longer ago than the retention; whether something is held is another question."""
    retention = datetime.timedelta(days=city.organisation.retention_days)
    return city.states[person.id] == "left" and asof.last_day(person, city.as_of) + retention < city.as_of


def stage(person: Person, usual: LeaverMail, day: Day) -> Stage:
    """The stage of a person's mailbox on a day.

    :arg usual: ``mail.leaver``; what the person's record says of it counts more.
    """
    held = hold_on(person, day)
    if held is None:
        return _stage(person, rules(person, usual), day)
    stopped = max(held.from_, asof.last_day(person, day) + _ONE) if asof.state(person, day) == "left" else day
    return _stage(person, rules(person, usual), stopped)._replace(until=None, held=held)


def _stage(person: Person, days: LeaverMail, day: Day) -> Stage:
    state = asof.state(person, day)
    if state == "future":
        return Stage("future", until=asof.employments(person)[0][0])
    if state != "left":
        first, last = next(one for one in asof.employments(person) if asof.covers(*one, day))
        return Stage("open", first, last + _ONE if last else None)
    last = asof.last_day(person, day)
    gone = (day - last).days
    steps: tuple[tuple[Step, int], ...] = (
        ("closing", days.answer_days),
        ("refused", days.freeze_days),
        ("frozen", days.archive_days),
    )
    before = 0
    for name, until in steps:
        if gone <= until:
            since, next_step = _after(last, before), _after(last, until)
            return Stage(name, since, next_step, copy=name == "closing" and gone <= days.copy_days)
        before = max(before, until)
    return Stage("archived", _after(last, before))


def _after(last: Day, days: int) -> Day:
    """The day that follows so many days after the last one."""
    return last + datetime.timedelta(days=days + 1)


def answer(city: City, gone: Account, successor: Account | None) -> str:
    """What who writes to a leaver is told, in the leaver's language if it is one of ours, else the organisation's."""
    own = (gone.person.language or "").partition("-")[0]
    words = _ANSWERS[own if own in _ANSWERS else city.organisation.language]
    parts = [words["gone"].format(name=gone.display, organisation=city.organisation.name)]
    telephone = _telephone(city, gone.person.unit)
    if successor is not None and successor.mail:
        parts.append(words["successor"].format(successor=successor.display, address=successor.mail))
    elif telephone:
        parts.append(words["unit"].format(telephone=telephone))
    elif city.organisation.telephone:
        parts.append(words["organisation"].format(telephone=city.organisation.telephone))
    return " ".join(parts)


def _telephone(city: City, code: str | None) -> str | None:
    """The outside number of a unit, else of the next unit above that has one."""
    while code is not None:
        unit = city.units[code]
        if unit.telephone:
            return unit.telephone
        code = unit.parent
    return None
