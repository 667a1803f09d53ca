"""Find what a decision between strategies rests on: runs first, then what the draws say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from smecluster.policies.strategy import Strategy
from smecluster.sensitivity.decision.draws import Draws
from smecluster.sensitivity.decision.groups import group_constants
from smecluster.sensitivity.decision.importance import rank_constants
from smecluster.sensitivity.decision.information import (
    is_distinct,
    tabulate_values,
    value_perfect,
)
from smecluster.sensitivity.decision.measures import Pair
from smecluster.sensitivity.decision.planes import (
    STEPS,
    Plane,
    choose_constants,
    cross_values,
    expect_difference,
    lay_grid,
    list_pairs,
)
from smecluster.sensitivity.decision.result import Decision
from smecluster.sensitivity.decision.surface import Floats, find_scores, split_folds
from smecluster.sensitivity.decision.worlds import YARDSTICKS, Contest, Gains
from smecluster.sensitivity.tipping.compute import read_own_values

if TYPE_CHECKING:
    from smecluster.model import Model
    from smecluster.model.support.checkpoints import Checkpoints

Progress = Callable[[int, int], None]

#: What is decided over if nothing else is: the money and the last year.
BUDGET, HORIZON = "0.5%", 2040
#: How many draws, if nothing else is said.
DRAWS = 4000
_FOLDS = 5


def _ignore(done: int, total: int) -> None:
    """Report nothing."""


def decide(
    model: Model,
    strategies: Sequence[Strategy],
    draws: Draws,
    *,
    budget: str = BUDGET,
    horizon: int = HORIZON,
    seed: int = 1,
    workers: int | None = None,
    checkpoints: Checkpoints | None = None,
    progress: Progress = _ignore,
    analysing: Progress = _ignore,
) -> Decision:
    """Find what a decision between strategies rests on, and what knowing more would be worth.

    Parameters
    ----------
    model : Model
        The model.
    strategies : sequence of Strategy
        Two or more; doing nothing is always an option beside them.
    draws : Draws
        See `sensitivity.decision.draws.draw_everything`.
    budget : str
        Additional money of each strategy, see `policies.budget.parse_budget`.
    horizon : int
        Last year that counts.
    seed : int
        Seed of the split into folds.
    workers : int, optional
        Threads; they change no digit.
    checkpoints : Checkpoints, optional
        Where finished runs and tables are kept.
    progress : callable
        Called with how many draws have been run and how many there are.
    analysing : callable
        Called with how many parts of the analysis are done and how many there are.

    Returns
    -------
    Decision

    Raises
    ------
    InputError
        If the strategies, the money or the horizon cannot be used, or no draw has a result.
    """
    contest = Contest(model, strategies, budget, horizon, workers)
    gains = contest.run(draws.table, checkpoints=checkpoints, progress=progress)
    lost = len(draws.table) - len(gains.kept)
    draws = replace(draws, table=draws.table.iloc[gains.kept], labels=draws.labels[gains.kept])
    work = _Analysis(model, contest, gains, draws, seed, checkpoints, analysing)
    pairs: list[Pair] = list(combinations([one.name for one in strategies], 2))
    work.count(pairs)
    perfect = {
        yardstick: value_perfect(gains.values[..., at], draws.labels)
        for at, yardstick in enumerate(YARDSTICKS)
    }
    information = {one: work.value_groups(one) for one in YARDSTICKS}
    importance = {(pair, one): work.rank(pair, one) for pair in pairs for one in YARDSTICKS}
    planes = work.map_planes(importance)
    return Decision(gains, draws, budget, horizon, perfect, information, importance, planes, lost)


class _Analysis:
    """What the draws of one decision say; each table is kept as it is finished."""

    def __init__(
        self,
        model: Model,
        contest: Contest,
        gains: Gains,
        draws: Draws,
        seed: int,
        checkpoints: Checkpoints | None,
        analysing: Progress,
    ) -> None:
        self.model, self.contest, self.gains, self.draws = model, contest, gains, draws
        self.checkpoints, self.analysing = checkpoints, analysing
        self.names = [str(name) for name in draws.table.columns]
        self.scores = find_scores(draws.table.to_numpy(dtype=float))
        self.folds = split_folds(draws.labels, _FOLDS, seed)
        self.groups = group_constants(model, self.names)
        self.done = self.total = 0

    def count(self, pairs: Sequence[Pair]) -> None:
        """Count the parts of the analysis."""
        groups = sum(len(some) for some in self.groups.values())
        self.total = len(YARDSTICKS) * (groups + len(pairs) * (len(self.names) + 1))

    def _step(self, steps: int = 1) -> None:
        self.done += steps
        self.analysing(self.done, self.total)

    def _keep(self, name: str, steps: int, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """Make a table, or read it where it was made before."""
        if self.checkpoints is None:
            return make()
        if name not in self.checkpoints:
            self.checkpoints.save(name, make())
        else:
            self._step(steps)
        return self.checkpoints.load_table(name)

    def value_groups(self, yardstick: str) -> pd.DataFrame:
        """Estimate the value of knowing each group, by one yardstick."""
        benefits = self.gains.values[..., YARDSTICKS.index(yardstick)]
        steps = sum(len(some) for some in self.groups.values())

        def make() -> pd.DataFrame:
            tables = []
            for way, groups in self.groups.items():
                table = tabulate_values(
                    benefits, self.scores, groups, self.draws.labels, self.folds, self._step
                )
                distinct = is_distinct(
                    table["value"].to_numpy(), table["error"].to_numpy(), len(table)
                )
                tables.append(table.assign(way=way, distinct=distinct))
            return pd.concat(tables, ignore_index=True)

        return self._keep(f"information, {yardstick}", steps, make)

    def rank(self, pair: Pair, yardstick: str) -> pd.DataFrame:
        """Rank the constants by what they explain of the difference of a pair."""
        difference = self._subtract(pair, yardstick)
        return self._keep(
            f"importance, {' '.join(pair)}, {yardstick}",
            len(self.names) + 1,
            lambda: rank_constants(
                difference, self.scores, self.names, self.draws.labels, self.folds, self._step
            ),
        )

    def map_planes(
        self, importance: dict[tuple[Pair, str], pd.DataFrame]
    ) -> dict[tuple[Pair, str], tuple[Plane, ...]]:
        """Map the planes of the constants that lead; each plane is run once for everything."""
        table = self.draws.table
        leading = {key: choose_constants(one, table) for key, one in importance.items()}
        grid = lay_grid(
            table, list(dict.fromkeys(name for some in leading.values() for name in some))
        )
        found: dict[tuple[Pair, str], tuple[Plane, ...]] = {}
        alone: dict[tuple[str, str], Gains] = {}
        for key, constants in leading.items():
            planes = []
            for plane in list_pairs(constants):
                if plane not in alone:
                    alone[plane] = self.contest.run(
                        cross_values(grid, plane),
                        checkpoints=self.checkpoints,
                        name=f"plane of {' and '.join(plane)}",
                    )
                planes.append(self._map_plane(key, plane, grid, alone[plane]))
            found[key] = tuple(planes)
        return found

    def _map_plane(
        self, key: tuple[Pair, str], plane: tuple[str, str], grid: dict[str, Floats], run: Gains
    ) -> Plane:
        (pair, yardstick), table = key, self.draws.table
        difference = self._subtract(pair, yardstick)
        money, own = self.gains.money, read_own_values(self.model)
        points = cross_values(grid, plane)
        expected = expect_difference(table, plane, difference, points) / money
        first, second = (run.options.index(name) for name in pair)
        values = run.values[..., YARDSTICKS.index(yardstick)]
        there = np.full(len(points), np.nan)
        there[run.kept] = (values[:, first] - values[:, second]) / money
        units = [self.model.variables[name.partition("[")[0]].unit for name in plane]
        return Plane(
            constants=plane,
            units=(units[0], units[1]),
            along=grid[plane[0]],
            up=grid[plane[1]],
            expected=expected.reshape(STEPS, STEPS),
            alone=there.reshape(STEPS, STEPS),
            points=table[list(plane)].to_numpy(dtype=float),
            ahead=difference > 0,
            own=(own[plane[0]], own[plane[1]]),
        )

    def _subtract(self, pair: Pair, yardstick: str) -> Floats:
        first, second = (self.gains.options.index(name) for name in pair)
        values = self.gains.values[..., YARDSTICKS.index(yardstick)]
        return np.asarray(values[:, first] - values[:, second])
