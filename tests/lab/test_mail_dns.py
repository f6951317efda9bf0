# SPDX-License-Identifier: GPL-3.0-or-later
"""What the world is told of the city's mail, and how its messages are signed: from the authoritative server."""

from __future__ import annotations

import dkim
import dns.message
import dns.query
import pytest
from dns.rdtypes.ANY.TXT import TXT

from .conftest import Lab
from .mail_clients import KEREM, ONUR, Post, raw

pytestmark = pytest.mark.lab
SYSTEMS = ("directory", "mail")

KEYS = "    - {selector: k2026, from: 2026-01-02}\n"
OVERLAP = "    - {selector: k2026, from: 2026-01-02, until: 2026-12-31}\n    - {selector: k2027, from: 2026-11-23}\n"


def ask(post: Post, name: str, sort: str) -> list:
    """The records that the authoritative server gives."""
    answer = dns.query.tcp(dns.message.make_query(name, sort), post.address, timeout=10)
    return [row for rows in answer.answer for row in rows]


def holds(post: Post, message: bytes) -> bool:
    """Whether the signature of a message verifies with the key that the DNS gives now."""

    def key(name: bytes, timeout: int = 5) -> bytes | None:
        rows = [row for row in ask(post, name.decode(), "TXT") if isinstance(row, TXT)]
        return b"".join(rows[0].strings) if rows else None

    return bool(dkim.verify(message, dnsfunc=key))


def test_a_key_is_exchanged_with_an_overlap(post: Post, lab: Lab) -> None:
    """Signed with the old key before and with the new one after; both verify while both are published."""
    assert post.send(ONUR, f"{KEREM}@ornek.bel.tr", "eski anahtar") == "taken"
    assert post.arrives("40108", "eski anahtar")
    old = raw(post, KEREM)
    assert b"s=k2026" in old
    assert holds(post, old)
    lab.edit("mail.yml", KEYS, OVERLAP)
    stopped = lab.konak("plan")
    assert stopped.returncode == 1
    assert "STOP the mail server has no key k2027 to sign mail with" in stopped.stdout
    assert lab.konak("lab", "up").returncode == 0
    assert lab.konak("apply").returncode == 0
    post.on_server("doveadm", "expunge", "-u", "40108", "mailbox", "INBOX", "all")
    assert post.send(ONUR, f"{KEREM}@ornek.bel.tr", "yeni anahtar") == "taken"
    assert post.arrives("40108", "yeni anahtar")
    new = raw(post, KEREM)
    assert b"s=k2027" in new
    assert holds(post, new)
    assert holds(post, old), "what is on the way still verifies"
    assert not holds(post, new.replace(b"yanm", b"yanM")), "and what was changed does not"
    lab.restore()


def test_the_zone_s_own_server_says_what_was_rendered(post: Post) -> None:
    """Line by line, the fragment on the server against the answers; and TLSA is that of the certificate served."""
    fragment = post.on_server("cat", "/etc/konak/zone/mail.zone")
    rows = [line.split(None, 4) for line in fragment.splitlines() if not line.startswith(";")]
    assert len(rows) > 12
    for name, _, _, sort, data in rows:
        assert data.replace('" "', "") in [row.to_text().replace('" "', "") for row in ask(post, name, sort)], name
    [tlsa] = ask(post, "_25._tcp.posta.ornek.bel.tr", "TLSA")
    served = post.on_server(
        "sh", "-c",
        "openssl s_client -connect 127.0.0.1:25 -starttls smtp </dev/null 2>/dev/null | openssl x509 -noout -pubkey "
        "| openssl pkey -pubin -outform DER | sha256sum",
    )  # fmt: skip
    assert tlsa.to_text().split() == ["3", "1", "1", served.split()[0]]
