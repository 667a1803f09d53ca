"""A city taken out of its region: nothing is counted twice, in figures, values, draws and fits.

The balances are those of the published figures (the Delta's, in ``series.csv``), read here from the
file. The city is no place: it is a fifth of the Delta by figures that stand in this file.
"""

import csv
import shutil

import numpy as np
import pandas as pd
import pytest

from smecluster.calibration.authoring.case_check import check_case
from smecluster.calibration.choosing import find_drawn
from smecluster.calibration.data.case import load_case
from smecluster.calibration.data.measuring import deflate
from smecluster.calibration.data.series import CASES
from smecluster.calibration.drawing import sample_draws
from smecluster.calibration.importing.sized_case import new_sized_case
from smecluster.calibration.interface import assemble_together, plan_alone
from smecluster.calibration.loading import load_calibrated, load_gross
from smecluster.calibration.nesting.netted_cases import net_cases
from smecluster.calibration.nesting.netting import Netting
from smecluster.calibration.problem.objective import Objective
from smecluster.model import simulate
from smecluster.model.errors import InputError

DELTA, CITY = "Pearl River Delta", "the city"
#: Value added of the city, million yuan in prices of the year.
FIGURES = {2000: 165_000.0, 2005: 361_000.0, 2010: 760_000.0, 2015: 1_290_000.0, 2020: 1_800_000.0}
#: How much the total may rise by splitting: rounding, and the cost of a second administration.
MAY_RISE = 0.001

pytestmark = pytest.mark.filterwarnings(
    "ignore::smecluster.calibration.store.mismatches.CalibrationWarning"
)


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """A city of the Delta, brought to size in 2010 and measured by its figures."""
    folder = tmp_path_factory.mktemp("cases") / "the-city"
    new_sized_case(folder, "pearl_river_delta", FIGURES[2010], 2010, part_of=DELTA)
    with (folder / "series.csv").open("a", encoding="utf-8") as file:
        for year, value in FIGURES.items():
            cells = ("the_city", "va", year, value, "exact", "million yuan", "current prices")
            file.write(",".join(map(str, (*cells, "read", "S101", ""))) + "\n")
    case = folder / "case.toml"
    text = case.read_text(encoding="utf-8").replace('series = ["value_added"]', 'series = ["va"]')
    text = text.replace("years = [2010, 2010]", "years = [1990, 2023]")
    case.write_text(text.replace("context = []", 'context = ["value_added"]'), encoding="utf-8")
    return folder


def read_published():
    """Read what the Delta published: value added by year, million yuan in prices of the year."""
    with (CASES / "pearl_river_delta" / "series.csv").open(encoding="utf-8") as file:
        return {
            int(row["year"]): float(row["value"]) * 100
            for row in csv.DictReader(line for line in file if not line.startswith("#"))
            if row["series"] == "gdp_nominal_revised"
        }


def total(run, *regions):
    return run["value added"].sel(Region=list(regions)).sum("Region").values


def test_the_regions_together_make_what_they_made_before(city):
    before = simulate(load_calibrated([], []), outputs=["value added"])
    after = simulate(load_calibrated([], [city]), outputs=["value added"])
    assert (after["value added"].sel(Region=CITY) > 0).all()
    everywhere = total(after, *after["Region"].values) / total(before, *before["Region"].values)
    assert everywhere.max() <= 1 + MAY_RISE
    assert everywhere.min() >= 1 - 0.01


def test_city_and_rest_come_as_close_to_the_published_whole_as_the_whole_did(city):
    published = read_published()
    years = [float(year) for year in published]
    figures = np.array([deflate(value, year) for year, value in published.items()])

    def error(model, *regions):
        run = simulate(model, outputs=["value added"], years=years)
        return np.abs(total(run, *regions) / figures - 1).mean()

    alone = error(load_calibrated([], []), DELTA)
    assert error(load_calibrated([], [city]), DELTA, CITY) == pytest.approx(alone, abs=0.005)


def test_the_figures_of_the_rest_are_the_published_ones_less_the_citys(city):
    whole, part = load_case("pearl_river_delta"), load_case(city)
    rest = net_cases([whole, part], {DELTA: (CITY,)})[0].measurements()
    published = read_published()
    level = rest[(rest["variable"] == "value added") & (rest["compare"] == "level")]
    assert set(level["year"]) == {*FIGURES}  # what the rest made in other years is not known
    for year, value in zip(level["year"], level["value"], strict=True):
        assert value == pytest.approx(deflate(published[year] - FIGURES[year], year))
    wages = whole.measurements().query("variable == 'annual wage'")["value"]
    assert rest.query("variable == 'annual wage'")["value"].tolist() == wages.tolist()
    assert not rest["variable"].isin(["SME loans", "tax revenue"]).any()


def test_in_every_draw_city_and_rest_have_what_the_whole_has(city):
    parts = load_gross([], [city], find_drawn())[1]
    assert parts == {DELTA: (CITY,)}
    draws = sample_draws(find_drawn(), 3, 1)
    netted = sample_draws(find_drawn(), 3, 1, None, [city])
    name = f"market share at reference[{DELTA}, national]"
    own = next(
        each.value
        for each in load_case(city).constants
        if (each.variable, each.element) == ("market share at reference", "national")
    )
    assert (netted[name] + own).to_numpy() == pytest.approx(draws[name].to_numpy())
    income = f"income elasticity of demand[{DELTA}]"
    assert netted[income].tolist() == draws[income].tolist()


def test_a_fit_of_the_city_moves_the_rest_with_it(city):
    problem = plan_alone(load_case(city), (), {"TIME STEP": 0.25}).problem
    objective = Objective(problem, workers=1)
    share = f"market share at reference[{CITY}, national]"
    points = np.vstack([objective.start, objective.start])
    points[1, objective.names.index(share)] += np.log(1.5)
    inputs = objective.to_inputs(points)
    whole = f"market share at reference[{DELTA}, national]"
    assert inputs[share][1] == pytest.approx(1.5 * inputs[share][0])
    together = inputs[share] + inputs[whole]
    assert together[0] == pytest.approx(together[1])
    assert np.isfinite(objective.cost(points)).all()


def test_the_fit_of_the_city_runs_the_model_that_other_commands_run(city):
    """At the case's own values, the figures' years give what `load_calibrated` gives."""
    problem = plan_alone(load_case(city)).problem
    objective = Objective(problem, workers=1)
    run = simulate(load_calibrated([], [city]), outputs=["value added"], years=[2010.0])
    at = np.flatnonzero(problem.measurements["year"] == 2010)[0]
    found = objective.simulate(objective.start)[0, at]
    assert found == pytest.approx(run["value added"].sel(Region=CITY).item(), rel=1e-6)


def test_whole_and_part_are_fitted_together_to_figures_that_do_not_overlap(city):
    problem = assemble_together(["pearl_river_delta", city], (), {"TIME STEP": 0.25})
    assert problem.netting is not None
    assert problem.netting.parts == {DELTA: (CITY,)}
    figures = problem.measurements.query("variable == 'value added' and year == 2010")
    sums = figures.groupby("year")["value"].sum()
    assert sums[2010] == pytest.approx(deflate(read_published()[2010], 2010))


def test_a_part_that_is_larger_than_its_whole_is_refused(city):
    gross, parts = load_gross([], [city], None)
    name = f"initial firms[{CITY}, imitative]"
    from smecluster.model import Model
    from smecluster.model.engine.read.values import set_values

    larger = Model(set_values(gross.text, {name: 60_000.0}), gross.path)
    with pytest.raises(InputError, match="the city cannot be taken out of Pearl River Delta"):
        Netting(larger, parts).net_model()
    short = Netting(gross, parts)
    table = pd.DataFrame({name: [10.0, 60_000.0]})
    assert short.count_short(table) == 1
    assert (short.net_inputs(table).filter(like=DELTA) > 0).all(axis=None)


def test_the_check_of_a_case_finds_what_would_count_twice(city, tmp_path):
    assert check_case(city).problems == ()
    copy = tmp_path / "the-city"
    shutil.copytree(city, copy)
    path = copy / "case.toml"
    text = path.read_text(encoding="utf-8").replace(f'part_of = "{DELTA}"', 'part_of = ""')
    path.write_text(text, encoding="utf-8")
    assert any("no codes" in note for note in check_case(copy).notes)
    path.write_text(text.replace("codes = []", 'codes = ["4403"]'), encoding="utf-8")
    assert "lies in Pearl River Delta (4403 in 4403)" in check_case(copy).problems[0]
