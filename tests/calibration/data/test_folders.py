"""``--from`` takes folders, and names of the cities that come with the package."""

from pathlib import Path

import pytest

from smecluster.calibration.data.case import find_folders, list_cities
from smecluster.model.errors import InputError


def test_cities_are_named_with_commas_between():
    cities = list_cities()
    assert sorted(cities) == ["chengdu", "quanzhou", "suzhou"]
    found = find_folders(["suzhou,quanzhou", "chengdu"])
    assert found == [cities[name].parent for name in ("suzhou", "quanzhou", "chengdu")]


def test_a_folder_of_that_name_goes_before_a_city(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("suzhou", "a,b"):
        (tmp_path / name).mkdir()
    assert find_folders(["suzhou", Path("a,b")]) == [Path("suzhou"), Path("a,b")]


def test_a_shipped_case_keeps_its_name_and_a_path_is_taken_as_it_is():
    assert find_folders(["wenzhou", "path/to/mine"]) == [Path("wenzhou"), Path("path/to/mine")]


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="did you mean 'suzhou'"):
        find_folders(["suzhuo"])
