"""A strategy is taken apart into what each government does, at home and to others."""

import numpy as np
import pytest
import xarray as xr

from smecluster.model.outcomes import PLACE
from smecluster.policies import Strategy, load
from smecluster.policies.ensemble.spillovers import (
    CENTRE,
    TOGETHER,
    effect_by_origin,
    effect_on_others,
)

REGIONS = ("Wenzhou", "Zhongguancun")
PLACES = np.array([*REGIONS, "total"], dtype=object)


def end_of(strategy: Strategy) -> xr.Dataset:
    """At home a programme gives 10, to the other it costs 4; the centre gives 3 to each."""
    runs = [
        bool(strategy.local) and home in (strategy.local.regions or REGIONS) for home in REGIONS
    ]
    gain = np.array([10.0 * runs[0] - 4.0 * runs[1], 10.0 * runs[1] - 4.0 * runs[0]])
    gain += 3.0 * bool(strategy.central) - 1.0 * all(runs)
    values = np.append(100 + gain, 200 + gain.sum())
    variables = {
        name: ((PLACE,), values, {"unit": "Myuan/Year"}) for name in ("value added", "annual wage")
    }
    return xr.Dataset(variables, coords={PLACE: PLACES})


def effect(name: str) -> xr.Dataset:
    strategy = load(name)
    return effect_by_origin(strategy, REGIONS, end_of, end_of(strategy.without_programme()))


def test_the_effects_of_the_origins_add_up_to_the_strategy():
    change = end_of(load("local")) - end_of(load("end-all-policy"))
    total = effect("local").sum("origin")
    assert total["value added"].values == pytest.approx(change["value added"].values)


def test_what_programmes_do_together_is_kept_apart():
    together = effect("local")["value added"].sel(origin=TOGETHER)
    assert together.values == pytest.approx([-1, -1, -2])


def test_a_beggar_thy_neighbour_programme_shows_as_a_loss_of_the_others():
    assert effect_on_others(effect("local")["value added"], "value added") == -8


def test_averages_are_averaged_and_not_added_over_the_neighbours():
    assert effect_on_others(effect("local")["annual wage"], "annual wage") == -4


def test_the_centre_has_no_neighbours():
    central = effect("central")["value added"]
    assert central.sel({"origin": CENTRE, PLACE: "total"}) == 6
    assert np.isnan(effect_on_others(central, "value added"))


def test_units_survive():
    assert effect("local")["value added"].attrs["unit"] == "Myuan/Year"
