"""HDMR: what a factor does itself, and what it does because others go along with it.

SALib's `hdmr` fits the components. Its successor there, `enhanced_hdmr`, fails for components
of single factors in version 1.6.0 and takes minutes for pairs of 20 factors.
"""

from __future__ import annotations

import warnings

import numpy as np

from smecluster.model.errors import InputError
from smecluster.sensitivity.methods.estimates import (
    Array,
    Bootstrap,
    Estimate,
    Estimates,
    Sample,
    estimate_single,
)

MINIMUM_RUNS = 300
# Pairs of more factors than this take too long, and more runs than studies have.
_PAIRS_UP_TO = 5
# Of the splines. SALib's two cannot follow Ishigami's second factor: 0.35 instead of 0.44.
_INTERVALS = 4
# SALib's number; each is a fit.
RESAMPLES = 20


def is_determined(runs: int, factors: int) -> bool:
    """Say whether half of the runs, as the bootstrap fits, determine each factor's component.

    A component is a cubic spline, of three coefficients more than intervals. With fewer runs
    than coefficients the parts are those of the regularisation, and take minutes.

    Parameters
    ----------
    runs, factors : int
        How many there are.

    Returns
    -------
    bool
    """
    return runs >= max(MINIMUM_RUNS, 2 * factors * (_INTERVALS + 3)) and factors > 1


def estimate_hdmr(sample: Sample, bootstrap: Bootstrap) -> Estimates:
    """Split the variance into what factors do themselves and what they share.

    Parameters
    ----------
    sample : Sample
        300 runs or more at points drawn at random; two factors or more, which may depend on
        each other; no output constant.
    bootstrap : Bootstrap
        Over halves of the runs, each of which is fitted; up to 20.

    Returns
    -------
    Estimates
        ``"own"``, ``"shared"`` and their sum ``"first order"``, and, for five factors or
        fewer, ``"total"`` with pairs (Li et al. 2010, doi:10.1021/jp9096919); shares of
        variance, Dmnl.

    Raises
    ------
    InputError
        If there are too few runs or factors.
    """
    if len(sample.y) < MINIMUM_RUNS or len(sample.names) < 2:
        raise InputError(
            f"HDMR needs {MINIMUM_RUNS} or more runs of two or more factors, not "
            f"{len(sample.y)} runs of {len(sample.names)}"
        )
    order = 2 if len(sample.names) <= _PAIRS_UP_TO else 1
    found = [_estimate_one(sample, y, order, bootstrap) for y in sample.y.T]
    keys = {"own": "Sa", "shared": "Sb", "first order": "S"}
    if order == 2:
        keys["total"] = "ST"
    factors = slice(len(sample.names))
    return Estimates(
        {
            name: Estimate(
                estimate_single(sample.names),
                np.array([each[key][factors] for each in found], dtype=float).T,
                np.array([each[f"{key}_conf"][factors] for each in found], dtype=float).T,
            )
            for name, key in keys.items()
        }
    )


def _estimate_one(sample: Sample, y: Array, order: int, bootstrap: Bootstrap) -> dict[str, Array]:
    from SALib.analyze import hdmr as salib

    problem = {"num_vars": len(sample.names), "names": list(sample.names)}
    # SALib draws from NumPy's global stream: seed it, and put it back as it was.
    state = np.random.get_state()  # noqa: NPY002
    np.random.seed(bootstrap.seed)  # noqa: NPY002
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result: dict[str, Array] = salib.analyze(
                problem,
                sample.x,
                y,
                maxorder=order,
                m=_INTERVALS,
                K=min(bootstrap.resamples, RESAMPLES),
                alpha=bootstrap.confidence,
            )
    finally:
        np.random.set_state(state)  # noqa: NPY002
    return result
