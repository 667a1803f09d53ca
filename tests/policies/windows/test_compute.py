"""The map of windows: a yuan is a yuan, sizes move only the critical mass, words follow numbers."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from smecluster import model as models
from smecluster.model.engine.read.values import read_values
from smecluster.model.support.errors import InputError
from smecluster.policies import load
from smecluster.policies.comparison.compute import compare
from smecluster.policies.levers import read_levers
from smecluster.policies.strategy import LocalProgramme, Strategy
from smecluster.policies.windows.compute import SIZES, STARTS, map_windows
from smecluster.policies.windows.figures import draw_figures as figures
from smecluster.policies.windows.measures import (
    EVERYWHERE,
    FIRST_START,
    HOME,
    MASS,
    NATION,
    compare_kinds,
    find_windows,
    tabulate_gains,
)
from smecluster.policies.windows.result import Windows
from smecluster.policies.windows.text import write_answer as answer
from smecluster.policies.windows.text import write_basis as basis

STEP = {"TIME STEP": 0.125}
DRAWS = pd.DataFrame({"preference for variety": [0.36, 0.44]}, index=["a", "b"])
KIND, AS_NOW = load("combination"), load("as-now")


@pytest.fixture(scope="module")
def model():
    return models.load()


@pytest.fixture(scope="module")
def found(model):
    return map_windows(
        model, KIND, DRAWS, starts=(2005, 2020), sizes=(0.25, 0.5, 1.0), settings=STEP
    )


def test_every_region_year_size_and_draw_has_a_gain(found):
    assert dict(found.gains.sizes) == {"draw": 2, "Region": 3, "start": 2, "size": 3}
    assert bool(np.isfinite(found.gains[HOME]).all())
    assert (found.runs, found.failed) == (2 * 3 * (1 + 3 * 2), 0)


def test_the_gain_is_that_of_two_runs_by_hand(model, found):
    base = {**AS_NOW.plan(model).inputs, **STEP, **DRAWS.loc["b"]}
    spend = dict(base)
    for lever in read_levers():
        share = KIND.local.allocation.get(lever.name, 0.0)
        spend[f"local allocation[Wenzhou, {lever.name}]"] = share
    spend["programme share[local, Wenzhou]"] = 0.005
    spend["programme start[local, Wenzhou]"] = 2005.0
    spend["programme end[local, Wenzhou]"] = 2010.0
    spend["programme ramp[local, Wenzhou]"] = 0.5
    names = ["Discounted value added", "Programme account", "Central programme account"]
    one, other = (
        models.simulate(model, inputs, outputs=[*names, "total firms"], years=[2005, 2020])
        for inputs in (spend, base)
    )
    more = (one - other).isel(time=-1) - (one - other).isel(time=0)
    money = float(more["Programme account"].sum()) + float(more["Central programme account"])
    gain = float(more["Discounted value added"].sel(Region="Wenzhou")) / money
    cell = found.gains.sel(draw="b", Region="Wenzhou", start=2005, size=1.0)
    assert float(cell[HOME]) == pytest.approx(gain, rel=1e-9)
    firms = float(other["total firms"].sel(Region="Wenzhou", time=2005))
    critical = read_values(model.text)["critical mass"]["Wenzhou",]
    assert float(cell[MASS]) == pytest.approx(firms / float(critical), rel=1e-9)


def test_a_yuan_from_2025_on_gains_what_compare_says_of_the_same_programme(model):
    found = map_windows(model, KIND, DRAWS, starts=(2025,), sizes=(1.0,), settings=STEP)
    programme = LocalProgramme(
        share=0.005,
        start=2025,
        end=2030,
        ramp=0.5,
        regions=("Zhongguancun",),
        allocation=KIND.local.allocation,
    )
    alone = Strategy(name="alone", title="Alone", description="For tests.", local=programme)
    # The money of a window is a share of value added: compare it as written.
    whole = compare(model, [alone], DRAWS, budget=None, settings=STEP)
    cell = found.gains.sel(Region="Zhongguancun", start=2025, size=1.0)
    np.testing.assert_allclose(
        cell[EVERYWHERE], whole.per_yuan.isel(strategy=0, future=0), rtol=1e-9
    )
    home = whole.gained.sel(place="Zhongguancun") / whole.money.sel(strategy=["alone"])
    np.testing.assert_allclose(cell[HOME], home.isel(strategy=0, future=0), rtol=1e-9)


def test_a_smaller_critical_mass_makes_a_cluster_larger_relative_to_it(found):
    mass = found.gains[MASS]
    # The divisor alone doubles the mass; firms that can divide labour more finely multiply besides,
    # but less than the divisor falls.
    more = mass.sel(size=0.5) / mass.sel(size=0.25)
    assert bool(((more > 2) & (more < 4)).all())


def test_tables_cover_the_map(found):
    long = tabulate_gains(found)
    assert set(long["measure"]) == {HOME, EVERYWHERE, NATION, MASS}
    assert len(long) == 4 * 3 * 2 * 3
    assert (long["low"] <= long["high"]).all()
    assert list(find_windows(found)["region"]) == list(found.gains["Region"].values)


def world(home, mass):
    """A map of one region with the gains (start, size) and masses that are given."""
    dims = ("draw", "Region", "start", "size")
    gains = np.broadcast_to(np.asarray(home, dtype=float), (3, 1, 3, 3))
    masses = np.broadcast_to(np.asarray(mass, dtype=float), (3, 1, 3, 3))
    data = xr.Dataset(
        {HOME: (dims, gains), EVERYWHERE: (dims, gains), MASS: (dims, masses)},
        {
            "draw": [0, 1, 2],
            "Region": ["Wenzhou"],
            "start": [2005, 2010, 2015],
            "size": [0.5, 1.0, 2.0],
        },
    )
    draws = pd.DataFrame({"a": [1.0, 2.0, 3.0]})
    return Windows(KIND, AS_NOW, 0.005, 5.0, 15.0, draws, data, 30, 0)


SIZES_ROW = [0.5, 1.5, 4.0]


def test_the_window_is_where_the_gain_is_near_the_best():
    found = world([[1, 2, 1], [1, 10, 1], [1, 9.5, 1]], [SIZES_ROW] * 3)
    row = find_windows(found).iloc[0]
    assert (row["best start"], row["window from"], row["window to"]) == (2010, 2010, 2015)
    assert (row["mass"], row["gain"], row["best gain"]) == (1.5, 9.5, 10.0)
    said = answer(found)[0]
    assert said.startswith("Wenzhou: a yuan spent from 2015 on gains 9.50 yuan of value added")
    assert "(90 % interval: 9.50 to 9.50)" in said
    assert "Of the years tried it gains most when spent from 2010 to 2015: 10.00 yuan" in said


def test_no_year_in_the_past_is_recommended():
    # The first year tried gains most: that is said, with its bound, after what can be done now.
    said = answer(world([[1, 9, 1], [1, 2, 1], [1, 1, 1]], [SIZES_ROW] * 3))
    assert said[0].startswith("Wenzhou: a yuan spent from 2015 on gains 1.00 yuan")
    assert "when spent from 2005 on (the first year tried): 9.00 yuan, in all 3 draws" in said[0]
    assert "that were run (95 % bound: at least 36 of 100)" in said[0]
    assert "None of this argues for early help or against it" in said[-1]


def test_no_earlier_year_is_named_where_the_last_one_is_best():
    said = answer(world([[1, 1, 1], [1, 2, 1], [1, 9, 1]], [SIZES_ROW] * 3))[0]
    assert "No earlier year that was tried gains more, in all 3 draws" in said


def test_a_window_has_no_gap():
    found = world([[1, 9.5, 1], [1, 2, 1], [1, 10, 1]], [SIZES_ROW] * 3)
    row = find_windows(found).iloc[0]
    assert (row["window from"], row["window to"]) == (2015, 2015)


def test_losses_have_a_window_too():
    found = world([[-1, -9, -1], [-1, -2, -1], [-1, -2.1, -1]], [SIZES_ROW] * 3)
    row = find_windows(found).iloc[0]
    assert (row["best start"], row["window from"], row["window to"]) == (2010, 2010, 2015)
    assert (row["draws that agree"], row["draws"]) == (3, 3)
    assert "-2.00 yuan" in answer(found)[0]
    assert figures(found)


def test_a_map_without_a_result_has_no_window():
    found = world([[np.nan] * 3] * 3, [SIZES_ROW] * 3)
    assert find_windows(found).empty
    assert answer(found)


def test_one_set_of_values_agrees_with_nothing(model):
    one = map_windows(model, KIND, starts=(2005, 2020), sizes=(1.0,), settings=STEP)
    assert not {"draws that agree", "low", "high"} & set(find_windows(one))
    assert not {"gains most", "low", "high"} & set(compare_kinds(one))
    words = " ".join(answer(one))
    assert "draws" not in words
    assert "interval" not in words
    assert "One set of values was run" in " ".join(basis(one))


def test_a_year_gains_the_same_whatever_other_years_are_tried(model):
    # Policy as now goes on and spends a share of what is gained.
    options = {"sizes": (1.0,), "horizon": 10.0, "settings": STEP}
    one, two = (
        map_windows(model, load("local"), starts=starts, **options).gains[HOME].sel(start=2005)
        for starts in ((2005,), (2005, 2015))
    )
    np.testing.assert_allclose(one, two, rtol=1e-9)


def test_a_kind_that_gains_most_at_every_date_is_named():
    found = world([[1, 2, 4], [2, 4, 8], [1, 2, 4]], [SIZES_ROW] * 3)
    kinds = compare_kinds(found).set_index("kind")
    assert kinds["gains most"].to_dict() == {
        "cultivation": 0,
        "combination": 0,
        "self-development": 3,
    }
    assert "self-development gains most, 300 % more than cultivation, in all 3" in answer(found)[1]


def test_the_papers_kinds_are_judged_for_the_region_and_for_the_nation():
    found = world([[1, 2, 4], [2, 4, 8], [1, 2, 4]], [SIZES_ROW] * 3)
    nation = -found.gains[HOME]  # what helps the region costs the nation
    both = replace(found, gains=found.gains.assign({NATION: nation}))
    (last,) = (one for one in answer(both) if one.startswith("Which of the paper's three kinds"))
    assert "for a region it is self-development in every region" in last
    assert "for the nation it is cultivation in every region" in last
    assert "(in 3 of 3 draws of a region)" in last
    assert not any("for the nation" in one for one in answer(found))


def test_the_nations_gain_is_that_of_two_comparisons(model):
    """Over the programme's years and the rest of the horizon, for a yuan spent meanwhile."""
    options = {"starts": (2025,), "sizes": (1.0,), "settings": STEP}
    gain = map_windows(model, KIND, **options).gains.sel(Region="Wenzhou", start=2025, size=1.0)
    local = LocalProgramme(
        share=0.005,
        start=2025,
        end=2030,
        ramp=0.5,
        regions=("Wenzhou",),
        allocation=KIND.local.allocation,
    )
    alone = Strategy(name="alone", title="A", description="For tests.", local=local)
    made = compare(model, [alone], budget=None, settings=STEP)
    worth = (
        made.changes["Net national benefit account"].item()
        / made.money.sel(strategy="alone").item()
    )
    assert gain[NATION].item() == pytest.approx(worth, rel=1e-6)


def test_kinds_that_hardly_differ_are_called_so():
    found = world([[3, 3.1, 3]] * 3, [SIZES_ROW] * 3)
    assert "the size of the cluster makes little difference (3.3 %" in answer(found)[1]


def test_kinds_that_do_not_meet_at_any_date_are_not_compared():
    found = world([[1, 2, 3]] * 3, [[0.1, 0.2, 0.3]] * 3)
    assert compare_kinds(found)["median"].isna().all()
    assert "cannot be compared at the same date" in answer(found)[1]


def test_what_the_map_rests_on_is_told():
    said = " ".join(basis(world([[1, 2, 3]] * 3, [SIZES_ROW] * 3)))
    assert "30 runs in 3 draws." in said
    assert "spends 0.5 % of its value added a year for 5 years, allocated as in" in said
    assert "on top of 'Policy as now'" in said
    assert "The 3 draws vary 1 constant that the calibration estimates." in said
    assert "No programme starts before 2000: before 2000 value added of the Pearl River" in said
    assert "critical mass" in said


def test_figures_are_drawn(found):
    assert set(figures(found)) == {"window-by-year", "window-map"}


def test_years_that_the_limitations_rule_out_are_not_offered(model):
    assert min(STARTS) == FIRST_START == 2000
    assert 1.0 in SIZES
    with pytest.raises(InputError, match=r"start = 1980 is before 2000, .*limitations\.md"):
        map_windows(model, KIND, starts=(1980, 2005))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"starts": (2030,)}, r"start = 2030 is not a whole year in 2000\.\.2025"),
        ({"starts": ()}, "at least one starting year"),
        ({"sizes": (0.0, 1.0)}, "size = 0 must be above zero"),
        ({"sizes": (2.0,)}, "sizes must include 1, the region as it is"),
        ({"lasting": 20.0}, r"years \(20\) must be above zero and within the horizon"),
        ({"horizon": float("inf")}, r"a whole number of years \(inf\)"),
        ({"budget": "300 bn"}, "a window needs a share of value added above zero, like 0.5%"),
        ({"budget": "0%"}, "a window needs a share of value added above zero"),
        ({"baseline": load("central")}, "baseline 'central' has a programme of its own"),
    ],
)
def test_what_does_not_fit_is_told(model, given, told):
    with pytest.raises(InputError, match=told):
        map_windows(model, KIND, **given)


def test_a_strategy_without_local_money_is_refused(model):
    with pytest.raises(InputError, match="'central' has no local programme"):
        map_windows(model, load("central"))


def test_results_are_tables_figures_and_a_workbook(found, tmp_path):
    assert "gain [yuan for a yuan]" in found.table()
    assert set(found.tables()) == {"windows", "kinds", "map"}
    assert found.figure().axes
    assert found.to_excel(tmp_path / "windows.xlsx").stat().st_size > 0
