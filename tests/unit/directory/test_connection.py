# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding a server that answers, and saying in words what one says; with a python-ldap that is not the real one."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path
from typing import Any

import ldap
import pytest
from ansible_collections.konak.it.cli.lab.base import Places
from ansible_collections.konak.it.cli.lab.keys import ensure_authority
from ansible_collections.konak.it.plugins.plugin_utils.directory import connection, words
from ansible_collections.konak.it.plugins.plugin_utils.directory.connection import (
    DirectoryError,
    Login,
    connect,
)

PASSWORD = "canary-of-the-password"


class Handle:
    """A connection that remembers what was asked of it, in its order."""

    def __init__(self, error: Exception | None) -> None:
        self.error, self.options, self.closed = error, {}, False
        self.asked: list[str] = []

    def set_option(self, option: int, value: Any) -> None:
        self.options[option] = value

    def start_tls_s(self) -> None:
        self.asked.append("tls")

    def simple_bind_s(self, user: str, password: str) -> None:
        self.asked.append("bind")
        self.bound = (user, password)
        if self.error:
            raise self.error

    def sasl_non_interactive_bind_s(self, mechanism: str) -> None:
        self.asked.append(f"{mechanism} with {os.environ['KRB5CCNAME']}")
        if self.error:
            raise self.error

    def unbind_ext(self) -> None:
        self.closed = True


class Network:
    """Servers by name: each takes the bind, or raises what it is said to raise. No second look reaches one."""

    def __init__(self, **answers: Exception | None) -> None:
        self.answers = answers
        self.tried: list[str] = []
        self.handles: list[Handle] = []

    def resolve(self, host: str, port: int) -> list[str]:
        if host not in self.answers:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return ["192.0.2.10"]

    def look(self, address: tuple[str, int], seconds: int) -> socket.socket:
        assert 0 < seconds < 10
        if self.answers[address[0]] is SLOW:
            raise TimeoutError("timed out")
        raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")

    def initialize(self, url: str) -> Handle:
        self.tried.append(url)
        host = url.partition("//")[2].rpartition(":")[0]
        self.handles.append(Handle(self.answers.get(host, None if "[" in url else DOWN)))
        return self.handles[-1]


@pytest.fixture
def network(monkeypatch):
    """Puts servers in the place of the real ones: ``network(dc1=None)``."""

    def use(**answers):
        made = Network(**answers)
        monkeypatch.setattr(connection.ldap, "initialize", made.initialize)
        monkeypatch.setattr(words.socket, "getaddrinfo", made.resolve)
        monkeypatch.setattr(words.socket, "create_connection", made.look)
        return made

    return use


@pytest.fixture
def ca(tmp_path):
    places = Places(tmp_path)
    ensure_authority(places)
    return places.pki / "ca.pem"


def login(ca: Path, *servers: str, **more: Any) -> Login:
    return Login(servers, "svc-konak@ornek.bel.tr", PASSWORD, ca, **more)


def failing(*arguments) -> DirectoryError:
    with pytest.raises(DirectoryError) as caught, connect(*arguments):
        pytest.fail("it bound")
    assert PASSWORD not in f"{caught.value} {caught.value!r}"
    return caught.value


DOWN = ldap.SERVER_DOWN({"desc": "Can't contact LDAP server", "info": "Connection refused"})
SLOW = ldap.TIMEOUT({"desc": "Timed out"})
CERTIFICATE = ldap.CONNECT_ERROR({"desc": "Connect error", "info": "(unknown error code)"})
PASSWORD_WRONG = ldap.INVALID_CREDENTIALS({"desc": "Invalid credentials", "info": "80090308: data 52e"})


def test_the_first_server_that_answers_serves_the_run(network, ca):
    made = network(dc1=DOWN, dc2=SLOW, dc3=CERTIFICATE, dc4=None, dc5=None)
    with connect(login(ca, "dc1", "dc2", "dc3", "dc4", "dc5"), "ornek.bel.tr") as found:
        assert (found.host, found.base) == ("dc4", "DC=ornek,DC=bel,DC=tr")
        assert found.ldap is made.handles[-1]
        assert not found.ldap.closed
    assert made.tried == ["ldaps://dc1:636", "ldaps://dc2:636", "ldaps://dc3:636", "ldaps://dc4:636"]
    assert made.handles[-1].closed


def test_when_none_answers_each_ones_words_are_told_in_order(network, ca):
    network(dc1=DOWN, dc2=SLOW)
    error = failing(login(ca, "dc1", "dc2", transport="starttls"), "ornek.bel.tr")
    assert error.message == (
        "no domain controller answers: dc1: Can't contact LDAP server: Connection refused; dc2: Timed out"
    )
    assert failing(login(ca, "dc1", "dc2"), "ornek.bel.tr").message == (
        "no domain controller answers: dc1: Connection refused; dc2: timed out"
    ), "with TLS from the first byte a second look says more than the library"
    assert error.host == "dc1, dc2"
    assert "nothing was changed" in error.remedy


def test_a_name_that_does_not_resolve_is_told_as_that(network, ca):
    network(dc1=DOWN)
    assert failing(login(ca, "dc", "dc1"), "ornek.bel.tr").message == (
        "no domain controller answers: dc: the name does not resolve: Name or service not known; "
        "dc1: Connection refused"
    )


def test_no_server_is_named(network, ca):
    network()
    assert failing(login(ca), "ornek.bel.tr").message == "no domain controller answers: none is named"


def test_a_refused_account_is_not_tried_at_the_next_server(network, ca):
    """Each try counts towards locking the account."""
    made = network(dc1=PASSWORD_WRONG, dc2=None)
    error = failing(login(ca, "dc1", "dc2"), "ornek.bel.tr")
    assert made.tried == ["ldaps://dc1:636"]
    assert error.message == "the directory refuses the binding account: Invalid credentials: 80090308: data 52e"
    assert error.host == "dc1"


@pytest.mark.parametrize("transport", ["ldaps", "starttls"])
def test_no_server_is_asked_without_the_ca(network, tmp_path, transport):
    made = network(dc1=None)
    error = failing(login(tmp_path / "ca.pem", "dc1", transport=transport), "ornek.bel.tr")
    assert error.message == f"the CA file {tmp_path / 'ca.pem'} is not there"
    assert "konak_ca_file" in error.remedy
    assert made.tried == []


def test_the_connection_is_encrypted_verified_and_ends(network, ca):
    made = network(dc1=None)
    with connect(login(ca, "dc1"), "ornek.bel.tr"):
        pass
    options = made.handles[0].options
    assert options[ldap.OPT_X_TLS_REQUIRE_CERT] == ldap.OPT_X_TLS_DEMAND
    assert options[ldap.OPT_X_TLS_CACERTFILE] == str(ca)
    assert options[ldap.OPT_X_TLS_PROTOCOL_MIN] == ldap.OPT_X_TLS_PROTOCOL_TLS1_2
    assert list(options)[-1] == ldap.OPT_X_TLS_NEWCTX, "what is set after it would not count"
    assert options[ldap.OPT_REFERRALS] == 0
    assert options[ldap.OPT_NETWORK_TIMEOUT] > 0
    assert options[ldap.OPT_TIMEOUT] > 0


@pytest.mark.parametrize(("transport", "asked"), [("ldaps", ["bind"]), ("starttls", ["tls", "bind"])])
def test_the_password_follows_only_when_the_connection_is_encrypted(network, ca, transport, asked):
    made = network(dc1=None)
    with connect(login(ca, "dc1", transport=transport, seconds=7), "ornek.bel.tr"):
        pass
    [handle] = made.handles
    assert handle.asked == asked
    assert handle.bound == ("svc-konak@ornek.bel.tr", PASSWORD)
    assert handle.options[ldap.OPT_X_TLS_REQUIRE_CERT] == ldap.OPT_X_TLS_DEMAND
    assert handle.options[ldap.OPT_TIMEOUT] == 7


@pytest.mark.parametrize("before", [None, "FILE:before"])
def test_a_ticket_needs_no_password_and_no_ca_and_leaves_the_environment_as_it_was(
    network, tmp_path, monkeypatch, before
):
    monkeypatch.delenv("KRB5CCNAME", raising=False)
    if before:
        monkeypatch.setenv("KRB5CCNAME", before)
    made = network(dc1=None)
    kerberos = {"transport": "kerberos", "tickets": "FILE:ours"}
    with connect(login(tmp_path / "no-ca.pem", "dc1", **kerberos), "ornek.bel.tr"):
        assert os.environ.get("KRB5CCNAME") == before
    [handle] = made.handles
    assert (made.tried, handle.asked) == (["ldap://dc1:389"], ["GSSAPI with FILE:ours"])
    assert handle.options[ldap.OPT_X_SASL_SSF_MIN] >= 128, "the connection is sealed"
    made.answers["dc1"] = ldap.LOCAL_ERROR({"desc": "Local error", "info": "No credentials were supplied"})
    assert failing(login(tmp_path / "no-ca.pem", "dc1", **kerberos), "ornek.bel.tr").message == (
        "no logon with Kerberos: Local error: No credentials were supplied"
    )
    assert os.environ.get("KRB5CCNAME") == before


@pytest.mark.parametrize(
    ("server", "transport", "address"),
    [
        ("dc1.ornek.bel.tr", "ldaps", "ldaps://dc1.ornek.bel.tr:636"),
        ("192.0.2.10:1636", "ldaps", "ldaps://192.0.2.10:1636"),
        ("dc1", "starttls", "ldap://dc1:389"),
        ("dc1:1389", "kerberos", "ldap://dc1:1389"),
        ("2001:db8::1", "ldaps", "ldaps://[2001:db8::1]:636"),
        ("[2001:db8::1]", "starttls", "ldap://[2001:db8::1]:389"),
        ("[2001:db8::1]:1636", "ldaps", "ldaps://[2001:db8::1]:1636"),
    ],
)
def test_a_server_is_asked_at_its_own_port_or_the_usual_one(server, transport, address):
    assert connection.uri(server, transport) == address


def test_an_address_of_version_six_is_put_in_brackets(network, ca):
    made = network(dc1=None)
    with connect(login(ca, "2001:db8::1"), "ornek.bel.tr"):
        pass
    assert made.tried == ["ldaps://[2001:db8::1]:636"]


def test_the_connection_is_closed_when_something_goes_wrong_in_it(network, ca):
    made = network(dc1=None)
    with pytest.raises(RuntimeError), connect(login(ca, "dc1"), "ornek.bel.tr"):
        raise RuntimeError
    assert made.handles[0].closed


def test_the_password_is_not_shown_with_the_login(ca):
    assert PASSWORD not in repr(login(ca, "dc1"))
