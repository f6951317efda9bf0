# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every broken inventory is refused with exactly the words that its case gives, and no rule is without a case.

``tests/negative/README.md`` says how a case is written.
"""

from __future__ import annotations

import ast
import datetime
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.konak.it.plugins.plugin_utils.model import checks, load
from ansible_collections.konak.it.plugins.plugin_utils.model.problems import InventoryError, Problem

CORPUS = Path(__file__).parents[2] / "negative"
BASE = CORPUS / "base"
PARTS = CORPUS / "parts"
AS_OF = datetime.date(2026, 6, 1)
MODEL = Path(load.__file__).parent


@dataclass(frozen=True)
class Case:
    """One broken inventory."""

    rule: str
    name: str
    why: str
    edits: tuple[dict[str, Any], ...]
    problems: tuple[str, ...]
    part: str | None = None


def read_cases() -> list[Case]:
    """Every case, in the order of rules and names."""
    return [_read(path) for path in sorted((CORPUS / "cases").glob("*/*.yml"))]


def _read(path: Path) -> Case:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    edits, problems = tuple(data.pop("edits")), tuple(data.pop("problems"))
    case = Case(path.parent.name, path.stem, data.pop("why"), edits, problems, data.pop("with", None))
    assert not data, f"{path}: a case has no {', '.join(data)}"
    return case


def build(case: Case, folder: Path) -> None:
    """Write the case's inventory to a folder that is not there yet."""
    shutil.copytree(BASE, folder)
    if case.part:
        shutil.copy(PARTS / f"{case.part}.yml", folder)
    for edit in case.edits:
        _apply(dict(edit), folder)


def _apply(edit: dict[str, Any], folder: Path) -> None:
    path, times = folder / edit.pop("file"), edit.pop("times", 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    match edit:
        case {"replace": old, "by": new}:
            text = path.read_text(encoding="utf-8")
            assert text.count(old) == 1, f"{path.name} holds {old!r} {text.count(old)} times, not once"
            path.write_text(text.replace(old, new), encoding="utf-8")
        case {"append": text}:
            with path.open("a", encoding="utf-8") as file:
                file.write(text * times)
        case {"write": text}:
            path.write_text(text * times, encoding="utf-8")
        case {"bytes": text}:
            path.write_bytes(text.encode("latin-1") * times)
        case {"delete": True}:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        case {"folder": True}:
            path.unlink(missing_ok=True)
            path.mkdir()
        case {"link": target}:
            path.symlink_to(target)
        case _:
            raise AssertionError(f"no such edit: {edit}")


CASES = read_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}/{case.name}")
def test_case(case: Case, tmp_path: Path):
    folder = tmp_path / "inventory"
    build(case, folder)
    with pytest.raises(InventoryError) as caught:
        load.load(folder, AS_OF)
    problems = caught.value.problems
    assert [str(problem).replace(f"{tmp_path}/", "") for problem in problems] == list(case.problems), case.why
    assert {problem.rule for problem in problems} == {case.rule}
    for problem in problems:
        _assert_complete(problem, tmp_path)


def _assert_complete(problem: Problem, above: Path) -> None:
    """The problem says what to do, on one printable line, and points at a line that is there."""
    assert problem.remedy
    assert str(problem).isprintable()
    if problem.line is not None:
        lines = (above / problem.file).read_bytes().splitlines()
        assert 1 <= problem.line <= max(1, len(lines))
    assert problem.as_dict()["message"] == problem.message


def test_base_is_valid():
    city = load.load(BASE, AS_OF)
    assert {account.state for account in city.accounts()} == {"active", "leave", "left"}


@pytest.mark.parametrize("part", sorted(path.stem for path in PARTS.glob("*.yml")))
def test_base_is_valid_with_a_part(part, tmp_path):
    folder = tmp_path / "inventory"
    build(Case("", "", "", (), (), part), folder)
    assert len(load.load(folder, AS_OF).people) > len(load.load(BASE, AS_OF).people)


def test_there_are_enough_cases():
    assert len(CASES) >= 100
    assert len({case.why for case in CASES}) == len(CASES)


def test_every_rule_has_a_case():
    assert _rules_in_code() | checks.RULES.keys() == {case.rule for case in CASES}


def _rules_in_code() -> set[str]:
    """Every name that a problem outside the checks is given as its rule."""
    found = set()
    for path in MODEL.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="Problem"), args=[_, _, _, _, ast.Constant(value=rule), *_]):
                    found.add(rule)
                case ast.Call(func=ast.Name(id="Problem"), keywords=keywords):
                    found |= {word.value.value for word in keywords if word.arg == "rule"}
                case ast.FunctionDef(name="_words" | "_not_text"):
                    returned = (child.value for child in ast.walk(node) if isinstance(child, ast.Return))
                    found |= {value.elts[1].value for value in returned if isinstance(value, ast.Tuple)}
    return found
