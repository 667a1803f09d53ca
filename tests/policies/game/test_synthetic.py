"""Synthetic regions: in sum the shipped ones, and reforms that say what their numbers are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from smecluster.model.errors import InputError
from smecluster.model.file.regions import read_regions
from smecluster.policies.game.arrangements import COORDINATED, name_nash
from smecluster.policies.game.coordination.page import write_page
from smecluster.policies.game.coordination.published import read_expectations, read_studies
from smecluster.policies.game.coordination.reforms import AIMS, Reforms, play_reforms
from smecluster.policies.game.coordination.report import (
    ALL_STOP,
    measure_gain,
    tabulate_reforms,
    tabulate_studies,
    write_answer,
)
from smecluster.policies.game.coordination.synthetic import (
    ENDOWMENT_SPREAD,
    SIZE_SPREAD,
    draw_scales,
    list_bases,
    make_regions,
)


@pytest.fixture(scope="module")
def result(shipped) -> Reforms:
    """Four regions, played to a near horizon with a long step."""
    return play_reforms(make_regions(shipped, 4, 1), horizon=2031, step=0.25, settings={})


def test_sizes_sum_to_one_region_each_and_endowments_have_a_mean_of_one():
    sizes, endowments = draw_scales(30, 3, 1)
    for base in range(3):
        own = slice(base, None, 3)
        assert sizes[own].sum() == pytest.approx(1)
        assert sizes[own] @ endowments[own] == pytest.approx(1)
    many, rich = draw_scales(30_000, 3, 2)
    assert np.log(many).std() == pytest.approx(SIZE_SPREAD, rel=0.02)
    assert np.log(rich).std() == pytest.approx(ENDOWMENT_SPREAD, rel=0.02)


def test_what_is_counted_sums_to_the_shipped_region_and_rates_stay(shipped):
    made = read_regions(make_regions(shipped, 7, 1).text)
    for one in read_regions(shipped.text):
        own = [region for region in made if list_bases([region.name]) == [one.name]]
        labour = [region.constants["initial labour force"] for region in own]
        assert sum(labour) == pytest.approx(one.constants["initial labour force"], rel=1e-6)
        for region in own:
            assert region.constants["weight of growth"] == one.constants["weight of growth"]
            assert region.tables == one.tables


def test_a_seed_gives_the_same_regions_again_and_another_others(shipped):
    texts = [make_regions(shipped, 4, seed).text for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.parametrize("count", [2, 101])
def test_numbers_of_regions_that_nobody_can_run_are_refused(shipped, count):
    with pytest.raises(InputError, match=r"3\.\.100"):
        make_regions(shipped, count, 1)


def test_every_study_has_an_expectation_with_a_reason():
    assert set(read_expectations()) == {study.name for study in read_studies()}
    assert all(one.low < one.high and one.reason for one in read_expectations().values())


def test_coordination_is_best_for_residents_of_all(result):
    for aim in AIMS:
        assert measure_gain(result, name_nash(aim), COORDINATED).sum() >= 0
    gained = measure_gain(result, ALL_STOP, COORDINATED).sum()
    assert gained >= -1e-6 * result.idle.size.sum()


def test_nobody_gains_more_by_stopping_alone_than_an_equilibrium_allows(result):
    for aim in AIMS:
        plays = result.plays[name_nash(aim)]
        if any(play.outcome == "equilibrium" for play in plays):
            assert result.stopping[aim].max() <= 1e-4 * result.idle.size.sum()


def test_stopped_work_resumes_with_the_same_numbers(shipped, result, tmp_path):
    model = make_regions(shipped, 4, 1)
    again = [
        play_reforms(model, horizon=2031, step=0.25, folder=tmp_path, identity={"a": "b"})
        for _ in range(2)
    ]
    for one in again:
        assert one.runs == again[0].runs
        for name, spent in result.spent.items():
            assert np.array_equal(one.spent[name], spent)


@pytest.mark.parametrize("share", [0.02, -0.02, 0.0])
def test_words_have_the_sign_of_what_residents_gain(result, share):
    whole = float(result.idle.size.sum())
    accounts = {
        name: replace(
            result.idle,
            residents=result.idle.residents
            + (share * whole / result.idle.residents.size if name == COORDINATED else 0.0),
        )
        for name in result.accounts
    }
    injected = replace(result, accounts=accounts)
    row = tabulate_reforms(injected).iloc[0]
    assert row["residents"] == pytest.approx(share)
    assert row["regions that gain"] == (len(result.model.regions) if share > 0 else 0)
    said = write_answer(injected)[2]
    verb = "lose" if share < 0 else "gain"
    assert f"regions {verb} {abs(100 * share):.2g} % of value added" in said
    published = tabulate_studies(injected).iloc[0]
    assert published["model"] == pytest.approx(share)
    assert bool(published["within"]) == (share == 0.02)


def test_where_nobody_spends_there_is_nothing_to_divide_by(result):
    injected = replace(result, accounts=dict.fromkeys(result.accounts, result.idle))
    table = tabulate_studies(injected).set_index("measure")
    assert np.isnan(table.loc["loss of the nation for a yuan, rivals for growth", "model"])
    assert not table.loc["loss of the nation for a yuan, rivals for growth", "within"]


def test_the_page_names_the_runs_and_both_kinds_of_ranges(result):
    sizes, endowments = draw_scales(4, 3, 1)
    page = write_page(result, endowments, sizes, "smecluster game", "abc", "values", "a.csv")
    assert f"{result.runs:,} runs" in page
    assert "published.toml" in page
    assert "expected.toml" in page
    assert all(study.name in page for study in read_studies())
