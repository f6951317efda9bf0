# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading one file: no bytes crash it, plain words mean what they say, and every mark points at a line of the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from ansible_collections.konak.it.plugins.plugin_utils.model.privacy import find_private
from ansible_collections.konak.it.plugins.plugin_utils.model.problems import Problem
from ansible_collections.konak.it.plugins.plugin_utils.model.yaml_file import first_line, parse
from hypothesis import example, given
from hypothesis import strategies as st

SCALARS = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(-1e6, 1e6) | st.text(max_size=12)
STRUCTURES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)
YAMLISH = st.text(st.sampled_from("ab:-?[]{},&*!|>'\"%@`#~ \n\t\r1.\ufeff\x85\u2028ığ😀"), max_size=60)


@given(st.binary(max_size=200) | YAMLISH.map(str.encode))
@example(b"[" * 100_000)
@example(b"a: " + b"9" * 5000)
@example(b"\xff\xfe")
@example(b"a: [\n")
def test_any_bytes_give_data_or_one_problem(content: bytes):
    result = parse(content, "inventory/x.yml")
    if isinstance(result, Problem):
        assert result.file == "inventory/x.yml"
        assert result.message
        assert result.remedy
        lines = [result.line]
    else:
        data, marks = result
        lines = list(_lines(data, marks))
    count = max(1, len(content.decode("utf-8", "replace").splitlines()))
    assert all(1 <= line <= count for line in lines)
    assert all(1 <= problem.line <= count for problem in find_private(content, "x.yml"))


def _lines(data: Any, marks: Any) -> Iterator[int]:
    """Every line in the marks, which have the same shape as the data."""
    yield first_line(marks)
    if isinstance(data, dict | list):
        inner = dict(enumerate(data)) if isinstance(data, list) else data
        assert set(marks) == {None, *inner}
        for key, value in inner.items():
            yield from _lines(value, marks[key])
    else:
        assert isinstance(marks, int)


@given(STRUCTURES)
def test_what_was_quoted_comes_back(data: Any):
    """Texts and numbers as PyYAML writes them are read as they were; no word becomes anything else."""
    content = yaml.dump(_strings(data), default_style='"', allow_unicode=True).encode("utf-8", "surrogatepass")
    result = parse(content, "x.yml")
    if isinstance(result, Problem):  # the deepest structures, and the key of a merge
        assert "nested" in result.message or "merge" in result.message
    else:
        assert result[0] == _strings(data)


def _strings(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _strings(value) for key, value in data.items()}
    return [_strings(value) for value in data] if isinstance(data, list) else str(data)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("off", "off"),
        ("True", "True"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("Null", "Null"),
        ("0", 0),
        ("-0", 0),
        ("012", "012"),
        ("+1", "+1"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("1e5", "1e5"),
        ("1.5", 1.5),
        ("-1.5", -1.5),
        (".5", ".5"),
        ("1.", "1."),
        (".inf", ".inf"),
        ("12:30", "12:30"),
        ("2026-03-01", "2026-03-01"),
        ("00:00:05:00:53:01", "00:00:05:00:53:01"),
        ("+903120000000", "+903120000000"),
        ("٤٢", "٤٢"),
        ("٤.٢", "٤.٢"),
        ("-", "-"),
        ("9" * 30, int("9" * 30)),
        ("9" * 31, "9" * 31),
        ('"214"', "214"),
        ("'true'", "true"),
        ("! x", "x"),
    ],
)
def test_plain_words(text: str, value: Any):
    result = parse(f"a: {text}\n".encode(), "x.yml")
    if text == "-":  # a dash alone begins a list, which cannot begin there
        assert isinstance(result, Problem)
    else:
        assert result == ({"a": value}, {None: 1, "a": 1})
        assert type(result[0]["a"]) is type(value)


def test_marks_are_the_lines_of_keys():
    content = b"\n".join(
        [b"people:", b"  - id: a", b"    roles: []", b"    leave:", b"      - {from: x,", b"         until: y}"]
    )
    data, marks = parse(content, "x.yml")
    assert data == {"people": [{"id": "a", "roles": [], "leave": [{"from": "x", "until": "y"}]}]}
    leave = {None: 4, 0: {None: 5, "from": 5, "until": 6}}
    assert marks == {None: 1, "people": {None: 1, 0: {None: 2, "id": 2, "roles": {None: 3}, "leave": leave}}}


@pytest.mark.parametrize("content", [b"", b"# nothing yet\n", b"---\n", b"\n\n", b"\xef\xbb\xbf"])
def test_empty_files_hold_nothing(content: bytes):
    data, _ = parse(content, "x.yml")
    assert data is None


@pytest.mark.parametrize(
    "text",
    [
        "serial: 12345678901",  # eleven digits, but the check digits do not hold
        "phone: '+903120000000'",
        "name: FOC10000000146",
        "mail: elif@gmail-benzeri.bel.tr",
        "extension: '2417'",
    ],
)
def test_ordinary_values_are_not_private(text: str):
    assert find_private(text.encode(), "x.yml") == []


def test_private_values_are_not_repeated():
    (problem,) = find_private(b"a: 1\nroom: '10000000146'\n", "x.yml")
    assert problem.line == 2
    assert "10000000146" not in str(problem)
