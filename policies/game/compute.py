"""Play the game of governments: equilibria by aim, coordinated regions, planner, and a leader.

Every part is solved on the same draws, kept when it is finished, and then run once more with the
model's own time step; tables and sentences are made of those runs (`policies.game.result`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from smecluster.model.engine.run.settings import check_time_step
from smecluster.model.errors import InputError
from smecluster.model.support.checkpoints import Checkpoints
from smecluster.policies.game.accounts import Account
from smecluster.policies.game.aims import Measure, Stakes
from smecluster.policies.game.arrangements import (
    BOUND,
    CENTRE,
    COORDINATED,
    FROM_ABOVE,
    PLANNER,
    Arrangement,
    Leading,
    name_nash,
)
from smecluster.policies.game.equilibrium.equilibria import Play, find_equilibria, merge_plays
from smecluster.policies.game.equilibrium.keeping import pack_plays, unpack_plays
from smecluster.policies.game.equilibrium.leader import lead
from smecluster.policies.game.equilibrium.players import Floats, Game, Integers, Player
from smecluster.policies.game.equilibrium.reactions import measure_reactions
from smecluster.policies.game.information import (
    CENTRE_GROUPS,
    REGION_GROUPS,
    Information,
    Reading,
    Signals,
    fit_reading,
    observe,
)
from smecluster.policies.game.result import GameResult
from smecluster.policies.game.setup import (
    MOST_CENTRAL,
    GameSetup,
    check_model,
    find_debt_limits,
    widest_money,
)
from smecluster.policies.game.simulator import STEP, Simulator, draw_mixes, read_mix
from smecluster.policies.game.unseen import compare_unseen
from smecluster.policies.menu import read_menu
from smecluster.policies.strategy import Strategy
from smecluster.policies.wording.worlds import count_odds

if TYPE_CHECKING:
    from smecluster.model import Model

Progress = Callable[[int, int], None]

# Equilibria whose mean shares all differ by less than this are one.
_APART = 0.03
# By how much each number is moved to see what pays in a draw.
_NUDGE = 0.01
# Rounds and runs of one solution, for telling how long all will take.
_ROUNDS_ABOUT = 8


def play_game(
    model: Model,
    by_hand: Sequence[Strategy],
    draws: pd.DataFrame,
    setup: GameSetup | None = None,
    *,
    unseen: pd.DataFrame | None = None,
    settings: Mapping[str, Any] | None = None,
    step: float = STEP,
    workers: int | None = None,
    folder: Path | None = None,
    identity: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> GameResult:
    """Play the game of governments on draws.

    Parameters
    ----------
    model : Model
        The model.
    by_hand : sequence of Strategy
        Strategies written by hand: replies begin from the first one's local division of money, and
        all are held against the planner on unseen draws.
    draws : pandas.DataFrame
        The draws to play on: a row a draw, a column an input.
    setup : GameSetup, optional
        What is played.
    unseen : pandas.DataFrame, optional
        Draws to hold the planner against equilibria and strategies on; left out if not given.
    settings : mapping, optional
        Other inputs that hold in every run.
    step : float
        Time step while equilibria are sought, Year.
    workers : int, optional
        Threads; they change no digit.
    folder : Path, optional
        Where finished parts are kept, so that a stopped game resumes.
    identity : mapping, optional
        What they depend on: hashes and names of model, draws, strategies and settings.
    progress : callable, optional
        Called with how many runs are done, and about how many there will be.

    Returns
    -------
    GameResult
        What came out.

    Raises
    ------
    InputError
        If the model has one region, there are too few draws, the first strategy has no local
        programme, or years do not begin at a step.
    """
    check_time_step(step)
    chosen = GameSetup() if setup is None else setup
    check_model(model, draws, chosen)
    with _keep(folder, identity) as checkpoints:
        work = _Work(
            model,
            by_hand,
            draws,
            chosen,
            dict(settings or {}),
            step,
            workers,
            checkpoints,
            progress,
        )
        return work.play(unseen)


def _keep(
    folder: Path | None, identity: Mapping[str, str] | None
) -> AbstractContextManager[Checkpoints | None]:
    return nullcontext() if folder is None else Checkpoints(folder, identity or {})


class _Work:
    """One call of `play_game`."""

    def __init__(
        self,
        model: Model,
        by_hand: Sequence[Strategy],
        draws: pd.DataFrame,
        setup: GameSetup,
        settings: dict[str, Any],
        step: float,
        workers: int | None,
        checkpoints: Checkpoints | None,
        progress: Progress | None,
    ) -> None:
        self.model, self.by_hand, self.draws, self.setup = model, by_hand, draws, setup
        self.settings, self.workers, self.checkpoints = settings, workers, checkpoints
        self.rough = {**settings, "TIME STEP": step}
        self.menu = read_menu(model)
        self.progress, self.resumed = progress, 0
        first = next((one.local for one in by_hand if one.local is not None), None)
        if first is None:
            raise InputError("name a strategy with a local programme: replies begin from its mix")
        self.mix = read_mix(self.menu, first.allocation)
        self.simulators: list[Simulator] = []
        self.money = self._find_money()
        self.simulator = self._simulate(draws, self.rough, centre=False)
        self.stakes = self._stake(self.simulator)
        self.signals: Signals | None = None
        self.readings: dict[str, list[Reading]] = {}
        self.players: dict[str, tuple[Player, ...]] = {}

    def _simulate(
        self,
        draws: pd.DataFrame,
        settings: dict[str, Any],
        *,
        centre: bool,
        money: Mapping[str | None, float] | None = None,
    ) -> Simulator:
        made = Simulator(
            self.model,
            draws,
            self.money if money is None else money,
            self.setup.start,
            centre,
            settings,
            self.workers,
            self._tell,
        )
        self.simulators.append(made)
        # What a part of the work costs must not depend on which part comes first.
        _ = made.trunk
        return made

    def _tell(self, _: int) -> None:
        if self.progress is not None:
            runs = self.resumed + sum(one.runs for one in self.simulators)
            self.progress(runs, max(runs, self._about))

    @property
    def _about(self) -> int:
        """About how many runs there will be."""
        levers, regions, count = len(self.menu.levers), len(self.menu.regions), len(self.draws)
        rounds = 2 * levers * regions * _ROUNDS_ABOUT + 3 * levers * levers * regions
        parts = (len(self.setup.aims) + 2) * (self.setup.starts + 1)
        return rounds * parts * count

    def _stake(self, simulator: Simulator) -> Stakes:
        setup = self.setup
        simulator.idle(setup.prize_year)
        return Stakes(simulator, setup.horizon, setup.prize, setup.prize_year)

    def _find_money(self) -> dict[str | None, float]:
        """Give what each government may spend at most."""
        setup, regions = self.setup, self.menu.regions
        if not setup.free:
            return dict.fromkeys((*regions, None), setup.share)
        widest = widest_money(regions)
        trial = self._simulate(self.draws, self.rough, centre=False, money=widest)
        limits = find_debt_limits(trial, self.mix, setup.horizon)
        for region, limit in limits.items():
            if limit < setup.share:
                raise InputError(
                    f"{region} cannot spend {100 * setup.share:g} % of value added a year within "
                    f"its debt limit: at most {100 * limit:.2g} %"
                )
        return {None: MOST_CENTRAL, **{region: limits[region] for region in regions}}

    # What is played

    def play(self, unseen: pd.DataFrame | None) -> GameResult:
        setup = self.setup
        measures: dict[str, Measure] = {name_nash(aim): aim for aim in setup.aims}
        measures |= {COORDINATED: "together", PLANNER: "nation"}
        if setup.information == "signals":
            self.signals = observe(self.simulator, setup.seed)
        arrangements = []
        own_eyes = {FROM_ABOVE: measures[PLANNER]} if self.signals is not None else {}
        for name, measure in {**measures, **own_eyes}.items():
            arrangements.append(self._solve(name, measure, setup.information))
        for name, measure in measures.items() if setup.information != "full" else ():
            arrangements.append(self._solve(f"{name}{BOUND}", measure, "full"))
        reactions: dict[str, dict[str, Floats]] = {
            aim: self._keep_arrays(f"reactions, {aim}", partial(self._react, aim, arrangements))
            for aim in setup.aims
        }
        own = self._simulate(self.draws, self.settings, centre=False)
        accounts = {one.name: self._run(own, one) for one in arrangements}
        held = None
        if unseen is not None:
            held = self._hold(unseen, arrangements)
        leading = [self._lead(aim) for aim in setup.aims] if setup.centre else []
        return GameResult(
            setup=setup,
            menu=self.menu,
            money={region or CENTRE: most for region, most in self.money.items()},
            draws=self.draws,
            arrangements=tuple(arrangements),
            idle=own.idle(setup.horizon),
            accounts=accounts,
            chances={
                name: [one.chances for one in players] for name, players in self.players.items()
            },
            reactions=reactions,
            unseen=held,
            leading=tuple(leading),
            by_hand=tuple(one.name for one in self.by_hand),
            runs=self.resumed + sum(one.runs for one in self.simulators),
            all_varied=count_odds(self.model, self.draws).all_varied,
        )

    def _solve(self, name: str, measure: Measure, information: Information) -> Arrangement:
        """Solve one arrangement from every start, or take it from where it is kept."""
        common = measure in ("together", "nation")
        aims: tuple[Measure, ...] = (measure,) * len(self.menu.regions)
        players = self._make_players(name, aims, information)
        payoffs = self.stakes.measure(aims, paid=True)
        game = Game(players, payoffs, self.stakes.measure(aims, paid=False), common)
        starts, effort = self._starts(game), self.setup.effort
        if name.endswith(BOUND):
            starts, effort = starts[:1], replace(effort, checks=0)
        plays = self._keep_plays(name, lambda: find_equilibria(game, starts, effort))
        ends = merge_plays(game, plays, _APART)
        return Arrangement(name, measure, information, plays, ends, self._select(game, plays, ends))

    def _make_players(
        self, name: str, aims: tuple[Measure, ...], information: Information
    ) -> tuple[Player, ...]:
        groups = self._group(name, aims, information)
        self.players[name] = tuple(
            Player(region, self.simulator.region_blocks(self.setup.free), seen)
            for region, seen in zip(self.menu.regions, groups, strict=True)
        )
        return self.players[name]

    def _group(
        self, name: str, aims: tuple[Measure, ...], information: Information
    ) -> list[Integers]:
        """Give the group of each draw that each player sees."""
        count = len(self.draws)
        if information == "full":
            return [np.arange(count)] * len(aims)
        if information == "none":
            return [np.zeros(count, dtype=np.int64)] * len(aims)
        assert self.signals is not None
        levers = len(self.menu.levers)
        base = np.tile(self.mix * self._part(), len(self.menu.regions))
        actions = np.repeat(base[None], 1 + len(base), axis=0)
        actions[1:] += _NUDGE * np.eye(len(base))
        measure = self.stakes.measure(aims, paid=True)
        got = measure(np.repeat(actions[:, None], count, axis=1))
        regions = len(self.menu.regions)
        if name == FROM_ABOVE:
            # One pair of eyes for all programmes, so one index of what all of them bring.
            every = fit_reading(
                self.signals.centre, (got[1:, :, 0] - got[0, :, 0]).T, CENTRE_GROUPS
            )
            self.readings[name] = [every] * regions
            return [every.group(self.signals.centre)] * regions
        readings = []
        for at in range(regions):
            own = got[1 + at * levers : 1 + (at + 1) * levers, :, at] - got[0, :, at]
            readings.append(fit_reading(self.signals.regions[at], own.T, REGION_GROUPS))
        self.readings[name] = readings
        return [
            reading.group(seen)
            for reading, seen in zip(readings, self.signals.regions, strict=True)
        ]

    def _part(self) -> float:
        """Give what part of its possible money a region spends to begin with, Dmnl."""
        return self.setup.share / max(self.money[region] for region in self.menu.regions)

    def _starts(self, game: Game) -> list[list[Floats]]:
        """Give the profiles that replies begin from: a strategy by hand, equal parts, draws."""
        levers = len(self.menu.levers)
        mixes = [self.mix, np.full(levers, 1 / levers)]
        mixes += draw_mixes(levers, max(self.setup.starts - 2, 0), self.setup.seed)
        part = self._part() if self.setup.free else 1.0
        return [
            [np.tile(part * mix, (player.rules, 1)) for player in game.players]
            for mix in mixes[: self.setup.starts]
        ]

    def _select(self, game: Game, plays: list[Play], ends: list[list[int]]) -> Play:
        """Choose the equilibrium that is worth most to all players together."""
        if not ends:
            return plays[0]
        profiles = np.stack([game.expand(plays[end[0]].rules) for end in ends])
        worth = game.payoffs(profiles).mean(axis=1).sum(axis=-1)
        return plays[ends[int(worth.argmax())][0]]

    def _react(self, aim: str, arrangements: Sequence[Arrangement]) -> dict[str, Floats]:
        (found,) = (one for one in arrangements if one.name == name_nash(aim))
        aims: tuple[Measure, ...] = (found.measure,) * len(self.menu.regions)
        game = Game(self.players[found.name], self.stakes.measure(aims, paid=True))
        rivalry = [
            self.menu.levers.index(lever) for lever in self.model.subscripts["Rivalry lever"]
        ]
        return measure_reactions(game, found.play.rules, rivalry)

    def _run(self, simulator: Simulator, found: Arrangement) -> Account:
        """Run what was found with the model's own time step."""
        game = Game(self.players[found.name], lambda actions: actions)
        return simulator.run(game.expand(found.play.rules)[None], self.setup.horizon)

    def _hold(self, unseen: pd.DataFrame, arrangements: Sequence[Arrangement]) -> pd.DataFrame:
        """Hold the planner against everything else on draws that were not used to choose."""
        simulator = self._simulate(unseen, self.settings, centre=False)
        signals = None
        if self.setup.information == "signals":
            signals = observe(simulator, self.setup.seed)
        actions = {}
        for one in arrangements:
            if one.information == "full":
                continue
            rules = []
            for at, rule in enumerate(one.play.rules):
                groups = np.zeros(len(unseen), dtype=np.int64)
                if signals is not None:
                    seen = signals.centre if one.name == FROM_ABOVE else signals.regions[at]
                    groups = self.readings[one.name][at].group(seen)
                rules.append(rule[groups])
            actions[one.name] = np.concatenate(rules, axis=-1)
        return compare_unseen(simulator, actions, PLANNER, self.by_hand, self.setup.horizon)

    # The centre

    def _lead(self, aim: Measure) -> Leading:
        """Let the centre play at once with regions, then before them, on a few draws."""
        setup, regions = self.setup, self.menu.regions
        few = self.draws.iloc[: setup.leader_draws]
        simulator = self._simulate(few, self.rough, centre=True)
        stakes = self._stake(simulator)
        aims: tuple[Measure, ...] = (*(aim for _ in regions), "nation")
        seen = np.zeros(len(few), dtype=np.int64)
        blocks = [simulator.region_blocks(setup.free)] * len(regions)
        players = tuple(
            Player(name, own, seen)
            for name, own in zip(
                (*regions, CENTRE), (*blocks, simulator.centre_blocks(setup.free)), strict=True
            )
        )
        payoffs = stakes.measure(aims, paid=True)
        game = Game(players, payoffs, stakes.measure(aims, paid=False))
        part = setup.share / MOST_CENTRAL if setup.free else 1.0
        centre = np.concatenate([self.mix * part, [1.0], np.zeros(len(regions))])[None]
        local = self._starts(Game(players[:-1], payoffs))
        starts = [[*rules, centre] for rules in local]
        name = f"centre, {aim}, {len(few)} draws"
        plays = self._keep_plays(
            f"{name}, at once", lambda: find_equilibria(game, starts, setup.effort)
        )
        ends = merge_plays(game, plays, _APART)
        at_once = self._select(game, plays, ends)

        def go_first() -> list[Play]:
            found = lead(game, len(regions), at_once.rules, setup.effort)
            found.play.rounds = found.rounds
            return [found.play]

        (first,) = self._keep_plays(f"{name}, first", go_first)
        own = self._simulate(few, self.settings, centre=True)
        accounts = [
            own.run(game.expand(play.rules)[None], setup.horizon) for play in (at_once, first)
        ]
        rough = [
            float(payoffs(game.expand(play.rules)[None])[..., -1].mean())
            for play in (at_once, first)
        ]
        return Leading(
            aim,
            tuple(plays),
            tuple(map(tuple, ends)),
            at_once,
            first,
            rough[0],
            rough[1],
            own.idle(setup.horizon),
            accounts[0],
            accounts[1],
        )

    # Parts that are kept

    def _keep_arrays(self, name: str, compute: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
        """Compute arrays, or take them from where they are kept."""
        if self.checkpoints is not None and name in self.checkpoints:
            arrays = dict(self.checkpoints.load(name))
            self.resumed += int(arrays.pop("runs")[0])
            return arrays
        before = sum(one.runs for one in self.simulators)
        arrays = dict(compute())
        if self.checkpoints is not None:
            runs = sum(one.runs for one in self.simulators) - before
            self.checkpoints.save(name, {**arrays, "runs": np.array([runs])})
        return arrays

    def _keep_plays(self, name: str, compute: Callable[[], list[Play]]) -> list[Play]:
        """Compute where play from each start ended, or take it from where it is kept."""
        arrays = self._keep_arrays(name, lambda: pack_plays(compute()))
        return unpack_plays(arrays)
