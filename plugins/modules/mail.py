# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action konak.it.mail."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mail
short_description: Plan the mail of a city, apply the plan to its mail server, or prove what it does
version_added: 0.1.0
author: Konak contributors (@konak)
description:
  - With O(phase=plan) reads the mail server in one round trip, compares it with the inventory, and leaves the part of
    the plan for M(konak.it.plan). Nothing is changed.
  - With O(phase=apply) does what the plan in C(build/plan) says, or refuses if the server is no longer as it was.
    Mailboxes that come back are brought back first; then all files are delivered as one set by M(konak.it.owned_files),
    validated, and changed addresses are tried, or everything is put back; then sessions of closed mailboxes end, and
    mailboxes are set aside, packed or removed.
  - With O(phase=verify) speaks SMTP and IMAP with the server from the controller, as mail programs do, and fails if
    something does not work that should, or works that must not.
options:
  phase:
    description: What to do.
    type: str
    choices: [plan, apply, verify]
    default: plan
  master_secret:
    description: The master secret, from which the password is derived with which the server asks the directory.
    type: str
    required: true
  directory_uris:
    description: Domain controllers that the mail server asks, in the order of preference.
    type: list
    elements: str
    required: true
  look_up_senders:
    description: Whether mail is refused from domains that the DNS does not know.
    type: bool
    default: true
  name_server:
    description: Whether a name server on the mail server answers for its part of the zone, and must read it anew.
    type: bool
    default: false
  name_server_address:
    description: With O(phase=verify), a server that answers for the zone; none is asked if empty.
    type: str
    default: ""
  retire:
    description: Whether the archives go of leavers whose retention is over.
    type: bool
    default: false
  limit:
    description: Only changes with this tag are looked at, as C(unit=imar); M(konak.it.plan) limits the plan.
    type: str
    default: ""
  ca_file:
    description: With O(phase=verify), the authority of the server's certificate, on the controller.
    type: path
  samples:
    description: With O(phase=verify), how many addresses of each sort are tried.
    type: int
    default: 1
attributes:
  check_mode:
    description: The plan is made alike; an apply says whether there is something to do.
    support: full
"""

EXAMPLES = r"""
- name: Plan mail
  konak.it.mail:
    phase: plan
    master_secret: "{{ konak_master_secret }}"
    directory_uris: [ldaps://dc1.ornek.bel.tr]
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
