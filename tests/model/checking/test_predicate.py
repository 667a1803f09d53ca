"""What a check demands: where it holds, and the worst place where it does not."""

import numpy as np
import pytest
import xarray as xr

from smecluster.model.checking.predicate import (
    find_not_finite,
    find_out_of_bounds,
    find_wrong_shape,
)


def course(*values):
    return xr.DataArray(
        np.array(values, dtype=float).reshape(len(values), -1),
        dims=("time", "Region"),
        coords={
            "time": 2000.0 + np.arange(len(values)),
            "Region": ["Hill", "River"][: np.size(values[0])],
        },
    )


def level(value):
    return xr.DataArray(float(value))


@pytest.mark.parametrize(
    ("bound", "limit", "holds"),
    [
        ("at least", 1, True),
        ("at least", 1.5, False),
        ("above", 1, False),
        ("above", 0.99, True),
        ("at most", 3, True),
        ("below", 3, False),
        ("below", 3.01, True),
        ("equals", 2, False),
    ],
)
def test_a_bound_holds_for_every_value_or_fails(bound, limit, holds):
    assert (find_out_of_bounds(bound, course(1, 2, 3), level(limit), 0.0) is None) == holds


def test_slack_widens_a_bound():
    assert find_out_of_bounds("at least", course(1, 2), level(1.1), 0.2) is None
    assert find_out_of_bounds("equals", course(1, 1.05), level(1), 0.1) is None


def test_the_worst_place_is_named():
    values = course([1, 5], [2, -7], [3, -1])
    assert (
        find_out_of_bounds("at least", values, level(0), 0.0)
        == "-7 (2001, River), must be at least 0"
    )


def test_a_limit_may_differ_by_place():
    assert find_out_of_bounds("at most", course([1, 5]), course([1, 4]), 0.0) == (
        "5 (2000, River), must be at most 4"
    )


def test_what_is_not_a_number_is_never_right():
    assert find_not_finite(course(1, np.nan, 2)) == "nan (2001, Hill) is not a number"
    assert find_not_finite(course(1, np.inf)) is not None
    assert find_not_finite(course(1, 2)) is None
    assert find_out_of_bounds("at least", course(1, np.nan), level(0), 0.0) is not None


@pytest.mark.parametrize(
    ("shape", "share", "values", "holds"),
    [
        ("falls", 0.5, (4, 5, 2), True),
        ("falls", 0.6, (4, 5, 2), False),
        ("falls", 0, (4, 4), False),
        ("rises", 0.5, (4, 2, 6), True),
        ("rises", 0, (4, 3), False),
        ("never falls", 0, (1, 1, 2), True),
        ("never falls", 0, (1, 2, 1.9), False),
        ("never rises", 0, (2, 2, 1), True),
        ("never rises", 0, (2, 2.1, 1), False),
        ("flat", 0.1, (10, 11, 9), True),
        ("flat", 0.1, (10, 11.1, 10), False),
    ],
)
def test_a_shape_holds_or_fails(shape, share, values, holds):
    assert (find_wrong_shape(shape, course(*values), share, 0.0) is None) == holds


def test_slack_lets_what_runs_out_be_flat_and_a_step_go_astray():
    assert find_wrong_shape("flat", course(1e-9, 1e-12), 0.0, 1e-6) is None
    assert find_wrong_shape("never rises", course(1, 1 + 1e-12), 0.0, 1e-9) is None


def test_a_wrong_shape_is_told_with_its_numbers():
    assert find_wrong_shape("falls", course([4, 4], [1, 3]), 0.5, 0.0) == (
        "from 4 to 3 (River), does not fall by a share of 0.5"
    )
    assert (
        find_wrong_shape("flat", course(10, 20), 0.1, 0.0) == "20 (2001, Hill), not flat: it was 10"
    )
