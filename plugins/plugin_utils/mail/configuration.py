# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers' own configuration, printed from templates: nothing in it depends on who works here. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import ldap.dn

from ...module_utils.plan import Item
from ..model import mail_records
from ..model.city import City
from ..model.mail import MailSettings
from ..printing import templates
from . import maps
from .attributes import BOXES

DIRECTORY_CONF: Final = "/etc/dovecot/konak-directory.conf"
DIRECTORY_FILE: Final = "/etc/konak/directory.password"
"""These two hold the password with which the directory is asked: by Dovecot, and by the timer that ends sessions."""

RSPAMD: Final = "/etc/rspamd/local.d/"
WEB: Final = "/etc/konak/web"
"""What mail programs and other mail servers are told over HTTPS."""

TEMPLATES: Final = {
    "/etc/postfix/main.cf": "main.cf.j2",
    "/etc/postfix/master.cf": "master.cf.j2",
    "/etc/dovecot/dovecot.conf": "dovecot.conf.j2",
    DIRECTORY_CONF: "directory.conf.j2",
    DIRECTORY_FILE: "directory.password.j2",
    f"{RSPAMD}worker-proxy.inc": "rspamd/worker-proxy.inc.j2",
    f"{RSPAMD}worker-normal.inc": "rspamd/off.j2",
    f"{RSPAMD}worker-controller.inc": "rspamd/off.j2",
    f"{RSPAMD}dkim_signing.conf": "rspamd/dkim_signing.conf.j2",
    f"{RSPAMD}milter_headers.conf": "rspamd/milter_headers.conf.j2",
    f"{RSPAMD}greylist.conf": "rspamd/off.j2",
    f"{RSPAMD}rbl.conf": "rspamd/outside.j2",
    f"{RSPAMD}fuzzy_check.conf": "rspamd/outside.j2",
    "/etc/nginx/nginx.conf": "web/nginx.conf.j2",
    f"{WEB}/autoconfig.xml": "web/autoconfig.xml.j2",
    f"{WEB}/autodiscover.xml": "web/autodiscover.xml.j2",
    f"{WEB}/mta-sts.txt": "web/mta-sts.txt.j2",
}
SPOOL: Final = "/var/vmail"
CERTIFICATE: Final = "/etc/ssl/konak/mail.pem"
DKIM: Final = "/var/lib/rspamd/dkim"

SHARED: Final = {"tr": "Birimler", "en": "Units"}
"""What the branch of the units' mailboxes is called, by the organisation's language."""

_ENVIRONMENT = templates(Path(__file__).parent / "templates")


@dataclass(frozen=True)
class Settings:
    """What the templates are told.

    :ivar host: the server's name for clients; :ivar domain: that of the addresses; :ivar city: the organisation's.
    :ivar policy: what others are told of encrypted sending; nothing if empty.
    :ivar shared: what the branch of the units' mailboxes is called.
    :ivar relays: prefixes that may send without logging on; :ivar classes: those of :func:`.maps.class_of`.
    :ivar account: with whose ``password`` the directory at ``uris`` is asked, below ``base``.
    :ivar selector: the key that signs, in the folder ``dkim``; nothing is signed if empty.
    :ivar state: the folder of what Dovecot keeps beside the mail.
    :ivar look_up_senders: whether mail is refused from domains that the DNS does not know.
    """

    host: str
    domain: str
    quota_mb: int
    message_mb: int
    shared: str
    uris: tuple[str, ...]
    base: str
    account: str
    password: str
    city: str
    policy: str = ""
    relays: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    certificate: str = CERTIFICATE
    key: str = "/etc/ssl/konak/mail.key"
    spool: str = SPOOL
    state: str = "/var/lib/konak/mail"
    dkim: str = DKIM
    selector: str = ""
    look_up_senders: bool = True
    connections_a_minute: int = 120
    logons_a_minute: int = 30

    @classmethod
    def of(cls, city: City, mail: MailSettings, items: Iterable[Item], **given: Any) -> Settings:
        """The settings of a city.

        :arg items: mailboxes and addresses: a list that only some may write to needs a word in the configuration.
        :arg given: what the inventory does not say: ``uris``, ``password``, and what differs from the defaults.
        """
        domain = city.organisation.directory.domain
        restricted = maps.restricted(item for item in items if item.kind == "address")
        return cls(
            host=mail.host,
            domain=city.organisation.domain,
            quota_mb=mail.quota_mb,
            message_mb=mail.message_mb,
            shared=SHARED[city.organisation.language],
            base=base_dn(city),
            account=f"{mail.account}@{domain}",
            city=city.organisation.name,
            policy=mail_records.sts_policy(city),
            relays=tuple(mail.relays),
            selector=next(iter(mail_records.selectors(city)), ""),
            classes=tuple(sorted(map(maps.class_of, restricted))),
            **given,
        )


def base_dn(city: City) -> str:
    """Where the accounts are that may have a mailbox: everything that is managed, and nothing else."""
    settings = city.organisation.directory
    parts = ",".join(f"DC={part}" for part in settings.domain.split("."))
    return f"OU={ldap.dn.escape_dn_chars(settings.root)},{parts}"


def render(settings: Settings) -> dict[str, str]:
    """The files by path."""
    told: Mapping[str, object] = {
        **asdict(settings),
        "boxes": BOXES,
        "addresses": maps.ADDRESSES,
        "mailboxes": maps.MAILBOXES,
        "senders": maps.SENDERS,
        "refused": maps.REFUSED,
        "from_inside": maps.FROM_INSIDE,
        "restricted": maps.RESTRICTED,
        "lists": maps.LISTS,
        "users": maps.USERS,
        "closed": maps.CLOSED,
        "sieve": maps.SIEVE,
        "web": WEB,
        "autoconfig": mail_records.AUTOCONFIG,
        "autodiscover": mail_records.AUTODISCOVER,
        "sts": mail_records.STS,
    }
    return {path: _ENVIRONMENT.get_template(name).render(told) for path, name in TEMPLATES.items()}
