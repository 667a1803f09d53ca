"""Measures of a response, on a world whose answers are known."""

import numpy as np
import pytest
import xarray as xr

from smecluster.calibration.experiments.reform import Response
from smecluster.calibration.experiments.run import measure_response
from smecluster.model.checking.formula import parse_formula

YEARS = np.arange(2000.0, 2011.0)


def world(money, roads=1.0):
    """Output is twice the money plus what roads give to the power 0.3, and doubles in ten years."""
    growth = 2 ** ((YEARS - 2000) / 10)
    spent = np.broadcast_to(money, (2, 11))[:, :, None] * np.array([1.0, 10.0])
    stock = np.broadcast_to(roads, (2, 11))[:, :, None] * growth[None, :, None] ** 2
    return xr.Dataset(
        {
            "money": (("run", "time", "Region"), spent),
            "roads": (("run", "time", "Region"), stock * np.ones(2)),
            "output": (("run", "time", "Region"), 2 * spent + 50 * growth[None, :, None]),
            "traffic": (("run", "time", "Region"), 8 * stock**0.3 * np.ones(2)),
            "still": (("run", "time", "Region"), np.full((2, 11, 2), 7.0)),
        },
        coords={"time": YEARS, "Region": ["Hill", "River"]},
    )


def measure(of, measure, per=None, years=(2005, 2007), baseline=None, reformed=None, **more):
    baseline = world(3.0) if baseline is None else baseline
    reformed = world(4.0) if reformed is None else reformed
    response = Response(
        **{"name": "x", "of": of, "per": per, "measure": measure, "years": years},
        **{"horizon": "y", "unit": "Dmnl", "kind": "sign", "low": 0, "status": "read"},
        source="none",
        **more,
    )
    formulas = [parse_formula(text or of, list(baseline)) for text in (of, per)]
    return measure_response(response, *formulas, baseline, reformed, "Hill")


def test_a_multiplier_is_what_a_yuan_brings():
    assert measure("output", "multiplier", "money") == pytest.approx([2.0, 2.0])


def test_a_multiplier_does_not_depend_on_how_much_is_spent_where_returns_do_not():
    some = measure("output", "multiplier", "money", reformed=world(3.01))
    much = measure("output", "multiplier", "money", reformed=world(30.0))
    assert some == pytest.approx(much)


def test_a_multiplier_may_set_later_gains_against_earlier_money():
    money = np.where(YEARS < 2005, 5.0, 3.0)
    found = measure(
        "output", "multiplier", "money", (2000, 2009), reformed=world(money), per_years=(2000, 2004)
    )
    # Half of the ten years gain twice the money, and all the money was spent in them.
    assert found == pytest.approx([1.0, 1.0])


def test_a_share_of_one_difference_in_another_is_a_multiplier_too():
    others = measure("total(output) - output", "multiplier", "output")
    assert others == pytest.approx([10.0, 10.0])


def test_a_semielasticity_is_in_per_cent_for_each_unit():
    at = 50 * 2**0.6 + 6
    found = measure("output", "semielasticity", "money", (2006, 2006))
    assert found == pytest.approx([200 / at] * 2)


def test_an_elasticity_is_that_of_the_power():
    found = measure("traffic", "elasticity", "roads", reformed=world(3.0, 1.1))
    assert found == pytest.approx([0.3, 0.3])


def test_a_contribution_is_the_elasticity_times_the_relative_growth():
    found = measure("traffic", "contribution", "roads", (2000, 2010), reformed=world(3.0, 1.1))
    # Traffic grows by roads alone: they explain all of it.
    assert found == pytest.approx([100.0, 100.0])


@pytest.mark.parametrize("kind", ["multiplier", "semielasticity", "elasticity", "ratio"])
def test_nothing_is_divided_by_what_does_not_respond(kind):
    assert not np.isfinite(measure("output", kind, "still")).any()


def test_rounding_is_no_response():
    rounded = world(3.0)
    rounded["still"] = rounded["still"] * (1 + 1e-13)
    assert not np.isfinite(measure("output", "multiplier", "still", reformed=rounded)).any()


def test_percent_and_difference_are_means_over_the_years():
    assert measure("money", "percent") == pytest.approx([100 / 3] * 2)
    assert measure("money", "difference") == pytest.approx([1.0, 1.0])
