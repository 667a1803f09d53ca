"""Seen from an origin, dated tables end there and go on as they were."""

import numpy as np
import pytest

from smecluster.calibration.forecasts.outlook import count_power, look_ahead
from smecluster.calibration.forecasts.protocol import read_protocol
from smecluster.model import Model, load, simulate
from smecluster.model.engine.read.values import set_values
from smecluster.model.errors import InputError

DRIVERS = read_protocol().drivers
ORIGIN, LAST = 2008, 2016


@pytest.fixture(scope="module")
def model():
    return load()


@pytest.fixture(scope="module")
def outlook(model):
    return look_ahead(model, ORIGIN, LAST, DRIVERS)


def change_later(model):
    """Change every point of every dated table after the origin."""
    changed = {}
    for table in model.program.tables:
        if table.x[0] > 1000:
            points = [
                (x, y if x <= ORIGIN else 0.5 * y + 0.01)
                for x, y in zip(table.x, table.y, strict=True)
            ]
            name = table.name + (f"[{', '.join(table.cell)}]" if table.cell else "")
            changed[name] = points
    return changed


def test_what_comes_after_the_origin_changes_nothing(model, outlook):
    later = Model(set_values(model.text, change_later(model)), model.path)
    assert look_ahead(later, ORIGIN, LAST, DRIVERS) == outlook
    assert later.hash != model.hash


def test_every_dated_table_is_set_and_no_other(model, outlook):
    dated = [table for table in model.program.tables if table.x[0] > 1000]
    assert len(outlook.tables) == len(dated)
    assert DRIVERS.nation in outlook.tables


def test_a_growing_table_goes_on_with_its_mean_growth_and_others_stay(outlook, model):
    (nation,) = [t for t in model.program.tables if t.name == DRIVERS.nation]
    logs = dict(zip(nation.x, np.log(nation.y), strict=True))
    growth = (logs[ORIGIN] - logs[ORIGIN - 10]) / 10
    points = dict(outlook.tables[DRIVERS.nation])
    assert np.log(points[LAST]) == pytest.approx(logs[ORIGIN] + growth * (LAST - ORIGIN))
    still = dict(outlook.tables["financial depth table"])
    assert still[LAST + 1] == still[max(year for year in still if year <= ORIGIN)]


def test_national_output_is_drawn_with_the_variance_that_the_rivals_are_given(outlook):
    rng = np.random.default_rng(5)
    middle = dict(outlook.tables[DRIVERS.nation])
    away = {horizon: [] for horizon in (0, 1, 8)}
    for _ in range(4000):
        drawn = dict(outlook.draw(LAST, rng)[DRIVERS.nation])
        for horizon, found in away.items():
            found.append(np.log(drawn[ORIGIN + horizon] / middle[ORIGIN + horizon]))
    for horizon, found in away.items():
        variance = float(outlook.measure_variance(np.array(horizon)))
        assert np.var(found) == pytest.approx(variance, rel=0.1, abs=1e-12)


def test_tables_that_grow_depart_together_and_others_not_at_all(outlook):
    drawn = outlook.draw(LAST, np.random.default_rng(6))
    for name, points in outlook.tables.items():
        ratio = dict(drawn[name])[points[-1][0]] / (points[-1][1] or 1.0)
        if name in DRIVERS.grow:
            shared = dict(drawn[DRIVERS.nation])[LAST] / dict(outlook.tables[DRIVERS.nation])[LAST]
            assert dict(drawn[name])[LAST] / dict(points)[LAST] == pytest.approx(shared)
        else:
            assert ratio in (1.0, 0.0)


def test_a_ratio_of_two_growing_tables_does_not_depend_on_national_output(model):
    output, wage = "national market index", "national wage"
    assert count_power(model, (output,), (), DRIVERS) == 1
    assert count_power(model, (output,), (wage,), DRIVERS) == 0
    assert count_power(model, (output, "financial depth"), (), DRIVERS) == 1


def test_the_model_runs_with_the_tables_and_is_the_same_up_to_the_origin(model, outlook):
    years = [2000, ORIGIN - 1, LAST]
    with_tables, own = (
        simulate(model, given, outputs=["national market index"], years=years)
        for given in (dict(outlook.tables), {})
    )
    paths = [run["national market index"].to_numpy() for run in (with_tables, own)]
    assert paths[0][:2] == pytest.approx(paths[1][:2], rel=1e-3)
    assert paths[0][2] != pytest.approx(paths[1][2], rel=1e-3)


def test_an_unknown_table_is_named(model):
    wrong = DRIVERS.model_copy(update={"grow": ("national market tabel",)})
    with pytest.raises(InputError, match="national market table"):
        look_ahead(model, ORIGIN, LAST, wrong)
