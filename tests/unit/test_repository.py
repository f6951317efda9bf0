# SPDX-License-Identifier: GPL-3.0-or-later
"""What must agree across the repository: versions, licences, links, documentation, roles and their arguments."""

from __future__ import annotations

import ast
import os
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
GENERATED = {".git", ".venv", "build", "collections", "__pycache__", ".ansible", ".cache", ".hypothesis", ".ruff_cache"}

DATA = ("inventory/", "tests/negative/", "tests/golden/", "changelogs/changelog.yaml", "uv.lock", "LICENSE")
"""Facts and recorded results, not code: they carry no licence line."""

HOSTS = {
    "docs.ansible.com",
    "json-schema.org",
    "ornek.bel.tr",
    "schemas.microsoft.com",
    "spdx.org",
    "www.gnu.org",
    "www.shellcheck.net",
}
"""The only hosts that a URL in this repository may name, besides names made for examples."""

LONG: dict[str, str] = {}
"""Functions (``file:name``) over 60 lines and files over 300, each with the reason why it is better in one piece."""


def files(*suffixes: str) -> list[Path]:
    """Every file of the repository that was not generated, by suffix; all of them without one."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(set(folders) - GENERATED)
        found += [Path(folder, name) for name in sorted(names) if not suffixes or name.endswith(suffixes)]
    return [path for path in found if path.is_file() and not path.is_symlink()]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def load(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def roles() -> list[Path]:
    return sorted(path.parent.parent for path in ROOT.glob("roles/*/tasks/main.yml"))


# --- versions -----------------------------------------------------------------------------------------------------


def test_one_version():
    assert load("galaxy.yml")["version"] == project()["project"]["version"]


def test_collections_are_exact_and_the_same_in_both_lists():
    listed = {entry["name"]: entry["version"] for entry in load("requirements.yml")["collections"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in listed.values()), listed
    assert load("galaxy.yml")["dependencies"] == listed


def test_the_execution_environment_holds_what_a_clone_holds():
    wanted = load("execution-environment.yml")["dependencies"]
    assert sorted([*wanted["python"], wanted["ansible_core"]["package_pip"]]) == sorted(
        project()["project"]["dependencies"]
    )
    version = load("galaxy.yml")["version"]
    assert f"konak-it-{version}.tar.gz" in (ROOT / "execution-environment.yml").read_text("utf-8")


def test_the_lock_holds_every_dependency_and_one_public_source():
    lock = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
    konak = next(package for package in lock["package"] if package["name"] == "konak")
    declared = sorted(re.split(r"[~=<>]", name)[0].lower() for name in project()["project"]["dependencies"])
    assert sorted(entry["name"] for entry in konak["dependencies"]) == declared
    assert sorted(konak["dev-dependencies"]) == sorted(project()["dependency-groups"])
    sources = {next(iter(package["source"].items())) for package in lock["package"] if package["name"] != "konak"}
    assert len(sources) == 1, f"locked against more than one source: {sources}"
    kind, address = sources.pop()
    assert (kind, address.split("/", 3)[3]) == ("registry", "simple")
    assert "@" not in address
    assert "file://" not in (ROOT / "uv.lock").read_text("utf-8")


def test_ansible_core_is_the_one_that_the_collection_asks_for():
    core = next(name for name in project()["project"]["dependencies"] if name.startswith("ansible-core"))
    assert load("meta/runtime.yml")["requires_ansible"] == core.replace("ansible-core~=", ">=")


def test_the_link_in_collections_leads_here_and_is_never_published():
    link = ROOT / "collections/ansible_collections/konak/it"
    assert link.is_symlink()
    assert link.readlink() == Path("../../..")
    assert link.resolve() == ROOT
    assert "collections" in load("galaxy.yml")["build_ignore"]


# --- every file ---------------------------------------------------------------------------------------------------


def is_code(path: Path) -> bool:
    if named(path).startswith(DATA):
        return False
    if path.suffix in {".py", ".yml", ".yaml", ".j2", ".sh", ".cfg", ".toml"}:
        return True
    with path.open("rb") as file:
        return file.read(2) == b"#!"


def test_every_code_file_names_its_licence():
    line = "SPDX-License-Identifier: GPL-3.0-or-later"
    missing = [named(path) for path in files() if is_code(path) and line not in path.read_text("utf-8")[:1000]]
    assert not missing, f"without the line `{line}`: {missing}"


def test_no_file_names_this_machine_or_a_strange_host():
    path_of_a_machine = re.compile(r"(?<![\w.])/(?:work|opt|home/[a-z]|root/\.\w*env|tmp/[a-z]/)[/\w.]")
    host_of_a_url = re.compile(r"https?://(?:[^/\s@]*@)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.IGNORECASE)
    invented = re.compile(r"(\.(example|invalid|test|local)|^(192\.0\.2|198\.51\.100|203\.0\.113|127\.0\.0)\.\d+)$")
    found = []
    for path in files():
        if named(path).startswith(("uv.lock", "LICENSE")) or path == Path(__file__).resolve():
            continue
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
            hosts = [host for host in host_of_a_url.findall(line) if not invented.search(host)]
            strange = [host for host in hosts if host not in HOSTS and not host.endswith(".ornek.bel.tr")]
            if strange or path_of_a_machine.search(line):
                found.append(f"{named(path)}:{number}: {line.strip()[:100]}")
    assert not found, "\n" + "\n".join(found)


def test_links_between_documents_resolve():
    link = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
    broken = []
    for path in files(".md"):
        for target in link.findall(path.read_text("utf-8")):
            if not target.startswith(("http://", "https://", "mailto:", "#")):
                file = (path.parent / target.partition("#")[0]).resolve()
                if not file.exists():
                    broken.append(f"{named(path)}: {target}")
    assert not broken, broken


# --- code is small ------------------------------------------------------------------------------------------------


def code_lines(tree: ast.Module, text: str) -> int:
    """A file's lines without the documentation that Ansible wants inside it."""
    documents = sum(
        (node.end_lineno or node.lineno) - node.lineno + 1
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id in {"DOCUMENTATION", "EXAMPLES", "RETURN"}
    )
    return text.count("\n") - documents


def test_functions_fit_on_a_screen_and_files_are_short():
    found = []
    for path in files(".py"):
        text = path.read_text("utf-8")
        tree = ast.parse(text)
        if code_lines(tree, text) > 300 and named(path) not in LONG:
            found.append(f"{named(path)}: {code_lines(tree, text)} lines")
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > 60 and f"{named(path)}:{node.name}" not in LONG:
                    found.append(f"{named(path)}:{node.lineno}: {node.name} has {length} lines")
    assert not found, "\n" + "\n".join(found)


# --- what Ansible documents ---------------------------------------------------------------------------------------

DOCUMENTS = {
    "modules": ("DOCUMENTATION", "EXAMPLES", "RETURN"),
    "lookup": ("DOCUMENTATION", "EXAMPLES", "RETURN"),
    "filter": ("DOCUMENTATION", "EXAMPLES", "RETURN"),
    "test": ("DOCUMENTATION", "EXAMPLES", "RETURN"),
    "inventory": ("DOCUMENTATION", "EXAMPLES"),
    "callback": ("DOCUMENTATION",),
    "connection": ("DOCUMENTATION",),
}
"""By kind of plugin, what ansible-doc can show of it."""


def documents_of(path: Path) -> dict[str, str]:
    """The documents inside a plugin, or in the YAML file beside it."""
    tree = ast.parse(path.read_text("utf-8"))
    found = {
        node.targets[0].id: str(node.value.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }
    for beside in (path.with_suffix(".yml"), path.with_suffix(".yaml")):
        if beside.exists():
            found |= {key: yaml.safe_dump(value) for key, value in yaml.safe_load(beside.read_text("utf-8")).items()}
    return found


def plugins(kind: str) -> list[Path]:
    return [path for path in sorted(ROOT.glob(f"plugins/{kind}/*.py")) if path.stem != "__init__"]


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_every_plugin_is_documented(kind):
    for path in plugins(kind):
        documents = documents_of(path)
        missing = [name for name in DOCUMENTS[kind] if not documents.get(name, "").strip()]
        assert not missing, f"{named(path)} has no {', '.join(missing)}"
        facts = yaml.safe_load(documents["DOCUMENTATION"])
        assert facts.get("short_description"), f"{named(path)}: no short_description"
        for name, option in (facts.get("options") or {}).items():
            assert option.get("description"), f"{named(path)}: the option {name} has no description"


def test_every_action_is_documented_as_a_module():
    there = {path.stem for path in ROOT.glob("plugins/modules/*")}
    missing = [named(path) for path in plugins("action") if path.stem not in there]
    assert not missing, f"ansible-doc finds nothing of {missing}: write plugins/modules/<name>.py or .yml"


@pytest.mark.parametrize("role", roles(), ids=lambda path: path.name)
def test_a_role_declares_what_it_takes(role):
    specs = load(f"roles/{role.name}/meta/argument_specs.yml")["argument_specs"]
    options = {name: option for spec in specs.values() for name, option in (spec.get("options") or {}).items()}
    defaults: dict[str, Any] = {}
    for path in sorted([*role.glob("defaults/main.yml"), *role.glob("defaults/main/*.yml")]):
        defaults |= yaml.safe_load(path.read_text("utf-8")) or {}
    optional = {name for name, option in options.items() if not option.get("required")}
    assert set(defaults) == optional, "defaults/ and the options that are not required must be the same"
    undescribed = [name for name, option in options.items() if not option.get("description")]
    assert not undescribed
    strangers = [name for name in options if not name.startswith((f"{role.name}_", "konak_"))]
    assert not strangers, f"a role's variables begin with {role.name}_ or, given by the inventory, konak_: {strangers}"


# --- changelog ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(ROOT.glob("changelogs/fragments/*")), ids=lambda path: path.name)
def test_a_fragment_says_something_under_a_known_heading(path):
    config = load("changelogs/config.yaml")
    headings = {name for name, _ in config["sections"]} | {config["trivial_section_name"]}
    assert path.suffix == ".yml"
    for heading, entries in yaml.safe_load(path.read_text("utf-8")).items():
        if heading == config["prelude_section_name"]:
            assert isinstance(entries, str)
            continue
        assert heading in headings, f"{heading} is not one of {sorted(headings)}"
        assert entries
        assert all(isinstance(entry, str) and entry.endswith(".") for entry in entries)
