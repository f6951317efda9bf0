# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rights to call, and hours and days off, as pages for people who review them. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

from ..model.calendars import Calendar, of_city, of_line
from ..model.calling import table
from ..model.city import City
from ..model.telephony import Holiday
from ..model.texts import WEEKDAYS

WORDS = {
    "tr": ("Arama yetkileri", "sınıf", "her zaman", "mesai saatlerinde", "hayır",
           "Acil numaralar ({}) her sınıfa, her saatte açıktır. Tabloda olmayan aranamaz."),
    "en": ("Rights to call", "class", "always", "while open", "no",
           "Emergency numbers ({}) are everybody's at any time. What is not in the table cannot be called."),
}  # fmt: skip
"""Title, head, the three answers and what holds beside them, by the organisation's language."""
HOURS = {
    "tr": ("Açılış saatleri", "kim", "Gelecek on iki ayın kapalı günleri", "açık", "{}: saat {} sonrası",
           ("Pazartesi", "Salı", "Çarşamba", "Perşembe", "Cuma", "Cumartesi", "Pazar")),
    "en": ("Opening hours", "who", "Days off of the next twelve months", "open", "{}: from {}",
           ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")),
}  # fmt: skip
"""Title, head, title of the days off, what a day is to who works then, a day that ends early, and the weekdays."""


def rights(city: City) -> str:
    """Class by destination as Markdown, in the organisation's language; every cell of it is tried by calls."""
    return "\n".join(_lines(city)) + "\n"


def _lines(city: City) -> Iterator[str]:
    title, head, always, while_open, never, rest = WORDS[city.organisation.language]
    telephony = city.telephony
    destinations = telephony.destinations if telephony else ()
    open_at: dict[tuple[str, str], set[str]] = {}
    for cell in table(city):
        times = open_at.setdefault((cell.access_class, cell.destination), set())
        times |= {cell.time} if cell.allowed else set()
    yield f"# {title}: {city.organisation.name}"
    yield ""
    yield "| " + " | ".join([head, *(each.name for each in destinations)]) + " |"
    yield "| --- " * (len(destinations) + 1) + "|"
    for item in city.inventory.access_classes:
        cells = (open_at[item.code, each.code] for each in destinations)
        answers = (never if not times else while_open if times == {"open"} else always for times in cells)
        yield "| " + " | ".join([item.name, *answers]) + " |"
    yield ""
    yield rest.format(", ".join(telephony.emergency if telephony else ()))


def opening(city: City) -> str:
    """Hours and days off of the city and of units with their own as Markdown, in the organisation's language."""
    if city.telephony is None:
        return ""
    title, head, off, *_, names = HOURS[city.organisation.language]
    known = {city.organisation.name: of_city(city.telephony)}
    for unit in city.inventory.units:
        if unit.line is not None and (own := of_line(city.telephony, unit.line)) is not None:
            known[unit.name] = own
    rows = ["| " + " | ".join([who, *_week(calendar)]) + " |" for who, calendar in known.items()]
    table = ["| " + " | ".join([head, *names]) + " |", "| --- " * (len(names) + 1) + "|", *rows]
    days = [f"- {line}" for line in sorted(_off(city, known))]
    return "\n".join([f"# {title}: {city.organisation.name}", "", *table, "", f"## {off}", "", *days]) + "\n"


def _week(calendar: Calendar) -> Iterator[str]:
    for day in WEEKDAYS:
        spans = sorted(f"{each.from_}-{each.until}" for each in calendar.hours if day in each.days)
        yield ", ".join(spans) or "–"


def _off(city: City, known: Mapping[str, Calendar]) -> Iterator[str]:
    """A line for every day off of the city, and for every one that is another with a unit."""
    *_, is_open, early, names = HOURS[city.organisation.language]
    last = city.as_of + datetime.timedelta(days=365)
    general = {each.day: each for each in known[city.organisation.name].holidays}
    for who, calendar in known.items():
        own = {each.day: each for each in calendar.holidays}
        for day in general.keys() | own.keys():
            said: Holiday | None = own.get(day)
            if city.as_of <= day <= last and (said is not general.get(day) or who == city.organisation.name):
                what = is_open if said is None else early.format(said.name, said.from_) if said.from_ else said.name
                yield f"{day}, {names[day.weekday()]}: {who}: {what}"
