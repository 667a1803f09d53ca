"""Who should run what: the same money, the engine of every comparison, and words as the numbers."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from smecluster import model as models
from smecluster.model.errors import InputError
from smecluster.policies.assignment.compute import assign
from smecluster.policies.assignment.divisions import (
    BOTH,
    CENTRE,
    NOBODY,
    REGIONS,
    WHO,
    Division,
    plan_division,
    read_mix,
    read_paper,
)
from smecluster.policies.assignment.figures import draw_figures
from smecluster.policies.assignment.measures import (
    BEST,
    DIVISION,
    LEVELS,
    LEVER,
    PAPER,
    WHO_RUNS,
    find_driver,
    measure_benefit,
    rank_who,
)
from smecluster.policies.assignment.tables import tabulate_divisions, tabulate_levers
from smecluster.policies.comparison.compute import compare
from smecluster.policies.ensemble.gains import BENEFIT, GAINED
from smecluster.policies.ensemble.worlds import ADDITIONAL
from smecluster.policies.levers import read_levers
from smecluster.policies.menu import read_menu
from smecluster.policies.strategy import CentralProgramme, Strategy
from smecluster.policies.wording.worlds import Odds

STEP = {"TIME STEP": 0.125}
LEVERS = ("quality supervision", "land servicing", "legal framework")
DRAWS = pd.DataFrame({"preference for variety": [0.18, 0.2, 0.22, 0.24, 0.26]})


@pytest.fixture(scope="module")
def model():
    return models.load()


@pytest.fixture(scope="module")
def found(model):
    return assign(model, DRAWS, levers=LEVERS, horizon=2045, settings=STEP)


def test_every_case_spends_the_same_money(found):
    for results in (found.levers, found.results):
        np.testing.assert_allclose(results[ADDITIONAL], found.budget.money, rtol=1e-6)


def test_a_lever_alone_is_worth_what_a_strategy_with_it_alone_is(model, found):
    alone = Strategy(
        name="alone",
        title="Alone",
        description="For tests.",
        central=CentralProgramme(
            share=0.005, start=2025, ramp=2, end=2041, allocation={"legal framework": 1.0}
        ),
    )
    whole = compare(model, [alone], DRAWS, settings=STEP)
    place = {"strategy": "alone", "future": "base"}
    here = {LEVER: "legal framework", WHO_RUNS: CENTRE, "horizon": 2040}
    given = whole.changes["Net national benefit account"].sel(place)
    np.testing.assert_allclose(found.levers[BENEFIT].sel(here), given, rtol=1e-5)
    gained = whole.gained.sel({**place, "place": "total"})
    np.testing.assert_allclose(found.levers[GAINED].sel(here), gained, rtol=1e-5)


def test_nobody_gains_nothing_and_costs_nothing(found):
    for lever in LEVERS:
        assert (measure_benefit(found, lever).sel({WHO_RUNS: NOBODY}) == 0).all()


def test_the_best_is_ahead_of_each_other_in_most_draws(found):
    table = tabulate_levers(found).set_index(LEVER)
    for lever in LEVERS:
        benefit = measure_benefit(found, lever)
        lead = benefit.sel({WHO_RUNS: table.loc[lever, "best"]}) - benefit
        assert ((lead > 0).sum("draw") >= (lead < 0).sum("draw")).all()
        assert table.loc[lever, "ahead"] <= table.loc[lever, "draws"] == len(DRAWS)


def test_the_best_by_majority_is_ahead_in_more_than_half_whatever_the_median(found):
    """The larger median may be behind in most draws: it is not called the best."""
    table = tabulate_levers(inject(found, [5, 5, 5, 1, 1], [5.1, 5.1, 4.9, 2, 2], [0] * 5))
    assert set(table["best"]) == {REGIONS}
    assert set(table["ahead"]) == {4}


def test_the_best_division_is_judged_on_draws_that_it_was_not_chosen_on(found):
    seen = set(found.chosen_on)
    assert seen == {0}
    table = tabulate_divisions(found).set_index(DIVISION)
    assert set(table["draws"]) == {len(DRAWS) - len(seen)}
    assert table.loc[PAPER, "more than the paper's"] == 0
    assert set(found.searches) == {LEVELS, BEST}
    assert found.divisions[PAPER].who == tuple(found.paper.who)
    worth = [found.searches[name].worth for name in (LEVELS, BEST)]
    assert worth[1] >= worth[0]


def test_workers_change_no_digit(model):
    options = {"levers": LEVERS[:1], "horizon": 2041, "settings": STEP}
    one, two = (assign(model, DRAWS, workers=count, **options) for count in (1, 2))
    np.testing.assert_array_equal(one.levers[BENEFIT], two.levers[BENEFIT])
    np.testing.assert_array_equal(one.results[BENEFIT], two.results[BENEFIT])


def test_interrupted_work_resumes_to_the_same_tables(model, tmp_path):
    from smecluster.model.support.checkpoints import Checkpoints

    class Stop(Exception):
        pass

    def stop(done, _):
        calls.append(done)
        if len(calls) > 6:
            raise Stop

    calls: list[int] = []
    options = {"levers": LEVERS[:2], "horizon": 2041, "settings": STEP}
    with (
        pytest.raises(Stop),
        Checkpoints(tmp_path / "kept", {"a": "b"}) as kept,
    ):
        assign(model, DRAWS, checkpoints=kept, progress=stop, **options)
    with Checkpoints(tmp_path / "kept", {"a": "b"}) as kept:
        again = assign(model, DRAWS, checkpoints=kept, **options)
    whole = assign(model, DRAWS, **options)
    np.testing.assert_array_equal(again.levers[BENEFIT], whole.levers[BENEFIT])
    np.testing.assert_array_equal(again.results[BENEFIT], whole.results[BENEFIT])


@pytest.mark.parametrize("budget", ["0%", "0 bn"])
def test_without_money_there_is_nothing_to_assign(model, budget):
    with pytest.raises(InputError, match="without additional money nobody runs anything"):
        assign(model, budget=budget)


def test_an_unknown_lever_gets_the_nearest_name(model):
    with pytest.raises(InputError, match="quality supervision"):
        assign(model, levers=["quality supervison"])


# Divisions


def test_plans_of_divisions_differ_only_in_who_spends(model):
    menu, levers = read_menu(model), read_levers()
    mix = read_mix(levers)
    names = tuple(one.name for one in levers)
    totals = {}
    for who in (CENTRE, REGIONS, BOTH):
        plan = plan_division(menu, Division("all", names, (who,) * len(names)), mix, 2025, who)
        central = plan.spending_of(None)
        local = plan.spending_of(menu.regions[0])
        assert (central is None, local is None) == (who == REGIONS, who == CENTRE)
        totals[who] = {
            lever: sum(one.share * one.allocation[lever] for one in (central, local) if one)
            for lever in names
        }
    assert totals[CENTRE] == pytest.approx(totals[REGIONS])
    assert totals[CENTRE] == pytest.approx(totals[BOTH])
    assert totals[CENTRE]["brand promotion"] < totals[CENTRE]["infrastructure investment"]


def test_money_of_what_nobody_runs_goes_to_the_others_in_proportion(model):
    menu, mix = read_menu(model), {"quality supervision": 3.0, "legal framework": 1.0}
    names = (*mix, "land servicing")
    division = Division("some", names, (REGIONS, REGIONS, NOBODY))
    plan = plan_division(menu, division, mix | {"land servicing": 6.0}, 2025, "some")
    allocation = plan.spending_of(menu.regions[0]).allocation
    assert allocation == pytest.approx({"quality supervision": 0.75, "legal framework": 0.25})


def test_the_paper_gives_every_lever_to_somebody_known():
    assert set(read_paper(read_levers(), "paper").who) <= set(WHO)


# What turns it


def test_the_constant_that_turns_an_order_is_named_with_its_value():
    random = np.random.default_rng(1)
    draws = pd.DataFrame(random.uniform(size=(200, 30)), columns=[f"c{at}" for at in range(30)])
    lead = 0.4 - draws["c7"].to_numpy() + 0.05 * random.normal(size=200)
    driver = find_driver(draws, lead)
    assert (driver.name, driver.above) == ("c7", True)
    assert driver.tips_at == pytest.approx(0.4, abs=0.06)
    assert driver.right > 0.9
    assert not find_driver(draws, -lead).above


def test_chance_names_no_constant():
    named = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        draws = pd.DataFrame(random.uniform(size=(100, 80)))
        named += find_driver(draws, random.normal(size=100)) is not None
    assert named <= 6  # one in twenty is meant; more than six of forty has a chance of 1 %


def test_an_order_that_holds_in_all_draws_is_turned_by_none():
    draws = pd.DataFrame({"c": np.arange(50.0)})
    assert find_driver(draws, np.arange(50.0) + 1) is None
    assert find_driver(draws.iloc[:5], np.array([1, -1, 2, -2, 3.0])) is None


# Words, on injected results


def inject(found, centre, regions, both, division=None):
    """Give every lever these yuan a yuan, by who runs it, in each draw."""
    values = np.array([centre, regions, both], dtype=float)[None, :, :, None]
    shape = found.levers[BENEFIT].transpose(LEVER, WHO_RUNS, "draw", "horizon")
    money = found.budget.money
    levers = found.levers.assign({BENEFIT: shape.copy(data=values * money + 0 * shape.values)})
    results = found.results
    if division is not None:
        best = results[BENEFIT].transpose(DIVISION, "draw", "horizon").copy()
        for name, worth in division.items():
            best.loc[{DIVISION: name}] = worth
        results = results.assign({BENEFIT: best})
    return dataclasses.replace(found, levers=levers, results=results)


def test_who_is_best_is_said_as_the_numbers_have_it(found):
    said = inject(found, [2] * 5, [1] * 5, [0.5] * 5).answer()[0]
    assert f"by the centre {', '.join(LEVERS[:2])} and {LEVERS[2]}" in said
    assert "?" not in said
    lost = inject(found, [-2] * 5, [-1] * 5, [-3] * 5).answer()[0]
    assert f"by nobody {LEVERS[0]}" in lost


def test_what_is_open_has_a_question_mark(found):
    said = inject(found, [2] * 5, [3, 1, 1, 1, 3], [0.5] * 5).answer()[0]
    assert f"{LEVERS[0]} (?)" in said
    assert "less than 90 % of the draws" in said


def test_a_tie_is_nobodys_and_open(found):
    table = tabulate_levers(inject(found, [0.0] * 5, [0.0] * 5, [0.0] * 5))
    assert set(table["best"]) == {NOBODY}
    assert set(table["ahead"]) == {0}


def test_a_failed_draw_is_counted_for_nobody(found):
    lost = inject(found, [2, np.nan, 2, 2, 2], [1] * 5, [0.5] * 5)
    table = tabulate_levers(lost)
    assert set(table["draws"]) == {4}
    nothing = inject(found, [np.nan] * 5, [np.nan] * 5, [np.nan] * 5)
    assert nothing.answer()[0] == "No lever has a result in any draw."
    assert not rank_who(measure_benefit(nothing, LEVERS[0]))


@pytest.mark.parametrize(
    ("paper", "levels", "best", "words"),
    [
        (100e3, 150e3, 400e3, "forgoes 75 % of what the best that was found is worth"),
        (-100e3, 150e3, 400e3, "forgoes all that the best that was found is worth"),
        (100e3, 50e3, 80e3, None),
    ],
)
def test_the_loss_of_keeping_to_the_paper_has_the_sign_of_unseen_draws(
    found, paper, levels, best, words
):
    others = found.paper.move(LEVERS[0], NOBODY)
    shown = dataclasses.replace(found, divisions={PAPER: found.paper, LEVELS: others, BEST: others})
    given = inject(shown, [1] * 5, [2] * 5, [3] * 5, {PAPER: paper, LEVELS: levels, BEST: best})
    said = " ".join(given.answer())
    verb = "costs the nation 100 bn yuan" if paper < 0 else "is worth 100 bn yuan"
    assert f"the paper's division {verb}" in said
    direction = "more" if best > paper else "less"
    assert f"{abs(best - paper) / 1e3:g} bn yuan {direction} than with the paper's" in said
    if words is None:
        assert "forgoes" not in said
    else:
        assert words in said


def test_worlds_are_called_so_only_where_all_is_varied(found):
    varied = dataclasses.replace(found, odds=Odds(True, len(DRAWS)))
    said = " ".join(inject(varied, [2] * 5, [3, 1, 1, 1, 3], [0.5] * 5).answer())
    assert "worlds that fit the history, all judgements varied" in said
    assert "worlds" not in " ".join(found.answer())


def test_one_set_of_values_has_neither_odds_nor_intervals(model):
    one = assign(model, levers=LEVERS[:1], horizon=2041, settings=STEP)
    said = " ".join(one.answer())
    assert "draws" not in said
    assert "(?)" not in said
    assert "carry no uncertainty" in " ".join(one.basis())
    assert draw_figures(one)


def test_the_search_is_described_with_what_it_tried(found):
    assert f"All {4 ** len(LEVERS):,} divisions were tried on 1 draw" in " ".join(found.basis())
    part = {name: dataclasses.replace(one, whole=False) for name, one in found.searches.items()}
    basis = " ".join(dataclasses.replace(found, searches=part).basis())
    tried = sum(one.tried for one in found.searches.values())
    assert f"{tried:,} divisions of the {4 ** len(LEVERS):,} were tried on 1 draw" in basis
    assert "A better one may exist." in basis


@pytest.mark.parametrize(
    ("levels", "words"),
    [
        (100e3, "None of that difference is who runs what"),
        (200e3, "Who runs what is 33 % of that difference, and the rest is money moved"),
        (400e3, "All of that difference is who runs what."),
    ],
)
def test_what_is_forgone_is_parted_into_who_and_what(found, levels, words):
    others = found.paper.move(LEVERS[0], NOBODY)
    shown = dataclasses.replace(found, divisions={PAPER: found.paper, LEVELS: others, BEST: others})
    worth = {PAPER: 100e3, LEVELS: levels, BEST: 400e3}
    assert words in " ".join(inject(shown, [1] * 5, [2] * 5, [3] * 5, worth).answer())
