"""The map of money and horizons: the same strategies at several budgets, read in several years.

A programme is the same in every column of the map: it runs from its first year to its last, and its
money counts over all of them. A horizon says only until which year its benefits and costs count. So
one run to the last horizon serves all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model.errors import InputError
from smecluster.policies.budget import Budget, parse_budget, set_budget
from smecluster.policies.comparison.compute import check_first_year, check_names
from smecluster.policies.ensemble.cases import DRAW, REASON, STRATEGY
from smecluster.policies.ensemble.gains import (
    BENEFIT,
    GAINED,
    OUTPUTS,
    check_accounts,
    keep_gains,
    subtract_baseline,
)
from smecluster.policies.ensemble.horizons import Worlds, check_horizons
from smecluster.policies.ensemble.worlds import ADDITIONAL, FACTOR
from smecluster.policies.money_map.measures import MONEY
from smecluster.policies.money_map.result import MoneyMap
from smecluster.policies.plan import START
from smecluster.policies.spans import SpanExcess, check_spans
from smecluster.policies.strategy import BASELINE, Strategy
from smecluster.policies.strategy import load as load_strategy
from smecluster.policies.wording.worlds import count_odds

if TYPE_CHECKING:
    from smecluster.model import Model
    from smecluster.model.support.checkpoints import Checkpoints

Progress = Callable[[int, int], None]

#: What is asked if nothing else is: additional money, and last years that count.
BUDGETS = ("0.05%", "0.1%", "0.2%", "0.3%", "0.5%", "1%", "2%", "3%")
HORIZONS = (2030, 2040, 2050, 2060)
# Runs that a case takes: trials until the money fits, and one to the horizon.
_RUNS = 4.5


def draw_map(
    model: Model,
    strategies: Sequence[Strategy],
    draws: pd.DataFrame | None = None,
    budgets: Sequence[str] = BUDGETS,
    horizons: Sequence[float] = HORIZONS,
    *,
    baseline: Strategy | None = None,
    start: float = START,
    settings: Mapping[str, Any] | None = None,
    workers: int | None = None,
    checkpoints: Checkpoints | None = None,
    progress: Progress | None = None,
) -> MoneyMap:
    """Run strategies at several budgets and read them at several horizons.

    Parameters
    ----------
    model : Model
        The model, with its regions.
    strategies : sequence of Strategy
        At least two, each with a programme.
    draws : pandas.DataFrame, optional
        A row a draw, a column an input of the model; the model's own values if left out.
    budgets : sequence of str
        Additional money of each strategy, see `policies.budget.parse_budget`.
    horizons : sequence of float
        Last years whose benefits and costs count.
    baseline : Strategy, optional
        What each draw is compared with; policy as now if left out.
    start : float
        First year that counts.
    settings : mapping, optional
        Other inputs that hold in every run.
    workers : int, optional
        Threads; they change no digit.
    checkpoints : Checkpoints, optional
        Where the results of each budget are kept as they are finished.
    progress : callable, optional
        Called with how many runs are done and about how many there are.

    Returns
    -------
    MoneyMap
        The map.

    Raises
    ------
    InputError
        If there are less than two strategies or one without a programme, a budget or a horizon
        cannot be used or is given twice, or nothing has a result.
    """
    check_accounts(model)
    check_horizons(list(horizons), start)
    if len(strategies) < 2:
        raise InputError(f"name at least two strategies, not {len(strategies)}")
    baseline = load_strategy(BASELINE) if baseline is None else baseline
    check_names(baseline, strategies)
    for one in strategies:
        if not one.programmes:
            raise InputError(f"strategy {one.name!r} has no programme to spend a budget")
    sums = _set_budgets(model, budgets, start, settings)
    base = baseline.plan(model, start)
    plans = [one.plan(model, start) for one in strategies]
    for plan in (base, *plans):
        check_first_year(plan, start)
    table = pd.DataFrame(index=["model"]) if draws is None else draws
    worlds = Worlds(model, table, start, sums[0].end, settings, workers)
    years = [start, *sorted(map(float, horizons))]
    about = int((_RUNS * len(plans) * len(sums) + 2) * len(table))

    def report(done: int, _: int) -> None:
        if progress is not None:
            progress(worlds.runs + done, max(about, worlds.runs + done))

    own = worlds.match([base], sums[0].money, checkpoints=checkpoints, name="base money")
    nothing = worlds.run([base], own, OUTPUTS, years, keep_gains, checkpoints=checkpoints)
    parts, spans = [], []
    for at, budget in enumerate(sums):
        matched = worlds.match(
            plans, budget.money, checkpoints=checkpoints, name=f"money {at}", progress=report
        )
        results = worlds.run(
            plans,
            matched,
            OUTPUTS,
            years,
            keep_gains,
            checkpoints=checkpoints,
            name=f"budget {at}",
        )
        parts.append(subtract_baseline(results, nothing))
        spans.append(_check_shares(model, strategies, results, start, settings))
    joined = xr.concat(parts, MONEY).assign_coords({MONEY: [one.money for one in sums]})
    if not bool(joined[BENEFIT].notnull().any()):
        reason = next(iter(set(joined[REASON].values.ravel()) - {""}), "")
        raise InputError(f"no strategy has a result at any of these budgets: {reason}")
    return MoneyMap(
        strategies=tuple(strategies),
        baseline=baseline,
        budgets=tuple(sums),
        draws=table,
        changes=joined[[GAINED, BENEFIT, ADDITIONAL]],
        failed=int((joined[REASON].values != "").sum()),
        runs=worlds.runs,
        spans=tuple(spans),
        odds=count_odds(model, table),
    )


def _set_budgets(
    model: Model, given: Sequence[str], start: float, settings: Mapping[str, Any] | None
) -> list[Budget]:
    """Read budgets, the smallest first, and refuse none, nothing, and the same twice."""
    if not given:
        raise InputError("give at least one budget, such as 0.5%")
    read = {text: parse_budget(text) for text in given}
    sums = sorted(
        (set_budget(model, amount, start, settings) for amount in read.values()),
        key=lambda one: one.money,
    )
    for text in given:
        if list(given).count(text) > 1:
            raise InputError(f"budget {text!r} is given twice")
    if not sums[0].money > 0:
        raise InputError("without additional money there is nothing to compare")
    for one, other in pairwise(sums):
        if other.money <= one.money:
            raise InputError(f"two of the budgets are the same: {other.describe()}")
    return sums


def _check_shares(
    model: Model,
    strategies: Sequence[Strategy],
    results: xr.Dataset,
    start: float,
    settings: Mapping[str, Any] | None,
) -> tuple[SpanExcess, ...]:
    """Compare the money on each lever with its span, at the middle of the draws."""
    factor = results[FACTOR].median(DRAW)
    funded = []
    for one in strategies:
        scale = float(factor.sel({STRATEGY: one.name}))
        if np.isfinite(scale):
            funded.append(one.plan(model, start).scale(scale))
    return check_spans(model, funded, start, settings)
