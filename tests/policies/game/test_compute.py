"""The whole game on few draws: what must hold whatever the model's numbers are."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from smecluster.model.errors import InputError
from smecluster.policies.game.arrangements import COORDINATED, FROM_ABOVE, PLANNER, name_nash
from smecluster.policies.game.compute import play_game
from smecluster.policies.game.measures import benefit
from smecluster.policies.game.page import write_page
from smecluster.policies.game.result import GameResult
from smecluster.policies.game.setup import find_debt_limits, make_setup, widest_money
from smecluster.policies.game.simulator import STEP, Simulator, read_mix
from smecluster.policies.strategy import load

AIMS = ("growth", "welfare")
COARSE = {"TIME STEP": STEP}


@pytest.fixture(scope="module")
def setup():
    return make_setup(aims=AIMS, information="none", starts=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("game")


@pytest.fixture(scope="module")
def result(shipped, draws, setup, folder) -> GameResult:
    return play_game(
        shipped,
        [load("local"), load("central")],
        draws.iloc[:2],
        setup,
        unseen=draws.iloc[2:],
        settings=COARSE,
        folder=folder / "play",
        identity={"game": "first"},
    )


def residents(result: GameResult, name: str) -> np.ndarray:
    return result.accounts[name].residents[0].sum(axis=-1)


def test_every_part_settles(result):
    table = result.tables()["equilibria"]
    assert (table["equilibria"] == 1).all()
    assert (table["epsilon"] <= result.setup.effort.epsilon).all()


def test_nobody_does_better_for_the_nation_than_the_planner(result):
    best = benefit(result, PLANNER).mean()
    for one in result.arrangements:
        if not one.is_bound:
            assert benefit(result, one.name).mean() <= best


def test_coordination_serves_the_regions_best(result):
    agreed = residents(result, COORDINATED).mean()
    for name in (PLANNER, *(name_nash(aim) for aim in AIMS)):
        assert residents(result, name).mean() <= agreed


def test_who_knows_the_draw_does_no_worse_in_any(result):
    known = benefit(result, f"{PLANNER}, full information")
    assert (known >= benefit(result, PLANNER) * (1 - 1e-6)).all()


def test_the_parts_are_what_lies_between_planner_and_rivals(result):
    table = result.tables()["decomposition"]
    parts = table["mean [bn yuan]"].sum()
    between = (benefit(result, PLANNER) - benefit(result, name_nash("growth"))).mean()
    assert parts == pytest.approx(between / 1e3)


def test_money_is_divided_to_the_last_yuan(result):
    table = result.tables()["mixes"]
    sums = table.groupby(["arrangement", "region"])["share of money"].sum()
    assert np.allclose(sums, 1)


def test_the_planner_is_held_against_everything_else(result):
    assert result.unseen is not None
    names = set(result.unseen["name"])
    assert names == {name_nash("growth"), name_nash("welfare"), COORDINATED, "local", "central"}
    assert (result.unseen["draws"] == 4).all()


def test_a_stopped_game_resumes_to_the_same_tables(result, shipped, draws, setup, folder):
    (kept,) = (folder / "play").glob("rivals for welfare.*.parquet")
    kept.unlink()
    again = play_game(
        shipped,
        [load("local"), load("central")],
        draws.iloc[:2],
        setup,
        unseen=draws.iloc[2:],
        settings=COARSE,
        folder=folder / "play",
        identity={"game": "first"},
        workers=1,
    )
    for name, table in result.tables().items():
        pd.testing.assert_frame_equal(table, again.tables()[name])
    assert again.runs == result.runs
    assert again.answer() == result.answer()


def test_words_follow_the_numbers(result):
    def turn(factor: float) -> GameResult:
        """Make the planner's benefit another one."""
        account = result.accounts[PLANNER]
        nation = result.idle.nation + factor * (account.nation - result.idle.nation)
        changed = {**result.accounts, PLANNER: replace(account, nation=nation)}
        return replace(result, accounts=changed)

    usual, lost = turn(1.0).answer(), turn(-1.0).answer()
    assert "brings the nation a loss of" not in usual[0]
    assert "brings the nation a loss of" in lost[0]
    part = "What regions do to the rest of China and do not count"
    first = [
        next(one for one in said if one.startswith(part)).split(";")[0] for said in (usual, lost)
    ]
    recovered = "Of what rivals for growth miss against the planner"
    assert any(one.startswith(recovered) for one in usual)
    assert not any(one.startswith(recovered) for one in lost)
    assert first[0].startswith(f"{part} costs the nation")
    assert first[1].startswith(f"{part} gains the nation")


def test_a_game_without_an_equilibrium_is_said_to_run_in_a_circle(result):
    found = result.find(name_nash("welfare"))
    cycle = replace(found, plays=[replace(found.play, outcome="cycle")], ends=[])
    rest = [cycle if one is found else one for one in result.arrangements]
    said = " ".join(replace(result, arrangements=tuple(rest)).answer())
    assert (
        "Replies run in a circle, without an equilibrium: rivals for welfare (1 of 1 starts)."
        in said
    )
    assert "Play ends in an equilibrium" not in said


def test_the_page_names_what_it_shows(result):
    text = write_page(result, "smecluster game", "0" * 64, "none", "game.csv")
    for heading in ("In short", "Who decides", "What makes the difference", "Do these programmes"):
        assert f"## {heading}" in text
    for one in result.arrangements:
        assert f"| {one.name} |" in text
    assert "nan" not in text


def test_who_sees_from_above_treats_all_regions_draws_alike(shipped, draws):
    setup = make_setup(aims=("welfare",), information="signals", starts=1)
    made = play_game(shipped, [load("local")], draws, setup, unseen=draws, settings=COARSE)
    assert FROM_ABOVE in made.accounts
    # A few draws are two groups at most for the centre, and one index is read for all regions.
    shares = made.chances[FROM_ABOVE]
    assert all(np.array_equal(shares[0], one) for one in shares)
    assert made.unseen is not None
    assert FROM_ABOVE in set(made.unseen["name"])
    assert any("If it saw only what the centre sees" in one for one in made.answer())
    assert f"{FROM_ABOVE}, full information" not in made.accounts


def test_deeper_debt_takes_more_money(shipped, draws):
    money = widest_money(tuple(shipped.regions))
    simulator = Simulator(shipped, draws.iloc[:1], money, 2025.0)
    mix = read_mix(simulator.menu, load("local").local.allocation)
    limits = find_debt_limits(simulator, mix, 2030.0)
    assert set(limits) == set(shipped.regions)
    for at, region in enumerate(shipped.regions):
        part = limits[region] / money[region]
        assert 0 <= part <= 1
        if 0 < part < 1:
            spent = np.zeros((1, 1, simulator.size))
            spent[..., at * 15 : at * 15 + 15] = part * mix
            most = max(1.0, float(simulator.idle(2030.0).debt[0, 0, at]))
            assert simulator.run(spent, 2030.0).debt[0, 0, at] == pytest.approx(most, rel=0.02)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"money": "300 bn"}, "a share of its value added"),
        ({"money": "20%"}, "up to 10 %"),
        ({"aims": ("growht",)}, "growth"),
        ({"aims": ()}, "name at least one aim"),
        ({"information": "all"}, "kind of information"),
        ({"horizon": 2030.0}, "the horizon must be a whole year in 2031..2060"),
        ({"horizon": 2061.0}, "2031..2060"),
        ({"starts": 0}, "starts must lie in 1..20"),
        ({"leader_draws": 10**21}, "leader draws must lie in 1..100,000"),
        ({"prize": 0.0}, "the prize must be a number above 0"),
    ],
)
def test_what_cannot_be_played_is_refused_in_words(given, message):
    with pytest.raises(InputError, match=message):
        make_setup(**given)


@pytest.mark.slow
def test_going_first_never_costs_the_centre_anything(shipped, draws):
    setup = make_setup(aims=AIMS, information="none", starts=1, centre=True, leader_draws=2)
    result = play_game(shipped, [load("local")], draws.iloc[:2], setup, settings=COARSE)
    assert len(result.leading) == 2
    for led in result.leading:
        assert led.first.outcome == led.at_once.outcome == "equilibrium"
        assert led.after >= led.before - 1e-9 * abs(led.before)
