"""Why a lever does what it does: its effect, and the links that carry it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr

from smecluster.policies.base_result import PolicyResult
from smecluster.policies.explanation.chains import WHOLE, Chain, Link, split_chains
from smecluster.policies.menu import Menu

if TYPE_CHECKING:
    from smecluster.model.outcomes import Outcome
    from smecluster.model.presentation.plotting import Figure
    from smecluster.policies.budget import Budget

#: How many chains a reader is shown.
MOST = 5


@dataclass(frozen=True)
class Explanation(PolicyResult):
    """What carries a lever's effect on an outcome.

    Attributes
    ----------
    lever, who : str
        The lever, and who runs it.
    outcome : Outcome
        The outcome.
    regional : bool
        Whether it is that of all regions together, not one of the nation.
    budget : Budget
        Additional money, all on the lever.
    year : float
        Year in which the outcome is read.
    base, effect : xarray.DataArray
        The outcome under policy as now, and what the lever changes, in its unit, along ``time``.
    links : mapping of (str, str) to float
        Share of the effect of the last year that is gone when a reader sees the baseline's value
        of a variable, by variable and reader, Dmnl.
    chains : tuple of Chain
        Links put together, the largest share first.
    money_path : tuple of str
        The variables from programmes' spending to the one that the lever feeds.
    paths : xarray.DataArray
        What each link carries by year, in the outcome's unit, along (link, time).
    moves : pandas.DataFrame
        How far each variable that carries something is moved.
    runs, failed : int
        How many runs, and how many cut ones have no result.
    """

    lever: str
    who: str
    outcome: Outcome
    regional: bool
    budget: Budget
    year: float
    base: xr.DataArray
    effect: xr.DataArray
    links: Mapping[Link, float]
    chains: tuple[Chain, ...]
    money_path: tuple[str, ...]
    paths: xr.DataArray
    moves: pd.DataFrame
    runs: int
    failed: int

    @property
    def size(self) -> float:
        """The effect in the last year, in the outcome's unit."""
        return float(self.effect.isel(time=-1))

    @property
    def shown(self) -> tuple[list[Chain], list[Chain], list[Chain]]:
        """The chains that carry all, those that carry most of the rest, those against it."""
        # That money passes on the way to what the lever feeds is no news, but where it is all.
        way = {*self.money_path}
        chains = [one for one in self.chains if one.carried >= WHOLE or not {*one.variables} <= way]
        trunk, parts, against = split_chains(chains, MOST)
        # The money comes first.
        money = {Menu.budget, *Menu.spending.values()}
        return sorted(trunk, key=lambda one: not money & {*one.variables}), parts, against

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give the chains, every link, and how far each variable is moved."""
        chains = [
            {"chain": chain.describe(), "carries [%]": 100 * chain.carried} for chain in self.chains
        ]
        links = [
            {"variable": name, "read by": reader, "carries [%]": 100 * share}
            for (name, reader), share in sorted(self.links.items(), key=lambda item: -abs(item[1]))
        ]
        return {
            "chains": pd.DataFrame(chains, columns=["chain", "carries [%]"]),
            "links": pd.DataFrame(links, columns=["variable", "read by", "carries [%]"]),
            "moves": self.moves,
        }

    def figures(self) -> dict[str, Figure]:
        """Draw what the chains carry by year."""
        from smecluster.policies.explanation.figures import draw_figures

        return draw_figures(self)

    def answer(self) -> list[str]:
        """Say in sentences what it shows, the most important first."""
        from smecluster.policies.explanation.text import write_answer

        return write_answer(self)

    def basis(self) -> list[str]:
        """Say in sentences what it rests on."""
        from smecluster.policies.explanation.text import write_basis

        return write_basis(self)
