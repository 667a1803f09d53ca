"""A decision between strategies: what it rests on, and what knowing more would be worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from smecluster.policies.base_result import PolicyResult
from smecluster.sensitivity.decision.draws import Draws
from smecluster.sensitivity.decision.measures import (
    BILLION,
    IMPORTANCE,
    INFORMATION,
    MONEY_UNIT,
    OPTIONS,
    PLANES,
    Pair,
)
from smecluster.sensitivity.decision.planes import Plane
from smecluster.sensitivity.decision.surface import estimate_error
from smecluster.sensitivity.decision.worlds import YARDSTICKS, Gains

if TYPE_CHECKING:
    from smecluster.model.presentation.plotting import Figure

# Significant digits of tables.
_DIGITS = 8


@dataclass(frozen=True)
class Decision(PolicyResult):
    """What a decision between strategies rests on.

    Attributes
    ----------
    gains : Gains
        What each option gains in every draw.
    draws : Draws
        The draws that have a result.
    budget : str
        Additional money of each strategy as it was asked for.
    horizon : int
        Last year that counts.
    perfect : mapping of str to (float, float)
        Expected value of perfect information and its standard error, Myuan, by yardstick.
    information : mapping of str to pandas.DataFrame
        Value of knowing each group, Myuan, by yardstick; see
        `sensitivity.decision.information.tabulate_values`, with the columns way and distinct.
    importance : mapping of (pair, str) to pandas.DataFrame
        What each constant explains of the difference, by pair of strategies and yardstick; see
        `sensitivity.decision.importance.rank_constants`.
    planes : mapping of (pair, str) to tuple of Plane
        Maps of the constants that lead there.
    lost : int
        How many draws were left out because a strategy had no result.
    """

    gains: Gains
    draws: Draws
    budget: str
    horizon: int
    perfect: Mapping[str, tuple[float, float]]
    information: Mapping[str, pd.DataFrame]
    importance: Mapping[tuple[Pair, str], pd.DataFrame]
    planes: Mapping[tuple[Pair, str], tuple[Plane, ...]]
    lost: int

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs of strategies, in the order in which they were named."""
        return tuple(dict.fromkeys(pair for pair, _ in self.importance))

    def find_best(self, yardstick: str) -> str:
        """Name the option with the greatest expected gain."""
        gains = self.gains.values[..., YARDSTICKS.index(yardstick)]
        return self.gains.options[int(gains.mean(axis=0).argmax())]

    def subtract(self, pair: Pair, yardstick: str) -> np.ndarray:
        """Give first less second strategy in every draw, Myuan."""
        first, second = (self.gains.options.index(name) for name in pair)
        values = self.gains.values[..., YARDSTICKS.index(yardstick)]
        return np.asarray(values[:, first] - values[:, second])

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give the options, the value of information, the importance and the maps."""
        information = pd.concat(
            [table.assign(yardstick=name) for name, table in self.information.items()],
            ignore_index=True,
        )
        for column in ("value", "error", "fitted"):
            information[f"{column} [{MONEY_UNIT}]"] = information.pop(column) / BILLION
        importance = pd.concat(
            [
                table.assign(first=first, second=second, yardstick=name)
                for ((first, second), name), table in self.importance.items()
            ],
            ignore_index=True,
        )
        planes = [
            plane.table().assign(first=first, second=second, yardstick=name)
            for ((first, second), name), some in self.planes.items()
            for plane in some
        ]
        first = ["yardstick", "first", "second"]
        return {
            OPTIONS: self._tabulate_options(),
            INFORMATION: _put_first(information, ["yardstick", "way", "group", "constants"]),
            IMPORTANCE: _put_first(importance, first),
            **({PLANES: _put_first(pd.concat(planes, ignore_index=True), first)} if planes else {}),
        }

    def _tabulate_options(self) -> pd.DataFrame:
        rows = []
        for at, yardstick in enumerate(YARDSTICKS):
            values = self.gains.values[..., at] / BILLION
            best = values.argmax(axis=1)
            for place, option in enumerate(self.gains.options):
                own = values[:, place]
                low, median, high = np.quantile(own, [0.05, 0.5, 0.95])
                error = estimate_error(own, self.draws.labels)
                share = float((best == place).mean())
                rows.append((yardstick, option, own.mean(), error, low, median, high, share))
        money = [
            f"{name} [{MONEY_UNIT}]" for name in ("expected", "error", "low", "median", "high")
        ]
        return pd.DataFrame(rows, columns=["yardstick", "option", *money, "best in share of draws"])

    def figures(self) -> dict[str, Figure]:
        """Draw what the difference hangs on, where it turns, and what knowing is worth."""
        from smecluster.sensitivity.decision.figures import draw_figures

        return draw_figures(self)

    def answer(self) -> list[str]:
        """Say in sentences what it shows, the most important first."""
        from smecluster.sensitivity.decision.text import write_answer

        return write_answer(self)

    def basis(self) -> list[str]:
        """Say in sentences what it rests on."""
        from smecluster.sensitivity.decision.text import write_basis

        return write_basis(self)


def _put_first(table: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Put columns first, and leave off digits that depend on the number of threads."""
    made = table[[*names, *(name for name in table if name not in names)]].copy()
    for name in made.select_dtypes("float"):
        made[name] = [float(f"{value:.{_DIGITS}g}") for value in made[name]]
    return made
