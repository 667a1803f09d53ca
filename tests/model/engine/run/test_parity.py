"""The kernel computes what PySD computes, for every function and for the whole model."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from smecluster import model
from smecluster.model.engine.graph.clock import compute_times
from smecluster.model.engine.graph.inputs import InputIndex
from smecluster.model.engine.graph.outputs import select_outputs
from smecluster.model.engine.graph.values import Scale
from smecluster.model.engine.reference.pysd import Reference
from smecluster.model.engine.run.results import label_results
from smecluster.policies import load as load_strategy

DATA = Path(__file__).parents[2] / "data"
RELATIVE = 1e-9
NEAR_ZERO = 1e-12

# Differences of large numbers that cancel: only rounding is left of them, so they are held
# against the size of what they are computed from.
RESIDUALS = ("money unaccounted",)


def assert_agree(found: xr.Dataset, expected: xr.Dataset) -> None:
    assert set(found.data_vars) == set(expected.data_vars)
    for name in expected.data_vars:
        scale = 0.0
        if name in RESIDUALS:
            scale = 1e-9 * float(expected["value added"].max())
        np.testing.assert_allclose(
            found[name], expected[name], RELATIVE, max(NEAR_ZERO, scale), err_msg=str(name)
        )


def both(m: model.Model, inputs: dict[str, object] | None = None) -> None:
    assert_agree(model.simulate(m, inputs), model.simulate(m, inputs, engine="pysd"))


@pytest.mark.parametrize("name", ["functions", "delays", "lookups", "subscripts", "two_towns"])
def test_every_function_gives_what_pysd_gives(name: str) -> None:
    both(model.load(DATA / f"{name}.mdl"))


@pytest.mark.parametrize("saveper", [0.125, 0.3, 0.5, 1.0, 0.1])
def test_times_are_kept_as_pysd_keeps_them(saveper: float) -> None:
    m = model.load(DATA / "functions.mdl")
    # 0.3 and 0.1 do not divide into steps of 0.125.
    changed = model.Model(m.text.replace("SAVEPER = TIME STEP", f"SAVEPER = {saveper}"), m.path)
    found = model.simulate(changed, outputs=["x"])
    with Reference(changed.text, changed.program) as reference:
        told = reference._model.run(return_columns=["v0"])
    np.testing.assert_array_equal(found["time"], told.index)
    np.testing.assert_allclose(found["x"], told["v0"], RELATIVE, NEAR_ZERO)


@pytest.mark.parametrize("step", [0.1, 0.3, 1.0])
def test_other_time_steps_agree(step: float) -> None:
    inputs = {"TIME STEP": step, "FINAL TIME": 4.0}
    for name in ("functions", "lookups"):
        both(model.load(DATA / f"{name}.mdl"), inputs)


def test_inputs_of_every_kind_mean_the_same_to_pysd() -> None:
    both(
        model.load(DATA / "subscripts.mdl"),
        {
            "initial people[middle]": 25.0,
            "use[north, good2]": 7.0,
            "price": [1.0, 4.0, 2.5],
            "birth rate": {"south": 0.1},
            "FINAL TIME": 2.0,
        },
    )
    both(
        model.load(DATA / "lookups.mdl"),
        {
            "by region[middle]": Scale(1.5),
            "plain": [(-1.0, 2.0), (0.5, 3.0), (2.0, -1.0)],
            "shared[south]": Scale(-2.0),
            "stock": 11.0,
        },
    )


# PySD takes seconds for each run.
@pytest.mark.parametrize("runs", [4, pytest.param(20, marks=pytest.mark.slow)])
def test_the_whole_model_agrees_for_random_inputs(runs: int) -> None:
    """Runs over all constants, two steps each, beginning somewhere in 1978-2039."""
    compare_random_runs(model.load(), runs=runs, years=0.25, seed=20240501)


def test_whole_runs_agree_with_an_engine_that_shares_no_code() -> None:
    """Twenty runs from 1978 to 2040 over all constants; PySD would take hours."""
    pytest.importorskip("simlin")
    m = model.load()
    draw = np.random.default_rng(11)
    for _ in range(20):
        inputs = random_inputs(m, draw)
        assert_agree(model.simulate(m, inputs), model.simulate(m, inputs, engine="simlin"))


@pytest.mark.parametrize("strategy", ["local", "central", "mixed"])
def test_whole_runs_of_strategies_agree_with_an_engine_that_shares_no_code(strategy: str) -> None:
    pytest.importorskip("simlin")
    m = model.load()
    inputs = load_strategy(strategy).plan(m).inputs
    assert_agree(model.simulate(m, inputs), model.simulate(m, inputs, engine="simlin"))


@pytest.mark.slow
def test_the_whole_model_agrees_over_its_whole_time() -> None:
    """One run over all constants; PySD takes minutes for it."""
    compare_random_runs(model.load(), runs=1, years=62.0, seed=7)


def compare_random_runs(m: model.Model, runs: int, years: float, seed: int) -> None:
    draw = np.random.default_rng(seed)
    program = m.program
    chosen = select_outputs(program, None)
    directory = InputIndex(program)
    with Reference(m.text, m.program) as reference:
        for _ in range(runs):
            begin = 1978.0 + 0.125 * int(draw.integers(0, round((62.0 - years) * 8) + 1))
            inputs = random_inputs(m, draw) | {
                "INITIAL TIME": begin,
                "FINAL TIME": begin + years,
                "TIME STEP": 0.125,
                "SAVEPER": 0.125,
            }
            found = model.simulate(m, inputs, within_ranges=False)
            resolved = directory.resolve(inputs)
            clock = compute_times(program, resolved.parameters(program), resolved.tables)
            values = reference.run(resolved, chosen, clock)
            assert_agree(found, label_results(m, chosen, values, clock.labels, None, "pysd"))


def random_inputs(m: model.Model, draw: np.random.Generator) -> dict[str, float]:
    """Move every constant by up to a quarter, within its range."""
    controls = {"INITIAL TIME", "FINAL TIME", "TIME STEP", "SAVEPER"}
    inputs = {}
    for parameter in m.program.parameters:
        variable = m.variables.get(parameter.name)
        # A variable may be constant for some elements and computed for others.
        if variable and variable.kind == "constant" and parameter.name not in controls:
            value = parameter.value * draw.uniform(0.75, 1.25)
            if parameter.value == 0:
                value = 0.0
            low = -np.inf if variable.low is None else min(variable.low, parameter.value)
            high = np.inf if variable.high is None else max(variable.high, parameter.value)
            cell = f"[{', '.join(parameter.cell)}]" if parameter.cell else ""
            inputs[parameter.name + cell] = float(np.clip(value, low, high))
    return inputs
