# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mailboxes on their server: where each is, and how one is set aside, packed, brought back and removed.

A mailbox is a folder by the name of its owner, which no rename changes::

    /var/vmail/40117                 in use
    /var/vmail/frozen/40117          set aside as it was: nothing delivers to it, nobody reads it
    /var/vmail/archive/40117.tar.gz  packed, with 40117.sha256, the list of its files' digests as sha256sum reads it

Each step ends with a rename, so an interrupted one leaves the old place in force and is done again.

Standard library only: this runs on managed hosts.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

from .commands import Run

BOX, FROZEN, ARCHIVE, REMOVED = "box", "frozen", "archive", "removed"
NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*\Z")
_APART = {FROZEN, ARCHIVE}


class MailboxError(Exception):
    """A mailbox cannot be brought where it should be; it is where it was."""


def places(spool: Path) -> dict[str, str]:
    """Where each mailbox is, by its name.

    :raises OSError: if a folder cannot be read: that is not an empty one.
    """
    found = {path.name.removesuffix(".tar.gz"): ARCHIVE for path in _inside(spool / ARCHIVE, ".tar.gz")}
    found |= {path.name: FROZEN for path in _inside(spool / FROZEN)}
    return found | {path.name: BOX for path in _inside(spool) if path.name not in _APART}


def _inside(folder: Path, ending: str = "") -> list[Path]:
    if not folder.exists():
        return []
    return [
        path
        for path in sorted(folder.iterdir())
        if path.name.endswith(ending) and _is_name(path.name) and (path.is_file() if ending else path.is_dir())
    ]


def _is_name(name: str) -> bool:
    """Whether a mailbox may have the name; what is made or removed by steps begins with ``new-``."""
    return bool(NAME.match(name)) and not name.startswith("new-")


def move(spool: Path, name: str, place: str) -> bool:
    """Bring a mailbox to a place; whether that changed anything. One that is nowhere stays so.

    :raises MailboxError: if it cannot be done.
    """
    if not _is_name(name) or name in _APART:
        raise MailboxError(f"{name!r} is no name of a mailbox")
    if place not in {BOX, FROZEN, ARCHIVE, REMOVED}:
        raise MailboxError(f"{place!r} is no place for a mailbox: give box, frozen, archive or removed")
    now = places(spool).get(name)
    if now is None or now == place:
        return False
    try:
        for step in _WAYS[now, place]:
            step(spool, name)
    except (OSError, tarfile.TarError) as error:
        message = f"the mailbox {name} could not be brought to {place}: {error}; it is in {places(spool).get(name)}"
        raise MailboxError(message) from error
    return True


def _freeze(spool: Path, name: str) -> None:
    (spool / FROZEN).mkdir(mode=0o700, exist_ok=True)
    _remove_archive(spool, name)
    (spool / name).rename(spool / FROZEN / name)


def _restore(spool: Path, name: str) -> None:
    _remove_archive(spool, name)  # an interrupted step may have left it, and the mailbox goes on from here
    (spool / FROZEN / name).rename(spool / name)


def _pack(spool: Path, name: str) -> None:
    """Pack a frozen mailbox, read the archive back, and only then let go of the folder."""
    folder, archive = spool / FROZEN / name, spool / ARCHIVE
    if (archive / f"{name}.tar.gz").exists():  # packed by an interrupted step, and nothing was delivered since
        _let_go(spool, folder)
        return
    archive.mkdir(mode=0o700, exist_ok=True)
    new = archive / f"new-{name}.tar.gz"
    digests = {str(path.relative_to(folder)): _digest(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    with tarfile.open(new, "w:gz") as tar:
        tar.add(folder, name)
    new.chmod(0o600)
    if _digests_in(new, name) != digests:
        raise OSError("the archive does not hold what the mailbox held")
    _write(archive / f"{name}.sha256", "".join(f"{digest}  {path}\n" for path, digest in digests.items()))
    with new.open("rb") as file:
        os.fsync(file.fileno())
    new.rename(archive / f"{name}.tar.gz")
    _let_go(spool, folder)


def _unpack(spool: Path, name: str) -> None:
    """Unpack an archive, hold it against its list, and set it aside as frozen."""
    archive, new = spool / ARCHIVE / f"{name}.tar.gz", spool / FROZEN / f"new-{name}"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700, parents=True)
    with tarfile.open(archive) as tar:
        tar.extractall(new, filter="tar")  # the owners stay as they were
    listed = dict(line.split("  ", 1)[::-1] for line in (spool / ARCHIVE / f"{name}.sha256").read_text().splitlines())
    folder = new / name
    found = {str(path.relative_to(folder)): _digest(path) for path in folder.rglob("*") if path.is_file()}
    if found != listed:
        raise OSError("what was unpacked is not what the list of digests says")
    folder.rename(spool / FROZEN / name)
    shutil.rmtree(new)
    _remove_archive(spool, name)


def _remove(spool: Path, name: str) -> None:
    for folder in (spool / FROZEN / name, spool / name):
        if folder.exists():
            _let_go(spool, folder)
    _remove_archive(spool, name)


def _let_go(spool: Path, folder: Path) -> None:
    """Remove a folder; it is renamed first, so that half of one is never taken for a mailbox."""
    (spool / FROZEN).mkdir(mode=0o700, exist_ok=True)
    gone = spool / FROZEN / f"new-{folder.name}"
    shutil.rmtree(gone, ignore_errors=True)
    folder.rename(gone)
    shutil.rmtree(gone)


def _remove_archive(spool: Path, name: str) -> None:
    for ending in (".tar.gz", ".sha256"):
        (spool / ARCHIVE / f"{name}{ending}").unlink(missing_ok=True)


_WAYS = {
    (BOX, FROZEN): (_freeze,),
    (BOX, ARCHIVE): (_freeze, _pack),
    (FROZEN, BOX): (_restore,),
    (FROZEN, ARCHIVE): (_pack,),
    (ARCHIVE, BOX): (_unpack, _restore),
    (ARCHIVE, FROZEN): (_unpack,),
    **dict.fromkeys(((BOX, REMOVED), (FROZEN, REMOVED), (ARCHIVE, REMOVED)), (_remove,)),
}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return _digest_of(file)


def _digest_of(file: IO[bytes]) -> str:
    found = hashlib.sha256()
    while block := file.read(1 << 20):
        found.update(block)
    return found.hexdigest()


def _digests_in(archive: Path, name: str) -> Mapping[str, str]:
    """Digests of the files in an archive, by their path in the mailbox."""
    found = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.isfile() and (file := tar.extractfile(member)) is not None:
                found[member.name.removeprefix(f"{name}/")] = _digest_of(file)
    return found


def _write(path: Path, text: str) -> None:
    new = path.with_name(f"new-{path.name}")
    new.write_text(text, encoding="utf-8")
    new.chmod(0o600)
    new.rename(path)


def look(spool: Path, folders: Iterable[str], digests: Iterable[str]) -> dict[str, Any]:
    """What the server goes by: ``{files, digests, places, shared}``.

    :raises OSError: if something that is there cannot be read: that is not an empty one.
    """
    files = {
        str(path): path.read_text(encoding="utf-8", errors="replace")
        for folder in folders
        for path in sorted(Path(folder).rglob("*"))
        if path.is_file() and not any(part.startswith(".konak-") for part in path.parts)
    }
    found = places(spool)
    return {
        "files": files,
        "digests": {path: _digest(Path(path)) for path in digests if Path(path).is_file()},
        "places": found,
        "shared": {name: rights for name, at in found.items() if at == BOX and (rights := shared(spool / name))},
    }


def shared(folder: Path) -> dict[str, list[str]]:
    """Rights in the inbox of a mailbox, as its ACL file has them: ``{"group=zabita": ["l", "r"]}``."""
    path = folder / "Maildir" / "dovecot-acl"
    if not path.exists():
        return {}
    rows = (line.rpartition(" ") for line in path.read_text(encoding="utf-8").splitlines() if " " in line)
    return {who.strip('"'): sorted(rights) for who, _, rights in rows}


def share(run: Run, spool: Path, name: str, rights: Mapping[str, Iterable[str]]) -> None:
    """Give exactly these rights in a mailbox's inbox, which is made if it is not there yet.

    :arg rights: ``{"group=u-zabita.read": ["lookup", "read"]}``.
    """
    for who in shared(spool / name):
        if who not in rights:
            run(["doveadm", "acl", "delete", "-u", name, "INBOX", who])
    for who, words in rights.items():
        run(["doveadm", "acl", "set", "-u", name, "INBOX", who, *words])


def sizes(run: Run, spool: Path, names: Iterable[str]) -> dict[str, int]:
    """Bytes that mailboxes in use hold, as their quota counts them."""
    now = places(spool)
    found = {}
    for name in names:
        if now.get(name) == BOX:
            rows = json.loads(run(["doveadm", "-f", "json", "quota", "get", "-u", name]))
            found[name] = sum(int(row["value"]) * 1024 for row in rows if row["type"] == "STORAGE")
    return found


def keys(start: str) -> dict[str, str]:
    """Public keys that sign, as text by selector, from files such as ``ornek.bel.tr.k2026.txt``."""
    folder, name = os.path.split(start)
    found = sorted(Path(folder).glob(f"{name}.*.txt")) if start else []
    return {path.name[len(name) + 1 : -len(".txt")]: path.read_text(encoding="ascii").strip() for path in found}


def spki(run: Run, certificate: str | None) -> str:
    """SHA-256 of a certificate's public key, in hex, as TLSA has it (RFC 6698); empty if there is no certificate."""
    if not certificate or not Path(certificate).exists():
        return ""
    pem = run(["openssl", "x509", "-in", certificate, "-noout", "-pubkey"])
    return hashlib.sha256(base64.b64decode("".join(pem.splitlines()[1:-1]))).hexdigest()
