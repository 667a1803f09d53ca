"""What a comparison of strategies gives: outcomes, money and payers in every world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.presentation.language.spoken import say
from smecluster.policies.base_result import pick_named
from smecluster.policies.ensemble.cases import FUTURE, STRATEGY
from smecluster.policies.ensemble.recovery import GAP, measure_recovery
from smecluster.policies.ensemble.spillovers import measure_spillover
from smecluster.policies.plan import LAST_YEAR
from smecluster.policies.wording.worlds import Drawn

if TYPE_CHECKING:
    from pathlib import Path

    from smecluster.model.presentation.plotting import Figure
    from smecluster.policies.budget import Budget
    from smecluster.policies.futures import Future
    from smecluster.policies.spans import SpanExcess
    from smecluster.policies.strategy import Strategy
from smecluster.policies.comparison.measures import (
    _NO_MONEY,
    DISCOUNTED,
    PER_YUAN,
    SUPPLY,
    keep_units,
    measure_half_time,
    prefers_more,
)


@dataclass(frozen=True, repr=False)
class Comparison(Drawn):
    """What strategies do in many worlds, or in one, at equal additional money.

    Attributes
    ----------
    start : float
        Year from which money and discounted sums count.
    baseline : Strategy
        What the strategies are compared with; it is the first along ``strategy``.
    strategies : tuple of Strategy
        The strategies, their money as written.
    budget : Budget or None
        Additional money of every strategy with a programme; None where budgets are as written.
    futures : tuple of Future
        What may come from outside, the base first.
    draws : pandas.DataFrame
        What differs among draws: a row each, no column where the model's own values were run.
    ends : xarray.Dataset
        Outcomes of the last year (discounted: since `start`) along (strategy, future, draw,
        place).
    paths : xarray.DataArray
        Value added, Myuan/Year, along (strategy, future, draw, time, place).
    money, factor : xarray.DataArray
        Present value of programme money beyond policy as now in the same world, Myuan, and what
        the money as written was multiplied by, Dmnl, along (strategy, future, draw).
    paid : xarray.DataArray
        The additional money by payer, Myuan, along (strategy, payer, future, draw).
    origins : xarray.Dataset
        Change of each outcome that regions have, in its unit, when one government (a region's,
        or the ``centre``) runs its programme alone, against the same policy without any
        programme, along (strategy, origin, draw, place), base future; missing where that
        government has no programme. The origin ``acting together`` is what the whole strategy
        does beyond the sum of these.
    origin_money : xarray.DataArray
        Money that goes with it, Myuan, along (strategy, origin, draw).
    failures : pandas.DataFrame
        Runs without a result: strategy, future, draw, reason, inputs.
    spans : tuple of SpanExcess
        Levers that get more than is plausible, with the money that is compared.
    runs : int
        How many runs it took.
    discounting : tuple of (float, float)
        Rate a year, Dmnl, and the year to which present values refer.
    provenance : mapping of str to str
        Where it came from: hashes of model, strategies and draws, versions.
    money_end : float
        Last year of the money, whatever the horizon of its consequences is.
    all_varied : bool
        Whether the draws vary everything of which the model's file believes a range.
    """

    start: float
    baseline: Strategy
    strategies: tuple[Strategy, ...]
    budget: Budget | None
    futures: tuple[Future, ...]
    draws: pd.DataFrame
    ends: xr.Dataset
    paths: xr.DataArray
    money: xr.DataArray
    factor: xr.DataArray
    paid: xr.DataArray
    origins: xr.Dataset
    origin_money: xr.DataArray
    failures: pd.DataFrame
    spans: tuple[SpanExcess, ...]
    runs: int
    discounting: tuple[float, float]
    provenance: Mapping[str, str] = field(default_factory=dict)
    money_end: float = LAST_YEAR
    all_varied: bool = False

    def __repr__(self) -> str:
        draws = f"{len(self.draws):,} draws" if self.several else "best fit"
        futures = f"{len(self.futures)} futures" if len(self.futures) > 1 else "base future"
        names = ", ".join(self.names)
        return f"<Comparison: {names} against {self.baseline.name}, {futures}, {draws}>"

    @property
    def names(self) -> list[str]:
        """Names of the strategies, without the baseline."""
        return [strategy.name for strategy in self.strategies]

    @property
    def several(self) -> bool:
        """Whether there are several draws, so that shares and intervals mean something."""
        return len(self.draws) > 1

    @property
    def end(self) -> float:
        """Last year whose consequences count: the horizon."""
        return float(self.paths["time"].values[-1])

    @property
    def titles(self) -> dict[str, str]:
        """Titles of strategies and futures, by name."""
        strategies = {one.name: one.title for one in (self.baseline, *self.strategies)}
        return strategies | {future.name: future.title for future in self.futures}

    @cached_property
    def changes(self) -> xr.Dataset:
        """Change of each outcome against the baseline of the same world, by strategy."""
        without = self.ends.sel({STRATEGY: self.baseline.name}, drop=True)
        change = self.ends.sel({STRATEGY: self.names}) - without
        return keep_units(change, self.ends)

    @property
    def gained(self) -> xr.DataArray:
        """Discounted value added beyond the baseline, Myuan, by strategy, world and place."""
        return self.changes[DISCOUNTED]

    @cached_property
    def per_yuan(self) -> xr.DataArray:
        """Value added gained in all regions for a yuan spent beyond the baseline, Dmnl.

        Against policy as now that is the additional money. Missing where a strategy spends no more
        than the baseline.
        """
        money = self.money.sel({STRATEGY: self.names})
        beyond = money - self.money.sel({STRATEGY: self.baseline.name}, drop=True)
        # Money is matched, not equal: what is left of it is no denominator.
        least = _NO_MONEY * (
            self.ends[SUPPLY].sel({STRATEGY: self.baseline.name, PLACE: TOTAL}, drop=True)
        )
        ratio = self.gained.sel({PLACE: TOTAL}, drop=True) / beyond.where(beyond > least)
        return ratio.assign_attrs(unit="Dmnl")

    @cached_property
    def others(self) -> xr.Dataset:
        """Effect of the regions' own programmes on the other regions, base future.

        In each outcome's unit, along (strategy, draw), see
        `policies.ensemble.spillovers.measure_spillover`.
        """
        return xr.Dataset(
            {
                name: measure_spillover(values, str(name)).assign_attrs(values.attrs)
                for name, values in self.origins.items()
            }
        )

    @cached_property
    def half(self) -> xr.DataArray:
        """Years from `start` until the effect on value added passes half of its final value.

        Along (strategy, future, draw, place). Between years the effect is taken to move on a
        straight line. Missing where there is no effect at the end.
        """
        effect = self.paths.sel({STRATEGY: self.names}) - self.paths.sel(
            {STRATEGY: self.baseline.name}, drop=True
        )
        return measure_half_time(effect, self.start)

    @cached_property
    def recovered(self) -> xr.Dataset:
        """What each future but the base does to value added, see `policies.ensemble.recovery`.

        Along (future, strategy, draw, place), each strategy against its own base future.
        """
        base, *others = self.futures
        undisturbed = self.paths.sel({FUTURE: base.name}, drop=True)
        parts = [
            measure_recovery(
                undisturbed, self.paths.sel({FUTURE: future.name}, drop=True), future.year
            )
            for future in others
        ]
        names = np.array([future.name for future in others], dtype=object)
        return xr.concat(parts, FUTURE).assign_coords({FUTURE: names}).drop_vars(GAP)

    # For notebooks

    def answer(self) -> dict[str, str]:
        """Give the answers in words, by question, the first one first."""
        from smecluster.policies.comparison.text import answer_comparison

        return answer_comparison(self)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give every table by its name, in the units of the command line.

        Returns
        -------
        dict
            ``headlines`` (all regions, base future), ``outcomes``, ``probabilities``, ``money``,
            ``paths``, ``spillovers``, ``timing``, with futures ``recovery``, and ``failures``
            where a run has no result.
        """
        from smecluster.model.presentation.exports import convert_units
        from smecluster.policies.comparison.brief import table_headlines
        from smecluster.policies.comparison.tables import make_tables
        from smecluster.policies.wording.quantiles import QUANTILES

        made = {"headlines": table_headlines(self)}
        for name, table in make_tables(self).items():
            values = [one for one in QUANTILES if one in table] if "unit" in table else []
            made[name] = convert_units(table, values=values)
        return made

    def table(self, name: str = "headlines") -> pd.DataFrame:
        """Give one table, see `tables`.

        Raises
        ------
        InputError
            If there is none of that name.
        """
        return pick_named("table", name, self.tables())

    def figures(self) -> dict[str, Figure]:
        """Draw every figure by its name, the most important first."""
        from smecluster.policies.comparison.figures.gallery import draw_figures

        return draw_figures(self)

    def figure(self, name: str = "overview") -> Figure:
        """Draw one figure, see `figures`.

        Raises
        ------
        InputError
            If there is none of that name.
        """
        from smecluster.policies.comparison.figures.gallery import draw_figure

        return draw_figure(self, name)

    def to_excel(self, path: str | Path) -> Path:
        """Write all tables to an Excel workbook, with a sheet that says what they rest on.

        Parameters
        ----------
        path : str or Path
            The workbook, ``.xlsx``.

        Returns
        -------
        Path
            The workbook.

        Raises
        ------
        InputError
            If the name does not end in ``.xlsx``, or the file cannot be written.
        """
        from smecluster.model.presentation.exports import write_excel
        from smecluster.policies.comparison.text import describe_basis

        notes = dict(self.answer())
        notes |= {f"basis {at}": said for at, said in enumerate(describe_basis(self), 1)}
        return write_excel(self.tables(), path, {**notes, **self.provenance})

    def describe_budget(self) -> str:
        """Say what each strategy spends: the budget, or what its file says."""
        if self.budget is None:
            return say("as each strategy's file says, not scaled to equal money")
        return self.budget.describe()

    def share_better(self, outcome: str, one: str, other: str, place: str = TOTAL) -> float:
        """Share of the draws of the base future in which one strategy is better than another.

        Parameters
        ----------
        outcome : str
            An outcome, or ``gained per yuan``.
        one, other : str
            Names of the strategies.
        place : str
            Where.

        Returns
        -------
        float
            Share, ties counted half, Dmnl; NaN where the outcome is neither better nor worse, or
            there is no result.
        """
        more = True if outcome == PER_YUAN else prefers_more(outcome)
        if more is None:
            return float("nan")
        values = self.per_yuan if outcome == PER_YUAN else self.ends[outcome]
        values = values.sel({FUTURE: self.futures[0].name})
        if PLACE in values.dims:
            values = values.sel({PLACE: place})
        lead = values.sel({STRATEGY: one}) - values.sel({STRATEGY: other})
        lead = lead[lead.notnull()] * (1 if more else -1)
        return float(((lead > 0) + 0.5 * (lead == 0)).mean()) if lead.size else float("nan")

    def has_money(self, name: str) -> bool:
        """Whether a strategy spends more than the baseline in some draw of the base future."""
        return bool(
            self.per_yuan.sel({FUTURE: self.futures[0].name, STRATEGY: name}).notnull().any()
        )

    def has_result_anywhere(self, name: str) -> bool:
        """Whether a strategy or the baseline has a result in some world."""
        return bool(self.money.sel({STRATEGY: name}).notnull().any())
