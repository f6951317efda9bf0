# SPDX-License-Identifier: GPL-3.0-or-later
"""What an apply leaves behind when something in it is refused, is not there, or is in the way."""

from __future__ import annotations

import ldap
import pytest
from ansible_collections.konak.it.plugins.plugin_utils.directory.connection import DirectoryError
from base_city import BASE_FILES
from unit.directory.towns import Town, city

HERE = city()
UNIT = "  - code: imar\n    name: İmar Müdürlüğü"
PEOPLE = "people/imar.yml"


@pytest.fixture
def town() -> Town:
    """A town in which all is made."""
    made = Town()
    made.make(HERE)
    return made


def recoded():
    """The same city in which a unit has another code: the same name in the same place, and the same people."""
    people = BASE_FILES[PEOPLE].decode().replace("unit: imar", "unit: imar2")
    return city("2026-06-01", ("units.yml", UNIT, UNIT.replace("imar\n", "imar2\n")), files={PEOPLE: people})


def test_a_unit_with_a_new_code_takes_the_name_of_the_old_one(town):
    for _ in range(3):
        town.apply(recoded())
    assert town.plan(recoded()) == []
    assert town.fields("person", "40005")["parent"] == "unit:imar2"


def test_a_plan_that_needs_a_group_which_is_not_in_it_is_refused_before_anything_is_written(town):
    """As one that ``--limit`` made smaller."""
    group = "groups:\n  - {code: yeni, name: Yeni, scope: domain-local}\n"
    rights = "rights: [reset-password, unlock]}"
    edits = (("destek.yml", rights, rights + "\n      - {to: group:yeni, rights: [unlock]}"),)
    wanted = city("2026-06-01", *edits, files={"yeni.yml": group})
    alone = [change for change in town.plan(wanted) if change.kind == "unit"]
    assert [change.fields["delegations"]["added"] for change in alone] == [["unlock to group:yeni"]]
    before = town.directory.writes
    with pytest.raises(DirectoryError, match="the plan needs the group group:yeni, which is not there"):
        town.apply(wanted, [*alone, *(change for change in town.plan(gone()) if change.key == "40005")])
    assert town.directory.writes == before


def gone():
    """The base city, of which somebody has left."""
    return city("2026-06-01", (PEOPLE, "from: 2021-03-01", "from: 2021-03-01\n    until: 2026-05-31"))


def test_a_branch_that_is_refused_does_not_end_the_run(monkeypatch):
    new = Town()
    plain = new.directory._add

    def refused(dn: str, attributes: list) -> None:
        if dn.startswith("OU=Destek"):
            raise ldap.INSUFFICIENT_ACCESS({"desc": "Insufficient access"})
        plain(dn, attributes)

    def looked_at(dn: str, *arguments: object, **named: object) -> list:
        new.directory._needs(dn)
        return look(dn, *arguments, **named)

    look = new.directory.search_ext_s
    monkeypatch.setattr(new.directory, "_add", refused)
    monkeypatch.setattr(new.directory, "search_ext_s", looked_at)
    outcome = new.apply(HERE)
    assert ("unit", "destek") in outcome.failed
    assert outcome.broken == ""


def test_a_plan_is_wholly_done_or_says_of_each_change_why_it_is_not(town, monkeypatch):
    plain = town.directory._modify

    def refused(dn: str, modifications: list) -> None:
        if any(name == "title" for _, name, _ in modifications):
            raise ldap.INSUFFICIENT_ACCESS({"desc": "Insufficient access"})
        plain(dn, modifications)

    monkeypatch.setattr(town.directory, "_modify", refused)
    other = city("2026-06-01", (PEOPLE, "title: Mimar", "title: Başmimar"))
    outcome = town.apply(other)
    assert set(outcome.failed) == {("person", "40004")}
    assert "the binding account may not do this" in outcome.failed["person", "40004"]
    assert outcome.done == set()
