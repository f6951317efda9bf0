# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All files of the exchange, by path: those that follow the items, and those that are the same everywhere. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from ...module_utils.plan import Item
from ..model.city import City
from ..model.exchanges import Exchange
from ..printing import templates
from . import dialplan, handsets, objects, phonebook
from .attributes import EMPTY, STATE
from .objects import Password

FOLDER: Final = "/etc/asterisk"
OWN: Final = f"{FOLDER}/konak"
RECORDS: Final = f"{OWN}/records.json"
"""What the other files were made of, without secrets: the exchange's own record, from which a plan is made."""
LINES, BOXES, ROOMS, TRUNKS = (f"{OWN}/{name}.conf" for name in ("lines", "boxes", "rooms", "trunks"))
SECRET: Final = frozenset({LINES, BOXES, ROOMS, TRUNKS, handsets.WHO})
"""Files with passwords, beside those of telephones."""
MADE: Final = (
    LINES, BOXES, ROOMS, TRUNKS,
    *(f"{OWN}/{name}.conf" for name in ("queues", "parking", "dialplan")),
    handsets.WHO,
    *(phonebook.path_of(maker) for maker in phonebook.ROOTS),
)  # fmt: skip
"""Files that follow from the records, beside one for each telephone."""
RECORDINGS: Final = "/etc/tmpfiles.d/konak-recordings.conf"
CALL_RECORDS: Final = "/etc/logrotate.d/konak-call-records"
_OF_OTHERS: Final = {
    RECORDINGS: "recordings.conf.j2",
    CALL_RECORDS: "call-records.j2",
    "/etc/nginx/nginx.conf": "nginx.conf.j2",
}
"""Files that other programs read, each with its template."""
CALLS: Final = f"{OWN}/calls.json"
"""The table of rights as calls, by which a configuration is tried before the exchange reads it."""

TEMPLATES: Final = (
    "asterisk.conf", "cdr.conf", "confbridge.conf", "extensions.conf", "features.conf", "indications.conf",
    "logger.conf", "manager.conf", "modules.conf", "pjsip.conf", "pjsip_notify.conf", "queues.conf",
    "res_parking.conf", "rtp.conf", "voicemail.conf",
)  # fmt: skip
AT_START: Final = frozenset(f"{FOLDER}/{name}" for name in ("asterisk.conf", "modules.conf", "pjsip.conf"))
"""Files of which a part is read at a start alone."""

MODULES: Final = (
    # Core of calls
    "pbx_config", "bridge_simple", "bridge_native_rtp", "bridge_builtin_features", "bridge_holding", "bridge_softmix",
    "chan_bridge_media", "res_timing_timerfd", "res_musiconhold", "res_parking",
    # SIP
    "res_sorcery_astdb", "res_sorcery_config", "res_sorcery_memory", "res_pjproject", "res_pjsip", "res_pjsip_acl",
    "res_pjsip_authenticator_digest", "res_pjsip_caller_id", "res_pjsip_dialog_info_body_generator",
    "res_pjsip_dtmf_info", "res_pjsip_endpoint_identifier_ip", "res_pjsip_endpoint_identifier_user",
    "res_pjsip_exten_state", "res_pjsip_header_funcs", "res_pjsip_mwi", "res_pjsip_mwi_body_generator",
    "res_pjsip_nat", "res_pjsip_notify", "res_pjsip_outbound_authenticator_digest",
    "res_pjsip_outbound_publish", "res_pjsip_pidf_body_generator", "res_pjsip_publish_asterisk", "res_pjsip_pubsub",
    "res_pjsip_refer", "res_pjsip_registrar", "res_pjsip_rfc3326", "res_pjsip_sdp_rtp", "res_pjsip_session",
    "res_security_log", "chan_pjsip", "func_pjsip_contact", "func_pjsip_endpoint", "func_pjsip_aor",
    # Sound
    "res_crypto", "res_rtp_asterisk", "res_srtp", "codec_alaw", "codec_ulaw", "codec_gsm", "codec_resample",
    "format_pcm", "format_wav", "format_gsm", "format_sln",
    # What the dial plan uses
    "app_confbridge", "app_dial", "app_exec", "app_mixmonitor", "app_page", "app_playback", "app_queue", "app_read",
    "app_stack", "app_userevent", "app_voicemail", "func_callerid", "func_channel", "func_dialplan", "func_logic",
    "func_strings",
    # What is kept of calls
    "cdr_csv",
)  # fmt: skip
"""All modules that are loaded, in an order in which each finds those that it needs."""

TEXTS: Final = {
    "tr": {
        "subject": "Sesli ileti: ${VM_CALLERID}",
        "body": "${VM_DATE} tarihinde ${VM_CALLERID} sizi aradı ve ${VM_DUR} uzunluğunda bir ileti bıraktı.",
    },
    "en": {
        "subject": "Voice message from ${VM_CALLERID}",
        "body": "${VM_CALLERID} called on ${VM_DATE} and left a message of ${VM_DUR}.",
    },
}
"""What comes with a voice message by mail, by the organisation's language."""

BARE: Final = ("acl.conf", "ccss.conf", "cel.conf", "musiconhold.conf", "pjproject.conf", "udptl.conf")
"""Files that Asterisk complains of if they are not there."""

_HEAD = "; Konak owns this file: what is written here by hand goes with the next apply.\n"
_ENVIRONMENT = templates(Path(__file__).parent / "templates")


def of_items(items: Iterable[Item], password: Password) -> dict[str, str]:
    """The records, and the files that follow from them and from nothing else."""
    whole = (
        replace(item, fields={**EMPTY.get(item.kind, {}), **item.fields}) for item in items if item.kind not in STATE
    )
    known = sorted(whole, key=lambda item: (item.kind, item.key))
    return {
        RECORDS: records(known),
        LINES: _text(objects.lines(known, password)),
        BOXES: _text(objects.boxes(known, password)),
        ROOMS: _text(objects.rooms(known, password)),
        TRUNKS: _text(objects.trunks(known, password)),
        f"{OWN}/queues.conf": _text(objects.queues(known)),
        f"{OWN}/parking.conf": _text(objects.parking(known)),
        f"{OWN}/dialplan.conf": _HEAD + dialplan.render(known),
        **handsets.files(known, password),
        **phonebook.files(known),
    }


def of_settings(city: City, here: Exchange) -> dict[str, str]:
    """Files that are the same for every exchange but for a few words."""
    organisation = city.organisation
    settings = {
        "city": organisation.name,
        "timezone": organisation.timezone,
        "sender": f"postmaster@{organisation.domain}",
        "texts": TEXTS[organisation.language],
        "plain": not all(trunk.encrypted for trunk in here.trunks),
        "modules": MODULES,
        "certificate": "/etc/ssl/konak/pbx.pem",
        "key": "/etc/ssl/konak/pbx.key",
        "authority": "/etc/ssl/konak/pbx-ca.pem",
        "files": 20000,
    }
    empty = {f"{FOLDER}/{name}": _HEAD for name in BARE}
    settings |= {
        "host": here.host,
        "entity": _entity(here.host),
        "who": handsets.WHO,
        "makers": sorted(phonebook.ROOTS),
        "recording_days": city.telephony.recording_days if city.telephony else 0,
        "call_record_days": city.telephony.call_record_days if city.telephony else 0,
    }
    found = {f"{FOLDER}/{name}": f"{name}.j2" for name in TEMPLATES} | _OF_OTHERS
    return empty | {path: _ENVIRONMENT.get_template(name).render(settings) for path, name in found.items()}


def _entity(host: str) -> str:
    """The sign by which exchanges tell each other apart, a MAC address of nobody's card: not every server has one."""
    digest = hashlib.sha256(host.encode()).digest()
    return ":".join(f"{octet:02x}" for octet in (0x02, *digest[:5]))


def rights(path: str) -> dict[str, Any]:
    """Who may read a file, and whether it may be shown: files of telephones are for the web server."""
    if path in _OF_OTHERS:
        return {"mode": "0644", "group": "root"}
    web = path == handsets.WHO or path.startswith((f"{handsets.FOLDER}/", f"{phonebook.FOLDER}/"))
    return {"secret": path in SECRET or handsets.is_file(path), **({"group": "www-data"} if web else {})}


def _text(lines: Iterable[str]) -> str:
    return _HEAD + "".join(f"{line}\n" for line in lines)


def records(items: Iterable[Item]) -> str:
    """The items as JSON, one in a line."""
    return as_rows(map(_record, items))


def as_rows(rows: Iterable[Any]) -> str:
    """A list as JSON, an entry a line, so that differences are small."""
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False, sort_keys=True) for row in rows) + "\n]\n"


def _record(item: Item) -> dict[str, Any]:
    said = {name: value for name, value in item.fields.items() if (item.kind, name) != ("handset", "file")}
    fields = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in said.items()}
    return {"kind": item.kind, "key": item.key, "label": item.label, "fields": fields}


def read_records(text: str) -> list[Item]:
    """The items of such a file.

    :raises ValueError: if it is none.
    """
    try:
        return [
            Item(row["kind"], row["key"], row["label"], {name: _value(value) for name, value in row["fields"].items()})
            for row in json.loads(text)
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{RECORDS} is not what Konak wrote: {error}") from None


def _value(value: Any) -> Any:
    return frozenset(value) if isinstance(value, list) else value
