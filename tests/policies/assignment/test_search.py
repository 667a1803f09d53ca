"""The search for a division: exhaustive answers are found, and it ends where no move gains."""

import itertools

import numpy as np
import pytest

from smecluster.policies.assignment.divisions import NOBODY, WHO, Division
from smecluster.policies.assignment.search import search_division

LEVERS = ("a", "b", "c", "d")  # 256 divisions, more than are all tried
START = Division("paper", LEVERS, ("centre",) * 4)
EVERYONE = dict.fromkeys(LEVERS, WHO)


def judge_by(worth):
    def judge(divisions):
        return np.array([[worth(one.who)] * 3 for one in divisions])

    return judge


@pytest.mark.parametrize("seed", range(5))
def test_where_levers_are_independent_the_best_of_all_is_found(seed):
    table = np.random.default_rng(seed).normal(size=(4, 4)) + 1.0

    def worth(who):
        return sum(table[at, WHO.index(one)] for at, one in enumerate(who))

    found = search_division(START, EVERYONE, judge_by(worth))
    best = max(itertools.product(WHO, repeat=4), key=worth)
    assert found.division.who == best
    assert found.settled


@pytest.mark.parametrize("seed", range(5))
def test_where_levers_act_on_each_other_no_single_move_gains_at_the_end(seed):
    random = np.random.default_rng(seed)
    table = {who: random.normal() + 2 for who in itertools.product(WHO, repeat=4)}
    found = search_division(START, EVERYONE, judge_by(table.__getitem__))
    here = table[found.division.who]
    for lever in LEVERS:
        for who in WHO:
            moved = found.division.move(lever, who)
            if moved.spends:
                assert table[moved.who] <= here
    assert found.worth == pytest.approx(here)
    assert here >= table[START.who]
    assert found.tried < len(table)


def test_a_lever_that_is_not_named_stays():
    found = search_division(START, {"a": WHO}, judge_by(lambda who: -who.count("centre")))
    assert found.division.who[1:] == START.who[1:]
    assert found.division["a"] != "centre"


def test_a_division_that_fails_in_a_draw_is_never_chosen():
    def judge(divisions):
        return np.array(
            [[5.0, np.nan] if "regions" in one.who else [1.0, 1.0] for one in divisions]
        )

    assert "regions" not in search_division(START, EVERYONE, judge).division.who


def test_nobody_runs_anything_where_everything_costs():
    found = search_division(START, EVERYONE, judge_by(lambda who: -4.0 + who.count(NOBODY)))
    assert not found.division.spends
    assert found.worth == 0


def test_moves_are_listed_by_who_gives_and_who_takes():
    other = START.move("b", NOBODY).move("c", NOBODY).move("d", "both")
    assert START.list_moves(other) == {("centre", NOBODY): ["b", "c"], ("centre", "both"): ["d"]}


def test_of_few_levers_every_division_is_tried():
    few = Division("few", ("a", "b", "c"), ("centre",) * 3)
    # No single move gains from the start, and yet there is a better division.
    table = dict.fromkeys(itertools.product(WHO, repeat=3), -1.0)
    table[few.who], table["both", "both", "regions"] = 1.0, 2.0
    found = search_division(few, dict.fromkeys(few.levers, WHO), judge_by(table.__getitem__))
    assert found.whole
    assert found.division.who == ("both", "both", "regions")
    assert found.tried == 4**3 - 1  # nobody runs anything costs no run
