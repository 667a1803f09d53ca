"""What cluster statistics are worth, under a policy that reacts and under one that anticipates.

Worth is the discounted value added that the lever's money adds to a strategy, the rest of which
stays as it is. A policy that anticipates sees a quality problem in the statistics before it is
exposed, as far as they reach (that is the model); one that reacts sees it by the damage to the
name alone: there the perceived problem reads a statistical capacity of zero, while all other uses
of statistics (aim, delay, credit information) stay. The difference is the worth of anticipating.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.support.errors import InputError
from smecluster.model.vensim.cutting import Cut, apply_cuts
from smecluster.policies.ensemble.cases import DRAW, FUTURE, REASON, STRATEGY
from smecluster.policies.ensemble.worlds import Ensemble
from smecluster.policies.futures import BASE, Future
from smecluster.policies.futures import load as load_future
from smecluster.policies.strategy import Strategy
from smecluster.policies.timing import first_year

if TYPE_CHECKING:
    from smecluster.model import Model

LEVER = "cluster statistics"
REACTIVE, ANTICIPATORY = "reactive", "anticipatory"
ANTICIPATING = "anticipating itself"
POLICY = "policy"
WORTH, COST, CAPACITY = "worth", "cost", "capacity gained"
QUANTILES = {"low": 0.05, "median": 0.5, "high": 0.95}
CUT = Cut("anticipation", "Statistical capacity", ("Perceived quality problem",))

Progress = Callable[[int, int], None]

_REGION = "Region"
_WITH, _WITHOUT, _NOTHING = "with", "without", "no programme"
_OUTPUTS = ("Discounted value added", "Programme account", "Statistical capacity")


@dataclass(frozen=True)
class StatisticsValue:
    """What cluster statistics are worth.

    Attributes
    ----------
    strategy : Strategy
        The strategy whose lever it is.
    start : float
        First year that counts.
    futures : tuple of Future
        The futures.
    values : xarray.Dataset
        Along (policy, future, draw, place): ``worth``, discounted value added since the start that
        the lever adds, Myuan; ``cost``, present value of its money, Myuan; ``capacity gained``,
        what it adds to statistical capacity at the end, Dmnl (missing in total). The policies are
        ``reactive`` and ``anticipatory``.
    runs : int
        How many runs.
    failed : int
        Worlds that are missing because a run failed in them.
    """

    strategy: Strategy
    start: float
    futures: tuple[Future, ...]
    values: xr.Dataset
    runs: int
    failed: int


def statistics_value(
    model: Model,
    strategy: Strategy,
    draws: pd.DataFrame | None = None,
    futures: Sequence[Future] = (),
    *,
    step: float | None = None,
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
    step : float, optional
        Time step, Year; the model's own if left out.
    progress : callable, optional
        Told how many runs are done, and how many there are.

    Returns
    -------
    StatisticsValue
        Its worth and cost in every future and draw.

    Raises
    ------
    InputError
        If the strategy has no money for the lever, or no world can be run.
    """
    inputs = strategy.inputs(model)
    shares = {
        region: inputs.get(f"local allocation[{region}, {LEVER}]", 0.0) for region in model.regions
    }
    if not any(shares.values()):
        raise InputError(f"strategy {strategy.name!r} has no money for {LEVER!r}")
    plan = strategy.plan(model)
    rest = {lever for one in plan.spending for lever in one.allocation} - {LEVER}
    plans = [
        plan.rename(_WITH),
        plan.with_levers(rest).rename(_WITHOUT),
        plan.without_programmes().rename(_NOTHING),
    ]
    reactive = replace(model, text=apply_cuts(model.text, [CUT]))
    table = pd.DataFrame(index=["model"]) if draws is None else draws
    start = float(np.floor(first_year(strategy)))
    settings = {} if step is None else {"TIME STEP": step}
    found, reasons, runs = [], [], 0
    for one, own in ((reactive, {CUT.constant: 0.0}), (model, {})):
        worlds = Ensemble(one, table, tuple(futures) or (load_future(BASE),), {**settings, **own})
        told = None if progress is None else _twice(progress, runs)
        result = worlds.run(plans, _OUTPUTS, [start, model.time.final], progress=told)
        runs += int(result.attrs["runs"])
        reasons += [str(text) for text in result[REASON].values.ravel() if text]
        found.append(_worth(result, shares))
    values = xr.concat(found, POLICY).assign_coords({POLICY: [REACTIVE, ANTICIPATORY]})
    missing = values[WORTH].isnull().any([POLICY, PLACE])
    if bool(missing.all()):
        raise InputError(f"no world can be run: {reasons[0]}")
    return StatisticsValue(strategy, start, worlds.futures, values, runs, int(missing.sum()))


def table(found: StatisticsValue) -> pd.DataFrame:
    """Sum the worth of statistics up over the draws.

    Parameters
    ----------
    found : StatisticsValue
        The worth.

    Returns
    -------
    pandas.DataFrame
        A row a policy (and ``anticipating itself``, their difference), future, place and measure:
        ``worth`` and ``cost`` (Myuan), ``worth over cost`` (Dmnl), with mean and 5, 50, 95 % points
        over the draws, and the share of the draws in which it is above zero.
    """
    rows = []
    for policy, values in with_difference(found).items():
        ratio = values[WORTH] / values[COST]
        for measure, unit, data in (
            (WORTH, "Myuan", values[WORTH]),
            (COST, "Myuan", values[COST]),
            ("worth over cost", "Dmnl", ratio),
        ):
            for future in data[FUTURE].values:
                for place in data[PLACE].values:
                    own = data.sel({FUTURE: future, PLACE: place}).values
                    own = own[np.isfinite(own)]
                    if not len(own):
                        continue  # a region that spends nothing on statistics has no ratio
                    points = np.quantile(own, list(QUANTILES.values()))
                    rows.append(
                        {
                            POLICY: policy,
                            FUTURE: str(future),
                            PLACE: str(place),
                            "measure": measure,
                            "unit": unit,
                            "mean": float(own.mean()),
                            **dict(zip(QUANTILES, map(float, points), strict=True)),
                            "above zero": float((own > 0).mean()),
                        }
                    )
    return pd.DataFrame(rows)


def with_difference(found: StatisticsValue) -> dict[str, xr.Dataset]:
    """Give worth and cost by policy, and what anticipating adds at the cost of the anticipatory.

    Parameters
    ----------
    found : StatisticsValue
        The worth.

    Returns
    -------
    dict
        Data along (future, draw, place) by ``reactive``, ``anticipatory`` and ``anticipating
        itself``.
    """
    by_policy = {name: found.values.sel({POLICY: name}) for name in (REACTIVE, ANTICIPATORY)}
    more = by_policy[ANTICIPATORY][WORTH] - by_policy[REACTIVE][WORTH]
    return {**by_policy, ANTICIPATING: by_policy[ANTICIPATORY].assign({WORTH: more})}


def _worth(result: xr.Dataset, shares: dict[str, float]) -> xr.Dataset:
    """Compare the run with the lever with the one without it."""
    first, last = result.isel(time=0, drop=True), result.isel(time=-1, drop=True)

    def since(name: str, plan: str) -> xr.DataArray:
        return (last[name] - first[name]).sel({STRATEGY: plan}, drop=True)

    supply = "Discounted value added"
    worth = since(supply, _WITH) - since(supply, _WITHOUT)
    part = xr.DataArray(list(shares.values()), {_REGION: list(shares)}, (_REGION,))
    # What history spends in these years is no money of the strategy.
    own = since("Programme account", _WITH) - since("Programme account", _NOTHING)
    capacity = last["Statistical capacity"]
    more = capacity.sel({STRATEGY: _WITH}, drop=True) - capacity.sel(
        {STRATEGY: _WITHOUT}, drop=True
    )
    return xr.Dataset(
        {WORTH: _placed(worth), COST: _placed(own * part), CAPACITY: _placed(more, total=False)}
    )


def _placed(values: xr.DataArray, total: bool = True) -> xr.DataArray:
    whole = values.sum(_REGION, skipna=False) if total else values.isel({_REGION: 0}) * np.nan
    joined = xr.concat([values, whole.assign_coords({_REGION: TOTAL})], _REGION)
    return joined.rename({_REGION: PLACE}).transpose(FUTURE, DRAW, PLACE)


def _twice(progress: Progress, before: int) -> Progress:
    """Tell the progress of one of two equal halves."""

    def tell(done: int, of: int) -> None:
        progress(before + done, 2 * of)

    return tell
