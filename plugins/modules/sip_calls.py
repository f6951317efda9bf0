# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Call with real SIP telephones, and say what became of it."""

from __future__ import annotations

DOCUMENTATION = r"""
module: sip_calls
short_description: Call with real SIP telephones, and say who is registered, what was answered and who heard whom
version_added: 0.1.0
author: Konak contributors (@konak)
description:
  - Runs SIP telephones (baresip) on the host, registers each once over TLS with the exchange's certificate verified,
    and makes the calls one after the other.
  - Each telephone plays a tone of its own and records what it hears. That two telephones hear each other's tone proves
    sound both ways; that a call was answered does not.
  - An answered call is ended after a second. A refused one takes a tenth of that.
  - All is in a folder for root alone and gone in the end; the telephones take their registrations back.
notes:
  - A telephone registers as any other does. Where an account may have one telephone only, it pushes that one out until
    it registers again; give probes accounts of their own.
  - Certificates are verified by name, never by address. baresip does so only if it connects by the name, so it is given
    the address of O(server) by a name server on loopback that knows O(name) alone, and those of other exchanges.
requirements:
  - baresip 1.1 (Debian's package baresip-core)
options:
  server:
    description: The exchange, by name or address, as this host finds it; names in C(/etc/hosts) count.
    type: str
    required: true
  name:
    description: The name that its certificate must have; O(server) if it is not given. Needed if that is an address.
    type: str
  port:
    description: Its port for SIP over TLS.
    type: int
    default: 5061
  ca_file:
    description: File on the host with the authority of its certificate (PEM).
    type: path
    required: true
  telephones:
    description: The telephones, at most 20.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: What it is called in O(calls) and in what comes back.
        type: str
        required: true
      user:
        description: The account with which it registers.
        type: str
        required: true
      password:
        description: Its password, of printable ASCII without space, quotation mark, semicolon and backslash.
        type: str
        required: true
      server:
        description: The exchange of this telephone, as O(server), where it is another one.
        type: str
      server_name:
        description: The name that its certificate must have, as O(name).
        type: str
  calls:
    description: The calls, in their order.
    type: list
    elements: dict
    default: []
    suboptions:
      from:
        description: Name of the telephone that calls. One that is not registered does not call.
        type: str
        required: true
      to:
        description: The number to dial.
        type: str
        required: true
      to_telephone:
        description:
          - Name of the telephone that answers when it rings. No other telephone does.
          - Without it, what answers is not one of them, such as a voice mailbox.
        type: str
  media:
    description:
      - How sound is offered, and accepted. With V(srtp-mand), encrypted or not at all.
      - V(none) offers plain RTP, for which an exchange that wants encryption has the answer 488.
    type: str
    choices: [srtp-mand, srtp, none]
    default: srtp-mand
  seconds:
    description: How long a call may wait for its answer.
    type: int
    default: 10
attributes:
  check_mode:
    description: Calls as ever, since that changes nothing.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
"""

EXAMPLES = r"""
- name: Two telephones call each other, and one calls what it may not
  konak.it.sip_calls:
    server: santral.ornek.bel.tr
    ca_file: /etc/ssl/konak/pbx-ca.pem
    telephones:
      - name: probe1
        user: "1990"
        password: "{{ lookup('konak.it.secret', 'telephony/1990') }}"
      - name: probe2
        user: "1991"
        password: "{{ lookup('konak.it.secret', 'telephony/1991') }}"
    calls:
      - {from: probe1, to: "1991", to_telephone: probe2}
      - {from: probe1, to: "0090312"}
  register: proof

- name: They heard each other over encrypted sound, and the other call was refused
  ansible.builtin.assert:
    that:
      - proof.calls[0].encryption == 'AES_CM_128_HMAC_SHA1_80'
      - proof.calls[0].heard.caller == proof.telephones.probe2.tone
      - proof.calls[0].heard.callee == proof.telephones.probe1.tone
      - proof.calls[1].code == 403
"""

RETURN = r"""
telephones:
  description:
    - By name, whether each is C(registered), with the C(reason), and its C(tone) in Hz.
    - The reason is the exchange's answer, what is wrong with its certificate, or what the network says.
  type: dict
  returned: success
  sample:
    probe1: {registered: true, reason: 200 OK, tone: 610}
    probe2: {registered: false, reason: "TLS: certificate verify failed: hostname mismatch", tone: 740}
calls:
  description: What became of each call, in their order.
  type: list
  elements: dict
  returned: success
  contains:
    from:
      description: As given.
      type: str
    to:
      description: As given.
      type: str
    to_telephone:
      description: As given.
      type: str
    answered:
      description: Whether it was answered, by whomever.
      type: bool
    answered_by:
      description: O(calls[].to_telephone), if that one answered.
      type: str
    rang:
      description: Names of the telephones that rang.
      type: list
      elements: str
    code:
      description: The answer's number, 200 if it was answered; 0 if there was none in time, or no call.
      type: int
      sample: 403
    reason:
      description: The answer's words, or why there was none.
      type: str
      sample: Forbidden
    encryption:
      description: How the caller's sound is encrypted; empty if it is not.
      type: str
      sample: AES_CM_128_HMAC_SHA1_80
    heard:
      description:
        - The tone that C(caller) and C(callee) heard, in Hz, that of a telephone exactly.
        - Null for silence, for speech, and for a telephone that did not answer.
      type: dict
      sample: {caller: 740, callee: 610}
    seconds:
      description: How long the answer took.
      type: float
      sample: 0.103
"""

import signal

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.sip_calls import CallsError, run, task

OPTIONS = {
    "server": {"type": "str", "required": True},
    "name": {"type": "str"},
    "port": {"type": "int", "default": 5061},
    "ca_file": {"type": "path", "required": True},
    "telephones": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "required": True},
            "user": {"type": "str", "required": True},
            "password": {"type": "str", "required": True, "no_log": True},
            "server": {"type": "str"},
            "server_name": {"type": "str"},
        },
    },
    "calls": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "from": {"type": "str", "required": True},
            "to": {"type": "str", "required": True},
            "to_telephone": {"type": "str"},
        },
    },
    "media": {"type": "str", "choices": ["srtp-mand", "srtp", "none"], "default": "srtp-mand"},
    "seconds": {"type": "int", "default": 10},
}


def main() -> None:
    """Call, and say what came."""
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True)
    # Who is ended from outside cleans up as well: this leaves by SystemExit.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: module.fail_json(msg=f"ended from outside by signal {number}"))
    try:
        module.exit_json(changed=False, **run(task(module.params)))
    except (CallsError, OSError) as error:
        module.fail_json(msg=str(error))


if __name__ == "__main__":
    main()
