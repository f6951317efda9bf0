# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dial plan, printed from items: who is reached under which number, and who may call where. Pure.

Contexts by name: ``class-CLASS`` is what the telephones of a class dial in; ``world-CLASS`` is what it may call, by
numbers with country code; ``numbers`` are the extensions; ``from-trunk`` are numbers for the world.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...module_utils.plan import Item
from ..model.texts import WEEKDAYS
from .objects import in_order

REFUSED: Final = "Hangup(21)"
"""What is not allowed is answered with 403 (Q.850: call rejected)."""


@dataclass(frozen=True)
class Dialling:
    """How numbers are dialled, from the items that say so.

    :ivar codes: by destination, how its numbers begin.
    """

    line: str
    country: str
    area: str
    national: str
    international: str
    local_digits: int
    emergency: frozenset[str]
    ring_seconds: int
    timezone: str
    codes: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, items: Iterable[Item]) -> Dialling:
        """That of an exchange."""
        fields: Mapping[str, Any] = {}
        codes = {}
        for item in items:
            if item.kind == "dialling":
                fields = item.fields
            elif item.kind == "destination":
                codes[item.key] = item.fields["prefixes"]
        return cls(codes=codes, **fields)


def render(items: Iterable[Item]) -> str:
    """The whole dial plan."""
    known = list(items)
    dialling = Dialling.of(known)
    parts = [
        _emergency(known, dialling),
        _numbers(known, dialling),
        _from_trunk(known),
        _line(),
        _groups(known),
        _menus(known),
        _queues(known),
        _rooms(known),
        _time(known, dialling),
        _world(known),
        *(_class(item, dialling) for item in known if item.kind == "rights"),
    ]
    return "\n".join(line for part in parts for line in part) + "\n"


def _emergency(items: list[Item], dialling: Dialling) -> Iterator[str]:
    """From every telephone at any time, with and without the digit for a line, by every trunk until one takes it."""
    yield "[emergency]"
    for number in sorted(dialling.emergency):
        for dialled in (number, f"{dialling.line}{number}"):
            yield f"exten => {dialled},1,Gosub(emergency-call,s,1({number}))"
    yield "[emergency-call]"
    yield "exten => s,1,Set(CALLERID(all)=<${EMERGENCY}>)"
    yield from _by_trunks(items, "${ARG1}")


def _by_trunks(items: list[Item], number: str) -> Iterator[str]:
    for trunk in in_order(items):
        yield f"same => n,Dial(PJSIP/{number}@trunk-{trunk.key},60)"
        yield 'same => n,GotoIf($["${DIALSTATUS}" != "CHANUNAVAIL" & "${DIALSTATUS}" != "CONGESTION"]?over)'
    yield "same => n(over),Hangup(${HANGUPCAUSE})"


def _numbers(items: list[Item], dialling: Dialling) -> Iterator[str]:
    yield "[numbers]"
    lines = {item.key: item for item in items if item.kind == "line"}
    for item in items:
        if item.kind != "number":
            continue
        sort, _, to = item.fields["to"].partition(" ")
        if sort == "line":
            yield f"exten => {item.key},1,Gosub(line,s,1({to},{dialling.ring_seconds}))"
            if to in lines and lines[to].fields["open"]:
                yield f"exten => {item.key},hint,PJSIP/{to}"
        elif sort == "number":
            yield f"exten => {item.key},1,Goto(numbers,{to},1)"
        elif sort == "world":
            number, _, person = to.partition(" ")
            yield f"exten => {item.key},1,Set(SHOWS={lines[person].fields['shows']})"
            yield f"same => n,Goto(world-{lines[person].fields['class']},{number},1)"
        else:
            yield f"exten => {item.key},1,Goto({sort}s,{to},1)"
    for item in items:
        if item.kind == "parking":
            yield from _parking(item)
    yield "exten => *97,1,VoiceMailMain(${LINE}@konak,s)"


def _parking(item: Item) -> Iterator[str]:
    """One number to leave a call at, and one a place to take it."""
    first, last = item.fields["first"], item.fields["last"]
    yield f"exten => {item.fields['extension']},1,Park(default)"
    for number in range(int(first), int(last) + 1):
        yield f"exten => {number:0{len(first)}d},1,ParkedCall(default,${{EXTEN}})"


def _from_trunk(items: list[Item]) -> Iterator[str]:
    yield "[from-trunk]"
    for item in items:
        if item.kind == "number" and item.fields["outside"]:
            yield f"exten => {item.fields['outside']},1,Goto(numbers,{item.key},1)"


def _line() -> Iterator[str]:
    """Ring a line wherever it is registered, then take a message."""
    yield "[line]"
    yield "exten => s,1,Set(WHERE=${PJSIP_DIAL_CONTACTS(${ARG1})})"
    yield 'same => n,GotoIf($["${WHERE}" = ""]?box)'
    yield "same => n,Dial(${WHERE},${ARG2})"
    yield "same => n(box),VoiceMail(${ARG1}@konak,u)"
    yield "same => n,Hangup()"


def _groups(items: list[Item]) -> Iterator[str]:
    """A unit's line rings all who answer it while the city is open; else, and if nobody does, it says so."""
    yield "[groups]"
    for item in items:
        if item.kind != "group":
            continue
        telephones = "&".join(f"PJSIP/{person}" for person in sorted(item.fields["rings"]))
        yield f"exten => {item.key},1,Gosub(time,s,1)"
        yield 'same => n,GotoIf($["${GOSUB_RETVAL}" != "open"]?closed)'
        if telephones:
            yield f"same => n,Dial({telephones},{item.fields['seconds']})"
        yield "same => n(closed),Answer()"
        yield "same => n,Playback(vm-nobodyavail)"
        yield "same => n,Hangup()"


PROMPTS: Final = "/var/lib/konak/prompts"


def _menus(items: list[Item]) -> Iterator[str]:
    """A menu is said until a digit is pressed that leads somewhere; other digits are as if nothing was pressed."""
    menus = [item for item in items if item.kind == "menu"]
    yield "[menus]"
    for item in menus:
        fields = item.fields
        yield f"exten => {item.key},1,Answer()"
        if fields["closed"]:
            yield "same => n,Gosub(time,s,1)"
            yield 'same => n,GotoIf($["${GOSUB_RETVAL}" != "open"]?closed)'
        yield "same => n,Set(TIMES=0)"
        yield "same => n(again),Set(TIMES=$[${TIMES} + 1])"
        yield f"same => n,GotoIf($[${{TIMES}} > {fields['times']}]?over)"
        yield f"same => n,Read(CHOICE,{PROMPTS}/{fields['prompt']},1,,1,{fields['seconds']})"
        yield f"same => n,GotoIf(${{DIALPLAN_EXISTS(menu-{item.key},${{CHOICE}},1)}}?menu-{item.key},${{CHOICE}},1)"
        yield "same => n,Goto(again)"
        yield f"same => n(over),{_to(fields['otherwise'])}"
        if fields["closed"]:
            yield f"same => n(closed),Playback({PROMPTS}/{fields['closed']})"
            yield "same => n,Hangup()"
    for item in menus:
        yield f"[menu-{item.key}]"
        for choice in sorted(item.fields["choices"]):
            digit, number = choice.split()
            yield f"exten => {digit},1,{_to(number)}"


def _queues(items: list[Item]) -> Iterator[str]:
    yield "[queues]"
    for item in items:
        if item.kind == "queue":
            yield f"exten => {item.key},1,Answer()"
            yield f"same => n,Queue({item.key},,,,{item.fields['wait']})"
            yield f"same => n,{_to(item.fields['otherwise'])}"


def _rooms(items: list[Item]) -> Iterator[str]:
    yield "[conferences]"
    for item in items:
        if item.kind == "conference":
            yield f"exten => {item.key},1,Answer()"
            yield f"same => n,ConfBridge({item.key},{item.key},{item.key}-guest)"


def _to(number: str | None) -> str:
    """On to a number, or to nobody."""
    return f"Goto(numbers,{number},1)" if number else "Hangup()"


def _time(items: list[Item], dialling: Dialling) -> Iterator[str]:
    """Whether the city is ``open``, ``closed``, or has a ``holiday``.

    A channel with the variable ``TRY`` is told as if it were that second since 1970; no telephone can set it.
    """
    calendar = next((item for item in items if item.kind == "calendar"), None)
    hours = sorted(calendar.fields["hours"]) if calendar else []
    off = sorted(calendar.fields["off"]) if calendar else []
    clock = f"${{STRFTIME(${{NOW}},{dialling.timezone}"
    yield "[time]"
    yield 'exten => s,1,Set(NOW=${IF($["${TRY}" = ""]?${EPOCH}:${TRY})})'
    yield f"same => n,Set(DAY={clock},%Y%m%d)}})"
    yield f"same => n,Set(MINUTE={clock},%H%M)}})"
    yield f"same => n,Set(WEEKDAY={clock},%u)}})"
    yield "same => n,GotoIf(${DIALPLAN_EXISTS(holidays,${DAY},1)}?holidays,${DAY},1)"
    yield "same => n(hours),NoOp()"
    for each in hours:
        day, _, span = each.partition(" ")
        first, last = span.replace(":", "").split("-")
        condition = f'"${{WEEKDAY}}" = "{WEEKDAYS.index(day) + 1}" & ${{MINUTE}} >= {first} & ${{MINUTE}} < {last}'
        yield f"same => n,ExecIf($[{condition}]?Return(open))"
    yield "same => n,Return(closed)"
    yield "[holidays]"
    for each in off:
        day, begin, _ = each.split(" ", 2)
        yield f"exten => {day.replace('-', '')},1,ExecIf($[${{MINUTE}} >= {begin.replace(':', '')}]?Return(holiday))"
        yield "same => n,Goto(time,s,hours)"


def _world(items: list[Item]) -> Iterator[str]:
    yield "[world]"
    yield "exten => _+X.,1,Set(CALLERID(all)=<${SHOWS}>)"
    yield from _by_trunks(items, "${EXTEN}")


def _class(item: Item, dialling: Dialling) -> Iterator[str]:
    """What a class dials, and which numbers of the world it may call at which time; the longest prefix counts."""
    world, line, skip = f"world-{item.key}", dialling.line, len(dialling.line)
    yield f"[class-{item.key}]"
    yield "include => emergency"
    yield "include => numbers"
    local = "X" * (dialling.local_digits - 1)
    home = f"+{dialling.country}"
    national, abroad = skip + len(dialling.national), skip + len(dialling.international)
    yield f"exten => _{line}N{local},1,Goto({world},{home}{dialling.area}${{EXTEN:{skip}}},1)"
    yield f"exten => _{line}{dialling.national}Z.,1,Goto({world},{home}${{EXTEN:{national}}},1)"
    yield f"exten => _{line}{dialling.international}X.,1,Goto({world},+${{EXTEN:{abroad}}},1)"
    yield f"exten => _+X.,1,Goto({world},${{EXTEN}},1)"
    yield f"[{world}]"
    for code, prefixes in dialling.codes.items():
        for prefix in sorted(prefixes):
            yield from _right(item, code, prefix)


def _right(item: Item, code: str, prefix: str) -> Iterator[str]:
    pattern = f"_{prefix}X."
    if code not in item.fields["open"]:
        yield f"exten => {pattern},1,{REFUSED}"
    elif code in item.fields["closed"]:
        yield f"exten => {pattern},1,Goto(world,${{EXTEN}},1)"
    else:
        yield f"exten => {pattern},1,Gosub(time,s,1)"
        yield 'same => n,GotoIf($["${GOSUB_RETVAL}" = "open"]?world,${EXTEN},1)'
        yield f"same => n,{REFUSED}"
