"""The best use of a budget beside strategies written by hand, and the tables made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr

from smecluster.policies.base_result import PolicyResult
from smecluster.policies.plan import LAST_YEAR
from smecluster.policies.wording.worlds import Drawn

if TYPE_CHECKING:
    from smecluster.model.presentation.plotting import Figure
    from smecluster.policies.budget import Budget
    from smecluster.policies.menu import Menu
    from smecluster.policies.optimisation.search import Search
    from smecluster.policies.spans import SpanExcess
    from smecluster.policies.strategy import Strategy
from smecluster.policies.optimisation.measures import (
    Array,
    tabulate_allocations,
    tabulate_for_readers,
    tabulate_front,
)


@dataclass(frozen=True)
class BestUse(Drawn, PolicyResult):
    """The best use of a budget, and the strategies that it is compared with.

    Attributes
    ----------
    budget : Budget
        The additional money of every strategy.
    baseline : Strategy
        What all are compared with.
    criteria : tuple of str
        The aims, see `policies.optimisation.evaluation.CRITERIA`; that of the search first.
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
        The value of the best way so far, by generation, Myuan by the aim.
    search : Search
        How the search was made.
    step : float
        Time step of the search, Year.
    runs : int
        How many runs it took.
    menu : Menu
        The levers from which either level of government chooses.
    spent : dict of str to dict
        Present value of what the programme of each government (a region's, or the ``centre``)
        spends at the model's own values, Myuan, by strategy.
    spans : tuple of SpanExcess
        Levers on which the best use or a strategy by hand spends more than is plausible.
    horizon : float
        Last year whose consequences count.
    all_varied : bool
        Whether the draws vary everything of which the model's file believes a range.
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
    menu: Menu
    spent: Mapping[str, Mapping[str, float]]
    spans: tuple[SpanExcess, ...] = ()
    horizon: float = LAST_YEAR
    all_varied: bool = False

    @property
    def aim(self) -> str:
        """What the best use is the best by: the first criterion."""
        return self.criteria[0]

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
