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
    TOTAL,
    Outcome,
    collect_outcomes,
    find_outcome,
    list_variables,
)
from smecluster.model.support.limits import MOST_ORDERS
from smecluster.policies.budget import DEFAULT_BUDGET, Amount, Budget, set_budget
from smecluster.policies.comparison.compute import set_horizon
from smecluster.policies.contributions.measures import (
    ALONE,
    BASE,
    DISCOUNTED,
    LAST,
    ON_AVERAGE,
    REST,
    SYNERGY,
    WHOLE,
)
from smecluster.policies.contributions.result import Contributions
from smecluster.policies.contributions.shapley import Design, compute_interactions, make_design
from smecluster.policies.ensemble.cases import DRAW, FUTURE, STRATEGY
from smecluster.policies.ensemble.horizons import extend_run
from smecluster.policies.ensemble.worlds import ADDITIONAL, FACTOR, Ensemble
from smecluster.policies.menu import read_menu
from smecluster.policies.plan import START, Plan, carry_on
from smecluster.policies.spans import SpanExcess, check_spans
from smecluster.policies.strategy import BASELINE, Strategy
from smecluster.policies.strategy import load as load_strategy
from smecluster.policies.wording.worlds import count_odds

if TYPE_CHECKING:
    from smecluster.model import Model

# Runs computed at a time: their results stay below some hundred megabytes.
_AT_A_TIME = 32_768
_DIMS = ("measure", DRAW, "lever", "time", PLACE)

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
        The contributions.

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
    levers = tuple(lever for lever in read_menu(model).levers if plans[1].lever_inputs(lever))
    design = make_design(len(levers), pairs=pairs, seed=seed)
    table = pd.DataFrame(index=["model"]) if draws is None else draws
    if budget is not None and not isinstance(budget, Budget):
        budget = set_budget(model, budget, start, settings)
    last = set_horizon(model, horizon, start, settings)
    held = {**(settings or {}), **extend_run(model, last)}
    work = _Work(model, plans, levers, design, chosen, budget, start, last, held, workers)
    at_a_time = max(1, _AT_A_TIME // len(design.members))
    parts: list[_Part] = []
    for begin in range(0, len(table), at_a_time):
        piece = table.iloc[begin : begin + at_a_time]
        parts.append(work.run(piece, _share_progress(progress, begin, len(piece), len(table))))
    if not any(part.shares.sizes[DRAW] for part in parts):
        reason = next((reason for part in parts for reason in part.reasons if reason), "")
        raise InputError(f"strategy {strategy.name!r}: a run failed in every draw: {reason}")
    factor = float(np.nanmedian(np.concatenate([part.factor for part in parts])))
    spans = check_spans(model, [plans[1].scale(factor)], start, settings)
    varied = count_odds(model, table).all_varied
    return _join(
        parts, strategy, baseline, start, budget, levers, design, table, work.runs, spans, varied
    )


def measure_step_error(rough: Contributions, fine: Contributions) -> float:
    """Measure how far the time step moves the contributions.

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
    at = {"time": fine.end, PLACE: TOTAL, DRAW: fine.shares[DRAW].values}
    rough_, fine_ = (
        one.shares[DISCOUNTED].sel(at).sel(measure=ON_AVERAGE) for one in (rough, fine)
    )
    whole = fine.sums[DISCOUNTED].sel(at).sel(measure=WHOLE)
    return float((abs(rough_ - fine_) / abs(whole)).max())


class _Part:
    """What some of the draws give."""

    def __init__(
        self,
        values: Mapping[str, Array],
        base: Mapping[str, Array],
        units: Mapping[str, str],
        labels: NDArray[np.generic],
        money: Array,
        factor: Array,
        reasons: Sequence[str],
        at: Mapping[str, Any],
        design: Design,
    ) -> None:
        """Take values by outcome along (coalition, draw, time, place), and those of the baseline.

        Draws in which a run failed are left out.
        """
        whole = np.ones(len(labels), dtype=bool)
        for array in (*values.values(), *(one[None] for one in base.values())):
            whole &= np.isfinite(array[..., -1]).all((0, 2))
        shares, sums, totals = {}, {}, {}
        for name, array in values.items():
            unit = {"unit": units[name]}
            array, below = array[:, whole], base[name][whole]
            alone = design.measure_alone(array)
            by_lever = np.stack([design.share_effect(array), alone, design.measure_last(array)])
            synergy = array[-1] - array[0] - alone.sum(0)
            shares[name] = (_DIMS, np.swapaxes(by_lever, 1, 2), unit)
            sums[name] = (
                [dim for dim in _DIMS if dim != "lever"],
                np.stack([below, array[-1] - below, array[0] - below, synergy]),
                unit,
            )
            totals[name] = (("coalition", "time", PLACE), array.sum(1), unit)
        kept = {**at, DRAW: labels[whole]}
        self.shares = xr.Dataset(shares, kept | {"measure": [ON_AVERAGE, ALONE, LAST]})
        self.sums = xr.Dataset(sums, kept | {"measure": [BASE, WHOLE, REST, SYNERGY]})
        self.totals = xr.Dataset(totals, dict(at))
        self.money = xr.DataArray(money[whole], {DRAW: labels[whole]}, (DRAW,))
        self.factor = factor[whole]
        self.reasons = reasons
        self.pairs = None
        if design.exact:
            # At the end, for all regions: the last year and the last place.
            met = compute_interactions(design, values[DISCOUNTED][:, whole, -1, -1])
            self.pairs = xr.DataArray(
                np.moveaxis(met, -1, 0), {DRAW: labels[whole]}, (DRAW, "lever", "other")
            )


class _Work:
    """The runs of one strategy's coalitions."""

    def __init__(
        self,
        model: Model,
        plans: Sequence[Plan],
        levers: Sequence[str],
        design: Design,
        outcomes: Sequence[Outcome],
        budget: Budget | None,
        start: float,
        last: float,
        settings: Mapping[str, Any],
        workers: int | None,
    ) -> None:
        self.model, self.budget, self.design = model, budget, design
        self.outcomes, self.settings, self.workers = outcomes, settings, workers
        self.years = [float(year) for year in np.arange(start, last + 1)]
        self.whole = list(plans)
        if budget is None and not any(plan.is_as_now for plan in plans):
            self.whole.append(carry_on(read_menu(model), start))
        # All levers together are the strategy itself.
        self.coalitions = [
            plans[1]
            .with_levers({lever for lever, there in zip(levers, members, strict=True) if there})
            .rename(f"coalition {at}")
            for at, members in enumerate(design.members[:-1])
        ]
        self.runs = 0

    def run(self, draws: pd.DataFrame, progress: Progress | None) -> _Part:
        """Bring the strategy to the budget in each draw, then run its coalitions."""
        worlds = Ensemble(
            self.model,
            draws,
            settings=self.settings,
            workers=self.workers,
            money_end=self.model.time.final,
        )
        variables = list_variables(self.outcomes)
        budget = None if self.budget is None else self.budget.money
        whole = worlds.run(self.whole, variables, self.years, budget=budget, keep=self._keep)
        own = whole.sel({STRATEGY: self.whole[1].name})
        called = np.array([plan.name for plan in self.coalitions], dtype=object)
        factors = own[FACTOR].fillna(1.0).drop_vars(STRATEGY).expand_dims({STRATEGY: called})
        rest = worlds.run(
            self.coalitions,
            variables,
            self.years,
            factors=factors,
            keep=self._keep,
            progress=progress,
        )
        self.runs += int(whole.attrs["runs"]) + int(rest.attrs["runs"])

        def arrange(run: xr.Dataset, name: str) -> Array:
            values = run[name].isel({FUTURE: 0}, drop=True)
            return np.asarray(values.transpose(..., DRAW, "time", PLACE).values)

        names = [outcome.name for outcome in self.outcomes]
        base = whole.sel({STRATEGY: self.whole[0].name})
        reasons = [*map(str, own["failure reason"].values.ravel())]
        reasons += [*map(str, rest["failure reason"].values.ravel())]
        return _Part(
            {n: np.concatenate([arrange(rest, n), arrange(own, n)[None]]) for n in names},
            {n: arrange(base, n) for n in names},
            {n: str(whole[n].attrs.get("unit", "")) for n in names},
            draws.index.to_numpy(),
            own[ADDITIONAL].isel({FUTURE: 0}, drop=True).values,
            own[FACTOR].isel({FUTURE: 0}, drop=True).values,
            reasons,
            {"time": whole["time"].values, PLACE: whole[PLACE].values},
            self.design,
        )

    def _keep(self, run: xr.Dataset) -> xr.Dataset:
        """Keep the outcomes by year; discounted value added counts from the first year kept."""
        outcomes = collect_outcomes(run, self.outcomes)
        whole = outcomes[DISCOUNTED]
        since = (whole - whole.isel(time=0, drop=True)).assign_attrs(whole.attrs)
        return outcomes.assign({DISCOUNTED: since}).transpose("run", "time", PLACE)


def _find_outcomes(model: Model, names: Sequence[str]) -> list[Outcome]:
    chosen = [find_outcome(name) for name in dict.fromkeys((*names, "value added", DISCOUNTED))]
    for outcome in chosen:
        if REGION not in model.program.outputs[outcome.name].dims:
            raise InputError(f"outcome {outcome.name!r} is national: choose one that regions have")
    return chosen


def _share_progress(
    progress: Progress | None, begin: int, count: int, total: int
) -> Progress | None:
    """Report the progress of some of the draws as a part of all of them."""
    if progress is None:
        return None

    def report(done: int, about: int) -> None:
        progress(round(begin * about / count) + done, round(total * about / count))

    return report


def _join(
    parts: Sequence[_Part],
    strategy: Strategy,
    baseline: Strategy,
    start: float,
    budget: Budget | None,
    levers: tuple[str, ...],
    design: Design,
    draws: pd.DataFrame,
    runs: int,
    spans: tuple[SpanExcess, ...],
    varied: bool,
) -> Contributions:
    names = list(levers)
    shares = xr.concat([part.shares for part in parts], DRAW).assign_coords(lever=names)
    known = set(shares[DRAW].values.tolist())
    pairs = None
    if design.exact:
        joined = xr.concat([part.pairs for part in parts if part.pairs is not None], DRAW)
        pairs = joined.assign_coords(lever=names, other=names)
    totals = sum((part.totals for part in parts[1:]), parts[0].totals)
    errors = {
        name: (("lever", "time", PLACE), design.estimate_errors(values.values / shares.sizes[DRAW]))
        for name, values in totals.data_vars.items()
    }
    return Contributions(
        strategy=strategy,
        baseline=baseline,
        budget=budget,
        start=start,
        draws=draws,
        levers=levers,
        shares=shares,
        sums=xr.concat([part.sums for part in parts], DRAW),
        errors=xr.Dataset(errors, {"lever": names, **totals.coords}),
        pairs=pairs,
        money=xr.concat([part.money for part in parts], DRAW),
        exact=design.exact,
        coalitions=len(design.members),
        runs=runs,
        failed=tuple(label for label in draws.index if label not in known),
        spans=spans,
        all_varied=varied,
    )
