"""Who should run which lever: the table, the divisions, and what they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr

from smecluster.policies.assignment.divisions import Division
from smecluster.policies.assignment.search import Found
from smecluster.policies.base_result import PolicyResult

if TYPE_CHECKING:
    from smecluster.model.presentation.plotting import Figure
    from smecluster.policies.budget import Budget
    from smecluster.policies.spans import SpanExcess
    from smecluster.policies.strategy import Strategy
    from smecluster.policies.wording.worlds import Odds


@dataclass(frozen=True)
class Chosen:
    """Whole divisions of labour, and what they are worth.

    Attributes
    ----------
    divisions : mapping of str to Division
        Those that were evaluated, by name.
    results : xarray.Dataset
        `GAINED`, `BENEFIT` and the additional money, Myuan, along (division, draw, horizon).
    chosen_on : tuple
        The draws on which the best were chosen; the others are unseen.
    searches : mapping of str to Found
        How the best were found.
    failed, runs : int
        Runs without a result, and all runs.
    excess : tuple of SpanExcess
        Levers that get more than is plausible in whole divisions.
    """

    divisions: Mapping[str, Division]
    results: xr.Dataset
    chosen_on: tuple[object, ...]
    searches: Mapping[str, Found]
    failed: int
    runs: int
    excess: tuple[SpanExcess, ...]


@dataclass(frozen=True)
class Assignment(PolicyResult):
    """Who should run which lever, at the same additional money.

    Attributes
    ----------
    budget : Budget
        Additional money of each case, and the years in which it counts.
    baseline : Strategy
        What each draw is compared with.
    horizon : float
        Last year whose benefits and costs count.
    draws : pandas.DataFrame
        What differs among draws: a row each, no column where the model's own values were run.
    paper : Division
        The paper's division of labour.
    mix : mapping of str to float
        Money of each lever relative to the others in whole divisions.
    levers : xarray.Dataset
        All the money on one lever: `GAINED` and `BENEFIT`, Myuan, along (lever, who, draw,
        horizon), and the additional money.
    divisions, results, chosen_on, searches, excess
        As in `Chosen`.
    failed, runs : int
        Runs without a result, and all runs.
    spans : mapping of str to float
        Upper end of the plausible span, Dmnl, of the levers that get more than that.
    odds : Odds
        What counts of draws are called.
    """

    budget: Budget
    baseline: Strategy
    horizon: float
    draws: pd.DataFrame
    paper: Division
    mix: Mapping[str, float]
    levers: xr.Dataset
    divisions: Mapping[str, Division]
    results: xr.Dataset
    chosen_on: tuple[object, ...]
    searches: Mapping[str, Found]
    failed: int
    runs: int
    excess: tuple[SpanExcess, ...]
    spans: Mapping[str, float]
    odds: Odds

    @property
    def several(self) -> bool:
        """Whether there are several draws, so that shares and intervals mean something."""
        return len(self.draws) > 1

    @property
    def names(self) -> tuple[str, ...]:
        """The levers."""
        return self.paper.levers

    def with_divisions(self, chosen: Chosen) -> Assignment:
        """Add whole divisions."""
        return replace(
            self,
            divisions=chosen.divisions,
            results=chosen.results,
            chosen_on=chosen.chosen_on,
            searches=chosen.searches,
            failed=self.failed + chosen.failed,
            runs=chosen.runs,
            excess=chosen.excess,
        )

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give the assignment, every case of a lever, and the divisions."""
        from smecluster.policies.assignment.tables import make_tables

        return make_tables(self)

    def labelled(self) -> dict[str, pd.DataFrame]:
        """Give its tables in the units of the screen."""
        from smecluster.policies.assignment.tables import label_units

        return label_units(self.tables())

    def figures(self) -> dict[str, Figure]:
        """Draw what each lever is worth in whose hands."""
        from smecluster.policies.assignment.figures import draw_figures

        return draw_figures(self)

    def answer(self) -> list[str]:
        """Say in sentences what it shows, the most important first."""
        from smecluster.policies.assignment.text import write_answer

        return write_answer(self)

    def basis(self) -> list[str]:
        """Say in sentences what it rests on."""
        from smecluster.policies.assignment.text import write_basis

        return write_basis(self)
