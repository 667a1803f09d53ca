"""Runs that go on from a trunk give the same digits as whole runs."""

import numpy as np
import pandas as pd
import pytest

from smecluster import model
from smecluster.model.engine.run.branches import Trunk, can_fork
from smecluster.model.errors import InputError

STEP = {"TIME STEP": 0.125}
OUTPUTS = ["value added", "Discounted value added", "Programme account", "annual wage"]
YEARS = [2025, 2032, 2040]


@pytest.fixture(scope="module")
def shipped() -> model.Model:
    return model.load()


@pytest.fixture(scope="module")
def draws() -> pd.DataFrame:
    generator = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "substitution among regions": generator.uniform(2.2, 2.8, 7),
            "spin off rate": generator.uniform(0.1, 0.16, 7),
        }
    )


def test_branches_equal_whole_runs_to_the_last_digit(shipped, draws):
    base = {"history switch": 1.0, "history end": 2025.0} | STEP
    programme = {
        "programme share[local, Region]": np.linspace(0, 0.05, 7),
        "programme start[local, Region]": 2025.0,
    }
    runs = draws.assign(**programme)
    trunk = Trunk(shipped, draws, 2025.0, base)
    branches = pd.DataFrame({**runs, **trunk.columns(np.arange(7))})
    forked = model.simulate_many(
        trunk.model, branches, OUTPUTS, YEARS, base=base | trunk.base, within_ranges=False
    )
    whole = model.simulate_many(shipped, runs, OUTPUTS, YEARS, base=base)
    for name in OUTPUTS:
        np.testing.assert_array_equal(forked[name].values, whole[name].values, err_msg=name)


def test_many_branches_go_on_from_one_beginning(shipped, draws):
    trunk = Trunk(shipped, draws, 2030.0, STEP)
    rows = np.array([3, 3, 0])
    runs = {name: draws[name].to_numpy()[rows] for name in draws}
    forked = model.simulate_many(
        trunk.model,
        pd.DataFrame({**runs, **trunk.columns(rows)}),
        ["value added"],
        [2040],
        base=STEP | trunk.base,
        within_ranges=False,
    )["value added"]
    whole = model.simulate_many(shipped, draws, ["value added"], [2040], base=STEP)["value added"]
    np.testing.assert_array_equal(forked.values, whole.values[rows])


def test_a_beginning_that_fails_is_told_with_its_reason(shipped, draws):
    broken = draws.assign(**{"yuan per Myuan": [1e6] * 6 + [0.0]})
    trunk = Trunk(shipped, broken, 2025.0, STEP)
    assert list(trunk.failed) == [False] * 6 + [True]
    assert trunk.reasons[-1]
    assert trunk.runs == 7


def test_a_model_that_remembers_more_than_its_states_is_refused(tmp_path):
    path = tmp_path / "late.mdl"
    path.write_text(
        "stock = INTEG(DELAY FIXED(stock, 2, 1), 1)\n~ Dmnl\n~ |\n"
        "INITIAL TIME = 0\n~ Year\n~ |\nFINAL TIME = 9\n~ Year\n~ |\n"
        "TIME STEP = 1\n~ Year\n~ |\nSAVEPER = TIME STEP\n~ Year\n~ |\n"
    )
    late = model.load(path)
    assert not can_fork(late)
    with pytest.raises(InputError, match="cannot be continued"):
        Trunk(late, pd.DataFrame(index=[0]), 4.0)


def test_the_shipped_model_can_be_continued(shipped):
    assert can_fork(shipped)
