"""The objective of a calibration: how far a point is from the figures and the priors."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Iterable
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from smecluster.calibration.data.csv_rows import raise_first
from smecluster.calibration.problem.assembly import Problem
from smecluster.model.engine.run.evaluator import Evaluator
from smecluster.model.engine.run.settings import check_count
from smecluster.model.errors import InputError

Floats = NDArray[np.float64]

#: Log residual of a figure whose run failed, or whose value is not above 0.
_LOST = 10.0
_COUNTING = threading.Lock()


class Objective:
    """The negative logarithm of the posterior, for batches of points.

    A point holds the parameters in the scale of the estimation. Its cost is half the sum of its
    squared residuals: for each figure ``log(model / figure) / sigma``, times the root of the share
    of the series' figures that are effectively independent; for each parameter ``(x - mean) / sd``.
    If a series is known only up to a factor, the best-fitting factor is removed. A cost 1.92 above
    the lowest bounds the 95 % interval of one parameter. Source: Struben, Sterman and Keith 2015.

    Parameters
    ----------
    problem : Problem
        What is estimated, and from which figures.
    workers : int, optional
        Threads; by default one for each processor. Results do not depend on it.

    Attributes
    ----------
    names : tuple of str
        The parameters, as inputs of the model.
    lower, upper, prior_mean, prior_sd : array of float, shape (parameters,)
        Bounds and priors in the scale of the estimation.
    start : array of float, shape (parameters,)
        The model's own values.
    runs : int
        Number of model runs of this objective.
    total : int
        Number of model runs of all objectives of this process.
    """

    total: ClassVar[int] = 0

    def __init__(self, problem: Problem, workers: int | None = None) -> None:
        self.problem = problem
        given = None if workers is None else check_count("workers", workers)
        self.workers = given or os.cpu_count() or 1
        parameters = problem.parameters
        self.names = problem.names
        self._log = np.array([parameter.scale == "log" for parameter in parameters], dtype=bool)
        self.lower = np.array([p.to_scale(p.lower) for p in parameters])
        self.upper = np.array([p.to_scale(p.upper) for p in parameters])
        self.prior_mean = np.array([p.to_scale(p.mean) for p in parameters])
        self.prior_sd = np.array([p.sd for p in parameters])
        figures = problem.measurements
        outputs = list(dict.fromkeys(figures["variable"] + "[" + figures["region"] + "]"))
        years = sorted({float(year) for year in figures["year"]})
        base = {"FINAL TIME": math.ceil(years[-1]), **problem.base}
        first = problem.complete_inputs(pd.DataFrame([[1.0] * len(self.names)], columns=self.names))
        self._repeated = Evaluator(problem.model, [*first], outputs, years, base)
        place = {output: row for row, output in enumerate(outputs)}
        column = {year: at for at, year in enumerate(years)}
        named = figures["variable"] + "[" + figures["region"] + "]"
        self._rows = named.map(place).to_numpy(dtype=int)
        self._columns = figures["year"].map(column).to_numpy(dtype=int)
        self._values = np.log(figures["value"].to_numpy(dtype=float))
        observables = problem.observables
        counted = observables["effective figures"] / observables["figures"]
        share = figures["observable"].map(counted).to_numpy(dtype=float)
        self._weights = np.sqrt(share) / figures["sigma"].to_numpy(dtype=float)
        scaled = observables.index[observables["compare"] == "scale"]
        self._scaled = [
            np.flatnonzero((figures["observable"] == name).to_numpy()) for name in scaled
        ]
        self.runs = 0

    @property
    def start(self) -> Floats:
        """The model's own values, clipped to the bounds."""
        from smecluster.model.engine.graph.inputs import InputIndex

        program = self.problem.model.program
        directory = InputIndex(program)
        own = directory.resolve({}).parameters(program)
        places = [next(iter(directory.resolve({name: 1.0}).values)) for name in self.names]
        values = np.array([own[place] for place in places])
        edge = np.where(self._log, np.exp(self.lower), self.lower)
        values = np.where(values > 0, values, np.where(self._log, edge, values))
        return np.clip(self.to_scale(values), self.lower, self.upper)

    def to_scale(self, values: ArrayLike) -> Floats:
        """Transform values in model units, shape (..., parameters), to the scale of estimation."""
        values = np.asarray(values, dtype=float)
        return np.where(self._log, np.log(np.where(self._log, values, 1.0)), values)

    def to_natural(self, points: ArrayLike) -> Floats:
        """Transform points, shape (..., parameters), to values in the model's units."""
        points = np.asarray(points, dtype=float)
        return np.where(self._log, np.exp(np.where(self._log, points, 0.0)), points)

    def to_inputs(self, points: ArrayLike) -> pd.DataFrame:
        """Tabulate points as inputs of the model, a row each, in the model's units.

        Where regions are parts of others, what is left of those stands beside the parameters.
        """
        return self.problem.complete_inputs(self.tabulate(points))

    def tabulate(self, points: ArrayLike) -> pd.DataFrame:
        """Tabulate points by parameter, a row each, in the model's units."""
        return pd.DataFrame(np.atleast_2d(self.to_natural(points)), columns=list(self.names))

    def simulate(self, points: ArrayLike, workers: int | None = None) -> Floats:
        """Run the model at points.

        Parameters
        ----------
        points : array_like, shape (n, parameters)
            The points.
        workers : int, optional
            Threads for these runs.

        Returns
        -------
        array of float, shape (n, figures)
            The model's value for each figure, in the figure's unit; NaN if the run failed.
        """
        values = np.atleast_2d(self.to_natural(points))
        with _COUNTING:
            self.runs += len(values)
        count_runs(len(values))
        inputs = values
        if self.problem.netting is not None:
            inputs = self.to_inputs(points).to_numpy(dtype=float)
        found = self._repeated.run(inputs, workers or self.workers)
        return found[:, self._rows, self._columns]

    def errors(self, points: ArrayLike, workers: int | None = None) -> Floats:
        """Compute log residuals, without the factors of series known up to a factor.

        Parameters
        ----------
        points : array_like, shape (n, parameters)
            The points.
        workers : int, optional
            Threads for these runs.

        Returns
        -------
        array of float, shape (n, figures)
            ``log(model / figure)``, Dmnl; 10 if the run failed.
        """
        simulated = self.simulate(points, workers)
        fine = simulated > 0
        logs = np.where(fine, np.log(np.where(fine, simulated, 1.0)) - self._values, _LOST)
        return self._remove_factors(logs)

    def _remove_factors(self, logs: Floats) -> Floats:
        """Remove from log errors the factors of series that are known up to a factor."""
        fine = logs != _LOST
        for series in self._scaled:
            part = logs[:, series]
            whole = fine[:, series].all(axis=1, keepdims=True)
            logs[:, series] = np.where(whole, part - part.mean(axis=1, keepdims=True), _LOST)
        return logs

    def weigh_errors(self, errors: ArrayLike) -> Floats:
        """Compute the figures' part of `cost` from log errors, shape (n, figures): shape (n,)."""
        errors = self._remove_factors(np.array(np.atleast_2d(errors), dtype=float))
        return np.asarray(0.5 * ((errors * self._weights) ** 2).sum(axis=1))

    def residuals(self, points: ArrayLike, workers: int | None = None) -> Floats:
        """Compute the residuals whose squares are summed.

        Parameters
        ----------
        points : array_like, shape (n, parameters)
            The points.
        workers : int, optional
            Threads for these runs.

        Returns
        -------
        array of float, shape (n, figures + parameters)
            Dmnl: those of the figures in the order of the measurements, then those of the priors.
        """
        points = np.atleast_2d(np.asarray(points, dtype=float))
        prior = (points - self.prior_mean) / self.prior_sd
        return np.hstack([self.errors(points, workers) * self._weights, prior])

    def cost(self, points: ArrayLike, workers: int | None = None) -> Floats:
        """Compute half the sum of squares, shape (n,): -log posterior up to a constant."""
        residuals = self.residuals(points, workers)
        return np.asarray(0.5 * np.einsum("ij,ij->i", residuals, residuals))

    def with_measurements(self, values: ArrayLike) -> Objective:
        """Make the objective of the same problem with other figures.

        Parameters
        ----------
        values : array_like, shape (figures,)
            The figures, in the order of the measurements, above 0.

        Returns
        -------
        Objective
            It shares the compiled model, but counts its own runs.
        """
        other = object.__new__(Objective)
        other.__dict__.update(self.__dict__)
        other._values = np.log(np.asarray(values, dtype=float))
        other.runs = 0
        return other

    def __getstate__(self) -> dict[str, Any]:
        raise TypeError(
            "an objective holds machine code and cannot be pickled: build it from its problem"
        )


def count_runs(number: int) -> None:
    """Add runs of the model to those of this process; threads may do so at once."""
    with _COUNTING:
        Objective.total += number


def find_idle(
    objective: Objective, point: ArrayLike, names: Iterable[str] | None = None
) -> list[str]:
    """Find the parameters without effect on any figure.

    Parameters
    ----------
    objective : Objective
        The objective.
    point : array_like, shape (parameters,)
        Where to vary them.
    names : iterable of str, optional
        Which parameters; by default all.

    Returns
    -------
    list of str
        Those for which a move by a tenth of the prior's standard deviation, up or down, changes
        no figure.
    """
    point = np.asarray(point, dtype=float)
    step = 0.1 * objective.prior_sd
    moved = np.concatenate([point + np.diag(step), point - np.diag(step)])
    before = objective.simulate(point)
    after = objective.simulate(np.clip(moved, objective.lower, objective.upper))
    still = (after == before).all(axis=1)
    still = still[: len(point)] & still[len(point) :]
    wanted = set(objective.names if names is None else names)
    return [
        name for name, quiet in zip(objective.names, still, strict=True) if quiet and name in wanted
    ]


def describe_idle(objective: Objective, point: ArrayLike) -> list[InputError]:
    """Describe the parameters without effect, each with its line; see `find_idle`."""
    lines = {parameter.name: parameter.line for parameter in objective.problem.parameters}
    return [
        InputError(
            f"{lines[name]}: {name!r} has no effect on any of the "
            f"{len(objective.problem.measurements)} figures: fix it in the case's constants.csv "
            "or add a series that it moves"
        )
        for name in find_idle(objective, point)
    ]


def refuse_idle(objective: Objective, point: ArrayLike) -> None:
    """Refuse a problem with parameters without effect; see `find_idle`.

    Raises
    ------
    InputError
        With the first of them and its line.
    """
    raise_first(describe_idle(objective, point))
