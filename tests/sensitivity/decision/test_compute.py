"""A decision counts what a comparison counts, and its parts agree with one another."""

import numpy as np
import pytest

from smecluster.calibration.loading import load_model
from smecluster.calibration.store.mismatches import NONE
from smecluster.model.errors import InputError
from smecluster.model.support.checkpoints import Checkpoints
from smecluster.policies.comparison.compute import compare
from smecluster.policies.strategy import load
from smecluster.sensitivity.decision.compute import decide
from smecluster.sensitivity.decision.draws import draw_everything
from smecluster.sensitivity.decision.groups import BY_CONSTANT, BY_PLACE, BY_SECTOR, BY_SOURCE
from smecluster.sensitivity.decision.measures import IMPORTANCE, INFORMATION, OPTIONS
from smecluster.sensitivity.decision.worlds import NEITHER, YARDSTICKS, Contest
from smecluster.sensitivity.tipping.measures import MEASURES

MODEL = load_model(calibration=NONE)
PAIR = [load("central"), load("local")]
HORIZON = 2030
DRAWS = draw_everything(MODEL, NONE, 220, 1)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept")
    with Checkpoints(folder, {"test": "decide"}) as kept:
        return decide(MODEL, PAIR, DRAWS, horizon=HORIZON, checkpoints=kept)


def test_gains_are_those_of_a_comparison():
    few = DRAWS.table.iloc[:3]
    gains = Contest(MODEL, PAIR, "0.5%", 2040).run(few)
    made = compare(
        MODEL,
        PAIR,
        few,
        budget=gains.money,
        outcomes=list(MEASURES),
    )
    ends = made.changes.isel(future=0).transpose("draw", "strategy", ...)
    value = ends[MEASURES[0]].sel(place="total", strategy=["central", "local"]).values
    nation = ends[MEASURES[1]].sel(strategy=["central", "local"]).values
    assert gains.options == ("central", "local", NEITHER)
    assert gains.values[:, :2, 0] == pytest.approx(value - gains.money, rel=1e-3, abs=20)
    assert gains.values[:, :2, 1] == pytest.approx(nation, rel=1e-3, abs=20)
    assert (gains.values[:, 2] == 0).all()


def test_every_constant_is_in_every_way_of_grouping(found):
    columns = len(found.draws.table.columns)
    for yardstick in YARDSTICKS:
        table = found.information[yardstick]
        for way in (BY_SECTOR, BY_PLACE, BY_SOURCE, BY_CONSTANT):
            assert table.loc[table["way"] == way, "constants"].sum() == columns


def test_nothing_is_worth_more_than_knowing_everything(found):
    for yardstick in YARDSTICKS:
        value, error = found.perfect[yardstick]
        assert value >= 0
        assert (found.information[yardstick]["value"] <= value + 3 * error).all()


def test_shares_of_options_sum_to_one_and_the_best_has_the_greatest_gain(found):
    table = found.table(OPTIONS)
    for yardstick, part in table.groupby("yardstick"):
        assert part["best in share of draws"].sum() == pytest.approx(1)
        assert part.loc[part["expected [bn yuan]"].idxmax(), "option"] == found.find_best(yardstick)


def test_importance_has_a_row_for_every_element(found):
    table = found.table(IMPORTANCE)
    assert len(table) == len(YARDSTICKS) * (len(DRAWS.table.columns) + 1)
    assert table["share"].max() <= 1


def test_work_that_was_interrupted_comes_to_the_same_tables(found, tmp_path):
    class Stop(Exception):
        pass

    def stop(done: int, total: int) -> None:
        raise Stop

    with pytest.raises(Stop), Checkpoints(tmp_path, {"test": "decide"}) as kept:
        decide(MODEL, PAIR, DRAWS, horizon=HORIZON, checkpoints=kept, analysing=stop)
    with Checkpoints(tmp_path, {"test": "decide"}) as kept:
        again = decide(MODEL, PAIR, DRAWS, horizon=HORIZON, checkpoints=kept, workers=1)
    for name, table in found.tables().items():
        assert again.table(name).equals(table)


def test_every_sentence_and_figure_can_be_made(found):
    said = found.answer()
    assert any("knowing everything before deciding" in one for one in said)
    assert sum("cannot be told from nothing" in one for one in said) >= 1
    assert found.basis()[0].startswith("220 draws")
    assert {INFORMATION, IMPORTANCE} <= set(found.figures())


def test_planes_hold_the_runs_at_the_models_values(found):
    planes = [plane for some in found.planes.values() for plane in some]
    for plane in planes:
        assert plane.expected.shape == plane.alone.shape == (len(plane.up), len(plane.along))
        assert np.isfinite(plane.alone).all()
        assert (np.diff(plane.along) > 0).all()


@pytest.mark.parametrize(
    ("strategies", "budget", "horizon", "says"),
    [
        (["central"], "0.5%", 2040, "two or more strategies to decide between, not 1"),
        (["central", "central"], "0.5%", 2040, "'central' is named twice"),
        (["central", "as-now"], "0.5%", 2040, "always among the options"),
        (["central", "local"], "0%", 2040, "nothing to decide"),
        (
            ["central", "local"],
            "0.5%",
            2025,
            r"horizon must be a whole year in 2026\.\.2060, not 2025",
        ),
    ],
)
def test_what_cannot_be_decided_is_refused(strategies, budget, horizon, says):
    with pytest.raises(InputError, match=says):
        Contest(MODEL, [load(name) for name in strategies], budget, horizon)
