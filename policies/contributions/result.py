"""What the levers of a strategy bring in every draw, and the tables made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr

from smecluster.model.presentation.exports import convert_units
from smecluster.model.presentation.formatting import display_unit
from smecluster.policies.base_result import PolicyResult
from smecluster.policies.wording.worlds import Drawn

if TYPE_CHECKING:
    from smecluster.model.presentation.plotting import Figure
    from smecluster.policies.budget import Budget
    from smecluster.policies.spans import SpanExcess
    from smecluster.policies.strategy import Strategy
from smecluster.policies.contributions.measures import (
    QUANTILES,
    tabulate_contributions,
    tabulate_levers,
    tabulate_pairs,
)


@dataclass(frozen=True)
class Contributions(Drawn, PolicyResult):
    """What the levers of a strategy bring, in every draw.

    Attributes
    ----------
    strategy : Strategy
        The strategy, its money as written.
    baseline : Strategy
        What it is compared with.
    budget : Budget or None
        The additional money that it has; None where it is as written.
    start : float
        Year from which money and discounted sums count.
    draws : pandas.DataFrame
        What differs among draws: a row each, no column where the model's own values were run.
    levers : tuple of str
        The levers that have money.
    shares : xarray.Dataset
        For each outcome, in its unit, along (measure, draw, lever, time, place): the
        ``contribution`` (Shapley value), what the lever brings ``alone``, and what is lost when
        it is the ``last`` to go.
    sums : xarray.Dataset
        For each outcome along (measure, draw, time, place): ``baseline``; ``whole effect``, the
        strategy less the baseline; ``rest``, the strategy without its levers less the baseline;
        ``synergy``, what the levers bring together beyond the sum of what each brings alone.
        Baseline, rest and contributions add up to what the strategy reaches.
    errors : xarray.Dataset
        Standard error of the contributions' mean over the draws, along (lever, time, place);
        zero where all coalitions were run.
    pairs : xarray.DataArray or None
        Interaction of each two levers in discounted value added of all regions at the end, Myuan,
        along (draw, lever, other); None where coalitions were drawn.
    money : xarray.DataArray
        Present value of the strategy's money beyond policy as now, Myuan, along (draw).
    exact : bool
        Whether all coalitions were run.
    coalitions, runs : int
        How many coalitions, and how many runs in all.
    failed : tuple
        Labels of the draws that are left out because one of their runs failed.
    spans : tuple of SpanExcess
        Levers that get more than is plausible, with the money that is compared.
    all_varied : bool
        Whether the draws vary everything of which the model's file believes a range.
    """

    strategy: Strategy
    baseline: Strategy
    budget: Budget | None
    start: float
    draws: pd.DataFrame
    levers: tuple[str, ...]
    shares: xr.Dataset
    sums: xr.Dataset
    errors: xr.Dataset
    pairs: xr.DataArray | None
    money: xr.DataArray
    exact: bool
    coalitions: int
    runs: int
    failed: tuple[object, ...]
    spans: tuple[SpanExcess, ...]
    all_varied: bool = False

    @property
    def several(self) -> bool:
        """Whether there are several draws, so that intervals mean something."""
        return self.shares.sizes["draw"] > 1

    @property
    def end(self) -> float:
        """Last year."""
        return float(self.shares["time"].values[-1])

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give the levers, the contributions by year and place, and the pairs."""
        levers = tabulate_levers(self).reset_index()
        unit, _ = display_unit("Myuan")
        headings = {name: f"{name} [{unit}]" for name in levers.columns if name != "lever"}
        values = ["mean", *QUANTILES]
        return {
            "levers": levers.rename(columns=headings),
            "contributions": convert_units(
                tabulate_contributions(self), values=[*values, "standard error"]
            ),
            "pairs": convert_units(tabulate_pairs(self), values=values),
        }

    def figures(self) -> dict[str, Figure]:
        """Draw the levers, the wedges by year, and the pairs."""
        from smecluster.policies.contributions.figures import draw_figures

        return draw_figures(self)

    def answer(self) -> list[str]:
        """Say in sentences what it shows, the most important first."""
        from smecluster.policies.contributions.text import write_answer

        return write_answer(self)

    def basis(self) -> list[str]:
        """Say in sentences what it rests on."""
        from smecluster.policies.contributions.text import write_basis

        return write_basis(self)
