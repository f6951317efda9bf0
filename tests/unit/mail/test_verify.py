# SPDX-License-Identifier: GPL-3.0-or-later
"""Each proof fails when the server misbehaves, and a server that is right passes them all."""

from __future__ import annotations

import imaplib
import json
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.mail import verify as module
from ansible_collections.konak.it.plugins.plugin_utils.mail.configuration import WEB
from ansible_collections.konak.it.plugins.plugin_utils.mail.verify import verify
from ansible_collections.konak.it.plugins.plugin_utils.proof import REFUSED
from unit.mail.post import DOMAIN, LEFT, files_of, town, wanted

FAX = f"faks@{DOMAIN}"
PROGRAM = {"name": "svc-faks", "purpose": "Faks", "owner": "40002", "until": "2027-01-01", "mail": FAX}
PASSWORD = "canary"
MORE = {"day": "2026-07-02", "fax": json.dumps({"service_accounts": [PROGRAM]})}
CITY, ITEMS = town(LEFT, **MORE), wanted(LEFT, **MORE)
FILES = files_of(CITY)


class World:
    """A mail server as SMTP and IMAP clients see it.

    :ivar faults: what it does wrong, in words.
    """

    def __init__(self, *faults: str) -> None:
        self.faults, self.arrived, self.removed = set(faults), list[str](), list[str]()

    def does(self, fault: str) -> bool:
        return fault in self.faults

    @contextmanager
    def smtp(self, port: int, *, encrypted: bool = True) -> Iterator[Any]:
        yield Session(self, port, encrypted)

    @contextmanager
    def imap(self, login: str, password: str) -> Iterator[Any]:
        if (login, password) != ("svc-faks", PASSWORD) and not self.does("takes any password for IMAP"):
            raise imaplib.IMAP4.error("[AUTHENTICATIONFAILED] Authentication failed.")
        yield self

    def https(self, name: str, method: str, path: str) -> tuple[int, str]:
        answers = {
            ("autoconfig", "GET", "/mail/config-v1.1.xml"): "autoconfig.xml",
            ("autoconfig", "GET", "/.well-known/autoconfig/mail/config-v1.1.xml"): "autoconfig.xml",
            ("autodiscover", "POST", "/autodiscover/autodiscover.xml"): "autodiscover.xml",
            ("autodiscover", "POST", "/Autodiscover/Autodiscover.xml"): "autodiscover.xml",
            ("mta-sts", "GET", "/.well-known/mta-sts.txt"): "mta-sts.txt",
        }
        host, file = name.removesuffix(f".{DOMAIN}"), answers.get((name.removesuffix(f".{DOMAIN}"), method, path))
        if file and self.does(f"knows no {host}"):
            return 500, "an error"
        if file and self.does(f"says something else as {host}"):
            return 200, FILES[f"{WEB}/{file}"].replace("posta.", "eski.")
        if not file and self.does(f"shows a page as {host}"):
            return 200, "welcome"
        return (200, FILES[f"{WEB}/{file}"]) if file else (404, "not found")

    def select(self, _name: str) -> None:
        return

    def search(self, _charset: None, _key: str, subject: str) -> tuple[str, list[bytes]]:
        return "OK", [b"7" if subject.strip('"') in self.arrived else b""]

    def fetch(self, number: str, what: str) -> tuple[str, list[Any]]:
        return "OK", [(f"{number} {what}".encode(), b"Subject: a message\r\n\r\n"), b")"]

    def store(self, number: str, _change: str, flag: str) -> None:
        assert flag == "\\Deleted"
        self.removed.append(number)

    def expunge(self) -> None:
        self.removed.append("expunged")


class Session:
    """One session with it."""

    def __init__(self, world: World, port: int, encrypted: bool) -> None:
        self.world, self.port, self.encrypted = world, port, encrypted
        self.sender, self.login_name = "", ""

    def has_extn(self, name: str) -> bool:
        assert (name, self.encrypted) == ("auth", False)
        return self.world.does("offers a logon unencrypted")

    def login(self, name: str, password: str) -> None:
        right = (name, password) == ("svc-faks", PASSWORD) and not self.world.does("lets no program in")
        if not right and not self.world.does("takes any password for SMTP"):
            raise smtplib.SMTPAuthenticationError(535, b"authentication failed")
        self.login_name = name

    def rset(self) -> None:
        self.sender = ""

    def mail(self, sender: str) -> tuple[int, bytes]:
        if self.world.does("is not well"):
            return 451, b"try again"
        self.sender = sender
        return 250, b"ok"

    def rcpt(self, recipient: str) -> tuple[int, bytes]:
        return (250, b"ok") if self._takes(recipient) else (550, b"no")

    def _takes(self, recipient: str) -> bool:
        does, item = self.world.does, ITEMS.get(("address", recipient))
        if self.port == 587:
            own = self.login_name and self.sender == FAX
            if not own and not does("lets others send in any name" if self.login_name else "takes submissions of all"):
                return False
            allowed = item.fields["from"] if item else ()
            return not allowed or FAX in allowed or does("lets anybody write to lists")
        if self.sender.endswith(DOMAIN):
            return does("takes its own name from outside")
        if item is None:
            fault = "takes any address" if recipient.endswith(DOMAIN) else "relays"
            return does("shows mailboxes" if recipient.endswith("mailbox.internal") else fault)
        if not item.fields["delivered"]:
            return does("takes mail for closed mailboxes")
        if item.fields["from"]:
            return does("lets the world write to lists")
        return not does("refuses everybody")

    def send_message(self, message: Any) -> None:
        assert (message["From"], message["To"]) == (FAX, FAX)
        if not self.world.does("loses mail"):
            self.world.arrived.append(message["Subject"])


def proofs(world: World, samples: int = 1) -> dict[str, bool]:
    """What was tried, and whether it is as it should be."""
    return {
        f"{proof.proof}, {proof.client}": proof.expected == proof.got
        for proof in verify(CITY, world, lambda _: PASSWORD, samples)
    }


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """A clock that goes on only while somebody waits."""
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=sleep))
    return now


def test_a_server_that_is_right_passes():
    world = World()
    found = proofs(world)
    assert all(found.values()), found
    assert world.removed == ["7", "expunged"], "what verify sent, it takes away"
    said = " | ".join(found)
    for words in (
        "mail to a person, ",
        "mail to a unit or list, ",
        f"mail to a closed mailbox, sule.ilgaz@{DOMAIN}",
        f"mail from outside to a list of colleagues, herkes@{DOMAIN}",
        f"mail to one who has left, and is answered, perihan.bozok@{DOMAIN}",
        f"svc-faks writes to herkes@{DOMAIN}, which only some may",
    ):
        assert words in said


def test_more_samples_try_more_addresses():
    assert len(proofs(World(), 3)) > len(proofs(World(), 1)) > 10


@pytest.mark.parametrize(
    ("fault", "broken"),
    [
        ("relays", ["mail for somebody elsewhere, without a logon"]),
        ("takes any address", ["mail to an address that nobody has"]),
        ("shows mailboxes", ["mail to a mailbox past its address"]),
        ("takes its own name from outside", ["mail in the city's own name, without a logon"]),
        ("takes mail for closed mailboxes", ["mail to a closed mailbox"]),
        ("lets the world write to lists", ["mail from outside to a list of colleagues"]),
        ("refuses everybody", ["mail to a person", "mail to one who has left", "mail to a unit or list"]),
        ("offers a logon unencrypted", ["a logon without encryption"]),
        ("takes submissions of all", ["handing in mail without a logon"]),
        ("takes any password for SMTP", ["a wrong password, SMTP"]),
        ("takes any password for IMAP", ["a wrong password, IMAP"]),
        ("lets no program in", ["svc-faks logs on to send"]),
        ("lets others send in any name", ["svc-faks sends as "]),
        ("lets anybody write to lists", ["svc-faks writes to herkes@"]),
        ("loses mail", ["svc-faks sends to itself, and reads it"]),
        ("shows a page as mta-sts", [f"GET https://mta-sts.{DOMAIN}/"]),
        ("knows no autoconfig", [f"GET https://autoconfig.{DOMAIN}/"] * 2),
        ("says something else as autodiscover", [f"POST https://autodiscover.{DOMAIN}/"] * 2),
        ("knows no mta-sts", [f"GET https://mta-sts.{DOMAIN}/.well-known/mta-sts.txt"]),
        ("says something else as mta-sts", [f"GET https://mta-sts.{DOMAIN}/.well-known/mta-sts.txt"]),
    ],
)
def test_a_fault_is_found_by_its_proof_alone(fault, broken):
    wrong = [words for words, right in proofs(World(fault)).items() if not right]
    assert len(wrong) == len(broken)
    assert all(words.startswith(start) for words, start in zip(sorted(wrong), sorted(broken), strict=True)), wrong


def test_a_message_that_never_arrives_is_waited_for_and_no_longer(clock):
    proofs(World("loses mail"))
    assert module.ARRIVES_IN <= clock[0] < module.ARRIVES_IN + 1


def test_an_answer_for_the_time_being_is_neither_taken_nor_refused():
    found = {proof.got for proof in verify(CITY, World("is not well"), lambda _: PASSWORD, 1) if "25" in proof.client}
    assert found == {"451 try again"}


@pytest.mark.parametrize(
    "error", [imaplib.IMAP4.abort("socket error: EOF"), imaplib.IMAP4.error("TLS not supported by server")]
)
def test_a_server_that_breaks_off_or_has_no_tls_has_refused_nothing(monkeypatch, error):
    monkeypatch.setattr(World, "imap", contextmanager(lambda *_: (_ for _ in ()).throw(error)))
    assert module._opened(World(), "nobody", "wrong") != REFUSED
