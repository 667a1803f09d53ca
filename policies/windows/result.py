"""What a yuan gains by year and size: the map, and its tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr

from smecluster.policies.base_result import PolicyResult
from smecluster.policies.wording.worlds import Drawn

if TYPE_CHECKING:
    from smecluster.model.presentation.plotting import Figure
    from smecluster.policies.strategy import Strategy
from smecluster.policies.windows.measures import (
    HOME,
    NATION,
    QUANTILES,
    compare_kinds,
    find_windows,
    tabulate_gains,
)


@dataclass(frozen=True)
class Windows(Drawn, PolicyResult):
    """What a yuan gains by when and where it is spent.

    Attributes
    ----------
    strategy : Strategy
        The strategy whose allocation is used.
    baseline : Strategy
        The policy that the programme comes on top of, and is compared with.
    share : float
        Yearly money of the programme as a share of the region's value added, Dmnl.
    lasting, horizon : float
        How long the programme lasts, and over how long its gain is counted, Year.
    draws : pandas.DataFrame
        What differs among draws: a row each, no column where the model's own values were run.
    gains : xarray.Dataset
        Along (draw, Region, start, size): ``at home`` and ``in all regions``, yuan of value added
        for a yuan of money; ``to the nation``, yuan of net national benefit; ``mass``, the number
        of firms at the start over the critical mass, Dmnl. ``size`` is what the critical mass was
        divided by; 1 is the model's own.
    runs : int
        How many runs.
    failed : int
        How many of them failed; their cells are missing.
    all_varied : bool
        Whether the draws vary everything of which the model's file believes a range.
    """

    strategy: Strategy
    baseline: Strategy
    share: float
    lasting: float
    horizon: float
    draws: pd.DataFrame
    gains: xr.Dataset
    runs: int
    failed: int
    all_varied: bool = False

    @property
    def several(self) -> bool:
        """Whether there are several draws, so that shares and intervals mean something."""
        return len(self.draws) > 1

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give the windows by region, the kinds of intervention, and the whole map."""
        unit = "yuan for a yuan"
        gains = ("gain", "best gain", *QUANTILES)
        headings = {name: f"{name} [{unit}]" for name in gains}
        headings |= {"mass": "firms over critical mass"}
        return {
            "windows": find_windows(self).rename(columns=headings),
            "kinds": self._compare_kinds().rename(columns=headings),
            "map": tabulate_gains(self),
        }

    def _compare_kinds(self) -> pd.DataFrame:
        """Compare the kinds by every measure that there is."""
        known = [name for name in (HOME, NATION) if name in self.gains]
        return pd.concat(
            [compare_kinds(self, name).assign(measure=name) for name in known], ignore_index=True
        )

    def figures(self) -> dict[str, Figure]:
        """Draw the gain by starting year, and by year and size."""
        from smecluster.policies.windows.figures import draw_figures

        return draw_figures(self)

    def answer(self) -> list[str]:
        """Say in sentences what it shows, the most important first."""
        from smecluster.policies.windows.text import write_answer

        return write_answer(self)

    def basis(self) -> list[str]:
        """Say in sentences what it rests on."""
        from smecluster.policies.windows.text import write_basis

        return write_basis(self)
