"""Who plays what: the actions of players, and the rules by which they choose them.

An action is a list of amounts, none below zero, in blocks: the amounts of a block sum to its total
(money that has to be spent) or to at most that (money that may be kept). A player does not see in
which draw it is. It sees which of a few groups the draw belongs to, and a rule gives its action for
each group: one group means that it knows nothing beyond what everybody believes, and as many groups
as draws that it knows everything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from smecluster.model.errors import InputError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
#: Turns the actions of all players, along (profile, draw, number), into what each player gets,
#: along (profile, draw, player), in any unit.
Payoffs = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Block:
    """Amounts that share a total.

    Parameters
    ----------
    size : int
        How many amounts.
    total : float
        What they sum to, in any unit; above zero.
    exact : bool
        Whether they sum to just that; else to at most that.
    """

    size: int
    total: float = 1.0
    exact: bool = True

    def __post_init__(self) -> None:
        if self.size < 1 or not self.total > 0:
            raise InputError(
                f"a block of actions needs amounts and a total above zero, not {self.size} amounts "
                f"and a total of {self.total:g}"
            )


@dataclass(frozen=True)
class Player:
    """A player.

    Parameters
    ----------
    name : str
        What it is called.
    blocks : tuple of Block
        What its action is made of.
    groups : array of int, shape (draws,)
        The group that it sees each draw to be in, from 0 on without gaps.
    """

    name: str
    blocks: tuple[Block, ...]
    groups: Integers

    @property
    def size(self) -> int:
        """Numbers in an action."""
        return sum(block.size for block in self.blocks)

    @cached_property
    def rules(self) -> int:
        """Groups for which it has an action each."""
        return int(self.groups.max()) + 1

    @cached_property
    def weights(self) -> Floats:
        """Weight of each draw in the mean of its group, along (group, draw)."""
        member = self.groups == np.arange(self.rules)[:, None]
        return np.asarray(member / member.sum(axis=1, keepdims=True))

    @cached_property
    def chances(self) -> Floats:
        """How often it sees each group, Dmnl."""
        return np.bincount(self.groups, minlength=self.rules) / len(self.groups)

    @cached_property
    def totals(self) -> Floats:
        """The total of the block of each number of an action."""
        return np.concatenate([np.full(block.size, block.total) for block in self.blocks])

    def places(self) -> list[tuple[Block, slice]]:
        """Give each block with where it stands in an action."""
        placed, begin = [], 0
        for block in self.blocks:
            placed.append((block, slice(begin, begin + block.size)))
            begin += block.size
        return placed


@dataclass(frozen=True)
class Game:
    """Players, and what they get.

    Parameters
    ----------
    players : tuple of Player
        The players, all over the same draws.
    payoffs : callable
        What each player gets.
    worth : callable, optional
        The same before it has paid for its action: what it gains by acting is measured in this.
        `payoffs` if left out.
    common : bool
        Whether all get the same, so that they move together: a planner's problem.
    """

    players: tuple[Player, ...]
    payoffs: Payoffs
    worth: Payoffs | None = None
    common: bool = False

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return len(self.players[0].groups)

    def place(self, player: int) -> slice:
        """Give where a player's numbers stand among all."""
        begin = sum(one.size for one in self.players[:player])
        return slice(begin, begin + self.players[player].size)

    def expand(self, rules: Sequence[Floats]) -> Floats:
        """Write out what everybody does in every draw.

        Parameters
        ----------
        rules : sequence of array of float, shape (..., groups, numbers)
            The rules of each player.

        Returns
        -------
        array of float, shape (..., draws, numbers of all)
        """
        return np.concatenate(
            [rule[..., player.groups, :] for player, rule in zip(self.players, rules, strict=True)],
            axis=-1,
        )

    def do_nothing(self) -> list[Floats]:
        """Give the rules of players none of whom does anything."""
        return [np.zeros((one.rules, one.size)) for one in self.players]
