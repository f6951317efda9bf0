# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The spine: what a run would change, as data that can be read, guarded, approved, applied and kept.

Standard library only: this also runs on managed hosts. It imports nothing of ours and opens nothing.

The shapes, from the inside out:

* an :class:`Item` is one object as wanted by the model or as found in a live system;
* a :class:`Change` is one difference between the two, with its reasons;
* a :class:`Plan` is all changes of a run; its digest says what it would do, not when or why.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

ACTIONS = ("create", "delete", "retire", "disable", "restore", "move", "rename", "update")
"""Every action, the weightiest first: a change of several fields is named after its weightiest."""

INVERSE = {"create": "delete", "delete": "create", "retire": "restore", "disable": "restore", "restore": "disable"}
"""What undoes an action; the others undo themselves with before and after exchanged."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret by name and version; its value is derived only where it is used."""

    name: str
    version: int = 1


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a change is wanted: a place in the inventory, and the commit that brought it once there is one."""

    text: str = ""
    file: str | None = None
    line: int | None = None
    commit: str | None = None
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One object, wanted or found.

    :ivar kind: what it is, e.g. ``person``; a key of the kinds given to :func:`compare`.
    :ivar key: its identity, which no rename changes: personnel number, unit code.
    :ivar label: its name for people.
    :ivar fields: scalars, a ``frozenset`` for a list without order, or a :class:`Secret`. A field that the wanted
        item does not name is not compared; ``None`` means empty.
    :ivar initial: fields that are given at creation and never compared, such as a first password.
    :ivar places: ``{field or "": (file, line)}``, where the inventory says so.
    :ivar tags: person, unit, site, host: what a plan is grouped and limited by.
    :ivar existing_only: whether it is wanted only if it is there already, as someone who has left is.
    :ivar retired: whether it is to go for good, if it is there, because its time is over.
    """

    kind: str
    key: str
    label: str
    fields: Mapping[str, Any]
    initial: Mapping[str, Any] = field(default_factory=dict)
    places: Any = None
    tags: Mapping[str, str] = field(default_factory=dict)
    existing_only: bool = False
    retired: bool = False


@dataclass(frozen=True)
class Kind:
    """How one kind of object is compared.

    :ivar actions: the action that a change of a field is; ``update`` where it is not listed. The pair
        ``("disable", "restore")`` is chosen by the new value: false is the first.
    :ivar absent: the fields that an object of ours has from then on when nothing wants it any more (a person is
        disabled, never deleted). Objects of a kind without it are deleted.
    """

    actions: Mapping[str, str | tuple[str, str]] = field(default_factory=dict)
    absent: Callable[[Item], Mapping[str, Any]] | None = None


@dataclass(frozen=True)
class Change:
    """One difference between wanted and live.

    :ivar fields: ``{name: {"before": …, "after": …}}``, or ``{name: {"added": […], "removed": […]}}`` for a
        list without order. Secrets are masked in it.
    :ivar basis: ``read`` from the live system, ``computed`` offline, or ``unknown``.
    """

    system: str
    kind: str
    key: str
    action: str
    label: str
    fields: Mapping[str, Mapping[str, Any]]
    reasons: tuple[Reason, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    basis: str = "read"

    @property
    def identity(self) -> tuple[str, str, str]:
        """What the change is about: ``(system, kind, key)``, at most one change each in a plan."""
        return self.system, self.kind, self.key

    def inverse(self) -> Change:
        """The change that undoes this one."""
        return replace(
            self, action=INVERSE.get(self.action, self.action), fields={n: _swap(d) for n, d in self.fields.items()}
        )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Change:
        """Read a change back from its JSON shape. Raises ``KeyError`` or ``TypeError`` if it is not one."""
        return cls(**{**data, "reasons": tuple(Reason(**reason) for reason in data.get("reasons", ()))})


@dataclass(frozen=True)
class Stop:
    """Why a plan must not be applied, and what to do about it."""

    rule: str
    message: str
    remedy: str = ""
    system: str = ""


@dataclass(frozen=True)
class Plan:
    """All changes of a run, in the order of their identity, and what the guard says of them.

    :ivar allowed: ``{limit name: count}``, the explicit allowances of this one plan.
    :ivar scope: what the plan was limited to, e.g. ``{"only": "directory", "limit": "unit=imar"}``.
    :ivar unmanaged: what lies in our territory and is not ours; it is told and left alone.
    :ivar notes: what people should know beside the changes.
    """

    changes: tuple[Change, ...]
    as_of: str
    commit: str | None = None
    stops: tuple[Stop, ...] = ()
    allowed: Mapping[str, int] = field(default_factory=dict)
    scope: Mapping[str, str] = field(default_factory=dict)
    unmanaged: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, changes: Iterable[Change], *rest: Any, **named: Any) -> Plan:
        """Make a plan of changes in any order; the other arguments are the plan's own."""
        return cls(tuple(sorted(changes, key=lambda change: change.identity)), *rest, **named)

    @property
    def digest(self) -> str:
        """SHA-256, in hexadecimal, over what the plan would do and be let through with, whenever it is made."""
        effects = [[c.system, c.kind, c.key, c.action, c.fields] for c in self.changes]
        text = json.dumps(
            [effects, dict(self.allowed), dict(self.scope)], sort_keys=True, ensure_ascii=False, separators=(",", ":")
        )
        return hashlib.sha256(text.encode()).hexdigest()

    def inverse(self) -> Plan:
        """The plan that undoes this one."""
        return replace(self, changes=tuple(change.inverse() for change in self.changes), stops=())

    def as_dict(self) -> dict[str, Any]:
        """The stable JSON shape: ``{digest, as_of, commit, scope, changes, unmanaged, notes, guard}``."""
        return {
            "digest": self.digest,
            "as_of": self.as_of,
            "commit": self.commit,
            "scope": dict(self.scope),
            "changes": [asdict(change) for change in self.changes],
            "unmanaged": list(self.unmanaged),
            "notes": list(self.notes),
            "guard": {
                "ok": not self.stops,
                "stops": [asdict(stop) for stop in self.stops],
                "allowed": dict(self.allowed),
            },
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Plan:
        """Read a plan back. Raises ``KeyError``, ``TypeError`` or ``ValueError`` if it is not one, or was edited."""
        plan = cls.of(
            (Change.from_dict(change) for change in data["changes"]),
            data["as_of"],
            data["commit"],
            tuple(Stop(**stop) for stop in data["guard"]["stops"]),
            data["guard"]["allowed"],
            data["scope"],
            tuple(data["unmanaged"]),
            tuple(data.get("notes", ())),
        )
        if plan.digest != data["digest"]:
            raise ValueError("its digest does not fit its changes: the file was edited after it was made")
        return plan


def compare(system: str, kinds: Mapping[str, Kind], wanted: Iterable[Item], found: Iterable[Item]) -> list[Change]:
    """What would make ``found`` equal to ``wanted``. Pure, and indifferent to the order of its input.

    :arg found: the objects that are ours; what is not ours must not be handed in.
    """
    live = {(item.kind, item.key): item for item in found}
    changes = []
    for item in wanted:
        before = live.pop((item.kind, item.key), None)
        if item.retired:
            if before is not None:
                changes.append(_change(system, "retire", item, _removed(before)))
            continue
        fields = _differences(
            item.fields if before else {**item.fields, **item.initial}, before.fields if before else {}
        )
        if before is None and item.existing_only:
            continue
        if before is None:
            changes.append(_change(system, "create", item, fields))
        elif fields:
            changes.append(_change(system, _action(kinds[item.kind], fields), item, fields))
    for item in live.values():
        kind = kinds[item.kind]
        if kind.absent is None:
            changes.append(_change(system, "delete", item, _removed(item)))
        elif fields := _differences(kind.absent(item), item.fields):
            changes.append(_change(system, _action(kind, fields), item, fields))
    return changes


def _removed(item: Item) -> dict[str, dict[str, Any]]:
    """What is lost with an object."""
    return {name: _difference(value, None) for name, value in item.fields.items() if not _empty(value)}


def _change(system: str, action: str, item: Item, fields: Mapping[str, Mapping[str, Any]]) -> Change:
    return Change(system, item.kind, item.key, action, item.label, fields, _reasons(item, fields), item.tags)


def _reasons(item: Item, fields: Iterable[str]) -> tuple[Reason, ...]:
    """Where the inventory says so: the lines of the changed fields, or the item's own line."""
    if item.places is None:
        return (Reason(f"no record in the inventory has the {item.kind} key {item.key}"),)
    return tuple(dict.fromkeys(Reason(file=file, line=line) for file, line in (item.places(name) for name in fields)))


def _action(kind: Kind, fields: Mapping[str, Mapping[str, Any]]) -> str:
    named = set()
    for name, difference in fields.items():
        action = kind.actions.get(name, "update")
        named.add(action if isinstance(action, str) else action[bool(difference["after"])])
    return min(named, key=ACTIONS.index)


def _differences(after: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The fields of ``after`` that ``before`` does not have so; an empty list and ``None`` are alike."""
    return {
        name: _difference(before.get(name), value)
        for name, value in after.items()
        if before.get(name) != value and not (_empty(before.get(name)) and _empty(value))
    }


def _empty(value: Any) -> bool:
    return value in (None, "", frozenset(), ())


def _difference(before: Any, after: Any) -> dict[str, Any]:
    if isinstance(before, frozenset) or isinstance(after, frozenset):
        old, new = before or frozenset(), after or frozenset()
        return {"added": sorted(new - old), "removed": sorted(old - new)}
    return {"before": _mask(before), "after": _mask(after)}


def _mask(value: Any) -> Any:
    """The one place where secrets are masked: people see that it moves and to which version, never what it is."""
    return f"secret, version {value.version}" if isinstance(value, Secret) else value


def _swap(difference: Mapping[str, Any]) -> dict[str, Any]:
    if "added" in difference:
        return {"added": difference["removed"], "removed": difference["added"]}
    return {"before": difference["after"], "after": difference["before"]}
