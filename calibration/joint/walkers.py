"""Walkers from the weighted draws: a Metropolis correction, and a second sampler.

The posterior is bent: where the constants that no figure informs move, those that the figures do
inform must follow. So the walkers move in the noise of `calibration.joint.randomised`, which is
nearly standard normal: a move mixes a walker's noise with new noise and looks for the point that
has it. The noise alone accepts every move, in any number of dimensions; what the posterior adds
decides what is refused. (Preconditioned Crank-Nicolson steps, Cotter, Roberts, Stuart and White
2013, Statistical Science 28(3); in transformed coordinates, Wang, Bardsley, Solonen, Cui and
Marzouk 2017, SIAM J. Sci. Comput. 39(5).)

How fast the noise changes with the point is the same everywhere of a linear problem. It costs many
runs, so the walks leave it out, and weights put it in for the draws that are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.calibration.joint.randomised import Draws, Place, measure_change, solve_noise
from smecluster.calibration.joint.subspace import Subspace
from smecluster.calibration.joint.target import Target
from smecluster.calibration.posterior.convergence import (
    NotConvergedError,
    diagnose_walks,
    has_converged,
    refuse_unconverged,
    smooth_weights,
)
from smecluster.model.support.checkpoints import Checkpoints

Floats = NDArray[np.float64]

#: Walkers; moves that are saved together; one of so many moves is kept.
WALKERS, PIECE, THIN = 32, 25, 5
# Shares of the noise that are new in a move: which is best depends on the posterior, so all occur.
_SHARES = np.array([0.3, 0.6, 0.9])
# Burn-in; saved parts before the first test, and the factor from one test to the next.
_LEFT_OUT = 0.25
_EARLIEST, _LATER = 8, 1.2
_COST = "cost"
_KEPT = ("points", "misfits", "costs", "accepted")


@dataclass(frozen=True)
class Walks:
    """Walks through the posterior.

    Attributes
    ----------
    points : array of float, shape (kept moves, walkers, size)
        Without burn-in.
    errors : array of float, shape (kept moves, walkers, errors)
        The errors there.
    diagnostics : pandas.DataFrame
        By quantity as index, of which the cost is one: R-hat, bulk ESS, tail ESS.
    acceptance : float
        Share of accepted moves.
    steps : int
        Moves of each walker.
    """

    points: Floats
    errors: Floats
    diagnostics: pd.DataFrame
    acceptance: float
    steps: int

    def select_points(self, count: int) -> tuple[Floats, Floats]:
        """Select points, evenly spread over the walks, and the errors there.

        Returns
        -------
        tuple of array of float, shape (count, size) and (count, errors)
            They still need the weights of `weigh_points`.

        Raises
        ------
        NotConvergedError
            If the walks have not converged; it names the worst quantities.
        """
        refuse_unconverged(self.diagnostics, self.steps)
        steps, walkers, _ = self.points.shape
        number = np.arange(min(count, steps * walkers))
        chosen = number * steps // len(number), number % walkers
        return np.asarray(self.points[chosen]), np.asarray(self.errors[chosen])


def choose_starts(draws: Draws, count: int, rng: np.random.Generator) -> Floats:
    """Choose starts among weighted draws, the likelier ones oftener, shape (count, size).

    Raises
    ------
    NotConvergedError
        If no draw was solved.
    """
    if not draws.solved.any():
        raise NotConvergedError(
            f"none of {len(draws.solved)} weighted draws was solved: the posterior is too bent, or "
            "the mode was not reached"
        )
    weights, _ = smooth_weights(draws.log_weights[draws.solved])
    chosen = rng.choice(np.flatnonzero(draws.solved), size=count, p=weights)
    return np.asarray(draws.points[chosen])


def weigh_points(
    target: Target,
    subspace: Subspace,
    points: Floats,
    errors: Floats,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Floats:
    """Compute the logarithms of the weights that the walks left out, shape (n,).

    Those of points on the other side of a fold are -infinity.
    """
    changes = np.empty(len(points))
    for number, (point, found) in enumerate(zip(points, errors, strict=True)):
        changes[number] = measure_change(target, subspace, point, found)
        tell(number + 1, len(points))
    return np.nan_to_num(-changes, nan=-np.inf)


def walk_posterior(
    target: Target,
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
    subspace : Subspace
        The informed directions at its mode.
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
    state: Mapping[str, NDArray[Any]] = {}
    while diagnostics is None or (PIECE * len(kept) < most and not has_converged(diagnostics)):
        name = f"walk {len(kept)}"
        # Each part has its own stream, so that a resumed walk goes where it would have gone.
        (stream,) = streams.spawn(1)
        if name not in checkpoints:
            state = state or _begin(target, subspace, np.asarray(starts, dtype=float))
            rng = np.random.default_rng(stream)
            checkpoints.save(name, _walk(target, subspace, state, rng))
        state = checkpoints.load(name)
        kept.append({each: state[each] for each in _KEPT})
        tell(PIECE * len(kept), most)
        if len(kept) >= look or PIECE * len(kept) >= most:
            points, costs = (_join(kept, each) for each in ("points", "costs"))
            diagnostics = diagnose_walks(np.dstack([points, costs]), [*names, _COST])
            look = int(np.ceil(_LATER * look))
    return Walks(
        _join(kept, "points"),
        _join(kept, "misfits"),
        diagnostics,
        float(np.mean([part["accepted"].mean() for part in kept])),
        PIECE * len(kept),
    )


def _walk(
    target: Target,
    subspace: Subspace,
    state: Mapping[str, NDArray[Any]],
    rng: np.random.Generator,
) -> dict[str, NDArray[Any]]:
    """Make the moves that are saved together."""
    at = {name: np.asarray(state[name], dtype=float) for name in _STATE}
    excess = _find_excess(at)
    points, errors, costs, accepted = [], [], [], []
    for move in range(PIECE):
        walkers = len(at["noise"])
        share = rng.choice(_SHARES, size=(walkers, 1))
        kept = np.sqrt(1 - share**2)
        noise = kept * at["noise"] + share * rng.standard_normal(at["noise"].shape)
        _, fresh = subspace.split(rng.standard_normal(at["outside"].shape))
        outside = kept * at["outside"] + share * fresh
        begin = Place(at["inside"], at["errors"], np.ones(walkers, dtype=bool))
        place = solve_noise(target, subspace, noise, outside, begin)
        cost = target.cost(subspace.join(place.inside, outside), place.errors)
        new = {
            # Its own, not what was asked for, from which it differs a little.
            "noise": subspace.find_noise(place.inside, place.errors),
            "outside": outside,
            "inside": place.inside,
            "errors": place.errors,
            "cost": cost,
        }
        new_excess = np.where(place.solved, _find_excess(new), np.inf)
        taken = np.log(rng.uniform(size=walkers)) < excess - new_excess
        at = {
            name: np.where(taken.reshape(-1, *[1] * (value.ndim - 1)), new[name], value)
            for name, value in at.items()
        }
        excess = np.where(taken, new_excess, excess)
        accepted.append(taken)
        if (move + 1) % THIN == 0:
            points.append(subspace.join(at["inside"], at["outside"]))
            errors.append(at["errors"])
            costs.append(at["cost"])
    return {
        **at,
        "points": np.array(points),
        "misfits": np.array(errors),
        "costs": np.array(costs),
        "accepted": np.array(accepted),
    }


_STATE = ("noise", "outside", "inside", "errors", "cost")


def _find_excess(at: Mapping[str, Floats]) -> Floats:
    """Find the cost beyond that of the noise, shape (walkers,)."""
    noise = (at["noise"] ** 2).sum(axis=1) + (at["outside"] ** 2).sum(axis=1)
    return np.asarray(at["cost"] - 0.5 * noise)


def _begin(target: Target, subspace: Subspace, starts: Floats) -> dict[str, Floats]:
    """Give the state of walkers at their starts."""
    inside, outside = subspace.split(starts)
    errors = target.errors(starts)
    return {
        "noise": subspace.find_noise(inside, errors),
        "outside": outside,
        "inside": inside,
        "errors": errors,
        "cost": target.cost(starts, errors),
    }


def _join(kept: Sequence[Mapping[str, NDArray[Any]]], name: str) -> Floats:
    """Join the parts of the walks, without burn-in."""
    whole = np.concatenate([part[name] for part in kept])
    return np.asarray(whole[int(_LEFT_OUT * len(whole)) :], dtype=float)
