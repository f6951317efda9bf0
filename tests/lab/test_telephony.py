# SPDX-License-Identifier: GPL-3.0-or-later
"""Telephony on a real exchange, through real telephones: from a joiner's first call to a leaver's number."""

from __future__ import annotations

import re
import ssl
import time
from pathlib import Path

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.telephony.verify_web import fetching_from

from .conftest import LAB, Lab
from .mail_clients import waits
from .telephones import HOST, BusyTelephones, Telephones
from .test_mail import applied
from .test_spine import FILE, LEAVER, YESTERDAY

pytestmark = pytest.mark.lab
SYSTEMS = ("telephony",)

KEREM, ELIF, YUSUF = "40108", "40117", "40090"
"""Three people of the directorate of IT, at 2404, 2417 and in the support service, which answers its line 2400, and
their director."""
JOINER = """
  - id: "49401"
    given: Nilgün
    family: Telci
    unit: yazilim
    title: Uzman
    class: uzman
    from: 2026-01-05
    extension: "2497"
"""
MAC = "00005e005341"
"""Kerem's telephone, of Yealink."""
LOCKED = f"locked-{MAC}"
"""Its line while it is nobody's."""
PHONEBOOK = "/srv/konak/phonebook/yealink/phonebook.xml"
SUPPORT = 'line: {extension: "2400", ring: ["unit:destek"], seconds: 40}'
ALWAYS = '{days: [mon, tue, wed, thu, fri, sat, sun], from: "00:00", until: "23:59"}'
MESSAGE = "/var/spool/asterisk/voicemail/konak/{}/INBOX/msg0000.txt"


@pytest.fixture
def phones(lab: Lab, tmp_path: Path) -> Telephones:
    """The exchange, and telephones that can be anybody's."""
    return Telephones(lab, tmp_path)


def open_always(lab: Lab) -> None:
    """Let the line of the directorate of IT ring whenever the tests run, with hours of its own."""
    lab.edit("units.yml", SUPPORT, f"{SUPPORT[:-1]}, on_holidays: true, hours: [{ALWAYS}]}}")


def test_a_joiner_calls_and_is_called_after_one_apply(phones: Telephones, lab: Lab) -> None:
    """From the saved file: one apply, registration, a call out and a call in, both heard on both sides."""
    begun = time.monotonic()
    path = lab.inventory / FILE
    path.write_text(path.read_text(encoding="utf-8") + JOINER, encoding="utf-8")
    assert lab.konak("apply", "--only", "directory", "--only", "mail", "--only", "telephony").returncode == 0
    result = phones.call(["49401", KEREM], ("49401", "2404", KEREM), (KEREM, "2497", "49401"), ("49401", "*97", None))
    assert [(call["answered"], bool(call["encryption"])) for call in result["calls"]] == [(True, True)] * 3
    tones = {name: found["tone"] for name, found in result["telephones"].items()}
    assert result["calls"][0]["heard"] == {"caller": tones[KEREM], "callee": tones["49401"]}
    assert result["calls"][1]["heard"] == {"caller": tones["49401"], "callee": tones[KEREM]}
    print(f"from saved file to first call: {time.monotonic() - begun:.1f} s")


def test_a_mover_with_a_new_surname_keeps_line_telephone_and_messages(phones: Telephones, lab: Lab) -> None:
    """What is shown, and whose calls may be taken, follow; nothing else of the line changes, and no other line."""
    lab.on_exchange("sh", "-ec", f"install -D -o asterisk -g asterisk /dev/null {MESSAGE.format(KEREM)}")
    phones.register_for_long(KEREM)
    others = phones.endpoint(ELIF)
    assert (phones.endpoint(KEREM)["callerid"], phones.endpoint(KEREM)["named_pickup_group"]) == (
        '"Kerem Bayraktar" <2404>', "sistem-ag",
    )  # fmt: skip
    lab.edit(FILE, "family: Bayraktar\n    unit: sistem-ag", "family: Bayraktar Öz\n    unit: destek")
    try:
        assert lab.konak("plan", "--only", "telephony").returncode == 2
        changes = {(change["kind"], change["key"]): set(change["fields"]) for change in lab.plan()["changes"]}
        assert changes == {
            ("line", KEREM): {"name", "pickup", "mail"},
            ("handset", MAC): {"name"},
            ("group", "bilgi-islem"): {"rings"},
            ("queue", "destek"): {"members"},
            ("page", "duyuru"): {"telephones"},
        }
        applied(lab)
        now = phones.endpoint(KEREM)
        assert (now["callerid"], now["named_pickup_group"]) == ('"Kerem Bayraktar Öz" <2404>', "destek")
        assert phones.endpoint(ELIF) == others
        assert f"{KEREM};@" in phones.asterisk("database show registrar contact"), "the telephone stays registered"
        assert re.search(rf"konak\s+{KEREM}\s.*\s1$", phones.asterisk("voicemail show users"), re.MULTILINE)
    finally:
        lab.on_exchange("rm", MESSAGE.format(KEREM))
        phones.asterisk(f'database del registrar/contact "{KEREM};@0f1e2d3c4b5a"')


def test_a_leaver_is_shut_out_and_the_unit_answers(phones: Telephones, lab: Lab) -> None:
    """Registration is refused, the telephone that was there is forgotten, the unit's telephones ring; later, nobody's.

    The telephone is told to fetch the file that locks it; with that, nobody is called. While the number rests, nobody
    is given it.
    """
    open_always(lab)
    lab.edit(FILE, LEAVER, LEAVER.replace("\n", f"\n    until: {YESTERDAY}\n", 1))
    with BusyTelephones(phones, [KEREM]) as there:
        assert waits(lambda: f"{KEREM};@" in phones.asterisk("database show registrar contact"))
        assert "check-sync" not in there.heard(KEREM)
        applied(lab)
        assert "check-sync" in there.heard(KEREM)
        assert f"{KEREM};@" not in phones.asterisk("database show registrar contact")
    calls = ((KEREM, "2417", ELIF), (ELIF, "2404", YUSUF), (LOCKED, "2417", None), ("konak-tell", "2417", None))
    result = phones.call([KEREM, ELIF, YUSUF, LOCKED, "konak-tell"], *calls)
    assert {line for line, found in result["telephones"].items() if found["registered"]} == {ELIF, YUSUF, LOCKED}
    assert (result["calls"][2]["answered"], result["calls"][2]["code"]) == (False, 404)
    assert result["telephones"][KEREM]["registered"] is False
    assert result["telephones"][KEREM]["reason"].startswith("401")
    assert result["calls"][0]["answered"] is False
    assert result["calls"][1]["answered_by"] == YUSUF
    lab.edit(FILE, 'extension: "2407"', 'extension: "2404"')
    done = lab.konak("check")
    assert done.returncode == 1
    assert re.search(r"extension.*2404", done.stdout + done.stderr)


def test_a_telephone_fetches_its_own_file_and_nothing_else(phones: Telephones, lab: Lab) -> None:
    """Its own with its password; others', unknown ones, lists, and all else are refused, and without a password all."""
    fetch = fetching_from(phones.address, HOST, LAB / "pki" / "ca.pem")
    own = lab.secret(f"telephony/handset/{MAC}")
    assert fetch(f"/telephones/{MAC}.cfg", MAC, own) == 200
    assert fetch(f"/telephones/{MAC}.cfg", "", "") == 401
    assert fetch(f"/telephones/{MAC}.cfg", MAC, own[:-1]) == 401
    assert fetch(f"/telephones/{MAC}.cfg", "00005e005300", own) == 401, "a telephone that is not in the inventory"
    for path in ("cfg00005e005342.xml", "00005e005300.cfg", "", f"{MAC}/{MAC}.cfg"):
        assert fetch(f"/telephones/{path}", MAC, own) == 404, path
    assert fetch("/", MAC, own) == 404
    assert fetch("/phonebook/yealink/phonebook.xml", MAC, own) == 200
    assert fetch("/phonebook/yealink/phonebook.xml", "", "") == 401
    assert fetch("/phonebook/yealink/", MAC, own) == 404
    with pytest.raises(ssl.SSLCertVerificationError):
        fetching_from(phones.address, "baska.ornek.bel.tr", LAB / "pki" / "ca.pem")("/", "", "")


def test_exactly_the_telephone_of_who_changed_gets_another_file(phones: Telephones, lab: Lab) -> None:
    """Digests of all telephones' files before and after a new surname and a departure."""
    digests = ("sh", "-c", "cd /srv/konak/telephones; sha256sum */*")

    def files() -> dict[str, str]:
        rows = (line.split() for line in lab.on_exchange(*digests).splitlines())
        return {path: digest for digest, path in rows}

    before = files()
    lab.edit(FILE, "family: Bayraktar\n", "family: Bayraktar Öz\n")
    applied(lab, "--only", "telephony")
    renamed = files()
    assert {path for path in before if renamed[path] != before[path]} == {f"{MAC}/{MAC}.cfg"}
    assert "Bayraktar Öz" in lab.on_exchange("grep", "display_name", f"/srv/konak/telephones/{MAC}/{MAC}.cfg")
    assert "<Name>Kerem Bayraktar Öz</Name>" in lab.on_exchange("cat", PHONEBOOK)
    lab.edit(FILE, LEAVER, LEAVER.replace("\n", f"\n    until: {YESTERDAY}\n", 1))
    applied(lab, "--only", "telephony")
    assert {path for path in before if files()[path] != renamed[path]} == {f"{MAC}/{MAC}.cfg"}
    assert "Bayraktar" not in lab.on_exchange("cat", PHONEBOOK)
    text = lab.on_exchange("cat", f"/srv/konak/telephones/{MAC}/{MAC}.cfg")
    assert f"account.1.user_name = {LOCKED}\n" in text
    assert KEREM not in text
    assert lab.secret(f"telephony/line/{KEREM}") not in text


def test_fifty_calls_stay_up_while_an_apply_reloads_the_exchange(phones: Telephones, lab: Lab) -> None:
    """The same hundred channels afterwards, and sound of each telephone goes on in both directions."""
    with BusyTelephones(phones, [KEREM, ELIF]) as busy:
        both = (f"{KEREM};@", f"{ELIF};@")
        assert waits(lambda: all(line in phones.asterisk("database show registrar contact") for line in both))
        busy.speak("2417", 50)
        assert waits(lambda: len(busy.packets()) == 100), phones.asterisk("core show channels count")
        before = busy.packets()
        lab.edit(FILE, "family: Bayraktar\n", "family: Bayraktar Öz\n")
        begun = time.monotonic()
        applied(lab, "--only", "telephony")
        assert phones.endpoint(KEREM)["callerid"] == '"Kerem Bayraktar Öz" <2404>'
        after = busy.packets()
        time.sleep(2)
        later = busy.packets()
        assert before.keys() == after.keys() == later.keys()
        assert all(later[name][way] > after[name][way] > before[name][way] for name in before for way in (0, 1))
        print(f"50 calls through an apply of {time.monotonic() - begun:.1f} s")


def test_what_was_changed_by_hand_is_named_and_mended(phones: Telephones, lab: Lab) -> None:
    """A file, a line typed in, and a service that was stopped: drift with its words, and one apply each."""
    lab.on_exchange(
        "sh", "-c", "echo '; elle' >> /etc/asterisk/konak/lines.conf; echo '; elle' >> /etc/asterisk/rtp.conf"
    )
    phones.asterisk("dialplan add extension 2999,1,Hangup(17) into numbers")
    done = lab.konak("drift", "--only", "telephony")
    assert done.returncode == 2
    for words in ("konak/lines.conf", "rtp.conf", "the number 2999 is in no record"):
        assert words in done.stdout, done.stdout
    applied(lab, "--only", "telephony")
    assert "2999" not in phones.asterisk("dialplan show numbers")
    assert lab.on_exchange("sh", "-c", "grep -rl '; elle' /etc/asterisk || true") == ""
    lab.on_exchange("systemctl", "stop", "asterisk.service")
    assert lab.konak("plan", "--only", "telephony").returncode == 2
    assert [change["fields"] for change in lab.plan()["changes"]] == [
        {"service": {"before": "stopped", "after": "running"}}
    ]
    applied(lab, "--only", "telephony")
    assert phones.talk(KEREM, "2417", ELIF)


def test_an_exchange_that_cannot_be_read_is_not_an_empty_one(phones: Telephones, lab: Lab) -> None:
    """Broken records, and a disk that is full: told in words, and calls go on."""
    before = phones.digest()
    lab.on_exchange("sh", "-c", "cd /etc/asterisk/konak; cp -p records.json /root/; echo '[{' > records.json")
    try:
        done = lab.konak("plan", "--only", "telephony")
        assert done.returncode == 1
        assert "Traceback" not in done.stdout + done.stderr
        assert "pbx1" in done.stdout + done.stderr
    finally:
        lab.on_exchange("cp", "-p", "/root/records.json", "/etc/asterisk/konak/records.json")
    lab.on_exchange("mount", "-t", "tmpfs", "-o", "size=4k", "none", "/var/lib/konak/owned")
    try:
        lab.edit(FILE, "family: Bayraktar\n", "family: Bayraktar Öz\n")
        done = lab.konak("apply", "--only", "telephony")
        assert done.returncode == 1
        assert "No space left on device" in done.stdout + done.stderr
    finally:
        lab.on_exchange("umount", "/var/lib/konak/owned")
    assert phones.digest() == before
    assert phones.talk(KEREM, "2417", ELIF)


def test_no_secret_is_in_what_was_said_or_planned(lab: Lab) -> None:
    """Nor in the records, nor in any file but the two that need them."""
    secret = lab.secret(f"telephony/line/{KEREM}")
    assert secret not in "".join(lab.output)
    for path in (lab.build / "plan").glob("*"):
        assert secret not in path.read_text(encoding="utf-8")
    hunt = 'find / -xdev -type f -not -path "/proc/*" -print0 | xargs -0 grep -lF -- "$0" || true'
    found = lab.on_exchange("sh", "-c", hunt, secret)
    assert sorted(found.split()) == ["/etc/asterisk/konak/lines.conf", f"/srv/konak/telephones/{MAC}/{MAC}.cfg"]
