# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan mail, apply the plan to the mail server, or prove what it does."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from ansible.errors import AnsibleActionFail

from ..module_utils.plan import Change, Item
from ..module_utils.secrets import password
from ..plugin_utils.actions import Spec, proven
from ..plugin_utils.mail import configuration, maps, reconcile, zone
from ..plugin_utils.mail.apply import steps
from ..plugin_utils.mail.attributes import SYSTEM
from ..plugin_utils.mail.configuration import DIRECTORY_CONF, DIRECTORY_FILE, SPOOL, Settings
from ..plugin_utils.mail.intent import intent
from ..plugin_utils.mail.live import Live, interpret
from ..plugin_utils.mail.verify import Server, Zone, verify
from ..plugin_utils.mail.verify_dns import asking
from ..plugin_utils.model.city import City
from ..plugin_utils.model.passwords import service_password
from ..plugin_utils.planning.after import after
from ..plugin_utils.planning.store import Part, selected, write_part
from ..plugin_utils.server_action import CERTIFICATES, ServerAction

SERVICES = ["rspamd.service", "dovecot.service", "postfix.service", "nginx.service"]
RELOAD = [["systemctl", "reload-or-restart", service] for service in SERVICES[1:]]
DELIVERY: dict[str, Any] = {
    "name": "mail",
    "roots": ["/etc/postfix", "/etc/dovecot", "/etc/rspamd", "/etc/nginx", "/etc/konak"],
    "adopt": True,
    "validate": [
        ["openssl", "x509", "-checkend", "0", "-noout", "-in", "/etc/ssl/konak/mail.pem"],
        ["doveconf", "-n", "-c", "{staged}/etc/dovecot/dovecot.conf"],
        ["postfix", "-c", "{staged}/etc/postfix", "check"],
        ["rspamadm", "configtest", "-c", "{staged}/etc/rspamd/rspamd.conf"],
        ["nginx", "-t", "-q", "-c", "{staged}/etc/nginx/nginx.conf"],
    ],
}
"""What is the same in every delivery; the other arguments of ``owned_files`` depend on what changes."""
TRY = ["python3", "-I", "/usr/local/lib/konak/mail-try"]


class ActionModule(ServerAction):
    """Two round trips with nothing to change: the server's state, and nothing else."""

    system = SYSTEM
    server = "mail server"
    spec: ClassVar[Spec] = {
        "phase": {"type": "str", "choices": ["plan", "apply", "verify"], "default": "plan"},
        "master_secret": {"type": "str", "required": True, "no_log": True},
        "directory_uris": {"type": "list", "elements": "str", "required": True},
        "look_up_senders": {"type": "bool", "default": True},
        "name_server": {"type": "bool", "default": False},
        "retire": {"type": "bool", "default": False},
        "limit": {"type": "str", "default": ""},
        "name_server_address": {"type": "str", "default": ""},
        "ca_file": {"type": "path"},
        "samples": {"type": "int", "default": 1},
    }

    def act(self, arguments: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
        """Plan or apply; in check mode an apply is the same plan again."""
        city = self.city(variables)
        if city.mail is None:
            raise AnsibleActionFail("the inventory has no section `mail`: take the service `mail` from its servers")
        self._arguments, self._city, self._mail = arguments, city, city.mail
        phases = {"plan": self._plan, "apply": self.apply, "verify": self._verify}
        return phases[arguments["phase"]]()

    def _plan(self) -> dict[str, Any]:
        """Leave the mail's part of a plan."""
        city = self._city
        live, changes = self.compare(retire=self._arguments["retire"], limit="")
        chosen = selected(changes, self._arguments["limit"])
        if names := reconcile.shrinking(chosen):
            live = self._read(usage=names)
        stops = tuple(reconcile.stops(city, chosen, live))
        part = Part(SYSTEM, tuple(changes), live.counts, stops, source=self.host, notes=tuple(reconcile.held(city)))
        write_part(self.build(self.variables), part)
        return {"changed": False, "changes": len(changes)}

    def _verify(self) -> dict[str, Any]:
        """Speak to the server as mail programs do, from the controller."""
        city = self._city
        address = self.variables.get("ansible_host") or self.host
        server = Server(address, self._mail.host, Path(self._arguments["ca_file"] or CERTIFICATES))
        master, published = self._arguments["master_secret"], None
        if name_server := self._arguments["name_server_address"]:
            live = self._read()
            published = Zone(zone.records(city, live.keys, live.spki), asking(name_server))
        proofs = verify(city, server, lambda secret: password(master, secret), self._arguments["samples"], published)
        return proven(self.build(self.variables), SYSTEM, proofs, self.host)

    def compare(self, *, retire: bool, limit: str) -> tuple[Live, list[Change]]:
        """The server as it is, and what would change."""
        live = self._read()
        wanted = intent(self._city, retire=retire)
        return live, selected(reconcile.changes(self._city, wanted, self._configuration(wanted), live), limit)

    def carry_out(self, live: Live, changes: Sequence[Change]) -> None:
        """Bring back, deliver, end sessions, set aside, share: only a mailbox that is there takes mail."""
        todo = steps(live.items, changes, _offset(self._city))
        if todo.back:
            self.module("mailboxes", {"spool": SPOOL, "moves": dict(todo.back)})
        now = after(live.items, changes)
        files = self._configuration(now)
        kept = reconcile.unplanned(files, live, changes)
        tree = _tree(todo.files, {path: text for path, text in files.items() if path not in kept})
        restarted = [service for service, sign in self._slow().items() if any(map(sign, changes))]
        self._deliver(tree, kept, reconcile.attempts(changes, now), restarted)
        rest = {"kick": list(todo.kick), "moves": dict(todo.away), "shares": dict(todo.shares)}
        if any(rest.values()):
            self.module("mailboxes", {"spool": SPOOL, **rest})

    def _slow(self) -> dict[str, Callable[[Change], bool]]:
        """Services that are restarted only for some changes, each with which those are."""
        found: dict[str, Callable[[Change], bool]] = {
            "rspamd.service": lambda change: change.key.startswith(configuration.RSPAMD)
        }
        if self._arguments["name_server"]:
            found["nsd.service"] = lambda change: change.kind == "record"
        return found

    def _deliver(
        self, tree: dict[str, Any], kept: Sequence[str], tried: Sequence[str], restarted: Sequence[str]
    ) -> None:
        """Deliver the tree of the mail server; ``kept`` stays as it is, ``restarted`` are services beside the usual."""
        arguments = {**DELIVERY, "files": tree, "keep": list(kept), "secrets": [self._password()]}
        restart = [["systemctl", "restart", service] for service in restarted]
        arguments["reload"] = [["systemctl", "enable", "--quiet", *SERVICES], *restart, *RELOAD]
        # That the directory answers, and understands the question, is seen by the account that asks it.
        ask = ["doveadm", "auth", "lookup", self._mail.account]
        arguments["health"] = [["systemctl", "is-active", "--quiet", *SERVICES], ask, [*TRY, *tried]]
        self.deliver(arguments)

    def _configuration(self, items: Iterable[Item]) -> dict[str, str]:
        """The servers' own files, by path."""
        city = self._city
        uris, look_up = tuple(self._arguments["directory_uris"]), self._arguments["look_up_senders"]
        given = {"uris": uris, "password": self._password(), "look_up_senders": look_up}
        return configuration.render(Settings.of(city, self._mail, items, **given))

    def _password(self) -> str:
        account = self._city.service_accounts[self._mail.account]
        return password(self._arguments["master_secret"], service_password(account))

    def _read(self, usage: Sequence[str] = ()) -> Live:
        question = {
            "spool": SPOOL,
            "folders": list(maps.FOLDERS),
            "digests": list(configuration.TEMPLATES),
            "dkim": str(Path(configuration.DKIM) / self._city.organisation.domain),
            "certificate": configuration.CERTIFICATE,
        }
        return interpret(self.module("mailboxes", {**question, "usage": list(usage)}))


def _offset(city: City) -> str:
    """The organisation's distance from UTC at noon of the model's day."""
    noon = datetime.datetime.combine(city.as_of, datetime.time(12), ZoneInfo(city.organisation.timezone))
    return noon.strftime("%z")


def _tree(lookups: Mapping[str, str], files: Mapping[str, str]) -> dict[str, Any]:
    """The files of the mail server, each with who may read it."""
    tree: dict[str, Any] = {path: {"content": text} for path, text in {**lookups, **files}.items()}
    for path in (maps.USERS, maps.CLOSED):
        tree[path] |= {"mode": "0640", "group": "dovecot"}
    for path in (DIRECTORY_CONF, DIRECTORY_FILE):
        tree[path] |= {"mode": "0600", "secret": True}
    return tree
