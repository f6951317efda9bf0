# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a set of owned files lives, and the way back: after any interruption a later run restores or finishes.

New files are staged, and old ones kept as further names (hard links), in a folder of each root: on the same file
system, where a rename is atomic and puts back content, mode, owner and all else at once.

A journal names the steps before the first is done. The new manifest lies beside the old one from before that, and takes
its place when all is well: a journal with a waiting manifest is undone, one without is finished.

Standard library only: this runs on managed hosts.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from .owned_files import File, load_manifest, root_of

Step = Callable[[str], None]
"""Told the name of each step before it is done; a test stops there."""


class Stopped(Exception):
    """A step could not be done: its name, one sentence, the file it is about, and what a command said."""

    def __init__(self, step: str, message: str, path: str = "", output: str = "") -> None:
        super().__init__(message)
        self.step, self.message, self.path, self.output = step, message, path, output


@dataclass(frozen=True)
class Places:
    """Where a set lives: its roots, and its own files in the folder ``state``."""

    name: str
    roots: tuple[str, ...]
    state: Path

    @property
    def manifest(self) -> Path:
        """What is owned."""
        return self.state / f"{self.name}.json"

    @property
    def waiting(self) -> Path:
        """What will be owned once the delivery under way is kept."""
        return self.state / f"{self.name}.json.new"

    @property
    def journal(self) -> Path:
        """The steps of the delivery under way."""
        return self.state / f"{self.name}.journal"

    @property
    def view(self) -> Path:
        """The staged files laid out as from ``/``."""
        return self.state / f"{self.name}.staged"

    def folder(self, root: str) -> Path:
        """The folder within a root that deliveries work in."""
        return Path(root, f".konak-{self.name}")

    def new(self, root: str, path: str) -> Path:
        """The staged file."""
        return self.folder(root) / "new" / PurePosixPath(path).relative_to(root)

    def old(self, root: str, path: str) -> Path:
        """The further name of a file that is replaced or removed."""
        return self.folder(root) / "old" / PurePosixPath(path).relative_to(root)

    def owned(self) -> dict[str, File]:
        """The manifest; empty if there is none yet.

        :raises Stopped: if it cannot be read.
        """
        try:
            return load_manifest(self.manifest.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise Stopped("compare", f"the manifest {self.manifest} is broken: {error}", str(self.manifest)) from error

    def others(self) -> dict[str, str]:
        """``{path: name}`` of what other sets own."""
        found: dict[str, str] = {}
        for path in sorted(self.state.glob("*.json")):
            if path != self.manifest:
                neighbour = Places(path.name[: -len(".json")], (), self.state)
                found.update(dict.fromkeys(neighbour.owned(), neighbour.name))
        return found

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other runs of the same set out.

        :raises Stopped: if there is one.
        """
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.state / f"{self.name}.lock").open("a", encoding="utf-8") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Stopped("compare", f"another run is delivering {self.name}: wait for its end") from error
            yield


@dataclass(frozen=True)
class Journal:
    """What a delivery set out to do: the roots it works in, the folders it makes, and ``(action, path)`` in order."""

    roots: tuple[str, ...]
    folders: tuple[str, ...]
    steps: tuple[tuple[str, str], ...]


def load_journal(places: Places) -> Journal | None:
    """The journal of the delivery under way; nothing if there is none.

    :raises Stopped: if it cannot be read.
    """
    try:
        data = json.loads(places.journal.read_text(encoding="utf-8"))
        return Journal(
            tuple(data["roots"]), tuple(data["folders"]), tuple((step[0], step[1]) for step in data["steps"])
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise Stopped("recover", f"the journal {places.journal} is broken", str(places.journal)) from error


def recover(places: Places, step: Step) -> str:
    """Bring a delivery that was interrupted to its end.

    :returns: ``restored`` if the old files are back; the service may still run with the new ones, so the journal stays
        until :func:`close`. ``completed`` if the new ones had been kept already. Empty if there was none.
    """
    if load_journal(places) is None:
        return ""
    if not os.path.lexists(places.waiting):  # Path.exists follows links
        finish(places, step)
        return "completed"
    undo(places, step)
    return "restored"


def undo(places: Places, step: Step) -> None:
    """Put back every old file, under its old name, and remove the new ones; may be done again at any time."""
    journal = load_journal(places)
    if journal is None:
        return
    then = replace(places, roots=journal.roots)
    for action, path in reversed(journal.steps):
        root = root_of(path, journal.roots)
        step(f"put back {path}")
        if action == "create":
            if _same(Path(path), then.new(root, path)):
                Path(path).unlink()
        elif os.path.lexists(then.old(root, path)):  # Path.exists follows links
            # Where the file was not exchanged yet, both are names of one file, and this does nothing.
            then.old(root, path).replace(path)
    _clear(then, step)
    for folder in reversed(journal.folders):
        step(f"remove {folder}")
        with suppress(FileNotFoundError):
            _remove_if_empty(Path(folder))


def close(places: Places, step: Step) -> None:
    """Forget a delivery that was undone."""
    # The journal first: without the waiting manifest it would say that the new state was kept.
    step("remove the journal")
    places.journal.unlink(missing_ok=True)
    step("remove the waiting manifest")
    places.waiting.unlink(missing_ok=True)


def finish(places: Places, step: Step) -> None:
    """Clear away what a delivery that was kept needed."""
    journal = load_journal(places)
    if journal is not None:
        _clear(replace(places, roots=journal.roots), step)
        step("remove the journal")
        places.journal.unlink()


def _clear(places: Places, step: Step) -> None:
    step("remove the staged tree")
    remove_tree(places.view)
    for root in places.roots:
        step(f"remove the stage of {root}")
        remove_tree(places.folder(root))


def _same(one: Path, other: Path) -> bool:
    """Whether both are names of one file."""
    try:
        first, second = one.lstat(), other.lstat()
    except FileNotFoundError:
        return False
    return (first.st_dev, first.st_ino) == (second.st_dev, second.st_ino)


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError as error:
        if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
            raise


def remove_tree(folder: Path) -> None:
    """Remove a folder of ours and all in it, without following links."""
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)


def make(folder: Path) -> None:
    """Make a folder that everyone may read, whatever the umask; one that is there stays as it is."""
    try:
        folder.mkdir()
    except FileExistsError:
        if not folder.is_dir() or folder.is_symlink():
            raise
    else:
        folder.chmod(0o755)


def save(path: Path, text: str, step: Step) -> None:
    """Write one of a set's own files: whole or not at all."""
    step(f"write {path.name}")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        step(f"put {path.name} in its place")
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def flush() -> None:
    """Have the disk hold what was written; once for all files, which takes a fraction of the time of each alone."""
    os.sync()
