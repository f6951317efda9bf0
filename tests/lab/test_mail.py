# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail on real Postfix, Dovecot and Samba, through mail programs: from the joiner's first message to the archive."""

from __future__ import annotations

import datetime
import imaplib
import time

import pytest

from .conftest import Lab
from .mail_clients import KEREM, ONUR, PASSWORD, Post, bodies, waits
from .test_spine import FILE, LEAVER, YESTERDAY

pytestmark = pytest.mark.lab
SYSTEMS = ("directory", "mail")

ONE = ("--only", "mail", "--limit", "person=40108")


def applied(lab: Lab, *words: str) -> None:
    """Apply, and see that nothing is left to do."""
    assert lab.konak("apply", *words).returncode == 0
    assert lab.konak("plan", *words).returncode == 0


def with_successor(lab: Lab, *more: str) -> None:
    """Kerem has left yesterday, and Onur takes over."""
    lines = "".join(f"    {line}\n" for line in (f"until: {YESTERDAY}", 'successor: "40086"', *more))
    lab.edit(FILE, LEAVER, LEAVER.replace("\n", f"\n{lines}", 1))


def test_a_joiner_sends_and_receives_after_one_apply(lab: Lab) -> None:
    """From the saved file: one apply, the first logon with the letter's password, mail out and mail in."""
    post, begun = Post(lab), time.monotonic()
    path = lab.inventory / FILE
    names = (
        "given: Defne\n    family: Postacı\n    unit: destek\n    title: Uzman\n    class: uzman\n    from: 2026-01-05"
    )
    path.write_text(f'{path.read_text(encoding="utf-8")}\n  - id: "49302"\n    {names}\n', encoding="utf-8")
    assert lab.konak("apply").returncode == 0
    assert lab.kinit("defne.postaci", lab.secret("directory/first/49302"), PASSWORD, PASSWORD) == "ticket"
    assert post.send("defne.postaci", "defne.postaci@ornek.bel.tr", "ilk ileti") == "taken"
    with post.imap("defne.postaci") as session:
        assert post.arrives("49302", "ilk ileti")
        session.noop()
        assert [message["subject"] for message in bodies(session)] == ["ilk ileti"]
    assert post.from_outside("defne.postaci@ornek.bel.tr", "dışarıdan") == "taken"
    assert post.arrives("49302", "dışarıdan")
    print(f"from saved file to sent and received mail: {time.monotonic() - begun:.1f} s")


def test_a_leaver_is_shut_out_and_who_writes_is_told(post: Post, lab: Lab) -> None:
    """Both protocols refuse, an open session ends, and one answer a day and sender names the successor.

    A rule that the leaver made, which sent all mail elsewhere, runs no more.
    """
    rule = "printf 'redirect \"yazi-isleri@ornek.bel.tr\";' | doveadm sieve put -u 40108 -a kural"
    post.on_server("sh", "-ec", rule)
    with post.imap(KEREM) as session:
        assert session.noop()[0] == "OK"
        with_successor(lab)
        begun = time.monotonic()
        applied(lab)
        with pytest.raises((imaplib.IMAP4.abort, OSError)):
            session.noop()
    assert not post.may_read(KEREM)
    assert post.send(KEREM, "onur.basaran@ornek.bel.tr") == "logon refused"
    print(f"from saved file to all closed: {time.monotonic() - begun:.1f} s")
    for subject in ("birinci", "ikinci"):
        assert post.send(ONUR, f"{KEREM}@ornek.bel.tr", subject) == "taken"
        assert post.arrives("40108", subject)
        assert post.arrives("40086", subject), "the successor has a copy"
    assert not {"birinci", "ikinci"} & set(post.subjects("u-yazi-isleri"))
    assert waits(lambda: bool(answers(post, ONUR)))
    [answer] = answers(post, ONUR)
    assert "Kerem Bayraktar artık" in answer
    assert "Onur Başaran, onur.basaran@ornek.bel.tr" in answer
    post.on_server("doveadm", "sieve", "delete", "-u", "40108", "-a", "kural")


def answers(post: Post, login: str) -> list[str]:
    """What machines wrote to somebody."""
    with post.imap(login) as session:
        return [message.get_content() for message in bodies(session) if message["Auto-Submitted"]]


def test_a_new_surname_keeps_the_mailbox_and_both_addresses(post: Post, lab: Lab) -> None:
    """500 messages keep their numbers; the old address receives and sends until its last day."""
    save = "printf 'Subject: %s\\n\\nx\\n' $n | doveadm save -u 40108 -m Klasör"
    fill = f"doveadm mailbox create -u 40108 Klasör; for n in $(seq 500); do {save}; done"
    post.on_server("sh", "-c", fill)
    before = numbers(post)
    assert before.count(" ") > 500
    lab.edit(
        FILE,
        "given: Kerem\n    family: Bayraktar\n",
        "given: Kerem\n    family: Yıldırım\n    former: [{family: Bayraktar, until: 2026-11-20}]\n",
    )
    applied(lab)
    new = "kerem.yildirim"
    assert numbers(post) == before
    with post.imap(new) as session:
        assert session.select("Klas&APY-r")[1] == [b"500"]
    assert not post.may_read(KEREM)
    for address in (KEREM, new):
        assert post.from_outside(f"{address}@ornek.bel.tr", f"to {address}") == "taken"
        assert post.arrives("40108", f"to {address}")
        assert post.send(new, "onur.basaran@ornek.bel.tr", sender=f"{address}@ornek.bel.tr") == "taken"
    applied(lab, *ONE, "--as-of", "2027-12-01")
    assert "not owned" in post.send(new, "onur.basaran@ornek.bel.tr", sender=f"{KEREM}@ornek.bel.tr")
    assert "unknown" in post.from_outside(f"{KEREM}@ornek.bel.tr")
    assert post.send(new, "onur.basaran@ornek.bel.tr") == "taken"
    post.on_server("doveadm", "mailbox", "delete", "-u", "40108", "Klasör")


def numbers(post: Post) -> str:
    """UIDVALIDITY and every UID of a folder, as the server's own tool shows them."""
    status = post.on_server("doveadm", "-f", "tab", "mailbox", "status", "-u", "40108", "uidvalidity uidnext", "Klasör")
    uids = post.on_server("doveadm", "-f", "flow", "fetch", "-u", "40108", "uid guid", "mailbox", "Klasör", "all")
    return f"{status} {' '.join(uids.split())}"


def test_the_clock_of_a_leaver_and_a_legal_hold(post: Post, lab: Lab) -> None:
    """Five days of one departure, read on the server; an order that keeps the mailbox; and the way back."""
    post.from_outside(f"{KEREM}@ornek.bel.tr", "saklanacak")
    assert post.arrives("40108", "saklanacak")
    with_successor(lab)
    applied(lab)
    assert where(post) == ("box", "taken")
    seen = {}
    for gone in (30, 31, 61, 91):
        applied(lab, *ONE, "--as-of", after(gone))
        seen[gone] = where(post)
    closed = "5.2.1 <kerem.bayraktar@ornek.bel.tr>: Recipient address rejected: mailbox closed, write to "
    assert seen[30] == ("box", "taken")
    assert seen[31] == ("box", f"{closed}onur.basaran@ornek.bel.tr")
    assert seen[61][0] == "frozen"
    assert seen[91][0] == "archive"
    assert "unknown" in seen[91][1]
    unpack = "cd $(mktemp -d) && tar -xzf /var/vmail/archive/40108.tar.gz && cd 40108"
    said = post.on_server("sh", "-ec", f"{unpack} && sha256sum -c /var/vmail/archive/40108.sha256")
    assert said.count(": OK") > 1
    assert "FAILED" not in said
    assert lab.konak("plan", *ONE, "--as-of", after(700), "--retire").returncode == 0, "kept for two years"
    assert lab.konak("plan", *ONE, "--as-of", after(1000)).returncode == 0, "and never removed unasked"
    assert lab.konak("plan", *ONE, "--as-of", after(1000), "--retire").returncode == 2
    lab.edit(FILE, "successor", f'legal_hold: {{from: {after(20)}, reason: "Mahkeme, 2026/77"}}\n    successor')
    held = lab.konak("apply", *ONE, "--as-of", after(1000), "--retire")
    assert held.returncode == 0
    assert f"the mailbox stays closing since {after(20)} by legal hold, Mahkeme, 2026/77" in held.stdout
    assert where(post)[0] == "box", "it is as it was on the day of the order"
    lab.restore()
    applied(lab)
    assert where(post) == ("box", "taken")
    assert post.may_read(KEREM)
    assert post.subjects("40108").count("saklanacak") == 1


def after(days: int) -> str:
    """So many days after Kerem's last one."""
    return (datetime.date.fromisoformat(YESTERDAY) + datetime.timedelta(days)).isoformat()


def where(post: Post) -> tuple[str, str]:
    """Where the leaver's mailbox is, and what who writes is told."""
    for place, path in (("box", "40108"), ("frozen", "frozen/40108"), ("archive", "archive/40108.tar.gz")):
        if post.on_server("sh", "-c", f"ls -d /var/vmail/{path} 2>/dev/null || true").strip():
            return place, post.from_outside(f"{KEREM}@ornek.bel.tr")
    return "nowhere", ""


def test_a_units_mailbox_follows_who_is_in_the_unit(post: Post, lab: Lab) -> None:
    """Read, file and send as the unit; and the moment somebody moves, not any more."""
    assert post.from_outside("zabita@ornek.bel.tr", "şikâyet") == "taken"
    assert post.arrives("u-zabita", "şikâyet")
    unit = '"Birimler/u-zabita"'
    with post.imap(KEREM) as session:
        assert session.select(unit)[0] == "NO"
    assert "not owned" in post.send(KEREM, "onur.basaran@ornek.bel.tr", sender="zabita@ornek.bel.tr")
    lab.edit(FILE, "family: Bayraktar\n    unit: sistem-ag\n", "family: Bayraktar\n    unit: zabita\n")
    applied(lab)
    with post.imap(KEREM) as session:
        assert session.select(unit)[0] == "OK"
        assert any("şikâyet" in message["subject"] for message in bodies(session, unit))
        assert any(b"u-zabita" in row for row in session.list()[1])
    lab.restore()
    applied(lab)
    with post.imap(KEREM) as session:
        assert session.select(unit)[0] == "NO"
    post.on_server("doveadm", "expunge", "-u", "u-zabita", "mailbox", "INBOX", "all")


def test_lists_take_mail_from_whom_they_should(post: Post, lab: Lab) -> None:
    """Everybody, colleagues, or those who are named; and who moves is in the list of where they are now."""
    assert "only for colleagues" in post.from_outside("teknik@ornek.bel.tr")
    assert post.send(KEREM, "teknik@ornek.bel.tr", "ekibe") == "taken"
    assert post.arrives("40086", "ekibe")
    assert "Access denied" in post.send(ONUR, "tum-personel@ornek.bel.tr")
    assert post.send(KEREM, "tum-personel@ornek.bel.tr") == "taken"
    assert post.from_outside("basvuru@ornek.bel.tr") == "taken"
    assert "ekibe" not in post.subjects("40108")
    lab.edit(FILE, "family: Bayraktar\n    unit: sistem-ag\n", "family: Bayraktar\n    unit: imar\n")
    applied(lab)
    assert post.send(ONUR, "imar-ekibi@ornek.bel.tr", "yeni arkadaşa") == "taken"
    assert post.arrives("40108", "yeni arkadaşa")
