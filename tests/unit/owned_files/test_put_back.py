# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's own commands: what they see, and what is put back when one of them fails."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.konak.it.plugins.module_utils.owned_files_run import deliver
from unit.owned_files.scene import FALSE, TRUE, named

BOTH = {"a": "one\n", "d/b": ("two\n", 0o600)}


def python(code: str, *arguments: str) -> tuple[str, ...]:
    """A command that is a few lines of Python, with ``sys`` imported."""
    return (sys.executable, "-c", f"import sys, pathlib\n{code}", *arguments)


def test_the_staged_tree_is_whole(scene):
    """New, changed and unchanged files, and those that are not ours, but nothing that is to go."""
    scene.deliver({**BOTH, "d/gone": "x", "deep/er/gone": "x"})
    (scene.root / "theirs").write_text("theirs\n")
    (scene.root / "deep/er/theirs").write_text("theirs too\n")
    look = python(
        "root = pathlib.Path(sys.argv[1])\n"
        "for p in sorted(root.rglob('*', recurse_symlinks=True) if sys.version_info >= (3, 13) else root.rglob('*')):\n"
        "    if p.is_file(): print(p.relative_to(root), p.read_text().strip())\n"
        "sys.exit(1)",
        f"{{staged}}{scene.root}",
    )
    result = scene.deliver({"a": "new\n", "d/b": ("two\n", 0o600), "n/e": "w\n"}, validate=(look,))
    assert result.errors[0]["output"].splitlines() == [
        "a new",
        "d/b two",
        "deep/er/theirs theirs too",
        "n/e w",
        "theirs theirs",
    ]


def test_several_roots_are_staged_together(scene):
    second = scene.folder / "etc" / "second"
    request = scene.request({"a": "one\n"}, roots=(str(scene.root), str(second)))
    path = str(second / "x")
    check = python("assert pathlib.Path(sys.argv[1]).read_text() == 'two'", f"{{staged}}{path}")
    also = python("assert pathlib.Path(sys.argv[1]).read_text() == 'one\\n'", f"{{staged}}{scene.root}/a")
    files, contents = {**request.files, path: named(b"two")}, {**request.contents, path: b"two"}
    result = deliver(replace(request, files=files, contents=contents, validate=(check, also)))
    assert result.errors == []
    assert result.validated
    assert (second / "x").read_text() == "two"


@pytest.mark.parametrize("broken", ["validate", "reload", "health"])
def test_what_fails_puts_everything_back(scene, broken):
    scene.deliver({**BOTH, "gone": ("g\n", 0o400), "mode": "m\n"})
    (scene.root / "a").write_text("by hand\n")
    before = scene.live()
    inodes = {path: path.stat().st_ino for path in scene.root.rglob("*")}
    log = scene.folder / "log"
    note = python("pathlib.Path(sys.argv[2]).open('a').write(pathlib.Path(sys.argv[1]).read_text())",
                  scene.path("a"), str(log))  # fmt: skip
    bad = python(
        "if pathlib.Path(sys.argv[1]).read_text() in sys.argv[2:]: print('it says why'); sys.exit(3)",
        scene.path("a"),
        "by hand\n" if broken == "validate" else "new\n",
    )
    commands = {"validate": (TRUE,), "reload": (note,), "health": (TRUE,)}
    commands[broken] = (*commands[broken], bad)
    manifest = (scene.state / "svc.json").read_bytes()
    new = {"a": "new\n", "mode": ("m\n", 0o600), "x/y/z": "z\n"}
    result = scene.deliver(new, health_seconds=0.1, **commands)
    assert result.errors[0]["step"] == broken
    assert result.errors[0]["output"] == "it says why"
    assert "ended with status 3" in result.errors[0]["message"]
    assert scene.live() == before
    assert {path: path.stat().st_ino for path in scene.root.rglob("*")} == inodes
    assert (scene.state / "svc.json").read_bytes() == manifest
    assert scene.leftovers() == []
    assert not result.changed
    assert result.rolled_back == (broken != "validate")
    assert result.as_dict()["failed"]
    if broken == "validate":
        assert not log.exists(), "the service was not told"
        assert "no file was changed" in result.summary()
    else:
        assert log.read_text().splitlines() == ["new", "by hand"], "reloaded with the new files, and with the old"
        assert "the old files are back" in result.summary()
    assert scene.actions(result) == [
        ("x/y/z", "create", ""),
        ("a", "update", "changed by hand"),
        ("mode", "mode", ""),
        ("d/b", "remove", ""),
        ("gone", "remove", ""),
    ]


def test_health_is_tried_until_it_is_there(scene):
    counter = scene.folder / "counter"
    third = python(
        "p = pathlib.Path(sys.argv[1]); p.open('a').write('x'); sys.exit(len(p.read_text()) < 3)", str(counter)
    )
    result = scene.deliver(BOTH, health=(third,), health_seconds=20)
    assert result.healthy
    assert counter.read_text() == "xxx"


@pytest.mark.parametrize("option", ["validate", "reload", "health"])
def test_a_command_that_hangs_is_ended(scene, option):
    hang = {option: (("sleep", "60"),)}
    start = time.monotonic()
    result = scene.deliver(BOTH, command_seconds=0.3, health_seconds=0.3, **hang)
    assert time.monotonic() - start < 10
    assert "not done within 0.3 s" in result.errors[0]["message"]
    assert scene.live() == {}


def test_what_a_hanging_command_started_ends_with_it(scene):
    pid = scene.folder / "pid"
    hang = python(
        "import subprocess, time\n"
        "pathlib.Path(sys.argv[1]).write_text(str(subprocess.Popen(['sleep', '60']).pid)); time.sleep(60)",
        str(pid),
    )
    assert scene.deliver(BOTH, validate=(hang,), command_seconds=2).errors
    state = Path("/proc", pid.read_text(), "stat")
    for _ in range(50):
        if not state.exists() or state.read_text().split()[2] == "Z":
            break
        time.sleep(0.1)
    else:
        pytest.fail("it still runs")


def test_a_daemon_that_the_reload_starts_does_not_hold_the_run(scene):
    start = time.monotonic()
    fork = python("import subprocess; print('started', subprocess.Popen(['sleep', '5']).pid)")
    assert scene.deliver(BOTH, reload=(fork,)).reloaded
    assert time.monotonic() - start < 4


def test_a_program_that_is_not_there(scene):
    result = scene.deliver(BOTH, validate=(("/no/such/program",),))
    assert "/no/such/program" in result.errors[0]["message"]
    assert scene.live() == {}


def test_no_shell_reads_the_arguments(scene):
    result = scene.deliver(BOTH, validate=(("printf", "%s", "; $(touch x) {other}"), FALSE))
    assert result.errors[0]["message"].startswith("validate: false")


def test_output_is_bounded_and_shows_no_secret(scene):
    loud = python("print('a' * 100_000); print('the password is', sys.argv[1]); sys.exit(1)", "pass-w0rd-long")
    result = scene.deliver(BOTH, validate=(loud,), secrets=("pass-w0rd", "pass-w0rd-long"))
    assert len(result.errors[0]["output"]) <= 4000
    assert result.errors[0]["output"].endswith("the password is ********")
    assert "pass-w0rd" not in json.dumps(result.as_dict())


def test_half_a_secret_is_not_shown_where_the_output_is_cut(scene):
    cut = python("print('pass-w0rd' + 'a' * 3995); sys.exit(1)")
    output = scene.deliver(BOTH, validate=(cut,), secrets=("pass-w0rd",)).errors[0]["output"]
    assert set(output) == {"*", "a"}
