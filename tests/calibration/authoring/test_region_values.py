"""A region's values can be taken out of a model file with all that belongs to them."""

from pathlib import Path

import pytest

from smecluster.calibration.authoring import region_values
from smecluster.calibration.authoring.region_values import (
    copy_values,
    extract_values,
    infer_status,
)
from smecluster.calibration.data.case import list_cases
from smecluster.calibration.data.constants import arrange_constants, arrange_tables
from smecluster.model.file.regions import read_regions
from smecluster.model.support.errors import InputError

TWO_TOWNS = Path(__file__).parents[2] / "model" / "data" / "two_towns.mdl"


@pytest.fixture
def text():
    return TWO_TOWNS.read_text(encoding="utf-8")


def test_values_taken_from_a_model_are_the_models_own(text):
    for region in read_regions(text):
        constants, points = extract_values(text, region.name)
        assert arrange_constants(constants) == region.constants
        assert arrange_tables(points) == region.tables


def test_each_value_has_a_unit_a_status_and_a_source(text):
    for region in read_regions(text):
        constants, points = extract_values(text, region.name)
        assert constants
        assert points
        for value in (*constants, *points):
            assert value.unit
            assert value.source
            assert value.status in ("read", "derived", "remembered", "judgement")


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("judgement, order of size", "judgement"),
        ("yearbook, from memory", "remembered"),
        ("derived from the 2010 census", "derived"),
        ("Bom and Ligthart 2014", "read"),
    ],
)
def test_the_words_of_a_source_say_how_far_to_trust_it(source, status):
    assert infer_status(source) == status


def test_an_unknown_region_is_refused(text):
    with pytest.raises(InputError, match="unknown region 'Atlantis'"):
        extract_values(text, "Atlantis")


def test_a_value_without_a_source_is_refused(text):
    with pytest.raises(InputError, match="has no source in its comment"):
        extract_values(text.replace("Source:", "From:"), read_regions(text)[0].name)


def test_a_model_that_lacks_a_case_is_refused_before_anything_is_written(monkeypatch):
    monkeypatch.setattr(region_values, "overwrite_file", lambda *_: pytest.fail("written"))
    with pytest.raises(InputError, match="unknown region"):
        copy_values(TWO_TOWNS)


def test_the_shipped_cases_hold_the_values_of_the_model(monkeypatch):
    written = {}
    monkeypatch.setattr(region_values, "overwrite_file", written.__setitem__)
    assert {each.case for each in copy_values()} == set(list_cases())
    for path, text in written.items():
        assert path.read_text(encoding="utf-8") == text
