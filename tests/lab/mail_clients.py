# SPDX-License-Identifier: GPL-3.0-or-later
"""People at their mail programs: IMAP and submission over verified TLS, and the world outside over SMTP."""

from __future__ import annotations

import imaplib
import json
import smtplib
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from email.utils import formatdate, make_msgid

from .conftest import LAB, Lab

HOST = "posta.ornek.bel.tr"
KEREM, ONUR = "kerem.bayraktar", "onur.basaran"
"""Two people of the example city, whom the tests are: 40108 and 40086."""
LINE = "Sokağımızdaki lamba üç gündür yanmıyor, bilginize sunarım.\n"
OUTSIDE = "yurttas@example.net"
PASSWORD = "Deneme-Parola-9x-uzun"


@dataclass(frozen=True)
class Post:
    """The lab's mail server, as its users reach it."""

    lab: Lab

    @property
    def address(self) -> str:
        """The server's address."""
        return json.loads((LAB / "lab.json").read_text(encoding="utf-8"))["hosts"]["mail1"]["address"]

    def on_server(self, *argv: str) -> str:
        """What a command on the mail server prints."""
        return self.lab.on("mail1", *argv)

    def password(self, login: str) -> None:
        """Give somebody the tests' password, as the help desk would."""
        self.lab.on_dc("samba-tool", "user", "setpassword", login, f"--newpassword={PASSWORD}")

    @contextmanager
    def imap(self, login: str, password: str = PASSWORD) -> Iterator[imaplib.IMAP4_SSL]:
        """A mail program that is open; raises ``imaplib.IMAP4.error`` if the logon is refused."""
        session = _Imap(self.address)
        try:
            session.login(login, password)
            yield session
        finally:
            session.shutdown()

    def may_read(self, login: str) -> bool:
        """Whether the logon is let in."""
        try:
            with self.imap(login):
                return True
        except imaplib.IMAP4.error:
            return False

    def send(self, login: str, recipient: str, subject: str = "deneme", sender: str = "", size: int = 0) -> str:
        """Hand in a message; the sender is one's own address if not given. What the server says if it refuses."""
        sender = sender or f"{login}@ornek.bel.tr"
        message = letter(sender, recipient, subject, size)
        with smtplib.SMTP(self.address, 587, timeout=30) as session:
            session._host = HOST  # the name that is verified
            session.starttls(context=_context())
            try:
                session.login(login, PASSWORD)
                session.send_message(message, sender, [recipient])
            except smtplib.SMTPAuthenticationError:
                return "logon refused"
            except smtplib.SMTPRecipientsRefused as error:
                return error.recipients[recipient][1].decode()
            except smtplib.SMTPException as error:
                return str(error)
        return "taken"

    def from_outside(self, recipient: str, subject: str = "dilekçe", sender: str = OUTSIDE, size: int = 0) -> str:
        """Mail from somewhere else; what the server says."""
        message = letter(sender, recipient, subject, size)
        with smtplib.SMTP(self.address, 25, timeout=30) as session:
            try:
                session.send_message(message, sender, [recipient])
            except smtplib.SMTPRecipientsRefused as error:
                return error.recipients[recipient][1].decode()
        return "taken"

    def subjects(self, user: str, folder: str = "INBOX") -> list[str]:
        """Subjects in a mailbox, as the server's own tool shows them."""
        fetch = ["doveadm", "-f", "json", "fetch", "-u", user, "hdr.subject", "mailbox", folder, "all"]
        done = self.lab.konak("lab", "exec", "mail1", "--", *fetch)
        rows = json.loads(done.stdout) if done.returncode == 0 and done.stdout.strip() else []
        return [str(make_header(decode_header(row["hdr.subject"]))) for row in rows]

    def arrives(self, user: str, subject: str) -> bool:
        """Wait until a message with this subject is there."""
        return waits(lambda: subject in self.subjects(user))


def waits(so: Callable[[], bool], seconds: float = 20) -> bool:
    """Whether it becomes so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if so():
            return True
        time.sleep(0.5)
    return False


def letter(sender: str, recipient: str, subject: str, size: int = 0) -> EmailMessage:
    """A message as a person writes one, at least so many bytes long."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, recipient, subject
    message["Date"], message["Message-ID"] = formatdate(localtime=True), make_msgid(domain="example.net")
    lines = -(-size // len(LINE))
    message.set_content(LINE * max(lines, 3))
    return message


class _Imap(imaplib.IMAP4_SSL):
    """IMAP over TLS to an address whose certificate says :data:`HOST`."""

    def __init__(self, address: str) -> None:
        super().__init__(address, 993, ssl_context=_context(), timeout=30)

    def _create_socket(self, timeout):
        return self.ssl_context.wrap_socket(imaplib.IMAP4._create_socket(self, timeout), server_hostname=HOST)


def _context() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(LAB / "pki" / "ca.pem"))


def bodies(session: imaplib.IMAP4, folder: str = "INBOX") -> list[EmailMessage]:
    """Every message of a folder."""
    session.select(folder, readonly=True)
    numbers = session.search(None, "ALL")[1][0].split()
    found = [session.fetch(number.decode(), "(RFC822)")[1][0][1] for number in numbers]
    return [BytesParser(policy=default).parsebytes(raw) for raw in found]


def raw(post: Post, login: str) -> bytes:
    """The one message of somebody's inbox, byte by byte."""
    with post.imap(login) as session:
        session.select("INBOX", readonly=True)
        [number] = session.search(None, "ALL")[1][0].split()
        return session.fetch(number.decode(), "(RFC822)")[1][0][1]
