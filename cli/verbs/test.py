# SPDX-License-Identifier: GPL-3.0-or-later
"""``./konak test``: lint, types, sanity, then the tests, whose closing line comes last."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from .. import sanity, shell
from ..errors import UserError, text_of
from ..shell import ROOT

SUMMARY = "everything: lint, types, sanity, unit, golden, negative, lab"
DESCRIPTION = """\
Checks this repository. Each check prints one line, and what it found where it found something; a failed check makes the
exit status 1, and the tests run all the same. Their closing line comes last.

With arguments for pytest, only pytest runs: ./konak test tests/unit/test_walls.py -k model
"""
PASS_UNKNOWN = True

PARTS = ("lint", "types", "sanity", "molecule", "pytest")

COMMANDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "lint": (
        ("ruff", "check", "--quiet", "--output-format=concise"),
        ("ruff", "format", "--check", "--quiet", "--output-format=concise"),
        ("yamllint", "--strict", "."),
        ("ansible-lint", "--nocolor", "-q"),
        ("shellcheck", "konak", ".ci/run"),
        ("antsibull-changelog", "lint"),
    ),
    "types": (("mypy", "--no-error-summary"),),
}
"""The checks that are one command each, by part."""


ENVIRONMENT = {
    # Roles and playbooks are looked at without a city, so that a mistake in one is not reported for every file.
    # Not "localhost,": that is read as two paths, the second of them the current folder with all that is in it.
    "ansible-lint": {"ANSIBLE_INVENTORY": os.devnull},
}

FAILURE = re.compile(r"fatal: \[|\[ERROR\]|UNREACHABLE|Idempotence test failed")
"""How the output of Molecule says that something went wrong."""

LINES = 30
"""Of each check's findings, how many are shown."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One check that has run; ``output`` is for people, empty where nothing was found."""

    name: str
    ok: bool
    seconds: float
    output: str


def configure(parser: argparse.ArgumentParser) -> None:
    """The verb's options; what it does not know goes to pytest."""
    parser.usage = "./konak test [--fast] [--only PART] [pytest's arguments]"
    parser.add_argument("--fast", action="store_true", help="only what needs no root and no lab, and ends in minutes")
    parser.add_argument(
        "--only", action="append", choices=PARTS, metavar="PART", help=f"one of {', '.join(PARTS)}; may be repeated"
    )


def run_command(name: str, argv: tuple[str, ...], *, cwd: Path = ROOT) -> Outcome:
    """A check that is one command: it passes when the command's status is 0."""
    start = time.monotonic()
    done = shell.run(argv, cwd=cwd, env=ENVIRONMENT.get(name), capture=True, check=False)
    ok = done.returncode == 0
    return Outcome(name, ok, time.monotonic() - start, "" if ok else done.stdout.strip())


def run_sanity() -> Outcome:
    """ansible-test sanity, as far as it goes without containers."""
    start = time.monotonic()
    try:
        verdict = sanity.check()
    except UserError as problem:
        ok, output = False, text_of(problem.as_dict())
    else:
        ok, output = not verdict.findings, "\n".join(verdict.findings)
    return Outcome("ansible-test sanity", ok, time.monotonic() - start, output)


def run_molecule() -> Outcome:
    """Every molecule scenario."""
    outcome = run_command("molecule test --all", ("molecule", "test", "--all"), cwd=ROOT / "extensions")
    return replace(outcome, output="\n".join(around_failure(outcome.output.splitlines())))


def around_failure(lines: list[str]) -> list[str]:
    """Of a scenario's output, what went wrong first, as the hosts are taken away after it; the end, if nothing did."""
    first = next((number for number, line in enumerate(lines) if FAILURE.search(line)), None)
    return lines[-LINES:] if first is None else lines[max(0, first - 5) : first - 5 + LINES]


def outcomes(parts: list[str], show: Callable[[str], None]) -> Iterator[Outcome]:
    """Run the checks of some parts, one after the other; ``show`` is told what starts."""
    for part in parts:
        for argv in COMMANDS.get(part, ()):
            name = " ".join(argv[:2]) if argv[0] == "ruff" else argv[0]
            show(name)
            yield run_command(name, argv)


def shorten(output: str) -> str:
    """The first lines of what a check found, and how many more there are."""
    lines = output.splitlines()
    more = [f"... and {len(lines) - LINES} more lines"] if len(lines) > LINES else []
    return "".join(f"{line}\n" for line in lines[:LINES] + more)


def tell(outcome: Outcome) -> None:
    """Print a check's line, and what it found."""
    mark = "ok" if outcome.ok else "FAILED"
    print(f"  {mark:<6} {outcome.name:<24} {outcome.seconds:6.1f} s", flush=True)
    print(textwrap.indent(shorten(outcome.output), "         "), end="", flush=True)


def run_checks(parts: list[str], *, quiet: bool) -> list[Outcome]:
    """Run the checks and print a line for each."""
    terminal = sys.stdout.isatty() and not quiet

    def show(name: str) -> None:
        if terminal:
            print(f"  ..     {name}", end="\r", flush=True)

    done = []
    for outcome in outcomes(parts, show):
        done.append(outcome)
        if not quiet:
            tell(outcome)
    return done


def pytest_runs(args: argparse.Namespace) -> list[list[str]]:
    """The arguments of each pytest run. The lab's is one of its own: its hosts are shared."""
    if args.unknown:
        return [["-m", "not lab and not slow", *args.unknown] if args.fast else args.unknown]
    at_once = ["-n", "auto", "--dist", "loadfile", "-q"]
    if args.fast:
        return [["-m", "not lab and not slow", *at_once]]
    runs = [["-m", "not lab", *at_once]]
    if any((ROOT / "tests" / "lab").rglob("test_*.py")):
        runs.append(["-m", "lab", "-v", "--durations=20"])
    return runs


def parts_of(args: argparse.Namespace) -> list[str]:
    """What was asked for: a choice, pytest alone where it was given arguments, or all that --fast leaves."""
    if args.only:
        return [part for part in PARTS if part in args.only]
    if args.unknown:
        return ["pytest"]
    with_lab = not args.fast and os.geteuid() == 0
    return [part for part in PARTS if part != "molecule" or with_lab]


def run_pytest(argv: list[str], *, live: bool) -> Outcome:
    """One pytest run, printed as it goes, or kept."""
    start = time.monotonic()
    done = shell.run([sys.executable, "-m", "pytest", *argv], capture=not live, check=False)
    return Outcome("pytest", done.returncode == 0, time.monotonic() - start, done.stdout or "")


def run_tests(args: argparse.Namespace) -> list[Outcome]:
    """The roles alone; then the lab, and beside it what needs no host, as the lab waits more than it computes.

    What needs no host gives way, as times are measured on hosts. Its tests are told whole, before those of the lab end.
    """
    parts, told = parts_of(args), not args.json
    runs = pytest_runs(args) if "pytest" in parts else []

    def alone() -> list[Outcome]:
        done = run_checks(parts, quiet=args.json)
        for argv in runs[:1]:
            done.append(run_pytest(argv, live=told and len(runs) == 1))
            print(done[-1].output if told else "", end="", flush=True)
        return done

    def show(outcome: Outcome) -> Outcome:
        if told:
            tell(outcome)
        return outcome

    done = [show(run_molecule())] if "molecule" in parts else []
    with ThreadPoolExecutor(2, initializer=os.nice, initargs=(19 if len(runs) > 1 else 0,)) as pool:
        beside = [pool.submit(alone)]
        if "sanity" in parts:
            beside.append(pool.submit(lambda: [show(run_sanity())]))
        done += [run_pytest(argv, live=told) for argv in runs[1:]]
        done += [outcome for future in beside for outcome in future.result()]
    failed = [outcome.name for outcome in done if not outcome.ok]
    if failed and told:
        print(f"konak: failed, see above: {', '.join(failed)}", file=sys.stderr)
    return done


def run(args: argparse.Namespace) -> int:
    """Status 1 where any check or test failed."""
    if not (ROOT / "konak").exists():
        raise UserError("the tests are not part of an installed collection", remedy="run ./konak test in a clone")
    done = run_tests(args)
    if args.json:
        print(json.dumps([asdict(outcome) for outcome in done], ensure_ascii=False, indent=2))
    return 0 if all(outcome.ok for outcome in done) else 1
