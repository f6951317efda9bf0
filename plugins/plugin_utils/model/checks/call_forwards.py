# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls that somebody else answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from .. import asof
from ..calling import TIMES, allowed, destination
from ..numbers import extension_of
from .references import circle
from .rule import Finding, rule

if TYPE_CHECKING:
    from ..call_services import CallForward
    from ..city import City
    from ..people import Person


@rule("call-forwards")
def call_forwards(city: City) -> Iterator[Finding]:
    """Calls are forwarded to who answers, never in a circle, and to the world as the person's class may call."""
    forwarding = {person.id: person for person in city.inventory.people if person.call_forwards}
    for position, person in enumerate(city.inventory.people):
        for place, entry in enumerate(person.call_forwards):
            if entry.until is not None and entry.until < city.as_of:
                continue
            for message, remedy in _wrong(city, forwarding, person, entry):
                yield "people", position, ("call_forwards", place, "to"), message, remedy


def _wrong(
    city: City, forwarding: Mapping[str, Person], person: Person, entry: CallForward
) -> Iterator[tuple[str, str]]:
    if city.telephony is None:
        yield "there is no exchange that forwards calls", "add the section `telephony`, or take this away"
    elif person.extension is None:
        yield "the person has no extension to be called at", "give one, or take this away"
    elif entry.to.startswith("+"):
        if not _may(city, person, entry.to):
            message = f"the class {person.class_} may not call {entry.to} at any time"
            yield message, "name a number that it may call, or somebody inside"
    elif extension_of(city, entry.to) is None:
        remedy = "name somebody at work with an extension, a unit with a `line`, or what is in `telephony`"
        yield f"nothing answers for {entry.to}", remedy
    else:
        day = max(entry.from_ or city.as_of, city.as_of)
        if way := circle(person.id, _Passing(forwarding, day)):
            yield f"on {day} calls go round and nobody answers: {way}", "mend one of these, or the days"


def _may(city: City, person: Person, number: str) -> bool:
    found = destination(city.telephony, number) if city.telephony else None
    access_class = city.access_classes.get(person.class_)
    if found is None or access_class is None:
        return False
    return all(allowed(access_class, found.code, time) for time in TIMES)


class _Passing(Mapping[str, Iterable[str]]):
    """To whom people pass their calls on a day, by personnel number."""

    def __init__(self, forwarding: Mapping[str, Person], day: asof.Day) -> None:
        self._forwarding, self._day = forwarding, day

    def __getitem__(self, number: str) -> Iterable[str]:
        person = self._forwarding[number]
        for entry in person.call_forwards:
            if asof.covers(entry.from_, entry.until, self._day):
                return [entry.to.removeprefix("person:")] if entry.to.startswith("person:") else []
        return []

    def __iter__(self) -> Iterator[str]:
        return iter(self._forwarding)

    def __len__(self) -> int:
        return len(self._forwarding)
