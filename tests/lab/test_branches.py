# SPDX-License-Identifier: GPL-3.0-or-later
"""A branch with an exchange of its own, while its line to the main building is there, cut, and there again.

The carrier of the branch is a simulator that speaks SIP to the real exchange.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from . import carrier
from .conftest import ROOT, Lab
from .mail_clients import waits
from .telephones import BusyTelephones, Telephones, address_of, heard
from .test_mail import applied

pytestmark = pytest.mark.lab

SYSTEMS = ("telephony",)
NURAY, RUKIYE, ELIF = "40057", "40059", "40117"
"""Two people of the branch, at 3002 and 3103, and one of the main building, at 2417."""
LOCKED = "locked-00005e005347"
"""A telephone of the branch, and nobody's."""
BRANCH = ("pbx2", "santral-ek.ornek.bel.tr")
HOME, CALLED = "dc1", "/run/konak-carrier"
"""Where the carrier is, and what it writes down; telephones are on another host, as an exchange knows it by address."""


@pytest.fixture
def phones(lab: Lab, tmp_path: Path) -> Iterator[Telephones]:
    """The exchanges and telephones of both sites; the carrier of the branch is on another host."""
    program = Path(carrier.__file__).read_text(encoding="utf-8")
    argv = [str(ROOT / "konak"), "lab", "exec", HOME, "--", "sh", "-c", "cat > /run/carrier.py"]
    subprocess.run(argv, cwd=ROOT, input=program, text=True, check=True, capture_output=True)
    unit = ("systemd-run", "--quiet", "--collect", "--unit=carrier", "python3", "/run/carrier.py", "5060", CALLED)
    lab.on(HOME, *unit)
    lab.edit("telephony.yml", "host: 198.51.100.131", f"host: {address_of(HOME)}")
    applied(lab)
    yield Telephones(lab, tmp_path, dict.fromkeys((NURAY, RUKIYE, LOCKED), BRANCH))
    lab.on(HOME, "sh", "-c", f"systemctl stop carrier; rm -f /run/carrier.py {CALLED}")


@contextmanager
def cut(lab: Lab) -> Iterator[None]:
    """Nothing comes from the main exchange to the branch, and nothing goes there: no answer, not even a refusal."""
    main = address_of("pbx1")
    rules = (
        "add table inet cut; add chain inet cut out { type filter hook output priority 0; }; "
        "add chain inet cut in { type filter hook input priority 0; }; "
        f"add rule inet cut out ip daddr {main} drop; add rule inet cut in ip saddr {main} drop"
    )
    lab.on("pbx2", "nft", rules)
    try:
        yield
    finally:
        lab.on("pbx2", "nft", "delete", "table", "inet", "cut")


def reaches(lab: Lab, host: str, link: str) -> bool:
    """Whether an exchange takes the other end of its link for reachable."""
    return f"{link}/" in "".join(
        line for line in lab.on(host, "asterisk", "-rx", "pjsip show contacts").splitlines() if "Avail" in line
    )


def test_a_branch_goes_on_inside_and_to_112_while_its_line_is_cut(phones: Telephones, lab: Lab) -> None:
    """All three states in their order: there is one line, and each state follows from the one before."""
    to_colleague, to_main, from_main = (NURAY, "3103", RUKIYE), (NURAY, "2417", ELIF), (ELIF, "3002", NURAY)
    emergency, by_line, mailbox = (NURAY, "112", None), (NURAY, "9112", None), (NURAY, "*97", None)

    def linked() -> bool:
        return reaches(lab, "pbx2", "trunk-to_main") and reaches(lab, "pbx1", "trunk-to_ek-hizmet")

    def called(*calls: tuple[str, str, str | None]) -> list[str]:
        """What became of each call; and then whom the carrier was asked for."""
        lab.on(HOME, "sh", "-c", f": > {CALLED}")
        result = phones.call([NURAY, RUKIYE, ELIF, LOCKED], *calls)
        told = [heard(result, call) for call in result["calls"]]
        return [*told, *lab.on(HOME, "cat", CALLED).splitlines()]

    place = "112 +903120000300"
    locked = ((LOCKED, "112", None), (LOCKED, "3103", RUKIYE))
    assert waits(linked, 40)
    assert called(*locked) == ["answered", "refused", place]
    before = called(to_colleague, to_main, from_main, mailbox, emergency, by_line)
    assert before == ["heard", "heard", "heard", "answered", "answered", "answered", place, place]
    with cut(lab):
        at_once = called(to_colleague, emergency, *locked)
        assert at_once == ["heard", "answered", "answered", "refused", place, place], "before the cut is noticed"
        assert waits(lambda: not reaches(lab, "pbx2", "trunk-to_main"), 40)
        assert waits(lambda: not reaches(lab, "pbx1", "trunk-to_ek-hizmet"), 40)
        during = called(to_colleague, to_main, from_main, emergency, by_line)
        assert during == ["heard", "refused", "answered", "answered", "answered", place, place], "the mailbox for one"
    assert waits(linked, 60)
    assert called(to_main, from_main) == ["heard", "heard"]


def test_the_lamp_of_a_telephone_at_a_branch_follows_the_mailbox_at_the_main_exchange(
    phones: Telephones, lab: Lab
) -> None:
    """What is in the mailbox when it was called is told at once, and again to a branch that has started anew."""
    box = f"/var/spool/asterisk/voicemail/konak/{NURAY}/INBOX"

    def called_with(command: str) -> None:
        lab.on_exchange("sh", "-c", f"rm -rf {box}; {command}")
        phones.call([NURAY], (NURAY, "*97", None))

    with BusyTelephones(phones, [NURAY]) as there:
        called_with("true")
        assert waits(lambda: "Messages-Waiting: no" in there.heard(NURAY)), there.heard(NURAY)
        called_with(f"install -D -o asterisk -g asterisk /dev/null {box}/msg0000.txt; chown asterisk: {box}")
        assert waits(lambda: "Messages-Waiting: yes" in there.heard(NURAY)), there.heard(NURAY)
    lab.on("pbx2", "systemctl", "restart", "asterisk.service")
    assert lab.on("pbx2", "systemctl", "is-active", "konak-messages.timer").strip() == "active"
    lab.on("pbx2", "systemctl", "start", "konak-messages.service")  # as the timer does within a minute
    with BusyTelephones(phones, [NURAY]) as there:
        assert waits(lambda: "Voice-Message: 1/0" in there.heard(NURAY), 75), there.heard(NURAY)
        called_with("true")
