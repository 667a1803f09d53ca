"""Which named loops dominate under each strategy, year by year, and the tables made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr

from smecluster.policies.base_result import PolicyResult

if TYPE_CHECKING:
    from smecluster.model.presentation.plotting import Figure
    from smecluster.policies.budget import Budget
    from smecluster.policies.strategy import Strategy
from smecluster.policies.dominance.measures import summarise_shares


@dataclass(frozen=True)
class Dominance(PolicyResult):
    """Which named loops dominate when.

    Attributes
    ----------
    strategies : tuple of Strategy
        The strategies, the one to compare with first; their money as written.
    budget : Budget or None
        The additional money of those with a programme; None where it is as written.
    start : float
        Year from which money counts, and from which shares are averaged.
    step : float
        Time step of the runs, Year.
    shares : xarray.DataArray
        Share of the sum of the named loops' absolute scores, Dmnl, mean of the year's steps, along
        (strategy, loop, Region, time): positive where a loop reinforces, negative where it
        balances; NaN where nothing moves.
    """

    strategies: tuple[Strategy, ...]
    budget: Budget | None
    start: float
    step: float
    shares: xr.DataArray

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give the mean shares since the start, and those of every year."""
        yearly = self.shares.rename("share").to_dataframe().reset_index()
        return {"dominance": summarise_shares(self.shares, self.start), "by year": yearly}

    def figures(self) -> dict[str, Figure]:
        """Draw the share of each loop by year."""
        from smecluster.policies.dominance.figures import draw_dominance

        return {"dominance": draw_dominance(self, self.start)}

    def answer(self) -> list[str]:
        """Say in sentences what it shows, the most important first."""
        from smecluster.policies.dominance.text import write_answer

        return write_answer(self, self.start)

    def basis(self) -> list[str]:
        """Say in sentences what it rests on."""
        from smecluster.policies.dominance.text import write_basis

        return write_basis(self)
