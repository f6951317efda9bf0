# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action konak.it.directory_bootstrap."""

from __future__ import annotations

DOCUMENTATION = r"""
module: directory_bootstrap
short_description: Make the managed root and the account that manages it
version_added: 0.1.0
author: Konak contributors (@konak)
description:
  - Makes the organisational unit under which everything managed lies, and the binding account, whose rights end there.
  - Runs once, as an administrator of the domain. A second run finds everything in place and changes nothing.
extends_documentation_fragment:
  - konak.it.login
options:
  account:
    description: Login of the binding account.
    type: str
    default: svc-konak
  account_password:
    description: Its password. It is set only if the account cannot bind with it.
    type: str
    required: true
attributes:
  check_mode:
    description: Says what is missing without making it.
    support: full
"""

EXAMPLES = r"""
- name: Make the managed root and the binding account
  konak.it.directory_bootstrap:
    servers: [dc1.ornek.bel.tr]
    bind_user: Administrator@ornek.bel.tr
    bind_password: "{{ vault_administrator_password }}"
    ca_file: /etc/ssl/certs/ornek-ca.pem
    account_password: "{{ vault_bind_password }}"
"""

RETURN = r"""
made:
  description: What was not there and was made.
  type: list
  elements: str
  returned: always
  sample: [root, account, rights]
errors:
  description: What went wrong, each with message, host and remedy.
  type: list
  elements: dict
  returned: on failure
"""

# The work is done by the action plugin of the same name; this file documents it.
