"""How a region's spending on rivalry follows that of the others: slopes of best replies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from smecluster.policies.game.equilibrium.equilibria import Effort, find_equilibria
from smecluster.policies.game.equilibrium.players import Floats, Game, Player

#: Part of their money that the others move to levers of rivalry.
SHIFT = 0.1


def measure_reactions(
    game: Game, rules: Sequence[Floats], rivalry: Sequence[int]
) -> dict[str, Floats]:
    """Measure what each region's best reply to more rivalry of the others is.

    Parameters
    ----------
    game : Game
        The game; each player's first block is its money by lever.
    rules : sequence of array of float, shape (groups, numbers)
        The equilibrium.
    rivalry : sequence of int
        Levers by which regions rival with one another: land servicing, talent introduction and
        investment attraction.

    Returns
    -------
    dict of str to array of float
        ``slope`` by player, Dmnl: change of its share of money on these levers over the change of
        the others', who give `SHIFT` of all their money, from all levers in proportion, to these in
        equal parts (who spends nothing, as much of what he could spend). ``share``: what it spends
        on them in the equilibrium, Dmnl.
    """
    levers = list(rivalry)
    slopes, shares = [], []
    effort = Effort(close=1e-8, checks=0)
    for at in range(len(game.players)):
        moved = [
            rule.copy() if other == at else _shift(rule, levers, game.players[other])
            for other, rule in enumerate(rules)
        ]
        others = [
            float(player.chances @ (moved[other] - rules[other])[:, levers].sum(axis=1))
            for other, player in enumerate(game.players)
            if other != at
        ]
        (play,) = find_equilibria(game, [moved], effort, [at])
        chances = game.players[at].chances
        own = chances @ (play.rules[at] - rules[at])[:, levers].sum(axis=1)
        slopes.append(float(own) / float(np.mean(others)))
        shares.append(float(chances @ rules[at][:, levers].sum(axis=1)))
    return {"slope": np.array(slopes), "share": np.array(shares)}


def _shift(rule: Floats, levers: Sequence[int], player: Player) -> Floats:
    """Move part of the money to some levers; of who spends nothing, part of what he could."""
    spent = rule.sum(axis=1, keepdims=True)
    spent = np.where(spent > 0, spent, player.totals[levers[0]])
    moved = rule * (1 - SHIFT)
    moved[:, levers] += SHIFT * spent / len(levers)
    return moved
