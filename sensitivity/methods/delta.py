"""Borgonovo's delta: how far knowing a factor moves the whole distribution of an output.

The estimator is SALib's (`SALib.analyze.delta`, mode raw), to its digits: densities by Gaussian
kernels of Silverman's width in classes of equally many runs. SALib builds one estimator a class
and does every output thrice; here all classes of a factor are one array.
"""

from __future__ import annotations

import numpy as np

from smecluster.sensitivity.methods.estimates import Array, Bootstrap, Estimates, Sample
from smecluster.sensitivity.methods.given_data import estimate_from_given_data

_GRID = 100


def estimate_delta(sample: Sample, bootstrap: Bootstrap) -> Estimates:
    """Estimate delta, and the first-order index from the same classes.

    Parameters
    ----------
    sample : Sample
        Runs at points drawn at random; factors may depend on each other.
    bootstrap : Bootstrap
        Over runs, which also takes off the bias (Plischke et al. 2013,
        doi:10.1016/j.ejor.2012.11.047).

    Returns
    -------
    Estimates
        ``"delta"`` (Borgonovo 2007, doi:10.1016/j.ress.2006.04.015): half the expected area
        between the output's densities with and without knowing the factor, 0 to 1;
        ``"first order"``: variance between classes, a share of variance. Both Dmnl, and both
        hold what a factor shares with those that it depends on.
    """
    return estimate_from_given_data(
        _estimate_both, ("delta", "first order"), sample, bootstrap, reduce_bias=True
    )


def count_classes(runs: int) -> int:
    """Choose the number of classes for so many runs, as SALib does."""
    exponent = 2.0 / (7.0 + np.tanh((1500.0 - runs) / 500.0))
    return int(np.round(min(int(np.ceil(runs**exponent)), 48)))


def _estimate_both(x: Array, y: Array) -> Array:
    runs = len(y)
    grid = np.linspace(y.min(), y.max(), _GRID)
    edges = np.linspace(0, runs, count_classes(runs) + 1)
    # Ranks run from 1: class j holds edges[j] < rank <= edges[j + 1].
    begins = np.floor(edges).astype(np.int64)
    whole = _estimate_densities(y, np.array([0, runs]), grid)[0]
    variance = y.var()
    found = np.empty((2, x.shape[1]))
    for at in range(x.shape[1]):
        ordered = y[np.argsort(x[:, at], kind="stable")]
        sizes = np.diff(begins)
        apart = np.trapezoid(
            np.abs(whole - _estimate_densities(ordered, begins, grid)), grid, axis=1
        )
        means = np.add.reduceat(ordered, begins[:-1]) / sizes
        found[0, at] = np.nansum(sizes * apart) / (2 * runs)
        found[1, at] = np.sum(sizes * (means - y.mean()) ** 2) / runs / variance
    return found


def _estimate_densities(ordered: Array, begins: np.ndarray, grid: Array) -> Array:
    """Density of each class on the grid; NaN for a class whose runs are all the same."""
    sizes = np.diff(begins)
    label = np.repeat(np.arange(len(sizes)), sizes)
    means = np.add.reduceat(ordered, begins[:-1]) / sizes
    squares = np.add.reduceat((ordered - means[label]) ** 2, begins[:-1])
    with np.errstate(divide="ignore", invalid="ignore"):
        # Silverman's width in one dimension.
        width = np.sqrt(squares / (sizes - 1)) * (3 * sizes / 4) ** -0.2
        kernels = np.exp(-0.5 * ((grid - ordered[:, None]) / width[label, None]) ** 2)
        total = np.add.reduceat(kernels, begins[:-1], axis=0)
        density: Array = total / (sizes * width * np.sqrt(2 * np.pi))[:, None]
    density[np.add.reduceat(np.abs(ordered - means[label]), begins[:-1]) == 0] = np.nan
    return density
