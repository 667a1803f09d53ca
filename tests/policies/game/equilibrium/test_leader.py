"""Going first: in a game with a known solution, and never to the leader's disadvantage."""

import numpy as np
import pytest

from smecluster.policies.game.equilibrium.equilibria import Effort, find_equilibria
from smecluster.policies.game.equilibrium.leader import lead
from smecluster.policies.game.equilibrium.players import Block, Floats, Game, Player

GROUP = np.zeros(1, dtype=int)


def sell(followers: int) -> Game:
    """Quantities in one market whose price is one less all of them; the leader is the last."""

    def payoffs(actions: Floats) -> Floats:
        return actions * (1 - actions.sum(axis=-1, keepdims=True))

    block = (Block(1, 1.0, exact=False),)
    return Game(tuple(Player(f"seller {at}", block, GROUP) for at in range(followers + 1)), payoffs)


@pytest.mark.parametrize("followers", [1, 2, 4])
def test_a_leader_sells_what_is_known_to_be_best(followers: int) -> None:
    game = sell(followers)
    begin = [np.full((1, 1), 0.1) for _ in game.players]
    (at_once,) = find_equilibria(game, [begin], Effort(close=1e-13))
    quantities = [rule[0, 0] for rule in at_once.rules]
    assert np.allclose(quantities, 1 / (followers + 2), rtol=0, atol=1e-6)
    found = lead(game, followers, at_once.rules, Effort(close=1e-13), close=1e-9)
    assert found.play.outcome == "equilibrium"
    # Followers share what the leader leaves: it keeps half of the market.
    assert found.play.rules[-1][0, 0] == pytest.approx(0.5, abs=1e-3)
    for rule in found.play.rules[:-1]:
        assert rule[0, 0] == pytest.approx(0.5 / (followers + 1), abs=1e-3)
    assert found.after > found.before


def test_who_leads_where_nothing_depends_on_the_others_does_what_he_did() -> None:
    def payoffs(actions: Floats) -> Floats:
        return 0.4 * actions - actions**2 / 2

    block = (Block(1, 1.0, exact=False),)
    game = Game(tuple(Player(name, block, GROUP) for name in "ab"), payoffs)
    (at_once,) = find_equilibria(game, [[np.zeros((1, 1))] * 2], Effort(close=1e-13))
    found = lead(game, 1, at_once.rules)
    assert found.after == pytest.approx(found.before, abs=1e-12)
    assert found.play.rules[1][0, 0] == pytest.approx(0.4, abs=1e-6)
