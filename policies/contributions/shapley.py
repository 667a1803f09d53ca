"""Shapley values: what each of several players adds to what they reach together.

A coalition is a set of players; its value is anything that a run can give. A player's Shapley
value is what it adds when it joins, averaged over all orders of joining (Shapley 1953, "A value
for n-person games"). The values add up to what all players reach together, and interchangeable
players get the same. The formula over coalitions S,

    phi_i = sum over S without i of |S|! (n - |S| - 1)! / n! (v(S + i) - v(S)),

takes 2^n coalitions; beyond `MOST_EXACT` players orders are drawn, each together with its reverse
(antithetic: whoever joins early in one joins late in the other).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import NDArray

from smecluster.model.errors import InputError

MOST_EXACT = 12
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Design:
    """Which coalitions are valued, and how the values are shared among the players.

    Attributes
    ----------
    members : array of bool
        Of shape (coalitions, players): who takes part. The first coalition is empty, the last
        one contains all players.
    weights : array of float
        Of shape (samples, players, coalitions): a sample's contributions are its weights times
        the values. One sample if exact; one for each pair of orders if drawn.
    exact : bool
        Whether all coalitions are valued.
    """

    members: NDArray[np.bool_]
    weights: Array
    exact: bool

    def share_effect(self, values: Array) -> Array:
        """Share the joint effect among the players.

        Parameters
        ----------
        values : array of float
            Value of each coalition, along the first axis, in any unit.

        Returns
        -------
        array of float
            Shapley values, a player along the first axis, in the same unit. They add up to the
            value of all players less that of none, exactly so for drawn orders too.
        """
        return np.tensordot(self.weights.mean(0), _above_empty(values), axes=1)

    def estimate_errors(self, values: Array) -> Array:
        """Estimate the standard errors of the contributions: zero if exact.

        Parameters
        ----------
        values : array of float
            As for `share_effect`.

        Returns
        -------
        array of float
            Standard error of each contribution, in the unit of the values.
        """
        samples = len(self.weights)
        if self.exact:
            return np.zeros((self.members.shape[1], *values.shape[1:]))
        each = np.tensordot(self.weights, _above_empty(values), axes=1)
        return np.asarray(each.std(0, ddof=1) / np.sqrt(samples))

    def measure_alone(self, values: Array) -> Array:
        """Measure what each player reaches alone; as `share_effect`."""
        single = np.flatnonzero(self.members.sum(1) == 1)
        order = np.argsort(self.members[single].argmax(1))
        return _above_empty(values)[single[order]]

    def measure_last(self, values: Array) -> Array:
        """Measure what is lost when one player leaves all the others; as `share_effect`."""
        rest = np.flatnonzero(self.members.sum(1) == self.members.shape[1] - 1)
        order = np.argsort(self.members[rest].argmin(1))
        return np.asarray(values[-1] - values[rest[order]])


def make_design(players: int, *, pairs: int = 100, seed: int = 1) -> Design:
    """Choose the coalitions: all of them, or those along drawn orders of joining.

    Parameters
    ----------
    players : int
        How many players.
    pairs : int
        How many orders are drawn, each with its reverse, beyond `MOST_EXACT` players.
    seed : int
        Of the drawn orders.

    Returns
    -------
    Design
        The design. Coalitions of one player and of all but one are always in it.

    Raises
    ------
    InputError
        If there is no player, or fewer than two pairs are asked for where orders are drawn.
    """
    if players < 1:
        raise InputError("contributions need at least one lever with money")
    if players <= MOST_EXACT:
        members = _list_coalitions(players)
        return Design(members, _weigh_exactly(members)[None], exact=True)
    if pairs < 2:
        raise InputError(f"pairs must be at least 2, not {pairs}: their spread gives the error")
    return _draw_orders(players, pairs, seed)


def compute_interactions(design: Design, values: Array) -> Array:
    """Measure what two players add together beyond what each adds, on average over the others.

    The Shapley interaction index (Grabisch and Roubens 1999): the second difference
    v(S + ij) - v(S + i) - v(S + j) + v(S), averaged over the coalitions S of the others with the
    weights |S|! (n - |S| - 2)! / (n - 1)!. Positive: the two reinforce each other; negative: they
    replace each other.

    Parameters
    ----------
    design : Design
        An exact design.
    values : array of float
        Value of each coalition, along the first axis.

    Returns
    -------
    array of float
        Of shape (players, players, ...), symmetric, zero on the diagonal; in the unit of the
        values.

    Raises
    ------
    InputError
        If the design is not exact.
    """
    if not design.exact:
        raise InputError(f"interactions need all coalitions: at most {MOST_EXACT} levers")
    players = design.members.shape[1]
    above = _above_empty(values)
    index = np.zeros((players, players, *values.shape[1:]))
    sizes = design.members.sum(1)
    places = np.arange(len(design.members))
    for one in range(players):
        for other in range(one + 1, players):
            bits = (1 << one) | (1 << other)
            company = places[(places & bits) == 0]
            weights = np.array(
                [
                    factorial(size) * factorial(players - size - 2) / factorial(players - 1)
                    for size in sizes[company]
                ]
            )
            second = (
                above[company | bits]
                - above[company | (1 << one)]
                - above[company | (1 << other)]
                + above[company]
            )
            index[one, other] = index[other, one] = np.tensordot(weights, second, axes=1)
    return index


def _above_empty(values: Array) -> Array:
    return np.asarray(values - values[0])


def _list_coalitions(players: int) -> NDArray[np.bool_]:
    """List all coalitions: player i takes part in coalition c where bit i of c is set."""
    places = np.arange(1 << players)
    return np.asarray((places[:, None] >> np.arange(players)) & 1 == 1)


def _weigh_exactly(members: NDArray[np.bool_]) -> Array:
    players = members.shape[1]
    sizes = members.sum(1)
    joining = np.array(
        [factorial(s) * factorial(players - s - 1) / factorial(players) for s in range(players)]
    )
    # A coalition counts for its members as the one reached, against the rest as the one left.
    weights = np.where(members, joining[np.maximum(sizes - 1, 0)][:, None], 0.0)
    weights -= np.where(members, 0.0, joining[np.minimum(sizes, players - 1)][:, None])
    return np.asarray(weights.T)


def _draw_orders(players: int, pairs: int, seed: int) -> Design:
    random = np.random.default_rng(seed)
    half = random.permuted(np.tile(np.arange(players), (pairs, 1)), axis=1)
    orders = np.stack([half, half[:, ::-1]], axis=1)  # (pairs, 2, players)
    rank = np.argsort(orders, axis=-1)
    # Who is there after k have come: those whose rank is below k.
    steps = rank[:, :, None, :] < np.arange(players + 1)[:, None]
    always = np.vstack([np.eye(players, dtype=bool), ~np.eye(players, dtype=bool)])
    rows = np.vstack([steps.reshape(-1, players), always])
    members, places = np.unique(rows, axis=0, return_inverse=True)
    # From nobody to everybody, so that the two stand at the ends.
    ordered = np.argsort(members.sum(1), kind="stable")
    at = np.argsort(ordered)[places.ravel()][: steps.size // players]
    at = at.reshape(pairs, 2, players + 1)
    weights = np.zeros((pairs, players, len(members)))
    for pair in range(pairs):
        for order, along in zip(orders[pair], at[pair], strict=True):
            weights[pair, order, along[1:]] += 0.5
            weights[pair, order, along[:-1]] -= 0.5
    return Design(members[ordered], weights, exact=False)
