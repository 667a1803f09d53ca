"""Each rival is the best forecast of the process that it is made for, and knows its own error."""

import numpy as np
import pytest
import scoringrules

from smecluster.calibration.forecasts.distributions import (
    DRIFT,
    NATION,
    NO_CHANGE,
    RIVALS,
    WALK,
    forecast_simply,
    sum_damping,
)
from smecluster.calibration.forecasts.protocol import read_protocol

SETTINGS = read_protocol().rivals
YEARS = np.arange(1985.0, 2010.0)
AHEAD = np.arange(2010.0, 2018.0)
NOISE = 0.05


def simulate_process(kind, rng):
    """Simulate logarithms of a series and of its nation in all years."""
    count = len(YEARS) + len(AHEAD)
    steps = NOISE * rng.standard_normal(count)
    nation = np.cumsum(0.08 + 0.03 * rng.standard_normal(count))
    if kind == NO_CHANGE:
        return np.cumsum(steps), nation
    if kind == WALK:
        return np.cumsum(steps + 0.1), nation
    if kind == NATION:
        return nation + np.cumsum(steps), nation
    if kind == DRIFT:
        # It outgrows the nation, and less so after the last figure.
        since = np.maximum(np.arange(count) - len(YEARS) + 1.0, 0.0)
        return nation + np.cumsum(steps + 0.06 * 0.8**since), nation
    trend, level, logs = 0.25, 0.0, []
    for step in steps:
        level += 0.9 * trend + step
        trend = 0.9 * trend + 0.6 * step
        logs.append(level)
    return np.array(logs), nation


@pytest.mark.parametrize("kind", RIVALS)
def test_a_rival_has_the_best_score_on_its_own_process_and_its_intervals_hold(kind):
    rng = np.random.default_rng(8)
    scores = dict.fromkeys(RIVALS, 0.0)
    inside = []
    for _ in range(300):
        logs, nation = simulate_process(kind, rng)
        split = len(YEARS)
        found = forecast_simply(
            YEARS,
            logs[:split],
            AHEAD,
            (nation[:split], nation[split:]),
            np.zeros(len(AHEAD)),
            SETTINGS,
        )
        for name, one in found.items():
            crps = scoringrules.crps_t(
                logs[split:], one.freedom, one.location, one.scale, backend="numpy"
            )
            scores[name] += float(np.mean(crps))
        own = found[kind]
        inside.append(np.abs(logs[split:] - own.location) < 1.6449 * own.scale)
    assert min(scores, key=scores.get) == kind
    # Of a Student distribution 1.645 scales hold a little less than 90 per cent.
    assert 0.82 < np.mean(inside) < 0.95


def test_with_fewer_than_three_figures_only_the_nation_and_no_change_forecast():
    nothing = np.zeros(1)
    found = forecast_simply(
        np.array([1990.0]), nothing, np.array([1995.0]), (nothing, nothing + 0.5), nothing, SETTINGS
    )
    assert set(found) == {NATION, NO_CHANGE}
    assert found[NATION].location == pytest.approx(0.5)
    assert found[NO_CHANGE].scale == pytest.approx(SETTINGS.prior_sd * np.sqrt(5))


def test_an_uncertain_nation_widens_the_forecasts_that_use_it_and_no_others():
    logs = 0.05 * np.arange(len(YEARS)) + 0.01 * np.sin(np.arange(len(YEARS)))
    nation = 0.04 * np.arange(len(YEARS)), 0.04 * (len(YEARS) + np.arange(len(AHEAD)))
    sure, unsure = (
        forecast_simply(YEARS, logs, AHEAD, nation, np.full(len(AHEAD), each), SETTINGS)
        for each in (0.0, 0.01)
    )
    for name in RIVALS:
        wider = np.sqrt(sure[name].scale ** 2 + 0.01 * (name in (NATION, DRIFT)))
        assert unsure[name].scale == pytest.approx(wider)
        assert unsure[name].location == pytest.approx(sure[name].location)


def test_gaps_between_figures_change_neither_drift_nor_noise_of_a_year():
    rng = np.random.default_rng(10)
    logs = np.cumsum(0.1 + NOISE * rng.standard_normal(2000))
    years = np.arange(2000.0)
    kept = np.sort(rng.choice(1999, 900, replace=False))
    kept = np.append(kept, 1999)
    flat = np.zeros(2000)
    ahead = np.array([2000.0, 2004.0])
    whole, part = (
        forecast_simply(years[at], logs[at], ahead, (flat[at], flat[:2]), flat[:2], SETTINGS)[WALK]
        for at in (slice(None), kept)
    )
    assert part.scale == pytest.approx(whole.scale, rel=0.1)
    assert whole.scale[0] == pytest.approx(NOISE, rel=0.1)
    assert part.location == pytest.approx(whole.location, abs=0.05)


@pytest.mark.parametrize("damping", [0.8, 1.0])
def test_a_damped_sum_is_the_sum_of_powers(damping):
    far = np.arange(1, 9)
    by_hand = [sum(damping**power for power in range(1, each + 1)) for each in far]
    assert sum_damping(damping, far) == pytest.approx(by_hand)
