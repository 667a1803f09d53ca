"""Names and measures of the map: who is ahead in a cell, and where a strategy stops paying."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from smecluster.model.presentation.language.catalogue import mark
from smecluster.policies.ensemble.cases import STRATEGY
from smecluster.policies.ensemble.gains import BENEFIT, GAINED, HORIZON
from smecluster.policies.ensemble.ordering import order_by_majority

if TYPE_CHECKING:
    from smecluster.policies.money_map.result import MoneyMap

MONEY = "money"
#: What strategies are judged by, the more telling first, and what pages call it.
JUDGED = {BENEFIT: mark("net national benefit"), GAINED: mark("value added of the regions")}
#: Share of the draws in which the first has to be ahead to be called sure.
SURE = 0.9


@dataclass(frozen=True)
class Cell:
    """Who is ahead at one budget to one horizon.

    Attributes
    ----------
    first, second : str
        Who comes first and second by majority over the draws; empty where nothing has a result.
    lead : array of float
        First less second in each draw, Myuan.
    worth : array of float
        What the first is worth in each draw, Myuan.
    """

    first: str
    second: str
    lead: np.ndarray
    worth: np.ndarray

    @property
    def middle(self) -> float:
        """Median lead, Myuan; NaN where there is none."""
        return _median(self.lead)

    @property
    def ahead(self) -> int:
        """In how many draws the first is ahead."""
        return int((self.lead > 0).sum())

    @property
    def level(self) -> bool:
        """Whether the two are the same in all draws."""
        known = self.lead[np.isfinite(self.lead)]
        return bool(len(known)) and not known.any()

    @property
    def known(self) -> int:
        """How many draws have both."""
        return int(np.isfinite(self.lead).sum())

    @property
    def sure(self) -> bool:
        """Whether the first is ahead in enough of the draws."""
        return self.ahead >= SURE * self.known > 0

    @property
    def pays(self) -> bool:
        """Whether the first is worth something in the median."""
        return _median(self.worth) > 0


def find_first(found: MoneyMap, judged: str, money: float, horizon: float) -> Cell:
    """Find who is ahead in a cell of the map.

    Parameters
    ----------
    found : MoneyMap
        The map.
    judged : str
        What by, of `JUDGED`.
    money : float
        The budget, Myuan.
    horizon : float
        Last year that counts.

    Returns
    -------
    Cell
        Who is ahead; draws in which one of the first two has no result are left out.
    """
    values = found.changes[judged].sel({MONEY: money, HORIZON: horizon}, drop=True)
    order = order_by_majority(
        {name: np.asarray(values.sel({STRATEGY: name}).values, dtype=float) for name in found.names}
    )
    nothing = np.full(values.sizes["draw"], np.nan)
    if not order:
        return Cell("", "", nothing, nothing)
    first = values.sel({STRATEGY: order[0]}).values
    if len(order) == 1:
        return Cell(order[0], "", nothing, first)
    return Cell(order[0], order[1], first - values.sel({STRATEGY: order[1]}).values, first)


@dataclass(frozen=True)
class Limits:
    """Where a strategy pays, by its median net national benefit.

    Attributes
    ----------
    paying : tuple of bool
        Whether it pays at each budget, the smallest first; None where it has no result.
    until : float
        Budget at which it stops paying, between two that were run, Myuan; NaN where it pays at
        none, or still at the largest.
    best : float
        Budget at which it is worth most, Myuan; NaN where it pays at none.
    """

    paying: tuple[bool | None, ...]
    until: float
    best: float


def find_limits(found: MoneyMap, name: str, horizon: float) -> Limits:
    """Find where a strategy pays, on straight lines between the budgets.

    Parameters
    ----------
    found : MoneyMap
        The map.
    name : str
        The strategy.
    horizon : float
        Last year that counts.

    Returns
    -------
    Limits
        Where it pays.
    """
    own = found.changes[BENEFIT].sel({STRATEGY: name, HORIZON: horizon}, drop=True)
    middle = own.median("draw").transpose(MONEY).values
    sums = own[MONEY].values
    known = np.isfinite(middle)
    paying = tuple(bool(value > 0) if np.isfinite(value) else None for value in middle)
    sums, middle = sums[known], middle[known]
    if not (middle > 0).any():
        return Limits(paying, np.nan, np.nan)
    last = int(np.flatnonzero(middle > 0)[-1])
    until = np.nan
    if last + 1 < len(middle):
        share = middle[last] / (middle[last] - middle[last + 1])
        until = float(sums[last] + share * (sums[last + 1] - sums[last]))
    return Limits(paying, until, float(sums[int(np.argmax(middle))]))


def _median(values: np.ndarray | xr.DataArray) -> float:
    given = np.asarray(values, dtype=float)
    known = given[np.isfinite(given)]
    return float(np.median(known)) if len(known) else float("nan")
