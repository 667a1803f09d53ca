"""What cluster statistics are worth in every future and draw, and the table made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr

from smecluster.model.presentation.exports import convert_units
from smecluster.policies.base_result import PolicyResult
from smecluster.policies.plan import LAST_YEAR
from smecluster.policies.wording.worlds import Drawn

if TYPE_CHECKING:
    from smecluster.model.presentation.plotting import Figure
    from smecluster.policies.budget import Budget
    from smecluster.policies.futures import Future
    from smecluster.policies.strategy import Strategy
from smecluster.policies.statistics_value.measures import QUANTILES, tabulate_worth


@dataclass(frozen=True)
class StatisticsValue(Drawn, PolicyResult):
    """What cluster statistics are worth.

    Attributes
    ----------
    strategy : Strategy
        The strategy whose lever it is, its money as written.
    baseline : Strategy
        What the strategy is compared with.
    budget : Budget or None
        The strategy's additional money; None where it is as written.
    start : float
        Year from which money and discounted sums count.
    futures : tuple of Future
        The futures.
    draws : pandas.DataFrame
        What differs among draws: a row each, no column where the model's own values were run.
    values : xarray.Dataset
        Along (policy, future, draw, place): ``worth``, discounted value added since the start that
        the lever adds, Myuan; ``cost``, present value of its money, Myuan; ``strategy's gain``,
        discounted value added of the whole strategy beyond the baseline, Myuan; ``capacity
        gained``, what the lever adds to statistical capacity at the end, Dmnl (missing in total).
        The policies are ``reactive`` and ``anticipatory``.
    runs : int
        How many runs.
    failed : int
        Worlds that are missing because a run failed in them.
    horizon : float
        Last year whose consequences count.
    all_varied : bool
        Whether the draws vary everything of which the model's file believes a range.
    """

    strategy: Strategy
    baseline: Strategy
    budget: Budget | None
    start: float
    futures: tuple[Future, ...]
    draws: pd.DataFrame
    values: xr.Dataset
    runs: int
    failed: int
    horizon: float = LAST_YEAR
    all_varied: bool = False

    @property
    def several(self) -> bool:
        """Whether there are several draws, so that shares and intervals mean something."""
        return len(self.draws) > 1

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give worth and cost by policy, future and place."""
        table = tabulate_worth(self)
        return {
            "statistics": convert_units(table, values=[one for one in QUANTILES if one in table])
        }

    def figures(self) -> dict[str, Figure]:
        """Draw worth against cost."""
        from smecluster.policies.statistics_value.figures import draw_worth

        return {"statistics": draw_worth(self)}

    def answer(self) -> list[str]:
        """Say in sentences what it shows, the most important first."""
        from smecluster.policies.statistics_value.text import write_answer

        return write_answer(self)

    def basis(self) -> list[str]:
        """Say in sentences what it rests on."""
        from smecluster.policies.statistics_value.text import write_basis

        return write_basis(self)
