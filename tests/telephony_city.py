# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of the negative corpus with its exchange, and what is changed in it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from ansible_collections.konak.it.plugins.module_utils.plan import Item
from ansible_collections.konak.it.plugins.module_utils.secrets import password
from ansible_collections.konak.it.plugins.plugin_utils.model.city import City
from ansible_collections.konak.it.plugins.plugin_utils.telephony import files
from ansible_collections.konak.it.plugins.plugin_utils.telephony.dialplan import Dialling
from ansible_collections.konak.it.plugins.plugin_utils.telephony.intent import intent
from base_city import AS_OF, part_city

MASTER = "canary" * 8


def telephony_city(changes: Mapping[str, str] | None = None, day: datetime.date = AS_OF) -> City:
    """The city on a day; see :func:`base_city.part_city`."""
    return part_city("telephony", changes or {}, day)


def wanted(city: City) -> dict[tuple[str, str], Item]:
    """What its exchange should hold, but for what it keeps of those who have left."""
    return {(item.kind, item.key): item for item in intent(city) if not item.existing_only}


def files_of(city: City) -> dict[str, str]:
    """All files of its exchange, by path."""
    assert city.telephony is not None
    dialling = Dialling.of(city.telephony, city.organisation.timezone)
    own = files.of_items(wanted(city).values(), dialling, lambda secret: password(MASTER, secret))
    return {**own, **files.of_settings(city)}
