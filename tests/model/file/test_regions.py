"""Regions are data: the same model for other regions."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smecluster.model import load
from smecluster.model.engine.read.source import hash_equations, parse
from smecluster.model.engine.read.values import read_values
from smecluster.model.errors import InputError
from smecluster.model.file.regions import Region, read_regions, set_regions

TOWNS = (Path(__file__).parents[1] / "data").joinpath("two_towns.mdl").read_text(encoding="utf-8")

LAKE = Region(
    "Lake Town",
    {"initial people": 7, "budget": {"training": 1, "roads": 2}},
    {"attraction table": [(1978, 1), (2040, 3)]},
)


def test_a_file_tells_what_belongs_to_each_region():
    hill, river = read_regions(TOWNS)
    assert hill.constants["initial people"] == 100
    assert river.constants["budget"] == {"training": 3, "roads": 4.5}
    assert river.tables == {"attraction table": ((1978, 1), (2040, 0.5))}


def test_the_regions_of_a_file_give_the_same_file():
    assert set_regions(TOWNS, read_regions(TOWNS)) == TOWNS


def test_one_region_alone_keeps_its_own_values():
    alone = set_regions(TOWNS, [Region("River Town")])
    assert parse(alone).subscripts["Rival"] == ("River Town",)
    assert read_values(alone)["initial people"] == {("River Town",): 2000}
    assert "attraction table[Hill Town]" not in alone


def test_the_order_of_regions_is_the_callers():
    turned = read_values(set_regions(TOWNS, [Region("River Town"), Region("Hill Town")]))
    assert list(turned["initial people"].values()) == [2000, 100]
    assert turned["budget"][("River Town", "roads")] == 4.5


def test_a_new_region_brings_its_own_values_and_takes_what_all_share():
    text = set_regions(TOWNS, [*read_regions(TOWNS), LAKE])
    values = read_values(text)
    assert values["initial people"][("Lake Town",)] == 7
    assert values["pull"][("Lake Town",)] == 1
    assert values["overlap"][("Lake Town", "Hill Town")] == 0.25
    assert values["overlap"][("Lake Town", "Lake Town")] == 0
    assert values["attraction table"][("Lake Town",)] == ((1978, 1), (2040, 3))


def test_a_regions_own_value_stands_before_the_files():
    text = set_regions(TOWNS, [Region("Hill Town", {"initial people": 5})])
    assert read_values(text)["initial people"] == {("Hill Town",): 5}


def test_nothing_but_regional_definitions_changes():
    text = set_regions(TOWNS, [*read_regions(TOWNS), LAKE])
    regional = {"Region", "initial people", "pull", "overlap", "budget", "attraction table"}
    before = {b.name: b.expression for b in parse(TOWNS).blocks if b.name not in regional}
    after = {b.name: b.expression for b in parse(text).blocks if b.name not in regional}
    assert after == before
    assert parse(text).sketch == parse(TOWNS).sketch
    assert {b.name for b in parse(text).blocks if b.comment} == {
        b.name for b in parse(TOWNS).blocks if b.comment
    }


@pytest.mark.parametrize(
    ("region", "message"),
    [
        (Region("Lake Town"), "no value for initial people of Lake Town; budget[training] of"),
        (Region("Hill Town", {"initial peple": 1}), "did you mean 'initial people'?"),
        (Region("Hill Town", {"initial people": {"a": 1}}), "takes one value, without elements"),
        (Region("Hill Town", {"budget": 1}), "takes a value for each element of 'Lever'"),
        (Region("Hill Town", {"budget": {"trainng": 1}}), "did you mean 'training'?"),
        (Region("Hill Town", {}, {"atraction table": []}), "did you mean 'attraction table'?"),
        (Region("stay"), "the model has a variable or range of that name"),
        (Region("total"), "it stands for the sum over the regions"),
        (Region("TOTAL"), "it stands for the sum over the regions"),
        (Region("centre"), "it stands for the central government"),
        (Region("all_regions"), "it stands for all regions"),
        (Region("national"), "it stands for figures of the whole country"),
        (Region("A, B"), "cannot be used"),
        (Region("x ~~| y = 1 ~~|"), "cannot be used"),
    ],
)
def test_a_region_that_does_not_fit_is_refused_in_one_line(region, message):
    with pytest.raises(InputError) as caught:
        set_regions(TOWNS, [region])
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_value_of_three_dimensions_is_rewritten_list_by_list():
    levels = """Level:
	local, central
	~~|

share[local, Region, Lever] = 1, 2; 3, 4;
	~~|

share[central, Region, Lever] = 5, 6; 7, 8;
	~ Dmnl
	~ Shares.|

"""
    at = TOWNS.index("People[Region]")
    text = TOWNS[:at] + levels + TOWNS[at:]
    hill, river = read_regions(text)
    assert set_regions(text, [hill, river]) == text
    own = Region(
        "Lake Town", {**LAKE.constants, "share": dict(river.constants["share"])}, LAKE.tables
    )
    values = read_values(set_regions(text, [own, hill]))["share"]
    assert {cell[:2] for cell in values} == {
        (level, town) for level in ("local", "central") for town in ("Lake Town", "Hill Town")
    }
    for (level, town, lever), value in values.items():
        source = river if town == "Lake Town" else hill
        assert value == source.constants["share"][f"{level}, {lever}"]
    with pytest.raises(InputError, match="Level and Lever of 'share' 'locl, roads'"):
        set_regions(text, [Region("Hill Town", {"share": {"locl, roads": 1}})])


def test_a_region_given_twice_and_no_region_are_refused():
    with pytest.raises(InputError, match="given twice"):
        set_regions(TOWNS, [Region("Hill Town"), Region("hill_town")])
    with pytest.raises(InputError, match="choose at least one"):
        set_regions(TOWNS, [])


def test_one_region_shows_nothing_about_what_regions_share():
    alone = set_regions(TOWNS, [Region("Hill Town")])
    with pytest.raises(InputError, match="pull of Lake Town"):
        set_regions(alone, [LAKE])


def test_an_equation_that_names_a_region_keeps_the_regions_fixed():
    fixed = TOWNS.replace("People[Region]/stay", "People[Region]/stay + People[Hill Town]")
    with pytest.raises(InputError, match=r"line 38.*'departures' names a region"):
        set_regions(fixed, [Region("River Town")])
    assert read_regions(TOWNS.replace("departures[Region]=", "departures[Region] ="))


@given(st.lists(st.sampled_from(["Hill Town", "River Town"]), min_size=1, unique=True))
def test_taking_regions_twice_is_taking_them_once(names):
    once = set_regions(TOWNS, [Region(name) for name in names])
    twice = set_regions(once, [Region(name) for name in names])
    assert hash_equations(twice) == hash_equations(once)


def test_a_file_with_a_reserved_name_for_a_region_is_refused_where_it_is_loaded(tmp_path):
    path = tmp_path / "towns.mdl"
    path.write_text(TOWNS.replace("Hill Town", "Total"), encoding="utf-8")
    with pytest.raises(InputError, match="'Total' cannot be used: it stands for the sum") as caught:
        load(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match="'total' cannot be used"):
        load(regions=[*read_regions(load().text), Region("total")])
