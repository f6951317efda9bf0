# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines between the main exchange and those of branches, and what is dialled over them. Pure.

Over a link, ``*1LINE`` rings a line of the branch, ``*2LINE`` takes a message for a line, ``*3LINE`` opens its voice
mailbox and ``*4LINE`` speaks on the loudspeaker of its telephone; all else is a number. The rights of a caller are
checked where the telephone is; beyond that, the main exchange lets a branch call what some class may, and no voice
mailboxes but those of its own lines. The sides find each other by address, so that no name server is needed, and by a
password of the link.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ...module_utils.plan import Item, Secret
from ..model.city import City
from ..model.exchanges import MAIN, Exchange, exchanges

PORT: Final = 5061
TO_MAIN: Final = "to_main"
"""The name of the link at a branch. No carrier's code has an underscore."""
BRANCHES: Final = "_branch"
"""The class of calls that come from branches. No class of the inventory has an underscore."""
_LONGEST: Final = 8000
"""Letters that Asterisk reads in a line of a file."""
ALOUD: Final = "b(aloud^s^1)"
"""The option of a call that is answered by the loudspeaker."""


def links(city: City, here: Exchange, addresses: Mapping[str, str]) -> Iterator[Item]:
    """The links of an exchange: to all branches, or to the main one.

    :arg addresses: of servers, by name, where they are not those of the inventory.
    """
    main, *branches = exchanges(city)
    for branch in branches:
        other = {MAIN: branch, branch.site: main}.get(here.site)
        if other is None:
            continue
        fields: dict[str, Any] = {
            "host": other.address(addresses),
            "port": PORT,
            "priority": 0,
            "encrypted": True,
            "branch": branch.site,
            "secret": 1,
        }
        key = TO_MAIN if other is main else f"to_{branch.site}"
        label = f"the main exchange, {main.host}" if other is main else f"{branch.site}, {branch.host}"
        where = city.place("telephony", 0, *branch.path)
        yield Item("trunk", key, label, fields, places=lambda _, where=where: where)


def secret_of(link: Item) -> Secret:
    """The password of a link, the same at both ends."""
    return Secret(f"telephony/link/{link.fields['branch']}", link.fields["secret"])


def user_of(link: Item) -> str:
    """The name that goes with the password."""
    return f"link-{link.fields['branch']}"


def account(link: Item) -> Iterator[str]:
    """What the endpoint of a link has beside that of a carrier's: both ends know each other by name and password."""
    name = f"trunk-{link.key}"
    yield "context=from-main" if link.key == TO_MAIN else f"context=branch-{link.fields['branch']}"
    yield f"auth={name}"
    yield f"outbound_auth={name}"
    yield f"from_user={_sign(link)}"


def _sign(link: Item) -> str:
    """What this exchange is called at the other end."""
    return f"trunk-to_{link.fields['branch']}" if link.key == TO_MAIN else f"trunk-{TO_MAIN}"


def publication(link: Item, lines: Iterable[Item]) -> Iterator[str]:
    """How an exchange hears of voice messages that another one keeps, to light the lamps of its own telephones.

    The main one publishes those of the branch's lines; the branch asks it to now and then, in the same way, as what is
    told while it is away is lost.

    :arg lines: those of this exchange.
    """
    name, fields = f"trunk-{link.key}", link.fields
    theirs = "|".join(line.key for line in lines if branch_of(line) == fields["branch"])
    if len(theirs) > _LONGEST:
        return
    yield f"[{name}]"
    yield "type=outbound-publish"
    yield f"server_uri=sip:{_sign(link)}@{fields['host']}:{fields['port']}\\;transport=tls"
    yield f"outbound_auth={name}"
    yield "event=asterisk-mwi"
    yield f"@mailbox_state_filter=^({theirs})@konak$"
    yield f"[{name}]"
    yield "type=inbound-publication"
    yield f"endpoint={name}"
    yield f"event_asterisk-mwi={name}"
    yield f"[{name}]"
    yield "type=asterisk-publication"
    yield f"mailboxstate_publish={name}"
    yield f"mailbox_state={'yes' if link.key == TO_MAIN else 'no'}"


def is_link(item: Item) -> bool:
    """Whether a trunk leads to another exchange of the city."""
    return item.fields.get("branch") is not None


def is_branch(items: Iterable[Item]) -> bool:
    """Whether an exchange is that of a branch."""
    return any(item.kind == "trunk" and item.key == TO_MAIN for item in items)


def branches_of(items: list[Item]) -> list[str]:
    """The branches that the main exchange has; none at a branch, and where there is one exchange alone."""
    if is_branch(items):
        return []
    return [item.fields["branch"] for item in items if item.kind == "trunk" and is_link(item)]


def branch_of(line: Item | None) -> str | None:
    """The branch with whose exchange a line registers; none, if it is with this one, or there is no line."""
    return line.fields.get("exchange") if line is not None else None


def device(lines: Mapping[str, Item], key: str, how: str = "*1") -> str:
    """What rings a line, here or at its branch; with ``*4``, its loudspeaker there.

    :arg lines: those that there are. A limited plan may ring one before it makes it.
    """
    branch = branch_of(lines.get(key))
    return f"PJSIP/{how}{key}@trunk-to_{branch}" if branch else f"PJSIP/{key}"


def by_key(items: Iterable[Item]) -> dict[str, Item]:
    """The lines, by their keys."""
    return {item.key: item for item in items if item.kind == "line"}


def contexts(items: list[Item], emergency: Iterable[str], ring_seconds: int) -> Iterator[str]:
    """The dial plan between exchanges; nothing where there is one alone."""
    if is_branch(items):
        yield from _of_branch(ring_seconds)
    elif branches := branches_of(items):
        lines = [line for line in by_key(items).values() if line.fields["open"] and branch_of(line)]
        yield from _of_main(lines, emergency)
        for branch in branches:
            yield from _from_branch(branch, [line.key for line in lines if branch_of(line) == branch])


def _of_branch(ring_seconds: int) -> Iterator[str]:
    yield "[elsewhere]"
    yield f"exten => _X.,1,Dial(PJSIP/${{EXTEN}}@trunk-{TO_MAIN})"
    yield "same => n,Hangup(${HANGUPCAUSE})"
    yield "[from-main]"
    yield f"exten => _*1.,1,Gosub(line,s,1(${{EXTEN:2}},{ring_seconds}))"
    yield f"exten => _*4.,1,Dial(${{PJSIP_DIAL_CONTACTS(${{EXTEN:2}})}},{ring_seconds},{ALOUD})"


def _of_main(lines: Iterable[Item], emergency: Iterable[str]) -> Iterator[str]:
    """What any branch may call; and its lines as extensions: a queue must tell whether a member can be called."""
    yield f"[class-{BRANCHES}]"
    yield "include => numbers"
    yield 'exten => _+X.,1,ExecIf($["${SHOWS}" = ""]?Set(SHOWS=${CALLERID(num)}))'
    yield f"same => n,Goto(world-{BRANCHES},${{EXTEN}},1)"
    for number in sorted(emergency):
        yield f"exten => {number},1,Gosub(carriers,s,1({number}))"
    yield "[away]"
    for line in lines:
        yield f"exten => {line.key},1,Dial(PJSIP/*1{line.key}@trunk-to_{branch_of(line)})"


def _from_branch(branch: str, lines: Iterable[str]) -> Iterator[str]:
    """What comes over the link of a branch: no voice mailbox but those of its own lines."""
    yield f"[branch-{branch}]"
    yield f"include => class-{BRANCHES}"
    for line in lines:
        yield f"exten => *2{line},1,VoiceMail({line}@konak,u)"
        yield "same => n,Hangup()"
        yield f"exten => *3{line},1,VoiceMailMain({line}@konak,s)"
