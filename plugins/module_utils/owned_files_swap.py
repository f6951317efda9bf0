# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exchange the files of a plan, each in one atomic step.

Standard library only: this runs on managed hosts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from .owned_files import File, Plan, digest, dump_manifest, root_of
from .owned_files_live import read
from .owned_files_places import Journal, Places, Step, Stopped, flush, make, remove_tree, save


@dataclass(frozen=True)
class Delivery:
    """The exchange of the files of one plan.

    :ivar wanted: every wanted file; ``contents`` holds those that are created or updated.
    """

    places: Places
    plan: Plan
    wanted: Mapping[str, File]
    contents: Mapping[str, bytes]
    step: Step

    def begin(self) -> Journal:
        """Write down what will be owned, and then what will be done."""
        save(self.places.waiting, dump_manifest(self.plan.owned), self.step)
        roots = sorted({self._root(change.path) for change in self.plan.changes})
        folders = {
            str(folder)
            for change in self.plan.changes
            if change.action == "create"
            for folder in PurePosixPath(change.path).parents
            if not os.path.lexists(folder)  # Path.exists follows links
        }
        steps = tuple((change.action, change.path) for change in self.plan.changes)
        journal = Journal(tuple(roots), tuple(sorted(folders)), steps)
        save(self.places.journal, json.dumps(asdict(journal)), self.step)
        return journal

    def stage(self, journal: Journal) -> None:
        """Write the new files beside the old ones, and keep a further name of each old one."""
        for folder in journal.folders:
            if folder in journal.roots or any(root.startswith(f"{folder}/") for root in journal.roots):
                self.step(f"make {folder}")
                make(Path(folder))
        for root in journal.roots:
            self.step(f"make the stage of {root}")
            remove_tree(self.places.folder(root))
            for folder in ("", "new", "old"):
                (self.places.folder(root) / folder).mkdir(mode=0o700)
        for change in self.plan.changes:
            root = self._root(change.path)
            if change.action != "remove":
                self.step(f"stage {change.path}")
                self._write(self.places.new(root, change.path), change.path)
            if change.action != "create":
                self.step(f"keep {change.path}")
                old = self.places.old(root, change.path)
                old.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                os.link(change.path, old, follow_symlinks=False)

    def _root(self, path: str) -> str:
        return root_of(path, self.places.roots)

    def _write(self, place: Path, path: str) -> None:
        file = self.wanted[path]
        content = self.contents[path] if path in self.contents else read(path)
        if digest(content) != file.sha256:
            raise Stopped("stage", f"{path} changed while it was looked at: run again", path)
        place.parent.mkdir(parents=True, exist_ok=True)
        # Closed to everyone until it has its owner.
        with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(content)
            os.fchown(stream.fileno(), file.uid, file.gid)
            os.fchmod(stream.fileno(), file.mode)

    def show(self) -> Path:
        """Lay out the staged tree as from ``/``: what does not change appears in it as a link to what is there."""
        self.step("lay out the staged tree")
        remove_tree(self.places.view)
        gone = {change.path for change in self.plan.changes if change.action == "remove"}
        for root in self.places.roots:
            place = self.places.view / root.lstrip("/")
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            staged = self.places.folder(root) / "new"
            if staged.is_dir():
                self._fill(Path(root), staged, gone)
            place.symlink_to(staged if staged.is_dir() else root)
        return self.places.view

    def _fill(self, live: Path, staged: Path, gone: set[str]) -> None:
        """Add to a staged folder what the live one holds beside it."""
        for entry in sorted(live.iterdir()) if live.is_dir() else []:
            place = staged / entry.name
            if str(entry) in gone or entry.name.startswith(".konak-"):
                continue
            inside = any(path.startswith(f"{entry}/") for path in gone)
            if entry.is_dir() and not entry.is_symlink() and (place.is_dir() or inside):
                place.mkdir(exist_ok=True)
                self._fill(entry, place, gone)
            elif not os.path.lexists(place):  # Path.exists follows links
                place.symlink_to(entry)

    def swap(self, journal: Journal) -> None:
        """Exchange file by file, each in one atomic step: the new ones, then the replaced, then the removed."""
        flush()
        for folder in journal.folders:
            self.step(f"make {folder}")
            make(Path(folder))
        for change in self.plan.changes:
            self.step(f"{change.action} {change.path}")
            staged = self.places.new(self._root(change.path), change.path)
            if change.action == "create":
                os.link(staged, change.path)  # unlike a rename, never in place of what has come there meanwhile
            elif change.action == "remove":
                Path(change.path).unlink()
            else:
                staged.replace(change.path)

    def keep(self) -> None:
        """From here on the new state is the one that stays."""
        flush()
        self.step("keep the new state")
        self.places.waiting.replace(self.places.manifest)
        flush()  # before the old files go, which may be on another disk
