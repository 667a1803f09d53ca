"""Search over points between 0 and 1, a whole generation at a time.

One aim is searched by differential evolution (Storn and Price 1997), whose best point then climbs
along the gradient (L-BFGS-B, both from SciPy); several aims by NSGA-II (Deb et al. 2002, pymoo).
A search depends only on its seed and on its objective. One that was stopped is therefore repeated
from its seed, and generations that were evaluated before are read instead of run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smecluster.model.engine.run.settings import check_count
from smecluster.model.errors import InputError
from smecluster.model.support.checkpoints import Checkpoints
from smecluster.model.support.limits import MOST_GENERATIONS, MOST_POPULATION, MOST_SEED
from smecluster.policies.optimisation.evaluation import CRITERIA, Evaluated

Array = NDArray[np.float64]
Objective = Callable[[Array], Array]
Progress = Callable[[int, int], None]

# The value of a way that cannot be evaluated: a run fails, or the model's ranges do not allow for
# the budget.
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
        How draws are brought together: by this quantile from the bad end, or by the mean if left
        out.
    climb : int
        Steps along the gradient at most, after a search by one aim.
    """

    generations: int = 40
    population: int = 48
    seed: int = 1
    quantile: float | None = None
    climb: int = 20

    def __post_init__(self) -> None:
        check_count("generations", self.generations, MOST_GENERATIONS)
        if self.population < _LEAST_POPULATION:
            raise InputError(
                f"population must be at least {_LEAST_POPULATION}, not {self.population}"
            )
        if self.population > MOST_POPULATION:
            raise InputError(
                f"population must be at most {MOST_POPULATION:,}, not {self.population}"
            )
        if not 0 <= self.seed <= MOST_SEED:
            raise InputError(f"seed must be in 0..{MOST_SEED:,}, not {self.seed}")
        if self.quantile is not None and not 0 < self.quantile < 1:
            raise InputError(f"quantile must lie between 0 and 1, not {self.quantile:g}")

    def minimise(self, evaluated: Evaluated, names: Sequence[str]) -> Array:
        """Bring the draws together, as values to be minimised.

        Parameters
        ----------
        evaluated : Evaluated
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
            bad: Array = -CRITERIA[name] * evaluated.values[name]
            usable = np.asarray(np.isfinite(bad).all(1))
            bad = np.where(usable[:, None], bad, 0.0)
            over = bad.mean(1) if self.quantile is None else np.quantile(bad, 1 - self.quantile, 1)
            columns.append(np.where(usable, over, _UNUSABLE))
        return np.column_stack(columns)


@dataclass(frozen=True)
class SearchResult:
    """What a search gives.

    Attributes
    ----------
    points : array of float, shape (ways, size)
        The best way, or the ways of which none is better than another by every aim.
    values : array of float, shape (ways, criteria)
        Their values, from `Search.minimise`.
    course : array of float, shape (generations + 1, criteria)
        The best value of each criterion so far, by generation.
    """

    points: Array
    values: Array
    course: Array


class Generations:
    """Evaluates one generation after the other, and keeps the values.

    Parameters
    ----------
    objective : callable
        Turns points (ways, size) into values to be minimised (ways, criteria).
    count : int
        How many generations there will be.
    checkpoints : Checkpoints, optional
        Where they are kept.
    progress : callable, optional
        Called with how many are done, and how many there are.
    """

    def __init__(
        self,
        objective: Objective,
        count: int,
        checkpoints: Checkpoints | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._objective = objective
        self._count = count
        self._checkpoints = checkpoints
        self._progress = progress
        self.best: list[Array] = []

    def __call__(self, points: Array) -> Array:
        """Evaluate the next generation."""
        name = f"generation-{len(self.best):04d}"
        values = self._load(name, points)
        if values is None:
            values = self._objective(points)
            if self._checkpoints is not None:
                self._checkpoints.save(name, {"points": points, "values": values})
        best = values.min(0)
        self.best.append(np.minimum(best, self.best[-1]) if self.best else best)
        if self._progress is not None:
            self._progress(len(self.best), max(self._count, len(self.best)))
        return values

    def _load(self, name: str, points: Array) -> Array | None:
        if self._checkpoints is None or name not in self._checkpoints:
            return None
        piece = self._checkpoints.load(name)
        if not np.array_equal(piece["points"], points):
            return None
        return np.asarray(piece["values"], dtype=float)


def search_best(
    objective: Objective,
    size: int,
    search: Search,
    known: Sequence[Array] = (),
    checkpoints: Checkpoints | None = None,
    progress: Progress | None = None,
) -> SearchResult:
    """Search for the best way by one aim.

    Parameters
    ----------
    objective : callable
        Turns points (ways, size), numbers between 0 and 1, into values to be minimised
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
    SearchResult
        The best way.
    """
    from scipy.optimize import differential_evolution

    count = search.generations + 1 + search.climb
    generations = Generations(objective, count, checkpoints, progress)
    result = differential_evolution(
        lambda points: generations(np.ascontiguousarray(points.T))[:, 0],
        [(0.0, 1.0)] * size,
        init=_make_first_generation(size, search, known),
        maxiter=search.generations,
        tol=0.0,
        atol=-1.0,  # every generation is run, so that a longer search begins as a shorter one
        polish=False,
        updating="deferred",
        vectorized=True,
        seed=search.seed,
    )
    point, value = _climb(generations, result.x, float(result.fun), search.climb)
    return SearchResult(point[None], np.array([[value]]), np.array(generations.best))


def _climb(generations: Generations, point: Array, value: float, steps: int) -> tuple[Array, float]:
    """Follow the gradient from a point; one generation of neighbours gives it."""
    from scipy.optimize import minimize

    if steps < 1 or abs(value) >= _UNUSABLE:
        return point, value
    size = abs(value) or 1.0

    def slope(at: Array) -> tuple[float, Array]:
        step = np.where(at > 0.5, -_STEP, _STEP)
        around = generations(np.vstack([at, at + np.diag(step)]))[:, 0] / size
        return float(around[0]), (around[1:] - around[0]) / step

    climbed = minimize(
        slope,
        point,
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, 1.0)] * len(point),
        options={"maxfun": steps, "ftol": 1e-6},
    )
    if climbed.fun * size < value:
        return climbed.x, climbed.fun * size
    return point, value


def search_front(
    objective: Objective,
    size: int,
    criteria: int,
    search: Search,
    known: Sequence[Array] = (),
    checkpoints: Checkpoints | None = None,
    progress: Progress | None = None,
) -> SearchResult:
    """Search for the ways of which none is better than another by every aim.

    Parameters
    ----------
    objective : callable
        Turns points (ways, size) into values to be minimised (ways, criteria).
    size, criteria : int
        Numbers in a point, and aims.
    search, known, checkpoints, progress
        As for `search_best`.

    Returns
    -------
    SearchResult
        The ways, the best by the first aim first.
    """
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.core.problem import Problem
    from pymoo.optimize import minimize

    generations = Generations(objective, search.generations + 1, checkpoints, progress)

    class Spending(Problem):  # type: ignore[misc]
        """The search, as pymoo wants it."""

        def __init__(self) -> None:
            super().__init__(n_var=size, n_obj=criteria, xl=0.0, xu=1.0)

        def _evaluate(self, x: Array, out: dict[str, Any], *_: Any, **__: Any) -> None:
            out["F"] = generations(np.ascontiguousarray(x))

    result = minimize(
        Spending(),
        NSGA2(pop_size=search.population, sampling=_make_first_generation(size, search, known)),
        ("n_gen", search.generations + 1),
        seed=search.seed,
    )
    points, values = np.atleast_2d(result.X), np.atleast_2d(result.F)
    order = np.lexsort(values.T[::-1])
    return SearchResult(points[order], values[order], np.array(generations.best))


def _make_first_generation(size: int, search: Search, known: Sequence[Array]) -> Array:
    """Make the first generation: what is known, and draws."""
    random = np.random.default_rng([search.seed, size])
    drawn = random.random((search.population, size))
    for at, point in enumerate(known[: search.population]):
        drawn[at] = point
    return drawn
