# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the exchange should hold of menus, queues, conference rooms and what they say. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from ...module_utils.plan import Item
from ..model.call_services import Conference, Menu, Paging, Queue, Recording
from ..model.city import City
from ..model.numbers import SERVICES, Fixed, extension_of, fixed, penalties, speaking
from ..model.recordings import recordings
from ..model.roster import Roster


def services(city: City) -> Iterator[Item]:
    """Every menu, queue, room and page with its number, and every prompt."""
    roster = Roster(city)
    found = (item for each in fixed(city) if each.kind in SERVICES for item in _service(city, roster, each))
    # Two menus may say the same: that is one prompt.
    yield from {(item.kind, item.key): item for item in found}.values()
    if city.telephony is not None and city.telephony.parking is not None:
        parking = city.telephony.parking
        fields = {"extension": parking.extension, "first": parking.first, "last": parking.last}
        place = city.place("telephony", 0, "parking")
        yield Item("parking", "city", "Park", {**fields, "seconds": parking.seconds}, places=lambda _: place)


def _service(city: City, roster: Roster, each: Fixed) -> Iterator[Item]:
    section, position = each.path
    said = getattr(city.telephony, str(section))[position]
    place = city.place("telephony", 0, *each.path)

    def item(kind: str, key: str, fields: dict[str, Any]) -> Item:
        return Item(kind, key, each.label, fields, places=lambda _: place)

    yield item("number", each.extension, {"to": f"{each.kind} {each.key}", "outside": each.outside or None})
    match said:
        case Menu():
            yield from _menu(city, said, each, item)
        case Queue():
            notice = list(_prompts(city, item, said.recorded))
            yield from notice
            key = notice[0].key if notice else None
            yield item("queue", each.key, {**_queue(city, roster, said), "recorded": key})
        case Paging():
            found = {name: speaking(city, roster, getattr(said, name)) for name in ("telephones", "callers")}
            at_work = {name: frozenset(who for who in found[name] if city.states[who] == "active") for name in found}
            yield item("page", each.key, at_work)
        case Conference():
            yield item("conference", each.key, {"pin": said.pin, "most": said.most})


_Make = Callable[[str, str, dict[str, Any]], Item]


def _prompts(city: City, item: _Make, said: str | Recording | None) -> Iterator[Item]:
    """The prompt of what is said; none if nothing is. One that is spoken has no ``sound``."""
    if said is None:
        return
    text, sound = (said, "") if isinstance(said, str) else (said.text, city.sounds[said.file].digest)
    heard = {"sound": sound[:12]} if sound else {}
    language = _language(city)
    yield item("prompt", prompt_key(language, text, sound), {"text": text, "language": language, **heard})


def sound_files(city: City) -> dict[str, str]:
    """The files of the inventory in which prompts are that somebody recorded, by the prompts' names."""
    found = (said for _, said in recordings(city.telephony)) if city.telephony else ()
    return {prompt_key(_language(city), said.text, city.sounds[said.file].digest): said.file for said in found}


def _language(city: City) -> str:
    return city.organisation.language.partition("-")[0]


def _menu(city: City, said: Menu, each: Fixed, item: _Make) -> Iterator[Item]:
    fields: dict[str, Any] = {"seconds": said.seconds, "times": said.times}
    fields["choices"] = frozenset(f"{choice.digit} {extension_of(city, choice.to)}" for choice in said.choices)
    fields["otherwise"] = extension_of(city, said.otherwise) if said.otherwise else None
    for name in ("prompt", "closed"):
        fields[name] = None
        for prompt in _prompts(city, item, getattr(said, name)):
            fields[name] = prompt.key
            yield prompt
    yield item("menu", each.key, fields)


def _queue(city: City, roster: Roster, said: Queue) -> dict[str, Any]:
    asked = penalties(city, roster, said)
    return {
        "members": frozenset(f"{person} {asked[person]}" for person in asked if city.states[person] == "active"),
        "strategy": said.strategy,
        "seconds": said.seconds,
        "wait": said.wait_seconds,
        "otherwise": extension_of(city, said.otherwise) if said.otherwise else None,
    }


def prompt_key(language: str, text: str, sound: str = "") -> str:
    """The name of a prompt: what is heard differently is another one, so that no file of one ever changes.

    :arg sound: SHA-256 of what was recorded; empty for a text that is spoken.
    """
    heard = f"{language}\0{text}\0{sound}" if sound else f"{language}\0{text}"
    return hashlib.sha256(heard.encode()).hexdigest()[:16]
