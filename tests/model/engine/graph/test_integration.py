"""Runge-Kutta steps are what the textbook says, in either compiler."""

from pathlib import Path

import numpy as np
import pytest

from smecluster import model
from smecluster.model.engine.compile import kernel

CLOCK = "INITIAL TIME = 0 ~~|\nFINAL TIME = 4 ~~|\nTIME STEP = 0.5 ~~|\nSAVEPER = 0.5 ~~|\n"
SWING = (
    "speed = INTEG(-place * stiff - drag * ABS(speed) * speed + SIN(Time), 0) ~~|\n"
    "place = INTEG(speed, 1) ~~|\nstiff = 2 ~~|\ndrag = 0.3 ~~|\n"
    "half = DELAY1(place, 2) ~~|\nheld = SAMPLE IF TRUE(speed > 0, place, 5) ~~|\n"
    "late = DELAY FIXED(place, 1, 7) ~~|\n"
)


def read(tmp_path: Path, text: str, method: int) -> model.Model:
    path = tmp_path / f"m{method}.mdl"
    settings = f"\\\\\\---/// Sketch\n///---\\\\\\\n:L<%^E!@\n15:0,0,0,{method},0,0\n"
    path.write_text("{UTF-8}\n" + text + CLOCK + settings)
    return model.load(path)


def slope(time: float, state: np.ndarray) -> np.ndarray:
    speed, place, stage = state
    return np.array(
        [-place * 2 - 0.3 * abs(speed) * speed + np.sin(time), speed, place - stage / 2]
    )


def walk(method: str) -> np.ndarray:
    state, states, step = np.array([0.0, 1.0, 2.0]), [], 0.5
    for time in np.arange(0, 4.5, step):
        states.append(state)
        a = slope(time, state)
        if method == "rk2":
            b = slope(time + step, state + step * a)
            state = state + step * (a + b) / 2
            continue
        b = slope(time + step / 2, state + step / 2 * a)
        c = slope(time + step / 2, state + step / 2 * b)
        d = slope(time + step, state + step * c)
        state = state + step * (a + 2 * b + 2 * c + d) / 6
    return np.array(states).T


@pytest.mark.parametrize(("number", "method"), [(4, "rk2"), (5, "rk4")])
@pytest.mark.parametrize("loops", [False, True])
def test_a_step_is_that_of_the_textbook(tmp_path, monkeypatch, number, method, loops) -> None:
    if loops:
        monkeypatch.setattr(kernel, "_MANY", 0)
        monkeypatch.setattr(kernel, "_LOADED", {})
        monkeypatch.setenv("SMECLUSTER_CACHE", str(tmp_path / "cache"))
    speed, place, stage = walk(method)
    result = model.simulate(read(tmp_path, SWING, number))
    np.testing.assert_allclose(result["speed"], speed, 1e-12, 1e-12)
    np.testing.assert_allclose(result["place"], place, 1e-12, 1e-12)
    np.testing.assert_allclose(result["half"], stage / 2, 1e-12, 1e-12)
    # What is remembered changes once a step.
    assert result["late"].values.tolist() == [7, 7, *result["place"].values[:-2]]
    held, kept = [], 5.0
    for one, now in zip(result["speed"].values, result["place"].values, strict=True):
        kept = now if one > 0 else kept
        held.append(kept)
    assert result["held"].values.tolist() == held


def test_rk2_is_the_mean_of_both_ends_as_in_pysimlin(tmp_path) -> None:
    simlin = pytest.importorskip("simlin")
    for number in (4, 5):
        m = read(tmp_path, "x = INTEG(Time ^ 3 * x / 20 + Time, 1) ~~|\n", number)
        simulation = simlin.load(str(m.path)).simulate()
        simulation.run_to_end()
        theirs = np.asarray(simulation.get_series("x"), dtype=float)
        np.testing.assert_allclose(model.simulate(m)["x"], theirs, 1e-9)


def test_a_stock_that_is_never_negative_is_cut_after_the_whole_step(tmp_path: Path) -> None:
    path = tmp_path / "tub.xmile"
    path.write_text(
        '<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">'
        '<sim_specs method="RK4"><start>0</start><stop>2</stop><dt>0.5</dt></sim_specs>'
        '<model><variables><stock name="x"><eqn>1</eqn><outflow>y</outflow><non_negative/></stock>'
        '<flow name="y"><eqn>1.2</eqn></flow></variables></model></xmile>'
    )
    x = model.simulate(model.load(path))["x"].values
    np.testing.assert_allclose(x, [1, 0.4, 0, 0, 0], atol=1e-12)


def test_a_run_says_when_a_half_step_leaves_the_domain(tmp_path: Path) -> None:
    m = read(tmp_path, "x = INTEG(-1 / (2.75 - Time), 0) ~~|\n", 5)
    with pytest.raises(model.RunError, match=r"fails in 2.5: division by zero in 'x'"):
        model.simulate(m)
