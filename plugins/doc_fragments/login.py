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
    description: The binding account, as C(name@domain) or a distinguished name; not needed with V(kerberos).
    type: str
    default: ""
  bind_password:
    description: Its password; not needed with V(kerberos).
    type: str
    default: ""
  ca_file:
    description:
      - PEM file on the controller with the CA of the domain controllers. Their certificates are always verified.
    type: path
    required: true
  transport:
    description:
      - TLS from the first byte on port 636 (V(ldaps)), or after a request for it on port 389 (V(starttls)).
      - With V(kerberos) a ticket takes the place of the password, proves the server, and seals the connection on port
        389 with at least 128 bits. Needs Debian's C(libsasl2-modules-gssapi-mit) on the controller.
    type: str
    choices: [ldaps, starttls, kerberos]
    default: ldaps
  tickets:
    description: With V(kerberos), the credential cache, such as V(FILE:/run/user/1000/krb5cc); the usual one if empty.
    type: str
    default: ""
  timeout:
    description: Seconds that a domain controller may take to answer one request.
    type: int
    default: 120
requirements:
  - python-ldap (on the controller)
notes:
  - Runs on the controller; the host of the task is not contacted.
"""
