# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules that stop a plan: too much at once, or a system that did not answer as it should.

A limit counts the changes of one kind and action. It is the larger of a number and a share of what is live,
so that one rule fits a town and a metropolis. Passing it takes an allowance, which is recorded with the plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .plan import Change, Stop


@dataclass(frozen=True)
class Limit:
    """At most ``count`` changes or ``share`` (0 to 1) of the live objects of a kind, whichever is larger.

    :ivar action: one of the plan's actions, ``missing`` for objects that a read did not find again, or another word of
        a system's own that it counts itself.
    """

    system: str
    kind: str
    action: str
    count: int
    share: float = 0.0

    def ceiling(self, live: int) -> int:
        """How many are let through when ``live`` objects of the kind exist."""
        return max(self.count, int(round(self.share * live, 6)))  # 0.29 * 100 is a little less than 29

    @property
    def name(self) -> str:
        """What an allowance names, e.g. ``directory.person.disable``."""
        return f"{self.system}.{self.kind}.{self.action}"


def check(
    changes: Iterable[Change],
    live: Mapping[tuple[str, str], int],
    limits: Iterable[Limit],
    allowed: Mapping[str, int] | None = None,
) -> list[Stop]:
    """Say which limits the changes pass.

    :arg live: how many objects of ours each ``(system, kind)`` holds now.
    :arg allowed: ``{limit name: count}``, the explicit allowance for this one plan.
    """
    changes = list(changes)
    counts = Counter((change.system, change.kind, change.action) for change in changes)
    lost = Counter(
        (change.system, change.kind, change.action)
        for change in changes
        if not any(reason.file for reason in change.reasons)
    )
    stops = []
    for limit in limits:
        count = counts[limit.system, limit.kind, limit.action]
        ceiling = max(limit.ceiling(live.get((limit.system, limit.kind), 0)), (allowed or {}).get(limit.name, 0))
        if count > ceiling:
            without_record = lost[limit.system, limit.kind, limit.action]
            told = f", {without_record} of them because their record is gone" if without_record else ""
            look = (
                "look whether a file was cut or a wrong branch is checked out"
                if without_record
                else "look whether the days and records in the last commits are meant"
            )
            stops.append(
                Stop(
                    rule=limit.name,
                    message=f"{count} times {limit.action} of a {limit.kind} in one run{told}, "
                    f"where {ceiling} pass unasked",
                    remedy=f"{look}; {_allowance(limit, count)}",
                    system=limit.system,
                )
            )
    return stops


def check_read(
    system: str,
    found: Mapping[str, int],
    remembered: Mapping[str, int],
    limits: Iterable[Limit],
    allowed: Mapping[str, int] | None = None,
    unseen: Iterable[str] = (),
) -> list[Stop]:
    """Stop when a read found fewer objects than the last apply left behind: a short answer is not an empty system.

    :arg found: objects of ours by kind, as read now.
    :arg remembered: the same, as the live system remembers them from the last apply.
    :arg unseen: places in which nothing is seen though there should be something.
    """
    where = f"; nothing is seen in {', '.join(unseen)}" if unseen else ""
    by_kind = {limit.kind: limit for limit in limits if limit.system == system and limit.action == "missing"}
    stops = []
    for kind, expected in sorted(remembered.items()):
        missing = expected - found.get(kind, 0)
        limit = by_kind.get(kind, Limit(system, kind, "missing", 0))
        if missing > max(limit.ceiling(expected), (allowed or {}).get(limit.name, 0)):
            stops.append(
                Stop(
                    rule=limit.name,
                    message=f"a short answer: the {system} shows {found.get(kind, 0)} of {expected} {kind} "
                    f"objects{where}",
                    remedy=f"look at the binding account's rights and the server; {_allowance(limit, missing)}",
                    system=system,
                )
            )
    return stops


def _allowance(limit: Limit, count: int) -> str:
    """How a person lets one plan pass, knowingly."""
    return f"if it is meant: --allow {limit.name}={count}"
