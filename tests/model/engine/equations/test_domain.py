"""What the kernel would compute wrongly is refused at loading, or the run fails with its reason."""

import math
from pathlib import Path

import numpy as np
import pytest

from smecluster import model
from smecluster.model.engine.run.runs import RunError
from smecluster.model.errors import InputError

CLOCK = "INITIAL TIME = 0 ~~|\nFINAL TIME = 8 ~~|\nTIME STEP = 0.125 ~~|\nSAVEPER = 0.125 ~~|\n"


def read(tmp_path: Path, text: str, clock: str = CLOCK) -> model.Model:
    path = tmp_path / "model.mdl"
    path.write_text("{UTF-8}\n" + text + clock)
    return model.load(path)


def failures(m: model.Model, inputs: dict[str, list[float]]) -> list[str]:
    result = model.simulate_many(m, inputs, ["x"])
    assert not np.isnan(result["x"].values[result["failure reason"].values == ""]).any()
    return [
        f"{reason} in {variable} in {year:g}" if reason else ""
        for reason, variable, year in zip(
            result["failure reason"].values,
            result["failure variable"].values,
            result["failure year"].values,
            strict=True,
        )
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "x = DELAY N(10, 0.34, 6, 5) ~~|",
            "line 2: 'x' has a DELAY N of order 5 whose delay time is too short for it",
        ),
        (
            "d = 0.1 ~~|\nx = DELAY N(10, d, 1, 3) ~~|",
            "line 3: 'x' has a DELAY N of order 3 whose delay time is shorter than the time step",
        ),
        ("x = DELAY N(10, 4, 6, 2.5) ~~|", "order, 2.5, is not a whole number from 1 to 50"),
        ("x = SMOOTH N(10, 4, 6, 99) ~~|", "order, 99, is not a whole number from 1 to 50"),
        ("", "the model is empty: the file defines no variables besides INITIAL TIME"),
        ("time = 1 ~~|\nx = time ~~|", "line 2: 'time' is the name of the model's own time"),
        ("Time = 1 ~~|", "line 2: 'Time' is the name of the model's own time"),
        ("TIME((0,0),(1,1)) ~~|", "line 2: 'TIME' is the name of the model's own time"),
        ("time: a, b ~~|\nx[time] = 1 ~~|", "the range 'time' has the name of a dimension"),
        ("run: a, b ~~|\nx[run] = 1 ~~|", "the range 'run' has the name of a dimension"),
        ("Town: a, b ~~|\ntown = 1 ~~|", "line 3: 'town' is a range and a variable"),
        ("x = 1 ~~|\nx = 2 ~~|", "line 2: 'x' is defined twice: keep one equation"),
        ("x = 1 ~~|\nX = 2 ~~|", "is defined twice: keep one equation"),
        ("long  name = 1 ~~|\nlong_name = 2 ~~|", "is defined twice: keep one equation"),
        (
            "Town: a, b ~~|\nx[Town] = 1 ~~|\nx[b] = 2 ~~|",
            r"line 3: 'x\[b\]' is defined twice: keep one equation, or leave the element out",
        ),
    ],
)
def test_what_would_come_out_wrong_is_refused_in_one_line(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read(tmp_path, text + "\n")
    assert "\n" not in str(caught.value)


def test_what_stands_in_brackets_is_joined_as_written(tmp_path: Path) -> None:
    m = read(
        tmp_path,
        "x = IF THEN ELSE((0 > 1 :AND: 0 > 1) :OR: 1 > 0, 1, 0) ~~|\n"
        "y = IF THEN ELSE(0 > 1 :AND: (0 > 1 :OR: 1 > 0), 1, 0) ~~|\n"
        "z = IF THEN ELSE(1 > 0 :AND: 2 > 0 :AND: 3 > 0, 1, 0) ~~|\n",
    )
    result = model.simulate(m).isel(time=0)
    assert [float(result[name]) for name in "xyz"] == [1, 0, 1]


def test_without_brackets_and_is_joined_before_or(tmp_path: Path) -> None:
    m = read(
        tmp_path,
        "v = IF THEN ELSE(1 > 0 :OR: 1 > 0 :AND: 0 > 1, 1, 0) ~~|\n"
        "w = IF THEN ELSE(0 > 1 :AND: 0 > 1 :OR: 1 > 0, 1, 0) ~~|\n"
        "x = IF THEN ELSE(:NOT: 0 > 1 :AND: 0 > 1, 1, 0) ~~|\n",
    )
    result = model.simulate(m).isel(time=0)
    assert [float(result[name]) for name in "vwx"] == [1, 1, 0]


def test_an_element_left_out_of_one_equation_may_have_another(tmp_path: Path) -> None:
    m = read(tmp_path, "Town: a, b ~~|\nx[Town] :EXCEPT: [b] = 1 ~~|\nx[b] = 2 ~~|\n")
    assert model.simulate(m)["x"].isel(time=0).values.tolist() == [1, 2]


def test_a_delay_is_computed_from_a_step_for_each_stage_on(tmp_path: Path) -> None:
    clock = CLOCK.replace("0.125", "0.1")  # 3 * 0.1 is a digit more than 0.3
    m = read(tmp_path, "x = DELAY3(STEP(1, 2), 0.3) ~~|\n", clock)
    x = model.simulate(m)["x"].values
    # What enters in 2 leaves three steps later, as a whole.
    assert x[:23].tolist() == [0] * 23
    np.testing.assert_allclose(x[23:], 1, 1e-9)


def test_a_delay_below_a_step_for_each_stage_is_a_plain_chain_of_stocks(tmp_path: Path) -> None:
    m = read(
        tmp_path,
        "d = 0.25 ~~|\nin = STEP(1, 2) ~~|\nx = DELAY3(in, d) ~~|\ny = SMOOTH3(in, d) ~~|\n"
        "a = INTEG(in - 3 * a / d, 0) ~~|\nb = INTEG(3 * a / d - 3 * b / d, 0) ~~|\n"
        "c = INTEG(3 * b / d - 3 * c / d, 0) ~~|\nz = 3 * c / d ~~|\n",
    )
    result = model.simulate(m)
    assert result["z"].values.max() > 1  # what is left out of it overshoots
    np.testing.assert_allclose(result["x"], result["z"], 1e-9, 1e-12)
    np.testing.assert_allclose(result["y"], result["z"], 1e-9, 1e-12)


def test_a_delay_n_without_a_time_step_for_each_stage_has_fewer(tmp_path: Path) -> None:
    m = read(
        tmp_path,
        "d = 2 ~~|\nx = DELAY N(10 + STEP(5, 2), d, 10, 3) ~~|\n"
        "y = DELAY N(10 + STEP(5, 2), d, 10, 2) ~~|\n",
    )
    short = model.simulate(m, {"d": 0.3125})
    # As Vensim published 2.5 time steps of the order 3: they are the order 2.
    np.testing.assert_array_equal(short["x"], short["y"])
    assert not np.array_equal(model.simulate(m)["x"], model.simulate(m)["y"])


def test_a_delay_n_that_a_run_makes_too_short_fails_that_run(tmp_path: Path) -> None:
    m = read(tmp_path, "d = 2 ~~|\nx = DELAY N(10 + STEP(5, 2), d, 10, 3) ~~|\n")
    reason = "DELAY N of order 3 whose delay time is"
    assert failures(m, {"d": [2, 0.1, 0.34]}) == [
        "",
        f"{reason} shorter than the time step in x in 0",
        f"{reason} too short for it in x in 0",
    ]
    varying = read(tmp_path, "d = 0.1 ~~|\nx = DELAY N(10, 2 - STEP(d, 3), 1, 3) ~~|\n")
    becomes = "DELAY N of order 3 whose delay time becomes too short for it in x in 3.125"
    assert failures(varying, {"d": [0.1, 1.7]}) == ["", becomes]


def test_the_last_stage_of_a_delay_n_empties_with_the_delay_time_of_the_step_before(
    tmp_path: Path,
) -> None:
    m = read(tmp_path, "d = 2 + STEP(1, 3) ~~|\nx = DELAY N(10 + Time, d, 4, 2) ~~|\n")
    times = [2 + (step * 0.125 >= 3) for step in range(65)]
    first = second = 8.0
    values = []
    for step, time in enumerate(times):
        leaving = second / times[max(step - 1, 0)]
        values.append(leaving)
        passing = first / time
        first += 0.125 * 2 * (10 + step * 0.125 - passing)
        second += 0.125 * 2 * (passing - leaving)
    np.testing.assert_allclose(model.simulate(m)["x"], values, 1e-12)


def test_a_varying_delay_n_is_refused_under_another_integration(tmp_path: Path) -> None:
    text = "x = DELAY N(10, 2 + STEP(1, 3), 4, 2) ~~|\n"
    settings = "\\\\\\---/// Sketch\n///---\\\\\\\n:L<%^E!@\n15:0,0,0,5,0,0\n"
    with pytest.raises(InputError, match="which is computed with Euler's integration only"):
        read(tmp_path, text, CLOCK + settings)


def test_a_delay_in_a_branch_that_is_not_taken_is_no_matter(tmp_path: Path) -> None:
    m = read(tmp_path, "d = 0.1 ~~|\nx = IF THEN ELSE(d > 1, DELAY N(Time, d, 0, 3), Time) ~~|\n")
    assert failures(m, {"d": [0.1, 2, 1.5]}) == ["", "", ""]


def test_the_order_of_a_delay_cannot_be_set_by_a_run(tmp_path: Path) -> None:
    m = read(
        tmp_path, "n = 4 ~~|\nx = DELAY N(Time, 2, 0, n) ~~|\ny = SMOOTH N(Time, 2, 0, n) ~~|\n"
    )
    assert failures(m, {"n": [4, 2]}) == [
        "",
        "delay whose order is not the model's, 4 in x in 0",
    ]
    with pytest.raises(RunError, match="delay whose order is not the model's, 4"):
        model.simulate(m, {"n": 3}, outputs=["y"])


def test_a_pulse_begins_and_ends_by_the_middle_of_a_step(tmp_path: Path) -> None:
    # Vensim: it is on where start < Time + TIME STEP / 2 < start + width.
    m = read(
        tmp_path,
        "v = PULSE(2, 0) ~~|\nw = PULSE(2.1, 0.25) ~~|\nx = PULSE(2.05, 0.25) ~~|\n"
        "y = PULSE(2, 0.05) ~~|\nz = PULSE(2, -1) ~~|\n",
    )
    result = model.simulate(m)
    on = {name: result["time"].values[result[name].values == 1].tolist() for name in "vwxyz"}
    assert on == {"v": [2.0], "w": [2.125, 2.25], "x": [2.0, 2.125], "y": [], "z": []}


@pytest.mark.parametrize("step", [0.1, 0.125, 0.2, 0.3, 1.0])
def test_pulses_last_as_many_steps_as_they_should_whatever_the_step(
    tmp_path: Path, step: float
) -> None:
    """A time that is a sum of steps is a digit below or above what it should be."""
    m = read(
        tmp_path,
        "x = PULSE(-8 * TIME STEP, 12 * TIME STEP) ~~|\n"
        "y = PULSE(5 * TIME STEP, 5 * TIME STEP) ~~|\n"
        "z = PULSE TRAIN(8 * TIME STEP, 2 * TIME STEP, 6 * TIME STEP, 18 * TIME STEP) ~~|\n",
        CLOCK.replace("0.125", str(step)).replace("FINAL TIME = 8", f"FINAL TIME = {40 * step}"),
    )
    result = model.simulate(m)
    on = {name: np.flatnonzero(result[name].values[:40]).tolist() for name in "xyz"}
    assert on == {"x": [0, 1, 2, 3], "y": [5, 6, 7, 8, 9], "z": [8, 9, 14, 15]}


def test_the_step_at_the_end_of_a_train_is_its_last(tmp_path: Path) -> None:
    # As in Vensim's results for the model pulsetrain of SDEverywhere.
    m = read(
        tmp_path,
        "x = PULSE TRAIN(1, 0.5, 2, 5) ~~|\ny = PULSE TRAIN(1, 0.5, 2, 5.125) ~~|\n"
        "z = PULSE TRAIN(1, 0, 3, 6.9) ~~|\n",
    )
    result = model.simulate(m)
    on = {name: result["time"].values[result[name].values == 1].tolist() for name in "xyz"}
    first = [*np.arange(1, 1.5, 0.125), *np.arange(3, 3.5, 0.125)]
    assert on == {"x": [*first, 5], "y": [*first, 5, 5.125], "z": [1, 4]}


def test_a_train_may_end_between_two_pulses_or_after_the_run(tmp_path: Path) -> None:
    m = read(
        tmp_path,
        "x = PULSE TRAIN(1, 0.5, 2, 4.5) ~~|\ny = PULSE TRAIN(1, 3, 4, 9) ~~|\n"
        "z = PULSE TRAIN(4, 3, 4, 2) ~~|\n",
    )
    result = model.simulate(m)
    assert result["time"].values[result["x"].values == 1].tolist() == [
        *np.arange(1, 1.5, 0.125),
        *np.arange(3, 3.5, 0.125),
    ]
    assert result["y"].values.astype(int).tolist() == [0] * 8 + [1] * 24 + [0] * 8 + [1] * 24 + [0]
    assert not result["z"].values.any()


def test_a_run_that_would_end_before_it_starts_is_refused(tmp_path: Path) -> None:
    m = read(tmp_path, "x = 1 ~~|\n")
    with pytest.raises(InputError, match=r"FINAL TIME \(-1\) is before INITIAL TIME \(0\)"):
        model.simulate(m, {"FINAL TIME": -1})
    assert model.simulate(m, {"FINAL TIME": 0}).sizes["time"] == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "Town: a, b ~~|\nx[Town] = 1 ~~|\nx = 2 ~~|",
            "'x' is defined with 0 subscripts and with 1",
        ),
        (
            "Town: a, b ~~|\nx[Town] :EXCEPT: [a, b] = 1 ~~|\nx[a] = 2 ~~|",
            "'x' is defined with 1 subscripts and with 2",
        ),
        (f"x((0,0),(1,{'9' * 400})) ~~|", "line 2: 'x' contains a number that is too large"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read(tmp_path, text + "\n")


# What is too large -------------------------------------------------------------------------------


def ranges(count: int) -> str:
    return "".join(f"R{at}: r{at}a, r{at}b ~~|\n" for at in range(count))


def test_a_sum_over_too_many_elements_is_refused_before_it_is_built(tmp_path: Path) -> None:
    text = ranges(24) + "".join(f"v{at}[R{at}] = 1 ~~|\n" for at in range(24))
    product = " * ".join(f"v{at}[R{at}!]" for at in range(24))
    with pytest.raises(InputError, match=r"'x' has a SUM .* more than 1,000,000 terms"):
        read(tmp_path, f"{text}x = SUM({product}) ~~|\n")


@pytest.fixture
def short_chains(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in ("engine.equations.expressions", "engine.read.domain"):
        monkeypatch.setattr(f"smecluster.model.{room}.MOST_CHAINED", 200)


@pytest.mark.usefixtures("short_chains")
@pytest.mark.parametrize(
    "link",
    [
        "v{} = v{} + 1 ~~|\n",
        "v{} = INITIAL(v{} + 1) ~~|\n",
        "v{0} = INTEG(0 * v{0}, v{1} + 1) ~~|\n",
    ],
)
def test_a_chain_of_variables_is_computed_up_to_a_limit(tmp_path: Path, link: str) -> None:
    def chain(count: int) -> str:
        links = "".join(link.format(at, at + 1) for at in range(1, count))
        return f"{links}v{count} = 1 ~~|\n"

    # Each needs TIME STEP or nothing besides the next.
    m = read(tmp_path, chain(198))
    assert float(model.simulate(m, outputs=["v1"])["v1"][0]) == 198
    with pytest.raises(InputError, match="'v1' ends a chain of more than 200 variables that need"):
        read(tmp_path, chain(201))


@pytest.mark.usefixtures("short_chains")
def test_a_chain_of_elements_is_a_chain(tmp_path: Path) -> None:
    links = "".join(f"x[A{at}] = x[A{at + 1}] + 1 ~~|\n" for at in range(1, 201))
    with pytest.raises(InputError, match="'x' ends a chain of more than 200 variables"):
        read(tmp_path, f"All: (A1-A201) ~~|\n{links}x[A201] = 1 ~~|\n")


def test_stocks_in_a_circle_of_flows_are_no_chain(tmp_path: Path) -> None:
    m = read(tmp_path, "a = INTEG(b - a, 1) ~~|\nb = INTEG(a - b, 2) ~~|\n")
    assert float(model.simulate(m)["a"][-1]) == pytest.approx(1.5)


def test_ranges_inside_ranges_are_written_out_once(tmp_path: Path) -> None:
    """Each range names the one before twice: 2^40 elements if they were repeated."""
    nested = "R0: a, b ~~|\n" + "".join(f"R{at + 1}: R{at}, R{at} ~~|\n" for at in range(40))
    m = read(tmp_path, f"{nested}x[R40] = 1, 2 ~~|\n")
    assert model.simulate(m)["x"].isel(time=0).values.tolist() == [1, 2]


def test_a_range_of_later_ranges_has_their_elements(tmp_path: Path) -> None:
    m = read(tmp_path, "All: Some, c ~~|\nSome: Few ~~|\nFew: a, b ~~|\nx[All] = 1, 2, 3 ~~|\n")
    assert m.subscripts["All"] == ("a", "b", "c")
    assert model.simulate(m)["x"].isel(time=0).values.tolist() == [1, 2, 3]


def test_ranges_that_contain_each_other_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="contains itself"):
        read(tmp_path, "A: B, c ~~|\nB: A, d ~~|\nx[A] = 1 ~~|\n")


def test_the_logarithm_of_the_gamma_function_is_that_of_the_library(tmp_path: Path) -> None:
    places = [1e-9, 0.3, 0.5, 1.0, 1.5, 2.0, 3.7, 9.999, 10.0, 55.5, 1e6]
    m = read(tmp_path, "k = 1 ~~|\nx = GAMMA LN(k) ~~|\n")
    found = model.simulate_many(m, {"k": places}, ["x"])["x"].isel(time=0)
    np.testing.assert_allclose(found, [math.lgamma(k) for k in places], rtol=2e-15, atol=1e-14)
    assert "GAMMA LN of a number that is not positive in x in 0" in failures(m, {"k": [1, 0]})
