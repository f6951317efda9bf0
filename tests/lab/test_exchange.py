# SPDX-License-Identifier: GPL-3.0-or-later
"""Broken dial plans of many kinds, delivered to a real exchange: each is refused in words, and nothing moves."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.konak.it.plugins.action.telephony import DELIVERY, RUNNING
from ansible_collections.konak.it.plugins.plugin_utils.telephony import files

from .conftest import ROOT, Lab
from .telephones import Telephones, play

pytestmark = pytest.mark.lab

PLAN, LINES = f"{files.OWN}/dialplan.conf", files.LINES

BROKEN = {
    "an unknown application": (PLAN, "Hangup(21)", "Hangupp(21)", "there is no application Hangupp"),
    "an unknown function": (PLAN, "DIALPLAN_EXISTS", "DIALPLAN_EXIST", "there is no function DIALPLAN_EXIST"),
    "a jump to no context": (PLAN, "Goto(world-memur,+90312", "Goto(world-memu,+90312", "leads to world-memu,"),
    "a jump to no label": (PLAN, '!= "open"]?closed)', '!= "open"]?close)', "leads to close, which is not there"),
    "an unknown context included": (PLAN, "include => numbers", "include => numberz", "nonexistent context 'numberz'"),
    "an open bracket": (PLAN, "${PJSIP_DIAL_CONTACTS(${ARG1})}", "${PJSIP_DIAL_CONTACTS(${ARG1})", "is not closed"),
    "a missing prompt": (PLAN, "vm-nobodyavail", "vm-nobodyavial", "there is no sound vm-nobodyavial"),
    "a file that ends early": (PLAN, "[time]", "[time", "parse error: no closing ']'"),
    "a step given twice": (PLAN, "exten => 20260526,1", "exten => 20260527,2", "already in use"),
    "premium numbers for all": (
        PLAN, "exten => _+90900X.,1,Hangup(21)", "exten => _+90900X.,1,Goto(world,${EXTEN},1)",
        "(premium, open): expected no call to the world, got a call to +909002222222",
    ),
    "no emergency number": (PLAN, "exten => 112,1,", "exten => 113,1,", "dials 112 (emergency, open): expected a call"),
    "an emergency call from nowhere": (PLAN, "<${EMERGENCY}>", "<${SHOWS}>", "that shows its own number"),
    "other hours": (PLAN, "${MINUTE} < 1730", "${MINUTE} < 0930", "(national, open): expected a call"),
    "a holiday forgotten": (PLAN, "[holidays]", "[holidayz]", "(national, holiday): expected no call to the world"),
    "a line given twice": (LINES, "[40108](konak-line)", "[40117](konak-line)", "duplicate object"),
    "an unknown option": (LINES, "language=tr", "langauge=tr", "langauge"),
}  # fmt: skip


def tree_of(lab: Lab) -> dict[str, str]:
    """The exchange's files that are ours, by path."""
    owned = json.loads(lab.on_exchange("cat", "/var/lib/konak/owned/telephony.json"))["files"]
    return {path: _read(path) for path in owned}


def _read(path: str) -> str:
    """A file of the exchange, past what is kept for the hunt for secrets."""
    argv = [str(ROOT / "konak"), "lab", "exec", "pbx1", "--", "cat", path]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout


def delivery(tree: Mapping[str, str]) -> dict[str, Any]:
    """As an apply hands files over."""
    given = {path: {"content": text, **files.rights(path)} for path, text in tree.items()}
    return {"konak.it.owned_files": {**DELIVERY, "files": given, "reload": [[*RUNNING, "--reload"]]}}


@pytest.fixture(scope="module")
def refusals(running_lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What came of each delivery, and whether what runs is as before them all."""
    folder = tmp_path_factory.mktemp("play")
    telephones, whole = Telephones(running_lab, folder), tree_of(running_lab)
    before, files_before = telephones.digest(), running_lab.on_exchange(*DIGEST)
    tasks = []
    for path, right, wrong, _ in BROKEN.values():
        assert right in whole[path], right
        tasks.append(delivery({**whole, path: whole[path].replace(right, wrong)}))
    results = play(running_lab, "pbx1", [*tasks, delivery(whole)], folder)
    same = telephones.digest() == before, running_lab.on_exchange(*DIGEST) == files_before
    return {**dict(zip([*BROKEN, "the right one"], results, strict=True)), "same": same}


DIGEST = ("sh", "-c", "find /etc/asterisk -type f | sort | xargs sha256sum | sha256sum")


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_configuration_is_refused_in_words(refusals: dict[str, Any], name: str) -> None:
    """One fault each, most of which Asterisk itself loads without a word."""
    result = refusals[name]
    assert result["failed"] is True
    said = json.dumps(result["errors"], ensure_ascii=False)
    assert BROKEN[name][3] in said, said
    assert "validate" in result["msg"]


def test_what_runs_is_as_before(refusals: dict[str, Any]) -> None:
    """The dial plan, the lines and every file; and the right configuration, tried in the same way, has no fault."""
    assert refusals["same"] == (True, True)
    assert refusals["the right one"].get("failed", False) is False
    assert refusals["the right one"]["changed"] is False


def test_no_secret_is_in_what_the_gate_says(refusals: dict[str, Any], running_lab: Lab) -> None:
    """Not even of files that are full of them."""
    said = json.dumps(refusals, ensure_ascii=False)
    assert running_lab.secret("telephony/line/40117") not in said
    assert Path(files.LINES).name in said or "lines" in said
