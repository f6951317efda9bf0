# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory's JSON Schema and its reference page, made from the entities: pure, and the same every time.

The page is told from the schema, so the two cannot say different things.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from . import names, texts
from .checks import RULES
from .entities import KEYS, Inventory

Schema = Mapping[str, Any]

DIALECT = "http://json-schema.org/draft-07/schema#"
"""The newest dialect that every YAML language server knows."""

TYPES = {
    "code": texts.Code,
    "application code": texts.AppCode,
    "role code": texts.RoleCode,
    "name": texts.Name,
    "short name": texts.ShortName,
    "text": texts.Text,
    "sentence": texts.Sentence,
    "personnel number": texts.PersonId,
    "login": texts.Login,
    "mail address": texts.Mail,
    "local part": texts.LocalPart,
    "personnel number or mail address": texts.ForwardTarget,
    "domain": texts.Domain,
    "NetBIOS name": texts.NetBios,
    "telephone number": texts.Telephone,
    "extension": texts.Extension,
    "whole hour": texts.Hour,
    "time of day": texts.Minute,
    "digits": texts.Digits,
    "one digit": texts.Digit,
    "beginning of numbers": texts.NumberPrefix,
    "IP address": texts.Address,
    "network": texts.Prefix,
    "MAC address": texts.Mac,
    "role": texts.RoleName,
    "group": texts.Trustee,
    "member": texts.Member,
    "recipient": texts.MailMember,
    "list member": texts.ListMember,
    "who answers": texts.CallTarget,
    "who answers, or a number": texts.CallForwardTarget,
    "DNS name": texts.HostName,
    "further name": texts.Alias,
    "language": texts.Language,
    "picture file": texts.PhotoFile,
    "sound file": texts.SoundFile,
    "day": texts.Date,
}
"""What a type of text is called in the reference."""

FIRST_RULES = {
    "files": "Every file and folder can be read. Links to folders are not followed.",
    "encoding": "A file is UTF-8.",
    "yaml": "A file is one YAML document without tabs, anchors, tags, merge keys or a key given twice.",
    "section": "A file holds known sections: `organisation` once and as keys and values, each other one as a list.",
    "private": "No value and no comment looks like a national identity number, a private mobile number or a private "
    "mail address.",
    "unknown-key": "Every key is one of this page.",
    "missing-key": "No required key is missing.",
    "type": "A value is of its type: a text is a text, and a number that is one is written in quotes.",
    "pattern": "A text has the form of its type.",
    "length": "A text is not longer than its type allows.",
    "date": "A day is written as year-month-day, and is a day of the calendar.",
    "choice": "A value that is one of some words is one of them.",
    "range": "A number or a day lies in its range.",
}
"""What is looked at before the checks, by the name that the problems carry."""

SAMPLES = (
    ("Elif", "Işık"),
    ("İdris", "Yörük"),
    ("Ayşe Nur", "Işık Kaya"),
    ("Abdurrahman", "Karamanlıoğlu"),
    ("Gülümser", "Hacımustafaefendioğlu"),
)
"""Names whose logins the page shows."""

_HEAD = """\
# Inventory reference

This page is made by `./konak reference`; do not edit it. It is made from the same definitions that check the files.

The inventory is one folder of YAML files. Any file may hold any section; the lists of several files are put together.
Files may be named and ordered freely, in folders too. `konak.yml` only names the folder to Ansible; `group_vars`,
`host_vars` and what begins with a dot are not read. `./konak check` tells every problem at once, with file and line.

Write numbers that are names (personnel numbers, extensions, rooms) in quotes. A key that is not needed is left out.
A period holds its first and its last day; days begin and end in the organisation's time zone.
"""
_EDITOR = """\
## In the editor

[inventory.schema.json](inventory.schema.json) is the JSON Schema of one inventory file. Editors with the YAML language
server complete keys, show what they mean and underline what does not fit, if the file's first line names the schema by
its path from that file:

```yaml
# yaml-language-server: $schema=../docs/reference/inventory.schema.json
```

In `people/` and `devices/` the path begins with `../../docs`. Where the inventory lies elsewhere, name the schema where
your clone or the installed collection has it. An editor sees one file; what needs the whole city is left to
`./konak check`.
"""
_CHECKS = """## Checks

Every message of `./konak check` comes from one of these rules. The first table is about single files and values, the
second about the whole city; it is asked once the first finds nothing.
"""
_NAMES_HEAD = """\
## Logins and mail addresses

One rule set, the same for ever. `login` and `mail` of a person take the place of what is derived.
"""


class _Generator(GenerateJsonSchema):
    """Without titles, which only repeat the keys; and a day is a text that looks like one."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Asked for every field."""
        del schema
        return False

    def date_schema(self, schema: Any) -> JsonSchemaValue:
        """A day."""
        return {**super().date_schema(schema), "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}


def schema() -> dict[str, Any]:
    """The JSON Schema of one inventory file: any sections, every key described."""
    raw = Inventory.model_json_schema(schema_generator=_Generator, ref_template="#/definitions/{model}")
    definitions = {name: _entity(body) for name, body in raw["$defs"].items()}
    sections = _entity(raw)["properties"]
    for section in KEYS:
        sections[section]["type"] = ["array", "null"]  # a section may still be empty
    return {
        "$schema": DIALECT,
        "title": "Konak inventory file",
        "description": raw["description"],
        "type": "object",
        "additionalProperties": False,
        "properties": sections,
        "definitions": definitions,
    }


def _entity(body: Schema) -> dict[str, Any]:
    """An entity without title, and its properties without defaults that are only emptiness."""
    properties = {
        key: {word: value for word, value in below.items() if word != "default" or value not in (None, [], "")}
        for key, below in body["properties"].items()
    }
    return {**{word: value for word, value in body.items() if word != "title"}, "properties": properties}


def page() -> str:
    """The reference page, in Markdown."""
    whole = schema()
    parts = [_HEAD, _contents(whole), _EDITOR]
    for section, body in whole["properties"].items():
        parts.append("\n".join(_section(section, body, whole["definitions"])))
    parts += [_types(), _CHECKS, _table(("rule", "what it asks"), _rows(FIRST_RULES))]
    found = {name: " ".join((check.__doc__ or "").split()) for name, check in RULES.items()}
    parts += [_table(("rule", "what it asks"), _rows(found)), _NAMES_HEAD, _naming()]
    return "\n".join(parts)


def _contents(whole: Schema) -> str:
    lines = ["| section | holds | key of an item |", "| --- | --- | --- |"]
    for section, body in whole["properties"].items():
        key = f"`{KEYS[section]}`" if section in KEYS else ""
        lines.append(f"| [{section}](#{section}) | {body['description']} | {key} |")
    return "\n".join(lines) + "\n"


def _section(title: str, body: Schema, definitions: Schema, level: int = 2) -> Iterator[str]:
    """Heading, meaning and table of an entity, then those of the entities in it."""
    for name in _references(body):
        entity = definitions[name]
        required = set(entity.get("required", ()))
        rows = [_row(title, key, below, key in required) for key, below in entity["properties"].items()]
        yield f"{'#' * level} {title}\n\n{_plain(entity['description'])}\n"
        yield _table(("key", "type", "", "meaning", "example"), rows)
        for key, below in entity["properties"].items():
            yield from _section(f"{title}: {key}", below, definitions, 3)


def _references(body: Any) -> list[str]:
    """The entities that a value may be."""
    if isinstance(body, Mapping):
        own = [body["$ref"].rpartition("/")[2]] if "$ref" in body else []
        return own + [name for below in body.values() for name in _references(below)]
    return [name for below in body for name in _references(below)] if isinstance(body, list) else []


def _row(title: str, key: str, body: Schema, required: bool) -> tuple[str, ...]:
    default = f"else `{_written(body['default'])}`" if "default" in body and "$ref" not in body else ""
    examples = body.get("examples", ())
    example = f"`{_written(examples[0])}`" if examples else ""
    kind, presence = _type(body, _anchor(f"{title}: {key}")), "required" if required else default
    return f"`{key}`", kind, presence, _plain(body["description"]), example


def _type(body: Schema, anchor: str, plural: str = "") -> str:
    """A type in plain words; keys and values lead to their own table."""
    if "$ref" in body:
        return f"[keys and values](#{anchor})"
    if "anyOf" in body:
        return " or ".join(_type(one, anchor, plural) for one in body["anyOf"] if one != {"type": "null"})
    if "enum" in body:
        return "one of " + ", ".join(f"`{word}`" for word in body["enum"])
    if body["type"] == "array":
        return f"list of {_type(body['items'], anchor, 's')}"
    if body["type"] == "string":
        return next(word for word, known in _text_schemas().items() if _form(known) == _form(body)) + plural
    if body["type"] == "boolean":
        return "`true` or `false`"
    number = "whole number" if body["type"] == "integer" else "number"
    if "maximum" in body:
        return f"{number} from {body['minimum']:g} to {body['maximum']:g}"
    return f"{number} from {body['minimum']:g}" if "minimum" in body else number


def _form(body: Schema) -> tuple[Any, ...]:
    return body.get("pattern"), body.get("maxLength")


def _text_schemas() -> dict[str, dict[str, Any]]:
    return {word: TypeAdapter(kind).json_schema(schema_generator=_Generator) for word, kind in TYPES.items()}


def _types() -> str:
    """What to write for each type of text."""
    rows = []
    for word, body in _text_schemas().items():
        day = f"write year-month-day, like 2026-03-01, from {texts.FIRST_DAY} to {texts.LAST_DAY}"
        hint = texts.HINTS.get(body["pattern"], day)
        rows.append((word, f"{hint[0].upper()}{hint[1:]}.", str(body.get("maxLength", ""))))
    return "## Types\n\n" + _table(("type", "how it is written", "letters at most"), rows)


def _naming() -> str:
    """The rules of logins and addresses in words, and some examples."""
    _, _, rules = (names.__doc__ or "").partition("\n\n")
    rows = [
        (f"{given} {family}", f"`{names.login_base(given, family)}`", f"`{names.mail_base(given, family)}`")
        for given, family in SAMPLES
    ]
    return f"{_plain(rules.strip())}\n\n" + _table(("name", "login", "mail address, before the @"), rows)


def _rows(rules: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(f"`{name}`", _plain(words)) for name, words in rules.items()]


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = tuple(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def _plain(words: str) -> str:
    """Docstring marks as Markdown has them."""
    return words.replace("``", "`")


def _anchor(heading: str) -> str:
    """The link to a heading, as Markdown pages make it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _written(value: Any) -> str:
    """A value as it is written in a file."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(_written(one) for one in value)}]"
    if isinstance(value, str | datetime.date):
        text = str(value)
        return f'"{text}"' if re.fullmatch("[+0-9]+", text) else text
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
