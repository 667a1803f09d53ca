"""Randomise, then optimise: independent draws near a nonlinear posterior, for a few runs each.

A draw takes standard normal noise and looks for the point whose own noise it is (see
`Subspace.find_noise`). Of a linear problem with normal errors these are draws of the posterior
itself; of another one they lie near it, and `calibration.posterior.walkers` gives exact ones. In
directions that the figures do not inform a draw is one of the prior. Sources: Bardsley, Solonen,
Haario and Laine 2014, SIAM J. Sci. Comput. 36(4); Wang, Bardsley, Solonen, Cui and Marzouk 2017,
SIAM J. Sci. Comput. 39(5).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smecluster.calibration.posterior.mode import Mode
from smecluster.calibration.posterior.subspace import Subspace, find_subspace
from smecluster.calibration.posterior.target import Target

Floats = NDArray[np.float64]

#: Largest distance from the noise that was drawn at which a draw counts as solved.
SOLVED = 1e-2
# Iterations at most, and how many of the last the next one learns from.
_MOST = 40
_MEMORY = 12
# No iteration moves a coordinate further, in standard deviations of the posterior.
_REACH = 2.0


@dataclass(frozen=True)
class Place:
    """Where noise leads.

    Attributes
    ----------
    inside : array of float, shape (n, informed)
        The informed coordinates.
    errors : array of float, shape (n, errors)
        The errors there.
    solved : array of bool, shape (n,)
        Whether the point has the noise that was asked for.
    """

    inside: Floats
    errors: Floats
    solved: NDArray[np.bool_]


def draw_around(target: Target, mode: Mode, count: int, rng: np.random.Generator) -> Floats:
    """Draw points near the posterior, each by itself.

    Parameters
    ----------
    target : Target
        The -log posterior.
    mode : Mode
        Its mode.
    count : int
        How many draws.
    rng : numpy.random.Generator
        For the noise.

    Returns
    -------
    array of float, shape (solved, size)
        Those of the draws that were solved.
    """
    subspace = find_subspace(mode)
    noise = rng.standard_normal((count, len(subspace.strengths)))
    _, outside = subspace.split(rng.standard_normal((count, target.size)))
    place = solve_noise(target, subspace, noise, outside, begin_linear(mode, subspace, outside))
    return subspace.join(place.inside, outside)[place.solved]


def begin_linear(mode: Mode, subspace: Subspace, outside: Floats) -> Place:
    """Give the points from which a solution is sought where none is known: as of a linear problem.

    Parameters
    ----------
    mode : Mode
        The mode.
    subspace : Subspace
        The informed directions there.
    outside : array of float, shape (n, size)
        What the points have outside of them.

    Returns
    -------
    Place
        Whose errors are those of the linear problem.
    """
    centre, rest = subspace.split(mode.point[None])
    linear = mode.errors + (outside - rest) @ mode.slope.T
    inside = np.repeat(centre, len(outside), axis=0)
    return Place(inside, linear, np.zeros(len(outside), dtype=bool))


def solve_noise(
    target: Target, subspace: Subspace, noise: Floats, outside: Floats, begin: Place
) -> Place:
    """Find the points that have given noise, all at once.

    Newton steps with the slope at the mode, each point's improved by its own last steps (Anderson's
    mixing; Walker and Ni 2011, SIAM J. Numer. Anal. 49(4)).

    Parameters
    ----------
    target : Target
        The -log posterior.
    subspace : Subspace
        The informed directions.
    noise : array of float, shape (n, informed)
        The noise.
    outside : array of float, shape (n, size)
        What the points have outside of the informed directions.
    begin : Place
        Where to begin, with the errors that are expected there.

    Returns
    -------
    Place
    """
    spread = np.sqrt(1 + subspace.strengths**2)
    # Of a linear problem this is the solution: the slope of the noise there is the spread.
    inside = begin.inside + _hold(noise - subspace.find_noise(begin.inside, begin.errors), spread)
    errors = target.errors(subspace.join(inside, outside))
    left = noise - subspace.find_noise(inside, errors)
    best, best_errors, best_left = inside.copy(), errors.copy(), left.copy()
    past: list[list[tuple[Floats, Floats]]] = [[] for _ in noise]
    for _ in range(_MOST):
        active = np.flatnonzero(np.abs(best_left).max(axis=1, initial=0.0) >= SOLVED)
        if not len(active):
            break
        new = inside.copy()
        for number in active:
            past[number] = [*past[number], (inside[number], left[number])][-_MEMORY:]
            new[number] = _mix(past[number], spread)
        inside = new
        errors[active] = target.errors(subspace.join(inside[active], outside[active]))
        left[active] = noise[active] - subspace.find_noise(inside[active], errors[active])
        better = (left**2).sum(axis=1) < (best_left**2).sum(axis=1)
        best[better], best_errors[better], best_left[better] = (
            inside[better],
            errors[better],
            left[better],
        )
    return Place(best, best_errors, np.abs(best_left).max(axis=1, initial=0.0) < SOLVED)


def _hold(left: Floats, spread: Floats) -> Floats:
    """Turn what is left of the noise into a step, not too far, shape (n, informed)."""
    furthest = np.abs(left).max(axis=-1, keepdims=True, initial=_REACH)
    return np.asarray(left / spread * np.minimum(1.0, _REACH / furthest))


def _mix(past: list[tuple[Floats, Floats]], spread: Floats) -> Floats:
    """Mix the last steps of a draw into the next one, shape (informed,)."""
    inside, left = past[-1]
    if len(past) == 1:
        return np.asarray(inside + _hold(left, spread))
    moved = np.array([inside - one for one, _ in past[:-1]]).T
    changed = np.array([left - one for _, one in past[:-1]]).T
    shares = np.linalg.lstsq(changed, left, rcond=1e-8)[0]
    return np.asarray(inside - moved @ shares + _hold(left - changed @ shares, spread))
