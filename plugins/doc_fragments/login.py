# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that every action on the directory has."""

from __future__ import annotations


class ModuleDocFragment:
    """How the directory is reached."""

    DOCUMENTATION = r"""
options:
  servers:
    description:
      - Domain controllers in the order of preference, as their certificates name them.
      - The first that answers serves the whole task.
    type: list
    elements: str
    required: true
  bind_user:
    description: The binding account, as C(name@domain) or a distinguished name.
    type: str
    required: true
  bind_password:
    description: Its password.
    type: str
    required: true
  ca_file:
    description:
      - PEM file on the controller with the CA of the domain controllers. Their certificates are always verified.
    type: path
    required: true
requirements:
  - python-ldap (on the controller)
notes:
  - Runs on the controller; the host of the task is not contacted.
"""
