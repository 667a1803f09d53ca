"""Which level should run a task, in the smallest case that has every reason for either.

R places are alike before anybody has looked. A place's benefit from g units of a public good is
``theta * g - b * g**2 / 2``; others gain ``k * theta * g`` from it, which a local government does
not count and the centre does. Neither knows ``theta``: each sees it with an error of its own, and
the local error is the smaller one where government is near. The centre pays a fixed cost once for
all places. It is Oates' question (1972) with spill-overs, information and overhead.

Nothing is solved on paper here. Expectations are taken by quadrature over what can be true and what
can be seen, and each government's choice is found by a search, so that the same code serves where
no formula exists. For normal beliefs there is one, and `tests/policies/game` holds the two against
each other: with m the local government's estimate of theta and V the variance that is left to each
level after it has looked, the centre should run the task exactly where
``k**2 * E[m**2] > (1 + k)**2 * (V_C - V_L) + 2 * b * F / R``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smecluster.model.errors import InputError
from smecluster.policies.menu import Level

Floats = NDArray[np.float64]

# Standard deviations that the grids reach, and the most that a cell may span of the finest error.
# The trapezium rule on a normal density is exact to rounding with these.
_REACH, _CELLS = 9.0, 0.5
# More cells than this are not needed for any error that matters.
_MOST = 4001
# A golden section of the interval a step: this many leave 1e-12 of it, and welfare is flat there.
_STEPS = 60
_GOLDEN = (5**0.5 - 1) / 2


@dataclass(frozen=True)
class Task:
    """A task that either level can run, in R places.

    Parameters
    ----------
    mean, spread : float
        Mean and standard deviation over places of the benefit of the first unit (theta), in money.
    curvature : float
        By how much a further unit brings less (b), in money; above 0.
    spill_over : float
        Benefit of others over that of the place itself (k), Dmnl; negative where they lose.
    local_error, central_error : float
        Standard deviation of what each level sees around theta, in money; above 0.
    fixed_cost : float
        What the centre pays for the task regardless of its size (F), in money.
    places : int
        How many places there are (R).

    Raises
    ------
    InputError
        If one of them is outside of its domain.
    """

    mean: float
    spread: float
    curvature: float
    spill_over: float
    local_error: float
    central_error: float
    fixed_cost: float = 0.0
    places: int = 1

    def __post_init__(self) -> None:
        for name in ("spread", "curvature", "local_error", "central_error"):
            value = getattr(self, name)
            if not value > 0:
                raise InputError(f"{name.replace('_', ' ')} of a task must be above 0, not {value}")
        if self.places < 1:
            raise InputError(f"a task needs at least one place, not {self.places}")

    def error(self, level: Level) -> float:
        """Give the standard deviation of what a level sees, in money."""
        return self.local_error if level == "local" else self.central_error


@dataclass(frozen=True)
class Choice:
    """What one level does, whatever it sees.

    Attributes
    ----------
    seen : array of float, shape (n,)
        What it may see, in money.
    amount : array of float, shape (n,)
        Units that it then provides.
    welfare : float
        Expected benefit of a place and of those outside it, less the place's share of the fixed
        cost, in money.
    """

    seen: Floats
    amount: Floats
    welfare: float


def choose(task: Task, level: Level) -> Choice:
    """Find what a level provides for each thing that it may see, and what that is worth.

    Parameters
    ----------
    task : Task
        The task.
    level : {"local", "central"}
        Who runs it: a local government counts its own place, the centre everybody.

    Returns
    -------
    Choice
        Amounts, and their worth.
    """
    truth, seen, joint = _believe(task, task.error(level))
    given = joint / joint.sum(axis=0)
    counted = task.spill_over if level == "central" else 0.0

    def expect(amount: Floats, others: float) -> Floats:
        """Give the expected payoff for each thing seen when so much is provided."""
        benefit = (1 + others) * truth[:, None] * amount
        return np.asarray((given * (benefit - task.curvature * amount**2 / 2)).sum(axis=0))

    widest = (1 + abs(task.spill_over)) * np.abs(truth).max() / task.curvature
    amount = _search(lambda tried: expect(tried, counted), -widest, widest, len(seen))
    likely = joint.sum(axis=0) / joint.sum()
    welfare = float((likely * expect(amount, task.spill_over)).sum())
    if level == "central":
        welfare -= task.fixed_cost / task.places
    return Choice(seen, amount, welfare)


def gain_of_centralising(task: Task) -> float:
    """Give what a place and those outside it gain when the centre runs the task, in money."""
    return choose(task, "central").welfare - choose(task, "local").welfare


def _believe(task: Task, error: float) -> tuple[Floats, Floats, Floats]:
    """Lay grids over what can be true and be seen, with the density of both together."""
    finest = min(task.spread, error) * _CELLS
    widths = (task.spread, (task.spread**2 + error**2) ** 0.5)
    truth, seen = (
        task.mean
        + width
        * np.linspace(-_REACH, _REACH, min(_MOST, int(np.ceil(2 * _REACH * width / finest)) + 1))
        for width in widths
    )
    log_prior = -(((truth - task.mean) / task.spread) ** 2) / 2
    log_error = -(((seen - truth[:, None]) / error) ** 2) / 2
    return truth, seen, np.exp(log_prior[:, None] + log_error)


def _search(payoff: Callable[[Floats], Floats], low: float, high: float, count: int) -> Floats:
    """Find the best amount for each thing seen by golden section; payoffs have one peak."""
    lower, upper = np.full(count, low), np.full(count, high)
    for _ in range(_STEPS):
        left, right = upper - _GOLDEN * (upper - lower), lower + _GOLDEN * (upper - lower)
        better = payoff(left) > payoff(right)
        upper, lower = np.where(better, right, upper), np.where(better, lower, left)
    return np.asarray((lower + upper) / 2)
