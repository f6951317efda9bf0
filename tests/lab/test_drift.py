# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes by hand on the server: named with object, attribute and both values; an apply mends what is ours."""

from __future__ import annotations

import json

import pytest

from .conftest import Lab

pytestmark = pytest.mark.lab
SYSTEMS = ("directory",)


def test_what_was_done_by_hand_is_named_and_what_is_ours_is_mended(lab: Lab) -> None:
    """A title changed, a membership taken, a group deleted, a stranger's account made in our branch."""
    assert lab.konak("drift").returncode == 0
    director = lab.entry("(employeeID=40040)", "sAMAccountName", "objectGUID")
    login, branch = director["sAMAccountName"][0], director["dn"][0].split(",", 1)[1]
    by_hand = f"dn: {director['dn'][0]}\nchangetype: modify\nreplace: title\ntitle: Elle yazılmış\n"
    command = f"ldbmodify -H /var/lib/samba/private/sam.ldb <<'END'\n{by_hand}END"
    lab.on_dc("sh", "-c", command)
    lab.on_dc("samba-tool", "group", "removemembers", "rol-mis-yonetici", login)
    lab.on_dc("samba-tool", "group", "delete", "sinif-baskan")
    lab.on_dc("samba-tool", "user", "create", "yabanci", "--random-password", f"--userou={branch.split(',DC=', 1)[0]}")

    done = lab.konak("drift", "--json")
    assert done.returncode == 2
    found = {(row["sort"], row["object"].split(" ")[0], row["attribute"]): row for row in json.loads(done.stdout)}
    title = found["changed", "person", "title"]
    assert "(40040)" in title["object"]
    assert (title["live"], title["inventory"]) == ("Elle yazılmış", "Bilgi İşlem Müdürü")
    assert ("changed", "person", "groups") in found
    assert "sinif-baskan" in found["missing", "group", None]["object"]
    strangers = [row["object"] for row in json.loads(done.stdout) if row["sort"] == "unmanaged"]
    assert len(strangers) == 1
    assert "yabanci" in strangers[0].lower()

    assert lab.konak("apply").returncode == 0
    mended = lab.entry("(employeeID=40040)", "title", "objectGUID")
    assert mended["title"] == ["Bilgi İşlem Müdürü"]
    assert mended["objectGUID"] == director["objectGUID"]
    assert "sinif-baskan" in lab.on_dc("samba-tool", "group", "list")
    assert lab.entry("(sAMAccountName=yabanci)"), "what is not ours stays"
    assert "unmanaged: CN=yabanci" in lab.konak("drift").stdout
    lab.on_dc("samba-tool", "user", "delete", "yabanci")
    assert lab.konak("drift").returncode == 0
