"""The game of governments: what was found, and the tables made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from smecluster.policies.base_result import PolicyResult
from smecluster.policies.game.accounts import Account
from smecluster.policies.game.arrangements import Arrangement, Leading
from smecluster.policies.game.equilibrium.players import Floats
from smecluster.policies.game.setup import GameSetup
from smecluster.policies.menu import Menu
from smecluster.policies.wording.worlds import Drawn

if TYPE_CHECKING:
    from smecluster.model.presentation.plotting import Figure


@dataclass(frozen=True)
class GameResult(Drawn, PolicyResult):
    """What governments choose, and what that is worth.

    Attributes
    ----------
    setup : GameSetup
        What was played.
    menu : Menu
        Regions and levers.
    money : dict of str to float
        What each region spends a year at most, as a share of its value added, Dmnl.
    draws : pandas.DataFrame
        The draws that were played on.
    arrangements : tuple of Arrangement
        Equilibria by aim, coordinated regions and planner; then each with full information.
    idle : Account
        Policy as now along (1, draw).
    accounts : dict of str to Account
        What each arrangement brings along (1, draw), with the model's own time step.
    chances : dict of str to list of array of float
        How often each player sees each group of draws, by arrangement.
    reactions : dict of str to dict
        By aim, see `policies.game.equilibrium.reactions.measure_reactions`.
    unseen : pandas.DataFrame or None
        The planner against everything else on unseen draws, see `policies.game.unseen`.
    leading : tuple of Leading
        The centre, by aim of the regions; empty if it does not play.
    by_hand : tuple of str
        Strategies written by hand.
    runs : int
        How many runs it took.
    all_varied : bool
        Whether the draws vary everything of which the model's file believes a range.
    """

    setup: GameSetup
    menu: Menu
    money: Mapping[str, float]
    draws: pd.DataFrame
    arrangements: tuple[Arrangement, ...]
    idle: Account
    accounts: Mapping[str, Account]
    chances: Mapping[str, Sequence[Floats]]
    reactions: Mapping[str, Mapping[str, Floats]]
    unseen: pd.DataFrame | None
    leading: tuple[Leading, ...]
    by_hand: tuple[str, ...]
    runs: int
    all_varied: bool = False

    def find(self, name: str) -> Arrangement:
        """Give the arrangement of a name."""
        return next(one for one in self.arrangements if one.name == name)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give what arrangements bring, the decomposition, mixes, checks and reactions."""
        from smecluster.policies.game import measures

        made = {
            "arrangements": measures.tabulate_arrangements(self),
            "decomposition": measures.decompose(self),
            "mixes": measures.tabulate_mixes(self),
            "equilibria": measures.tabulate_equilibria(self),
            "reactions": measures.tabulate_reactions(self),
        }
        if self.unseen is not None:
            made["unseen"] = measures.tabulate_unseen(self)
        if self.leading:
            made["centre"] = measures.tabulate_leading(self)
        return made

    def figures(self) -> dict[str, Figure]:
        """Draw what arrangements are worth, and what they spend money on."""
        from smecluster.policies.game.figures import draw_figures

        return draw_figures(self)

    def answer(self) -> list[str]:
        """Say in sentences what it shows, the most important first."""
        from smecluster.policies.game.text import write_answer

        return write_answer(self)

    def basis(self) -> list[str]:
        """Say in sentences what it rests on."""
        from smecluster.policies.game.text import write_basis

        return write_basis(self)
