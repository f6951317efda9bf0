# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action konak.it.directory_verify."""

from __future__ import annotations

DOCUMENTATION = r"""
module: directory_verify
short_description: Prove with real clients what works in the directory, and what must not
version_added: 0.1.0
author: Konak contributors (@konak)
description:
  - Asks the domain controller with C(kinit), C(ldapwhoami), C(ldapsearch) and C(ldapadd) whether accounts can log on
    that should, cannot that should not, are members of what they should be, and whether the binding account's rights
    end where they should. Without O(probe) the one write that it tries is one that must be refused.
  - Passwords are given to the clients on standard input, never as arguments.
extends_documentation_fragment:
  - konak.it.login
options:
  master_secret:
    description: The master secret, of which the passwords of service accounts and the first ones of people are derived.
    type: str
    required: true
  samples:
    description: How many people of each access class are tried.
    type: int
    default: 1
  probe:
    description:
      - Also prove what can only be tried with accounts of one's own, which are made and removed again - the first
        logon, the password policies, the hours of logon, and the delegations, where they hold and where they end.
    type: bool
    default: false
attributes:
  check_mode:
    description: Proofs change nothing; they run alike in check mode.
    support: full
requirements:
  - kinit (Debian's krb5-user) and the OpenLDAP clients (Debian's ldap-utils) on the controller
"""

EXAMPLES = r"""
- name: Prove the directory
  konak.it.directory_verify:
    servers: [dc1.ornek.bel.tr]
    bind_user: svc-konak@ornek.bel.tr
    bind_password: "{{ vault_bind_password }}"
    ca_file: /etc/ssl/certs/ornek-ca.pem
    master_secret: "{{ konak_master_secret }}"
"""

RETURN = r"""
proofs:
  description: Every proof, with what was expected and what the client got.
  type: list
  elements: dict
  returned: always
  sample:
    - {system: directory, proof: a service account logs on, client: kinit, expected: a ticket, got: a ticket, ok: true}
errors:
  description: The proofs that failed, or what kept them from being tried.
  type: list
  elements: dict
  returned: on failure
"""

# The work is done by the action plugin of the same name; this file documents it.
