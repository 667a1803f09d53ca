"""The model fitted to some of the figures, and what it says of all of them.

Nothing that comes after the origin enters: not by a figure, not by a dated table, not by the
starting point of the descent, and not by a constant of the model's file that the shipped
calibration has estimated (its prior takes that place).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from smecluster.calibration.forecasts.outlook import Outlook, Points
from smecluster.calibration.forecasts.protocol import Fitting
from smecluster.calibration.posterior.mode import find_mode
from smecluster.calibration.posterior.randomised import draw_around
from smecluster.calibration.posterior.run import assemble_target
from smecluster.calibration.priors.table import Priors
from smecluster.calibration.problem.assembly import Problem
from smecluster.calibration.problem.objective import count_runs
from smecluster.model import Model
from smecluster.model.engine.read.values import set_values
from smecluster.model.engine.run.evaluator import Evaluator

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Blind:
    """Draws of the model that know the figures up to an origin.

    Attributes
    ----------
    mode : array of float, shape (constants,)
        Where the descent ended, in the coordinates of the priors.
    points : array of float, shape (draws, constants)
        The draws, in the same.
    solved : int
        Draws that were solved; the others are dropped.
    """

    mode: Floats
    points: Floats
    solved: int


def forget_estimates(problem: Problem) -> Problem:
    """Put every constant that the calibration estimates back to the mean of its prior.

    Beliefs that the model's file states as multiples of a value would otherwise hand the figures
    of all years to a fit.
    """
    values = {parameter.name: parameter.mean for parameter in problem.parameters}
    text = set_values(problem.model.text, values)
    return replace(problem, model=Model(text, problem.model.path))


def fit_blindly(
    problem: Problem,
    kept: NDArray[np.bool_],
    priors: Priors,
    base: Mapping[str, Any],
    fitting: Fitting,
    draws: int,
    start: Floats | None = None,
    workers: int = 1,
) -> Blind:
    """Fit every constant to some of the figures, and draw around the fit.

    Parameters
    ----------
    problem : Problem
        All figures.
    kept : array of bool, shape (figures,)
        Those that the fit may see.
    priors : Priors
        Of the same model.
    base : mapping
        What all runs set: the dated tables as seen from the origin.
    fitting : Fitting
        The settings.
    draws : int
        Draws to make.
    start : array of float, shape (constants,), optional
        Where to begin; must not come from a fit that has seen more. By default the priors' medians.
    workers : int
        Threads; their number changes no digit.

    Returns
    -------
    Blind
    """
    seen = problem.select(pd.Series(kept, index=problem.measurements.index))
    seen = replace(seen, base={**problem.base, **base, "TIME STEP": fitting.time_step})
    # Several threads are slower for matrices this small, and could change a digit.
    with threadpool_limits(1, "blas"):
        target = assemble_target(seen, priors, workers)
        begin = np.zeros(len(priors)) if start is None else start
        mode = find_mode(target, begin, most=fitting.most_steps)
        points = draw_around(target, mode, draws, np.random.default_rng(fitting.seed))
    # A posterior that no draw reaches still has a mode.
    return Blind(mode.point, points if len(points) else mode.point[None], len(points))


def run_paths(
    problem: Problem,
    priors: Priors,
    points: Floats,
    outlook: Outlook | None,
    base: Mapping[str, Any],
    years: NDArray[np.float64],
    fitting: Fitting,
    scenarios: int = 1,
    workers: int = 1,
) -> Floats:
    """Run draws of the model through the years.

    Parameters
    ----------
    problem : Problem
        Its series are computed.
    priors : Priors
        Of the same model.
    points : array of float, shape (draws, constants)
        The draws.
    outlook : Outlook or None
        The dated tables as seen from an origin; None for those of the model's file.
    base : mapping
        What all runs set beside the tables.
    years : array of float, shape (years,)
        Rising.
    fitting : Fitting
        The settings.
    scenarios : int
        Paths of national output, over which the draws are dealt out, with an outlook.
    workers : int
        Threads.

    Returns
    -------
    array of float, shape (draws, series, years)
        In the units of the model, a series for each observable of the problem in order; not a
        number from where a run failed.
    """
    named = problem.observables["variable"] + "[" + problem.observables["region"] + "]"
    outputs = list(dict.fromkeys(named))
    rows = named.map({name: row for row, name in enumerate(outputs)}).to_numpy(dtype=int)
    values = priors.to_values(points)
    count_runs(len(values))
    found = np.full((len(values), len(outputs), len(years)), np.nan)
    rng = np.random.default_rng(fitting.seed)
    groups = 1 if outlook is None else min(scenarios, len(values))
    for group in range(groups):
        tables: Mapping[str, Points] = {}
        if outlook is not None:
            tables = outlook.draw(int(years[-1]), rng) if groups > 1 else outlook.tables
        given = {**problem.base, **base, **tables, "TIME STEP": fitting.time_step}
        given["FINAL TIME"] = float(years[-1])
        evaluator = Evaluator(problem.model, priors.names, outputs, years.tolist(), given)
        found[group::groups] = evaluator.run(values[group::groups], workers)
    return found[:, rows, :]
