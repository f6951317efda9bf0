# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the types refuse, told in the words of the inventory instead of those of the type library."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from .entities import KEYS, Inventory
from .problems import Problem, shorten
from .texts import HINTS
from .yaml_file import Marks, first_line

_KEYS_AND_VALUES = ("hold keys and values", "write `key: value` lines, indented")
_LIST = ("be a list", "begin each item with a dash, or write [one, two]")
_KINDS = {
    "bool_type": ("be true or false", "write one of these, without quotes"),
    "int_type": ("be a whole number", "write digits, without quotes"),
    "float_type": ("be a number", "write digits, without quotes"),
    "tuple_type": _LIST,
    "list_type": _LIST,
    "model_type": _KEYS_AND_VALUES,
    "model_attributes_type": _KEYS_AND_VALUES,
    "dict_type": _KEYS_AND_VALUES,
}
"""What a value must be, and how to write it so, by the type library's name for the refusal."""
_FORMS = {"DatedRole", "DatedMember", "Recording"}
"""Entities that a text may stand for."""
_LISTED = dict.fromkeys(("Members", "GroupPolicies"), "put a list under `set:`, exactly these, or `add:`, these too")
"""How to write an entity that is little more than a list."""
_MEMBERS = {"person", "unit", "class", "role", "group", "service", "server"}
_BOUNDS = {"greater_than_equal": ("ge", "smaller than", "before"), "less_than_equal": ("le", "larger than", "after")}


def explain(
    error: ValidationError, data: dict[str, Any], origins: Mapping[str, list[tuple[str, Marks]]]
) -> list[Problem]:
    """One problem for each refused value, with file, line and the item's name."""
    problems: dict[tuple[str, str], Problem] = {}
    for entry in error.errors(include_url=False):
        problem = _problem(entry, data, origins)
        if problem is not None:
            problems.setdefault(
                (problem.path, problem.message if problem.rule in {"unknown-key", "missing-key"} else ""), problem
            )
    return list(problems.values())


def _problem(entry: Any, data: dict[str, Any], origins: Mapping[str, list[tuple[str, Marks]]]) -> Problem | None:
    location, kind = entry["loc"], entry["type"]
    if kind == "missing" and location[-2:] == ("DatedMember", "member") and _MEMBERS & entry["input"].keys():
        return None  # the space behind the colon is told
    section = str(location[0])
    if section not in origins or (section in KEYS and len(location) < 2):
        return None  # a section that is missing or not a list has its own message
    position = location[1] if section in KEYS else 0
    file, marks = origins[section][position]
    item = data[section][position] if section in KEYS else data[section]
    number = sum(origin == file for origin, _ in origins[section][: position + 1])
    path = f"{section}[{_item_name(section, item, number)}]" if section in KEYS else section
    known: Any = item
    for step in location[2 if section in KEYS else 1 :]:
        if _is_word_or_list(step):
            if isinstance(known, list) != step.startswith("tuple["):
                return None  # the other form of the same value was meant
            continue
        if _is_branch(step, known):
            if step in _FORMS and isinstance(known, str):
                return None  # the other form of the same value was meant
            if step not in _FORMS and isinstance(known, dict):
                return None
            continue
        inside = isinstance(step, str) and isinstance(known, dict) and step in known
        if inside or (isinstance(step, int) and isinstance(known, list) and step < len(known)):
            known, marks = known[step], marks[step] if isinstance(marks, dict) else marks
        path += f"[{step + 1}]" if isinstance(step, int) else f".{step}"
    message, rule, remedy = _words(entry, location)
    if kind in {"extra_forbidden", "missing"}:
        path = path.removesuffix(f".{location[-1]}")
    return Problem(message, file, first_line(marks), path, rule, remedy)


def _item_name(section: str, item: Any, number: int) -> str:
    """The item's key, or its number among those of its section in the file."""
    key = item.get(KEYS[section]) if isinstance(item, dict) else None
    return (
        str(key)
        if isinstance(key, str | int) and str(key).isprintable() and 0 < len(str(key)) <= 40
        else f"no. {number}"
    )


def _is_branch(step: Any, value: Any) -> bool:
    """Whether a step of the location names a form of a value rather than a key in it."""
    return (
        isinstance(step, str)
        and (step in _FORMS or step.startswith(("constrained-", "str", "function-")))
        and not (isinstance(value, dict) and step in value)
    )


def _is_word_or_list(step: Any) -> bool:
    """Whether a step names a form of a value that is one of some words, or else a list."""
    return isinstance(step, str) and step.startswith(("literal[", "tuple["))


def _words(entry: Any, location: tuple[Any, ...]) -> tuple[str, str, str]:
    """Message, rule and remedy for one refusal."""
    kind, context, given = entry["type"], entry.get("ctx", {}), entry.get("input")
    if kind == "extra_forbidden":
        return f"unknown key {shorten(location[-1])}", "unknown-key", _instead(location)
    if kind == "missing":
        return f"the key {location[-1]!r} is missing", "missing-key", "add it"
    if isinstance(given, str | int | float):
        shown = shorten(given)
    else:
        shown = "keys and values" if isinstance(given, dict) else "a list" if isinstance(given, list) else "nothing"
    if kind == "string_pattern_mismatch":
        return f"{shown} does not fit", "pattern", HINTS[context["pattern"]]
    if kind == "string_too_long":
        return f"{shown} is too long", "length", f"use at most {context['max_length']} letters"
    if kind.startswith("date"):
        return f"{shown} is not a date", "date", "write it as year-month-day, like 2026-03-01"
    if kind == "literal_error":
        return f"{shown} is not one of the possible words", "choice", f"use {context['expected']}"
    if kind in _BOUNDS:
        name, than, day = _BOUNDS[kind]
        if isinstance(given, str):
            return f"{shown} is {day} {context[name]}", "range", "mend it; a day that nobody knows is left out"
        return f"{shown} is {than} {context[name]}", "range", "look at the range in the reference"
    if kind == "string_type":
        return _not_text(given, shown)
    if kind in _KINDS:
        what, remedy = _KINDS[kind]
        return f"must {what}, but is {shown}", "type", _LISTED.get(context.get("class_name"), remedy)
    return f"{shown} is refused: {entry['msg']}", "type", "look at the reference"


def _instead(location: tuple[Any, ...]) -> str:
    """What to write instead of an unknown key."""
    if location[-2] == "DatedMember" and location[-1] in _MEMBERS:
        return f"no space behind the colon: write {location[-1]}:KEY in one word"
    keys = _known_keys(location)
    near = difflib.get_close_matches(str(location[-1]), keys, 1)
    return f"did you mean {near[0]!r}?" if near else f"the keys are {', '.join(keys)}"


def _not_text(given: Any, shown: str) -> tuple[str, str, str]:
    if isinstance(given, float):  # 2.10 is 2.1 by now: what was written is not known
        return "must be text, but is a number", "type", "write it in quotes"
    remedy = f'write it in quotes: "{shown}"' if isinstance(given, int) else "write one text"
    return f"must be text, but is {shown}", "type", remedy


def _known_keys(location: tuple[Any, ...]) -> list[str]:
    """The keys that could stand where the location's last step stands."""
    model: type[BaseModel] = Inventory
    for step in location[:-1]:
        for name, field in model.model_fields.items():
            if step in (name, field.alias):
                model = _model_in(field.annotation) or model
                break
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The entity inside an annotation such as ``tuple[Unit, ...]`` or ``Unit | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in getattr(annotation, "__args__", ()) if (found := _model_in(part))), None)
