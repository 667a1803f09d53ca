"""The posterior of all constants: a standard normal prior times the likelihood of the figures.

A point has a coordinate for each element of a constant (see `calibration.priors.table`), in which
the prior is standard normal. Its cost is ``|point|^2 / 2`` plus the terms' -log likelihood of the
errors there. Structural switches stand beside it: they are in the model's own state, or in given
ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from smecluster.calibration.priors.combined import Combination
from smecluster.calibration.priors.table import Priors, Switch
from smecluster.calibration.problem.assembly import Problem
from smecluster.calibration.problem.objective import count_runs
from smecluster.model.engine.run.evaluator import Evaluator

Floats = NDArray[np.float64]

# A step in the coordinates that is large against the kernel's rounding.
_STEP = 1e-4
# Runs that are asked for at a time: their values fit into the memory of any machine.
_BATCH = 1024


class Terms(Protocol):
    """The -log likelihood of errors; see `calibration.posterior.errors.SeriesErrors`."""

    def cost(self, errors: ArrayLike) -> Floats:
        """Compute the cost of errors, shape (n, errors): shape (n,)."""

    def differentiate(self, errors: ArrayLike) -> tuple[Floats, Floats]:
        """Compute the costs and their gradients by the errors, shapes (n,) and (n, errors)."""

    def find_precision(self, errors: ArrayLike) -> Floats:
        """Give the matrix which, times the errors, is the gradient of the cost by the errors."""

    def find_information(self, errors: ArrayLike) -> Floats:
        """Give the second derivatives of the cost by the errors, without negative directions."""


@dataclass
class Target:
    """The -log posterior of points, up to a constant.

    Attributes
    ----------
    size : int
        Number of coordinates.
    compute_errors : callable
        Takes points followed by the values of the switches, shape (n, size + switches); gives
        errors, shape (n, errors). Each row must depend on its own point only.
    terms : Terms
        Their likelihood.
    switches : tuple of Switch
        The switches.
    offset : array of float, shape (errors,)
        Added to what `compute_errors` gives.
    compute_both_ways : callable, optional
        Takes what `compute_errors` takes, and gives the errors with a function that turns
        derivatives of a number by them into those by the points, both of shape (n, ...). If left
        out, derivatives are approximated by a mean Jacobian.
    runs : int
        Points evaluated so far.
    """

    size: int
    compute_errors: Callable[[Floats], Floats]
    terms: Terms
    switches: tuple[Switch, ...] = ()
    offset: Floats | float = 0.0
    compute_both_ways: Callable[[Floats], tuple[Floats, Callable[[Floats], Floats]]] | None = None
    runs: int = field(default=0)

    def errors(self, points: ArrayLike, states: ArrayLike | None = None) -> Floats:
        """Compute the errors at points.

        Parameters
        ----------
        points : array_like, shape (n, size)
            The points.
        states : array_like, shape (n, switches), optional
            Values of the switches; by default the model's own.

        Returns
        -------
        array of float, shape (n, errors)
        """
        points = self._join(points, states)
        parts = [
            self.compute_errors(points[begin : begin + _BATCH])
            for begin in range(0, len(points), _BATCH)
        ]
        return np.asarray(np.concatenate(parts) + self.offset)

    def _join(self, points: ArrayLike, states: ArrayLike | None) -> Floats:
        """Put points and switches side by side, and count the runs that they will take."""
        points = np.atleast_2d(np.asarray(points, dtype=float))
        if self.switches:
            own = [switch.value for switch in self.switches]
            shape = (len(points), len(own))
            points = np.column_stack(
                [points, np.broadcast_to(own if states is None else states, shape)]
            )
        self.runs += len(points)
        count_runs(len(points))
        return points

    def differentiate(
        self, points: ArrayLike, states: ArrayLike | None, slope: Floats
    ) -> tuple[Floats, Floats, Floats]:
        """Compute the errors and costs of points, and the gradients of their costs.

        Parameters
        ----------
        points : array_like, shape (n, size)
            The points.
        states : array_like, shape (n, switches), optional
            Values of the switches; by default the model's own.
        slope : array of float, shape (errors, size)
            What stands for the Jacobian of the errors where there are no derivatives.

        Returns
        -------
        errors : array of float, shape (n, errors)
        costs : array of float, shape (n,)
        gradients : array of float, shape (n, size)
            Dmnl. Exact if the target has derivatives; 0 for the likelihood's part where a run
            failed.
        """
        points = np.atleast_2d(np.asarray(points, dtype=float))
        if self.compute_both_ways is None:
            errors = self.errors(points, states)
        else:
            errors, pull = self.compute_both_ways(self._join(points, states))
            errors = np.asarray(errors + self.offset)
        costs, pulls = self.terms.differentiate(errors)
        gradients = pulls @ slope if self.compute_both_ways is None else pull(pulls)
        costs = costs + 0.5 * np.einsum("ij,ij->i", points, points)
        return errors, costs, points + np.nan_to_num(gradients, nan=0.0, posinf=0.0, neginf=0.0)

    def cost(self, points: ArrayLike, errors: Floats | None = None) -> Floats:
        """Compute the costs of points, shape (n, size), whose errors may be known: shape (n,)."""
        points = np.atleast_2d(np.asarray(points, dtype=float))
        found = self.errors(points) if errors is None else errors
        return np.asarray(0.5 * np.einsum("ij,ij->i", points, points) + self.terms.cost(found))

    def slope(self, point: Floats) -> Floats:
        """Compute the Jacobian of the errors by central differences, in batches of runs.

        Parameters
        ----------
        point : array of float, shape (size,)
            Where.

        Returns
        -------
        array of float, shape (errors, size)
        """
        steps = _STEP * np.eye(self.size)
        errors = self.errors(np.concatenate([point + steps, point - steps]))
        return np.asarray((errors[: len(steps)] - errors[len(steps) :]).T / (2 * _STEP))

    def slope_ahead(self, point: Floats, errors: Floats, states: ArrayLike | None = None) -> Floats:
        """Compute the same by one-sided differences, with half the runs; see `slope`."""
        found = self.errors(point + _STEP * np.eye(self.size), states)
        return np.asarray((found - errors).T / _STEP)


def make_target(
    problem: Problem,
    priors: Priors,
    terms: Terms,
    combinations: Sequence[Combination] = (),
    workers: int = 1,
) -> Target:
    """Make the target of an estimation problem.

    Parameters
    ----------
    problem : Problem
        Its figures, model and base are used; its own parameters are not.
    priors : Priors
        Of the same model.
    terms : Terms
        The likelihood of its log errors, and of those of the combinations.
    combinations : sequence of Combination
        What is believed of combinations of constants.
    workers : int
        Threads; their number changes no digit.

    Returns
    -------
    Target
        Whose errors are ``log(model / figure)`` in the order of the measurements, Dmnl; `LOST`
        where the run failed; then by how much each combination is outside its range.
    """
    figures = problem.measurements
    named = figures["variable"] + "[" + figures["region"] + "]"
    outputs = list(dict.fromkeys(named))
    years = sorted({float(year) for year in figures["year"]})
    base = {"FINAL TIME": math.ceil(years[-1]), **problem.base}
    names = (*priors.names, *(switch.name for switch in priors.switches))

    def complete(given: Floats) -> pd.DataFrame:
        return problem.complete_inputs(pd.DataFrame(given, columns=list(names)))

    inputs = [*complete(np.ones((1, len(names))))]
    evaluator = Evaluator(problem.model, inputs, outputs, years, base)
    rows = named.map({name: row for row, name in enumerate(outputs)}).to_numpy(dtype=int)
    columns = figures["year"].map({year: at for at, year in enumerate(years)}).to_numpy(dtype=int)
    logs = np.log(figures["value"].to_numpy(dtype=float))

    def compare(points: Floats, found: Floats) -> tuple[Floats, Floats]:
        """Compare outputs with the figures: the values, of 1 where there is none, and errors."""
        found = found[:, rows, columns]
        fine = found > 0
        values = np.where(fine, found, 1.0)
        return values, np.where(fine, np.log(values) - logs, LOST)

    def compute_errors(points: Floats) -> Floats:
        values = priors.to_values(points[:, : len(priors)])
        given = np.column_stack([values, points[:, len(priors) :]])
        if problem.netting is not None:
            given = complete(given).to_numpy(dtype=float)
        found = evaluator.run(given, workers)
        outside = [one.find_excess(priors.names, values) for one in combinations]
        return np.column_stack([compare(points, found)[1], *outside])

    def compute_both_ways(points: Floats) -> tuple[Floats, Callable[[Floats], Floats]]:
        scores = priors.to_scores(points[:, : len(priors)])
        values, slopes = priors.differentiate(scores)
        inputs = np.column_stack([values, points[:, len(priors) :]])
        found, pull_back = evaluator.run_both_ways(inputs, workers)
        outputs, errors = compare(points, found)
        outside = [one.differentiate(priors.names, values) for one in combinations]

        def pull(given: Floats) -> Floats:
            by_outputs = np.zeros(found.shape)
            parts = given[:, : len(logs)] * (errors != LOST) / outputs
            # One by one: a cell of the outputs may be compared with two figures.
            for at, (row, column) in enumerate(zip(rows, columns, strict=True)):
                by_outputs[:, row, column] += parts[:, at]
            by_values = pull_back(by_outputs)[:, : len(priors)]
            for at, (_, slope) in enumerate(outside, start=len(logs)):
                by_values = by_values + given[:, at, None] * slope
            return np.asarray((by_values * slopes) @ priors.root)

        return np.column_stack([errors, *(excess for excess, _ in outside)]), pull

    return Target(
        len(priors),
        compute_errors,
        terms,
        priors.switches,
        # What is left of a whole without its parts has no derivatives.
        compute_both_ways=(
            compute_both_ways if evaluator.has_derivatives and problem.netting is None else None
        ),
    )


#: Log error of a figure whose run failed, or whose value is not above 0.
LOST = 10.0
