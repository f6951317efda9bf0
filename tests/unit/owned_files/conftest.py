# SPDX-License-Identifier: GPL-3.0-or-later
"""A scene for each test."""

from __future__ import annotations

import pytest
from ansible_collections.konak.it.plugins.module_utils import owned_files_places, owned_files_swap
from unit.owned_files.scene import Scene


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """A test's files need not outlive a power cut."""
    monkeypatch.setattr(owned_files_swap, "flush", lambda: None)
    monkeypatch.setattr(owned_files_places.os, "fsync", lambda _descriptor: None)


@pytest.fixture
def scene(tmp_path) -> Scene:
    (tmp_path / "etc" / "svc").mkdir(parents=True)
    return Scene(tmp_path)
