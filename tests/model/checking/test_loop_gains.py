"""The gain of every reinforcing loop is published and below 1."""

from pathlib import Path

import numpy as np
import pytest

from smecluster import model
from smecluster.model.checking.loop_gains import (
    ALL_REGIONS,
    BRAKES,
    CUTS,
    NAMED,
    WHOLE,
    close_loops,
    compute_gains,
    compute_matrix,
)
from smecluster.model.checking.path_gains import compute_path_gains
from smecluster.model.errors import InputError
from smecluster.model.loops import LOOPS

PAGE = Path(__file__).parents[3] / "docs" / "loop-gains.md"


@pytest.fixture(scope="module")
def shipped():
    return model.load()


@pytest.fixture(scope="module")
def found(shipped):
    return compute_gains(shipped)


def test_every_named_reinforcing_loop_is_cut():
    assert {cut.loop for cut in NAMED} == {loop.label for loop in LOOPS if loop.reinforcing}


def test_every_loop_has_a_gain_below_1_alone_and_among_the_others(found, shipped):
    assert len(found.single) == len(CUTS) * len(shipped.regions)
    for gain in found.single:
        assert -1 < gain.alone < 1, gain
        assert -1 < gain.among < 1, gain


def test_all_loops_together_have_a_gain_below_nine_tenths_in_each_region_and_in_all(found, shipped):
    for brake in BRAKES:
        assert set(found.together[brake]) == {*shipped.regions, ALL_REGIONS}
    for region, gain in found.together[WHOLE].items():
        assert 0 < gain < 0.9, region


def test_without_a_market_that_saturates_returns_to_scale_are_about_constant(found):
    (brake,) = [brake for brake in BRAKES if "price" in brake]
    for gain in found.together[brake].values():
        assert gain == pytest.approx(1.0, abs=0.08)


def test_along_the_path_every_gain_is_below_nine_tenths(shipped):
    for gain in compute_path_gains(shipped):
        assert all(-0.9 < value < 0.9 for value in gain.gains), gain


def test_a_gain_along_the_path_is_what_returns_after_the_time_that_is_asked_for(shipped):
    (cut,) = [cut for cut in CUTS if cut.loop == "R2 spin-offs"]
    one, two = (
        {g.region: g.gains[0] for g in compute_path_gains(shipped, [cut], [1990.0], after)}
        for after in (1.0, 20.0)
    )
    for region in shipped.regions:
        assert 0 < one[region] < two[region]


def test_a_push_that_begins_after_the_end_is_refused(shipped):
    with pytest.raises(InputError, match="is not in 1978"):
        compute_path_gains(shipped, CUTS[:1], [3000.0])


def test_a_brake_held_still_does_not_lower_the_gain(found):
    at_work, *held = (found.together[brake][ALL_REGIONS] for brake in BRAKES)
    assert min(held) >= at_work


def test_closing_the_other_loops_on_paper_gives_what_the_model_gives_with_one_cut(shipped):
    # Two ways to the same numbers: all loops cut and closed again by algebra, or never cut.
    one = next(cut for cut in CUTS if cut.loop == "R2 spin-offs")
    count = len(shipped.regions)
    rows = list(range(CUTS.index(one) * count, (CUTS.index(one) + 1) * count))
    by_algebra = close_loops(compute_matrix(shipped, CUTS), rows)
    by_running = compute_matrix(shipped, [one])
    np.testing.assert_allclose(by_running, by_algebra, rtol=1e-3, atol=1e-5)


def test_a_model_that_does_not_come_to_rest_has_no_gains(shipped, monkeypatch):
    monkeypatch.setattr("smecluster.model.checking.loop_gains._YEARS", 250)
    with pytest.raises(InputError, match="come"):
        compute_matrix(shipped, CUTS[:1])


def test_the_page_shows_the_shipped_model(shipped):
    assert shipped.hash[:12] in PAGE.read_text(encoding="utf-8"), (
        "the model has changed: smecluster check loops --out docs/loop-gains.md"
    )


@pytest.mark.parametrize("year", [99999.0, 1066.0, float("nan")])
def test_a_year_that_the_model_does_not_reach_is_refused(shipped, year):
    with pytest.raises(InputError, match=r"is not in 1978\.\.2040, the model's time"):
        compute_gains(shipped, year)
