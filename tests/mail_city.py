# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of the negative corpus with its mail system, and what is changed in it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from ansible_collections.konak.it.plugins.plugin_utils.model.city import City
from base_city import AS_OF, part_city, part_text

MAIL = part_text("mail")


def mail_city(changes: Mapping[str, str] | None = None, day: datetime.date = AS_OF, **files: str) -> City:
    """The city on a day; see :func:`base_city.part_city`."""
    return part_city("mail", changes or {}, day, **files)
