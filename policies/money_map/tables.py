"""Tables of the map: who is ahead in each cell, what each is worth, and where each stops paying."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from smecluster.policies.ensemble.cases import DRAW, STRATEGY
from smecluster.policies.ensemble.gains import BENEFIT, GAINED, HORIZON
from smecluster.policies.money_map.measures import JUDGED, MONEY, find_first, find_limits
from smecluster.policies.wording.quantiles import HIGH, LOW, MEDIAN, compute_quantiles

if TYPE_CHECKING:
    from smecluster.policies.money_map.result import MoneyMap

TABLES = ("map", "worth", "limits", "draws")
# Columns that hold money, Myuan.
_MONEY = {"money", "low", "median", "high", "worth", "pays until", "worth most at"}
_MONEY |= {"value added gained", "net national benefit"}
SHARE = "share of value added [%]"


def make_tables(found: MoneyMap) -> dict[str, pd.DataFrame]:
    """Make the tables of a map, by the name of their file; money is Myuan in present value.

    Parameters
    ----------
    found : MoneyMap
        The map.

    Returns
    -------
    dict
        `TABLES`.
    """
    return {
        "map": tabulate_map(found),
        "worth": _tabulate_worth(found),
        "limits": tabulate_limits(found),
        "draws": _tabulate_draws(found),
    }


def tabulate_map(found: MoneyMap) -> pd.DataFrame:
    """Make a row of every measure, budget and horizon: who is ahead, by how much, how often."""
    rows = []
    for judged, called in JUDGED.items():
        for budget in found.budgets:
            for horizon in found.horizons:
                cell = find_first(found, judged, budget.money, horizon)
                (low, middle, high), _ = compute_quantiles(cell.lead)
                worth, there = compute_quantiles(cell.worth)
                rows.append(
                    {
                        "judged by": called,
                        SHARE: 100 * budget.share,
                        MONEY: budget.money,
                        HORIZON: int(horizon),
                        "ahead": cell.first,
                        "next": cell.second,
                        LOW: float(low),
                        MEDIAN: float(middle),
                        HIGH: float(high),
                        "draws ahead": cell.ahead,
                        "draws": cell.known,
                        "worth": float(worth[1]) if there else np.nan,
                        "draws above zero": int((cell.worth > 0).sum()),
                    }
                )
    return pd.DataFrame(rows)


def tabulate_limits(found: MoneyMap) -> pd.DataFrame:
    """Make a row of every strategy and horizon: up to which budget it pays."""
    rows = []
    for name in found.names:
        for horizon in found.horizons:
            limits = find_limits(found, name, horizon)
            row: dict[str, Any] = {STRATEGY: name, HORIZON: int(horizon)}
            for label, value in (("pays until", limits.until), ("worth most at", limits.best)):
                row[label] = value
                row[f"{label} [% of value added]"] = 100 * value / found.budgets[0].value_added
            row["pays at"] = sum(bool(one) for one in limits.paying)
            row["budgets"] = sum(one is not None for one in limits.paying)
            rows.append(row)
    return pd.DataFrame(rows)


def _tabulate_worth(found: MoneyMap) -> pd.DataFrame:
    """Make a row of every strategy, budget and horizon."""
    rows = []
    for name in found.names:
        for budget in found.budgets:
            for horizon in found.horizons:
                own = found.changes.sel({STRATEGY: name, MONEY: budget.money, HORIZON: horizon})
                benefit = own[BENEFIT].values
                (low, middle, high), known = compute_quantiles(benefit)
                rows.append(
                    {
                        STRATEGY: name,
                        SHARE: 100 * budget.share,
                        MONEY: budget.money,
                        HORIZON: int(horizon),
                        LOW: float(low),
                        MEDIAN: float(middle),
                        HIGH: float(high),
                        "per yuan": float(middle) / budget.money,
                        "value added gained": float(own[GAINED].median()),
                        "draws above zero": int((benefit > 0).sum()),
                        "draws": int(known),
                    }
                )
    return pd.DataFrame(rows)


def _tabulate_draws(found: MoneyMap) -> pd.DataFrame:
    """Make a row of every cell, strategy and draw, so that anybody can count again."""
    table = found.changes[[GAINED, BENEFIT]].to_dataframe().reset_index()
    return table[[MONEY, HORIZON, STRATEGY, DRAW, GAINED, BENEFIT]]


def label_units(table: pd.DataFrame) -> pd.DataFrame:
    """Bring a table of a map to the units of the screen, and say them."""
    from smecluster.model.presentation.exports import convert_units

    return convert_units(table, {str(name): "Myuan" for name in table if name in _MONEY})
