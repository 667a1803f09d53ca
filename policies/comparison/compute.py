"""Strategies compared in many worlds: the same futures and draws, the same money in each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model.outcomes import (
    DISPERSION,
    OUTCOMES,
    PLACE,
    TOTAL,
    Outcome,
    collect_outcomes,
    find_outcome,
    list_variables,
)
from smecluster.model.runs import simulate
from smecluster.model.support.checkpoints import Checkpoints
from smecluster.model.support.errors import InputError
from smecluster.policies.comparison.single import DISCOUNTED, check_names, shared_history
from smecluster.policies.ensemble.equal_cost import ACCOUNTS, programme_money
from smecluster.policies.ensemble.payers import who_pays
from smecluster.policies.ensemble.recovery import GAP, recovery
from smecluster.policies.ensemble.spillovers import effect_on_others
from smecluster.policies.ensemble.worlds import (
    DRAW,
    FACTOR,
    FUTURE,
    MONEY,
    REASON,
    STRATEGY,
    Ensemble,
    has_money,
)
from smecluster.policies.futures import BASE, Future
from smecluster.policies.futures import load as load_future
from smecluster.policies.strategy import Strategy
from smecluster.policies.timing import first_year

if TYPE_CHECKING:
    from smecluster.model import Model

SUPPLY = "value added"
PATH = "path of value added"
GAINED, PER_YUAN = "gained", "gained per yuan"
HALF = "years to half the effect"
# What every comparison needs, whatever outcomes it is asked for.
_ALWAYS = (SUPPLY, DISCOUNTED)
_DISCOUNTING = ("social discount rate", "discount base year")
CLOSE = 1e-6  # relative; what strategies may differ by and still cost the same
_FAR = 0.01  # the same by the model's own values, whose rounding is another

Inputs = Mapping[str, float]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Uncertain:
    """What strategies do in many worlds.

    Attributes
    ----------
    start : float
        Year from which money and discounted sums count.
    baseline : Strategy
        What the strategies are compared with; it is the first along ``strategy``.
    strategies : tuple of Strategy
        The strategies, their money as written.
    futures : tuple of Future
        What may come from outside, the base first.
    draws : pandas.DataFrame
        What differs among draws.
    ends : xarray.Dataset
        Outcomes of the last year (discounted: since `start`) along (strategy, future, draw,
        place).
    paths : xarray.DataArray
        Value added, Myuan/Year, along (strategy, future, draw, time, place).
    money, factor : xarray.DataArray
        Present value of programme money, Myuan, and what the money as written was multiplied by,
        Dmnl, along (strategy, future, draw).
    paid : xarray.DataArray
        Present value by payer, Myuan, along (strategy, payer, future, draw).
    others : xarray.Dataset
        Effect of the regions' own programmes on the other regions in the base future, in each
        outcome's unit, along (strategy, draw).
    failures : pandas.DataFrame
        Runs without a result: strategy, future, draw, reason, inputs.
    runs : int
        How many runs it took.
    discounting : tuple of (float, float)
        Rate a year, Dmnl, and the year to which present values refer.
    """

    start: float
    baseline: Strategy
    strategies: tuple[Strategy, ...]
    futures: tuple[Future, ...]
    draws: pd.DataFrame
    ends: xr.Dataset
    paths: xr.DataArray
    money: xr.DataArray
    factor: xr.DataArray
    paid: xr.DataArray
    others: xr.Dataset
    failures: pd.DataFrame
    runs: int
    discounting: tuple[float, float]

    @property
    def names(self) -> list[str]:
        """Names of the strategies, without the baseline."""
        return [strategy.name for strategy in self.strategies]

    @property
    def titles(self) -> dict[str, str]:
        """What tables and figures call strategies and futures, by name."""
        strategies = {one.name: one.title for one in (self.baseline, *self.strategies)}
        return strategies | {future.name: future.title for future in self.futures}

    @property
    def changes(self) -> xr.Dataset:
        """Change of each outcome against the baseline of the same world, by strategy."""
        without = self.ends.sel({STRATEGY: self.baseline.name}, drop=True)
        change = self.ends.sel({STRATEGY: self.names}) - without
        return _with_units(change, self.ends)

    @property
    def gained(self) -> xr.DataArray:
        """Discounted value added beyond the baseline, Myuan, by strategy, world and place."""
        return self.changes[DISCOUNTED]

    @property
    def per_yuan(self) -> xr.DataArray:
        """Value added gained in all regions for a yuan of programme money, Dmnl."""
        money = self.money.sel({STRATEGY: self.names})
        ratio = self.gained.sel({PLACE: TOTAL}, drop=True) / money.where(money > 0)
        return ratio.assign_attrs(unit="Dmnl")

    @property
    def half(self) -> xr.DataArray:
        """Years from `start` until the effect on value added passes half of its final value.

        Along (strategy, future, draw, place). Between years the effect is taken to move on a
        straight line. Missing where there is no effect at the end.
        """
        effect = self.paths.sel({STRATEGY: self.names}) - self.paths.sel(
            {STRATEGY: self.baseline.name}, drop=True
        )
        return years_to_half(effect, self.start)

    @property
    def recovered(self) -> xr.Dataset:
        """What each future but the base does to value added, see `policies.ensemble.recovery`.

        Along (future, strategy, draw, place), each strategy against its own base future.
        """
        base, *others = self.futures
        undisturbed = self.paths.sel({FUTURE: base.name}, drop=True)
        parts = [
            recovery(undisturbed, self.paths.sel({FUTURE: future.name}, drop=True), future.year)
            for future in others
        ]
        names = np.array([future.name for future in others], dtype=object)
        return xr.concat(parts, FUTURE).assign_coords({FUTURE: names}).drop_vars(GAP)


def examine(
    model: Model,
    strategies: tuple[Strategy, ...],
    draws: pd.DataFrame | None = None,
    futures: Sequence[Future] = (),
    *,
    baseline: Strategy | None = None,
    start: float | None = None,
    budget: float | None = None,
    outcomes: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
    workers: int | None = None,
    checkpoints: Checkpoints | None = None,
    progress: Progress | None = None,
) -> Uncertain:
    """Run strategies in every future and draw at equal cost and set them against a baseline.

    Parameters
    ----------
    model : Model
        The model, with its regions; its own values are the middle of the draws.
    strategies : tuple of Strategy
        The strategies.
    draws : pandas.DataFrame, optional
        A row a draw, a column an input of the model; one draw, the model's own values, if left
        out.
    futures : sequence of Future
        What may come from outside, the base first; the base alone if left out.
    baseline : Strategy, optional
        What to compare with; the history that the strategies share if left out.
    start : float, optional
        Year from which money and discounted sums count; the first in which strategies can differ
        if left out.
    budget : float, optional
        Present value that each costs in every world, Myuan. If left out: in each world what
        history costs there, where it is compared; else what the first one with a programme
        costs as written at the model's own values.
    outcomes : sequence of str
        Outcomes to look at; all if none is named.
    settings : mapping, optional
        Other inputs that hold in every run.
    workers : int, optional
        Threads; they change no digit.
    checkpoints : Checkpoints, optional
        Where results are kept as they are finished.
    progress : callable, optional
        Told how many runs are done and about how many there are.

    Returns
    -------
    Uncertain
        The comparison.

    Raises
    ------
    InputError
        If names are given twice, an outcome is unknown, or budgets cannot be matched.
    """
    if baseline is None:
        baseline = shared_history(strategies)
    everyone = (baseline, *strategies)
    check_names([strategy.name for strategy in everyone])
    start = first_year(*everyone, otherwise=baseline.history.until) if start is None else start
    chosen = _outcomes(outcomes)
    years = np.arange(start, model.time.final + 1)
    if not len(years) > 1 or start < model.time.initial or start != int(start):
        first, last = model.time.initial, model.time.final - 1
        raise InputError(f"start = {start:g} is not a whole year in {first:g}..{last:g}")
    table = pd.DataFrame(index=["model"]) if draws is None else draws
    worlds = Ensemble(model, table, tuple(futures) or (load_future(BASE),), settings or {}, workers)
    work = _Work(worlds, chosen, years, checkpoints, progress)

    plans = {strategy.name: strategy.inputs(model) for strategy in everyone}
    scaled = [one.name for one in strategies if has_money(plans[one.name])]
    written = {name: plan for name, plan in plans.items() if name not in scaled}
    _check_cost(worlds, plans, [name for name in written if name != baseline.name], start, budget)
    found = [work.run("as written", written)]
    fixed = found[0][MONEY].isel({STRATEGY: slice(1, None)})
    if scaled:
        target = _target(worlds, plans, fixed, scaled[0], start, budget)
        _check_fixed(fixed, target)
        found.append(work.run("matched", {name: plans[name] for name in scaled}, budget=target))
    results = xr.concat(found, STRATEGY, combine_attrs="override").sel({STRATEGY: [*plans]})
    _check_results(results[REASON])
    others, alone = _on_others(work, everyone, results)
    return Uncertain(
        start=start,
        baseline=baseline,
        strategies=strategies,
        futures=worlds.futures,
        draws=table,
        ends=results[_outcome_names(results)],
        paths=results[PATH],
        money=results[MONEY],
        factor=results[FACTOR],
        paid=_paid(everyone, results),
        others=others,
        failures=_failures([results] if alone is None else [results, alone], table),
        runs=work.runs,
        discounting=discounting(model, worlds.settings),
    )


def discounting(model: Model, settings: Mapping[str, Any] | None = None) -> tuple[float, float]:
    """Give the discount rate a year, Dmnl, and the year to which present values refer.

    Parameters
    ----------
    model : Model
        The model.
    settings : mapping, optional
        Other inputs that hold in every run.

    Returns
    -------
    tuple of (float, float)
        The rate and the year.
    """
    own = {parameter.name: parameter.value for parameter in model.program.parameters}
    rate, year = ({**own, **(settings or {})}[name] for name in _DISCOUNTING)
    return float(rate), float(year)


def years_to_half(effect: xr.DataArray, start: float) -> xr.DataArray:
    """Find when an effect passes half of its final value.

    Parameters
    ----------
    effect : xarray.DataArray
        The effect along ``time`` (Year) and other dimensions.
    start : float
        Year from which years are counted.

    Returns
    -------
    xarray.DataArray
        Years along the other dimensions, on straight lines between the times; missing where the
        final effect is zero or has no value.
    """
    final = effect.isel(time=-1)
    share = (effect / final.where(final != 0)).transpose("time", ...)
    times, values = share["time"].values, share.values
    passed = values >= 0.5
    at = passed.argmax(0)
    before = np.maximum(at - 1, 0)
    upper = np.take_along_axis(values, at[None], 0)[0]
    lower = np.take_along_axis(values, before[None], 0)[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(at > 0, (0.5 - lower) / (upper - lower), 1.0)
    found = times[before] + part * (times[at] - times[before]) - start
    found = np.where(passed.any(0) & np.isfinite(values[-1]), found, np.nan)
    return share.isel(time=0, drop=True).copy(data=found).assign_attrs(unit="Year")


class _Work:
    """The runs of one comparison."""

    def __init__(
        self,
        worlds: Ensemble,
        outcomes: Sequence[Outcome],
        years: np.ndarray,
        checkpoints: Checkpoints | None,
        progress: Progress | None,
    ) -> None:
        self.worlds, self.outcomes, self.years = worlds, outcomes, years
        self.checkpoints, self.progress = checkpoints, progress
        self.runs = 0

    def run(
        self,
        name: str,
        plans: Mapping[str, Inputs],
        worlds: Ensemble | None = None,
        factors: xr.DataArray | None = None,
        *,
        budget: float | xr.DataArray | None = None,
    ) -> xr.Dataset:
        """Run strategies and keep what a comparison needs of them."""
        before, tell = self.runs, self.progress

        def told(done: int, total: int) -> None:
            if tell is not None:
                tell(before + done, before + total)

        found = (worlds or self.worlds).run(
            plans,
            list_variables(self.outcomes),
            list(self.years),
            budget=budget,
            factors=factors,
            keep=self._keep,
            checkpoints=self.checkpoints,
            name=name,
            progress=told,
        )
        self.runs += int(found.attrs["runs"])
        return found

    def _keep(self, run: xr.Dataset) -> xr.Dataset:
        """Keep outcomes of the last year, the path of value added, and the accounts' change."""
        outcomes = collect_outcomes(run, self.outcomes)
        whole = outcomes[DISCOUNTED]
        since = (whole.isel(time=-1) - whole.isel(time=0)).assign_attrs(whole.attrs)
        kept = outcomes.isel(time=-1, drop=True).assign({DISCOUNTED: since})
        accounts = {
            name: run[name].isel(time=-1, drop=True) - run[name].isel(time=0, drop=True)
            for name in ACCOUNTS
        }
        return kept.assign({PATH: outcomes[SUPPLY], **accounts})


def _target(
    worlds: Ensemble,
    plans: Mapping[str, Inputs],
    fixed: xr.DataArray,
    first: str,
    start: float,
    budget: float | None,
) -> float | xr.DataArray:
    """Say what each strategy is to cost: what was asked for, what history costs, or the first."""
    if budget is not None:
        return budget
    for name in fixed[STRATEGY].values:
        cost = fixed.sel({STRATEGY: name}, drop=True)
        if bool((cost > 0).any()):
            return cost
    inputs = {**plans[first], **worlds.settings}
    return programme_money(simulate(worlds.model, inputs, outputs=ACCOUNTS), start)


def _check_cost(
    worlds: Ensemble,
    plans: Mapping[str, Inputs],
    fixed: Sequence[str],
    start: float,
    budget: float | None,
) -> None:
    """Refuse what `_check_fixed` would, by the model's own values, before anything long is run."""
    if not fixed or (budget is None and not any(has_money(plan) for plan in plans.values())):
        return
    runs = {
        name: simulate(worlds.model, {**plans[name], **worlds.settings}, outputs=ACCOUNTS)
        for name in fixed
    }
    costs = {name: programme_money(run, start) for name, run in runs.items()}
    spent = {name: cost for name, cost in costs.items() if cost > 0}
    target = budget if budget is not None else next(iter(spent.values()), 0.0)
    for name, cost in spent.items():
        if abs(cost / target - 1) > _FAR:
            raise InputError(
                f"strategy {name!r} cannot be brought to {target:,.0f} Myuan: it has no budget to "
                f"scale, and costs {cost:,.0f} Myuan"
            )


def _check_results(reasons: xr.DataArray) -> None:
    """Refuse a strategy that has no result in any world, with the reason."""
    for name in reasons[STRATEGY].values:
        told = reasons.sel({STRATEGY: name}).values
        if (told != "").all():
            raise InputError(f"strategy {name!r} has no result in any world: {told.flat[0]}")


def _check_fixed(fixed: xr.DataArray, target: float | xr.DataArray | None) -> None:
    """Refuse a strategy without a budget to scale that costs something else than the others."""
    if target is None:
        return
    off = (abs(fixed / target - 1) > CLOSE) & (fixed > 0)
    for name in fixed[STRATEGY].values:
        if bool(off.sel({STRATEGY: name}).any()):
            cost = float(fixed.sel({STRATEGY: name}).median())
            raise InputError(
                f"strategy {name!r} cannot be brought to {float(np.median(target)):,.0f} Myuan: "
                f"it has no budget to scale, and costs {cost:,.0f} Myuan"
            )


def _paid(strategies: Sequence[Strategy], results: xr.Dataset) -> xr.DataArray:
    regions = [place for place in results[PLACE].values if place != TOTAL]
    size = results[DISCOUNTED].sel({PLACE: regions}).rename({PLACE: "Region"})
    spent = results[[*ACCOUNTS]].assign({DISCOUNTED: size})
    parts = [
        who_pays(strategy, spent.sel({STRATEGY: strategy.name}, drop=True))
        for strategy in strategies
    ]
    names = np.array([strategy.name for strategy in strategies], dtype=object)
    return xr.concat(parts, STRATEGY).assign_coords({STRATEGY: names})


def _on_others(
    work: _Work, strategies: Sequence[Strategy], results: xr.Dataset
) -> tuple[xr.Dataset, xr.Dataset | None]:
    """Run each region's programme alone, with the money that it has in the strategy."""
    worlds = work.worlds
    base, names = worlds.futures[0].name, _outcome_names(results)
    ends = results[names].sel({FUTURE: base}, drop=True)
    baseline, *compared = strategies
    without = ends.sel({STRATEGY: baseline.name}, drop=True)
    plans: dict[str, Inputs] = {}
    origin: dict[str, list[tuple[str, str]]] = {}
    for strategy in compared:
        for region in worlds.model.regions:
            alone = strategy.alone_in(region)
            if alone.programmes:
                plan = f"{strategy.name} in {region}"
                plans[plan] = alone.inputs(worlds.model)
                origin.setdefault(strategy.name, []).append((region, plan))
    found = None
    if plans and len(worlds.model.regions) > 1:
        factors = xr.concat(
            [
                results[FACTOR].sel({STRATEGY: name, FUTURE: [base]}).fillna(1.0)
                for name, parts in origin.items()
                for _ in parts
            ],
            STRATEGY,
        ).assign_coords({STRATEGY: [*plans]})
        found = work.run("alone", plans, replace(worlds, futures=worlds.futures[:1]), factors)
    effects = []
    for strategy in compared:
        nothing = without * np.nan
        parts = origin.get(strategy.name, []) if found is not None else []
        if found is None or not parts:
            effects.append(_others_of(nothing.expand_dims(origin=["nobody"])))
            continue
        alone_ends = found[names].sel({FUTURE: base}, drop=True)
        # Without a factor the whole strategy has no result, and its parts would have other money.
        funded = results[FACTOR].sel({STRATEGY: strategy.name, FUTURE: base}, drop=True).notnull()
        changes = [
            (alone_ends.sel({STRATEGY: plan}, drop=True) - without).where(funded)
            for _, plan in parts
        ]
        homes = np.array([region for region, _ in parts], dtype=object)
        effects.append(_others_of(xr.concat(changes, "origin").assign_coords(origin=homes)))
    joined = xr.concat(effects, STRATEGY)
    called = np.array([strategy.name for strategy in compared], dtype=object)
    return _with_units(joined.assign_coords({STRATEGY: called}), ends), found


def _with_units(data: xr.Dataset, source: xr.Dataset) -> xr.Dataset:
    return data.assign(
        {name: values.assign_attrs(source[name].attrs) for name, values in data.items()}
    )


def _others_of(origins: xr.Dataset) -> xr.Dataset:
    return xr.Dataset(
        {
            name: effect_on_others(values, str(name))
            for name, values in origins.items()
            if PLACE in values.dims
        }
    )


def _failures(found: Sequence[xr.Dataset], draws: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for part in found:
        reasons = part[REASON]
        for place in np.argwhere(reasons.values != ""):
            case = reasons[dict(zip(reasons.dims, place, strict=True))]
            where = [case[dim].item() for dim in (STRATEGY, FUTURE, DRAW)]
            rows.append((*where, case.item()))
    listed = pd.DataFrame(rows, columns=[STRATEGY, FUTURE, DRAW, REASON])
    return listed.join(draws, on=DRAW) if len(draws.columns) else listed


def looked_at(names: Sequence[str] = ()) -> list[str]:
    """Give the outcomes that a comparison looks at, if these are named (all if none is)."""
    return [outcome.name for outcome in _outcomes(names)]


def _outcomes(names: Sequence[str]) -> list[Outcome]:
    chosen = [find_outcome(name) for name in dict.fromkeys((*_ALWAYS, *names))]
    return chosen if names else list(OUTCOMES)


def _outcome_names(results: xr.Dataset) -> list[str]:
    known = {DISPERSION, *(outcome.name for outcome in OUTCOMES)}
    return [str(name) for name in results.data_vars if name in known]
