"""A constant follows a dated course without any other change to the model."""

import numpy as np
import pytest

from smecluster import model
from smecluster.calibration.problem.courses import add_courses, bend_table, name_course
from smecluster.model.errors import InputError
from smecluster.model.file.model import Model

#: What a product with 1 may change where the compiler would fold the constant.
ROUNDING = 1e-13


@pytest.fixture(scope="module")
def base():
    return model.load()


@pytest.fixture(scope="module")
def dated(base):
    names = ["registration ease", "talent intensity", "half saturation"]
    return Model(add_courses(base.text, names), base.path)


def run(m, inputs=None):
    # The coarsest step: these statements do not depend on it.
    return model.simulate(m, {"TIME STEP": 0.125, **(inputs or {})}, outputs=["value added"])


def test_without_a_course_nothing_changes_but_rounding(base, dated):
    np.testing.assert_allclose(run(dated)["value added"], run(base)["value added"], ROUNDING)


def test_the_constant_stays_an_input(base, dated):
    changed = {"registration ease": 1.2}
    expected = run(base, changed)["value added"]
    np.testing.assert_allclose(run(dated, changed)["value added"], expected, ROUNDING)


def test_a_course_that_holds_from_the_beginning_is_another_value(base, dated):
    course = {name_course("registration ease"): [(1978, 1.2), (2100, 1.2)]}
    whole = run(base, {"registration ease": 1.2})["value added"]
    assert np.allclose(run(dated, course)["value added"], whole, rtol=1e-12)


def test_nothing_happens_before_a_course_begins(base, dated):
    course = {
        name_course("talent intensity"): bend_table([(1978, 1), (2100, 1)], [(2000, 1), (2005, 2)])
    }
    ratio = run(dated, course)["value added"] / run(base)["value added"]
    np.testing.assert_allclose(ratio.sel(time=slice(1978, 2000)), 1, ROUNDING)
    assert (ratio.sel(time=2020) != 1).all()


def test_a_constant_of_all_regions_can_be_changed_in_one(base, dated):
    name, course = name_course("registration ease"), [(1978, 1), (1980, 2), (2100, 2)]
    before = run(base)["value added"]
    one, every = (
        abs(run(dated, {given: course})["value added"] / before - 1).sel(time=1990)
        for given in (f"{name}[Wenzhou]", name)
    )
    # What is left elsewhere is what Wenzhou takes from the others.
    assert one.sel(Region="Wenzhou") > 0.9 * every.sel(Region="Wenzhou")
    assert one.sel(Region="Zhongguancun") < 0.1 * every.sel(Region="Zhongguancun")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("registration eese", "did you mean 'registration ease'"),
        ("value added", "not a constant"),
        ("TIME STEP", "not a constant"),
    ],
)
def test_what_is_no_constant_is_refused(base, name, message):
    with pytest.raises(InputError, match=message):
        add_courses(base.text, [name])


def test_a_factor_acts_from_its_first_year_and_is_held():
    table = dict(bend_table([(1978, 2), (2040, 2)], [(2000, 1), (2010, 3)]))
    assert table[1978] == 2
    assert table[2000] == 2
    assert table[2010] == 6
    assert table[2040] == 6


def test_a_jump_takes_a_thousandth_of_a_year():
    years, values = np.array(bend_table([(1978, 1), (2040, 1)], [(2000, 3)])).T
    assert np.interp(1999.99, years, values) == 1
    assert np.interp(2000, years, values) == 3
    assert np.interp(2040, years, values) == 3


def test_values_take_the_place_of_the_table_from_their_first_year():
    points = bend_table([(1978, 1), (2000, 5), (2040, 9)], [(1990, 2), (1995, 4)], replaces=True)
    years, values = np.array(points).T
    assert np.interp(1989, years, values) == pytest.approx(3)
    assert np.interp(1990, years, values) == 2
    assert np.interp(2030, years, values) == 4


def test_years_that_do_not_rise_are_refused():
    with pytest.raises(InputError, match="rise"):
        bend_table([(1978, 1), (2040, 1)], [(2000, 1), (1999, 2)])
