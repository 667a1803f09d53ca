"""Reforms among many regions: what ending competition by subsidies is worth, as studies define it.

Regions compete with the three levers by which one wins what another loses (the model's ``Rivalry
lever``: land servicing, talent introduction, investment attraction). Each chooses how much of its
value added a year it spends on each of them beyond policy as now, from nothing to `MOST` in all.
Other levers stay as they are: studies of subsidies and of land vary these alone, and three numbers
a region keep the search for best replies of thirty regions affordable.

* **rivals**: each chooses for its own growth (the tournament) or its residents' welfare (Nash);
* **coordinated**: all choose together what is best for the residents of all: the cooperative
  optimum of the studies;
* **all stop**: nobody spends anything on the three levers beyond policy as now: mutual ceasing;
* **one stops**: one region does so while the others keep to the rivals' choice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from smecluster.model.errors import InputError
from smecluster.model.support.checkpoints import Checkpoints
from smecluster.policies.game.accounts import Account
from smecluster.policies.game.aims import PRIZE, PRIZE_YEARS, Aim, Measure, Stakes
from smecluster.policies.game.arrangements import COORDINATED, name_nash
from smecluster.policies.game.equilibrium.equilibria import Effort, Play, find_equilibria
from smecluster.policies.game.equilibrium.keeping import pack_plays, unpack_plays
from smecluster.policies.game.equilibrium.players import Block, Floats, Game, Payoffs, Player
from smecluster.policies.game.simulator import Simulator

if TYPE_CHECKING:
    from smecluster.model import Model

#: Aims of rivals that studies have.
AIMS: tuple[Aim, ...] = ("growth", "welfare")
#: The most that a region may spend a year, as a share of its value added, Dmnl: industrial policy
#: comes to 1.7 to 4 % of GDP (CSIS; IMF 2025).
MOST = 0.03
RIVALRY = "Rivalry lever"
#: A quarter of a year while equilibria are sought: replies differ little, and runs take half.
STEP = 0.25
# Part of the most that all spend on each lever where play begins: nothing.
_START = 0.0
# A reply must gain a thousandth of what the programme brings, and a transfer a hundredth.
_EFFORT = Effort(close=1e-3, epsilon=0.01, rounds=10, checks=2)

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Reforms:
    """What reforms among many regions bring.

    Attributes
    ----------
    model : Model
        The model with its regions.
    levers : tuple of str
        What regions compete with.
    most : float
        The most that a region may spend a year, as a share of its value added, Dmnl.
    horizon : float
        Last year that counts.
    spent : dict of str to array of float, shape (regions, levers)
        Share of value added a year by arrangement: rivals by aim, and coordinated.
    plays : dict of str to list of Play
        Where play from each start ended.
    idle : Account
        All stop: policy as now, along (1, 1).
    accounts : dict of str to Account
        What each arrangement brings, along (1, 1), with the model's own time step.
    stopping : dict of str to array of float, shape (regions,)
        By aim of rivals, what a region that stops alone gains by its own aim, Myuan.
    runs : int
        How many runs it took.
    """

    model: Model
    levers: tuple[str, ...]
    most: float
    horizon: float
    spent: Mapping[str, Floats]
    plays: Mapping[str, list[Play]]
    idle: Account
    accounts: Mapping[str, Account]
    stopping: Mapping[str, Floats]
    runs: int


@dataclass(frozen=True)
class _Play:
    """Runs of the three levers alone, and what regions get of them."""

    model: Model
    most: float
    start: float
    horizon: float
    workers: int | None
    simulators: list[Simulator] = field(default_factory=list)

    def simulate(self, settings: Mapping[str, Any], progress: Callable[[int], None]) -> Simulator:
        money: dict[str | None, float] = dict.fromkeys((*self.model.regions, None), self.most)
        draws = pd.DataFrame(index=["model"])
        made = Simulator(
            self.model, draws, money, self.start, False, settings, self.workers, progress
        )
        self.simulators.append(made)
        return made

    @property
    def runs(self) -> int:
        return sum(one.runs for one in self.simulators)


def play_reforms(
    model: Model,
    *,
    most: float = MOST,
    start: float = 2025.0,
    horizon: float = 2040.0,
    prize: float = PRIZE,
    step: float = STEP,
    settings: Mapping[str, Any] | None = None,
    workers: int | None = None,
    folder: Path | None = None,
    identity: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Reforms:
    """Find what rivals and coordinated regions do with the levers of rivalry, and what stops bring.

    Parameters
    ----------
    model : Model
        A model of many regions, such as `make_regions` writes; its own values are run.
    most : float
        The most that a region may spend a year, as a share of its value added, Dmnl.
    start, horizon : float
        First and last year that count.
    prize : float
        What relative growth is worth, see `policies.game.aims.PRIZE`, Dmnl.
    step : float
        Time step while equilibria are sought, Year.
    settings : mapping, optional
        Other inputs that hold in every run.
    workers : int, optional
        Threads; they change no digit.
    folder : Path, optional
        Where finished parts are kept, so that stopped work resumes.
    identity : mapping, optional
        What they depend on.
    progress : callable, optional
        Called with how many runs are done, and that number again: nobody knows how many there will
        be.

    Returns
    -------
    Reforms
        What came out.

    Raises
    ------
    InputError
        If the most is not above 0 and below 10 %, or the horizon lies before growth has counted.
    """
    if not 0 < most <= 0.1:
        raise InputError(f"the most that a region may spend lies above 0 and up to 0.1, not {most}")
    if not start + PRIZE_YEARS < horizon:
        raise InputError(f"the horizon must lie after {start + PRIZE_YEARS:g}, not {horizon:g}")
    work = _Play(model, most, start, horizon, workers)
    resumed = [0]

    def tell(_: int) -> None:
        if progress is not None:
            progress(work.runs + resumed[0], work.runs + resumed[0])

    rough = work.simulate({**(settings or {}), "TIME STEP": step}, tell)
    stakes = Stakes(rough, horizon, prize, start + PRIZE_YEARS)
    # Counted here, so that stopped work ends with the same number of runs.
    rough.idle(start + PRIZE_YEARS)
    levers = tuple(model.subscripts[RIVALRY])
    places = [
        at * len(rough.menu.levers) + rough.menu.levers.index(lever)
        for at in range(len(model.regions))
        for lever in levers
    ]

    def embed(actions: Floats) -> Floats:
        """Give the levers of rivalry their places among all; the others get nothing."""
        whole = np.zeros((*actions.shape[:-1], rough.size))
        whole[..., places] = actions
        return whole

    block, nobody = (Block(len(levers), 1.0, exact=False),), np.zeros(1, dtype=np.int64)
    players = tuple(Player(region, block, nobody) for region in model.regions)
    asked: dict[str, Measure] = {name_nash(aim): aim for aim in AIMS}
    asked[COORDINATED] = "together"
    plays: dict[str, list[Play]] = {}
    games: dict[str, Game] = {}
    # A play with another search is another play.
    whole = {**(identity or {}), "search": repr((most, _START, _EFFORT))}
    with nullcontext() if folder is None else Checkpoints(folder, whole) as kept:
        for name, measure in asked.items():
            aims: tuple[Measure, ...] = (measure,) * len(players)
            paid, unpaid = (stakes.measure(aims, paid=one) for one in (True, False))
            games[name] = Game(
                players,
                _widen(paid, embed),
                _widen(unpaid, embed),
                measure == "together",
            )
            if kept is not None and name in kept:
                arrays = dict(kept.load(name))
                resumed[0] += int(arrays.pop("runs")[0])
                plays[name] = unpack_plays(arrays)
                continue
            before = work.runs
            start_rules = [np.full((1, len(levers)), _START) for _ in players]
            plays[name] = find_equilibria(games[name], [start_rules], _EFFORT)
            if kept is not None:
                runs = np.array([work.runs - before])
                kept.save(name, {**pack_plays(plays[name]), "runs": runs})
    chosen = {name: _choose(games[name], found) for name, found in plays.items()}
    own = work.simulate(dict(settings or {}), tell)
    accounts = {
        name: own.run(embed(games[name].expand(play.rules)[None]), horizon)
        for name, play in chosen.items()
    }
    stopping: dict[str, Floats] = {
        aim: _stop_alone(games[name_nash(aim)], chosen[name_nash(aim)], len(levers)) for aim in AIMS
    }
    return Reforms(
        model,
        levers,
        most,
        horizon,
        {name: most * np.concatenate(play.rules) for name, play in chosen.items()},
        plays,
        own.idle(horizon),
        accounts,
        stopping,
        work.runs + resumed[0],
    )


def _widen(payoffs: Payoffs, embed: Callable[[Floats], Floats]) -> Payoffs:
    """Let payoffs of all levers take those of rivalry alone."""
    return lambda actions: payoffs(embed(actions))


def _choose(game: Game, plays: list[Play]) -> Play:
    """Choose the settled end that is worth most to all together; else any end."""
    settled = [play for play in plays if play.outcome == "equilibrium"] or plays
    worth = game.payoffs(np.stack([game.expand(play.rules) for play in settled]))
    return settled[int(worth.mean(axis=1).sum(axis=-1).argmax())]


def _stop_alone(game: Game, play: Play, levers: int) -> Floats:
    """Give what each region gains by its own aim if it alone stops, Myuan."""
    base = game.expand(play.rules)
    profiles = np.repeat(base[None], 1 + len(game.players), axis=0)
    for at in range(len(game.players)):
        profiles[1 + at, :, at * levers : (at + 1) * levers] = 0.0
    got = game.payoffs(profiles).mean(axis=1)
    return np.array([got[1 + at, at] - got[0, at] for at in range(len(game.players))])
