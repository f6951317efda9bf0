# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cache of parsed files: never trusted over the files, never needed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.model import load as loading
from ansible_collections.konak.it.plugins.plugin_utils.model.load import load
from ansible_collections.konak.it.plugins.plugin_utils.model.problems import InventoryError
from base_city import AS_OF, BASE, summary


class TestCache:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        shutil.copytree(BASE, tmp_path / "inventory")
        return tmp_path / "inventory"

    @pytest.fixture
    def cache(self, tmp_path: Path) -> Path:
        return tmp_path / "cache" / "model"

    def test_a_second_load_is_equal_and_reads_no_yaml(self, folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch):
        first = load(folder, AS_OF, cache)
        monkeypatch.setattr(loading, "parse", lambda *_: pytest.fail("parsed again"))
        second = load(folder, AS_OF, cache)
        assert second.inventory == first.inventory
        assert second._origins == first._origins
        assert summary(second) == summary(first)

    def test_only_the_changed_file_is_read_again(self, folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch):
        load(folder, AS_OF, cache)
        path = folder / "people" / "imar.yml"
        before = path.stat()
        path.write_text(path.read_text().replace("Mimar", "Mimax"))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # as an editor or git may leave it
        read = []
        parse = loading.parse
        monkeypatch.setattr(loading, "parse", lambda content, file: (read.append(file), parse(content, file))[1])
        assert load(folder, AS_OF, cache).people["40004"].title == "Mimax"
        assert read == ["inventory/people/imar.yml"]

    def test_the_same_content_under_another_name_has_the_other_name(self, folder: Path, cache: Path):
        load(folder, AS_OF, cache)
        (folder / "people" / "imar.yml").rename(folder / "moved.yml")
        city = load(folder, AS_OF, cache)
        assert city.places("people", "40004", {})("")[0] == "inventory/moved.yml"

    def test_a_file_that_is_gone_is_gone(self, folder: Path, cache: Path):
        load(folder, AS_OF, cache)
        (folder / "people" / "imar.yml").unlink()
        assert "40004" not in load(folder, AS_OF, cache).people

    @pytest.mark.parametrize("poison", ["", "x", "truncated", "flipped", "appended", "folder", "other version"])
    def test_a_damaged_cache_is_ignored_and_replaced(self, folder: Path, cache: Path, poison: str):
        sound = summary(load(folder, AS_OF, cache))
        content = cache.read_bytes()
        cache.unlink()
        match poison:
            case "truncated":
                cache.write_bytes(content[: len(content) // 2])
            case "flipped":
                cache.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
            case "appended":
                cache.write_bytes(content + b"x")
            case "other version":
                cache.write_bytes(bytes(32) + content[32:])
            case "folder":
                cache.mkdir()
            case _:
                cache.write_bytes(poison.encode())
        assert summary(load(folder, AS_OF, cache)) == sound
        assert poison == "folder" or cache.read_bytes() == content
        assert [path.name for path in cache.parent.iterdir()] == [cache.name]

    def test_problems_are_told_again(self, folder: Path, cache: Path):
        (folder / "x.yml").write_text("x: [\n")
        (folder / "y.yml").write_text("# 10000000146\n")
        told = []
        for _ in range(2):
            with pytest.raises(InventoryError) as caught:
                load(folder, AS_OF, cache)
            told.append([str(problem) for problem in caught.value.problems])
        assert told[0] == told[1]
        assert len(told[0]) == 2

    def test_a_cache_is_nobody_elses_to_read(self, folder: Path, cache: Path):
        load(folder, AS_OF, cache)
        assert cache.stat().st_mode & 0o077 == 0

    def test_a_place_that_cannot_be_written_is_no_problem(self, folder: Path, tmp_path: Path):
        (tmp_path / "file").write_text("")
        assert load(folder, AS_OF, tmp_path / "file" / "model").people
