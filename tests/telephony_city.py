# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of the negative corpus with its exchange, and what is changed in it."""

from __future__ import annotations

import datetime
import hashlib
import io
import wave
from collections.abc import Mapping
from typing import Any

from ansible_collections.konak.it.plugins.module_utils.plan import Item, Secret
from ansible_collections.konak.it.plugins.module_utils.secrets import password
from ansible_collections.konak.it.plugins.plugin_utils.model.city import City
from ansible_collections.konak.it.plugins.plugin_utils.model.exchanges import MAIN, exchanges
from ansible_collections.konak.it.plugins.plugin_utils.telephony import files
from ansible_collections.konak.it.plugins.plugin_utils.telephony.intent import intent
from base_city import AS_OF, part_city

MASTER = "canary" * 8


def derived(secret: Secret) -> str:
    """The password of a secret in this city."""
    return password(MASTER, secret)


BRANCH = {
    "servers:\n": """sites:
  - code: liman
    name: Liman
    emergency_caller: "+903125550000"
    networks: [{name: sunucu, vlan: 10, prefix: 203.0.113.0/24}]
servers:
  - {name: santral2, site: liman, address: 203.0.113.5, services: [pbx]}
""",
    'line: "9"\n': """line: "9"
  branches:
    - site: liman
      host: santral2.deneme.bel.tr
      trunks: [{code: yerel, host: 203.0.113.9, port: 5060, priority: 1, encrypted: false}]
""",
    '    extension: "7002"': '    extension: "7002"\n    site: liman',
}
"""Changes after which Tarık, 80002, works at a site with an exchange of its own."""


SOUND = "prompts/kapali.wav"


def menu(closed: str) -> dict[str, str]:
    """The change after which a menu says something while the city is closed."""
    said = f'{{code: ana, name: Ana, extension: "7800", prompt: Merhaba., closed: {closed}'
    return {'line: "9"\n': f'line: "9"\n  menus: [{said}, choices: [{{digit: "1", to: "unit:cagri"}}]}}]\n'}


SPOKEN, RECORDED = menu("Kapalıyız."), menu(f"{{text: Kapalıyız., file: {SOUND}}}")


def tone(frames: int = 80, rate: int = 8000, channels: int = 1, width: int = 2) -> bytes:
    """A WAV that hums: how long it is makes it another one."""
    made = io.BytesIO()
    with wave.open(made, "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(width)
        sound.setframerate(rate)
        sound.writeframes(bytes(range(channels * width)) * frames)
    return made.getvalue()


def telephony_city(
    changes: Mapping[str, str] | None = None, day: datetime.date = AS_OF, beside: Mapping[str, bytes] | None = None
) -> City:
    """The city on a day; see :func:`base_city.part_city`."""
    return part_city("telephony", changes or {}, day, beside)


def wanted(city: City, site: str = MAIN) -> dict[tuple[str, str], Item]:
    """What an exchange should hold, but for what it keeps of those who have left."""
    return {(item.kind, item.key): item for item in intent(city, site=site) if not item.existing_only}


def settings_of(city: City, site: str = MAIN) -> dict[str, str]:
    """Files of an exchange that do not follow from its items."""
    return files.of_settings(city, next(each for each in exchanges(city) if each.site == site))


def files_of(city: City, site: str = MAIN) -> dict[str, str]:
    """All files of an exchange, by path."""
    own = files.of_items(wanted(city, site).values(), derived)
    return {**own, **settings_of(city, site)}


def answer_of(city: City, site: str = MAIN) -> dict[str, Any]:
    """What the module ``exchange`` says of an exchange that was made for this city."""
    texts = files_of(city, site)
    digests = {path: hashlib.sha256(text.encode()).hexdigest() for path, text in texts.items() if path != files.RECORDS}
    return {
        "records": texts[files.RECORDS],
        "digests": digests,
        "prompts": [item.key for item in wanted(city, site).values() if item.kind == "prompt"],
        "boxes": [],
        "running": {"running": True, "differences": []},
        "state": {"at": 1780315200, "telephones": {}, "trunks": {}, "queues": {}, "messages": {}},
    }
