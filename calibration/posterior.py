"""The posterior: draws of independent walkers, and a refusal of walks that have not converged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import arviz_stats.base
import emcee
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibration.fit import Optimum
from calibration.normal_scores import Laplace, NormalScores
from calibration.payoff import Payoff
from model.errors import InputError
from model.pieces import Pieces

Floats = NDArray[np.float64]

#: Convergence: rank-normalised split R-hat below, effective sample size (bulk and tail) above.
#: Source: Vehtari, Gelman, Simpson, Carpenter and Buerkner 2021, Bayesian Analysis 16(2).
R_HAT, ESS = 1.05, 400.0
#: Two threads carry out sixteen runs together each.
WALKERS = 32
#: Of every so many steps one is kept.
THIN = 10
#: Steps that are kept together as one piece.
PIECE = 500
#: The share of a walk that is left out as its way from the start.
_LEFT_OUT = 0.25
_EARLIEST = 4  # pieces before the first look
_WIDER = 1.5  # starts over the normal approximation
_NAMED = 3
# Proposals: in how many directions at a time, and how long, of the best of a normal posterior.
_SIZES = (5, 10, 20)
_LENGTHS = np.array([0.6, 1.0])


class NotConvergedError(InputError):
    """The walks do not agree with one another yet; their draws would mislead."""


@dataclass(frozen=True)
class Posterior:
    """Walks through the posterior.

    Attributes
    ----------
    payoff : Payoff
        Whose posterior it is.
    walks : array of float, shape (steps, walkers, parameters)
        In the scale of the estimation; the way from the start left out, one of ten steps kept.
    diagnostics : pandas.DataFrame
        By parameter as index: R-hat, bulk ESS, tail ESS.
    acceptance : float
        Share of the proposed moves that were accepted.
    steps : int
        How many each walker went, the way from the start included.
    """

    payoff: Payoff
    walks: Floats
    diagnostics: pd.DataFrame
    acceptance: float
    steps: int

    @property
    def converged(self) -> bool:
        """Whether R-hat and effective sample sizes reach their thresholds."""
        return _converged(self.diagnostics)

    def points(self, count: int = 1000) -> Floats:
        """Give draws in the scale of the estimation, evenly spread over the walks.

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
        flat = self.walks.reshape(-1, self.walks.shape[-1])
        chosen = np.linspace(0, len(flat) - 1, min(count, len(flat))).round().astype(int)
        return np.asarray(flat[chosen])

    def draws(self, count: int = 1000) -> pd.DataFrame:
        """Give draws in the parameters' units: a row a draw, columns the model's inputs.

        Raises
        ------
        NotConvergedError
            If the walks have not converged; it names the worst parameters.
        """
        return self.payoff.inputs(self.points(count))

    def refuse_unconverged(self) -> None:
        """Raise `NotConvergedError` unless the walks have converged."""
        if self.converged:
            return
        worst = self.diagnostics.sort_values("R-hat", ascending=False).head(_NAMED)
        named = ", ".join(f"{name} ({row['R-hat']:.2f})" for name, row in worst.iterrows())
        raise NotConvergedError(
            f"after {self.steps} steps the walks have not converged: R-hat is to be below "
            f"{R_HAT}, worst are {named}; the smallest effective sample size is "
            f"{_least(self.diagnostics):.0f} of {ESS:.0f}: let them walk on"
        )


def posterior(
    payoff: Payoff,
    optimum: Optimum,
    seed: int,
    pieces: Pieces,
    *,
    most: int = 100_000,
    walkers: int = WALKERS,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Posterior:
    """Draw from the posterior until the walks have converged.

    Parameters
    ----------
    payoff : Payoff
        The payoff.
    optimum : Optimum
        Its optimum.
    seed : int
        For starts and moves.
    pieces : Pieces
        Where the walks are kept as they go on: ``walk <number>``.
    most : int
        Steps after which they stop, converged or not.
    walkers : int
        How many walk.
    told : callable
        Told how many steps are done, and how many there may be.

    Returns
    -------
    Posterior
        The same for any number of workers and interruptions.
    """
    scores = NormalScores(payoff)
    laplace = scores.laplace(optimum.x)
    sampler = emcee.EnsembleSampler(
        walkers,
        len(payoff.names),
        lambda points: -scores.cost(points),
        moves=emcee.moves.MHMove(_Blocks(laplace.covariance)),
        vectorize=True,
    )
    state = None
    kept: list[dict[str, NDArray[Any]]] = []
    diagnostics = None
    while diagnostics is None or (PIECE * len(kept) < most and not _converged(diagnostics)):
        name = f"walk {len(kept)}"
        if name not in pieces:
            state = state or (_resumed(kept[-1]) if kept else _started(laplace, walkers, seed))
            arrays, state = _walked(sampler, state)
            pieces.save(name, **arrays)
        # What goes on and what is resumed sees the same bytes.
        kept.append(pieces.load(name))
        told(PIECE * len(kept), most)
        if len(kept) >= _EARLIEST or PIECE * len(kept) >= most:
            diagnostics = _diagnostics(_after(kept, "scores"), payoff.names)
    return Posterior(
        payoff,
        scores.points(_after(kept, "scores")),
        diagnostics,
        float(np.mean([part["accepted"].mean() for part in kept])),
        PIECE * len(kept),
    )


class _Blocks:
    """Proposals of a random walk in some of the principal directions of a covariance at a time.

    Steps in few directions may be long, those in all must be short; which are best depends on
    the posterior, so that all occur. The proposal is symmetric. Source of the scale: Roberts,
    Gelman and Gilks 1997, Annals of Applied Probability 7(1).
    """

    def __init__(self, covariance: Floats) -> None:
        variances, axes = np.linalg.eigh(covariance)
        self._axes = axes * np.sqrt(variances)
        k = len(variances)
        self._sizes = np.unique([min(k, size) for size in _SIZES] + [k])

    def __call__(self, at: Floats, rng: np.random.RandomState) -> tuple[Floats, Floats]:
        walkers, k = at.shape
        size = self._sizes[rng.randint(len(self._sizes), size=walkers)]
        length = _LENGTHS[rng.randint(len(_LENGTHS), size=walkers)]
        place = np.argsort(np.argsort(rng.rand(walkers, k), axis=1), axis=1)
        steps = np.where(place < size[:, None], rng.randn(walkers, k), 0.0)
        steps *= (2.38 * length / np.sqrt(size))[:, None]
        return at + steps @ self._axes.T, np.zeros(walkers)


def _started(laplace: Laplace, walkers: int, seed: int) -> emcee.State:
    """Place the walkers more widely than the normal approximation of the posterior."""
    one, other = np.random.SeedSequence(seed).spawn(2)
    spread = np.random.default_rng(one).standard_normal((walkers, len(laplace.centre)))
    begin = laplace.centre + _WIDER * spread @ np.linalg.cholesky(laplace.covariance).T
    random = np.random.RandomState(np.random.MT19937(other))
    return emcee.State(begin, random_state=random.get_state())


def _walked(sampler: Any, state: emcee.State) -> tuple[dict[str, NDArray[Any]], emcee.State]:
    """Walk for one piece; what it holds is all that going on needs."""
    sampler.reset()
    state = sampler.run_mcmc(state, PIECE // THIN, thin_by=THIN, skip_initial_state_check=True)
    kind, keys, place, gauss, cached = state.random_state
    assert kind == "MT19937"
    arrays = {
        "scores": sampler.get_chain(),
        "log_prob": state.log_prob,
        "accepted": sampler.acceptance_fraction,
        "keys": keys,
        "random": np.array([place, gauss]),
        "cached": np.array(cached),
    }
    return arrays, state


def _resumed(last: Mapping[str, NDArray[Any]]) -> emcee.State:
    place, gauss = (int(number) for number in last["random"])
    random = ("MT19937", last["keys"], place, gauss, float(last["cached"]))
    return emcee.State(last["scores"][-1], log_prob=last["log_prob"], random_state=random)


def _after(kept: Sequence[Mapping[str, NDArray[Any]]], name: str) -> Floats:
    """Join the pieces, the way from the start left out."""
    whole = np.concatenate([part[name] for part in kept])
    return np.asarray(whole[int(_LEFT_OUT * len(whole)) :], dtype=float)


def _diagnostics(walks: Floats, names: Sequence[str]) -> pd.DataFrame:
    """Compare the walks, shape (steps, walkers, parameters), with one another."""
    chains = np.moveaxis(walks, (2, 1, 0), (0, 1, 2))
    # The library says that it is typed, but its functions are not.
    library: Any = arviz_stats.base
    stats = library.array_stats
    found = {
        "R-hat": stats.rhat(chains),
        "bulk ESS": stats.ess(chains),
        "tail ESS": stats.ess(chains, method="tail", prob=(0.05, 0.95)),
    }
    return pd.DataFrame(found, index=pd.Index(names, name="name"))


def _converged(diagnostics: pd.DataFrame) -> bool:
    return bool((diagnostics["R-hat"] < R_HAT).all()) and _least(diagnostics) > ESS


def _least(diagnostics: pd.DataFrame) -> float:
    return float(diagnostics[["bulk ESS", "tail ESS"]].to_numpy().min())
