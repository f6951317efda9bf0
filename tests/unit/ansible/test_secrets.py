# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets under Ansible: derived where they are asked for, and nowhere to be found afterwards."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from ansible_collections.konak.it.plugins.module_utils.plan import Change, Plan, Secret
from ansible_collections.konak.it.plugins.module_utils.secrets import password
from ansible_collections.konak.it.plugins.plugin_utils.planning.store import write_plan
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

MASTER = "canary-master-canary-master-canary-master"
BIND = "canary-of-the-binding-account"


def asked(ansible, expression: str, master: str | None = MASTER):
    """What a variable with the lookup in it comes to."""
    secrets = ["-e", json.dumps({"konak_master_secret": master})] if master is not None else []
    arguments = json.dumps({"msg": f"{{{{ {expression} }}}}"})
    done = ansible.run("ansible", "localhost", "-m", "ansible.builtin.debug", "-a", arguments, *secrets)
    return done.returncode, done.stdout.partition(" => ")[2], done.stdout + done.stderr


def test_the_lookup_gives_derived_passwords(ansible):
    expression = "[lookup('konak.it.secret', 'directory/bind'), lookup('konak.it.secret', 'a', version=2, length=12)]"
    status, result, _ = asked(ansible, expression)
    assert status == 0
    assert json.loads(result)["msg"] == [
        password(MASTER, Secret("directory/bind")),
        password(MASTER, Secret("a", 2), 12),
    ]


def test_the_master_secret_may_be_a_variable_of_another(ansible):
    status, result, _ = asked(ansible, "query('konak.it.secret', 'a', 'b')", "{{ 'canary-' * 6 }}")
    assert status == 0
    assert json.loads(result)["msg"] == [password("canary-" * 6, Secret(name)) for name in "ab"]


@pytest.mark.parametrize("master", [None, "", "canary"])
def test_without_a_good_master_secret_the_lookup_says_so(ansible, master):
    status, _, words = asked(ansible, "lookup('konak.it.secret', 'a')", master)
    assert status != 0
    assert "konak_master_secret: the master secret is shorter than 32 characters" in words
    assert "canary" not in words
    assert "Traceback" not in words


@pytest.fixture
def city(ansible):
    """The city with its secrets in a file of variables, and a CA that signed no server."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "An invented CA")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    ca = ansible.folder / "ca.pem"
    ca.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secrets = {"konak_master_secret": MASTER, "bind_password": BIND, "konak_ca_file": str(ca)}
    (ansible.folder / "secrets.json").write_text(json.dumps(secrets), encoding="utf-8")
    return ansible


def canaries() -> list[str]:
    """Every secret that such a run has in its hands, plain and as it may be written."""
    known = [MASTER, BIND]
    known += [password(MASTER, Secret(name)) for name in ("directory/bind", "directory/administrator")]
    return known


def hunt(folder: Path, words: str) -> list[str]:
    """Where a secret can be read: in the output, or in a file that the run left."""
    texts = {"output": words}
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "secrets.json":
            texts[str(path)] = path.read_bytes().decode("utf-8", "replace")
    return [f"{where}: {secret}" for where, text in texts.items() for secret in canaries() if secret in text]


ARGUMENTS = {
    "servers": ["127.0.0.1"],
    "bind_user": "svc-konak@deneme.bel.tr",
    "bind_password": "{{ bind_password }}",
    "ca_file": "{{ konak_ca_file }}",
}
TASKS = {
    "directory": {"konak.it.directory": {**ARGUMENTS, "master_secret": "{{ konak_master_secret }}"}},
    "apply": {"konak.it.directory": {**ARGUMENTS, "phase": "apply", "master_secret": "{{ konak_master_secret }}"}},
    "bootstrap": {
        "konak.it.directory_bootstrap": {
            **ARGUMENTS,
            "account_password": "{{ lookup('konak.it.secret', 'directory/bind') }}",
        }
    },
    "role": {
        "ansible.builtin.include_role": {"name": "konak.it.directory"},
        "vars": {"directory_servers": ["127.0.0.1"]},
    },
    "role-bootstrap": {
        "ansible.builtin.include_role": {"name": "konak.it.directory"},
        "vars": {"directory_servers": ["127.0.0.1"], "directory_phase": "bootstrap"},
    },
}


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("callback", ["ansible.builtin.default", "konak.it.calm"])
def test_no_secret_is_shown_or_left_when_no_server_answers(city, task, callback):
    renamed = Change("directory", "person", "40001", "update", "X", {"title": {"before": "A", "after": "B"}})
    write_plan(city.build, Plan.of([renamed], "2026-06-01"), "")  # an empty plan's apply asks nobody
    done = city.play(
        [{"name": "Ask", **TASKS[task]}],
        "-vvv",
        "--diff",
        "-e",
        f"@{city.folder / 'secrets.json'}",
        ANSIBLE_STDOUT_CALLBACK=callback,
        ANSIBLE_LOG_PATH=str(city.folder / "log"),
        KONAK_ERRORS=str(city.folder / "errors.json"),
    )
    words = done.stdout + done.stderr
    assert done.returncode != 0
    assert "no domain controller answers: 127.0.0.1: " in words
    assert "Traceback" not in words
    assert hunt(city.folder, words) == []
    assert (city.folder / "log").stat().st_size > 0


def test_the_errors_are_left_for_programs(city):
    path = city.folder / "errors.json"
    city.play(
        [{"name": "Ask", **TASKS["directory"]}],
        "-e",
        f"@{city.folder / 'secrets.json'}",
        ANSIBLE_STDOUT_CALLBACK="konak.it.calm",
        KONAK_ERRORS=str(path),
    )
    [error] = json.loads(path.read_text(encoding="utf-8"))["errors"]
    assert list(error) == ["message", "file", "line", "path", "host", "remedy"]
    assert error["message"].startswith("no domain controller answers: 127.0.0.1: ")
    assert error["host"] == "127.0.0.1"
    assert "nothing was changed" in error["remedy"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_password_that_is_written_in_the_task_is_not_shown_either(city):
    """A mistake that people make: the secret stands in the playbook itself."""
    task = {"konak.it.directory": {**ARGUMENTS, "bind_password": BIND, "master_secret": MASTER, "phase": "plan"}}
    done = city.play(
        [{"name": "Ask", **task}],
        "-vvv",
        "-e",
        f"@{city.folder / 'secrets.json'}",
        ANSIBLE_STDOUT_CALLBACK="konak.it.calm",
    )
    assert done.returncode != 0
    (city.folder / "play.yml").unlink()
    assert hunt(city.folder, done.stdout + done.stderr) == []
