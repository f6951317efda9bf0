# SPDX-License-Identifier: GPL-3.0-or-later
"""What may go wrong with mail, on real servers: refused before it does harm, or put back, and told in words."""

from __future__ import annotations

import imaplib
import re
import time

import pytest

from .conftest import Lab
from .mail_clients import KEREM, ONUR, Post, waits
from .test_mail import applied
from .test_spine import FILE, LEAVER

pytestmark = pytest.mark.lab
SYSTEMS = ("directory", "mail")

DIGESTS = ("sh", "-c", "find /etc/postfix /etc/dovecot -type f ! -path '*.svbin' | sort | xargs sha256sum | sha256sum")
"""One line for the whole configuration of the mail server."""


def test_a_full_mailbox_keeps_mail_waiting_until_it_may_be_larger(post: Post, lab: Lab) -> None:
    """4xx for what does not fit: the message waits in the queue, and arrives once the quota is raised."""
    lab.edit(FILE, LEAVER, LEAVER.replace("\n", "\n    mail_quota_mb: 30\n", 1))
    applied(lab)
    fill = "(printf 'Subject: dolgu\\n\\n'; head -c 22000000 /dev/zero | base64 -w 76) | doveadm save -u 40108 -m INBOX"
    post.on_server("sh", "-c", fill)
    assert post.from_outside(f"{KEREM}@ornek.bel.tr", "sığmayan", size=2_000_000) == "taken"
    assert waits(lambda: "Quota exceeded" in post.on_server("postqueue", "-p")), post.on_server("postqueue", "-p")
    lab.edit(FILE, "mail_quota_mb: 30\n", "mail_quota_mb: 60\n")
    applied(lab)
    post.on_server("postqueue", "-f")
    assert post.arrives("40108", "sığmayan")
    lab.edit(FILE, "mail_quota_mb: 60\n", "mail_quota_mb: 25\n")
    refused(post, lab, r"the quota of Kerem Bayraktar \(40108\) would be 25 MB, and \d+ MB are used")


def refused(post: Post, lab: Lab, words: str, *more: str) -> None:
    """An apply that ends with status 1 and these words, and changes nothing on the server: mail goes on."""
    before = post.on_server(*DIGESTS), post.on_server("systemctl", "show", "-P", "MainPID", "dovecot", "postfix")
    done = lab.konak("apply", *more)
    assert done.returncode == 1
    assert re.search(words, done.stdout + done.stderr), done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    after = post.on_server(*DIGESTS), post.on_server("systemctl", "show", "-P", "MainPID", "dovecot", "postfix")
    assert after == before
    assert post.from_outside(f"{ONUR}@ornek.bel.tr", "hâlâ çalışıyor") == "taken"


@pytest.mark.parametrize(
    ("file", "before", "after", "words"),
    [
        (FILE, "given: Kerem\n", "given: Kerem\n    aliases: [zabita@ornek.bel.tr]\n", "zabita@ornek.bel.tr"),
        ("mail.yml", '["unit:imar"', '["list:teknik-mudurlukler", "unit:imar"', "teknik-mudurlukler"),
        ("mail.yml", "account: svc-posta", "account: svc-yok", "svc-yok"),
    ],
)
def test_a_wrong_inventory_changes_nothing(
    post: Post, lab: Lab, file: str, before: str, after: str, words: str
) -> None:
    """Told with file and line before anything is asked of a server."""
    lab.edit(file, before, after)
    refused(post, lab, words)


def test_a_certificate_that_is_over_is_refused_before_the_reload(post: Post, lab: Lab) -> None:
    """Somebody put an old one in its place: the next change is not delivered with it."""
    days = "-not_before 20200101000000Z -not_after 20200201000000Z"
    old = f"openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=eski {days}"
    where = "/etc/ssl/konak/mail.pem"
    post.on_server("sh", "-ec", f"cp {where} {where}.good; {old} -keyout /dev/null -out {where} 2>/dev/null")
    lab.edit(FILE, "given: Kerem\n", "given: Kerem\n    aliases: [kb@ornek.bel.tr]\n")
    try:
        refused(post, lab, "validate: openssl x509 .* ended with status 1")
    finally:
        post.on_server("mv", f"{where}.good", where)
    applied(lab)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"mail_directory_uris": ["ldaps://dc9.ornek.bel.tr"]}, "health: doveadm auth lookup svc-posta"),
        ({"mail_directory_uris": ["ldaps://dc1.ornek.bel.tr\nfoo = bar"]}, "validate: doveconf"),
    ],
)
def test_a_directory_that_cannot_be_asked_is_rolled_back(post: Post, lab: Lab, settings: dict, words: str) -> None:
    """The files were there for a moment; the old ones are back, and people log on as before."""
    with lab.settings(**settings):
        refused(post, lab, words)
    assert post.may_read(ONUR)


FULL = """cp -a /etc/postfix /root/postfix && mount -t tmpfs -o size=2m,mode=0755 full /etc/postfix
cp -a /root/postfix/. /etc/postfix && rm -r /root/postfix
dd if=/dev/zero of=/etc/postfix/fill bs=4k 2>/dev/null || true"""
FALSE = "[Service]\\nExecReload=\\nExecReload=/bin/false\\n"
UNIT = "/etc/systemd/system/dovecot.service.d/fault.conf"


@pytest.mark.parametrize(
    ("fault", "end", "words"),
    [
        (FULL, "umount /etc/postfix", "No space left on device"),
        (
            f"printf '{FALSE}' > {UNIT}; systemctl daemon-reload",
            f"rm {UNIT}; systemctl daemon-reload",
            "reload: systemctl reload-or-restart dovecot.service ended with status 1",
        ),
    ],
)
def test_a_full_disk_and_a_server_that_does_not_reload(post: Post, lab: Lab, fault: str, end: str, words: str) -> None:
    """Told, and nothing is half done: the old files serve, and the next run finishes it."""
    lab.edit(FILE, "given: Kerem\n", "given: Kerem\n    aliases: [kb@ornek.bel.tr]\n")
    post.on_server("sh", "-ec", fault)
    try:
        refused(post, lab, words)
    finally:
        post.on_server("sh", "-ec", end)
    applied(lab)


def test_drift_names_what_was_changed_by_hand_and_apply_mends_it(post: Post, lab: Lab) -> None:
    """An address that somebody added on the server, and a quota: both named, both values, and mended."""
    post.on_server(
        "sh", "-ec",
        "echo 'gizli@ornek.bel.tr 40108@mailbox.internal' >> /etc/postfix/konak/addresses;"
        "sed -i '/^40108:/s/storage_size=[0-9]*M/storage_size=9M/' /etc/dovecot/konak/users",
    )  # fmt: skip
    done = lab.konak("drift")
    assert done.returncode == 2
    assert "address gizli@ornek.bel.tr" in done.stdout
    assert re.search(r"mailbox Kerem Bayraktar \(40108\): quota_mb is 9, not \d+", done.stdout)
    applied(lab)
    assert "unknown" in post.from_outside("gizli@ornek.bel.tr")


def test_a_disabled_account_is_out_within_a_minute_open_sessions_too(post: Post, lab: Lab) -> None:
    """Disabled in the directory by hand, past Konak: refused at once, and what is open ends by itself."""
    with post.imap(KEREM) as session:
        lab.on_dc("samba-tool", "user", "disable", KEREM)
        begun = time.monotonic()
        assert not post.may_read(KEREM)
        with pytest.raises((imaplib.IMAP4.abort, OSError)):
            watch(session, 60)
    print(f"an open session ended {time.monotonic() - begun:.0f} s after the account was disabled")
    lab.on_dc("samba-tool", "user", "enable", KEREM)
    assert post.may_read(KEREM)


def watch(session: imaplib.IMAP4, seconds: int) -> None:
    """Ask the server for news each second."""
    for _ in range(seconds):
        session.noop()
        time.sleep(1)
