# SPDX-License-Identifier: GPL-3.0-or-later
"""Mailboxes set aside, packed, brought back and removed: nothing is lost, at whatever point a step is interrupted."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from ansible_collections.konak.it.plugins.module_utils import mailboxes
from ansible_collections.konak.it.plugins.module_utils.mailboxes import MailboxError, look, move, places, share, shared

MAIL = {"Maildir/new/1": b"Merhaba\n", "Maildir/cur/2:2,S": b"\x00\xff" * 2000, "sieve/izin.sieve": b"keep;\n"}


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    """A spool with one mailbox."""
    tmp_path = tmp_path / "vmail"
    for name, content in MAIL.items():
        path = tmp_path / "40117" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path


def held(folder: Path) -> dict[str, bytes]:
    """All files of a mailbox."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "way", [w for n in (1, 2, 3) for w in itertools.product(("box", "frozen", "archive"), repeat=n)]
)
def test_a_mailbox_comes_back_whole_from_wherever_it_was(spool: Path, way: tuple[str, ...]) -> None:
    for place in way:
        move(spool, "40117", place)
        assert places(spool) == {"40117": place}
    move(spool, "40117", "box")
    assert held(spool / "40117") == MAIL
    assert not list((spool / "archive").glob("*")) if (spool / "archive").exists() else True


def test_an_archive_has_a_list_that_sha256sum_reads(spool: Path) -> None:
    move(spool, "40117", "archive")
    shutil.unpack_archive(spool / "archive/40117.tar.gz", spool / "out", filter="tar")
    argv = ["sha256sum", "--check", "--strict", spool / "archive/40117.sha256"]
    done = subprocess.run(argv, cwd=spool / "out/40117", capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.count(": OK") == len(MAIL)
    assert not (spool / "40117").exists()


def test_an_archive_that_was_changed_is_not_brought_back(spool: Path) -> None:
    move(spool, "40117", "archive")
    listed = spool / "archive/40117.sha256"
    listed.write_text(listed.read_text().replace("a", "b"))
    with pytest.raises(MailboxError, match="is not what the list of digests says; it is in archive"):
        move(spool, "40117", "box")
    assert places(spool) == {"40117": "archive"}


def test_what_is_nowhere_stays_so_and_what_is_there_is_left(spool: Path) -> None:
    assert not move(spool, "40999", "frozen")
    assert not move(spool, "40117", "box")
    assert places(spool) == {"40117": "box"}


@pytest.mark.parametrize("place", ["box", "frozen", "archive"])
def test_removal_leaves_nothing(spool: Path, place: str) -> None:
    move(spool, "40117", place)
    assert move(spool, "40117", "removed")
    assert places(spool) == {}
    assert not [path for path in spool.rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", ["..", "a/b", "frozen", "archive", "new-40117", "", "-x", "A"])
def test_no_other_name_is_taken_for_a_mailbox(spool: Path, name: str) -> None:
    with pytest.raises(MailboxError, match="is no name of a mailbox"):
        move(spool, name, "removed")
    assert held(spool / "40117") == MAIL


class Stop(Exception):
    """The machine went off."""


@pytest.mark.parametrize(
    ("start", "end"), [("box", "archive"), ("frozen", "archive"), ("archive", "box"), ("box", "frozen")]
)
def test_a_step_that_is_interrupted_anywhere_loses_nothing(spool: Path, monkeypatch, start: str, end: str) -> None:
    """Every change of the file system may be the last one: then what is found is whole, and a rerun finishes it."""
    move(spool, "40117", start)
    backup = spool.parent / "backup"
    shutil.copytree(spool, backup)
    for stop in range(1, 40):
        shutil.rmtree(spool)
        shutil.copytree(backup, spool)
        done = interrupted(monkeypatch, spool, end, stop)
        assert set(places(spool)) == {"40117"}
        move(spool, "40117", end)
        assert places(spool) == {"40117": end}
        move(spool, "40117", "box")
        assert held(spool / "40117") == MAIL, stop
        if done:
            assert stop > 1
            return
    pytest.fail("no step came to its end")


def interrupted(monkeypatch, spool: Path, end: str, stop: int) -> bool:
    """Move, and stop before the change of that number; whether it came to its end before."""
    left = [stop]

    def counted(real):
        def call(*arguments, **named):
            left[0] -= 1
            if left[0] == 0:
                raise Stop
            return real(*arguments, **named)

        return call

    with monkeypatch.context() as patch:
        for module, name in ((Path, "rename"), (Path, "unlink"), (Path, "mkdir"), (mailboxes.shutil, "rmtree")):
            patch.setattr(module, name, counted(getattr(module, name)))
        for name in ("unlink", "rmdir"):
            patch.setattr(os, name, counted(getattr(os, name)))
        try:
            move(spool, "40117", end)
        except Stop:
            return False
    return True


def test_what_the_server_goes_by_is_read_in_one_go(spool: Path) -> None:
    maps = spool / "maps"
    (maps / ".konak-mail").mkdir(parents=True)
    (maps / ".konak-mail/journal").write_text("no lookup file")
    (maps / "addresses").write_text("elif.isik@ornek.bel.tr 40117@mailbox.internal\n")
    (spool / "40117/Maildir/dovecot-acl").write_text("group=u-zabita.read lrs\nuser=40118 lr\n")
    found = look(spool, [str(maps), str(spool / "none")], [str(maps / "addresses"), "/no/such/file"])
    assert list(found["files"]) == [str(maps / "addresses")]
    assert list(found["digests"]) == [str(maps / "addresses")]
    assert found["shared"] == {"40117": {"group=u-zabita.read": ["l", "r", "s"], "user=40118": ["l", "r"]}}


def test_sharing_takes_rights_from_others(spool: Path) -> None:
    (spool / "40117/Maildir/dovecot-acl").write_text("user=40118 lr\n")
    ran: list[list[str]] = []
    share(lambda words: ran.append(list(words)) or "", spool, "40117", {"group=a": ["lookup", "read"]})
    assert ran == [
        ["doveadm", "acl", "delete", "-u", "40117", "INBOX", "user=40118"],
        ["doveadm", "acl", "set", "-u", "40117", "INBOX", "group=a", "lookup", "read"],
    ]
    assert shared(spool / "nobody") == {}
