"""The map of windows: a yuan is a yuan, sizes move only the critical mass, words follow numbers."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from smecluster import model as models
from smecluster.model.engine.read.values import read_values
from smecluster.model.errors import InputError
from smecluster.policies import load
from smecluster.policies.comparison.compute import compare
from smecluster.policies.levers import read_levers
from smecluster.policies.strategy import LocalProgramme, Strategy
from smecluster.policies.timing import FIRST_START, SIZES, STARTS, map_timing
from smecluster.policies.timing_result import EVERYWHERE, HOME, MASS, NATION, describe_timing

STEP = {"TIME STEP": 0.125}
DRAWS = pd.DataFrame({"preference for variety": [0.36, 0.44]}, index=["a", "b"])
KIND, AS_NOW = load("combination"), load("as-now")


@pytest.fixture(scope="module")
def model():
    return models.load()


@pytest.fixture(scope="module")
def found(model):
    return map_timing(
        model, KIND, DRAWS, starts=(2005, 2020), sizes=(0.25, 0.5, 1.0), settings=STEP
    )


def test_every_region_year_size_and_draw_has_a_gain(found):
    assert dict(found.data.sizes) == {"draw": 2, "Region": 3, "start": 2, "size": 3}
    assert bool(np.isfinite(found.data[HOME]).all())
    assert (found.facts["runs"], found.facts["failed"]) == (2 * 3 * (1 + 3 * 2), 0)


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
    cell = found.data.sel(draw="b", Region="Wenzhou", start=2005, size=1.0)
    assert float(cell[HOME]) == pytest.approx(gain, rel=1e-9)
    firms = float(other["total firms"].sel(Region="Wenzhou", time=2005))
    critical = read_values(model.text)["critical mass"]["Wenzhou",]
    assert float(cell[MASS]) == pytest.approx(firms / float(critical), rel=1e-9)


def test_a_yuan_from_2025_on_gains_what_compare_says_of_the_same_programme(model):
    found = map_timing(model, KIND, DRAWS, starts=(2025,), sizes=(1.0,), settings=STEP)
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
    cell = found.data.sel(Region="Zhongguancun", start=2025, size=1.0)
    np.testing.assert_allclose(
        cell[EVERYWHERE], whole.per_yuan.isel(strategy=0, future=0), rtol=1e-9
    )
    home = whole.gained.sel(place="Zhongguancun") / whole.money.sel(strategy=["alone"])
    np.testing.assert_allclose(cell[HOME], home.isel(strategy=0, future=0), rtol=1e-9)


def test_a_smaller_critical_mass_makes_a_cluster_larger_relative_to_it(found):
    mass = found.data[MASS]
    # The divisor alone doubles the mass; firms that can divide labour more finely multiply besides,
    # but less than the divisor falls.
    more = mass.sel(size=0.5) / mass.sel(size=0.25)
    assert bool(((more > 2) & (more < 4)).all())


def test_tables_cover_the_map(found):
    long = found.table("map")
    assert set(long["measure"]) == {HOME, EVERYWHERE, NATION, MASS}
    assert len(long) == 4 * 3 * 2 * 3
    assert (long["low"] <= long["high"]).all()
    assert list(found.tables["windows"]["region"]) == list(found.data["Region"].values)


def world(home, mass, nation=None):
    """A map of one region with the gains (start, size) and masses that are given."""
    dims = ("draw", "Region", "start", "size")
    shape = (3, 1, 3, 3)
    given = {HOME: home, EVERYWHERE: home, MASS: mass} | (
        {} if nation is None else {NATION: nation}
    )
    data = xr.Dataset(
        {
            name: (dims, np.broadcast_to(np.asarray(values, dtype=float), shape))
            for name, values in given.items()
        },
        {
            "draw": [0, 1, 2],
            "Region": ["Wenzhou"],
            "start": [2005, 2010, 2015],
            "size": [0.5, 1.0, 2.0],
        },
    )
    setting = {"strategy": "Combination", "baseline": "Policy as now", "share": 0.005}
    counts = {"lasting": 5.0, "horizon": 15.0, "drawn": 1, "runs": 30, "failed": 0}
    return describe_timing(data, **setting, **counts)


def basis(found, language="en"):
    return " ".join(one.plain for one in found.page(language).body if hasattr(one, "plain"))


SIZES_ROW = [0.5, 1.5, 4.0]


def test_the_window_is_where_the_gain_is_near_the_best():
    found = world([[1, 2, 1], [1, 10, 1], [1, 9.5, 1]], [SIZES_ROW] * 3)
    row = found.tables["windows"].iloc[0]
    assert (row["best start"], row["window from"], row["window to"]) == (2010, 2010, 2015)
    assert (row["firms over critical mass"], row["gain"], row["best gain"]) == (1.5, 9.5, 10.0)
    said = found.answer()[0]
    assert said.startswith("Wenzhou: a yuan spent from 2015 on gains 9.5 yuan of value added")
    assert "(90 % interval: 9.5 to 9.5)" in said
    assert "Of the years tried it gains most when spent from 2010 to 2015: 10 yuan" in said


def test_no_year_in_the_past_is_recommended():
    # The first year tried gains most: that is said, with its bound, after what can be done now.
    said = world([[1, 9, 1], [1, 2, 1], [1, 1, 1]], [SIZES_ROW] * 3).answer()
    assert said[0].startswith("Wenzhou: a yuan spent from 2015 on gains 1 yuan")
    assert "when spent from 2005 on (the first year tried): 9 yuan, in all 3 draws" in said[0]
    assert "that were run (95 % bound: at least 36 of 100)" in said[0]
    assert "None of this argues for early help or against it" in said[-1]


def test_no_earlier_year_is_named_where_the_last_one_is_best():
    said = world([[1, 1, 1], [1, 2, 1], [1, 9, 1]], [SIZES_ROW] * 3).answer()[0]
    assert "No earlier year that was tried gains more, in all 3 draws" in said


def test_a_window_has_no_gap():
    found = world([[1, 9.5, 1], [1, 2, 1], [1, 10, 1]], [SIZES_ROW] * 3)
    row = found.tables["windows"].iloc[0]
    assert (row["window from"], row["window to"]) == (2015, 2015)


def test_losses_have_a_window_too():
    found = world([[-1, -9, -1], [-1, -2, -1], [-1, -2.1, -1]], [SIZES_ROW] * 3)
    row = found.tables["windows"].iloc[0]
    assert (row["best start"], row["window from"], row["window to"]) == (2010, 2010, 2015)
    assert (row["draws that agree"], row["draws"]) == (3, 3)
    assert ": -2 yuan" in found.answer()[0]
    assert found.figure()


def test_a_map_without_a_result_has_no_window():
    found = world([[np.nan] * 3] * 3, [SIZES_ROW] * 3)
    assert found.tables["windows"].empty
    assert found.answer()


def test_one_set_of_values_agrees_with_nothing(model):
    one = map_timing(model, KIND, starts=(2005, 2020), sizes=(1.0,), settings=STEP)
    assert not {"draws that agree", "low", "high"} & set(one.tables["windows"])
    assert not {"gains most", "low", "high"} & set(one.tables["kinds"])
    words = " ".join(one.answer())
    assert "draws" not in words
    assert "interval" not in words
    assert "One set of values was run" in basis(one)


def test_a_year_gains_the_same_whatever_other_years_are_tried(model):
    # Policy as now goes on and spends a share of what is gained.
    options = {"sizes": (1.0,), "horizon": 10.0, "settings": STEP}
    one, two = (
        map_timing(model, load("local"), starts=starts, **options).data[HOME].sel(start=2005)
        for starts in ((2005,), (2005, 2015))
    )
    np.testing.assert_allclose(one, two, rtol=1e-9)


def test_a_kind_that_gains_most_at_every_date_is_named():
    found = world([[1, 2, 4], [2, 4, 8], [1, 2, 4]], [SIZES_ROW] * 3)
    kinds = found.tables["kinds"].set_index("kind")
    assert kinds["gains most"].to_dict() == {
        "cultivation": 0,
        "combination": 0,
        "self-development": 3,
    }
    assert "self-development gains most, in all 3 draws" in found.answer()[1]


def test_the_papers_kinds_are_judged_for_the_region_and_for_the_nation():
    home = np.array([[1, 2, 4], [2, 4, 8], [1, 2, 4]])
    found = world(home, [SIZES_ROW] * 3)
    both = world(home, [SIZES_ROW] * 3, -home)  # what helps the region costs the nation
    (last,) = (one for one in both.answer() if one.startswith("Which of the paper's three kinds"))
    assert "for a region it is self-development in every region" in last
    assert "for the nation it is cultivation in every region" in last
    assert "in 3 of 3 draws of a region" in last
    assert not any("for the nation" in one for one in found.answer())


def test_the_nations_gain_is_that_of_two_comparisons(model):
    """Over the programme's years and the rest of the horizon, for a yuan spent meanwhile."""
    options = {"starts": (2025,), "sizes": (1.0,), "settings": STEP}
    gain = map_timing(model, KIND, **options).data.sel(Region="Wenzhou", start=2025, size=1.0)
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
    assert "the size of the cluster makes little difference." in found.answer()[1]


def test_kinds_that_do_not_meet_at_any_date_are_not_compared():
    found = world([[1, 2, 3]] * 3, [[0.1, 0.2, 0.3]] * 3)
    assert found.tables["kinds"]["median"].isna().all()
    assert "cannot be compared at the same date" in found.answer()[1]


def test_what_the_map_rests_on_is_told():
    said = basis(world([[1, 2, 3]] * 3, [SIZES_ROW] * 3))
    assert "30 runs in 3 draws." in said
    assert "spends 0.5 % of its value added a year for 5 years, allocated as in" in said
    assert "on top of 'Policy as now'" in said
    assert "The 3 draws vary 1 constant." in said
    assert (
        "No programme starts before 2000: before that year value added of the Pearl River" in said
    )
    assert "critical mass" in said


def test_figures_are_drawn(found):
    assert set(found.pictures) == {"window-by-year", "window-map"}


def test_years_that_the_limitations_rule_out_are_not_offered(model):
    assert min(STARTS) == FIRST_START == 2000
    assert 1.0 in SIZES
    with pytest.raises(InputError, match=r"start = 1980 is before 2000, .*limitations\.md"):
        map_timing(model, KIND, starts=(1980, 2005))


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
        map_timing(model, KIND, **given)


def test_a_strategy_without_local_money_is_refused(model):
    with pytest.raises(InputError, match="'central' has no local programme"):
        map_timing(model, load("central"))


def test_results_are_tables_figures_and_a_workbook(found, tmp_path):
    assert "gain [yuan for a yuan]" in found.table()
    assert set(found.tables) == {"windows", "kinds", "map"}
    assert found.figure().axes
    assert found.to_excel(tmp_path / "windows.xlsx").stat().st_size > 0
