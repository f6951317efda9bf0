# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What would undo an apply, as LDIF for ``ldapmodify``: the inverse of each request that was granted, the last first.

Passwords are in no such file. An object that was deleted is told with what was known of it; it would be another one.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence

import ldap
import ldap.dn

from .links import Modification
from .pipeline import Request

_SAFE = re.compile(rb"[\x01-\x09\x0b\x0c\x0e-\x1f\x21-\x39\x3b\x3d-\x7f][\x01-\x09\x0b\x0c\x0e-\x7f]*(?<! )")
"""What LDIF writes as it is (RFC 2849); everything else is base64."""
_OPERATIONS = {ldap.MOD_ADD: "add", ldap.MOD_DELETE: "delete", ldap.MOD_REPLACE: "replace"}
_SWAPPED = {ldap.MOD_ADD: ldap.MOD_DELETE, ldap.MOD_DELETE: ldap.MOD_ADD}


def ldif(granted: Sequence[Request], heading: str) -> str:
    """The file's text.

    :arg heading: a line of words, which becomes a comment.
    """
    records = (_record(request) for request in reversed(granted))
    return "\n".join(
        [f"# {heading}", "version: 1", "", *(line for record in records if record for line in (*record, ""))]
    )


def _record(request: Request) -> list[str]:
    """The lines of the inverse of a request; none where there is nothing to undo."""
    dn, *rest = request.arguments
    if request.method == "add":
        return [_line("dn", dn.encode()), "changetype: delete"]
    if request.method == "delete":
        values = [_line(name, value) for name, some in request.before.items() for value in some]
        return [_line("dn", dn.encode()), "changetype: add", *values]
    if request.method == "rename":
        return list(_renamed_back(dn, *rest))
    modifications, *controls = rest
    lines = [line for one in reversed(modifications) for line in _modified_back(one, request.before)]
    head = [_line("dn", dn.encode()), *(_control(control) for some in controls for control in some)]
    return [*head, "changetype: modify", *lines] if lines else []


def _renamed_back(dn: str, rdn: str, above: str | None) -> Iterator[str]:
    before, parent = _split(dn)
    yield _line("dn", f"{rdn},{above or parent}".encode())
    yield "changetype: modrdn"
    yield _line("newrdn", before.encode())
    yield "deleteoldrdn: 1"
    if above is not None:
        yield _line("newsuperior", parent.encode())


def _modified_back(modification: Modification, before: Mapping[str, Sequence[bytes]]) -> Iterator[str]:
    operation, name, values = modification
    if name == "unicodePwd":
        return
    if operation in _SWAPPED:
        yield f"{_OPERATIONS[_SWAPPED[operation]]}: {name}"
        yield from (_line(name, value) for value in values or ())
    else:
        yield f"replace: {name}"
        yield from (_line(name, value) for value in before.get(name, ()))
    yield "-"


def _control(control: ldap.controls.RequestControl) -> str:
    value = base64.b64encode(control.encodedControlValue).decode()
    return f"control: {control.controlType} {'true' if control.criticality else 'false'}:: {value}"


def _line(name: str, value: bytes) -> str:
    if not value or _SAFE.fullmatch(value):
        return f"{name}: {value.decode()}"
    return f"{name}:: {base64.b64encode(value).decode()}"


def _split(dn: str) -> tuple[str, str]:
    """The first name of a distinguished name as it is written, and the rest."""
    found = re.match(r"((?:[^,\\]|\\.)*),(.*)", dn, re.DOTALL)
    return (found[1], found[2]) if found else (dn, "")
