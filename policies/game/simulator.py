"""Runs of the model for what players do, draw by draw: hundreds of profiles in one call.

An action is money by lever, as shares of what a government may spend; what it does not give to a
lever it does not spend. The centre's action goes on with how strongly its money favours poor
regions, and with the share of each region's programme that it pays. Runs begin in the first year of
the game, from the state that each draw has reached by then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from smecluster.model.engine.run.branches import Trunk
from smecluster.model.engine.run.runs import stream
from smecluster.model.errors import InputError
from smecluster.policies.game.accounts import OUTPUTS, Account, read_account
from smecluster.policies.game.equilibrium.players import Block, Floats, Integers
from smecluster.policies.menu import Menu, read_menu
from smecluster.policies.plan import NEVER, Plan, Spending, inputs_before

if TYPE_CHECKING:
    from smecluster.model import Model

#: Time step while equilibria are sought, Year.
STEP = 0.125
#: Largest elasticity of the centre's need rule, Dmnl: the range of the model's constant.
MOST_NEED = 3.0
#: Largest share of a region's programme that the centre pays, Dmnl: the rest keeps it careful.
MOST_MATCHING = 0.8

_NEED = "elasticity of need"
_ROWS = 4032  # runs at a time: their results stay below some hundred megabytes
_LOCAL_RAMP, _CENTRAL_RAMP, _END = 1.0, 2.0, 2041.0  # as in the strategies of the paper


@dataclass(frozen=True)
class Simulator:
    """Runs what players do in every draw.

    Parameters
    ----------
    model : Model
        The model.
    draws : pandas.DataFrame
        A row a draw, a column an input of the model.
    money : mapping of str to float
        What each region, and with `centre` the centre, spends a year at most, as a share of its
        value added (the centre: of all regions) as it perceives it, Dmnl.
    start : float
        First year of the game.
    centre : bool
        Whether the centre plays.
    settings : mapping
        Other inputs that hold in every run, the time step among them.
    workers : int, optional
        Threads; they change no digit.
    """

    model: Model
    draws: pd.DataFrame
    money: Mapping[str | None, float]
    start: float
    centre: bool = False
    settings: Mapping[str, Any] = field(default_factory=lambda: {"TIME STEP": STEP})
    workers: int | None = None
    progress: Callable[[int], None] | None = None
    counted: list[int] = field(default_factory=lambda: [0], repr=False, compare=False)
    _idle: dict[float, Account] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def menu(self) -> Menu:
        """The levers, and what the model calls what governments set."""
        return read_menu(self.model)

    @property
    def runs(self) -> int:
        """How many runs have been made."""
        return self.counted[0]

    @property
    def size(self) -> int:
        """Numbers in what all players do."""
        levers, regions = len(self.menu.levers), len(self.menu.regions)
        return regions * levers + (levers + 1 + regions) * self.centre

    def region_blocks(self, free: bool) -> tuple[Block, ...]:
        """Give what a region chooses: its levers; `free` says whether it may keep money."""
        return (Block(len(self.menu.levers), 1.0, exact=not free),)

    def centre_blocks(self, free: bool) -> tuple[Block, ...]:
        """Give what the centre chooses: levers, rule of spreading, and rates of matching."""
        rates = tuple(Block(1, MOST_MATCHING, exact=False) for _ in self.menu.regions)
        return (*self.region_blocks(free), Block(1, MOST_NEED, exact=False), *rates)

    @cached_property
    def trunk(self) -> Trunk:
        """The years before the game."""
        base = {**self.settings, **inputs_before(self.menu, self.start)}
        trunk = Trunk(self.model, self.draws, self.start, base, self.workers)
        if trunk.failed.any():
            lost = int(np.flatnonzero(trunk.failed)[0])
            raise InputError(
                f"draw {self.draws.index[lost]} cannot be run to {self.start:g}: "
                f"{trunk.reasons[lost]}"
            )
        self.counted[0] += trunk.runs
        return trunk

    @cached_property
    def base(self) -> dict[str, float]:
        """What is the same whatever players do."""
        governments: list[str | None] = [*self.menu.regions]
        if self.centre:
            governments.append(None)
        spending = tuple(
            Spending(
                region=one,
                share=self.money[one],
                amount=0.0,
                allocation={},
                start=self.start,
                trigger=None,
                ramp=_CENTRAL_RAMP if one is None else _LOCAL_RAMP,
                end=_END,
            )
            for one in governments
        )
        inputs = Plan("game", self.menu, spending, NEVER, self.start).inputs
        return {name: value for name, value in inputs.items() if name not in self._varied}

    @cached_property
    def _names(self) -> list[tuple[str, ...]]:
        """The inputs that each number of the actions sets."""
        menu = self.menu
        names = [
            tuple(menu.set_allocation(lever, region, 0.0))
            for region in menu.regions
            for lever in menu.levers
        ]
        if self.centre:
            names += [tuple(menu.set_allocation(lever, None, 0.0)) for lever in menu.levers]
            names.append((_NEED,))
            for region in menu.regions:
                rate, _ = menu.set_payment(region, 0.0, self.start)
                names.append((rate,))
        return names

    @cached_property
    def _varied(self) -> frozenset[str]:
        return frozenset(name for names in self._names for name in names)

    def run(self, actions: Floats, horizon: float, draws: Integers | None = None) -> Account:
        """Run profiles in every draw.

        Parameters
        ----------
        actions : array of float, shape (profiles, draws, numbers)
            What everybody does.
        horizon : float
            Last year.
        draws : array of int, optional
            Which draws; all if left out.

        Returns
        -------
        Account
            What it brings, along (profile, draw).
        """
        which = np.arange(len(self.draws)) if draws is None else draws
        rows = np.tile(which, len(actions))
        flat = actions.reshape(len(rows), -1)
        base = {**self.settings, **self.base, **self.trunk.base, "FINAL TIME": horizon}
        years = [float(year) for year in np.arange(self.start, horizon + 1)]
        parts = [slice(at, at + _ROWS) for at in range(0, len(rows), _ROWS)]
        accounts = []
        for run in stream(
            self.trunk.model,
            (self._frame(flat[part], rows[part]) for part in parts),
            OUTPUTS,
            years,
            chunk=_ROWS,
            workers=self.workers,
            base=base,
            within_ranges=False,
        ):
            accounts.append(read_account(run))
            self.counted[0] += run.sizes["run"]
            if self.progress is not None:
                self.progress(self.counted[0])
        return Account.join(accounts).reshape((len(actions), len(which)))

    def idle(self, horizon: float) -> Account:
        """Run policy as now, on which nobody adds anything, along (1, draw); once a horizon."""
        if horizon not in self._idle:
            self._idle[horizon] = self.run(np.zeros((1, len(self.draws), self.size)), horizon)
        return self._idle[horizon]

    def _frame(self, actions: Floats, rows: Integers) -> pd.DataFrame:
        columns: dict[str, Any] = {
            str(name): self.draws[name].to_numpy(dtype=float)[rows] for name in self.draws.columns
        }
        for number, names in enumerate(self._names):
            columns |= dict.fromkeys(names, actions[:, number])
        columns |= self.trunk.columns(rows)
        return pd.DataFrame(columns, index=np.arange(len(rows)))


def read_mix(menu: Menu, allocation: Mapping[str, float]) -> Floats:
    """Give a strategy's division of money as an action, along levers."""
    return np.array([float(allocation.get(lever, 0.0)) for lever in menu.levers])


def draw_mixes(levers: int, count: int, seed: int) -> list[Floats]:
    """Draw divisions of money to begin with, even over the simplex."""
    random = np.random.default_rng([seed, levers])
    return list(random.dirichlet(np.ones(levers), count))


def name_players(regions: Sequence[str], centre: bool) -> tuple[str, ...]:
    """Name the players."""
    return (*regions, *(("centre",) if centre else ()))
