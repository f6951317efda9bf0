# SPDX-License-Identifier: GPL-3.0-or-later
"""Each refusal has words of its own for the person who can mend it, and each way in which a server does not answer."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import ldap
import pytest
from ansible_collections.konak.it.cli.lab.base import Places
from ansible_collections.konak.it.cli.lab.keys import ensure_authority
from ansible_collections.konak.it.plugins.plugin_utils.directory import words
from ansible_collections.konak.it.plugins.plugin_utils.directory.connection import Login, connect
from ansible_collections.konak.it.plugins.plugin_utils.directory.words import (
    DirectoryError,
    explained,
    refused_bind,
    unanswered,
)
from fake_ldap_server import FakeServer

DOWN = ldap.SERVER_DOWN({"desc": "Can't contact LDAP server"})


def bind_refusal(code: str) -> ldap.INVALID_CREDENTIALS:
    """What a domain controller says, with its own number in the middle."""
    info = f"80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data {code}, v1db1"
    return ldap.INVALID_CREDENTIALS({"desc": "Invalid credentials", "info": info})


BIND = [
    ("525", "there is no such binding account", "bootstrap"),
    ("52e", "its password is wrong", "master secret"),
    ("530", "it may not log on at this hour", "hours"),
    ("531", "it may not log on from here", "workstations"),
    ("532", "its password has expired", "never expire"),
    ("533", "it is disabled", "who disabled it"),
    ("701", "the account has expired", "end date"),
    ("773", "its password must be changed first", "bootstrap"),
    ("775", "it is locked after wrong passwords", "unlock"),
]


@pytest.mark.parametrize(("code", "meaning", "remedy"), BIND)
def test_each_number_of_a_refused_bind_has_words_and_a_remedy(code, meaning, remedy):
    found = refused_bind(bind_refusal(code), "dc1")
    assert found.message == f"the directory refuses the binding account: {meaning}"
    assert remedy in found.remedy
    assert found.host == "dc1"


def test_every_number_that_has_words_is_tried_above():
    assert [code for code, *_ in BIND] == list(words._BIND)


def test_a_number_without_words_is_told_as_the_server_says_it():
    found = refused_bind(bind_refusal("52f"), "dc1")
    assert found.message == (
        "the directory refuses the binding account: Invalid credentials: 80090308: LdapErr: DSID-0C0903A9, "
        "comment: AcceptSecurityContext error, data 52f, v1db1"
    )


def test_a_number_in_another_refusal_says_nothing_of_the_account():
    error = ldap.UNWILLING_TO_PERFORM({"desc": "Server is unwilling to perform", "info": "data 532, v1db1"})
    assert refused_bind(error, "dc1").message == (
        "the directory is not willing to do this: Server is unwilling to perform: data 532, v1db1"
    )


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (ldap.INVALID_CREDENTIALS, "the directory refuses the binding account"),
        (ldap.INSUFFICIENT_ACCESS, "the binding account may not do this"),
        (ldap.STRONG_AUTH_REQUIRED, "the directory wants a stronger bind"),
        (ldap.NO_SUCH_OBJECT, "the object is not there"),
        (ldap.ALREADY_EXISTS, "an object of this name exists already, and it is not ours"),
        (ldap.OBJECT_CLASS_VIOLATION, "the directory's schema does not let an object be so"),
        (ldap.UNDEFINED_TYPE, "the directory's schema has no such attribute"),
        (ldap.INVALID_SYNTAX, "the directory's schema takes no such value"),
        (ldap.NAMING_VIOLATION, "the directory's schema does not let the object be called so, or lie there"),
        (ldap.CONSTRAINT_VIOLATION, "the directory refuses a value"),
        (ldap.UNWILLING_TO_PERFORM, "the directory is not willing to do this"),
        (ldap.NOT_ALLOWED_ON_NONLEAF, "the object holds others"),
        (ldap.REFERRAL, "the directory sends us to another server"),
        (ldap.SIZELIMIT_EXCEEDED, "the directory cut its answer short"),
        (ldap.TIMELIMIT_EXCEEDED, "the directory gave up before its answer was whole"),
        (ldap.BUSY, "the directory is too busy to answer"),
        (ldap.SERVER_DOWN, "the connection to the directory broke"),
        (ldap.TIMEOUT, "the directory takes too long to answer"),
        (ldap.TYPE_OR_VALUE_EXISTS, "the directory refuses"),
        (ldap.OTHER, "the directory refuses"),
    ],
)
def test_every_error_in_words_with_the_servers_own_behind_them(error, meaning):
    found = explained(error({"desc": "Its name", "info": "its reason,\n in two lines"}), "dc1", "reading")
    assert found.message == f"reading: {meaning}: Its name: its reason, in two lines"
    assert found.host == "dc1"
    assert found.remedy
    assert str(found) == f"{found.message} ({found.remedy})"


@pytest.mark.parametrize("arguments", [(), ("text",), ({},), ({"desc": ""},)])
def test_an_error_without_words_has_its_name(arguments):
    assert explained(ldap.OTHER(*arguments), "dc1").message == "the directory refuses: OTHER"


def test_every_error_of_the_list_can_be_reached():
    """A kind of error that stands behind one it is a kind of would never be found."""
    kinds = [kind for kind, _, _ in words._WORDS]
    for number, kind in enumerate(kinds):
        assert not any(issubclass(kind, earlier) for earlier in kinds[:number])


def authority(folder: Path) -> Path:
    """The certificate of a new authority."""
    places = Places(folder)
    ensure_authority(places)
    return places.pki / "ca.pem"


@pytest.fixture
def server(tmp_path):
    with FakeServer(tmp_path / "server") as fake:
        fake.handle_error = lambda *_: None  # a client that does not trust it hangs up
        thread = threading.Thread(target=fake.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield fake
        fake.shutdown()
        thread.join()


def refusal(address: str, ca: Path) -> DirectoryError:
    with pytest.raises(DirectoryError) as caught, connect(Login([address], "svc", "gizli", ca), "ornek.bel.tr"):
        pytest.fail("it bound")
    assert "gizli" not in str(caught.value)
    return caught.value


def test_a_server_of_another_authority_is_not_to_be_trusted(server, tmp_path):
    message = refusal(server.address, authority(tmp_path / "other")).message
    start, reason = message.rsplit(": ", 1)
    assert start == f"no domain controller answers: {server.address}: its certificate is not to be trusted"
    assert reason == "unable to get local issuer certificate"
    assert server.got == [], "not even the name of the account is sent"


def test_a_server_that_is_trusted_is_asked(server):
    with connect(Login([server.address], "svc", "gizli", server.ca), "ornek.bel.tr") as found:
        assert found.host == server.address
    assert server.got[0] == "bind"


def test_a_certificate_for_another_name_is_not_to_be_trusted(server, monkeypatch):
    """A server is known by the name that it was asked by."""
    found = socket.create_connection(server.server_address)
    monkeypatch.setattr(words.socket, "getaddrinfo", lambda *_: [])
    monkeypatch.setattr(words.socket, "create_connection", lambda *_: found)
    assert unanswered("dc8.ornek.bel.tr", 636, server.ca, DOWN) == (
        "its certificate is not to be trusted: Hostname mismatch, certificate is not valid for 'dc8.ornek.bel.tr'."
    )


def test_a_port_that_nobody_listens_at(tmp_path):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}"
        message = refusal(address, authority(tmp_path)).message
    assert message == f"no domain controller answers: {address}: Connection refused"


def test_a_name_that_does_not_resolve(tmp_path):
    message = refusal("dc1.ornek.invalid", authority(tmp_path)).message
    assert message.startswith("no domain controller answers: dc1.ornek.invalid: the name does not resolve: ")
    assert message.rpartition(": ")[2], "the reason of the resolver follows"
