# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loading: whatever the files hold, the answer is a city or problems; their order and the cache make no difference."""

from __future__ import annotations

import datetime
import os
import shutil
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.konak.it.plugins.plugin_utils.model import load as loading
from ansible_collections.konak.it.plugins.plugin_utils.model.city import City
from ansible_collections.konak.it.plugins.plugin_utils.model.entities import Inventory
from ansible_collections.konak.it.plugins.plugin_utils.model.load import load
from ansible_collections.konak.it.plugins.plugin_utils.model.problems import InventoryError
from ansible_collections.konak.it.plugins.plugin_utils.model.yaml_file import parse
from base_city import AS_OF, BASE, BASE_FILES, city_of, problems_of, summary
from hypothesis import given, settings
from hypothesis import strategies as st

UNREADABLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Categories of letters that would upset a terminal: controls, changes of direction, ends of lines."""

SECTIONS: dict[str, Any] = {}
for _content in BASE_FILES.values():
    for _section, _value in parse(_content, "")[0].items():
        SECTIONS[_section] = [*SECTIONS.get(_section, []), *_value] if isinstance(_value, list) else _value


def written(data: Any) -> bytes:
    """YAML in which every text that reads as a number, a day or the like is quoted."""
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False).encode("utf-8", "replace")


# Values that fit, that nearly fit, and that do not fit anywhere.
WORDS = st.sampled_from(
    [
        *[
            "imar",
            "baskanlik",
            "merkez",
            "40001",
            "ebys.onay",
            "ebys",
            "2026-01-01",
            "2020-02-30",
            "9999-12-31",
            "0",
            "ş",
        ],
        "",
        " ",
        "\0",
    ]
)
INNER_KEYS = st.sampled_from(["from", "until", "role", "name", "code", "kind", "str", "DatedRole"])
SECTION_NAMES = st.sampled_from([*Inventory.model_fields, "x"])
VALUES = st.recursive(
    WORDS | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(INNER_KEYS, inner, max_size=3),
    max_leaves=6,
)


def _places(data: Any, path: tuple[Any, ...] = ()) -> Iterable[tuple[Any, ...]]:
    """The path of every value in the data."""
    if path:
        yield path
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inner:
        yield from _places(value, (*path, key))


PLACES = list(_places(SECTIONS))


def _replaced(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = dict(data) if isinstance(data, dict) else list(data)
    copy[path[0]] = _replaced(data[path[0]], path[1:], value)
    return copy


@settings(max_examples=300)
@given(st.sampled_from(PLACES), VALUES)
def test_any_value_anywhere_gives_a_city_or_problems(place: tuple[Any, ...], value: Any):
    data = _replaced(SECTIONS, place, value)
    content = written(data)
    lines = len(content.splitlines())
    for problem in problems_of({"all.yml": content}):
        assert problem.rule
        assert problem.remedy
        assert not any(unicodedata.category(letter) in UNREADABLE for letter in str(problem))
        assert problem.line is None or 1 <= problem.line <= lines


@given(st.dictionaries(SECTION_NAMES, VALUES | st.lists(st.dictionaries(WORDS, VALUES)), max_size=4))
def test_any_structure_without_a_city_gives_problems(data: dict[str, Any]):
    assert problems_of({"x.yml": written(data)})


@settings(max_examples=50)
@given(st.binary(max_size=100))
def test_any_bytes_in_a_file_give_a_city_or_problems(content: bytes):
    problems = problems_of({**BASE_FILES, "x.yml": content})
    assert {problem.file for problem in problems} <= {"inventory/x.yml"}


@st.composite
def spread(draw: st.DrawFn) -> dict[str, bytes]:
    """The base city with its items in another order, in other files."""
    files: dict[str, dict[str, Any]] = {}
    for section, value in SECTIONS.items():
        if isinstance(value, dict):
            files.setdefault(draw(st.sampled_from("abc")), {})[section] = value
        else:
            for item in draw(st.permutations(value)):
                files.setdefault(draw(st.sampled_from("abcd")), {}).setdefault(section, []).append(item)
    return {f"{name}/{name}.yaml": written(data) for name, data in files.items()}


@settings(max_examples=50)
@given(spread())
def test_order_and_files_make_no_difference(files: dict[str, bytes]):
    assert summary(city_of(files)) == summary(city_of(BASE_FILES))


def test_problems_do_not_depend_on_the_order_of_reading(tmp_path: Path):
    broken = [b"people: [x]\n", b"- a\n", b"units: {}\n", b"\xff"]
    with pytest.raises(InventoryError) as caught:
        city_of({**BASE_FILES, **{f"{number}.yml": content for number, content in enumerate(broken)}})
    assert [problem.file for problem in caught.value.problems] == [f"inventory/{number}.yml" for number in range(4)]
    assert str(caught.value).startswith("4 problems in the inventory\n  inventory/0.yml:1: ")


def test_one_problem_is_one():
    with pytest.raises(InventoryError, match=r"^1 problem in the inventory\n"):
        city_of({**BASE_FILES, "x.yml": b"x: []"})


def test_the_collector_runs_again(tmp_path: Path):
    import gc

    with pytest.raises(InventoryError):
        load(tmp_path / "nothing")
    assert gc.isenabled()


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
@pytest.mark.parametrize("name", ["units.yml", "people"])
def test_what_may_not_be_read_is_told(tmp_path: Path, name: str):
    folder = tmp_path / "inventory"
    shutil.copytree(BASE, folder)
    (folder / name).chmod(0)
    try:
        with pytest.raises(InventoryError, match=f"inventory/{name}: cannot be read: Permission denied"):
            load(folder, AS_OF)
    finally:
        (folder / name).chmod(0o700)


def test_a_pipe_is_not_waited_for(tmp_path: Path):
    folder = tmp_path / "inventory"
    shutil.copytree(BASE, folder)
    os.mkfifo(folder / "pipe.yml")
    with pytest.raises(InventoryError, match=r"inventory/pipe.yml: cannot be read: it is not a file"):
        load(folder, AS_OF)


def test_today_is_that_of_the_time_zone():
    now = datetime.datetime.now(datetime.UTC)
    days = {loading.today(zone) for zone in ("Pacific/Kiritimati", "Etc/GMT+12")}
    assert len(days) == 2  # 26 hours lie between them
    assert all(abs(day - now.date()) <= datetime.timedelta(days=1) for day in days)
    for zone in ("", "Europe", "../etc/passwd", "No/Where", "a\0b"):
        assert abs(loading.today(zone) - now.date()) <= datetime.timedelta(days=1)


def test_the_way_up_ends_in_a_circle_of_units():
    """The checks refuse such a city, and themselves ask for managers and sites before they have."""
    city = city_of(BASE_FILES)
    units = [unit.model_copy(update={"manager": None, "site": None, "parent": "imar"}) for unit in city.inventory.units]
    circle = City(city.inventory.model_copy(update={"units": tuple(units)}), AS_OF, {}, BASE)
    person = circle.people["40004"]
    assert circle.manager(person) is None
    assert circle.site(person) is None


def test_a_manager_is_found_upwards():
    city = city_of(BASE_FILES)
    found = {person.id: city.manager(person) for person in city.inventory.people}
    assert found == {
        "40001": None,
        "40002": "40001",
        "40003": "40002",
        "40004": "40001",
        "40005": "40001",
        "40006": "40001",
        "40007": "40002",
    }


def test_a_site_is_found_upwards():
    city = city_of(BASE_FILES)
    found = {person.id: site.code for person in city.inventory.people if (site := city.site(person))}
    assert found == {
        "40001": "merkez",
        "40002": "merkez",
        "40003": "merkez",
        "40004": "garaj",
        "40005": "garaj",
        "40006": "garaj",
        "40007": "merkez",
    }
