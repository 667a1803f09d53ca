"""Leave one region out, to see whether the shared parameters of the others fit it.

The shared parameters are fitted to the other regions' figures, then the region's own parameters to
its figures. The left-out region remains in the model (it competes with the others), with its own
parameters at their prior until they are fitted.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.calibration.data.histories import score_fits
from smecluster.calibration.data.series import SERIES
from smecluster.calibration.estimate.fit import Optimum, compute_jacobian, descend, select_best
from smecluster.calibration.problem.assembly import Problem
from smecluster.calibration.problem.objective import Objective
from smecluster.model.engine.read.values import find_element
from smecluster.model.errors import InputError, UnknownNameError

Floats = NDArray[np.float64]

_HALF = 1.96


@dataclass(frozen=True)
class LeftOut:
    """The result of leaving out regions.

    Attributes
    ----------
    parameters : pandas.DataFrame
        A row a shared parameter and region left out: name, ``left out``, ``estimate`` without
        the region, ``whole`` (the estimate with it) and its 95 % interval ``low`` to ``high``,
        all in the model's unit; ``inside`` (whether the estimate lies in the interval),
        ``moved in posterior sd`` and ``moved in prior sd`` (from the whole's, in the scale of
        the estimation), Dmnl.
    fits : pandas.DataFrame
        A row a series of each region left out: ``left out``, region, variable, segment,
        figures, ``MAPE`` and ``log RMSE`` of the whole calibration, and ``MAPE without``
        and ``log RMSE without``, where the shared parameters come from the others.
    costs : pandas.DataFrame
        A row a region left out: ``left out``, figures, the cost of its figures in the whole
        calibration and ``without`` (half the sum of squares, Dmnl), and ``times as large``: the
        geometric mean over its series of the ratio of log RMSEs.
    """

    parameters: pd.DataFrame
    fits: pd.DataFrame
    costs: pd.DataFrame


def leave_out(
    problem: Problem, optimum: Floats, regions: tuple[str, ...] = (), *, max_evaluations: int = 200
) -> LeftOut:
    """Leave out regions, one at a time.

    Parameters
    ----------
    problem : Problem
        The problem of the whole calibration, with its errors.
    optimum : array of float, shape (parameters,)
        Its optimum, in the scale of the estimation.
    regions : tuple of str
        Regions to leave out in turn; all with figures if empty.
    max_evaluations : int
        Points after which a descent ends.

    Returns
    -------
    LeftOut

    Raises
    ------
    InputError
        If a region has no figures, or there is no other, or no shared parameter.
    """
    known = tuple(dict.fromkeys(problem.measurements["region"]))
    for region in regions:
        if region not in known:
            raise UnknownNameError("region with figures", region, known)
    if len(known) < 2:
        raise InputError(f"only {known[0]!r} has figures: leaving it out leaves none")
    if not any(parameter.shared for parameter in problem.parameters):
        raise InputError("no shared parameter is estimated: leaving a region out changes nothing")
    whole = Objective(problem)
    slope = compute_jacobian(whole, optimum)
    sd = np.sqrt(np.diag(np.linalg.inv(slope.T @ slope)))
    parameters, series, costs = [], [], []
    for region in regions or known:
        x = _fit_without(problem, whole, optimum, region, max_evaluations)
        parameters.append(_tabulate_parameters(whole, optimum, x, sd, region))
        compared = _compare_fits(whole, optimum, x, region)
        series.append(compared)
        costs.append(_compare_costs(whole, optimum, x, compared, region))
    return LeftOut(
        pd.concat(parameters, ignore_index=True),
        pd.concat(series, ignore_index=True),
        pd.DataFrame(costs),
    )


def _fit_without(
    problem: Problem, whole: Objective, optimum: Floats, region: str, max_evaluations: int
) -> Floats:
    """Fit the shared parameters without a region, then the region's own with them."""
    own = problem.measurements["region"] == region
    names = np.array(whole.names)
    mine = np.flatnonzero([find_element(name, [region]) is not None for name in names])
    rest = np.setdiff1d(np.arange(len(names)), mine)
    others = Objective(problem.select(~own), whole.workers)
    start = whole.prior_mean.copy()
    # From the prior and from the whole calibration's optimum; the region's parameters stay put.
    begun = optimum.copy()
    begun[mine] = start[mine]
    shared = _descend_best(others, (start, begun), rest, max_evaluations)
    if not len(mine):
        return shared.x
    alone = Objective(problem.select(own), whole.workers)
    begun = shared.x.copy()
    begun[mine] = optimum[mine]
    return _descend_best(alone, (shared.x, begun), mine, max_evaluations).x


def _descend_best(
    objective: Objective, begin: tuple[Floats, ...], free: NDArray[np.int64], max_evaluations: int
) -> Optimum:
    def one(x0: Floats) -> Optimum:
        return descend(
            objective, x0, free=free.tolist(), max_evaluations=max_evaluations, workers=1
        )

    with ThreadPoolExecutor(objective.workers) as pool:
        return select_best(list(pool.map(one, begin)))


def _tabulate_parameters(
    whole: Objective, optimum: Floats, x: Floats, sd: Floats, region: str
) -> pd.DataFrame:
    shared = [parameter.shared for parameter in whole.problem.parameters]
    low = np.maximum(optimum - _HALF * sd, whole.lower)
    high = np.minimum(optimum + _HALF * sd, whole.upper)
    table = pd.DataFrame(
        {
            "name": whole.names,
            "left out": region,
            "estimate": whole.to_natural(x),
            "whole": whole.to_natural(optimum),
            "low": whole.to_natural(low),
            "high": whole.to_natural(high),
            "inside": (x >= low) & (x <= high),
            "moved in posterior sd": (x - optimum) / sd,
            "moved in prior sd": (x - optimum) / whole.prior_sd,
        }
    )
    return table[shared]


def _compare_fits(whole: Objective, optimum: Floats, x: Floats, region: str) -> pd.DataFrame:
    """Compare the fit of a region's series with and without the region in the estimation."""
    problem = whole.problem
    figures = problem.measurements.assign(
        compare=problem.measurements["observable"].map(problem.observables["compare"])
    )
    own = figures["region"] == region
    tables = []
    for errors in whole.errors(np.vstack([optimum, x])):
        fitted = figures["value"] * np.exp(errors)
        tables.append(score_fits(figures[own].assign(fitted=fitted[own])))
    measures = ["MAPE", "log RMSE"]
    kept = tables[0][[*SERIES, "figures", *measures]]
    without = tables[1][measures].rename(columns=lambda name: f"{name} without")
    return pd.concat([kept, without], axis=1).assign(**{"left out": region})


def _compare_costs(
    whole: Objective, optimum: Floats, x: Floats, compared: pd.DataFrame, region: str
) -> dict[str, object]:
    own = (whole.problem.measurements["region"] == region).to_numpy()
    squares = whole.residuals(np.vstack([optimum, x]))[:, : len(own)][:, own] ** 2
    ratio = compared["log RMSE without"] / compared["log RMSE"]
    ratio = ratio[np.isfinite(ratio) & (ratio > 0)]
    return {
        "left out": region,
        "figures": int(own.sum()),
        "cost": float(0.5 * squares[0].sum()),
        "cost without": float(0.5 * squares[1].sum()),
        "times as large": float(np.exp(np.log(ratio).mean())) if len(ratio) else np.nan,
    }
