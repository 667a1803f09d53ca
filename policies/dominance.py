"""Which of the named loops dominate when, under each strategy.

The score of a loop (`policies.loop_scores`) divided by the sum of the absolute scores of all named
loops of a region at that moment is the loop's share, positive where it reinforces and negative
where it balances. Loops that the overview does not name are left out, so the shares compare the
named ones with one another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model.engine.run.settings import check_time_step, override_inputs
from smecluster.model.errors import InputError
from smecluster.model.file.regions import REGION
from smecluster.model.writing.pictures import Wedges
from smecluster.model.writing.result import Result
from smecluster.policies.budget import DEFAULT_BUDGET, Amount, Budget, set_budget
from smecluster.policies.ensemble.accounts import ACCOUNTS
from smecluster.policies.ensemble.cases import REASON, STRATEGY
from smecluster.policies.ensemble.worlds import FACTOR, Ensemble
from smecluster.policies.loop_scores import CHAINS, Array, import_simlin, score_loops
from smecluster.policies.plan import START, Plan
from smecluster.policies.strategy import Strategy
from smecluster.policies.triggers import settle_triggers

if TYPE_CHECKING:
    from smecluster.model import Model

Progress = Callable[[int, int], None]

STEP = 0.125  # Year; scores are ratios of changes, which a longer step only smooths
_NAMED = 3  # loops that the answer names for each region


def measure_dominance(
    model: Model,
    strategies: Sequence[Strategy],
    *,
    start: float = START,
    budget: str | float | Amount | Budget | None = DEFAULT_BUDGET,
    settings: Mapping[str, Any] | None = None,
    step: float = STEP,
    since: float | None = None,
    progress: Progress | None = None,
) -> Result:
    """Find the share of each named loop in each region, year by year.

    Parameters
    ----------
    model : Model
        The model; a Vensim file.
    strategies : sequence of Strategy
        The strategies, the one to compare with first.
    start : float
        Year from which money counts.
    budget : str, float, Amount or Budget, optional
        Additional money of each strategy with a programme, see `policies.budget.parse_budget`; it
        is matched as in every comparison. None: as written.
    settings : mapping, optional
        Other inputs that hold in every run.
    step : float
        Time step of the runs that are followed, Year.
    since : float, optional
        First year over which shares are averaged; the start if left out.
    progress : callable, optional
        Called with how many strategies are done, and how many there are.

    Returns
    -------
    Result
        The shares (see `describe_dominance`).

    Raises
    ------
    InputError
        If pysimlin is not installed or cannot follow a loop in this model, or a strategy cannot
        be brought to the budget; if `since` is no year of the model.
    """
    check_time_step(step)
    since = start if since is None else since
    time = model.time
    if not time.initial <= since <= time.final:
        raise InputError(f"since = {since:g} is not in {time.initial:g}..{time.final:g}")
    if model.xmile:
        raise InputError("Loops That Matter is offered for Vensim files only")
    import_simlin()
    if budget is not None and not isinstance(budget, Budget):
        budget = set_budget(model, budget, start, settings)
    plans = fund_strategies(model, strategies, budget, start, settings)
    parts = []
    for plan in plans:
        inputs = override_inputs(model, plan.inputs, settings)
        parts.append(_average_years(_share(score_loops(model, inputs, step)), model, step))
        if progress is not None:
            progress(len(parts), len(plans))
    names = [strategy.name for strategy in strategies]
    shares = xr.concat(parts, STRATEGY).assign_coords({STRATEGY: names})
    return describe_dominance(shares, strategies, budget=budget, since=since, step=step)


def describe_dominance(
    shares: xr.DataArray,
    strategies: Sequence[Strategy],
    *,
    budget: Budget | None,
    since: float,
    step: float,
) -> Result:
    """Describe which loops dominate, on average and by year.

    Parameters
    ----------
    shares : xarray.DataArray
        Share of the sum of the named loops' absolute scores, Dmnl, mean of the year's steps, along
        (strategy, loop, Region, time); NaN where nothing moves.
    strategies : sequence of Strategy
        The strategies, the one to compare with first.
    budget : Budget or None
        The additional money of those with a programme; None where it is as written.
    since : float
        First year over which shares are averaged.
    step : float
        Time step of the runs, Year.

    Returns
    -------
    Result
        Tables ``dominance`` (see `summarise_shares`), ``dominance-by-year`` and ``mean-shares``
        (per cent, a column a strategy); picture ``dominance``; data ``share``.
    """
    summary = summarise_shares(shares, since)
    mean = summary.set_index([STRATEGY, REGION, "loop"])["share"].sort_index()
    wide = (100 * mean).round(1).unstack(STRATEGY)[[one.name for one in strategies]]
    order = pd.MultiIndex.from_product([shares[REGION].values, shares["loop"].values])
    first = strategies[0]
    facts: dict[str, Any] = {
        "strategies": {one.name: one.title for one in strategies},
        "first": first.title,
        "since": since,
        "parts": 1 / step,
        "budget": budget,
        "regions": {
            str(region): _name_largest(mean.loc[first.name, region])
            for region in shares[REGION].values
        },
        "moved": [_find_move(mean, first, other) for other in strategies[1:]],
    }
    yearly = shares.rename("share").to_dataframe().reset_index()
    tables = {
        "dominance": summary,
        "dominance-by-year": yearly,
        "mean-shares": wide.reindex(order, axis=0).rename_axis([REGION, "loop"]).reset_index(),
    }
    pictures = {"dominance": _picture(shares.sel(time=slice(since, None)), facts["strategies"])}
    return Result("dominance", facts, tables, pictures, shares.to_dataset(name="share"))


def summarise_shares(shares: xr.DataArray, since: float) -> pd.DataFrame:
    """Average dominance over the years from one on.

    Parameters
    ----------
    shares : xarray.DataArray
        See `describe_dominance`.
    since : float
        First year that counts.

    Returns
    -------
    pandas.DataFrame
        A row a strategy, region and loop: its mean share (Dmnl, negative where it balances), the
        share of the years in which it is the largest, and in which it is more than half.
    """
    late = shares.sel(time=slice(since, None))
    size = abs(late)
    known = late.notnull().any("loop")
    largest = (size == size.max("loop")) & known
    data = xr.Dataset(
        {
            "share": late.mean("time"),
            "largest": largest.sum("time") / known.sum("time"),
            "more than half": (size > 0.5).sum("time") / known.sum("time"),
        }
    )
    return data.to_dataframe().reset_index()[
        [STRATEGY, REGION, "loop", "share", "largest", "more than half"]
    ]


def _name_largest(mean: pd.Series) -> dict[str, float]:
    largest = mean.abs().sort_values(ascending=False).head(_NAMED)
    return {str(loop): float(share) for loop, share in largest.items()}


def _find_move(mean: pd.Series, first: Strategy, other: Strategy) -> dict[str, Any]:
    """Find the loop whose share another strategy changes most, in points."""
    moved = mean.loc[other.name].abs() - mean.loc[first.name].abs()
    region, loop = moved.abs().idxmax()
    change = 100 * float(moved.loc[region, loop])
    return {"strategy": other.title, "region": region, "loop": loop, "change": change}


def _picture(late: xr.DataArray, titles: Mapping[str, str]) -> Wedges:
    """Draw the shares, in per cent: a row of panels a region, a column a strategy."""
    sizes = abs(late).mean([STRATEGY, REGION, "time"])
    order = late["loop"].values[np.argsort(-sizes.values)]
    panels = [
        (100 * late.sel({STRATEGY: name, REGION: region, "loop": order}, drop=True))
        .fillna(0.0)
        .rename("y")
        .to_dataframe()
        .reset_index()
        .assign(panel=f"{region} / {title}")
        for region in late[REGION].values
        for name, title in titles.items()
    ]
    data = pd.concat(panels).rename(columns={"loop": "layer", "time": "x"})
    return Wedges(data[["panel", "layer", "x", "y"]], columns=len(titles))


def fund_strategies(
    model: Model,
    strategies: Sequence[Strategy],
    budget: Budget | None,
    start: float,
    settings: Mapping[str, Any] | None,
) -> list[Plan]:
    """Bring strategies to the budget at the model's own values.

    Parameters
    ----------
    model : Model
        The model.
    strategies : sequence of Strategy
        The strategies.
    budget : Budget or None
        Additional money of each with a programme, Myuan; None leaves budgets as written.
    start : float
        Year from which money counts.
    settings : mapping, optional
        Other inputs that hold in every run.

    Returns
    -------
    list of Plan
        Their plans, with the money that they spend.

    Raises
    ------
    InputError
        If a strategy cannot be brought to the budget.
    """
    plans = [strategy.plan(model, start) for strategy in strategies]
    if budget is not None and any(plan.has_money for plan in plans):
        worlds = Ensemble(model, pd.DataFrame(index=["model"]), settings=settings or {})
        run = worlds.run(plans, ACCOUNTS, [start, model.time.final], budget=budget.money)
        for at, plan in enumerate(plans):
            own = run.sel({STRATEGY: plan.name})
            if plan.has_money:
                reason = str(own[REASON].values.item())
                if reason:
                    raise InputError(f"strategy {plan.name!r} has no result: {reason}")
                plans[at] = plan.scale(float(own[FACTOR].values.item()))
    return [settle_triggers(model, plan, settings) for plan in plans]


def _share(scores: dict[str, Array]) -> Array:
    """Divide by the sum of the absolute scores: (loops, regions, steps)."""
    stacked = np.array([scores[label] for label in CHAINS])
    total = np.abs(stacked).sum(0)
    with np.errstate(invalid="ignore"):
        return np.where(total > 0, stacked / total, np.nan)


def _average_years(shares: Array, model: Model, step: float) -> xr.DataArray:
    times = model.time.initial + step * np.arange(shares.shape[-1])
    data = xr.DataArray(
        shares,
        {"time": np.floor(times + step / 2)},
        ("loop", REGION, "time"),
        attrs={"unit": "Dmnl"},
    )
    yearly: xr.DataArray = data.groupby("time").mean(keep_attrs=True)
    # Some versions of xarray forget the names of other dimensions where they take groups' means.
    return yearly.transpose("loop", REGION, "time").assign_coords(
        {"loop": list(CHAINS), REGION: list(model.regions)}
    )
