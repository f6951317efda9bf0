# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action konak.it.directory."""

from __future__ import annotations

DOCUMENTATION = r"""
module: directory
short_description: Plan the directory of a city, or apply the plan to it
version_added: 0.1.0
author: Konak contributors (@konak)
description:
  - In the phase V(plan), reads everything under the managed root of an Active Directory domain (Samba or Windows) in
    one paged search, compares it with what the inventory wants, and leaves a part for M(konak.it.plan).
  - In the phase V(apply), reads again, makes sure that the changes still are those of the plan, and applies them with
    pipelined requests. Nothing is written if the directory changed meanwhile or the guard stopped the plan.
  - Objects are found by personnel number or code, which a mark on each object holds; a rename or move keeps the object.
  - Users are disabled, stripped and kept; they are deleted only with O(retire), after the retention of the inventory.
    What does not carry the mark is never changed.
  - First passwords are derived, must be changed at the first logon, and are written nowhere but into letters that
    O(letter_certificates) can open.
extends_documentation_fragment:
  - konak.it.login
options:
  phase:
    description: What to do.
    type: str
    choices: [plan, apply, letters]
    default: plan
  master_secret:
    description: The master secret, of which the first passwords of new accounts are derived.
    type: str
    required: true
  allowed:
    description: Allowances of this one plan, as limit name and count, such as C(directory.person.disable=12).
    type: dict
    default: {}
  retire:
    description: In the phase V(plan), delete the accounts of leavers whose retention is over.
    type: bool
    default: false
  limit:
    description: Only people and changes with this tag, such as V(person=40140) or V(unit=imar).
    type: str
    default: ""
  letter_certificates:
    description:
      - PEM files with the X.509 certificates (RSA keys) of those who hand first passwords to joiners.
      - Without one no letter is written, and an apply that makes accounts says so.
    type: list
    elements: path
    default: []
attributes:
  check_mode:
    description: Whether the action can say what it would do without doing it.
    support: full
"""

EXAMPLES = r"""
- name: Plan the directory
  konak.it.directory:
    servers: [dc1.ornek.bel.tr, dc2.ornek.bel.tr]
    bind_user: svc-konak@ornek.bel.tr
    bind_password: "{{ vault_bind_password }}"
    ca_file: /etc/ssl/certs/ornek-ca.pem
    master_secret: "{{ konak_master_secret }}"

- name: Apply the plan that konak.it.plan put together
  konak.it.directory:
    phase: apply
    servers: [dc1.ornek.bel.tr, dc2.ornek.bel.tr]
    bind_user: svc-konak@ornek.bel.tr
    bind_password: "{{ vault_bind_password }}"
    ca_file: /etc/ssl/certs/ornek-ca.pem
    master_secret: "{{ konak_master_secret }}"
"""

RETURN = r"""
changes:
  description: How many changes the directory needs.
  type: int
  returned: in the phase plan
server:
  description: The domain controller that answered.
  type: str
  returned: in the phase plan
digest:
  description: Digest of the directory's part of the plan that was applied.
  type: str
  returned: in the phase apply
letters:
  description: In the phase V(letters), for whom letters were sealed; in the phase V(apply), the folder of the letters.
  type: raw
  returned: when there are letters
applied:
  description: How many changes were done, refused, and planned.
  type: dict
  returned: in the phase apply
  sample: {done: 3, failed: 0, of: 3}
errors:
  description: What went wrong, each with message, host and remedy.
  type: list
  elements: dict
  returned: on failure
"""

# The work is done by the action plugin of the same name; this file documents it.
