"""What each option gains in every draw: the strategies at equal additional money, and neither.

Gains are counted against policy as now in the same draw, in present values over all regions. Net
national benefit counts what the money costs by itself; of value added the additional money is taken
off, yuan for yuan, so that doing nothing gains nothing by either yardstick.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.model.errors import InputError
from smecluster.model.presentation.language.catalogue import mark
from smecluster.policies.budget import Amount, parse_budget, set_budget
from smecluster.policies.comparison.study_inputs import fingerprint
from smecluster.policies.ensemble.cases import DRAW, FUTURE, REASON, STRATEGY
from smecluster.policies.ensemble.horizons import check_horizons, extend_run
from smecluster.policies.ensemble.worlds import ADDITIONAL, Ensemble
from smecluster.policies.plan import START, Plan
from smecluster.policies.strategy import BASELINE, Strategy
from smecluster.policies.strategy import load as load_strategy
from smecluster.sensitivity.decision.surface import Floats
from smecluster.sensitivity.tipping.compute import TOLERANCE, keep_gains
from smecluster.sensitivity.tipping.measures import MEASURES

if TYPE_CHECKING:
    from smecluster.model import Model
    from smecluster.model.support.checkpoints import Checkpoints

Progress = Callable[[int, int], None]

#: Yardsticks: what pages call them, in the order of `MEASURES`.
YARDSTICKS = (mark("value added less the money"), mark("net national benefit"))
#: The option of doing nothing, where there are two strategies and where there are more.
NEITHER, NONE_OF_THEM = mark("neither"), mark("none of them")
# Draws at a time: what is kept when the work is interrupted.
_AT_A_TIME = 500


@dataclass(frozen=True)
class Gains:
    """What each option gains in every draw.

    Attributes
    ----------
    options : tuple of str
        The strategies, and doing nothing last.
    values : ndarray (draws, options, yardsticks)
        Gain against policy as now, present value, Myuan; along `YARDSTICKS`.
    kept : ndarray of int
        Which of the draws that were given have a result for every option.
    money : float
        Additional money of each strategy, present value, Myuan.
    reasons : tuple of str
        Why other draws have none.
    runs : int
        How many runs.
    """

    options: tuple[str, ...]
    values: Floats
    kept: NDArray[np.int64]
    money: float
    reasons: tuple[str, ...]
    runs: int


class Contest:
    """Strategies that spend the same money, to be run in any draws.

    Parameters
    ----------
    model : Model
        The model; what draws do not say has its own values.
    strategies : sequence of Strategy
        Two or more.
    budget : str
        Additional money of each, see `policies.budget.parse_budget`; a share is of value added at
        the model's own values, so every draw has the same sum.
    horizon : int
        Last year whose consequences count; money counts to the last of the model's own clock.
    workers : int, optional
        Threads; they change no digit.

    Raises
    ------
    InputError
        If there are fewer than two strategies, one is named twice or is policy as now, the horizon
        is out of reach, there is no money, or the model lacks a measure.
    """

    def __init__(
        self,
        model: Model,
        strategies: Sequence[Strategy],
        budget: str,
        horizon: int,
        workers: int | None = None,
    ) -> None:
        if len(strategies) < 2:
            raise InputError(
                f"name two or more strategies to decide between, not {len(strategies)}"
            )
        for measure in MEASURES:
            if measure not in model.variables:
                raise InputError(f"{model.path.name} has no {measure!r}")
        check_horizons([horizon], START)
        if parse_budget(budget) in (Amount(share=0.0), Amount(money=0.0)):
            raise InputError(f"budget {budget!r}: without money there is nothing to decide")
        self.model, self.horizon, self.workers = model, horizon, workers
        self.plans = self._make_plans(strategies)
        self.money = set_budget(model, budget, START).money

    def _make_plans(self, strategies: Sequence[Strategy]) -> list[Plan]:
        """Make the plans, policy as now first."""
        names = [strategy.name for strategy in strategies]
        for name in names:
            if names.count(name) > 1:
                raise InputError(f"strategy {name!r} is named twice; decide between different ones")
        nothing = load_strategy(BASELINE).plan(self.model, START)
        plans = [strategy.plan(self.model, START) for strategy in strategies]
        for plan in plans:
            if plan.is_as_now:
                raise InputError(
                    f"strategy {plan.name!r} is policy as now, which is always among the options: "
                    "leave it out"
                )
        return [nothing, *plans]

    @property
    def options(self) -> tuple[str, ...]:
        """The strategies' names, and doing nothing last."""
        names = [plan.name for plan in self.plans[1:]]
        return (*names, NEITHER if len(names) == 2 else NONE_OF_THEM)

    def run(
        self,
        table: pd.DataFrame,
        *,
        checkpoints: Checkpoints | None = None,
        name: str = "draws",
        progress: Progress | None = None,
    ) -> Gains:
        """Run the strategies in every draw.

        Parameters
        ----------
        table : pandas.DataFrame
            A row a draw, a column an input of the model.
        checkpoints : Checkpoints, optional
            Where finished parts are kept.
        name : str
            What they are called there.
        progress : callable, optional
            Called with how many draws are done and how many there are.

        Returns
        -------
        Gains

        Raises
        ------
        InputError
            If no draw has a result for every strategy.
        """
        parts, whole, runs = [], [], 0
        reasons: dict[str, None] = {}
        for begin in range(0, len(table), _AT_A_TIME):
            part = table.iloc[begin : begin + _AT_A_TIME]
            worlds = Ensemble(
                self.model,
                part,
                settings=extend_run(self.model, self.horizon),
                workers=self.workers,
                money_end=self.model.time.final,
            )
            found = worlds.run(
                self.plans,
                list(MEASURES),
                [START, float(self.horizon)],
                budget=self.money,
                keep=keep_gains,
                tolerance=TOLERANCE,
                checkpoints=checkpoints,
                name=f"{name} from {begin}",
            ).isel({FUTURE: 0})
            runs += int(found.attrs["runs"])
            why = found[REASON].transpose(DRAW, STRATEGY).values
            reasons |= dict.fromkeys(str(one) for one in why[why != ""])
            ends = np.stack(
                [found[one].transpose(DRAW, STRATEGY).values for one in MEASURES], axis=-1
            )
            ends[..., 0] -= found[ADDITIONAL].transpose(DRAW, STRATEGY).values
            parts.append(ends - ends[:, :1])
            whole.append((why == "").all(axis=1) & np.isfinite(ends).all(axis=(1, 2)))
            if progress is not None:
                progress(begin + len(part), len(table))
        kept = np.flatnonzero(np.concatenate(whole))
        if not len(kept):
            raise InputError(f"no draw has a result for every strategy: {next(iter(reasons))}")
        gains = np.roll(np.concatenate(parts)[kept], -1, axis=1)
        return Gains(self.options, gains, kept, self.money, tuple(reasons), runs)


def compare_two(
    model: Model,
    table: pd.DataFrame,
    names: tuple[str, str],
    budget: str,
    horizon: int,
    workers: int | None = None,
    checkpoints: Checkpoints | None = None,
) -> dict[str, Floats]:
    """Compute what the first of two strategies gains less what the second does, in every draw.

    Parameters
    ----------
    model : Model
        The model; what draws do not say has its own values.
    table : pandas.DataFrame
        A row a draw, a column an input of the model.
    names : tuple of str
        The strategies.
    budget : str
        Additional money of each.
    horizon : int
        Last year that counts.
    workers : int, optional
        Threads; they change no digit.
    checkpoints : Checkpoints, optional
        Where finished runs are kept.

    Returns
    -------
    dict of str to array of float, shape (draws,)
        By `YARDSTICKS`: yuan a yuan of the money; not a number where a run failed.
    """
    contest = Contest(model, [load_strategy(name) for name in names], budget, horizon, workers)
    label = "draws" if checkpoints is None else f"draws {fingerprint(table)}"
    try:
        gains = contest.run(table, checkpoints=checkpoints, name=label)
    except InputError:
        # Whatever could be wrong with the question was refused before: no draw has a result.
        return {yardstick: np.full(len(table), np.nan) for yardstick in YARDSTICKS}
    found = {}
    for at, yardstick in enumerate(YARDSTICKS):
        values = np.full(len(table), np.nan)
        values[gains.kept] = (gains.values[:, 0, at] - gains.values[:, 1, at]) / gains.money
        found[yardstick] = values
    return found
