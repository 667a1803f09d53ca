"""Strategies under uncertainty: the numbers, the tables, the sentences and the page agree."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib.colors import to_hex

from smecluster import model
from smecluster.model.errors import InputError
from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.presentation.exports import write_figure
from smecluster.policies import load
from smecluster.policies.budget import DEFAULT_BUDGET, set_budget
from smecluster.policies.comparison.brief import (
    table_headlines,
    write_compare_page,
    write_futures_page,
)
from smecluster.policies.comparison.compute import compare, read_discounting
from smecluster.policies.comparison.figures.certainty import draw_probabilities
from smecluster.policies.comparison.figures.gallery import draw_figures
from smecluster.policies.comparison.measures import (
    DISCOUNTED,
    PER_YUAN,
    measure_half_time,
    rank_strategies,
)
from smecluster.policies.comparison.nation import BENEFIT, ELSEWHERE
from smecluster.policies.comparison.result import Comparison
from smecluster.policies.comparison.tables import PROBABILITY, make_tables
from smecluster.policies.comparison.text import (
    answer_comparison,
    answer_futures,
    describe_basis,
)
from smecluster.policies.ensemble.recovery import LOSS
from smecluster.policies.futures import load_futures
from smecluster.policies.robustness.brief import write_robust_page
from smecluster.policies.robustness.compute import judge_strategies
from smecluster.policies.robustness.figures import draw_figures as draw_robust_figures
from smecluster.policies.robustness.measures import ALL_WORLDS, ENOUGH
from smecluster.policies.robustness.regret import BEST, MOST
from smecluster.policies.robustness.result import Robustness
from smecluster.policies.robustness.text import answer_robustness
from smecluster.policies.study import EVERY, Need
from smecluster.policies.wording.headlines import choose_markers, choose_styles
from smecluster.policies.wording.prose import format_interval, format_number
from smecluster.policies.wording.quantiles import compute_quantiles

STEP = {"TIME STEP": 0.125}
NAMES = ["central", "local", "mixed"]
DRAWS = 24
NEEDS = (
    Need(outcome=PER_YUAN, at_least=1.2),
    Need(outcome=DISCOUNTED, measure="change in percent", place=EVERY, at_least=0),
)


@pytest.fixture(scope="module")
def shipped() -> model.Model:
    return model.load()


@pytest.fixture(scope="module")
def drawn() -> pd.DataFrame:
    generator = np.random.default_rng(1)
    centre = {"preference for variety": 0.36, "spin off rate": 0.13, "knowledge elasticity": 0.08}
    return pd.DataFrame(
        {name: at * np.exp(0.15 * generator.standard_normal(DRAWS)) for name, at in centre.items()}
    )


@pytest.fixture(scope="module")
def found(shipped, drawn) -> Comparison:
    strategies = tuple(load(name) for name in NAMES)
    return compare(shipped, strategies, drawn, load_futures(["demand", "wages"]), settings=STEP)


@pytest.fixture(scope="module")
def judged(found) -> Robustness:
    return judge_strategies(found, NEEDS)


# The numbers


def test_strategies_spend_the_same_beyond_policy_as_now_in_every_world(found, shipped):
    budget = set_budget(shipped, DEFAULT_BUDGET, settings=STEP)
    assert found.budget == budget
    assert float(abs(found.money.sel(strategy=NAMES) / budget.money - 1).max()) < 1e-6
    assert float(abs(found.money.sel(strategy="as-now")).max()) == 0


def test_the_order_and_the_number_of_names_change_nothing(shipped, found):
    alone = compare(shipped, [load("local")], settings=STEP)
    last = compare(shipped, [load(name) for name in reversed(NAMES)], settings=STEP)
    assert alone.budget == last.budget == found.budget
    both = [one.gained.sel(strategy="local", place=TOTAL).item() for one in (alone, last)]
    assert both[0] == pytest.approx(both[1], rel=1e-6)


def test_the_money_does_not_depend_on_the_baseline(shipped):
    ended = load("end-all-policy")
    usual = compare(shipped, [load("local")], settings=STEP)
    other = compare(shipped, [load("local")], baseline=ended, settings=STEP)
    assert other.budget == usual.budget
    np.testing.assert_allclose(
        usual.ends["value added"].sel(strategy="local"),
        other.ends["value added"].sel(strategy="local"),
        rtol=1e-6,
    )
    assert other.money.sel(strategy="end-all-policy").item() < 0


def test_a_baseline_with_a_programme_spends_the_same(shipped):
    made = compare(shipped, [load("local")], baseline=load("central"), settings=STEP)
    assert made.money.values.ravel() == pytest.approx(made.budget.money, rel=1e-6)


def test_a_draw_holds_what_a_comparison_with_its_values_holds(found, shipped, drawn):
    values = dict(drawn.iloc[5]) | STEP
    strategies = tuple(load(name) for name in NAMES)
    alone = compare(shipped, strategies, settings=values, budget=found.budget)
    there, here = found.ends.isel(future=0).sel(draw=5), alone.ends.isel(future=0, draw=0)
    for name in (DISCOUNTED, "value added", "Employment", "annual wage"):
        np.testing.assert_allclose(
            there[name].sel(strategy=NAMES), here[name].sel(strategy=NAMES), rtol=1e-6
        )
    np.testing.assert_allclose(
        found.paid.isel(future=0).sel(draw=5, strategy=NAMES),
        alone.paid.isel(future=0, draw=0).sel(strategy=NAMES),
        rtol=1e-4,
        atol=1,
    )
    for name in ("local", "mixed"):
        effect = found.others["value added"].sel(strategy=name, draw=5)
        assert float(effect) == pytest.approx(
            alone.others["value added"].sel(strategy=name).item(), rel=1e-3
        )
    assert found.others["value added"].sel(strategy="central").isnull().all()


def test_the_programme_of_each_government_alone_has_the_money_that_it_has_in_the_strategy(found):
    money = found.origin_money
    assert money.sel(strategy="local", origin="centre").isnull().all()
    assert money.sel(strategy="central", origin="Wenzhou").isnull().all()
    budget = found.budget.money
    assert float(money.sel(strategy="central", origin="centre").median()) == pytest.approx(
        budget, rel=1e-6
    )
    # Budgets follow value added, which is a little larger where all programmes run.
    parts = money.sel(strategy="mixed").sum("origin")
    assert float(abs(parts / budget - 1).max()) < 0.01


def test_who_pays_adds_up_to_the_money_in_every_world(found):
    paid = found.paid.sum("payer").transpose(*found.money.dims)
    np.testing.assert_allclose(paid, found.money, rtol=1e-12, atol=1e-6)


def test_gained_per_yuan_is_the_change_over_the_money(found):
    ratio = found.changes[DISCOUNTED].sel({PLACE: TOTAL}) / found.money.sel(strategy=NAMES)
    np.testing.assert_allclose(found.per_yuan, ratio, rtol=1e-12)


def test_a_future_costs_what_is_missing_against_the_own_base_future(found):
    paths = found.paths.sel(strategy="local", draw=3, place=TOTAL)
    gap = paths.sel(future="demand") / paths.sel(future="base") - 1
    lost = -100 * float(gap.sel(time=slice(2030, None)).sum())
    there = found.recovered[LOSS].sel(future="demand", strategy="local", draw=3, place=TOTAL)
    assert float(there) == pytest.approx(lost)


def test_half_of_an_effect_is_found_between_years():
    time = np.arange(2025.0, 2031.0)
    rows = [
        [0, 1, 2, 3, 4, 5],
        [0, 0, 0, 0, 0, 10],
        [0, 8, 9, 9, 9, 8],
        [0] * 6,
        [0, -1, -1, -3, -3, -4],
    ]
    effect = xr.DataArray(np.array(rows, dtype=float), {"time": time}, ("draw", "time"))
    found = measure_half_time(effect, 2025)
    np.testing.assert_allclose(found, [2.5, 4.5, 0.5, np.nan, 2.5])


def test_a_strategy_without_a_programme_is_run_as_it_is(shipped, drawn):
    pair = (load("central"), load("end-all-policy"))
    made = compare(shipped, pair, drawn.iloc[:3], settings=STEP)
    assert (made.money.sel(strategy="end-all-policy") < 0).all()
    assert made.per_yuan.sel(strategy="end-all-policy").isnull().all()
    assert float(abs(made.money.sel(strategy="central") / made.budget.money - 1).max()) < 1e-6


def test_a_strategy_that_begins_before_the_start_is_refused(shipped):
    with pytest.raises(InputError, match=r"'cultivation' begins in 1978, before .*--start 1978"):
        compare(shipped, [load("cultivation")])


def test_the_three_kinds_of_intervention_can_have_the_money_of_policy_as_now(shipped):
    kinds = [load(name) for name in ("self-development", "cultivation", "combination")]
    made = compare(shipped, kinds, start=1978, budget=0, settings=STEP)
    whole = made.origin_money.sum("origin", min_count=1).max()
    assert float(abs(made.money).max()) < 1e-5 * abs(float(whole)) + 100


def test_no_money_leaves_nothing_of_a_programme(shipped):
    with pytest.raises(InputError, match="nothing is left of strategy 'local'"):
        compare(shipped, [load("local")], budget=0)


def test_what_is_compared_with_itself_is_refused(shipped):
    with pytest.raises(InputError, match="'as-now' is what the others are compared with"):
        compare(shipped, [load("as-now"), load("local")])


def test_a_share_beyond_its_span_is_named_with_lever_share_and_span(shipped):
    assert compare(shipped, [load("central"), load("local")], settings=STEP).spans == ()
    spans = compare(shipped, [load("central")], budget="3%", settings=STEP).spans
    (beyond,) = (one for one in spans if one.lever == "common technology programme")
    assert f"of value added in {beyond.region} on 'common technology programme'" in (
        beyond.describe()
    )
    assert "plausible span of 0 to 1 %" in beyond.describe()


def test_without_draws_there_is_one_set_of_values(shipped):
    found = compare(shipped, (load("local"),), settings=STEP, outcomes=["Employment"])
    assert found.ends.sizes["draw"] == 1
    assert set(found.ends.data_vars) == {"Employment", "value added", DISCOUNTED}
    assert "One set of values was run" in " ".join(describe_basis(found))
    assert "(" not in answer_comparison(found)["When?"]
    make_tables(found)
    draw_figures(found)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"outcomes": ["Employmnt"]}, "did you mean 'Employment'"),
        ({"start": 2050.0}, "start = 2050 is not a whole year in 1978..2039"),
        ({"start": -1e308}, r"start = -1e\+308 is not a whole year in 1978..2039"),
        ({"start": float("nan")}, "start = nan is not a whole year in 1978..2039"),
        ({"settings": {"history end": 2000.0}}, "is set by strategy"),
        ({"budget": -1.0}, "is no amount of money"),
    ],
)
def test_bad_input_is_refused(shipped, drawn, change, says):
    with pytest.raises(InputError, match=says):
        compare(shipped, (load("local"),), drawn.iloc[:2], **({"settings": STEP} | change))


def test_a_strategy_named_twice_is_refused(shipped):
    with pytest.raises(InputError, match="'local' is named twice"):
        compare(shipped, (load("local"), load("local")))


# Tables


def test_tables_hold_medians_and_intervals_of_the_draws(found):
    table = make_tables(found)["outcomes"].set_index(
        ["outcome", "future", "place", "strategy", "measure"]
    )
    row = table.loc["Employment", "wages", "Wenzhou", "local", "change"]
    values = found.changes["Employment"].sel(future="wages", place="Wenzhou", strategy="local")
    low, median, high = np.quantile(values, [0.05, 0.5, 0.95])
    assert [row["low"], row["median"], row["high"]] == pytest.approx([low, median, high])
    assert row["draws"] == DRAWS
    assert row["unit"] == "person"


def test_one_beats_the_other_or_the_other_the_one(found):
    table = make_tables(found)["probabilities"]
    both = table.set_index(["outcome", "future", "place", "strategy", "other"])[PROBABILITY]
    for key, share in both.items():
        assert share + both[(*key[:3], key[4], key[3])] == pytest.approx(1)
    gained = found.gained.sel(future="base", place=TOTAL)
    share = float((gained.sel(strategy="mixed") > gained.sel(strategy="central")).mean())
    assert both[DISCOUNTED, "base", TOTAL, "mixed", "central"] == share


def test_less_debt_is_better(found):
    table = make_tables(found)["probabilities"].set_index(
        ["outcome", "future", "place", "strategy", "other"]
    )
    debt = found.ends["Local public debt"].sel(future="base", place=TOTAL)
    share = float((debt.sel(strategy="central") < debt.sel(strategy="local")).mean())
    key = ("Local public debt", "base", TOTAL, "central", "local")
    assert table.loc[key, PROBABILITY] == share
    assert "total firms" not in table.index.get_level_values(0)


def test_quantiles_are_numpys():
    values = np.random.default_rng(1).random((4, 5, 9))
    values[1, 2, 3:] = np.nan
    points, counted = compute_quantiles(values)
    np.testing.assert_allclose(points, np.nanquantile(values, [0.05, 0.5, 0.95], axis=-1))
    assert counted[1, 2] == 3
    assert np.isnan(compute_quantiles(np.full((2, 3), np.nan))[0]).all()


def test_runs_without_a_result_are_listed_with_their_inputs(shipped, drawn):
    broken = drawn.iloc[:4].assign(**{"yuan per Myuan": [1e6, 1e6, 0.0, 1e6]})
    found = compare(shipped, (load("local"),), broken, settings=STEP)
    listed = make_tables(found)["failures"]
    assert set(listed["draw"]) == {2}
    assert set(listed["strategy"]) >= {"as-now", "local"}
    assert (listed["yuan per Myuan"] == 0).all()
    assert "left out" in " ".join(describe_basis(found))
    assert np.isfinite(found.per_yuan.isel(draw=[0, 1, 3])).all()


def test_a_world_whose_budget_is_not_reached_has_no_effect_on_the_neighbours(shipped, drawn):
    # What the largest share that the model allows brings in the middle of the draws is more than
    # it brings where value added is small.
    local, few = load("local"), drawn.iloc[:4]
    largest = local.scaled(shipped.variables["programme share"].high / local.local.share)
    money = compare(shipped, (largest,), few, settings=STEP, budget=None).money
    budget = float(money.sel(strategy="local", future="base").median())
    found = compare(shipped, (local,), few, settings=STEP, budget=budget)
    missing = found.factor.sel(strategy="local", future="base").isnull()
    effect = found.others["value added"].sel(strategy="local")
    np.testing.assert_array_equal(effect.isnull(), missing)
    assert 0 < missing.sum() < missing.size


# Robustness


def test_regret_and_needs_are_judged_over_all_worlds(judged, found):
    whole = judged.regrets[judged.regrets["future"] == ALL_WORLDS].set_index("strategy")
    gained = found.gained.sel(place=TOTAL)
    away = (gained.max("strategy") - gained).sel(strategy="central")
    assert whole.loc["central", MOST] == pytest.approx(float(away.max()))
    assert whole[BEST].sum() == pytest.approx(1)
    shares = judged.shares[judged.shares["future"] == ALL_WORLDS].set_index("strategy")
    enough = (found.per_yuan.sel(strategy="central") >= 1.2).mean()
    assert shares.loc["central", "gained per yuan at least 1.2"] == pytest.approx(float(enough))
    assert (shares[ENOUGH] <= shares["gained per yuan at least 1.2"]).all()


def test_where_it_fails_is_told_by_what_it_was_made_of(judged):
    boxes = judged.boxes
    failing = boxes[(boxes["strategy"] == "central") & (boxes["what"] == "fails")]
    assert "preference for variety" in set(failing["factor"]) or failing.empty


def test_needs_are_refused_where_they_cannot_be_judged(found):
    with pytest.raises(InputError, match="did you mean 'Wenzhou'"):
        judge_strategies(found, [Need(outcome="Employment", place="Wenzou", at_least=1)])
    with pytest.raises(InputError, match="neither better nor worse"):
        judge_strategies(found, NEEDS, outcome="total firms")
    with pytest.raises(InputError, match="did you mean 'total'"):
        judge_strategies(found, NEEDS, place="totl")


# Sentences and pages


def test_the_answer_names_the_strategy_with_the_largest_gain(found):
    gained = found.gained.sel(future="base", place=TOTAL).median("draw")
    best = str(gained.idxmax().item())
    first = answer_comparison(found)["What gains most for the same money?"]
    assert first.startswith(best.capitalize())
    median = float(gained.max()) / 1e3
    assert format_number(median) in first


def test_sentences_follow_the_numbers(found):
    turned = found.ends.assign({DISCOUNTED: found.ends[DISCOUNTED].copy()})
    turned[DISCOUNTED].loc[{"strategy": "central"}] *= 2
    other = replace(found, ends=turned)
    assert answer_comparison(other)["What gains most for the same money?"].startswith("Central")
    assert answer_comparison(other)["How sure is that?"].startswith(
        f"Central gains more than mixed and local in all {DRAWS} draws that were run (95 % bound: "
        "at least 88 of 100)."
    )


def test_draws_that_agree_are_no_certainty_and_the_command_that_doubts_them_is_named(found):
    said = answer_comparison(found)["How sure is that?"]
    first = said.split()[0].lower()
    assert "hold fixed can turn an order on which all draws agree" in said
    assert f"smecluster stress tipping {first} " in said


def test_an_open_race_is_called_open(found):
    ends = found.ends.assign({DISCOUNTED: found.ends[DISCOUNTED].copy()})
    noise = np.where(np.arange(DRAWS) % 2, 1.001, 0.999)
    ends[DISCOUNTED].loc[{"strategy": "local"}] = (
        ends[DISCOUNTED].sel(strategy="mixed") * xr.DataArray(noise, dims="draw")
    ).transpose(*[dim for dim in ends[DISCOUNTED].dims if dim != "strategy"])
    assert "do not decide" in answer_comparison(replace(found, ends=ends))["How sure is that?"]


def test_harm_to_the_neighbours_is_a_cost_in_most_draws_and_a_gain_in_the_rest(found, shipped):
    origins = found.origins.copy(deep=True)
    harm = np.where(np.arange(DRAWS) < 4, 1e4, -2e4) / 6  # on each of the other two, by three
    places = {PLACE: list(shipped.regions), "origin": list(shipped.regions)}
    here = origins["value added"].sel(strategy="local", **places)
    origins["value added"].loc[{"strategy": "local", **places}] = xr.zeros_like(here) + (
        xr.DataArray(harm, {"draw": here["draw"]}, ("draw",))
    )
    said = answer_comparison(replace(found, origins=origins))["At the neighbours' expense?"]
    assert "under local it takes 20 (-10 to 20) bn yuan a year from their value added" in said


def test_strategies_that_are_paid_alike_are_named_together(found):
    twin = found.paid.sel(strategy="local")
    paid = found.paid.copy(deep=True)
    paid.loc[{"strategy": "mixed"}] = twin.transpose(*paid.isel(strategy=0).dims)
    said = answer_comparison(replace(found, paid=paid))["Who pays?"]
    assert "; local and mixed are paid " in said


def test_the_rate_and_the_year_of_present_values_are_told(found, shipped):
    assert "discounted at 5 % a year to 2025" in " ".join(describe_basis(found))
    assert read_discounting(shipped, {"social discount rate": 0.03}) == (0.03, 2025)


def test_every_future_has_its_sentence(found):
    said = " ".join(answer_futures(found))
    for future in found.futures[1:]:
        assert future.title in said


def test_every_strategy_has_its_verdict(judged, found):
    said = " ".join(answer_robustness(judged))
    for name in NAMES:
        assert f"{name.capitalize()} is good enough in" in said


def test_what_is_good_enough_and_where_it_is_least_so_is_told(judged, found):
    shares = judged.shares.copy()
    central = shares["strategy"] == "central"
    shares.loc[central, ENOUGH] = 0.9
    shares.loc[central & (shares["future"] == "wages"), ENOUGH] = 0.25
    said = " ".join(answer_robustness(replace(judged, shares=shares)))
    assert "Good enough means: gained per yuan at least 1.2 and " in said
    assert (
        "least in the future 'Wages surge as after 2003' (25 % of the draws; at best 90 %" in said
    )


def test_among_many_strategies_the_pairs_are_those_with_the_best(found):
    many = replace(
        found, strategies=(*found.strategies, load("end-all-policy"), load("combination"))
    )
    five = [strategy.name for strategy in many.strategies]
    ends = found.ends.sel(strategy=["as-now", *NAMES, "central", "local"])
    money = found.money.sel(strategy=["as-now", *NAMES, "central", "local"])
    named = {"strategy": ["as-now", *five]}
    many = replace(many, ends=ends.assign_coords(named), money=money.assign_coords(named))
    drawn = draw_probabilities(many)
    told = [label.get_text() for label in drawn.axes[0].get_xticklabels()]
    assert [text.split("\n")[0] for text in told] == ["mixed"] * 4
    assert "Only pairs with mixed" in drawn.get_suptitle().replace("\n", " ")


def test_many_strategies_have_a_colour_and_a_mark_each():
    names = [f"mine-{at}" for at in range(8)]
    assert len({style[0] for style in choose_styles(names, "as-now").values()}) == 8
    assert len(set(choose_markers(names).values())) == 8
    assert set(choose_markers(names[:3]).values()) == {"o"}


def test_numbers_are_written_with_three_digits():
    assert [format_number(value) for value in (1234567, 123.4, 1.234, 0.01234, np.nan)] == [
        "1,230,000",
        "123",
        "1.23",
        "0.0123",
        "-",
    ]
    assert format_interval(np.array([1.0])) == "1"
    assert format_interval(np.arange(101.0)) == "50 (5 to 95)"


def test_pages_state_the_answer_first_and_need_nothing_else(found, judged, tmp_path):
    stamp = {"model hash": "abc"}
    some = {
        name: figure for name, figure in draw_figures(found).items() if name == "gained-per-yuan"
    }
    drawn = {name: write_figure(figure, tmp_path, name, stamp) for name, figure in some.items()}
    pages = {
        answer_comparison(found)["How sure is that?"]: write_compare_page(
            found, "Mine", drawn, stamp
        ),
        answer_futures(found)[0]: write_futures_page(found, "Mine", drawn, stamp),
        answer_robustness(judged)[0]: write_robust_page(judged, "Mine", drawn, stamp),
    }
    for sentence, text in pages.items():
        head, _, rest = text.partition("<h2>")
        assert sentence.replace("'", "&#x27;") in head or sentence in head
        assert "What this rests on" in rest
        assert "http" not in text.replace("http-equiv", "")


def test_all_figures_are_drawn(found, judged):
    assert set(draw_figures(found)) == {
        "overview",
        "differences",
        "spillovers",
        "gained-per-yuan",
        "changes",
        "paths",
        "who-pays",
        "timing",
        "probabilities",
        "futures",
    }
    assert {"good-enough", "regret"} <= set(draw_robust_figures(judged))


def test_headlines_hold_the_baseline_and_each_change(found):
    table = table_headlines(found)
    assert list(table.columns[:2]) == ["outcome", "unit"]
    assert list(table.columns[2:]) == ["as-now", *NAMES]


# What the words and pictures may not say


def whole_text(found: Comparison) -> str:
    return " ".join([*answer_comparison(found).values(), *describe_basis(found)])


def test_nothing_is_said_of_draws_that_were_not_run(found, judged):
    said = whole_text(found) + " ".join(answer_futures(found)) + " ".join(answer_robustness(judged))
    for phrase in ("every draw", "every world", "holds 90 %", "without a programme"):
        assert phrase not in said


def test_one_set_of_values_speaks_of_no_shares_and_no_intervals(shipped):
    pair = [load("central"), load("local")]
    said = whole_text(compare(shipped, pair, settings=STEP))
    assert "--draws 100 shows how they spread" in said
    for phrase in ("of the draws", " draws ", "interval", "bound"):
        assert phrase not in said.replace("--draws 100", "")


def test_the_words_name_the_baseline_that_was_used(shipped):
    ended = compare(shipped, [load("local")], baseline=load("end-all-policy"), settings=STEP)
    said = whole_text(ended)
    assert "against an end of all policy in 2025" in said
    assert "The baseline (an end of all policy in 2025) spends" in said
    assert "than under policy as now" not in said


def tie(found: Comparison, names: list[str], like: str) -> Comparison:
    """The comparison with the results of one strategy for some others, too."""
    ends = found.ends.copy(deep=True)
    for one in ends.data_vars:
        for name in names:
            ends[one].loc[{"strategy": name}] = ends[one].sel(strategy=like).values
    return replace(found, ends=ends)


def test_of_strategies_that_are_level_none_is_ahead(found):
    said = whole_text(tie(found, ["central", "mixed"], "local"))
    names = "entral, local and mixed"
    assert f"{names} gain the same value added" in said
    assert f"{names} gain the same in each draw" in said
    assert f"{names} are worth the same" in said
    assert f"{names} gain the same in every region" in said
    assert f"{names} gain the same in all 3 futures" in said
    for phrase in ("gains most", "more than", "worth most", "ahead of", "none of"):
        assert phrase not in said


def test_of_two_that_are_level_neither_is_named_ahead_of_the_other(found):
    best = rank_strategies(found, found.gained.sel(place=TOTAL, future="base", drop=True))[0]
    other = next(name for name in NAMES if name != best)
    said = whole_text(tie(found, [other], best))
    both = " and ".join(sorted([best, other], key=NAMES.index))
    assert f"{both[0].upper()}{both[1:]} gain most value added" in said
    assert f"{both[0].upper()}{both[1:]} gain the same in each draw" in said
    assert "none of" not in said
    assert f"{both[0].upper()}{both[1:]} gain most in every region" in said


def test_a_strategy_without_a_programme_is_never_called_equal_in_cost(shipped):
    pair = [load("local"), load("end-all-policy")]
    said = answer_comparison(compare(shipped, pair, settings=STEP))
    first = said["What gains most for the same money?"]
    assert "End-all-policy has no programme and spends" in first
    assert "it is not at equal cost" in first
    assert "end-all-policy" not in first.partition("Gain for each yuan")[2].partition(".")[0]


def test_budgets_as_written_are_not_called_equal(shipped):
    pair = [load("local"), load("central")]
    said = answer_comparison(compare(shipped, pair, budget=None, settings=STEP))
    assert "not at equal cost" in said["What gains most?"]


def test_local_debt_is_in_the_answer_and_in_the_first_figure(found):
    assert "local public debt is" in answer_comparison(found)["What does it do to local debt?"]
    name, first = next(iter(draw_figures(found).items()))
    assert name == "overview"
    assert [axis.get_title(loc="left") for axis in first.axes][1] == (
        "Change of local public debt in 2040"
    )
    assert [axis.get_xlabel() for axis in first.axes] == ["bn yuan in present value", "bn yuan"]


@pytest.mark.parametrize(
    ("worth", "elsewhere", "says"),
    [
        (
            {"central": 3e4, "local": 2e4, "mixed": -1e4},
            {"central": -5e4, "local": 0.0, "mixed": 4e4},
            "Central is worth most, ahead of local in all",
        ),
        (
            {"central": -3e4, "local": -1e4, "mixed": -2e4},
            {"central": 1e4, "local": 1e4, "mixed": -1e4},
            "Local costs the nation least, ahead of mixed in all",
        ),
    ],
)
def test_what_it_is_worth_to_the_nation_follows_sign_and_order(found, worth, elsewhere, says):
    ends = found.ends.assign({name: 0 * found.ends[name] for name in (BENEFIT, ELSEWHERE)})
    for name, sizes in ((BENEFIT, worth), (ELSEWHERE, elsewhere)):
        ends[name] = ends[name].assign_attrs(found.ends[name].attrs).copy()
        for strategy, size in sizes.items():
            ends[name].loc[{"strategy": strategy}] += size
    said = answer_comparison(replace(found, ends=ends))["What is it worth to the nation?"]
    assert said.startswith(says)
    for sizes, unit in ((worth, "bn yuan"), (elsewhere, "bn yuan a year")):
        for strategy, size in sizes.items():
            way = "higher" if size >= 0 else "lower"
            assert f"{abs(size) / 1e3:g} {unit} {way} under {strategy}" in said


def test_the_nation_is_left_out_where_neither_outcome_was_asked_for(shipped):
    few = compare(shipped, [load("local")], settings=STEP, outcomes=["Employment"])
    assert "What is it worth to the nation?" not in answer_comparison(few)


def test_an_account_that_is_known_up_to_a_constant_has_no_level(found):
    table = table_headlines(found).set_index("outcome")
    assert np.isnan(table.loc["Net national benefit account", "as-now"])
    assert table.loc["Value added elsewhere", "as-now"] > 0


def test_a_strategy_without_a_result_in_the_base_future_is_left_out(found):
    """A budget that is reached in other futures only."""
    place = {"strategy": "local", "future": "base"}
    gone = {
        name: values.where(~((values["strategy"] == "local") & (values["future"] == "base")))
        for name, values in {"ends": found.ends, "paths": found.paths, "money": found.money}.items()
    }
    missing = replace(found, **gone)
    assert bool(missing.money.sel(place).isnull().all())
    said = answer_comparison(missing)
    assert "local" not in said["What gains most for the same money?"]
    answer_futures(missing)
    table_headlines(missing)
    make_tables(missing)
    draw_figures(missing)
    alone = replace(
        missing, strategies=(load("local"),), origins=missing.origins.sel(strategy=["local"])
    )
    assert answer_comparison(alone)["What gains most for the same money?"] == (
        "No strategy has a result in the base future."
    )


def test_the_picture_of_which_is_better_has_the_colour_of_the_better_one(found):
    axis = draw_probabilities(found).axes[0]
    styles = choose_styles(["as-now", *NAMES], "as-now")
    words = [text.get_text() for text in axis.texts]
    assert len(words) == len(axis.patches) > 0
    for patch, said in zip(axis.patches, words, strict=True):
        ahead, _, share = said.partition(" ")
        assert int(share) >= 50
        if ahead != "even":
            assert to_hex(patch.get_facecolor()).lower() == styles[ahead][0].lower()


def test_the_futures_are_drawn_as_differences_from_the_baseline_with_zero_and_unit(found):
    figure = draw_figures(found)["futures"]
    panels = [axis for axis in figure.axes if axis.axison]
    assert len(panels) == len(found.futures) - 1
    for axis in panels:
        assert axis.get_xlabel() == "% of a year's value added"
        low, high = axis.get_xlim()
        assert low <= 0 <= high
        assert any(list(line.get_xdata()) == [0, 0] for line in axis.lines)


def test_strategies_can_be_told_apart_in_the_same_draw(found):
    figure = draw_figures(found)["differences"]
    best, *_ = (axis.get_title(loc="left") for axis in figure.axes)
    gained = found.gained.sel(future="base", place=TOTAL).median("draw")
    assert best.startswith(str(gained.idxmax().item()))
