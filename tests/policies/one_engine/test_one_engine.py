"""Every command gives the same figure for the same strategy, budget, baseline and draws.

The gains differ by no more than the money does: it is matched to `EXACT` of the budget.
"""

import numpy as np
import pandas as pd
import pytest

from smecluster import model as models
from smecluster.model.presentation.exports import read_csv
from smecluster.policies import load
from smecluster.policies.comparison.compute import compare
from smecluster.policies.comparison.measures import DISCOUNTED
from smecluster.policies.dominance import fund_strategies
from smecluster.policies.ensemble.worlds import EXACT

STEP = {"TIME STEP": 0.125}
PAIR = ("central", "local")
TOLERANCE = 20 * EXACT  # relative; a gain may move a little more than the money


def read_gains(record: dict) -> dict[str, float]:
    """Discounted value added gained in all regions, base future, median, Myuan."""
    return {
        row["strategy"]: row["median"]
        for row in record["money"]
        if row["outcome"] == "gained" and row["future"] == "base"
    }


def read_levers(record: dict, strategy: str, column: str) -> dict[str, float]:
    """Give a column of what each lever of a strategy brings."""
    rows = [row for row in record["levers"] if row["strategy"] == strategy]
    return {row["lever"]: row[column] for row in rows}


@pytest.fixture(scope="module")
def gains(shipped: models.Model, draws: pd.DataFrame) -> pd.DataFrame:
    """What the engine gives for each draw, a row each."""
    found = compare(shipped, [load(name) for name in PAIR], draws, settings=STEP)
    whole = found.gained.sel(future="base", place="total")
    return pd.DataFrame({name: whole.sel(strategy=name).values for name in PAIR})


def test_one_set_of_values_is_an_ensemble_of_one_draw(run, gains):
    for names in (PAIR, PAIR[::-1], ("local",)):
        got = read_gains(run("compare", *names))
        for name in names:
            assert got[name] == pytest.approx(gains[name][0], rel=TOLERANCE)


def test_compare_with_draws_and_futures_gives_the_same_gains(run, drawn, gains):
    for more in ([], ["--futures", "demand"]):
        got = read_gains(run("compare", *PAIR, "--draws", "4", *more))
        for name in PAIR:
            assert got[name] == pytest.approx(gains[name].median(), rel=TOLERANCE)


def test_robust_gives_up_the_difference_of_these_gains(run, drawn, gains):
    record = run("stress", "robust", *PAIR, "--draws", "4", "--futures", "base")
    given_up = gains.max(axis=1).to_numpy()[:, None] - gains
    for row in record["regret"]:
        if row["future"] == "base":
            lost = given_up[row["strategy"]]
            size = TOLERANCE * gains.to_numpy().max()
            assert row["expected"] == pytest.approx(lost.mean(), rel=TOLERANCE, abs=size)
            assert row["maximum"] == pytest.approx(lost.max(), rel=TOLERANCE, abs=size)


def test_futures_loses_what_compare_loses_there(run, drawn):
    options = ("--draws", "4", "--futures", "demand")
    alone = run("stress", "futures", *PAIR, *options)["recovery"]
    beside = run("compare", *PAIR, *options)["recovery"]
    assert alone == beside


def test_the_baseline_changes_neither_money_nor_paths(shipped, gains):
    """The gain against one baseline is that against another plus what lies between the two."""
    ended = load("end-all-policy")
    other = compare(shipped, [load("local"), load("as-now")], baseline=ended, settings=STEP)
    whole = other.gained.sel(future="base", place="total").isel(draw=0)
    between = float(whole.sel(strategy="local") - whole.sel(strategy="as-now"))
    assert between == pytest.approx(gains["local"][0], rel=TOLERANCE)
    assert other.gained.attrs["unit"] == other.ends[DISCOUNTED].attrs["unit"] == "Myuan"


def test_contributions_add_up_to_the_gains_of_compare(run, gains):
    record = run("explain", "contributions", *PAIR, "--pairs", "2")
    for name in PAIR:
        rows = read_levers(record, name, "contribution [bn yuan]")
        whole = rows.pop("whole effect")
        assert whole == pytest.approx(gains[name][0] / 1e3, rel=TOLERANCE)  # bn yuan
        assert sum(rows.values()) == pytest.approx(whole, rel=TOLERANCE)


def test_contributions_with_draws_add_up_in_every_draw(run, drawn, gains):
    record = run("explain", "contributions", "central", "--draws", "4")
    whole = gains["central"].quantile([0.05, 0.5, 0.95]).to_numpy() / 1e3
    got = [
        read_levers(record, "central", f"{name} [bn yuan]")["whole effect"]
        for name in ("5 %", "contribution", "95 %")
    ]
    np.testing.assert_allclose(got, whole, rtol=TOLERANCE)


def test_optimise_evaluates_strategies_by_hand_as_compare_does(run, drawn, gains):
    small = ("--generations", "1", "--population", "8", "--single")
    record = run("optimise", *PAIR, *small, "--draws", "1", "--unseen", "3")
    for row in record["comparison"]:
        if row["criterion"] == "value added gained" and row["strategy"] in PAIR:
            unseen = gains[row["strategy"]][1:]
            assert row["median"] == pytest.approx(unseen.median(), rel=TOLERANCE)
            assert row["mean"] == pytest.approx(unseen.mean(), rel=TOLERANCE)


def test_statistics_gives_the_gain_of_the_whole_strategy(run, drawn, gains):
    record = run("explain", "statistics", "local", "--draws", "4", "--futures", "base")
    (line,) = (line for line in record["basis"] if "the whole strategy spends" in line.lower())
    assert f"it gains {gains['local'].median() / 1e3:,.4g}".rstrip("0") in line


def test_a_window_opens_with_the_gain_of_compare(run, drawn, tmp_path):
    """Over the same years a programme of one region gains for a yuan what compare says."""
    allocation = "\n".join(
        f'"{lever}" = {share}' for lever, share in load("local").local.allocation.items()
    )
    text = (
        'title = "Alone"\ndescription = "For tests."\n[local]\nshare = 0.005\nstart = 2025\n'
        f'end = 2030\nramp = 0.5\nregions = ["Wenzhou"]\n[local.allocation]\n{allocation}\n'
    )
    (tmp_path / "alone.toml").write_text(text)
    whole = run("compare", str(tmp_path / "alone.toml"), "--as-written", "--draws", "4")
    (ratio,) = (
        row["median"]
        for row in whole["money"]
        if row["outcome"] == "gained per yuan" and row["future"] == "base"
    )
    years = ("--from-year", "2025", "--to-year", "2025")
    run("explain", "timing", "local", *years, "--draws", "4")
    table = read_csv(tmp_path / "out" / "map.csv")
    chosen = (table["measure"] == "in all regions") & (table["Region"] == "Wenzhou")
    (got,) = table[chosen & (table["size"] == 1.0)]["median"]
    assert got == pytest.approx(ratio, rel=TOLERANCE)


@pytest.fixture(scope="module")
def benefits(shipped: models.Model, draws: pd.DataFrame) -> pd.DataFrame:
    """Net national benefit in each draw, as the engine gives it to the end of the money."""
    found = compare(shipped, [load(name) for name in PAIR], draws, settings=STEP)
    whole = found.changes["Net national benefit account"].sel(future="base")
    return pd.DataFrame({name: whole.sel(strategy=name).values for name in PAIR})


def test_the_account_sums_to_the_benefit_of_compare(run, drawn, benefits, gains):
    record = run("account", *PAIR, "--horizon", "2040", "--draws", "4")
    for row in record["account"]:
        expected = {"net national benefit": benefits, "value added of the regions": gains}
        if row["line"] in expected:
            given = expected[row["line"]][row["strategy"]]
            got = row["median [bn yuan]"]
            assert got == pytest.approx(given.median() / 1e3, rel=TOLERANCE)
    assert record["balance"] < 1e-9
    for row in record["parties"]:
        if row["party"] == "net national benefit":
            given = benefits[row["strategy"]].median() / 1e3
            assert row["median [bn yuan]"] == pytest.approx(given, rel=TOLERANCE)


def test_a_cell_of_the_map_is_the_comparison_at_that_money(run, drawn, benefits, gains):
    record = run("map", *PAIR, "--budget", "0.5%", "--horizon", "2040", "--draws", "4")
    assert len(record["worth"]) == len(PAIR)
    for row in record["worth"]:
        name, unit = row["strategy"], 1e3  # bn yuan
        given = benefits[name].median() / unit
        assert row["median [bn yuan]"] == pytest.approx(given, rel=TOLERANCE)
        given = gains[name].median() / unit
        assert row["value added gained [bn yuan]"] == pytest.approx(given, rel=TOLERANCE)
    for row in record["map"]:
        of = benefits if row["judged by"] == "net national benefit" else gains
        lead = of[row["ahead"]] - of[row["next"]]
        assert row["median [bn yuan]"] == pytest.approx(lead.median() / 1e3, rel=1e-3)
        assert row["draws ahead"] == (lead > 0).sum()


def test_beyond_the_money_account_and_map_agree(run, drawn):
    options = ("--horizon", "2060", "--draws", "4")
    mapped = run("map", *PAIR, "--budget", "0.5%", *options)
    account = run("account", *PAIR, *options)
    whole = {
        row["strategy"]: row["median [bn yuan]"]
        for row in account["account"]
        if row["line"] == "net national benefit"
    }
    for row in mapped["worth"]:
        given = whole[row["strategy"]]
        assert row["median [bn yuan]"] == pytest.approx(given, rel=TOLERANCE)


def test_a_lever_alone_is_assigned_with_the_benefit_of_compare(run, drawn, tmp_path):
    """One lever run by the centre is a strategy of that lever alone; contributions agree too."""
    lever = "legal framework"
    text = (
        'title = "Alone"\ndescription = "For tests."\n[central]\nshare = 0.005\nstart = 2025\n'
        f'end = 2041\nramp = 2\n[central.allocation]\n"{lever}" = 1.0\n'
    )
    path = tmp_path / "alone.toml"
    path.write_text(text)
    compared = run("compare", str(path), "--draws", "4")
    (benefit,) = (
        row["median"]
        for row in compared["outcomes"]
        if row["outcome"] == "Net national benefit account"
        and (row["strategy"], row["future"], row["measure"]) == ("alone", "base", "change")
    )
    gained = read_gains(compared)["alone"]
    assigned = run("assign", "--lever", lever, "--horizon", "2040", "--draws", "4")
    (case,) = (row for row in assigned["cases"] if row["who"] == "centre")
    money = float(compared["budget"].split(" bn yuan")[0].replace(",", "")) * 1e3
    assert case["median"] == pytest.approx(benefit / money, rel=1e-3)  # the budget has four digits
    assert case["value added gained"] == pytest.approx(gained / money, rel=1e-3)
    account = run("account", str(path), "--horizon", "2040", "--draws", "4")
    (whole,) = (
        row["median [bn yuan]"]
        for row in account["account"]
        if row["line"] == "net national benefit"
    )
    assert whole == pytest.approx(benefit / 1e3, rel=TOLERANCE)
    shared = run("explain", "contributions", str(path), "--draws", "4")
    rows = read_levers(shared, "alone", "contribution [bn yuan]")
    assert rows["whole effect"] == pytest.approx(gained / 1e3, rel=TOLERANCE)


def test_dominance_follows_strategies_at_the_money_of_compare(shipped):
    strategies = [load(name) for name in PAIR]
    made = compare(shipped, strategies, settings=STEP)
    plans = fund_strategies(shipped, strategies, made.budget, made.start, STEP)
    for plan, strategy in zip(plans, strategies, strict=True):
        factor = made.factor.sel(strategy=strategy.name).item()
        written = strategy.plan(shipped, made.start)
        for spent, asked in zip(plan.spending, written.spending, strict=True):
            assert spent.share == pytest.approx(factor * asked.share, rel=TOLERANCE)
