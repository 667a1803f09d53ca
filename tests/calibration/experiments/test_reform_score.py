"""Rules by which published effects are counted, on effects made by hand."""

import numpy as np
import pandas as pd
import pytest

from smecluster.calibration.experiments.run import CANNOT_RUN
from smecluster.calibration.experiments.score import (
    Tally,
    count_effects,
    select_left_out,
    tabulate_effects,
)


def effect(study, value=10.0, *, kind="sized", **more):
    """One row of a run: accepted from 5 to 15 if it is sized, above 0 if it is a sign."""
    sized = kind == "sized"
    return {
        "study": study,
        "reform": study.lower(),
        "region": "Hill",
        "response": "output",
        "role": "fit",
        "kind": kind,
        "pair": "",
        "unit": "%",
        "published low": 5.0 if sized else 0.0,
        "published": 10.0 if sized else np.nan,
        "published high": 15.0 if sized else np.nan,
        "effect": value,
        "effect low": np.nan,
        "effect high": np.nan,
        "used": "",
        "lacks": "",
        "status": "read",
        "source": "abstract",
        **more,
    }


def tabulate(*rows):
    return tabulate_effects(pd.DataFrame(rows))


def count(*rows):
    return count_effects(tabulate(*rows))


def test_sizes_and_signs_are_counted_apart():
    found = count(
        effect("A"),
        effect("B", 20.0),
        effect("C", 3.0, kind="sign"),
        effect("D", -1.0, kind="sign"),
    )
    assert (found.sized, found.sized_within) == (2, 1)
    assert (found.signs, found.signs_within) == (2, 1)
    assert found.studies == 2


def test_an_effect_is_one_whatever_its_regions():
    found = tabulate(effect("A"), effect("A", region="River"), effect("A", response="jobs"))
    assert len(found) == 2
    assert count_effects(found).sized == 2
    assert count_effects(found).studies == 1


def test_a_study_that_the_model_uses_never_counts():
    found = tabulate(effect("A", used="source of growth"), effect("B"))
    assert found["within"].all()
    assert count_effects(found).sized == count_effects(found).sized_within == 1


@pytest.mark.parametrize(
    ("first", "second", "within"),
    [(10.0, 20.0, 1), (20.0, 10.0, 1), (10.0, 10.0, 1), (1.0, 20.0, 0)],
)
def test_contradictory_studies_count_as_one_and_are_met_if_one_is(first, second, within):
    found = count(effect("A", first, pair="jobs"), effect("B", second, pair="jobs"))
    assert (found.sized, found.sized_within, found.studies) == (1, within, 2)


def test_a_size_paired_with_the_absence_of_an_effect_is_one_size():
    absent = effect("B", 0.3, kind="sign", pair="jobs") | {
        "published low": -1.0,
        "published high": 1.0,
    }
    found = count(effect("A", 0.3, pair="jobs"), absent)
    assert (found.sized, found.sized_within, found.signs) == (1, 1, 0)


def test_the_used_half_of_a_pair_helps_nobody():
    found = count(effect("A", 10.0, pair="jobs", used="fitted"), effect("B", 20.0, pair="jobs"))
    assert (found.sized, found.sized_within, found.studies) == (1, 0, 1)


def test_what_cannot_be_run_is_told_apart_and_never_within():
    lame = effect("B", np.nan, lacks="this model has nothing for 'moon'")
    table = tabulate(effect("A"), lame)
    assert table.set_index("study").loc["B", "verdict"] == CANNOT_RUN
    found = count_effects(table)
    assert (found.sized, found.sized_within, found.sized_not_run) == (1, 1, 1)
    assert found.studies == 1


def test_a_pair_of_which_one_can_be_run_is_run():
    lame = effect("B", np.nan, lacks="no moon", pair="jobs")
    found = count(effect("A", pair="jobs"), lame)
    assert (found.sized, found.sized_within, found.sized_not_run) == (1, 1, 0)


def test_a_run_without_a_number_is_a_miss():
    found = count(effect("A", np.nan))
    assert (found.sized, found.sized_within) == (1, 0)


def test_signs_weigh_at_most_a_third():
    many = Tally(4, 1, 0, 40, 40, 0, 4)
    # Four sizes weigh two thirds: (1 + 2) / (4 + 2).
    assert many.share == pytest.approx(0.5)
    few = Tally(4, 1, 0, 1, 1, 0, 4)
    assert few.share == pytest.approx(2 / 5)
    none = Tally(0, 0, 0, 3, 3, 0, 0)
    assert np.isnan(none.share)


@pytest.mark.parametrize(
    ("tally", "enough"),
    [
        (Tally(27, 18, 0, 0, 0, 0, 15), True),
        (Tally(27, 17, 0, 30, 30, 0, 15), False),
        (Tally(24, 24, 9, 0, 0, 0, 15), False),
        (Tally(27, 27, 0, 0, 0, 0, 14), False),
    ],
)
def test_enough_is_25_sizes_of_15_studies_two_thirds_of_them_within(tally, enough):
    assert tally.enough is enough
    assert tally.to_dict()["enough"] is enough


def test_what_is_left_out_of_fits_holds_no_pair_that_a_fit_sees_half_of():
    left = select_left_out(
        tabulate(
            effect("A", role="test"),
            effect("B"),
            effect("C", role="test", pair="jobs"),
            effect("D", pair="jobs"),
            effect("E", role="test", pair="rents"),
            effect("F", role="test", pair="rents"),
        )
    )
    assert list(left["study"]) == ["A", "E", "F"]
    assert count_effects(left).sized == 2
