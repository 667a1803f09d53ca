"""The best use of a budget: search over ways to spend it, and a check on draws not used for it.

One aim is searched by differential evolution (Storn and Price 1997), whose best point then climbs
along the gradient (L-BFGS-B, both from SciPy); several aims by NSGA-II (Deb et al. 2002, pymoo).
All judge a whole generation at once. A search depends on its seed and on
what the judge says and on nothing else, so a search that was stopped is played again from its
seed: generations that were judged before are read, not run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.model.support.checkpoints import Checkpoints
from smecluster.model.support.errors import InputError
from smecluster.policies.optimisation.allocation import Space
from smecluster.policies.optimisation.appraisal import CLOSE, CRITERIA, GAIN, Appraisal, Judged
from smecluster.policies.strategy import Strategy
from smecluster.policies.timing import first_year

if TYPE_CHECKING:
    from smecluster.model import Model

Array = NDArray[np.float64]
Judge = Callable[[Array], Array]
Progress = Callable[[int, int], None]

# What a way that cannot be judged (a run fails, or no allowed budget costs as much) counts for.
_UNUSABLE = 1e12
_LEAST_POPULATION = 8
_STEP = 0.01  # between the points that give a gradient


@dataclass(frozen=True)
class Search:
    """How a search goes.

    Parameters
    ----------
    generations : int
        Generations after the first one.
    population : int
        Ways in a generation.
    seed : int
        Of the search.
    quantile : float, optional
        What counts of a criterion over the draws: this quantile from the bad end, or the mean
        if left out.
    climb : int
        Steps along the gradient at most, after a search by one aim.
    """

    generations: int = 40
    population: int = 48
    seed: int = 1
    quantile: float | None = None
    climb: int = 20

    def __post_init__(self) -> None:
        if self.generations < 1:
            raise InputError(f"generations must be at least 1, not {self.generations}")
        if self.population < _LEAST_POPULATION:
            raise InputError(
                f"population must be at least {_LEAST_POPULATION}, not {self.population}"
            )
        if self.quantile is not None and not 0 < self.quantile < 1:
            raise InputError(f"quantile must lie between 0 and 1, not {self.quantile:g}")

    def counted(self, judged: Judged, names: Sequence[str]) -> Array:
        """Bring the draws together, as numbers to be made small.

        Parameters
        ----------
        judged : Judged
            What ways reach.
        names : sequence of str
            Criteria.

        Returns
        -------
        array of float, shape (ways, criteria)
            Mean or quantile over the draws, with its sign turned where more is better.
        """
        columns = []
        for name in names:
            bad: Array = -CRITERIA[name] * judged.values[name]
            usable = np.asarray(np.isfinite(bad).all(1))
            bad = np.where(usable[:, None], bad, 0.0)
            over = bad.mean(1) if self.quantile is None else np.quantile(bad, 1 - self.quantile, 1)
            columns.append(np.where(usable, over, _UNUSABLE))
        return np.column_stack(columns)


@dataclass(frozen=True)
class Found:
    """What a search found.

    Attributes
    ----------
    points : array of float, shape (ways, size)
        The best way, or the ways of which none is better than another in everything.
    counted : array of float, shape (ways, criteria)
        What they count for, from `Search.counted`.
    course : array of float, shape (generations + 1, criteria)
        The best value of each criterion so far, by generation.
    """

    points: Array
    counted: Array
    course: Array


class Generations:
    """Judges one generation after the other, and keeps what was judged.

    Parameters
    ----------
    judge : callable
        Turns points (ways, size) into numbers to be made small (ways, criteria).
    count : int
        How many generations there will be.
    checkpoints : Checkpoints, optional
        Where they are kept.
    progress : callable, optional
        Told how many are done, and how many there are.
    """

    def __init__(
        self,
        judge: Judge,
        count: int,
        checkpoints: Checkpoints | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._judge = judge
        self._count = count
        self._checkpoints = checkpoints
        self._progress = progress
        self.best: list[Array] = []

    def __call__(self, points: Array) -> Array:
        """Judge the next generation."""
        name = f"generation-{len(self.best):04d}"
        values = self._kept(name, points)
        if values is None:
            values = self._judge(points)
            if self._checkpoints is not None:
                self._checkpoints.save(name, {"points": points, "values": values})
        best = values.min(0)
        self.best.append(np.minimum(best, self.best[-1]) if self.best else best)
        if self._progress is not None:
            self._progress(len(self.best), max(self._count, len(self.best)))
        return values

    def _kept(self, name: str, points: Array) -> Array | None:
        if self._checkpoints is None or name not in self._checkpoints:
            return None
        piece = self._checkpoints.load(name)
        if not np.array_equal(piece["points"], points):
            return None
        return np.asarray(piece["values"], dtype=float)


def best(
    judge: Judge,
    size: int,
    search: Search,
    known: Sequence[Array] = (),
    checkpoints: Checkpoints | None = None,
    progress: Progress | None = None,
) -> Found:
    """Search for the best way by one aim.

    Parameters
    ----------
    judge : callable
        Turns points (ways, size), numbers between 0 and 1, into numbers to be made small
        (ways, 1).
    size : int
        Numbers in a point.
    search : Search
        How the search goes.
    known : sequence of array of float
        Points to begin with; the rest of the first generation is drawn.
    checkpoints, progress
        As for `Generations`.

    Returns
    -------
    Found
        The best way.
    """
    from scipy.optimize import differential_evolution

    count = search.generations + 1 + search.climb
    generations = Generations(judge, count, checkpoints, progress)
    result = differential_evolution(
        lambda points: generations(np.ascontiguousarray(points.T))[:, 0],
        [(0.0, 1.0)] * size,
        init=_first(size, search, known),
        maxiter=search.generations,
        tol=0.0,
        atol=-1.0,  # every generation is judged, so that a longer search begins as a shorter one
        polish=False,
        updating="deferred",
        vectorized=True,
        seed=search.seed,
    )
    point, value = _climbed(generations, result.x, float(result.fun), search.climb)
    return Found(point[None], np.array([[value]]), np.array(generations.best))


def _climbed(
    generations: Generations, point: Array, value: float, steps: int
) -> tuple[Array, float]:
    """Go on from a point along the gradient, which one generation of neighbours gives."""
    from scipy.optimize import minimize

    if steps < 1 or abs(value) >= _UNUSABLE:
        return point, value
    size = abs(value) or 1.0

    def slope(at: Array) -> tuple[float, Array]:
        step = np.where(at > 0.5, -_STEP, _STEP)
        around = generations(np.vstack([at, at + np.diag(step)]))[:, 0] / size
        return float(around[0]), (around[1:] - around[0]) / step

    found = minimize(
        slope,
        point,
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, 1.0)] * len(point),
        options={"maxfun": steps, "ftol": 1e-6},
    )
    return (found.x, found.fun * size) if found.fun * size < value else (point, value)


def front(
    judge: Judge,
    size: int,
    criteria: int,
    search: Search,
    known: Sequence[Array] = (),
    checkpoints: Checkpoints | None = None,
    progress: Progress | None = None,
) -> Found:
    """Search for the ways of which none is better than another by every aim.

    Parameters
    ----------
    judge : callable
        Turns points (ways, size) into numbers to be made small (ways, criteria).
    size, criteria : int
        Numbers in a point, and aims.
    search, known, checkpoints, progress
        As for `best`.

    Returns
    -------
    Found
        The ways, the best by the first aim first.
    """
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.core.problem import Problem
    from pymoo.optimize import minimize

    generations = Generations(judge, search.generations + 1, checkpoints, progress)

    class Spending(Problem):  # type: ignore[misc]
        """The search, as pymoo wants it."""

        def __init__(self) -> None:
            super().__init__(n_var=size, n_obj=criteria, xl=0.0, xu=1.0)

        def _evaluate(self, x: Array, out: dict[str, Any], *_: Any, **__: Any) -> None:
            out["F"] = generations(np.ascontiguousarray(x))

    result = minimize(
        Spending(),
        NSGA2(pop_size=search.population, sampling=_first(size, search, known)),
        ("n_gen", search.generations + 1),
        seed=search.seed,
    )
    points, counted = np.atleast_2d(result.X), np.atleast_2d(result.F)
    order = np.lexsort(counted.T[::-1])
    return Found(points[order], counted[order], np.array(generations.best))


def _first(size: int, search: Search, known: Sequence[Array]) -> Array:
    """Make the first generation: what is known, and draws."""
    random = np.random.default_rng([search.seed, size])
    drawn = random.random((search.population, size))
    for at, point in enumerate(known[: search.population]):
        drawn[at] = point
    return drawn


@dataclass(frozen=True)
class Budget:
    """One budget, the ways to spend it, and what they are judged on.

    Parameters
    ----------
    model : Model
        The model.
    space : Space
        The ways.
    money : float
        Present value since the first year of the space, Myuan.
    criteria : tuple of str
        What counts.
    """

    model: Model
    space: Space
    money: float
    criteria: tuple[str, ...] = (GAIN,)

    def appraisal(self, draws: pd.DataFrame, **options: Any) -> Appraisal:
        """Make an appraisal of points on some draws; options as for `Appraisal`."""
        middle = self.space.choice(np.full((1, self.space.size), 0.5))
        names = tuple(self.space.inputs(middle, np.ones(1)))
        return Appraisal(
            self.model, names, self.space.common, draws, self.money, self.space.first, **options
        )

    def judged(self, appraisal: Appraisal, points: Array, tolerance: float) -> Judged:
        """Judge points; as `Appraisal.judge`."""
        choice = self.space.choice(points)
        levers = len(self.space.local)
        local = choice.money[:, :levers].sum(1)[:, None] * choice.weights
        centre = choice.money[:, levers:].sum(1)[:, None]
        money = np.hstack([local, centre])
        first = self.money / appraisal.cost(choice.starts, money, self.space.ramps)
        ways = self.space.inputs(choice, np.ones(len(points)))
        return appraisal.judge(ways, first, tolerance)

    def judge(self, appraisal: Appraisal, search: Search) -> Judge:
        """Make the judge of a search."""
        return lambda points: search.counted(self.judged(appraisal, points, CLOSE), self.criteria)


def judged_strategies(
    model: Model,
    strategies: Sequence[Strategy],
    draws: pd.DataFrame,
    money: float,
    start: float,
    **options: Any,
) -> tuple[Judged, int]:
    """Judge strategies at one budget, each as its file says but for the size of its money.

    Parameters
    ----------
    model : Model
        The model.
    strategies : sequence of Strategy
        The strategies; they share their history.
    draws : pandas.DataFrame
        A row a draw, a column an input of the model.
    money : float
        The budget: present value since `start`, Myuan.
    start : float
        First year that counts.
    **options
        As for `Appraisal`.

    Returns
    -------
    judged : Judged
        What they reach, each costing the budget in every draw.
    runs : int
        How many runs it took.

    Raises
    ------
    InputError
        If their histories differ, or one has no programme.
    """
    until = shared_until(strategies)
    sets: list[Mapping[str, float]] = [strategy.inputs(model) for strategy in strategies]
    names = sorted({name for inputs in sets for name in inputs})
    common = {"history switch": 1.0, "history end": until}
    varied = tuple(name for name in names if name not in common)
    # Timing of a programme that a strategy does not have: without money it makes no difference.
    idle = {name: value for inputs in sets for name, value in inputs.items()}
    ways = {name: np.array([inputs.get(name, idle[name]) for inputs in sets]) for name in varied}
    fork = start <= first_year(*strategies)
    appraisal = Appraisal(model, varied, common, draws, money, start, fork=fork, **options)
    return appraisal.judge(ways), appraisal.runs


def shared_until(strategies: Sequence[Strategy]) -> float:
    """Give the year in which the history ends that strategies share, each having a programme.

    Parameters
    ----------
    strategies : sequence of Strategy
        The strategies.

    Returns
    -------
    float
        Year.

    Raises
    ------
    InputError
        If their histories differ, or one has no programme.
    """
    untils = {strategy.until for strategy in strategies}
    if len(untils) > 1:
        raise InputError(
            "strategies with different histories cannot share a budget: history.until is "
            + " and ".join(f"{until:g}" for until in sorted(untils))
        )
    for strategy in strategies:
        if not strategy.programmes:
            raise InputError(f"strategy {strategy.name!r} has no programme to spend a budget")
    return untils.pop()
