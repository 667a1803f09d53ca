"""Walkers through the posterior: long exact moves, along the slope of the posterior.

The walkers move in coordinates in which the posterior is nearly standard normal (see
`calibration.posterior.guide`). A move gives a walker a random momentum and follows it in leaps:
each turns the walker and its momentum into each other, which alone would keep a standard normal
distribution in any number of dimensions; before and after, the momentum is kicked by how the
posterior's slope differs from that. The slope is exact: the model is run backwards for it (see
`engine.derivatives.adjoint`). Whether the end of a move is taken, the Metropolis rule decides.
(Hamiltonian Monte Carlo with Gaussian splitting: Neal 2011, Handbook of Markov Chain Monte Carlo,
chapter 5; Shahbaba, Lan, Johnson and Neal 2014, Statistics and Computing 24(3); Beskos, Pinski,
Sanz-Serna and Stuart 2011, Stochastic Processes and their Applications 121(10).)

Where a model has no derivatives, the Jacobian is the mean one over the posterior: the kick may be
any function of the point.

Before each move a switch is drawn from its prior and taken or refused by the likelihood, so that
structures have posterior probabilities like everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.calibration.posterior.convergence import (
    diagnose_walks,
    has_converged,
    refuse_unconverged,
)
from smecluster.calibration.posterior.guide import (
    Guide,
    guide_from_mode,
    guide_from_points,
    read_guide,
)
from smecluster.calibration.posterior.mode import Mode
from smecluster.calibration.posterior.target import Target
from smecluster.model.support.checkpoints import Checkpoints

Floats = NDArray[np.float64]
Arrays = Mapping[str, NDArray[Any]]
Tell = Callable[[int, int], None]

#: Walkers; moves that are saved together.
WALKERS, PIECE = 16, 10
# Burn-in; saved parts before the first test, and the factor from one test to the next.
_LEFT_OUT = 0.25
_EARLIEST, _LATER = 8, 1.2
# Rounds of finding coordinates, the points whose Jacobians each uses, and the parts it walks.
_ROUNDS, _JACOBIANS, _PARTS = 4, 8, 2
# The first length of a leap, in radians; how it follows the share of moves that are taken.
_LENGTH, _TAKEN, _EAGER = 0.1, 0.75, 1.0
# Each walker's length is its own, by a factor between these.
_SHORT, _LONG = 0.7, 1.3
# A move turns by so many radians on average, in at most so many leaps.
_TURN, _MOST_LEAPS = np.pi / 2, 24
# Switches that are tried before a move.
_TRIES = 2
# Directions that are watched for convergence: those that the figures tell more of than the prior.
_WATCHED = 1.0
_COST = "cost"
_STATE = ("points", "states")


@dataclass(frozen=True)
class Walks:
    """Walks through the posterior.

    Attributes
    ----------
    points : array of float, shape (kept moves, walkers, size)
        Without burn-in.
    states : array of float, shape (kept moves, walkers, switches)
        Values of the switches there.
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
    states: Floats
    errors: Floats
    diagnostics: pd.DataFrame
    acceptance: float
    steps: int

    def select(self, count: int) -> tuple[Floats, Floats, Floats]:
        """Select draws, evenly spread over the walks.

        Returns
        -------
        tuple of array of float
            Points, states and errors, a row a draw.

        Raises
        ------
        NotConvergedError
            If the walks have not converged; it names the worst quantities.
        """
        refuse_unconverged(self.diagnostics, self.steps)
        steps, walkers, _ = self.points.shape
        number = np.arange(min(count, steps * walkers))
        chosen = number * steps // len(number), number % walkers
        return self.points[chosen], self.states[chosen], self.errors[chosen]


@dataclass(frozen=True)
class Ready:
    """Walkers that have found their way into the posterior.

    Attributes
    ----------
    guide : Guide
        The coordinates that they have found.
    length : float
        Length of a leap, radians.
    walkers : mapping of str to array
        Where they are.
    """

    guide: Guide
    length: float
    walkers: Arrays


def warm_up(target: Target, mode: Mode, seed: int, checkpoints: Checkpoints, tell: Tell) -> Ready:
    """Bring walkers from around the mode into the posterior, and find coordinates for it.

    Parameters
    ----------
    target : Target
        The -log posterior.
    mode : Mode
        Its mode.
    seed : int
        Seed of starts and moves.
    checkpoints : Checkpoints
        Where finished parts are saved: ``guide <round>`` and ``warm-up <part>``.
    tell : callable
        Receives how many parts are done, and how many there are.

    Returns
    -------
    Ready
        The same for any number of threads and interruptions.
    """
    streams = np.random.SeedSequence(seed)
    (stream,) = streams.spawn(1)
    walkers: Arrays = _start(target, guide_from_mode(mode), np.random.default_rng(stream))
    length = _LENGTH
    cloud = np.asarray(walkers["points"], dtype=float)
    for each in range(_ROUNDS):
        name = f"guide {each}"
        if name not in checkpoints:
            here = (walkers["points"], walkers["states"])
            guide = guide_from_points(target, mode, *here, _JACOBIANS, cloud)
            checkpoints.save(name, vars(guide))
        guide = read_guide(checkpoints.load(name))
        seen = []
        for part in range(each * _PARTS, (each + 1) * _PARTS):
            name = f"warm-up {part}"
            (stream,) = streams.spawn(1)
            if name not in checkpoints:
                rng = np.random.default_rng(stream)
                moved = _walk(target, guide, walkers, length, rng)
                share = float(moved["accepted"].mean())
                longer = min(length * np.exp(_EAGER * (share - _TAKEN)), 1.0)
                state = {one: moved[one] for one in (*_STATE, "kept points")}
                checkpoints.save(name, {**state, "length": np.array(longer)})
            walkers = checkpoints.load(name)
            seen.append(np.asarray(walkers["kept points"], dtype=float))
            length = float(walkers["length"])
            tell(part + 1, _ROUNDS * _PARTS)
        cloud = np.concatenate(seen).reshape(-1, target.size)
    return Ready(guide, length, walkers)


def walk_posterior(
    target: Target,
    ready: Ready,
    names: Sequence[str],
    seed: int,
    checkpoints: Checkpoints,
    *,
    most: int = 10_000,
    tell: Tell = lambda done, total: None,
) -> Walks:
    """Walk until the walks have converged.

    Parameters
    ----------
    target : Target
        The -log posterior.
    ready : Ready
        Walkers, their coordinates and the length of their leaps, which stay as they are.
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
        The same for any number of threads and interruptions. Besides the coordinates the
        directions that the figures inform, the switches and the cost are watched.
    """
    kept: list[Arrays] = []
    diagnostics, look = None, _EARLIEST
    streams = np.random.SeedSequence(seed)
    state = ready.walkers
    while diagnostics is None or (PIECE * len(kept) < most and not has_converged(diagnostics)):
        name = f"walk {len(kept)}"
        # Each part has its own stream, so that a resumed walk goes where it would have gone.
        (stream,) = streams.spawn(1)
        if name not in checkpoints:
            rng = np.random.default_rng(stream)
            checkpoints.save(name, _walk(target, ready.guide, state, ready.length, rng))
        state = checkpoints.load(name)
        kept.append({each: state[each] for each in state if each not in _STATE})
        tell(PIECE * len(kept), most)
        if len(kept) >= look or PIECE * len(kept) >= most:
            diagnostics = _diagnose(target, ready.guide, kept, names)
            look = int(np.ceil(_LATER * look))
    return Walks(
        _join(kept, "kept points"),
        _join(kept, "kept states"),
        _join(kept, "kept errors"),
        diagnostics,
        float(np.mean([part["accepted"].mean() for part in kept])),
        PIECE * len(kept),
    )


def _diagnose(
    target: Target, guide: Guide, kept: Sequence[Arrays], names: Sequence[str]
) -> pd.DataFrame:
    points, states = _join(kept, "kept points"), _join(kept, "kept states")
    informed = guide.directions[:, guide.strengths > _WATCHED]
    # A switch that never moves has no R-hat.
    moving = [at for at in range(states.shape[2]) if np.ptp(states[:, :, at]) > 0]
    quantities = [points, points @ informed, states[:, :, moving], _join(kept, "kept costs")]
    called = [
        *names,
        *(f"direction {number + 1}" for number in range(informed.shape[1])),
        *(target.switches[at].name for at in moving),
        _COST,
    ]
    return diagnose_walks(np.dstack(quantities), called)


def _start(target: Target, guide: Guide, rng: np.random.Generator) -> dict[str, Floats]:
    """Draw starts from the normal approximation around the mode, and switches from their priors."""
    points = guide.unwhiten(rng.standard_normal((WALKERS, target.size)))
    drawn = [switch.draw(WALKERS, rng) for switch in target.switches]
    return {"points": points, "states": np.array(drawn).T if drawn else np.empty((WALKERS, 0))}


def _evaluate(target: Target, guide: Guide, points: Floats, states: Floats) -> dict[str, Floats]:
    errors, costs, gradients = target.differentiate(points, states, guide.slope)
    found = {"points": points, "states": states, "errors": errors, "costs": costs}
    return {**found, "gradients": gradients}


def _walk(
    target: Target, guide: Guide, state: Arrays, length: float, rng: np.random.Generator
) -> dict[str, NDArray[Any]]:
    """Make the moves that are saved together."""
    points, states = (np.asarray(state[name], dtype=float) for name in _STATE)
    at = _evaluate(target, guide, points, states)
    kept: dict[str, list[Floats]] = {name: [] for name in ("points", "states", "errors", "costs")}
    accepted = []
    for _ in range(PIECE):
        if target.switches:
            at = _switch(target, guide, at, rng)
        at, taken = _move(target, guide, at, length, rng)
        accepted.append(taken)
        for name, values in kept.items():
            values.append(at[name])
    found = {f"kept {name}": np.array(values) for name, values in kept.items()}
    return {**{name: at[name] for name in _STATE}, **found, "accepted": np.array(accepted)}


def _move(
    target: Target, guide: Guide, at: dict[str, Floats], length: float, rng: np.random.Generator
) -> tuple[dict[str, Floats], NDArray[np.bool_]]:
    """Make one move of every walker."""
    start = guide.whiten(at["points"])
    momentum = rng.standard_normal(start.shape)
    turn = length * rng.uniform(_SHORT, _LONG, (len(start), 1))
    leaps = min(max(round(_TURN / length), 1), _MOST_LEAPS)
    # Moves of one length would return to where they began in some directions.
    leaps = int(rng.integers(-(-leaps // 2), leaps + leaps // 2 + 1))
    place, new = start, at
    left = momentum - 0.5 * turn * (guide.pull(new["gradients"]) - place)
    for leap in range(1, leaps + 1):
        place, left = (
            np.cos(turn) * place + np.sin(turn) * left,
            np.cos(turn) * left - np.sin(turn) * place,
        )
        new = _evaluate(target, guide, guide.unwhiten(place), at["states"])
        share = 0.5 if leap == leaps else 1.0
        left = left - share * turn * (guide.pull(new["gradients"]) - place)
    gained = at["costs"] - new["costs"] + 0.5 * ((momentum**2).sum(axis=1) - (left**2).sum(axis=1))
    taken = np.log(rng.uniform(size=len(start))) < gained
    return _take(at, new, taken), taken


def _switch(
    target: Target, guide: Guide, at: dict[str, Floats], rng: np.random.Generator
) -> dict[str, Floats]:
    """Draw switches of every walker from their priors, and take them or not by the likelihood."""
    before = at["states"]
    for _ in range(_TRIES):
        states = at["states"].copy()
        chosen = rng.integers(len(target.switches), size=len(states))
        for number, switch in enumerate(target.switches):
            drawn = switch.draw(len(states), rng)
            states[:, number] = np.where(chosen == number, drawn, states[:, number])
        errors = target.errors(at["points"], states)
        costs = target.cost(at["points"], errors)
        new = {**at, "states": states, "errors": errors, "costs": costs}
        at = _take(at, new, np.log(rng.uniform(size=len(states))) < at["costs"] - costs)
    if np.array_equal(at["states"], before):
        return at
    return _evaluate(target, guide, at["points"], at["states"])


def _take(
    at: dict[str, Floats], new: dict[str, Floats], taken: NDArray[np.bool_]
) -> dict[str, Floats]:
    return {
        name: np.where(taken.reshape(-1, *[1] * (value.ndim - 1)), new[name], value)
        for name, value in at.items()
    }


def _join(kept: Sequence[Arrays], name: str) -> Floats:
    """Join the parts of the walks, without burn-in."""
    whole = np.concatenate([part[name] for part in kept])
    return np.asarray(whole[int(_LEFT_OUT * len(whole)) :], dtype=float)
