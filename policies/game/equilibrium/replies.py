"""One step towards a best reply: quadratic models along each number, within what may be chosen.

A player's payoff is measured a little above and below each number of its action. The parabolas
through these points are maximised together, subject to the totals: what one number gets, others
lose, at one shadow price a block (water-filling). Parabolas leave out how numbers act on one
another; the line search that follows (`policies.game.equilibrium.equilibria`) makes up for that.
"""

from __future__ import annotations

import numpy as np

from smecluster.policies.game.equilibrium.players import Block, Floats, Player

#: How far a number is moved to measure slopes, as a share of its block's total.
PROBE = 0.01
# Curvatures below this share of the steepest count as this: a straight line has no summit.
_LEAST_CURVATURE = 1e-3
_BISECTIONS = 60


def place_probes(player: Player, rules: Floats) -> tuple[Floats, Floats]:
    """Give where each number is measured: above, and below or twice as far above.

    Parameters
    ----------
    player : Player
        The player.
    rules : array of float, shape (..., groups, numbers)
        Its rules.

    Returns
    -------
    tuple of array of float, shape (..., groups, numbers)
        By how much each number moves, the first and the second time.
    """
    first = np.broadcast_to(PROBE * player.totals, rules.shape)
    return np.array(first), np.where(rules >= first, -first, 2 * first)


def fit_parabolas(
    here: Floats, first: Floats, second: Floats, values: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """Fit a parabola along each number.

    Parameters
    ----------
    here : array of float, shape (..., groups, 1)
        What the player gets now.
    first, second : array of float, shape (..., groups, numbers)
        Moves, see `place_probes`.
    values : tuple of array of float, shape (..., groups, numbers)
        What it gets after each move.

    Returns
    -------
    tuple of array of float
        Slopes and curvatures.
    """
    rise_one, rise_two = ((value - here) for value in values)
    curvature = 2 * (rise_two / second - rise_one / first) / (second - first)
    return rise_one / first - curvature * first / 2, curvature


def reply(player: Player, rules: Floats, slope: Floats, curvature: Floats) -> Floats:
    """Maximise the parabolas within what may be chosen.

    Parameters
    ----------
    player : Player
        The player.
    rules : array of float, shape (..., groups, numbers)
        Its rules.
    slope, curvature : array of float, shape (..., groups, numbers)
        From `fit_parabolas`.

    Returns
    -------
    array of float, shape (..., groups, numbers)
        The rules that the parabolas recommend.
    """
    better = np.empty_like(rules)
    for block, here in player.places():
        now, up = rules[..., here], slope[..., here]
        bend = -curvature[..., here]
        price = up.mean(axis=-1, keepdims=True) if block.exact else 0.0
        # What is straight or bends upwards may move by as much as its block holds, not further.
        steep = np.abs(up - price).max(axis=-1, keepdims=True) / block.total
        least = np.maximum(steep, _LEAST_CURVATURE * bend.max(axis=-1, keepdims=True))
        bend = np.where(bend > _LEAST_CURVATURE * steep, bend, least)
        better[..., here] = _fill(block, now, up, np.where(bend > 0, bend, 1.0))
    return better


def _fill(block: Block, now: Floats, up: Floats, bend: Floats) -> Floats:
    """Move every number to where its slope has fallen to one price, that of the total."""

    def at(price: Floats) -> Floats:
        return np.clip(now + (up - price) / bend, 0.0, block.total)

    low = (up - bend * block.total).min(axis=-1, keepdims=True)
    high = (up + bend * block.total).max(axis=-1, keepdims=True)
    if not block.exact:
        free = at(np.zeros_like(low))
        within = free.sum(axis=-1, keepdims=True) <= block.total
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        too_much = at(middle).sum(axis=-1, keepdims=True) > block.total
        low, high = np.where(too_much, middle, low), np.where(too_much, high, middle)
    filled = at((low + high) / 2)
    whole = filled.sum(axis=-1, keepdims=True)
    filled = filled * np.where(whole > 0, block.total / whole, 1.0)
    return filled if block.exact else np.where(within, free, filled)
