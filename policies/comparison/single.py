"""Compare strategies at equal programme money: outcomes by region, in total, on neighbours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model import Model, simulate
from smecluster.model.outcomes import PLACE, TOTAL, collect_outcomes, list_variables
from smecluster.model.support.errors import InputError
from smecluster.policies.ensemble.equal_cost import (
    ACCOUNTS,
    Funded,
    as_written,
    equalise,
    programme_money,
)
from smecluster.policies.ensemble.payers import since, who_pays
from smecluster.policies.ensemble.recovery import recovery
from smecluster.policies.ensemble.spillovers import OTHERS, effect_by_origin, effect_on_others
from smecluster.policies.futures import shocks
from smecluster.policies.strategy import History, Strategy
from smecluster.policies.timing import first_year

DISCOUNTED = "Discounted value added"
MONEY = "programme money"


@dataclass(frozen=True)
class Comparison:
    """What strategies do, against a baseline, each at the same cost.

    Parameters
    ----------
    start : float
        Year from which money and discounted sums count.
    baseline : Strategy
        What the strategies are compared with.
    funded : tuple of Funded
        The strategies with the money that they have.
    paths : xarray.Dataset
        Outcomes along (strategy, time, place); the baseline is the first strategy.
    origins : xarray.Dataset
        Change of each outcome at the end along (strategy, origin, place), see
        `policies.ensemble.spillovers`.
    origin_money : xarray.DataArray
        Present value of the programme money behind each origin, Myuan, along
        (strategy, origin).
    money : pandas.DataFrame
        Present value of programme money, Myuan: a row for each strategy, a column for
        each payer.
    recovery : xarray.Dataset
        What each future that passes (`policies.futures.shocks`) does to value added along
        (shock, strategy, place), see `policies.ensemble.recovery`.
    """

    start: float
    baseline: Strategy
    funded: tuple[Funded, ...]
    paths: xr.Dataset
    origins: xr.Dataset
    origin_money: xr.DataArray
    money: pd.DataFrame
    recovery: xr.Dataset

    @property
    def ends(self) -> xr.Dataset:
        """Outcomes of the last year (discounted sums: since `start`), by strategy, place."""
        return at_the_end(self.paths, self.start)

    @property
    def gained(self) -> dict[str, float]:
        """Discounted value added beyond the baseline, in total, Myuan, by strategy."""
        totals = self.ends[DISCOUNTED].sel({PLACE: TOTAL})
        base = float(totals.sel(strategy=self.baseline.name))
        names = [item.strategy.name for item in self.funded]
        return {name: float(totals.sel(strategy=name)) - base for name in names}

    @property
    def table(self) -> pd.DataFrame:
        """The outcomes at the end in long form.

        Columns: outcome, unit, place (regions, total, and the effect that each region's
        own programme has on the other regions), strategy, baseline, value, change, and
        change in percent of the baseline. Missing where it has no meaning.
        """
        return _table(self)


def compare(
    model: Model,
    strategies: tuple[Strategy, ...],
    *,
    baseline: Strategy | None = None,
    start: float | None = None,
    budget: float | None = None,
    equal_cost: bool = True,
    settings: Mapping[str, Any] | None = None,
    engine: str = "kernel",
) -> Comparison:
    """Run strategies at equal cost and set them against a baseline.

    Parameters
    ----------
    model : Model
        The model, with its regions.
    strategies : tuple of Strategy
        The strategies; the first one's cost is what the others are brought to.
    baseline : Strategy, optional
        What to compare with; if not given, the history that the strategies share and no
        programme after it.
    start : float, optional
        Year from which money and discounted sums count; if not given, the first year in
        which the strategies can differ.
    budget : float, optional
        Present value of programme money that every strategy shall cost, Myuan.
    equal_cost : bool
        Whether budgets are scaled at all.
    settings : mapping, optional
        Other inputs of the model that hold in every run.
    engine : str
        Engine that runs the model.

    Returns
    -------
    Comparison
        The comparison.

    Raises
    ------
    InputError
        If a strategy is named twice, the start is not a year of the run, or budgets
        cannot be matched.
    """
    baseline = shared_history(strategies) if baseline is None else baseline
    check_names([strategy.name for strategy in (baseline, *strategies)])
    start = (
        first_year(baseline, *strategies, otherwise=baseline.history.until)
        if start is None
        else start
    )
    _check_start(start, model)

    done: dict[str, xr.Dataset] = {}

    def run(strategy: Strategy, shock: Mapping[str, Any] | None = None) -> xr.Dataset:
        # Matching budgets ends with runs that the comparison needs again.
        if shock is None and strategy.hash in done:
            return done[strategy.hash]
        own = strategy.inputs(model)
        for name in settings or {}:
            if name in own:
                raise InputError(f"{name!r} is set by strategy {strategy.name!r}: edit its file")
        inputs = {**own, **(settings or {}), **(shock or {})}
        result: xr.Dataset = simulate(
            model, inputs, engine=engine, outputs=[*list_variables(), *ACCOUNTS]
        )
        if shock is None:
            done[strategy.hash] = result
        return result

    def end_of(result: xr.Dataset) -> xr.Dataset:
        return at_the_end(collect_outcomes(result), start).assign(
            {MONEY: programme_money(result, start)}
        )

    funded = (
        equalise(strategies, run, start, budget)
        if equal_cost
        else as_written(strategies, run, start)
    )
    base_run = run(baseline)
    runs = [run(item.strategy) for item in funded]
    names = [item.strategy.name for item in funded]
    base_end = end_of(base_run)
    origins = _along(
        "strategy",
        names,
        [
            effect_by_origin(item.strategy, model.regions, lambda part: end_of(run(part)), base_end)
            for item in funded
        ],
    )
    payers = [
        who_pays(item.strategy, since(result, start)).to_series()
        for item, result in zip(funded, runs, strict=True)
    ]
    compared = (baseline, *(item.strategy for item in funded))
    paths = _along(
        "strategy", [item.name for item in compared], [*map(collect_outcomes, (base_run, *runs))]
    )
    return Comparison(
        start=start,
        baseline=baseline,
        funded=funded,
        paths=paths,
        origins=origins.drop_vars(MONEY),
        origin_money=origins[MONEY],
        money=pd.DataFrame(payers).set_axis(names),
        recovery=_recovery(model, compared, paths, run),
    )


def _recovery(
    model: Model,
    strategies: Sequence[Strategy],
    paths: xr.Dataset,
    run: Callable[[Strategy, Mapping[str, Any]], xr.Dataset],
) -> xr.Dataset:
    measured = []
    for shock in shocks():
        bent = shock.inputs(model)
        hit = [collect_outcomes(run(strategy, bent))["value added"] for strategy in strategies]
        disturbed = xr.concat(hit, "strategy").assign_coords(strategy=paths["strategy"])
        measured.append(recovery(paths["value added"], disturbed, shock.year))
    return _along("shock", [shock.name for shock in shocks()], measured)


def _along(dimension: str, names: list[str], parts: list[xr.Dataset]) -> xr.Dataset:
    joined = xr.concat(parts, dimension)
    return joined.assign_coords({dimension: np.array(names, dtype=object)})


def at_the_end(outcomes: xr.Dataset, start: float) -> xr.Dataset:
    """Outcomes of the last year, the discounted sum being counted from `start`."""
    ends = outcomes.isel(time=-1)
    since = outcomes[DISCOUNTED].isel(time=-1) - outcomes[DISCOUNTED].sel(time=start)
    return ends.assign({DISCOUNTED: since.assign_attrs(outcomes[DISCOUNTED].attrs)})


def shared_history(strategies: tuple[Strategy, ...]) -> Strategy:
    """Give the history that strategies share, without a programme after it."""
    until = min(strategy.history.until for strategy in strategies)
    return Strategy(
        name="baseline",
        title="No programme",
        description="The history that the strategies share, and no programme after it.",
        history=History(until=until),
    )


def check_names(names: Sequence[str]) -> None:
    """Refuse a comparison in which a strategy is named twice."""
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"strategy {name!r} is named twice; compare different ones")


def _check_start(start: float, model: Model) -> None:
    first, last = model.time.initial, model.time.final
    if not first <= start < last or start != int(start):
        raise InputError(f"start = {start:g} is not a whole year in {first:g}..{last - 1:g}")


def _table(comparison: Comparison) -> pd.DataFrame:
    ends = comparison.ends
    base = ends.sel(strategy=comparison.baseline.name)
    rows = []
    for item in comparison.funded:
        strategy = item.strategy.name
        for name in ends.data_vars:
            unit = ends[name].attrs.get("unit", "")
            after = ends[name].sel(strategy=strategy)
            regional = PLACE in after.dims
            for place in ends[PLACE].values if regional else [TOTAL]:
                at = {PLACE: place} if regional else {}
                before, value = float(base[name].sel(at)), float(after.sel(at))
                rows.append((name, unit, place, strategy, before, value, value - before))
            if regional:
                others = comparison.origins[name].sel(strategy=strategy)
                change = float(effect_on_others(others, str(name)))
                # In percent of the total: the neighbours of all programmes are all regions.
                rows.append((name, unit, OTHERS, strategy, before, np.nan, change))
    columns = ["outcome", "unit", "place", "strategy", "baseline", "value", "change"]
    table = pd.DataFrame(rows, columns=columns)
    # Nothing before: the change is not a share of anything.
    size = table["baseline"].abs().replace(0.0, np.nan)
    table["change in percent"] = 100 * table["change"] / size
    return table
