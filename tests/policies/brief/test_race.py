"""The words of a comparison have the signs, the order and the odds of its numbers."""

from __future__ import annotations

import numpy as np
import pytest

from smecluster.model.presentation.language.catalogue import CHINESE, ENGLISH, load_language
from smecluster.policies.brief.words.race import (
    NATION,
    REGIONS,
    Yardstick,
    tell_nation,
    tell_race,
)
from smecluster.policies.brief.words.voice import SURE, Voice
from smecluster.policies.wording.worlds import Odds

TITLES = {"central": "Central programme", "local": "Local programmes", "mine": "My own"}
GAINS = {ENGLISH: {REGIONS: "the regions gain", NATION: "the nation gains"}}
LOSES = {ENGLISH: {REGIONS: "the regions lose", NATION: "the nation loses"}}
GAINS[CHINESE] = {REGIONS: "增加", NATION: "净得"}
LOSES[CHINESE] = {REGIONS: "减少", NATION: "净失"}
LANGUAGES = (ENGLISH, CHINESE)


def speak(code: str, draws: int, *, varied: bool = False) -> Voice:
    return Voice(load_language(code), Odds(varied, draws), TITLES)


def spread(middle: float, draws: int = 100) -> np.ndarray:
    """Values around a middle, the middle their median."""
    return middle + np.linspace(-20, 20, draws)


CASES = {
    "both gain": {"central": spread(300), "local": spread(500)},
    "both lose": {"central": spread(-300), "local": spread(-500)},
    "a gain and a loss": {"central": spread(-300), "local": spread(500)},
    "a loser that is named first": {"local": spread(-40), "central": spread(90)},
    "of tiny sums": {"central": spread(300) / 1e4, "local": spread(500) / 1e4},
    "open": {"central": spread(100), "local": np.roll(spread(101), 40)},
    "three": {"central": spread(-10), "local": spread(-50), "mine": spread(-30)},
}


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("whose", [REGIONS, NATION])
@pytest.mark.parametrize("values", CASES.values(), ids=list(CASES))
def test_words_have_the_signs_and_the_order_of_the_medians(code, whose, values):
    voice = speak(code, 100)
    one = Yardstick(whose, 2060, {name: 1e3 * known for name, known in values.items()})
    said = tell_race(voice, one)
    first, second = sorted(one.order[:2], key=lambda name: -one.middle(name))
    middles = [one.middle(first), one.middle(second)]
    if middles[0] >= 0:
        assert GAINS[code][whose] in said
    else:
        assert LOSES[code][whose] in said
    both = middles[0] >= 0 > middles[1]
    negative = "lose" if code == ENGLISH else LOSES[code][whose]
    assert (negative in said) == (middles[1] < 0)
    if both:
        assert GAINS[code][whose] in said
    # Whoever is better comes first, and sums are sizes.
    places = [said.index(voice.title(name)) for name in (first, second)]
    assert places[0] < places[1]
    for middle in middles:
        assert voice.money([abs(middle)]) in said
    assert "2060" in said


@pytest.mark.parametrize("code", LANGUAGES)
def test_those_behind_the_first_two_are_named_with_their_sums(code):
    voice = speak(code, 100)
    values = {name: 1e3 * known for name, known in CASES["three"].items()}
    said = tell_race(voice, Yardstick(NATION, 2040, values))
    assert said.rpartition("; " if code == ENGLISH else "；")[2].count(voice.title("local")) == 1
    assert voice.money([-50e3]) in said


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("wins", [0, 1, 60, 89, 90, 99, 100])
def test_odds_are_counted_and_called_open_below_nine_tenths(code, wins):
    lead = np.where(np.arange(100) < wins, 5.0, -1.0)
    values = {"central": np.full(100, 50.0), "local": 50.0 + lead}
    said = tell_race(speak(code, 100), Yardstick(NATION, 2040, values))
    ahead = wins if wins > 50 else 100 - wins
    is_open = "open" in said or "尚无定论" in said
    assert is_open == (ahead < SURE * 100)
    if ahead < 100:
        assert (f"in {ahead} of 100" if code == ENGLISH else f"100次抽样中有{ahead}次") in said
    else:
        # At the edge the rule of three: nothing is said of draws that were not run.
        assert ("at least 97 of 100" if code == ENGLISH else "至少97次") in said
    assert "every draw" not in said


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize(("wins", "word"), [(60, "open lead"), (95, "a lead")])
def test_odds_beside_a_gain_and_a_loss_are_those_of_the_lead(code, wins, word):
    """One strategy gains and the other loses in far fewer draws than the first is ahead in."""
    central = np.where(np.arange(100) < 52, -10.0, 10.0)
    local = central + np.where(np.arange(100) < wins, 15.0, -1.0)
    both = int(((local > 0) & (central < 0)).sum())
    said = tell_race(
        speak(code, 100), Yardstick(NATION, 2040, {"central": central, "local": local})
    )
    assert both not in (wins, 100 - wins)
    assert (f"in {wins} of 100" if code == ENGLISH else f"100次抽样中有{wins}次") in said
    assert word in said or code == CHINESE
    assert code == ENGLISH or "占优" in said


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("values", CASES.values(), ids=list(CASES))
def test_a_later_year_of_the_nation_is_told_in_short_with_its_own_signs_sums_and_odds(code, values):
    voice = speak(code, 100)
    later = {name: 1e3 * known for name, known in values.items()}
    sooner = {name: -known for name, known in later.items()}
    ways = [Yardstick(NATION, 2040, sooner), Yardstick(NATION, 2060, later)]
    whole, short = tell_nation(voice, ways)
    assert whole == tell_race(voice, ways[0], bound=False)
    assert ("counted to 2060" if code == ENGLISH else "计至2060") in short
    middles = {name: ways[1].middle(name) for name in ways[1].order[:2]}
    gains, loses = ("gains", "loses") if code == ENGLISH else ("净得", "净失")
    assert (gains in short) == (max(middles.values()) >= 0)
    assert (loses in short) == (min(middles.values()) < 0)
    for name, middle in middles.items():
        assert voice.title(name) in short
        assert voice.money([abs(middle)]) in short


@pytest.mark.parametrize("code", LANGUAGES)
def test_worlds_are_named_only_where_all_is_varied(code):
    values = {"central": np.arange(100.0), "local": np.full(100, 27.5)}
    word = "worlds that fit the history" if code == ENGLISH else "与历史相符的世界"
    one = Yardstick(NATION, 2040, values)
    assert word in tell_race(speak(code, 100, varied=True), one)
    assert word not in tell_race(speak(code, 100), one)


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("sum_", [0.0, 700.0, -700.0])
def test_a_tie_is_a_tie(code, sum_):
    same = np.full(50, sum_)
    said = tell_race(speak(code, 50), Yardstick(NATION, 2040, {"central": same, "local": same}))
    assert ("as much" if code == ENGLISH else "一样多") in said
    assert "draws" not in said
    assert "抽样" not in said


@pytest.mark.parametrize("code", LANGUAGES)
def test_draws_without_a_result_are_not_counted(code):
    central, local = spread(300), spread(500)
    central[:40] = np.nan
    said = tell_race(
        speak(code, 100), Yardstick(NATION, 2040, {"central": central, "local": local})
    )
    assert ("in all 60 draws" if code == ENGLISH else "60次抽样均如此") in said


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_strategy_without_any_result_is_left_out_and_none_at_all_says_nothing(code):
    nothing = np.full(10, np.nan)
    voice = speak(code, 10)
    said = tell_race(voice, Yardstick(NATION, 2040, {"central": nothing, "local": spread(5, 10)}))
    assert voice.title("central") not in said
    assert tell_race(voice, Yardstick(NATION, 2040, {"central": nothing})) == ""


@pytest.mark.parametrize("code", LANGUAGES)
def test_one_set_of_values_has_no_odds(code):
    values = {"central": np.array([3e5]), "local": np.array([5e5])}
    said = tell_race(speak(code, 1), Yardstick(NATION, 2040, values))
    assert "draw" not in said
    assert "抽样" not in said


def test_a_title_of_ones_own_is_quoted():
    assert speak(ENGLISH, 1).title("mine") == "\u201cMy own\u201d"
    assert speak(CHINESE, 1).title("mine") == "\u201cMy own\u201d"
    assert speak(CHINESE, 1).title("local") == "地方方案"
