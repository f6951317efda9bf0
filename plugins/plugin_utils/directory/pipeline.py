# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many LDAP requests under way at once on one connection, each answer noted with what it was for."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import ldap

from .connection import Connection
from .interpret import Identity

WINDOW = 64
"""Requests under way at once."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    :ivar identities: the objects whose changes it is a part of: one, or the members that it adds or removes.
    :ivar method: ``add``, ``modify``, ``rename`` or ``delete``.
    :ivar before: what the attributes were that it replaces, or all that is known of an object that it deletes.
    :ivar needs: an object that its arguments point at; where that could not be made, it is sent with ``otherwise``.
    """

    identities: tuple[Identity, ...]
    method: str
    arguments: tuple[Any, ...] = field(repr=False)  # a password may be among them
    before: Mapping[str, list[bytes]] = field(default_factory=dict)
    needs: Identity | None = None
    otherwise: tuple[Any, ...] = field(default=(), repr=False)

    def each(self) -> list[Request]:
        """A request for many members as one request a member."""
        dn, [(operation, attribute, values)] = self.arguments
        return [
            Request((identity,), self.method, (dn, [(operation, attribute, [value])]))
            for identity, value in zip(self.identities, values, strict=True)
        ]


class Pipeline:
    """Sends requests and collects answers in order.

    :ivar failed: the first refusal of each object.
    :ivar done: the requests that were granted, in their order.
    """

    def __init__(
        self, connection: Connection, requests: Sequence[Request], progress: Callable[[int, int], None]
    ) -> None:
        """Announce the requests that :meth:`run` will be given, in however many steps."""
        self._ldap = connection.ldap
        self._methods = {
            "add": connection.ldap.add_ext,
            "modify": connection.ldap.modify_ext,
            "rename": connection.ldap.rename,
            "delete": connection.ldap.delete_ext,
        }
        self._progress = progress
        self._under_way: deque[tuple[int, Request]] = deque()
        self._again: list[Request] = []
        self._total, self._answered = len(requests), 0
        self._left = Counter(identity for request in requests for identity in request.identities)
        self.failed: dict[Identity, ldap.LDAPError] = {}
        self.done: list[Request] = []
        self._missing: set[Identity] = set()

    @property
    def unfinished(self) -> set[Identity]:
        """Objects of which a request was not answered."""
        return set(+self._left)

    def run(self, requests: Iterable[Request]) -> None:
        """Send all requests and wait for all answers. What was refused before gets no further request.

        A server refuses a request for many members whole because of one of them: then each is asked for alone.

        :raises ldap.SERVER_DOWN, ldap.TIMEOUT: when the connection is lost.
        """
        for request in requests:
            if len(request.identities) != 1 or request.identities[0] not in self.failed:
                self._start(self._without_what_failed(request))
        self._finish()
        again, self._again = self._again, []
        for request in again:
            self._start(request)
        self._finish()

    def _without_what_failed(self, request: Request) -> Request:
        """The request as it can be sent. An object that is made without what it points at is not wholly done."""
        if request.needs is None or request.needs not in self._missing:
            return request
        self.failed[request.identities[0]] = self.failed[request.needs]
        return replace(request, arguments=request.otherwise)

    def _start(self, request: Request) -> None:
        """Send a request; where too many are under way then, wait for the oldest."""
        self._under_way.append((self._send(request), request))
        self._total = max(self._total, self._answered + len(self._under_way))  # some could not be announced
        if len(self._under_way) >= WINDOW:
            self._collect()

    def _finish(self) -> None:
        """Wait for all answers."""
        while self._under_way:
            self._collect()

    def _send(self, request: Request) -> int:
        """Send a request and give its number.

        libldap says BUSY, and has sent nothing, while an earlier request waits for room in the socket: then answers
        are collected first.
        """
        while True:
            try:
                return int(self._methods[request.method](*request.arguments))
            except ldap.BUSY:
                if not self._under_way:
                    raise
                self._collect()

    def _collect(self) -> None:
        """Wait for the oldest request's answer."""
        number, request = self._under_way[0]
        try:
            self._ldap.result3(number)
        except (ldap.SERVER_DOWN, ldap.TIMEOUT):
            raise  # they say nothing of this request alone
        except ldap.LDAPError as error:
            if len(request.identities) > 1:
                self._under_way.popleft()
                self._again += request.each()
                self._total += len(request.identities) - 1
                return
            for identity in request.identities:
                self.failed.setdefault(identity, error)
            if request.method == "add":
                self._missing.update(request.identities)
        else:
            self.done.append(request)
        self._under_way.popleft()
        self._left.subtract(request.identities)
        self._answered += 1
        self._progress(self._answered, self._total)
