# SPDX-License-Identifier: GPL-3.0-or-later
"""The walls of the house: who may import whom, and who may write.

Read from the source, so that an import inside a function or for types only counts like any other.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = "ansible_collections.konak.it"
SYSTEMS = ("directory", "network", "telephony", "mail", "backup")

ANSIBLE_ALLOWED = {
    "plugins/plugin_utils/actions.py": "the base class of our actions extends Ansible's; it only carries",
}
"""Files of plugin_utils and module_utils that import Ansible, each with what it cannot do without."""

WRITERS = {
    "plugins/plugin_utils/directory/bootstrap.py": "makes, as the administrator, the account that applies later",
    "cli/lab/": "the lab makes and removes the machines that everything else only talks to",
}
"""Where writing to a system is allowed beside the apply rooms, each with its reason."""

SCRATCH = {
    "plugins/plugin_utils/directory/letters.py": "sealed letters for joiners, in the folder of generated files",
    "plugins/plugin_utils/directory/clients.py": "a client's own settings, in a temporary folder of its own",
}
"""Rooms of a system that write files which are no system's, each with its reason."""

LDAP_WRITES = {
    f"{verb}{form}"
    for verb in ("add", "modify", "delete", "rename", "modrdn", "passwd")
    for form in ("_s", "_ext", "_ext_s")
} | {"modify", "passwd", "passwd_s", "modrdn"}
"""python-ldap's methods that change a directory; plain `add`, `delete` and `rename` are methods of too many others."""

FILE_WRITES = {
    "chmod", "mkdir", "makedirs", "remove", "rename", "rmdir", "rmtree", "symlink", "symlink_to", "touch", "unlink",
    "write_bytes", "write_text",
}  # fmt: skip

INTENTS = {"intent.py", "hosts.py", "memberships.py", "policies.py"}
"""Files of a system that say what is wanted."""

CONNECTIONS = {
    "asyncio",
    "ftplib",
    "http",
    "imaplib",
    "ldap",
    "paramiko",
    "smtplib",
    "socket",
    "ssl",
    "subprocess",
    "urllib",
}
"""Modules with which one leaves the process: the model and an intent need none of them."""


def imports(path: PurePosixPath, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every imported name as ``(line, dotted name)``; ours begin with the folder: ``plugins.module_utils.plan``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, ours(alias.name)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                folder = path.parts[: -node.level] if node.level < len(path.parts) else ()
                base = ".".join([*folder, *base.split(".")]).strip(".")
            for alias in node.names:
                yield node.lineno, ours(f"{base}.{alias.name}")
        elif isinstance(node, ast.Call) and called(node) in {"import_module", "__import__"} and node.args:
            if isinstance(node.args[0], ast.Constant):
                yield node.lineno, ours(str(node.args[0].value))


def ours(name: str) -> str:
    return name.removeprefix(f"{COLLECTION}.")


def called(node: ast.Call) -> str:
    """The last word of what is called: ``add_ext`` for ``connection.add_ext(...)``."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def top(name: str) -> str:
    return name.partition(".")[0]


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def system_of(path: PurePosixPath) -> str | None:
    parts = path.parts
    return parts[2] if parts[:2] == ("plugins", "plugin_utils") and len(parts) > 3 and parts[2] in SYSTEMS else None


def import_walls(path: PurePosixPath, name: str) -> Iterator[str]:
    """What is wrong with importing ``name`` in the file ``path``."""
    if path.parts[0] == "plugins" and within(name, "cli"):
        yield "plugins never import the command"
    if path.parts[1] in {"module_utils", "modules"}:
        yield from managed_host_walls(path, name)
    if path.parts[1] in {"module_utils", "plugin_utils"} and top(name) in {"ansible", "ansible_collections"}:
        if str(path) not in ANSIBLE_ALLOWED:
            yield "the core does not import Ansible"
    if path.parts[1] == "plugin_utils":
        yield from core_walls(path, name)


def managed_host_walls(path: PurePosixPath, name: str) -> Iterator[str]:
    """Modules and module_utils are copied to managed hosts, where nothing of ours is installed."""
    is_module = path.parts[1] == "modules"
    if path.name == "plan.py" and within(name, "plugins", "cli"):
        yield "plan imports nothing of ours"
    if is_module and within(name, "ansible.module_utils"):
        return
    if within(name, "plugins", "cli"):
        if not within(name, "plugins.module_utils"):
            yield "only module_utils may be imported: this runs on managed hosts"
    elif top(name) not in sys.stdlib_module_names and (is_module or top(name) != "ansible"):
        yield "the standard library only: this runs on managed hosts"


def core_walls(path: PurePosixPath, name: str) -> Iterator[str]:
    """The model knows no system, a system no other one, and neither a model nor an intent leaves the process."""
    system = system_of(path)
    is_model = path.parts[2] == "model"
    rooms = [f"plugins.plugin_utils.{room}" for room in (*SYSTEMS, "audit") if room != system]
    if is_model and within(name, *rooms):
        yield "the model imports no system"
    if system and within(name, *rooms):
        yield "a system imports no other system: what two need is a fact of the model"
    if (is_model or (system and path.name in INTENTS)) and top(name) in CONNECTIONS:
        yield "the model and an intent open no connection"


def opens_to_write(node: ast.Call) -> bool:
    if called(node) != "open":
        return False
    position = 0 if isinstance(node.func, ast.Attribute) else 1
    modes = node.args[position : position + 1] + [key.value for key in node.keywords if key.arg == "mode"]
    return any(isinstance(mode, ast.Constant) and set(str(mode.value)) & set("wax+") for mode in modes)


def write_walls(path: PurePosixPath, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Calls that write where only reading is allowed."""
    if path.name == "apply.py" or str(path).startswith(tuple(WRITERS)):
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if called(node) in LDAP_WRITES:
            yield node.lineno, f"only apply rooms write to a directory: {called(node)}"
        if system_of(path) and str(path) not in SCRATCH and (called(node) in FILE_WRITES or opens_to_write(node)):
            yield node.lineno, f"only a system's apply room writes: {called(node)}"


def findings(path: str, source: str) -> list[str]:
    """Every breach of a wall in one file, as ``path:line: what``."""
    where = PurePosixPath(path)
    tree = ast.parse(source)
    found = [(line, f"{wall} ({name})") for line, name in imports(where, tree) for wall in import_walls(where, name)]
    found += write_walls(where, tree)
    return [f"{path}:{line}: {what}" for line, what in sorted(found)]


def sources() -> list[Path]:
    return sorted(path for folder in ("plugins", "cli") for path in (ROOT / folder).rglob("*.py"))


def test_the_walls_stand():
    files = sources()
    assert len(files) > 10, "this test looks at the wrong folder"
    found = [line for path in files for line in findings(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("file", [*ANSIBLE_ALLOWED, *WRITERS, *SCRATCH])
def test_an_exception_is_still_needed(file):
    assert (ROOT / file).exists(), f"{file} is gone: remove its row"


PLAN = "plugins/module_utils/plan.py"
MODEL = "plugins/plugin_utils/model/city.py"
INTENT = "plugins/plugin_utils/directory/intent.py"
LIVE = "plugins/plugin_utils/directory/live.py"
APPLY = "plugins/plugin_utils/directory/apply.py"


@pytest.mark.parametrize(
    ("path", "source", "expected"),
    [
        (PLAN, "from .guard import Limit", "plan imports nothing of ours"),
        (PLAN, "from . import guard", "plan imports nothing of ours"),
        (PLAN, "import ansible_collections.konak.it.plugins.module_utils.guard", "plan imports nothing of ours"),
        (PLAN, "import yaml", "the standard library only"),
        (
            "plugins/module_utils/guard.py",
            "from ..plugin_utils.model.city import City",
            "only module_utils may be imported",
        ),
        ("plugins/module_utils/guard.py", "from ansible.module_utils.basic import AnsibleModule", "import Ansible"),
        ("plugins/modules/konak_tree.py", "import pydantic", "this runs on managed hosts"),
        ("plugins/modules/konak_tree.py", "from ansible.errors import AnsibleError", "this runs on managed hosts"),
        ("plugins/modules/konak_tree.py", "from ..plugin_utils.model import load", "this runs on managed hosts"),
        (MODEL, "from ..directory import intent", "the model imports no system"),
        (MODEL, "from .. import mail", "the model imports no system"),
        (MODEL, "def late():\n    from ..backup.intent import x", "the model imports no system"),
        ("plugins/plugin_utils/model/checks/x.py", "from ...network.live import y", "the model imports no system"),
        (MODEL, "import ansible.parsing", "import Ansible"),
        (MODEL, "import importlib\nimportlib.import_module('ansible.parsing')", "import Ansible"),
        (MODEL, "import ldap", "open no connection"),
        (INTENT, "from ..mail.intent import quota", "a system imports no other system"),
        (INTENT, "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ..mail import x", "no other system"),
        (INTENT, "from ansible_collections.konak.it.plugins.plugin_utils.mail import x", "no other system"),
        (INTENT, "from ..audit import history", "a system imports no other system"),
        (INTENT, "import subprocess", "open no connection"),
        (INTENT, "from ....cli.shell import run", "plugins never import the command"),
        ("plugins/action/directory.py", "from ...cli import shell", "plugins never import the command"),
        (LIVE, "connection.modify_ext(dn, changes)", "only apply rooms write"),
        (LIVE, "connection.add_ext(dn, attributes)", "only apply rooms write"),
        (LIVE, "connection.rename_s(dn, rdn)", "only apply rooms write"),
        (LIVE, "connection.delete_ext_s(dn)", "only apply rooms write"),
        ("plugins/action/directory.py", "connection.passwd_s(dn, None, new)", "only apply rooms write"),
        ("cli/verbs/plan.py", "connection.modify_s(dn, changes)", "only apply rooms write"),
        (LIVE, "open('/etc/x', 'w')", "only a system's apply room writes"),
        (LIVE, "path.open(mode='ab')", "only a system's apply room writes"),
        (LIVE, "path.write_text('x')", "only a system's apply room writes"),
    ],
)
def test_a_breach_is_found(path, source, expected):
    found = findings(path, source)
    assert found
    assert any(expected in line for line in found), found
    assert all(line.startswith(f"{path}:") for line in found)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (PLAN, "import json\nfrom collections.abc import Mapping"),
        ("plugins/module_utils/guard.py", "from .plan import Plan"),
        ("plugins/modules/konak_tree.py", "import os\nfrom ansible.module_utils.basic import AnsibleModule"),
        ("plugins/modules/konak_tree.py", "from ..module_utils.plan import Plan"),
        (MODEL, "import pydantic, netaddr, yaml\nfrom .names import login"),
        (INTENT, "from ...module_utils.plan import Item\nfrom ..model.city import City\nfrom .attributes import X"),
        (LIVE, "import ldap\nopen('x').read()\nfound.add(1)\nname.replace('a', 'b')"),
        (APPLY, "connection.modify_ext(dn, changes)\npath.write_text('x')"),
        ("plugins/plugin_utils/audit/access.py", "from ..directory.intent import intent"),
        ("plugins/action/directory.py", "from ansible.plugins.action import ActionBase"),
        ("cli/verbs/plan.py", "from ...plugins.module_utils.plan import Plan\nPath('plan.md').write_text('x')"),
        ("cli/lab/machine.py", "connection.add_s(dn, attributes)"),
    ],
)
def test_what_is_allowed_is_not_found(path, source):
    assert findings(path, source) == []
