# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links to Group Policy objects, as ``gPLink`` of a domain or an organisational unit holds them (MS-GPOL 2.2.2).

The attribute is one text, ``[LDAP://cn={GUID},cn=policies,cn=system,DC=ornek,DC=bel,DC=tr;0][...]``. Its order
decides, and it is the reverse of the order that consoles show: clients apply the links from the first to the last, so
that among links of one object **the last one wins**; that one is number 1 in the Group Policy Management Console.
(MS-GPOL 3.2.5.1.5 reads as if it were the first; clients and consoles do it the other way round.) A disabled link
counts for nothing; an enforced one wins against all links of the objects below.

A domain controller checks nothing: neither that the text is well formed, nor that the object is there. A link whose
options are no number, or whose object has no folder, can end all policy of the computers and people below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

DISABLED, ENFORCED = 1, 2

_LINK = re.compile(r"\[([^\[\]]*)\]")
_GUID = r"\{[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}\}"
_IS_GUID = re.compile(_GUID, re.IGNORECASE | re.ASCII)
_PARTS = re.compile(rf"(LDAP://CN=({_GUID}),CN=Policies,CN=System,([^;]+));([0-9]{{1,9}})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Link:
    """One link.

    :ivar guid: the object's name, ``{31B2F340-016D-11D2-945F-00C04FB984F9}``, in capitals; empty where what stands
        between the brackets is no link that can be understood.
    :ivar written: what stands between the brackets, as it was read; nothing for a link that is new.
    """

    guid: str
    disabled: bool = False
    enforced: bool = False
    written: str | None = field(default=None, compare=False)

    def is_in(self, base: str) -> bool:
        """Whether the link leads to an object of a domain: the default ones have the same GUID in all of them.

        :arg base: the domain's distinguished name. A new link leads to whatever it is written for.
        """
        if self.written is None:
            return True
        parts = _PARTS.fullmatch(self.written)
        return parts is not None and parts[3].lower() == base.lower()


def links(text: str) -> tuple[Link, ...]:
    """The links of an attribute in its own order: the last one wins. One blank, which the console leaves, is none.

    :raises ValueError: if there is something outside of brackets; then nothing should be written.
    """
    if _LINK.sub("", text).strip():
        raise ValueError(f"the list of policy links cannot be understood: {text!r}")
    return tuple(_link(written) for written in _LINK.findall(text))


def link_text(links: Iterable[Link], base: str) -> str:
    """The text of an attribute; empty for no links, where the attribute goes.

    A link that says what it said when it was read keeps its text byte for byte. Of a link whose flags were changed
    the distinguished name and the bits without a known meaning stay.

    :arg base: distinguished name of the domain that new links lead to.
    :raises ValueError: if a new link has no well-formed GUID.
    """
    return "".join(f"[{_written(link, base)}]" for link in links)


def _link(written: str) -> Link:
    parts = _PARTS.fullmatch(written)
    if parts is None:
        return Link("", written=written)
    options = int(parts[4])
    return Link(parts[2].upper(), bool(options & DISABLED), bool(options & ENFORCED), written)


def _written(link: Link, base: str) -> str:
    options = link.disabled * DISABLED | link.enforced * ENFORCED
    if link.written is not None:
        before, parts = _link(link.written), _PARTS.fullmatch(link.written)
        if link == before:
            return link.written
        if parts is not None and link.guid == before.guid:
            return f"{parts[1]};{int(parts[4]) & ~(DISABLED | ENFORCED) | options}"
    return f"LDAP://cn={_well_formed(link.guid)},cn=policies,cn=system,{base};{options}"


def _well_formed(guid: str) -> str:
    """A GUID in braces and capitals, checked: it becomes part of a distinguished name."""
    if not _IS_GUID.fullmatch(guid):
        raise ValueError(f"{guid!r} is no GUID in braces")
    return guid.upper()
