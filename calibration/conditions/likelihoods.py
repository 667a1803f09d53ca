"""Draws weighed by what each likelihood says of their histories.

Draws of the posterior under one likelihood are draws under another, once weighed by the ratio of
the two; draws of the prior, once weighed by the likelihood itself. Whether the weights leave
anything to average is part of the result: see `calibration.posterior.convergence.smooth_weights`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.calibration.posterior.convergence import (
    ENOUGH,
    HEAVY,
    count_effective,
    smooth_weights,
)
from smecluster.calibration.posterior.correlations import FAMILIES
from smecluster.calibration.posterior.errors import SeriesErrors
from smecluster.calibration.posterior.run import LIKELIHOOD
from smecluster.calibration.posterior.target import LOST
from smecluster.calibration.problem.assembly import Problem
from smecluster.calibration.problem.objective import Objective
from smecluster.model.engine.run.evaluator import Evaluator
from smecluster.model.presentation.language.catalogue import mark

Floats = NDArray[np.float64]

#: What pages call the likelihoods: of this name in `FAMILIES`, and the one with stated errors.
WORDS = {
    "autoregression": mark("errors of unknown scale, first-order autoregression"),
    "discrepancy": mark("errors of unknown scale, Gaussian process and independent errors"),
    "stated": mark("errors and autocorrelation (0.6) as stated by the cases"),
}
STATED = "stated"


@dataclass(frozen=True)
class Weighed:
    """Weights of draws.

    Attributes
    ----------
    weights : array of float, shape (draws,)
        They sum to 1.
    worth : float
        How many equally weighted draws they are worth.
    shape : float
        k of the largest; above `HEAVY` they mislead.
    """

    weights: Floats
    worth: float
    shape: float

    @property
    def can_be_used(self) -> bool:
        """Whether the weights leave enough draws to average over."""
        return self.worth >= ENOUGH and self.shape <= HEAVY


def weigh(logs: Floats) -> Weighed:
    """Weigh draws by the logarithms of what they should count, up to a constant."""
    weights, shape = smooth_weights(logs)
    return Weighed(weights, count_effective(weights), shape)


def weigh_evenly(count: int) -> Weighed:
    """Give every draw the same weight."""
    return Weighed(np.full(count, 1 / count), float(count), 0.0)


def compute_costs(problem: Problem, draws: pd.DataFrame, workers: int = 1) -> Mapping[str, Floats]:
    """Compute -log likelihood of the histories of draws, under every likelihood.

    Parameters
    ----------
    problem : Problem
        Whose figures count.
    draws : pandas.DataFrame
        A row a draw, a column an input of the model.
    workers : int
        Threads; their number changes no digit.

    Returns
    -------
    mapping of str to array of float, shape (draws,)
        By the names of `WORDS`, up to a constant each.
    """
    figures = problem.measurements
    named = figures["variable"] + "[" + figures["region"] + "]"
    outputs = list(dict.fromkeys(named))
    years = sorted({float(year) for year in figures["year"]})
    base = {"FINAL TIME": float(np.ceil(years[-1])), **problem.base}
    evaluator = Evaluator(problem.model, list(map(str, draws.columns)), outputs, years, base)
    rows = named.map({name: row for row, name in enumerate(outputs)}).to_numpy(dtype=int)
    columns = figures["year"].map({year: at for at, year in enumerate(years)}).to_numpy(dtype=int)
    found = evaluator.run(draws.to_numpy(dtype=float), workers)[:, rows, columns]
    fine = found > 0
    logs = np.log(np.where(fine, found, 1.0)) - np.log(figures["value"].to_numpy(dtype=float))
    errors = np.where(fine, logs, LOST)
    costs = {
        name: SeriesErrors(problem, family()).cost(errors) for name, family in FAMILIES.items()
    }
    return {**costs, STATED: Objective(problem, workers=1).weigh_errors(errors)}


def compare_likelihoods(costs: Mapping[str, Floats], own: str = LIKELIHOOD) -> dict[str, Weighed]:
    """Weigh draws that were made under one likelihood by each of the others.

    Parameters
    ----------
    costs : mapping of str to array of float
        As `compute_costs` gives them.
    own : str
        The likelihood under which the draws were made.

    Returns
    -------
    dict of str to Weighed
        By the names of `WORDS`.
    """
    return {
        name: weigh_evenly(len(cost)) if name == own else weigh(costs[own] - cost)
        for name, cost in costs.items()
    }
