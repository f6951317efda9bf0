# SPDX-License-Identifier: GPL-3.0-or-later
"""``./konak lab``: which hosts it asks the lab for, and when services are set up. No lab is made."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
from ansible_collections.konak.it.cli import lab, playbook
from ansible_collections.konak.it.cli.errors import UserError
from ansible_collections.konak.it.cli.verbs import lab as verb

INVENTORY = Path(__file__).resolve().parents[3] / "inventory"


@pytest.fixture
def done(monkeypatch, tmp_path):
    """What was asked for, in order; the model's cache stays out of the clone."""
    steps = []
    monkeypatch.setenv("KONAK_BUILD", str(tmp_path))
    monkeypatch.setattr(lab, "up", lambda hosts, network, *_: steps.append(("up", network, hosts)))
    monkeypatch.setattr(lab, "down", lambda _, *, purge: steps.append(("down", purge)))
    monkeypatch.setattr(playbook, "run", lambda _, name: steps.append(("playbook", name)))
    return steps


def call(*words):
    parser = argparse.ArgumentParser()
    verb.configure(parser)
    args = parser.parse_args(words)
    args.inventory = INVENTORY
    return verb.run(args)


def test_up_starts_the_inventorys_servers_and_sets_them_up(done):
    assert call("up") == 0
    assert [step[0] for step in done] == ["up", "playbook"]
    _, network, hosts = done[0]
    assert network == "192.0.2.0/24"
    assert lab.LabHost("dc1", "dc1.ornek.bel.tr", "192.0.2.10", "trixie") in hosts
    assert done[1] == ("playbook", "servers")


def test_bare_stops_before_the_services(done):
    assert call("up", "--bare") == 0
    assert [step[0] for step in done] == ["up"]


def test_down_and_its_purge(done):
    assert call("down") == 0
    assert call("down", "--purge") == 0
    assert done == [("down", False), ("down", True)]


def test_the_labs_errors_are_peoples(done, monkeypatch):
    def fail(*_):
        raise lab.LabError("The lab needs root.", "Run it with sudo.")

    monkeypatch.setattr(lab, "up", fail)
    with pytest.raises(UserError, match="needs root") as caught:
        call("up", "--bare")
    assert caught.value.remedy == "Run it with sudo."


@pytest.mark.parametrize("words", [["exec"], ["exec", "dc1"]])
def test_exec_wants_a_host_and_a_command(done, words):
    with pytest.raises(UserError, match="exec needs a host and a command"):
        call(*words)
