"""Regional analysis: where in its range a factor must be for a notable outcome.

The runs with a notable outcome (the upper tenth, or all above a threshold) are set against all
others, factor by factor, by Cramer and von Mises' criterion, as in SALib (`SALib.analyze.rsa`,
target Y). That statistic grows with the number of runs; here it is scaled to 0 (no difference)
to 1 (no overlap), which makes studies of any size comparable.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from smecluster.sensitivity.methods.estimates import Array, Bootstrap, Estimates, Sample
from smecluster.sensitivity.methods.given_data import estimate_from_given_data


@dataclass(frozen=True)
class Notable:
    """Which outcomes are notable.

    Parameters
    ----------
    quantile : float
        Where the threshold lies among the runs' outcomes, 0 to 1.
    threshold : float, optional
        The threshold itself, in the output's unit, instead of the quantile.
    below : bool
        Whether outcomes below the threshold are notable; those above it otherwise.
    """

    quantile: float = 0.9
    threshold: float | None = None
    below: bool = False

    def chosen(self, y: Array) -> NDArray[np.bool_]:
        """Say of each run whether its outcome is notable."""
        mark = np.quantile(y, self.quantile) if self.threshold is None else self.threshold
        notable: NDArray[np.bool_] = y < mark if self.below else y > mark
        return notable


def estimate_regional(
    sample: Sample, bootstrap: Bootstrap, notable: Notable | None = None
) -> Estimates:
    """Estimate how different each factor is in the runs with a notable outcome.

    Parameters
    ----------
    sample : Sample
        Runs at points drawn at random; factors may depend on each other.
    bootstrap : Bootstrap
        Over runs.
    notable : Notable, optional
        Which outcomes are notable; the upper tenth if left out.

    Returns
    -------
    Estimates
        ``"separation"``: see `separation`; ``"shift"``: by how much the factor lies higher in
        the notable runs, -1 to 1, as a difference of mean ranks. Both Dmnl (Hornberger and
        Spear 1981; Pianosi et al. 2016, doi:10.1016/j.envsoft.2016.02.008). NaN where no run,
        or every run, is notable.
    """
    notable = Notable() if notable is None else notable

    def statistic(x: Array, y: Array) -> Array:
        chosen = notable.chosen(y)
        return np.array([measure_separation(x, chosen), measure_shift(x, chosen)])

    return estimate_from_given_data(statistic, ("separation", "shift"), sample, bootstrap)


def count_notable(sample: Sample, notable: Notable | None = None) -> Array:
    """Count the runs on the rarer side of what is notable, which the indices rest on.

    Parameters
    ----------
    sample : Sample
        The runs.
    notable : Notable, optional
        As for `estimate_regional`.

    Returns
    -------
    ndarray (outputs,)
        At most half of the runs.
    """
    notable = Notable() if notable is None else notable
    hits = np.array([float(notable.chosen(y).sum()) for y in sample.y.T])
    rarer: Array = np.minimum(hits, len(sample.y) - hits)
    return rarer


def measure_shift(x: Array, chosen: NDArray[np.bool_]) -> Array:
    """Measure by how much factors lie higher in the chosen runs, Dmnl.

    Parameters
    ----------
    x : ndarray (runs, factors)
        The factors.
    chosen : ndarray of bool (runs,)
        The runs to set apart.

    Returns
    -------
    ndarray (factors,)
        Probability that a chosen run has the higher value of a chosen and another run, less
        the probability of the opposite; NaN if all or none are chosen.
    """
    n, m = int(chosen.sum()), int((~chosen).sum())
    if not n or not m:
        return np.full(x.shape[1], np.nan)
    ranks = rankdata(x, axis=0)
    moved: Array = 2 * (ranks[chosen].mean(axis=0) - ranks[~chosen].mean(axis=0)) / (n + m)
    return moved


def measure_separation(x: Array, chosen: NDArray[np.bool_]) -> Array:
    """Measure how far the chosen runs' factors are from the others'.

    Three times the squared distance of the two distribution functions, averaged over all
    runs, with its expectation for equal distributions taken off: about 0 if a factor does not
    matter, 1 if the chosen runs and the others do not overlap. Its statistic is SciPy's
    ``cramervonmises_2samp``.

    Parameters
    ----------
    x : ndarray (runs, factors)
        The factors.
    chosen : ndarray of bool (runs,)
        The runs to set apart.

    Returns
    -------
    ndarray (factors,)
        The index, Dmnl; NaN if all or none are chosen.
    """
    n, m = int(chosen.sum()), int((~chosen).sum())
    if not n or not m:
        return np.full(x.shape[1], np.nan)
    runs = n + m
    ranks = rankdata(x, axis=0)
    one = np.sort(ranks[chosen], axis=0) - np.arange(1, n + 1)[:, None]
    other = np.sort(ranks[~chosen], axis=0) - np.arange(1, m + 1)[:, None]
    total = n * np.sum(one**2, axis=0) + m * np.sum(other**2, axis=0)
    statistic = total / (n * m * runs) - (4 * n * m - 1) / (6 * runs)
    expected = (1 + 1 / runs) / 6
    scaled: Array = 3 * (statistic - expected) * runs / (n * m)
    return scaled
