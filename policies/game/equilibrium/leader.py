"""The centre goes first: it commits itself, and regions reply to what it has committed to.

The centre's payoff at an action is what it gets once the regions have replied to it and to one
another. Its slopes are measured through these replies, all of them in one call, and it moves as any
player does (`policies.game.equilibrium.replies`). It begins at its action in simultaneous play, to
which the regions' equilibrium there is a reply, and moves only to what is better, so that going
first never costs it anything. Where regions have several equilibria, theirs is the one that is
reached from there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from smecluster.policies.game.equilibrium.equilibria import Effort, Play, find_equilibria
from smecluster.policies.game.equilibrium.players import Floats, Game
from smecluster.policies.game.equilibrium.replies import fit_parabolas, place_probes, reply

# Parts of the way to the recommended action that are tried.
_STEPS = (1.0, 0.5, 0.2, 0.05)
#: Gains below this share of what the leader's own action gains end the search.
CLOSE = 1e-4
_ROUNDS = 10
# Replies are found so much more exactly than that.
_FINER = 1e-3


@dataclass(frozen=True)
class Lead:
    """Where play with a leader ended.

    Attributes
    ----------
    play : Play
        What everybody does; `epsilon` is that of the followers, the leader's is not checked.
    before, after : float
        What the leader gets in simultaneous play and as leader, in the unit of payoffs.
    rounds : int
        Moves of the leader.
    """

    play: Play
    before: float
    after: float
    rounds: int


def lead(
    game: Game,
    leader: int,
    begin: Sequence[Floats],
    effort: Effort | None = None,
    close: float = CLOSE,
    progress: Callable[[], None] | None = None,
) -> Lead:
    """Let one player commit itself before the others reply.

    Parameters
    ----------
    game : Game
        The game; all players see one group of draws, so that nothing is learnt from the leader.
    leader : int
        Who goes first.
    begin : sequence of array of float, shape (1, numbers)
        The rules of simultaneous play, an equilibrium.
    effort : Effort, optional
        How exactly the followers' last reply is checked.
    close : float
        A move of the leader that gains less than this share of what its action gains is none.
    progress : callable, optional
        Called after each move.

    Returns
    -------
    Lead
        What everybody does, and what leading is worth.
    """
    chosen = Effort() if effort is None else effort
    followers = [at for at in range(len(game.players)) if at != leader]
    rough = replace(chosen, close=_FINER * close, checks=0)
    player = game.players[leader]

    def answer(profile: Sequence[Floats], actions: Sequence[Floats]) -> tuple[list[Play], Floats]:
        """Let followers reply to actions of the leader, and give what it then gets."""
        starts = [
            [action if at == leader else rule for at, rule in enumerate(profile)]
            for action in actions
        ]
        plays = find_equilibria(game, starts, rough, followers)
        settled = np.array([play.outcome == "equilibrium" for play in plays])
        got = game.payoffs(game.expand(_stack(plays)))[..., leader].mean(axis=1)
        # Where no reply is found the leader cannot count on anything.
        return plays, np.where(settled & np.isfinite(got), got, -np.inf)

    profile = [np.array(rule, dtype=float) for rule in begin]
    (play,), (before,) = answer(profile, [profile[leader]])
    profile, value = play.rules, float(before)
    idle = answer(profile, [np.zeros_like(profile[leader])])[1][0]
    least = close * max(abs(value - idle), 1e-12 * abs(value))
    rounds = 0
    for _ in range(_ROUNDS):
        now = profile[leader]
        moves = place_probes(player, now)
        tried = [
            now + np.eye(player.size)[number] * move[:, number]
            for move in moves
            for number in range(player.size)
        ]
        _, got = answer(profile, tried)
        above, below = got.reshape(2, 1, player.size)
        slope, curvature = fit_parabolas(np.array([[value]]), *moves, (above, below))
        usable = np.isfinite(slope) & np.isfinite(curvature)
        slope, curvature = np.where(usable, slope, 0.0), np.where(usable, curvature, 0.0)
        wanted = reply(player, now, slope, curvature)
        plays, got = answer(profile, [now + step * (wanted - now) for step in _STEPS])
        rounds += 1
        if progress is not None:
            progress()
        if not got.max() > value + least:
            break
        profile, value = plays[int(got.argmax())].rules, float(got.max())
    (play,) = find_equilibria(game, [profile], chosen, followers)
    after = float(game.payoffs(game.expand(_stack([play])))[..., leader].mean())
    return Lead(play, float(before), after, rounds)


def _stack(plays: Sequence[Play]) -> list[Floats]:
    return [np.stack([play.rules[at] for play in plays]) for at in range(len(plays[0].rules))]
