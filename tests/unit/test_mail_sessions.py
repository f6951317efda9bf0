# SPDX-License-Identifier: GPL-3.0-or-later
"""Which mail sessions are ended, and that none is where the directory did not answer."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "roles/mail_server/files/usr/local/lib/konak/mail_sessions.py"

SETTINGS = {
    "uris": ["ldaps://dc1.ornek.bel.tr", "ldaps://dc2.ornek.bel.tr"],
    "base": "DC=ornek,DC=bel,DC=tr",
    "bind_dn": "svc-posta@ornek.bel.tr",
    "password_file": "/etc/konak/directory.password",
}
NOW = 1_795_000_000.0
NEVER = str(2**63 - 1)


@pytest.fixture
def sessions():
    spec = importlib.util.spec_from_file_location("mail_sessions", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def who(*names):
    """What Dovecot 2.4 prints."""
    rows = [{"username": name, "connections": "1", "service": "imap", "pids": "(7)", "ips": "(::1)"} for name in names]
    return json.dumps(rows)


def ldif(number, control="512", expires=NEVER):
    return (
        f"dn: CN=Ayşe {number},OU=İmar,DC=ornek,DC=bel,DC=tr\nemployeeID: {number}\n"
        f"userAccountControl: {control}\naccountExpires: {expires}\n\n"
    )


REFERENCES = "# refldaps://ornek.bel.tr/CN=Configuration,DC=ornek,DC=bel,DC=tr\n\n"


class Programs:
    """doveadm and ldapsearch: answers in their order, and what they were asked."""

    def __init__(self, sessions, *searches):
        self.sessions, self.searches, self.kicked, self.asked = sessions, list(searches), [], []

    def __call__(self, argv, **_):
        if argv[0] == "doveadm" and argv[1] == "kick":
            self.kicked.append(argv[2])
            return subprocess.CompletedProcess(argv, 0, "1 connections kicked\n", "")
        if argv[0] == "doveadm":
            answer = self.sessions
        else:
            self.asked.append(argv)
            answer = self.searches.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, text = answer if isinstance(answer, tuple) else (0, answer)
        return subprocess.CompletedProcess(argv, status, text, "" if status == 0 else "what\nwent wrong\n")


@pytest.fixture
def run(sessions, monkeypatch, tmp_path):
    """One run of the script with these answers; gives its status and the programs."""
    monkeypatch.setattr(sessions, "SETTINGS", tmp_path / "mail-sessions.json")
    sessions.SETTINGS.write_text(json.dumps(SETTINGS))
    monkeypatch.setattr(sessions.time, "time", lambda: NOW)

    def once(*answers):
        programs = Programs(*answers)
        monkeypatch.setattr(sessions.subprocess, "run", programs)
        return sessions.main(), programs

    return once


def test_only_those_who_may_not_log_on_are_ended(run, sessions, capsys):
    yesterday = str(int((NOW - 86_400 + sessions.EPOCH) * 10_000_000))
    tomorrow = str(int((NOW + 86_400 + sessions.EPOCH) * 10_000_000))
    found = ldif(40117) + ldif(40118, "514") + ldif(40119, expires=yesterday) + ldif(40120, expires=tomorrow)
    found += ldif(40121, "66048", expires="0") + REFERENCES
    status, programs = run(who("40117", "40118", "40119", "40120", "40121", "40122", "40118"), found)
    assert (status, programs.kicked) == (0, ["40118", "40119", "40122"])
    assert capsys.readouterr().out.splitlines() == [
        "sessions of 40118 ended: the account is disabled",
        "sessions of 40119 ended: the account has expired",
        "sessions of 40122 ended: there is no such account",
    ]


def test_the_directory_is_asked_for_those_with_sessions_and_the_password_stays_in_its_file(run):
    _, programs = run(who("40118", "40117"), ldif(40117) + ldif(40118))
    (argv,) = programs.asked
    names = (f"(employeeID={name})(&(!(employeeID=*))(sAMAccountName={name}))" for name in (40117, 40118))
    assert f"(|{''.join(names)})" in argv
    assert argv[argv.index("-H") + 1] == "ldaps://dc1.ornek.bel.tr ldaps://dc2.ornek.bel.tr"
    assert argv[argv.index("-y") + 1] == "/etc/konak/directory.password"
    assert "-w" not in argv


def test_without_sessions_nobody_is_asked(run):
    status, programs = run("[]")
    assert (status, programs.asked) == (0, [])


def test_many_are_asked_for_in_parts(run):
    numbers = range(40000, 40250)
    parts = ["".join(ldif(number) for number in numbers[first : first + 100]) for first in (0, 100, 200)]
    status, programs = run(who(*map(str, numbers)), *parts)
    assert (status, len(programs.asked), programs.kicked) == (0, 3, [])


@pytest.mark.parametrize(
    "answer",
    [
        (255, ""),  # cannot be reached
        (49, ""),  # the password is not accepted
        (3, ldif(40117)),  # the time was over in the middle
        (4, ldif(40117)),  # there was more
        subprocess.TimeoutExpired("ldapsearch", 30),
        FileNotFoundError("ldapsearch"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no"),
        "Success\n",
        "employeeID: 40118\nuserAccountControl: 514\n",  # without a name
        ldif(40117) + ldif(40118).replace("userAccountControl: 512\n", ""),  # may not be seen
        ldif(40117) + ldif(40118, "disabled"),
        ldif(40117) + ldif(40118, expires="soon"),
        ldif(40117) + ldif(40117, "514"),  # two of one number
        ldif(40117) + ldif(40119, "514"),  # was not asked for
        ldif(40117).replace("employeeID:", "employeeID::"),
        ldif(40117).replace("40117\n", "40117\nemployeeID: 40118\n"),
    ],
)
def test_no_answer_or_an_odd_one_ends_nothing(run, capsys, answer):
    status, programs = run(who("40117", "40118"), answer)
    assert (status, programs.kicked) == (1, [])
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("no session is ended: ")
    assert output.err.count("\n") == 1


def test_a_directory_that_shows_no_number_at_all_does_not_mean_that_everyone_is_gone(run, capsys):
    status, programs = run(who("40117"), REFERENCES, REFERENCES)
    assert (status, programs.kicked) == (1, [])
    assert "shows no personnel number" in capsys.readouterr().err


def test_the_only_one_with_a_session_can_be_gone(run):
    status, programs = run(who("40117"), "", (4, ldif(40005)))
    assert (status, programs.kicked) == (0, ["40117"])


@pytest.mark.parametrize(
    "answer", [(75, ""), "", "{}", '[{"user": "40117"}]', "[1]", who("*"), who("40117)(x=*"), who(""), who(40117)]
)
def test_dovecot_that_does_not_tell_ends_nothing(run, answer):
    status, programs = run(answer)
    assert (status, programs.asked, programs.kicked) == (1, [], [])


@pytest.mark.parametrize("text", ["", "[]", "{}"])
def test_settings_that_cannot_be_read_end_nothing(run, sessions, text):
    sessions.SETTINGS.write_text(text)
    status, programs = run(who("40117"), "")
    assert (status, programs.kicked) == (1, [])


def test_a_value_in_base64_is_read(sessions):
    text = "dn:: Q049QXnFn2U=\nemployeeID: 40117\n\n"
    assert list(sessions.entries(text)) == [{"dn": "CN=Ayşe", "employeeid": "40117"}]


def test_a_program_is_known_by_its_login_for_it_has_no_number(run):
    program = "dn: CN=svc-tarayici,DC=ornek,DC=bel,DC=tr\nsAMAccountName: svc-tarayici\nuserAccountControl: {}\n\n"
    assert run(who("svc-tarayici"), program.format(66048))[1].kicked == []
    assert run(who("svc-tarayici"), program.format(66050))[1].kicked == ["svc-tarayici"]
