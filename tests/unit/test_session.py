# SPDX-License-Identifier: GPL-3.0-or-later
"""The model of a run is loaded once."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest
from ansible_collections.konak.it.plugins.plugin_utils import session

EXAMPLE = Path(__file__).parents[2] / "inventory"
DAY = datetime.timedelta(days=1)


@pytest.fixture
def loads(monkeypatch, tmp_path):
    """The days that were loaded."""
    seen = []
    real = session.load
    monkeypatch.setattr(session, "load", lambda folder, day, cache: seen.append(day) or real(folder, day, cache))
    monkeypatch.setattr(session, "_known", {})
    monkeypatch.setenv("KONAK_BUILD", str(tmp_path / "build"))
    return seen


def test_today_is_found_again_under_its_date(loads):
    """The inventory plugin asks for today, and gives the actions the day by name."""
    today = session.city(EXAMPLE, None)
    assert session.city(EXAMPLE, today.as_of) is session.city(EXAMPLE, None) is today
    assert loads == [None]


def test_another_day_or_folder_is_another_model(loads, tmp_path):
    today = session.city(EXAMPLE, None)
    assert session.city(EXAMPLE, today.as_of + DAY) is not today
    shutil.copytree(EXAMPLE, tmp_path / "inventory", ignore=shutil.ignore_patterns("group_vars"))
    assert session.city(tmp_path / "inventory", None) is not today
    assert len(loads) == 3


def test_not_every_day_is_kept_for_ever(loads):
    for number in range(12):
        session.city(EXAMPLE, datetime.date(2026, 1, 1) + number * DAY)
    assert len(session._known) <= session._MOST
    assert len(loads) == 12
