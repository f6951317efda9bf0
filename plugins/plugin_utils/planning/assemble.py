# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put the parts of all systems together into one plan, and ask the guard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path

from ...module_utils import guard
from ...module_utils.plan import Plan
from ..model.city import City
from ..model.problems import InventoryError, Problem
from .blame import head, with_commits
from .store import Part, PlanFileError, selected


def limits(city: City, defaults: Iterable[guard.Limit]) -> list[guard.Limit]:
    """The guard's limits: the systems' own, each replaced where organisation.yml has one of the same name.

    :raises InventoryError: if one counts what no system has; a misspelt limit would never stop anything.
    """
    defaults = list(defaults)
    known = {(limit.system, limit.kind) for limit in defaults}
    problems = [
        Problem(
            f"no system has {entry.system}.{entry.kind}",
            *city.place("organisation", 0, "limits", position),
            path=f"organisation.limits[{position + 1}]",
            rule="unknown-limit",
            remedy=f"use one of {', '.join(sorted('.'.join(pair) for pair in known))}",
        )
        for position, entry in enumerate(city.organisation.limits)
        if (entry.system, entry.kind) not in known
    ]
    if problems:
        raise InventoryError(problems)
    own = [
        guard.Limit(entry.system, entry.kind, entry.action, entry.count, entry.share)
        for entry in city.organisation.limits
    ]
    return list({limit.name: limit for limit in chain(defaults, own)}.values())


def assemble(
    city: City,
    inventory: Path,
    parts: Iterable[Part],
    defaults: Iterable[guard.Limit],
    allowed: Mapping[str, int],
    scope: Mapping[str, str],
) -> Plan:
    """One plan of all parts, with commits in its reasons and the guard's verdict.

    :arg inventory: the folder of the inventory, for the commits.
    :arg allowed: the allowances for this one plan; they are recorded in it.
    :arg scope: ``only`` and ``limit``, recorded too.
    :raises PlanFileError: if an allowance names no limit.
    """
    parts = list(parts)
    changes = selected(chain.from_iterable(part.changes for part in parts), scope.get("limit", ""))
    live = Counter[tuple[str, str]]()
    for part in parts:
        live.update({(part.system, kind): count for kind, count in part.live.items()})
    known = limits(city, defaults)
    if strange := allowed.keys() - {limit.name for limit in known}:
        names = ", ".join(sorted(limit.name for limit in known))
        raise PlanFileError(f"there is no limit {min(strange)!r} to allow; the limits are {names}")
    stops = [
        *chain.from_iterable(part.stops for part in parts),
        *guard.check(changes, live, known, allowed),
    ]
    return Plan.of(
        with_commits(changes, inventory),
        as_of=city.as_of.isoformat(),
        commit=head(inventory),
        stops=tuple(stops),
        allowed=allowed,
        scope=scope,
        unmanaged=tuple(f"{part.system}: {name}" for part in parts for name in part.unmanaged),
        notes=tuple(f"{part.system}: {note}" for part in parts for note in part.notes),
    )
