# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong in a dial plan that Asterisk loads without a word, from what ``dialplan show`` says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pytest

PROGRAM = Path(__file__).resolve().parents[3] / "roles/pbx/files/usr/local/lib/konak/pbx_try"

PLAN = """\
[ Context 'numbers' created by 'pbx_config' ]
  '7001' =>         hint: PJSIP/80001                             [dialplan.conf:20]
                    1. Gosub(line,s,1(80001,25))                  [dialplan.conf:19]
  '7000' =>         1. Goto(groups,cagri,1)                       [dialplan.conf:21]

[ Context 'line' created by 'pbx_config' ]
  's' =>            1. Set(WHERE=${PJSIP_DIAL_CONTACTS(${ARG1})}) [dialplan.conf:30]
                    2. GotoIf($["${WHERE}" = ""]?box)             [dialplan.conf:31]
     [box]          3. VoiceMail(${ARG1}@konak,u)                 [dialplan.conf:33]

[ Context 'groups' created by 'pbx_config' ]
  'cagri' =>        1. Playback(vm-nobodyavail)                   [dialplan.conf:36]
  Include =>        'numbers'                                     [pbx_config]

-= 4 extensions (6 priorities) in 3 contexts. =-
"""
APPLICATIONS = {"gosub", "goto", "gotoif", "set", "voicemail"}
FUNCTIONS = {"pjsip_dial_contacts"}


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The program's files as modules: it is a folder that Python runs."""
    monkeypatch.syspath_prepend(str(PROGRAM))
    names = ("dial_plan", "calls", "__main__")
    found = {}
    for name in names:
        spec = importlib.util.spec_from_file_location(
            name.strip("_") if name == "__main__" else name, PROGRAM / f"{name}.py"
        )
        assert spec is not None
        assert spec.loader is not None
        found[name.strip("_")] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return SimpleNamespace(**found)


def lint(program: SimpleNamespace, right: str = "", wrong: str = "") -> list[str]:
    plan = PLAN.replace("Playback(vm-nobodyavail)", "VoiceMail(1)")
    assert right in plan
    return list(program.dial_plan.lint(plan.replace(right, wrong) if right else plan, APPLICATIONS, FUNCTIONS))


def test_a_plan_that_is_right_has_nothing(program):
    assert lint(program) == []


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("Set(WHERE", "Sett(WHERE", "[line] s: there is no application Sett"),
        ("PJSIP_DIAL_CONTACTS(", "PJSIP_DIAL(", "[line] s: there is no function PJSIP_DIAL"),
        (
            "Goto(groups,cagri,1)",
            "Goto(group,cagri,1)",
            "[numbers] 7000: Goto leads to group,cagri,1, which is not there",
        ),
        (
            "Goto(groups,cagri,1)",
            "Goto(groups,imar,1)",
            "[numbers] 7000: Goto leads to groups,imar,1, which is not there",
        ),
        ("Gosub(line,s,1(", "Gosub(line,s,2(", None),
        ("]?box)", "]?boks)", "[line] s: GotoIf leads to boks, which is not there"),
        ('"${WHERE}" = ""]?', '"${WHERE}" = ""?', '[line] s: a bracket is not closed in GotoIf($["${WHERE}" = ""?box)'),
        ("VoiceMail(1)", "Playback(no-such-sound)", "[groups] cagri: there is no application Playback"),
    ],
)
def test_a_fault_is_named_with_its_place(program, right, wrong, said):
    found = lint(program, right, wrong)
    assert (said in found) if said else (found == [])


def test_a_place_that_a_variable_names_is_known_only_at_a_call(program):
    assert lint(program, "Goto(groups,cagri,1)", "Goto(groups,${EXTEN},1)") == []


def test_a_call_that_goes_another_way_is_told(program):
    call = {"access_class": "uzman", "dialled": "902122222222", "destination": "national", "time": "open"}
    refused = {**call, "expected": "refused", "number": "", "shows": ""}
    world = {**call, "expected": "world", "number": "+902122222222", "shows": "own"}
    nothing, reached = {"own": "", "place": ""}, {"own": "+902122222222", "place": ""}
    assert list(program.calls.judged(refused, nothing)) == []
    assert list(program.calls.judged(world, reached)) == []
    [line] = program.calls.judged(refused, reached)
    assert line == (
        "uzman dials 902122222222 (national, open): expected no call to the world, "
        "got a call to +902122222222 that shows its own number"
    )
    [line] = program.calls.judged(world, nothing)
    assert line.endswith("expected a call to +902122222222 that shows its own number, got no call to the world")


def test_calls_are_told_apart_by_the_number_that_they_show(program):
    numbers = {program.calls.caller(kind, number) for kind in ("own", "place") for number in range(50)}
    assert len(numbers) == 100


def test_carriers_are_played_and_the_rest_is_what_would_run(program, tmp_path, monkeypatch):
    (tmp_path / "new/konak").mkdir(parents=True)
    (tmp_path / "new/asterisk.conf").write_text("[options]\n")
    (tmp_path / "new/konak/dialplan.conf").write_text("[numbers]\n")
    (tmp_path / "new/konak/trunks.conf").write_text(
        "[trunk-a](konak-trunk)\naors=trunk-a\n[trunk-a](konak-trunk-place)\n"
    )
    (tmp_path / "try").mkdir()
    monkeypatch.setattr(program.main.pwd, "getpwnam", lambda _: program.main.pwd.getpwuid(program.main.os.getuid()))
    program.main._prepare(tmp_path / "new", tmp_path / "try", "canary")
    trunks = (tmp_path / "try/etc/konak/trunks.conf").read_text()
    assert "contact=sip:127.0.0.1:5090" in trunks
    assert trunks.count("[trunk-a](konak-trunk)") == 1
    assert f"astdbdir = {tmp_path}/try/lib" in (tmp_path / "try/etc/asterisk.conf").read_text()
    assert (tmp_path / "new/konak/trunks.conf").read_text().endswith("place)\n"), "what was given stays"
