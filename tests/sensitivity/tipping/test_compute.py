"""Tipping values are those at which a comparison of its own finds two strategies level."""

import numpy as np
import pytest

from smecluster import model
from smecluster.model import InputError
from smecluster.policies.comparison.compute import compare
from smecluster.policies.strategy import load
from smecluster.sensitivity.tipping.compute import find_tipping_values
from smecluster.sensitivity.tipping.measures import MEASURES
from smecluster.sensitivity.tipping.page import write_page

SHIPPED = model.load()
PAIR = [load("central"), load("local")]


@pytest.fixture(scope="module")
def found():
    return find_tipping_values(SHIPPED, PAIR, ["0.5%"], [2040])


def find_difference(measure, settings) -> float:
    """Central less local, yuan a yuan, of a measure in all regions or the nation."""
    made = compare(SHIPPED, PAIR, budget="0.5%", outcomes=[measure], settings=settings)
    ends = made.ends[measure].isel(future=0, draw=0)
    ends = ends.sel(place="total") if "place" in ends.dims else ends
    central, local = (float(ends.sel(strategy=name)) for name in ("central", "local"))
    assert made.budget is not None
    return (central - local) / made.budget.money


def test_the_difference_is_that_of_a_comparison(found):
    row = found.base[found.base["measure"] == MEASURES[0]].iloc[0]
    assert row["difference"] == pytest.approx(find_difference(MEASURES[0], {}), rel=1e-3)
    assert row["ahead"] == ("central" if row["difference"] > 0 else "local")


def test_at_its_tipping_value_a_constant_leaves_them_level(found):
    rows = found.constants
    assert len(rows)
    spread = (rows["difference at high"] - rows["difference at low"]).abs()
    row = rows.loc[spread.idxmax()]
    # The budget is a share of value added at the constant's own value, hence the small rest.
    there = find_difference(row["measure"], {row["constant"]: row["tips at"]})
    assert abs(there) < 0.05 * spread.max()


def test_every_end_lies_within_the_belief_and_on_the_other_side(found):
    for row in found.constants.to_dict("records"):
        end = row["low"] if row["toward"] == "below" else row["high"]
        there = row["difference at low" if row["toward"] == "below" else "difference at high"]
        assert there * row["difference at value"] < 0
        assert min(row["value"], end) <= row["tips at"] <= max(row["value"], end)


def test_inputs_and_definitions_are_not_tried(found):
    assert found.tried > 300
    names = {name.partition("[")[0] for name in found.constants["constant"]}
    assert not names & {"programme share", "allocation", "social discount rate", "yuan per Myuan"}


def test_the_page_names_every_constant(found):
    page = write_page(found, "smecluster stress tipping", SHIPPED.hash, "none", "table.csv")
    assert all(f"| {name} |" in page for name in found.constants["constant"])


def test_a_constant_that_turns_nothing_leaves_an_empty_table():
    made = find_tipping_values(SHIPPED, PAIR, ["0.5%"], [2040], constants=["farm rent"])
    assert made.constants.empty
    assert np.isfinite(made.base["difference"]).all()


@pytest.mark.parametrize(
    ("strategies", "constants", "says"),
    [
        (PAIR[:1], (), "two strategies"),
        (PAIR, ["brand premum"], "no constant of the model"),
    ],
)
def test_what_cannot_be_compared_is_refused(strategies, constants, says):
    with pytest.raises(InputError, match=says):
        find_tipping_values(SHIPPED, strategies, ["0.5%"], [2040], constants=constants)


@pytest.mark.parametrize(
    ("budget", "horizon", "says"),
    [
        ("0", 2040, "without money there is nothing to compare"),
        ("0 %", 2040, "without money there is nothing to compare"),
        ("0.5%", 2025, r"horizon must be a whole year in 2026\.\.2060, not 2025"),
        ("0.5%", 99_999, r"horizon must be a whole year in 2026\.\.2060, not 99999"),
    ],
)
def test_no_money_and_years_out_of_reach_are_refused(budget, horizon, says):
    with pytest.raises(InputError, match=says):
        find_tipping_values(SHIPPED, PAIR, [budget], [horizon])
