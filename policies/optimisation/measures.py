"""Names, measures and tables of the best use of money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.model.presentation.formatting import display_unit
from smecluster.model.presentation.language.spoken import say
from smecluster.policies.ensemble.payers import CENTRE
from smecluster.policies.menu import LEVELS, Level
from smecluster.policies.optimisation.evaluation import CRITERIA, UNITS

if TYPE_CHECKING:
    from smecluster.policies.optimisation.result import BestUse
    from smecluster.policies.strategy import Programme, Strategy

Array = NDArray[np.float64]
Shares = dict[tuple[Level, str], float]
MONEY, FACTOR = "programme money", "factor"
BEST = "best-use"
FRONT = "front-"
#: Title and description of the strategies that the search writes; those of a front are numbered.
BEST_TITLE = ("Best use of the budget", "The best way that a search found to gain most.")
FRONT_TITLE = ("Front", "One of the ways of which none is better by every aim.")
LEAD = "lead: "
AHEAD, COMPARED = "best use ahead", "draws"


def name_front(at: int) -> str:
    """Name a strategy of the front, counted from 1."""
    return f"{FRONT}{at:02d}"


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


def speak_unit(criterion: str) -> tuple[str, float]:
    """Give the unit in which a criterion is shown, and the factor to it."""
    unit, factor = say.unit(UNITS[criterion])
    return say.word(unit), factor


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
        for level in LEVELS:
            programme: Programme | None = getattr(strategy, level)
            if programme is None:
                continue
            for lever, share in programme.allocation.items():
                whole = of_all.get((level, lever), 0.0)
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


def share_money(strategy: Strategy, spent: Mapping[str, float]) -> Shares:
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
        Share of all its money, Dmnl, by level of government and lever, the largest first; levers
        without money are left out.
    """
    money: Shares = {}
    for government, size in spent.items():
        level: Level = "central" if government == CENTRE else "local"
        programme: Programme | None = strategy.central
        if level == "local":
            programme = strategy.local and strategy.local.in_region(government)
        for lever, share in programme.allocation.items() if programme else ():
            money[level, lever] = money.get((level, lever), 0.0) + size * share
    total = sum(money.values())
    largest = sorted(money, key=lambda one: -money[one])
    return {one: money[one] / total for one in largest if money[one] > 0}


def _summarise(values: Array, before: str) -> dict[str, float]:
    points = np.quantile(values, [0.05, 0.5, 0.95]) if len(values) else np.full(3, np.nan)
    mean = float(values.mean()) if len(values) else float("nan")
    named = {"mean": mean, "low": points[0], "median": points[1], "high": points[2]}
    return {before + name: float(value) for name, value in named.items()}
