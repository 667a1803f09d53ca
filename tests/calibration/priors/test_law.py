"""A prior passes through the three quantiles that are believed, and stays in the hard range."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import norm

from smecluster.calibration.priors.law import Law, Laws
from smecluster.model.file.beliefs import RANGE, Belief

EDGES = norm.ppf([0.05, 0.5, 0.95])


def law(low, high, median=None, hard=(-1e9, 1e9), unit="Dmnl"):
    variable = SimpleNamespace(low=hard[0], high=hard[1], unit=unit)
    return Law.from_belief(Belief(RANGE, low, high, median), variable)


@pytest.mark.parametrize(
    ("low", "high", "median", "hard", "scale"),
    [
        (0.5, 8.0, 1.5, (0.0, 1e6), "log"),
        (-2.0, -0.3, -0.8, (-10.0, 0.0), "negative log"),
        (0.2, 0.9, 0.7, (0.0, 1.0), "logit"),
        (-1.0, 3.0, 0.5, (-100.0, 100.0), "lin"),
    ],
)
def test_the_quantiles_are_those_that_are_believed(low, high, median, hard, scale):
    one = law(low, high, median, hard)
    assert one.scale == scale
    assert one.at(EDGES) == pytest.approx([low, median, high], rel=1e-4)
    even = np.linspace(-5, 5, 1001)
    values = one.at(even)
    assert (np.diff(values) > 0).all()
    assert one.find_scores(values) == pytest.approx(even, abs=1e-6)


def test_a_median_that_is_not_stated_is_the_middle_on_the_scale():
    assert law(1.0, 4.0).median == pytest.approx(2.0)
    assert law(-4.0, -1.0).median == pytest.approx(-2.0)
    assert law(-1.0, 2.0).median == pytest.approx(0.5)
    assert law(0.2, 0.8, hard=(0.0, 1.0)).median == pytest.approx(0.5)
    # A share of something per year is no share.
    assert law(0.2, 0.8, hard=(0.0, 1.0), unit="1/Year").median == pytest.approx(0.4)


def test_a_log_normal_prior_has_the_textbook_spread():
    one = law(1.0, np.exp(2.0), hard=(0.0, 1e9))
    assert np.log(one.at(1.0)) == pytest.approx(1.0 + 1.0 / norm.ppf(0.95))


def test_nothing_lies_beyond_the_hard_range():
    one = law(1.0, 4.0, 2.0, hard=(1.0, 6.0))
    values = one.at(norm.ppf((np.arange(20_000) + 0.5) / 20_000))
    assert values.min() >= 1.0
    assert values.max() <= 6.0
    # The twentieth below 1 is shared out.
    assert np.mean(values < 4.0) == pytest.approx(0.95, abs=0.01)
    scores = np.array([-2.0, 0.0, 2.0])
    assert one.find_scores(one.at(scores)) == pytest.approx(scores, abs=1e-6)


def test_several_laws_are_transformed_together():
    laws = [law(1.0, 4.0, hard=(1.0, 6.0)), law(-2.0, -0.3, -0.8), law(0.2, 0.8, hard=(0.0, 1.0))]
    scores = np.random.default_rng(1).standard_normal((5, 3))
    alone = np.stack([one.at(scores[:, at]) for at, one in enumerate(laws)], axis=1)
    assert (Laws(laws).transform(scores) == alone).all()
