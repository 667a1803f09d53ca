"""The account of strategies: each against the baseline of the same draw, at the same money."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import xarray as xr

from smecluster.model.errors import InputError
from smecluster.model.file.regions import REGION
from smecluster.policies.accounting.lines import (
    BENEFIT,
    DISCOUNT,
    VARIABLES,
    measure_items,
    measure_lines,
)
from smecluster.policies.accounting.measures import (
    ACCOUNT,
    BESIDE,
    ITEMS_PAID,
    LINES_PAID,
    WAGE,
    WORKERS,
    YEAR,
)
from smecluster.policies.accounting.result import Account
from smecluster.policies.budget import DEFAULT_BUDGET, Amount, Budget, set_budget
from smecluster.policies.comparison.compute import check_first_year, check_names, check_results
from smecluster.policies.ensemble.cases import DRAW, REASON, STRATEGY
from smecluster.policies.ensemble.horizons import (
    LAST_HORIZON,
    Worlds,
    check_horizons,
    list_steps,
)
from smecluster.policies.ensemble.worlds import ADDITIONAL, FACTOR
from smecluster.policies.plan import START
from smecluster.policies.spans import check_spans
from smecluster.policies.strategy import BASELINE, Strategy
from smecluster.policies.strategy import load as load_strategy
from smecluster.policies.wording.worlds import count_odds

if TYPE_CHECKING:
    from smecluster.model import Model

Progress = Callable[[int, int], None]

# Draws run at a time: every step of some two hundred variables is kept of each until it is summed.
_AT_A_TIME = 32
_TIME = "time"


def draw_up_account(
    model: Model,
    strategies: Sequence[Strategy],
    draws: pd.DataFrame | None = None,
    *,
    baseline: Strategy | None = None,
    start: float = START,
    budget: str | float | Amount | Budget = DEFAULT_BUDGET,
    horizon: float = LAST_HORIZON,
    settings: Mapping[str, Any] | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Account:
    """Say what strategies cost and bring the nation, line by line, and who bears it.

    Parameters
    ----------
    model : Model
        The model, with its regions.
    strategies : sequence of Strategy
        The strategies; each has the same additional money.
    draws : pandas.DataFrame, optional
        A row a draw, a column an input of the model; the model's own values if left out.
    baseline : Strategy, optional
        What each draw is compared with; policy as now if left out.
    start : float
        First year that counts.
    budget : str, float, Amount or Budget
        Additional money, see `policies.budget.parse_budget`: present value from the start to the
        last year of the model's own clock.
    horizon : float
        Last year whose benefits and costs count.
    settings : mapping, optional
        Other inputs that hold in every run.
    workers : int, optional
        Threads; they change no digit.
    progress : callable, optional
        Called with how many runs are done and about how many there are.

    Returns
    -------
    Account
        The account.

    Raises
    ------
    InputError
        If the model has no such account, a name is given twice, a strategy begins before the
        start or has no result in any draw, or the horizon is out of reach.
    """
    check_account(model)
    check_horizons([horizon], start)
    baseline = load_strategy(BASELINE) if baseline is None else baseline
    check_names(baseline, strategies)
    plans = [one.plan(model, start) for one in (baseline, *strategies)]
    for plan in plans:
        check_first_year(plan, start)
    if not isinstance(budget, Budget):
        budget = set_budget(model, budget, start, settings)
    table = pd.DataFrame(index=["model"]) if draws is None else draws
    worlds = Worlds(model, table, start, budget.end, settings, workers)
    matched = worlds.match(plans, budget.money, progress=progress)
    check_results(matched[REASON], plans)
    years = sorted({min(budget.end, float(horizon)), float(horizon)})
    results = worlds.run(
        plans,
        matched,
        [BENEFIT, *VARIABLES, *BESIDE],
        list_steps(model, settings, start, horizon),
        partial(_keep, years=years),
        at_a_time=_AT_A_TIME,
        progress=progress,
    )
    check_results(results[REASON], plans)
    names = [one.name for one in strategies]
    base = results.sel({STRATEGY: baseline.name}, drop=True)
    kept = [ACCOUNT, LINES_PAID, ITEMS_PAID, *BESIDE, ADDITIONAL]
    change = results[kept].sel({STRATEGY: names}) - base[kept]
    factor = results[FACTOR].median(DRAW)
    funded = [
        plan.scale(float(factor.sel({STRATEGY: plan.name})))
        for plan in plans
        if plan.has_money and bool(factor.sel({STRATEGY: plan.name}).notnull())
    ]
    return Account(
        strategies=tuple(strategies),
        baseline=baseline,
        budget=budget,
        horizon=float(horizon),
        draws=table,
        changes=change.assign({n: change[n].assign_attrs(results[n].attrs) for n in kept}),
        levels=base[[*BESIDE]],
        failed=int((results[REASON].values != "").sum()),
        runs=worlds.runs,
        spans=check_spans(model, funded, start, settings),
        odds=count_odds(model, table),
    )


def check_account(model: Model) -> None:
    """Refuse a model without what the account is made of.

    Raises
    ------
    InputError
        If a variable is missing.
    """
    for name in (BENEFIT, *VARIABLES, *BESIDE):
        if name not in model.program.outputs:
            raise InputError(f"the account needs {name!r}, which {model.path.name} lacks")


def _keep(run: xr.Dataset, years: Sequence[float]) -> xr.Dataset:
    """Sum each line and item over the steps, discounted; take what stands beside by year.

    A step counts with the values at its beginning, as the model's own accounts do.
    """
    times = run[_TIME].values
    weight = run[DISCOUNT].isel({_TIME: slice(None, -1)}) * xr.DataArray(
        times[1:] - times[:-1], {_TIME: times[:-1]}, (_TIME,)
    )
    last = years[-1]
    whole = run[BENEFIT]
    kept = {
        ACCOUNT: whole.sel({_TIME: last}, drop=True) - whole.isel({_TIME: 0}, drop=True),
        LINES_PAID: (measure_lines(run) * weight).sum(_TIME, skipna=False),
        ITEMS_PAID: (measure_items(run) * weight).sum(_TIME, skipna=False),
    }
    ends = run.sel({_TIME: list(years)}).rename({_TIME: YEAR})
    units = {one: run[one].attrs.get("unit", "") for one in BESIDE}
    for name in BESIDE:
        values = ends[name]
        if name == WAGE:
            mean = (values * ends[WORKERS]).sum(REGION, skipna=False) / ends[WORKERS].sum(REGION)
            total = mean
        else:
            total = values.sum(REGION, skipna=False)
        kept[name] = total
    made = xr.Dataset({name: values.transpose("run", ...) for name, values in kept.items()})
    money = dict.fromkeys((ACCOUNT, LINES_PAID, ITEMS_PAID), "Myuan")
    return made.assign(
        {name: made[name].assign_attrs(unit=unit) for name, unit in (money | units).items()}
    )
