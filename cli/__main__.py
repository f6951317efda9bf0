# SPDX-License-Identifier: GPL-3.0-or-later
"""``./konak VERB``: finds the verb's module, reads the command line, and turns what happens into an exit status.

0: done, or nothing to do. 1: an error. 2: a question such as ``plan`` or ``drift`` found changes. 130: interrupted.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from .errors import UsageError, UserError, report
from .shell import BUILD, ROOT

VERBS = (
    "demo", "test", "check", "plan", "apply", "verify", "drift", "letters", "access", "history", "report", "lab",
    "bench", "reference",
)  # fmt: skip
"""In the order of a person's first days; a verb that is not named here comes after these."""

FOLDER = Path(__file__).with_name("verbs")


class Parser(argparse.ArgumentParser):
    """Says what is wrong as every other error is said, with status 1: status 2 means that changes were found."""

    def error(self, message: str) -> NoReturn:
        """Called by argparse."""
        raise UsageError(message, remedy=f"{self.prog} --help shows what is possible")


def verbs() -> list[str]:
    """The verbs that exist."""
    there = {path.stem for path in FOLDER.glob("[a-z]*.py")}
    return [verb for verb in VERBS if verb in there] + sorted(there.difference(VERBS))


def summary_of(verb: str) -> str:
    """A verb's SUMMARY, read without importing the verb: help is quick and works though a verb may be broken."""
    tree = ast.parse((FOLDER / f"{verb}.py").read_text(encoding="utf-8"))
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if any(isinstance(target, ast.Name) and target.id == "SUMMARY" for target in targets):
            return str(ast.literal_eval(node.value))  # type: ignore[attr-defined]
    return ""


def add_global_options(parser: argparse.ArgumentParser) -> None:
    """The options of every verb; they may stand before it or after it."""
    parser.add_argument(
        "--inventory",
        metavar="DIR",
        default=argparse.SUPPRESS,
        help="the city to work on (KONAK_INVENTORY; otherwise the example in inventory/)",
    )
    parser.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="write for programs: JSON on stdout"
    )


def top_parser() -> Parser:
    """The command without its verb."""
    rows = "\n".join(f"  {verb:<9} {summary_of(verb)}" for verb in verbs())
    parser = Parser(
        prog="konak",
        usage="./konak [--inventory DIR] [--json] VERB ...",
        description="A city hall's IT as code.",
        epilog=f"verbs:\n{rows}\n\n./konak VERB --help tells more. Exit status: 0 done or nothing to do, 1 error, "
        "2 changes found.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_global_options(parser)
    parser.add_argument("--version", action="store_true", help="print the version and end")
    parser.add_argument("verb", nargs="?", metavar="VERB", help="what to do, see below")
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


def version() -> str:
    """The collection's version, as galaxy.yml or an installed collection's MANIFEST.json has it."""
    for name, mark in (("galaxy.yml", "version:"), ("MANIFEST.json", '"version":')):
        path = ROOT / name
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                if line.strip().startswith(mark):
                    return line.split(":", 1)[1].strip(' ",')
    return "unknown"


def find_verb(verb: str) -> None:
    """Refuse a verb that does not exist, saying which was perhaps meant."""
    there = verbs()
    if verb in there:
        return
    if verb in VERBS:
        raise UsageError(f"this version cannot {verb!r} yet", remedy="./konak --help lists what it can")
    near = difflib.get_close_matches(verb, there, n=1)
    remedy = f"did you mean {near[0]!r}?" if near else "./konak --help lists the verbs"
    raise UsageError(f"there is no verb {verb!r}", remedy=remedy)


def inventory_of(given: str | None) -> Path:
    """The city's folder: the option, else the environment, else the example; a relative path is from where one stands.

    :raises UserError: it is not a folder.
    """
    name = given or os.environ.get("KONAK_INVENTORY")
    path = Path(name).expanduser().resolve() if name else ROOT / "inventory"
    if name and not path.is_dir():
        raise UserError(
            "the inventory is not a folder", file=path, remedy="name the folder that holds organisation.yml"
        )
    return path


def run_verb(top: argparse.Namespace) -> int:
    """Import one verb, read the rest of the command line with its own parser, and run it."""
    find_verb(top.verb)
    module = importlib.import_module(f".verbs.{top.verb}", __package__)
    parser = Parser(
        prog=f"./konak {top.verb}",
        allow_abbrev=False,
        description=getattr(module, "DESCRIPTION", None) or module.SUMMARY,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_global_options(parser)
    module.configure(parser)
    start = argparse.Namespace(inventory=getattr(top, "inventory", None), json=getattr(top, "json", False))
    args, unknown = parser.parse_known_args(top.rest, start)
    if unknown and not getattr(module, "PASS_UNKNOWN", False):
        parser.error(f"unknown argument {' '.join(unknown)}")
    args.unknown = unknown
    args.verb = top.verb
    args.inventory = inventory_of(args.inventory)
    return int(module.run(args))


def main(argv: Sequence[str] | None = None) -> int:
    """The whole command; returns the exit status, raises nothing."""
    words = list(sys.argv[1:] if argv is None else argv)
    own = words[: words.index("--")] if "--" in words else words  # what follows `--` is for another program
    as_json = "--json" in own
    try:
        top = top_parser().parse_args(words)
        if top.version:
            print(f"konak {version()}")
            return 0
        if top.verb is None:
            top_parser().print_help()
            return 0
        return run_verb(top)
    except KeyboardInterrupt:
        print("konak: interrupted; what was done so far stands, and a new run goes on from there", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader has gone (`./konak plan | head`): nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as problem:  # noqa: BLE001  # the one place that keeps tracebacks from people
        return report(problem, as_json=as_json, log=BUILD / "konak-error.log")


def _end() -> NoReturn:
    status = main()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(status)


if __name__ == "__main__":
    _end()
