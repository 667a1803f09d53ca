"""Random equations, against PySD and against a plain reading of the operations."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smecluster import model
from smecluster.model.engine.compile import kernel
from smecluster.model.engine.graph.clock import compute_times
from smecluster.model.engine.graph.inputs import InputIndex
from smecluster.model.engine.graph.interpreter import Interpreter
from smecluster.model.engine.graph.outputs import select_outputs
from smecluster.model.engine.run.runs import RunError
from smecluster.model.errors import InputError
from tests.parity.interpreted import run

DATA = Path(__file__).parents[2] / "data"

CLOCK = "INITIAL TIME = 0 ~~|\nFINAL TIME = 2 ~~|\nTIME STEP = 0.25 ~~|\nSAVEPER = 0.25 ~~|\n"
FIXED = (
    "Region: a, b ~~|\nc[Region] = 0.7, -1.3 ~~|\nk = 2.5 ~~|\n"
    "t((-1,2),(0.5,-1),(2,3)) ~~|\ns[Region] = INTEG(c[Region] - 0.1 * s[Region], 1) ~~|\n"
    # With stocks of one shape only, PySD's states lose their type.
    "other stock = INTEG(1, 0) ~~|\n"
)

LEAVES = st.sampled_from(
    ["Time", "k", "c[Region]", "s[Region]", "s[b]", "2", "0.5", "1.75", "SUM(s[Region!])"]
)
CALLS = {
    "ABS": 1,
    "SIN": 1,
    "ARCTAN": 1,
    "TANH": 1,
    "INTEGER": 1,
    "t": 1,
    "MIN": 2,
    "MAX": 2,
    "MODULO": 2,
    "QUANTUM": 2,
    "ZIDZ": 2,
    "STEP": 2,
    "XIDZ": 3,
    "RAMP": 3,
}
COMPARISONS = st.sampled_from([">", "<", ">=", "<=", "<>"])


def grown(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def call(name: str) -> st.SearchStrategy[str]:
        return st.lists(parts, min_size=CALLS[name], max_size=CALLS[name]).map(
            lambda given: f"{name}({', '.join(given)})"
        )

    operators = st.sampled_from(["+", "-", "*"])
    pairs = st.tuples(parts, operators, parts).map(lambda t: f"({t[0]} {t[1]} {t[2]})")
    chains = st.tuples(parts, operators, parts, operators, parts).map(" ".join)
    chains = chains.map(lambda text: f"({text})")
    # Domains are kept to, so that PySD has a value for every draw.
    shares = st.tuples(parts, parts).map(lambda t: f"({t[0]} / (1 + ABS({t[1]})))")
    powers = st.tuples(parts, parts).map(lambda t: f"((0.1 + ABS({t[0]})) ^ SIN({t[1]}))")
    squares = parts.map(lambda p: f"ABS({p}) ^ 2")
    logs = parts.map(lambda p: f"LN(0.5 + ABS({p}))")
    exps = parts.map(lambda p: f"EXP(SIN({p}))")
    roots = parts.map(lambda p: f"SQRT(ABS({p}))")
    signs = parts.map(lambda p: f"(-{p})")
    choices = st.tuples(parts, COMPARISONS, parts, parts, parts).map(
        lambda t: f"IF THEN ELSE({t[0]} {t[1]} {t[2]}, {t[3]}, {t[4]})"
    )
    calls = st.sampled_from(sorted(CALLS)).flatmap(call)
    times = parts.map(lambda p: f"GET TIME VALUE(0, {p}, 0)")
    return st.one_of(
        pairs, chains, shares, powers, squares, logs, exps, roots, signs, choices, calls, times
    )


EXPRESSIONS = st.recursive(LEAVES, grown, max_leaves=6)


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(expressions=st.lists(EXPRESSIONS, min_size=12, max_size=12))
def test_random_equations_give_what_pysd_gives(tmp_path: Path, expressions: list[str]) -> None:
    lines = [f"v{place}[Region] = {text} ~~|" for place, text in enumerate(expressions)]
    path = tmp_path / "random.mdl"
    path.write_text("{UTF-8}\n" + FIXED + "\n".join(lines) + "\n" + CLOCK)
    m = model.load(path)
    found = model.simulate(m)
    expected = model.simulate(m, engine="pysd")
    for place, text in enumerate(expressions):
        a, b = found[f"v{place}"].values, expected[f"v{place}"].values
        np.testing.assert_allclose(a, b, 1e-9, 1e-12 * max(1.0, np.abs(b).max()), err_msg=text)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    x=st.lists(st.floats(-800, 800), min_size=8, max_size=8),
    y=st.lists(st.floats(-30, 30) | st.integers(-4, 4).map(float), min_size=8, max_size=8),
)
def test_exponential_logarithm_and_power_are_exact_to_a_few_digits(
    x: list[float], y: list[float]
) -> None:
    m = model.load(DATA / "arithmetic.mdl")
    result = model.simulate_many(m, {"x": x, "y": y}, ["exponential", "logarithm", "power"])
    x_, y_ = np.array(x), np.array(y)
    with np.errstate(all="ignore"):
        expected = {
            "exponential": np.exp(x_ / 2),
            "logarithm": np.log(np.abs(x_) + 1e-3),
            "power": np.power(x_ / 100, y_),
        }
    fine = np.all([np.isfinite(values) for values in expected.values()], axis=0)
    assert list(result["failure reason"].values == "") == list(fine)
    for name, values in expected.items():
        found = result[name].isel(time=0).values[fine]
        np.testing.assert_allclose(found, values[fine], 1e-12, 1e-300, err_msg=name)


@pytest.mark.parametrize("name", ["functions", "delays", "lookups", "subscripts"])
def test_the_kernel_does_what_the_operations_say(name: str) -> None:
    m = model.load(DATA / f"{name}.mdl")
    program = m.program
    chosen = select_outputs(program, None)
    parameters = InputIndex(program).resolve({}).parameters(program)
    clock = compute_times(program, parameters, {})
    kept = [place for place, slot in enumerate(clock.kept) if slot >= 0]
    read = run(Interpreter(program, parameters), clock.all, clock.step, kept, chosen.nodes)
    found = model.simulate(m)
    begin = 0
    for variable in chosen.names:
        count = len(program.outputs[variable].cells)
        expected = read[:, begin : begin + count].reshape(found[variable].shape)
        np.testing.assert_allclose(found[variable], expected, 1e-11, 1e-13, err_msg=variable)
        begin += count


@given(
    points=st.lists(
        st.tuples(st.floats(-100, 100), st.floats(-100, 100)),
        min_size=2,
        max_size=8,
        unique_by=lambda point: round(point[0], 3),
    ),
    at=st.floats(-120, 120),
)
@settings(max_examples=100, deadline=None, derandomize=True)
def test_a_table_is_read_as_numpy_interpolates(
    points: list[tuple[float, float]], at: float
) -> None:
    m = model.load(DATA / "arithmetic.mdl")
    ordered = sorted(points)
    found = model.simulate(m, {"t": points, "x": at}, outputs=["read"])
    expected = np.interp(at, *zip(*ordered, strict=True))
    np.testing.assert_allclose(found["read"][0], expected, 1e-9, 1e-9)


def test_a_failing_run_is_not_a_wrong_number() -> None:
    m = model.load(DATA / "arithmetic.mdl")
    for inputs, reason in (
        ({"x": 2000.0}, "overflow"),
        ({"x": -50.0, "y": 0.5}, "negative number to a fractional power"),
        ({"x": 0.0, "y": -1.0}, "zero to a negative power"),
    ):
        with pytest.raises(RunError, match=reason):
            model.simulate(m, inputs)


def test_infinite_inputs_are_refused() -> None:
    with pytest.raises(InputError, match="finite"):
        model.simulate(model.load(DATA / "arithmetic.mdl"), {"x": float("inf")})


def test_a_neighbour_at_the_edge_of_a_power_changes_no_digit(tmp_path: Path) -> None:
    path = tmp_path / "powers.mdl"
    path.write_text(
        CLOCK + "x = 1 ~~|\ny = 1 ~~|\np = 0.3 ~~|\nstock = INTEG(y, 1) ~~|\n"
        "product = (x * stock) ^ p * (y + stock) ^ (1 - p) ~~|\n"
    )
    m = model.load(path)
    x = np.linspace(0.1, 3, 40)
    alone = model.simulate_many(m, {"x": x}, ["product"])["product"].values
    x[[3, 17]] = 0  # no logarithm: these take the slow path
    beside = model.simulate_many(m, {"x": x}, ["product"])["product"].values
    np.testing.assert_array_equal(beside[x == 0], 0)
    np.testing.assert_array_equal(beside[x > 0], alone[x > 0])


@pytest.mark.parametrize("name", ["functions", "delays", "lookups", "subscripts", "shipped"])
def test_how_well_the_code_is_compiled_changes_no_digit(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMECLUSTER_CACHE", str(tmp_path))
    m = model.load() if name == "shipped" else model.load(DATA / f"{name}.mdl")
    runs = []
    for worth in (np.inf, 0.0):
        monkeypatch.setattr(kernel, "_LOADED", {})
        monkeypatch.setattr(kernel, "_WORTH", worth)
        runs.append(model.simulate(m))
    xr.testing.assert_identical(*runs)
