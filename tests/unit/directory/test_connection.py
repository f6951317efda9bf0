# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding a server that answers, and saying in words what one says; with a python-ldap that is not the real one."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import ldap
import pytest
from ansible_collections.konak.it.plugins.plugin_utils.directory import connection
from ansible_collections.konak.it.plugins.plugin_utils.directory.connection import (
    DirectoryError,
    Login,
    connect,
    explained,
)

PASSWORD = "canary-of-the-password"


class Handle:
    """A connection that remembers what was asked of it."""

    def __init__(self, error: Exception | None) -> None:
        self.error, self.options, self.closed = error, {}, False

    def set_option(self, option: int, value: Any) -> None:
        self.options[option] = value

    def simple_bind_s(self, user: str, password: str) -> None:
        self.bound = (user, password)
        if self.error:
            raise self.error

    def unbind_ext(self) -> None:
        self.closed = True


class Network:
    """Servers by address: each takes the bind, or raises what it is said to raise."""

    def __init__(self, **answers: Exception | None) -> None:
        self.answers = {f"ldaps://{name}": answer for name, answer in answers.items()}
        self.tried: list[str] = []
        self.handles: list[Handle] = []

    def resolve(self, host: str, port: int) -> list[str]:
        if f"ldaps://{host}" not in self.answers:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return ["192.0.2.10"]

    def initialize(self, url: str) -> Handle:
        self.tried.append(url)
        self.handles.append(Handle(self.answers.get(url, None if "[" in url else DOWN)))
        return self.handles[-1]


@pytest.fixture
def network(monkeypatch):
    """Puts servers in the place of the real ones: ``network(dc1=None)``."""

    def use(**answers):
        made = Network(**answers)
        monkeypatch.setattr(connection.ldap, "initialize", made.initialize)
        monkeypatch.setattr(connection.socket, "getaddrinfo", made.resolve)
        return made

    return use


@pytest.fixture
def ca(tmp_path):
    path = tmp_path / "ca.pem"
    path.write_text("invented")
    return path


def login(ca: Path, *servers: str) -> Login:
    return Login(servers, "svc-konak@ornek.bel.tr", PASSWORD, ca)


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
    assert made.tried == ["ldaps://dc1", "ldaps://dc2", "ldaps://dc3", "ldaps://dc4"]
    assert made.handles[-1].closed


def test_when_none_answers_each_ones_words_are_told_in_order(network, ca):
    network(dc1=DOWN, dc2=SLOW)
    error = failing(login(ca, "dc1", "dc2"), "ornek.bel.tr")
    assert error.message == (
        "no domain controller answers: dc1: Can't contact LDAP server: Connection refused; dc2: Timed out"
    )
    assert error.host == "dc1, dc2"
    assert "nothing was changed" in error.remedy


def test_a_name_that_does_not_resolve_is_told_as_that(network, ca):
    network(dc1=DOWN)
    assert failing(login(ca, "dc", "dc1"), "ornek.bel.tr").message == (
        "no domain controller answers: dc: the name does not resolve: Name or service not known; "
        "dc1: Can't contact LDAP server: Connection refused"
    )


def test_no_server_is_named(network, ca):
    network()
    assert failing(login(ca), "ornek.bel.tr").message == "no domain controller answers: none is named"


def test_a_refused_account_is_not_tried_at_the_next_server(network, ca):
    """Each try counts towards locking the account."""
    made = network(dc1=PASSWORD_WRONG, dc2=None)
    error = failing(login(ca, "dc1", "dc2"), "ornek.bel.tr")
    assert made.tried == ["ldaps://dc1"]
    assert error.message == "the directory refuses the binding account: Invalid credentials: 80090308: data 52e"
    assert error.host == "dc1"


def test_no_server_is_asked_without_the_ca(network, tmp_path):
    made = network(dc1=None)
    error = failing(login(tmp_path / "ca.pem", "dc1"), "ornek.bel.tr")
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


def test_an_address_of_version_six_is_put_in_brackets(network, ca):
    made = network(dc1=None)
    with connect(login(ca, "2001:db8::1"), "ornek.bel.tr"):
        pass
    assert made.tried == ["ldaps://[2001:db8::1]"]


def test_the_connection_is_closed_when_something_goes_wrong_in_it(network, ca):
    made = network(dc1=None)
    with pytest.raises(RuntimeError), connect(login(ca, "dc1"), "ornek.bel.tr"):
        raise RuntimeError
    assert made.handles[0].closed


def test_the_password_is_not_shown_with_the_login(ca):
    assert PASSWORD not in repr(login(ca, "dc1"))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ldap.INVALID_CREDENTIALS, "the directory refuses the binding account"),
        (ldap.INSUFFICIENT_ACCESS, "the binding account may not do this"),
        (ldap.STRONG_AUTH_REQUIRED, "the directory wants a stronger bind"),
        (ldap.NO_SUCH_OBJECT, "the object is not there"),
        (ldap.ALREADY_EXISTS, "an object of this name exists already, and it is not ours"),
        (ldap.CONSTRAINT_VIOLATION, "the directory refuses a value"),
        (ldap.UNWILLING_TO_PERFORM, "the directory is not willing to do this"),
        (ldap.NOT_ALLOWED_ON_NONLEAF, "the object holds others"),
        (ldap.SIZELIMIT_EXCEEDED, "the directory cut its answer short"),
        (ldap.SERVER_DOWN, "the connection to the directory broke"),
        (ldap.TIMEOUT, "the directory takes too long to answer"),
        (ldap.TYPE_OR_VALUE_EXISTS, "the directory refuses"),
        (ldap.OTHER, "the directory refuses"),
    ],
)
def test_every_error_in_words_with_the_servers_own_behind_them(error, words):
    found = explained(error({"desc": "Its name", "info": "its reason,\n in two lines"}), "dc1", "reading")
    assert found.message == f"reading: {words}: Its name: its reason, in two lines"
    assert found.host == "dc1"
    assert found.remedy
    assert str(found) == f"{found.message} ({found.remedy})"


@pytest.mark.parametrize("arguments", [(), ("text",), ({},), ({"desc": ""},)])
def test_an_error_without_words_has_its_name(arguments):
    assert explained(ldap.OTHER(*arguments), "dc1").message == "the directory refuses: OTHER"


def test_every_error_of_the_list_can_be_reached():
    """A kind of error that stands behind one it is a kind of would never be found."""
    kinds = [kind for kind, _, _ in connection._WORDS]
    for number, kind in enumerate(kinds):
        assert not any(issubclass(kind, earlier) for earlier in kinds[:number])
