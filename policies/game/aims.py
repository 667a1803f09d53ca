"""What governments want: growth, revenue or welfare, less what their own programme costs.

Each aim is worth money, before and after the government's own payment, a yuan of which costs
taxpayers the marginal cost of funds.

* **growth**: a prize for growing more than the other regions' mean until 2030, the tournament of
  officials. A per cent more is worth a per cent of the region's value added over those years, times
  the prize; what is paid until then counts.
* **revenue**: taxes that the region keeps and what it gets for land, to the horizon.
* **welfare**: what the region's residents get, see `policies.game.accounts`, to the horizon.
* **together**: the sum of what the residents of all regions get: regions that agree.
* **nation**: the net national benefit: the planner, and the centre, which counts everybody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from smecluster.model.presentation.language.catalogue import mark
from smecluster.policies.game.accounts import Account
from smecluster.policies.game.equilibrium.players import Floats, Payoffs
from smecluster.policies.game.simulator import Simulator
from smecluster.policies.plan import START

Aim = Literal["growth", "revenue", "welfare"]
AIMS: tuple[Aim, ...] = get_args(Aim)
#: What tables call the aims.
CALLED = (mark("growth"), mark("revenue"), mark("welfare"))
Measure = Literal["growth", "revenue", "welfare", "together", "nation"]
#: Years that count for growth: one term of office.
PRIZE_YEARS = 5.0
#: What a per cent of relative growth is worth, in per cent of value added over the years it counts.
PRIZE = 1.0


@dataclass(frozen=True)
class Stakes:
    """How aims are measured.

    Parameters
    ----------
    simulator : Simulator
        Runs the model.
    horizon : float
        Last year that counts for revenue, welfare and the nation.
    prize : float
        What relative growth is worth, see `PRIZE`, Dmnl.
    prize_year : float
        Last year that counts for growth.
    """

    simulator: Simulator
    horizon: float
    prize: float = PRIZE
    prize_year: float = START + PRIZE_YEARS

    def measure(self, aims: tuple[Measure, ...], *, paid: bool) -> Payoffs:
        """Make the payoffs of players with these aims.

        Parameters
        ----------
        aims : tuple of str
            The aim of each player; the regions in order, then the centre.
        paid : bool
            Whether the player's own payment is taken off.

        Returns
        -------
        callable
            Payoffs in Myuan, for a `policies.game.equilibrium.players.Game`.
        """

        def payoffs(actions: Floats) -> Floats:
            accounts = {}
            if "growth" in aims:
                accounts[True] = self.simulator.run(actions, self.prize_year)
            if set(aims) - {"growth"}:
                accounts[False] = self.simulator.run(actions, self.horizon)
            columns = [
                self.value(aim, at, accounts[aim == "growth"], paid=paid)
                for at, aim in enumerate(aims)
            ]
            return np.stack(columns, axis=-1)

        return payoffs

    def value(self, aim: Measure, player: int, account: Account, *, paid: bool) -> Floats:
        """Give what an account is worth to a player, Myuan."""
        regions = account.size.shape[-1]
        mine = min(player, regions - 1)
        own = account.paid[..., mine] if player < regions else account.centre
        payment = account.cost * own
        if aim == "growth":
            rise = account.growth
            others = (rise.sum(axis=-1) - rise[..., mine]) / max(regions - 1, 1)
            scale = self.simulator.idle(self.prize_year).size[..., mine]
            gross = self.prize * scale * (rise[..., mine] - others)
            return np.asarray(gross - payment if paid else gross)
        if aim == "revenue":
            gross = account.revenue[..., mine]
            return np.asarray(gross - payment if paid else gross)
        # Accounts of residents and of the nation have paid already.
        net, everybody = _BENEFIT[aim](account, mine)
        if everybody:
            payment = account.cost * (account.paid.sum(axis=-1) + account.centre)
        return np.asarray(net if paid else net + payment)


_BENEFIT: dict[str, Callable[[Account, int], tuple[Floats, bool]]] = {
    "welfare": lambda account, mine: (account.residents[..., mine], False),
    "together": lambda account, mine: (account.residents.sum(axis=-1), True),
    "nation": lambda account, mine: (account.nation, True),
}
