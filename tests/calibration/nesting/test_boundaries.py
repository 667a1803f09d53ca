"""No place is counted in two regions: codes tell, and part_of says which is taken out of which."""

import pytest

from smecluster.calibration.data.case import load_case
from smecluster.calibration.data.case_file import Place
from smecluster.calibration.nesting.boundaries import find_parts
from smecluster.model import load
from smecluster.model.errors import InputError

SHIPPED = load().regions
DELTA = "Pearl River Delta"


def place(name="Shenzhen", codes=(), part_of=""):
    texts = dict.fromkeys(("table", "title", "description", "boundary"), name)
    return Place(name=name, codes=codes, part_of=part_of, **texts)


def test_a_city_of_the_delta_is_taken_out_of_it_if_it_says_so():
    city = place(codes=("4403",), part_of=DELTA)
    assert find_parts([*SHIPPED, "Shenzhen"], [city]) == {DELTA: ("Shenzhen",)}


def test_a_whole_that_is_not_in_the_model_loses_nothing():
    city = place(codes=("4403",), part_of=DELTA)
    assert find_parts(["Wenzhou", "Shenzhen"], [city]) == {}


@pytest.mark.parametrize("code", ["4403", "440305"])
def test_a_city_of_the_delta_that_does_not_say_so_is_refused(code):
    with pytest.raises(
        InputError, match=r"Shenzhen lies in Pearl River Delta.*counts twice.*part_of"
    ):
        find_parts([*SHIPPED, "Shenzhen"], [place(codes=(code,))])


def test_a_province_around_a_shipped_region_is_refused_too():
    with pytest.raises(InputError, match=f"{DELTA} lies in Guangdong .4401 in 44."):
        find_parts([*SHIPPED, "Guangdong"], [place("Guangdong", codes=("44",))])


def test_two_regions_that_share_a_city_are_refused():
    east = place("East", codes=("4403", "4415"))
    with pytest.raises(InputError, match=f"East and {DELTA} both hold 4403"):
        find_parts([*SHIPPED, "East"], [east])


def test_firms_of_a_park_may_be_in_a_district_of_its_city():
    with pytest.raises(InputError, match="may hold the same firms: Zhongguancun is some firms"):
        find_parts([*SHIPPED, "Haidian"], [place("Haidian", codes=("110108",))])


def test_a_part_lies_in_its_whole():
    with pytest.raises(InputError, match="its code 3205 lies in none of Pearl River Delta's"):
        find_parts([*SHIPPED, "Suzhou"], [place("Suzhou", codes=("3205",), part_of=DELTA)])


def test_a_whole_that_nobody_knows_is_refused_with_the_nearest_name():
    with pytest.raises(InputError, match=r"part_of of Shenzhen.*did you mean 'Pearl River Delta'"):
        find_parts([*SHIPPED, "Shenzhen"], [place(part_of="Pearl River Delt")])


def test_a_part_of_a_part_is_refused():
    city = place("City", part_of=DELTA)
    quarter = place("Quarter", part_of="City")
    with pytest.raises(InputError, match="a part of a part cannot be taken out"):
        find_parts([*SHIPPED, "City", "Quarter"], [city, quarter])


def test_the_shipped_regions_and_cities_lie_apart():
    cities = [load_case(path) for path in _find_cities()]
    names = [case.place.name for case in cities]
    assert len(names) == 3
    assert find_parts([*SHIPPED, *names], [case.place for case in cities]) == {}


def _find_cities():
    from smecluster.calibration.forecasts.unseen import FOLDER

    return sorted(path.parent for path in FOLDER.with_name("cities").glob("*/case.toml"))


def test_a_part_that_is_left_out_of_the_run_takes_nothing_out():
    assert find_parts(["Wenzhou", DELTA], [place(codes=("4403",), part_of=DELTA)]) == {}
