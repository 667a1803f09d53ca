"""The account of strategies: its lines, its parties, and what stands beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.policies.accounting.measures import ACCOUNT, LINES_PAID, PARTY, sum_parties
from smecluster.policies.base_result import PolicyResult
from smecluster.policies.ensemble.cases import STRATEGY
from smecluster.policies.ensemble.worlds import ADDITIONAL

if TYPE_CHECKING:
    from smecluster.model.presentation.plotting import Figure
    from smecluster.policies.budget import Budget
    from smecluster.policies.spans import SpanExcess
    from smecluster.policies.strategy import Strategy
    from smecluster.policies.wording.worlds import Odds


@dataclass(frozen=True)
class Account(PolicyResult):
    """What strategies cost and bring the nation, and who bears it.

    Attributes
    ----------
    strategies : tuple of Strategy
        The strategies, their money as written.
    baseline : Strategy
        What each draw is compared with.
    budget : Budget
        Additional money of each strategy, and the years in which it counts.
    horizon : float
        Last year whose benefits and costs count.
    draws : pandas.DataFrame
        What differs among draws: a row each, no column where the model's own values were run.
    changes : xarray.Dataset
        Against the baseline of the same draw, along (strategy, draw): `ACCOUNT` (the change of
        the model's own account, Myuan), `LINES_PAID` along ``line`` and `ITEMS_PAID` along
        ``item`` and ``Region`` (Myuan, with the sign of a benefit), `BESIDE` along ``year``,
        and the additional money (Myuan). All money is present value.
    levels : xarray.Dataset
        `BESIDE` under the baseline, along (draw, year).
    failed : int
        How many runs have no result.
    runs : int
        How many runs were made.
    spans : tuple of SpanExcess
        Levers that get more than is plausible.
    odds : Odds
        What counts of draws are called.
    """

    strategies: tuple[Strategy, ...]
    baseline: Strategy
    budget: Budget
    horizon: float
    draws: pd.DataFrame
    changes: xr.Dataset
    levels: xr.Dataset
    failed: int
    runs: int
    spans: tuple[SpanExcess, ...]
    odds: Odds

    @property
    def names(self) -> list[str]:
        """Names of the strategies."""
        return [one.name for one in self.strategies]

    @property
    def several(self) -> bool:
        """Whether there are several draws, so that shares and intervals mean something."""
        return len(self.draws) > 1

    @property
    def start(self) -> float:
        """First year that counts."""
        return self.budget.start

    @property
    def money(self) -> xr.DataArray:
        """Additional money beyond the baseline, present value, Myuan, along (strategy, draw)."""
        return self.changes[ADDITIONAL]

    def benefit(self, name: str) -> xr.DataArray:
        """Net national benefit of a strategy, Myuan, along ``draw``."""
        return self.changes[ACCOUNT].sel({STRATEGY: name}, drop=True)

    def measure_gap(self) -> float:
        """Largest difference between the account, the sum of its lines and that of its parties.

        Returns
        -------
        float
            Over the largest line of the same strategy and draw, Dmnl; it is rounding where the
            account balances.
        """
        lines = self.changes[LINES_PAID]
        whole = self.changes[ACCOUNT]
        size = abs(lines).max("line")
        gaps = [abs(lines.sum("line") - whole), abs(sum_parties(self).sum(PARTY) - whole)]
        worst = [float(np.nanmax((gap / size.where(size > 0)).values)) for gap in gaps]
        return max(worst)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give the account, its parties, what stands beside it, and every draw's total."""
        from smecluster.policies.accounting.tables import make_tables

        return make_tables(self)

    def labelled(self) -> dict[str, pd.DataFrame]:
        """Give its tables in the units of the screen."""
        from smecluster.policies.accounting.tables import label_units

        return {name: label_units(table) for name, table in self.tables().items()}

    def figures(self) -> dict[str, Figure]:
        """Draw the lines and the parties."""
        from smecluster.policies.accounting.figures import draw_figures

        return draw_figures(self)

    def answer(self) -> list[str]:
        """Say in sentences what it shows, the most important first."""
        from smecluster.policies.accounting.text import write_answer

        return write_answer(self)

    def basis(self) -> list[str]:
        """Say in sentences what it rests on."""
        from smecluster.policies.accounting.text import write_basis

        return write_basis(self)
