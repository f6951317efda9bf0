# SPDX-License-Identifier: GPL-3.0-or-later
"""Deliveries into a real file system: what changes, what is refused, and what is put back."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest
from ansible_collections.konak.it.plugins.module_utils.owned_files import Named, digest
from ansible_collections.konak.it.plugins.module_utils.owned_files_run import deliver
from unit.owned_files.scene import FALSE, named, snapshot

BOTH = {"a": "one\n", "d/b": ("two\n", 0o600)}


def test_first_delivery_then_nothing_then_each_kind_of_change(scene):
    result = scene.deliver(BOTH)
    assert scene.actions(result) == [("a", "create", ""), ("d/b", "create", "")]
    assert result.changed
    assert (scene.root / "d/b").stat().st_mode & 0o7777 == 0o600
    again = scene.deliver(BOTH, contents={})
    assert (again.changed, again.changes, again.needs) == (False, [], [])
    result = scene.deliver({"a": ("one\n", 0o640), "c": "three\n"})
    assert scene.actions(result) == [("c", "create", ""), ("a", "mode", ""), ("d/b", "remove", "")]
    assert {name for name, entry in scene.live().items() if entry[4] is not None} == {"a", "c"}
    assert (scene.root / "a").stat().st_mode & 0o7777 == 0o640
    assert scene.leftovers() == []
    assert set(json.loads((scene.state / "svc.json").read_text())["files"]) == {scene.path("a"), scene.path("c")}
    assert scene.deliver({}).changed
    assert not any(entry[4] is not None for entry in scene.live().values())


def test_nothing_to_change_writes_nothing_and_runs_nothing(scene):
    scene.deliver(BOTH)
    before, times = snapshot(scene.folder), [path.stat().st_mtime_ns for path in sorted(scene.folder.rglob("*"))]
    result = scene.deliver(BOTH, contents={}, validate=(FALSE,), reload=(FALSE,), health=(FALSE,))
    assert not result.errors
    assert snapshot(scene.folder) == before
    assert [path.stat().st_mtime_ns for path in sorted(scene.folder.rglob("*"))] == times


def test_contents_that_were_not_handed_over_are_asked_for_and_nothing_is_done(scene):
    scene.deliver(BOTH)
    before = snapshot(scene.folder)
    result = scene.deliver({"a": "new\n", "e": "five\n"}, contents={})
    assert result.needs == [scene.path("e"), scene.path("a")]
    assert not result.errors
    assert snapshot(scene.folder) == before


def test_a_mode_needs_no_content(scene):
    scene.deliver(BOTH)
    result = scene.deliver({**BOTH, "a": ("one\n", 0o600)}, contents={})
    assert scene.actions(result) == [("a", "mode", "")]
    assert (scene.root / "a").stat().st_mode & 0o7777 == 0o600


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
def test_owner_and_group_are_set_mended_and_put_back(scene):
    def request(owner: str, group: str):
        return replace(scene.request({}), files={scene.path("a"): Named(digest(b"x"), 0o4750, owner, group)})

    def owners() -> tuple[int, int, int]:
        state = (scene.root / "a").stat()
        return state.st_uid, state.st_gid, state.st_mode & 0o7777

    assert not deliver(replace(request("1", "2"), contents={scene.path("a"): b"x"})).errors
    assert owners() == (1, 2, 0o4750)
    assert deliver(replace(request("root", "3"), health=(FALSE,), health_seconds=0)).rolled_back
    assert owners() == (1, 2, 0o4750)
    assert scene.actions(deliver(request("root", "3"))) == [("a", "mode", "")]
    assert owners() == (0, 3, 0o4750)
    os.chown(scene.root / "a", 5, 3)
    assert scene.actions(deliver(request("root", "3"))) == [("a", "mode", "changed by hand")]
    assert owners() == (0, 3, 0o4750)


def test_a_root_that_is_not_there_is_made_and_unmade(scene):
    scene.root.rmdir()
    assert scene.deliver(BOTH, validate=(FALSE,)).errors
    assert not scene.root.exists()
    old = os.umask(0o077)
    try:
        assert not scene.deliver(BOTH).errors
    finally:
        os.umask(old)
    assert scene.root.stat().st_mode & 0o777 == 0o755
    assert (scene.root / "d").stat().st_mode & 0o777 == 0o755


def test_what_is_not_ours_is_an_error_before_anything_is_changed(scene):
    (scene.root / "a").write_text("by the package\n")
    before = snapshot(scene.folder)
    result = scene.deliver(BOTH)
    assert [entry["path"] for entry in result.errors] == [scene.path("a")]
    assert "adopt" in result.errors[0]["remedy"]
    assert snapshot(scene.folder) == before
    adopted = scene.deliver(BOTH, adopt=True)
    assert scene.actions(adopted) == [("d/b", "create", ""), ("a", "update", "")]
    assert (scene.root / "a").read_text() == "one\n"


def test_a_file_as_wanted_that_is_not_ours_is_never_removed(scene):
    (scene.root / "a").write_text("one\n")
    assert scene.actions(scene.deliver({"a": "one\n", "c": "c"})) == [("c", "create", "")]
    assert scene.actions(scene.deliver({})) == [("c", "remove", "")]
    assert (scene.root / "a").read_text() == "one\n"
    assert not scene.deliver({"a": "one\n"}, adopt=True).changed
    assert scene.actions(scene.deliver({})) == [("a", "remove", "")]


def test_drift_is_named_and_mended(scene):
    scene.deliver({**BOTH, "e": "five\n"})
    (scene.root / "a").write_text("by hand\n")
    (scene.root / "d/b").unlink()
    (scene.root / "e").chmod(0o666)
    (scene.root / "beside").write_text("not ours\n")
    result = scene.deliver({**BOTH, "e": "five\n"})
    assert scene.actions(result) == [
        ("d/b", "create", "removed by hand"),
        ("a", "update", "changed by hand"),
        ("e", "mode", "changed by hand"),
    ]
    assert all(change["drift"] for change in result.changes)
    assert (scene.root / "a").read_text() == "one\n"
    assert (scene.root / "beside").exists()
    assert not scene.deliver({**BOTH, "e": "five\n"}).changed


def test_a_link_in_place_of_our_file_is_mended_without_touching_its_target(scene):
    scene.deliver(BOTH)
    target = scene.folder / "elsewhere"
    target.write_text("one\n")
    (scene.root / "a").unlink()
    (scene.root / "a").symlink_to(target)
    before = scene.live()
    assert scene.deliver(BOTH, health=(FALSE,), health_seconds=0).rolled_back
    assert scene.live() == before, "the link itself is put back"
    assert scene.actions(scene.deliver(BOTH)) == [("a", "update", "changed by hand")]
    assert not (scene.root / "a").is_symlink()
    assert target.read_text() == "one\n"


def test_a_link_that_is_not_ours_is_left(scene):
    (scene.root / "a").symlink_to("/dev/null")
    assert "not ours" in scene.deliver(BOTH).errors[0]["message"]
    assert (scene.root / "a").is_symlink()


@pytest.mark.parametrize("adopt", [False, True])
def test_folders_links_and_pipes_in_the_way(scene, adopt):
    outside = scene.folder / "outside"
    outside.mkdir()
    (scene.root / "folder").mkdir()
    (scene.root / "leads-out").symlink_to(outside)
    (scene.root / "file").write_text("x")
    os.mkfifo(scene.root / "pipe")
    before = snapshot(scene.folder)
    wanted = {"folder": "x", "leads-out/x": "x", "leads-out/y/z": "x", "file/x": "x", "pipe": "x", "fine": "x"}
    result = scene.deliver(wanted, adopt=adopt)
    messages = {entry["path"]: entry["message"] for entry in result.errors}
    assert set(messages) == {scene.path(name) for name in wanted if name != "fine"}
    assert "folder stands" in messages[scene.path("folder")]
    assert "symbolic link" in messages[scene.path("leads-out/y/z")]
    assert "no folder" in messages[scene.path("file/x")]
    assert snapshot(scene.folder) == before


def test_a_root_that_is_a_link_is_refused(scene):
    scene.root.rmdir()
    (scene.folder / "real").mkdir()
    scene.root.symlink_to(scene.folder / "real")
    assert "symbolic link" in scene.deliver(BOTH).errors[0]["message"]
    assert not list((scene.folder / "real").iterdir())


def test_paths_that_leave_the_root_are_refused(scene):
    for path in ("../x", "/etc/x", "d/../../x"):
        request = scene.request({})
        full = path if path.startswith("/") else scene.path(path)
        result = deliver(replace(request, files={full: named(b"x")}, contents={full: b"x"}))
        assert "not below one of the roots" in result.errors[0]["message"]
    assert not (scene.root.parent / "x").exists()


def test_unknown_owners_and_names_are_refused_together(scene):
    files = {scene.path("a"): Named(digest(b""), 0o644, "nobody-such", "none-such")}
    result = deliver(replace(scene.request({}), files=files, name="../x"))
    messages = " ".join(entry["message"] for entry in result.errors)
    assert "'../x' is no name" in messages
    assert "no user nobody-such" in messages
    assert "no group none-such" in messages


def test_two_sets_never_own_one_file(scene):
    scene.deliver(BOTH)
    result = scene.deliver({"a": "other\n"}, name="second", adopt=True)
    assert "belongs to the set svc" in result.errors[0]["message"]
    assert not scene.deliver({"z": "z"}, name="second").errors


def test_files_of_ours_below_a_root_that_is_gone_are_not_forgotten(scene):
    scene.deliver(BOTH)
    other = scene.folder / "etc" / "other"
    result = deliver(replace(scene.request({}), roots=(str(other),)))
    assert "below none of the roots" in result.errors[0]["message"]
    assert (scene.root / "a").exists()


def test_a_broken_manifest_stops_the_run(scene):
    scene.deliver(BOTH)
    (scene.state / "svc.json").write_text("{")
    result = scene.deliver({})
    assert "svc.json is broken" in result.errors[0]["message"]
    assert (scene.root / "a").exists()


def test_a_check_says_the_same_and_writes_nothing(scene):
    scene.deliver({**BOTH, "gone": "g\n", "mode": "m\n"})
    (scene.root / "a").write_text("by hand\n")
    new = {"a": "new\n", "mode": ("m\n", 0o600), "c": "c\n"}
    before = snapshot(scene.folder)
    check = scene.deliver(new, check=True, diff=True, validate=(FALSE,))
    assert snapshot(scene.folder) == before
    real = scene.deliver(new, diff=True)
    assert check.as_dict().keys() == real.as_dict().keys()
    assert (check.changed, check.changes, check.diff) == (real.changed, real.changes, real.diff)


def test_the_diff_shows_texts_and_no_secret(scene):
    old = {"a": "one\n", "s": ("tell-no-one\n", 0o600, True), "gone": ("hush\n", 0o600, True), "mode": "m\n"}
    scene.deliver(old)
    (scene.root / "s").write_text("by-hand-secret\n")
    new = {"a": "word of-command\n", "s": ("more-secret\n", 0o640, True), "mode": ("m\n", 0o600), "bin": b"\xff\0"}
    diff = scene.deliver(new, diff=True, check=True, secrets=("of-command",)).diff
    shown = {entry["after_header"]: (entry["before"], entry["after"]) for entry in diff}
    ids = f"owner {os.getuid()}, group {os.getgid()}"
    assert shown == {
        scene.path("bin"): ("", "(2 bytes, no text, after)\n"),
        scene.path("a"): ("one\n", "word ********\n"),
        scene.path("s"): (f"mode 0600, {ids}\n(secret, before)\n", f"mode 0640, {ids}\n(secret, after)\n"),
        scene.path("mode"): (f"mode 0644, {ids}\n", f"mode 0600, {ids}\n"),
        scene.path("gone"): ("(secret, before)\n", ""),
    }


def test_a_file_that_came_while_the_run_was_on_is_not_overwritten(scene):
    def step(name: str) -> None:
        if name == f"create {scene.path('a')}":
            (scene.root / "a").write_text("meanwhile\n")

    result = deliver(scene.request(BOTH), step)
    assert result.errors[0]["step"] == "swap"
    assert result.rolled_back
    assert (scene.root / "a").read_text() == "meanwhile\n"
    assert {name for name, entry in scene.live().items() if entry[4] is not None} == {"a"}
