# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan the directory, or apply the plan to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from ansible.utils.display import Display

from ..module_utils.guard import check_read
from ..module_utils.plan import Change, Item, Plan, Secret
from ..module_utils.secrets import password
from ..plugin_utils.actions import KonakAction, Spec, error_entry, failure
from ..plugin_utils.directory import letters, reconcile
from ..plugin_utils.directory.apply import Outcome, apply
from ..plugin_utils.directory.attributes import LIMITS, SYSTEM
from ..plugin_utils.directory.conflicts import taken
from ..plugin_utils.directory.connection import Connection, DirectoryError, Login, connect
from ..plugin_utils.directory.intent import intent
from ..plugin_utils.directory.interpret import Live
from ..plugin_utils.directory.inverse import ldif
from ..plugin_utils.directory.live import read, waiting
from ..plugin_utils.model.city import City
from ..plugin_utils.planning.assemble import limits
from ..plugin_utils.planning.store import (
    Part,
    PlanFileError,
    differences,
    folder,
    read_part,
    read_plan,
    selected,
    write_inverse,
    write_part,
)

LOGIN = {
    "servers": {"type": "list", "elements": "str", "required": True},
    "bind_user": {"type": "str", "default": ""},
    "bind_password": {"type": "str", "default": "", "no_log": True},
    "ca_file": {"type": "path", "required": True},
    "transport": {"type": "str", "choices": ["ldaps", "starttls", "kerberos"], "default": "ldaps"},
    "tickets": {"type": "str", "default": "", "no_log": False},
    "timeout": {"type": "int", "default": 120},
}


def login(arguments: dict[str, Any]) -> Login:
    """Who binds where, of an action's arguments."""
    return Login(
        servers=arguments["servers"],
        user=arguments["bind_user"],
        password=arguments["bind_password"],
        ca_file=Path(arguments["ca_file"]),
        transport=arguments["transport"],
        tickets=arguments["tickets"],
        seconds=arguments["timeout"],
    )


class ActionModule(KonakAction):
    """One read of the directory; then a part of a plan, or an apply of the plan's part."""

    spec: ClassVar[Spec] = {
        **LOGIN,
        "phase": {"type": "str", "choices": ["plan", "apply", "letters"], "default": "plan"},
        "master_secret": {"type": "str", "required": True, "no_log": True},
        "allowed": {"type": "dict", "default": {}},
        "retire": {"type": "bool", "default": False},
        "limit": {"type": "str", "default": ""},
        "letter_certificates": {"type": "list", "elements": "path", "default": []},
    }
    failures = (DirectoryError, PlanFileError)

    def act(self, arguments: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
        """Plan or apply; in check mode an apply is the same plan again."""
        city, build = self.city(variables), self.build(variables)
        run = _Run(city, build, arguments)
        if arguments["phase"] == "apply":
            plan = read_plan(folder(build) / "plan.json")
            ours = any(change.system == SYSTEM for change in plan.changes)
            if self._task.check_mode or not ours:
                return {"changed": ours, "digest": plan.digest}
            with connect(_of_the_plan(login(arguments), build), city.organisation.directory.domain) as connection:
                return run.apply(connection, plan)
        with connect(login(arguments), city.organisation.directory.domain) as connection:
            if arguments["phase"] == "letters":
                return run.letters(connection, check=self._task.check_mode)
            return run.plan(connection)


def _of_the_plan(usual: Login, build: Path) -> Login:
    """The server that the plan was made from: another one may not know yet what that one knew."""
    try:
        return replace(usual, servers=[read_part(build, SYSTEM).source])
    except PlanFileError:  # the plan was made by an earlier run
        return usual


class _Run:
    """What the phases share: the city, where files go, and the arguments."""

    def __init__(self, city: City, build: Path, arguments: dict[str, Any]) -> None:
        self._city, self._build, self._arguments = city, build, arguments
        self._root = city.organisation.directory.root
        self._recipients = letters.certificates(Path(path) for path in arguments["letter_certificates"])

    def plan(self, connection: Connection) -> dict[str, Any]:
        """Leave the directory's part of a plan."""
        live = self._read(connection)
        changes = reconcile.changes(self._city, intent(self._city, retire=self._arguments["retire"]), live)
        chosen = selected(changes, self._arguments["limit"])
        allowed = {name: int(count) for name, count in self._arguments["allowed"].items()}
        known = limits(self._city, LIMITS)
        short = check_read(SYSTEM, live.counts, live.remembered, known, allowed, unseen=reconcile.unseen(changes, live))
        stops = short or [
            *reconcile.stops(chosen, live),
            *reconcile.reopened(chosen, live, known, allowed),
            *taken(connection, live, chosen),
        ]
        part = Part(SYSTEM, tuple(changes), live.counts, tuple(stops), tuple(told(live)), source=connection.host)
        write_part(self._build, part)
        return {"changed": False, "changes": len(changes), "server": connection.host}

    def apply(self, connection: Connection, plan: Plan) -> dict[str, Any]:
        """Apply the plan if the directory still is as it was when the plan was made."""
        approved = Plan.of((change for change in plan.changes if change.system == SYSTEM), plan.as_of)
        if plan.stops:
            raise PlanFileError("the guard stopped this plan; nothing was changed")
        live = self._read(connection)
        wanted = intent(self._city, retire="retire" in plan.scope)
        changes = selected(reconcile.changes(self._city, wanted, live), plan.scope.get("limit", ""))
        if (fresh := Plan.of(changes, plan.as_of)).digest != approved.digest:
            raise PlanFileError(
                "the directory changed after the plan was made: " + "; ".join(differences(approved, fresh)[:5])
            )
        joiners = {change.key for change in fresh.changes if (change.kind, change.action) == ("person", "create")}
        self._seal([item for item in wanted if item.kind == "person" and item.key in joiners])
        outcome = apply(connection, live, fresh.changes, wanted, self._password, _progress())
        made = {request.identities[0][1] for request in outcome.requests if request.method == "add"}
        letters.take_back(self._letters, joiners - made)
        self._keep_inverse(fresh, outcome)
        return _result(outcome, fresh, connection.host) | self._handing_over(joiners)

    def letters(self, connection: Connection, *, check: bool) -> dict[str, Any]:
        """Seal letters again for those who have not chosen a password of their own yet."""
        if not self._recipients:
            raise DirectoryError(
                "nobody is named who can open letters", remedy="set directory_letter_certificates to a PEM file"
            )
        limit, numbers = self._arguments["limit"], waiting(connection, self._root)
        people = [
            item
            for item in intent(self._city)
            if item.kind == "person" and item.key in numbers and item.fields["enabled"] and _is_within(item, limit)
        ]
        if not check:
            self._seal(people)
        return {"changed": bool(people), "letters": [item.key for item in people]}

    def _read(self, connection: Connection) -> Live:
        return read(connection, self._root, self._city.organisation.directory.protected)

    @property
    def _letters(self) -> Path:
        return self._build / "letters"

    def _password(self, secret: Secret) -> str:
        return password(self._arguments["master_secret"], secret)

    def _seal(self, people: Sequence[Item]) -> None:
        """Letters are there before the accounts are: a run that is killed leaves no account without one."""
        if self._recipients and people:
            made = (letters.letter(item, self._password(item.initial["password"])) for item in people)
            organisation = self._city.organisation
            letters.write(self._letters, made, self._recipients, organisation.name, organisation.language)

    def _handing_over(self, joiners: set[str]) -> dict[str, Any]:
        if not joiners:
            return {}
        if self._recipients:
            return {"letters": str(self._letters)}
        many = f"{len(joiners)} first password{'s were' if len(joiners) > 1 else ' was'}"
        return {"warnings": [f"{many} not handed over: set directory_letter_certificates, then run ./konak letters"]}

    def _keep_inverse(self, plan: Plan, outcome: Outcome) -> None:
        done = Plan.of((change for change in plan.changes if (change.kind, change.key) in outcome.done), plan.as_of)
        if outcome.requests:
            heading = f"undoes an apply of {len(outcome.requests)} requests; read it before you use it"
            write_inverse(self._build, SYSTEM, done, {"ldif": ldif(outcome.requests, heading)})


def _is_within(item: Item, limit: str) -> bool:
    change = Change(SYSTEM, item.kind, item.key, "update", item.label, {}, tags=item.tags)
    return bool(selected([change], limit))


def told(live: Live) -> list[str]:
    """What is not ours, in our territory or in a group where it should not be: it is told and left alone."""
    lines = list(live.unmanaged)
    for item in live.items:
        lines += [f"{dn} is a member of {item.fields['name']}" for dn in sorted(item.fields.get("strangers", ()))]
        if item.kind == "person" and item.fields["parent"] == "container:leavers":
            lines += [
                f"{item.label} ({item.key}), who has left, is a member of {dn}" for dn in sorted(item.fields["by_hand"])
            ]
    return lines


def _progress() -> Callable[[int, int], None]:
    """Say now and then how far an apply is and how long it may take yet; silent for the first seconds."""
    start = said = time.monotonic()
    display = Display()

    def tell(done: int, total: int) -> None:
        nonlocal said
        now = time.monotonic()
        if now - said >= 5:
            said = now
            left = (now - start) / done * (total - done)
            display.display(f"directory: {done} of {total} requests, about {left:.0f} s left")

    return tell


def _result(outcome: Outcome, plan: Plan, host: str) -> dict[str, Any]:
    counts = {"done": len(outcome.done), "failed": len(outcome.failed), "of": len(plan.changes)}
    if not outcome.failed and not outcome.broken:
        return {"changed": bool(plan.changes), "applied": counts, "digest": plan.digest}
    labels = {
        (change.kind, change.key): f"{change.action} {change.kind} {change.label} ({change.key})"
        for change in plan.changes
    }
    refused = [f"{labels[identity]}: {words}" for identity, words in sorted(outcome.failed.items())]
    messages = [*([outcome.broken] if outcome.broken else []), *refused]
    head = f"{counts['done']} of {counts['of']} changes are done and stay done; run again to finish the rest"
    errors = [error_entry(message, host) for message in messages]
    return {**failure("\n".join([head, *messages[:20]]), errors), "changed": bool(outcome.done), "applied": counts}
