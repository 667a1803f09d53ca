"""The map of windows: a yuan is a yuan, sizes move only the critical mass, words follow numbers."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from smecluster import model as models
from smecluster.model.support.errors import InputError
from smecluster.policies import load
from smecluster.policies.windows.compute import (
    EVERYWHERE,
    HOME,
    Windows,
    by_kind,
    by_year,
    table,
    windows,
)
from smecluster.policies.windows.figures import figures
from smecluster.policies.windows.text import answer, basis

STEP = 0.125
DRAWS = pd.DataFrame({"price sensitivity": [0.36, 0.44]}, index=["a", "b"])
KIND = load("combination")


@pytest.fixture(scope="module")
def model():
    return models.load()


@pytest.fixture(scope="module")
def found(model):
    return windows(model, KIND, DRAWS, starts=(1985, 2000), sizes=(0.5, 1.0, 4.0), step=STEP)


def test_every_region_year_size_and_draw_has_a_gain(found):
    assert dict(found.gains.sizes) == {"draw": 2, "Region": 3, "start": 2, "size": 3}
    assert bool(np.isfinite(found.gains[HOME]).all())
    assert (found.runs, found.failed) == (2 * 3 * (1 + 3 * 2), 0)


def test_the_gain_is_that_of_two_runs_by_hand(model, found):
    base = KIND.without_programme().inputs(model) | {"TIME STEP": STEP, **DRAWS.loc["b"]}
    spend = KIND.inputs(model) | {"TIME STEP": STEP, **DRAWS.loc["b"]}
    for region in model.regions:
        spend[f"local programme share[{region}]"] = 0.01 * (region == "Wenzhou")
        spend[f"local trigger switch[{region}]"] = 0.0
        spend[f"local programme start[{region}]"] = 1985.0
        spend[f"local programme end[{region}]"] = 1990.0
        spend[f"local programme ramp[{region}]"] = 0.5
    names = ["value added", "Programme account", "discount factor", "total firms"]
    one, other = (
        models.simulate(model, inputs, outputs=names, years=list(range(1985, 2001)))
        for inputs in (spend, base)
    )
    more = (one - other)["value added"].sel(Region="Wenzhou") * one["discount factor"]
    money = float((one - other)["Programme account"].sum("Region").isel(time=-1))
    gain = float(more.sel(time=slice(1985, 1999)).sum()) / money
    cell = found.gains.sel(draw="b", Region="Wenzhou", start=1985, size=1.0)
    assert float(cell[HOME]) == pytest.approx(gain, rel=1e-9)
    firms = float(other["total firms"].sel(Region="Wenzhou", time=1985))
    assert float(cell["mass"]) == pytest.approx(firms / 50000, rel=1e-9)


def test_a_smaller_critical_mass_makes_a_cluster_larger_relative_to_it(found):
    mass = found.gains["mass"]
    # Firms themselves hardly change: the mass moves almost as the divisor does.
    np.testing.assert_allclose(mass.sel(size=4.0) / mass.sel(size=1.0), 4.0, rtol=0.2)


def test_tables_cover_the_map(found):
    long = table(found)
    assert set(long["measure"]) == {HOME, EVERYWHERE, "mass"}
    assert len(long) == 3 * 3 * 2 * 3
    assert (long["low"] <= long["high"]).all()
    assert list(by_year(found)["region"]) == list(found.gains["Region"].values)


def world(home, mass):
    """A map of one region with the gains (start, size) and masses that are given."""
    dims = ("draw", "Region", "start", "size")
    gains = np.broadcast_to(np.asarray(home, dtype=float), (3, 1, 3, 3))
    masses = np.broadcast_to(np.asarray(mass, dtype=float), (3, 1, 3, 3))
    data = xr.Dataset(
        {HOME: (dims, gains), EVERYWHERE: (dims, gains), "mass": (dims, masses)},
        {
            "draw": [0, 1, 2],
            "Region": ["Wenzhou"],
            "start": [1980, 1990, 2000],
            "size": [0.5, 1.0, 2.0],
        },
    )
    return Windows(KIND, 5.0, 15.0, data, 30, 0)


SIZES = [0.5, 1.5, 4.0]


def test_the_window_is_where_the_gain_is_near_the_best():
    found = world([[1, 2, 1], [1, 10, 1], [1, 9.5, 1]], [SIZES] * 3)
    row = by_year(found).iloc[0]
    assert (row["best start"], row["window from"], row["window to"]) == (1990, 1990, 2000)
    assert row["mass"] == 1.5
    said = answer(found)[0]
    assert "gains most when it is spent from 1990 on, 10.00 yuan" in said
    assert "from 1990 to 2000 it is within a tenth of that" in said


def test_a_window_has_no_gap():
    found = world([[1, 9.5, 1], [1, 2, 1], [1, 10, 1]], [SIZES] * 3)
    row = by_year(found).iloc[0]
    assert (row["window from"], row["window to"]) == (2000, 2000)


def test_losses_have_a_window_too():
    found = world([[-1, -9, -1], [-1, -2, -1], [-1, -2.1, -1]], [SIZES] * 3)
    row = by_year(found).iloc[0]
    assert (row["best start"], row["window from"], row["window to"]) == (1990, 1990, 2000)
    assert row["draws that agree"] == 1
    assert "-2.00 yuan" in answer(found)[0]
    assert figures(found)


def test_a_map_without_a_result_has_no_window():
    found = world([[np.nan] * 3] * 3, [SIZES] * 3)
    assert by_year(found).empty
    assert answer(found)


def test_a_year_gains_the_same_whatever_other_years_are_tried(model):
    # The history of this strategy goes on and spends a share of what is gained.
    options = {"sizes": (1.0,), "horizon": 10.0, "step": STEP}
    one, two = (
        windows(model, load("local"), starts=starts, **options).gains[HOME].sel(start=1985)
        for starts in ((1985,), (1985, 2005))
    )
    np.testing.assert_allclose(one, two, rtol=1e-9)


def test_a_kind_that_gains_most_at_every_date_is_named():
    found = world([[1, 2, 4], [2, 4, 8], [1, 2, 4]], [SIZES] * 3)
    kinds = by_kind(found).set_index("kind")
    assert kinds["gains most"].to_dict() == {
        "cultivation": 0,
        "combination": 0,
        "self-development": 1,
    }
    assert "self-development gains most, 300 % more than cultivation." in answer(found)[1]


def test_kinds_that_hardly_differ_are_called_so():
    found = world([[3, 3.1, 3]] * 3, [SIZES] * 3)
    assert "the size of the cluster makes little difference (3.3 %" in answer(found)[1]


def test_kinds_that_do_not_meet_at_any_date_are_not_compared():
    found = world([[1, 2, 3]] * 3, [[0.1, 0.2, 0.3]] * 3)
    assert by_kind(found)["mean"].isna().all()
    assert "cannot be compared at the same date" in answer(found)[1]


def test_what_the_map_rests_on_is_told():
    said = " ".join(basis(world([[1, 2, 3]] * 3, [SIZES] * 3), 0.125))
    assert "30 runs with a time step of 1/8 year, in 3 draws." in said
    assert "critical mass" in said


def test_figures_are_drawn(found):
    assert set(figures(found)) == {"window-by-year", "window-map"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"starts": (2030,)}, r"start = 2030 is not a whole year in 1978\.\.2025"),
        ({"starts": ()}, "at least one starting year"),
        ({"sizes": (0.0,)}, "size = 0 must be above zero"),
        ({"lasting": 20.0}, r"years \(20\) must be above zero and within the horizon"),
    ],
)
def test_years_and_sizes_that_do_not_fit_are_told(model, given, told):
    with pytest.raises(InputError, match=told):
        windows(model, KIND, **given)


def test_a_strategy_without_local_money_is_refused(model):
    with pytest.raises(InputError, match="'central' has no local programme"):
        windows(model, load("central"))
