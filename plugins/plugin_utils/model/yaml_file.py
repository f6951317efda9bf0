# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read one inventory file: YAML 1.2's plain types, no surprises, and the line of every value.

PyYAML's C parser does the reading; what this module adds is a stricter reading of it:

* only ``true`` and ``false`` are booleans, so ``no`` and ``off`` stay words;
* only plain decimal numbers are numbers: ``012`` and ``12:30`` stay words, and so do dates (the types read them);
* a key given twice, an anchor, an alias, a merge key, a tag or a second document is an error with its line.
"""

from __future__ import annotations

from typing import Any

import yaml
from yaml._yaml import CParser

from .problems import Problem

Marks = Any
"""Lines beside the data, counted from 1: ``int`` for a scalar; for a mapping ``{None: its line, key: marks, ...}``, for
a list the same with the positions as keys. What stands under a key has the line of the key."""

_BOOLEANS = {"true": True, "false": False}
_NULLS = frozenset({"", "~", "null"})
_LONGEST_NUMBER = 30
_DEEPEST = 20


class _Refused(Exception):
    """A construct that an inventory file may not use, at a line."""

    def __init__(self, line: int, message: str, remedy: str) -> None:
        super().__init__(message)
        self.line, self.message, self.remedy = line, message, remedy


class _Parser(CParser):
    """libyaml's composer without PyYAML's implicit tags: ``_scalar`` decides what a plain word is.

    It composes by recursion in C, which a file nested deeply enough would crash: so the depth is counted here.
    """

    def __init__(self, text: bytes) -> None:
        CParser.__init__(self, text)
        self._depth = 0

    def resolve(self, kind: type, _value: Any, implicit: Any) -> str:
        if kind is yaml.ScalarNode:
            return "plain" if implicit[0] else "quoted"
        return "collection"

    def descend_resolver(self, parent: Any, _index: Any) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _Refused(
                parent.start_mark.line + 1,
                "the lists and mappings are nested too deeply",
                "look for brackets that are never closed",
            )

    def ascend_resolver(self) -> None:
        self._depth -= 1


def _scalar(node: yaml.ScalarNode) -> Any:
    value = node.value
    if node.tag == "quoted":
        return value
    if node.tag != "plain":
        raise _Refused(node.start_mark.line + 1, f"the tag {node.tag!r} is not used here", "write the plain value")
    if value in _NULLS:
        return None
    if value in _BOOLEANS:
        return _BOOLEANS[value]
    digits = value[1:] if value[0] == "-" else value
    if len(digits) > _LONGEST_NUMBER or not digits.isascii():
        return value
    if digits.isdecimal() and (digits[0] != "0" or digits == "0"):
        return int(value)
    whole, dot, part = digits.partition(".")
    if dot and whole.isdecimal() and part.isdecimal():
        return float(value)
    return value


def _build(node: yaml.Node) -> tuple[Any, Marks]:
    """Turn a composed node into plain data and the lines of that data."""
    start = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node), start
    if node.tag != "collection":
        raise _Refused(start, f"the tag {node.tag!r} is not used here", "write the plain value")
    marks: dict[str | int | None, Marks] = {None: start}
    if isinstance(node, yaml.SequenceNode):
        pairs = [_build(child) for child in node.value]
        marks.update(enumerate(below for _, below in pairs))
        return [value for value, _ in pairs], marks
    data: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = key_node.value
        line = key_node.start_mark.line + 1
        if not isinstance(key, str):
            raise _Refused(line, "a key must be one word", "write the key as plain text before the colon")
        if key == "<<":
            raise _Refused(line, "merge keys (<<) are not used here", "write each value out where it is read")
        if key in data:
            raise _Refused(
                line,
                f"the key {key!r} is given twice",
                f"keep one of them; the first is in line {first_line(marks[key])}",
            )
        data[key], below = _build(value_node)
        marks[key] = line if isinstance(below, int) else below | {None: line}
    return data, marks


def first_line(marks: Marks) -> int:
    """The line where the marked value begins, or where its key stands."""
    line: int = marks if isinstance(marks, int) else marks[None]
    return line


def _refuse_anchors(text: str) -> None:
    """Raise if the file uses anchors or aliases; scanned only when such a letter is there at all."""
    if "&" not in text and "*" not in text:
        return
    for token in yaml.scan(text, Loader=yaml.CSafeLoader):
        if isinstance(token, yaml.AnchorToken | yaml.AliasToken):
            sign = "&" if isinstance(token, yaml.AnchorToken) else "*"
            raise _Refused(
                token.start_mark.line + 1,
                f"anchors and aliases ({sign}{token.value}) are not used here",
                "write each value out where it is read; quote a text that begins with & or *",
            )


def parse(content: bytes, file: str) -> tuple[Any, Marks] | Problem:
    """Parse one file's bytes.

    :arg content: the file as read.
    :arg file: its name as shown to people.
    :returns: ``(data, marks)``, of which ``data`` is ``None`` for an empty file; or the one
        :class:`Problem` that kept it from being read.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Problem(
            "file is not UTF-8",
            file,
            line,
            rule="encoding",
            remedy="save it as UTF-8; other encodings lose Turkish letters",
        )
    try:
        _refuse_anchors(text)
        parser = _Parser(content)
        try:
            node = parser.get_single_node()
        finally:
            parser.dispose()
        data, marks = (None, 1) if node is None else _build(node)
        return (data, marks) if data is not None else (None, 1)  # an empty document's line is behind its end
    except _Refused as error:
        return Problem(error.message, file, error.line, rule="yaml", remedy=error.remedy)
    except yaml.YAMLError as error:
        return _yaml_problem(error, file, content, text)


def _yaml_problem(error: yaml.YAMLError, file: str, content: bytes, text: str) -> Problem:
    if isinstance(error, yaml.reader.ReaderError):
        line = content.count(b"\n", 0, error.position) + 1
        remedy = "take it away; if the whole file looks odd, save it as UTF-8"
        return Problem(
            f"there is an unprintable character (U+{error.character:04X})", file, line, rule="yaml", remedy=remedy
        )
    lines = text.splitlines() or [""]
    mark, opening = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    line = mark.line + 1 if mark else 1
    if line > len(lines):  # found at the end of the file: where it began says more
        line = min(opening.line + 1 if opening else line, len(lines))
    first = max(1, line - 1)
    if tabs := [
        number
        for number, row in enumerate(lines[first - 1 : line], first)
        if "\t" in row[: len(row) - len(row.lstrip())]
    ]:
        return Problem("a tab is used to indent", file, tabs[-1], rule="yaml", remedy="indent with spaces")
    detail = getattr(error, "problem", None) or str(error).splitlines()[0]
    if detail == "but found another document":
        return Problem(
            "a second document begins here",
            file,
            line,
            rule="yaml",
            remedy="take the line `---` away, or begin a new file",
        )
    if opening and opening.line + 1 < line:
        detail += f", {getattr(error, 'context', '')} that begins in line {opening.line + 1}"
    return Problem(
        f"not valid YAML: {detail}",
        file,
        line,
        rule="yaml",
        remedy="look at the indentation, colons and quotes of this line and the one above",
    )
