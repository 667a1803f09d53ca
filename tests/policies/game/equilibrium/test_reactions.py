"""Slopes of best replies: known where money is all that matters."""

import numpy as np
import pytest

from smecluster.policies.game.equilibrium.equilibria import Effort, find_equilibria
from smecluster.policies.game.equilibrium.players import Block, Floats, Game, Player
from smecluster.policies.game.equilibrium.reactions import measure_reactions

GROUP = np.zeros(1, dtype=int)


@pytest.mark.parametrize("follow", [-0.3, 0.0, 0.5])
def test_the_slope_of_a_reply_is_that_of_the_payoffs(follow: float) -> None:
    def payoffs(actions: Floats) -> Floats:
        rivalry = actions[..., ::2]
        others = (rivalry.sum(axis=-1, keepdims=True) - rivalry) / (rivalry.shape[-1] - 1)
        # Best: 0.2 and so much of what the others do on average.
        return (0.2 + follow * others) * rivalry - rivalry**2 / 2

    game = Game(tuple(Player(name, (Block(2),), GROUP) for name in "abc"), payoffs)
    (play,) = find_equilibria(game, [[np.full((1, 2), 0.5)] * 3], Effort(close=1e-12))
    found = measure_reactions(game, play.rules, [0])
    assert np.allclose(found["slope"], follow, atol=1e-3)
    assert np.allclose(found["share"], 0.2 / (1 - follow), atol=1e-3)
