"""Profiles: the cost of other values of each parameter, with all others refitted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.calibration.estimate.fit import Optimum, compute_jacobian, descend
from smecluster.calibration.problem.criteria import CUT_90, CUT_95
from smecluster.calibration.problem.objective import Objective
from smecluster.model.errors import UnknownNameError
from smecluster.model.support.checkpoints import Checkpoints

Floats = NDArray[np.float64]

#: A cost lower by this much is a better optimum, not rounding.
BETTER = 0.01

# The root of twice the excess cost is linear if the posterior is normal. A walk aims at these
# values of it; the last is just beyond the cut.
_AIMS = (0.7, 1.4, 2.05)
_LONGEST = 3.0  # times the previous step
_MOST = 25  # steps to each side


@dataclass(frozen=True)
class Profiles:
    """The profiles of an objective around an optimum.

    Attributes
    ----------
    points : pandas.DataFrame
        name, value (the parameter's unit), cost above the best (Dmnl, of the posterior), of
        the figures (Dmnl, how much the figures' part of the cost has changed), by name and
        value.
    intervals : pandas.DataFrame
        By name as index: estimate, low, high (95 %) and low 90, high 90, in the parameter's
        unit; ``low open`` and ``high open`` say that the bound was reached before the cut: the
        interval is open there.
    better : Optimum or None
        The lowest point, if it is below the optimum: the fit had missed it, and the intervals must
        be computed again from there.
    """

    points: pd.DataFrame
    intervals: pd.DataFrame
    better: Optimum | None

    def describe(self) -> list[str]:
        """Describe which intervals are open, and whether the fit missed a better optimum."""
        said = []
        for side, bound in (("low", "lower"), ("high", "upper")):
            names = self.intervals.index[self.intervals[f"{side} open"]]
            if len(names):
                said.append(
                    f"The interval reaches the {bound} bound and is open there: {', '.join(names)}."
                )
        if self.better is not None:
            said.append(
                f"A better optimum was found on the way (cost {self.better.cost:.3f}): fit again "
                "from there."
            )
        return said


@dataclass(frozen=True)
class _Side:
    """A walk to one side: points (n, parameters) and their costs (n,)."""

    points: Floats
    costs: Floats


def compute_profiles(
    objective: Objective,
    optimum: Optimum,
    checkpoints: Checkpoints,
    *,
    names: Iterable[str] | None = None,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Profiles:
    """Walk from the optimum along each parameter, refitting all others at each step.

    Parameters
    ----------
    objective : Objective
        The objective.
    optimum : Optimum
        Its optimum.
    checkpoints : Checkpoints
        Where finished profiles are kept: ``profile <number>``.
    names : iterable of str, optional
        The parameters; by default all.
    tell : callable
        Receives how many profiles are done, and how many there are.

    Returns
    -------
    Profiles
        The same for any number of workers.

    Raises
    ------
    InputError
        If a name is not one of the parameters.
    """
    chosen = list(objective.names if names is None else names)
    for name in chosen:
        if name not in objective.names:
            raise UnknownNameError("parameter", name, objective.names)
    slope = compute_jacobian(objective, optimum.x)
    covariance = np.linalg.inv(slope.T @ slope)

    def one(place: int) -> _Side:
        name = f"profile {place}"
        kept = checkpoints.load(name) if name in checkpoints else {}
        if not np.array_equal(kept.get("optimum", ()), optimum.x):
            sides = [_walk(objective, optimum, covariance[place], place, sign) for sign in (-1, 1)]
            points = np.vstack([sides[0].points[::-1], optimum.x, sides[1].points])
            costs = np.concatenate([sides[0].costs[::-1], [optimum.cost], sides[1].costs])
            kept = {"optimum": optimum.x, "points": points, "costs": costs}
            checkpoints.save(name, kept)
        return _Side(np.asarray(kept["points"], float), np.asarray(kept["costs"], float))

    places = [objective.names.index(name) for name in chosen]
    with ThreadPoolExecutor(objective.workers) as pool:
        found = []
        for side in pool.map(one, places):
            found.append(side)
            tell(len(found), len(places))
    tables = [
        _tabulate_points(objective, optimum, *pair) for pair in zip(places, found, strict=True)
    ]
    ends = [_find_ends(objective, optimum, *pair) for pair in zip(places, found, strict=True)]
    intervals = pd.DataFrame(ends, index=pd.Index(chosen, name="name"))
    return Profiles(pd.concat(tables, ignore_index=True), intervals, _find_better(optimum, found))


def _walk(objective: Objective, optimum: Optimum, spread: Floats, place: int, sign: int) -> _Side:
    """Walk to one side until the cost is above the cut, or the bound is reached.

    `spread` is the parameter's row of the covariance: how the others move with it.
    """
    free = [other for other in range(len(optimum.x)) if other != place]
    bound = (objective.upper if sign > 0 else objective.lower)[place]
    points, costs = [optimum.x], [optimum.cost]
    direction = spread / spread[place]
    slope = 1 / np.sqrt(spread[place])
    step = np.inf
    while len(points) <= _MOST and _take_root(costs[-1], optimum) < _AIMS[-1] - 0.05:
        last = points[-1]
        if last[place] == bound:
            break
        root = _take_root(costs[-1], optimum)
        aim = next(aim for aim in _AIMS if aim > root + 0.05)
        step = min((aim - root) / slope, _LONGEST * step)
        value = last[place] + sign * step
        value = min(value, bound) if sign > 0 else max(value, bound)
        start = np.clip(last + (value - last[place]) * direction, objective.lower, objective.upper)
        start[place] = value
        found = descend(objective, start, free=free, workers=1)
        points.append(found.x)
        costs.append(found.cost)
        moved = found.x - last
        if moved[place]:
            direction = moved / moved[place]
            rise = _take_root(found.cost, optimum) - root
            # A flat stretch gives no slope; the next step is then as long as allowed.
            slope = max(rise / abs(moved[place]), 1e-3 * slope)
    return _Side(np.array(points[1:]).reshape(-1, len(optimum.x)), np.array(costs[1:]))


def _take_root(cost: float, optimum: Optimum) -> float:
    return float(np.sqrt(2 * max(0.0, cost - optimum.cost)))


def _tabulate_points(
    objective: Objective, optimum: Optimum, place: int, found: _Side
) -> pd.DataFrame:
    figures = objective.residuals(np.vstack([found.points, optimum.x]))[:, : -len(objective.names)]
    cost = 0.5 * np.einsum("ij,ij->i", figures, figures)
    return pd.DataFrame(
        {
            "name": objective.names[place],
            "value": objective.to_natural(found.points)[:, place],
            "cost above the best": found.costs - optimum.cost,
            "of the figures": cost[:-1] - cost[-1],
        }
    )


def _find_ends(
    objective: Objective, optimum: Optimum, place: int, found: _Side
) -> dict[str, float | bool]:
    values = found.points[:, place]
    roots = np.array([_take_root(cost, optimum) for cost in found.costs])
    middle = int(np.flatnonzero((found.points == optimum.x).all(axis=1))[0])
    sides = {
        "low": (values[middle::-1], roots[middle::-1], objective.lower[place]),
        "high": (values[middle:], roots[middle:], objective.upper[place]),
    }
    natural = partial(_to_natural, objective, place)
    row: dict[str, float | bool] = {"estimate": natural(optimum.x[place])}
    for mark, cut in (("", CUT_95), (" 90", CUT_90)):
        for side, (xs, ys, bound) in sides.items():
            end = _find_crossing(xs, ys, float(np.sqrt(2 * cut)))
            row[side + mark] = natural(bound if end is None else end)
    for side, (_, ys, _) in sides.items():
        row[f"{side} open"] = bool(ys.max() < np.sqrt(2 * CUT_95))
    return row


def _to_natural(objective: Objective, place: int, value: float) -> float:
    point = objective.prior_mean.copy()
    point[place] = value
    return float(objective.to_natural(point)[place])


def _find_crossing(values: Floats, roots: Floats, level: float) -> float | None:
    """Find where a side first rises above a level, along straight lines between its points."""
    above = np.flatnonzero(roots >= level)
    if not len(above):
        return None
    at = int(above[0])
    share = (level - roots[at - 1]) / (roots[at] - roots[at - 1])
    return float(values[at - 1] + share * (values[at] - values[at - 1]))


def _find_better(optimum: Optimum, found: list[_Side]) -> Optimum | None:
    costs = [side.costs.min() for side in found]
    at = int(np.argmin(costs))
    if costs[at] > optimum.cost - BETTER:
        return None
    best = int(np.argmin(found[at].costs))
    cost = float(found[at].costs[best])
    return Optimum(found[at].points[best], cost, np.nan, 0, "found along a profile")
