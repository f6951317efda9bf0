# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference page and the JSON Schema are current, whole, and say what the model says."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.konak.it.cli.errors import UserError
from ansible_collections.konak.it.cli.verbs import reference as verb
from ansible_collections.konak.it.plugins.plugin_utils.model import reference, texts
from ansible_collections.konak.it.plugins.plugin_utils.model.checks import RULES
from ansible_collections.konak.it.plugins.plugin_utils.model.load import read_files
from ansible_collections.konak.it.plugins.plugin_utils.model.yaml_file import parse
from jsonschema import Draft7Validator

ROOT = Path(__file__).parents[2]
SCHEMA = reference.schema()
PAGE = reference.page()

PERSON = """\
people:
  - id: "40117"
    given: Elif
    family: Işık
    unit: bilgi-islem
    title: Uzman
    class: uzman
    from: 2024-02-01
"""


def errors(text: str | bytes) -> list[str]:
    """What an editor underlines in a file: ``path: message``."""
    content = text.encode() if isinstance(text, str) else text
    data, _ = parse(content, "file.yml")
    found = Draft7Validator(SCHEMA).iter_errors({} if data is None else data)
    return [f"{'.'.join(str(step) for step in error.absolute_path)}: {error.message}" for error in found]


def keys() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key that the schema knows, with its own schema."""
    for name, entity in {"": SCHEMA, **SCHEMA["definitions"]}.items():
        for key, below in entity["properties"].items():
            yield f"{name}.{key}", below


# --- the files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["inventory.md", "inventory.schema.json"])
def test_the_file_is_current(name):
    assert (ROOT / "docs/reference" / name).read_text("utf-8") == verb.wanted()[name], "run ./konak reference"


def test_the_verb_writes_what_is_not_current_and_nothing_else(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(verb, "FOLDER", tmp_path / "reference")
    with pytest.raises(UserError, match=r"not current: inventory\.md, inventory\.schema\.json"):
        verb.run(argparse.Namespace(check=True, json=False))
    assert not (tmp_path / "reference").exists()
    assert verb.run(argparse.Namespace(check=False, json=False)) == 0
    (tmp_path / "reference/inventory.md").write_text("edited")
    assert verb.run(argparse.Namespace(check=False, json=True)) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"ok": True, "written": ["inventory.md"]}
    assert verb.run(argparse.Namespace(check=True, json=False)) == 0


# --- the schema ---------------------------------------------------------------------------------------------------


def test_it_is_a_schema():
    Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("folder", ["inventory", "tests/negative/base", "tests/negative/parts"])
def test_it_takes_every_file_that_the_model_takes(folder):
    files = read_files(ROOT / folder)
    assert files
    assert {name: found for name, content in files.items() if (found := errors(content))} == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "people:\n",
        PERSON,
        PERSON + "    until:\n    roles: [mis.yonetici, {role: cbs.editor, until: 2026-12-31}]\n",
        "units:\n  - {code: a, name: A}\naccess_classes: []\n",
    ],
)
def test_it_takes_a_file_of_any_sections(text):
    assert errors(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            PERSON.replace("title:", "titel:"),
            "people.0: Additional properties are not allowed ('titel' was unexpected)",
        ),
        (PERSON.replace("title:", "titel:"), "people.0: 'title' is a required property"),
        (PERSON.replace("people:", "peple:"), ": Additional properties are not allowed ('peple' was unexpected)"),
        (PERSON.replace("class:", "class_:"), "people.0: 'class' is a required property"),
        (PERSON.replace('"40117"', "40117"), "people.0.id: 40117 is not of type 'string'"),
        (PERSON.replace("2024-02-01", "01.02.2024"), "people.0.from: '01.02.2024' does not match"),
        (PERSON.replace("bilgi-islem", "Bilgi İşlem"), "people.0.unit: 'Bilgi İşlem' does not match"),
        ("organisation: {name: A, domain: a.tr}\n", "organisation: 'directory' is a required property"),
    ],
)
def test_it_refuses(text, expected):
    assert any(line.startswith(expected) for line in errors(text)), errors(text)


def test_every_key_is_described_and_every_example_fits():
    for name, body in keys():
        assert body["description"].endswith("."), name
        for example in body.get("examples", ()):
            with_definitions = {**body, "definitions": SCHEMA["definitions"]}
            assert Draft7Validator(with_definitions).is_valid(example), name
        if not re.search("definitions", json.dumps(body)):
            assert body.get("examples"), f"{name} has no example"


# --- the page -----------------------------------------------------------------------------------------------------


def test_every_type_of_text_has_a_name():
    known = {body.get("pattern") for body in reference._text_schemas().values()}
    assert set(texts.HINTS) <= known


def test_every_rule_is_on_the_page():
    listed = set(re.findall(r"^\| `([a-z-]+)` \| [^|]*\.? \|$", PAGE, re.MULTILINE))
    assert {*RULES, *reference.FIRST_RULES} <= listed
    tested = {path.name for path in (ROOT / "tests/negative/cases").iterdir() if path.is_dir()}
    assert tested <= {*RULES, *reference.FIRST_RULES}


def test_every_check_says_what_it_asks():
    assert {name for name, check in RULES.items() if not (check.__doc__ or "").strip().endswith(".")} == set()


def test_every_link_inside_the_page_leads_to_a_heading():
    headings = {reference._anchor(words) for words in re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)}
    links = set(re.findall(r"\]\(#([^)]+)\)", PAGE))
    assert len(links) > 10
    assert links <= headings


def test_every_table_has_as_many_cells_as_its_head():
    for block in re.split(r"\n\n+", PAGE):
        rows = [line for line in block.splitlines() if line.startswith("|")]
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) <= 1, rows[:1]
