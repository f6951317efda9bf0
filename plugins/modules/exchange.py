# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a telephone exchange as it is, and have it forget telephones of closed lines."""

from __future__ import annotations

DOCUMENTATION = r"""
module: exchange
short_description: Read a telephone exchange, and have it forget the telephones of closed lines
version_added: 0.1.0
author: Konak contributors (@konak)
description:
  - Reads in one round trip the records from which an exchange's files were made, the digests of these, whether what
    runs is what they say, and what its telephones, trunks, queues and voice mailboxes do. No file with a password is
    read out, and nothing that was said in a call.
  - Used by the action M(konak.it.telephony); of use alone to look at an exchange.
options:
  records:
    description: The file with the exchange's records; empty if it is not there.
    type: path
    default: /etc/asterisk/konak/records.json
  digests:
    description: Files that are read by digest, and folders of which all files are.
    type: list
    elements: path
    default: []
  prompts:
    description: The folder with what the exchange says, a sound file each.
    type: path
    default: /var/lib/konak/prompts
  speak:
    description:
      - Prompts that are made, by name; one that is there stays. Each has the C(text) and the C(language) in which it is
        spoken.
      - With C(sound), a WAV on this host that somebody recorded, this is what is heard, and nothing is spoken.
    type: dict
    default: {}
  silence:
    description: Prompts that nothing plays any more. Their files are removed once all else is done.
    type: list
    elements: str
    default: []
  boxes:
    description: The folder with the voice mailboxes of lines, a folder each.
    type: path
    default: /var/spool/asterisk/voicemail/konak
  erase:
    description: Lines whose voice mailboxes are removed with all messages and greetings.
    type: list
    elements: str
    default: []
  forget:
    description: Lines of which it is forgotten where their telephones are.
    type: list
    elements: str
    default: []
  resync:
    description: Lines whose telephones are told to fetch their files again; before any are forgotten.
    type: list
    elements: str
    default: []
  reload:
    description: Whether the exchange reads its files again, or is started if it does not run.
    type: bool
    default: false
attributes:
  check_mode:
    description: Only reads.
    support: full
  diff_mode:
    description: There are no texts to show.
    support: none
"""

EXAMPLES = r"""
- name: Look at the exchange
  konak.it.exchange:
  register: found

- name: Make one prompt of a text, and one of what somebody recorded
  konak.it.exchange:
    speak:
      4b1d0a6c52f7e983: {text: Hoş geldiniz., language: tr}
      90c3e5d2ab71f846: {text: Kapalıyız., language: tr, sound: /root/kapali.wav}
"""

RETURN = r"""
records:
  description: The records as text, JSON; empty if there are none.
  type: str
  returned: success
digests:
  description: SHA-256 of the files of O(digests) that are there, by path.
  type: dict
  returned: success
prompts:
  description: Names of the prompts that are there, and of no other files in O(prompts).
  type: list
  elements: str
  returned: success
running:
  description: Whether the exchange is C(running), and in what it C(differences) from its records, in words.
  type: dict
  returned: success
  sample: {running: true, differences: ["the line 40117 is missing"]}
boxes:
  description: Lines that have something in O(boxes).
  type: list
  elements: str
  returned: success
erased:
  description: Lines of O(erase) that had something.
  type: list
  elements: str
  returned: success
told:
  description: Lines of O(resync) that have telephones.
  type: list
  elements: str
  returned: success
state:
  description: What the exchange does now; empty if it does not run, or was not set up yet.
  type: dict
  returned: success
  contains:
    at:
      description: When it was read, in seconds since 1970.
      type: int
    telephones:
      description:
        - Telephones that are registered, by line, each with its C(status), C(reachable), C(unreachable) or, if the
          exchange has not asked yet, C(unknown), and the milliseconds that an answer takes, C(ms).
        - C(address) is where it is reached, C(agent) what it says that it is, and C(until) when it is registered, in
          seconds since 1970. A line without telephones is not there.
      type: dict
    trunks:
      description: Ways to the world and, named by C(to_) and the site, to other exchanges of the city, likewise.
      type: dict
    queues:
      description:
        - How many callers are C(waiting), and C(members) by line, each C(free), C(busy), C(paused) or C(unavailable).
        - Of a member at a branch, nobody knows here more than whether a call of a queue is there.
      type: dict
    messages:
      description:
        - Voice mailboxes that are not empty, by line, with how many messages are C(new) and C(old).
        - C(since) is since when the oldest new one is there, in seconds since 1970.
      type: dict
  sample:
    at: 1796000000
    telephones:
      "40117":
        - {status: reachable, ms: 12.3, address: 192.0.2.140, agent: Yealink SIP-T46U 108.86.0.20, until: 1796003000}
    trunks:
      tasiyici: {status: reachable, ms: 8.1}
      to_ek-hizmet: {status: unreachable}
    queues:
      destek: {waiting: 1, members: {"40117": paused, "40118": busy}}
    messages:
      "40117": {new: 2, old: 1, since: 1795000000}
forgotten:
  description: Lines of O(forget) that had telephones.
  type: list
  elements: str
  returned: success
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.commands import runner
from ..module_utils.exchange import ExchangeError, erase, forget, look, prompt, reload, resync, speak

OPTIONS = {
    "records": {"type": "path", "default": "/etc/asterisk/konak/records.json"},
    "digests": {"type": "list", "elements": "path", "default": []},
    "prompts": {"type": "path", "default": "/var/lib/konak/prompts"},
    "speak": {"type": "dict", "default": {}},
    "boxes": {"type": "path", "default": "/var/spool/asterisk/voicemail/konak"},
    "erase": {"type": "list", "elements": "str", "default": []},
    "silence": {"type": "list", "elements": "str", "default": []},
    "forget": {"type": "list", "elements": "str", "default": []},
    "resync": {"type": "list", "elements": "str", "default": []},
    "reload": {"type": "bool", "default": False},
}


def main() -> None:
    """Change what is asked for, then read."""
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True)
    given, run = module.params, runner(module, ExchangeError)
    told, forgotten, erased = list[str](), list[str](), list[str]()
    try:
        prompts, boxes = Path(given["prompts"]), Path(given["boxes"])
        missing = {file: said for name, said in given["speak"].items() if not (file := prompt(prompts, name)).exists()}
        silenced = [file for name in given["silence"] if (file := prompt(prompts, name)).exists()]
        if not module.check_mode:
            for file, said in missing.items():
                speak(run, file, said)
            if given["reload"]:
                reload(run)
            told = resync(run, given["resync"])
            forgotten = forget(run, given["forget"])
            for file in silenced:
                file.unlink()
            erased = erase(boxes, given["erase"])
        found = look(run, Path(given["records"]), given["digests"], prompts, boxes)
        module.exit_json(
            changed=bool(missing or silenced or told or forgotten or erased or given["reload"]),
            erased=erased,
            told=told,
            forgotten=forgotten,
            **found,
        )
    except (ExchangeError, OSError, ValueError, KeyError) as error:
        module.fail_json(msg=str(error))


if __name__ == "__main__":
    main()
