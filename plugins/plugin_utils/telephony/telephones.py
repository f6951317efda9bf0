# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an exchange's telephones, trunks, queues and voice mailboxes do, for people: first what needs attention. Pure.

It is read with a plan, and is no part of it.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from ...module_utils.plan import Item
from ..model.city import City
from ..model.exchanges import MAIN, Exchange
from . import links
from .live import Live

UNHEARD_DAYS: Final = 7
"""Voice messages that wait longer need attention."""
NONE: Final = "–"
_SPECIAL = re.compile(r"[&<>|\x00-\x1f\x7f-\x9f]")
_TEXTS: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;"}
"""What would end a cell, or be markup."""
STATES: Final = ("free", "busy", "paused", "unavailable")
"""What a queue's member can be, as the module ``exchange`` tells it."""

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "tr": {
        "title": "Telefonlar", "read": "Santralin {} tarihindeki hâli.",
        "stopped": "Santral çalışmıyor: telefonların hâli bilinmiyor.",
        "attention": "İlgilenilmesi gerekenler", "nothing": "Yok.",
        "trunk": "{} dış hattı yanıt vermiyor.", "link": "{} santraline giden hat yanıt vermiyor.", "main": "Merkez",
        "queue": "{} ({}) kuyruğunda boşta kimse yok: {}.", "nobody": "üyesi yok",
        "absent": "{} {}: masasında {} var, kayıtlı telefonu yok.", "silent": "{} {}: telefonu yanıt vermiyor, {}.",
        "unheard": "{} {}: dinlenmemiş sesli ileti {}, en eskisi {} günlük.",
        "trunks": "Hatlar", "trunk head": "hat|yanıt", "queues": "Kuyruklar",
        "queue head": "kuyruk|bekleyen|boşta|meşgul|molada|ulaşılamıyor",
        "lines": "Dahililer", "line head": "numara|ad|telefonlar|sesli ileti (yeni/eski)", "away": "{} santralinde",
        "reachable": "var", "unreachable": "yanıt yok", "unknown": "henüz sorulmadı",
        "free": "boşta", "busy": "meşgul", "paused": "molada", "unavailable": "ulaşılamıyor",
    },
    "en": {
        "title": "Telephones", "read": "The exchange on {}.",
        "stopped": "The exchange does not run: nothing is known of its telephones.",
        "attention": "What needs attention", "nothing": "Nothing.",
        "trunk": "The trunk {} does not answer.", "link": "The line to the exchange at {} does not answer.",
        "main": "the main building",
        "queue": "The queue {} ({}) has nobody who is free: {}.", "nobody": "it has no members",
        "absent": "{} {}: on the desk is {}, and no telephone is registered.",
        "silent": "{} {}: the telephone does not answer, {}.",
        "unheard": "{} {}: {} voice messages were not heard, the oldest for {} days.",
        "trunks": "Trunks", "trunk head": "trunk|answers", "queues": "Queues",
        "queue head": "queue|waiting|free|busy|paused|not reached",
        "lines": "Lines", "line head": "number|name|telephones|voice messages (new/old)", "away": "at {}",
        "reachable": "yes", "unreachable": "no answer", "unknown": "not asked yet",
        "free": "free", "busy": "busy", "paused": "paused", "unavailable": "not reached",
    },
}  # fmt: skip
"""What the page says, by the organisation's language."""


def page_name(here: Exchange) -> str:
    """The name of the page of an exchange."""
    return "telephones" if here.site == MAIN else f"telephones-{here.site}"


def telephones(city: City, here: Exchange, live: Live) -> str:
    """The page of an exchange as Markdown, in the organisation's language."""
    words = WORDS[city.organisation.language]
    place = f", {city.sites[here.site].name}" if here.site != MAIN else ""
    lines = [f"# {words['title']}: {city.organisation.name}{place}", ""]
    if not live.state:
        return "\n".join([*lines, words["stopped"], ""])
    read = datetime.datetime.fromtimestamp(live.state["at"], ZoneInfo(city.organisation.timezone))
    page = _Page(city, live, words)
    found = [f"- {_text(each)}" for each in page.attention()]
    lines += [words["read"].format(f"{read:%d.%m.%Y %H:%M}"), "", f"## {words['attention']}", ""]
    return "\n".join([*lines, *(found or [words["nothing"]]), *page.tables(), ""])


class _Page:
    """What the page's parts have alike."""

    def __init__(self, city: City, live: Live, words: Mapping[str, str]) -> None:
        self._city, self._state, self._words = city, live.state, words
        lines = [item for item in live.items if item.kind == "line" and item.fields["open"]]
        lines = sorted((item for item in lines if "from" not in item.fields), key=self._who)
        self._lines = {item.key: item for item in lines}
        """Open lines by number; that of a probe is nobody's."""
        self._trunks = [item for item in live.items if item.kind == "trunk"]
        self._queues = [(item, self._members(item.key)) for item in live.items if item.kind == "queue"]

    def attention(self) -> Iterator[str]:
        """What needs attention, what concerns most people first."""
        for trunk in self._trunks:
            if self._answers(trunk.key) == "unreachable":
                yield self._words["link" if links.is_link(trunk) else "trunk"].format(self._name(trunk))
        for queue, members in self._queues:
            if not members["free"]:
                counts = ", ".join(f"{members[state]} {self._words[state]}" for state in STATES if members[state])
                yield self._words["queue"].format(queue.label, queue.key, counts or self._words["nobody"])
        yield from self._desks()
        for key, line in self._lines.items():
            found = self._state["messages"].get(key, {})
            days = (self._state["at"] - found.get("since", self._state["at"])) // 86400
            if days >= UNHEARD_DAYS:
                yield self._words["unheard"].format(*self._who(line), found["new"], days)

    def _desks(self) -> Iterator[str]:
        """Telephones on desks of people at work, whose line is not registered, or does not answer anywhere."""
        on_desks: dict[str, list[str]] = {}
        for handset in self._city.inventory.telephones:
            on_desks.setdefault(handset.person or "", []).append(handset.model)
        for key, line in self._lines.items():
            there = self._state["telephones"].get(key, [])
            if links.branch_of(line):
                continue
            if not there and key in on_desks and self._city.states[key] == "active":
                yield self._words["absent"].format(*self._who(line), ", ".join(sorted(on_desks[key])))
            elif there and all(each["status"] == "unreachable" for each in there):
                where = ", ".join(sorted({each.get("address", NONE) for each in there}))
                yield self._words["silent"].format(*self._who(line), where)

    def tables(self) -> Iterator[str]:
        """What is there, a line each."""
        words = self._words
        answers = ([self._name(trunk), self._told(self._of_trunk(trunk.key))] for trunk in self._trunks)
        yield from _table(words["trunks"], words["trunk head"], answers)
        queues = (
            [queue.label, self._state["queues"].get(queue.key, {}).get("waiting", NONE), *map(members.get, STATES)]
            for queue, members in self._queues
        )
        yield from _table(words["queues"], words["queue head"], queues)
        yield from _table(words["lines"], words["line head"], map(self._row, self._lines.values()))

    def _row(self, line: Item) -> list[Any]:
        messages = self._state["messages"].get(line.key)
        branch = links.branch_of(line)
        there = (
            ", ".join([*(each[name] for name in ("address", "agent") if name in each), self._told(each)])
            for each in self._state["telephones"].get(line.key, ())
        )
        where = self._words["away"].format(self._site(branch)) if branch else "; ".join(there)
        return [*self._who(line), where or NONE, f"{messages['new']}/{messages['old']}" if messages else NONE]

    def _told(self, found: Mapping[str, Any]) -> str:
        return f"{found['ms']:g} ms" if "ms" in found else self._words[found["status"]]

    def _members(self, queue: str) -> Counter[str]:
        """How many of a queue's members are in which state; those at a branch are reached by its link alone."""
        found = Counter(dict.fromkeys(STATES, 0))
        for key, state in self._state["queues"].get(queue, {}).get("members", {}).items():
            branch = links.branch_of(self._lines.get(key))
            cut = branch is not None and self._answers(f"to_{branch}") == "unreachable"
            found["unavailable" if cut else state] += 1
        return found

    def _of_trunk(self, key: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._state["trunks"].get(key, {"status": "unknown"})
        return found

    def _answers(self, key: str) -> str:
        return str(self._of_trunk(key)["status"])

    def _name(self, trunk: Item) -> str:
        """A carrier's trunk by its name, and a link by where it leads."""
        if not links.is_link(trunk):
            return trunk.key
        return self._words["main"] if trunk.key == links.TO_MAIN else self._site(trunk.fields["branch"])

    def _site(self, code: str) -> str:
        """The name of a site; its code, if the inventory has it no more."""
        return self._city.sites[code].name if code in self._city.sites else code

    @staticmethod
    def _who(line: Item) -> tuple[str, str]:
        return line.fields.get("number") or line.key, line.fields.get("name") or line.label


def _table(title: str, head: str, rows: Iterator[list[Any]]) -> Iterator[str]:
    """A table under its title; nothing, if it is empty."""
    known = ["| " + " | ".join(_text(str(cell)) for cell in row) + " |" for row in rows]
    if known:
        names = head.split("|")
        yield from ["", f"## {title}", "", f"| {' | '.join(names)} |", "| --- " * len(names) + "|", *known]


def _text(said: str) -> str:
    """What a telephone says of itself, as text alone."""
    return _SPECIAL.sub(lambda found: _TEXTS.get(found[0], " "), said)
