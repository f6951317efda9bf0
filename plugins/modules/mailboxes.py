# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a mail server as it is, and bring its mailboxes to where they should be."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mailboxes
short_description: Read a mail server, and set aside, pack, bring back, remove or share its mailboxes
version_added: 0.1.0
author: Konak contributors (@konak)
description:
  - Reads in one round trip what a mail server goes by, its lookup files as text, the rest of its configuration by
    digest, where each mailbox is, and who may read those that are shared.
  - Brings mailboxes to where they should be. Each step ends with a rename, so one that was interrupted is done again.
  - Used by the action M(konak.it.mail); of use alone to look at a server or to bring one mailbox back.
options:
  spool:
    description: The folder of mailboxes, each by the name of its owner.
    type: path
    default: /var/vmail
  folders:
    description: Folders of lookup files that are read as text; one that is not there is empty.
    type: list
    elements: path
    default: []
  digests:
    description: Files that are read by digest.
    type: list
    elements: path
    default: []
  usage:
    description: Mailboxes of which the size is read. Those of all would be made by asking.
    type: list
    elements: str
    default: []
  dkim:
    description: Folder and beginning of the names of public keys that sign, as C(/var/lib/rspamd/dkim/ornek.bel.tr).
    type: str
    default: ""
  certificate:
    description: A certificate, of whose public key the digest is read.
    type: path
  moves:
    description:
      - Where mailboxes are brought, by their name, C(box), C(frozen), C(archive) or C(removed).
      - C(frozen) is set aside as it was; C(archive) is packed, with a list of digests; both come back with C(box).
    type: dict
    default: {}
  kick:
    description: Mailboxes whose open sessions are ended.
    type: list
    elements: str
    default: []
  shares:
    description: Mailboxes that are shared, by name, each with the rights in it by group, as lists of Dovecot's words.
    type: dict
    default: {}
attributes:
  check_mode:
    description: Reads as ever, and says which mailboxes would be brought elsewhere.
    support: full
  diff_mode:
    description: There are no texts to show.
    support: none
"""

EXAMPLES = r"""
- name: Bring a mailbox back from the archive
  konak.it.mailboxes:
    moves:
      "40117": box

- name: Look where the mailboxes are
  konak.it.mailboxes:
  register: found
"""

RETURN = r"""
files:
  description: The lookup files by path, as text.
  type: dict
  returned: success
digests:
  description: SHA-256 of the files of O(digests) that are there, by path.
  type: dict
  returned: success
places:
  description: Where each mailbox is that has a folder or an archive, by its name, as at the end.
  type: dict
  returned: success
  sample: {"40117": box, "40002": archive}
usage:
  description: Size in bytes of the mailboxes of O(usage) that are there, by name.
  type: dict
  returned: success
shared:
  description: Rights by mailbox and group, of those that are shared.
  type: dict
  returned: success
dkim:
  description: Public keys of O(dkim) as text, by selector.
  type: dict
  returned: success
spki:
  description: SHA-256 of the public key of O(certificate), in hex; empty if there is none.
  type: str
  returned: success
moved:
  description: Mailboxes that were brought elsewhere, or would be.
  type: list
  elements: str
  returned: success
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.commands import runner
from ..module_utils.mailboxes import MailboxError, keys, look, move, places, share, sizes, spki

OPTIONS = {
    "spool": {"type": "path", "default": "/var/vmail"},
    "folders": {"type": "list", "elements": "path", "default": []},
    "digests": {"type": "list", "elements": "path", "default": []},
    "dkim": {"type": "str", "default": "", "no_log": False},
    "certificate": {"type": "path"},
    "usage": {"type": "list", "elements": "str", "default": []},
    "moves": {"type": "dict", "default": {}},
    "kick": {"type": "list", "elements": "str", "default": []},
    "shares": {"type": "dict", "default": {}},
}


def main() -> None:
    """Change what is asked for, then read."""
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True)
    given, spool = module.params, Path(module.params["spool"])
    run = runner(module, MailboxError)
    moved = []
    try:
        now = places(spool)
        moved = [name for name, place in given["moves"].items() if now.get(name) not in {None, place}]
        if not module.check_mode:
            for name in given["kick"]:
                run(["doveadm", "kick", name], (0, 68))  # 68: nobody is there
            for name in moved:
                move(spool, name, given["moves"][name])
            for name, rights in given["shares"].items():
                share(run, spool, name, rights)
        module.exit_json(
            changed=bool(moved or given["shares"]),
            moved=moved,
            usage=sizes(run, spool, given["usage"]),
            dkim=keys(given["dkim"]),
            spki=spki(run, given["certificate"]),
            **look(spool, given["folders"], given["digests"]),
        )
    except (MailboxError, OSError) as error:
        module.fail_json(
            msg=str(error), moved=[name for name in moved if places(spool).get(name) == given["moves"][name]]
        )


if __name__ == "__main__":
    main()
