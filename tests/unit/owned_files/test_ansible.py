# SPDX-License-Identifier: GPL-3.0-or-later
"""The action and the module together, run by Ansible on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.konak.it.cli import shell
from ansible_collections.konak.it.plugins.action.owned_files import ActionModule, TreeError, tree
from ansible_collections.konak.it.plugins.module_utils.owned_files import Named, digest, unpack
from ansible_collections.konak.it.plugins.module_utils.owned_files_run import deliver
from ansible_collections.konak.it.plugins.modules import owned_files as module
from unit.owned_files.scene import GID, UID, Scene, named

DEFAULTS = {"src": None, "files": {}, "mode": "0644", "owner": "root", "group": "root"}


def test_the_tree_is_made_of_a_folder_and_of_files(tmp_path):
    (tmp_path / "etc/svc").mkdir(parents=True)
    (tmp_path / "etc/svc/bin").write_bytes(b"\xff")
    (tmp_path / "etc/svc/text").write_bytes(b"from the folder")
    files = {
        "/etc/svc/bin": {"mode": "0600", "group": "mail", "secret": True},
        "/etc/svc/text": {"content": "given ş"},
        "/etc/svc/new": {"content": ""},
    }
    wanted, contents = tree({**DEFAULTS, "src": str(tmp_path), "files": files})
    assert contents == {"/etc/svc/bin": b"\xff", "/etc/svc/text": "given ş".encode(), "/etc/svc/new": b""}
    assert wanted == {
        "/etc/svc/bin": Named(digest(b"\xff"), 0o600, "root", "mail", secret=True),
        "/etc/svc/text": Named(digest("given ş".encode()), 0o644, "root", "root"),
        "/etc/svc/new": Named(digest(b""), 0o644, "root", "root"),
    }


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"/a": {"contents": "x"}}, "nothing else"),
        ({"/a": "x"}, "a mapping of"),
        ({"/a": {"content": 5}}, "no text"),
        ({"/a": {"mode": "0600"}}, "`src` does not hold it"),
        ({"/a": {"content": "x", "mode": 0o640}}, "octal digits, quoted"),
        ({"/a": {"content": "x", "mode": "u=rw"}}, "octal digits, quoted"),
        ({"/a": {"content": "x", "secret": "no"}}, "true or false"),
    ],
)
def test_a_tree_that_is_not_clear_is_refused(files, message):
    with pytest.raises(TreeError, match=message):
        tree({**DEFAULTS, "files": files})


def test_a_folder_that_is_none_or_holds_links_is_refused(tmp_path):
    with pytest.raises(TreeError, match="is no folder"):
        tree({**DEFAULTS, "src": str(tmp_path / "none")})
    (tmp_path / "link").symlink_to("/etc/passwd")
    with pytest.raises(TreeError, match="symbolic link"):
        tree({**DEFAULTS, "src": str(tmp_path)})


def test_what_is_documented_is_what_the_action_takes():
    options = yaml.safe_load(module.DOCUMENTATION)["options"]
    own = {
        name: {key: value for key, value in option.items() if key != "description"}
        for name, option in options.items()
        if name != "wanted"
    }
    spec = {
        name: {key: value for key, value in given.items() if key != "no_log"}
        for name, given in ActionModule.spec.items()
    }
    assert own == spec


class Task:
    """As much of a task as the action asks for."""

    def __init__(self, *, check: bool, diff: bool) -> None:
        self.args, self.check_mode, self.diff = {"files": {}}, check, diff


@pytest.mark.parametrize(
    ("needs", "check", "diff", "trips"),
    [
        ([], False, False, [[]]),
        ([], True, True, [[]]),
        (["/r/b"], False, False, [[], ["/r/b"]]),
        (["/r/b"], True, True, [[], ["/r/b"]]),
        (["/r/b"], True, False, [[]]),
    ],
)
def test_contents_go_over_only_when_asked_for(monkeypatch, needs, check, diff, trips):
    seen = []

    def run(_self, module_args, **_given):
        files, contents = unpack(module_args["wanted"])
        assert set(files) == {"/r/a", "/r/b"}
        assert not {"files", "src"} & set(module_args)
        seen.append(list(contents))
        return {"changed": bool(needs), "needs": [] if contents else needs}

    monkeypatch.setattr(ActionModule, "_execute_module", run)
    action = ActionModule.__new__(ActionModule)
    action._task = Task(check=check, diff=diff)
    commands = {"validate": [], "reload": [], "health": []}
    files = {"/r/a": {"content": "a"}, "/r/b": {"content": "b"}}
    assert action.act({**DEFAULTS, **commands, "files": files}, {})["changed"] == bool(needs)
    assert seen == trips


def test_a_host_that_changes_between_the_two_is_not_taken_for_done(monkeypatch):
    monkeypatch.setattr(ActionModule, "_execute_module", lambda *_args, **_given: {"changed": True, "needs": ["/r/a"]})
    action = ActionModule.__new__(ActionModule)
    action._task = Task(check=False, diff=False)
    commands = {"validate": [], "reload": [], "health": []}
    with pytest.raises(TreeError, match="run again"):
        action.act({**DEFAULTS, **commands, "files": {"/r/a": {"content": "a"}}}, {})


def ask(scene: Scene, arguments: dict[str, Any], *options: str) -> dict[str, Any]:
    """The result of one task, and in ``runs`` how often the module was run."""
    own = {
        "ANSIBLE_HOME": str(scene.folder / "ansible"),
        "ANSIBLE_CALLBACK_RESULT_FORMAT": "json",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_CONFIG": str(shell.ROOT / "ansible.cfg"),
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "KONAK_"))}
    settings = {name: value for name, value in shell.environment().items() if name in {"PATH", "LC_ALL"}}
    full = {"name": "svc", "roots": [str(scene.root)], "owner": UID, "group": GID, "manifests": str(scene.state)}
    words = ["-i", "localhost,", "localhost", "-c", "local", "-e", f"ansible_python_interpreter={sys.executable}"]
    done = subprocess.run(
        [str(Path(sys.prefix) / "bin" / "ansible"), *words, "-m", "konak.it.owned_files",
         "-a", json.dumps({**full, **arguments}), *options],
        cwd=shell.ROOT, env={**kept, **settings, **own}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip
    head, sign, result = done.stdout.partition(" => ")
    assert sign, done.stdout + done.stderr
    assert (done.returncode == 0) == ("FAILED" not in head)
    assert "Traceback" not in done.stdout + done.stderr
    return {**json.loads(result), "said": done.stdout + done.stderr, "head": head}


def test_a_story_in_ansible(scene):
    files = {
        scene.path("a"): {"content": "Örnek\n"},
        scene.path("s"): {"content": "tell-no-one\n", "mode": "0600", "secret": True},
    }
    check = ask(scene, {"files": files}, "--check", "--diff")
    assert check["changed"]
    assert not scene.live()
    assert "Örnek" in check["head"]
    done = ask(scene, {"files": files, "reload": ["true"]}, "--diff")
    assert (done["changed"], done["changes"], done["reloaded"]) == (True, check["changes"], True)
    assert (scene.root / "a").read_text(encoding="utf-8") == "Örnek\n"
    assert (scene.root / "s").stat().st_mode & 0o777 == 0o600
    again = ask(scene, {"files": files, "reload": ["false"]})
    assert (again["changed"], again["changes"]) == (False, [])
    files[scene.path("a")]["content"] = "new\n"
    arguments = {"files": files, "validate": ["printf", "hush-hush {staged}"], "secrets": ["hush-hush"]}
    failed = ask(scene, {**arguments, "health": [["sh", "-c", "echo hush-hush; exit 1"]], "health_timeout": 0.1})
    assert "FAILED" in failed["head"]
    assert failed["rolled_back"]
    assert failed["errors"][0]["output"] == "********"
    assert "the old files are back" in failed["msg"]
    assert (scene.root / "a").read_text(encoding="utf-8") == "Örnek\n"
    for result in (check, done, again, failed):
        assert "tell-no-one" not in result["said"]
        assert "hush-hush" not in result["said"]


def test_what_is_not_said_is_not_taken_for_none(scene):
    assert "files: {}" in ask(scene, {})["msg"]
    assert "reload: give a command" in ask(scene, {"files": {}, "reload": ["a", ["b"]]})["msg"]


def test_how_long_2000_files_take(scene, capsys):
    """A number to read, not a limit."""
    files = {f"d{n % 40}/{n:04}.cf": f"# file {n}\n" + f"option{n} = value\n" * 100 for n in range(2000)}
    request = scene.request(files)
    start = time.perf_counter()
    assert deliver(request).changed
    first = time.perf_counter() - start
    request = replace(request, contents={})
    start = time.perf_counter()
    assert not deliver(request).changed
    nothing = time.perf_counter() - start
    one = scene.request({**files, "d0/0000.cf": "changed\n"})
    start = time.perf_counter()
    assert len(deliver(one).changes) == 1
    changed = time.perf_counter() - start
    assert named(b"").owner == UID
    with capsys.disabled():
        print(f"\n2,000 files: first {first:.2f} s, nothing to change {nothing:.3f} s, one changed {changed:.3f} s")
