# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dial plan to the world, printed from items: emergency calls, trunks, and which class may call what. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ...module_utils.plan import Item
from . import links
from .dialling import Dialling
from .objects import LOCKED, in_order

REFUSED: Final = "Hangup(21)"
"""What is not allowed is answered with 403 (Q.850: call rejected)."""


def emergency(items: list[Item], dialling: Dialling) -> Iterator[str]:
    """From every telephone at any time, with and without the digit for a line, by every trunk until one takes it."""
    yield "[emergency]"
    for number in sorted(dialling.emergency):
        for dialled in (number, f"{dialling.line}{number}"):
            yield f"exten => {dialled},1,Gosub(emergency-call,s,1({number}))"
    yield "[emergency-call]"
    yield "exten => s,1,Set(CALLERID(all)=<${EMERGENCY}>)"
    yield "same => n,Goto(carriers,s,1)"
    yield "[carriers]"
    yield "exten => s,1,NoOp(${ARG1})"
    yield from _by(sorted(_outwards(items), key=links.is_link), "${ARG1}")


def of_locked() -> Iterator[str]:
    """What a locked telephone dials: all else is not there."""
    yield f"[class-{LOCKED}]"
    yield "include => emergency"


def _outwards(items: list[Item]) -> list[Item]:
    """The trunks to the world: a branch's calls leave by the main exchange, if they can."""
    return [trunk for trunk in in_order(items) if not links.is_link(trunk) or trunk.key == links.TO_MAIN]


def _by(trunks: Iterable[Item], number: str) -> Iterator[str]:
    for trunk in trunks:
        yield f"same => n,Dial(PJSIP/{number}@trunk-{trunk.key},60)"
        yield 'same => n,GotoIf($["${DIALSTATUS}" != "CHANUNAVAIL" & "${DIALSTATUS}" != "CONGESTION"]?over)'
    yield "same => n(over),Hangup(${HANGUPCAUSE})"


def world(items: list[Item]) -> Iterator[str]:
    """Calls that are allowed, with the number that the caller shows."""
    yield "[world]"
    yield "exten => _+X.,1,Set(CALLERID(all)=<${SHOWS}>)"
    yield from _by(_outwards(items), "${EXTEN}")


def of_branches(items: list[Item], dialling: Dialling) -> Iterator[str]:
    """What the main exchange lets branches call, whatever they ask for: what some class may at that time."""
    if links.branches_of(items):
        rights = [item.fields for item in items if item.kind == "rights"]
        some = {time: frozenset[str]().union(*(each[time] for each in rights)) for time in ("open", "closed")}
        yield from _rights(Item("rights", links.BRANCHES, links.BRANCHES, some), dialling)


def of_class(item: Item, dialling: Dialling, *, elsewhere: bool) -> Iterator[str]:
    """What a class dials, and which numbers of the world it may call at which time."""
    world, line, skip = f"world-{item.key}", dialling.line, len(dialling.line)
    yield f"[class-{item.key}]"
    yield "include => emergency"
    yield "include => numbers"
    yield "include => mailbox"
    if elsewhere:
        yield "include => elsewhere"
    local = "X" * (dialling.local_digits - 1)
    home = f"+{dialling.country}"
    national, abroad = skip + len(dialling.national), skip + len(dialling.international)
    yield f"exten => _{line}N{local},1,Goto({world},{home}{dialling.area}${{EXTEN:{skip}}},1)"
    yield f"exten => _{line}{dialling.national}Z.,1,Goto({world},{home}${{EXTEN:{national}}},1)"
    yield f"exten => _{line}{dialling.international}X.,1,Goto({world},+${{EXTEN:{abroad}}},1)"
    yield f"exten => _+X.,1,Goto({world},${{EXTEN}},1)"
    yield from _rights(item, dialling)


def _rights(item: Item, dialling: Dialling) -> Iterator[str]:
    """Of several prefixes that fit, the longest counts."""
    yield f"[world-{item.key}]"
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
