"""Long moves along a surrogate, proposed to a sampler of the posterior itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Cost = Callable[[Floats], tuple[Floats, Floats]]

_LEAPS = 10
_TRAJECTORIES = 2
_WANTED = 0.8  # acceptance by the surrogate at which steps have the best length
_FIRST = 0.2  # initial length of a step, in standard deviations
_HASTE = 0.1


class Trajectories:
    """Proposals by Hamiltonian trajectories of a surrogate.

    Accepting by the surrogate makes the proposal reversible with respect to the surrogate
    distribution; the sampler then corrects for the ratio of the two distributions. Its draws are of
    the posterior itself, however rough the surrogate, which only affects how many proposals are
    accepted. Sources: delayed acceptance, Christen and Fox
    2005, Journal of Computational and Graphical Statistics 14(4); Hamiltonian proposals, Neal
    2011, Handbook of Markov Chain Monte Carlo, chapter 5.

    Parameters
    ----------
    cost : callable
        -log density of the surrogate, up to a constant, of points of shape (n, k), and its
        gradient.
    root : array of float, shape (k, k)
        Cholesky factor of a covariance similar to the points'.

    Attributes
    ----------
    root : array of float, shape (k, k)
        As given; may be replaced by a better one.
    step : float
        Length of a step in standard deviations; `tuning` adapts it.
    tuning : bool
        Whether proposals adapt it; must be off while draws are collected.
    """

    def __init__(self, cost: Cost, root: Floats) -> None:
        self.cost = cost
        self.root = root
        self.step = _FIRST
        self.tuning = False

    def __call__(self, at: Floats, rng: np.random.RandomState) -> tuple[Floats, Floats]:
        """Propose a move for each walker.

        Parameters
        ----------
        at : array of float, shape (walkers, k)
            Where they are.
        rng : numpy.random.RandomState
            The sampler's generator.

        Returns
        -------
        tuple of array
            Proposals, shape (walkers, k), and the logarithms of the factors that correct their
            acceptance, shape (walkers,).
        """
        # A divergent trajectory ends at infinity, and is rejected.
        with np.errstate(over="ignore", invalid="ignore"):
            before, gradient = self.cost(at)
            cost = before
            for _ in range(_TRAJECTORIES):
                at, cost, gradient = self._trajectory(at, cost, gradient, rng)
        return at, cost - before

    def _trajectory(
        self, at: Floats, cost: Floats, gradient: Floats, rng: np.random.RandomState
    ) -> tuple[Floats, Floats, Floats]:
        momentum = rng.standard_normal(at.shape)
        begin = cost + 0.5 * (momentum**2).sum(axis=1)
        length = self.step * rng.uniform(0.8, 1.2)
        new, new_gradient = at, gradient
        momentum = momentum - 0.5 * length * new_gradient @ self.root
        for leap in range(1, _LEAPS + 1):
            new = new + length * momentum @ self.root.T
            new_cost, new_gradient = self.cost(new)
            push = (0.5 if leap == _LEAPS else 1.0) * length
            momentum = momentum - push * new_gradient @ self.root
        end = new_cost + 0.5 * (momentum**2).sum(axis=1)
        accepted = np.log(rng.uniform(size=len(at))) < begin - end
        if self.tuning:
            self.step *= float(np.exp(_HASTE * (accepted.mean() - _WANTED)))
        taken = accepted[:, None]
        return (
            np.where(taken, new, at),
            np.where(accepted, new_cost, cost),
            np.where(taken, new_gradient, gradient),
        )
