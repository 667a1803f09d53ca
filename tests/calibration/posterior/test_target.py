"""The posterior's slope is what differences of its cost show."""

from dataclasses import replace

import numpy as np
import pytest

from smecluster.calibration.data.case import list_cases
from smecluster.calibration.interface import assemble_together
from smecluster.calibration.posterior.run import assemble_target
from smecluster.calibration.priors.table import build_priors


@pytest.mark.slow
def test_the_slope_of_the_shipped_posterior_is_that_of_its_cost():
    problem = assemble_together(list_cases(), (), {})
    priors = build_priors(problem.model, problem.parameters)
    coarse = replace(problem, base={**problem.base, "TIME STEP": 0.25})
    target = assemble_target(coarse, priors)
    rng = np.random.default_rng(3)
    points = 0.5 * rng.standard_normal((3, len(priors)))
    states = np.array([[1.0, 0.0], [0.0, 0.0], [1.0, 0.5]])
    errors, costs, gradients = target.differentiate(points, states, np.empty((0, 0)))
    assert (errors == target.errors(points, states)).all()
    assert costs == pytest.approx(target.cost(points, errors))
    ways = rng.standard_normal((10, len(priors)))
    for way in ways / np.linalg.norm(ways, axis=1, keepdims=True):
        ends = [points + side * 1e-4 * way for side in (1, -1)]
        costs = [target.cost(end, target.errors(end, states)) for end in ends]
        assert gradients @ way == pytest.approx((costs[0] - costs[1]) / 2e-4, rel=1e-4, abs=1e-4)
