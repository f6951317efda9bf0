# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dial plan, printed from items: who is reached under which number, and who may call where. Pure.

Contexts by name: ``class-CLASS`` is what the telephones of a class dial in; ``world-CLASS`` is what it may call, by
numbers with country code; ``numbers`` are the extensions; ``from-trunk`` are numbers for the world. What is dialled
between exchanges of the city is in ``links``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ...module_utils.plan import Item
from . import calendars, links, outwards
from .dialling import Dialling


def render(items: Iterable[Item]) -> str:
    """The whole dial plan."""
    known = list(items)
    dialling, elsewhere = Dialling.of(known), links.is_branch(known)
    parts = [
        outwards.emergency(known, dialling),
        _numbers(known, dialling),
        _from_trunk(known),
        _line(known),
        _mailbox(known),
        links.contexts(known, dialling.emergency, dialling.ring_seconds),
        _groups(known),
        _menus(known),
        _queues(known),
        _rooms(known),
        _pages(known),
        calendars.contexts(known, dialling.timezone),
        outwards.world(known),
        outwards.of_locked(),
        outwards.of_branches(known, dialling),
        *(outwards.of_class(item, dialling, elsewhere=elsewhere) for item in known if item.kind == "rights"),
    ]
    return "\n".join(line for part in parts for line in part) + "\n"


def _numbers(items: list[Item], dialling: Dialling) -> Iterator[str]:
    yield "[numbers]"
    lines = links.by_key(items)
    for item in items:
        if item.kind != "number":
            continue
        sort, _, to = item.fields["to"].partition(" ")
        if sort == "line" and links.branch_of(lines.get(to)):
            yield f"exten => {item.key},1,Dial({links.device(lines, to)},{dialling.ring_seconds})"
            yield f"same => n,VoiceMail({to}@konak,u)"
            yield "same => n,Hangup()"
        elif sort == "line":
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


def _parking(item: Item) -> Iterator[str]:
    """One number to leave a call at, and one a place to take it."""
    first, last = item.fields["first"], item.fields["last"]
    yield f"exten => {item.fields['extension']},1,Park(default)"
    for number in range(int(first), int(last) + 1):
        yield f"exten => {number:0{len(first)}d},1,ParkedCall(default,${{EXTEN}})"


def _from_trunk(items: list[Item]) -> Iterator[str]:
    yield "[from-trunk]"
    for item in items:
        if item.kind == "number" and item.fields["outside"] and not item.fields["to"].startswith("page "):
            yield f"exten => {item.fields['outside']},1,Goto(numbers,{item.key},1)"


def _line(items: list[Item]) -> Iterator[str]:
    """Ring a line wherever it is registered, then take a message; a branch has that done, if none other will."""
    yield "[line]"
    yield "exten => s,1,Set(WHERE=${PJSIP_DIAL_CONTACTS(${ARG1})})"
    yield 'same => n,GotoIf($["${WHERE}" = ""]?box)'
    yield "same => n,Dial(${WHERE},${ARG2})"
    if links.is_branch(items):
        yield f'same => n(box),ExecIf($["${{LINE}}" != ""]?Dial(PJSIP/*2${{ARG1}}@trunk-{links.TO_MAIN}))'
    else:
        yield "same => n(box),VoiceMail(${ARG1}@konak,u)"
    yield "same => n,Hangup()"


def _mailbox(items: list[Item]) -> Iterator[str]:
    """Who calls it hears the messages of the line that it is called from."""
    yield "[mailbox]"
    if links.is_branch(items):
        yield f"exten => *97,1,Dial(PJSIP/*3${{LINE}}@trunk-{links.TO_MAIN})"
    else:
        yield "exten => *97,1,VoiceMailMain(${LINE}@konak,s)"


def _groups(items: list[Item]) -> Iterator[str]:
    """A unit's line rings all who answer it in its hours; else, and if nobody does, it says so."""
    yield "[groups]"
    lines, own = links.by_key(items), calendars.keys(items)
    for item in items:
        if item.kind != "group":
            continue
        telephones = "&".join(links.device(lines, person) for person in sorted(item.fields["rings"]))
        yield f"exten => {item.key},1,Gosub({calendars.asking(item.key, own)},s,1)"
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
            if item.fields["recorded"]:
                yield f"same => n,Playback({PROMPTS}/{item.fields['recorded']})"
                yield f"same => n,MixMonitor({item.key}/${{UNIQUEID}}.wav,b)"
            yield f"same => n,Queue({item.key},,,,{item.fields['wait']})"
            yield f"same => n,{_to(item.fields['otherwise'])}"


def _rooms(items: list[Item]) -> Iterator[str]:
    yield "[conferences]"
    for item in items:
        if item.kind == "conference":
            yield f"exten => {item.key},1,Answer()"
            yield f"same => n,ConfBridge({item.key},{item.key},{item.key}-guest)"


def _pages(items: list[Item]) -> Iterator[str]:
    """Loudspeakers, for those who may speak, and nobody outside, where a caller may show any number.

    Telephones answer by themselves for the headers.
    """
    pages = [item for item in items if item.kind == "page"]
    lines = links.by_key(items)
    yield "[pages]"
    for item in pages:
        own = f"page-{item.key},${{CALLERID(num)}},1"
        yield f"exten => {item.key},1,GotoIf(${{DIALPLAN_EXISTS({own})}}?{own})"
        yield f"same => n,{outwards.REFUSED}"
    for item in pages:
        telephones = "&".join(links.device(lines, person, "*4") for person in sorted(item.fields["telephones"]))
        yield f"[page-{item.key}]"
        yield f"exten => s,1,Page({telephones},{links.ALOUD})"
        yield "same => n,Hangup()"
        for person in sorted(item.fields["callers"] & lines.keys()):
            yield f"exten => {lines[person].fields['number']},1,Goto(page-{item.key},s,1)"
    yield "[aloud]"
    yield "exten => s,1,Set(PJSIP_HEADER(add,Call-Info)=<sip:aloud>\\;answer-after=0)"
    yield "same => n,Set(PJSIP_HEADER(add,Alert-Info)=info=alert-autoanswer)"
    yield "same => n,Return()"


def _to(number: str | None) -> str:
    """On to a number, or to nobody."""
    return f"Goto(numbers,{number},1)" if number else "Hangup()"
