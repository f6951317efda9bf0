# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action konak.it.telephony."""

from __future__ import annotations

DOCUMENTATION = r"""
module: telephony
short_description: Plan the telephony of a city, apply the plan to its exchange, or prove by calls what it does
version_added: 0.1.0
author: Konak contributors (@konak)
description:
  - With O(phase=plan) reads the exchange in one round trip, compares it with the inventory, and leaves the part of the
    plan for M(konak.it.plan). Nothing is changed. Beside the plan it leaves pages for people, C(calls.md) with the
    rights to call and C(telephones.md) with what telephones do now, or C(telephones-SITE.md) for a branch.
  - With O(phase=apply) does what the plan in C(build/plan) says, or refuses if the exchange is no longer as it was. All
    files are delivered as one set by M(konak.it.owned_files); before the exchange reads them, they are tried in a
    second one beside it, by a call for every cell of the table of rights. Calls in progress stay up.
  - With O(phase=tell), after all exchanges have applied, has the telephones whose files changed fetch them, each at the
    exchange with which it registers, and has the exchange forget those of lines that were closed.
  - With O(phase=verify) calls with real telephones from the host to which the task is delegated, by
    M(konak.it.sip_calls), and fails if something does not work that should, or works that must not. No call leaves the
    city.
options:
  phase:
    description: What to do.
    type: str
    choices: [plan, apply, tell, verify]
    default: plan
  master_secret:
    description: The master secret, from which passwords of lines and PINs of voice mailboxes are derived.
    type: str
    required: true
  probing:
    description: Addresses from which the lines of C(telephony.probes) may register.
    type: list
    elements: str
    default: []
  retire:
    description: Whether the lines and voice mailboxes go of leavers whose retention is over.
    type: bool
    default: false
  limit:
    description: Only changes with this tag, as C(unit=imar); M(konak.it.plan) limits the plan.
    type: str
    default: ""
  addresses:
    description: Where exchanges reach each other and are reached, by name of the server, if not as in the inventory.
    type: dict
    default: {}
  ca_file:
    description: With O(phase=verify), the authority of the exchange's certificate, on the controller.
    type: path
attributes:
  check_mode:
    description: The plan is made alike; an apply says whether there is something to do.
    support: full
"""

EXAMPLES = r"""
- name: Plan telephony
  konak.it.telephony:
    phase: plan
    master_secret: "{{ konak_master_secret }}"

- name: Prove telephony
  konak.it.telephony:
    phase: verify
    master_secret: "{{ konak_master_secret }}"
    addresses: {pbx1: 192.0.2.13}
  delegate_to: olcum1
"""

RETURN = r"""
changes:
  description: With O(phase=plan), how many changes the plan has.
  type: int
  returned: success
applied:
  description: With O(phase=apply), how many changes were done.
  type: int
  returned: changed
proofs:
  description: With O(phase=verify), the proofs, as C({system, proof, client, expected, got, ok}).
  type: list
  elements: dict
  returned: with O(phase=verify)
errors:
  description: What went wrong, as C({message, file, line, path, host, remedy}).
  type: list
  elements: dict
  returned: failure
"""

# The work is done by the action plugin of the same name; this file documents it.
