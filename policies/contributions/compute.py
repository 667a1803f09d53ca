"""What each lever of a strategy brings: Shapley values over its levers, in every draw.

A coalition of levers is the strategy with only these levers: each keeps the share of the budget
that the strategy gives it, and the money of the absent ones is not spent. (Budgets that are a
share of value added still move with it.) The strategy spends the same additional money as in every
comparison (`policies.comparison.compute.compare`), so the baseline and the contributions add up to
the figure that a comparison gives. What a strategy does without any lever (it may end policy as
now, or the baseline may) is the ``rest``; it is nothing where both carry policy as now on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from smecluster.model.engine.run.settings import check_count
from smecluster.model.errors import InputError
from smecluster.model.file.regions import REGION
from smecluster.model.outcomes import (
    PLACE,
    Outcome,
    collect_outcomes,
    find_outcome,
    list_variables,
)
from smecluster.model.support.limits import MOST_ORDERS
from smecluster.policies.budget import DEFAULT_BUDGET, Amount, Budget, set_budget
from smecluster.policies.comparison.compute import set_horizon
from smecluster.policies.contributions.data import (
    ALONE,
    BASE,
    DISCOUNTED,
    LAST,
    MONEY,
    ON_AVERAGE,
    REST,
    SYNERGY,
    WHOLE,
    Contributions,
)
from smecluster.policies.contributions.shapley import Design, compute_interactions, make_design
from smecluster.policies.ensemble.cases import DRAW, FUTURE, STRATEGY
from smecluster.policies.ensemble.horizons import extend_run
from smecluster.policies.ensemble.worlds import ADDITIONAL, FACTOR, Ensemble
from smecluster.policies.menu import read_menu
from smecluster.policies.plan import START, Plan, carry_on
from smecluster.policies.spans import check_spans
from smecluster.policies.strategy import BASELINE, Strategy
from smecluster.policies.strategy import load as load_strategy
from smecluster.policies.wording.worlds import count_odds

if TYPE_CHECKING:
    from smecluster.model import Model

# Runs computed at a time: their results stay below some hundred megabytes.
_AT_A_TIME = 32_768
_DIMS = ("measure", DRAW, "lever", "time", PLACE)
_REASONS = "failure reason"

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]


def compute_contributions(
    model: Model,
    strategy: Strategy,
    draws: pd.DataFrame | None = None,
    *,
    baseline: Strategy | None = None,
    start: float = START,
    budget: str | float | Amount | Budget | None = DEFAULT_BUDGET,
    horizon: float | None = None,
    outcomes: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
    pairs: int = 100,
    seed: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Contributions:
    """Share the effect of a strategy among its levers.

    Parameters
    ----------
    model : Model
        The model.
    strategy : Strategy
        The strategy.
    draws : pandas.DataFrame, optional
        A row a draw, a column an input of the model; one run with the model's values if left out.
    baseline : Strategy, optional
        What to compare with; policy as now if left out.
    start : float
        Year from which money and discounted sums count.
    budget : str, float, Amount or Budget, optional
        Additional money, see `policies.budget.parse_budget`. None: as written.
    horizon : float, optional
        Last year whose consequences count, as in `policies.comparison.compute.compare`.
    outcomes : sequence of str
        Outcomes (see `model.outcomes`) to share, besides value added and discounted value added.
    settings : mapping, optional
        Other inputs that hold in every run.
    pairs : int
        Pairs of orders that are drawn where there are more than 12 levers.
    seed : int
        Of these orders.
    workers : int, optional
        Threads; they change no digit.
    progress : callable, optional
        Called with how many runs are done and about how many there are.

    Returns
    -------
    Contributions
        The contributions; `policies.contributions.result.describe_contributions` describes them.

    Raises
    ------
    InputError
        If an outcome is unknown or national, the strategy has no lever with money, a draw sets
        what the strategy sets, `pairs` is no count, the horizon is out of reach, or a run failed
        in every draw.
    """
    check_count("pairs", pairs, MOST_ORDERS)  # also where all orders are taken, and none drawn
    chosen = _find_outcomes(model, outcomes)
    baseline = load_strategy(BASELINE) if baseline is None else baseline
    plans = [baseline.plan(model, start), strategy.plan(model, start)]
    levers = [lever for lever in read_menu(model).levers if plans[1].lever_inputs(lever)]
    design = make_design(len(levers), pairs=pairs, seed=seed)
    table = pd.DataFrame(index=["model"]) if draws is None else draws
    if budget is not None and not isinstance(budget, Budget):
        budget = set_budget(model, budget, start, settings)
    last = set_horizon(model, horizon, start, settings)
    held = {**(settings or {}), **extend_run(model, last)}
    # All levers together are the strategy itself.
    coalitions = [
        plans[1]
        .with_levers({lever for lever, there in zip(levers, members, strict=True) if there})
        .rename(f"coalition {at}")
        for at, members in enumerate(design.members[:-1])
    ]
    years = [float(year) for year in np.arange(start, last + 1)]
    at_a_time = max(1, _AT_A_TIME // len(design.members))
    parts: list[tuple[xr.Dataset, xr.Dataset, xr.DataArray | None]] = []
    totals, reasons, runs = [], "", 0
    for begin in range(0, len(table), at_a_time):
        piece = table.iloc[begin : begin + at_a_time]
        report = _share_progress(progress, begin, len(piece), len(table))
        ensemble = Ensemble(
            model, piece, settings=held, workers=workers, money_end=model.time.final
        )
        run = _run_coalitions(ensemble, plans, coalitions, chosen, years, budget, report)
        reasons, runs = reasons or run.attrs["reason"], runs + run.attrs["runs"]
        parts.append(_share_out(run, design, levers))
        totals.append({one.name: run[one.name].values[1:].sum(1) for one in chosen})
    shares = xr.concat([part[0] for part in parts], DRAW)
    sums = xr.concat([part[1] for part in parts], DRAW)
    met = [part[2] for part in parts if part[2] is not None]
    known = set(np.asarray(shares[DRAW]).tolist())
    if not known:
        raise InputError(f"strategy {strategy.name!r}: a run failed in every draw: {reasons}")
    factor = float(sums[FACTOR].median())
    errors = {}
    for name in totals[0]:
        mean = np.sum([one[name] for one in totals], axis=0) / len(known)
        errors[name] = (("lever", "time", PLACE), design.estimate_errors(mean))
    return Contributions(
        strategy=strategy,
        baseline=baseline,
        budget=budget,
        start=start,
        levers=tuple(levers),
        shares=shares,
        sums=sums.drop_vars(FACTOR),
        errors=xr.Dataset(errors, {"lever": levers, "time": shares["time"], PLACE: shares[PLACE]}),
        pairs=xr.concat(met, DRAW) if met else None,
        exact=design.exact,
        coalitions=len(design.members),
        runs=runs,
        drawn=len(table.columns),
        all_varied=count_odds(model, table).all_varied,
        failed=tuple(label for label in table.index if label not in known),
        spans=check_spans(model, [plans[1].scale(factor)], start, settings),
    )


def _find_outcomes(model: Model, names: Sequence[str]) -> list[Outcome]:
    chosen = [find_outcome(name) for name in dict.fromkeys((*names, "value added", DISCOUNTED))]
    for outcome in chosen:
        if REGION not in model.program.outputs[outcome.name].dims:
            raise InputError(f"outcome {outcome.name!r} is national: choose one that regions have")
    return chosen


def _run_coalitions(
    worlds: Ensemble,
    plans: Sequence[Plan],
    coalitions: Sequence[Plan],
    outcomes: Sequence[Outcome],
    years: Sequence[float],
    budget: Budget | None,
    progress: Progress | None,
) -> xr.Dataset:
    """Bring the strategy to the budget in each draw, then run its coalitions.

    Gives outcomes by year along (strategy, draw, time, place): the baseline, the coalitions from
    none to all levers. Draws in which a run failed are left out.
    """

    def keep(run: xr.Dataset) -> xr.Dataset:
        """Count discounted value added from the first year kept."""
        kept = collect_outcomes(run, outcomes)
        whole = kept[DISCOUNTED]
        since = (whole - whole.isel(time=0, drop=True)).assign_attrs(whole.attrs)
        return kept.assign({DISCOUNTED: since}).transpose("run", "time", PLACE)

    compared = list(plans)
    if budget is None and not any(plan.is_as_now for plan in plans):
        compared.append(carry_on(read_menu(worlds.model), years[0]))
    variables = list_variables(outcomes)
    money = None if budget is None else budget.money
    whole = worlds.run(compared, variables, years, budget=money, keep=keep)
    base, own = ({STRATEGY: [plan.name]} for plan in plans)
    called = np.array([plan.name for plan in coalitions], dtype=object)
    factor = whole.sel({STRATEGY: plans[1].name}, drop=True)[FACTOR]
    factors = factor.fillna(1.0).expand_dims({STRATEGY: called})
    rest = worlds.run(coalitions, variables, years, factors=factors, keep=keep, progress=progress)
    names = [outcome.name for outcome in outcomes]
    ordered = [whole[names].sel(base), rest[names], whole[names].sel(own)]
    joined = xr.concat(ordered, STRATEGY).transpose(STRATEGY, FUTURE, DRAW, "time", PLACE)
    joined = joined.assign({MONEY: whole.sel(own)[ADDITIONAL][0], FACTOR: factor})
    joined = joined.isel({FUTURE: 0}, drop=True)
    ends = joined[names].isel({PLACE: -1}).to_array().transpose(DRAW, ...)
    whole_draws = np.isfinite(ends.values.reshape(len(ends), -1)).all(1)
    told = [*whole.sel(own)[_REASONS].values.ravel(), *rest[_REASONS].values.ravel()]
    return joined.isel({DRAW: whole_draws}).assign_attrs(
        runs=int(whole.attrs["runs"]) + int(rest.attrs["runs"]),
        reason=next((str(one) for one in told if one), ""),
    )


def _share_out(
    run: xr.Dataset, design: Design, levers: Sequence[str]
) -> tuple[xr.Dataset, xr.Dataset, xr.DataArray | None]:
    """Share what the coalitions of some draws reach: shares, sums, and pairs if design is exact."""
    shares, sums, pairs = {}, {}, None
    for name in (str(one) for one in run.data_vars if one not in (MONEY, FACTOR)):
        unit = {"unit": run[name].attrs.get("unit", "")}
        below, values = run[name].values[0], run[name].values[1:]
        alone = design.measure_alone(values)
        by_lever = np.stack([design.share_effect(values), alone, design.measure_last(values)])
        synergy = values[-1] - values[0] - alone.sum(0)
        shares[name] = (_DIMS, np.swapaxes(by_lever, 1, 2), unit)
        sums[name] = (
            [dim for dim in _DIMS if dim != "lever"],
            np.stack([below, values[-1] - below, values[0] - below, synergy]),
            unit,
        )
    at = {name: run[name].values for name in (DRAW, "time", PLACE)}
    averaged = {"measure": [ON_AVERAGE, ALONE, LAST], "lever": levers}
    if design.exact:
        # At the end, for all regions: the last year and the last place.
        met = compute_interactions(design, run[DISCOUNTED].values[1:, :, -1, -1])
        pairs = xr.DataArray(
            np.moveaxis(met, -1, 0),
            {DRAW: at[DRAW], "lever": levers, "other": levers},
            (DRAW, "lever", "other"),
        )
    added = xr.Dataset(sums, at | {"measure": [BASE, WHOLE, REST, SYNERGY]})
    added = added.assign({name: run[name] for name in (MONEY, FACTOR)})
    return xr.Dataset(shares, at | averaged), added, pairs


def _share_progress(
    progress: Progress | None, begin: int, count: int, total: int
) -> Progress | None:
    """Report the progress of some of the draws as a part of all of them."""
    if progress is None:
        return None

    def report(done: int, about: int) -> None:
        progress(round(begin * about / count) + done, round(total * about / count))

    return report
