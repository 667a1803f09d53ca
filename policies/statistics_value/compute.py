"""What cluster statistics are worth, under a policy that reacts and under one that anticipates.

Worth is the discounted value added that the lever's money adds to a strategy, the rest of which
stays as it is; the strategy spends the same additional money as in every comparison. A policy that
anticipates sees a quality problem in the statistics before it is exposed, as far as they reach
(that is the model); one that reacts sees it by the damage to the name alone: there the perceived
problem reads a statistical capacity of zero, while all other uses of statistics (aim, delay, credit
information) stay. The difference is the worth of anticipating.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model.errors import InputError
from smecluster.model.file.cutting import Cut, apply_cuts
from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.policies.budget import DEFAULT_BUDGET, Amount, Budget, set_budget
from smecluster.policies.comparison.compute import set_horizon
from smecluster.policies.ensemble.cases import DRAW, FUTURE, REASON, STRATEGY
from smecluster.policies.ensemble.horizons import extend_run
from smecluster.policies.ensemble.worlds import FACTOR, Ensemble
from smecluster.policies.futures import BASE, Future
from smecluster.policies.futures import load as load_future
from smecluster.policies.menu import CENTRAL_ACCOUNT, LOCAL_ACCOUNT
from smecluster.policies.plan import START, Plan
from smecluster.policies.statistics_value.measures import (
    ANTICIPATORY,
    CAPACITY,
    COST,
    GAIN,
    LEVER,
    POLICY,
    REACTIVE,
    WORTH,
)
from smecluster.policies.statistics_value.result import StatisticsValue
from smecluster.policies.strategy import BASELINE, Strategy
from smecluster.policies.strategy import load as load_strategy
from smecluster.policies.wording.worlds import count_odds

if TYPE_CHECKING:
    from smecluster.model import Model

CUT = Cut("anticipation", "Statistical capacity", ("Perceived quality problem",))

Progress = Callable[[int, int], None]

_REGION = "Region"
_WITHOUT, _NOTHING = "without statistics", "without programmes"
_SUPPLY, _CAPACITY = "Discounted value added", "Statistical capacity"


def value_statistics(
    model: Model,
    strategy: Strategy,
    draws: pd.DataFrame | None = None,
    futures: Sequence[Future] = (),
    *,
    baseline: Strategy | None = None,
    start: float = START,
    budget: str | float | Amount | Budget | None = DEFAULT_BUDGET,
    horizon: float | None = None,
    settings: Mapping[str, Any] | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> StatisticsValue:
    """Find what the cluster statistics of a strategy are worth.

    Parameters
    ----------
    model : Model
        The model; a Vensim file.
    strategy : Strategy
        A strategy with money for the lever ``cluster statistics``.
    draws : pandas.DataFrame, optional
        A row a draw, a column an input of the model; the model's values if left out.
    futures : sequence of Future
        The futures; the base if none is given.
    baseline : Strategy, optional
        What the strategy is compared with; policy as now if left out. The worth of the lever does
        not depend on it, the strategy's whole gain does.
    start : float
        Year from which money and discounted sums count.
    budget : str, float, Amount or Budget, optional
        Additional money, see `policies.budget.parse_budget`. None: as written.
    horizon : float, optional
        Last year whose consequences count, as in `policies.comparison.compute.compare`.
    settings : mapping, optional
        Other inputs that hold in every run.
    workers : int, optional
        Threads; they change no digit.
    progress : callable, optional
        Called with how many runs are done and about how many there are.

    Returns
    -------
    StatisticsValue
        Its worth and cost in every future and draw.

    Raises
    ------
    InputError
        If the strategy has no money for the lever, the horizon is out of reach, or no world can be
        run.
    """
    plan = strategy.plan(model, start)
    if not plan.lever_inputs(LEVER):
        raise InputError(f"strategy {strategy.name!r} has no money for {LEVER!r}")
    base = load_strategy(BASELINE) if baseline is None else baseline
    table = pd.DataFrame(index=["model"]) if draws is None else draws
    worlds = tuple(futures) or (load_future(BASE),)
    if budget is not None and not isinstance(budget, Budget):
        budget = set_budget(model, budget, start, settings)
    last = set_horizon(model, horizon, start, settings, worlds)
    held = {**(settings or {}), **extend_run(model, last)}
    reactive = replace(model, text=apply_cuts(model.text, [CUT]))
    parts, reasons, runs = [], [], 0
    for one, own in ((reactive, {CUT.constant: 0.0}), (model, {})):
        ensemble = Ensemble(
            one, table, worlds, {**held, **own}, workers, money_end=model.time.final
        )
        report = None if progress is None else _report_half(progress, runs)
        result = _run(ensemble, base.plan(model, start), plan, budget, (start, last), report)
        runs += int(result.attrs["runs"])
        reasons += [str(text) for text in result[REASON].values.ravel() if text]
        parts.append(_measure_worth(result, plan, base.name, (start, last, model.time.final)))
    values = xr.concat(parts, POLICY).assign_coords({POLICY: [REACTIVE, ANTICIPATORY]})
    missing = values[WORTH].isnull().any([POLICY, PLACE])
    if bool(missing.all()):
        raise InputError(f"no world can be run: {reasons[0]}")
    varied = count_odds(model, table).all_varied
    return StatisticsValue(
        strategy, base, budget, start, worlds, table, values, runs, int(missing.sum()), last, varied
    )


def _run(
    worlds: Ensemble,
    baseline: Plan,
    plan: Plan,
    budget: Budget | None,
    span: tuple[float, float],
    progress: Progress | None,
) -> xr.Dataset:
    """Bring the strategy to the budget, then run it with that money but without the lever's."""
    outputs = (_SUPPLY, LOCAL_ACCOUNT, CENTRAL_ACCOUNT, _CAPACITY)
    nothing = plan.without_programmes().rename(_NOTHING)
    money = None if budget is None else budget.money
    # What is paid counts to the end of the money, what it brings to the last year.
    years = sorted({*span, float(worlds.model.time.final)})
    whole = worlds.run([baseline, plan, nothing], outputs, years, budget=money, progress=progress)
    factor = whole[FACTOR].sel({STRATEGY: [plan.name]})
    rest = plan.with_levers({lever for one in plan.spending for lever in one.allocation} - {LEVER})
    without = worlds.run(
        [rest.rename(_WITHOUT)],
        outputs,
        years,
        factors=factor.fillna(1.0).assign_coords({STRATEGY: [_WITHOUT]}),
    )
    lost = factor.isnull().values
    without = without.where(~xr.DataArray(lost, dims=factor.dims)).assign({REASON: without[REASON]})
    joined = xr.concat([whole, without], STRATEGY, combine_attrs="override", join="inner")
    return joined.assign_attrs(runs=int(whole.attrs["runs"]) + int(without.attrs["runs"]))


def _measure_worth(
    result: xr.Dataset, plan: Plan, baseline: str, years: tuple[float, float, float]
) -> xr.Dataset:
    """Compare the run with the lever with the one without it.

    `years` are the first one, the last whose consequences count, and the last of the money.
    """
    first, last, paid = (result.sel(time=year, drop=True) for year in years)

    def since(name: str, run: str) -> xr.DataArray:
        until = paid if name in (LOCAL_ACCOUNT, CENTRAL_ACCOUNT) else last
        return (until[name] - first[name]).sel({STRATEGY: run}, drop=True)

    part = {
        region: own.allocation.get(LEVER, 0.0) if own and own.has_money else 0.0
        for region in plan.regions
        for own in (plan.spending_of(region),)
    }
    shares = xr.DataArray(list(part.values()), {_REGION: list(part)}, (_REGION,))
    # What policy as now spends in these years is no money of the strategy.
    spent = since(LOCAL_ACCOUNT, plan.name) - since(LOCAL_ACCOUNT, _NOTHING)
    cost = _by_place(spent * shares)
    centre = plan.spending_of(None)
    if centre is not None and centre.has_money and centre.allocation.get(LEVER, 0.0) > 0:
        # The centre's statistics serve all regions, so what they cost counts in the total alone.
        own = since(CENTRAL_ACCOUNT, plan.name) - since(CENTRAL_ACCOUNT, _NOTHING)
        added = own * centre.allocation[LEVER] * (cost[PLACE] == TOTAL)
        cost = (cost + added).transpose(*cost.dims)
    capacity = last[_CAPACITY].sel({STRATEGY: plan.name}, drop=True) - last[_CAPACITY].sel(
        {STRATEGY: _WITHOUT}, drop=True
    )
    worth = since(_SUPPLY, plan.name) - since(_SUPPLY, _WITHOUT)
    gain = since(_SUPPLY, plan.name) - since(_SUPPLY, baseline)
    return xr.Dataset(
        {
            WORTH: _by_place(worth),
            COST: cost,
            GAIN: _by_place(gain),
            CAPACITY: _by_place(capacity, total=False),
        }
    )


def _by_place(values: xr.DataArray, total: bool = True) -> xr.DataArray:
    whole = values.sum(_REGION, skipna=False) if total else values.isel({_REGION: 0}) * np.nan
    joined = xr.concat([values, whole.assign_coords({_REGION: TOTAL})], _REGION)
    return joined.rename({_REGION: PLACE}).transpose(FUTURE, DRAW, PLACE)


def _report_half(progress: Progress, before: int) -> Progress:
    """Report the progress of one of two equal halves."""

    def report(done: int, about: int) -> None:
        progress(before + done, 2 * about)

    return report
