# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries of a small directory as a server answers with them."""

from __future__ import annotations

from typing import Any

from ansible_collections.konak.it.plugins.plugin_utils.directory.interpret import Live

BASE = "DC=ornek,DC=bel,DC=tr"
ROOT = f"OU=Örnek Belediyesi,{BASE}"
UNITS = f"OU=Birimler,{ROOT}"
GROUPS = f"OU=Gruplar,{ROOT}"
IMAR = f"OU=İmar\\, Şehircilik,{UNITS}"

Row = tuple[str, dict[str, list[bytes]]]


def row(dn: str, mark: str | None = None, **attributes: Any) -> Row:
    """An entry with texts or bytes, one or a list of them."""
    entry = {"adminDescription": [f"konak:{mark}".encode()]} if mark else {}
    for name, value in attributes.items():
        values = value if isinstance(value, list) else [value]
        entry[name] = [one if isinstance(one, bytes) else one.encode() for one in values]
    return dn, entry


CITY = [
    row(ROOT, "root", adminDisplayName="konak:objects:group=1,person=2"),
    row(UNITS, "container:units"),
    row(GROUPS, "container:groups"),
    row(IMAR, "unit:imar", managedBy=f"CN=Elif Işık,{IMAR}"),
    row(f"CN=birim-imar,{GROUPS}", "group:unit:imar", sAMAccountName="birim-imar"),
    row(
        f"CN=Elif Işık,{IMAR}",
        "person:40117",
        sAMAccountName="elif.isik",
        displayName="Elif Işık",
        title="Uzman",
        userAccountControl="66048",
        memberOf=[f"CN=birim-imar,{GROUPS}", f"CN=Domain Users,CN=Users,{BASE}"],
    ),
    row(
        f"CN=Can\\, Öğüt,{IMAR}",
        "person:40118",
        userAccountControl="514",
        manager=f"cn=elif ışık,{IMAR}".replace("elif ışık", "Elif Işık"),
    ),
    row(f"CN=Yazıcı,{UNITS}"),
]


def fields(live: Live, kind: str, key: str) -> dict[str, Any]:
    """The fields of an object."""
    return dict(next(item.fields for item in live.items if (item.kind, item.key) == (kind, key)))
