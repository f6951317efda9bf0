# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In what the exchange that runs differs from its records: what somebody changed by hand. Standard library only."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import shown

ASKED = (shown.ENDPOINTS, shown.PLAN, shown.QUEUES, shown.BOXES)
"""What must be asked to tell the differences."""


def differences(rows: list[dict], answers: Mapping[str, str]) -> Iterator[str]:
    """What is missing, or in no record or file; whether a member of a queue takes a pause is nobody's to tell.

    :arg answers: by what was ``ASKED``.
    """
    lines = {row["key"] for row in rows if registers(row)}
    trunks = {f"trunk-{row['key']}" for row in rows if row["kind"] == "trunk"}
    yield from _either("line", lines | trunks, shown.endpoints(answers[shown.ENDPOINTS]))
    numbers = {row["key"] for row in rows if row["kind"] == "number"} | set(parking(rows))
    yield from _either("number", numbers, set(shown.extensions(answers[shown.PLAN], "numbers")))
    for where in dict.fromkeys(shown.strange(answers[shown.PLAN])):
        yield f"{where} is in no file"
    yield from _of_queues(members(rows), shown.queues(answers[shown.QUEUES]))
    yield from _either("voice mailbox", boxes(rows), shown.boxes(answers[shown.BOXES]).keys())


def _either(what: str, wanted: Collection[str], there: Collection[str]) -> Iterator[str]:
    for name in sorted(set(wanted) - set(there)):
        yield f"the {what} {name} is missing"
    for name in sorted(set(there) - set(wanted)):
        yield f"the {what} {name} is in no record"


def _of_queues(wanted: Mapping[str, Mapping[str, int]], there: Mapping[str, shown.Queue]) -> Iterator[str]:
    yield from _either("queue", wanted.keys(), there.keys())
    for queue in sorted(wanted.keys() & there.keys()):
        asked, found = wanted[queue], there[queue].members
        yield from _either(f"queue {queue}'s member", asked.keys(), found.keys())
        for device in sorted(asked.keys() & found.keys()):
            if found[device].penalty != asked[device]:
                told = f"the penalty {found[device].penalty} instead of {asked[device]}"
                yield f"the queue {queue}'s member {device} has {told}"


def mending(rows: list[dict], there: Mapping[str, shown.Queue]) -> Iterator[str]:
    """Commands that take back what was done to queues by hand: a reload keeps who was added, and penalties."""
    wanted = members(rows)
    for queue in sorted(wanted.keys() & there.keys()):
        for device, member in there[queue].members.items():
            penalty = wanted[queue].get(device)
            if penalty is None:
                yield f"queue remove member {_quoted(device)} from {queue}"
            elif penalty != member.penalty:
                yield f"queue set penalty {penalty} on {device} in {queue}"


def _quoted(word: str) -> str:
    """A word as the exchange reads it, whatever somebody typed in."""
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def registers(row: dict) -> bool:
    """Whether a record is a line whose telephones register here; those of locked ones always do."""
    fields = row["fields"]
    return row["kind"] == "locked" or (row["kind"] == "line" and fields["open"] and not fields.get("exchange"))


def parking(rows: list[dict]) -> Iterator[str]:
    """Numbers of parking, which are no records of their own."""
    for row in rows:
        if row["kind"] == "parking":
            fields = row["fields"]
            yield fields["extension"]
            for number in range(int(fields["first"]), int(fields["last"]) + 1):
                yield f"{number:0{len(fields['first'])}d}"


def members(rows: list[dict]) -> dict[str, dict[str, int]]:
    """The queues, each with the penalties of its members, by their devices: that of a branch is an extension."""
    away = {row["key"] for row in rows if row["kind"] == "line" and row["fields"].get("exchange")}
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        if row["kind"] == "queue":
            each = (member.split() for member in row["fields"]["members"])
            found[row["key"]] = {
                f"Local/{person}@away" if person in away else f"PJSIP/{person}": int(penalty)
                for person, penalty in each
            }
    return found


def boxes(rows: list[dict]) -> set[str]:
    """Voice mailboxes: of every line, closed ones too, and at the main exchange alone."""
    if any(row["kind"] == "trunk" and row["key"] == "to_main" for row in rows):
        return set()
    return {row["key"] for row in rows if row["kind"] == "line"}
