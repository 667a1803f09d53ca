"""Names that XMILE 1.0 gives a meaning have it, and its functions are its own, not Vensim's."""

from pathlib import Path

import numpy as np
import pytest

from smecluster import model
from smecluster.model.errors import InputError

BEGIN = (
    '<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">'
    "<sim_specs><start>1</start><stop>4</stop><dt>0.5</dt></sim_specs>"
    '<dimensions><dim name="Town"><elem name="Oslo"/><elem name="Los_Angeles"/></dim>'
    "</dimensions>"
)


def compute(tmp_path: Path, equation: str, more: str = "", macro: str = "") -> list[float]:
    path = tmp_path / "m.xmile"
    path.write_text(
        f'{BEGIN}{macro}<model><variables><aux name="y"><eqn>{equation}</eqn></aux>{more}'
        "</variables></model></xmile>"
    )
    return [float(value) for value in model.simulate(model.load(path))["y"]]


@pytest.mark.parametrize(
    ("equation", "value"),
    [
        ("PI", np.pi),
        ("DT + STARTTIME + STOPTIME", 5.5),
        ("10 * Town.Los_Angeles + Town.Oslo", 21),
        ("MEAN(1, 2, 6)", 3),
        ("MAX(1, 7, 2) - MIN(4, 3, 9)", 4),
        ("SUM(1, 2, 3) + PROD(2, 3, 4)", 30),
        # The standard wants the floor and Knuth's modulus, with the sign of the divisor.
        ("INT(-1.5)", -2),
        ("INT(1.5)", 1),
        ("(-7) MOD 3", 2),
        ("7 MOD (-3)", -2),
        ("7.5 MOD 2", 1.5),
        ("7 MOD 0", 7),
    ],
)
def test_a_formula_has_the_value_of_the_standard(
    tmp_path: Path, equation: str, value: float
) -> None:
    assert compute(tmp_path, equation)[0] == pytest.approx(value, rel=1e-14)


def test_a_variable_may_bear_such_a_name(tmp_path: Path) -> None:
    assert compute(tmp_path, "pi", '<aux name="PI"><eqn>3</eqn></aux>')[0] == 3


def test_a_size_counts_elements(tmp_path: Path) -> None:
    listed = '<aux name="x"><dimensions><dim name="Town"/></dimensions><eqn>TIME</eqn></aux>'
    assert compute(tmp_path, "10 * SIZE(x[*]) + SIZE(Town)", listed)[0] == 22


def test_previous_is_the_value_a_time_step_before(tmp_path: Path) -> None:
    assert compute(tmp_path, "PREVIOUS(TIME, 9)") == [9, 1, 1.5, 2, 2.5, 3, 3.5]
    # As in a model published with Stella's results: the last value before 2 is kept.
    assert compute(tmp_path, "IF TIME > 2 THEN PREVIOUS(SELF, 0) ELSE TIME")[-1] == 2


def test_one_pulse_comes_where_the_interval_is_nought(tmp_path: Path) -> None:
    assert compute(tmp_path, "PULSE(3, 2, 0)") == [0, 0, 6, 0, 0, 0, 0]


def test_an_initial_equation_counts_where_stocks_begin(tmp_path: Path) -> None:
    more = (
        '<aux name="goal"><eqn>2 * level</eqn><init_eqn>7</init_eqn></aux>'
        '<stock name="level"><eqn>goal</eqn></stock>'
    )
    assert compute(tmp_path, "level", more)[0] == 7
    assert compute(tmp_path, "goal", more)[0] == 14
    with pytest.raises(InputError, match="'level' has an <init_eqn> beside a table or in a stock"):
        compute(
            tmp_path,
            "level",
            more.replace("</eqn></stock>", "</eqn><init_eqn>1</init_eqn></stock>"),
        )


def test_a_macro_is_a_formula_of_its_parameters_or_has_stocks(tmp_path: Path) -> None:
    plain = '<macro name="half"><parm>x</parm><eqn>x / 2</eqn></macro>'
    assert compute(tmp_path, "HALF(TIME) + HALF(6)", macro=plain)[-1] == 5
    growing = (
        '<macro name="grown"><parm>rate of change</parm><eqn>level</eqn><variables>'
        '<aux name="rate of change"><eqn>99</eqn></aux>'
        '<stock name="level"><eqn>1</eqn><inflow>growth</inflow></stock>'
        '<flow name="growth"><eqn>rate_of_change * DT / DT</eqn></flow></variables></macro>'
    )
    assert compute(tmp_path, "GROWN(2) + GROWN(3)", macro=growing)[-1] == 2 + 3 * 5


@pytest.mark.parametrize(
    ("macro", "message"),
    [
        ('<macro name="int"><parm>x</parm><eqn>x</eqn></macro>', "'int' has the name of a funct"),
        ('<macro name="m"><parm>x</parm></macro>', "the XMILE macro 'm' has no <eqn>"),
        ('<macro name="m"><parm>x</parm><eqn>z</eqn></macro>', "uses 'z', which the macro does"),
        ('<macro name="m"><eqn>1</eqn></macro>', "gives the macro 'm' 1 arguments; it takes 0"),
        (
            '<macro name="m"><parm>x</parm><eqn>x</eqn><sim_specs/></macro>',
            "the XMILE macro 'm' has a time step of its own",
        ),
    ],
)
def test_a_macro_that_is_not_computed_is_refused(tmp_path: Path, macro: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        compute(tmp_path, "M(2)", macro=macro)


def test_an_equation_that_a_conversion_has_lost_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the equation of 'y' is '\\?\\?\\?': it was lost"):
        compute(tmp_path, " ??? ")
