"""Shapley values share a joint effect out as the theory says, where the answer is known."""

import numpy as np
import pytest

from smecluster.model.errors import InputError
from smecluster.policies.contributions.shapley import MOST_EXACT, compute_interactions, make_design


def additive(members, worth):
    return members @ np.asarray(worth, dtype=float)


def test_players_that_do_not_meet_get_what_they_bring():
    plan = make_design(4)
    values = 100 + additive(plan.members, [1, 2, 3, 4])
    assert plan.share_effect(values) == pytest.approx([1, 2, 3, 4], rel=1e-12)
    assert plan.measure_alone(values) == pytest.approx([1, 2, 3, 4], rel=1e-12)
    assert plan.measure_last(values) == pytest.approx([1, 2, 3, 4], rel=1e-12)


def test_the_glove_game_has_its_known_answer():
    # One left glove and two right ones; a pair is worth 1 (Shapley's own example): 2/3, 1/6, 1/6.
    plan = make_design(3)
    values = (plan.members[:, 0] & (plan.members[:, 1] | plan.members[:, 2])).astype(float)
    assert plan.share_effect(values) == pytest.approx([2 / 3, 1 / 6, 1 / 6], abs=1e-12)


def test_players_that_can_be_exchanged_get_the_same():
    plan = make_design(6)
    values = np.sqrt(plan.members.sum(1)) * 1e6
    shares = plan.share_effect(values)
    assert shares == pytest.approx(np.full(6, values[-1] / 6), rel=1e-12)


def test_a_player_who_adds_nothing_gets_nothing():
    plan = make_design(5)
    values = np.prod(1 + plan.members[:, 1:], axis=1)
    assert plan.share_effect(values)[0] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("players", [1, 2, 10, MOST_EXACT, 14])
def test_contributions_add_up_to_the_whole(players):
    plan = make_design(players, pairs=5, seed=3)
    values = 1e7 + 1e4 * np.random.default_rng(1).random((len(plan.members), 3))
    total = plan.share_effect(values).sum(0)
    assert total + values[0] == pytest.approx(values[-1], rel=1e-12)


def test_two_players_that_need_each_other_share_their_interaction():
    plan = make_design(4)
    values = 6.0 * (plan.members[:, 0] & plan.members[:, 1]) + additive(plan.members, [0, 0, 1, 1])
    assert plan.share_effect(values) == pytest.approx([3, 3, 1, 1])
    expected = np.zeros((4, 4))
    expected[0, 1] = expected[1, 0] = 6
    assert compute_interactions(plan, values) == pytest.approx(expected, abs=1e-12)


def test_drawn_orders_come_to_the_exact_answer_within_their_error():
    players = 14
    worth = np.linspace(1, 2, players)

    def value(members):
        return np.sqrt(additive(members, worth)) + 2 * (members[:, 0] & members[:, 1])

    plan = make_design(players, pairs=300, seed=7)
    values = value(plan.members)
    shares, errors = plan.share_effect(values), plan.estimate_errors(values)
    assert (errors > 0).all()
    everything = (np.arange(2**players)[:, None] >> np.arange(players)) & 1 == 1
    known = exact_by_orders(everything, value(everything))
    assert np.abs(shares - known).max() < 4 * errors.max()
    assert (np.abs(shares - known) < 2.5 * errors).mean() > 0.7


def exact_by_orders(members, values):
    """The same from the definition, coalition by coalition."""
    from math import comb

    players = members.shape[1]
    sizes = members.sum(1)
    found = []
    for player in range(players):
        without = np.flatnonzero(~members[:, player])
        weights = np.array([1 / (players * comb(players - 1, s)) for s in sizes[without]])
        found.append(weights @ (values[without | (1 << player)] - values[without]))
    return np.array(found)


def test_more_orders_give_a_smaller_error():
    few, many = make_design(13, pairs=20, seed=1), make_design(13, pairs=320, seed=1)
    value = lambda plan: plan.members.sum(1) ** 1.5 + 3.0 * plan.members[:, :2].all(1)  # noqa: E731
    assert many.estimate_errors(value(many)).max() < 0.5 * few.estimate_errors(value(few)).max()


def test_reversed_orders_cancel_what_curves_evenly():
    # A quadratic value is shared out exactly by any order together with its reverse.
    plan = make_design(13, pairs=2, seed=1)
    values = plan.members.sum(1) ** 2.0
    assert plan.share_effect(values) == pytest.approx(np.full(13, 13.0))
    assert plan.estimate_errors(values) == pytest.approx(np.zeros(13), abs=1e-12)


def test_the_same_seed_draws_the_same_orders():
    one, same, other = (make_design(15, pairs=4, seed=seed) for seed in (5, 5, 6))
    assert np.array_equal(one.members, same.members)
    assert np.array_equal(one.weights, same.weights)
    assert one.members.shape != other.members.shape or not np.array_equal(
        one.members, other.members
    )


def test_nobody_and_a_single_pair_are_refused():
    with pytest.raises(InputError, match="at least one lever"):
        make_design(0)
    with pytest.raises(InputError, match="pairs must be at least 2, not 1"):
        make_design(13, pairs=1)
    drawn = make_design(13, pairs=2)
    with pytest.raises(InputError, match="at most 12 levers"):
        compute_interactions(drawn, np.zeros(len(drawn.members)))
