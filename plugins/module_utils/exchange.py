# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An exchange on its server: its records, its files by digest, and what runs.

Standard library only: this runs on managed hosts.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .commands import Run

PROGRAMS = "/usr/local/lib/konak/pbx_try"
NAME = re.compile(r"[0-9a-f]{16}\Z")
BOX = re.compile(r"[0-9A-Za-z-]+\Z")
CONTACT = re.compile(r"^/registrar/contact/([^;\s]+);(\S+?)\s*: (\{.*\})$", re.MULTILINE)
URI = re.compile(r"sips?:[^\s\"\\]+\Z")
SHOW_CONTACTS = ["asterisk", "-rx", "database show registrar contact"]


class ExchangeError(Exception):
    """The exchange does not do what is asked."""


def look(run: Run, records: Path, digests: Iterable[str], prompts: Path, boxes: Path) -> dict[str, Any]:
    """The exchange as it is: ``{records, digests, prompts, boxes, running: {running, differences}, state}``.

    :raises OSError: if something that is there cannot be read: that is not an empty one.
    :raises ExchangeError: if what runs cannot be told.
    """
    text = records.read_text(encoding="utf-8") if records.exists() else ""
    named = [Path(path) for path in digests]
    there = [path for given in named for path in (sorted(given.rglob("*")) if given.is_dir() else [given])]
    running = _running(run) if text else {"running": False, "differences": [], "state": {}}
    return {
        "records": text,
        "digests": {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in there if path.is_file()},
        "prompts": sorted(path.stem for path in prompts.glob("*.wav") if NAME.match(path.stem)),
        "boxes": sorted(path.name for path in boxes.glob("*") if BOX.match(path.name)),
        "state": running.pop("state"),
        "running": running,
    }


def _running(run: Run) -> dict[str, Any]:
    """What runs, as the program on the exchange tells it."""
    found: dict[str, Any] = json.loads(run(["python3", "-I", f"{PROGRAMS}/running.py"]))
    if "state" not in found:
        raise ExchangeError("the programs of the exchange are of another version: run the playbook konak.it.servers")
    return found


def prompt(folder: Path, name: str) -> Path:
    """The file of a prompt.

    :raises ExchangeError: if it is no name of one.
    """
    if not NAME.match(name):
        raise ExchangeError(f"{name!r} is no name of a prompt")
    return folder / f"{name}.wav"


def speak(run: Run, file: Path, said: Mapping[str, str]) -> None:
    """Make the file of a prompt as the exchange plays it: 8 kHz, one channel, 16 bits.

    :arg said: the ``text``, and the ``language`` in which it is spoken; or ``sound``, the WAV that somebody recorded.
    :raises ExchangeError: if it cannot be; then there is no file of that name.
    """
    file.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent) as place:
        made = Path(place, "made.wav")
        try:
            sound = said.get("sound") or _spoken(run, Path(place), said)
            run(["sox", sound, "-r", "8000", "-c", "1", "-b", "16", "-e", "signed-integer", str(made)])
        except ExchangeError as error:
            raise ExchangeError(f"the prompt {said['text'][:60]!r} cannot be made: {error}") from None
        made.chmod(0o644)
        made.rename(file)


def _spoken(run: Run, place: Path, said: Mapping[str, str]) -> str:
    source, spoken = place / "text", str(place / "spoken.wav")
    source.write_text(said["text"], encoding="utf-8")
    run(["espeak-ng", "-v", said["language"], "-s", "150", "-f", str(source), "-w", spoken])
    return spoken


def erase(boxes: Path, lines: Iterable[str]) -> list[str]:
    """Remove what lines had in their voice mailboxes, with greetings; those that had something.

    :raises ExchangeError: if one is no folder in the folder of mailboxes; then none is touched.
    :raises OSError: if one cannot be removed.
    """
    asked = list(lines)
    if not asked or not boxes.exists():
        return []
    # The exchange's own user can write there: no link of its making leads root elsewhere.
    within = os.open(boxes, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        kinds = {entry.name: entry.is_dir(follow_symlinks=False) for entry in os.scandir(within)}
        for line in asked:
            if not BOX.match(line) or not kinds.get(line, True):
                raise ExchangeError(f"the voice mailbox {line!r} is no folder in {boxes}; nothing was removed")
        there = [line for line in asked if line in kinds]
        for line in there:
            shutil.rmtree(line, dir_fd=within)
    finally:
        os.close(within)
    return there


def reload(run: Run) -> None:
    """Let the exchange read its files again, or start.

    :raises ExchangeError: if it does not.
    """
    run(["python3", "-I", f"{PROGRAMS}/running.py", "--reload"])


def resync(run: Run, lines: Iterable[str]) -> list[str]:
    """Tell the telephones of lines to fetch their files again, where they were last: the line may be closed by now.

    Who is not registered will at its next start.

    :returns: lines that have telephones.
    :raises ExchangeError: if it cannot be said.
    """
    asked, told = set(lines), set[str]()
    for line, _, contact in CONTACT.findall(run(SHOW_CONTACTS)) if asked else ():
        if line in asked and URI.match(uri := json.loads(contact)["uri"]):
            run(["asterisk", "-rx", f'pjsip send notify konak-sync uri "{uri}"'])
            told.add(line)
    return sorted(told)


def forget(run: Run, lines: Iterable[str]) -> list[str]:
    """Forget where the telephones of lines are, so that nothing is sent there any more; those that had some.

    :raises ExchangeError: if it cannot be done.
    """
    closed, found = set(lines), set[str]()
    for line, sign, _ in CONTACT.findall(run(SHOW_CONTACTS)) if closed else ():
        if line in closed:
            run(["asterisk", "-rx", f'database del registrar/contact "{line};{sign}"'])
            found.add(line)
    return sorted(found)
