# SPDX-License-Identifier: GPL-3.0-or-later
"""For any two trees: after a delivery nothing differs, and a delivery that fails leaves every byte as it was."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from unit.owned_files.scene import FALSE, TRUE, Scene, snapshot

NAMES = st.sampled_from(["a", "b", "c", "d/a", "d/b", "e/f/a", "İmar ödeme.cf", ".dot"])
FILES = st.tuples(st.binary(max_size=12), st.sampled_from([0o600, 0o640, 0o644, 0o755]))
TREES = st.dictionaries(NAMES, FILES, max_size=8)
BY_HAND = st.dictionaries(NAMES, st.none() | st.binary(max_size=4), max_size=3)


@contextmanager
def scene_with(old, by_hand) -> Iterator[Scene]:
    """A scene with a tree delivered, and then some files of it changed or removed by hand."""
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(Path(folder))
        scene.root.mkdir(parents=True)
        assert not scene.deliver(old).errors
        for name in by_hand.keys() & old.keys():
            path = scene.root / name
            if by_hand[name] is None:
                path.unlink()
            else:
                path.write_bytes(by_hand[name])
        yield scene


def files(scene: Scene) -> dict[str, tuple[bytes, int]]:
    return {name: (entry[4], entry[1]) for name, entry in scene.live().items() if entry[4] is not None}


@settings(max_examples=60, deadline=None)
@given(TREES, BY_HAND, TREES)
def test_after_a_delivery_nothing_differs(old, by_hand, new):
    with scene_with(old, by_hand) as scene:
        said = scene.deliver(new, check=True)
        done = scene.deliver(new)
        assert not done.errors
        assert done.changes == said.changes
        assert files(scene) == new
        again = scene.deliver(new, contents={})
        assert (again.changed, again.changes, again.needs, again.errors) == (False, [], [], [])
        assert scene.leftovers() == []


@settings(max_examples=40, deadline=None)
@given(TREES, BY_HAND, TREES)
def test_a_delivery_that_fails_leaves_all_as_it_was(old, by_hand, new):
    with scene_with(old, by_hand) as scene:
        before = scene.live()
        manifest = snapshot(scene.state)
        said = scene.deliver(new, check=True)
        failed = scene.deliver(new, validate=(TRUE,), health=(FALSE,), health_seconds=0)
        assert failed.rolled_back == bool(said.changes)
        assert scene.live() == before
        if failed.rolled_back:
            assert snapshot(scene.state) == {"svc.lock": snapshot(scene.state)["svc.lock"], **manifest}
        assert scene.leftovers() == []
