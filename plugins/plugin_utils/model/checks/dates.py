# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Days that cannot be so."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from .. import asof
from ..mail import OutOfOffice
from ..people import DatedRole, Leave
from ..rights import DatedMember
from .rule import Finding, rule

if TYPE_CHECKING:
    from ..city import City


_PERIODS = ("earlier", "leave", "roles", "forwards", "out_of_office")
"""Keys of a person that hold times with a first and a last day; a role may also be a name alone."""

_ABSENCES = {"leave": "leave", "out_of_office": "answer"}
"""Keys of a person that hold times of absence, and what one is called."""


@rule("days-reversed")
def days_reversed(city: City) -> Iterator[Finding]:
    """A period ends on the day it begins or later."""
    for position, person in enumerate(city.inventory.people):
        if person.until and person.until < person.from_:
            yield (
                "people",
                position,
                ("until",),
                f"the last day {person.until} is before the first, {person.from_}",
                "mend one of them",
            )
        if not (person.earlier or person.leave or person.roles or person.forwards or person.out_of_office):
            continue
        for key in _PERIODS:
            for place, period in enumerate(getattr(person, key)):
                if isinstance(period, str) or not period.until or not period.from_:
                    continue
                if period.until < period.from_:
                    message = f"the last day {period.until} is before the first, {period.from_}"
                    yield "people", position, (key, place, "until"), message, "mend one of them"
    yield from _memberships_reversed(city)
    for place, selector in enumerate(city.mail.dkim if city.mail else ()):
        if selector.from_ and selector.until and selector.until < selector.from_:
            message = f"the last day {selector.until} is before the first, {selector.from_}"
            yield "mail", 0, ("dkim", place, "until"), message, "mend one of them"


def _memberships_reversed(city: City) -> Iterator[Finding]:
    for position, group in enumerate(city.inventory.groups):
        for key in ("set", "add"):
            for place, entry in enumerate(getattr(group.members, key) or ()):
                if isinstance(entry, DatedMember) and entry.from_ and entry.until and entry.until < entry.from_:
                    message = f"the last day {entry.until} is before the first, {entry.from_}"
                    yield "groups", position, ("members", key, place, "until"), message, "mend one of them"


@rule("employments-overlap")
def employments_overlap(city: City) -> Iterator[Finding]:
    """One employment has ended before the next begins."""
    for position, person in enumerate(city.inventory.people):
        if person.earlier:
            known = asof.employments(person)
            for (_, last), (first, _) in pairwise(known):
                if last is None or last >= first:
                    message = f"an employment begins on {first}, before the one until {last or 'now'} has ended"
                    yield (
                        "people",
                        position,
                        ("earlier",),
                        message,
                        "the present employment is `from` and `until`; `earlier` holds those before",
                    )


@rule("leave-outside")
def leave_outside(city: City) -> Iterator[Finding]:
    """Leave, and a time in which mail is answered, lie within an employment."""
    for position, key, noun, absences in _absences(city):
        known = asof.employments(city.inventory.people[position])
        for place, absence in absences:
            inside = (
                asof.covers(first, last, absence.from_) and asof.covers(first, last, absence.until)
                for first, last in known
            )
            if not any(inside):
                message = f"the {noun} from {absence.from_} to {absence.until} lies outside the employment"
                yield "people", position, (key, place), message, "mend its days, or `until` of the person"


@rule("leave-overlap")
def leave_overlap(city: City) -> Iterator[Finding]:
    """No day is in two leaves, and on no day mail has two answers."""
    for position, key, noun, absences in _absences(city):
        ordered = sorted(absences, key=lambda entry: entry[1].from_)
        for (_, before), (place, absence) in pairwise(ordered):
            if absence.from_ <= before.until:
                message = f"the {noun} from {absence.from_} begins before the one until {before.until} has ended"
                yield "people", position, (key, place), message, "put them together or mend the days"


def _absences(city: City) -> Iterator[tuple[int, str, str, list[tuple[int, Leave | OutOfOffice]]]]:
    """By person and key, where there are any: position, key, what one is called, and each with its place."""
    for position, person in enumerate(city.inventory.people):
        if person.leave or person.out_of_office:
            for key, noun in _ABSENCES.items():
                yield position, key, noun, list(enumerate(getattr(person, key)))


@rule("hold-outside")
def hold_outside(city: City) -> Iterator[Finding]:
    """A legal hold begins on the first day of work or later: before that there is nothing to keep."""
    for position, person in enumerate(city.inventory.people):
        if person.legal_hold and person.legal_hold.from_ < (first := asof.employments(person)[0][0]):
            message = f"the legal hold begins on {person.legal_hold.from_}, before the first day of work, {first}"
            yield "people", position, ("legal_hold", "from"), message, "mend one of the days"


@rule("role-outside")
def role_outside(city: City) -> Iterator[Finding]:
    """A dated role has a day on which the person is employed."""
    for position, person in enumerate(city.inventory.people):
        for place, role in enumerate(person.roles):
            if not isinstance(role, DatedRole):
                continue
            days = role.from_, role.until
            if not any(asof.overlap(days, employment) for employment in asof.employments(person)):
                yield (
                    "people",
                    position,
                    ("roles", place),
                    f"the role {role.role} lies outside the employment",
                    "mend its days or take it away",
                )


@rule("former-name-days")
def former_name_days(city: City) -> Iterator[Finding]:
    """A former name ended between the first day of work and the last, each on another day, its address no earlier."""
    for position, person in enumerate(city.inventory.people):
        days: set[datetime.date] = set()
        for place, former in enumerate(person.former):
            first = asof.employments(person)[0][0]
            if former.until < first:
                message = f"the former name ended on {former.until}, before the first day of work, {first}"
                yield (
                    "people",
                    position,
                    ("former", place, "until"),
                    message,
                    "take the entry away: nothing was ever given in that name",
                )
            if person.until and former.until >= person.until:
                message = f"the former name ends on {former.until}, and the last day of work is {person.until}"
                yield (
                    "people",
                    position,
                    ("former", place, "until"),
                    message,
                    "mend one of the days, or take the entry away",
                )
            if former.until in days:
                yield (
                    "people",
                    position,
                    ("former", place, "until"),
                    "two former names ended on the same day",
                    "mend one of the days",
                )
            days.add(former.until)
            if former.address_until and former.address_until < former.until:
                message = f"the address ends on {former.address_until}, before the name, {former.until}"
                yield "people", position, ("former", place, "address_until"), message, "mend one of the days"


@rule("former-name-same")
def former_name_same(city: City) -> Iterator[Finding]:
    """A former name differs from the one after it."""
    for position, person in enumerate(city.inventory.people):
        known = asof.all_names(person) if person.former else []
        for before, after in pairwise(known):
            if before.former is not None and before[:2] == after[:2]:
                place = person.former.index(before.former)
                yield (
                    "people",
                    position,
                    ("former", place),
                    "the former name is the same as the one after it",
                    "say what was different",
                )


@rule("hours-reversed")
def hours_reversed(city: City) -> Iterator[Finding]:
    """Logon hours of a class end after they begin, on the same day."""
    for position, item in enumerate(city.inventory.access_classes):
        for place, span in enumerate(item.logon_hours):
            if span.until <= span.from_ or not span.days:
                message = f"the hours from {span.from_} to {span.until} hold no hour of any day"
                remedy = "name a later end, at most 24:00, and at least one day; split a night at midnight"
                yield "access_classes", position, ("logon_hours", place), message, remedy
