# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Derive a secret where a variable needs one."""

from __future__ import annotations

DOCUMENTATION = r"""
name: secret
short_description: Derive a secret from the master secret
version_added: 0.1.0
author: Konak contributors (@konak)
description:
  - Derives a password from the master secret, a name and a version (HKDF-SHA256). Nothing is stored.
  - A new version is a new password; the version is a number in a reviewed file.
options:
  _terms:
    description: Names of secrets, such as V(directory/administrator).
    required: true
    type: list
    elements: str
  version:
    description: The version of the secret.
    type: int
    default: 1
  length:
    description: How many characters the password has.
    type: int
    default: 20
  digits:
    description: With a number greater than 0, a PIN of as many digits instead, as that of a voice mailbox.
    type: int
    default: 0
notes:
  - The variable C(konak_master_secret) must hold at least 32 characters, from Ansible Vault or any lookup.
  - Give the result only to options that are never logged.
"""

EXAMPLES = r"""
- name: The password of the domain's administrator
  ansible.builtin.set_fact:
    directory_server_admin_password: "{{ lookup('konak.it.secret', 'directory/administrator') }}"
  no_log: true
"""

RETURN = r"""
_raw:
  description: The passwords, in the order of the names.
  type: list
  elements: str
"""

from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase
from ansible.template import trust_as_template

from ..module_utils.plan import Secret
from ..module_utils.secrets import digits, password

# Ansible leaves a text that it is not told to trust as it is: every password would be derived from these braces.
_MASTER = trust_as_template("{{ konak_master_secret | default('') }}")


class LookupModule(LookupBase):  # type: ignore[misc]  # Ansible's base class is not typed
    """Derives passwords by name."""

    def run(self, terms: list[str], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[str]:
        """One password a name.

        :raises AnsibleError: if there is no master secret, or it is too short.
        """
        self.set_options(var_options=variables, direct=kwargs)
        master = self._templar.template(_MASTER) if self._templar else ""
        try:
            found = [
                password(str(master), Secret(term, self.get_option("version")), self.get_option("length"))
                for term in terms
            ]
        except ValueError as error:
            raise AnsibleError(f"konak_master_secret: {error}") from None
        count = self.get_option("digits")
        return [digits(each, count) for each in found] if count else found
