# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action konak.it.plan."""

from __future__ import annotations

DOCUMENTATION = r"""
module: plan
short_description: Put the plan of a run together and guard it
version_added: 0.1.0
author: Konak contributors (@konak)
description:
  - Puts the parts that the systems left in this run together, adds commit and ticket to the reasons, and asks the
    guard.
  - Writes C(plan.json) and C(plan.md) into C(build/plan) beside the inventory.
  - Fails if the guard stops the plan, or if it is not the plan that was approved. Contacts nobody.
options:
  systems:
    description: The systems whose parts make the plan.
    type: list
    elements: str
    required: true
  retire:
    description: Whether the plan may delete the accounts of leavers whose retention is over; recorded in its scope.
    type: bool
    default: false
  limit:
    description: Only changes with this tag, as C(unit=imar), C(person=40117) or C(site=merkez).
    type: str
    default: ""
  allowed:
    description: Allowances of this one plan, as limit name and count. They are recorded in it.
    type: dict
    default: {}
  approved:
    description: A plan file. The run goes on only if it would do exactly what this plan says.
    type: path
attributes:
  check_mode:
    description: The plan is made alike in check mode; it changes no system.
    support: full
notes:
  - Runs on the controller; the host of the task is not contacted.
"""

EXAMPLES = r"""
- name: Put the plan together
  konak.it.plan:
    systems: [directory]

- name: Go on only with the plan that was approved
  konak.it.plan:
    systems: [directory]
    approved: build/plan/plan.json
"""

RETURN = r"""
digest:
  description: Digest over what the plan would do.
  type: str
  returned: always
plan:
  description: Path of C(plan.json).
  type: str
  returned: unless an approved plan does not fit
summary:
  description: One line for people.
  type: str
  returned: unless an approved plan does not fit
view:
  description: The plan for a terminal.
  type: str
  returned: unless an approved plan does not fit
guard:
  description: Whether the guard lets the plan pass.
  type: bool
  returned: unless an approved plan does not fit
errors:
  description: Why the run must not go on, each with message and remedy.
  type: list
  elements: dict
  returned: on failure
"""

# The work is done by the action plugin of the same name; this file documents it.
