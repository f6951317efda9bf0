# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the city's zone says of its mail, as far as the inventory knows it.

The public keys of signatures and certificates are not here: only the mail server has them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from . import asof
from .city import City
from .hosts import Server
from .mail import Dmarc, MailSettings
from .rights import DnsRecord
from .texts import FIRST_DAY

AUTOCONFIG, AUTODISCOVER, STS = "autoconfig", "autodiscover", "mta-sts"
"""Hosts that mail programs, and other mail servers, ask over HTTPS; the names are fixed by those who ask."""

_POLICY_SECONDS = 7 * 24 * 60 * 60
"""For so long others keep the policy of encrypted sending; so long a mistake in it lasts, too."""


def records(city: City) -> list[DnsRecord]:
    """Names of the mail domain and their records, as the section ``dns_records`` writes them; none without ``mail``."""
    return list(_records(city, city.mail)) if city.mail is not None else []


def _records(city: City, mail: MailSettings) -> Iterator[DnsRecord]:
    domain = city.organisation.domain
    yield _record(domain, f"MX 10 {mail.host}", _text("v=spf1 mx -all"))
    yield _record(f"_dmarc.{domain}", _text(_dmarc(mail.dmarc)))
    if mail.tls_reports:
        yield _record(f"_smtp._tls.{domain}", _text(f"v=TLSRPTv1; rua=mailto:{mail.tls_reports}"))
    policy = sts_policy(city)
    if policy:
        yield _record(f"_mta-sts.{domain}", _text(f"v=STSv1; id={hashlib.sha256(policy.encode()).hexdigest()[:20]}"))
    for name in web_names(city):
        yield _record(name, f"CNAME {mail.host}")
    yield _record(f"_imaps._tcp.{domain}", f"SRV 0 1 993 {mail.host}")
    yield _record(f"_submission._tcp.{domain}", f"SRV 0 1 587 {mail.host}")


def web_names(city: City) -> list[str]:
    """Names under which the mail server is asked over HTTPS; none without ``mail``."""
    if city.mail is None:
        return []
    policy = [STS] if sts_policy(city) else []
    return [f"{name}.{city.organisation.domain}" for name in (AUTOCONFIG, AUTODISCOVER, *policy)]


def certified(city: City, server: Server) -> list[str]:
    """Further full names of a server, beside that of its host: its certificate must be for all of them."""
    aliases = [f"{alias}.{city.organisation.directory.domain}" for alias in server.aliases]
    return [*aliases, *(web_names(city) if "mail" in server.services else ())]


def sts_policy(city: City) -> str:
    """What ``/.well-known/mta-sts.txt`` of the host ``mta-sts`` must say (RFC 8461); empty if there is no policy."""
    if city.mail is None or city.mail.mta_sts == "none":
        return ""
    lines = ("version: STSv1", f"mode: {city.mail.mta_sts}", f"mx: {city.mail.host}", f"max_age: {_POLICY_SECONDS}")
    return "".join(f"{line}\n" for line in lines)


def selectors(city: City) -> list[str]:
    """Keys of signatures that are published on the city's day; the one that signs first."""
    if city.mail is None:
        return []
    keys = [key for key in city.mail.dkim if asof.covers(key.from_, key.until, city.as_of)]
    return [key.selector for key in sorted(keys, key=lambda key: key.from_ or FIRST_DAY, reverse=True)]


def _dmarc(settings: Dmarc) -> str:
    share = f"; pct={settings.share}" if settings.share < 100 else ""
    reports = f"; rua=mailto:{settings.reports}" if settings.reports else ""
    return f"v=DMARC1; p={settings.policy}{share}{reports}"


def _record(name: str, *texts: str) -> DnsRecord:
    return DnsRecord(name=name, records=texts)


def _text(content: str) -> str:
    return f'TXT "{content}"'
