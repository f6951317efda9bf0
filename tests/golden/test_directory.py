# SPDX-License-Identifier: GPL-3.0-or-later
"""The example city's directory, as it was reviewed. ``tests/golden/README.md`` says how to renew it."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from ansible_collections.konak.it.plugins.module_utils.plan import Plan
from ansible_collections.konak.it.plugins.plugin_utils.directory import reconcile
from ansible_collections.konak.it.plugins.plugin_utils.directory.intent import intent
from ansible_collections.konak.it.plugins.plugin_utils.directory.interpret import Around, Live
from ansible_collections.konak.it.plugins.plugin_utils.model.load import load
from ansible_collections.konak.it.plugins.plugin_utils.planning.store import selected
from ansible_collections.konak.it.plugins.plugin_utils.planning.view import markdown
from golden import golden

INVENTORY = Path(__file__).parents[2] / "inventory"
DAY = datetime.date(2026, 11, 22)
UNIT = "destek"
"""A small unit that shows much: a site of one's own, a chief, a manager above."""


@pytest.fixture(scope="module")
def wanted():
    """What the example city wants."""
    return intent(load(INVENTORY, DAY))


def test_intent(wanted):
    text = golden.items_as_text(wanted)
    assert len(json.loads(text)) == len(wanted)
    golden.hold("directory_intent.json", text)


def test_first_apply(wanted):
    """From an empty directory: the tables of the whole page, and one unit's part of it."""
    city = load(INVENTORY, DAY)
    live = Live("OU=Örnek Belediyesi,DC=ornek,DC=bel,DC=tr", Around({"zone:ornek.bel.tr": "", "policies": ""}))
    plan = Plan.of(reconcile.changes(city, wanted, live), DAY.isoformat())
    tables = markdown(plan).partition("\n### ")[0].replace(plan.digest, "(the digest)")
    part = Plan.of(selected(plan.changes, f"unit={UNIT}"), plan.as_of)
    golden.hold("directory_first_apply.md", f"{tables}\n### {markdown(part).partition('### ')[2]}")


def test_a_difference_is_shown_with_the_object_that_it_is_in(wanted):
    before = golden.items_as_text(wanted)
    after = before.replace('"title": "Bilgi İşlem Müdürü"', '"title": "Müdür"')
    words = golden.difference("directory_intent.json", before, after)
    assert '-    "title": "Bilgi İşlem Müdürü",' in words
    assert '+    "title": "Müdür",' in words
    assert '@@ {"kind": "person", "key": "40040", "label": "Levent Aydıner",' in words
    assert "KONAK_GOLDEN=write" in words
    assert len(words.splitlines()) < 20
    assert "more lines" in golden.difference("directory_intent.json", "", before)


def test_renewing_writes_what_is_held(tmp_path, monkeypatch):
    monkeypatch.setattr(golden, "HERE", tmp_path)
    monkeypatch.delenv("KONAK_GOLDEN", raising=False)
    with pytest.raises(pytest.fail.Exception, match="is not what was reviewed"):
        golden.hold("a.json", "[]\n")
    monkeypatch.setenv("KONAK_GOLDEN", "write")
    golden.hold("a.json", "[]\n")
    monkeypatch.delenv("KONAK_GOLDEN")
    golden.hold("a.json", "[]\n")
