# SPDX-License-Identifier: GPL-3.0-or-later
"""The dial plan in a real Asterisk: every cell of the table of rights by a call, and what is broken is refused."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from ansible_collections.konak.it.cli.lab.base import Places
from ansible_collections.konak.it.plugins.plugin_utils.telephony import files
from ansible_collections.konak.it.plugins.plugin_utils.telephony.matrix import matrix
from telephony_city import files_of, telephony_city

from .conftest import ROOT
from .try_exchange import Exchange, exchange

pytestmark = pytest.mark.lab

PLAN, LINES = f"{files.OWN}/dialplan.conf", files.LINES
CITY = telephony_city()
CALLS = [attempt.as_dict() for attempt in matrix(CITY)]

BROKEN = {
    "an unknown application": (PLAN, "Hangup(21)", "Hangupp(21)", "there is no application Hangupp"),
    "an unknown function": (PLAN, "DIALPLAN_EXISTS", "DIALPLAN_EXIST", "there is no function DIALPLAN_EXIST"),
    "a jump to no context": (PLAN, "Goto(world-cagri,+90312", "Goto(world-cagr,+90312", "leads to world-cagr,"),
    "a jump to no label": (PLAN, '!= "open"]?closed)', '!= "open"]?close)', "leads to close, which is not there"),
    "an unknown context included": (PLAN, "include => numbers", "include => numberz", "nonexistent context 'numberz'"),
    "an open bracket": (PLAN, "${PJSIP_DIAL_CONTACTS(${ARG1})}", "${PJSIP_DIAL_CONTACTS(${ARG1})", "is not closed"),
    "a missing prompt": (PLAN, "vm-nobodyavail", "vm-nobodyavial", "there is no sound vm-nobodyavial"),
    "a file that ends early": (PLAN, "[time]", "[time", "parse error: no closing ']'"),
    "a step given twice": (PLAN, "exten => 20260526,1", "exten => 20260527,2", "already in use"),
    "premium numbers for all": (
        PLAN, "exten => _+90900X.,1,Hangup(21)", "exten => _+90900X.,1,Goto(world,${EXTEN},1)",
        "(premium, open): expected no call to the world, got a call to +909002222222",
    ),
    "no emergency number": (PLAN, "exten => 112,1,", "exten => 113,1,", "dials 112 (emergency, open): expected a call"),
    "an emergency call from nowhere": (PLAN, "<${EMERGENCY}>", "<${SHOWS}>", "that shows its own number"),
    "other hours": (PLAN, "${MINUTE} < 1730", "${MINUTE} < 0930", "(national, open): expected a call"),
    "a holiday forgotten": (PLAN, "[holidays]", "[holidayz]", "(national, holiday): expected no call to the world"),
    "a line given twice": (LINES, "[40002](konak-line)", "[40001](konak-line)", "duplicate object"),
    "an unknown option": (LINES, "language=tr", "langauge=tr", "langauge"),
}  # fmt: skip


@pytest.fixture(scope="module")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """Asterisk, once for all of these."""
    if os.geteuid() != 0:
        pytest.skip("entering the folder of another Debian needs root")
    folder = tmp_path_factory.mktemp("debian")
    folder.chmod(0o755)
    with exchange(folder, Places(ROOT)) as made:
        yield made


def test_every_cell_of_the_table_is_as_computed(asterisk: Exchange) -> None:
    """Class by destination by time, and emergency numbers of every class at every time."""
    assert len(CALLS) == 105
    tried = asterisk.attempt(files_of(CITY), CALLS)
    assert (tried.status, list(tried.lines)) == (0, [])


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_configuration_is_refused_in_words(asterisk: Exchange, name: str) -> None:
    """One fault each, most of which Asterisk itself loads without a word."""
    path, right, wrong, words = BROKEN[name]
    whole = files_of(CITY)
    assert right in whole[path]
    tried = asterisk.attempt({**whole, path: whole[path].replace(right, wrong)}, CALLS)
    assert tried.status == 1
    assert any(words in line for line in tried.lines), "\n".join(tried.lines)


def test_another_day_needs_no_other_files() -> None:
    """Time passes without a change: what depends on it is asked when a call is made."""
    later = telephony_city(day=CITY.as_of.replace(day=2))
    assert files_of(later) == files_of(CITY)
