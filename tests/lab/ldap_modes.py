# SPDX-License-Identifier: GPL-3.0-or-later
"""How an LDAP proxy differs from the server behind it: what Windows does otherwise, and faults.

A mode is made once per proxy and counts how often it acted. Requests meet the modes in their order, and the first that
has an answer gives it; every answer, the server's or a mode's, goes through all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from . import ber
from .ber import Message

LONGEST_WAIT = 60
"""The most that a mode may delay an answer, in seconds."""
WRITES = ("add", "modify", "modifyDN", "delete")


@dataclass(eq=False)
class Session:
    """One client's connection.

    :ivar searches: the search requests by their number.
    """

    searches: dict[int, Message] = field(default_factory=dict)


@dataclass(frozen=True)
class Wait:
    """Do nothing for some seconds, then go on with the answer."""

    seconds: float


@dataclass(frozen=True)
class Close:
    """Close the connections to the client and to the server."""


Step = Message | Wait | Close
Hook = Callable[[Message, Session], Sequence[Step] | None]
"""What the client gets in place of a message; ``None`` if the message is to go where it was going."""


def _pass(message: Message, session: Session) -> None:
    """Leave a message as it is."""


@dataclass
class Mode:
    """One difference from the real server.

    :ivar request: is shown what the client sends; whatever it gives back, but ``None``, is the answer.
    :ivar reply: is shown what the client is about to get.
    :ivar acted: how many messages it answered, changed or dropped.
    """

    request: Hook = _pass
    reply: Hook = _pass
    acted: int = 0

    def on_request(self, message: Message, session: Session) -> Sequence[Step] | None:
        """Show it a request."""
        return self._counted(self.request(message, session))

    def on_reply(self, step: Step, session: Session) -> Sequence[Step]:
        """Show it a step of an answer."""
        new = self._counted(self.reply(step, session)) if isinstance(step, Message) else None
        return [step] if new is None else new

    def _counted(self, steps: Sequence[Step] | None) -> Sequence[Step] | None:
        self.acted += steps is not None
        return steps


# --- what Windows does ---


def cap_values(most: int, *only: str) -> Mode:
    """Give at most so many values of an attribute, and the rest by range; of all attributes, or of some only."""
    names = {name.lower() for name in only}

    def reply(message: Message, session: Session) -> Sequence[Step] | None:
        if message.tag != ber.ENTRY:
            return None
        dn, attributes = ber.entry(message)
        capped = []
        for name, values in attributes:
            counts = not names or name.partition(";")[0].lower() in names
            capped += ber.ranged(name, values, most) if counts else [(name, values)]
        return [replace(message, body=ber.entry_body(dn, capped))] if capped != attributes else None

    return Mode(reply=reply)


def refer(url: str) -> Mode:
    """Answer every search with a referral, as for a name that another domain holds."""
    return Mode(
        request=lambda message, _: [ber.result(message, ber.REFERRED, urls=[url])] if message.asks == "search" else None
    )


def refer_part(url: str) -> Mode:
    """Say at the end of every search below its base that a part of the tree is elsewhere."""

    def reply(message: Message, session: Session) -> Sequence[Step] | None:
        if message.tag != ber.DONE or ber.scope(session.searches[message.number]) == ber.BASE:
            return None
        return [Message(message.number, ber.REFERENCE, ber.element(ber.OCTETS, url.encode())), message]

    return Mode(reply=reply)


# --- an answer that is not whole ---


def hide(dn: str, *, itself: bool = True) -> Mode:
    """Drop those below an entry, and the entry itself, whatever their case: lost read rights look like this."""
    suffix = dn.casefold()

    def reply(message: Message, session: Session) -> Sequence[Step] | None:
        if message.tag != ber.ENTRY:
            return None
        name = ber.entry(message)[0].casefold()
        return [] if (itself and name == suffix) or name.endswith(f",{suffix}") else None

    return Mode(reply=reply)


def short_page(most: int, scopes: Sequence[int] = (ber.BASE, ber.ONE_LEVEL, ber.SUBTREE)) -> Mode:
    """End a search after so many entries, over all its pages, as though it was whole: no more entries, no cookie."""
    given: Counter[tuple[Session, bytes]] = Counter()

    def request(message: Message, session: Session) -> None:
        if message.asks == "search" and not ber.cookie(message):
            given[session, message.body] = 0

    def reply(message: Message, session: Session) -> Sequence[Step] | None:
        if message.tag not in {ber.ENTRY, ber.REFERENCE, ber.DONE}:
            return None
        search = session.searches[message.number]
        if ber.scope(search) not in scopes:
            return None
        if given[session, search.body] < most:
            given[session, search.body] += message.tag == ber.ENTRY
            return None
        if message.tag == ber.DONE:
            return [ber.with_cookie(message, b"")] if ber.cookie(message) else None
        return []

    return Mode(request, reply)


def empty() -> Mode:
    """Find nothing in searches of a whole subtree; reads of one object or of one level are answered."""
    return short_page(0, (ber.SUBTREE,))


def without_page_cookie() -> Mode:
    """Take the paged results control from the end of every search."""

    def reply(message: Message, session: Session) -> Sequence[Step] | None:
        paged = message.tag == ber.DONE and ber.cookie(message) is not None
        return [ber.with_cookie(message, None)] if paged else None

    return Mode(reply=reply)


# --- a server that is slow, unwilling or gone ---


def slow(seconds: float) -> Mode:
    """Hold back the end of every answer for so long; what comes after it waits with it."""
    if not 0 <= seconds <= LONGEST_WAIT:
        raise ValueError(f"no test waits {seconds} seconds for an answer; {LONGEST_WAIT} are the most")
    return Mode(reply=lambda message, _: [Wait(seconds), message] if message.ends else None)


def hang() -> Mode:
    """Never answer a search."""
    return Mode(request=lambda message, _: [] if message.asks == "search" else None)


def refuse(op: str, code: int, text: str, after: int = 1) -> Mode:
    """Answer requests with a refusal, from the nth of their kind on, counted over all connections.

    :arg op: the kind: ``add``, ``modify``, ``modifyDN``, ``delete``, ``search``.
    :arg code: LDAP result code, e.g. 50 for insufficient access rights.
    """
    if op not in {*WRITES, "search"}:
        raise ValueError(f"{op} is not refused here; known are {', '.join(WRITES)}, search")
    seen: Counter[str] = Counter()

    def request(message: Message, session: Session) -> Sequence[Step] | None:
        seen[message.asks] += 1
        return [ber.result(message, code, text)] if message.asks == op and seen[op] >= after else None

    return Mode(request)


def cut_after(entries: int) -> Mode:
    """Close a connection once it has brought so many entries, each connection anew: a server that dies while read."""
    given: Counter[Session] = Counter()

    def reply(message: Message, session: Session) -> Sequence[Step] | None:
        given[session] += message.tag == ber.ENTRY
        return [message, Close()] if message.tag == ber.ENTRY and given[session] == entries else None

    return Mode(reply=reply)


def drop_after_writes(count: int) -> Mode:
    """Pass so many writes on, counted over all connections, then close that connection before the last's answer.

    From that request on the client hears nothing more on it, and nothing more of it reaches the server. The connection
    is closed when the server has answered, so that it is certain what the server did. Other connections go on.
    """
    seen: list[tuple[Session, int]] = []

    def request(message: Message, session: Session) -> Sequence[Step] | None:
        if len(seen) == count:
            return [] if session is seen[-1][0] else None
        if message.asks in WRITES:
            seen.append((session, message.number))
        return None

    def reply(message: Message, session: Session) -> Sequence[Step] | None:
        if len(seen) < count or session is not seen[-1][0]:
            return None
        return [Close()] if message.number == seen[-1][1] else []

    return Mode(request, reply)
