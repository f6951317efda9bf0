# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests under way at once: never too many, every answer noted with its object, and an end when the line is cut."""

from __future__ import annotations

import ldap
import pytest
from ansible_collections.konak.it.plugins.plugin_utils.directory.connection import Connection
from ansible_collections.konak.it.plugins.plugin_utils.directory.pipeline import WINDOW, Pipeline, Request

REFUSED = ldap.CONSTRAINT_VIOLATION({"desc": "Constraint violation"})


class Server:
    """Takes requests and answers them in order; ``errors`` says what is raised for which."""

    def __init__(self, errors: dict[str, ldap.LDAPError] | None = None) -> None:
        self.errors = errors or {}
        self.sent: list[str] = []
        self.answered = self.most = 0

    def _take(self, name: str, *_: object) -> int:
        self.sent.append(name)
        self.most = max(self.most, len(self.sent) - self.answered)
        return len(self.sent) - 1

    add_ext = modify_ext = rename = delete_ext = _take

    def result3(self, number: int) -> None:
        assert number == self.answered, "answers are asked for in order"
        if error := self.errors.get(self.sent[number]):
            if isinstance(error, ldap.SERVER_DOWN | ldap.TIMEOUT):
                raise error
            self.answered += 1
            raise error
        self.answered += 1


def person(key: str) -> tuple[str, str]:
    return "person", key


def request(key: str, name: str = "") -> Request:
    return Request((person(key),), "modify", (name or key, []))


def made(server: Server, requests: list[Request], progress=lambda *_: None) -> Pipeline:
    return Pipeline(Connection("dc1", server, ""), requests, progress)


def test_everything_is_sent_answered_and_told():
    requests, told = [request(str(number)) for number in range(WINDOW * 3)], []
    server = Server()
    pipeline = made(server, requests, lambda *counts: told.append(counts))
    pipeline.run(requests[:5])
    assert server.answered == 5, "a step ends when all its answers are there"
    pipeline.run(requests[5:])
    assert server.sent == [str(number) for number in range(WINDOW * 3)]
    assert server.most == WINDOW
    assert told == [(number + 1, WINDOW * 3) for number in range(WINDOW * 3)]
    assert (pipeline.failed, pipeline.unfinished) == ({}, set())


def test_requests_that_were_not_announced_are_counted_too():
    told = []
    pipeline = made(Server(), [request("1")], lambda *counts: told.append(counts))
    pipeline.run([request("1")])
    pipeline.run([request("2"), request("3")])
    assert told == [(1, 1), (2, 3), (3, 3)]


def test_each_method_is_python_ldaps_own():
    calls = []

    class Methods:
        def __getattr__(self, name):
            return lambda *arguments: calls.append((name, arguments)) or 0

    requests = [Request((), method, (method,)) for method in ("add", "modify", "rename", "delete")]
    Pipeline(Connection("dc1", Methods(), ""), requests, lambda *_: None).run(requests)
    sent = [name for name, _ in calls if name != "result3"]
    assert sent == ["add_ext", "modify_ext", "rename", "delete_ext"]


def test_a_refusal_is_noted_and_the_rest_goes_on():
    requests = [request("1"), request("2"), request("3")]
    pipeline = made(server := Server({"2": REFUSED}), requests)
    pipeline.run(requests)
    assert server.sent == ["1", "2", "3"]
    assert pipeline.failed == {person("2"): REFUSED}
    assert pipeline.unfinished == set()


def test_what_was_refused_gets_no_further_request_in_later_steps():
    first, second = [request("1", "a"), request("2", "b")], [request("1", "c"), request("2", "d")]
    pipeline = made(server := Server({"a": REFUSED}), first + second)
    pipeline.run(first)
    pipeline.run(second)
    assert server.sent == ["a", "b", "d"]
    assert pipeline.failed == {person("1"): REFUSED}


def test_the_first_refusal_of_an_object_is_the_one_that_is_told():
    other = ldap.NO_SUCH_OBJECT({"desc": "No such object"})
    requests = [request("1", "a"), request("1", "b")]
    pipeline = made(Server({"a": REFUSED, "b": other}), requests)
    pipeline.run(requests)
    assert pipeline.failed == {person("1"): REFUSED}


def test_members_of_a_refused_request_are_asked_for_one_by_one():
    class Group(Server):
        """Refuses whole what names a member that is not there."""

        def modify_ext(self, dn, modifications):
            [(_, _, values)] = modifications
            name = b" ".join(values).decode()
            if "2" in name:
                self.errors[name] = REFUSED
            return self._take(name)

    members = Request(
        tuple(person(key) for key in "123"), "modify", ("CN=g", [(ldap.MOD_ADD, "member", [b"1", b"2", b"3"])])
    )
    told = []
    pipeline = made(server := Group(), [members, request("4")], lambda *counts: told.append(counts))
    pipeline.failed[person("3")] = other = ldap.NO_SUCH_OBJECT({"desc": "its manager is not there"})
    pipeline.run([members])
    assert server.sent == ["1 2 3", "1", "2", "3"], "even if something else of a member was refused"
    assert pipeline.failed == {person("2"): REFUSED, person("3"): other}
    assert pipeline.unfinished == {person("4")}
    assert told == [(1, 4), (2, 4), (3, 4)]


@pytest.mark.parametrize("error", [ldap.SERVER_DOWN({"desc": "down"}), ldap.TIMEOUT({"desc": "slow"})])
def test_a_lost_connection_ends_the_run_and_leaves_the_rest_unfinished(error):
    requests = [request("1"), request("2"), request("3"), request("1", "again")]
    pipeline = made(Server({"2": error}), requests)
    with pytest.raises(type(error)):
        pipeline.run(requests)
    assert pipeline.unfinished == {person("1"), person("2"), person("3")}, "1 had two requests and one answer"
    assert pipeline.failed == {}


def test_what_a_later_step_would_have_done_is_unfinished_too():
    first, second = [request("1")], [request("2")]
    pipeline = made(Server({"1": ldap.SERVER_DOWN({})}), first + second)
    with pytest.raises(ldap.SERVER_DOWN):
        pipeline.run(first)
    assert pipeline.unfinished == {person("1"), person("2")}


def test_a_socket_that_is_full_is_waited_for():
    class Busy(Server):
        busy = 2

        def _take(self, name, *_):
            if self.busy and self.sent:
                self.busy -= 1
                raise ldap.BUSY({"desc": "busy"})
            return super()._take(name)

        modify_ext = _take

    requests = [request("1"), request("2"), request("3")]
    server = Busy()
    with pytest.raises(ldap.BUSY):
        made(server, requests).run(requests)
    assert server.sent == ["1"], "busy with nothing under way is the server's own word"
    server = Busy()
    server.busy = 1
    made(server, requests).run(requests)
    assert server.sent == ["1", "2", "3"]
