# SPDX-License-Identifier: GPL-3.0-or-later
"""Killed or refused between any two steps: the next run ends in the wanted state or the old one, never between."""

from __future__ import annotations

import errno
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.konak.it.plugins.module_utils.owned_files_run import deliver
from unit.owned_files.scene import FALSE, TRUE, Scene, snapshot

OLD = {"main.cf": ("old\n", 0o640), "gone.cf": ("bye\n", 0o600), "mode.cf": ("same\n", 0o644), "d/keep.cf": ("k\n",)}
NEW = {"main.cf": ("new\n", 0o640), "mode.cf": ("same\n", 0o600), "d/keep.cf": ("k\n",), "n/e/w.cf": ("hi\n", 0o600)}


def kill(scene: Scene, step: int, files=NEW) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(Path(__file__).with_name("killed.py")), str(scene.folder), str(step), json.dumps(files)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture(scope="module")
def steps(tmp_path_factory) -> int:
    """How many steps the delivery from OLD to NEW has."""
    scene = Scene(tmp_path_factory.mktemp("whole"))
    scene.root.mkdir(parents=True)
    assert scene.deliver(OLD).changed
    done = kill(scene, 1000)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.fixture
def old(scene) -> Scene:
    """A scene with the old files delivered, and one that is not ours."""
    (scene.root / "foreign.cf").write_text("theirs\n")
    assert not scene.deliver(OLD).errors
    return scene


@pytest.fixture(scope="module")
def new(tmp_path_factory):
    """What the root looks like with NEW in it."""
    scene = Scene(tmp_path_factory.mktemp("new"))
    scene.root.mkdir(parents=True)
    (scene.root / "foreign.cf").write_text("theirs\n")
    assert not scene.deliver(OLD).errors
    assert not scene.deliver(NEW).errors
    return scene.live()


def test_killed_at_every_step(old, new, steps):
    before = old.live()
    assert steps > 20
    ends = set()
    for last in range(steps):
        kept = old.folder.with_name("kept")
        subprocess.run(["cp", "-a", str(old.folder), str(kept)], check=True)
        assert kill(old, last).returncode == 9, last
        # A run that fails its validation leaves what the killed one should have left: the old files, or the new ones.
        other = {**NEW, "main.cf": ("broken\n", 0o640)}
        failed = old.deliver(other, validate=(FALSE,), reload=(TRUE,))
        assert [entry["step"] for entry in failed.errors] == ["validate"], last
        assert old.live() in (before, new), last
        assert old.leftovers() == [], last
        ends.add("old" if old.live() == before else "new")
        # And one that succeeds ends in the wanted state.
        done = old.deliver(NEW, validate=(TRUE,), reload=(TRUE,), health=(TRUE,))
        assert not done.errors, last
        assert old.live() == new, last
        assert old.leftovers() == [], last
        assert not old.deliver(NEW).changed, last
        shutil.rmtree(old.folder)
        kept.rename(old.folder)
    assert ends == {"old", "new"}


def test_killed_at_every_step_and_again_while_recovering(old, new, steps):
    before = old.live()
    for last in range(8, steps, 3):
        for again in range(0, 14, 3):
            kept = old.folder.with_name("kept")
            subprocess.run(["cp", "-a", str(old.folder), str(kept)], check=True)
            assert kill(old, last).returncode == 9
            kill(old, again)
            failed = old.deliver({**NEW, "main.cf": ("broken\n", 0o640)}, validate=(FALSE,))
            assert [entry["step"] for entry in failed.errors] == ["validate"]
            assert old.live() in (before, new), (last, again)
            assert old.leftovers() == []
            shutil.rmtree(old.folder)
            kept.rename(old.folder)


def test_a_rerun_says_what_became_of_the_interrupted_one(old, steps):
    recovered = []
    for last in range(steps):
        shutil.rmtree(old.root / "n", ignore_errors=True)  # a folder stays when its files go
        assert kill(old, last).returncode == 9
        due = old.deliver(OLD, check=True).recovered
        result = old.deliver(OLD, reload=(TRUE,))
        assert not result.errors
        assert bool(result.recovered) == (due == "due"), last
        if result.recovered:
            assert result.changed
            assert result.reloaded, "the service may run with the new files"
        recovered.append(result.recovered)
    assert set(recovered) == {"", "restored", "completed"}
    assert recovered[-1] == "completed"


def test_the_reload_that_a_killed_run_owes_is_not_forgotten(old, steps):
    """It is owed until it succeeds, even if there is nothing else to do."""
    kill(old, steps - 6)
    assert json.loads((old.state / "svc.journal").read_text())["steps"]
    for _ in range(2):
        result = old.deliver(OLD, reload=(FALSE,))
        assert [entry["step"] for entry in result.errors] == ["reload"]
        assert not result.reloaded
    result = old.deliver(OLD, reload=(TRUE,))
    assert (result.errors, result.reloaded, result.recovered) == ([], True, "restored")
    result = old.deliver(OLD, reload=(TRUE,))
    assert (result.errors, result.reloaded, result.recovered) == ([], False, "")


class RefusedAt:
    """The system refuses the step with this number, once."""

    def __init__(self, last: int, code: int) -> None:
        self.left, self.code = last, code

    def __call__(self, _name: str) -> None:
        self.left -= 1
        if self.left == -1:
            raise OSError(self.code, "refused", "/a/file")


class Killed(BaseException):
    """Caught by nobody, as nothing catches a kill."""


def test_killed_at_every_step_of_the_way_back(old):
    before = old.live()
    for last in range(100):
        left = [last]

        def step(name: str, left: list[int] = left) -> None:
            if name in {"put back", "reload the old state", "clear away"} or name.startswith(
                ("put ", "remove ", "rel")
            ):
                left[0] -= 1
            if left[0] < 0:
                raise Killed

        try:
            result = deliver(old.request(NEW, reload=(TRUE,), health=(FALSE,), health_seconds=0), step)
        except Killed:
            rerun = old.deliver(OLD, reload=(TRUE,))
            assert not rerun.errors
            assert rerun.recovered != "completed", last
            assert old.live() == before, last
            assert not [name for name in old.leftovers() if name.endswith("journal")]
        else:
            assert result.rolled_back
            break
    assert last > 12
    assert old.live() == before


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_refused_by_the_system_at_every_step(old, new, steps, code):
    before = old.live()
    for last in range(steps):
        stop = RefusedAt(last, code)
        result = deliver(old.request(NEW, reload=(TRUE,), validate=(TRUE,), health=(TRUE,)), stop)
        error = result.errors[0]
        assert "refused: /a/file" in error["message"]
        assert error["path"] == "/a/file"
        if error["step"] == "clear away":
            assert old.live().items() >= new.items()
            assert "new files are in place" in result.summary()
            assert not old.deliver(OLD).errors
            shutil.rmtree(old.root / "n")
        else:
            assert old.live() == before, last
            assert old.leftovers() == []
            assert not result.changed
            assert result.rolled_back == (error["step"] not in {"stage", "validate"})
    assert not old.deliver(NEW).errors
    assert old.live() == new


def test_no_way_back_is_said_and_the_next_run_finds_it(old, new):
    before = old.live()

    def step(name: str) -> None:
        if name == "reload" or name.startswith("put back"):
            raise OSError(errno.EIO, "the disk is broken")

    result = deliver(old.request(NEW, reload=(TRUE,)), step)
    assert [entry["step"] for entry in result.errors] == ["reload", "put back"]
    assert not result.rolled_back
    assert "the next run tries again" in result.summary()
    assert old.live() != before
    assert old.deliver(OLD).recovered == "restored"
    assert old.live() == before


def on_a_small_disk(folder: Path, options: str) -> subprocess.CompletedProcess[str]:
    """Deliver into a file system of its own, in a mount namespace that ends with the process."""
    here = Path(__file__)
    script = (
        "import subprocess, sys; from pathlib import Path; folder = Path(sys.argv[1])\n"
        "(folder / 'etc/svc').mkdir(parents=True, exist_ok=True)\n"
        "subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', str(folder / 'etc/svc')], check=True)\n"
        f"sys.path[:0] = [{str(here.parents[3] / 'collections')!r}, {str(here.parents[2])!r}]\n"
        "from unit.owned_files.scene import Scene\n"
        "scene = Scene(folder)\n"
        "assert not scene.deliver({'a': 'old'}).errors\n"
        "before = scene.live()\n"
        f"if {options!r}: subprocess.run(['mount', '-o', {options!r}, str(scene.root)], check=True)\n"
        "result = scene.deliver({'a': 'new', 'b': 'x' * 100_000})\n"
        "assert scene.live() == before, scene.live()\n"
        "print(result.as_dict()['msg'])\n"
    )
    command = ["unshare", "--mount", sys.executable, "-c", script, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("options", "message"), [("", "No space left on device"), ("remount,ro", "Read-only file system")]
)
def test_a_disk_that_is_really_full_or_read_only(tmp_path, options, message):
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        pytest.skip("only root may mount")
    done = on_a_small_disk(tmp_path, options)
    assert done.returncode == 0, done.stderr
    assert message in done.stdout
    assert "no file was changed" in done.stdout


def test_a_journal_that_cannot_be_read_stops_the_run(old):
    before = snapshot(old.folder)
    (old.state / "svc.journal").write_text("{")
    result = old.deliver(NEW)
    assert "svc.journal is broken" in result.errors[0]["message"]
    (old.state / "svc.journal").unlink()
    assert snapshot(old.folder) == before


def test_two_runs_at_once(old):
    inner = []

    def step(name: str) -> None:
        if name == "validate":
            inner.append(deliver(replace(old.request(OLD | {"x": ("x",)}))))

    done = deliver(old.request(NEW, validate=(TRUE,)), step)
    assert not done.errors
    assert "another run" in inner[0].errors[0]["message"]
