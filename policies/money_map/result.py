"""The map of money and horizons: what strategies are worth in each cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr

from smecluster.policies.base_result import PolicyResult
from smecluster.policies.ensemble.gains import HORIZON

if TYPE_CHECKING:
    from smecluster.model.presentation.plotting import Figure
    from smecluster.policies.budget import Budget
    from smecluster.policies.spans import SpanExcess
    from smecluster.policies.strategy import Strategy
    from smecluster.policies.wording.worlds import Odds


@dataclass(frozen=True)
class MoneyMap(PolicyResult):
    """What strategies are worth at several budgets, to several horizons.

    Attributes
    ----------
    strategies : tuple of Strategy
        The strategies.
    baseline : Strategy
        What each draw is compared with.
    budgets : tuple of Budget
        The budgets, the smallest first.
    draws : pandas.DataFrame
        What differs among draws: a row each, no column where the model's own values were run.
    changes : xarray.Dataset
        `GAINED` and `BENEFIT`, Myuan in present value, against the baseline of the same draw,
        along (money, strategy, draw, horizon), and the additional money.
    failed, runs : int
        Cases without a result, and how many runs were made.
    spans : tuple of tuple of SpanExcess
        Levers that get more than is plausible, by budget.
    odds : Odds
        What counts of draws are called.
    """

    strategies: tuple[Strategy, ...]
    baseline: Strategy
    budgets: tuple[Budget, ...]
    draws: pd.DataFrame
    changes: xr.Dataset
    failed: int
    runs: int
    spans: tuple[tuple[SpanExcess, ...], ...]
    odds: Odds

    @property
    def names(self) -> list[str]:
        """Names of the strategies."""
        return [one.name for one in self.strategies]

    @property
    def horizons(self) -> list[float]:
        """Last years that count, the first first."""
        return [float(year) for year in self.changes[HORIZON].values]

    @property
    def several(self) -> bool:
        """Whether there are several draws, so that shares and intervals mean something."""
        return len(self.draws) > 1

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give the map, every strategy's worth, and where each stops paying."""
        from smecluster.policies.money_map.tables import make_tables

        return make_tables(self)

    def labelled(self) -> dict[str, pd.DataFrame]:
        """Give its tables in the units of the screen."""
        from smecluster.policies.money_map.tables import label_units

        return {name: label_units(table) for name, table in self.tables().items()}

    def figures(self) -> dict[str, Figure]:
        """Draw the map."""
        from smecluster.policies.money_map.figures import draw_figures

        return draw_figures(self)

    def answer(self) -> list[str]:
        """Say in sentences what it shows, the most important first."""
        from smecluster.policies.money_map.text import write_answer

        return write_answer(self)

    def basis(self) -> list[str]:
        """Say in sentences what it rests on."""
        from smecluster.policies.money_map.text import write_basis

        return write_basis(self)
