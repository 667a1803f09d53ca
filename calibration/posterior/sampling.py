"""The posterior: draws from an ensemble of walkers, refused until the walks have converged."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import emcee
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.calibration.estimate.fit import Optimum
from smecluster.calibration.posterior.convergence import (
    diagnose_walks,
    has_converged,
    refuse_unconverged,
)
from smecluster.calibration.posterior.surrogate import Surrogate, count_coefficients
from smecluster.calibration.posterior.trajectories import Trajectories
from smecluster.calibration.problem.normal_scores import NormalScores
from smecluster.calibration.problem.objective import Objective
from smecluster.model.support.checkpoints import Checkpoints

Floats = NDArray[np.float64]

#: On two threads, each walks sixteen at a time.
WALKERS = 32
#: One of so many steps is kept.
THIN = 2
#: Steps that are saved together.
PIECE = 100
#: The share of a walk that is discarded as burn-in.
_LEFT_OUT = 0.25
# Saved parts before the first test of convergence, and the factor from one test to the next.
_EARLIEST, _LATER = 4, 1.1
_WIDER = 1.5  # spread of the starts, in standard deviations of the normal approximation
# Training the surrogate: design points for each coefficient, their distance from the optimum, then
# rounds of so many steps.
_DESIGN, _NEAR = 1.5, 0.6
_ROUNDS, _LEARNING = 20, 50
_LEARNT_POWER = 0.7  # of the posterior: the surrogate must know its tails, too
# The share of random-walk moves, their numbers of directions, and their lengths.
_STEPS = 0.25
_SIZES = (5, 10, 20)
_LENGTHS = np.array([0.2, 0.6, 1.0])


@dataclass(frozen=True)
class Posterior:
    """Walks through the posterior.

    Attributes
    ----------
    objective : Objective
        The objective whose posterior it is.
    walks : array of float, shape (steps, walkers, parameters)
        In the scale of the estimation, without burn-in; one of two steps is kept.
    diagnostics : pandas.DataFrame
        By parameter as index: R-hat, bulk ESS, tail ESS.
    acceptance : float
        Share of accepted moves.
    steps : int
        Steps of each walker, with burn-in, without those that trained the surrogate.
    """

    objective: Objective
    walks: Floats
    diagnostics: pd.DataFrame
    acceptance: float
    steps: int

    @property
    def converged(self) -> bool:
        """Whether R-hat and effective sample sizes meet their thresholds."""
        return has_converged(self.diagnostics)

    def select_points(self, count: int = 1000) -> Floats:
        """Select draws in the scale of the estimation, evenly spread over the walks.

        Parameters
        ----------
        count : int
            How many at most.

        Returns
        -------
        array of float, shape (count, parameters)

        Raises
        ------
        NotConvergedError
            If the walks have not converged; it names the worst parameters.
        """
        self.refuse_unconverged()
        steps, walkers, _ = self.walks.shape
        number = np.arange(min(count, steps * walkers))
        # Walkers in turn, each a little later than the last.
        return np.asarray(self.walks[number * steps // len(number), number % walkers])

    def select_draws(self, count: int = 1000) -> pd.DataFrame:
        """Select draws in the parameters' units: a row a draw, columns the model's inputs.

        Raises
        ------
        NotConvergedError
            If the walks have not converged; it names the worst parameters.
        """
        return self.objective.tabulate(self.select_points(count))

    def refuse_unconverged(self) -> None:
        """Raise `NotConvergedError` unless the walks have converged."""
        refuse_unconverged(self.diagnostics, self.steps)


def sample_posterior(
    objective: Objective,
    optimum: Optimum,
    seed: int,
    checkpoints: Checkpoints,
    *,
    most: int = 20_000,
    walkers: int = WALKERS,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Posterior:
    """Sample the posterior until the walks have converged.

    Parameters
    ----------
    objective : Objective
        The objective.
    optimum : Optimum
        Its optimum.
    seed : int
        Seed of starts and moves.
    checkpoints : Checkpoints
        Where the walks are saved: ``learning <number>``, ``walk <number>``.
    most : int
        Steps after which they stop, converged or not; training of the surrogate does not count.
    walkers : int
        Number of walkers.
    tell : callable
        Receives how many steps are done, and the most there can be.

    Returns
    -------
    Posterior
        The same for any number of workers and interruptions.
    """
    walk = _Walk(objective, optimum, walkers, seed)
    learning = _ROUNDS * _LEARNING
    for number in range(_ROUNDS):
        walk.learn(checkpoints, f"learning {number}", design=number == 0)
        tell((number + 1) * _LEARNING, learning + most)
    walk.settle()
    kept: list[Mapping[str, NDArray[Any]]] = []
    diagnostics, look = None, _EARLIEST
    while diagnostics is None or (PIECE * len(kept) < most and not has_converged(diagnostics)):
        kept.append(walk.go(checkpoints, f"walk {len(kept)}"))
        tell(learning + PIECE * len(kept), learning + most)
        if len(kept) >= look or PIECE * len(kept) >= most:
            diagnostics = diagnose_walks(_join_after_start(kept, "at"), walk.objective.names)
            # The test takes longer the longer the walks are.
            look = math.ceil(_LATER * look)
    return Posterior(
        walk.objective,
        walk.points(_join_after_start(kept, "at")),
        diagnostics,
        float(np.mean([part["accepted"].mean() for part in kept])),
        PIECE * len(kept),
    )


class _Walk:
    """The walkers, in coordinates in which the normal approximation has variance 1.

    Most of their moves are trajectories on a surrogate of the posterior (see `Trajectories`),
    which is fitted to what the walkers meet on their way in; some are steps of a random walk,
    which go on where the surrogate misleads.
    """

    def __init__(self, objective: Objective, optimum: Optimum, walkers: int, seed: int) -> None:
        self.objective = objective
        self._scores = NormalScores(objective)
        self._laplace = self._scores.approximate(optimum.x)
        k = len(objective.names)
        figures = len(self._scores.residuals(self._laplace.centre)[0]) - k
        self._surrogate = Surrogate(k, figures)
        self._trajectories = Trajectories(self._surrogate_cost, np.eye(k))
        self._steps = _Steps(np.eye(k))
        # While it learns, the walk goes through a wider distribution than the posterior.
        self._power = _LEARNT_POWER
        self._met: list[Floats] = []
        self._past: list[Floats] = []
        moves = emcee.moves
        self._sampler = emcee.EnsembleSampler(
            walkers,
            k,
            self._log_prob,
            moves=[
                (moves.MHMove(self._trajectories), 1 - _STEPS),
                (moves.MHMove(self._steps), _STEPS),
            ],
            vectorize=True,
        )
        one, two, three = np.random.SeedSequence(seed).spawn(3)
        self._design = np.random.default_rng(one)
        begin = _WIDER * np.random.default_rng(two).standard_normal((walkers, k))
        random = np.random.RandomState(np.random.MT19937(three)).get_state()
        self._state = emcee.State(begin, random_state=random)

    def points(self, at: Floats) -> Floats:
        """Transform coordinates to points in the scale of the estimation."""
        return self._scores.to_points(self._laplace.to_scores(at))

    def learn(self, checkpoints: Checkpoints, name: str, design: bool) -> None:
        """Walk a little, and fit the surrogate to all points so far.

        The first time it is fitted to a design around the optimum.
        """
        if name not in checkpoints:
            if design:
                k = self._laplace.centre.size
                size = (int(_DESIGN * count_coefficients(k)) + k, k)
                met, arrays = _NEAR * self._design.standard_normal(size), {}
            else:
                self._met = []
                self._trajectories.tuning = True
                arrays = self._walked(_LEARNING, 1)
                met = np.concatenate(self._met)
            step = np.array(self._trajectories.step)
            checkpoints.save(name, {"met": met, "step": step, **arrays})
        kept = checkpoints.load(name)
        self._resume(kept)
        met = np.asarray(kept["met"], dtype=float)
        residuals = self._scores.residuals(self._laplace.to_scores(met))
        excess = 0.5 * np.einsum("ij,ij->i", residuals, residuals) - self._laplace.cost
        k = met.shape[1]
        weights = np.exp(-np.maximum(0.0, excess - k) / k)
        self._surrogate.add(met, residuals[:, :-k], weights)
        self._surrogate.fit()
        if "at" in kept:
            self._past.append(np.asarray(kept["at"], dtype=float))
            self._measure()

    def _measure(self) -> None:
        """Estimate the covariance from the later half of the training walks.

        Walkers are few, so it is shrunk towards that of the normal approximation.
        """
        later = self._past[len(self._past) // 2 :]
        walkers, k = later[0].shape[1:]
        seen = np.cov(np.concatenate(later).reshape(-1, k).T).reshape(k, k)
        count = len(later) * walkers
        covariance = (count * self._power * seen + k * np.eye(k)) / (count + k)
        self._trajectories.root = self._steps.root = np.linalg.cholesky(covariance)

    def settle(self) -> None:
        """Freeze the moves: from now on the draws are of the posterior."""
        self._trajectories.tuning = False
        self._power = 1.0
        self._state = emcee.State(self._state.coords, random_state=self._state.random_state)

    def go(self, checkpoints: Checkpoints, name: str) -> Mapping[str, NDArray[Any]]:
        """Walk one part of the chain."""
        if name not in checkpoints:
            checkpoints.save(name, self._walked(PIECE, THIN))
        # A first run and a resumed one see the same bytes.
        kept = checkpoints.load(name)
        self._resume(kept)
        return kept

    def _walked(self, steps: int, thin: int) -> dict[str, NDArray[Any]]:
        self._sampler.reset()
        state = self._sampler.run_mcmc(
            self._state, steps // thin, thin_by=thin, skip_initial_state_check=True
        )
        kind, keys, place, gauss, cached = state.random_state
        assert kind == "MT19937"
        return {
            "at": self._sampler.get_chain(),
            "log_prob": state.log_prob,
            "accepted": self._sampler.acceptance_fraction,
            "keys": keys,
            "random": np.array([place, gauss]),
            "cached": np.array(cached),
        }

    def _resume(self, kept: Mapping[str, NDArray[Any]]) -> None:
        if "step" in kept:
            self._trajectories.step = float(kept["step"])
        if "at" in kept:
            place, gauss = (int(number) for number in kept["random"])
            random = ("MT19937", kept["keys"], place, gauss, float(kept["cached"]))
            self._state = emcee.State(
                kept["at"][-1], log_prob=kept["log_prob"], random_state=random
            )

    def _log_prob(self, at: Floats) -> Floats:
        if self._trajectories.tuning:
            self._met.append(at.copy())
        return -self._power * self._scores.cost(self._laplace.to_scores(at))

    def _surrogate_cost(self, at: Floats) -> tuple[Floats, Floats]:
        """Compute -log of the surrogate posterior and its gradient; the prior is exact."""
        scores = self._laplace.to_scores(at)
        cost, gradient = self._surrogate.cost(at)
        cost = cost + 0.5 * np.einsum("ij,ij->i", scores, scores)
        gradient = gradient + scores @ self._laplace.root
        return self._power * cost, self._power * gradient


class _Steps:
    """Proposals of a random walk in some directions at a time.

    Steps in few directions can be long, steps in all must be short. Which are best depends on the
    posterior, so all occur. The proposal is symmetric. Source of the scale: Roberts,
    Gelman and Gilks 1997, Annals of Applied Probability 7(1).
    """

    def __init__(self, root: Floats) -> None:
        self.root = root
        k = len(root)
        self._sizes = np.unique([min(k, size) for size in _SIZES] + [k])

    def __call__(self, at: Floats, rng: np.random.RandomState) -> tuple[Floats, Floats]:
        walkers, k = at.shape
        size = self._sizes[rng.randint(len(self._sizes), size=walkers)]
        length = _LENGTHS[rng.randint(len(_LENGTHS), size=walkers)]
        place = np.argsort(np.argsort(rng.random_sample((walkers, k)), axis=1), axis=1)
        steps = np.where(place < size[:, None], rng.standard_normal((walkers, k)), 0.0)
        steps *= (2.38 * length / np.sqrt(size))[:, None]
        return at + steps @ self.root.T, np.zeros(walkers)


def _join_after_start(kept: Sequence[Mapping[str, NDArray[Any]]], name: str) -> Floats:
    """Join the parts of the walks, without burn-in."""
    whole = np.concatenate([part[name] for part in kept])
    return np.asarray(whole[int(_LEFT_OUT * len(whole)) :], dtype=float)
