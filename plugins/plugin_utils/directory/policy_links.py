# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Linked group policies as plans tell them: by name, the strongest first, with what is special about a link behind it.

A plan's ``("Masaüstü (enforced)", "Yazıcılar")`` is ``gPLink``'s text the other way round, with GUIDs for names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from .group_policy import Link, link_text, links
from .words import DirectoryError

_SUFFIX = re.compile(r"(.*?)( \((enforced|disabled)\))?")


def told(text: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """What a list of links says.

    :arg names: names of the policies by GUID, in lower case and without braces; an unknown one is told by its GUID.
    :raises DirectoryError: if the text cannot be understood.
    """
    return tuple(_told(link, names) for link in reversed(_links(text)))


def relinked(text: str, wanted: Iterable[str], names: Mapping[str, str], base: str) -> str:
    """The list of links that says what is wanted. A link that was there before is kept as it was written.

    :arg base: distinguished name of the domain.
    :raises DirectoryError: if a policy is not there, or two have its name.
    """
    before = {_told(link, names): link for link in _links(text)}
    after = [before.get(words) or _new(words, names) for words in wanted]
    return link_text(reversed(after), base)


def unknown(wanted: Iterable[str], names: Mapping[str, str]) -> list[str]:
    """The names among those wanted that no policy has, or several have."""
    return [name for name in map(plain, wanted) if len(_guids(name, names)) != 1]


def plain(words: str) -> str:
    """The name without what is special about the link."""
    found = _SUFFIX.fullmatch(words)
    return found[1] if found else words


def joined(before: Sequence[str], added: Iterable[str]) -> tuple[str, ...]:
    """The links that are there, and behind them those that are missing; one that is there is made as it should be."""
    wanted = {plain(words): words for words in added}
    kept = [wanted.pop(plain(words), words) for words in before]
    return (*kept, *wanted.values())


def _links(text: str) -> tuple[Link, ...]:
    try:
        return links(text)
    except ValueError as error:
        raise DirectoryError(str(error), remedy="mend it with the Group Policy Management Console") from None


def _told(link: Link, names: Mapping[str, str]) -> str:
    name: str = names.get(link.guid.strip("{}").lower()) or link.guid or link.written or "?"
    return name + (" (disabled)" if link.disabled else " (enforced)" if link.enforced else "")


def _guids(name: str, names: Mapping[str, str]) -> list[str]:
    return [guid for guid, known in names.items() if known == name or guid == name.strip("{}").lower()]


def _new(words: str, names: Mapping[str, str]) -> Link:
    guids = _guids(plain(words), names)
    if len(guids) != 1:
        how_many = "no group policy object" if not guids else f"{len(guids)} group policy objects"
        raise DirectoryError(f"there is {how_many} called {plain(words)!r}", remedy="make it, or name another")
    return Link(f"{{{guids[0].upper()}}}", words.endswith(" (disabled)"), words.endswith(" (enforced)"))
