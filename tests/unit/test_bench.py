# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmarks without what they measure: figures, generated cities, the worker, and what is not measured."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import pytest
from ansible_collections.konak.it.cli.bench import cities, directory, files, mail, model, process, telephony
from ansible_collections.konak.it.cli.bench.figures import Figure, Peer, table
from ansible_collections.konak.it.cli.bench.site import Site
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
    figures = directory.measure(arguments(), ["directory", "apply", "files"], lambda _: None)
    assert [(figure.value, figure.ok, figure.note) for figure in figures] == [(None, None, "the lab needs root")] * 3


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


@pytest.fixture
def server(build):
    """A city with mail, and what a mail server answers that is as the city wants it."""
    inventory = cities.make("mail", 60, 0)
    cities.with_mail(inventory)
    return inventory, build, process.work("mail_server", inventory, build / "server").seconds


def test_a_city_with_mail_has_a_mailbox_for_everyone_and_each_unit(server):
    inventory, _, found = server
    city = load(inventory)
    assert city.mail.host == "mail1.ornek.bel.tr"
    assert all(unit.mailbox for unit in city.inventory.units)
    here = {person for person, state in city.states.items() if state != "future"}
    assert found["mailboxes"] == len(here) + len(city.inventory.units)
    assert found["addresses"] > len(city.present)


def test_a_plan_of_mail_that_is_not_empty_is_no_measurement(server):
    inventory, build, _ = server
    process.work("mail_no_change", inventory, build, build / "server")
    users = build / "server" / "files" / "etc/dovecot/konak/users"
    users.write_text(users.read_text("utf-8").replace("=2048M", "=2047M", 1), "utf-8")
    with pytest.raises(UserError, match=r"1 changes where there should be none, .* first update mailbox"):
        process.work("mail_no_change", inventory, build, build / "server")


def test_mail_is_measured_in_processes_of_its_own(build, monkeypatch):
    monkeypatch.setattr(mail, "REPEAT", 1)
    figures = {figure.name: figure for figure in mail.measure(60, lambda _: None)}
    for name in ("intent", "read, parse and compare"):
        figure = figures[f"mail, 60 people, no change: {name}"]
        assert figure.value > 0 < figure.peer.value


@pytest.fixture
def exchange(build):
    """A city with an exchange, and what that answers when it is as the city wants it."""
    inventory = cities.make("telephony", 60, 0)
    cities.with_telephony(inventory)
    return inventory, build, process.work("exchange", inventory, build / "server").seconds


def test_a_city_with_an_exchange_has_a_line_for_everyone_with_an_extension(exchange):
    inventory, _, found = exchange
    city = load(inventory)
    here = [city.people[person] for person, state in city.states.items() if state in {"active", "leave"}]
    assert found["lines"] == sum(person.extension is not None for person in here) > 20
    assert all(item.calls for item in city.inventory.access_classes)


def test_a_plan_of_telephony_that_is_not_empty_is_no_measurement(exchange):
    inventory, build, _ = exchange
    process.work("exchange_no_change", inventory, build, build / "server")
    answer = build / "server" / "exchange.json"
    answer.write_text(answer.read_text("utf-8").replace("+903120000000", "+9031", 1), "utf-8")
    with pytest.raises(UserError, match=r"changes where there should be none, .* first update"):
        process.work("exchange_no_change", inventory, build, build / "server")


def test_telephony_is_measured_in_processes_of_its_own(build, monkeypatch):
    monkeypatch.setattr(telephony, "REPEAT", 1)
    figures = [figure for figure in telephony.measure(60, lambda _: None) if figure.peer]
    assert {figure.name.partition(": ")[2] for figure in figures} == {
        "intent", "read, render all files and compare", "peak memory",
    }  # fmt: skip
    assert all(figure.value > 0 < figure.peer.value for figure in figures)


@pytest.fixture
def host(monkeypatch, tmp_path):
    """The benchmark of files with a host that is none: it answers with ``changes`` and the plays that it was sent."""
    site = Site(tmp_path / "lab", "dc7", "192.0.2.7", "ornek.bel.tr", "tr")
    state = argparse.Namespace(site=site, changes=[], plays=[])

    def play(argv):
        state.plays.append(json.loads(Path(argv[-1]).read_text("utf-8"))[0])
        return state.plays[-1]["tasks"]

    def work(_, output, *argv, env):
        assert env == {"ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json"}
        *_, last = play(argv)
        times = {"start": "2026-11-22T10:00:00Z", "end": "2026-11-22T10:00:02Z"}
        answer = {"changed": False}
        if last["name"] == "Owned":
            tree = Path(last["konak.it.owned_files"]["src"])
            again = sum(" again " in path.read_text("utf-8") for path in tree.rglob("*.conf"))
            answer["changes"], state.known = [{}] * (again - state.known), again
        if last["name"] == "Loop":
            answer["results"] = [{"changed": change} for change in state.changes]
        tasks = [{"task": {"name": last["name"], "duration": times}, "hosts": {"dc7": answer}}]
        output.write_text(json.dumps({"plays": [{"tasks": tasks}]}), "utf-8")
        return process.Measured({"wall": 3.0}, 50.0)

    state.known = 0
    monkeypatch.setattr(files, "BUILD", tmp_path)
    monkeypatch.setattr(files, "FILES", 200)
    monkeypatch.setattr(files, "work", work)
    monkeypatch.setattr(files, "follow", lambda argv, _: play(argv))
    return state


def test_owned_files_are_measured_beside_a_loop_and_removed(host):
    figures = {figure.name: figure for figure in files.measure(host.site, lambda _: None)}
    same = figures["files, 200 owned files, no change: the task"]
    assert (same.value, same.floor, same.ok, same.peer.value) == (2.0, files.FLOOR, False, 2.0 / files.LOOPED * 200)
    assert figures["files, 200 owned files, one file changed: the whole run"].value == 3.0
    assert host.plays[0]["tasks"][0] == host.plays[-1]["tasks"][0] == files.REMOVE
    assert {play["hosts"] for play in host.plays} == {"dc7"}
    assert 250 < len(files.text_of("100")) < 350


def test_what_changes_where_nothing_should_is_told_and_removed(host):
    host.changes = [False, True]
    with pytest.raises(UserError, match="the task Loop of the benchmark changed 1 files, not 0"):
        files.measure(host.site, lambda _: None)
    assert host.plays[-1]["tasks"] == [files.REMOVE]


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
    assert process.durations(record) == {"a": 2.25}
