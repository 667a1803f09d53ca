"""Equilibria: of games with a known solution, and of games that have none or several."""

import numpy as np
import pytest

from smecluster.model.errors import InputError
from smecluster.policies.game.equilibrium.equilibria import (
    Effort,
    Play,
    find_equilibria,
    list_moves,
    merge_plays,
)
from smecluster.policies.game.equilibrium.players import Block, Floats, Game, Payoffs, Player

EXACT = Effort(close=1e-14)
ONE_GROUP = np.zeros(1, dtype=int)


def name_players(count: int, blocks: tuple[Block, ...], groups=ONE_GROUP) -> tuple[Player, ...]:
    return tuple(Player(f"region {at}", blocks, groups) for at in range(count))


def compete_for_capital(sizes: Floats, flight: float) -> Payoffs:
    """Tax revenue if capital leaves for low taxes: ``t * (s - f * (t - others))``."""

    def payoffs(actions: Floats) -> Floats:
        tax = actions
        others = (tax.sum(axis=-1, keepdims=True) - tax) / (tax.shape[-1] - 1)
        return tax * (sizes - flight * (tax - others))

    return payoffs


def solve_tax_competition(sizes: Floats, flight: float) -> Floats:
    """Solve ``s - 2 * f * t + f * others = 0`` for all regions at once."""
    count = len(sizes)
    others = (1 - np.eye(count)) / (count - 1)
    return np.linalg.solve(2 * flight * np.eye(count) - flight * others, sizes)


def solve(game: Game, *starts: float, effort: Effort = EXACT) -> list[Play]:
    begin = [[np.full((one.rules, one.size), at) for one in game.players] for at in starts]
    return find_equilibria(game, begin, effort)


@pytest.mark.parametrize("count", [2, 3, 8])
def test_tax_competition_ends_at_its_known_solution_from_every_start(count: int) -> None:
    sizes = np.linspace(0.3, 0.6, count)
    game = Game(name_players(count, (Block(1, 1.0, exact=False),)), compete_for_capital(sizes, 0.8))
    known = solve_tax_competition(sizes, 0.8)
    assert (known < 1).all()
    plays = solve(game, 0.0, 0.4, 1.0)
    for play in plays:
        assert play.outcome == "equilibrium"
        assert np.allclose([rule[0, 0] for rule in play.rules], known, rtol=0, atol=1e-6)
    assert merge_plays(game, plays, 0.01) == [[0, 1, 2]]


def test_coordinated_taxes_end_at_the_known_solution_above_those_of_competition() -> None:
    sizes, flight, burden = np.array([0.3, 0.4, 0.5]), 0.8, 0.6
    competing = compete_for_capital(sizes, flight)

    def together(actions: Floats) -> Floats:
        total = competing(actions).sum(axis=-1) - burden * (actions**2).sum(axis=-1) / 2
        return np.repeat(total[..., None], 3, axis=-1)

    game = Game(name_players(3, (Block(1, 1.0, exact=False),)), together, common=True)
    others = (1 - np.eye(3)) / 2
    # A tax also brings capital to the others, whose revenue counts here.
    known = np.linalg.solve((2 * flight + burden) * np.eye(3) - flight * (others + others.T), sizes)
    (play,) = solve(game, 0.1)
    assert play.outcome == "equilibrium"
    assert np.allclose([rule[0, 0] for rule in play.rules], known, rtol=0, atol=1e-6)


def test_money_is_divided_so_that_a_yuan_brings_the_same_wherever_any_is_spent() -> None:
    gain, bend = np.array([1.0, 0.8, 0.2]), np.array([2.0, 1.0, 1.0])

    def payoffs(actions: Floats) -> Floats:
        own = actions.reshape(*actions.shape[:-1], 2, 3)
        spill = 0.1 * own[..., ::-1, 0] * own[..., 0]
        return (gain * own - bend * own**2 / 2).sum(axis=-1) + spill

    game = Game(name_players(2, (Block(3),)), payoffs)
    # At the solution nothing goes to the third: 1 - 2 x + 0.1 x = 0.8 - (1 - x).
    first = 1.2 / 2.9
    (play,) = solve(game, 1 / 3)
    assert play.outcome == "equilibrium"
    for rule in play.rules:
        assert np.allclose(rule[0], [first, 1 - first, 0.0], rtol=0, atol=1e-6)


def test_who_sees_groups_of_draws_acts_on_the_mean_of_each() -> None:
    sizes = np.array([0.2, 0.3, 0.5, 0.6])

    def payoffs(actions: Floats) -> Floats:
        own = actions[..., 0]
        return (sizes * own - own**2 / 2)[..., None]

    def solve_seeing(groups) -> Floats:
        game = Game(name_players(1, (Block(1, 1.0, exact=False),), np.array(groups)), payoffs)
        (play,) = solve(game, 0.0)
        return play.rules[0][:, 0]

    assert np.allclose(solve_seeing([0, 0, 0, 0]), [0.4], atol=1e-6)
    assert np.allclose(solve_seeing([0, 0, 1, 1]), [0.25, 0.55], atol=1e-6)
    assert np.allclose(solve_seeing([0, 1, 2, 3]), sizes, atol=1e-6)


def test_a_game_without_a_pure_equilibrium_is_reported_as_a_cycle() -> None:
    def payoffs(actions: Floats) -> Floats:
        # One wants to be where the other is, who wants to be elsewhere.
        apart = (actions[..., 0] - actions[..., 1]) ** 2
        return np.stack([apart, -apart], axis=-1)

    game = Game(name_players(2, (Block(1, 1.0, exact=False),)), payoffs)
    plays = solve(game, 0.2, 0.9, effort=Effort())
    assert [play.outcome for play in plays] == ["cycle", "cycle"]
    assert merge_plays(game, plays, 0.01) == []


def test_strong_rivals_end_in_different_equilibria_from_different_starts() -> None:
    def payoffs(actions: Floats) -> Floats:
        others = actions[..., ::-1]
        return 0.5 * actions - actions**2 / 2 - 1.5 * actions * others

    def begin(first: float, second: float) -> list[Floats]:
        return [np.array([[first]]), np.array([[second]])]

    game = Game(name_players(2, (Block(1, 1.0, exact=False),)), payoffs)
    plays = find_equilibria(game, [begin(0.5, 0.0), begin(0.0, 0.5)], Effort(close=1e-12))
    assert all(play.outcome == "equilibrium" for play in plays)
    assert merge_plays(game, plays, 0.01) == [[0], [1]]


def test_play_that_overshoots_for_ever_settles_when_players_move_by_half() -> None:
    def payoffs(actions: Floats) -> Floats:
        others = actions.sum(axis=-1, keepdims=True) - actions
        return 0.6 * actions - actions**2 / 2 - 0.9 * actions * others

    game = Game(name_players(3, (Block(1, 1.0, exact=False),)), payoffs)
    (play,) = solve(game, 0.0, effort=Effort(close=1e-12))
    assert play.outcome == "equilibrium"
    assert np.allclose([rule[0, 0] for rule in play.rules], 0.6 / 2.8, rtol=0, atol=1e-5)


def test_an_equilibrium_withstands_every_transfer_that_is_checked() -> None:
    random = np.random.default_rng(1)
    gain, mixed = random.random((3, 4)), random.random((12, 12)) / 10

    def payoffs(actions: Floats) -> Floats:
        own = actions.reshape(*actions.shape[:-1], 3, 4)
        other = (actions @ mixed).reshape(own.shape)
        return (gain * own - own**2 + own * other).sum(axis=-1)

    game = Game(name_players(3, (Block(4),)), payoffs)
    (play,) = solve(game, 0.25, effort=Effort())
    assert play.outcome == "equilibrium"
    here = payoffs(game.expand(list(play.rules)))[0]
    for at, player in enumerate(game.players):
        for rules in list_moves(player, play.rules[at]):
            moved = [rules if other == at else rule for other, rule in enumerate(play.rules)]
            more = payoffs(game.expand(moved))[0, at] - here[at]
            assert more <= 1e-3 * abs(here[at])


def test_transfers_keep_the_total_and_never_go_below_zero() -> None:
    rules = np.array([[0.005, 0.7, 0.295], [0.0, 0.0, 1.0]])
    player = Player("region", (Block(3),), np.array([0, 1]))
    for moved in list_moves(player, rules):
        assert (moved >= 0).all()
        assert np.allclose(moved.sum(axis=1), 1)
    saver = Player("region", (Block(3, exact=False),), np.array([0, 1]))
    assert any(moved.sum() < 1.99 for moved in list_moves(saver, rules))


def test_a_block_without_amounts_or_total_is_refused() -> None:
    with pytest.raises(InputError, match="needs amounts and a total above zero"):
        Block(0)
    with pytest.raises(InputError, match="needs amounts and a total above zero"):
        Block(2, 0.0)
