"""Swings tell which way a factor moves an output, with honest intervals."""

import numpy as np
import pytest

from sensitivity.swings import swings


def test_swings_are_the_means_at_the_ends_of_a_factors_range():
    x = np.random.default_rng(1).random((20_000, 2))
    table = swings(("a", "b"), x, 10 * x[:, 1] - x[:, 0])
    assert list(table["factor"]) == ["b", "a"]
    first = table.iloc[0]
    assert first["at low"] == pytest.approx(0.5, abs=0.1)
    assert first["at high"] == pytest.approx(8.5, abs=0.1)
    assert first["mean"] == pytest.approx(4.5, abs=0.1)


def test_runs_that_belong_together_count_as_one():
    rng = np.random.default_rng(2)
    x, y = rng.random((500, 1)), rng.random(500)
    single = swings(("a",), x, y).iloc[0]
    repeated = swings(("a",), np.repeat(x, 8, axis=0), np.repeat(y, 8), unit=8).iloc[0]
    assert repeated["half low"] == pytest.approx(single["half low"], rel=0.02)
    forgotten = swings(("a",), np.repeat(x, 8, axis=0), np.repeat(y, 8)).iloc[0]
    assert forgotten["half low"] < single["half low"] / 2
