"""The best use of a budget, compared with strategies written by hand on draws not used to choose.

Ways to spend the money are searched with a long time step; what is reported is evaluated with the
model's own, by the engine of every comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from smecluster.model.engine.run.runs import simulate
from smecluster.model.engine.run.settings import check_time_step, override_inputs
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.support.checkpoints import Checkpoints
from smecluster.policies.budget import DEFAULT_BUDGET, Amount, Budget, set_budget
from smecluster.policies.comparison.compute import set_horizon
from smecluster.policies.ensemble.payers import CENTRE
from smecluster.policies.futures import Future
from smecluster.policies.menu import read_menu
from smecluster.policies.optimisation.evaluation import (
    BENEFIT,
    CRITERIA,
    DISPERSION,
    GAIN,
    LOSS,
    UNITS,
    Evaluated,
    Evaluation,
    has_benefit,
)
from smecluster.policies.optimisation.measures import (
    BEST,
    BEST_TITLE,
    FACTOR,
    FRONT_TITLE,
    MONEY,
    name_front,
)
from smecluster.policies.optimisation.result import BestUse
from smecluster.policies.optimisation.search import Search, search_best, search_front
from smecluster.policies.optimisation.space import Space
from smecluster.policies.plan import START, carry_on
from smecluster.policies.spans import check_spans
from smecluster.policies.strategy import BASELINE, Strategy
from smecluster.policies.strategy import load as load_strategy
from smecluster.policies.wording.worlds import count_odds

if TYPE_CHECKING:
    from smecluster.model import Model

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]

#: Time step of the search, Year.
STEP = 0.125
#: What the best use may be the best by.
AIMS = (BENEFIT, GAIN)
CLOSE = 1e-3  # relative; what the money may differ from the budget by while searching
_WHERE = ("strategy", "draw")
_DISCOUNT = "discount factor"


def optimise(
    model: Model,
    by_hand: Sequence[Strategy],
    draws: pd.DataFrame,
    unseen: pd.DataFrame,
    search: Search | None = None,
    *,
    baseline: Strategy | None = None,
    start: float = START,
    budget: str | float | Amount | Budget = DEFAULT_BUDGET,
    horizon: float | None = None,
    aim: str = BENEFIT,
    last: float = 2035.0,
    shock: Future | None = None,
    step: float = STEP,
    several: bool = True,
    settings: Mapping[str, Any] | None = None,
    workers: int | None = None,
    folder: Path | None = None,
    identity: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> BestUse:
    """Search for the best use of a budget and check it.

    Parameters
    ----------
    model : Model
        The model.
    by_hand : sequence of Strategy
        Strategies written by hand, with a programme.
    draws, unseen : pandas.DataFrame
        The draws to choose on, and those to check on: a row a draw, a column an input.
    search : Search, optional
        How the search is made.
    baseline : Strategy, optional
        What all are compared with; policy as now if left out.
    start : float
        Year from which money and discounted sums count, and the first in which a programme starts.
    budget : str, float, Amount or Budget
        Additional money, see `policies.budget.parse_budget`.
    horizon : float, optional
        Last year whose consequences count, as in `policies.comparison.compute.compare`.
    aim : {"net national benefit", "value added gained"}
        What the best use is the best by.
    last : float
        Latest year in which a programme may start.
    shock : Future, optional
        The shock whose loss is a criterion.
    step : float
        Time step of the search, Year.
    several : bool
        Whether the search by several criteria is made too.
    settings : mapping, optional
        Other inputs that hold in every run.
    workers : int, optional
        Threads; they change no digit.
    folder : Path, optional
        Where generations are kept, so that a stopped search resumes.
    identity : mapping, optional
        What they depend on besides the search: hashes and names of model, draws and strategies.
    progress : callable, optional
        Called with how many generations are done, and how many there will be.

    Returns
    -------
    BestUse
        The best use.

    Raises
    ------
    InputError
        If a strategy has no programme or is named twice, the years or the time step do not fit, the
        aim is unknown or the model has no account of it, or no way to spend the budget gains
        anything.
    """
    check_time_step(step)
    criteria = select_criteria(model, shock, aim)
    search = Search() if search is None else search
    baseline = load_strategy(BASELINE) if baseline is None else baseline
    _check(by_hand, model, start, last)
    if not isinstance(budget, Budget):
        budget = set_budget(model, budget, start, settings)
    if not budget.money > 0:
        raise InputError(f"the budget must be above zero, not {budget.money:,.0f} Myuan")
    space = _make_space(model, start, last)
    known = [point for one in by_hand if (point := space.find_point(one)) is not None]
    report = _Report(search, several, progress)
    rough = {**(settings or {}), "TIME STEP": step}
    reach = set_horizon(model, horizon, start, settings, () if shock is None else (shock,))
    options: dict[str, Any] = {"workers": workers, "horizon": reach}

    evaluation = Evaluation(model, draws, budget, baseline, settings=rough, **options)
    # What cannot be run is refused here, in words: SciPy would hide the reason.
    evaluation.evaluate(space.make_plans(np.full((1, space.size), 0.5)), CLOSE)
    with _keep(folder, "one-aim", search, identity) as checkpoints:
        objective = _make_objective(evaluation, space, search, (aim,))
        result = search_best(objective, space.size, search, known, checkpoints, report.first)
    if result.values[0, 0] >= 0:
        raise InputError(
            f"no way to spend {budget.money / 1e3:,.4g} bn yuan from {start:g} on gains any {aim} "
            "within the ranges that the model allows: try another budget"
        )
    points, runs = [result.points[0]], evaluation.runs
    if several:
        evaluation = Evaluation(
            model, draws, budget, baseline, shock=shock, settings=rough, **options
        )
        with _keep(folder, "several-aims", search, identity) as checkpoints:
            objective = _make_objective(evaluation, space, search, criteria)
            begin = [*known, result.points[0]]
            count = len(criteria)
            front = search_front(
                objective, space.size, count, search, begin, checkpoints, report.second
            )
        points += list(front.points)
        runs += evaluation.runs

    strategies = _make_strategies(model, space, budget, baseline, points, settings)
    best, *others = strategies
    sets = []
    for table, chosen in ((draws, [best, *by_hand, *others]), (unseen, [best, *by_hand])):
        evaluation = Evaluation(
            model, table, budget, baseline, shock=shock, settings=settings, **options
        )
        evaluated = evaluation.evaluate([one.plan(model, start) for one in chosen])
        sets.append(_label(evaluated, chosen, table))
        runs += evaluation.runs
    named = [best, *by_hand]
    factors = np.nanmedian(sets[1][FACTOR].values, axis=1)
    funded = [
        one.plan(model, start).scale(float(factor))
        for one, factor in zip(named, factors, strict=True)
    ]
    return BestUse(
        budget=budget,
        baseline=baseline,
        criteria=criteria,
        best=best,
        by_hand=tuple(by_hand),
        front=tuple(others),
        draws=draws,
        unseen_draws=unseen,
        chosen_on=sets[0],
        unseen=sets[1],
        course=-result.course[:, 0],
        search=search,
        step=step,
        runs=runs,
        menu=read_menu(model),
        spent={
            one.name: _measure_spending(model, one, start, settings)
            for one in (*strategies, *by_hand)
        },
        spans=check_spans(model, funded, start, settings),
        horizon=reach,
        all_varied=count_odds(model, unseen).all_varied,
    )


def select_criteria(model: Model, shock: Future | None, aim: str = BENEFIT) -> tuple[str, ...]:
    """Give the criteria, the aim first.

    The loss is one only with a shock, the dispersion only among regions.

    Raises
    ------
    InputError
        If the aim is unknown, or the model has no account of it.
    """
    if aim not in AIMS:
        raise UnknownNameError("aim", aim, AIMS)
    left_out = [LOSS] * (shock is None) + [DISPERSION] * (len(model.regions) == 1)
    left_out += [BENEFIT] * (not has_benefit(model))
    if aim in left_out:
        raise InputError(f"{model.path.name} has no account of the {aim}: search by {GAIN!r}")
    return (aim, *(name for name in CRITERIA if name not in (aim, *left_out)))


def _check(by_hand: Sequence[Strategy], model: Model, start: float, last: float) -> None:
    if not by_hand:
        raise InputError("give at least one strategy to compare with")
    names = [one.name for one in by_hand]
    for one in by_hand:
        if not one.programmes:
            raise InputError(f"strategy {one.name!r} has no programme to spend a budget")
        if names.count(one.name) > 1:
            raise InputError(f"strategy {one.name!r} is named twice; compare different ones")
        if (begin := one.plan(model, start).first_year) < start:
            raise InputError(
                f"strategy {one.name!r} begins in {begin:g}, before the start in {start:g}: search "
                f"from {begin:g} on (--start {begin:g})"
            )
    if not start <= last <= model.time.final - 1:
        raise InputError(
            f"the last year to start in must lie in {start:g}..{model.time.final - 1:g}, "
            f"not {last:g}"
        )


def _make_objective(
    evaluation: Evaluation, space: Space, search: Search, criteria: Sequence[str]
) -> Callable[[Array], Array]:
    def objective(points: Array) -> Array:
        return search.minimise(evaluation.evaluate(space.make_plans(points), CLOSE), criteria)

    return objective


def _make_space(model: Model, start: float, last: float) -> Space:
    menu = read_menu(model)
    inputs = carry_on(menu, start).inputs
    run = simulate(model, inputs, outputs=["value added"], years=[start], within_ranges=False)
    return Space(
        menu=menu,
        sizes=tuple(float(value) for value in run["value added"].values[0]),
        first=start,
        last=last,
    )


def _make_strategies(
    model: Model,
    space: Space,
    budget: Budget,
    baseline: Strategy,
    points: Sequence[Array],
    settings: Mapping[str, Any] | None,
) -> list[Strategy]:
    """Turn points into strategies that spend the budget at the model's own values."""
    titles = [(BEST, *BEST_TITLE)]
    titles += [
        (name_front(at), f"{FRONT_TITLE[0]} {at}", FRONT_TITLE[1]) for at in range(1, len(points))
    ]
    rough = [
        space.make_strategy(point, 1.0, *words) for point, words in zip(points, titles, strict=True)
    ]
    own = pd.DataFrame(index=["model"])
    evaluation = Evaluation(model, own, budget, baseline, settings=settings)
    factors = evaluation.evaluate([one.plan(model, space.first) for one in rough]).factor[:, 0]
    return [
        space.make_strategy(point, float(factor), *words)
        for point, words, factor in zip(points, titles, factors, strict=True)
    ]


def _measure_spending(
    model: Model, strategy: Strategy, start: float, settings: Mapping[str, Any] | None
) -> dict[str, float]:
    """Measure what the programme of each government spends, Myuan in present value.

    Without what policy as now spends, also where that grows with value added.
    """
    menu = read_menu(model)
    run = simulate(
        model,
        override_inputs(model, strategy.plan(model, start).inputs, settings),
        outputs=[menu.budget, _DISCOUNT],
        years=[float(year) for year in np.arange(start, model.time.final + 1)],
        within_ranges=False,
    )
    local, central = ((money * run[_DISCOUNT]).sum("time") for money in menu.split_budget(run))
    return {**{one: float(local.sel(Region=one)) for one in model.regions}, CENTRE: float(central)}


def _label(evaluated: Evaluated, strategies: Sequence[Strategy], draws: pd.DataFrame) -> xr.Dataset:
    values = {
        name: (_WHERE, array, {"unit": UNITS[name]}) for name, array in evaluated.values.items()
    }
    values[MONEY] = (_WHERE, evaluated.money, {"unit": "Myuan"})
    values[FACTOR] = (_WHERE, evaluated.factor, {"unit": "Dmnl"})
    names = np.array([strategy.name for strategy in strategies], dtype=object)
    return xr.Dataset(values, {"strategy": names, "draw": draws.index.to_numpy()})


def _keep(
    folder: Path | None, part: str, search: Search, identity: Mapping[str, str] | None
) -> AbstractContextManager[Checkpoints | None]:
    if folder is None:
        return nullcontext()
    # A longer search resumes a shorter one, so its length is no part of the identity.
    rest = {"population": str(search.population), "seed": str(search.seed)}
    rest["quantile"] = str(search.quantile)
    return Checkpoints(folder / part, {**(identity or {}), **rest})


class _Report:
    """Adds up the progress of two searches."""

    def __init__(self, search: Search, several: bool, progress: Progress | None) -> None:
        self._one = search.generations + 1 + search.climb
        self._all = self._one + (search.generations + 1) * several
        self._progress = progress

    def first(self, done: int, _: int) -> None:
        if self._progress is not None:
            self._progress(min(done, self._one), self._all)

    def second(self, done: int, _: int) -> None:
        if self._progress is not None:
            self._progress(self._one + done, self._all)
