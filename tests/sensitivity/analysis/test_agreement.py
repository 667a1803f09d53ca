"""On the project's model, SALib's Sobol' indices and SciPy's agree."""

import numpy as np
import pandas as pd
from scipy import stats

from smecluster.model import simulate_many
from smecluster.sensitivity.methods.estimates import Bootstrap, Sample
from smecluster.sensitivity.methods.sobol import estimate_sobol

FACTORS = ("spin off rate", "preference for variety", "knowledge elasticity", "brand decay rate")
POINTS = 128


def test_salib_and_scipy_agree_on_the_model(m):
    middle = np.array([m.document.variable(name).low for name in FACTORS], dtype=float)
    middle = (middle + [m.document.variable(name).high for name in FACTORS]) / 2
    low, high = 0.97 * middle, 1.03 * middle

    def run(points):
        """Value added of all regions in 2020: (points, factors) between 0 and 1 to (points,)."""
        table = pd.DataFrame(low + points * (high - low), columns=list(FACTORS))
        done = simulate_many(m, table, ["value added"], [2020], base={"TIME STEP": 0.125})
        return done["value added"].sum("Region").values[:, 0]

    from SALib.sample import sobol as sampler

    problem = {"num_vars": 4, "names": list(FACTORS), "bounds": [[0.0, 1.0]] * 4}
    u = sampler.sample(problem, POINTS, calc_second_order=False, seed=3)
    y = run(u)
    assert np.isfinite(y).all()
    ours = estimate_sobol(Sample(FACTORS, u, y[:, None]), Bootstrap(3)).indices

    # The same runs ...
    cells = y.reshape(POINTS, 6)
    runs = {"f_A": cells[None, :, 0], "f_B": cells[None, :, -1], "f_AB": cells.T[1:5, None, :]}
    same = stats.sobol_indices(func=runs, n=POINTS)
    # ... and runs of its own.
    other = stats.sobol_indices(
        func=lambda x: run(x.T)[None, :],
        n=POINTS,
        dists=[stats.uniform(0, 1)] * 4,
        rng=np.random.default_rng(5),
    )
    for name, key in (("first order", "first_order"), ("total", "total_order")):
        value, half = ours[name].value[:, 0], ours[name].half[:, 0]
        # They take off the mean of all runs, and of two sixths of them: the only difference.
        assert np.abs(np.ravel(getattr(same, key)) - value).max() < 0.01
        assert (np.abs(np.ravel(getattr(other, key)) - value) <= 2 * half + 0.01).all()
    assert ours["total"].value.max() > 0.3
