"""What players would get by acting otherwise, measured for many of them in one call.

All groups of a player try the same kind of move at once, since a draw belongs to one group only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from smecluster.policies.game.equilibrium.players import Floats, Game, Integers, Payoffs

# Payoffs that differ by less than this share are the same.
_ROUNDING, _TINY = 1e-14, 1e-300


@dataclass(frozen=True)
class Trial:
    """Rules that a player tries, the others keeping theirs.

    Attributes
    ----------
    start : int
        Which of the profiles played at the same time.
    player : int
        Who tries them; -1 where all move, to the rules in `everybody`.
    rules : array of float, shape (groups, numbers)
        What it tries.
    everybody : sequence of array of float, optional
        The rules of all players, where all move.
    """

    start: int
    player: int
    rules: Floats
    everybody: Sequence[Floats] = ()


def evaluate(
    game: Game, profiles: Sequence[Floats], trials: Sequence[Trial], payoffs: Payoffs | None = None
) -> Floats:
    """Give what everybody gets in each trial, along (trial, draw, player).

    Parameters
    ----------
    game : Game
        The game.
    profiles : sequence of array of float, shape (starts, groups, numbers)
        The rules of each player in each profile.
    trials : sequence of Trial
        The trials.
    payoffs : callable, optional
        Another measure than the game's payoffs.

    Returns
    -------
    array of float, shape (trials, draws, players)
    """
    base = game.expand(profiles)
    actions = np.empty((len(trials), *base.shape[1:]))
    for at, trial in enumerate(trials):
        if trial.player < 0:
            actions[at] = game.expand(trial.everybody)
            continue
        actions[at] = base[trial.start]
        own = trial.rules[game.players[trial.player].groups]
        actions[at][:, game.place(trial.player)] = own
    return (game.payoffs if payoffs is None else payoffs)(actions)


def expect(game: Game, player: int, values: Floats) -> Floats:
    """Average what a player gets over the draws of each group that it sees.

    Parameters
    ----------
    game : Game
        The game.
    player : int
        The player.
    values : array of float, shape (trials, draws, players)
        What everybody gets.

    Returns
    -------
    array of float, shape (trials, groups)
        What a player that moves in one group alone can compare. Where all get the same and see the
        same, groups are independent of one another too.
    """
    return values[..., player] @ game.players[player].weights.T


def measure_worth(game: Game, profiles: Sequence[Floats]) -> Floats:
    """Measure what each player gains by its own action, the others as they are, before it pays.

    Parameters
    ----------
    game : Game
        The game.
    profiles : sequence of array of float, shape (starts, groups, numbers)
        The rules of each player in each profile.

    Returns
    -------
    array of float, shape (starts, players)
        Means over draws, in the unit of payoffs; at least what rounding can amount to.
    """
    starts = len(profiles[0])
    idle = game.do_nothing()
    trials = []
    for start in range(starts):
        trials.append(Trial(start, 0, profiles[0][start]))
        trials += [Trial(start, at, rules) for at, rules in enumerate(idle)]
    got = evaluate(game, profiles, trials, game.worth).mean(axis=1)
    got = got.reshape(starts, 1 + len(idle), len(game.players))
    own = np.arange(len(idle))
    gained = np.abs(got[:, 0, own] - got[:, 1 + own, own])
    return np.asarray(np.maximum(gained, max(_ROUNDING * float(np.abs(got).max()), _TINY)))


def list_transfers(size: int, exact: bool) -> tuple[Integers, Integers]:
    """List the pairs between which money can be moved; place -1 is money that is kept.

    Parameters
    ----------
    size : int
        Numbers of the block.
    exact : bool
        Whether nothing can be kept.

    Returns
    -------
    tuple of array of int
        From where, and to where.
    """
    places = np.arange(0 if exact else -1, size)
    giver, taker = (grid.ravel() for grid in np.meshgrid(places, places, indexing="ij"))
    return giver[giver != taker], taker[giver != taker]
