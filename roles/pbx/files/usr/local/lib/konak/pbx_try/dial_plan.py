# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong in a dial plan that Asterisk loads without a word. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path


def lint(plan: str, applications: set[str], functions: set[str]) -> Iterator[str]:
    """What is wrong in a dial plan that Asterisk loads without a word, from what ``dialplan show`` says."""
    contexts = _contexts(plan)
    for context, extensions in contexts.items():
        for extension, steps in extensions.items():
            where = f"[{context}] {extension}"
            for application, argument in steps:
                if application.lower() not in applications:
                    yield f"{where}: there is no application {application}"
                yield from (
                    f"{where}: there is no function {name}"
                    for name in re.findall(r"\$\{([A-Z][A-Z0-9_]*)\(", argument)
                    if name.lower() not in functions
                )
                if argument.count("${") + argument.count("$[") != _closed(argument):
                    yield f"{where}: a bracket is not closed in {application}({argument})"
                for target in _targets(application, argument):
                    if not _exists(contexts, context, target):
                        yield f"{where}: {application} leads to {target}, which is not there"
                for file in _sounds(application, argument):
                    if not _is_sound(file):
                        yield f"{where}: there is no sound {file}"


def _sounds(application: str, argument: str) -> list[str]:
    """The sounds that a step plays."""
    pattern = {"Playback": r"^([\w/-]+)", "Background": r"^([\w/-]+)", "Read": r"^\w+,([\w/-]+)"}.get(application)
    return re.findall(pattern, argument) if pattern else []


def _is_sound(name: str) -> bool:
    if name.startswith("/"):
        return bool(list(Path(name).parent.glob(f"{Path(name).name}.*")))
    return bool(list(Path("/usr/share/asterisk/sounds").glob(f"**/{name}.*")))


def _closed(argument: str) -> int:
    """How many of the brackets ``${`` and ``$[`` are closed."""
    open_ones, closed = [], 0
    for part in re.findall(r"\$\{|\$\[|\}|\]|\{|\[", argument):
        if part in {"${", "$[", "{", "["}:
            open_ones.append(part)
        elif open_ones and open_ones[-1].endswith("{" if part == "}" else "["):
            closed += open_ones.pop().startswith("$")
    return closed


def _contexts(plan: str) -> dict[str, dict[str, list[tuple[str, str]]]]:
    """By context and extension: what is done, as application and argument; a label is an extension ``x:label``."""
    found: dict[str, dict[str, list[tuple[str, str]]]] = {}
    context = extension = ""
    for line in plan.splitlines():
        if match := re.match(r"\[ Context '([^']+)' created by", line):
            context = match[1]
            found.setdefault(context, {})
        elif context and (
            match := re.match(r"\s+(?:'([^']+)' =>|\[(\w+)\])?\s*(?:(\d+)\. (\w+)\((.*)\)|hint: .*)", line)
        ):
            extension = match[1] or extension
            if match[2]:
                found[context].setdefault(f"{extension}:{match[2]}", [])
            if match[3]:
                found[context].setdefault(extension, []).append((match[4], match[5].split("   ")[0].rstrip(")")))
    return found


def _targets(application: str, argument: str) -> list[str]:
    """Where a jump leads, as far as it says so without a variable in the name of the context."""
    if application in {"Goto", "Gosub"}:
        places = [argument.partition("(")[0] if application == "Gosub" else argument]
    elif application in {"GotoIf", "GosubIf"}:
        places = argument.rpartition("?")[2].split(":")
    else:
        return []
    return [place.strip() for place in places if place.strip()]


def _exists(contexts: dict[str, dict[str, list[tuple[str, str]]]], context: str, target: str) -> bool:
    parts = target.split(",")
    if len(parts) == 1:
        return any(name.endswith(f":{parts[0]}") for name in contexts[context])
    where, extension = (parts[0], parts[1]) if len(parts) == 3 else (context, parts[0])
    if where not in contexts or "${" in extension:
        return where in contexts
    label = parts[-1]
    known = contexts[where]
    return extension in known and (label.isdigit() or f"{extension}:{label}" in known)
