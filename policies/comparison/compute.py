"""Compare strategies in many worlds, or in one: the same additional money in each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model.errors import InputError
from smecluster.model.outcomes import (
    DISPERSION,
    OUTCOMES,
    PLACE,
    Outcome,
    collect_outcomes,
    find_outcome,
    list_variables,
)
from smecluster.policies.budget import DEFAULT_BUDGET, Amount, Budget, set_budget
from smecluster.policies.comparison.measures import DISCOUNTED, PATH, SUPPLY, keep_units
from smecluster.policies.comparison.result import Comparison
from smecluster.policies.ensemble.accounts import ACCOUNTS
from smecluster.policies.ensemble.cases import DRAW, FUTURE, REASON, STRATEGY
from smecluster.policies.ensemble.horizons import check_extension, check_horizons, extend_run
from smecluster.policies.ensemble.payers import CENTRE, split_payers
from smecluster.policies.ensemble.spillovers import ORIGIN, TOGETHER
from smecluster.policies.ensemble.worlds import ADDITIONAL, FACTOR, MONEY, Ensemble
from smecluster.policies.futures import BASE, Future
from smecluster.policies.futures import load as load_future
from smecluster.policies.menu import read_menu
from smecluster.policies.plan import START, Plan, carry_on
from smecluster.policies.spans import SpanExcess, check_spans
from smecluster.policies.strategy import BASELINE, Strategy
from smecluster.policies.strategy import load as load_strategy
from smecluster.policies.wording.worlds import count_odds

if TYPE_CHECKING:
    from smecluster.model import Model
    from smecluster.model.support.checkpoints import Checkpoints

# What every comparison needs, beside the outcomes that it is asked for.
_ALWAYS = (SUPPLY, DISCOUNTED)
# Discounted value added of each region while money counts, by which what regions pay is shared out.
_SIZE = "value added while money counts"
_DISCOUNTING = ("social discount rate", "discount base year")

Progress = Callable[[int, int], None]


def compare(
    model: Model,
    strategies: Sequence[Strategy],
    draws: pd.DataFrame | None = None,
    futures: Sequence[Future] = (),
    *,
    baseline: Strategy | None = None,
    start: float = START,
    budget: str | float | Amount | Budget | None = DEFAULT_BUDGET,
    horizon: float | None = None,
    outcomes: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
    workers: int | None = None,
    checkpoints: Checkpoints | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run strategies in every future and draw and compare them with a baseline.

    Every strategy with a programme, the baseline among them, spends the same additional money:
    the present value of its programme money less that of policy as now in the same world.

    Parameters
    ----------
    model : Model
        The model, with its regions; its own values are the middle of the draws.
    strategies : sequence of Strategy
        The strategies.
    draws : pandas.DataFrame, optional
        A row a draw, a column an input of the model; one draw, the model's own values, if left
        out.
    futures : sequence of Future
        What may come from outside, the base first; the base alone if left out.
    baseline : Strategy, optional
        What to compare with; policy as now if left out.
    start : float
        Year from which money and discounted sums count. No strategy may begin before it.
    budget : str, float, Amount or Budget, optional
        Additional money, see `policies.budget.parse_budget`. None: budgets as written.
    horizon : float, optional
        Last year whose consequences count, to 2060; the last of the model's own clock if left out,
        to which money counts whatever the horizon is.
    outcomes : sequence of str
        Outcomes to keep; all if none is named.
    settings : mapping, optional
        Other inputs that hold in every run.
    workers : int, optional
        Threads; they change no digit.
    checkpoints : Checkpoints, optional
        Where results are kept as they are finished.
    progress : callable, optional
        Called with how many runs are done and about how many there are.

    Returns
    -------
    Comparison
        The comparison.

    Raises
    ------
    InputError
        If names are given twice, an outcome is unknown, a strategy begins before the start or
        never, or has no result in any world, or the horizon is out of reach.
    """
    strategies = tuple(strategies)
    baseline = load_strategy(BASELINE) if baseline is None else baseline
    check_names(baseline, strategies)
    chosen = _find_outcomes(outcomes)
    last = set_horizon(model, horizon, start, settings, futures)
    years = _list_years(start, model, last)
    everyone = (baseline, *strategies)
    plans = [strategy.plan(model, start) for strategy in everyone]
    for plan in plans:
        check_first_year(plan, start)
    table = pd.DataFrame(index=["model"]) if draws is None else draws
    worlds = Ensemble(
        model,
        table,
        tuple(futures) or (load_future(BASE),),
        {**(settings or {}), **extend_run(model, last)},
        workers,
        money_end=model.time.final,
    )
    given = budget
    if given is not None and not isinstance(given, Budget):
        given = set_budget(model, given, start, settings)
    _check_budget(given, plans)
    work = _Work(worlds, chosen, years, last, checkpoints, progress)

    reference = next((plan.name for plan in plans if plan.is_as_now), None)
    if reference is None:
        extra = carry_on(read_menu(model), start)
        reference, plans = extra.name, [*plans, extra]
    results = work.run("strategies", plans, budget=None if given is None else given.money)
    check_results(results[REASON], plans)
    kept = [strategy.name for strategy in everyone]
    ends = results[_name_outcomes(results)].sel({STRATEGY: kept})
    origins, origin_money, alone = _by_origin(work, plans[1 : len(everyone)], results, reference)
    failed = [results.sel({STRATEGY: kept}), *([] if alone is None else [alone])]
    return Comparison(
        start=start,
        baseline=baseline,
        strategies=strategies,
        budget=given,
        futures=worlds.futures,
        draws=table,
        ends=ends,
        paths=results[PATH].sel({STRATEGY: kept}),
        money=results[ADDITIONAL].sel({STRATEGY: kept}),
        factor=results[FACTOR].sel({STRATEGY: kept}),
        paid=_split_money(plans, results, reference).sel({STRATEGY: kept}),
        origins=origins,
        origin_money=origin_money,
        failures=_list_failures(failed, table),
        spans=_check_shares(work, plans, results),
        runs=work.runs,
        discounting=read_discounting(model, worlds.settings),
        money_end=float(model.time.final),
        all_varied=count_odds(model, table).all_varied,
    )


def read_discounting(
    model: Model, settings: Mapping[str, Any] | None = None
) -> tuple[float, float]:
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


def select_outcomes(names: Sequence[str] = ()) -> list[str]:
    """Give the outcomes that a comparison keeps if these are named (all if none is)."""
    return [outcome.name for outcome in _find_outcomes(names)]


class _Work:
    """The runs of one comparison."""

    def __init__(
        self,
        worlds: Ensemble,
        outcomes: Sequence[Outcome],
        years: np.ndarray,
        last: float,
        checkpoints: Checkpoints | None,
        progress: Progress | None,
    ) -> None:
        self.worlds, self.outcomes, self.years, self.last = worlds, outcomes, years, last
        self.checkpoints, self.progress = checkpoints, progress
        self.runs = 0

    def run(
        self,
        name: str,
        plans: Sequence[Plan],
        worlds: Ensemble | None = None,
        *,
        budget: float | None = None,
        factors: xr.DataArray | None = None,
    ) -> xr.Dataset:
        """Run plans and keep what a comparison needs of them."""
        before, report = self.runs, self.progress

        def report_all(done: int, total: int) -> None:
            if report is not None:
                report(before + done, before + total)

        results = (worlds or self.worlds).run(
            plans,
            list_variables(self.outcomes),
            list(self.years),
            budget=budget,
            factors=factors,
            keep=self._keep,
            checkpoints=self.checkpoints,
            name=name,
            progress=report_all,
        )
        self.runs += int(results.attrs["runs"])
        return results

    def _keep(self, run: xr.Dataset) -> xr.Dataset:
        """Keep outcomes of the last year, the path of value added, and the accounts' change."""
        outcomes = collect_outcomes(run.sel(time=slice(None, self.last)), self.outcomes)
        whole = outcomes[DISCOUNTED]
        since = (whole.isel(time=-1) - whole.isel(time=0)).assign_attrs(whole.attrs)
        kept = outcomes.isel(time=-1, drop=True).assign({DISCOUNTED: since})
        paid = run.sel(time=[self.years[0], self.worlds.money_end])
        accounts = {name: paid[name].diff("time").isel(time=0, drop=True) for name in ACCOUNTS}
        size = paid[DISCOUNTED].diff("time").isel(time=0, drop=True)
        accounts[_SIZE] = size.assign_attrs(whole.attrs)
        return kept.assign({PATH: outcomes[SUPPLY], **accounts})


def check_names(baseline: Strategy, strategies: Sequence[Strategy]) -> None:
    """Refuse a comparison in which a strategy is named twice."""
    names = [strategy.name for strategy in strategies]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"strategy {name!r} is named twice; compare different ones")
        if name == baseline.name:
            raise InputError(
                f"strategy {name!r} is what the others are compared with: leave it out, or name "
                "another baseline"
            )


def set_horizon(
    model: Model,
    horizon: float | None,
    start: float,
    settings: Mapping[str, Any] | None = None,
    futures: Sequence[Future] = (),
) -> float:
    """Give the last year whose consequences count.

    Parameters
    ----------
    model : Model
        The model; its own last year is what is meant where no horizon is given.
    horizon : float, optional
        The last year, as asked for.
    start : float
        First year that counts.
    settings : mapping, optional
        Other inputs that hold in every run.
    futures : sequence of Future
        What may come from outside; it must come before the horizon.

    Returns
    -------
    float
        Year.

    Raises
    ------
    InputError
        If it is no whole year after the start or beyond the model's drivers, or if the last year
        of the runs is set too.
    """
    if horizon is None:
        return float(model.time.final)
    check_horizons([horizon], start)
    check_extension(settings)
    for future in futures:
        if future.name != BASE and future.year >= horizon:
            raise InputError(
                f"future {future.name!r} begins in {future.year:g}, not before the horizon in "
                f"{horizon:g}"
            )
    return float(horizon)


def _list_years(start: float, model: Model, last: float) -> np.ndarray:
    first, final = model.time.initial, model.time.final
    if not (first <= start <= final - 1 and float(start).is_integer()):
        raise InputError(f"start = {start:g} is not a whole year in {first:g}..{final - 1:g}")
    return np.arange(start, max(last, final) + 1)


def check_first_year(plan: Plan, start: float) -> None:
    """Refuse a plan that begins before money counts: what it spends until then would be free."""
    if plan.first_year < start:
        raise InputError(
            f"strategy {plan.name!r} begins in {plan.first_year:g}, before the comparison's start "
            f"in {start:g}: compare from {np.floor(plan.first_year):g} on (--start "
            f"{np.floor(plan.first_year):g})"
        )


def _check_budget(budget: Budget | None, plans: Sequence[Plan]) -> None:
    if budget is not None and budget.money == 0:
        for plan in plans:
            if plan.has_money and plan.until > plan.first_year:
                raise InputError(
                    f"without additional money nothing is left of strategy {plan.name!r}: give a "
                    "budget above zero"
                )


def check_results(reasons: xr.DataArray, plans: Sequence[Plan]) -> None:
    """Refuse a strategy that has no result in any world, with the reason."""
    for plan in plans:
        here = reasons.sel({STRATEGY: plan.name}).values
        if (here != "").all():
            raise InputError(f"strategy {plan.name!r} has no result in any world: {here.flat[0]}")


def _check_shares(
    work: _Work, plans: Sequence[Plan], results: xr.Dataset
) -> tuple[SpanExcess, ...]:
    """Compare the money on each lever with its span, at the middle of the draws."""
    worlds = work.worlds
    factor = results[FACTOR].sel({FUTURE: worlds.futures[0].name}).median(DRAW)
    spending = [
        plan.scale(float(factor.sel({STRATEGY: plan.name})))
        for plan in plans
        if plan.has_money and bool(factor.sel({STRATEGY: plan.name}).notnull())
    ]
    return check_spans(worlds.model, spending, work.years[0], worlds.settings)


def _split_money(plans: Sequence[Plan], results: xr.Dataset, reference: str) -> xr.DataArray:
    """Split what each plan spends beyond policy as now over its payers."""
    spent = results[[*ACCOUNTS]].assign({DISCOUNTED: results[_SIZE]})
    parts = [split_payers(plan, spent.sel({STRATEGY: plan.name}, drop=True)) for plan in plans]
    names = np.array([plan.name for plan in plans], dtype=object)
    paid = xr.concat(parts, STRATEGY).assign_coords({STRATEGY: names})
    return (paid - paid.sel({STRATEGY: reference}, drop=True)).assign_attrs(unit="Myuan")


def _by_origin(
    work: _Work, plans: Sequence[Plan], results: xr.Dataset, reference: str
) -> tuple[xr.Dataset, xr.DataArray, xr.Dataset | None]:
    """Run each government's programme alone, with the money that it has in the strategy.

    Gives the changes and the money along (strategy, origin, draw) against the same policy without
    any programme, and the runs that it took (None where there were none).
    """
    worlds = work.worlds
    base = worlds.futures[0].name
    names = [name for name in _name_outcomes(results) if PLACE in results[name].dims]
    origins = [*worlds.model.regions, CENTRE]
    parts: dict[tuple[str, str], Plan] = {}
    idle: dict[str, Plan] = {}
    for plan in plans:
        idle[plan.name] = plan.without_programmes()
        if idle[plan.name].is_as_now:
            idle[plan.name] = idle[plan.name].rename(reference)
        for origin in origins:
            alone = plan.alone_in(None if origin == CENTRE else origin)
            if alone.has_money:
                # What one government does on its own has been run already.
                parts[plan.name, origin] = plan if len(plan.spending) == 1 else alone
    new = {part.name: (part, owner) for (owner, _), part in parts.items() if part.name != owner}
    spending = {owner for owner, _ in parts}
    new |= {
        one.name: (one, owner)
        for owner, one in idle.items()
        if one.name != reference and owner in spending
    }
    keep = [*names, MONEY]
    ends, found = results[keep].sel({FUTURE: base}, drop=True), None
    factor = results[FACTOR].sel({FUTURE: [base]})
    if new:
        factors = xr.concat(
            [factor.sel({STRATEGY: owner}).fillna(1.0) for _, owner in new.values()], STRATEGY
        ).assign_coords({STRATEGY: [*new]})
        made = [part for part, _ in new.values()]
        found = work.run("alone", made, worlds.keep_first_future(), factors=factors)
        ends = xr.concat([ends, found[keep].sel({FUTURE: base}, drop=True)], STRATEGY)
    rows = []
    for plan in plans:
        nothing = ends.sel({STRATEGY: reference}, drop=True) * np.nan
        if plan.name not in spending:
            rows.append(xr.concat([nothing] * (len(origins) + 1), ORIGIN))
            continue
        # Without a factor the whole strategy has no result, and its parts would have other money.
        funded = factor.sel({STRATEGY: plan.name, FUTURE: base}, drop=True).notnull()
        without = ends.sel({STRATEGY: idle[plan.name].name}, drop=True).where(funded)
        cells = [
            ends.sel({STRATEGY: parts[plan.name, origin].name}, drop=True) - without
            if (plan.name, origin) in parts
            else nothing
            for origin in origins
        ]
        single = xr.concat(cells, ORIGIN)
        whole = ends.sel({STRATEGY: plan.name}, drop=True) - without
        rows.append(xr.concat([single, whole - single.sum(ORIGIN, min_count=1)], ORIGIN))
    joined = xr.concat(rows, STRATEGY).assign_coords(
        {
            STRATEGY: np.array([plan.name for plan in plans], dtype=object),
            ORIGIN: np.array([*origins, TOGETHER], dtype=object),
        }
    )
    money = joined[MONEY].assign_attrs(unit="Myuan")
    return keep_units(joined[names], results), money, found


def _list_failures(found: Sequence[xr.Dataset], draws: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for part in found:
        reasons = part[REASON]
        for place in np.argwhere(reasons.values != ""):
            case = reasons[dict(zip(reasons.dims, place, strict=True))]
            where = [case[dim].item() for dim in (STRATEGY, FUTURE, DRAW)]
            rows.append((*where, case.item()))
    table = pd.DataFrame(rows, columns=[STRATEGY, FUTURE, DRAW, REASON])
    return table.join(draws, on=DRAW) if len(draws.columns) else table


def _find_outcomes(names: Sequence[str]) -> list[Outcome]:
    chosen = [find_outcome(name) for name in dict.fromkeys((*_ALWAYS, *names))]
    return chosen if names else list(OUTCOMES)


def _name_outcomes(results: xr.Dataset) -> list[str]:
    known = {DISPERSION, *(outcome.name for outcome in OUTCOMES)}
    return [str(name) for name in results.data_vars if name in known]
