# SPDX-License-Identifier: GPL-3.0-or-later
"""The konak script, with a uv that only writes down what it was asked for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

UV = """\
#!/bin/sh
[ "$1" != --version ] || { echo "uv 0.13.9 (test)"; exit; }
echo "$*" >>"$LOG"
sleep "${UV_TAKES:-0}"
mkdir -p "$UV_PROJECT_ENVIRONMENT/bin"
printf '#!/bin/sh\\necho "$@"\\n' >"$UV_PROJECT_ENVIRONMENT/bin/python"
chmod +x "$UV_PROJECT_ENVIRONMENT/bin/python"
exit "${UV_STATUS:-0}"
"""


@pytest.fixture
def clone(tmp_path):
    """A clone with nothing but what the script reads, and a folder of programs that comes first on PATH."""
    root = tmp_path / "a clone"
    (root / "bin").mkdir(parents=True)
    for name in ("konak", "uv.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, root / name)
    program(root, "uv", UV)
    program(root, "python3.13", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    # Headers and compilers are not what is tested here: a gcc that is there, and a Debian that needs nothing.
    program(root, "gcc", "#!/bin/sh\n")
    script = (root / "konak").read_text("utf-8").replace("/usr/include/", f"{root}/include/")
    (root / "konak").write_text(script.replace("need_headers() {", "need_headers() { return 0"), "utf-8")
    return root


def program(root: Path, name: str, text: str) -> None:
    path = root / "bin" / name
    path.write_text(text, "utf-8")
    path.chmod(0o755)


def environment(root: Path, **extra: str) -> dict[str, str]:
    own = {"PATH": f"{root}/bin:/usr/bin:/bin", "HOME": str(root / "home"), "LOG": str(root / "log"), **extra}
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}  # what Python itself needs
    return kept | own


def konak(root: Path, *words: str, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [root / "konak", *words],
        env=environment(root, **extra),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def syncs(root: Path) -> list[str]:
    log = root / "log"
    return [line for line in log.read_text("utf-8").splitlines() if line.startswith("sync")] if log.exists() else []


def test_the_first_start_makes_the_environment_and_the_second_only_starts(clone):
    first = konak(clone, "plan", "--json")
    assert first.returncode == 0, first.stderr
    assert first.stdout.split() == ["-P", "-m", "ansible_collections.konak.it.cli", "plan", "--json"]
    assert "making .venv" in first.stderr
    second = konak(clone, "plan")
    assert second.stderr == ""
    assert len(syncs(clone)) == 1
    assert "--frozen" in syncs(clone)[0]


def test_a_changed_lock_makes_it_anew(clone):
    konak(clone, "plan")
    with (clone / "uv.lock").open("a", encoding="utf-8") as lock:
        lock.write("# changed\n")
    konak(clone, "plan")
    assert len(syncs(clone)) == 2


@pytest.mark.parametrize(
    ("words", "groups"),
    [
        (["plan"], []),
        (["test", "--fast"], ["dev"]),
        (["--inventory", "test", "plan"], []),
        (["--inventory=x", "--json", "bench"], ["bench"]),
    ],
)
def test_a_verb_asks_for_its_group(clone, words, groups):
    konak(clone, *words)
    asked = syncs(clone)[0].split()
    assert [asked[at + 1] for at, word in enumerate(asked) if word == "--group"] == groups


def test_groups_stay_once_they_are_there(clone):
    konak(clone, "plan", KONAK_GROUPS="bench")
    konak(clone, "test")
    konak(clone, "plan")
    konak(clone, "bench")
    assert len(syncs(clone)) == 2
    assert "--group dev --group bench" in syncs(clone)[1]


def test_a_python_that_does_not_run_is_passed_over(clone):
    program(clone, "python3.13", "#!/bin/sh\nexit 127\n")
    program(clone, "python3.14", "#!/bin/sh\nexit 127\n")
    program(clone, "python3.12", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    konak(clone, "plan")
    python = syncs(clone)[0].partition("--python ")[2].split(" --")[0]
    assert python.startswith(("/usr/", f"{clone}/bin/python3.12"))


def test_a_python_of_pyenv_is_found(clone):
    for name in ("python3.12", "python3.13", "python3.14", "python3"):
        program(clone, name, "#!/bin/sh\nexit 127\n")
    pyenv = clone / "home/.pyenv/versions/3.13.0/bin"
    pyenv.mkdir(parents=True)
    (pyenv / "python3.13").symlink_to(sys.executable)
    konak(clone, "plan")
    assert syncs(clone)[0].partition("--python ")[2].startswith(("/usr/", str(pyenv)))


def test_a_failure_is_said_and_the_next_start_tries_again(clone):
    failed = konak(clone, "plan", UV_STATUS="2")
    assert failed.returncode == 1
    assert "uv could not make .venv" in failed.stderr
    assert konak(clone, "plan").returncode == 0
    assert len(syncs(clone)) == 2


def test_two_starts_at_once_make_it_once(clone):
    env = environment(clone, UV_TAKES="1")
    both = [subprocess.Popen([clone / "konak", "plan"], env=env, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    assert len(syncs(clone)) == 1


def test_a_clone_that_was_moved_gets_a_new_environment(clone, tmp_path):
    konak(clone, "plan")
    moved = tmp_path / "moved"
    clone.rename(moved)
    (moved / ".venv/old").touch()
    assert konak(moved, "plan").returncode == 0
    assert not (moved / ".venv/old").exists()


def test_it_can_be_called_through_a_link_from_anywhere(clone, tmp_path):
    link = tmp_path / "konak"
    link.symlink_to(clone / "konak")
    done = subprocess.run([link, "plan"], env=environment(clone), cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (clone / ".venv/konak-stamp").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root would install the packages")
def test_what_is_missing_is_named(clone):
    shutil.copy(ROOT / "konak", clone / "konak")
    script = (clone / "konak").read_text("utf-8").replace("/usr/include/", f"{clone}/include/")
    (clone / "konak").write_text(script, "utf-8")
    done = konak(clone, "plan")
    assert done.returncode == 1
    assert "libldap-dev libsasl2-dev" in done.stderr
