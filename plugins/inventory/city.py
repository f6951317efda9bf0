# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's view of the city: its servers and devices as hosts."""

from __future__ import annotations

DOCUMENTATION = r"""
name: city
short_description: Servers and devices of a city's inventory as hosts
version_added: 0.1.0
author: Konak contributors (@konak)
description:
  - Loads the inventory folder of a city, checks it, and gives its servers and network devices to Ansible as hosts.
  - People are not hosts. They stay in the model, which the actions of this collection find in memory.
options:
  plugin:
    description: Marks the file as one for this plugin.
    required: true
    choices: [konak.it.city]
    type: str
  as_of:
    description: The day of the model, as year-month-day; today in the organisation's time zone if it is empty.
    type: str
    default: ""
    env:
      - name: KONAK_AS_OF
notes:
  - The file must be called C(konak.yml) and lie in the inventory folder.
  - Groups are C(servers), C(devices), C(site_*), one for each service of a server, and C(kind_*) and C(platform_*)
    for devices.
  - All hosts have C(konak_inventory), C(konak_as_of), C(konak_build), C(konak_domain), C(konak_realm),
    C(konak_netbios) and C(konak_has_password_policy), which says whether the plan sets the domain's password settings.
  - Hosts of the group C(mail) have C(konak_mail_host); C(konak_mail_account), the account under which they ask the
    directory; C(konak_mail_account_secret), the C(name) and C(version) of its password for P(konak.it.secret#lookup);
    and C(konak_dkim_selectors), the keys of signatures that are published on the day, the one that signs first.
"""

EXAMPLES = r"""
# inventory/konak.yml
plugin: konak.it.city
"""

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin

from ..plugin_utils import session, systems
from ..plugin_utils.mail.configuration import base_dn
from ..plugin_utils.model import mail_records
from ..plugin_utils.model.city import City
from ..plugin_utils.model.load import SOURCE
from ..plugin_utils.model.passwords import service_password
from ..plugin_utils.model.problems import InventoryError


class InventoryModule(BaseInventoryPlugin):  # type: ignore[misc]  # Ansible's base class is not typed
    """Loads the model and adds hosts."""

    NAME = "konak.it.city"

    def verify_file(self, path: str) -> bool:
        """Take only the file with the agreed name."""
        return bool(super().verify_file(path)) and Path(path).name == SOURCE

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Fill Ansible's inventory from the model; a wrong inventory ends the run with all its problems."""
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        folder = Path(path).resolve().parent
        try:
            city = session.city(folder, session.as_of_date(self.get_option("as_of")))
        except (InventoryError, ValueError) as error:
            raise AnsibleParserError(str(error)) from None
        self._set_organisation(city, folder)
        self._add_servers(city)
        self._add_devices(city)

    def _set_organisation(self, city: City, folder: Path) -> None:
        directory = city.organisation.directory
        facts = {
            "konak_inventory": str(folder),
            "konak_as_of": city.as_of.isoformat(),
            "konak_build": str(session.build_folder(folder)),
            "konak_domain": directory.domain,
            "konak_realm": directory.domain.upper(),
            "konak_netbios": directory.netbios,
            "konak_has_password_policy": directory.password_policy is not None,
            "konak_systems": systems.of(city),
        }
        for name, value in facts.items():
            self.inventory.set_variable("all", name, value)

    def _add_servers(self, city: City) -> None:
        for group in ("servers", "mail", "pbx", "telephony_probe"):  # a play of a group that is not there is warned of
            self.inventory.add_group(group)
        domain = city.organisation.directory.domain
        for server in city.inventory.servers:
            self._add_host(server.name, server.address, ["servers", f"site_{server.site}", *server.services])
            self.inventory.set_variable(server.name, "konak_fqdn", f"{server.name}.{domain}")
            self.inventory.set_variable(server.name, "konak_aliases", mail_records.certified(city, server))
            self.inventory.set_variable(server.name, "konak_system", server.system)
            if "mail" in server.services:
                for name, value in _mail_facts(city).items():
                    self.inventory.set_variable(server.name, name, value)

    def _add_devices(self, city: City) -> None:
        self.inventory.add_group("devices")
        for device in city.inventory.devices:
            groups = ["devices", f"site_{device.site}", f"kind_{device.kind}", f"platform_{device.platform}"]
            self._add_host(device.name, device.address, groups)

    def _add_host(self, name: str, address: str | None, groups: list[str]) -> None:
        self.inventory.add_host(name)
        for group in groups:
            self.inventory.add_child(self.inventory.add_group(group.replace("-", "_")), name)
        if address:
            self.inventory.set_variable(name, "ansible_host", address)


def _mail_facts(city: City) -> dict[str, Any]:
    """What a mail server is told; a check sees to it that there is the section ``mail`` where there is one."""
    if city.mail is None:
        return {}
    secret = service_password(city.service_accounts[city.mail.account])
    return {
        "konak_mail_host": city.mail.host,
        "konak_mail_domain": city.organisation.domain,
        "konak_mail_base": base_dn(city),
        "konak_mail_account": city.mail.account,
        "konak_mail_account_secret": {"name": secret.name, "version": secret.version},
        "konak_dkim_selectors": mail_records.selectors(city),
    }
