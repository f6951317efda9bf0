# SPDX-License-Identifier: GPL-3.0-or-later
"""A small LDAP server in this process, over TLS with an authority of its own, and a client for it."""

from __future__ import annotations

import re
import socketserver
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import ldap
from ansible_collections.konak.it.cli.lab.base import Places
from ansible_collections.konak.it.cli.lab.keys import ensure_authority, ensure_certificate
from lab import ber
from ldap.controls import SimplePagedResultsControl

ROOT = "OU=Belediye,DC=ornek,DC=bel,DC=tr"
BRANCH = f"OU=İmar,{ROOT}"
PEOPLE = [f"CN=Çağla Öğüt {number},{BRANCH}" for number in range(7)]
GROUP = f"CN=imar,{ROOT}"
ALL = [ROOT, BRANCH, *PEOPLE, GROUP]


class FakeServer(socketserver.ThreadingTCPServer):
    """Answers binds, searches with pages and ranges, and writes, which it only notes.

    :ivar got: the kinds of the requests that reached it, in their order.
    :ivar delay: seconds before an answer.
    :ivar ca: PEM file of the authority that signed its certificate.
    """

    def __init__(self, folder: Path) -> None:
        places = Places(folder)
        ensure_authority(places)
        self.ca = places.pki / "ca.pem"
        self.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.tls.load_cert_chain(*ensure_certificate(places, "dc9", "dc9.ornek.bel.tr", [IPv4Address("127.0.0.1")]))
        self.got: list[str] = []
        self.delay = 0.0
        super().__init__(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server_address[1]}"

    def answers(self, message: ber.Message) -> list[ber.Message]:
        self.got.append(message.asks)
        time.sleep(self.delay)
        if message.asks == "search":
            return self.search(message)
        return [] if message.asks in {"unbind", "abandon"} else [ber.result(message, 0)]

    @staticmethod
    def search(message: ber.Message) -> list[ber.Message]:
        fields = [body for _, body in ber.elements(message.body)]
        base, asked = fields[0].decode(), [body.decode() for _, body in ber.elements(fields[7])]
        found = [dn for dn in ALL if dn == base or (ber.scope(message) == ber.SUBTREE and dn.endswith(base))]
        done, cookie = ber.result(message, 0), ber.cookie(message)
        if cookie is not None:
            size, start = page_size(message), int(cookie or 0)
            more = str(start + size).encode() if start + size < len(found) else b""
            found, done = found[start : start + size], ber.with_cookie(done, more)
        rows = [ber.entry_body(dn, attributes(dn, asked)) for dn in found]
        return [*(ber.Message(message.number, ber.ENTRY, row) for row in rows), done]


def page_size(message: ber.Message) -> int:
    """How many entries a page is asked to hold."""
    [(_, _, value)] = message.controls
    assert value is not None
    [(_, control)] = ber.elements(value)
    return ber.number(ber.elements(control)[0][1])


def attributes(dn: str, asked: list[str]) -> ber.Attributes:
    """What an entry holds; members by range, as Samba gives them, if that was asked for."""
    rows: ber.Attributes = [("cn", [dn.partition(",")[0][3:].encode()])]
    members = [person.encode() for person in PEOPLE] if dn == GROUP else []
    part = next((found for name in asked if (found := re.fullmatch(r"member;range=(\d+)-\*", name))), None)
    return rows + ([(part[0], members[int(part[1]) :])] if part else [("member", members)] if members else [])


class Handler(socketserver.BaseRequestHandler):
    """One connection, one request after the other."""

    server: FakeServer

    def handle(self) -> None:
        buffer = bytearray()
        with suppress(OSError), self.server.tls.wrap_socket(self.request, server_side=True) as stream:
            while chunk := stream.recv(1000):
                buffer += chunk
                for message in ber.messages(buffer):
                    for answer in self.server.answers(message):
                        stream.sendall(answer.encode())


@contextmanager
def client(address: str, ca: Path, seconds: float = 5) -> Iterator[Any]:
    """A bound connection of python-ldap; it waits so many seconds for an answer."""
    handle = ldap.initialize(f"ldaps://{address}")
    for option, value in (
        (ldap.OPT_REFERRALS, 0), (ldap.OPT_NETWORK_TIMEOUT, 5), (ldap.OPT_TIMEOUT, seconds),
        (ldap.OPT_X_TLS_CACERTFILE, str(ca)), (ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND),
        (ldap.OPT_X_TLS_NEWCTX, 0),
    ):  # fmt: skip
        handle.set_option(option, value)
    try:
        handle.simple_bind_s("svc-deneme@ornek.bel.tr", "gizli")
        yield handle
    finally:
        handle.unbind_ext()


def subtree(handle: Any) -> list[str]:
    """The names of a plain search."""
    return [dn for dn, _ in handle.search_s(ROOT, ldap.SCOPE_SUBTREE)]


def paged(handle: Any, size: int) -> tuple[list[str], list[bytes | None]]:
    """The names of a paged search, and the cookie of each page, ``None`` where a page came without."""
    control = SimplePagedResultsControl(criticality=True, size=size, cookie="")
    names: list[str] = []
    cookies: list[bytes | None] = []
    while not cookies or cookies[-1]:
        number = handle.search_ext(ROOT, ldap.SCOPE_SUBTREE, serverctrls=[control])
        _, rows, _, controls = handle.result3(number)
        names += [dn for dn, _ in rows]
        cookies += [mark.cookie for mark in controls] or [None]
        control.cookie = cookies[-1]
    return names, cookies


def change(handle: Any) -> None:
    """One write."""
    handle.modify_s(PEOPLE[0], [(ldap.MOD_REPLACE, "title", b"Uzman")])
