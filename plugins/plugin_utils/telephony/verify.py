# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove by calls of real telephones what works, and what must not.

Nobody's telephone rings and nobody's password is used: the lines of probes call each other. No call leaves the city, as
only destinations are dialled that are refused at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..model.calling import table
from ..model.city import City
from ..model.exchanges import MAIN, Exchange, exchanges
from ..model.telephony import ProbeLine
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


def verify(city: City, addresses: Mapping[str, str], ask: Ask, password: Password) -> list[Proof]:
    """Register, call, and be refused, at every exchange that has a probe.

    :arg addresses: of servers, by name, where they are not those of the inventory.
    :arg password: derives a password; those of probes are used.
    """
    probes = city.telephony.probes if city.telephony else ()
    if not probes:
        return [Proof("calls between probes", CLIENT, HEARD, "none: the inventory has no `telephony.probes`")]
    homes = {each.site: each for each in exchanges(city)}
    asking = _Asking(homes, addresses, ask, password)
    first = {probe.site: probe for probe in reversed(probes)}
    return [
        *_works(city, asking),
        *(proof for probe in first.values() for proof in _wrong_password(probe, asking)),
        *(proof for probe in first.values() for proof in _unencrypted(probe, asking)),
    ]


@dataclass(frozen=True)
class _Asking:
    """Has telephones of probes register, each with its exchange, and call."""

    homes: Mapping[str, Exchange]
    addresses: Mapping[str, str]
    ask: Ask
    password: Password

    def __call__(self, probes: Sequence[ProbeLine], wrong: str = "", **more: Any) -> Mapping[str, Any]:
        main = self._home(self.homes[MAIN])
        telephones = [
            {
                "name": each.extension,
                "user": probe_key(each.extension),
                "password": wrong or self.password(secret_of(probe_key(each.extension))),
                **self._home(self.homes[each.site or MAIN], "server_name"),
            }
            for each in probes
        ]
        return self.ask({**main, "ca_file": "/etc/ssl/konak/pbx-ca.pem", "telephones": telephones, **more})

    def _home(self, exchange: Exchange, name: str = "name") -> dict[str, str]:
        return {"server": exchange.address(self.addresses), name: exchange.host}


def _works(city: City, asking: _Asking) -> Iterator[Proof]:
    """Every probe registers, calls the next one, reaches its mailbox, and is refused what its class never may."""
    probes = city.telephony.probes if city.telephony else ()
    around = list(zip(probes, [*probes[1:], probes[0]], strict=True)) if len(probes) > 1 else []
    calls = [{"from": one.extension, "to": other.extension, "to_telephone": other.extension} for one, other in around]
    calls += [{"from": each.extension, "to": MAILBOX} for each in probes]
    refused = list(_never(city, probes))
    calls += [{"from": extension, "to": number} for extension, _, number in refused]
    answer = asking(probes, calls=calls)
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


def _never(city: City, probes: Sequence[ProbeLine]) -> Iterator[tuple[str, str, str]]:
    """Probe, destination in words, and a number of it, where its class may not call it at any time."""
    if city.telephony is None:
        return
    may = {(cell.access_class, cell.destination) for cell in table(city) if cell.allowed}
    for probe in probes:
        for each in city.telephony.destinations:
            number = sample(city.telephony, each.code)
            if number is not None and (probe.class_, each.code) not in may:
                yield (
                    probe.extension,
                    f"{each.name}, which {probe.class_} never may",
                    as_dialled(city.telephony, number),
                )


def _wrong_password(probe: ProbeLine, asking: _Asking) -> Iterator[Proof]:
    found = asking([probe], wrong=_WRONG)["telephones"][probe.extension]
    got = REGISTERED if found["registered"] else REFUSED if found["reason"][:3] in {"401", "403"} else found["reason"]
    yield Proof(f"line {probe_key(probe.extension)} with a wrong password", CLIENT, REFUSED, got)


def _unencrypted(probe: ProbeLine, asking: _Asking) -> Iterator[Proof]:
    answer = asking([probe], calls=[{"from": probe.extension, "to": MAILBOX}], media="none")
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
