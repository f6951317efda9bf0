# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove by calls of real telephones what works, and what must not.

Nobody's telephone rings and nobody's password is used: the lines of probes call each other. No call leaves the city, as
only destinations are dialled that are refused at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from ..model.calling import table
from ..model.city import City
from ..model.telephony import ProbeLine, TelephonySettings
from ..proof import REFUSED, Proof
from .intent import probe_key
from .matrix import as_dialled, sample
from .objects import Password, secret_of

Ask = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Gives telephones and calls to the module ``sip_calls``, and its answer back."""

CLIENT: Final = "SIP over TLS, port 5061"
REGISTERED, HEARD, ANSWERED = "registered", "both hear each other, encrypted", "answered, encrypted"
MAILBOX: Final = "*97"
_FORBIDDEN: Final = 403
_NOT_ACCEPTABLE: Final = 488
_WRONG: Final = "yanlis-parola-1"


def verify(city: City, telephony: TelephonySettings, ask: Ask, password: Password) -> list[Proof]:
    """Register, call, and be refused.

    :arg password: derives a password; those of probes are used.
    """
    probes, host = telephony.probes, telephony.host
    if not probes:
        return [Proof("calls between probes", CLIENT, HEARD, "none: the inventory has no `telephony.probes`")]
    return [
        *_works(city, telephony, ask, password),
        *_wrong_password(host, probes[0], ask),
        *_unencrypted(host, probes[0], ask, password),
    ]


def _question(host: str, probes: Sequence[ProbeLine], password: Callable[[ProbeLine], str]) -> dict[str, Any]:
    return {
        "name": host,
        "ca_file": "/etc/ssl/konak/pbx-ca.pem",
        "telephones": [
            {"name": each.extension, "user": probe_key(each.extension), "password": password(each)} for each in probes
        ],
    }


def _derived(password: Password) -> Callable[[ProbeLine], str]:
    return lambda probe: password(secret_of(probe_key(probe.extension)))


def _works(city: City, telephony: TelephonySettings, ask: Ask, password: Password) -> Iterator[Proof]:
    """Every probe registers, calls the next one, reaches its mailbox, and is refused what its class never may."""
    probes = telephony.probes
    around = list(zip(probes, [*probes[1:], probes[0]], strict=True)) if len(probes) > 1 else []
    calls = [{"from": one.extension, "to": other.extension, "to_telephone": other.extension} for one, other in around]
    calls += [{"from": each.extension, "to": MAILBOX} for each in probes]
    refused = list(_never(city, telephony, probes))
    calls += [{"from": extension, "to": number} for extension, _, number in refused]
    answer = ask({**_question(telephony.host, probes, _derived(password)), "calls": calls})
    tones = {name: found["tone"] for name, found in answer["telephones"].items()}
    for each in probes:
        found = answer["telephones"][each.extension]
        got = REGISTERED if found["registered"] else found["reason"]
        yield Proof(f"line {probe_key(each.extension)} with its password", CLIENT, REGISTERED, got)
    rung, boxes = answer["calls"][: len(around)], answer["calls"][len(around) : len(around) + len(probes)]
    for (one, other), result in zip(around, rung, strict=True):
        got = _heard(result, tones[one.extension], tones[other.extension])
        yield Proof(f"{one.extension} calls {other.extension}", CLIENT, HEARD, got)
    for each, result in zip(probes, boxes, strict=True):
        got = ANSWERED if result["answered"] and result["encryption"] else _told(result)
        yield Proof(f"{each.extension} calls its voice mailbox", CLIENT, ANSWERED, got)
    for (extension, what, _), result in zip(refused, answer["calls"][len(around) + len(probes) :], strict=True):
        yield Proof(f"{extension} calls {what}", CLIENT, REFUSED, _refused(result, _FORBIDDEN))


def _never(city: City, telephony: TelephonySettings, probes: Sequence[ProbeLine]) -> Iterator[tuple[str, str, str]]:
    """Probe, destination in words, and a number of it, where its class may not call it at any time."""
    may = {(cell.access_class, cell.destination) for cell in table(city) if cell.allowed}
    for probe in probes:
        for each in telephony.destinations:
            number = sample(telephony, each.code)
            if number is not None and (probe.class_, each.code) not in may:
                yield probe.extension, f"{each.name}, which {probe.class_} never may", as_dialled(telephony, number)


def _wrong_password(host: str, probe: ProbeLine, ask: Ask) -> Iterator[Proof]:
    answer = ask(_question(host, [probe], lambda _: _WRONG))
    found = answer["telephones"][probe.extension]
    got = REGISTERED if found["registered"] else REFUSED if found["reason"][:3] in {"401", "403"} else found["reason"]
    yield Proof(f"line {probe_key(probe.extension)} with a wrong password", CLIENT, REFUSED, got)


def _unencrypted(host: str, probe: ProbeLine, ask: Ask, password: Password) -> Iterator[Proof]:
    calls = [{"from": probe.extension, "to": MAILBOX}]
    answer = ask({**_question(host, [probe], _derived(password)), "calls": calls, "media": "none"})
    got = _refused(answer["calls"][0], _NOT_ACCEPTABLE)
    yield Proof(f"{probe.extension} calls with sound that is not encrypted", CLIENT, REFUSED, got)


def _heard(result: Mapping[str, Any], own: int, other: int) -> str:
    if not result["answered"] or not result["encryption"]:
        return _told(result)
    if (result["heard"]["caller"], result["heard"]["callee"]) == (other, own):
        return HEARD
    return f"answered, but the caller heard {result['heard']['caller']}, the callee {result['heard']['callee']}"


def _refused(result: Mapping[str, Any], code: int) -> str:
    return REFUSED if result["code"] == code else _told(result)


def _told(result: Mapping[str, Any]) -> str:
    plain = "" if result["encryption"] or not result["answered"] else ", not encrypted"
    return f"{result['code']} {result['reason']}{plain}"
