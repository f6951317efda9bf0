# SPDX-License-Identifier: GPL-3.0-or-later
"""An exchange on its server, with programs that are only played: what it says, and what it forgets."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.konak.it.plugins.module_utils.exchange import ExchangeError, erase, forget, look, prompt, speak

KEY = "0123456789abcdef"
SAID = {"text": "Kapalıyız.", "language": "tr"}


class Programs:
    """Runs nothing: keeps what it was asked for, and lays down the file that a program would have made."""

    def __init__(self, fails: str = "") -> None:
        self.fails = fails
        self.asked: list[list[str]] = []

    def __call__(self, command, accepted=(0,)):
        del accepted
        self.asked.append(list(command))
        if command[0] == "espeak-ng":
            text = Path(command[command.index("-f") + 1]).read_text(encoding="utf-8")
            Path(command[command.index("-w") + 1]).write_text(f"spoken {text}", encoding="utf-8")
        if command[0] == "sox":
            Path(command[-1]).write_text(f"converted {Path(command[1]).read_text(encoding='utf-8')}", encoding="utf-8")
        if command[0] == self.fails:  # half a file may be there by then
            raise ExchangeError(f"{command[0]} ended with status 2")
        return ""


def test_a_text_is_spoken_and_converted(tmp_path):
    run, file = Programs(), prompt(tmp_path / "prompts", KEY)
    speak(run, file, SAID)
    assert [command[0] for command in run.asked] == ["espeak-ng", "sox"]
    assert file.read_text(encoding="utf-8") == "converted spoken Kapalıyız."
    assert file.stat().st_mode & 0o777 == 0o644
    assert [*file.parent.iterdir()] == [file]


def test_a_recording_is_converted_and_nothing_is_spoken(tmp_path):
    run, file, sound = Programs(), prompt(tmp_path / "prompts", KEY), tmp_path / "sent.wav"
    sound.write_text("hum", encoding="utf-8")
    speak(run, file, {**SAID, "sound": str(sound)})
    [command] = run.asked
    assert command[:2] == ["sox", str(sound)]
    assert command[2:-1] == ["-r", "8000", "-c", "1", "-b", "16", "-e", "signed-integer"]
    assert file.read_text(encoding="utf-8") == "converted hum"
    assert sound.exists()


@pytest.mark.parametrize("program", ["espeak-ng", "sox"])
def test_what_cannot_be_made_is_told_by_its_words_and_leaves_no_file(tmp_path, program):
    folder = tmp_path / "prompts"
    with pytest.raises(ExchangeError, match=f"the prompt 'Kapalıyız.' cannot be made: {program} ended"):
        speak(Programs(program), prompt(folder, KEY), SAID)
    assert [*folder.iterdir()] == []


@pytest.mark.parametrize("name", ["", "../0123456789abcdef", "0123456789ABCDEF", f"{KEY}0", f"{KEY}\n", "ana"])
def test_only_names_that_konak_gives_are_prompts(tmp_path, name):
    with pytest.raises(ExchangeError, match="is no name of a prompt"):
        prompt(tmp_path, name)


def test_files_of_others_among_the_prompts_are_not_told(tmp_path):
    for name in (f"{KEY}.wav", "ana.wav", f"{KEY}.gsm"):
        (tmp_path / name).touch()
    assert look(Programs(), tmp_path / "records.json", [], tmp_path, tmp_path)["prompts"] == [KEY]


def test_telephones_of_a_closed_line_are_forgotten_and_no_others(tmp_path):
    del tmp_path
    shown = "/registrar/contact/80001;@0a : {}\n/registrar/contact/80002;@0b : {}\n"
    asked = []

    def run(command, accepted=(0,)):
        del accepted
        asked.append(command[-1])
        return shown if "show" in command[-1] else ""

    assert forget(run, ["80002", "80009"]) == ["80002"]
    assert asked[1:] == ['database del registrar/contact "80002;@0b"']


def test_a_retired_mailbox_goes_with_all_that_is_in_it_and_no_other(tmp_path):
    for line in ("40002", "40117"):
        (tmp_path / line / "INBOX").mkdir(parents=True)
        (tmp_path / line / "INBOX/msg0000.wav").write_bytes(b"x")
    assert erase(tmp_path, ["40002", "40003"]) == ["40002"]
    assert [path.name for path in tmp_path.iterdir()] == ["40117"]
    found = look(lambda _: "{}", tmp_path / "records.json", [], tmp_path, tmp_path)
    assert found["boxes"] == ["40117"]


@pytest.mark.parametrize("name", ["..", "", "../a", "a/b", ".", "40002\n", "link", "file"])
def test_what_is_no_mailbox_is_not_removed_and_neither_is_another(tmp_path, name):
    boxes = tmp_path / "boxes"
    (boxes / "40002").mkdir(parents=True)
    (boxes / "link").symlink_to(tmp_path)
    (boxes / "file").write_text("x")
    with pytest.raises(ExchangeError, match="nothing was removed"):
        erase(boxes, ["40002", name])
    assert (boxes / "40002").is_dir()
    assert tmp_path.is_dir()


def test_mailboxes_behind_a_link_are_not_removed(tmp_path):
    (tmp_path / "elsewhere/40002").mkdir(parents=True)
    (tmp_path / "boxes").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="boxes"):
        erase(tmp_path / "boxes", ["40002"])
    assert (tmp_path / "elsewhere/40002").is_dir()
