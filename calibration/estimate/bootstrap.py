"""The bootstrap: how the estimates vary when the figures are resampled."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import truncnorm

from smecluster.calibration.estimate.fit import Optimum, descend
from smecluster.calibration.problem.ar1 import Ar1
from smecluster.calibration.problem.objective import Objective
from smecluster.model.support.checkpoints import Checkpoints

Floats = NDArray[np.float64]

#: Years that are resampled together.
BLOCK = 3
#: Replicates that are saved together.
BATCH = 10
_MOST = 100  # points of one descent


@dataclass(frozen=True)
class Bootstrap:
    """The estimates from resampled figures.

    Attributes
    ----------
    points : array of float, shape (replicates, parameters)
        In the scale of the estimation; failed replicates are left out.
    draws : pandas.DataFrame
        The same in the parameters' units, a row a replicate, columns the parameters.
    intervals : pandas.DataFrame
        By parameter as index: low, high (95 %) and low 90, high 90: percentiles, in the
        parameter's unit.
    failed : int
        Replicates whose descent did not finish.
    """

    points: Floats
    draws: pd.DataFrame
    intervals: pd.DataFrame
    failed: int


class Resampling:
    """Resampled figures from the residuals of a fit.

    Residuals are decomposed into the innovations of their series (see `Ar1`), scaled to variance 1
    over all series. Blocks of consecutive years are drawn with replacement, all series of a year
    together, which preserves shocks common to regions and series. A series without a figure in the
    drawn year takes the innovation of a random figure. Errors are built from the innovations, and
    figures from the fit and the errors. Sources: Dogan 2007, System Dynamics Review 23(4); block
    bootstrap, Kuensch 1989, Annals of Statistics 17(3).

    Parameters
    ----------
    objective : Objective
        The objective.
    x : array of float, shape (parameters,)
        Its optimum.
    """

    def __init__(self, objective: Objective, x: Floats) -> None:
        figures = objective.problem.measurements
        errors = objective.errors(x)[0]
        self.fitted = figures["value"].to_numpy(dtype=float) * np.exp(errors)
        self._ar1 = Ar1(objective.problem)
        innovations = self._ar1.extract_innovations(-errors)
        self._pool = (innovations - innovations.mean()) / innovations.std()
        self._row = figures["year"].to_numpy(dtype=int) - int(figures["year"].min())
        self._column = pd.factorize(figures["observable"])[0]
        self._table = np.full((self._row.max() + 1, self._column.max() + 1), np.nan)
        self._table[self._row, self._column] = self._pool

    def draw_figures(self, rng: np.random.Generator) -> Floats:
        """Draw figures, shape (figures,), in their units."""
        years = len(self._table)
        begins = rng.integers(years, size=-(-years // BLOCK))
        source = (begins[:, None] + np.arange(BLOCK)).ravel()[:years] % years
        drawn = self._table[source[self._row], self._column]
        anywhere = rng.choice(self._pool, size=len(drawn))
        innovations = np.where(np.isnan(drawn), anywhere, drawn)
        return np.asarray(self.fitted * np.exp(self._ar1.build_errors(innovations)))


def run_bootstrap(
    objective: Objective,
    optimum: Optimum,
    replicates: int,
    seed: int,
    checkpoints: Checkpoints,
    *,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Bootstrap:
    """Fit resampled figures, starting from the optimum.

    Priors are evidence like the figures, so each replicate also draws their means, from the priors
    themselves. (With fixed priors, a parameter that the figures do not determine would stay at its
    prior mean in every replicate, as if it were known.)

    Parameters
    ----------
    objective : Objective
        The objective.
    optimum : Optimum
        Its optimum.
    replicates : int
        How many.
    seed : int
        Seed of the resampling.
    checkpoints : Checkpoints
        Where finished replicates are kept, ten at a time: ``bootstrap <number>``.
    tell : callable
        Receives how many replicates are done, and how many there are.

    Returns
    -------
    Bootstrap
        The same for any number of workers.
    """
    resampling = Resampling(objective, optimum.x)
    seeds = np.random.SeedSequence(seed).spawn(replicates)

    def batch(begin: int) -> tuple[Floats, Floats]:
        name = f"bootstrap {begin // BATCH}"
        mine = seeds[begin : begin + BATCH]
        kept = checkpoints.load(name) if name in checkpoints else {}
        if not np.array_equal(kept.get("optimum", ()), optimum.x) or len(kept["x"]) != len(mine):
            found = [_refit(objective, optimum, resampling, one) for one in mine]
            kept = {
                "optimum": optimum.x,
                "x": np.array([one.x for one in found]),
                "ended": np.array([one.evaluations < _MOST for one in found]),
            }
            checkpoints.save(name, kept)
        return np.asarray(kept["x"], float), np.asarray(kept["ended"], bool)

    with ThreadPoolExecutor(objective.workers) as pool:
        parts = []
        for part in pool.map(batch, range(0, replicates, BATCH)):
            parts.append(part)
            tell(sum(len(x) for x, _ in parts), replicates)
    ended = np.concatenate([part[1] for part in parts])
    points = np.vstack([part[0] for part in parts])[ended]
    draws = objective.tabulate(points)
    levels = {"low": 0.025, "high": 0.975, "low 90": 0.05, "high 90": 0.95}
    intervals = pd.DataFrame({name: draws.quantile(level) for name, level in levels.items()})
    intervals.index.name = "name"
    return Bootstrap(points, draws, intervals, int((~ended).sum()))


def _refit(
    objective: Objective, optimum: Optimum, resampling: Resampling, seed: np.random.SeedSequence
) -> Optimum:
    rng = np.random.default_rng(seed)
    other = objective.with_measurements(resampling.draw_figures(rng))
    other.prior_mean = draw_from_prior(objective, 1, rng)[0]
    return descend(other, optimum.x, max_evaluations=_MOST, workers=1)


def draw_from_prior(objective: Objective, count: int, rng: np.random.Generator) -> Floats:
    """Draw points, shape (count, parameters), from the priors within the bounds."""
    mean, sd = objective.prior_mean, objective.prior_sd
    low, high = (objective.lower - mean) / sd, (objective.upper - mean) / sd
    size = (count, len(mean))
    return np.asarray(truncnorm.rvs(low, high, mean, sd, size=size, random_state=rng))
