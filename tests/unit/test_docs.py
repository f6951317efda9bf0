# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pages say is so: commands, options, plans, limits, languages."""

from __future__ import annotations

import argparse
import datetime
import importlib
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.konak.it.cli import __main__ as command
from ansible_collections.konak.it.cli.options import SYSTEMS
from ansible_collections.konak.it.plugins.module_utils.plan import ACTIONS, Plan
from ansible_collections.konak.it.plugins.plugin_utils.directory import reconcile
from ansible_collections.konak.it.plugins.plugin_utils.directory.attributes import ATTRIBUTES, KINDS, LIMITS
from ansible_collections.konak.it.plugins.plugin_utils.directory.descriptor import RIGHTS
from ansible_collections.konak.it.plugins.plugin_utils.directory.intent import NAMES, intent
from ansible_collections.konak.it.plugins.plugin_utils.directory.interpret import Around, Live
from ansible_collections.konak.it.plugins.plugin_utils.model.city import City
from ansible_collections.konak.it.plugins.plugin_utils.model.load import load
from ansible_collections.konak.it.plugins.plugin_utils.planning.view import text

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
READMES = ("README.md", "README.tr.md")
DAY = datetime.date(2026, 11, 23)

TITLE = ("    title: Uzman\n", "    title: Kıdemli Uzman\n")
LEAVER = ('    extension: "2404"\n', '    extension: "2404"\n    until: 2026-11-22\n')
JOINER = """
  - id: "40140"
    given: Şule
    family: Ilgın
    unit: sistem-ag
    title: Mühendis
    class: bilgi-islem
    from: 2026-11-23
"""


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def read(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def parser_of(verb: str) -> argparse.ArgumentParser:
    module = importlib.import_module(f"ansible_collections.konak.it.cli.verbs.{verb}")
    parser = argparse.ArgumentParser(allow_abbrev=False)
    command.add_global_options(parser)
    module.configure(parser)
    return parser


def options_of(verb: str) -> set[str]:
    return set(parser_of(verb)._option_string_actions)


def commands(page: str) -> list[list[str]]:
    """The words behind each ``./konak`` in a page's code, up to the end of the command."""
    code = re.findall(r"^```[a-z]*\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    code += re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", page, flags=re.DOTALL | re.MULTILINE))
    found = []
    for line in "\n".join(code).replace("\\\n", " ").splitlines():
        match = re.search(r"(?:^|[\s(])\./konak\s+([^#;|>&]*)", line)
        if match:
            found.append(match[1].split())
    return found


def verb_of(words: list[str]) -> str | None:
    """The verb among the words; ``None`` where only a global option is shown."""
    words = list(words)
    while words and words[0].startswith("-"):
        if words.pop(0) == "--inventory":
            words.pop(0)
    return words[0] if words else None


# --- commands -----------------------------------------------------------------------------------------------------


def wrong_commands(page: str) -> list[str]:
    """The commands that a page names and the command line does not know."""
    wrong = []
    for words in commands(page):
        verb = verb_of(words)
        own = words[: words.index("--")] if "--" in words else words
        given = {word.partition("=")[0] for word in own if word.startswith("--")} - {"--help", "--version"}
        if verb in {None, "VERB"}:
            known = {"--inventory", "--json"}
        elif verb in command.verbs():
            known = options_of(verb)
        else:
            wrong.append(" ".join(words))
            continue
        if given - known:
            wrong.append(" ".join(words))
    return wrong


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_command_named_exists(path):
    assert wrong_commands(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "page",
    [
        "call `./konak plam` now",
        "`./konak plan --dry-run`",
        "```\nsudo ./konak --inventory DIR aply   # a comment\n```\n",
        "```\n./konak lab exec --force dc1 -- ls --all\n```\n",
    ],
)
def test_a_wrong_command_is_found(page):
    assert len(wrong_commands(page)) == 1


def test_a_right_command_is_not_found():
    page = "`./konak VERB --help`, `./konak --version`\n```\n./konak lab exec dc1 -- ls --all  # --none\n```\n"
    assert wrong_commands(page) == []
    assert len(commands(page)) == 3


def test_commands_are_found_at_all():
    assert ["plan", "--as-of", "2027-04-01"] in commands(read("docs/example-city.md"))
    assert sum(len(commands(path.read_text("utf-8"))) for path in PAGES) > 40


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_option_named_alone_exists(path):
    known = set().union(*(options_of(verb) for verb in command.verbs()), {"--help", "--version"})
    named = set(re.findall(r"`(--[a-z-]+)[^`]*`", path.read_text("utf-8")))
    assert named <= known


def test_every_verb_and_every_option_of_plan_and_apply_is_told():
    pages = "\n".join(path.read_text("utf-8") for path in PAGES)
    assert [verb for verb in command.verbs() if f"./konak {verb}" not in pages] == []
    told = set(re.findall(r"--[a-z-]+", read("docs/how-a-plan-works.md") + read("docs/first-steps.md")))
    assert (options_of("plan") | options_of("apply")) - {"-h", "--help"} <= told


# --- plans --------------------------------------------------------------------------------------------------------


def as_applied(city: City) -> Live:
    """The directory after an apply of the city to an empty one."""
    live = Live("OU=Örnek Belediyesi,DC=ornek,DC=bel,DC=tr", Around({"zone:ornek.bel.tr": "", "policies": ""}))
    wanted = list(reconcile.settled(city, intent(city), live))
    live.items = [replace(item, places=None) for item in wanted if not item.existing_only]
    return live


@pytest.fixture(scope="module")
def plan_text(tmp_path_factory):
    """The plan of some edits of the example city, as the terminal shows it."""
    folder = tmp_path_factory.mktemp("city") / "inventory"
    shutil.copytree(ROOT / "inventory", folder, ignore=shutil.ignore_patterns("group_vars"))
    file = folder / "people/bilgi-islem.yml"
    before = file.read_text("utf-8")
    live = as_applied(load(folder, DAY))
    assert reconcile.changes(load(folder, DAY), intent(load(folder, DAY)), live) == []

    def make(*edits: tuple[str, str]) -> str:
        after = before
        for old, new in edits:
            assert old in after, f"{old!r} is no longer in {file.name}"
            after = after.replace(old, new, 1) if old else after + new
        file.write_text(after, "utf-8")
        city = load(folder, DAY)
        return text(Plan.of(reconcile.changes(city, intent(city), live), DAY.isoformat()))

    return make


def shows(page: str, wanted: str) -> None:
    """The page has the plan; with ``KONAK_GOLDEN=write`` it gets it."""
    if os.environ.get("KONAK_GOLDEN") == "write":
        renewed = re.sub(
            r"```\nPlan for .*?\n```", lambda _: f"```\n{wanted}\n```", read(page), count=1, flags=re.DOTALL
        )
        (ROOT / page).write_text(renewed, "utf-8")
    assert f"```\n{wanted}\n```" in read(page), f"renew it with KONAK_GOLDEN=write; the plan is now:\n{wanted}"


@pytest.mark.parametrize("page", READMES)
def test_the_readme_shows_the_plan_of_its_edits(page, plan_text):
    shows(page, plan_text(TITLE, LEAVER))


def test_the_page_on_plans_shows_the_plan_of_its_edits(plan_text):
    shows("docs/how-a-plan-works.md", plan_text(TITLE, LEAVER, ("", JOINER)))
    assert JOINER.strip("\n") in read("docs/how-a-plan-works.md")


def test_the_limits_are_those_of_the_guard():
    rows = re.findall(r"^\| `([a-z.]+)` \| (\d+) \| ([\d.]+) % \|", read("docs/how-a-plan-works.md"), re.MULTILINE)
    assert rows == [(limit.name, str(limit.count), f"{limit.share * 100:g}") for limit in LIMITS]


def test_the_actions_are_those_of_plans():
    rows = re.findall(r"^\| `([a-z]+)` \|", read("docs/how-a-plan-works.md"), re.MULTILINE)
    assert sorted(rows) == sorted(ACTIONS)


def column(page: str, head: str) -> list[str]:
    """The first column of the table of a page that begins with a heading."""
    table = read(page).partition(f"\n| {head} |")[2].partition("\n\n")[0]
    return [line.split(" | ")[0].strip("|` ") for line in table.splitlines()[2:]]


def test_the_kinds_are_those_of_the_directory():
    assert column("docs/how-a-plan-works.md", "kind in the directory") == list(KINDS)


# --- the directory ------------------------------------------------------------------------------------------------


def test_the_rights_are_those_that_can_be_delegated():
    assert column("docs/directory.md", "right") == list(RIGHTS)


def test_every_attribute_that_is_written_is_named():
    named = set(re.findall(r"`([A-Za-z-]+)`", read("docs/directory.md")))
    assert {row.ldap for rows in ATTRIBUTES.values() for row in rows} <= named


def test_the_tree_is_the_one_that_is_made():
    tree = re.findall(r"^  OU=(.*?)  ", read("docs/directory.md"), re.MULTILINE)
    assert tree == list(NAMES["tr"].values())
    assert "Units, Groups, Service Accounts, Computers and Leavers" in read("docs/directory.md")
    assert list(NAMES["en"].values()) == ["Units", "Groups", "Service Accounts", "Computers", "Leavers"]


# --- the other pages ----------------------------------------------------------------------------------------------


def test_the_readmes_are_short_and_say_the_same():
    english, turkish = (read(page) for page in READMES)
    for page in (english, turkish):
        assert len(page.splitlines()) < 100
    assert [len(mark) for mark in re.findall(r"^(#+) ", english, re.MULTILINE)] == [
        len(mark) for mark in re.findall(r"^(#+) ", turkish, re.MULTILINE)
    ]
    assert commands(english) == commands(turkish)
    links = [re.findall(r"\]\(([^)]+)\)", page) for page in (english, turkish)]
    assert [{link for link in found if not link.startswith("README")} for found in links] == [
        {link for link in links[0] if not link.startswith("README")}
    ] * 2


def test_the_index_names_every_page():
    index = read("docs/README.md")
    for path in (ROOT / "docs").rglob("*"):
        if path.is_file() and path.name != "README.md":
            assert f"]({path.relative_to(ROOT / 'docs').as_posix()})" in index, path


def test_every_duty_has_a_row_that_says_what_is_there():
    rows = re.findall(r"^\| ([\d.]+) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$", read("docs/duties.md"), re.MULTILINE)
    assert [row[0] for row in rows] == [*(f"7.{number}" for number in range(1, 32)), "9", "10", "12"]
    for duty, ways, today in rows:
        assert set(ways.replace(",", " ").split()) <= {"enforce", "prove", "register", "support"}, duty
        assert today.strip() == "not yet" or "`./konak " in today or "](" in today, duty


def test_systems_that_are_not_there_are_not_promised():
    told = ("directory", "mail", "telephony")
    assert told == SYSTEMS, "a new system: tell of it in README.md, README.tr.md and docs/duties.md"
