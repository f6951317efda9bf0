# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deliver a tree of files that is owned as one set."""

from __future__ import annotations

DOCUMENTATION = r"""
module: owned_files
short_description: Deliver a tree of files that is owned as one set
version_added: 0.1.0
author: Konak contributors (@konak)
description:
  - Compares a tree of rendered files with what is on the host by digest. With nothing to change, the digests alone go
    over, in one round trip; otherwise the contents of the files that differ follow in a second one.
  - Stages the new files beside the old ones, has the service's own checker validate the staged tree, exchanges file by
    file atomically, reloads the service and checks its health. If one of these fails, content, mode, owner and
    deletions are put back as they were, and the service is reloaded again.
  - A manifest on the host, C(/var/lib/konak/owned/NAME.json), says which files are ours. Only those are ever removed. A
    file that exists and is not in it is an error before anything is changed, unless O(adopt) is set or it is exactly as
    wanted; then it stays, and is not ours.
  - A run that was interrupted at any point is put back or completed by the next one.
options:
  name:
    description: The set's name, of small letters, digits, C(-) and C(_).
    type: str
    required: true
  roots:
    description: Folders below which all files of the set lie. A root is no symbolic link, and lies in no other root.
    type: list
    elements: str
    required: true
  files:
    description:
      - The files by absolute path, each with C(content), C(mode), C(owner), C(group), and C(secret) if its content is
        never to be shown. Content may be left out for a file that O(src) holds.
      - What is not said for a file is taken from O(mode), O(owner) and O(group).
    type: dict
    default: {}
  src:
    description: A folder on the controller with files laid out as from C(/), so C(etc/postfix/main.cf) for one.
    type: path
  keep:
    description: Paths of ours that are left as they are for once, whatever is there.
    type: list
    elements: str
    default: []
  mode:
    description: Mode of files that name none, in octal digits, quoted.
    type: raw
    default: "0644"
  owner:
    description: Owner of files that name none.
    type: str
    default: root
  group:
    description: Group of files that name none.
    type: str
    default: root
  adopt:
    description: Whether files that exist and are not ours are taken over.
    type: bool
    default: false
  validate:
    description:
      - A command as a list of its arguments, or a list of such lists. No shell is involved.
      - C({staged}) stands for the staged tree, laid out as from C(/), so C({staged}/etc/postfix). It holds the new
        files, and as links all else that is in the roots.
    type: list
    elements: raw
    default: []
  reload:
    description: A command or commands, as O(validate), that make the service read the new files.
    type: list
    elements: raw
    default: []
  health:
    description: A command or commands, as O(validate), that are tried until they succeed.
    type: list
    elements: raw
    default: []
  health_timeout:
    description: Seconds within which O(health) must succeed.
    type: float
    default: 30
  command_timeout:
    description: Seconds that each command of O(validate) and O(reload) may take.
    type: float
    default: 60
  secrets:
    description: Values that are shown nowhere, whichever command or file repeats them.
    type: list
    elements: str
    default: []
  manifests:
    description: The folder on the host with the manifests of all sets. Sets in one folder never own a file twice.
    type: path
    default: /var/lib/konak/owned
  wanted:
    description: What the action makes of O(files) and O(src) for the way to the host. Not for playbooks.
    type: str
attributes:
  check_mode:
    description: Says the same changes. Commands do not run, as nothing is staged.
    support: full
  diff_mode:
    description: Texts before and after; a secret file shows only that it changes.
    support: full
notes:
  - While a delivery is under way, each root that it changes holds a folder C(.konak-NAME), which root alone may enter.
  - Folders that a new file needs are made with mode 0755. Folders are never removed, except when a delivery is undone.
"""

EXAMPLES = r"""
- name: Deliver the mail server's configuration
  konak.it.owned_files:
    name: postfix
    roots: [/etc/postfix]
    src: "{{ konak_build }}/mail1"
    files:
      /etc/postfix/ldap-people.cf:
        mode: "0640"
        group: postfix
        secret: true
    validate: [postfix, -c, "{staged}/etc/postfix", check]
    reload: [systemctl, reload, postfix]
    health: [postfix, status]

- name: Deliver two small files
  konak.it.owned_files:
    name: banner
    roots: [/etc/issue.d]
    files:
      /etc/issue.d/ornek.issue:
        content: "Örnek Belediyesi\n"
"""

RETURN = r"""
changes:
  description:
    - What was done, or would be, in this order. C(mode) stands for mode, owner or group where the content is right.
    - C(kind) says C(changed by hand) or C(removed by hand) where a file is not as it was left; then C(drift) is true.
  type: list
  elements: dict
  returned: always
  sample: [{path: /etc/postfix/main.cf, action: update, drift: true, kind: changed by hand}]
validated:
  description: Whether the staged tree was validated.
  type: bool
  returned: always
reloaded:
  description: Whether the service was reloaded; after a failure, whether it was with the old files.
  type: bool
  returned: always
healthy:
  description: Whether the health commands succeeded after the reload.
  type: bool
  returned: always
rolled_back:
  description: Whether files had been exchanged and the old ones are back.
  type: bool
  returned: always
recovered:
  description: What became of an interrupted earlier run, C(restored) or C(completed); in check mode C(due); else empty.
  type: str
  returned: always
needs:
  description: Files whose content was not handed over, as none was asked for in check mode without diff.
  type: list
  elements: str
  returned: always
errors:
  description: What went wrong, the cause first, each with step, message, path, output and remedy.
  type: list
  elements: dict
  returned: always
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.owned_files import OPTIONS, unpack
from ..module_utils.owned_files_commands import commands
from ..module_utils.owned_files_run import Request, deliver


def main() -> None:
    module = AnsibleModule(
        argument_spec={**OPTIONS, "wanted": {"type": "str", "no_log": True}},
        supports_check_mode=True,
    )
    given = module.params
    if not given["wanted"]:
        module.fail_json(msg="this module is run by the action of the same name")
    try:
        files, contents = unpack(given["wanted"])
        orders = {name: commands(name, given[name]) for name in ("validate", "reload", "health")}
    except ValueError as error:
        module.fail_json(msg=str(error))
    request = Request(
        given["name"],
        tuple(given["roots"]),
        files,
        Path(given["manifests"]),
        contents,
        adopt=given["adopt"],
        keep=tuple(given["keep"]),
        health_seconds=given["health_timeout"],
        command_seconds=given["command_timeout"],
        validate=orders["validate"],
        reload=orders["reload"],
        health=orders["health"],
        secrets=tuple(given["secrets"]),
        check=module.check_mode,
        diff=module._diff,  # noqa: SLF001  # AnsibleModule tells it by no other name
    )
    result = deliver(request).as_dict()
    if result["errors"]:
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
