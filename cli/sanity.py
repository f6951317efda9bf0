# SPDX-License-Identifier: GPL-3.0-or-later
"""``ansible-test sanity`` without containers: on the built and installed collection, in a folder of its own.

``ansible-test`` asks for a real folder ``ansible_collections/konak/it``, which the link in a clone is not, and for a
git work tree. What is tested is therefore what would be published: what galaxy.yml leaves out is missing here too.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from .errors import UserError
from .shell import BUILD, ROOT, run

HOME = BUILD / "sanity"
"""Takes the place of the home folder, so that the environments of ansible-test are ours to keep and to remove."""

COLLECTION = HOME / "ansible_collections" / "konak" / "it"

WAIVED = {
    "disallowed-name": "pylint's list for collections forbids `_`, which is how Python says that a value is not used",
}
"""Findings that do not count, by code, each with its reason. Anything narrower belongs into the file it is about."""

MANAGED_HOST = ("plugins/modules/", "plugins/module_utils/")
"""What the import test is for: these run with the standard library only. The controller's core has requirements of its
own, which the test's bare environment lacks on purpose."""

FINDING = re.compile(r"^(?P<file>[^:\s]+):(?P<line>\d+):(?P<column>\d+): (?P<code>[\w-]+)?")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What ansible-test found: the lines that count, and how many were waived."""

    findings: tuple[str, ...]
    waived: int


def check() -> Verdict:
    """Build, install and test the collection.

    :raises UserError: the collection cannot be built, or ansible-test itself fails.
    """
    _install()
    _offer_pip()
    everything = _ansible_test("--skip-test", "import")
    paths = [path for path in MANAGED_HOST if any((COLLECTION / path).rglob("*.py"))]
    lines = everything + (_ansible_test("--test", "import", *paths) if paths else [])
    findings = [line for line in lines if _code(line) not in WAIVED]
    return Verdict(tuple(findings), len(lines) - len(findings))


def build_collection(folder: Path) -> Path:
    """Build the collection's tarball into a folder that holds no other one."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("konak-it-*.tar.gz"):
        old.unlink()
    run(["ansible-galaxy", "collection", "build", "--force", "--output-path", folder, ROOT], capture=True)
    return next(folder.glob("konak-it-*.tar.gz"))


def _install() -> None:
    shutil.rmtree(HOME / "ansible_collections", ignore_errors=True)
    tarball = build_collection(HOME)
    run(
        ["ansible-galaxy", "collection", "install", "--offline", "--no-deps", "--force", "-p", HOME, tarball],
        env={"ANSIBLE_COLLECTIONS_PATH": str(HOME)},
        capture=True,
    )
    run(["git", "init", "--quiet", COLLECTION], capture=True)


def _offer_pip() -> None:
    """Lay Python's own pip where ansible-test looks before it fetches one, which not every network allows."""
    spec = importlib.util.find_spec("ansible_test")
    if spec is None or not spec.submodule_search_locations:
        raise UserError("ansible-test is not there", remedy="it comes with ansible-core: remove .venv and call again")
    source = Path(spec.submodule_search_locations[0], "_internal", "python_requirements.py").read_text(encoding="utf-8")
    wanted = re.search(r"pip='([\d.]+)'", source)
    if wanted is None or importlib.util.find_spec("ensurepip") is None:
        return  # it fetches its own
    script = HOME / ".ansible/test/cache" / f"get_pip_{wanted[1].replace('.', '_')}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text("import ensurepip\n\nensurepip.bootstrap()\n", encoding="utf-8")


def _ansible_test(*arguments: str) -> list[str]:
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    env = {"HOME": str(HOME), "ANSIBLE_COLLECTIONS_PATH": str(HOME)}
    for settings in (Path.home() / ".config/pip/pip.conf", Path.home() / ".pip/pip.conf"):
        if settings.is_file() and "PIP_CONFIG_FILE" not in os.environ:
            env["PIP_CONFIG_FILE"] = str(settings)
            break
    words = ["ansible-test", "sanity", "--lint", "--color", "no", "--requirements", "--python", python, *arguments]
    done = run(words, cwd=COLLECTION, env=env, capture=True, check=False)
    findings = [line for line in done.stdout.splitlines() if _code(line) is not None]
    if done.returncode != 0 and not findings:
        tail = "\n".join(done.stdout.splitlines()[-20:])
        raise UserError(f"ansible-test ended with status {done.returncode}\n{tail}")
    return findings


def _code(line: str) -> str | None:
    """The code of a finding such as ``plugins/x.py:3:0: E501: ...``; ``None`` for any other line."""
    found = FINDING.match(line)
    return (found["code"] or "") if found else None
