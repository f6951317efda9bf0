# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove with a mail program's own protocols what works, and what must not: SMTP and IMAP, as a client speaks them.

Nothing of people is used: no password, and no mail to them. Programs that have a mailbox send to themselves.
"""

from __future__ import annotations

import http.client
import imaplib
import smtplib
import socket
import ssl
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from ...module_utils.plan import Item, Secret
from ..model.city import City
from ..model.passwords import service_password
from ..proof import REFUSED, Proof
from . import verify_dns, verify_web
from .attributes import BOXES
from .intent import intent
from .verify_dns import Ask

OUTSIDE = ""
"""The sender of those who do not log on: nobody, which no server may ask the DNS about (RFC 5321, 4.5.5)."""
ACCEPTED, DELIVERED = "accepted", "delivered"
ARRIVES_IN = 20.0
"""Seconds within which a message to oneself must be there."""

SMTP, SUBMISSION, IMAP = "SMTP, port 25", "SMTP, port 587", "IMAP, port 143"


@dataclass(frozen=True)
class Server:
    """Where the mail server is.

    :ivar address: to connect to; :ivar name: what its certificate must say; :ivar ca: who must have signed it.
    """

    address: str
    name: str
    ca: Path

    @contextmanager
    def smtp(self, port: int, *, encrypted: bool = True) -> Iterator[smtplib.SMTP]:
        """A session, encrypted and with the certificate verified."""
        with smtplib.SMTP(self.address, port, local_hostname="verify.invalid", timeout=20) as session:
            if encrypted:
                session._host = self.name  # type: ignore[attr-defined]  # noqa: SLF001 (the name that is verified)
                session.starttls(context=self._context())
            session.ehlo()
            yield session

    @contextmanager
    def imap(self, login: str, password: str) -> Iterator[imaplib.IMAP4]:
        """A session of one who has logged on."""
        session = imaplib.IMAP4(self.address, 143, timeout=20)
        try:
            session.host = self.name
            session.starttls(self._context())
            session.login(login, password)
            yield session
        finally:
            with suppress(OSError, imaplib.IMAP4.error):
                session.logout()

    def https(self, name: str, method: str, path: str) -> tuple[int, str]:
        """Ask for a path under one of its other names, with the certificate verified for that: status and text."""
        connection = http.client.HTTPSConnection(name, timeout=20)
        with socket.create_connection((self.address, 443), timeout=20) as plain:
            connection.sock = self._context().wrap_socket(plain, server_hostname=name)
            try:
                connection.request(method, path)
                answer = connection.getresponse()
                return answer.status, answer.read().decode(errors="replace")
            except http.client.HTTPException as error:
                raise OSError(f"{name} does not speak HTTP: {error}") from None
            finally:
                connection.close()

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.ca))
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context


@dataclass(frozen=True)
class Zone:
    """What the DNS should say, and who is asked.

    :ivar records: as :func:`.zone.records` gives them.
    """

    records: Sequence[Item]
    ask: Ask


def verify(
    city: City, server: Server, password: Callable[[Secret], str], samples: int, published: Zone | None = None
) -> list[Proof]:
    """Try what others, programs and people can reach.

    :arg password: derives a password; those of programs are used.
    :arg samples: how many addresses of each sort are tried.
    :arg published: the zone, if a server that answers for it is known.
    :raises OSError: if a server does not answer at all.
    """
    items = [item for item in intent(city) if item.kind == "address" and not item.retired]
    proofs = [*_from_outside(city, server, items, samples), *_closed_doors(server), *verify_web.web(city, server.https)]
    for account in city.inventory.service_accounts:
        if account.mail and city.as_of <= account.until:
            secret = password(service_password(account))
            proofs += _program(server, account.name, account.mail, secret, items, published)
    return [*proofs, *(_published(server, published) if published else ())]


def _published(server: Server, published: Zone) -> Iterator[Proof]:
    yield from verify_dns.records(published.records, published.ask)
    with server.smtp(25) as session:
        yield verify_dns.certificate(_served(session.sock), server.name, 25, published.ask)


def _served(connection: object) -> bytes:
    """The certificate that an encrypted connection came with."""
    found = connection.getpeercert(binary_form=True) if isinstance(connection, ssl.SSLSocket) else None
    return found or b""


def _from_outside(city: City, server: Server, items: Iterable[Item], samples: int) -> Iterator[Proof]:
    """What the world is told: which addresses there are, and what is none of its business."""
    counts: Counter[str] = Counter()
    for item in items:
        sort, expected = _sort(item)
        counts[sort] += 1
        if counts[sort] <= samples:
            yield Proof(f"{sort}, {item.key}", SMTP, expected, _asked(server, OUTSIDE, item.key))
    domain = city.organisation.domain
    others = {
        "mail to an address that nobody has": (OUTSIDE, f"nobody-has-this@{domain}"),
        "mail for somebody elsewhere, without a logon": (OUTSIDE, "somebody@example.com"),
        "mail to a mailbox past its address": (OUTSIDE, f"40001@{BOXES}"),
        "mail in the city's own name, without a logon": (f"postmaster@{domain}", f"postmaster@{domain}"),
    }
    for what, (sender, recipient) in others.items():
        yield Proof(what, SMTP, REFUSED, _asked(server, sender, recipient))


def _sort(item: Item) -> tuple[str, str]:
    """What an address is, and what who writes to it from outside is told."""
    if not item.fields["delivered"]:
        return "mail to a closed mailbox", REFUSED
    if item.fields["from"]:
        return "mail from outside to a list of colleagues", REFUSED
    if not item.fields["senders"] and "person" in item.tags:
        return "mail to one who has left, and is answered", ACCEPTED
    return ("mail to a person" if "person" in item.tags else "mail to a unit or list"), ACCEPTED


def _asked(server: Server, sender: str, recipient: str) -> str:
    """What the server says to a recipient; no message is sent."""
    with server.smtp(25) as session:
        return _said(session.mail(sender), lambda: session.rcpt(recipient))


def _said(first: tuple[int, bytes], then: Callable[[], tuple[int, bytes]]) -> str:
    code, text = first if first[0] >= 400 else then()
    if code < 400:
        return ACCEPTED
    return REFUSED if code >= 500 else f"{code} {text.decode(errors='replace')}"


def _closed_doors(server: Server) -> Iterator[Proof]:
    with server.smtp(587, encrypted=False) as session:
        got = "offered" if session.has_extn("auth") else REFUSED
        yield Proof("a logon without encryption", SUBMISSION, REFUSED, got)
    with server.smtp(587) as session:
        got = _said(session.mail(OUTSIDE), lambda: session.rcpt("somebody@example.com"))
        yield Proof("handing in mail without a logon", SUBMISSION, REFUSED, got)
    with server.smtp(587) as session:
        yield Proof("a wrong password", SUBMISSION, REFUSED, _logged_on(lambda: session.login("nobody", "wrong")))
    yield Proof("a wrong password", IMAP, REFUSED, _opened(server, "nobody", "wrong"))


def _logged_on(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except smtplib.SMTPAuthenticationError:
        return REFUSED
    except smtplib.SMTPException as error:
        return str(error)
    return ACCEPTED


def _opened(server: Server, login: str, password: str) -> str:
    try:
        with server.imap(login, password):
            return ACCEPTED
    except imaplib.IMAP4.error as error:
        return REFUSED if "AUTHENTICATIONFAILED" in str(error) else str(error)


def _program(
    server: Server, login: str, address: str, password: str, items: Iterable[Item], published: Zone | None
) -> Iterator[Proof]:
    """A program sends to itself and reads it, and does nothing in another name."""
    another = next(
        (item.key for item in items if item.fields["senders"] and login not in item.fields["senders"]), address
    )
    closed = next((item for item in items if item.fields["from"] and address not in item.fields["from"]
                   and "internal" not in item.fields["from"]), None)  # fmt: skip
    subject = f"konak verify {uuid.uuid4()}"
    with server.smtp(587) as session:
        got = _logged_on(lambda: session.login(login, password))
        yield Proof(f"{login} logs on to send", SUBMISSION, ACCEPTED, got)
        if got != ACCEPTED:
            return
        got = _said(session.mail(another), lambda: session.rcpt(address))
        yield Proof(f"{login} sends as {another}", SUBMISSION, REFUSED, got)
        session.rset()
        if closed is not None:
            got = _said(session.mail(address), lambda: session.rcpt(closed.key))
            yield Proof(f"{login} writes to {closed.key}, which only some may", SUBMISSION, REFUSED, got)
            session.rset()
        session.send_message(_message(address, subject))
    message, got = _arrived(server, login, password, subject)
    yield Proof(f"{login} sends to itself, and reads it", IMAP, DELIVERED, got)
    if published and got == DELIVERED:
        signed = verify_dns.signature(message, published.ask)
        yield Proof(f"mail of {address} is signed by its domain", verify_dns.CLIENT, "signed", signed)


def _message(address: str, subject: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = message["To"] = address
    message["Subject"] = subject
    message.set_content("Sent by ./konak verify, and removed by it.\n")
    return message


def _arrived(server: Server, login: str, password: str, subject: str) -> tuple[bytes, str]:
    """Wait for the message, and remove it: the message, and what became of it."""
    end = time.monotonic() + ARRIVES_IN
    try:
        with server.imap(login, password) as session:
            while time.monotonic() < end:
                session.select("INBOX")
                if found := session.search(None, "SUBJECT", f'"{subject}"')[1][0].split():
                    number = found[0].decode()
                    message = session.fetch(number, "(RFC822)")[1][0]
                    session.store(number, "+FLAGS", "\\Deleted")
                    session.expunge()
                    return message[1] if isinstance(message, tuple) else b"", DELIVERED
                time.sleep(0.5)
    except imaplib.IMAP4.error as error:
        return b"", str(error)
    return b"", f"not there after {ARRIVES_IN:.0f} s"
