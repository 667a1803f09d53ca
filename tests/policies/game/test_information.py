"""What is seen, and the groups that it divides draws into."""

import numpy as np

from smecluster.policies.game.information import fit_reading, observe


def test_an_index_follows_the_figure_that_says_what_pays():
    random = np.random.default_rng(0)
    seen = random.standard_normal((300, 3))
    slopes = np.stack([seen[:, 1], -seen[:, 1], 0.1 * random.standard_normal(300)], axis=1)
    reading = fit_reading(seen, slopes, 3)
    assert abs(reading.weights[1]) > 0.95
    groups = reading.group(seen)
    assert np.bincount(groups).tolist() == [100, 100, 100]
    means = [seen[groups == at, 1].mean() for at in range(3)]
    assert abs(means[0] - means[2]) > 1.5


def test_what_pays_whatever_is_done_says_nothing_about_what_to_do():
    random = np.random.default_rng(1)
    seen = random.standard_normal((400, 2))
    every = 100 * seen[:, :1] * np.ones(2)  # good draws, in which everything pays more
    slopes = every + np.stack([seen[:, 1], -seen[:, 1]], axis=1)
    assert abs(fit_reading(seen, slopes, 2).weights[1]) > 0.95


def test_a_reading_serves_draws_that_it_was_not_fitted_on():
    random = np.random.default_rng(2)
    seen, other = random.standard_normal((2, 200, 2))
    slopes = np.stack([seen[:, 0], -seen[:, 0]], axis=1)
    groups = fit_reading(seen, slopes, 2).group(other)
    assert 60 < groups.sum() < 140
    assert np.corrcoef(groups, other[:, 0])[0, 1] ** 2 > 0.4


def test_few_draws_make_few_groups():
    seen, slopes = np.array([[0.0], [1.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    assert fit_reading(seen, slopes, 3).group(seen).tolist() == [0, 0]
    assert fit_reading(seen[:1], slopes[:1], 3).group(seen[:1]).tolist() == [0]


def test_governments_see_with_errors_of_their_own_and_the_centre_sees_less(simulator):
    signals, again = observe(simulator, 1), observe(simulator, 1)
    assert np.array_equal(signals.regions, again.regions)
    assert not np.array_equal(signals.regions, observe(simulator, 2).regions)
    assert signals.regions.shape == (3, 6, 4)
    assert signals.centre.shape == (6, 2)
