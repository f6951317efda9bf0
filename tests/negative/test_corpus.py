# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every broken inventory is refused with exactly the words that its case gives, and no rule is without a case."""

from __future__ import annotations

import ast
import datetime
from pathlib import Path

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.model import checks, load
from ansible_collections.konak.it.plugins.plugin_utils.model.problems import InventoryError, Problem

from .corpus import BASE, Case, build, read_cases

AS_OF = datetime.date(2026, 6, 1)
CASES = read_cases()
MODEL = Path(load.__file__).parent


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


def test_there_are_enough_cases():
    assert len(CASES) >= 100
    assert len({case.why for case in CASES}) == len(CASES)


def test_every_rule_has_a_case():
    assert _rules_in_code() | checks.RULES.keys() == {case.rule for case in CASES}


def _rules_in_code() -> set[str]:
    """Every name that a problem is given as its rule outside the checks: ``Problem(..., rule=...)`` and ``_words``."""
    found = set()
    for path in MODEL.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="Problem"), args=[_, _, _, _, ast.Constant(value=rule), *_]):
                    found.add(rule)
                case ast.Call(func=ast.Name(id="Problem"), keywords=keywords):
                    found |= {word.value.value for word in keywords if word.arg == "rule"}
                case ast.FunctionDef(name="_words"):
                    returned = (child.value for child in ast.walk(node) if isinstance(child, ast.Return))
                    found |= {value.elts[1].value for value in returned}
    return found
