# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an exchange holds, from the answer of the module ``exchange``. The action carries the question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ...module_utils.plan import Item
from . import files
from .attributes import CHANGED, RECORDED
from .handsets import is_file, path_of
from .objects import Password
from .reconcile import EXCHANGE, RUNNING, STOPPED, digest


@dataclass(frozen=True)
class Live:
    """An exchange as it is.

    :ivar items: its records, its files, and whether what runs is what they say.
    :ivar prompts: what it can say, whether a record wants that or not.
    :ivar state: what it does now, as the module tells it: for people, and nothing that is compared.
    """

    items: tuple[Item, ...]
    prompts: frozenset[str]
    state: Mapping[str, Any] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind."""
        return dict(Counter(item.kind for item in self.items))


def interpret(answer: Mapping[str, Any], password: Password) -> Live:
    """The exchange as it is, of what the module returned.

    :raises ValueError: if its records are not what Konak wrote.
    """
    there = frozenset(answer["prompts"])
    if not answer["records"]:
        return Live(tuple(_settings(answer["digests"])), there)
    known = [item for item in files.read_records(answer["records"]) if item.kind != "prompt" or item.key in there]
    rendered = _rendered(known, password)
    made = _made(rendered, answer["digests"])
    lines = {item.key for item in known if item.kind == "line"}
    known = [_with_file(item, rendered, answer["digests"]) if item.kind == "handset" else item for item in known]
    left = (_left(box) for box in answer["boxes"] if box not in lines)
    items = (*known, *left, *_settings(answer["digests"]), *made, _running(answer["running"]))
    return Live(items, there, answer["state"])


def _left(box: str) -> Item:
    """The line of a voice mailbox that no record has: of a retirement that did not come to its end."""
    return Item("line", box, box, {"open": False})


def _settings(digests: Mapping[str, str]) -> Iterator[Item]:
    for path, found in digests.items():
        if path not in files.MADE and not is_file(path):
            yield Item("configuration", path, path, {"content": found[:12]})


def _rendered(known: Iterable[Item], password: Password) -> dict[str, str]:
    try:
        return files.of_items(known, password)
    except (KeyError, TypeError):  # records of another version of Konak, which had other fields
        return {}


def _made(rendered: Mapping[str, str], digests: Mapping[str, str]) -> Iterator[Item]:
    """Files that follow from the records, each whether it still is what they make of it."""
    for path in files.MADE:
        if path in digests:
            yield Item("configuration", path, path, {"content": _told(path, rendered, digests)})


def _with_file(item: Item, rendered: Mapping[str, str], digests: Mapping[str, str]) -> Item:
    return replace(item, fields={**item.fields, "file": _told(path_of(item), rendered, digests)})


def _told(path: str, rendered: Mapping[str, str], digests: Mapping[str, str]) -> str:
    return RECORDED if path in rendered and digest(rendered[path]) == digests.get(path) else CHANGED


def _running(found: Mapping[str, Any]) -> Item:
    fields = {"service": RUNNING if found["running"] else STOPPED, "differs": frozenset(found["differences"])}
    return Item(*EXCHANGE, fields)
