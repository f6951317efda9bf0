# SPDX-License-Identifier: GPL-3.0-or-later
"""Telephones that are run, listened to and always ended, with a program that stands in for baresip."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.konak.it.plugins.module_utils import sip_calls, sip_calls_telephone
from ansible_collections.konak.it.plugins.module_utils.sip_calls import Call, CallsError, run, task

FAKE = (sys.executable, str(Path(__file__).with_name("fake_baresip.py")))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the telephones' folders are made; the stand-ins leave their process ids there."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(sip_calls, "addresses_of", lambda _: ["192.0.2.10"])
    for name in ("TALK_SECONDS", "END_SECONDS"):
        monkeypatch.setattr(sip_calls, name, 0.2)
    (tmp_path / "ca.pem").touch()
    return tmp_path


def given(folder: Path, *users: str, calls: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    """The module's arguments for telephones that are called as their users."""
    telephones = [{"name": user, "user": user, "password": "s3cret"} for user in users]
    base = {"server": "santral.ornek.bel.tr", "name": None, "port": 5061, "ca_file": str(folder / "ca.pem")}
    return base | {"telephones": telephones, "calls": calls or [], "media": "srtp-mand", "seconds": 1} | more


def left(folder: Path) -> list[str]:
    """What is left of telephones: folders, and processes that still run."""
    running = []
    for path in folder.glob("*.pid"):
        try:
            os.kill(int(path.read_text()), 0)
            running.append(path.stem)
        except ProcessLookupError:
            pass
    return [path.name for path in folder.iterdir() if path.is_dir()] + running


def test_each_call_has_its_answer(folder: Path) -> None:
    numbers = ["403", "404", "486", "488", "503", "800", "900", "403"]
    found = run(task(given(folder, "good", "bad", calls=[{"from": "good", "to": to} for to in numbers])), FAKE)
    assert found["telephones"] == {
        "good": {"registered": True, "reason": "200 OK", "tone": 610},
        "bad": {"registered": False, "reason": "401 Unauthorized", "tone": 740},
    }
    calls = found["calls"]
    assert [call["code"] for call in calls] == [403, 404, 486, 488, 503, 200, 0, 403]
    assert [call["to"] for call in calls if call["answered"]] == ["800"]
    assert calls[5]["encryption"] == "AES_CM_128_HMAC_SHA1_80"
    assert calls[6]["reason"] == "no answer within 1 seconds"
    assert calls[0]["reason"] == "Refused"
    assert calls[0]["seconds"] < 0.5
    assert set(calls[0]) == {
        "from", "to", "to_telephone", "answered", "answered_by", "rang", "code", "reason", "encryption", "heard",
        "seconds",
    }  # fmt: skip
    assert not left(folder)


def test_who_is_not_registered_does_not_call(folder: Path) -> None:
    found = run(task(given(folder, "bad", calls=[{"from": "bad", "to": "800"}])), FAKE)
    assert found["calls"][0]["reason"] == "not registered: 401 Unauthorized"
    assert found["calls"][0]["code"] == 0


def test_a_telephone_that_breaks_ends_its_calls_and_no_others(folder: Path) -> None:
    calls = [{"from": "crash", "to": "403"}, {"from": "crash", "to": "403"}, {"from": "good", "to": "403"}]
    began = time.monotonic()
    found = run(task(given(folder, "crash", "good", calls=calls, seconds=60)), FAKE)
    assert [call["code"] for call in found["calls"]] == [0, 0, 403]
    assert "baresip ended" in found["calls"][0]["reason"]
    assert time.monotonic() - began < 20
    assert not left(folder)


def test_one_that_does_not_start_is_told_and_the_others_are_ended(folder: Path) -> None:
    with pytest.raises(CallsError, match="telephone dead does not start") as caught:
        run(task(given(folder, "good", "dead")), FAKE)
    assert "s3cret" not in str(caught.value)
    assert "password is \\*\\*\\*" in str(caught.value).replace("*", "\\*")
    assert not left(folder)


def test_one_that_never_answers_is_given_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sip_calls_telephone, "START_SECONDS", 2.0)
    with pytest.raises(CallsError, match="telephone mute does not start"):
        run(task(given(folder, "good", "mute")), FAKE)
    assert not left(folder)


def test_one_that_does_not_end_is_killed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sip_calls_telephone, "STOP_SECONDS", 0.2)
    run(task(given(folder, "stubborn", "good")), FAKE)
    assert not left(folder)


@pytest.mark.parametrize("what", [KeyboardInterrupt, SystemExit, ValueError])
def test_all_are_ended_whatever_happens(
    folder: Path, monkeypatch: pytest.MonkeyPatch, what: type[BaseException]
) -> None:
    def stop(*_: Any) -> None:
        raise what

    monkeypatch.setattr(sip_calls.Exchange, "call", stop)
    with pytest.raises(what):
        run(task(given(folder, "good", "bad", calls=[{"from": "good", "to": "403"}])), FAKE)
    assert (folder / "good.pid").exists()
    assert not left(folder)


def test_no_password_is_on_a_command_line_or_stays_on_the_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def look(*_: Any) -> dict[str, Any]:
        seen.extend(path for path in folder.rglob("*") if path.is_file() and b"s3cret" in path.read_bytes())
        return {}

    monkeypatch.setattr(sip_calls.Exchange, "call", look)
    run(task(given(folder, "good", calls=[{"from": "good", "to": "403"}])), FAKE)
    assert not seen
    assert "-f" in (folder / "good.argv").read_text()
    assert "s3cret" not in (folder / "good.argv").read_text()


def test_without_baresip_it_says_what_to_install(folder: Path) -> None:
    with pytest.raises(CallsError, match="Debian's package baresip-core"):
        run(task(given(folder, "good")), ("baresip-that-is-not-there",))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"server": "192.0.2.10"}, "192.0.2.10 is an address"),
        ({"name": "2001:db8::1"}, "2001:db8::1 is an address"),
        ({"ca_file": "nowhere.pem"}, "there is no file nowhere.pem"),
        ({"calls": [{"from": "x", "to": "1"}]}, "there is no telephone 'x'"),
        ({"calls": [{"from": "good", "to": "1", "to_telephone": "x"}]}, "there is no telephone 'x'"),
        ({"calls": [{"from": "good", "to": "1", "to_telephone": "good"}]}, "cannot answer its own call"),
        ({"calls": [{"from": "good", "to": "1 2"}]}, "'1 2' is no number"),
        ({"calls": [{"from": "good", "to": "sip:1@192.0.2.1"}]}, "is no number"),
        ({"telephones": [{"name": "a", "user": "a;b", "password": "x"}]}, "'a;b' is no user"),
        ({"telephones": [{"name": "a", "user": "a", "password": "x"}] * 2}, "the name is given twice"),
        ({"telephones": [{"name": "a", "user": "a", "password": "s3cret;x"}]}, "characters that baresip cannot read"),
        ({"telephones": [{"name": "a", "user": "a", "password": "s3cret\nx"}]}, "characters that baresip cannot read"),
        ({"telephones": [{"name": "a", "user": "a", "password": ""}]}, "characters that baresip cannot read"),
        (
            {"telephones": [{"name": f"t{n}", "user": "a", "password": "x"} for n in range(21)]},
            "tones for 20 telephones",
        ),
    ],
)
def test_what_cannot_be_done_is_refused(folder: Path, more: dict[str, Any], message: str) -> None:
    with pytest.raises(CallsError) as caught:
        task(given(folder, "good") | more)
    assert message in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_an_address_goes_with_a_name(folder: Path) -> None:
    found = task(given(folder, "good", server="192.0.2.10", name="santral.ornek.bel.tr"))
    assert found.homes == {"santral.ornek.bel.tr": "192.0.2.10"}
    assert found.lines["good"].server == "santral.ornek.bel.tr"
    assert "s3cret" not in repr(found)
    assert not found.calls
    assert Call("a", "1") == Call("a", "1", None)
