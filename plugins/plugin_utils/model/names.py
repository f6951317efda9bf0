# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins and mail addresses from names: one rule set, the same for ever.

1. Letters become lower-case ASCII: ç ğ ı İ i ö ş ü and their like each have one letter; others lose their marks.
2. The base is the first given name, a dot, and the family names written together: ``Ayşe Nur Işık Kaya`` is
   ``ayse.isikkaya``. A login longer than 20 letters (the limit of ``sAMAccountName``) takes the initial instead
   of the given name, then is cut.
3. Whoever had it first keeps it: claims are served by the day on which the name began, then by personnel number.
   Later ones get 2, 3, … behind it. A name is free again when its last day is further back than the quarantine;
   whose it was is then called by the personnel number.

So a joiner never changes the login of someone who is there.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .asof import NameTime
    from .people import Person

LOGIN_LENGTH = 20
MAIL_LENGTH = 64

_OTHER = re.compile("[^a-z0-9]")
_TURKISH = str.maketrans("çğıöşüÇĞIİÖŞÜâîûÂÎÛ", "cgiosucgiiosuaiuaiu")


class Claim(NamedTuple):
    """A name that a person takes on a day.

    :ivar owner: personnel number.
    :ivar base: what is wanted; ``pinned`` says that nothing else will do, and that it was not derived from the name.
    :ivar since: first day of the name.
    :ivar until: last day on which the owner has it; ``None`` while it lasts.
    """

    owner: str
    base: str
    since: datetime.date
    until: datetime.date | None
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Clash:
    """A pinned name that is another's.

    :ivar taken: whether ``holder`` would have it by their own name and lose it to the pin; else they had it first.
    """

    claim: Claim
    holder: str
    taken: bool = False


class Allotted(NamedTuple):
    """Who has which name.

    :ivar current: name by personnel number on the model's day; ``None`` if it is free again.
    :ivar clashes: pinned names that could not be given.
    :ivar served: every name that anyone ever had, with the time of it.
    """

    current: dict[str, str | None]
    clashes: list[Clash]
    served: list[tuple[Person, NameTime, str]]


@lru_cache(maxsize=65536)
def transliterate(text: str) -> str:
    """Lower-case ASCII letters and digits of a text; every other character goes.

    >>> transliterate("Işık İnci")
    'isikinci'
    """
    plain = unicodedata.normalize("NFKD", text.translate(_TURKISH)).lower()
    return _OTHER.sub("", plain)


@lru_cache(maxsize=65536)
def base_name(given: str, family: str) -> str:
    """The base of login and mail address: ``ayse.isikkaya``; empty if no letter can be written in ASCII."""
    first = transliterate(given.split()[0])
    last = transliterate(family)
    return f"{first}.{last}" if first and last else first or last


def mail_base(given: str, family: str) -> str:
    """The base of the local part of a mail address, at most 64 letters."""
    return base_name(given, family)[:MAIL_LENGTH].rstrip(".")


def login_base(given: str, family: str) -> str:
    """The base of a login, at most 20 letters."""
    base = base_name(given, family)
    if len(base) > LOGIN_LENGTH and "." in base:
        first, last = base.split(".")
        base = f"{first[0]}.{last}"
    return base[:LOGIN_LENGTH].rstrip(".")


def allot(claims: Iterable[Claim], quarantine: datetime.timedelta, length: int) -> tuple[dict[Claim, str], list[Clash]]:
    """Serve the claims in their order.

    :returns: the name of each claim, and the pinned claims that could not be served or take what is another's.
    """
    names: dict[Claim, str] = {}
    clashes: list[Clash] = []
    held: dict[str, Claim] = {}
    for claim in sorted(claims, key=attrgetter("since", "owner")):
        name = claim.base
        number = 1
        while not _is_free(held.get(name), claim, quarantine):
            if claim.pinned:
                clashes.append(Clash(claim, held[name].owner))
                break
            number += 1
            name = claim.base[: length - len(str(number))] + str(number)
        else:
            if number > 1 and held[claim.base].pinned:
                clashes.append(Clash(held[claim.base], claim.owner, taken=True))
            held[name] = claim
        names[claim] = name
    return names, clashes


def released(owner: str) -> str:
    """The login of someone whose name is free again: no other login has this form."""
    return f"x-{owner.lower()}"


def _is_free(holder: Claim | None, claim: Claim, quarantine: datetime.timedelta) -> bool:
    if holder is None or holder.owner == claim.owner:
        return True
    return holder.until is not None and holder.until + quarantine < claim.since
