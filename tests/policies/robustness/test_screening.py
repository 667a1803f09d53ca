"""Constants that may limit a box: those that matter, and not what chance brings."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from smecluster.policies.robustness.screening import screen_constants

DRAWS = 100


@pytest.fixture
def draws() -> pd.DataFrame:
    random = np.random.default_rng(5)
    return pd.DataFrame(random.random((DRAWS, 400)), columns=[f"c{at}" for at in range(400)])


@pytest.mark.parametrize("sign", [1, -1])
def test_a_constant_that_decides_is_offered(draws, sign):
    share = (sign * draws["c7"] > sign * 0.5).to_numpy(dtype=float)
    assert screen_constants(draws, share) == ["c7"]


def test_a_constant_whose_middle_decides_is_offered(draws):
    share = (np.abs(draws["c7"] - 0.5) < 0.25).to_numpy(dtype=float)
    assert screen_constants(draws, share) == ["c7"]


def test_chance_offers_something_in_less_than_one_of_ten_searches():
    random = np.random.default_rng(9)
    found = 0
    for _ in range(60):
        draws = pd.DataFrame(random.random((DRAWS, 100)))
        found += bool(screen_constants(draws, (random.random(DRAWS) < 0.3).astype(float)))
    assert found <= 6


def test_draws_without_a_result_do_not_count(draws):
    share = (draws["c7"] > 0.5).to_numpy(dtype=float)
    share[:30] = np.nan
    assert screen_constants(draws, share) == ["c7"]


@pytest.mark.parametrize("share", [np.ones(DRAWS), np.zeros(DRAWS), np.full(DRAWS, np.nan)])
def test_what_always_or_never_happens_offers_nothing(draws, share):
    assert screen_constants(draws, share) == []


def test_few_draws_offer_nothing(draws):
    assert screen_constants(draws.iloc[:7], np.array([0, 1, 0, 1, 0, 1, 0.0])) == []
