"""What the equations of a file become, and which are refused, each in one line."""

from pathlib import Path

import numpy as np
import pytest

from smecluster import model
from smecluster.model.engine.run.portable import make_portable
from smecluster.model.errors import InputError

CLOCK = "INITIAL TIME = 0 ~~|\nFINAL TIME = 2 ~~|\nTIME STEP = 0.5 ~~|\nSAVEPER = 1 ~~|\n"
RANGES = "Region: a, b ~~|\nRival <-> Region ~~|\nGood: x1, x2, x3 ~~|\n"


def read(tmp_path: Path, text: str, clock: str = CLOCK) -> model.Model:
    path = tmp_path / "model.mdl"
    path.write_text("{UTF-8}\n" + RANGES + text + clock)
    return model.load(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("y = VECTOR SELECT(1, 2, 3, 4, 5) ~~|", "line 5: 'y' uses VECTOR SELECT"),
        ("y = INVERT MATRIX(2) ~~|", "line 5: 'y' gives INVERT MATRIX 1 arguments; it takes 2"),
        ("y = A FUNCTION OF(2) ~~|", "line 5: 'y' is only sketched: A FUNCTION OF"),
        ("y = GET XLS CONSTANTS('a.xls', 'b', 'c') ~~|", "'y': there is no file 'a.xls'"),
        (
            "y = GET DIRECT DATA('a.xls', 'b', '1', 'c') ~~|",
            "line 5: 'y': there is no file 'a.xls'",
        ),
        ("y ~~|", "line 5: 'y': is a data variable without data: give it a table"),
        ("y = MIN(1) ~~|", "line 5: 'y' gives MIN 1 arguments; it takes 2"),
        ("y = 2 * zz ~~|", "line 5: 'y' uses 'zz', which the model does not define"),
        ("stock of firms = 1 ~~|\ny = stock of firm ~~|", "did you mean 'stock of firms'"),
        ("v[Region] = 1 ~~|\ny = v ~~|", "uses 'v' with 0 subscripts, it has 1"),
        ("v[Region] = 1 ~~|\ny = v[c] ~~|", "'y' uses the unknown subscript 'c'"),
        ("v[Region] = 1 ~~|\ny = v[Region] ~~|", "neither on its left-hand side nor summed"),
        ("v[Region] = 1 ~~|\ny = v[x1] ~~|", "uses 'v' for x1, which has no equation"),
        ("v[Region] = 1 ~~|\ny = SUM(v[a]) ~~|", "uses SUM without a range marked by '!'"),
        ("v[Region] = 1, 2, 3 ~~|", "'v' has 3 values for 2 elements"),
        ("v[Region, Region] = 1 ~~|", "uses a range twice"),
        ("v[Regoin] = 1 ~~|", "unknown subscript 'Regoin': did you mean 'Region'"),
        ("y = 1 + z ~~|\nz = y ~~|", "y -> z -> y need each other in a circle"),
        ("y = INTEG(1, z) ~~|\nz = y * 2 ~~|", "need their initial values in a circle"),
        ("t((0,1),(0,2)) ~~|\ny = t(1) ~~|", "two values at one x"),
        ("t((0,1),(1,2)) ~~|\ny = t ~~|", "the table 't' is used without (...)"),
        ("t = 3 ~~|\ny = t(2) ~~|", "uses 't' as a table, but it is not one"),
        ("y = 1 + * 2 ~~|", "line 5: the equation of 'y' cannot be read"),
        (":MACRO: m(p) ~~|", "':MACRO:' and ':END OF MACRO:' do not alternate"),
        ("y = FIND MARKET PRICE(1, 1, 1, 1) ~~|", "'y' uses FIND MARKET PRICE, which is not"),
        ("y = GET TIME VALUE(2, 1, 0) ~~|", "'y' has a GET TIME VALUE of the computer's clock"),
        ("y = GET TIME VALUE(0, 1, 3) ~~|", "'y' has a GET TIME VALUE that asks for a part of a"),
        ("y = GET TIME VALUE(0, 1) ~~|", "gives GET TIME VALUE 2 arguments; it takes 3"),
        (
            "y = DEPRECIATE STRAIGHTLINE(1, 4, 1, 0) ~~|",
            "whose fiscal period is not the time step: make them the same",
        ),
        (
            "y = DEPRECIATE STRAIGHTLINE(1, 0.7, 0.5, 0) ~~|",
            "whose depreciation time is no whole number of time steps: make it one",
        ),
    ],
)
def test_what_cannot_be_computed_is_refused_in_one_line(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text + "\n")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_model_needs_its_control_variables(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'SAVEPER'"):
        read(tmp_path, "y = 1 ~~|\n", CLOCK.replace("SAVEPER", "SAVE PER"))


STEPS = (
    "FINAL TIME = IF THEN ELSE(Time < 2, 2, 4) ~~|\nSAVEPER = TIME STEP ~~|\n"
    "TIME STEP = IF THEN ELSE(Time < 1, 0.5, 1) ~~|\n"
    "INITIAL TIME = IF THEN ELSE(Time < 1, 0, 3) ~~|\n"
)


def test_the_clock_may_change_with_the_time(tmp_path: Path) -> None:
    """The step grows at 1, and the end moves on at 2; the run has begun at 0 by then."""
    m = read(tmp_path, "y = INTEG(y, 1) ~~|\n", STEPS)
    result = model.simulate(m)
    np.testing.assert_array_equal(result["time"], [0, 0.5, 1, 2, 3, 4])
    np.testing.assert_array_equal(result["y"], [1, 1.5, 2.25, 4.5, 9, 18])
    np.testing.assert_array_equal(result["FINAL TIME"], [2, 2, 2, 4, 4, 4])
    np.testing.assert_array_equal(model.simulate(m, years=[1, 3])["y"], [2.25, 9])


@pytest.mark.parametrize(
    ("given", "changed", "message"),
    [
        ("Time < 2, 2, 4", "y < 2, 2, 4", "'FINAL TIME' depends on a stock or a delay"),
        ("Time < 1, 0, 3", "Time < 3, 3, 0", "'INITIAL TIME' has a value that is another one at"),
        ("Time < 1, 0, 3", "y < 3, 0, 3", "'INITIAL TIME' depends on a stock or a delay"),
        ("SAVEPER = TIME STEP", "SAVEPER = IF THEN ELSE(Time < 1, 1, 1.5)", "a multiple of it or"),
        ("IF THEN ELSE(Time < 1, 0.5, 1)", "0.5 - Time", "TIME STEP (0) and SAVEPER (0) must be"),
        ("y = ", "z = DELAY FIXED(y, 1, 0) ~~|\ny = ", "'z' counts time steps, and TIME STEP"),
        ("y = ", "z = RANDOM 0 1() ~~|\ny = ", "'z' counts time steps, and TIME STEP"),
    ],
)
def test_a_clock_without_a_clear_meaning_is_refused(
    tmp_path: Path, given: str, changed: str, message: str
) -> None:
    text = f"y = INTEG(y, 1) ~~|\n{STEPS}".replace(given, changed)
    with pytest.raises(InputError) as caught:
        model.simulate(read(tmp_path, text, ""))
    assert message in str(caught.value)


def test_a_beginning_that_moves_is_refused_beside_a_steady_clock(tmp_path: Path) -> None:
    clock = CLOCK.replace("INITIAL TIME = 0", "INITIAL TIME = IF THEN ELSE(Time < at, at, 0)")
    m = read(tmp_path, "at = 0 ~~|\ny = INTEG(y, 1) ~~|\n", clock)
    np.testing.assert_array_equal(model.simulate(m)["time"], [0, 1, 2])
    with pytest.raises(InputError, match="INITIAL TIME, FINAL TIME, TIME STEP and SAVEPER must be"):
        model.simulate(m, {"at": 1})
    with pytest.raises(InputError, match="'INITIAL TIME' has a value that is another one at its"):
        read(tmp_path, "at = 1 ~~|\ny = INTEG(y, 1) ~~|\n", clock).program  # noqa: B018


def test_a_clock_that_changes_is_refused_by_what_cannot_follow_it(tmp_path: Path) -> None:
    m = read(tmp_path, "y = INTEG(y, 1) ~~|\n", STEPS)
    with pytest.raises(InputError, match="changes in a run, and the engine 'pysd' needs"):
        model.simulate(m, engine="pysd")
    with pytest.raises(InputError, match="changes in a run, and a page that computes runs"):
        make_portable(m, ["y"])


def test_a_vensim_file_may_refer_among_elements_of_one_variable(tmp_path: Path) -> None:
    m = read(tmp_path, "v[x1] = 2 ~~|\nv[x2] = v[x1] * 3 ~~|\nv[x3] = v[x2] + v[x1] ~~|\n")
    assert model.simulate(m)["v"].isel(time=0).values.tolist() == [2, 6, 8]


def test_elements_without_an_equation_have_no_value(tmp_path: Path) -> None:
    m = read(tmp_path, "v[x1] = 2 ~~|\nv[x3] = 4 ~~|\n")
    np.testing.assert_array_equal(model.simulate(m)["v"].isel(time=0), [2, np.nan, 4])


def test_names_are_compared_as_vensim_does(tmp_path: Path) -> None:
    m = read(
        tmp_path, 'The Rate = 3 ~~|\n"quoted: name" = 2 ~~|\ny = the_rate * "quoted: name" ~~|\n'
    )
    result = model.simulate(m, {"the_RATE": 5})
    assert float(result["y"].isel(time=0)) == 10
    assert "quoted: name" in result


def test_ranges_of_equal_length_pair_their_elements(tmp_path: Path) -> None:
    m = read(
        tmp_path,
        "v[Region] = 1, 2 ~~|\nw[Rival] = v[Rival] * 10 ~~|\nu[Region] = w[Rival] ~~|\n",
    )
    result = model.simulate(m).isel(time=0)
    assert result["w"].dims == ("Rival",)
    assert result["u"].values.tolist() == [10, 20]


def test_stocks_take_a_first_value_as_input(tmp_path: Path) -> None:
    m = read(tmp_path, "s[Region] = INTEG(0, 3) ~~|\nt = INITIAL(s[a] + s[b]) ~~|\n")
    result = model.simulate(m, {"s[b]": 10}).isel(time=0)
    assert result["s"].values.tolist() == [3, 10]
    assert float(result["t"]) == 13


def test_the_time_is_given_relative_to_now_or_to_the_beginning(tmp_path: Path) -> None:
    clock = CLOCK.replace("INITIAL TIME = 0", "INITIAL TIME = 1")
    text = "y = GET TIME VALUE(0, 2 * Time, 0) ~~|\nz = GET TIME VALUE(1, 5, 0) ~~|\n"
    result = model.simulate(read(tmp_path, text, clock))
    np.testing.assert_array_equal(result["y"], [3, 6])
    np.testing.assert_array_equal(result["z"], [6, 6])


def test_an_investment_is_written_off_in_equal_parts(tmp_path: Path) -> None:
    """Of 6 at time 0.5 and 12 at 1.5 a third is written off in each of three steps."""
    text = (
        "paid = IF THEN ELSE(Time = 0.5, 6, IF THEN ELSE(Time = 1.5, 12, 0)) ~~|\nbefore = 0 ~~|\n"
        "y = DEPRECIATE STRAIGHTLINE(paid, 1.5, 0.5, before) ~~|\n"
    )
    m = read(tmp_path, text, CLOCK.replace("SAVEPER = 1", "SAVEPER = 0.5"))
    np.testing.assert_allclose(model.simulate(m)["y"], [0, 2, 2, 6, 4])
    # Before the run 3 came in at each step, of which two parts are left, then one.
    np.testing.assert_allclose(model.simulate(m, {"before": 3})["y"], [2, 3, 2, 6, 4])


def test_a_depreciation_time_must_not_change_during_a_run(tmp_path: Path) -> None:
    m = read(tmp_path, "y = DEPRECIATE STRAIGHTLINE(1, 1 + INTEGER(Time), 0.5, 0) ~~|\n")
    with pytest.raises(InputError, match="whose periods change during the run"):
        model.simulate(m)


def test_the_program_survives_being_stored() -> None:
    import json

    from smecluster.model.engine.graph.graph import Program
    from smecluster.model.engine.model import translate

    m = model.load(Path(__file__).parents[2] / "data" / "delays.mdl")
    made = translate(m.text, xmile=False)
    again = Program.from_json(json.loads(json.dumps(made.to_json())))
    assert repr(again) == repr(made)


XMILE = """<?xml version="1.0" encoding="utf-8"?>
<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">
<header><vendor>t</vendor><product version="1">t</product></header>
<sim_specs method="Euler" time_units="Year"><start>0</start><stop>4</stop><dt>0.25</dt></sim_specs>
<dimensions><dim name="Region"><elem name="north"/><elem name="south"/></dim></dimensions>
<model><variables>
<stock name="Water Level"><eqn>first_level</eqn><inflow>filling</inflow><outflow>draining</outflow>
  <units>litre</units><doc>Water in the tub.</doc></stock>
<stock name="Never Below"><eqn>1</eqn><outflow>fixed_drain</outflow><non_negative/></stock>
<flow name="filling"><eqn>STEP(3, 1) + PULSE(2, 1, 1) + PULSE(1, 2)</eqn></flow>
<flow name="draining"><eqn>Water_Level / drain_time</eqn><non_negative/></flow>
<flow name="fixed drain"><eqn>1</eqn></flow>
<aux name="drain time"><eqn>4</eqn></aux>
<aux name="first level"><eqn>10</eqn></aux>
<aux name="smoothed"><eqn>SMTH1(Water_Level, 2) + SMTH3(Water_Level, 2, 5)
  + DELAY(Water_Level, 1)</eqn></aux>
<aux name="safe"><eqn>SAFEDIV(1, TIME - 1) + SAFEDIV(1, 0, 9)</eqn></aux>
<aux name="choice"><eqn>IF TIME &gt; 2 AND NOT drain_time = 3 THEN 1
  ELSE INT(2.7) + INT(-0.5)</eqn></aux>
<aux name="left over"><eqn>(TIME * 3) mod 2 + (TIME - 2) mod 1.5
  + RAMP(1, 2) + MIN(TIME, 2)</eqn></aux>
<aux name="share"><dimensions><dim name="Region"/></dimensions>
  <element subscript="north"><eqn>0.25</eqn></element>
  <element subscript="south"><eqn>0.75</eqn></element></aux>
<aux name="part"><dimensions><dim name="Region"/></dimensions>
  <eqn>share[Region] * Water_Level</eqn></aux>
<aux name="graph"><eqn>TIME</eqn><gf><xscale min="0" max="4"/><ypts>0,1,4</ypts></gf></aux>
<gf name="curve" type="extrapolate"><xscale min="1" max="3"/><ypts>0,1,4</ypts></gf>
<gf name="stairs" type="discrete"><xscale min="1" max="3"/><ypts>0,1,4</ypts></gf>
<aux name="read"><eqn>curve(TIME) + 10 * stairs(TIME)</eqn></aux>
</variables></model></xmile>
"""


def test_xmile_files_give_what_pysd_gives(tmp_path: Path) -> None:
    path = tmp_path / "tub.xmile"
    path.write_text(XMILE)
    m = model.load(path)
    assert m.variables["Water Level"].unit == "litre"
    found = model.simulate(m)
    expected = model.simulate(m, engine="pysd")
    for name in found.data_vars:
        np.testing.assert_allclose(found[name], expected[name], 1e-9, 1e-12, err_msg=str(name))
    assert found["part"].dims == ("time", "Region")
    assert float(model.simulate(m, {"drain time": 1e9})["Water Level"][-1]) > 20


def test_a_graph_in_steps_inside_an_xmile_equation_is_read_in_steps(tmp_path: Path) -> None:
    path = tmp_path / "tub.xmile"
    path.write_text(XMILE.replace("<gf><xscale", '<gf type="discrete"><xscale'))
    graph = model.simulate(model.load(path))["graph"]
    assert graph.sel(time=[0, 1.75, 2, 3.75, 4]).values.tolist() == [0, 0, 1, 1, 4]
