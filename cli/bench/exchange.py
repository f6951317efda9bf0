# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured of telephony, in a process of its own: see :mod:`.worker`."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from hashlib import sha256
from pathlib import Path
from typing import Any

from ...plugins.module_utils.plan import Item, Secret
from ...plugins.module_utils.secrets import password
from ...plugins.plugin_utils import session
from ...plugins.plugin_utils.model.exchanges import exchanges
from ...plugins.plugin_utils.planning.store import Part, write_page, write_part
from ...plugins.plugin_utils.telephony import files, reconcile
from ...plugins.plugin_utils.telephony.attributes import SYSTEM
from ...plugins.plugin_utils.telephony.intent import intent
from ...plugins.plugin_utils.telephony.live import interpret
from ...plugins.plugin_utils.telephony.telephones import page_name, telephones
from .timing import Seconds, timed

MASTER = "not a secret, but long enough to derive passwords from"
NOW = 1780315200
"""When the exchange was read."""


def _password(secret: Secret) -> str:
    return password(MASTER, secret)


def exchange(inventory: str, folder: str) -> Seconds:
    """Write what an exchange answers after an apply of the city, as JSON; how many lines and numbers it has."""
    city = session.city(Path(inventory), None)
    items = [item for item in intent(city) if not item.existing_only]
    texts = files.of_items(items, _password) | files.of_settings(city, exchanges(city)[0])
    records = texts.pop(files.RECORDS)
    answer = {
        "records": records,
        "digests": {path: sha256(text.encode()).hexdigest() for path, text in texts.items()},
        "prompts": [],
        "boxes": [],
        "running": {"running": True, "differences": []},
        "state": _state(items),
    }
    Path(folder).mkdir(parents=True, exist_ok=True)
    Path(folder, "exchange.json").write_text(json.dumps(answer), encoding="utf-8")
    return {f"{kind}s": float(sum(item.kind == kind for item in items)) for kind in ("line", "number")}


def _state(items: Collection[Item]) -> dict[str, Any]:
    """A telephone on every line, and a voice message for every one: more than an exchange has."""
    telephone = {
        "status": "reachable",
        "ms": 12.3,
        "address": "192.0.2.140",
        "agent": "Yealink SIP-T46U 108.86.0.20",
        "until": NOW + 3600,
    }
    lines = [item.key for item in items if item.kind == "line"]
    messages = {"new": 1, "old": 2, "since": NOW - 3600}
    return {
        "at": NOW,
        "telephones": {line: [telephone] for line in lines},
        "trunks": {item.key: {"status": "reachable", "ms": 8.1} for item in items if item.kind == "trunk"},
        "queues": {},
        "messages": dict.fromkeys(lines, messages),
    }


def exchange_no_change(inventory: str, build: str, folder: str) -> Seconds:
    """The steps of telephony's action in a plan, one by one, with the exchange's answer read from a file.

    :raises RuntimeError: if there is something to change, or nothing to compare.
    """
    os.environ["KONAK_BUILD"] = build
    seconds: Seconds = {}
    city = session.city(Path(inventory), None)
    with timed(seconds, "intent"):
        wanted = intent(city)
    with timed(seconds, "read"):
        answer = json.loads(Path(folder, "exchange.json").read_text(encoding="utf-8"))
    with timed(seconds, "render"):
        live = interpret(answer, _password)
    with timed(seconds, "compare"):
        here = exchanges(city)[0]
        changes = reconcile.changes(city, wanted, files.of_settings(city, here), live.items)
        write_page(Path(build), page_name(here), telephones(city, here, live))
        write_part(Path(build), Part(SYSTEM, tuple(changes), live.counts))
    if changes or not live.counts.get("line"):
        first = next((f", first {change.action} {change.kind} {change.key}" for change in changes), "")
        raise RuntimeError(f"{len(changes)} changes where there should be none, of {live.counts}{first}")
    return seconds


def plain_json(folder: str) -> Seconds:
    """Read the exchange's answer, and do nothing with it."""
    seconds: Seconds = {}
    with timed(seconds, "read"):
        records = json.loads(json.loads(Path(folder, "exchange.json").read_text(encoding="utf-8"))["records"])
    del records
    return seconds
