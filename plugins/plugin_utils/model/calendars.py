# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the city is open, and the lines of units that have hours of their own."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Literal, NamedTuple

from .telephony import Holiday, OpeningHours, TelephonySettings, UnitLine
from .texts import WEEKDAYS

Time = Literal["open", "closed", "holiday"]


class Calendar(NamedTuple):
    """Hours of weekdays, and the days on which they do not count, or end early."""

    hours: tuple[OpeningHours, ...]
    holidays: tuple[Holiday, ...]

    def time_of(self, moment: datetime.datetime) -> Time:
        """What time it is; the moment is in the organisation's time zone."""
        minute = moment.strftime("%H:%M")
        for holiday in self.holidays:
            if holiday.day == moment.date() and (holiday.from_ is None or holiday.from_ <= minute):
                return "holiday"
        return "open" if any(_covers(hours, moment.weekday(), minute) for hours in self.hours) else "closed"


def of_city(telephony: TelephonySettings) -> Calendar:
    """That of all who have none of their own."""
    return Calendar(tuple(telephony.hours), tuple(telephony.holidays))


def of_line(telephony: TelephonySettings, line: UnitLine) -> Calendar | None:
    """That of a unit's line; ``None`` if it has none of its own. Of a day given for both, the line's own counts."""
    if line.hours is None and not line.holidays and not line.on_holidays:
        return None
    general: Iterable[Holiday] = () if line.on_holidays else telephony.holidays
    days = {holiday.day: holiday for holiday in (*general, *line.holidays)}
    return Calendar(tuple(telephony.hours if line.hours is None else line.hours), tuple(days.values()))


def _covers(hours: OpeningHours, weekday: int, minute: str) -> bool:
    return WEEKDAYS[weekday] in hours.days and hours.from_ <= minute < hours.until
