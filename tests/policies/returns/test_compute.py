"""Returns of levers: a yuan is a yuan of the place that is named, and what it brings is divided."""

import numpy as np
import pytest

from smecluster import model
from smecluster.model import InputError
from smecluster.policies.returns.compute import (
    EVERYWHERE,
    NET,
    REGIONS,
    compute_returns,
)
from smecluster.policies.returns.published import read_published

SHIPPED = model.load()
LEVER = "quality supervision"


@pytest.fixture(scope="module")
def found():
    return compute_returns(SHIPPED, [LEVER], [0.005]).table


def test_a_return_is_the_change_over_the_money_of_two_runs_by_hand(found):
    shares = {f"programme share[local, {name}]": 0.005 for name in SHIPPED.regions}
    mix = {
        f"local allocation[{name}, {lever}]": float(lever == LEVER)
        for name in SHIPPED.regions
        for lever in SHIPPED.subscripts["Lever"]
    }
    outputs = [
        "Discounted value added",
        "Net national benefit account",
        "Programme account",
        "Central programme account",
    ]
    with_it, without = (
        model.simulate(SHIPPED, {"FINAL TIME": 2060, **own}, outputs=outputs, years=[2060]).sum()
        for own in ({**shares, **mix}, {})
    )
    supply, benefit, local, central = (float(with_it[name] - without[name]) for name in outputs)
    row = found[(found["level"] == "local") & (found["place"] == EVERYWHERE)].iloc[0]
    assert row["money"] == pytest.approx(local + central, rel=1e-9)
    assert row[REGIONS] == pytest.approx(supply / (local + central), rel=1e-9)
    assert row[NET] == pytest.approx(benefit / (local + central), rel=1e-9)


@pytest.mark.parametrize("level", ["local", "central"])
def test_money_for_a_place_is_the_share_of_its_own_value_added(level):
    # A lever that moves value added little: what policy as now spends more is in the money, too.
    found = compute_returns(SHIPPED, ["government service"], [0.005]).table
    run = model.simulate(SHIPPED, outputs=["value added", "discount factor"])
    paid = run.sel(time=slice(2025, 2040))
    for place in SHIPPED.regions:
        worth = (paid["value added"].sel(Region=place) * paid["discount factor"]).sum().item()
        row = found[(found["level"] == level) & (found["place"] == place)].iloc[0]
        # The ramp and the delay of perception keep it below.
        assert row["money"] == pytest.approx(0.005 * worth, rel=0.2)


def test_what_is_above_five_or_below_minus_one_is_flagged():
    found = compute_returns(SHIPPED, ["investment attraction"], [0.001]).table
    beyond = (found[[REGIONS, NET]] > 5).any(axis=1) | (found[[REGIONS, NET]] < -1).any(axis=1)
    assert np.array_equal(found["flag"] != "", beyond)


def test_every_lever_stands_beside_the_literature():
    assert set(read_published()) == set(SHIPPED.subscripts["Lever"])


def test_an_unknown_lever_brings_the_nearest():
    with pytest.raises(InputError, match="did you mean 'talent training'"):
        compute_returns(SHIPPED, ["talent traning"])
