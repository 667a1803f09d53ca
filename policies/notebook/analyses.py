"""Take strategies apart with one call each: what a notebook uses beside `policies.interface`.

Each call does what the command of that name does, with the same defaults: the same additional
money, the same baseline, and therefore the figures of `policies.compare`.

>>> from smecluster import policies
>>> found = policies.compute_contributions("central")
>>> found.table().columns[1:3].to_list()
['lever', 'contribution [bn yuan]']
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smecluster.policies.budget import DEFAULT_BUDGET, Budget
from smecluster.policies.notebook.loading import Named, load_all, load_named, load_worlds
from smecluster.policies.plan import START
from smecluster.policies.strategy import BASELINE

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.model import Model
    from smecluster.model.writing.result import Result
    from smecluster.policies.optimisation.result import BestUse
    from smecluster.policies.optimisation.search import Search
    from smecluster.policies.statistics_value.result import StatisticsValue


def compute_contributions(
    strategy: Named,
    model: Model | None = None,
    *,
    draws: int | pd.DataFrame = 0,
    baseline: Named = BASELINE,
    budget: str | float | Budget | None = DEFAULT_BUDGET,
    start: float = START,
    horizon: float | None = None,
    outcomes: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
    calibration: str | None = None,
    seed: int = 1,
) -> Result:
    """Share the effect of a strategy among its levers.

    Parameters
    ----------
    strategy : str, Path or Strategy
        The strategy.
    model, draws, baseline, budget, start, horizon, outcomes, settings, calibration, seed
        As for `policies.compare`.

    Returns
    -------
    Result
        What each lever brings; see `policies.contributions.result.describe_contributions`.

    Raises
    ------
    InputError
        If there is nothing of a name, or nothing to share.
    """
    from smecluster.policies.contributions.compute import compute_contributions as share
    from smecluster.policies.contributions.result import describe_contributions

    worlds = load_worlds(model, draws, settings, calibration, seed)
    found = share(
        worlds.model,
        load_named(strategy),
        worlds.draws,
        baseline=load_named(baseline),
        start=start,
        budget=budget,
        horizon=horizon,
        outcomes=outcomes,
        settings=worlds.settings,
        seed=seed,
    )
    return describe_contributions([found])


def optimise(
    by_hand: Named | Sequence[Named] = ("central", "local", "mixed"),
    model: Model | None = None,
    *,
    draws: int = 16,
    unseen: int = 100,
    search: Search | None = None,
    baseline: Named = BASELINE,
    budget: str | float | Budget = DEFAULT_BUDGET,
    start: float = START,
    horizon: float | None = None,
    aim: str = "net national benefit",
    shock: str | Path | None = "demand",
    several: bool = True,
    settings: Mapping[str, Any] | None = None,
    calibration: str | None = None,
    seed: int = 1,
) -> BestUse:
    """Search for the best use of a budget, and check it on draws not used to choose.

    Parameters
    ----------
    by_hand : str, Path, Strategy, or sequence of these
        The strategies to beat.
    draws, unseen : int
        How many draws of the calibration to choose on, and how many others to check on.
    search : Search, optional
        How the search is made.
    aim : {"net national benefit", "value added gained"}
        What the best use is the best by.
    shock : str or Path, optional
        The future whose loss is an aim; no such aim if None.
    several : bool
        Whether several aims are searched too.
    model, baseline, budget, start, horizon, settings, calibration, seed
        As for `policies.compare`.

    Returns
    -------
    BestUse
        The best use; see `policies.optimisation.compute.optimise`.

    Raises
    ------
    InputError
        If there is nothing of a name, or no way to spend the budget gains anything.
    """
    from smecluster.policies.futures import load as load_future
    from smecluster.policies.optimisation.compute import optimise as search_best_use
    from smecluster.policies.optimisation.search import Search

    worlds = load_worlds(model, draws + unseen, settings, calibration, seed)
    drawn = worlds.draws
    assert drawn is not None
    return search_best_use(
        worlds.model,
        load_all(by_hand),
        drawn.iloc[:draws],
        drawn.iloc[draws:],
        Search(seed=seed) if search is None else search,
        baseline=load_named(baseline),
        start=start,
        budget=budget,
        horizon=horizon,
        aim=aim,
        shock=None if shock is None else load_future(shock),
        several=several,
        settings=worlds.settings,
    )


def map_windows(
    strategy: Named = "combination",
    model: Model | None = None,
    *,
    draws: int | pd.DataFrame = 100,
    baseline: Named = BASELINE,
    budget: str = DEFAULT_BUDGET,
    settings: Mapping[str, Any] | None = None,
    calibration: str | None = None,
    seed: int = 1,
    **years: Any,
) -> Result:
    """Map what a yuan gains by starting year and cluster size.

    Parameters
    ----------
    strategy : str, Path or Strategy
        Whose local allocation is used.
    budget : str
        Yearly money of the region as a share of its value added.
    **years
        ``starts``, ``sizes``, ``lasting``, ``horizon``: see `policies.timing.map_timing`.
    model, draws, baseline, settings, calibration, seed
        As for `policies.compare`.

    Returns
    -------
    Result
        The map.

    Raises
    ------
    InputError
        If there is nothing of a name, or the years do not fit.
    """
    from smecluster.policies.timing import map_timing

    worlds = load_worlds(model, draws, settings, calibration, seed)
    return map_timing(
        worlds.model,
        load_named(strategy),
        worlds.draws,
        budget=budget,
        baseline=load_named(baseline),
        settings=worlds.settings,
        **years,
    )


def value_statistics(
    strategy: Named = "local",
    model: Model | None = None,
    *,
    draws: int | pd.DataFrame = 100,
    futures: Sequence[str | Path] = ("scandal",),
    baseline: Named = BASELINE,
    budget: str | float | Budget | None = DEFAULT_BUDGET,
    start: float = START,
    horizon: float | None = None,
    settings: Mapping[str, Any] | None = None,
    calibration: str | None = None,
    seed: int = 1,
) -> StatisticsValue:
    """Find what cluster statistics are worth to policy that reacts or anticipates.

    Parameters
    ----------
    strategy : str, Path or Strategy
        A strategy with money for cluster statistics.
    model, draws, futures, baseline, budget, start, horizon, settings, calibration, seed
        As for `policies.compare`.

    Returns
    -------
    StatisticsValue
        Their worth; see `policies.statistics_value.compute.value_statistics`.

    Raises
    ------
    InputError
        If there is nothing of a name, or the strategy has no money for statistics.
    """
    from smecluster.policies.futures import load_futures
    from smecluster.policies.statistics_value.compute import value_statistics as find_worth

    worlds = load_worlds(model, draws, settings, calibration, seed)
    return find_worth(
        worlds.model,
        load_named(strategy),
        worlds.draws,
        load_futures(futures),
        baseline=load_named(baseline),
        start=start,
        budget=budget,
        horizon=horizon,
        settings=worlds.settings,
    )


def measure_dominance(
    strategies: Named | Sequence[Named] = (BASELINE, "central", "local"),
    model: Model | None = None,
    *,
    budget: str | float | Budget | None = DEFAULT_BUDGET,
    start: float = START,
    settings: Mapping[str, Any] | None = None,
    calibration: str | None = None,
) -> Result:
    """Find which named loops dominate when, under each strategy (needs the extra ``loops``).

    Parameters
    ----------
    strategies : str, Path, Strategy, or sequence of these
        The strategies, the one to compare with first.
    model, budget, start, settings, calibration
        As for `policies.compare`.

    Returns
    -------
    Result
        The shares of the loops; see `policies.dominance.describe_dominance`.

    Raises
    ------
    InputError
        If there is nothing of a name, or pysimlin is not installed.
    """
    from smecluster.policies.dominance import measure_dominance as follow_loops

    worlds = load_worlds(model, 0, settings, calibration, 1)
    return follow_loops(
        worlds.model,
        load_all(strategies),
        start=start,
        budget=budget,
        settings=worlds.settings,
    )
