# SPDX-License-Identifier: GPL-3.0-or-later
"""The first apply of people to an empty unit of a real directory, and a change of one attribute of them all, beside the
same requests sent without a plan.

The only file of the benchmarks that writes to a directory. It writes under a root of its own and removes that root.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import ldap
import ldap.dn

from ...plugins.module_utils.plan import Item
from ...plugins.module_utils.secrets import password
from ...plugins.plugin_utils import session
from ...plugins.plugin_utils.directory import reconcile
from ...plugins.plugin_utils.directory.apply import apply
from ...plugins.plugin_utils.directory.connection import Connection, connect
from ...plugins.plugin_utils.directory.intent import intent
from ...plugins.plugin_utils.directory.live import read, root_dn, search
from ...plugins.plugin_utils.directory.pipeline import WINDOW
from ...plugins.plugin_utils.model.city import City
from .login import login, master_secret
from .timing import timed

PREFIX = "ilk-"
"""Before every name that may be there only once in a domain."""

SAME_CITY = 0.05
"""So large a share may be different where only days have passed."""

Entry = tuple[str, list[tuple[str, list[bytes]]]]
"""Distinguished name and attributes of an add."""


class _Recorder:
    """python-ldap's object that remembers what is added."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.added: list[Entry] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def add_ext(self, dn: str, entry: list[tuple[str, list[bytes]]]) -> Any:
        """Add, and remember."""
        number = self._connection.add_ext(dn, entry)
        self.added.append((dn, entry))
        return number


def first_apply(inventory: str, lab: str, server: str) -> dict[str, float]:
    """Apply a city to its empty root and add the same entries bare, each twice and in turn; seconds of both.

    :raises RuntimeError: if something is refused.
    """
    city = session.city(Path(inventory), None)
    settings, secret = city.organisation.directory, master_secret(Path(lab))
    seconds: dict[str, float] = {}
    with connect(login(Path(lab), server, settings.domain), settings.domain) as connection:
        base = root_dn(connection, settings.root)
        with _cleared(connection, base):
            added = _apply(city, connection, secret, seconds)
            for again in (False, True):  # apply, bare, bare, apply: what changes with time meets both alike
                _clear(connection, base)
                with timed(seconds, "bare again" if again else "bare"):
                    _add(connection, added)
            _clear(connection, base)
            _apply(city, connection, secret, seconds)
            for turn in ("", " again"):
                _change(city, connection, seconds, turn)
    return seconds


def _apply(city: City, connection: Connection, secret: str, seconds: dict[str, float]) -> list[Entry]:
    """Apply the city to its empty root; what was added. The seconds are those of its steps.

    :raises RuntimeError: if something is refused.
    """
    recorder = _Recorder(connection.ldap)
    again = " again" if "apply" in seconds else ""
    with timed(seconds, f"apply{again}"):
        live, wanted = read(connection, city.organisation.directory.root), [_apart(item) for item in intent(city)]
        changes = reconcile.changes(city, wanted, live)
        own = replace(connection, ldap=recorder)
        with timed(seconds, f"requests{again}"):
            outcome = apply(own, live, changes, wanted, lambda name: password(secret, name), lambda *_: None)
    if outcome.failed or outcome.broken:
        raise RuntimeError(outcome.broken or next(iter(outcome.failed.values())))
    return recorder.added


def _change(city: City, connection: Connection, seconds: dict[str, float], again: str) -> None:
    """Give everyone another title by an apply, and then bare; the seconds are those of both.

    :raises RuntimeError: if something is refused.
    """
    renamed = [
        replace(item, fields={**item.fields, "title": f"Görevli{again}"}) if item.kind == "person" else item
        for item in map(_apart, intent(city))
    ]
    with timed(seconds, f"change{again}"):
        live = read(connection, city.organisation.directory.root)
        changes = reconcile.changes(city, renamed, live)
        outcome = apply(connection, live, changes, renamed, lambda _: "", lambda *_: None)
    if outcome.failed or outcome.broken or {change.action for change in changes} != {"update"}:
        raise RuntimeError(outcome.broken or f"{len(outcome.failed)} of {len(changes)} updates were refused")
    dns = [live.dns[change.kind, change.key] for change in changes]
    modification = [(ldap.MOD_REPLACE, "title", [f"Memur{again}".encode()])]
    with timed(seconds, f"bare change{again}"):
        _pipelined(connection, (partial(connection.ldap.modify_ext, dn, modification) for dn in dns))


def make_room(inventory: str, lab: str, server: str) -> dict[str, float]:
    """Empty the city's root if another city is in it: one of another size, or of an older generator."""
    city = session.city(Path(inventory), None)
    settings = city.organisation.directory
    with connect(login(Path(lab), server, settings.domain), settings.domain) as connection:
        live = read(connection, settings.root)
        changes = reconcile.changes(city, intent(city), live)
        if sum(change.action != "create" for change in changes) > SAME_CITY * len(live.items):
            _clear(connection, live.root)
    return {}


def _apart(item: Item) -> Item:
    """The item under names that nothing else in the domain has."""
    fields = dict(item.fields)
    if "login" in fields:
        fields["login"] = (PREFIX + fields["login"])[:20] if item.kind != "group" else PREFIX + fields["login"]
    if "upn" in fields:
        fields["upn"] = PREFIX + fields["upn"]
    return replace(item, fields=fields)


def _add(connection: Connection, entries: Iterable[Entry]) -> None:
    """Add entries; raises python-ldap's errors."""
    _pipelined(connection, (partial(connection.ldap.add_ext, dn, entry) for dn, entry in entries))


def _pipelined(connection: Connection, requests: Iterable[Callable[[], int]]) -> None:
    """Send requests with as many under way as an apply has; raises python-ldap's errors."""
    under_way: deque[int] = deque()
    for send in requests:
        while True:
            try:
                under_way.append(send())
                break
            except ldap.BUSY:  # no room in the socket: collect an answer first
                connection.ldap.result3(under_way.popleft())
        if len(under_way) >= WINDOW:
            connection.ldap.result3(under_way.popleft())
    while under_way:
        connection.ldap.result3(under_way.popleft())


@contextmanager
def _cleared(connection: Connection, base: str) -> Iterator[None]:
    """An empty root, which is gone afterwards."""
    _clear(connection, base)
    try:
        yield
    finally:
        _clear(connection, base)
        connection.ldap.delete_ext_s(base)


def _clear(connection: Connection, base: str) -> None:
    """Remove everything under the root, from the bottom up."""
    names = [dn for dn, _ in search(connection, base, "(objectClass=*)", ["1.1"]) if dn.lower() != base.lower()]
    names.sort(key=lambda dn: len(ldap.dn.str2dn(dn)), reverse=True)
    _pipelined(connection, (partial(connection.ldap.delete_ext, dn) for dn in names))
