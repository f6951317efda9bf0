# SPDX-License-Identifier: GPL-3.0-or-later
"""A person's whole life on a real domain controller, seen with Samba's own tools: the object stays, come what may."""

from __future__ import annotations

import datetime
import json
import subprocess
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from .conftest import LAB, Lab

pytestmark = pytest.mark.lab
SYSTEMS = ("directory",)

TODAY = datetime.datetime.now(ZoneInfo("Europe/Istanbul")).date()
FILE = "people/bilgi-islem.yml"
KEREM = "(employeeID=40108)"
IDENTITY = ("objectGUID", "objectSid")
FLAG = 0x100000
"""NOT_DELEGATED: a flag that somebody set by hand."""
BASE = "DC=ornek,DC=bel,DC=tr"


def day(offset: int) -> str:
    """A day from today on."""
    return (TODAY + datetime.timedelta(days=offset)).isoformat()


def groups_of(lab: Lab, query: str) -> set[str]:
    """Names of the groups that an object is in directly, ours and others."""
    return {dn.split(",")[0].removeprefix("CN=") for dn in lab.entry(query, "memberOf").get("memberOf", [])}


def apply(lab: Lab, *words: str) -> None:
    """Apply, and see that nothing is left to do."""
    assert lab.konak("apply", *words).returncode == 0
    assert lab.konak("plan", *words[: words.index("--allow")] if "--allow" in words else words).returncode == 0


@pytest.fixture
def hands(lab: Lab):
    """Kerem's account with a flag and memberships by hand: one in our territory, one outside, one in an open group."""
    kerem = lab.entry(KEREM, "userAccountControl", "sAMAccountName", *IDENTITY)
    root = f"OU=Örnek Belediyesi,{BASE}"
    lab.on_dc("samba-tool", "group", "add", "elle-ici", "--groupou=OU=Örnek Belediyesi")
    lab.on_dc("samba-tool", "group", "add", "elle-disi")
    for group in ("elle-ici", "elle-disi"):
        lab.on_dc("samba-tool", "group", "addmembers", group, kerem["sAMAccountName"][0])
    flags = int(kerem["userAccountControl"][0]) | FLAG
    lab.by_hand(f"dn: {kerem['dn'][0]}\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: {flags}\n")
    assert root in lab.entry("(sAMAccountName=elle-ici)")["dn"][0]
    yield kerem
    for group in ("elle-ici", "elle-disi"):
        lab.on_dc("samba-tool", "group", "delete", group)


def test_a_rename_keeps_everything_and_the_old_address(lab: Lab, hands: dict) -> None:
    """A new family name, and a second one: same object, groups, flags; managers follow; both addresses are there."""
    chief = lab.entry("(employeeID=40051)", *IDENTITY)
    before = groups_of(lab, "(employeeID=40051)")
    former = f"    former: [{{family: Çelik, until: {day(-2)}}}]\n"
    lab.edit(FILE, "    family: Çelik\n", f"    family: Demirkan\n{former}")
    apply(lab)
    after = lab.entry("(employeeID=40051)", "sAMAccountName", "mail", "proxyAddresses", "displayName", "cn", *IDENTITY)
    assert {name: after[name] for name in IDENTITY} == {name: chief[name] for name in IDENTITY}
    assert (after["sAMAccountName"], after["cn"]) == (["gokhan.demirkan"], ["Gökhan Demirkan"])
    assert set(after["proxyAddresses"]) == {"SMTP:gokhan.demirkan@ornek.bel.tr", "smtp:gokhan.celik@ornek.bel.tr"}
    assert groups_of(lab, "(employeeID=40051)") == before
    assert lab.entry(KEREM, "manager")["manager"] == after["dn"], "whom he leads point at him under his new name"
    second = f"    former: [{{family: Çelik, until: {day(-2)}}}, {{family: Demirkan, until: {day(-1)}}}]\n"
    lab.edit(FILE, f"    family: Demirkan\n{former}", f"    family: Okur\n{second}")
    apply(lab)
    third = lab.entry("(employeeID=40051)", "proxyAddresses", *IDENTITY)
    assert {name: third[name] for name in IDENTITY} == {name: chief[name] for name in IDENTITY}
    assert len(third["proxyAddresses"]) == 3
    later = (TODAY + datetime.timedelta(days=400)).isoformat()
    lab.konak("plan", "--as-of", later, "--only", "directory", "--limit", "person=40051", "--json")
    removed = [change["fields"]["addresses"]["removed"] for change in lab.plan()["changes"]]
    assert removed == [["smtp:gokhan.celik@ornek.bel.tr", "smtp:gokhan.demirkan@ornek.bel.tr"]], "after a year they end"


def test_a_move_and_an_exchange_of_logins_keep_the_objects(lab: Lab, hands: dict) -> None:
    """To another unit; two people take each other's login in one plan: objects, groups by hand and flags stay."""
    other = lab.entry("(employeeID=40081)", "sAMAccountName", *IDENTITY)
    lab.edit(
        FILE,
        '    room: "212"\n    extension: "2404"\n',
        '    room: "212"\n    extension: "2404"\n    login: mujde.simsek\n',
    )
    lab.edit(
        FILE,
        '    room: "212"\n    extension: "2403"\n',
        '    room: "212"\n    extension: "2403"\n    login: kerem.bayraktar\n',
    )
    text = (lab.inventory / FILE).read_text(encoding="utf-8")
    head, _, tail = text.partition('  - id: "40108"')
    (lab.inventory / FILE).write_text(
        head + '  - id: "40108"' + tail.replace("unit: sistem-ag", "unit: destek", 1), encoding="utf-8"
    )
    apply(lab)
    kerem = lab.entry(KEREM, "sAMAccountName", "userAccountControl", *IDENTITY)
    mujde = lab.entry("(employeeID=40081)", "sAMAccountName", *IDENTITY)
    assert (kerem["sAMAccountName"], mujde["sAMAccountName"]) == (["mujde.simsek"], ["kerem.bayraktar"])
    for before, after in ((hands, kerem), (other, mujde)):
        assert {name: after[name] for name in IDENTITY} == {name: before[name] for name in IDENTITY}
    assert "OU=Kullanıcı Destek Servisi" in kerem["dn"][0]
    assert int(kerem["userAccountControl"][0]) & FLAG
    assert {"elle-ici", "elle-disi", "birim-destek"} <= groups_of(lab, KEREM)
    assert "birim-sistem-ag" not in groups_of(lab, KEREM)


def test_leave_departure_and_return_end_and_restore_everything(lab: Lab, hands: dict) -> None:
    """Leave closes in place; departure strips, remembers and moves; a return gives all back, also what was by hand."""
    working = groups_of(lab, KEREM)
    assert {"elle-ici", "elle-disi", "grup-vpn"} & working == {"elle-ici", "elle-disi"}
    lab.on_dc("samba-tool", "group", "addmembers", "grup-vpn", hands["sAMAccountName"][0])  # open: anyone may be added
    working = groups_of(lab, KEREM)
    plain = 'from: 2021-06-14\n    room: "212"\n'
    lab.edit(
        FILE,
        plain,
        f'from: 2021-06-14\n    leave: [{{from: {day(-1)}, until: {day(1)}, kind: medical}}]\n    room: "212"\n',
    )
    apply(lab)
    away = lab.entry(KEREM, "userAccountControl", *IDENTITY)
    assert int(away["userAccountControl"][0]) & 2
    assert (groups_of(lab, KEREM), away["dn"]) == (working, hands["dn"])
    assert "revoked" in lab.kinit(hands["sAMAccountName"][0], lab.secret("directory/first/40108"))

    apply(lab, "--as-of", day(2))
    assert not int(lab.entry(KEREM, "userAccountControl")["userAccountControl"][0]) & 2
    assert groups_of(lab, KEREM) == working

    lab.restore()
    lab.edit(FILE, plain, f'from: 2021-06-14\n    until: {day(-1)}\n    room: "212"\n')
    apply(lab)
    gone = lab.entry(KEREM, "userAccountControl", "extensionName", "manager", *IDENTITY)
    assert int(gone["userAccountControl"][0]) & 2
    assert int(gone["userAccountControl"][0]) & FLAG
    assert "OU=Ayrılanlar" in gone["dn"][0]
    assert "manager" not in gone
    assert groups_of(lab, KEREM) == {"elle-disi"}, "what lies outside is not ours to change"
    assert "who has left, is a member of CN=elle-disi" in lab.konak("drift").stdout, "but it is told"
    assert len(gone["extensionName"]) == 3, "closed, and two memberships by hand"

    lab.restore()
    lab.edit(FILE, plain, f'from: {day(0)}\n    earlier: [{{from: 2021-06-14, until: {day(-1)}}}]\n    room: "212"\n')
    apply(lab)
    back = lab.entry(KEREM, "userAccountControl", "extensionName", *IDENTITY)
    assert back["dn"] == hands["dn"]
    assert int(back["userAccountControl"][0]) == int(hands["userAccountControl"][0]) | FLAG
    assert groups_of(lab, KEREM) == working
    assert "extensionName" not in back
    for state in (away, gone, back):
        assert {name: state[name] for name in IDENTITY} == {name: hands[name] for name in IDENTITY}
    lab.on_dc("samba-tool", "group", "removemembers", "grup-vpn", hands["sAMAccountName"][0])


def test_the_domain_controller_itself_closes_an_account_on_the_eve_of_a_leave(lab: Lab) -> None:
    """The end of the account is the first local midnight of the leave: nobody has to apply anything that night."""
    plain = 'from: 2021-06-14\n    room: "212"\n'
    lab.edit(FILE, plain, f'from: 2021-06-14\n    leave: [{{from: {day(10)}, until: {day(20)}}}]\n    room: "212"\n')
    apply(lab)
    ticks = int(lab.entry(KEREM, "accountExpires")["accountExpires"][0])
    ends = datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(seconds=ticks // 10**7)
    local = ends.astimezone(ZoneInfo("Europe/Istanbul"))
    assert (local.date().isoformat(), local.time()) == (day(10), datetime.time())


def test_a_joiner_gets_a_sealed_letter_and_must_choose_a_password(lab: Lab) -> None:
    """The letter opens with the recipient's key alone, holds the password, and the first logon forces a change."""
    path = lab.inventory / FILE
    name = "given: İpek\n    family: Şahiner"
    joiner = f'\n  - id: "49002"\n    {name}\n    unit: destek\n    title: Uzman\n    class: uzman\n'
    path.write_text(path.read_text(encoding="utf-8") + joiner + f"    from: {day(0)}\n", encoding="utf-8")
    apply(lab)
    letter = lab.build / "letters" / "49002.p7m"
    assert (letter.stat().st_mode & 0o777, letter.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    opened = opened_letter(letter)
    secret = lab.secret("directory/first/49002")
    assert secret in opened
    assert "ipek.sahiner" in opened
    assert secret.encode() not in letter.read_bytes()
    answer = lab.kinit("ipek.sahiner", secret, "", "")
    assert "assword" in answer
    assert "expired" in answer
    assert lab.kinit("ipek.sahiner", secret, "Baska-Bir-Parola-7", "Baska-Bir-Parola-7") == "ticket"
    apply(lab)
    assert lab.kinit("ipek.sahiner", "Baska-Bir-Parola-7") == "ticket", "an apply resets no password"
    letter.unlink()
    waiting = json.loads(lab.konak("letters", "--limit", "unit=destek", "--json").stdout)["letters"]
    assert waiting
    assert not letter.exists(), "who has a password of their own gets no letter"


def opened_letter(path: Path) -> str:
    """A letter as its recipient reads it, with OpenSSL."""
    argv = [
        "openssl",
        "cms",
        "-decrypt",
        "-inform",
        "PEM",
        "-in",
        str(path),
        "-inkey",
        str(LAB / "pki" / "letters.key"),
    ]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout


def of_people(lab: Lab) -> set[str]:
    """What the plan does to people."""
    return {change["action"] for change in lab.plan()["changes"] if change["kind"] == "person"}


def test_a_leaver_is_deleted_only_when_asked_for_and_only_after_the_retention(lab: Lab) -> None:
    """Two years after the last day, with --retire and not without it."""
    plain = 'from: 2021-06-14\n    room: "212"\n'
    lab.edit(FILE, plain, f'from: 2021-06-14\n    until: {day(-1)}\n    room: "212"\n')
    apply(lab)
    early, late = day(700), day(735)
    only = ("--limit", "person=40108")
    assert lab.konak("plan", "--as-of", early, "--retire", *only, "--json").returncode in {0, 2}
    assert "retire" not in of_people(lab)
    assert lab.konak("plan", "--as-of", late, *only, "--json").returncode in {0, 2}
    assert "retire" not in of_people(lab)
    assert lab.konak("apply", "--as-of", late, "--retire", *only).returncode == 0
    assert lab.entry(KEREM) == {}
    lab.restore()
    assert lab.konak("apply").returncode == 0, "a new account for who is still there"
