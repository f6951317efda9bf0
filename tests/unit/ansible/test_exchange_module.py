# SPDX-License-Identifier: GPL-3.0-or-later
"""The module ``exchange`` under Ansible, with programs in place of sox: prompts are made, and removed at last."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

NEW, OLD, GONE = "0123456789abcdef", "fedcba9876543210", "00000000ffffffff"
SOX = '#!/bin/sh\necho "$@" >> "$0.asked"\nfor made; do :; done\ncp "$1" "$made"\n'


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    """A folder with one prompt, and sox that only copies."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/sox").write_text(SOX, encoding="utf-8")
    (tmp_path / "bin/sox").chmod(0o755)
    (tmp_path / "sent.wav").write_text("hum", encoding="utf-8")
    folder = tmp_path / "prompts"
    folder.mkdir()
    (folder / f"{OLD}.wav").touch()
    return folder


def asked(ansible, prompts: Path, *options: str):
    """The result of a task that makes one prompt and removes two, of which one is not there."""
    said = {"text": "Kapalıyız.", "language": "tr", "sound": str(prompts.parent / "sent.wav")}
    records = str(prompts.parent / "records.json")
    given = {"prompts": str(prompts), "records": records, "speak": {NEW: said}, "silence": [OLD, GONE]}
    path = f"{prompts.parent / 'bin'}:{os.environ['PATH']}"
    return ansible.task("konak.it.exchange", given, *options, PATH=path)


def test_prompts_are_made_and_removed_once(ansible, prompts):
    result = asked(ansible, prompts)
    assert (result["changed"], result["prompts"]) == (True, [NEW])
    assert (prompts / f"{NEW}.wav").read_text(encoding="utf-8") == "hum"
    again = asked(ansible, prompts)
    assert (again["changed"], again["prompts"]) == (False, [NEW])
    assert len((prompts.parent / "bin/sox.asked").read_text(encoding="utf-8").splitlines()) == 1


def test_a_check_only_tells(ansible, prompts):
    result = asked(ansible, prompts, "--check")
    assert (result["changed"], result["prompts"]) == (True, [OLD])


def test_a_prompt_that_cannot_be_made_removes_none(ansible, prompts):
    (prompts.parent / "sent.wav").unlink()
    result = asked(ansible, prompts)
    assert "the prompt 'Kapalıyız.' cannot be made: sox " in result["msg"]
    assert [path.name for path in prompts.iterdir()] == [f"{OLD}.wav"]
