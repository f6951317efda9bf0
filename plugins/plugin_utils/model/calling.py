# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each access class may call, and when: the same answer for the exchange, for its proofs and for people.

Whatever no destination holds is refused; colleagues and emergency numbers are everybody's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from .access import AccessClass
from .calendars import Time
from .city import City
from .telephony import Destination, TelephonySettings

TIMES: Final[tuple[Time, ...]] = ("open", "closed", "holiday")


class Cell(NamedTuple):
    """One answer of the table."""

    access_class: str
    destination: str
    time: Time
    allowed: bool


def destination(telephony: TelephonySettings, number: str) -> Destination | None:
    """The destination of a number, written with ``+`` and country code: that of the longest prefix that fits."""
    fitting = [
        (len(prefix), each) for each in telephony.destinations for prefix in each.prefixes if number.startswith(prefix)
    ]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def allowed(access_class: AccessClass, code: str, time: Time) -> bool:
    """Whether members of a class may call a destination; a holiday is a time at which the city is closed."""
    if code not in access_class.calls:
        return False
    return time == "open" or access_class.calls_closed is None or code in access_class.calls_closed


def table(city: City) -> Iterator[Cell]:
    """Every class with every destination at every time, in the order of the inventory."""
    destinations = city.telephony.destinations if city.telephony else ()
    for access_class in city.inventory.access_classes:
        for each in destinations:
            for time in TIMES:
                yield Cell(access_class.code, each.code, time, allowed(access_class, each.code, time))


def international(telephony: TelephonySettings, dialled: str) -> str | None:
    """What is dialled after the digit for a line, as a number with ``+`` and country code; ``None`` if it is none."""
    if dialled.startswith("+"):
        return dialled
    if dialled.startswith(telephony.international):
        return f"+{dialled.removeprefix(telephony.international)}"
    if dialled.startswith(telephony.national):
        return f"+{telephony.country}{dialled.removeprefix(telephony.national)}"
    if len(dialled) == telephony.local_digits:
        return f"+{telephony.country}{telephony.area}{dialled}"
    return None
