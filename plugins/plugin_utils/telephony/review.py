# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of rights to call, for people who review it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ..model.calling import table
from ..model.city import City

WORDS = {
    "tr": ("Arama yetkileri", "sınıf", "her zaman", "mesai saatlerinde", "hayır",
           "Acil numaralar ({}) her sınıfa, her saatte açıktır. Tabloda olmayan aranamaz."),
    "en": ("Rights to call", "class", "always", "while open", "no",
           "Emergency numbers ({}) are everybody's at any time. What is not in the table cannot be called."),
}  # fmt: skip
"""Title, head, the three answers and what holds beside them, by the organisation's language."""


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
