"""Regret and satisficing reproduce answers worked out by hand."""

import numpy as np
import pytest
import xarray as xr

from smecluster.model.errors import InputError
from smecluster.policies.robustness.regret import (
    BEST,
    EXPECTED,
    HIGH,
    MOST,
    combine_needs,
    measure_regret,
    summarise_regret,
)


def reached(rows: list[list[float]]) -> xr.DataArray:
    return xr.DataArray(
        np.array(rows, dtype=float),
        {"strategy": ["a", "b"]},
        ("strategy", "draw"),
        attrs={"unit": "x"},
    )


HAND = reached([[10, 4, 7, 1], [8, 9, 7, 3]])


def test_regret_is_what_the_best_of_the_world_has_beyond_it():
    np.testing.assert_array_equal(measure_regret(HAND), [[0, 5, 0, 2], [2, 0, 0, 0]])
    assert measure_regret(HAND).attrs == {"unit": "x"}


def test_where_less_is_better_the_lowest_has_none():
    np.testing.assert_array_equal(measure_regret(HAND, more=False), [[2, 0, 0, 0], [0, 5, 0, 2]])


def test_the_table_holds_mean_percentile_maximum_and_share_best():
    table = summarise_regret(measure_regret(HAND))
    assert list(table[EXPECTED]) == [7 / 4, 2 / 4]
    assert list(table[MOST]) == [5, 2]
    assert list(table[BEST]) == [2 / 4, 3 / 4]
    assert table.loc["a", HIGH] == pytest.approx(2 + 0.7 * 3)


def test_futures_and_draws_are_worlds_alike():
    worlds = HAND.values.reshape(2, 2, 2)
    twice = xr.DataArray(worlds, {"strategy": ["a", "b"]}, ("strategy", "future", "draw"))
    assert summarise_regret(measure_regret(twice)).equals(summarise_regret(measure_regret(HAND)))


def test_a_world_without_a_result_for_one_is_left_out_for_all():
    gap = HAND.where(HAND != 4)
    assert measure_regret(gap).isnull().sel(draw=1).all()
    assert summarise_regret(measure_regret(gap)).loc["b", MOST] == 2
    with pytest.raises(InputError, match="no world in which every strategy"):
        summarise_regret(measure_regret(HAND * np.nan))


def test_good_enough_is_where_every_need_is_met():
    enough, cheap = HAND >= 7, HAND <= 9
    both = combine_needs([enough.astype(float), cheap.astype(float)])
    np.testing.assert_array_equal(both, [[False, False, True, False], [True, True, True, False]])
    assert list(both.mean("draw")) == [1 / 4, 3 / 4]


def test_no_result_is_not_good_enough():
    assert not combine_needs([(HAND > 0).astype(float) * np.nan]).any()


def test_without_a_need_nothing_can_be_judged():
    with pytest.raises(InputError, match="at least one need"):
        combine_needs([])
