# SPDX-License-Identifier: GPL-3.0-or-later
"""No word goes to a server that is not the one that it should be, whatever address is connected to."""

from __future__ import annotations

import imaplib
import smtplib
import socketserver
import ssl
import threading
from dataclasses import replace
from ipaddress import IPv4Address

import pytest
from ansible_collections.konak.it.cli.lab import keys
from ansible_collections.konak.it.cli.lab.base import Places
from ansible_collections.konak.it.plugins.plugin_utils.mail.verify import Server

HOST = "posta.deneme.bel.tr"
ADDRESS = "127.0.0.1"


class Talk(socketserver.StreamRequestHandler):
    """As much of SMTP and IMAP as is said before there is TLS, and a login after it."""

    def handle(self):
        stream = self.connection
        stream.sendall(self.server.greeting)
        with stream.makefile("rb") as file:
            if not self.talk(stream, file):
                return
        try:
            safe = self.server.context.wrap_socket(stream, server_side=True)
        except OSError:  # the client does not like the certificate
            return
        with safe, safe.makefile("rb") as file:
            self.talk(safe, file)

    def talk(self, stream, file) -> bool:
        """Whether TLS is to begin."""
        for line in file:
            tag, _, rest = line.decode().strip().partition(" ")
            word = tag.upper() if tag.upper() in {"EHLO", "STARTTLS", "QUIT"} else rest.partition(" ")[0].upper()
            self.server.heard.append(word)
            ready = self.server.offers and word == "STARTTLS"
            more = "STARTTLS" if self.server.offers else "HELP"
            answer = {
                "EHLO": f"250-{HOST}\r\n250 {more}",
                "STARTTLS": "220 go" if tag == word else f"{tag} OK go",
                "CAPABILITY": f"* CAPABILITY IMAP4rev1 {more}\r\n{tag} OK done",
                "LOGIN": f"{tag} OK done",
                "LOGOUT": f"* BYE bye\r\n{tag} OK done",
                "QUIT": "221 bye",
            }[word]
            stream.sendall(f"{answer}\r\n".encode())
            if ready or word in {"QUIT", "LOGOUT"}:
                return ready
        return False


@pytest.fixture
def server(tmp_path, monkeypatch):
    """The server, and the way to it with its name and authority."""
    places = Places(tmp_path)
    keys.ensure_authority(places)
    chain, key = keys.ensure_certificate(places, "mail1", HOST, [IPv4Address("192.0.2.1")], [])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    with socketserver.ThreadingTCPServer((ADDRESS, 0), Talk) as listening:
        listening.context, listening.offers, listening.heard, listening.greeting = context, True, [], b"220 hi\r\n"
        listening.way, listening.port = Server(ADDRESS, HOST, places.pki / "ca.pem"), listening.server_address[1]
        imap = imaplib.IMAP4
        monkeypatch.setattr(imap, "__init__", _on(listening.port, imap.__init__))
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield listening
        listening.shutdown()
        thread.join()


def _on(port, init):
    """IMAP on the port of the test."""
    return lambda self, host, _port, timeout: init(self, host, port, timeout)


def smtp(listening, way: Server) -> None:
    with way.smtp(listening.port):
        pass


def imap(listening, way: Server) -> None:
    listening.greeting = b"* OK hi\r\n"
    with way.imap("svc-faks", "canary"):
        pass


@pytest.mark.parametrize("speak", [smtp, imap])
def test_the_right_server_is_spoken_to_after_tls_has_begun(server, speak):
    speak(server, server.way)
    assert server.heard.count("STARTTLS") == 1
    assert server.heard[-1] in {"QUIT", "LOGOUT"}
    assert ("LOGIN" in server.heard) is (speak is imap)


@pytest.mark.parametrize("speak", [smtp, imap])
def test_one_with_another_name_or_of_another_authority_is_not(server, speak, tmp_path):
    other = Places(tmp_path / "other")
    keys.ensure_authority(other)
    for way in (replace(server.way, name="imap.deneme.bel.tr"), replace(server.way, ca=other.pki / "ca.pem")):
        with pytest.raises(ssl.SSLCertVerificationError):
            speak(server, way)
    assert "LOGIN" not in server.heard


@pytest.mark.parametrize("speak", [smtp, imap])
def test_no_password_goes_to_one_without_tls(server, speak):
    server.offers = False
    with pytest.raises((smtplib.SMTPNotSupportedError, imaplib.IMAP4.error), match="not supported by server"):
        speak(server, server.way)
    assert not {"STARTTLS", "LOGIN"} & set(server.heard)
