"""The best use of a budget, held against strategies written by hand on draws not used to choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from smecluster.model.runs import simulate
from smecluster.model.support.checkpoints import Checkpoints
from smecluster.model.support.errors import InputError
from smecluster.policies.ensemble.equal_cost import (
    ACCOUNTS,
    CENTRAL_ACCOUNT,
    LOCAL_ACCOUNT,
    programme_money,
)
from smecluster.policies.ensemble.payers import CENTRE
from smecluster.policies.futures import Future
from smecluster.policies.optimisation.allocation import Space
from smecluster.policies.optimisation.appraisal import (
    CRITERIA,
    DISPERSION,
    GAIN,
    LOSS,
    UNITS,
    Judged,
)
from smecluster.policies.optimisation.search import (
    Budget,
    Search,
    best,
    front,
    judged_strategies,
    shared_until,
)
from smecluster.policies.strategy import Programme, Strategy
from smecluster.policies.timing import first_year

if TYPE_CHECKING:
    from smecluster.model import Model

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]

MONEY, FACTOR = "programme money", "factor"
BEST = "best-use"
_ROUGH = 0.01  # Dmnl; money over value added before it is brought to the budget
_CHECKED = 2  # unseen draws in which the model's own time step is tried
_WHERE = ("strategy", "draw")


@dataclass(frozen=True)
class BestUse:
    """The best use of a budget, and what it is held against.

    Attributes
    ----------
    budget : float
        Present value of the money since `start`, Myuan.
    start : float
        First year that counts.
    criteria : tuple of str
        What was looked at, see `policies.optimisation.appraisal.CRITERIA`.
    best : Strategy
        The strategy that was found, with the money that it needs at the model's own values.
    written : tuple of Strategy
        The strategies by hand.
    front : tuple of Strategy
        Strategies of which none is better than another by every criterion; empty if not sought.
    chosen_on, unseen : xarray.Dataset
        What each strategy reaches along (strategy, draw), on the draws used to choose and on
        others: the criteria, ``programme money`` and ``factor`` on the money as written.
    course : array of float
        What the best way so far counts for, by generation, Myuan gained.
    search : Search
        How the search went.
    runs : int
        How many runs it took.
    spent : dict of str to dict
        Present value of what each government's programme (of a region, or of the ``centre``)
        spends at the model's own values, Myuan, by strategy.
    step_error : float or None
        Largest relative difference of a gain with the model's own time step, in a few unseen
        draws; None where that was the step.
    """

    budget: float
    start: float
    criteria: tuple[str, ...]
    best: Strategy
    written: tuple[Strategy, ...]
    front: tuple[Strategy, ...]
    chosen_on: xr.Dataset
    unseen: xr.Dataset
    course: Array
    search: Search
    runs: int
    spent: Mapping[str, Mapping[str, float]]
    step_error: float | None = None


def best_use(
    model: Model,
    written: Sequence[Strategy],
    draws: pd.DataFrame,
    unseen: pd.DataFrame,
    search: Search,
    *,
    budget: float | None = None,
    last: float = 2035.0,
    shock: Future | None = None,
    step: float | None = None,
    several: bool = True,
    folder: Path | None = None,
    identity: dict[str, str] | None = None,
    progress: Progress | None = None,
) -> BestUse:
    """Search for the best use of a budget and check it.

    Parameters
    ----------
    model : Model
        The model.
    written : sequence of Strategy
        Strategies by hand; they share their history, and the first one's cost is the budget.
    draws, unseen : pandas.DataFrame
        The draws to choose on, and those to check on: a row a draw, a column an input.
    search : Search
        How the search goes.
    budget : float, optional
        Present value of the money, Myuan.
    last : float
        Latest year in which a programme may start.
    shock : Future, optional
        The shock whose loss is a criterion.
    step : float, optional
        Time step, Year; the model's own if left out.
    several : bool
        Whether the search by several criteria is made too.
    folder : Path, optional
        Where judged generations are kept, so that a stopped search goes on.
    identity : dict, optional
        What they depend on besides the search: hashes and names of model, draws and strategies.
    progress : callable, optional
        Told how many generations are done, and how many there will be.

    Returns
    -------
    BestUse
        What was found.

    Raises
    ------
    InputError
        If histories differ, a strategy has no programme, the years do not fit, or no way to
        spend the budget can be judged.
    """
    if not written:
        raise InputError("give at least one strategy to compare with")
    shared_until(written)
    start = np.floor(first_year(*written))
    if not start <= last <= model.time.final - 1:
        raise InputError(
            f"the last year to start in must lie in {start:g}..{model.time.final - 1:g}, "
            f"not {last:g}"
        )
    money = _cost(model, written[0], start) if budget is None else budget
    space = _space(model, written[0], start, last)
    options: dict[str, Any] = {"shock": shock, "step": step}
    known = [point for one in written if (point := space.point(one)) is not None]
    told = _Told(search, several, progress)

    single = Budget(model, space, money)
    appraisal = single.appraisal(draws, step=step)
    with _kept(folder, "one-aim", search, identity) as checkpoints:
        judge = single.judge(appraisal, search)
        found = best(judge, space.size, search, known, checkpoints, told.first)
    if found.counted[0, 0] >= 0:
        raise InputError(
            f"no way to spend {money:,.0f} Myuan from {start:g} on gains anything within the "
            "ranges that the model allows: try another budget"
        )
    points, runs = [found.points[0]], appraisal.runs
    if several:
        many = Budget(model, space, money, criteria_with(model, shock))
        appraisal = many.appraisal(draws, **options)
        with _kept(folder, "several-aims", search, identity) as checkpoints:
            judge = many.judge(appraisal, search)
            begin = [*known, found.points[0]]
            ways = front(
                judge, space.size, len(many.criteria), search, begin, checkpoints, told.second
            )
        points += list(ways.points)
        runs += appraisal.runs

    strategies = _strategies(model, space, money, points, start)
    everything = [*strategies, *written]
    sets = []
    for table in (draws, unseen):
        judged, made = judged_strategies(model, everything, table, money, start, **options)
        sets.append(_labelled(judged, everything, table))
        runs += made
    named = [strategies[0], *written]
    error = None
    if step is not None and step != model.time.step:
        few = unseen.iloc[:_CHECKED]
        fine, made = judged_strategies(model, named, few, money, start)
        rough = sets[1][GAIN].sel(strategy=[one.name for one in named]).values[:, : len(few)]
        error = float(np.nanmax(np.abs(rough / fine.values[GAIN] - 1)))
        runs += made
    return BestUse(
        budget=money,
        start=start,
        criteria=criteria_with(model, shock),
        best=strategies[0],
        written=tuple(written),
        front=tuple(strategies[1:]),
        chosen_on=sets[0],
        unseen=sets[1],
        course=-found.course[:, 0],
        search=search,
        runs=runs,
        spent={one.name: _spent(model, one, start) for one in everything},
        step_error=error,
    )


def criteria_with(model: Model, shock: Future | None) -> tuple[str, ...]:
    """Give the criteria: the loss only with a shock, the dispersion only among regions."""
    left_out = [LOSS] * (shock is None) + [DISPERSION] * (len(model.regions) == 1)
    return tuple(name for name in CRITERIA if name not in left_out)


def comparison(found: BestUse) -> pd.DataFrame:
    """Compare the best use with the strategies by hand, draw by draw, on unseen draws.

    Parameters
    ----------
    found : BestUse
        What was found.

    Returns
    -------
    pandas.DataFrame
        A row a strategy and criterion: unit, mean and 5, 50, 95 % points over the unseen draws,
        the same of the best use's lead over it (positive is better), and the share of the draws
        in which the best use is better, Dmnl.
    """
    rows = []
    for strategy in (found.best, *found.written):
        for name in found.criteria:
            values = found.unseen[name].sel(strategy=strategy.name)
            ahead = CRITERIA[name] * (found.unseen[name].sel(strategy=found.best.name) - values)
            there = ahead.values[np.isfinite(ahead.values)]
            known = values.values[np.isfinite(values.values)]
            itself = strategy is found.best
            rows.append(
                {
                    "strategy": strategy.name,
                    "criterion": name,
                    "unit": UNITS[name],
                    **_points(known, ""),
                    **_points(np.array([]) if itself else there, "lead: "),
                    "best use is better": np.nan if itself else float((there > 0).mean()),
                }
            )
    return pd.DataFrame(rows)


def allocations(found: BestUse) -> pd.DataFrame:
    """Show what each strategy spends on each lever.

    Parameters
    ----------
    found : BestUse
        What was found.

    Returns
    -------
    pandas.DataFrame
        Columns: strategy, lever, level, share of the level's money (Dmnl), start (Year), and
        share of all the strategy's money (Dmnl, see `money_shares`).
    """
    rows = []
    for strategy in (found.best, *found.written, *found.front):
        of_all = money_shares(strategy, found.spent[strategy.name])
        for level, programme in (("local", strategy.local), ("central", strategy.central)):
            if programme is None:
                continue
            for lever, share in programme.allocation.items():
                whole = of_all.get(lever, 0.0)
                rows.append((strategy.name, lever, level, share, programme.start, whole))
    columns = ["strategy", "lever", "level", "share", "start", "share of all money"]
    listed = pd.DataFrame(rows, columns=columns)
    # A whole year is no quantity to be rounded; programmes that wait for a trigger have none.
    years = listed["start"].astype(float)
    whole = bool((years.dropna() % 1 == 0).all())
    return listed.assign(start=years.astype("Int64") if whole else years)


def money_shares(strategy: Strategy, spent: Mapping[str, float]) -> dict[str, float]:
    """Share the money of a strategy out among its levers, over all governments.

    Parameters
    ----------
    strategy : Strategy
        The strategy.
    spent : mapping of str to float
        Present value of what the programme of each region, and of the ``centre``, spends, Myuan.

    Returns
    -------
    dict
        Share of all its money, Dmnl, by lever, the largest first; levers without money are left
        out.
    """
    money: dict[str, float] = {}
    for government, size in spent.items():
        programme: Programme | None = strategy.central
        if government != CENTRE:
            programme = strategy.local and strategy.local.in_region(government)
        for lever, share in programme.allocation.items() if programme else ():
            money[lever] = money.get(lever, 0.0) + size * share
    total = sum(money.values())
    largest = sorted(money, key=lambda lever: -money[lever])
    return {lever: money[lever] / total for lever in largest if money[lever] > 0}


def _spent(model: Model, strategy: Strategy, start: float) -> dict[str, float]:
    run = simulate(model, strategy.inputs(model), outputs=[*ACCOUNTS])
    since = run.isel(time=-1) - run.sel(time=start)
    regions = {str(one): float(since[LOCAL_ACCOUNT].sel(Region=one)) for one in model.regions}
    return {**regions, CENTRE: float(since[CENTRAL_ACCOUNT])}


def _points(values: Array, before: str) -> dict[str, float]:
    points = np.quantile(values, [0.05, 0.5, 0.95]) if len(values) else np.full(3, np.nan)
    mean = float(values.mean()) if len(values) else float("nan")
    named = {"mean": mean, "low": points[0], "median": points[1], "high": points[2]}
    return {before + name: float(value) for name, value in named.items()}


def _cost(model: Model, strategy: Strategy, start: float) -> float:
    run = simulate(model, strategy.inputs(model), outputs=[*ACCOUNTS])
    return programme_money(run, start)


def _space(model: Model, first: Strategy, start: float, last: float) -> Space:
    inputs = first.without_programme().inputs(model)
    size = simulate(model, inputs, outputs=["value added"], years=[start])["value added"]
    return Space(
        regions=tuple(model.regions),
        sizes=tuple(float(value) for value in size.values[0]),
        until=first.until,
        first=start,
        last=last,
    )


def _strategies(
    model: Model, space: Space, money: float, points: Sequence[Array], start: float
) -> list[Strategy]:
    """Write points as strategies that cost the budget at the model's own values."""
    titles = [(BEST, "Best use of the budget", "Found by a search for value added gained.")]
    titles += [
        (f"front-{at:02d}", f"Front {at}", "One of the ways of which none is better in everything.")
        for at in range(1, len(points))
    ]
    rough = [
        space.strategy(point, _ROUGH, *words) for point, words in zip(points, titles, strict=True)
    ]
    own = pd.DataFrame(index=["model"])
    judged, _ = judged_strategies(model, rough, own, money, start)
    return [
        space.strategy(point, _ROUGH * float(factor), *words)
        for point, words, factor in zip(points, titles, judged.factor[:, 0], strict=True)
    ]


def _labelled(judged: Judged, strategies: Sequence[Strategy], draws: pd.DataFrame) -> xr.Dataset:
    values = {name: (_WHERE, array, {"unit": UNITS[name]}) for name, array in judged.values.items()}
    values[MONEY] = (_WHERE, judged.money, {"unit": "Myuan"})
    values[FACTOR] = (_WHERE, judged.factor, {"unit": "Dmnl"})
    names = np.array([strategy.name for strategy in strategies], dtype=object)
    return xr.Dataset(values, {"strategy": names, "draw": draws.index.to_numpy()})


def _kept(
    folder: Path | None, part: str, search: Search, identity: dict[str, str] | None
) -> AbstractContextManager[Checkpoints | None]:
    if folder is None:
        return nullcontext()
    # A longer search goes on from a shorter one, so its length is no part of the identity.
    rest = {"population": str(search.population), "seed": str(search.seed)}
    rest["quantile"] = str(search.quantile)
    return Checkpoints(folder / part, {**(identity or {}), **rest})


class _Told:
    """Adds the progress of two searches up."""

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
