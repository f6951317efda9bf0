# SPDX-License-Identifier: GPL-3.0-or-later
"""The pure part: wanted against found, paths, manifest, and the way over."""

from __future__ import annotations

import json

import pytest
from ansible_collections.konak.it.plugins.module_utils.owned_files import (
    Change,
    File,
    Named,
    check_paths,
    compare,
    digest,
    dump_manifest,
    load_manifest,
    pack,
    root_of,
    unpack,
)
from ansible_collections.konak.it.plugins.module_utils.owned_files_commands import commands
from hypothesis import given
from hypothesis import strategies as st

A = File(digest(b"a"), 0o644, 0, 0)
B = File(digest(b"b"), 0o644, 0, 0)
CLOSED = File(digest(b"a"), 0o600, 0, 0)
LINK = File(digest(b"a"), 0o644, 0, 0, "link")
PATH = "/etc/svc/x"


@pytest.mark.parametrize(
    ("wanted", "found", "owned", "change"),
    [
        (A, None, None, ("create", "")),
        (A, None, A, ("create", "removed by hand")),
        (A, A, A, None),
        (A, A, B, None),
        (A, B, B, ("update", "")),
        (A, B, A, ("update", "changed by hand")),
        (A, LINK, A, ("update", "changed by hand")),
        (A, CLOSED, CLOSED, ("mode", "")),
        (A, CLOSED, A, ("mode", "changed by hand")),
        (None, A, A, ("remove", "")),
        (None, B, A, ("remove", "changed by hand")),
        (None, None, A, None),
    ],
)
def test_a_file_of_ours(wanted, found, owned, change):
    plan = compare(*({PATH: file} if file else {} for file in (wanted, found, owned)))
    assert not plan.problems
    assert plan.changes == ((Change(PATH, *change),) if change else ())
    assert plan.owned == ({PATH: wanted} if wanted and (owned or not found) else {})


@pytest.mark.parametrize("found", [A, B, None])
@pytest.mark.parametrize("wanted", [B, None])
def test_a_file_of_ours_that_is_kept_stays_and_stays_ours(wanted, found):
    wanted_files, there = ({PATH: file} if file else {} for file in (wanted, found))
    plan = compare(wanted_files, there, {PATH: A}, keep=[PATH])
    assert (plan.changes, plan.problems, plan.owned) == ((), (), {PATH: A})
    other = "/etc/svc/y"
    plan = compare({other: B}, {}, {PATH: A}, keep=[PATH])
    assert plan.changes == (Change(other, "create"),)
    assert plan.owned == {PATH: A, other: B}


@pytest.mark.parametrize("found", [B, CLOSED, LINK])
def test_a_file_that_is_not_ours_is_left_alone_unless_adopted(found):
    plan = compare({PATH: A}, {PATH: found}, {})
    assert [problem.path for problem in plan.problems] == [PATH]
    assert "not ours" in plan.problems[0].message
    assert not plan.changes
    adopted = compare({PATH: A}, {PATH: found}, {}, adopt=True)
    assert not adopted.problems
    assert [change.path for change in adopted.changes] == [PATH]
    assert adopted.owned == {PATH: A}


def test_a_file_as_wanted_that_is_not_ours_stays_so_unless_adopted():
    assert compare({PATH: A}, {PATH: A}, {}).owned == {}
    assert compare({PATH: A}, {PATH: A}, {}, adopt=True).owned == {PATH: A}


@pytest.mark.parametrize("kind", ["folder", "special", "below a link", "below a file"])
@pytest.mark.parametrize("adopt", [False, True])
def test_what_stands_in_the_way_stays(kind, adopt):
    blocked = File("", 0, 0, 0, kind)
    for wanted, owned in [({PATH: A}, {}), ({PATH: A}, {PATH: A}), ({}, {PATH: A})]:
        plan = compare(wanted, {PATH: blocked}, owned, adopt=adopt)
        assert [problem.path for problem in plan.problems] == [PATH]
        assert not plan.changes


def test_a_file_of_another_set_is_not_taken_even_when_adopted():
    plan = compare({PATH: A}, {PATH: A}, {}, {PATH: "dovecot"}, adopt=True)
    assert "dovecot" in plan.problems[0].message


def test_new_files_come_first_and_removals_last():
    wanted = {"/r/new": A, "/r/b": A, "/r/mode": A}
    found = {"/r/a-gone": A, "/r/b": B, "/r/mode": CLOSED}
    plan = compare(wanted, found, found)
    assert [change.action for change in plan.changes] == ["create", "update", "mode", "remove"]
    assert plan.needs({}) == ["/r/new", "/r/b"]
    assert plan.needs({"/r/new": b"a"}) == ["/r/b"]


@pytest.mark.parametrize(
    "path",
    [
        "/etc/svc/../passwd",
        "/etc/svc",
        "/etc/svc/",
        "/etc/svc//x",
        "/etc/svc/./x",
        "//etc/svc/x",
        "etc/svc/x",
        "../x",
        "/etc/svcx/y",
        "/etc/passwd",
        "/etc/svc/a\nb",
        "/etc/svc/.konak-svc/new/x",
        "",
    ],
)
def test_a_path_that_is_not_plainly_below_a_root_is_refused(path):
    assert [problem.path for problem in check_paths(["/etc/svc"], [path])] == [path]


@pytest.mark.parametrize("root", ["/", "etc", "/etc/../x", "/etc/", ""])
def test_a_root_that_is_none(root):
    assert root in [problem.path for problem in check_paths([root], [])]


def test_roots_in_each_other_and_files_as_folders_are_refused():
    assert "within" in check_paths(["/etc", "/etc/svc"], [])[0].message
    assert [p.path for p in check_paths(["/r"], ["/r/a", "/r/a/b"])] == ["/r/a/b"]
    assert check_paths(["/r", "/s"], ["/r/a/b", "/r/a/c", "/s/a"]) == []
    assert root_of("/s/a", ["/r", "/s"]) == "/s"


def test_the_manifest_comes_back_as_it_was():
    owned = {PATH: A, "/etc/svc/s": File("f" * 64, 0o4750, 12, 13, secret=True)}
    back = load_manifest(dump_manifest(owned))
    assert back == owned
    assert back["/etc/svc/s"].secret


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": []}', '{"files": {"/x": {}}}', "null"])
def test_a_broken_manifest_is_said_to_be(text):
    with pytest.raises(ValueError):  # noqa: PT011  # the caller says which file it is
        load_manifest(text)


@given(st.dictionaries(st.text(), st.binary()))
def test_what_goes_over_arrives(contents):
    files = {path: Named(digest(content), 0o640, "root", "root", secret=True) for path, content in contents.items()}
    assert unpack(pack(files, contents)) == (files, contents)


def test_digests_alone_are_small():
    files = {f"/etc/svc/{n:04}": Named(digest(b"%d" % n), 0o644, "root", "root") for n in range(2000)}
    assert len(pack(files, {})) < 150_000 < len(json.dumps({path: file.sha256 for path, file in files.items()}))


def test_commands_are_one_list_or_a_list_of_lists():
    assert commands("reload", []) == ()
    assert commands("reload", ["a", "b"]) == (("a", "b"),)
    assert commands("reload", [["a", "b"], ["c"]]) == (("a", "b"), ("c",))
    for wrong in (["a", ["b"]], [["a", 1]], [[]], [{"a": 1}]):
        with pytest.raises(ValueError, match="reload"):
            commands("reload", wrong)
