# SPDX-License-Identifier: GPL-3.0-or-later
"""What must stop a run before it writes: each fault has words of its own, status 1, and no write in the server's log.

Where the fault is the server's, a proxy stands before the real one and does what a failing or a Windows one would.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import Lab
from .ldap_modes import (
    cut_after,
    drop_after_writes,
    empty,
    hang,
    hide,
    refer,
    refer_part,
    refuse,
    short_page,
    without_page_cookie,
)
from .test_spine import LEAVER, YESTERDAY, drop_lost_references

pytestmark = pytest.mark.lab
SYSTEMS = ("directory",)

FILE = "people/bilgi-islem.yml"
TITLE, NEW_TITLE = "title: Bilgi İşlem Müdürü\n", "title: Bilgi İşlem Müdürü (Vekil)\n"
UNIT = "(adminDescription=konak:unit:zabita-denetim)"


@pytest.fixture
def edited(lab: Lab) -> Lab:
    """A lab with something to apply, so that a run that goes on would write."""
    lab.edit(FILE, TITLE, NEW_TITLE)
    return lab


def refused(lab: Lab, *words: str) -> str:
    """What an apply says that must end with status 1 and without a write."""
    before = lab.writes()
    done = lab.konak("apply", *words, reads=True)
    assert done.returncode == 1
    assert lab.writes() == before
    assert "Traceback" not in done.stdout + done.stderr
    return done.stdout


def join(lab: Lab, number: str, given: str, family: str) -> None:
    """One more person in the file of the IT directorate."""
    names = f"given: {given}\n    family: {family}"
    post = "unit: destek\n    title: Uzman\n    class: uzman\n    from: 2026-01-05"
    record = f'\n  - id: "{number}"\n    {names}\n    {post}\n'
    path = lab.inventory / FILE
    path.write_text(path.read_text(encoding="utf-8") + record, encoding="utf-8")


def test_a_file_that_was_cut_is_told_from_departures(lab: Lab) -> None:
    """Thirty per cent of a file's records gone: the guard says that records are gone, and what to look at."""
    path = lab.inventory / "people/mali-hizmetler.yml"
    text = path.read_text(encoding="utf-8")
    heads = [match.start() for match in re.finditer(r'^  - id: "', text, re.MULTILINE)]
    path.write_text(text[: heads[int(len(heads) * 0.7)]], encoding="utf-8")
    drop_lost_references(lab)
    said = refused(lab)
    assert re.search(r"STOP (\d+) times disable of a person in one run, \1 of them because their record is gone", said)
    assert "look whether a file was cut" in said


def test_an_empty_answer_is_not_an_empty_directory(edited: Lab) -> None:
    """A search that finds nothing at all."""
    with edited.through(mode := empty()):
        said = refused(edited)
    assert mode.acted
    assert "OU=Örnek Belediyesi,DC=ornek,DC=bel,DC=tr cannot be seen" in said
    assert "nothing is taken for gone" in said


def test_a_server_that_dies_in_mid_read(edited: Lab) -> None:
    """Half of the answer, then nothing."""
    with edited.through(mode := cut_after(60)):
        said = refused(edited)
    assert mode.acted
    assert "reading OU=Örnek Belediyesi,DC=ornek,DC=bel,DC=tr: the connection to the directory broke" in said


@pytest.fixture
def unreadable(edited: Lab) -> Iterator[Lab]:
    """Konak's account may no longer see what lies in one directorate, by a real entry in the access list."""
    dn = edited.entry(UNIT)["dn"][0]
    sid = edited.entry("(sAMAccountName=svc-konak)", "objectSid")["objectSid"][0]
    edited.on_dc("samba-tool", "dsacl", "set", f"--objectdn={dn}", "--action=deny", f"--sddl=(D;CI;RPLCLORC;;;{sid})")
    entries = re.findall(rf"\(D;CI;[^)]*{sid}\)", edited.on_dc("samba-tool", "dsacl", "get", f"--objectdn={dn}"))
    assert entries
    yield edited
    for entry in entries:
        edited.on_dc("samba-tool", "dsacl", "delete", f"--objectdn={dn}", f"--sddl={entry}")


def test_rights_lost_on_one_unit_look_like_emptiness_and_are_not_believed(unreadable: Lab) -> None:
    """The unit and all in it cannot be seen, which is no reason to make them again."""
    said = refused(unreadable)
    assert re.search(r"STOP a short answer: the directory shows \d+ of \d+ person objects", said)
    assert "look at the binding account's rights" in said


def test_people_that_are_hidden_in_a_unit_that_is_seen_name_the_unit(edited: Lab) -> None:
    """The unit is there and nobody in it."""
    with edited.through(hide(edited.entry(UNIT)["dn"][0], itself=False)):
        said = refused(edited)
    assert re.search(r"STOP a short answer: .* person objects; nothing is seen in zabita-denetim", said)


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        (without_page_cookie, "the directory answered without a page mark, so the answer may be cut"),
        (lambda: refer("ldap://dc9.ornek.bel.tr"), "the directory sends us to another server"),
        (lambda: refer_part("ldap://dc9.ornek.bel.tr/OU=x"), "the directory sends us to another server for a part of"),
        (lambda: refuse("search", 4, "too many"), "the directory cut its answer short"),
        (lambda: refuse("search", 50, "no"), "the binding account may not do this"),
        (lambda: short_page(100), "a short answer: the directory shows"),
    ],
)
def test_answers_that_are_not_whole(edited: Lab, mode, words: str) -> None:
    """Each has its own words; none is believed."""
    with edited.through(acting := mode()):
        said = refused(edited)
    assert acting.acted
    assert words in said


def test_a_server_that_never_answers(edited: Lab) -> None:
    """The time that a request may take is a setting."""
    with edited.through(hang(), directory_timeout=3):
        assert "the directory takes too long to answer" in refused(edited)


def test_a_certificate_of_another_authority(edited: Lab, tmp_path: Path) -> None:
    """It is told as that, and not as a server that does not run."""
    from ansible_collections.konak.it.cli.lab import base, keys

    keys.ensure_authority(base.Places(tmp_path))
    with edited.settings(directory_ca_file=str(tmp_path / "build/lab/pki/ca.pem")):
        said = refused(edited)
    assert "no domain controller answers" in said
    assert "its certificate is not to be trusted" in said


@pytest.fixture
def account(edited: Lab) -> Iterator[Lab]:
    """Konak's own account, which is as it was afterwards."""
    yield edited
    edited.on_dc("samba-tool", "user", "enable", "svc-konak")
    edited.on_dc("samba-tool", "user", "setexpiry", "svc-konak", "--noexpiry")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("disable", "svc-konak"), "it is disabled"),
        (("setexpiry", "svc-konak", "--days=-2"), "the account has expired"),
    ],
)
def test_a_binding_account_that_may_not_bind(account: Lab, command: tuple[str, ...], words: str) -> None:
    """The reason is told in words: it is another one's work to mend a wrong password than an expired one."""
    account.on_dc("samba-tool", "user", *command)
    said = refused(account)
    assert f"the directory refuses the binding account: {words}" in said


def test_a_binding_account_whose_password_no_longer_counts(account: Lab) -> None:
    """Somebody took its flag "never expires" and asked for another password."""
    dn = account.entry("(sAMAccountName=svc-konak)")["dn"][0]
    change = "replace: userAccountControl\nuserAccountControl: {}\n-\nreplace: pwdLastSet\npwdLastSet: {}\n"
    account.by_hand(f"dn: {dn}\nchangetype: modify\n{change.format(512, 0)}")
    try:
        assert "the directory refuses the binding account: its password must be changed first" in refused(account)
    finally:
        account.by_hand(f"dn: {dn}\nchangetype: modify\n{change.format(512 | 0x10000, -1)}")


def test_a_name_that_lies_outside_our_territory(lab: Lab) -> None:
    """A joiner's login that somebody else's account has: told before anything is written, with where it is."""
    join(lab, "49003", "Yaman", "Dışarlı")
    lab.on_dc("samba-tool", "user", "create", "yaman.disarli", "--random-password")
    try:
        said = refused(lab)
        assert "the name yaman.disarli is taken by CN=yaman.disarli,CN=Users,DC=ornek,DC=bel,DC=tr" in said
    finally:
        lab.on_dc("samba-tool", "user", "delete", "yaman.disarli")
    assert lab.konak("plan").returncode == 2


def test_an_account_of_ours_that_was_moved_out_is_not_made_again(lab: Lab) -> None:
    """It is found by its name, wherever it is."""
    dn = lab.entry("(employeeID=40108)")["dn"][0]
    lab.on_dc("samba-tool", "user", "move", "kerem.bayraktar", "CN=Users,DC=ornek,DC=bel,DC=tr")
    try:
        assert "Kerem Bayraktar (40108) was moved out of our territory" in refused(lab)
    finally:
        lab.on_dc("samba-tool", "user", "move", "kerem.bayraktar", dn.split(",", 1)[1])
    assert lab.konak("plan").returncode == 0


def test_protected_and_hand_closed_accounts_stop_a_plan(lab: Lab) -> None:
    """A director who is an administrator, and an account that somebody closed in the night: told, not touched."""
    lab.edit(FILE, TITLE, NEW_TITLE)
    dn = lab.entry("(employeeID=40040)")["dn"][0]
    lab.by_hand(f"dn: {dn}\nchangetype: modify\nreplace: adminCount\nadminCount: 1\n")
    try:
        assert "Levent Aydıner (40040) is protected, and the plan would update it: adminCount is set" in refused(lab)
    finally:
        lab.by_hand(f"dn: {dn}\nchangetype: modify\ndelete: adminCount\n")
    lab.on_dc("samba-tool", "user", "disable", "levent.aydiner")
    said = refused(lab)
    assert "somebody closed by hand, and the inventory says that they are open: Levent Aydıner (40040)" in said
    lab.restore()
    assert lab.konak("apply", "--allow", "directory.person.reopen=1").returncode == 0


def test_an_account_that_holds_something_that_is_not_ours_is_not_removed(lab: Lab) -> None:
    """Programs keep objects of theirs under accounts: what is not ours is never removed by the way."""
    lab.edit(FILE, LEAVER, LEAVER.replace("\n", f"\n    until: {YESTERDAY}\n", 1))
    assert lab.konak("apply").returncode == 0
    dn = f"CN=Yazıcı,{lab.entry('(employeeID=40108)')['dn'][0]}"
    record = f"dn: {dn}\nobjectClass: nTFRSSubscriptions\n"
    lab.on_dc("sh", "-c", f"ldbadd -H /var/lib/samba/private/sam.ldb <<'END'\n{record}END")
    try:
        said = refused(lab, "--as-of", "2029-12-31", "--retire", "--limit", "person=40108")
        assert f"the person Kerem Bayraktar is to go, but holds what is not ours: {dn}" in said
    finally:
        lab.on_dc("ldbdel", "-H", "/var/lib/samba/private/sam.ldb", dn)


def test_a_connection_that_breaks_while_writing_is_finished_by_a_rerun(lab: Lab) -> None:
    """What was done stays done, the rest is told, and the next run does it: no object twice, none lost."""
    for number in range(8):
        join(lab, f"4910{number}", "Deneme", f"Kopan{'abcdefgh'[number]}")
    with lab.through(mode := drop_after_writes(5)):
        done = lab.konak("apply")
    assert mode.acted
    assert done.returncode == 1
    assert "are done and stay done; run again to finish the rest" in done.stdout
    assert "the connection to the directory broke" in done.stdout
    assert lab.konak("apply").returncode == 0
    assert lab.konak("plan").returncode == 0
    for number in range(8):
        assert len(lab.entry(f"(employeeID=4910{number})")["dn"]) == 1


def test_an_object_that_the_schema_refuses_is_told_and_the_rest_is_done(edited: Lab) -> None:
    """The server's own refusal of one change does not keep the others back."""
    edited.edit(FILE, "title: Bilgisayar Mühendisi\n", "title: Yüksek Mühendis\n")
    with edited.through(refuse("modify", 65, "00002030: objectclass_attrs: attribute not allowed", after=2)):
        done = edited.konak("apply")
    assert done.returncode == 1
    assert "1 of 2 changes are done and stay done" in done.stdout
    assert "the directory's schema does not let an object be so" in done.stdout
    assert edited.konak("apply").returncode == 0
    assert edited.konak("plan").returncode == 0
