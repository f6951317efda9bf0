# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmarks without what they measure: figures, generated cities, the worker, and what is not measured."""

from __future__ import annotations

import argparse
import json
import os

import pytest
from ansible_collections.konak.it.cli.bench import cities, directory, model, process
from ansible_collections.konak.it.cli.bench.figures import Figure, Peer, table
from ansible_collections.konak.it.cli.errors import UsageError, UserError
from ansible_collections.konak.it.cli.verbs import bench
from ansible_collections.konak.it.plugins.plugin_utils.directory.intent import intent
from ansible_collections.konak.it.plugins.plugin_utils.model.load import load


@pytest.fixture
def build(monkeypatch, tmp_path):
    monkeypatch.setattr(cities, "BUILD", tmp_path)
    monkeypatch.delenv("KONAK_BUILD", raising=False)
    return tmp_path


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    bench.configure(parser)
    return parser.parse_args([*words], argparse.Namespace(json=False))


def test_a_figure_has_the_promised_shape():
    figure = Figure("read", 1.23456789, floor=1.5, peer=Peer("bare read", 1.0))
    assert figure.as_dict() == {
        "name": "read",
        "value": 1.2346,
        "unit": "s",
        "floor": 1.5,
        "peer": {"name": "bare read", "value": 1.0},
        "ratio": 1.2346,
        "ok": True,
    }
    assert json.loads(json.dumps(figure.as_dict())) == figure.as_dict()


@pytest.mark.parametrize(
    ("value", "floor", "ok"), [(1.0, 1.0, True), (1.1, 1.0, False), (1.0, None, None), (None, 1.0, None)]
)
def test_a_floor_holds_or_does_not_or_nobody_knows(value, floor, ok):
    assert Figure("x", value, floor=floor).ok is ok


def test_what_was_not_measured_says_so():
    figure = Figure("directory", None, note="the lab needs root")
    assert figure.as_dict()["name"] == "directory (not measured: the lab needs root)"
    assert figure.as_dict()["value"] is figure.as_dict()["ok"] is figure.ratio is None
    assert "not measured: the lab needs root" in table([figure])


def test_the_table_has_a_line_a_figure_and_tells_a_missed_floor():
    figures = [Figure("a", 2.0, floor=1.0, peer=Peer("b", 0.5)), Figure("memory", 117.6, "MB")]
    lines = table(figures).splitlines()
    assert len(lines) == 3
    assert lines[1].split() == ["a", "2.00", "s", "1.00", "s", "0.50", "s", "b", "4", "MISSED"]
    assert lines[2].split() == ["memory", "118", "MB"]


def test_a_floor_that_is_missed_makes_the_status_1(monkeypatch, capsys):
    for value, status in ((1.0, 0), (3.0, 1)):
        monkeypatch.setattr(bench, "measured", lambda *_, value=value: [Figure("x", value, floor=2.0)])
        assert bench.run(arguments("model")) == status
    assert "MISSED" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["modle"], ["--people", "3"], ["--devices", "-1"]])
def test_what_cannot_be_measured_is_refused(words):
    with pytest.raises(UsageError):
        bench.run(arguments(*words))


def test_without_root_the_lab_is_not_measured(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    figures = directory.measure(arguments(), ["directory", "apply"], lambda _: None)
    assert [(figure.value, figure.ok, figure.note) for figure in figures] == [(None, None, "the lab needs root")] * 2


def test_an_edit_changes_one_file_and_one_title_each_time(build):
    inventory = cities.make("model", 60, 2)
    assert inventory.is_relative_to(build)
    before = {path: path.read_text("utf-8") for path in inventory.rglob("*.yml")}
    for number in range(2):
        cities.edit_one_file(inventory, number)
        changed = [path for path, text in before.items() if path.read_text("utf-8") != text]
        assert len(changed) == 1
        lines = zip(before[changed[0]].splitlines(), changed[0].read_text("utf-8").splitlines(), strict=True)
        assert next(new for old, new in lines if old != new).endswith(f" {number}")
        load(inventory)


def test_a_city_beside_another_shares_no_name_with_it(build):
    inventory = cities.make("apart", 60, 0)
    plain = {item.fields.get("login") for item in intent(load(inventory))} - {None}
    cities.beside(inventory, root="Yanındaki", server="dc7", language="en")
    city = load(inventory)
    assert city.organisation.directory.root == "Yanındaki"
    assert list(city.servers) == ["dc7"]
    logins = {item.fields["login"] for item in intent(city) if item.kind in {"person", "group"}}
    assert not {login for login in logins & plain if not login.startswith("x-")}


def test_the_model_is_measured_in_processes_of_its_own(build, monkeypatch):
    monkeypatch.setattr(model, "REPEAT", 1)
    figures = {figure.name: figure for figure in model.measure(60, 2, lambda _: None)}
    cold = figures["model, 60 people + 2 devices, cold: load, check, compile"]
    assert cold.floor is None  # floors are for the sizes that they were set for
    assert cold.value > 0 < cold.peer.value
    assert figures["model, 60 people + 2 devices, cold: peak memory"].value > 10


def test_a_task_that_fails_says_why(tmp_path):
    with pytest.raises(UserError, match="there is no such folder"):
        process.work("model", tmp_path / "nowhere", tmp_path)


def test_durations_are_those_of_the_record():
    def task(name, start, **end):
        return {"task": {"name": name, "duration": {"start": f"2026-11-22T10:00:{start}Z", **end}}}

    record = {
        "plays": [
            {"tasks": [task("a", "00.5", end="2026-11-22T10:00:01.75Z"), task("skipped", "02")]},
            {"tasks": [task("a", "03", end="2026-11-22T10:00:04Z")]},
        ]
    }
    assert directory._durations(record) == {"a": 2.25}
