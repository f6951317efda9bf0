# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an exchange holds, from the answer of the module ``exchange``. The action carries the question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...module_utils.plan import Item
from . import files
from .objects import Password
from .reconcile import CHANGED, EXCHANGE, RECORDED, RUNNING, STOPPED, digest


@dataclass(frozen=True)
class Live:
    """An exchange as it is.

    :ivar items: its records, its files, and whether what runs is what they say.
    """

    items: tuple[Item, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind."""
        return dict(Counter(item.kind for item in self.items))


def interpret(answer: Mapping[str, Any], password: Password) -> Live:
    """The exchange as it is, of what the module returned.

    :raises ValueError: if its records are not what Konak wrote.
    """
    if not answer["records"]:
        return Live(tuple(_settings(answer["digests"])))
    there = set(answer["prompts"])
    known = [item for item in files.read_records(answer["records"]) if item.kind != "prompt" or item.key in there]
    made = _made(known, answer["digests"], password)
    return Live((*known, *_settings(answer["digests"]), *made, _running(answer["running"])))


def _settings(digests: Mapping[str, str]) -> Iterator[Item]:
    for path, found in digests.items():
        if path not in files.MADE:
            yield Item("configuration", path, path, {"content": found[:12]})


def _made(known: Iterable[Item], digests: Mapping[str, str], password: Password) -> Iterator[Item]:
    """Files that follow from the records, each whether it still is what they make of it."""
    try:
        rendered = files.of_items(known, password)
    except (KeyError, TypeError):  # records of another version of Konak, which had other fields
        rendered = {}
    for path in files.MADE:
        if path in digests:
            same = path in rendered and digest(rendered[path]) == digests[path]
            yield Item("configuration", path, path, {"content": RECORDED if same else CHANGED})


def _running(found: Mapping[str, Any]) -> Item:
    fields = {"service": RUNNING if found["running"] else STOPPED, "differs": frozenset(found["differences"])}
    return Item(*EXCHANGE, fields)
