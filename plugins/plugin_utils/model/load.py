# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a folder of YAML to a checked model: read, type, cross-check, with every error at once.

What was parsed is kept in a cache beside the build's other products, keyed by the content of each file, so a
second run parses only the files that changed. The cache is never trusted over the files: another content is
another key.
"""

from __future__ import annotations

import datetime
import difflib
import errno
import hashlib
import marshal
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from .. import collector
from .checks import run_checks
from .city import City
from .entities import KEYS, Inventory
from .privacy import find_private
from .problems import InventoryError, Problem, shorten
from .typing_errors import explain
from .yaml_file import Marks, first_line, parse

SOURCE = "konak.yml"
"""The file that names the folder to Ansible; it holds no facts."""

_APART = {"group_vars", "host_vars"}
_CACHE_FORMAT = b"3"

Parsed = tuple[Any, Marks]
Origins = dict[str, list[tuple[str, Marks]]]


def load(folder: Path, as_of: datetime.date | None = None, cache: Path | None = None) -> City:
    """Load, type and check the inventory of a city.

    :arg folder: the folder that holds the files.
    :arg as_of: the day of the model; today in the organisation's time zone if not given.
    :arg cache: a file for the parsed files; none is kept if not given.
    :raises InventoryError: with every problem found.
    """
    with collector.paused():
        contents = read_files(folder)
        documents, problems = _parse_all(contents, cache)
        merged, origins, found = _merge(documents)
        problems += found
        if "organisation" not in merged and not problems:
            problems = [
                Problem(
                    "no file has the section `organisation`", folder.name, rule="section", remedy="add organisation.yml"
                )
            ]
        try:
            inventory = Inventory.model_validate(merged)
        except ValidationError as error:
            raise InventoryError([*problems, *explain(error, merged, origins)]) from None
        if problems:
            raise InventoryError(problems)
        city = City(inventory, as_of or today(inventory.organisation.timezone), origins, folder)
        if problems := list(run_checks(city)):
            raise InventoryError(problems)
        return city


def today(timezone: str) -> datetime.date:
    """The day it is there now; in the machine's own zone if the name is unknown (a check tells of that)."""
    try:
        return datetime.datetime.now(ZoneInfo(timezone)).date()
    except (ZoneInfoNotFoundError, ValueError):
        return datetime.datetime.now().astimezone().date()


def read_files(folder: Path) -> dict[str, bytes]:
    """The content of every inventory file by its name, e.g. ``inventory/people/imar.yml``, in the order of names.

    :raises InventoryError: if the folder is not there, holds no file, or a file cannot be read.
    """
    remedy = "name the folder with --inventory or KONAK_INVENTORY"
    if not folder.is_dir():
        raise InventoryError([Problem("there is no such folder", str(folder), rule="files", remedy=remedy)])
    contents: dict[str, bytes] = {}
    problems: list[Problem] = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if parts == (SOURCE,) or _APART & set(parts) or any(part.startswith(".") for part in parts):
            continue
        name = f"{folder.name}/{'/'.join(parts)}"
        try:
            content = _read(path)
        except OSError as error:
            problems.append(
                Problem(
                    f"cannot be read: {error.strerror}",
                    name,
                    rule="files",
                    remedy="look at what it is, its owner and its mode",
                )
            )
        else:
            if content is not None:
                contents[name] = content
    if not contents and not problems:
        problems.append(Problem("the folder holds no inventory file", str(folder), rule="files", remedy=remedy))
    if problems:
        raise InventoryError(problems)
    return contents


def _read(path: Path) -> bytes | None:
    """The content of an inventory file; ``None`` for what is none.

    :raises OSError: also for what would otherwise be passed over in silence.
    """
    if path.is_dir() and path.is_symlink():
        raise OSError(errno.ENOTSUP, "links to folders are not followed")
    if path.is_dir() and not os.access(path, os.R_OK | os.X_OK):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))
    if path.suffix not in {".yml", ".yaml"}:
        return None
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is not a file")
    return path.read_bytes()


def _parse_all(contents: dict[str, bytes], cache: Path | None) -> tuple[dict[str, Parsed], list[Problem]]:
    known = _read_cache(cache)
    kept: dict[bytes, bytes] = {}
    documents: dict[str, Parsed] = {}
    problems: list[Problem] = []
    for file, content in contents.items():
        digest = hashlib.sha256(content).digest()
        if digest in known:
            kept[digest] = known[digest]
            documents[file] = marshal.loads(known[digest])  # noqa: S302  # our own cache, whole by its digest
            continue
        result, private = parse(content, file), find_private(content, file)
        problems += private
        if isinstance(result, Problem):
            problems.append(result)
            continue
        documents[file] = result
        if cache is not None and not private:
            kept[digest] = marshal.dumps(result)
    if cache is not None and kept.keys() != known.keys():
        _write_cache(cache, kept)
    return documents, problems


def _read_cache(cache: Path | None) -> dict[bytes, bytes]:
    """``{digest of a file: what was parsed}``: each apart, so that one changed file costs only its own."""
    if cache is None:
        return {}
    with suppress(OSError, ValueError, EOFError, TypeError):
        content = cache.read_bytes()
        digest, body = content[:32], content[32:]
        if hashlib.sha256(_CACHE_FORMAT + body).digest() == digest:
            return dict(marshal.loads(body))  # noqa: S302  # our own file, whole by its digest
    return {}


def _write_cache(cache: Path, parsed: dict[bytes, bytes]) -> None:
    """Swap in a whole new file; a run that cannot write (a read-only clone) goes on without a cache."""
    body = marshal.dumps(parsed)
    with suppress(OSError):
        cache.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=cache.parent, prefix=".model-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(_CACHE_FORMAT + body).digest() + body)
            Path(name).replace(cache)
        except OSError:
            Path(name).unlink()


def _merge(documents: dict[str, Parsed]) -> tuple[dict[str, Any], Origins, list[Problem]]:
    """Put the sections of all files together, and remember where each item came from."""
    merged: dict[str, Any] = {}
    origins: Origins = {}
    problems: list[Problem] = []
    for file, (data, marks) in documents.items():
        if data is None:
            continue
        if not isinstance(data, dict):
            problems.append(
                Problem(
                    "the file must hold sections such as `people:`",
                    file,
                    1,
                    rule="section",
                    remedy="begin with a section's name and a colon",
                )
            )
            continue
        for section, value in data.items():
            line = first_line(marks[section])
            if problem := _refuse_section(section, value, merged, origins, file, line):
                problems.append(problem)
            elif isinstance(value, list):
                merged.setdefault(section, []).extend(value)
                origins.setdefault(section, []).extend(
                    (file, marks[section][position]) for position in range(len(value))
                )
            elif value is not None:
                merged[section] = value
                origins[section] = [(file, marks[section])]
    return merged, origins, problems


def _refuse_section(
    section: str, value: Any, merged: dict[str, Any], origins: Origins, file: str, line: int
) -> Problem | None:
    if section not in Inventory.model_fields:
        near = difflib.get_close_matches(section, Inventory.model_fields, 1, 0.7)
        remedy = f"did you mean {near[0]!r}?" if near else f"the sections are {', '.join(Inventory.model_fields)}"
        return Problem(f"unknown section {shorten(section)}", file, line, rule="section", remedy=remedy)
    if section in KEYS and not isinstance(value, list | None):
        return Problem("the section must be a list", file, line, section, "section", "begin each item with a dash")
    if section not in KEYS and section in merged:
        first, marks = origins[section][0]
        return Problem(
            "the section is given twice",
            file,
            line,
            section,
            "section",
            f"keep one; the first is in {first}:{first_line(marks)}",
        )
    if section not in KEYS and not isinstance(value, dict):
        return Problem(
            "the section must hold keys and values",
            file,
            line,
            section,
            "section",
            "write `key: value` lines, indented",
        )
    return None
