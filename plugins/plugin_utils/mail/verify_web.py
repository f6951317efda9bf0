# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove what mail programs and other mail servers are told over HTTPS, by asking as they do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from ..model import mail_records
from ..model.city import City
from ..proof import REFUSED, Proof

CLIENT: Final = "HTTPS, port 443"

Fetch = Callable[[str, str, str], tuple[int, str]]
"""Asks a host with a method for a path; the status and the text of the answer."""

_HOSTS: Final = re.compile(r"<(hostname|Server)>(.*?)</\1>")
_PATHS: Final = {
    mail_records.AUTOCONFIG: [
        ("GET", "/mail/config-v1.1.xml"),
        ("GET", "/.well-known/autoconfig/mail/config-v1.1.xml"),
    ],
    mail_records.AUTODISCOVER: [("POST", "/autodiscover/autodiscover.xml"), ("POST", "/Autodiscover/Autodiscover.xml")],
}
_POLICY: Final = "/.well-known/mta-sts.txt"


def web(city: City, fetch: Fetch) -> Iterator[Proof]:
    """Each name says what is asked there, and nothing else."""
    if city.mail is None:
        return
    for name in mail_records.web_names(city):
        sort = name.partition(".")[0]
        for method, path in _PATHS.get(sort, ()):
            yield Proof(f"{method} https://{name}{path}", CLIENT, city.mail.host, _hosts(*fetch(name, method, path)))
        if sort == mail_records.STS:
            wanted = _line(mail_records.sts_policy(city))
            yield Proof(f"GET https://{name}{_POLICY}", CLIENT, wanted, _said(*fetch(name, "GET", _POLICY)))
        yield Proof(f"GET https://{name}/", CLIENT, REFUSED, _said(*fetch(name, "GET", "/")))


def _hosts(status: int, text: str) -> str:
    """The servers that an answer names."""
    names = sorted({found for _, found in _HOSTS.findall(text)})
    return ", ".join(names) if status == 200 and names else _said(status, text)


def _said(status: int, text: str) -> str:
    if status == 404:
        return REFUSED
    return _line(text) if status == 200 else f"status {status}"


def _line(text: str) -> str:
    return "; ".join(text.splitlines())
