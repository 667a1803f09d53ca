"""What each lever of a strategy brings: Shapley values over its levers, in every draw.

A coalition of levers is the strategy with only these levers: each keeps the share of the budget
that the strategy gives it, and the money of the absent ones is not spent. (Budgets that are a
share of value added still move with it.) The empty coalition is history without a programme, the
full one the strategy itself, so the contributions add up to the strategy's whole effect.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from smecluster.model.branches import Trunk, can_fork
from smecluster.model.outcomes import (
    PLACE,
    TOTAL,
    Outcome,
    collect_outcomes,
    find_outcome,
    list_variables,
)
from smecluster.model.runs import simulate_many
from smecluster.model.support.errors import InputError
from smecluster.model.vensim.regions import REGION
from smecluster.policies.contributions.shapley import Design, design, interactions
from smecluster.policies.levers import read_levers
from smecluster.policies.strategy import Strategy
from smecluster.policies.timing import first_year

if TYPE_CHECKING:
    from smecluster.model import Model

DISCOUNTED = "Discounted value added"
ON_AVERAGE, ALONE, LAST = "contribution", "alone", "last"
WITHOUT, WHOLE, SYNERGY = "baseline", "whole effect", "synergy"
QUANTILES = {"low": 0.05, "median": 0.5, "high": 0.95}
# Runs computed at a time: their results stay below some hundred megabytes.
_AT_A_TIME = 32_768

_DIMS = ("measure", "draw", "lever", "time", PLACE)

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Contributions:
    """What the levers of a strategy bring, in every draw.

    Attributes
    ----------
    strategy : Strategy
        The strategy.
    start : float
        Its first year.
    levers : tuple of str
        The levers that have money.
    shares : xarray.Dataset
        For each outcome, in its unit, along (measure, draw, lever, time, place): the
        ``contribution`` (Shapley value), what the lever brings ``alone``, and what is lost when
        it is the ``last`` to go.
    sums : xarray.Dataset
        For each outcome along (measure, draw, time, place): ``baseline``, ``whole effect``, and
        ``synergy``, what the levers bring together beyond the sum of what each brings alone.
    errors : xarray.Dataset
        Standard error of the contributions' mean over the draws, along (lever, time, place);
        zero where all coalitions were run.
    pairs : xarray.DataArray or None
        Interaction of each two levers in discounted value added of all regions at the end, Myuan,
        along (draw, lever, other); None where coalitions were drawn.
    exact : bool
        Whether all coalitions were run.
    coalitions, runs : int
        How many coalitions, and how many runs in all.
    failed : tuple
        Labels of the draws that are left out because one of their runs failed.
    """

    strategy: Strategy
    start: float
    levers: tuple[str, ...]
    shares: xr.Dataset
    sums: xr.Dataset
    errors: xr.Dataset
    pairs: xr.DataArray | None
    exact: bool
    coalitions: int
    runs: int
    failed: tuple[object, ...]


def contributions(
    model: Model,
    strategy: Strategy,
    draws: pd.DataFrame | None = None,
    *,
    names: Sequence[str] = ("value added",),
    start: float | None = None,
    step: float | None = None,
    pairs: int = 100,
    seed: int = 1,
    progress: Progress | None = None,
) -> Contributions:
    """Share the effect of a strategy out among its levers.

    Parameters
    ----------
    model : Model
        The model.
    strategy : Strategy
        The strategy.
    draws : pandas.DataFrame, optional
        A row a draw, a column an input of the model; one run with the model's values if left out.
    names : sequence of str
        Outcomes (see `model.outcomes`) to be shared out, besides discounted value added.
    start : float, optional
        First year that is kept; the programme's if left out.
    step : float, optional
        Time step of the runs, Year; the model's own if left out.
    pairs : int
        Pairs of orders that are drawn where there are more than 12 levers.
    seed : int
        Of these orders.
    progress : callable, optional
        Told how many runs are done, and how many there are.

    Returns
    -------
    Contributions
        The contributions.

    Raises
    ------
    InputError
        If an outcome is unknown, the strategy has no lever with money, a draw sets what the
        strategy sets, or every draw failed.
    """
    chosen = [find_outcome(name) for name in dict.fromkeys((*names, DISCOUNTED))]
    for outcome in chosen:
        if REGION not in model.program.outputs[outcome.name].dims:
            raise InputError(f"outcome {outcome.name!r} is national: choose one that regions have")
    inputs = strategy.inputs(model)
    players = _allocations(inputs)
    plan = design(len(players), pairs=pairs, seed=seed)
    table = pd.DataFrame(index=["model"]) if draws is None else draws
    for name in table.columns:
        if name in inputs:
            raise InputError(f"{name!r} is set by strategy {strategy.name!r} and by the draws")
    begun = np.floor(first_year(strategy))
    years = list(np.arange(begun if start is None else start, model.time.final + 1))
    cells = {cell for cells in players.values() for cell in cells}
    base = {name: value for name, value in inputs.items() if name not in cells}
    if step is not None:
        base["TIME STEP"] = step

    parts = []
    at_a_time = max(1, _AT_A_TIME // len(plan.members))
    for begin in range(0, len(table), at_a_time):
        piece = table.iloc[begin : begin + at_a_time]
        parts.append(_piece(model, piece, plan, players, inputs, base, begun, years, chosen))
        if progress is not None:
            progress((begin + len(piece)) * len(plan.members), len(table) * len(plan.members))
    done = [part for part in parts if part is not None]
    if not any(part.shares.sizes["draw"] for part in done):
        raise InputError(f"strategy {strategy.name!r}: a run failed in every draw")
    return _shared_out(strategy, years[0], tuple(players), plan, done, list(table.index))


def step_error(rough: Contributions, fine: Contributions) -> float:
    """Say how far the time step moves the contributions.

    Parameters
    ----------
    rough, fine : Contributions
        The same strategy with a long and with a short time step; the fine one may have only some
        of the draws.

    Returns
    -------
    float
        Largest difference of any lever's contribution to discounted value added of all regions,
        over the whole effect, Dmnl.
    """
    at = {"time": fine.shares["time"].values[-1], PLACE: TOTAL, "draw": fine.shares["draw"].values}
    rough_, fine_ = (
        one.shares[DISCOUNTED].sel(at).sel(measure=ON_AVERAGE) for one in (rough, fine)
    )
    whole = fine.sums[DISCOUNTED].sel(at).sel(measure=WHOLE)
    return float((abs(rough_ - fine_) / abs(whole)).max())


def table(found: Contributions) -> pd.DataFrame:
    """Put contributions into a long table.

    Parameters
    ----------
    found : Contributions
        The contributions.

    Returns
    -------
    pandas.DataFrame
        Columns: strategy, outcome, unit, lever (or ``all levers``), measure, place, year, mean
        and 5, 50 and 95 % points over the draws, and the standard error of the mean that comes
        from drawing orders.
    """
    parts = []
    for name in found.shares.data_vars:
        shares, sums = found.shares[name], found.sums[name].expand_dims(lever=["all levers"])
        for values in (shares, sums):
            part = _summary(values)
            errors = found.errors[name].rename("standard error").to_dataframe().reset_index()
            errors["measure"] = ON_AVERAGE
            part = part.merge(errors, how="left", on=["measure", "lever", "time", PLACE])
            part.insert(0, "unit", values.attrs.get("unit", ""))
            part.insert(0, "outcome", str(name))
            parts.append(part)
    long = pd.concat(parts, ignore_index=True).rename(columns={"time": "year"})
    long.insert(0, "strategy", found.strategy.name)
    columns = ["strategy", "outcome", "unit", "lever", "measure", PLACE, "year"]
    return long[[*columns, "mean", *QUANTILES, "standard error"]]


def pair_table(found: Contributions) -> pd.DataFrame:
    """List the interactions of each two levers, the strongest first.

    Parameters
    ----------
    found : Contributions
        The contributions.

    Returns
    -------
    pandas.DataFrame
        Columns: strategy, lever, other, mean and 5, 50, 95 % points over the draws, Myuan; empty
        where coalitions were drawn.
    """
    columns = ["strategy", "lever", "other", "unit", "mean", *QUANTILES]
    if found.pairs is None:
        return pd.DataFrame(columns=columns)
    rows = []
    for at, lever in enumerate(found.levers):
        for other in found.levers[at + 1 :]:
            values = found.pairs.sel(lever=lever, other=other).values
            points = np.nanquantile(values, list(QUANTILES.values()))
            rows.append((found.strategy.name, lever, other, "Myuan", np.nanmean(values), *points))
    listed = pd.DataFrame(rows, columns=columns)
    return listed.sort_values("mean", key=abs, ascending=False, ignore_index=True)


def _allocations(inputs: dict[str, float]) -> dict[str, list[str]]:
    """Find the inputs that hold the share of each lever that has money."""
    found: dict[str, list[str]] = {}
    for lever in read_levers():
        ending = f"{lever.name}]"
        cells = [
            name
            for name, value in inputs.items()
            if _is_allocation(name) and name.endswith(("[" + ending, ", " + ending)) and value > 0
        ]
        if cells:
            found[lever.name] = cells
    return found


def _is_allocation(name: str) -> bool:
    return name.startswith(("local allocation[", "central allocation["))


def _columns(
    plan: Design, players: dict[str, list[str]], inputs: dict[str, float], draws: pd.DataFrame
) -> dict[str, NDArray[np.float64]]:
    """Set a row for each draw and coalition, a draw's coalitions together."""
    count = len(plan.members)
    columns: dict[str, NDArray[np.float64]] = {
        name: np.repeat(draws[name].to_numpy(dtype=float), count) for name in draws.columns
    }
    for cells, taking_part in zip(players.values(), plan.members.T, strict=True):
        for cell in cells:
            columns[cell] = np.tile(np.where(taking_part, inputs[cell], 0.0), len(draws))
    return columns


def _piece(
    model: Model,
    draws: pd.DataFrame,
    plan: Design,
    players: dict[str, list[str]],
    inputs: dict[str, float],
    base: dict[str, float],
    begun: float,
    years: list[float],
    outcomes: Sequence[Outcome],
) -> _Part | None:
    """Run every coalition in some of the draws; give nothing where none can be begun.

    Until the programme begins all coalitions are alike: that is run once a draw.
    """
    given = {cell: inputs[cell] for cells in players.values() for cell in cells}
    forked = model.time.initial < begun <= years[0] and can_fork(model)
    more: dict[str, NDArray[np.float64]] = {}
    if forked:
        trunk = Trunk(model, draws, begun, {**base, **given})
        rows = np.repeat(np.flatnonzero(~trunk.failed), len(plan.members))
        draws = draws[~trunk.failed]
        model, base, more = trunk.model, base | trunk.base, trunk.columns(rows)
    table = pd.DataFrame(_columns(plan, players, inputs, draws) | more)
    if not len(draws):
        return None
    result = simulate_many(model, table, list_variables(outcomes), years, base=base)
    return _part(_since_start(collect_outcomes(result, outcomes)), draws.index.to_numpy(), plan)


def _since_start(outcomes: xr.Dataset) -> xr.Dataset:
    """Count discounted value added from the first year that is kept."""
    whole = outcomes[DISCOUNTED]
    since = (whole - whole.isel(time=0)).assign_attrs(whole.attrs)
    return outcomes.assign({DISCOUNTED: since})


@dataclass(frozen=True)
class _Part:
    """What some of the draws give."""

    shares: xr.Dataset
    sums: xr.Dataset
    pairs: xr.DataArray | None
    totals: xr.Dataset  # of each coalition, summed over the draws in which no run failed


def _part(outcomes: xr.Dataset, labels: NDArray[np.generic], plan: Design) -> _Part:
    arrays = {
        name: np.moveaxis(_by_coalition(values, len(plan.members)), 1, 0)
        for name, values in outcomes.data_vars.items()
    }
    whole = np.ones(len(labels), dtype=bool)
    for array in arrays.values():
        whole &= np.isfinite(array[..., -1]).all((0, 2))
    shares, sums, totals = {}, {}, {}
    for name, array in arrays.items():
        attributes = {"unit": outcomes[name].attrs.get("unit", "")}
        array = array[:, whole]
        alone = plan.alone(array)
        by_lever = np.stack([plan.contributions(array), alone, plan.last(array)])
        effect = array[-1] - array[0]
        shares[name] = (_DIMS, np.swapaxes(by_lever, 1, 2), attributes)
        sums[name] = (
            [dim for dim in _DIMS if dim != "lever"],
            np.stack([array[0], effect, effect - alone.sum(0)]),
            attributes,
        )
        totals[name] = (("coalition", "time", PLACE), array.sum(1), attributes)
    at = {"time": outcomes["time"].values, PLACE: outcomes[PLACE].values}
    held = at | {"draw": labels[whole]}
    pairs = None
    if plan.exact:
        at_the_end = arrays[DISCOUNTED][:, whole, -1, -1]  # the last place is the total
        met = np.moveaxis(interactions(plan, at_the_end), -1, 0)
        pairs = xr.DataArray(met, {"draw": labels[whole]}, ("draw", "lever", "other"))
    return _Part(
        xr.Dataset(shares, held | {"measure": [ON_AVERAGE, ALONE, LAST]}),
        xr.Dataset(sums, held | {"measure": [WITHOUT, WHOLE, SYNERGY]}),
        pairs,
        xr.Dataset(totals, at),
    )


def _by_coalition(values: xr.DataArray, coalitions: int) -> NDArray[np.float64]:
    """Arrange an outcome by draw, coalition, time and place."""
    array = values.transpose("run", "time", PLACE).values
    return np.asarray(array.reshape(-1, coalitions, *array.shape[1:]))


def _shared_out(
    strategy: Strategy,
    start: float,
    names: tuple[str, ...],
    plan: Design,
    parts: list[_Part],
    draws: list[object],
) -> Contributions:
    shares = xr.concat([part.shares for part in parts], "draw").assign_coords(lever=list(names))
    sums = xr.concat([part.sums for part in parts], "draw")
    whole = set(shares["draw"].values.tolist())
    failed = tuple(label for label in draws if label not in whole)
    pairs = None
    if plan.exact:
        joined = xr.concat([part.pairs for part in parts if part.pairs is not None], "draw")
        pairs = joined.assign_coords(lever=list(names), other=list(names))
    totals = sum((part.totals for part in parts[1:]), parts[0].totals)
    errors = {
        name: (("lever", "time", PLACE), plan.errors(values.values / shares.sizes["draw"]))
        for name, values in totals.data_vars.items()
    }
    count = len(plan.members)
    return Contributions(
        strategy=strategy,
        start=start,
        levers=names,
        shares=shares,
        sums=sums,
        errors=xr.Dataset(errors, {"lever": list(names), **totals.coords}),
        pairs=pairs,
        exact=plan.exact,
        coalitions=count,
        runs=count * len(draws),
        failed=failed,
    )


def _summary(values: xr.DataArray) -> pd.DataFrame:
    """Give mean and quantiles over the draws, in long form."""
    points = values.quantile(list(QUANTILES.values()), "draw")
    summary = {name: points.isel(quantile=at, drop=True) for at, name in enumerate(QUANTILES)}
    data = xr.Dataset({"mean": values.mean("draw"), **summary})
    return data.to_dataframe().reset_index()
