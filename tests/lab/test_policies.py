# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules that the domain controller itself enforces: for members of a class and for others, in winter and summer."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest

from .conftest import Lab

pytestmark = pytest.mark.lab
SYSTEMS = ("directory",)

FILE = "people/bilgi-islem.yml"
WINTER, SUMMER = "2027-01-11", "2027-07-12"
"""Days at both sides of the change of the clocks in Berlin."""


def join(lab: Lab, number: str, family: str, access: str) -> tuple[str, str]:
    """A person of an access class; login and first password."""
    record = f'\n  - id: "{number}"\n    given: Kural\n    family: {family}\n    unit: destek\n    title: Uzman\n'
    path = lab.inventory / FILE
    text = path.read_text(encoding="utf-8") + record + f"    class: {access}\n    from: 2026-01-05\n"
    path.write_text(text, encoding="utf-8")
    return f"kural.{family.lower()}", lab.secret(f"directory/first/{number}")


def chosen(lab: Lab, account: tuple[str, str], word: str) -> str:
    """What comes of choosing a password at the first logon."""
    said = lab.kinit(account[0], account[1], word, word)
    return "rejected" if "Password change rejected" in said else said


def test_a_password_policy_holds_for_its_class_and_not_for_others(lab: Lab) -> None:
    """The class of administrators needs 16 letters, everyone else 12; the domain controller says so itself."""
    admin, officer = join(lab, "49201", "Sistemci", "bilgi-islem"), join(lab, "49202", "Memur", "memur")
    assert lab.konak("apply").returncode == 0
    twelve, fifteen, sixteen = "Kara-Kedi-77", "Kara-Kedi-77777", "Kara-Kedi-777777"
    assert (len(twelve), len(fifteen), len(sixteen)) == (12, 15, 16)
    assert chosen(lab, admin, fifteen) == "rejected"
    assert chosen(lab, admin, sixteen) == "ticket"
    assert chosen(lab, officer, twelve[:-1]) == "rejected"
    assert chosen(lab, officer, twelve) == "ticket"
    shown = lab.on_dc("samba-tool", "domain", "passwordsettings", "pso", "show-user", admin[0])
    assert "konak-sistem" in shown
    assert "No PSO applies" in lab.on_dc("samba-tool", "domain", "passwordsettings", "pso", "show-user", officer[0])


def test_a_policy_that_was_changed_by_hand_is_drift_and_is_mended(lab: Lab) -> None:
    """Of the domain and of a class: named with both values, then as the inventory says."""
    lab.on_dc("samba-tool", "domain", "passwordsettings", "set", "--min-pwd-length=4")
    lab.on_dc("samba-tool", "domain", "passwordsettings", "pso", "set", "konak-sistem", "--min-pwd-length=5")
    said = lab.konak("drift").stdout
    assert "changed: domain ornek.bel.tr (domain): minimum_length is 4, not 12" in said
    assert "changed: policy Sistem yöneticisi parolaları (sistem): minimum_length is 5, not 16" in said
    assert lab.konak("apply").returncode == 0
    assert "Minimum password length: 12" in lab.on_dc("samba-tool", "domain", "passwordsettings", "show")


def test_hours_of_logon_hold_for_their_class_at_both_sides_of_a_change_of_clocks(lab: Lab) -> None:
    """The hours are the city's own: what is open now by winter time is an hour off by summer time, for members only."""
    member, other = join(lab, "49203", "Stajyer", "stajyer"), join(lab, "49204", "Uzman", "uzman")
    lab.edit("organisation.yml", "timezone: Europe/Istanbul", "timezone: Europe/Berlin")
    now = datetime.datetime.now(datetime.UTC)
    if now.minute >= 55:
        pytest.skip("the hour is about to end")
    local = now.astimezone(ZoneInfo("Europe/Berlin")).replace(tzinfo=None)
    winter_hour = (now + datetime.timedelta(hours=1)).hour  # Berlin is an hour ahead in winter
    day = (now + datetime.timedelta(hours=1)).strftime("%a").lower()
    assert local.hour in {winter_hour, (winter_hour + 1) % 24}
    before = '{days: [mon, tue, wed, thu, fri], from: "07:00", until: "20:00"}'
    lab.edit("access.yml", before, f'{{days: [{day}], from: "{winter_hour:02}:00", until: "{winter_hour + 1:02}:00"}}')
    allow = ("--allow", "directory.person.disable=40", "--allow", "directory.person.rename=20")
    only = [("--limit", f"person={number}") for number in ("49203", "49204")]
    assert lab.konak("apply", *allow).returncode == 0  # both are made
    for word, account in (("Kara-Kedi-77", member), ("Kara-Kedi-77", other)):
        lab.on_dc("samba-tool", "user", "setpassword", account[0], f"--newpassword={word}")
    assert lab.konak("apply", "--as-of", WINTER, *only[0]).returncode == 0
    assert lab.kinit(member[0], "Kara-Kedi-77") == "ticket"
    assert lab.konak("apply", "--as-of", SUMMER, *only[0]).returncode == 0
    assert "revoked" in lab.kinit(member[0], "Kara-Kedi-77"), "by summer time that hour began an hour earlier"
    assert lab.kinit(other[0], "Kara-Kedi-77") == "ticket", "who is not of the class may log on at any hour"
    assert lab.konak("apply", "--as-of", WINTER, *only[0]).returncode == 0
    assert lab.kinit(member[0], "Kara-Kedi-77") == "ticket"


def test_a_group_policy_is_linked_and_links_by_hand_stay_or_go(lab: Lab) -> None:
    """`add` keeps what is there, `set` is the whole list, and a policy that does not exist stops the plan."""
    unit = "(adminDescription=konak:unit:imar)"
    made = lab.on_dc(
        "samba-tool", "gpo", "create", "Imar Masaustu", f"-UAdministrator%{lab.secret('directory/administrator')}"
    )
    lab.output.pop()  # the line holds the administrator's password, and is not Konak's
    guid = made[made.index("{") : made.index("}") + 1]
    default = "{31B2F340-016D-11D2-945F-00C04FB984F9}"
    by_hand = f"[LDAP://CN={default},CN=Policies,CN=System,DC=ornek,DC=bel,DC=tr;0]"
    lab.by_hand(f"dn: {lab.entry(unit)['dn'][0]}\nchangetype: modify\nreplace: gPLink\ngPLink: {by_hand}\n")
    try:
        line = "  - code: imar\n"
        lab.edit("units.yml", line, f"{line}    group_policies: {{add: [Imar Masaustu (enforced)]}}\n")
        assert lab.konak("apply").returncode == 0
        assert lab.konak("plan").returncode == 0
        links = lab.entry(unit, "gPLink")["gPLink"][0]
        assert by_hand in links
        assert f"{guid}," in links.replace("cn={", "CN={").replace("CN=", "CN=").upper().replace(guid.upper(), guid)
        lab.edit("units.yml", "{add: [Imar Masaustu (enforced)]}", "{set: [Imar Masaustu]}")
        assert lab.konak("apply").returncode == 0
        links = lab.entry(unit, "gPLink")["gPLink"][0]
        assert default not in links
        assert links.endswith(";0]")
        lab.edit("units.yml", "{set: [Imar Masaustu]}", "{set: [Yok Boyle]}")
        done = lab.konak("plan")
        assert done.returncode == 1
        assert "there is not exactly one group policy object called 'Yok Boyle'" in done.stdout
    finally:
        lab.restore()
        lab.by_hand(f"dn: {lab.entry(unit)['dn'][0]}\nchangetype: modify\nreplace: gPLink\n")


def test_delegations_by_hand_stay_and_ours_come_and_go(lab: Lab) -> None:
    """What the inventory no longer delegates is taken away; an entry that somebody made by hand is not touched."""
    dn = lab.entry("(adminDescription=konak:unit:imar)")["dn"][0]
    stranger = "(A;CI;RP;;;DU)"
    lab.on_dc("samba-tool", "dsacl", "set", f"--objectdn={dn}", f"--sddl={stranger}")
    before = lab.on_dc("samba-tool", "dsacl", "get", f"--objectdn={dn}")
    lab.edit("units.yml", "rights: [edit-contact, edit-photo]", "rights: [edit-contact]")
    assert lab.konak("apply").returncode == 0
    after = lab.on_dc("samba-tool", "dsacl", "get", f"--objectdn={dn}")
    photo = "8d3bca50-1d7e-11d0-a081-00aa006c33ed"
    assert photo in before
    assert photo not in after
    assert stranger in after
    lab.restore()
    assert lab.konak("apply").returncode == 0
    assert photo in lab.on_dc("samba-tool", "dsacl", "get", f"--objectdn={dn}")
    lab.on_dc("samba-tool", "dsacl", "delete", f"--objectdn={dn}", f"--sddl={stranger}")
