# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of the negative corpus with its exchange, and what is changed in it."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from typing import Any

from ansible_collections.konak.it.plugins.module_utils.plan import Item, Secret
from ansible_collections.konak.it.plugins.module_utils.secrets import password
from ansible_collections.konak.it.plugins.plugin_utils.model.city import City
from ansible_collections.konak.it.plugins.plugin_utils.telephony import files
from ansible_collections.konak.it.plugins.plugin_utils.telephony.intent import intent
from base_city import AS_OF, part_city

MASTER = "canary" * 8


def derived(secret: Secret) -> str:
    """The password of a secret in this city."""
    return password(MASTER, secret)


def telephony_city(changes: Mapping[str, str] | None = None, day: datetime.date = AS_OF) -> City:
    """The city on a day; see :func:`base_city.part_city`."""
    return part_city("telephony", changes or {}, day)


def wanted(city: City) -> dict[tuple[str, str], Item]:
    """What its exchange should hold, but for what it keeps of those who have left."""
    return {(item.kind, item.key): item for item in intent(city) if not item.existing_only}


def files_of(city: City) -> dict[str, str]:
    """All files of its exchange, by path."""
    own = files.of_items(wanted(city).values(), derived)
    return {**own, **files.of_settings(city)}


def answer_of(city: City) -> dict[str, Any]:
    """What the module ``exchange`` says of the exchange that was made for this city."""
    texts = files_of(city)
    digests = {path: hashlib.sha256(text.encode()).hexdigest() for path, text in texts.items() if path != files.RECORDS}
    return {
        "records": texts[files.RECORDS],
        "digests": digests,
        "prompts": [item.key for item in wanted(city).values() if item.kind == "prompt"],
        "running": {"running": True, "differences": []},
    }
