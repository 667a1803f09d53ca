"""A region that is written as two equal halves is the same region.

Whether a place counts as one region or as two is a convention of statistics. The halves have half
of everything that is counted (firms, people, money, land) and the same of everything else, so
their sum must be the whole, and no other region may notice.

Two things are meant to depend on the number of governments: each local government pays the fixed
cost of a programme for itself, and neighbours react to one another (a switch that is off). The
first test leaves the fixed cost out, the second says what it is worth.

The tolerances were written before the first run.
"""

from functools import cache

import numpy as np
import pytest

from smecluster import model
from smecluster.calibration.data.constants import is_extensive
from smecluster.model.file.regions import Region, read_regions

OUTCOMES = (
    "value added",
    "Employment",
    "total firms",
    "Productive capital",
    "Talent",
    "Infrastructure capital",
    "SME loans",
    "Local public debt",
)
#: Largest relative difference in any year to 2060 without what is meant to depend on governments:
#: rounding of the numbers in the file.
EXACT = 1e-5
#: The same with the fixed cost of programmes, for value added: a second administration.
WITH_FIXED_COST = 0.01
WHOLE = model.load()


@cache
def split(name: str) -> model.Model:
    """Write a region as two equal halves."""
    regions = []
    for region in read_regions(WHOLE.text):
        if region.name != name:
            regions.append(region)
            continue
        constants = {
            constant: halve(constant, value) for constant, value in region.constants.items()
        }
        regions += [Region(f"{name} {part}", constants, region.tables) for part in ("I", "II")]
    return model.load(regions=regions)


def halve(name: str, value):
    unit = WHOLE.variables[name].unit
    if not is_extensive(name, unit):
        return value
    if isinstance(value, float):
        return value / 2
    return {element: number / 2 for element, number in value.items()}


def largest_difference(name: str, halves: model.Model, inputs, outcomes=OUTCOMES) -> dict:
    """Largest relative difference in any year, by outcome and place."""
    found = {}
    whole, parts = (
        model.simulate(m, {"FINAL TIME": 2060, **inputs(m)}, outputs=outcomes, within_ranges=False)
        for m in (WHOLE, halves)
    )
    for outcome in outcomes:
        for place in WHOLE.regions:
            names = [f"{name} I", f"{name} II"] if place == name else [place]
            before = whole[outcome].sel(Region=place).values
            after = parts[outcome].sel(Region=names).sum("Region").values
            scale = np.maximum(np.abs(before), 1e-6 * np.abs(before).max())
            found[outcome, place] = float(np.max(np.abs(after - before) / scale))
    return found


def without_fixed_cost(_: model.Model) -> dict:
    """Leave out the fixed cost, and the numerical guards, which are amounts (they move 2e-4)."""
    guards = ("minimum servicing", "least demand for sites")
    return {"people who run a programme": 0.0, **dict.fromkeys(guards, 1e-12)}


def with_programmes(m: model.Model) -> dict:
    """The same share of value added everywhere, from both levels, without the fixed cost."""
    levels = {
        f"programme share[{level}, {r}]": 0.005 for level in ("local", "central") for r in m.regions
    }
    return {**without_fixed_cost(m), **levels}


@pytest.mark.parametrize("name", WHOLE.regions)
@pytest.mark.parametrize("inputs", [without_fixed_cost, with_programmes])
def test_two_halves_are_the_whole(name, inputs):
    found = largest_difference(name, split(name), inputs)
    assert {key: value for key, value in found.items() if not value <= EXACT} == {}


@pytest.mark.parametrize("name", WHOLE.regions)
def test_a_second_administration_costs_little(name):
    found = largest_difference(name, split(name), lambda m: {}, ["value added"])
    assert max(found.values()) <= WITH_FIXED_COST


@pytest.mark.parametrize("name", WHOLE.regions)
def test_the_nation_gains_as_much_from_programmes_in_two_halves(name):
    gains = []
    for m in (WHOLE, split(name)):
        with_it, without = (
            model.simulate(
                m,
                {"FINAL TIME": 2060, **inputs(m)},
                outputs=["Net national benefit account"],
                years=[2060],
                within_ranges=False,
            )["Net national benefit account"].item()
            for inputs in (with_programmes, without_fixed_cost)
        )
        gains.append(with_it - without)
    # A difference of two accounts that are a thousand times as large.
    assert gains[1] == pytest.approx(gains[0], rel=1e3 * EXACT)
