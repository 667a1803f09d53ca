"""Names and measures of an assignment: who is best at each lever, how sure, and what turns it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

from smecluster.policies.assignment.divisions import NOBODY, RUNNING
from smecluster.policies.ensemble.cases import DRAW
from smecluster.policies.ensemble.gains import BENEFIT, HORIZON
from smecluster.policies.ensemble.ordering import order_by_majority

if TYPE_CHECKING:
    from smecluster.policies.assignment.result import Assignment

Floats = NDArray[np.float64]

LEVER, WHO_RUNS = "lever", "who"
DIVISION = "division"
#: Divisions that are compared: the paper's, the best with the paper's levers, the best of all, and
#: one level for everything.
PAPER, LEVELS, BEST = "paper", "best levels for the paper's levers", "best"
ALL_CENTRE, ALL_REGIONS = "all by the centre", "all by the regions"
DIVISIONS = (PAPER, LEVELS, BEST, ALL_CENTRE, ALL_REGIONS)
#: Share of the draws in which the best has to be ahead to be called sure.
SURE = 0.9
# Chance that a constant is named by accident, over all constants that are drawn.
_ERROR = 0.05
# With fewer draws no constant can be told from chance.
_FEW = 20


@dataclass(frozen=True)
class Driver:
    """A drawn constant that turns an order.

    Attributes
    ----------
    name : str
        The constant.
    rank : float
        Rank correlation of the constant with the lead, Dmnl.
    tips_at : float
        Value that parts draws with the lead from draws without it best, in the constant's unit.
    above : bool
        Whether the lead is lost above that value.
    right : float
        Share of draws that it parts rightly, the two sides counting alike, Dmnl.
    """

    name: str
    rank: float
    tips_at: float
    above: bool
    right: float


def measure_benefit(
    assignment: Assignment, lever: str, horizon: float | None = None
) -> xr.DataArray:
    """Give the net national benefit of a yuan on a lever, yuan a yuan, along (who, draw).

    Where nobody runs it there is neither money nor benefit: nothing.
    """
    year = assignment.horizon if horizon is None else horizon
    own = assignment.levers.sel({LEVER: lever, HORIZON: year}, drop=True)
    ratio = own[BENEFIT] / assignment.budget.money
    nothing = xr.zeros_like(ratio.isel({WHO_RUNS: [0]})).assign_coords({WHO_RUNS: [NOBODY]})
    # A draw without a result has none for nobody either, so that all are counted alike.
    lost = ratio.isnull().any(WHO_RUNS)
    both = xr.concat([ratio, nothing], WHO_RUNS).where(~lost)
    return both.transpose(WHO_RUNS, DRAW)


def rank_who(benefit: xr.DataArray) -> list[str]:
    """Order those who may run a lever by majority over the draws; nobody comes first among equals.

    Empty where there is no result: money that buys nothing is better kept.
    """
    order = (NOBODY, *RUNNING)
    ranked = order_by_majority(
        {who: np.asarray(benefit.sel({WHO_RUNS: who}).values, dtype=float) for who in order}
    )
    return ranked if len(ranked) == len(order) else []


def find_driver(draws: pd.DataFrame, lead: Floats) -> Driver | None:
    """Find the drawn constant that turns an order, if one does and it is no accident.

    Parameters
    ----------
    draws : pandas.DataFrame
        A row a draw, a column a constant.
    lead : array of float
        How far the first is ahead of the second in each draw; NaN where there is no result.

    Returns
    -------
    Driver or None
        The constant with the strongest rank correlation, where that would by chance be as strong
        in less than one of twenty such searches; None where the order is the same in all draws.
    """
    known = np.isfinite(lead)
    values = lead[known]
    won = values > 0
    if known.sum() < _FEW or won.all() or not won.any():
        return None
    table = draws.loc[known]
    table = table[[name for name in table if table[name].nunique() > 1]]
    if table.empty:
        return None
    ranks = rankdata(table.to_numpy(dtype=float), axis=0)
    target = rankdata(values)
    ranks = (ranks - ranks.mean(0)) / ranks.std(0)
    target = (target - target.mean()) / target.std()
    rhos = ranks.T @ target / len(target)
    at = int(np.argmax(np.abs(rhos)))
    rho = float(rhos[at])
    # Fisher's transformation, and Bonferroni's correction for having looked at all constants.
    limit = norm.ppf(1 - _ERROR / (2 * len(rhos)))
    if np.arctanh(min(abs(rho), 1 - 1e-12)) * np.sqrt(len(target) - 3) < limit:
        return None
    tips_at, right = _part(table.iloc[:, at].to_numpy(dtype=float), won, rho < 0)
    return Driver(str(table.columns[at]), rho, tips_at, rho < 0, right)


def _part(values: Floats, won: NDArray[np.bool_], lost_above: bool) -> tuple[float, float]:
    """Find the value that parts the draws best, both sides counting alike."""
    order = np.argsort(values, kind="stable")
    sorted_values, wins = values[order], won[order]
    below = np.concatenate([[0], np.cumsum(wins)]) / wins.sum()
    lost = np.concatenate([[0], np.cumsum(~wins)]) / (~wins).sum()
    right = (below + 1 - lost) / 2 if lost_above else (1 - below + lost) / 2
    inner = right[1:-1]
    at = int(np.argmax(inner))
    return float(sorted_values[at : at + 2].mean()), float(inner[at])
