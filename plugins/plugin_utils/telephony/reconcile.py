# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From intent and the exchange's own records to changes, and files that somebody changed by hand. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from ...module_utils.plan import Change, Item, compare
from .attributes import KINDS, SYSTEM


def changes(wanted: Iterable[Item], live: Iterable[Item]) -> list[Change]:
    """What would make the exchange as it should be."""
    return compare(SYSTEM, KINDS, wanted, live)


def by_hand(rendered: Mapping[str, str], digests: Mapping[str, str]) -> Iterator[str]:
    """Files of the exchange that are not what its records make of them: somebody changed them.

    :arg rendered: what the records make, by path; :arg digests: SHA-256 of what is there, in hexadecimal.
    """
    for path, text in rendered.items():
        if digests.get(path) != hashlib.sha256(text.encode()).hexdigest():
            yield path
