"""Every command gives the same figure for the same strategy, budget, baseline and draws.

The gains differ by no more than the money does: it is matched to `EXACT` of the budget.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smecluster import model as models
from smecluster.policies import load
from smecluster.policies.comparison import study_inputs
from smecluster.policies.comparison.compute import compare
from smecluster.policies.comparison.result import DISCOUNTED
from smecluster.policies.ensemble.worlds import EXACT
from smecluster.scripts.main import main

FAST = ("--set", "TIME STEP=0.125", "--calibration", "none")
STEP = {"TIME STEP": 0.125}
PAIR = ("central", "local")
TOLERANCE = 20 * EXACT  # relative; a gain may move a little more than the money


@pytest.fixture(scope="module")
def shipped() -> models.Model:
    return models.load()


@pytest.fixture(scope="module")
def draws(shipped: models.Model) -> pd.DataFrame:
    """Four draws, the first of which has the model's own values."""
    own = {parameter.name: parameter.value for parameter in shipped.program.parameters}
    spread = {"price sensitivity": [1, 0.9, 1.1, 1.2], "spin off rate": [1, 1.1, 0.95, 0.9]}
    return pd.DataFrame({name: own[name] * np.array(factor) for name, factor in spread.items()})


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch, draws: pd.DataFrame) -> None:
    """Give commands these draws where they ask for any."""

    def select(study, *_args, **_options):
        return draws.iloc[: study.draws] if study.draws else None

    monkeypatch.setattr(study_inputs, "select_draws", select)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """Run a command and give what it prints as JSON."""

    def call(*arguments: str) -> dict:
        with pytest.raises(SystemExit) as ended:
            main([*arguments, *FAST, "--json", "--out", str(tmp_path / "out")])
        assert ended.value.code == 0
        return json.loads(capsys.readouterr().out)

    return call


def read_gains(record: dict) -> dict[str, float]:
    """Discounted value added gained in all regions, base future, median, Myuan."""
    return {
        row["strategy"]: row["median"]
        for row in record["money"]
        if row["outcome"] == "gained" and row["future"] == "base"
    }


@pytest.fixture(scope="module")
def gains(shipped: models.Model, draws: pd.DataFrame) -> pd.DataFrame:
    """What the engine gives for each draw, a row each."""
    found = compare(shipped, [load(name) for name in PAIR], draws, settings=STEP)
    whole = found.gained.sel(future="base", place="total")
    return pd.DataFrame({name: whole.sel(strategy=name).values for name in PAIR})


def test_one_set_of_values_is_an_ensemble_of_one_draw(run, gains):
    for names in (PAIR, PAIR[::-1], ("local",)):
        got = read_gains(run("compare", *names))
        for name in names:
            assert got[name] == pytest.approx(gains[name][0], rel=TOLERANCE)


def test_compare_with_draws_and_futures_gives_the_same_gains(run, drawn, gains):
    for more in ([], ["--futures", "demand"]):
        got = read_gains(run("compare", *PAIR, "--draws", "4", *more))
        for name in PAIR:
            assert got[name] == pytest.approx(gains[name].median(), rel=TOLERANCE)


def test_robust_gives_up_the_difference_of_these_gains(run, drawn, gains):
    record = run("robust", *PAIR, "--draws", "4", "--futures", "base")
    given_up = gains.max(axis=1).to_numpy()[:, None] - gains
    for row in record["regret"]:
        if row["future"] == "base":
            lost = given_up[row["strategy"]]
            size = TOLERANCE * gains.to_numpy().max()
            assert row["expected"] == pytest.approx(lost.mean(), rel=TOLERANCE, abs=size)
            assert row["maximum"] == pytest.approx(lost.max(), rel=TOLERANCE, abs=size)


def test_futures_loses_what_compare_loses_there(run, drawn):
    options = ("--draws", "4", "--futures", "demand")
    alone = run("futures", *PAIR, *options)["recovery"]
    beside = run("compare", *PAIR, *options)["recovery"]
    assert alone == beside


def test_the_baseline_changes_neither_money_nor_paths(shipped, gains):
    """The gain against one baseline is that against another plus what lies between the two."""
    ended = load("end-all-policy")
    other = compare(shipped, [load("local"), load("as-now")], baseline=ended, settings=STEP)
    whole = other.gained.sel(future="base", place="total").isel(draw=0)
    between = float(whole.sel(strategy="local") - whole.sel(strategy="as-now"))
    assert between == pytest.approx(gains["local"][0], rel=TOLERANCE)
    assert other.gained.attrs["unit"] == other.ends[DISCOUNTED].attrs["unit"] == "Myuan"
