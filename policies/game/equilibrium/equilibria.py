"""Equilibria by best replies from several starts, each checked against all transfers of money.

All players move at once towards their best replies. Where that runs in a circle, they move by half,
then by a quarter. A profile in which nobody's reply gains anything is held against every move of 1
and of 10 % of a block from one number to another, and against all of it on one number; if such a
move gains too much, play goes on from there. What is left of gains is the epsilon of the
equilibrium, as a share of what the player gains by its own action.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from smecluster.policies.game.equilibrium.players import Floats, Game, Player
from smecluster.policies.game.equilibrium.replies import fit_parabolas, place_probes, reply
from smecluster.policies.game.equilibrium.trials import (
    Trial,
    evaluate,
    expect,
    list_transfers,
    measure_worth,
)

Outcome = Literal["equilibrium", "cycle", "unsettled"]
Progress = Callable[[int], None]

# Parts of the way to the recommended reply that are tried.
_STEPS = (1.0, 0.5, 0.2, 0.05)
_TRANSFERS = (0.01, 0.1)
_SAME = 1e-3  # share of a block; profiles that differ by less in every number are one
_MOVED = _MET = 10 * _SAME
_DAMPING = (1.0, 0.5, 0.25)


@dataclass(frozen=True)
class Effort:
    """How exactly a game is solved.

    Parameters
    ----------
    close : float
        A reply that gains less than this share of what the player's own action gains is none.
    epsilon : float
        The same for transfers, which an equilibrium must withstand.
    rounds : int
        Rounds of replies at most; twice and four times as many where players move by a half and a
        quarter.
    checks : int
        Times that transfers are tried at most; 0 takes a profile as it is once replies gain
        nothing, for answers to many small changes.
    """

    close: float = 1e-5
    epsilon: float = 1e-3
    rounds: int = 40
    checks: int = 8


@dataclass(eq=False)
class Play:
    """Where play from one start ended.

    Attributes
    ----------
    rules : list of array of float, shape (groups, numbers)
        The rules of each player.
    outcome : {"equilibrium", "cycle", "unsettled"}
        Whether no transfer gains more than allowed, play came back to where it had been, or neither
        within the rounds.
    epsilon : array of float, shape (players,)
        What the best transfer of each player gains, over what its own action gains.
    rounds : int
        Rounds of replies.
    """

    rules: list[Floats]
    outcome: Outcome = "unsettled"
    epsilon: Floats = field(default_factory=lambda: np.zeros(0))
    rounds: int = 0


def find_equilibria(
    game: Game,
    starts: Sequence[Sequence[Floats]],
    effort: Effort | None = None,
    active: Sequence[int] | None = None,
    progress: Progress | None = None,
) -> list[Play]:
    """Let players reply to one another until nobody gains any more.

    Parameters
    ----------
    game : Game
        The game.
    starts : sequence of sequence of array of float, shape (groups, numbers)
        Rules of each player to begin with, by start.
    effort : Effort, optional
        How exactly.
    active : sequence of int, optional
        The players who move; the others keep to their rules. All if left out.
    progress : callable, optional
        Called after each round with how many starts are not settled yet.

    Returns
    -------
    list of Play
        Where play ended, by start.
    """
    chosen = Effort() if effort is None else effort
    movers = list(range(len(game.players)) if active is None else active)
    plays = [Play([np.array(rule, dtype=float) for rule in rules]) for rules in starts]
    circled: list[Play] = []
    for damping in _DAMPING:
        going = [play for play in plays if play.outcome != "equilibrium"]
        if not going:
            break
        _settle(game, going, movers, chosen, damping, progress)
        circled += [play for play in going if play.outcome == "cycle" and play not in circled]
    for play in circled:
        if play.outcome == "unsettled":
            play.outcome = "cycle"
    return plays


def _settle(
    game: Game,
    plays: list[Play],
    movers: list[int],
    effort: Effort,
    damping: float,
    progress: Progress | None,
) -> None:
    """Play on with one damping until each start settles, runs in a circle, or is given up."""
    for play in plays:
        play.outcome = "unsettled"
    pasts: dict[int, list[list[Floats]]] = {id(play): [] for play in plays}
    checks: dict[int, int] = {id(play): 0 for play in plays}
    worth = measure_worth(game, _stack(plays))
    scale = {id(play): own for play, own in zip(plays, worth, strict=True)}
    going = list(plays)
    met: list[tuple[Play, Play]] = []
    for _ in range(round(effort.rounds / damping)):
        if not going:
            break
        gains = _move(game, going, movers, damping)
        quiet = []
        for play, gain in zip(going, gains, strict=True):
            play.rounds += 1
            if (gain <= effort.close * scale[id(play)]).all():
                quiet.append(play)
        if not effort.checks:
            for play in quiet:
                play.outcome = "equilibrium"
        elif quiet:
            fresh = measure_worth(game, _stack(quiet))
            for play, own in zip(quiet, fresh, strict=True):
                scale[id(play)] = own
                checks[id(play)] += 1
            _check(game, quiet, movers, effort, scale)
        going = [play for play in going if play.outcome != "equilibrium"]
        going = [play for play in going if checks[id(play)] < effort.checks or play not in quiet]
        for play in going:
            if _recurs(game, play, pasts[id(play)]):
                play.outcome = "cycle"
            pasts[id(play)].append([rule.copy() for rule in play.rules])
        going = [play for play in going if play.outcome != "cycle"]
        # Starts that have met go on as one.
        for play in reversed(going):
            other = next(one for one in going if _distance(game, one.rules, play.rules) < _MET)
            if other is not play:
                met.append((play, other))
        going = [play for play in going if all(play is not one for one, _ in met)]
        if progress is not None:
            progress(len(going))
    for play, other in reversed(met):
        play.rules = [rule.copy() for rule in other.rules]
        play.outcome, play.epsilon = other.outcome, other.epsilon.copy()


def _move(game: Game, plays: list[Play], movers: list[int], damping: float) -> Floats:
    """Let everybody reply once, and give what each expects to gain by it, along (play, player)."""
    profiles = _stack(plays)
    replies = _reply_all(game, profiles, movers)
    if game.common:
        return _move_together(game, plays, profiles, replies, movers)
    trials = [
        Trial(start, at, profiles[at][start] + step * (replies[at][start] - profiles[at][start]))
        for start in range(len(plays))
        for at in movers
        for step in (0.0, *_STEPS)
    ]
    values = evaluate(game, profiles, trials)
    values = values.reshape(len(plays), len(movers), 1 + len(_STEPS), *values.shape[1:])
    gains = np.zeros((len(plays), len(game.players)))
    for place, at in enumerate(movers):
        got = expect(game, at, values[:, place])  # (play, step, group)
        got = np.where(np.isfinite(got), got, -np.inf)
        best = got.argmax(axis=1)
        taken = np.array([0.0, *_STEPS])[best][..., None] * damping
        gains[:, at] = (got.max(axis=1) - got[:, 0]) @ game.players[at].chances
        moved = profiles[at] + taken * (replies[at] - profiles[at])
        for play, rule in zip(plays, moved, strict=True):
            play.rules[at] = rule
    return gains


def _move_together(
    game: Game,
    plays: list[Play],
    profiles: list[Floats],
    replies: dict[int, Floats],
    movers: list[int],
) -> Floats:
    """Move all by the same part of the way, where all get the same."""
    steps = (0.0, *_STEPS, 0.01)
    trials = []
    for start in range(len(plays)):
        for step in steps:
            rules = [profile[start] for profile in profiles]
            for at in movers:
                rules[at] = rules[at] + step * (replies[at][start] - rules[at])
            trials.append(Trial(start, -1, rules[0], rules))
    values = evaluate(game, profiles, trials)[..., 0]
    values = values.reshape(len(plays), len(steps), game.draws)
    values = np.where(np.isfinite(values), values, -np.inf)
    alone = all(one.rules == game.draws for one in game.players)
    # Who knows everything chooses the step in each draw by itself.
    got = values if alone else values.mean(axis=2, keepdims=True)
    best = np.array(steps)[got.argmax(axis=1)]  # (play, draw or 1)
    gain = (got.max(axis=1) - got[:, 0]).mean(axis=1)
    for at in movers:
        groups = game.players[at].groups
        by_rule = np.ones((len(plays), game.players[at].rules, 1)) * best[:, :1, None]
        if alone:
            by_rule[:, groups, 0] = best
        moved = profiles[at] + by_rule * (replies[at] - profiles[at])
        for play, rule in zip(plays, moved, strict=True):
            play.rules[at] = rule
    return np.repeat(gain[:, None], len(game.players), axis=1)


def _reply_all(game: Game, profiles: list[Floats], movers: list[int]) -> dict[int, Floats]:
    """Give what each mover's parabolas recommend, by player."""
    starts = len(profiles[0])
    moves = {at: place_probes(game.players[at], profiles[at]) for at in movers}
    trials = [Trial(start, 0, profiles[0][start]) for start in range(starts)]
    for at in movers:
        for move in moves[at]:
            for start in range(starts):
                for number in range(game.players[at].size):
                    tried = profiles[at][start].copy()
                    tried[:, number] += move[start][:, number]
                    trials.append(Trial(start, at, tried))
    values = evaluate(game, profiles, trials)
    here, begin, replies = values[:starts], starts, {}
    for at in movers:
        player = game.players[at]
        now = expect(game, at, here)[..., None]
        both = []
        for _ in moves[at]:
            part = values[begin : begin + starts * player.size]
            begin += len(part)
            got = expect(game, at, part).reshape(starts, player.size, player.rules)
            both.append(got.swapaxes(1, 2))
        slope, curvature = fit_parabolas(now, *moves[at], (both[0], both[1]))
        usable = np.isfinite(slope) & np.isfinite(curvature)
        slope, curvature = np.where(usable, slope, 0.0), np.where(usable, curvature, 0.0)
        replies[at] = reply(player, profiles[at], slope, curvature)
    return replies


def _check(
    game: Game,
    plays: list[Play],
    movers: list[int],
    effort: Effort,
    scale: dict[int, Floats],
) -> None:
    """Hold profiles against all transfers; make the best ones where they gain too much."""
    profiles = _stack(plays)
    trials, owners = [], []
    for start in range(len(plays)):
        for at in movers:
            moves = list_moves(game.players[at], profiles[at][start])
            trials += [Trial(start, at, profiles[at][start])]
            trials += [Trial(start, at, rules) for rules in moves]
            owners.append((start, at, len(moves)))
    values = evaluate(game, profiles, trials)
    epsilon = np.zeros((len(plays), len(game.players)))
    better: list[tuple[int, int, Floats]] = []
    begin = 0
    for start, at, count in owners:
        part = values[begin : begin + 1 + count]
        tried = np.array([trial.rules for trial in trials[begin : begin + 1 + count]])
        begin += len(part)
        got = expect(game, at, part)
        got = np.where(np.isfinite(got), got, -np.inf)
        gain = float((got.max(axis=0) - got[0]) @ game.players[at].chances)
        epsilon[start, at] = gain / scale[id(plays[start])][at]
        best = got.argmax(axis=0)
        better.append((start, at, tried[best, np.arange(tried.shape[1])]))
    for start, play in enumerate(plays):
        play.epsilon = epsilon[start]
        if (epsilon[start] <= effort.epsilon).all():
            play.outcome = "equilibrium"
    for start, at, rules in better:
        alone = not game.common or epsilon[start, at] == epsilon[start].max()
        if plays[start].outcome != "equilibrium" and alone:
            plays[start].rules[at] = rules


def list_moves(player: Player, rules: Floats) -> list[Floats]:
    """List the moves that an equilibrium must withstand.

    Parameters
    ----------
    player : Player
        The player.
    rules : array of float, shape (groups, numbers)
        Its rules.

    Returns
    -------
    list of array of float, shape (groups, numbers)
        Its rules after each transfer of 1 and of 10 % of a block (or what is there of it) from one
        number to another, to or from what is kept, and with all of a block on one number.
    """
    moves = []
    for block, here in player.places():
        own = rules[:, here]
        kept = block.total - own.sum(axis=1, keepdims=True)
        held = np.concatenate([own, np.maximum(kept, 0.0)], axis=1)  # place -1 is the last
        for giver, taker in zip(*list_transfers(block.size, block.exact), strict=True):
            for part in _TRANSFERS:
                amount = np.minimum(part * block.total, held[:, giver])
                if (amount > 0).any():
                    moved = held.copy()
                    moved[:, giver] -= amount
                    moved[:, taker] += amount
                    moves.append(_replace(rules, here, moved[:, : block.size]))
        for place in range(block.size if block.exact else block.size + 1):
            whole = np.zeros_like(held)
            whole[:, place] = block.total
            moves.append(_replace(rules, here, whole[:, : block.size]))
    return moves


def _replace(rules: Floats, here: slice, part: Floats) -> Floats:
    moved = rules.copy()
    moved[:, here] = part
    return moved


def _recurs(game: Game, play: Play, past: list[list[Floats]]) -> bool:
    """Say whether play has come back to an earlier profile after leaving it."""
    away = 0.0
    for earlier in reversed(past):
        far = _distance(game, play.rules, earlier)
        if far < _SAME and away > _MOVED:
            return True
        away = max(away, far)
    return False


def _distance(game: Game, one: Sequence[Floats], other: Sequence[Floats]) -> float:
    """Give the largest difference of any number between profiles, as a share of its block."""
    return max(
        float((np.abs(a - b) / player.totals).max())
        for a, b, player in zip(one, other, game.players, strict=True)
    )


def merge_plays(game: Game, plays: Sequence[Play], apart: float) -> list[list[int]]:
    """Group the starts that ended in the same equilibrium.

    Parameters
    ----------
    game : Game
        The game.
    plays : sequence of Play
        Where play ended, by start.
    apart : float
        Shares of a block by which two equilibria differ at least in some number's mean.

    Returns
    -------
    list of list of int
        Starts by equilibrium, in the order of the first; starts without one are left out.
    """
    groups: list[list[int]] = []
    for at, play in enumerate(plays):
        if play.outcome != "equilibrium":
            continue
        for group in groups:
            other = plays[group[0]]
            far = max(
                float((np.abs(player.chances @ (a - b)) / player.totals).max())
                for a, b, player in zip(play.rules, other.rules, game.players, strict=True)
            )
            if far < apart:
                group.append(at)
                break
        else:
            groups.append([at])
    return groups


def _stack(plays: Sequence[Play]) -> list[Floats]:
    return [np.stack([play.rules[at] for play in plays]) for at in range(len(plays[0].rules))]
