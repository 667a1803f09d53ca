"""Answer the main questions with one call each: what they cost, who, how much, why, and who plays.

Each call does what the command of that name does, with the same defaults, and its result has
``.answer()``, ``.table()``, ``.figure()`` and ``.to_excel()``.

>>> import smecluster as sc
>>> found = sc.account("local", draws=0)
>>> found.table().columns[:3].to_list()
['strategy', 'line', 'median [bn yuan]']
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from smecluster.policies.budget import DEFAULT_BUDGET, Budget
from smecluster.policies.notebook.loading import Named, load_all, load_named, load_worlds
from smecluster.policies.plan import START
from smecluster.policies.strategy import BASELINE

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.model import Model
    from smecluster.model.writing.result import Result
    from smecluster.policies.accounting.result import Account
    from smecluster.policies.assignment.result import Assignment
    from smecluster.policies.game.result import GameResult
    from smecluster.policies.money_map.result import MoneyMap


def account(
    strategies: Named | Sequence[Named],
    model: Model | None = None,
    *,
    draws: int | pd.DataFrame = 100,
    baseline: Named = BASELINE,
    budget: str | float | Budget = DEFAULT_BUDGET,
    start: float = START,
    horizon: float = 2060,
    settings: Mapping[str, Any] | None = None,
    calibration: str | None = None,
    seed: int = 1,
    workers: int | None = None,
) -> Account:
    """Say what strategies cost and bring the nation, line by line, and who bears it.

    Parameters
    ----------
    strategies : str, Path, Strategy, or sequence of these
        Names of strategies, paths of their files, or strategies.
    horizon : float
        Last year whose benefits and costs count, to 2060.
    model, draws, baseline, budget, start, settings, calibration, seed, workers
        As for `policies.compare`.

    Returns
    -------
    Account
        The account; see `policies.accounting.compute.draw_up_account`.

    Raises
    ------
    InputError
        If there is nothing of a name, or no account can be drawn up.
    """
    from smecluster.policies.accounting.compute import draw_up_account

    worlds = load_worlds(model, draws, settings, calibration, seed)
    return draw_up_account(
        worlds.model,
        load_all(strategies),
        worlds.draws,
        baseline=load_named(baseline),
        start=start,
        budget=budget,
        horizon=horizon,
        settings=worlds.settings,
        workers=workers,
    )


def assign(
    levers: str | Sequence[str] = (),
    model: Model | None = None,
    *,
    draws: int | pd.DataFrame = 200,
    baseline: Named = BASELINE,
    budget: str | float | Budget = DEFAULT_BUDGET,
    start: float = START,
    horizon: float = 2060,
    settings: Mapping[str, Any] | None = None,
    calibration: str | None = None,
    seed: int = 1,
    workers: int | None = None,
) -> Assignment:
    """Find who should run each lever, and the best whole division of labour.

    Parameters
    ----------
    levers : str or sequence of str
        Levers to assign; all of the model if none is named.
    horizon : float
        Last year whose benefits and costs count, to 2060.
    model, draws, baseline, budget, start, settings, calibration, seed, workers
        As for `policies.compare`.

    Returns
    -------
    Assignment
        Who should run what; see `policies.assignment.compute.assign`.

    Raises
    ------
    InputError
        If there is nothing of a name, or nothing has a result.
    """
    from smecluster.policies.assignment.compute import assign as find_tasks

    worlds = load_worlds(model, draws, settings, calibration, seed)
    return find_tasks(
        worlds.model,
        worlds.draws,
        baseline=load_named(baseline),
        start=start,
        budget=budget,
        horizon=horizon,
        levers=[levers] if isinstance(levers, str) else levers,
        settings=worlds.settings,
        workers=workers,
    )


def money_map(
    strategies: Sequence[Named] = ("central", "local"),
    model: Model | None = None,
    *,
    draws: int | pd.DataFrame = 200,
    baseline: Named = BASELINE,
    budgets: Sequence[str] = (),
    horizons: Sequence[float] = (),
    start: float = START,
    settings: Mapping[str, Any] | None = None,
    calibration: str | None = None,
    seed: int = 1,
    workers: int | None = None,
) -> MoneyMap:
    """Map who is ahead by money and horizon, and where it stops paying.

    Parameters
    ----------
    strategies : sequence of str, Path or Strategy
        Two or more.
    budgets : sequence of str
        Additional money of each; eight from 0.05 % to 3 % of value added if none is given.
    horizons : sequence of float
        Last years whose benefits and costs count; 2030, 2040, 2050 and 2060 if none is given.
    model, draws, baseline, start, settings, calibration, seed, workers
        As for `policies.compare`.

    Returns
    -------
    MoneyMap
        The map; see `policies.money_map.compute.draw_map`.

    Raises
    ------
    InputError
        If there is nothing of a name, or a budget or horizon cannot be used.
    """
    from smecluster.policies.money_map.compute import BUDGETS, HORIZONS, draw_map

    worlds = load_worlds(model, draws, settings, calibration, seed)
    return draw_map(
        worlds.model,
        load_all(strategies),
        worlds.draws,
        budgets or BUDGETS,
        horizons or HORIZONS,
        baseline=load_named(baseline),
        start=start,
        settings=worlds.settings,
        workers=workers,
    )


def why(
    lever: str,
    outcome: str = "value added",
    model: Model | None = None,
    *,
    by: str | None = None,
    year: float | None = None,
    budget: str | float | Budget = DEFAULT_BUDGET,
    start: float = START,
    settings: Mapping[str, Any] | None = None,
    calibration: str | None = None,
    workers: int | None = None,
) -> Result:
    """Find the links of the model that carry most of a lever's effect, from cut runs.

    Parameters
    ----------
    lever, outcome : str
        A policy lever, and an outcome of `model.outcomes`.
    by : {"centre", "regions", "both"}, optional
        Who runs the lever; who does by the paper if left out.
    year : float, optional
        Year in which the outcome is read, to 2060; 2040 if left out.
    model, budget, start, settings, calibration, workers
        As for `policies.compare`.

    Returns
    -------
    Result
        The links; see `policies.explanation.explain`.

    Raises
    ------
    InputError
        If there is nothing of a name, or the lever has no effect on the outcome.
    """
    from smecluster.policies.explanation import explain

    worlds = load_worlds(model, 0, settings, calibration, 1)
    return explain(
        worlds.model,
        lever,
        outcome,
        who=by,
        start=start,
        year=year,
        budget=budget,
        settings=worlds.settings,
        workers=workers,
    )


def play_game(
    by_hand: Named | Sequence[Named] = ("local", "central", "mixed"),
    model: Model | None = None,
    *,
    draws: int = 50,
    unseen: int = 100,
    money: str = DEFAULT_BUDGET,
    settings: Mapping[str, Any] | None = None,
    calibration: str | None = None,
    seed: int = 1,
    workers: int | None = None,
    **rules: Any,
) -> GameResult:
    """Find what regions that rival, regions that agree, a planner and a centre choose.

    Parameters
    ----------
    by_hand : str, Path, Strategy, or sequence of these
        Strategies to hold against the planner; play begins from the first one's local mix.
    draws, unseen : int
        Draws of the calibration to play on, 0 for its best fit alone, and others to check on.
    money : str
        What each government spends a year, as a share of its value added.
    **rules
        Fields of `policies.game.setup.GameSetup`: ``aims``, ``information``, ``free``,
        ``centre``, ``horizon`` and others.
    model, settings, calibration, seed, workers
        As for `policies.compare`.

    Returns
    -------
    GameResult
        What came out; see `policies.game.compute.play_game`.

    Raises
    ------
    InputError
        If there is nothing of a name, or something cannot be played.
    """
    import pandas as pd

    from smecluster.policies.game.compute import play_game as play
    from smecluster.policies.game.coordination.parts import split_draws, split_regions
    from smecluster.policies.game.setup import check_model, make_setup

    setup = make_setup(money, seed=seed, **rules)
    worlds = load_worlds(model, draws + unseen if draws else 0, settings, calibration, seed)
    drawn = pd.DataFrame(index=["model"]) if worlds.draws is None else worlds.draws
    table = split_draws(worlds.model, drawn, setup.parts)
    whole = split_regions(worlds.model, setup.parts)
    chosen = table.iloc[: max(draws, 1)]
    check_model(whole, chosen, setup)
    return play(
        whole,
        load_all(by_hand),
        chosen,
        setup,
        unseen=table.iloc[draws:] if draws and unseen else None,
        settings=worlds.settings,
        workers=workers,
    )
