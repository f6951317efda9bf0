# SPDX-License-Identifier: GPL-3.0-or-later
"""What the exchange says, records, keeps and forgets, and what is told of it; on the real one, by real telephones."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from ansible_collections.konak.it.plugins.module_utils.sip_calls_tones import frequency, write_tone

from .conftest import Lab
from .mail_clients import waits
from .telephones import BusyTelephones, Telephones
from .test_mail import applied
from .test_spine import FILE, LEAVER, YESTERDAY
from .test_telephony import ELIF, KEREM, YUSUF, phones

__all__ = ["phones"]
pytestmark = pytest.mark.lab
SYSTEMS = ("telephony",)

LEVENT = "40040"
"""The director of IT."""
RECORDED = "file: prompts/kapali.wav"
PROMPTS = "/var/lib/konak/prompts"


def test_callers_hear_what_somebody_recorded_and_what_nothing_plays_goes(
    phones: Telephones, lab: Lab, tmp_path: Path
) -> None:
    """Both that the menu says is a recording of one tone, whatever the hour; another one under its name is a change."""
    before = set(lab.on_exchange("ls", PROMPTS).split())
    path = lab.inventory / "telephony.yml"
    text = re.sub(
        r"      prompt: >-\n(?:        .*\n)+", f"      prompt: {{text: Ton, {RECORDED}}}\n", path.read_text("utf-8")
    )
    path.write_text(text, encoding="utf-8")
    for index in (1, 0):
        write_tone(lab.inventory / "prompts" / "kapali.wav", frequency(index), 8)
        applied(lab, "--only", "telephony")
        result = phones.call([KEREM, ELIF], (KEREM, "1000", None))
        [call] = result["calls"]
        assert (call["answered"], call["heard"]["caller"]) == (True, frequency(index))
    now = set(lab.on_exchange("ls", PROMPTS).split())
    assert len(now) == len(before), "one for each that is said, and none that was"
    assert len(now - before) == 2


def test_a_page_speaks_and_a_recorded_queue_records(phones: Telephones, lab: Lab) -> None:
    """A director is heard on the loudspeakers, and others are refused; a recording is the exchange's, and goes in time.

    The exchange's own clock is not turned: an older recording is laid beside the new one.
    """
    monitor = "/var/spool/asterisk/monitor/destek"
    lab.on_exchange("rm", "-rf", monitor)
    result = phones.call([LEVENT, KEREM, YUSUF], (LEVENT, "4911", YUSUF), (KEREM, "4911", None))
    page, refused = result["calls"]
    assert page["answered_by"] == YUSUF
    assert page["heard"]["callee"] == result["telephones"][LEVENT]["tone"]
    assert (refused["answered"], refused["code"]) == (False, 403)
    with BusyTelephones(phones, [KEREM, YUSUF]) as busy:
        both = (f"{KEREM};@", f"{YUSUF};@")
        assert waits(lambda: all(line in phones.asterisk("database show registrar contact") for line in both))
        busy.speak("2450", 1)
        assert waits(lambda: len(busy.packets()) == 2), phones.asterisk("queue show destek")
        time.sleep(3)
    listed = ("find", monitor, "-name", "*.wav", "-size", "+8k", "-not", "-perm", "/o=r", "-printf", "%f\\n")
    assert waits(lambda: len(lab.on_exchange(*listed).split()) == 1), lab.on_exchange("ls", "-l", monitor)
    lab.on_exchange("sh", "-c", f"cp {monitor}/*.wav {monitor}/eski.wav; touch -m -d '31 days ago' {monitor}/eski.wav")
    lab.on_exchange("systemd-tmpfiles", "--clean", "/etc/tmpfiles.d/konak-recordings.conf")
    assert len(lab.on_exchange("ls", monitor).split()) == 1
    lab.on_exchange("rm", "-rf", monitor)


def test_records_of_calls_are_kept_for_their_time_alone(phones: Telephones, lab: Lab) -> None:
    """The call just made is in today's; a file that is older than the inventory says is removed. No clock is turned."""
    folder = "/var/log/asterisk/cdr-csv"
    assert phones.talk(KEREM, "2417", ELIF)
    old = f"{folder}/Master.csv-20200101"
    lab.on_exchange("sh", "-c", f"grep -q '\"2404\",\"2417\"' {folder}/Master.csv; touch -d '366 days ago' {old}")
    lab.on_exchange("logrotate", "--force", "/etc/logrotate.d/konak-call-records")
    kept = lab.on_exchange("find", folder, "-name", "Master.csv-*", "-not", "-perm", "/o=r", "-printf", "%f\\n").split()
    assert len(kept) == 1
    assert Path(old).name not in kept
    assert "2417" in lab.on_exchange("cat", f"{folder}/{kept[0]}")
    lab.on_exchange("rm", f"{folder}/{kept[0]}")


def test_a_retired_mailbox_goes_and_one_that_was_left_is_found(phones: Telephones, lab: Lab) -> None:
    """Only when it is asked for; what a removal that failed has left is shown again."""
    box = f"/var/spool/asterisk/voicemail/konak/{KEREM}"
    lab.edit(FILE, LEAVER, LEAVER.replace("\n", f"\n    until: {YESTERDAY}\n", 1))
    lab.edit("organisation.yml", "retention_days: 730", "retention_days: 0")
    applied(lab, "--only", "telephony")
    for _ in range(2):
        lab.on_exchange("install", "-D", "-o", "asterisk", "-g", "asterisk", "/dev/null", f"{box}/INBOX/msg0000.txt")
        assert lab.konak("plan", "--only", "telephony").returncode == 0
        assert lab.konak("plan", "--only", "telephony", "--retire").returncode == 2
        assert [(each["action"], each["key"]) for each in lab.plan()["changes"]] == [("retire", KEREM)]
        applied(lab, "--only", "telephony", "--retire")
        assert KEREM not in phones.asterisk("voicemail show users")
        assert KEREM not in lab.on_exchange("ls", str(Path(box).parent))


def test_a_queue_that_was_changed_by_hand_is_named_and_mended(phones: Telephones, lab: Lab) -> None:
    """A reload keeps who was added, and penalties: the apply takes them back, and nobody's pause."""
    phones.asterisk(f"queue add member PJSIP/{ELIF} to destek penalty 3")
    phones.asterisk(f"queue set penalty 7 on PJSIP/{YUSUF} in destek")
    phones.asterisk(f"queue pause member PJSIP/{YUSUF} queue destek")
    done = lab.konak("drift", "--only", "telephony")
    assert done.returncode == 2
    for words in (f"member PJSIP/{ELIF} is in no record", f"member PJSIP/{YUSUF} has the penalty 7 instead of 0"):
        assert words in done.stdout, done.stdout
    applied(lab, "--only", "telephony")
    shown = phones.asterisk("queue show destek")
    assert ELIF not in shown
    assert "(paused" in shown
    assert lab.konak("drift", "--only", "telephony").returncode == 0
    phones.asterisk(f"queue unpause member PJSIP/{YUSUF} queue destek")


def test_what_telephones_do_is_left_beside_each_plan(phones: Telephones, lab: Lab) -> None:
    """Who is registered, and a message that nobody has heard for long."""
    inbox = f"/var/spool/asterisk/voicemail/konak/{ELIF}/INBOX"
    lab.on_exchange("install", "-D", "-o", "asterisk", "-g", "asterisk", "/dev/null", f"{inbox}/msg0000.txt")
    lab.on_exchange("touch", "-d", "8 days ago", f"{inbox}/msg0000.txt")
    with BusyTelephones(phones, [YUSUF]):
        assert waits(lambda: f"{YUSUF};@" in phones.asterisk("database show registrar contact"))
        assert lab.konak("plan", "--only", "telephony").returncode == 0
    page = (lab.build / "plan" / "telephones.md").read_text(encoding="utf-8")
    lab.on_exchange("rm", "-rf", inbox)
    assert re.search(r"^\| 2411 \| Yusuf Emre Balcı \| .*baresip.* \| – \|$", page, re.MULTILINE), page
    assert re.search(r"^- 2417 Elif Işık: dinlenmemiş sesli ileti 1, en eskisi 8 günlük\.$", page, re.MULTILINE), page
    assert (lab.build / "plan" / "telephones-ek-hizmet.md").exists()
