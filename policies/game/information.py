"""What players see of the draw that they are in, and the groups that they can tell apart.

A region sees its own cluster in the first year, as its statistics show it: value added, the number
of firms relative to the critical mass, problems of quality, congestion. These are the model's own
perceptions, late as they are, and a figure is wrong by up to 30 % (one standard deviation) where
there are no statistics and by 5 % where they are complete. The centre sees value added of all
regions and the mean mass, later still, with only that part of statistical detail which survives
aggregation.

A rule cannot answer every figure. It answers one index of them: the combination that says most
about what pays in a draw, fitted over draws. The index divides draws into groups, and a rule has an
action for each group (`policies.game.equilibrium.players`). On the centre's index the planner acts
where it has to do with what the centre sees (`policies.game.arrangements.FROM_ABOVE`). Beside
regions the centre plays on what all believe, so that it gives nothing away by going first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from smecluster.model.engine.run.runs import simulate_many
from smecluster.policies.game.equilibrium.players import Floats, Integers

if TYPE_CHECKING:
    from smecluster.policies.game.simulator import Simulator

Information = Literal["signals", "none", "full"]
#: Standard deviation of a figure relative to the truth, without and with complete statistics, Dmnl:
#: errors of cluster statistics of 5 to 30 per cent (docs/evidence.md).
ERROR_WITHOUT, ERROR_WITH = 0.30, 0.05
#: Groups that a region and the centre tell apart: the centre sees less.
REGION_GROUPS, CENTRE_GROUPS = 3, 2

_SEEN = (
    "Perceived value added",
    "Perceived cluster mass",
    "Perceived quality problem",
    "Perceived congestion",
)
_CAPACITY = "Statistical capacity"
_SEEN_BY_CENTRE = ("Centrally perceived value added", "mean perceived mass")
_KEPT = "information kept in aggregation"


@dataclass(frozen=True)
class Signals:
    """What is seen in each draw.

    Attributes
    ----------
    regions : array of float, shape (regions, draws, figures)
        Logarithms of what each region sees of itself.
    centre : array of float, shape (draws, figures)
        Logarithms of what the centre sees of all.
    """

    regions: Floats
    centre: Floats


@dataclass(frozen=True)
class Reading:
    """How a player turns what it sees into a group.

    Attributes
    ----------
    middle, spread : array of float, shape (figures,)
        Mean and standard deviation of each figure over the draws that it was fitted on.
    weights : array of float, shape (figures,)
        Weight of each figure in the index.
    cuts : array of float
        Values of the index between groups, ascending.
    """

    middle: Floats
    spread: Floats
    weights: Floats
    cuts: Floats

    def group(self, seen: Floats) -> Integers:
        """Give the group of each draw, from what is seen along (draw, figure)."""
        index = (seen - self.middle) / self.spread @ self.weights
        return np.asarray(np.searchsorted(self.cuts, index), dtype=np.int64)


def observe(simulator: Simulator, seed: int) -> Signals:
    """Observe what governments see in the first year.

    Parameters
    ----------
    simulator : Simulator
        The draws.
    seed : int
        Seed of the errors of statistics; a draw's errors depend on its place among the draws.

    Returns
    -------
    Signals
        What they see.
    """
    trunk, count = simulator.trunk, len(simulator.draws)
    import pandas as pd

    rows = np.arange(count)
    columns = {str(name): simulator.draws[name].to_numpy() for name in simulator.draws.columns}
    run = simulate_many(
        trunk.model,
        pd.DataFrame({**columns, **trunk.columns(rows)}, index=rows),
        [*_SEEN, *_SEEN_BY_CENTRE, _CAPACITY, _KEPT],
        [simulator.start],
        workers=simulator.workers,
        base={**simulator.settings, **simulator.base, **trunk.base},
        within_ranges=False,
    ).isel(time=0)
    capacity = run[_CAPACITY].transpose("Region", "run").values
    random = np.random.default_rng([seed, count])
    seen = np.stack([run[name].transpose("Region", "run").values for name in _SEEN], axis=-1)
    error = ERROR_WITHOUT + (ERROR_WITH - ERROR_WITHOUT) * capacity
    regions = np.log(seen) + error[..., None] * random.standard_normal(seen.shape)
    first, mass = _SEEN_BY_CENTRE
    everywhere = np.stack([run[first].sum("Region").values, run[mass].values], axis=-1)
    kept = run[_KEPT].values * capacity.mean(axis=0)
    error = ERROR_WITHOUT + (ERROR_WITH - ERROR_WITHOUT) * kept
    centre = np.log(everywhere) + error[:, None] * random.standard_normal(everywhere.shape)
    return Signals(regions, centre)


def fit_reading(seen: Floats, slopes: Floats, groups: int) -> Reading:
    """Find the index that says most about what pays, and where it divides draws.

    Parameters
    ----------
    seen : array of float, shape (draws, figures)
        What is seen.
    slopes : array of float, shape (draws, numbers)
        What a little more of each number of the action would bring in each draw.
    groups : int
        How many groups, of about as many draws each.

    Returns
    -------
    Reading
        The first direction of partial least squares, and its quantiles.
    """
    middle, spread = seen.mean(axis=0), seen.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    figures = (seen - middle) / spread
    # Only which number brings more than others matters, not how much all bring.
    apart = slopes - slopes.mean(axis=1, keepdims=True)
    apart = apart - apart.mean(axis=0)
    directions, *_ = np.linalg.svd(figures.T @ apart)
    weights = directions[:, 0] * np.sign(directions[np.abs(directions[:, 0]).argmax(), 0])
    index = figures @ weights
    count = max(1, min(groups, len(seen) // 2))
    cuts = np.quantile(index, np.arange(1, count) / count)
    return Reading(middle, spread, weights, cuts)
