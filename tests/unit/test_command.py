# SPDX-License-Identifier: GPL-3.0-or-later
"""The command without its verbs: options, errors for people and programs, exit statuses."""

from __future__ import annotations

import argparse
import importlib
import json
import stat
import subprocess
import sys
import types

import pytest
from ansible_collections.konak.it.cli import __main__ as command
from ansible_collections.konak.it.cli import errors, shell
from ansible_collections.konak.it.plugins.plugin_utils.model import problems


@pytest.fixture
def verb(monkeypatch, tmp_path):
    """Lets ``./konak plan`` do what a test wants: ``verb(run)``."""
    module = types.SimpleNamespace(SUMMARY="a test", configure=lambda parser: parser.add_argument("--deep"))
    monkeypatch.setattr(command, "verbs", lambda: ["plan"])
    monkeypatch.setattr(command, "summary_of", lambda _: "a test")
    monkeypatch.setattr(command, "BUILD", tmp_path / "build")
    monkeypatch.setattr(importlib, "import_module", lambda *_: module)
    monkeypatch.delenv("KONAK_INVENTORY", raising=False)

    def use(run):
        module.run = run

    return use


def raising(exception):
    def run(args):
        raise exception

    return run


def test_every_verb_has_what_the_command_needs():
    assert "test" in command.verbs()
    for name in command.verbs():
        module = importlib.import_module(f"ansible_collections.konak.it.cli.verbs.{name}")
        assert command.summary_of(name) == module.SUMMARY
        assert module.SUMMARY[0].islower()
        assert not module.SUMMARY.endswith(".")
        module.configure(argparse.ArgumentParser())
        assert callable(module.run)


def test_help_starts_nothing_heavy():
    code = (
        "import sys; from ansible_collections.konak.it.cli.__main__ import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "sys.exit(' '.join({'pydantic', 'ldap', 'rich', 'yaml', 'ansible'} & set(sys.modules)) or 0)"
    )
    env = shell.environment({"PYTHONPATH": str(shell.ROOT / "collections")})
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "verbs:" in done.stdout


@pytest.mark.parametrize("status", [0, 1, 2])
def test_a_verbs_status_is_the_commands(verb, status):
    verb(lambda args: status)
    assert command.main(["plan"]) == status


@pytest.mark.parametrize("words", [["--json", "plan"], ["plan", "--json"]])
def test_global_options_stand_before_or_after_the_verb(verb, words, tmp_path):
    seen = []
    verb(lambda args: seen.append(args) or 0)
    assert command.main([*words, "--inventory", str(tmp_path), "--deep", "x"]) == 0
    assert (seen[0].json, seen[0].inventory, seen[0].deep) == (True, tmp_path, "x")


def test_the_inventory_comes_from_the_environment_or_is_the_example(verb, monkeypatch, tmp_path):
    seen = []
    verb(lambda args: seen.append(args.inventory) or 0)
    command.main(["plan"])
    monkeypatch.setenv("KONAK_INVENTORY", str(tmp_path))
    command.main(["plan"])
    assert seen == [shell.ROOT / "inventory", tmp_path]


def test_an_inventory_that_is_not_there_is_an_error(verb, capsys):
    verb(lambda args: 0)
    assert command.main(["--inventory", "nowhere", "plan"]) == 1
    assert "nowhere: the inventory is not a folder (name the folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["plam"], "konak: there is no verb 'plam' (did you mean 'plan'?)"),
        (["drift"], "konak: this version cannot 'drift' yet (./konak --help lists what it can)"),
        (["plan", "--shallow"], "konak: unknown argument --shallow (./konak plan --help shows what is possible)"),
        (["plan", "--dee", "x"], "konak: unknown argument --dee x (./konak plan --help shows what is possible)"),
    ],
)
def test_a_command_line_that_makes_no_sense_is_status_1(verb, capsys, words, expected):
    verb(lambda args: 0)
    assert command.main(words) == 1
    assert capsys.readouterr().err.strip() == expected


def test_an_error_for_people_is_one_line(verb, capsys):
    verb(raising(errors.UserError("it is cold", file="a.yml", line=3, path="rooms[2]", host="dc1", remedy="heat it")))
    assert command.main(["plan"]) == 1
    captured = capsys.readouterr()
    assert captured.err == "konak: a.yml:3: dc1: rooms[2]: it is cold (heat it)\n"
    assert captured.out == ""


def test_an_error_for_programs_has_every_key(verb, capsys):
    verb(raising(errors.UserError("it is cold", file="a.yml")))
    assert command.main(["plan", "--json"]) == 1
    expected = {"message": "it is cold", "file": "a.yml", "line": None, "path": None, "host": None, "remedy": None}
    assert json.loads(capsys.readouterr().out) == {"errors": [expected]}


def test_every_problem_of_an_inventory_is_said(verb, capsys):
    rows = [problems.Problem("too old", "a.yml", 1), problems.Problem("too new", "b.yml", 2, remedy="wait")]
    verb(raising(problems.InventoryError(rows)))
    assert command.main(["plan"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "konak: a.yml:1: too old",
        "konak: b.yml:2: too new (wait)",
        "konak: 2 errors",
    ]


def test_a_traceback_goes_into_a_private_file(verb, capsys, tmp_path):
    verb(raising(ZeroDivisionError("by nothing")))
    assert command.main(["plan"]) == 1
    log = tmp_path / "build/konak-error.log"
    said = capsys.readouterr().err
    assert said.startswith("konak: unexpected error: ZeroDivisionError: by nothing (the details are in ")
    assert said.count("\n") == 1
    assert "Traceback" in log.read_text("utf-8")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_an_interrupt_is_one_line_and_130(verb, capsys):
    verb(raising(KeyboardInterrupt()))
    assert command.main(["plan"]) == 130
    assert capsys.readouterr().err.count("\n") == 1


def test_a_program_is_run_with_its_arguments_as_they_are():
    done = shell.run([sys.executable, "-c", "import sys; print(sys.argv[1])", "$HOME; true"], capture=True)
    assert done.stdout == "$HOME; true\n"


def test_the_line_is_shown_as_one_could_type_it(capfd):
    shell.run(["true", "a b"], show=True)
    assert capfd.readouterr().err == "$ true 'a b'\n"


def test_the_environment_is_not_shown(capfd):
    shell.run(["true"], env={"KONAK_SECRET": "sesame"}, show=True)
    assert "sesame" not in capfd.readouterr().err


def test_a_program_that_fails_is_an_error_with_its_last_words():
    with pytest.raises(errors.UserError, match=r"ended with status 3\nthe end$"):
        shell.run([sys.executable, "-c", "print('the end'); raise SystemExit(3)"], capture=True)


def test_a_program_that_is_not_there_is_an_error():
    with pytest.raises(errors.UserError, match="no-such-program is not there"):
        shell.run(["no-such-program"])
