"""Randomise, then optimise: independent draws of a nonlinear posterior, with their weights.

A draw takes standard normal noise and looks for the point whose own noise it is (see
`Subspace.find_noise`). Of a linear problem with normal errors these are draws of the posterior
itself; of another one their density is known, so weights correct them. In directions that the
figures do not inform a draw is one of the prior. Sources: Bardsley, Solonen, Haario and Laine 2014,
SIAM J. Sci. Comput. 36(4); Wang, Bardsley, Solonen, Cui and Marzouk 2017, SIAM J. Sci. Comput.
39(5).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smecluster.calibration.joint.mode import Mode
from smecluster.calibration.joint.subspace import Subspace
from smecluster.calibration.joint.target import Target

Floats = NDArray[np.float64]

#: Largest distance from the noise that was drawn at which a draw counts as solved.
SOLVED = 1e-3
# Iterations at most, and how many of the last the next one learns from.
_MOST = 40
_MEMORY = 12
# No iteration moves a coordinate further, in standard deviations of the posterior.
_REACH = 2.0


@dataclass(frozen=True)
class Draws:
    """Draws with what their weights need.

    Attributes
    ----------
    points : array of float, shape (draws, size)
        The draws.
    errors : array of float, shape (draws, errors)
        The errors there.
    costs : array of float, shape (draws,)
        -log posterior there, up to a constant.
    proposals : array of float, shape (draws,)
        -log density of drawing each, up to a constant.
    solved : array of bool, shape (draws,)
        Whether the point has the noise that was drawn. The others are no draws.
    """

    points: Floats
    errors: Floats
    costs: Floats
    proposals: Floats
    solved: NDArray[np.bool_]

    @property
    def log_weights(self) -> Floats:
        """Logarithms of the weights, up to a constant; of those that were not solved -infinity."""
        return np.where(self.solved, self.proposals - self.costs, -np.inf)


def draw_randomised(
    target: Target,
    mode: Mode,
    subspace: Subspace,
    count: int,
    rng: np.random.Generator,
    *,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Draws:
    """Make draws.

    Parameters
    ----------
    target : Target
        The -log posterior.
    mode : Mode
        Its mode.
    subspace : Subspace
        The informed directions there.
    count : int
        How many draws.
    rng : numpy.random.Generator
        For the noise.
    tell : callable
        Receives how many draws have their weights, and how many there are.

    Returns
    -------
    Draws
        Each depends on its own noise only.
    """
    noise = rng.standard_normal((count, len(subspace.strengths)))
    _, outside = subspace.split(rng.standard_normal((count, target.size)))
    inside, errors, left = _solve(target, mode, subspace, noise, outside)
    points = subspace.join(inside, outside)
    solved = np.abs(left).max(axis=1, initial=0.0) < SOLVED
    changes = np.zeros(count)
    for number in range(count):
        if solved[number]:
            slope = target.slope(points[number], subspace.directions)[0]
            whole = _differentiate(subspace, slope)
            sign, changes[number] = np.linalg.slogdet(whole)
            # On the other side of a fold the same noise has several points.
            solved[number] = sign > 0
        tell(number + 1, count)
    found = subspace.find_noise(inside, errors)
    proposals = 0.5 * (found**2).sum(axis=1) + 0.5 * (outside**2).sum(axis=1) - changes
    return Draws(points, errors, target.cost(points, errors), proposals, solved)


def _differentiate(subspace: Subspace, slope: Floats) -> Floats:
    """Differentiate the noise by the informed coordinates, shape (informed, informed)."""
    size = np.sqrt(1 + subspace.strengths**2)[:, None]
    pulled = np.eye(len(size)) + subspace.strengths[:, None] * (subspace.seen @ slope)
    return np.asarray(pulled / size)


def _solve(
    target: Target, mode: Mode, subspace: Subspace, noise: Floats, outside: Floats
) -> tuple[Floats, Floats, Floats]:
    """Solve for the informed coordinates, all draws at once; also give errors and what is left.

    Newton steps with the slope at the mode, each draw's improved by its own last steps (Anderson's
    mixing; Walker and Ni 2011, SIAM J. Numer. Anal. 49(4)).
    """
    spread = np.sqrt(1 + subspace.strengths**2)
    centre, rest = subspace.split(mode.point[None])
    linear = mode.errors + (outside - rest) @ mode.slope.T
    begin = subspace.find_noise(np.broadcast_to(centre, noise.shape), linear)
    # Of a linear problem this is the solution: the slope of the noise there is the spread.
    inside = centre + _hold(noise - begin, spread)
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
    return best, best_errors, best_left


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
