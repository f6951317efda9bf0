# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""See what stands where a set's files belong.

Standard library only: this runs on managed hosts.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from .owned_files import File, digest, root_of


def look(paths: Iterable[str], roots: Iterable[str]) -> dict[str, File]:
    """What stands at each path: one entry for each at which there is something."""
    roots, folders, found = list(roots), dict[str, str](), dict[str, File]()
    for path in paths:
        root, folder = root_of(path, roots), str(PurePosixPath(path).parent)
        if folder not in folders:
            folders[folder] = _blocked(folder, root)
        if folders[folder]:
            found[path] = File("", 0, 0, 0, folders[folder])
            continue
        try:
            state = os.lstat(path)
            if stat.S_ISLNK(state.st_mode):
                found[path] = File(digest(os.fsencode(Path(path).readlink())), 0, state.st_uid, state.st_gid, "link")
            elif stat.S_ISREG(state.st_mode):
                found[path] = File(digest(read(path)), stat.S_IMODE(state.st_mode), state.st_uid, state.st_gid)
            else:
                found[path] = File("", 0, 0, 0, "folder" if stat.S_ISDIR(state.st_mode) else "special")
        except FileNotFoundError:
            continue
    return found


def read(path: str) -> bytes:
    """A file's content, without following a link."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as stream:
        return stream.read()


def _blocked(folder: str, root: str) -> str:
    """The kind of what is in the way on the path from the root (included) to a folder; empty if nothing is."""
    chain = [folder, *(str(outer) for outer in PurePosixPath(folder).parents)]
    for place in reversed(chain[: chain.index(root) + 1]):
        try:
            mode = os.lstat(place).st_mode
        except FileNotFoundError:
            return ""
        except NotADirectoryError:
            return "below a file"
        if not stat.S_ISDIR(mode):
            return "below a link" if stat.S_ISLNK(mode) else "below a file"
    return ""
