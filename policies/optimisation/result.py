"""The best use of a budget beside strategies written by hand, and the tables made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from smecluster.model.support.formatting import display_unit
from smecluster.policies.base_result import PolicyResult
from smecluster.policies.ensemble.payers import CENTRE
from smecluster.policies.optimisation.evaluation import CRITERIA, UNITS

if TYPE_CHECKING:
    from smecluster.model.support.plotting import Figure
    from smecluster.policies.budget import Budget
    from smecluster.policies.optimisation.search import Search
    from smecluster.policies.spans import SpanExcess
    from smecluster.policies.strategy import Programme, Strategy

Array = NDArray[np.float64]

MONEY, FACTOR = "programme money", "factor"
BEST = "best-use"
LEAD = "lead: "
AHEAD, COMPARED = "best use ahead", "draws"


@dataclass(frozen=True)
class BestUse(PolicyResult):
    """The best use of a budget, and the strategies that it is compared with.

    Attributes
    ----------
    budget : Budget
        The additional money of every strategy.
    baseline : Strategy
        What all are compared with.
    criteria : tuple of str
        The aims, see `policies.optimisation.evaluation.CRITERIA`.
    best : Strategy
        The best use, with the money that it needs at the model's own values.
    by_hand : tuple of Strategy
        The strategies written by hand.
    front : tuple of Strategy
        Strategies of which none is better than another by every aim; empty if not sought.
    draws, unseen_draws : pandas.DataFrame
        The draws used to choose, and the others.
    chosen_on, unseen : xarray.Dataset
        What strategies reach along (strategy, draw) with the model's own time step: the criteria,
        ``programme money`` (additional, Myuan) and ``factor`` on the money as written. On the
        draws used to choose those of the front are among them, on the others not.
    course : array of float
        The value of the best way so far, by generation, Myuan gained.
    search : Search
        How the search was made.
    step : float
        Time step of the search, Year.
    runs : int
        How many runs it took.
    spent : dict of str to dict
        Present value of what the programme of each government (a region's, or the ``centre``)
        spends at the model's own values, Myuan, by strategy.
    spans : tuple of SpanExcess
        Levers on which the best use or a strategy by hand spends more than is plausible.
    """

    budget: Budget
    baseline: Strategy
    criteria: tuple[str, ...]
    best: Strategy
    by_hand: tuple[Strategy, ...]
    front: tuple[Strategy, ...]
    draws: pd.DataFrame
    unseen_draws: pd.DataFrame
    chosen_on: xr.Dataset
    unseen: xr.Dataset
    course: Array
    search: Search
    step: float
    runs: int
    spent: Mapping[str, Mapping[str, float]]
    spans: tuple[SpanExcess, ...] = ()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give the comparison on unseen draws, the allocations, and the front."""
        front = {"front": tabulate_front(self)} if self.front else {}
        return {
            "comparison": tabulate_for_readers(self),
            "allocations": tabulate_allocations(self),
            **front,
        }

    def figures(self) -> dict[str, Figure]:
        """Draw what the money is spent on, what it reaches, the search and the front."""
        from smecluster.policies.optimisation.figures import draw_figures

        return draw_figures(self)

    def answer(self) -> list[str]:
        """Say in sentences what it shows, the most important first."""
        from smecluster.policies.optimisation.text import write_answer

        return write_answer(self)

    def basis(self) -> list[str]:
        """Say in sentences what it rests on."""
        from smecluster.policies.optimisation.text import write_basis

        return write_basis(self)


def compare_by_hand(best_use: BestUse) -> pd.DataFrame:
    """Compare the best use with the strategies by hand, draw by draw, on unseen draws.

    Parameters
    ----------
    best_use : BestUse
        The best use.

    Returns
    -------
    pandas.DataFrame
        A row a strategy and criterion: unit, mean and 5, 50, 95 % points over the unseen draws,
        the same of the best use's lead over it (positive is better), in how many draws the best
        use is ahead, and in how many both have a result.
    """
    rows = []
    for strategy in (best_use.best, *best_use.by_hand):
        for name in best_use.criteria:
            values = best_use.unseen[name].sel(strategy=strategy.name)
            best = best_use.unseen[name].sel(strategy=best_use.best.name)
            lead = (CRITERIA[name] * (best - values)).values
            known, there = values.values[np.isfinite(values.values)], lead[np.isfinite(lead)]
            if strategy is best_use.best:
                there = there[:0]
            rows.append(
                {
                    "strategy": strategy.name,
                    "criterion": name,
                    "unit": UNITS[name],
                    **_summarise(known, ""),
                    **_summarise(there, LEAD),
                    AHEAD: int((there > 0).sum()),
                    COMPARED: len(there),
                }
            )
    return pd.DataFrame(rows)


def tabulate_for_readers(best_use: BestUse) -> pd.DataFrame:
    """Compare on unseen draws in readable units, one criterion after the other.

    Parameters
    ----------
    best_use : BestUse
        The best use.

    Returns
    -------
    pandas.DataFrame
        Columns: criterion with its unit, strategy, median, 5 and 95 % points, the same of the
        lead of the best use, and in how many draws it is ahead.
    """
    rows = []
    for row in compare_by_hand(best_use).to_dict("records"):
        unit, factor = display_unit(row["unit"])
        ahead = f"{row[AHEAD]} of {row[COMPARED]} draws" if row[COMPARED] else "-"
        rows.append(
            {
                "criterion": f"{row['criterion']}, {unit}",
                "strategy": row["strategy"],
                "median": row["median"] * factor,
                "5 %": row["low"] * factor,
                "95 %": row["high"] * factor,
                "lead of best use": row[LEAD + "median"] * factor,
                "lead 5 %": row[LEAD + "low"] * factor,
                "lead 95 %": row[LEAD + "high"] * factor,
                "best use ahead in": ahead,
            }
        )
    table = pd.DataFrame(rows)
    order = {name: at for at, name in enumerate(best_use.criteria)}
    place = table["criterion"].map(lambda name: order[name.rpartition(", ")[0]])
    return table.assign(place=place).sort_values("place", kind="stable").drop(columns="place")


def tabulate_allocations(best_use: BestUse) -> pd.DataFrame:
    """Show what each strategy spends on each lever.

    Parameters
    ----------
    best_use : BestUse
        The best use.

    Returns
    -------
    pandas.DataFrame
        Columns: strategy, lever, level, share of the level's money (Dmnl), start (Year), and
        share of all the strategy's money (Dmnl, see `share_money`).
    """
    rows = []
    for strategy in (best_use.best, *best_use.by_hand, *best_use.front):
        of_all = share_money(strategy, best_use.spent[strategy.name])
        for level, programme in (("local", strategy.local), ("central", strategy.central)):
            if programme is None:
                continue
            for lever, share in programme.allocation.items():
                whole = of_all.get(lever, 0.0)
                rows.append((strategy.name, lever, level, share, programme.start, whole))
    columns = ["strategy", "lever", "level", "share", "start", "share of all money"]
    table = pd.DataFrame(rows, columns=columns)
    # A whole year is no quantity to be rounded; programmes that wait for a trigger have none.
    years = table["start"].astype(float)
    whole = bool((years.dropna() % 1 == 0).all())
    return table.assign(start=years.astype("Int64") if whole else years)


def tabulate_front(best_use: BestUse) -> pd.DataFrame:
    """Give the mean of every criterion for each strategy of the front, on the draws to choose."""
    names = [one.name for one in best_use.front]
    means = best_use.chosen_on[list(best_use.criteria)].sel(strategy=names).mean("draw")
    return means.to_dataframe().reset_index()


def share_money(strategy: Strategy, spent: Mapping[str, float]) -> dict[str, float]:
    """Share the money of a strategy among its levers, over all governments.

    Parameters
    ----------
    strategy : Strategy
        The strategy.
    spent : mapping of str to float
        Present value of what the programme of each region, and of the ``centre``, spends, Myuan.

    Returns
    -------
    dict
        Share of all its money, Dmnl, by lever, the largest first; levers without money are left
        out.
    """
    money: dict[str, float] = {}
    for government, size in spent.items():
        programme: Programme | None = strategy.central
        if government != CENTRE:
            programme = strategy.local and strategy.local.in_region(government)
        for lever, share in programme.allocation.items() if programme else ():
            money[lever] = money.get(lever, 0.0) + size * share
    total = sum(money.values())
    largest = sorted(money, key=lambda lever: -money[lever])
    return {lever: money[lever] / total for lever in largest if money[lever] > 0}


def _summarise(values: Array, before: str) -> dict[str, float]:
    points = np.quantile(values, [0.05, 0.5, 0.95]) if len(values) else np.full(3, np.nan)
    mean = float(values.mean()) if len(values) else float("nan")
    named = {"mean": mean, "low": points[0], "median": points[1], "high": points[2]}
    return {before + name: float(value) for name, value in named.items()}
