"""Formulas over results: what they mean, and what is refused."""

import numpy as np
import pytest
import xarray as xr

from smecluster.model.checking.formula import parse_formula
from smecluster.model.errors import InputError

RUN = xr.Dataset(
    {
        "People": (("time", "Region"), [[1.0, 10.0], [2.0, 30.0], [4.0, 60.0]]),
        "back-flow": ("time", [1.0, 1.0, 2.0]),
        "budget": (("time", "Region", "Lever"), np.arange(12.0).reshape(3, 2, 2)),
    },
    coords={"time": [2000.0, 2000.5, 2001.0], "Region": ["Hill", "River"], "Lever": ["a b", "c"]},
)


def value(formula):
    return parse_formula(formula, list(RUN))(RUN)


def test_products_bind_before_sums_and_brackets_before_both():
    assert value("1 + 2 * 3").values.tolist() == [7, 7, 7]
    assert value("(1 + 2) * 3 - -1").values.tolist() == [10, 10, 10]
    assert value("8 / 4 / 2").values.tolist() == [1, 1, 1]


def test_names_are_the_models_own_in_any_case_and_in_quotes_where_they_hold_a_sign():
    assert value('"back-flow" * people').values.tolist() == [[1, 10], [2, 30], [8, 120]]
    assert parse_formula('"back-flow" * people', list(RUN)).names == ("back-flow", "People")


def test_a_change_is_for_a_year_and_leaves_the_last_time_out():
    change = value("change(People)")
    assert change.values.tolist() == [[2, 40], [4, 60]]
    assert change["time"].values.tolist() == [2000.0, 2000.5]


@pytest.mark.filterwarnings("error")
def test_what_is_no_number_comes_without_a_warning():
    assert np.isnan(value('(People - People) / ("back-flow" - "back-flow")')).all()


def test_a_sum_is_over_all_and_a_total_over_regions():
    assert value("sum(budget)").values.tolist() == [6, 22, 38]
    assert value("total(budget)").dims == ("time", "Lever")
    assert value('total("back-flow")').values.tolist() == [1, 1, 2]


def test_logarithms_and_powers_of_e_undo_each_other_and_make_powers():
    assert value("exp(log(People))").values == pytest.approx(RUN["People"].values)
    assert value("exp(2 * log(People))").values == pytest.approx(RUN["People"].values ** 2)


def test_an_element_is_picked_by_name():
    assert value("People[river]").values.tolist() == [10, 30, 60]
    assert value("budget[Hill, a b]").values.tolist() == [0, 4, 8]
    assert value("People[Hill] / People[River]").dims == ("time",)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("Peple", "did you mean 'People'?"),
        ("People +", "cannot read the formula 'People +'"),
        ("(People", "cannot read the formula"),
        ("People)", "cannot read the formula"),
        ("People ** 2", "cannot read the formula"),
        ("summ(People)", "did you mean 'sum'?"),
        ("__import__('os')", "cannot read the formula"),
    ],
)
def test_what_is_no_formula_is_refused(formula, message):
    with pytest.raises(InputError) as caught:
        parse_formula(formula, list(RUN))
    assert message in str(caught.value)


def test_an_unknown_element_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="did you mean 'River'"):
        value("People[Rivr]")


@pytest.mark.parametrize(
    "formula",
    [
        "(" * 2000 + "People" + ")" * 2000,
        "-" * 20_000 + "People",
        "-" * 19_000 + "People",
        "total(" * 60 + "People" + ")" * 60,
        " + ".join(["People"] * 20_000),
    ],
)
def test_a_formula_of_any_depth_or_length_is_computed_or_refused(formula):
    with pytest.raises(InputError, match=r"too deep|too long") as caught:
        parse_formula(formula, list(RUN))
    assert len(str(caught.value)) < 400


def test_a_sum_may_have_many_terms():
    terms = " + ".join(["1"] * 2_000)
    assert value(terms).values.tolist() == [2000, 2000, 2000]
    assert value(" - ".join(["1"] * 2_000)).values.tolist() == [-1998, -1998, -1998]
