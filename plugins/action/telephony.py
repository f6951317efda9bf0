# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan telephony, apply the plan to the exchange, or prove by calls what it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from ansible.errors import AnsibleActionFail

from ..module_utils.plan import Change, Secret
from ..module_utils.secrets import password
from ..plugin_utils.actions import Spec, proven
from ..plugin_utils.model import recordings
from ..plugin_utils.model.exchanges import MAIN, exchange_on
from ..plugin_utils.planning.after import after
from ..plugin_utils.planning.store import Part, PlanFileError, folder, read_plan, selected, write_page, write_part
from ..plugin_utils.server_action import CERTIFICATES, ServerAction, ServerError
from ..plugin_utils.telephony import files, handsets, phonebook, reconcile
from ..plugin_utils.telephony.attributes import CHANGED, SYSTEM
from ..plugin_utils.telephony.intent import intent
from ..plugin_utils.telephony.live import Live, interpret
from ..plugin_utils.telephony.matrix import matrix
from ..plugin_utils.telephony.review import opening, rights
from ..plugin_utils.telephony.services import sound_files
from ..plugin_utils.telephony.telephones import page_name, telephones
from ..plugin_utils.telephony.verify import verify
from ..plugin_utils.telephony.verify_web import fetching_from, web

PROGRAMS = "/usr/local/lib/konak/pbx_try"
SERVICE = "asterisk.service"
RUNNING = ["python3", "-I", f"{PROGRAMS}/running.py"]
DELIVERY: dict[str, Any] = {
    "name": "telephony",
    "roots": [files.FOLDER, "/etc/nginx", "/etc/tmpfiles.d", "/etc/logrotate.d", handsets.FOLDER, phonebook.FOLDER],
    "adopt": True,
    "mode": "0640",
    "group": "asterisk",
    "validate": [
        ["nginx", "-t", "-q", "-c", "{staged}/etc/nginx/nginx.conf"],
        ["logrotate", "--debug", "{staged}" + files.CALL_RECORDS],
        ["python3", "-I", PROGRAMS, "{staged}" + files.FOLDER, "{staged}" + files.CALLS],
    ],
    "health": [["systemctl", "is-active", "--quiet", SERVICE, "nginx.service"], [*RUNNING, "--check"]],
    "command_timeout": 300,
    "health_timeout": 60,
}
"""What is the same in every delivery; the other arguments of ``owned_files`` depend on what changes."""

_CLOSING = {("line", "disable"), ("line", "retire"), ("locked", "delete")}
"""Changes after which a telephone is registered with a line that is there no more."""


class ActionModule(ServerAction):
    """One round trip with nothing to change: the exchange's state, and nothing else."""

    system = SYSTEM
    server = "exchange"
    spec: ClassVar[Spec] = {
        "phase": {"type": "str", "choices": ["plan", "apply", "tell", "verify"], "default": "plan"},
        "master_secret": {"type": "str", "required": True, "no_log": True},
        "probing": {"type": "list", "elements": "str", "default": []},
        "retire": {"type": "bool", "default": False},
        "limit": {"type": "str", "default": ""},
        "addresses": {"type": "dict", "default": {}},
        "ca_file": {"type": "path"},
    }

    def act(self, arguments: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
        """Plan, apply, tell or verify; in check mode an apply says whether there is something to do."""
        self._arguments, self._city = arguments, self.city(variables)
        if self._city.telephony is None:
            raise AnsibleActionFail("the inventory has no section `telephony`: take the service `pbx` from its servers")
        self._telephony = self._city.telephony
        here = exchange_on(self._city, self.host)
        if here is None:
            raise AnsibleActionFail(f"{self.host} is no exchange: no `host` in the section `telephony` is a name of it")
        self._here = here
        phases = {"plan": self._plan, "apply": self.apply, "tell": self._tell, "verify": self._verify}
        return phases[arguments["phase"]]()

    def _plan(self) -> dict[str, Any]:
        """Leave the exchange's part of a plan, rights and hours for review, and what its telephones do."""
        live, changes = self.compare(retire=self._arguments["retire"], limit="")
        pages = {"calls": rights(self._city), "hours": opening(self._city)}
        pages[page_name(self._here)] = telephones(self._city, self._here, live)
        for name, text in pages.items():
            write_page(self.build(self.variables), name, text)
        notes = reconcile.held(self._city) if self._arguments["retire"] and self._here.site == MAIN else ()
        part = Part(SYSTEM, tuple(changes), live.counts, source=self.host, place=self._here.site, notes=tuple(notes))
        write_part(self.build(self.variables), part)
        return {"changed": False, "changes": len(changes)}

    def _verify(self) -> dict[str, Any]:
        """Call from the host that the task is delegated to, as telephones do; fetch from here, as they do too.

        The main exchange's task proves all exchanges: their telephones call each other.
        """
        if self._here.site != MAIN:
            return {"changed": False, "proofs": []}
        addresses = self._arguments["addresses"]
        proofs = verify(self._city, addresses, lambda asked: self.module("sip_calls", asked), self._password)
        ca_file = Path(self._arguments["ca_file"] or CERTIFICATES)
        fetch = fetching_from(self._here.address(addresses), self._telephony.host, ca_file)
        proofs += web(self._city, fetch, self._password)
        return proven(self.build(self.variables), SYSTEM, proofs, self.host)

    def _tell(self) -> dict[str, Any]:
        """Have telephones fetch the files that the plan changed, then forget those of lines that it closed.

        It comes once all exchanges are done: a telephone registers with one, and fetches its file from the main one.
        """
        changes = list(filter(super().is_here, read_plan(folder(self.build(self.variables)) / "plan.json").changes))
        own = reconcile.own(changes, self._here.site)
        closed = [each.key for each in own if (each.kind, each.action) in _CLOSING]
        lines = {item.key: item.fields["line"] for item in handsets.handsets(self._city)}
        again = {lines[each.key] for each in changes if _has_new_file(each)}
        again |= {line for each in changes if _has_new_file(each) and (line := _line_before(each))}
        if self._task.check_mode or not (closed or again):
            return {"changed": False}
        answer = self.module("exchange", {"resync": sorted(again), "forget": closed})
        return {"changed": bool(answer["told"] or answer["forgotten"])}

    def is_here(self, change: Change) -> bool:
        """Whether a change of telephony is one of this exchange."""
        return super().is_here(change) and bool(reconcile.own([change], self._here.site))

    def compare(self, *, retire: bool, limit: str) -> tuple[Live, list[Change]]:
        """The exchange as it is, and what would change."""
        self._settings = files.of_settings(self._city, self._here)
        answer = self.module(
            "exchange", {"records": files.RECORDS, "digests": [*files.MADE, handsets.FOLDER, *self._settings]}
        )
        try:
            live = interpret(answer, self._password)
        except ValueError as error:
            remedy = "look at it; without it, the next plan is that of an exchange that has nothing"
            raise ServerError(str(error), self.host, remedy) from None
        probing, addresses = self._arguments["probing"], self._arguments["addresses"]
        wanted = intent(self._city, probing, self._here.site, addresses, retire=retire)
        self._whole = reconcile.changes(self._city, wanted, self._settings, live.items)
        return live, selected(reconcile.placed(self._whole, self._here.site), limit)

    def carry_out(self, live: Live, changes: Sequence[Change]) -> None:
        """Deliver what the items make of the files; then remove prompts that nothing plays, and retired mailboxes."""
        changes = reconcile.own(changes, self._here.site)
        kept = reconcile.unplanned(self._whole, changes)
        if by_hand := sorted(set(kept) & set(files.MADE) & {item.key for item in live.items}):
            message = f"{', '.join(by_hand)} is not as recorded, and the plan is limited to other changes"
            raise ServerError(message, self.host, "plan without a limit: a file is delivered whole")
        now = after(live.items, changes)
        said = {item.key: item.fields for item in now if item.kind == "prompt"}
        self._speak({key: fields for key, fields in said.items() if key not in live.prompts})
        kept += [path for item in now if item.fields.get("file") == CHANGED and (path := handsets.path_of(item))]
        texts = files.of_items(now, self._password)
        texts = {path: text for path, text in {**texts, **self._settings}.items() if path not in kept}
        tried = [] if reconcile.untried(self._whole, changes) else matrix(self._city, self._here.site)
        texts[files.CALLS] = files.as_rows(each.as_dict() for each in tried)
        tree = {path: {"content": text, **files.rights(path)} for path, text in texts.items()}
        how = "--restart" if any(change.key in files.AT_START for change in changes) else "--reload"
        self.deliver({**DELIVERY, "files": tree, "keep": kept, "reload": [[*RUNNING, how]]})
        stale = any(change.kind == "running" and change.action == "update" for change in changes)
        unsaid = sorted(live.prompts - said.keys())  # also what a run left that did not come to its end
        gone = [change.key for change in changes if (change.kind, change.action) == ("line", "retire")]
        if stale or unsaid or gone:
            self.module("exchange", {"reload": stale, "silence": unsaid, "erase": gone})

    def _speak(self, said: Mapping[str, Mapping[str, Any]]) -> None:
        """Have prompts made, before what plays them is tried: spoken, or of what somebody recorded."""
        if not said:
            return
        names = sound_files(self._city)
        sounds = {key: self._recording(names[key]) for key, fields in said.items() if fields.get("sound")}
        sent = {key: {"sound": self.send(f"{key}.wav", content)} for key, content in sounds.items()}
        self.module("exchange", {"speak": {key: {**fields, **sent.get(key, {})} for key, fields in said.items()}})

    def _recording(self, name: str) -> bytes:
        """The content of a recording's file, if it still is what the plan was made of."""
        try:
            content = recordings.read(self._city.folder, name)
        except OSError as error:
            raise PlanFileError(f"the recording {name} cannot be read any more: {error.strerror}; plan again") from None
        if recordings.digest(content) != self._city.sounds[name].digest:
            raise PlanFileError(f"the recording {name} is not the one of the plan; nothing was changed: plan again")
        return content

    def _password(self, secret: Secret) -> str:
        return password(self._arguments["master_secret"], secret)


def _has_new_file(change: Change) -> bool:
    """Whether a change is of a telephone's file."""
    return (change.kind, change.action) == ("handset", "update") and bool(change.fields.keys() - {"firmware"})


def _line_before(change: Change) -> str:
    """The line with which the telephone of a change is still registered, if that changes."""
    return str(change.fields.get("line", {}).get("before") or "")
