"""Walkers from the weighted draws: a Metropolis correction, and a second sampler.

A move mixes where a walker is with a draw from the normal approximation: in the informed directions
that around the mode, elsewhere the prior (preconditioned Crank-Nicolson steps with the informed
directions apart). The approximation alone accepts every move, in any number of dimensions; what it
misses decides what is refused. Sources: Cotter, Roberts, Stuart and White 2013, Statistical Science
28(3); Cui, Law and Marzouk 2016, Journal of Computational Physics 304.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.calibration.joint.mode import Mode
from smecluster.calibration.joint.randomised import Draws
from smecluster.calibration.joint.subspace import Subspace
from smecluster.calibration.joint.target import Target
from smecluster.calibration.posterior.convergence import (
    diagnose_walks,
    has_converged,
    refuse_unconverged,
    smooth_weights,
)
from smecluster.model.support.checkpoints import Checkpoints

Floats = NDArray[np.float64]

#: Walkers; moves that are saved together; one of so many moves is kept.
WALKERS, PIECE, THIN = 64, 50, 5
# Shares of a move that are new, in the informed directions and elsewhere: which are best depends on
# the posterior, so all occur.
_INSIDE = np.array([0.1, 0.2, 0.35, 0.6])
_OUTSIDE = np.array([0.0, 0.3, 0.7, 1.0])
# Burn-in; saved parts before the first test, and the factor from one test to the next.
_LEFT_OUT = 0.25
_EARLIEST, _LATER = 4, 1.2
_COST = "cost"


@dataclass(frozen=True)
class Walks:
    """Walks through the posterior.

    Attributes
    ----------
    points : array of float, shape (kept moves, walkers, size)
        Without burn-in.
    diagnostics : pandas.DataFrame
        By quantity as index, of which the cost is one: R-hat, bulk ESS, tail ESS.
    acceptance : float
        Share of accepted moves.
    steps : int
        Moves of each walker.
    """

    points: Floats
    diagnostics: pd.DataFrame
    acceptance: float
    steps: int

    def select_points(self, count: int) -> Floats:
        """Select draws, evenly spread over the walks, shape (count, size).

        Raises
        ------
        NotConvergedError
            If the walks have not converged; it names the worst quantities.
        """
        refuse_unconverged(self.diagnostics, self.steps)
        steps, walkers, _ = self.points.shape
        number = np.arange(min(count, steps * walkers))
        return np.asarray(self.points[number * steps // len(number), number % walkers])


def choose_starts(draws: Draws, count: int, rng: np.random.Generator) -> Floats:
    """Choose starts among weighted draws, the likelier ones oftener, shape (count, size)."""
    weights, _ = smooth_weights(draws.log_weights[draws.solved])
    chosen = rng.choice(np.flatnonzero(draws.solved), size=count, p=weights)
    return np.asarray(draws.points[chosen])


def walk_posterior(
    target: Target,
    mode: Mode,
    subspace: Subspace,
    starts: Floats,
    names: Sequence[str],
    seed: int,
    checkpoints: Checkpoints,
    *,
    most: int = 10_000,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Walks:
    """Walk until the walks have converged.

    Parameters
    ----------
    target : Target
        The -log posterior.
    mode : Mode
        Its mode.
    subspace : Subspace
        The informed directions there.
    starts : array of float, shape (walkers, size)
        Where the walkers begin.
    names : sequence of str
        Of the coordinates, for the diagnostics.
    seed : int
        Seed of the moves.
    checkpoints : Checkpoints
        Where the walks are saved: ``walk <number>``.
    most : int
        Moves after which they stop, converged or not.
    tell : callable
        Receives how many moves are done, and the most there can be.

    Returns
    -------
    Walks
        The same for any number of threads and interruptions.
    """
    kept: list[Mapping[str, NDArray[Any]]] = []
    diagnostics, look = None, _EARLIEST
    streams = np.random.SeedSequence(seed)
    at, cost = np.asarray(starts, dtype=float), np.empty(0)
    while diagnostics is None or (PIECE * len(kept) < most and not has_converged(diagnostics)):
        name = f"walk {len(kept)}"
        # Each part has its own stream, so that a resumed walk goes where it would have gone.
        (stream,) = streams.spawn(1)
        if name not in checkpoints:
            if not len(cost):
                cost = target.cost(at)
            rng = np.random.default_rng(stream)
            checkpoints.save(name, _walk(target, mode, subspace, at, cost, rng))
        kept.append(checkpoints.load(name))
        at = np.asarray(kept[-1]["points"][-1], dtype=float)
        cost = np.asarray(kept[-1]["costs"][-1], dtype=float)
        tell(PIECE * len(kept), most)
        if len(kept) >= look or PIECE * len(kept) >= most:
            points, costs = (_join(kept, each) for each in ("points", "costs"))
            diagnostics = diagnose_walks(np.dstack([points, costs]), [*names, _COST])
            look = int(np.ceil(_LATER * look))
    return Walks(
        _join(kept, "points"),
        diagnostics,
        float(np.mean([part["accepted"].mean() for part in kept])),
        PIECE * len(kept),
    )


def _walk(
    target: Target,
    mode: Mode,
    subspace: Subspace,
    at: Floats,
    cost: Floats,
    rng: np.random.Generator,
) -> dict[str, NDArray[Any]]:
    """Make the moves that are saved together."""
    spread = 1 / np.sqrt(1 + subspace.strengths**2)
    centre = subspace.split(mode.point[None])[0]
    inside, outside = subspace.split(at)
    excess = cost - _measure(subspace, centre, inside, outside)
    points, costs, accepted = [], [], []
    for move in range(PIECE):
        share = rng.choice(_INSIDE, size=(len(at), 1))
        rest = rng.choice(_OUTSIDE, size=(len(at), 1))
        noise = spread * rng.standard_normal(inside.shape)
        new_inside = centre + np.sqrt(1 - share**2) * (inside - centre) + share * noise
        _, noise = subspace.split(rng.standard_normal(outside.shape))
        new_outside = np.sqrt(1 - rest**2) * outside + rest * noise
        new_cost = target.cost(subspace.join(new_inside, new_outside))
        new_excess = new_cost - _measure(subspace, centre, new_inside, new_outside)
        taken = np.log(rng.uniform(size=len(at))) < excess - new_excess
        inside = np.where(taken[:, None], new_inside, inside)
        outside = np.where(taken[:, None], new_outside, outside)
        excess, cost = np.where(taken, new_excess, excess), np.where(taken, new_cost, cost)
        accepted.append(taken)
        if (move + 1) % THIN == 0:
            points.append(subspace.join(inside, outside))
            costs.append(cost)
    return {"points": np.array(points), "costs": np.array(costs), "accepted": np.array(accepted)}


def _measure(subspace: Subspace, centre: Floats, inside: Floats, outside: Floats) -> Floats:
    """Compute -log density of the normal approximation, up to a constant, shape (n,)."""
    precision = 1 + subspace.strengths**2
    return np.asarray(0.5 * ((inside - centre) ** 2 @ precision) + 0.5 * (outside**2).sum(axis=1))


def _join(kept: Sequence[Mapping[str, NDArray[Any]]], name: str) -> Floats:
    """Join the parts of the walks, without burn-in."""
    whole = np.concatenate([part[name] for part in kept])
    return np.asarray(whole[int(_LEFT_OUT * len(whole)) :], dtype=float)
