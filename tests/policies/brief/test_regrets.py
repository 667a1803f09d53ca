"""Regret and boxes on the page say what injected results are, in both languages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from smecluster.model.outcomes import TOTAL
from smecluster.model.presentation.language.catalogue import CHINESE, ENGLISH, load_language
from smecluster.model.presentation.language.numbers import format_number
from smecluster.policies.brief.gather import judge_yardsticks
from smecluster.policies.brief.page import make_voice
from smecluster.policies.brief.parts.regrets import tell_need, write_regrets
from smecluster.policies.brief.words.evidence import Evidence
from smecluster.policies.brief.words.race import NATION, REGIONS
from smecluster.policies.comparison.measures import DISCOUNTED
from smecluster.policies.comparison.nation import BENEFIT
from smecluster.policies.robustness.compute import judge_strategies
from smecluster.policies.robustness.measures import FAILS
from smecluster.policies.robustness.regret import EXPECTED, MOST
from smecluster.policies.study import Need

LANGUAGES = (ENGLISH, CHINESE)
DRAWS, FACTOR = 120, "preference for variety"
NEED = Need(outcome="gained per yuan", at_least=1)


def inject(evidence: Evidence, benefit: dict[str, object], gained: dict[str, object]) -> Evidence:
    """Give many draws, and to each strategy what it changes for the nation and the regions.

    Sums are Myuan along (future, draw), or what numpy makes of it.
    """
    comparison = evidence.comparison
    pick = np.tile(np.arange(len(comparison.draws)), DRAWS)[:DRAWS]
    names = [f"d{at}" for at in range(DRAWS)]
    random = np.random.default_rng(7)
    draws = pd.DataFrame(
        {FACTOR: np.linspace(0, 1, DRAWS), "spin off rate": random.random(DRAWS)}, index=names
    )
    many = {
        name: getattr(comparison, name).isel(draw=pick).assign_coords(draw=names)
        for name in ("ends", "money", "factor", "paid")
    }
    ends = many["ends"].copy(deep=True)
    for outcome, changes in ((BENEFIT, benefit), (DISCOUNTED, gained)):
        whole = {"place": TOTAL} if "place" in ends[outcome].dims else {}
        base = ends[outcome].sel({"strategy": comparison.baseline.name, **whole})
        base = base.transpose("future", "draw").values
        for name, change in changes.items():
            at = {"strategy": name, **whole}
            values = base + np.broadcast_to(change, base.shape)
            first = ends[outcome].loc[at].dims[0]
            ends[outcome].loc[at] = values if first == "future" else values.T
    made = replace(comparison, draws=draws, **many | {"ends": ends})
    return replace(evidence, comparison=made, judged=judge_yardsticks(made, (NEED,)))


def speak(code: str, evidence: Evidence):
    return make_voice(load_language(code), evidence)


def find_table(part, code: str, sheet: str):
    say = load_language(code)
    return next((one for one in part.tables if one.sheet == say(sheet)), None)


def constant(central: float, local: float) -> dict[str, object]:
    return {"central": central, "local": local}


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("scale", [1.0, 1e-3, 30.0])
@pytest.mark.parametrize("first", ["central", "local"])
def test_the_strategy_that_gives_up_least_comes_first_with_its_sums(make, code, first, scale):
    evidence = make("3%", "as-now")
    second = "local" if first == "central" else "central"
    # The first gives up 300 bn yuan at worst, the second 900.
    wave = np.linspace(0, 1, DRAWS)
    benefit = {first: scale * 3e5 * np.where(wave < 0.2, -1, 0), second: scale * -9e5 * wave**2}
    given = inject(evidence, benefit, constant(1e6, 1e6))
    part = write_regrets(speak(code, given), given)
    voice = speak(code, given)
    said = part.text[1]
    assert said.index(voice.title(first)) < said.index(voice.title(second))
    away = given.judged[NATION].regrets.set_index(["future", "strategy"])
    for name in (first, second):
        for key in (EXPECTED, MOST):
            assert voice.money([away.loc[("all futures", name), key]]) in said
    assert ("the worst regret is smallest" if code == ENGLISH else "最坏情况下") in said
    assert "every draw" not in " ".join(part.text)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_tie_gives_nothing_up_and_nobody_is_beaten(make, code):
    given = inject(make("3%", "as-now"), constant(5e5, 5e5), constant(1e6, 1e6))
    part = write_regrets(speak(code, given), given)
    assert ("all bring the same" if code == ENGLISH else "结果相同") in part.text[1]
    assert find_table(part, code, "boxes") is None
    table = find_table(part, code, "regret")
    assert {row[2].text for row in table.rows} == {"0"}
    assert {row[5].text for row in table.rows} == {speak(code, given).cell(240, 240)}


@pytest.mark.parametrize("code", LANGUAGES)
def test_all_and_none_are_said_of_the_worlds_that_were_run(make, code):
    given = inject(make("0.1%", "end-all-policy"), constant(-1e3, 1e3), constant(1e9, -1e9))
    voice = speak(code, given)
    said = write_regrets(voice, given).text[2]
    of_nation, of_regions = said.split("For the regions" if code == ENGLISH else "就各区域而言")
    every, no = (
        ("in all 240", "in none of the 240") if code == ENGLISH else ("全部失败", "均未失败")
    )
    for text, fails, stands in ((of_nation, "central", "local"), (of_regions, "local", "central")):
        at = {name: text.index(voice.title(name)) for name in (fails, stands)}
        ends = {name: min([i for i in at.values() if i > at[name]] + [len(text)]) for name in at}
        assert every in text[at[fails] : ends[fails]]
        assert no in text[at[stands] : ends[stands]]
    assert voice.title("end-all-policy") in of_nation
    assert "2040" in of_nation
    assert "2040" in of_regions


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("upper", [False, True])
def test_a_box_has_the_side_the_counts_and_the_paired_differences_of_its_worlds(make, code, upper):
    draws = np.linspace(0, 1, DRAWS)
    bad = draws > 0.6 if upper else draws < 0.4
    local = np.where(bad, -4e5, 6e5)
    given = inject(make("3%", "as-now"), {"central": 1e5, "local": local}, constant(1e9, 1e9))
    voice = speak(code, given)
    table = find_table(write_regrets(voice, given), code, "boxes")
    lost = load_language(code)("the nation loses")
    (row,) = (one for one in table.rows if one[1].text == lost)
    assert row[0].text == voice.short("local")
    (box,) = given.judged[NATION].discoveries["local"][FAILS].boxes
    inside = box.contains(given.judged[NATION].worlds)
    lost_there, lead = np.tile(bad, 2)[inside], np.tile(local - 1e5, 2)
    assert row[2].text == voice.cell(2 * int(bad.sum()), 240)
    word = ("above" if upper else "below") if code == ENGLISH else ("高于" if upper else "低于")
    assert word in row[3].text
    assert voice.variable(FACTOR) in row[3].text
    assert f"{100 * inside.mean():.0f} %" in row[3].text
    assert row[4].text == voice.cell(int(lost_there.sum()), int(inside.sum()))
    assert lost_there.sum() > 0.9 * inside.sum()
    unit, factor = load_language(code).unit("Myuan")
    assert unit in table.columns[5].heading
    for cell, values in ((row[5], lead[inside]), (row[6], lead[~inside])):
        assert cell.value == pytest.approx(np.median(values) * factor)
        assert cell.text.startswith(format_number(np.median(values) * factor))
    assert (row[5].tone, row[6].tone) == ("loss", "")


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_future_that_turns_the_order_is_named(make, code):
    hard = np.array([[6e5], [-4e5]])
    given = inject(make("3%", "as-now"), {"central": 1e5, "local": hard}, constant(1e9, 1e9))
    table = find_table(write_regrets(speak(code, given), given), code, "boxes")
    say = load_language(code)
    title = say.name(given.comparison.futures[1].title)
    beaten = say("another is worth more to the nation")
    rows = {(row[0].text, row[1].text): row for row in table.rows}
    row = rows[say.name("local"), beaten]
    assert title in row[3].text
    assert row[4].text == speak(code, given).cell(DRAWS, DRAWS)
    # Central is beaten in the other future.
    other = rows[say.name("central"), beaten]
    assert say.name(given.comparison.futures[0].title) in other[3].text


@pytest.mark.parametrize("code", LANGUAGES)
def test_chance_makes_no_box_and_the_page_says_so(make, code):
    coin = np.where(np.random.default_rng(11).random((2, DRAWS)) < 0.5, -1e5, 1e5)
    given = inject(make("3%", "as-now"), {"central": -2e5, "local": coin}, constant(1e9, 1e9))
    voice = speak(code, given)
    part = write_regrets(voice, given)
    assert find_table(part, code, "boxes") is None
    sentence = load_language(code)(
        "No simple rule tells the worlds in which a strategy fails, or is beaten by another, from "
        "the others."
    )
    assert sentence in part.text[3:]


@pytest.mark.parametrize("code", LANGUAGES)
def test_beside_a_box_chance_is_named_with_its_strategy(make, code):
    coin = np.where(np.random.default_rng(11).random((2, DRAWS)) < 0.5, -1e5, 1e5)
    local = np.where(np.linspace(0, 1, DRAWS) < 0.4, -2e5, 6e5)
    given = inject(make("3%", "as-now"), {"central": coin, "local": local}, constant(1e9, 1e9))
    voice = speak(code, given)
    part = write_regrets(voice, given)
    assert find_table(part, code, "boxes") is not None
    sentence = load_language(code)(
        "No simple rule tells the worlds in which the nation loses under {names} from the others.",
        names=voice.title("central"),
    )
    assert sentence in part.text[3:]


@pytest.mark.parametrize("code", LANGUAGES)
def test_worlds_without_a_result_are_failures_and_hold_no_regret(make, code):
    central = np.where(np.arange(DRAWS) < 30, np.nan, 1e5)
    given = inject(make("3%", "as-now"), {"central": central, "local": 2e5}, constant(1e9, 1e9))
    voice = speak(code, given)
    part = write_regrets(voice, given)
    first, central_row = "60 of 240" if code == ENGLISH else "240个世界中有60个", voice.cell(0, 180)
    assert first in part.text[2]
    table = find_table(part, code, "regret")
    assert table.rows[0][5].text == central_row
    assert table.rows[1][5].text == voice.cell(180, 180)


def test_regret_is_that_of_robust(make):
    """The page's figures are those of `smecluster stress robust` on the same comparison."""
    evidence = make("3%", "as-now")
    table = find_table(write_regrets(speak(ENGLISH, evidence), evidence), ENGLISH, "regret")
    judged = judge_strategies(evidence.comparison, (NEED,))
    away = judged.regrets.set_index(["future", "strategy"])
    rows = [row for row in table.rows if row[0].text == "Value added of the regions"]
    for name, row in zip(evidence.comparison.names, rows, strict=True):
        assert row[1].text == name
        assert row[2].value == pytest.approx(1e-3 * away.loc[("all futures", name), EXPECTED])
        assert row[4].value == pytest.approx(1e-3 * away.loc[("all futures", name), MOST])


@pytest.mark.parametrize("code", LANGUAGES)
def test_one_strategy_has_no_regret_and_is_held_against_the_baseline(make, code):
    draws = np.linspace(0, 1, DRAWS)
    local = np.where(draws < 0.4, -4e5, 6e5)
    given = inject(make("3%", "as-now"), {"local": local}, {"local": 1e9})
    alone = tuple(one for one in given.comparison.strategies if one.name == "local")
    comparison = replace(given.comparison, strategies=alone)
    ends = comparison.ends.sel(strategy=[comparison.baseline.name, "local"])
    money = comparison.money.sel(strategy=[comparison.baseline.name, "local"])
    comparison = replace(comparison, ends=ends, money=money)
    given = replace(given, comparison=comparison, judged=judge_yardsticks(comparison, (NEED,)))
    voice = speak(code, given)
    part = write_regrets(voice, given)
    (table,) = part.tables
    heading = "change against the baseline" if code == ENGLISH else "相对基准的变化"
    assert heading in table.columns[5].heading
    assert table.rows[0][5].text.startswith(
        format_number(-4e5 * load_language(code).unit("Myuan")[1])
    )


def test_a_single_world_says_nothing_of_robustness(make):
    evidence = make("3%", "as-now")
    comparison = evidence.comparison
    one = replace(comparison, draws=comparison.draws.iloc[:1], futures=comparison.futures[:1])
    assert judge_yardsticks(one, (NEED,)) == {}
    assert write_regrets(speak(ENGLISH, evidence), replace(evidence, judged={})) is None


@pytest.mark.parametrize(
    ("need", "said"),
    [
        (NEED, "1 yuan of value added for each yuan spent"),
        (
            Need(outcome="Employment", measure="change", place="Wenzhou", at_least=5),
            "change of Employment in Wenzhou of at least 5",
        ),
        (
            Need(
                outcome=DISCOUNTED, measure="change in percent", place="every region", at_least=0.5
            ),
            "change of Discounted value added in per cent in every region of at least 0.5",
        ),
        (
            Need(outcome="Local public debt", at_most=1000),
            "Local public debt of at most 1000",
        ),
    ],
)
def test_needs_are_said_with_their_limits(make, need, said):
    assert tell_need(speak(ENGLISH, make("3%", "as-now")), need) == said
    assert set(make("3%", "as-now").judged) == {NATION, REGIONS}
