"""Many runs: the same digits however they are spread, and no failure is lost."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from smecluster import model
from smecluster.model.engine.run import batches
from smecluster.model.engine.run.runs import RunError
from smecluster.model.errors import InputError

DATA = Path(__file__).parents[2] / "data"
TOWNS = DATA / "two_towns.mdl"
OUTPUTS = ["People", "arrivals"]


@pytest.fixture(autouse=True)
def code_for_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compute these few runs with the code that many have; `test_batches` holds both together."""
    monkeypatch.setattr(batches, "_FEW_STEPS", 0)


@pytest.fixture(scope="module")
def towns() -> model.Model:
    return model.load(TOWNS)


def draws(count: int, seed: int = 1) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "stay": draw.uniform(8, 16, count),
            "pull[Hill Town]": draw.uniform(0.8, 1.2, count),
            "adjustment time": draw.uniform(4, 6, count),
        }
    )


def assert_same_digits(a: xr.Dataset, b: xr.Dataset) -> None:
    xr.testing.assert_identical(a.drop_attrs(), b.drop_attrs())


def test_one_of_many_is_the_run_alone(towns: model.Model) -> None:
    table = draws(11)
    many = model.simulate_many(towns, table, OUTPUTS)
    for run in (0, 7, 10):
        alone = model.simulate(towns, table.iloc[run].to_dict(), outputs=OUTPUTS)
        for name in OUTPUTS:
            np.testing.assert_array_equal(many[name].sel(run=run), alone[name])


@pytest.mark.parametrize(("chunk", "workers"), [(1, 1), (7, 2), (64, 3), (1000, 8)])
def test_chunks_and_threads_change_no_digit(towns: model.Model, chunk: int, workers: int) -> None:
    table = draws(100)
    usual = model.simulate_many(towns, table, OUTPUTS)
    assert_same_digits(
        model.simulate_many(towns, table, OUTPUTS, chunk=chunk, workers=workers), usual
    )


def test_the_order_of_runs_changes_no_digit(towns: model.Model) -> None:
    table = draws(50)
    shuffled = table.sample(frac=1, random_state=3)
    usual = model.simulate_many(towns, table, OUTPUTS)
    other = model.simulate_many(towns, shuffled, OUTPUTS)
    assert_same_digits(other.sortby("run"), usual)


def test_compiling_for_what_varies_changes_no_digit(towns: model.Model) -> None:
    # From 4096 runs on, inputs that do not vary are treated apart.
    table = draws(4100)
    many = model.simulate_many(towns, table, OUTPUTS, years=[1978, 2040])
    few = model.simulate_many(towns, table.iloc[:100], OUTPUTS, years=[1978, 2040])
    assert_same_digits(many.isel(run=slice(0, 100)), few)


def test_only_what_is_asked_for_is_kept(towns: model.Model) -> None:
    result = model.simulate_many(towns, draws(3), ["People"], years=[1980, 2000.5])
    assert result["People"].dims == ("run", "time", "Region")
    assert list(result["time"]) == [1980, 2000.5]
    assert list(result["Region"]) == ["Hill Town", "River Town"]
    assert "arrivals" not in result


def test_results_say_where_they_come_from(towns: model.Model) -> None:
    result = model.simulate(towns)
    assert result["People"].attrs["unit"] == "person"
    assert result["People"].attrs["definition"] == "People in the town."
    assert result.attrs["engine"] == "kernel"
    assert result.attrs["model hash"] == towns.hash
    assert "llvmlite" in result.attrs["versions"]


def test_runs_keep_the_labels_of_the_table(towns: model.Model) -> None:
    table = draws(3)
    table.index = ["low", "middle", "high"]
    assert list(model.simulate_many(towns, table, ["People"])["run"]) == ["low", "middle", "high"]


def test_a_run_depends_on_its_inputs_alone(towns: model.Model) -> None:
    before = model.simulate(towns)
    model.simulate(towns, {"stay": 3.0, "attraction table[Hill Town]": model.Scale(9)})
    xr.testing.assert_identical(model.simulate(towns), before)


def test_what_all_runs_set_is_given_once(towns: model.Model) -> None:
    table = draws(4)
    base = {"return year": 1990.0, "attraction table[Hill Town]": [(1978, 1), (2040, 2)]}
    many = model.simulate_many(towns, table, ["People"], base=base)
    alone = model.simulate(towns, base | table.iloc[2].to_dict())
    np.testing.assert_array_equal(many["People"].sel(run=2), alone["People"])


def test_tables_and_time_steps_may_differ_among_runs(towns: model.Model) -> None:
    points = [(1978.0, 1.0), (2040.0, 3.0)]
    table = pd.DataFrame(
        {
            "attraction table[Hill Town]": [model.Scale(1.0), model.Scale(2.0), points, points],
            "TIME STEP": [0.125, 0.25, 0.125, 0.25],
        }
    )
    many = model.simulate_many(towns, table, ["People"], years=[1978, 2000, 2040])
    for run in range(4):
        alone = model.simulate(towns, table.iloc[run].to_dict(), years=[1978, 2000, 2040])
        np.testing.assert_array_equal(many["People"].sel(run=run), alone["People"])


def test_runs_whose_time_step_follows_from_an_input_have_their_own(tmp_path: Path) -> None:
    path = tmp_path / "m.mdl"
    path.write_text(
        "{UTF-8}\nfine = 1 ~~|\nlong = 2 ~~|\ny = INTEG(y, 1) ~~|\nINITIAL TIME = 0 ~~|\n"
        "FINAL TIME = INITIAL TIME + long ~~|\nTIME STEP = 1 / fine ~~|\nSAVEPER = 2 ~~|\n"
    )
    m = model.load(path)
    many = model.simulate_many(m, {"fine": [1, 2, 4, 2]}, ["y"])
    np.testing.assert_allclose(many["y"].sel(time=2), [2**2, 1.5**4, 1.25**8, 1.5**4], 1e-14)
    with pytest.raises(InputError, match="the runs save values at different times"):
        model.simulate_many(m, {"long": [2, 4]}, ["y"])


def test_a_scaled_table_is_the_table_with_scaled_values(towns: model.Model) -> None:
    scaled = model.simulate(towns, {"attraction table[River Town]": model.Scale(0.5)})
    replaced = model.simulate(towns, {"attraction table[River Town]": [(1978, 0.5), (2040, 0.25)]})
    np.testing.assert_allclose(scaled["People"], replaced["People"], 1e-12)


def test_streams_hand_over_the_runs_in_pieces(towns: model.Model) -> None:
    table = draws(30)
    pieces = list(model.stream(towns, (table.iloc[k : k + 10] for k in (0, 10, 20)), OUTPUTS))
    assert [piece.sizes["run"] for piece in pieces] == [10, 10, 10]
    whole = xr.concat(pieces, dim="run", data_vars="minimal")
    assert_same_digits(whole, model.simulate_many(towns, table, OUTPUTS))


FAILING = """{UTF-8}
Region: a, b ~~|
stock[Region] = INTEG(-speed[Region], 1) ~~|
speed[Region] = 0 ~~|
inverse[Region] = 1 / stock[Region] ~~|
root = SQRT(stock[a]) ~~|
logarithm = LN(level) ~~|
level = start - Time ~~|
start = 100 ~~|
growth = INTEG(growth * rate, 1) ~~|
rate = 0 ~~|
used = INTEG(inverse[b] * 0 + root * 0 + logarithm * 0, 0) ~~|
guarded = IF THEN ELSE(stock[a] > 0, 1 / stock[a], 0) ~~|
INITIAL TIME = 0 ~~|
FINAL TIME = 10 ~~|
TIME STEP = 0.5 ~~|
SAVEPER = 1 ~~|
"""


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> model.Model:
    path = tmp_path_factory.mktemp("failing") / "failing.mdl"
    path.write_text(FAILING)
    return model.load(path)


def test_failed_runs_are_recorded_and_the_rest_go_on(failing: model.Model) -> None:
    table = pd.DataFrame(
        {
            "speed[a]": [0.0, 0.5, 0.0, 0.0, 0.0, 0.0],
            "speed[b]": [0.0, 0.0, 0.25, 0.0, 0.0, 0.0],
            "start": [100.0, 100.0, 100.0, 3.0, 2.75, 100.0],
            "rate": [0.0, 0.0, 0.0, 0.0, 0.0, 1e200],
        }
    )
    result = model.simulate_many(failing, table, ["growth", "used"])
    told = model.failures(result, table)
    assert list(told.index) == [1, 2, 3, 4, 5]
    assert list(told["failure reason"]) == [
        "square root of a negative number",
        "division by zero",
        "logarithm of zero",
        "logarithm of a negative number",
        "overflow",
    ]
    assert list(told["failure variable"]) == [
        "root",
        "inverse[b]",
        "logarithm",
        "logarithm",
        "growth",
    ]
    assert list(told["failure year"]) == [2.5, 4.0, 3.0, 3.0, 0.5]
    assert told.loc[2, "speed[b]"] == 0.25
    assert result["growth"].sel(run=0).notnull().all()
    assert result["growth"].sel(run=2, time=slice(0, 3)).notnull().all()
    assert result["growth"].sel(run=2, time=slice(4, 10)).isnull().all()
    assert result["failure reason"].sel(run=0) == ""


def test_a_branch_that_is_not_taken_cannot_fail(failing: model.Model) -> None:
    # At the end, in 8, stock[a] is 0: guarded is not, but inverse[a] would be divided by it.
    base = {"FINAL TIME": 8.0}
    table = {"speed[a]": [0.125, 0.0]}
    assert reasons(model.simulate_many(failing, table, ["guarded"], base=base)) == ["", ""]
    result = model.simulate_many(failing, table, ["inverse"], base=base)
    assert reasons(result) == ["division by zero", ""]


def reasons(result: xr.Dataset) -> list[str]:
    return list(result["failure reason"].values)


def test_failures_do_not_depend_on_neighbours(failing: model.Model) -> None:
    table = pd.DataFrame({"start": [100.0] * 20 + [3.0] + [100.0] * 20})
    result = model.simulate_many(failing, table, ["used"])
    assert list(model.failures(result, table).index) == [20]


def test_a_single_run_that_fails_says_why(failing: model.Model) -> None:
    message = r"the run fails in 4: division by zero in 'inverse\[b\]'"
    with pytest.raises(RunError, match=message) as caught:
        model.simulate(failing, {"speed[b]": 0.25})
    assert caught.value.failure.year == 4


def test_a_failure_before_the_first_step_is_told(tmp_path: Path) -> None:
    path = tmp_path / "first.mdl"
    path.write_text(FAILING.replace("INTEG(growth * rate, 1)", "INTEG(0, LN(rate))"))
    with pytest.raises(RunError, match="fails in 0: logarithm of zero in 'growth'"):
        model.simulate(model.load(path))


def test_a_delay_n_shorter_than_a_time_step_is_told(tmp_path: Path) -> None:
    path = tmp_path / "delay.mdl"
    path.write_text(FAILING.replace("rate = 0 ", "rate = DELAY N(start, 0.2, start, 3)"))
    with pytest.raises(InputError, match=r"'rate' has a DELAY N .* is shorter than the time step"):
        model.load(path)
    path.write_text(FAILING.replace("rate = 0 ", "rate = DELAY N(start, start / 50, start, 3)"))
    with pytest.raises(RunError, match="delay time is shorter than the time step in 'rate'"):
        model.simulate(model.load(path), {"start": 5})


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"stey": 3}, "unknown input 'stey': did you mean 'stay'"),
        ({"departures": 3}, "'departures' is computed by the model"),
        ({"stay[Hill Town]": 3}, "has 1 subscripts, 'stay' has 0"),
        ({"pull[Hil Town]": 3}, "did you mean 'Hill Town'"),
        ({"pull[training]": 3}, "'pull' has no such element"),
        ({"pull": {"Atlantis": 3}}, "unknown element"),
        ({"pull": [1, 2, 3]}, "has 3 values, 2 are needed"),
        ({"stay": float("nan")}, "must be a finite number"),
        ({"stay": "12"}, "must be a number, not '12'"),
        ({"stay": None}, "must be a number"),
        ({"stay": model.Scale(2)}, "is a number, not a table"),
        ({"attraction table[Hill Town]": 3}, "is a table: give its points"),
        ({"attraction table": [(1, 1)]}, "at least two points"),
        ({"attraction table": [(1, 1), (1, 2)]}, "one value for each x"),
        ({"TIME STEP": 0}, "must be above 0"),
        ({"TIME STEP": 1e-9}, "more than 10 million steps"),
        ({3: 4}, "cannot read the input 3"),
    ],
)
def test_wrong_inputs_are_refused_in_one_line(
    towns: model.Model, inputs: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError) as caught:
        model.simulate(towns, inputs)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"outputs": ["Poeple"]}, "did you mean 'People'"),
        ({"years": [1978.1]}, "is not one of the run's steps"),
        ({"years": [2050]}, "is not one of the run's steps"),
        ({"engine": "vensim"}, "unknown engine 'vensim'"),
    ],
)
def test_wrong_options_are_refused(
    towns: model.Model, options: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match="(?s).*" + message):
        model.simulate(towns, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({}, "is empty"),
        ({"stay": [1.0, float("inf")]}, r"must be a finite number, not inf \(run 1\)"),
        ({"stay": ["a", "b"]}, "must be a number"),
        ({"sty": [1.0]}, "did you mean 'stay'"),
        ([1, 2], "must be a pandas.DataFrame"),
    ],
)
def test_wrong_tables_of_runs_are_refused(towns: model.Model, table: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        model.simulate_many(towns, table, ["People"])  # type: ignore[arg-type]


def test_a_chunk_has_at_least_one_run(towns: model.Model) -> None:
    with pytest.raises(InputError, match="chunk must be at least 1"):
        model.simulate_many(towns, draws(3), ["People"], chunk=-1)
