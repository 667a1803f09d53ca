"""What is played: aims, money, information and years, and how deep regions may go into debt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, get_args

import numpy as np

from smecluster.model.errors import InputError, UnknownNameError
from smecluster.policies.budget import DEFAULT_BUDGET, parse_budget
from smecluster.policies.game.aims import AIMS, PRIZE, PRIZE_YEARS, Aim
from smecluster.policies.game.equilibrium.equilibria import Effort
from smecluster.policies.game.equilibrium.players import Floats
from smecluster.policies.game.information import Information
from smecluster.policies.plan import START

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.model import Model
    from smecluster.policies.game.simulator import Simulator

#: Last year that can count.
LAST_HORIZON = 2060.0
#: What the centre may spend where money is free, as a share of the regions' value added, Dmnl.
MOST_CENTRAL = 0.03
# The most that the model lets a region spend, and at how many sums its debt is looked at.
_MOST_LOCAL, _SUMS = 0.1, 21
_LARGEST_LEADER_DRAWS = 100_000
_LARGEST_STARTS = 20


@dataclass(frozen=True)
class GameSetup:
    """What is played.

    Parameters
    ----------
    share : float
        What each government spends a year on top of policy as now, as a share of its value added
        as it perceives it (the centre: of all regions), Dmnl; where money is free, what play
        begins with.
    free : bool
        Whether each government chooses its money too: a region within its debt limit, the centre
        up to `MOST_CENTRAL`.
    aims : tuple of {"growth", "revenue", "welfare"}
        The aims of regions that are played.
    information : {"signals", "none", "full"}
        Whether regions act on what they see, on what everybody believes, or know their draw.
    start, horizon : float
        First and last year that count.
    prize : float
        What relative growth is worth, see `policies.game.aims.PRIZE`, Dmnl.
    starts : int
        Profiles from which replies begin.
    seed : int
        Of starts and of errors of statistics.
    centre : bool
        Whether the centre plays too, at once with regions and before them.
    leader_draws : int
        Draws on which the centre goes first.
    parts : int
        As how many equal parts each region plays.
    """

    share: float = 0.005
    free: bool = False
    aims: tuple[Aim, ...] = AIMS
    information: Information = "signals"
    start: float = START
    horizon: float = 2040.0
    prize: float = PRIZE
    starts: int = 3
    seed: int = 1
    centre: bool = False
    leader_draws: int = 10
    parts: int = 1

    @property
    def prize_year(self) -> float:
        """Last year that counts for growth."""
        return self.start + PRIZE_YEARS

    @property
    def effort(self) -> Effort:
        """How exactly equilibria are sought: gains of 0.1 % of a region's own, 1 % if free."""
        return replace(Effort(), epsilon=0.01 if self.free else 0.001)


def make_setup(money: str | float = DEFAULT_BUDGET, **given: object) -> GameSetup:
    """Check what is to be played.

    Parameters
    ----------
    money : str or float
        A share of value added, such as ``0.5%``.
    **given
        Fields of `GameSetup` other than the share.

    Returns
    -------
    GameSetup
        What is played.

    Raises
    ------
    InputError
        If the money is no share, an aim or a kind of information is unknown, or a number lies
        outside of its range.
    """
    amount = parse_budget(money)
    if amount.share is None or not 0 < amount.share <= _MOST_LOCAL:
        raise InputError(
            f"money {str(money)!r}: each government spends a share of its value added, above 0 and "
            f"up to {100 * _MOST_LOCAL:g} %, such as 0.5%"
        )
    setup = GameSetup(share=amount.share, **given)  # type: ignore[arg-type]
    for aim in setup.aims:
        if aim not in AIMS:
            raise UnknownNameError("aim", aim, AIMS)
    if not setup.aims:
        raise InputError(f"name at least one aim: {', '.join(AIMS)}")
    if setup.information not in get_args(Information):
        raise UnknownNameError("kind of information", setup.information, get_args(Information))
    if not setup.prize_year < setup.horizon <= LAST_HORIZON or setup.horizon % 1:
        raise InputError(
            f"the horizon must be a whole year in {setup.prize_year + 1:g}..{LAST_HORIZON:g}, not "
            f"{setup.horizon:g}"
        )
    if not 1 <= setup.starts <= _LARGEST_STARTS:
        raise InputError(f"starts must lie in 1..{_LARGEST_STARTS}, not {setup.starts}")
    if not 1 <= setup.leader_draws <= _LARGEST_LEADER_DRAWS:
        raise InputError(
            f"leader draws must lie in 1..{_LARGEST_LEADER_DRAWS:,}, not {setup.leader_draws}"
        )
    if not 0 < setup.prize < np.inf:
        raise InputError(f"the prize must be a number above 0, not {setup.prize:g}")
    return setup


def check_model(model: Model, draws: pd.DataFrame, setup: GameSetup) -> None:
    """Refuse a model or draws with which nothing can be played, before any run.

    Raises
    ------
    InputError
        If the model has one region only, or there are too few draws.
    """
    if len(model.regions) < 2:
        raise InputError("a game needs at least two regions: leave out --region, or name two")
    if setup.centre and setup.leader_draws > len(draws):
        raise InputError(
            f"the centre goes first on {setup.leader_draws} draws, more than the {len(draws)} "
            "that are played"
        )


def find_debt_limits(simulator: Simulator, mix: Floats, horizon: float) -> dict[str, float]:
    """Find what each region can spend a year without more debt than lenders like.

    Parameters
    ----------
    simulator : Simulator
        Runs the model; its regions may spend `_MOST_LOCAL`.
    mix : array of float, shape (levers,)
        What the money is spent on meanwhile; debt hardly depends on it.
    horizon : float
        Last year.

    Returns
    -------
    dict of str to float
        By region, the share of value added at which the mean over draws of its highest debt over
        the years comes to the model's debt limit, at which lenders refuse half of what is asked;
        or to that of policy as now, where that is higher. Dmnl.
    """
    parts = np.linspace(0.0, 1.0, _SUMS)
    spent = np.zeros(simulator.size)
    levers = len(simulator.menu.levers)
    for at in range(len(simulator.menu.regions)):
        spent[at * levers : (at + 1) * levers] = mix
    actions = np.broadcast_to(
        parts[:, None, None] * spent, (_SUMS, len(simulator.draws), simulator.size)
    )
    debt = simulator.run(actions, horizon).debt.mean(axis=1)
    limits = {}
    for at, region in enumerate(simulator.menu.regions):
        most = max(1.0, float(debt[0, at]))
        within = int(np.flatnonzero(debt[:, at] <= most).max())
        part = parts[within]
        if within + 1 < _SUMS:
            rise = debt[within + 1, at] - debt[within, at]
            part += (most - debt[within, at]) / rise * (parts[1] - parts[0])
        limits[region] = float(part) * _MOST_LOCAL
    return limits


def widest_money(regions: tuple[str, ...]) -> dict[str | None, float]:
    """Give the most that the model lets each region spend, to look for its debt limit."""
    return dict.fromkeys(regions, _MOST_LOCAL)
