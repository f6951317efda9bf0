# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What dated facts say on one day. Every question of the form "is it so today" is answered here and nowhere else.

All days are days of the organisation's own time zone; a period holds its first and its last day.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from .people import DatedRole, FormerName, Period, Person
from .rights import DatedMember

Day = datetime.date
State = Literal["future", "active", "leave", "left"]

_ONE = datetime.timedelta(days=1)


def covers(first: Day | None, last: Day | None, day: Day) -> bool:
    """Whether a period, open at either end where it is ``None``, holds a day."""
    return (first is None or first <= day) and (last is None or day <= last)


def overlap(first: tuple[Day | None, Day | None], second: tuple[Day | None, Day | None]) -> bool:
    """Whether two periods have a day in common."""
    return (first[1] is None or second[0] is None or second[0] <= first[1]) and (
        second[1] is None or first[0] is None or first[0] <= second[1]
    )


def employments(person: Person) -> list[tuple[Day, Day | None]]:
    """First and last day of each employment, the oldest first."""
    if not person.earlier:
        return [(person.from_, person.until)]
    return sorted([*((p.from_, p.until) for p in person.earlier), (person.from_, person.until)], key=lambda e: e[0])


def state(person: Person, day: Day) -> State:
    """Whether the person is not yet there, at work, on leave, or gone. Between two employments one is gone."""
    if not covers(person.from_, person.until, day) and not _any_covers(person.earlier, day):
        return "future" if day < employments(person)[0][0] else "left"
    return "leave" if _any_covers(person.leave, day) else "active"


def _any_covers(periods: tuple[Period, ...], day: Day) -> bool:
    return bool(periods) and any(covers(period.from_, period.until, day) for period in periods)


def roles(person: Person, day: Day) -> frozenset[str]:
    """The roles granted to the person on that day, beside those of the class."""
    return frozenset(_roles(person, day)) if person.roles else frozenset()


def _roles(person: Person, day: Day) -> Iterator[str]:
    for role in person.roles:
        if isinstance(role, str):
            yield role
        elif covers(role.from_, role.until, day):
            yield role.role


class NameTime(NamedTuple):
    """A name that the person has from one day to another within one employment; ``last`` is ``None`` while both last.

    ``former`` is the record's entry for the name, where it is not the present one.
    """

    given: str
    family: str
    first: Day
    last: Day | None
    former: FormerName | None


def names(person: Person) -> list[NameTime]:
    """Every name in every employment, the oldest first.

    A former entry says what was different; what it does not say was as it is in the next newer name.
    """
    if not person.former and not person.earlier:
        return [NameTime(person.given, person.family, person.from_, person.until, None)]
    cut = [
        name._replace(first=max(name.first, first), last=min(name.last or last or Day.max, last or Day.max))
        for first, last in employments(person)
        for name in all_names(person)
        if overlap((name.first, name.last), (first, last))
    ]
    return [name._replace(last=None) if name.last == Day.max else name for name in cut]


def all_names(person: Person) -> list[NameTime]:
    """Every name with the days that the record gives it, the oldest first."""
    if not person.former:
        return [NameTime(person.given, person.family, Day.min, None, None)]
    found: list[NameTime] = []
    given, family, last, entry = person.given, person.family, None, None
    for former in sorted(person.former, key=lambda former: former.until, reverse=True):
        found.append(NameTime(given, family, former.until + _ONE, last, entry))
        given, family, last, entry = former.given or given, former.family or family, former.until, former
    found.append(NameTime(given, family, Day.min, last, entry))
    return found[::-1]


def name(person: Person, day: Day) -> tuple[str, str]:
    """Given and family name on that day."""
    if not person.former:
        return person.given, person.family
    current = next(name for name in reversed(all_names(person)) if name.first <= day)
    return current.given, current.family


def role_name(role: str | DatedRole) -> str:
    """The role's name, whether dated or not."""
    return role if isinstance(role, str) else role.role


def members(entries: Iterable[str | DatedMember], day: Day) -> frozenset[str]:
    """Those of a list of members who belong to it on that day."""
    return frozenset(
        entry if isinstance(entry, str) else entry.member
        for entry in entries
        if isinstance(entry, str) or covers(entry.from_, entry.until, day)
    )


def closing(person: Person, day: Day) -> Day | None:
    """The last day before the account is closed next: that of the employment, or the eve of the next leave.

    The employment is the present one, else the one that ended last, else the first to come.
    """
    days = [leave.from_ - _ONE for leave in person.leave if leave.from_ > day]
    known = employments(person)
    _, last = next((one for one in reversed(known) if one[0] <= day), known[0])
    if last is not None:
        days.append(last)
    return min(days, default=None)


def last_day(person: Person, day: Day) -> Day:
    """The last day of the employment that ended last before ``day``; ``day`` itself if none has."""
    ended = [last for _, last in employments(person) if last is not None and last < day]
    return max(ended, default=day)
