# SPDX-License-Identifier: GPL-3.0-or-later
"""The LDAP proxy of the lab's tests, seen from a client: what it passes on, whom it trusts, and how it stops."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import ldap
import pytest
from ansible_collections.konak.it.cli.lab.base import Places
from ansible_collections.konak.it.cli.lab.keys import ensure_authority
from fake_ldap_server import ALL, BRANCH, GROUP, PEOPLE, ROOT, change, client, paged, subtree
from lab import ldap_proxy
from lab.ldap_modes import Mode, hang, slow
from lab.ldap_proxy import Proxy


def test_without_modes_a_client_sees_what_the_server_says(server, proxied):
    with proxied() as proxy, client(proxy.address, server.ca) as handle:
        assert subtree(handle) == ALL
        assert paged(handle, 4) == (ALL, [b"4", b"8", b""])
        [(_, group)] = handle.search_s(GROUP, ldap.SCOPE_BASE)
        assert group == {"cn": [b"imar"], "member": [person.encode() for person in PEOPLE]}
        change(handle)
        handle.add_s(f"CN=Yeni,{BRANCH}", [("cn", [b"Yeni"])])
        handle.rename_s(PEOPLE[0], "CN=Başka", BRANCH)
        handle.delete_s(PEOPLE[0])
    assert server.got[0] == "bind"
    assert {op: proxy.count(op) for op in set(server.got)} == {op: server.got.count(op) for op in set(server.got)}
    assert proxy.writes == 4


def test_connections_are_served_at_once_and_one_after_another(server, proxied):
    def read(proxy):
        with client(proxy.address, server.ca) as handle:
            return subtree(handle)

    mode = slow(0.4)
    with proxied(mode) as proxy, ThreadPoolExecutor(4) as pool:
        begin = time.monotonic()
        assert list(pool.map(read, [proxy] * 4)) == [ALL] * 4
        assert time.monotonic() - begin < 4 * 2 * 0.4  # a bind and a search each, were they in a row
        assert read(proxy) == ALL
    assert mode.acted == 10


def test_a_server_of_another_authority_is_not_talked_to(server, tmp_path):
    other = Places(tmp_path / "other")
    ensure_authority(other)
    authority = other.pki / "ca.pem"
    with (
        Proxy(server.address, authority, tmp_path / "proxy") as proxy,
        pytest.raises(ldap.SERVER_DOWN),
        client(proxy.address, authority),
    ):
        pass
    assert server.got == []


def test_it_stops_while_clients_still_wait(server, proxied, monkeypatch):
    """One for the answer to a search; another connected and never said a word."""
    monkeypatch.setattr(ldap_proxy, "OPENING_SECONDS", 0.5)
    with ExitStack() as stack:
        with proxied(hang()) as proxy:
            handle = stack.enter_context(client(proxy.address, server.ca))
            handle.search(ROOT, ldap.SCOPE_SUBTREE)
            stack.enter_context(socket.create_connection(("127.0.0.1", int(proxy.address.split(":")[1]))))
            begin = time.monotonic()
        assert time.monotonic() - begin < 4
        assert "ldap-proxy" not in {thread.name for thread in threading.enumerate()}
        with pytest.raises(ldap.SERVER_DOWN):
            subtree(handle)


def test_a_fault_of_a_mode_fails_the_test_that_uses_it(server, proxied):
    broken = Mode(request=lambda message, _: {}["nothing"] if message.asks == "search" else None)
    with (
        pytest.raises(BaseExceptionGroup) as raised,
        proxied(broken) as proxy,
        client(proxy.address, server.ca) as handle,
        pytest.raises(ldap.SERVER_DOWN),
    ):
        subtree(handle)
    assert [type(error) for error in raised.value.exceptions] == [KeyError]
