# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From intent and live to changes, with what only the live directory can say; and what must stop them. Pure.

Beside its record, four things decide what becomes of an object: memberships that somebody gave by hand, which a leaver
loses and gets back on return; lists that others may add to; accounts that somebody closed by hand; and objects that no
plan may touch.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...module_utils.guard import Limit
from ...module_utils.plan import Change, Item, Stop, compare
from ..model.city import City
from ..model.rights import GroupPolicies
from .attributes import ACCOUNT_TYPES, KINDS, SYSTEM
from .dns_records import node_and_zone
from .hosts import REVERSE
from .interpret import Live
from .memberships import open_groups
from .policy_links import joined, unknown

_NAMES = {"computer": "server"}
"""What a member is called in the inventory, if not by its kind."""

CLOSED = "closed"
"""Kept with an account that Konak closed: one that somebody closed by hand lacks it."""


def changes(city: City, wanted: Sequence[Item], live: Live) -> list[Change]:
    """What would make the directory as it should be."""
    return compare(SYSTEM, KINDS, settled(city, wanted, live), live.items)


def settled(city: City, wanted: Sequence[Item], live: Live) -> Iterator[Item]:
    """The intent with what depends on what is there."""
    before = {(item.kind, item.key): item for item in live.items}
    hands = _Hands(city, live)
    added = {f"unit:{unit.code}": unit.group_policies for unit in city.inventory.units}
    added["container:units"] = city.organisation.directory.group_policies
    zones = [name.removeprefix("zone:") for name in live.around.bases if name.startswith("zone:")]
    for item in (*wanted, *_without_record(wanted, live)):
        found = before.get((item.kind, item.key))
        if item.kind in ACCOUNT_TYPES:
            yield hands.settled(item, found)
        elif item.kind == "group":
            yield hands.settled_group(item, found)
        elif item.kind == "record":
            yield from _placed(item, zones)
        elif links := added.get(f"{item.kind}:{item.key}"):
            yield _linked(item, found, links)
        else:
            yield item


def _without_record(wanted: Iterable[Item], live: Live) -> Iterator[Item]:
    """Accounts that no record wants any more, as they should be from now on."""
    known = {(item.kind, item.key) for item in wanted}
    for item in live.items:
        absent = KINDS[item.kind].absent
        if item.kind in ACCOUNT_TYPES and absent is not None and (item.kind, item.key) not in known:
            yield replace(item, fields=absent(item), existing_only=True)


class _Hands:
    """What hands did to memberships, and what of it stays."""

    def __init__(self, city: City, live: Live) -> None:
        self._live = live
        self._open = open_groups(city)
        self._ours = {guid: key for (_, key), guid in live.guids.items()}
        self._theirs = {group.guid: group.dn for group in live.around.outside.values()}

    def settled(self, item: Item, found: Item | None) -> Item:
        """An account with the memberships that it keeps, loses for a time, or gets back."""
        before: Mapping[str, Any] = found.fields if found else {}
        kept, by_hand = before.get("kept", frozenset()), before.get("by_hand", frozenset())
        fields = dict(item.fields)
        given = self._given(item, before.get("groups", frozenset()))
        if item.existing_only and not fields["groups"]:  # gone: stripped, and what was given by hand is remembered
            lost = {self._guid(dn) for dn in by_hand if self._is_writable(dn)} | {
                self._live.guids["group", key] for key in given
            }
            fields["by_hand"] = frozenset(dn for dn in by_hand if not self._is_writable(dn))
            fields["kept"] = frozenset(kept | lost | {CLOSED})
        else:
            fields["groups"] = fields["groups"] | given | self._given(item, self._back(kept))
            theirs = {guid: self._theirs[guid] for guid in kept if guid in self._theirs}
            back = {guid: dn for guid, dn in theirs.items() if self._is_writable(dn)}
            fields["by_hand"] = by_hand | frozenset(back.values())
            # What cannot be given back is remembered on.
            fields["kept"] = frozenset(theirs.keys() - back.keys() if fields["enabled"] else kept | {CLOSED})
        return replace(item, fields=fields)

    def settled_group(self, item: Item, found: Item | None) -> Item:
        """A group in the groups that it is put into, and those open ones that it was put into by hand."""
        given = self._given(item, found.fields["groups"]) if found else frozenset()
        return replace(item, fields={**item.fields, "groups": item.fields["groups"] | given})

    def _given(self, item: Item, groups: frozenset[str]) -> frozenset[str]:
        """Memberships in groups of ours to which others may add whom they like."""
        own = item.key if item.kind == "group" else f"{_NAMES.get(item.kind, item.kind)}:{item.key}"
        return frozenset(key for key in groups & self._open.keys() if own not in self._open[key])

    def _back(self, kept: frozenset[str]) -> frozenset[str]:
        return frozenset(self._ours[guid] for guid in kept if guid in self._ours)

    def _is_writable(self, dn: str) -> bool:
        group = self._live.around.outside.get(dn.lower())
        return group is not None and group.writable

    def _guid(self, dn: str) -> str:
        return self._live.around.outside[dn.lower()].guid


def _placed(item: Item, zones: Sequence[str]) -> Iterator[Item]:
    """A DNS name in the zone that it lies in; a way back is only wanted where there is a zone for it."""
    place = node_and_zone(item.key, zones)
    if place is not None:
        yield replace(item, fields={"name": place[0], "parent": f"zone:{place[1]}", **item.fields})
    elif not item.key.endswith(REVERSE) or not item.tags:
        yield replace(item, fields={"name": item.key, "parent": f"zone:{item.key.partition('.')[2]}", **item.fields})


def _linked(item: Item, found: Item | None, links: GroupPolicies) -> Item:
    """A branch whose list of group policies others may add to."""
    if links.set is not None:
        return item
    before = found.fields["group_policies"] if found else ()
    return replace(item, fields={**item.fields, "group_policies": joined(before, links.add)})


def stops(plan: Sequence[Change], live: Live) -> list[Stop]:
    """Why some of the changes must not be done, and what to do about it."""
    return [*_protected(plan, live), *_not_empty(plan, live), *_policies(plan, live), *_zones(plan, live)]


def _protected(plan: Iterable[Change], live: Live) -> Iterator[Stop]:
    for change in plan:
        if why := live.protected.get((change.kind, change.key)):
            message = f"{change.label} ({change.key}) is protected, and the plan would {change.action} it: {why}"
            remedy = "take the protection away, or do it by hand; no plan touches it"
            yield Stop(f"{SYSTEM}.{change.kind}.protected", message, remedy, SYSTEM)


def _not_empty(plan: Iterable[Change], live: Live) -> Iterator[Stop]:
    """What goes must hold nothing but what goes or moves with this plan; what is not ours is never removed."""
    for change in plan:
        if change.action in {"delete", "retire"}:
            dn = live.dns[change.kind, change.key].lower()
            inside = [name for name in live.unmanaged if name.lower().endswith("," + dn)]
            if inside:
                message = f"the {change.kind} {change.label} is to go, but holds what is not ours: {inside[0]}"
                yield Stop(f"{SYSTEM}.{change.kind}.holds", message, "move or remove that object first", SYSTEM)


def _policies(plan: Iterable[Change], live: Live) -> Iterator[Stop]:
    for change in plan:
        links = change.fields.get("group_policies", {})
        new = [words for words in links.get("after") or () if words not in (links["before"] or ())]
        for name in unknown(new, live.around.group_policies):
            message = f"{change.kind} {change.label}: there is not exactly one group policy object called {name!r}"
            yield Stop(f"{SYSTEM}.{change.kind}.policy", message, "make it, or mend its name in the inventory", SYSTEM)


def _zones(plan: Iterable[Change], live: Live) -> Iterator[Stop]:
    for change in plan:
        zone = change.fields.get("parent", {}).get("after")
        if change.kind == "record" and zone and zone not in live.around.bases:
            message = f"the name {change.key} lies in no zone of the directory"
            yield Stop(
                f"{SYSTEM}.record.zone", message, "make the zone on the name server, or take the name away", SYSTEM
            )


def reopened(plan: Iterable[Change], live: Live, limits: Iterable[Limit], allowed: Mapping[str, int]) -> Iterator[Stop]:
    """Accounts that somebody closed by hand are not opened by the way."""
    before = {(item.kind, item.key): item.fields for item in live.items}
    labels = defaultdict[str, list[str]](list)
    for change in plan:
        opens = change.action != "create" and change.fields.get("enabled", {}).get("after") is True
        if opens and CLOSED not in before[change.kind, change.key]["kept"]:
            labels[change.kind].append(f"{change.label} ({change.key})")
    for limit in limits:
        found = labels[limit.kind] if limit.action == "reopen" else []
        if len(found) > max(limit.count, allowed.get(limit.name, 0)):
            message = f"somebody closed by hand, and the inventory says that they are open: {', '.join(found[:5])}"
            remedy = (
                "if they are to stay closed, write a leave of the kind suspension; "
                f"if they are to be opened: --allow {limit.name}={len(found)}"
            )
            yield Stop(limit.name, message, remedy, SYSTEM)


def unseen(plan: Iterable[Change], live: Live) -> list[str]:
    """Units of which nobody is seen though there are people in them, which looks like rights to read that were lost."""
    seen = {item.fields["parent"] for item in live.items if item.kind == "person"}
    missing = Counter(
        change.tags.get("unit", "") for change in plan if change.kind == "person" and change.action == "create"
    )
    return [unit for unit in sorted(missing) if f"unit:{unit}" not in seen and ("unit", unit) in live.dns]
