# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The types of single values: names, codes, days, addresses, each with what to write where it does not fit.

The patterns are understood alike by pydantic, by Python and by editors that read the JSON Schema.
"""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

HINTS: dict[str, str] = {}
"""What to write, for each pattern that a text may have to fit."""

_INVISIBLE = r"\x00-\x1f\x7f-\xa0\xad\u2000-\u200f\u2028-\u202f\u205f-\u206f\ufeff\ufff0-\uffff"
"""Control characters, spaces that are not the space, marks that change the direction of reading."""
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
"""One part of a domain name."""


def _text(pattern: str, hint: str, longest: int | None = None) -> FieldInfo:
    HINTS[pattern] = hint
    field: FieldInfo = Field(pattern=pattern, max_length=longest)
    return field


def _day(value: object) -> object:
    """A day as people write it; numbers and times of day, which the type library would take, are none."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        return value
    raise PydanticCustomError("date_text", "not a date")


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)

FIRST_DAY, LAST_DAY = datetime.date(1900, 1, 1), datetime.date(2199, 12, 31)

Date = Annotated[datetime.date, Field(strict=False, ge=FIRST_DAY, le=LAST_DAY), BeforeValidator(_day)]
Code = Annotated[
    str,
    _text(
        r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
        "use lower-case ASCII letters and digits, with hyphens only between them",
        40,
    ),
]
AppCode = Annotated[Code, Field(max_length=20)]
"""The names of roles' groups are made of this and the next; together they must fit into the directory's 64 letters."""
RoleCode = Annotated[Code, Field(max_length=36)]
_NAME = rf"^[^ {_INVISIBLE}]([^{_INVISIBLE}]*[^ {_INVISIBLE}])?$"
_NAME_HINT = "write at least one letter, no space at the ends, and nothing invisible such as a tab or the end of a line"
Name = Annotated[str, _text(_NAME, _NAME_HINT, 120)]
ShortName = Annotated[str, _text(_NAME, _NAME_HINT, 64)]
"""A name that becomes one in the directory, which takes 64 letters."""
Sentence = Annotated[str, _text(_NAME, _NAME_HINT, 1000)]
Text = Annotated[str, _text(rf"^[^{_INVISIBLE}]*$", "write one line, with nothing invisible such as a tab in it", 1000)]
PersonId = Annotated[str, _text(r"^[0-9A-Za-z-]+$", "use letters, digits and hyphens", 16)]
Login = Annotated[
    str,
    _text(
        r"^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$",
        "use lower-case ASCII letters and digits, with dots, hyphens and underscores only between them",
        20,
    ),
]
Mail = Annotated[
    str,
    _text(
        rf"^[a-z0-9]([a-z0-9._+-]{{0,62}}[a-z0-9])?@{_LABEL}(\.{_LABEL})+$",
        "write it like elif.isik@ornek.bel.tr, in lower case",
        254,
    ),
]
LocalPart = Annotated[
    str,
    _text(
        r"^[a-z0-9]+([._-][a-z0-9]+)*$",
        "write what stands before the @, in lower-case ASCII letters and digits, with one dot, hyphen or underscore "
        "between them",
        64,
    ),
]
ForwardTarget = Annotated[
    str,
    _text(
        rf"^[0-9A-Za-z-]{{1,16}}$|^[a-z0-9]([a-z0-9._+-]{{0,62}}[a-z0-9])?@{_LABEL}(\.{_LABEL})+$",
        "write a personnel number, or an address in lower case like basin@ornek.bel.tr",
        254,
    ),
]
Domain = Annotated[str, _text(rf"^{_LABEL}(\.{_LABEL})+$", "write it like ornek.bel.tr, in lower case", 253)]
NetBios = Annotated[
    str, _text(r"^[A-Z0-9]([A-Z0-9-]*[A-Z0-9])?$", "use capital letters and digits, with hyphens only between them", 15)
]
Telephone = Annotated[str, _text(r"^\+[0-9]{8,15}$", "write it with country code and in quotes, like +903120000000")]
Hour = Annotated[str, _text(r"^([01][0-9]|2[0-4]):00$", 'write a whole hour, in quotes, like "08:00"')]
Minute = Annotated[str, _text(r"^([01][0-9]|2[0-3]):[0-5][0-9]$", 'write a time of day, in quotes, like "08:30"')]
Digits = Annotated[str, _text(r"^[0-9]{1,6}$", 'use up to 6 digits, in quotes, like "112"')]
Digit = Annotated[str, _text(r"^[0-9]$", 'give one digit, in quotes, like "1"')]
NumberPrefix = Annotated[
    str, _text(r"^\+[0-9]{0,14}$", "write how the numbers begin, with country code and in quotes, like +905")
]
Extension = Annotated[str, _text(r"^[0-9]{2,8}$", "use 2 to 8 digits, in quotes")]
Address = Annotated[str, _text(r"^[0-9a-fA-F.:]+$", "write it like 192.0.2.10")]
Prefix = Annotated[str, _text(r"^[0-9a-fA-F.:]+/(0|[1-9][0-9]{0,2})$", "write it like 192.0.2.0/24")]
Mac = Annotated[str, _text(r"^([0-9a-f]{2}:){5}[0-9a-f]{2}$", "write it like 00:00:5e:00:53:01, in lower case")]
RoleName = Annotated[
    str,
    _text(r"^[a-z0-9-]+\.[a-z0-9-]+$", "write application and role with a dot between, like ebys.kullanici", 81),
]
Trustee = Annotated[
    str,
    _text(
        r"^(unit|class|group):[a-z0-9-]+$|^role:[a-z0-9-]+\.[a-z0-9-]+$",
        "write unit, class, role or group, a colon and the key, like unit:imar or role:ebys.yonetici",
        100,
    ),
]
Member = Annotated[
    str,
    _text(
        r"^person:[0-9A-Za-z-]+$|^(unit|class|group|server):[a-z0-9-]+$|^service:[a-z0-9._-]+$|^role:[a-z0-9-]+\.[a-z0-9-]+$",
        "write person, unit, class, role, group, service or server, a colon and the key: person:40117, role:ebys.onay",
        100,
    ),
]
MailMember = Annotated[
    str,
    _text(
        r"^person:[0-9A-Za-z-]+$|^(unit|class|group):[a-z0-9-]+$|^role:[a-z0-9-]+\.[a-z0-9-]+$",
        "write person, unit, class, role or group, a colon and the key, like person:40117 or unit:zabita",
        100,
    ),
]
CallTarget = Annotated[
    str,
    _text(
        r"^person:[0-9A-Za-z-]+$|^(unit|menu|queue|conference):[a-z0-9-]+$",
        "write person, unit, menu, queue or conference, a colon and the key, like unit:zabita or menu:ana",
        100,
    ),
]
CallForwardTarget = Annotated[
    str,
    _text(
        r"^person:[0-9A-Za-z-]+$|^(unit|menu|queue|conference):[a-z0-9-]+$|^\+[0-9]{8,15}$",
        "write who answers, like person:40096 or unit:zabita, or a number with country code, like +903120000000",
        100,
    ),
]
ListMember = Annotated[
    str,
    _text(
        r"^person:[0-9A-Za-z-]+$|^(unit|class|group|list):[a-z0-9-]+$|^role:[a-z0-9-]+\.[a-z0-9-]+$",
        "write person, unit, class, role, group or list, a colon and the key, like unit:zabita or list:mudurler",
        100,
    ),
]
HostName = Annotated[
    str, _text(rf"^(_?{_LABEL})(\._?{_LABEL})+$", "write the full name in lower case, like www.ornek.bel.tr", 253)
]
Alias = Annotated[str, _text(rf"^{_LABEL}$", "write one word in lower case, like posta", 63)]
Language = Annotated[str, _text(r"^[a-z]{2}(-[A-Z]{2})?$", "write it like tr or en-GB")]
PhotoFile = Annotated[
    str,
    _text(
        r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*\.jpg$",
        "name a .jpg file by its path in the inventory folder, in ASCII letters, like photos/40117.jpg",
        200,
    ),
]
SoundFile = Annotated[
    str,
    _text(
        r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*\.wav$",
        "name a .wav file by its path in the inventory folder, in ASCII letters, like prompts/ana.wav",
        200,
    ),
]
