"""Warnings say in words what is wrong with runs, and what the numbers give away."""

import numpy as np
import pandas as pd
import pytest

from smecluster.model.errors import InputError
from smecluster.sensitivity.analysis.enough import judge_size
from smecluster.sensitivity.analysis.trust import (
    Weight,
    find_constant,
    refuse_missing,
    remark_on_constants,
    remark_on_dependence,
    remark_on_indices,
    remark_on_size,
    summarise_names,
)
from smecluster.sensitivity.methods import METHODS
from smecluster.sensitivity.methods.effective import LEAST_RUNS


def table(values, index="first order", half=0.02, effective=100.0):
    return pd.DataFrame(
        {
            "scenario": "base",
            "output": "y",
            "index": index,
            "factor": [f"x{k}" for k in range(len(values))],
            "value": values,
            "low": [value - half for value in values],
            "high": [value + half for value in values],
            "effective": effective,
        }
    )


def texts(remarks):
    return " | ".join(remark.text for remark in remarks)


def test_missing_values_are_refused_before_salib_makes_zeros_of_them():
    y = np.ones((10, 2))
    refuse_missing(y, ["a", "b"])
    y[3, 1] = np.nan
    with pytest.raises(InputError, match="1 of 10 runs have no finite 'b'"):
        refuse_missing(y, ["a", "b"])


def test_a_size_that_is_no_power_of_two_is_told():
    assert not remark_on_size(METHODS["sobol"], 1024)
    said = texts(remark_on_size(METHODS["sobol"], 1000))
    assert "N = 1000 is not a power of two" in said
    assert "take 512 or 1024" in said
    assert not remark_on_size(METHODS["pawn"], 1500)


def test_few_runs_are_told():
    assert "64 base points are few" in texts(remark_on_size(METHODS["sobol"], 64))
    assert "8 trajectories are few" in texts(remark_on_size(METHODS["morris"], 8))


def test_constant_outputs_are_found_and_named():
    y = np.stack([np.arange(5.0), np.full(5, 3.0), 1e9 + 1e-7 * np.arange(5)], axis=1)
    same = find_constant(y)
    assert list(same) == [False, True, True]
    assert texts(remark_on_constants(["b", "c"])).startswith("b and c are the same in all runs")
    assert remark_on_constants([]) == []


def test_negative_indices_within_noise_are_read_as_zero():
    remarks = remark_on_indices(table([0.5, -0.01]), METHODS["rbd-fast"])
    assert "1 of 2 indices (first order) lie below zero, all within their" in texts(remarks)
    assert all(remark.weight == Weight.NOTE for remark in remarks)


def test_negative_indices_beyond_noise_are_a_warning():
    remarks = remark_on_indices(table([1.0, -0.2]), METHODS["sobol"])
    assert remarks[0].weight == Weight.WARNING
    assert "worst: 'x1' for y, -0.200" in remarks[0].text


def test_sums_of_first_order_indices_are_told():
    assert "sum to more than 1" in texts(remark_on_indices(table([0.8, 0.6]), METHODS["sobol"]))
    apart = texts(remark_on_indices(table([0.3, 0.2]), METHODS["sobol"]))
    assert "sum to less than 0.8 for y (least: 0.50)" in apart
    assert remark_on_indices(table([0.6, 0.4]), METHODS["sobol"]) == []
    assert remark_on_indices(table([0.8, 0.6]), METHODS["pawn"], dependent=True) == []


def test_dependent_factors_are_told():
    rng = np.random.default_rng(1)
    x = rng.random((500, 3))
    assert remark_on_dependence(METHODS["delta"], ("a", "b", "c"), x) == []
    x[:, 2] = x[:, 0] + 0.1 * x[:, 1]
    given = remark_on_dependence(METHODS["delta"], ("a", "b", "c"), x)
    assert "'a' and 'c'" in texts(given)
    assert given[0].weight == Weight.NOTE
    wrong = remark_on_dependence(METHODS["sobol"], ("a", "b", "c"), x)
    assert wrong[0].weight == Weight.WARNING
    assert "'a' and 'c'" in texts(remark_on_dependence(METHODS["delta"], ("a", "c"), x[:, [0, 2]]))


def test_runs_are_enough_when_the_leading_factors_are_known():
    known = table([0.5, 0.3, 0.1], "total", half=0.04)
    verdict = judge_size(known, "total", 256, width=0.1)
    assert verdict.enough
    assert verdict.widest == pytest.approx(0.08)
    assert verdict.text.startswith("The runs are enough: the widest interval")


def test_narrow_intervals_that_do_not_hold_are_no_reason_to_stop():
    known = table([0.5, 0.3, 0.1], "first order", half=0.04)
    verdict = judge_size(known, "first order", 256, width=0.1, indicative=True)
    assert not verdict.enough
    assert verdict.text.startswith("Whether the runs are enough cannot be said")
    assert judge_size(known, "first order", 256, width=0.1).enough


def test_runs_are_not_enough_until_the_widest_interval_is_narrow():
    verdict = judge_size(table([0.5, 0.3], "total", half=0.1), "total", 256, width=0.1)
    assert not verdict.enough
    assert verdict.needed == 1024
    assert "A size of about 1,024 instead of 256 should be enough." in verdict.text


def test_no_size_is_named_that_a_study_cannot_have():
    verdict = judge_size(table([0.5], "total", half=0.1), "total", 256, width=1e-6)
    assert verdict.text.endswith("would be enough: accept wider intervals, or leave factors out.")


def test_only_the_leading_factors_count():
    wide = table([0.5, 0.1], "total", half=0.01)
    wide.loc[1, ["low", "high"]] = [-1.0, 1.2]
    assert judge_size(wide, "total", 256, width=0.1, leading=1).enough
    assert not judge_size(wide, "total", 256, width=0.1, leading=2).enough


def test_mu_star_is_judged_as_a_share_of_the_greatest():
    effects = table([1000.0, 10.0], "mu star", half=40.0)
    assert judge_size(effects, "mu star", 20, width=0.1).enough


def test_an_index_without_an_interval_is_not_enough():
    unknown = table([0.5, 0.3], "total", half=0.01)
    unknown.loc[1, ["low", "high"]] = np.nan
    verdict = judge_size(unknown, "total", 256, width=0.1)
    assert not verdict.enough
    assert "total of 'x1' for y has no interval" in verdict.text


def test_a_handful_of_hits_is_not_enough_however_narrow_the_intervals():
    known = table([0.5, 0.3, 0.1], "total", half=0.001, effective=LEAST_RUNS - 1)
    verdict = judge_size(known, "total", 256, width=0.1)
    assert not verdict.enough
    assert "y rests on effectively 29 of them" in verdict.text
    assert "fewer than 30" in verdict.text
    assert verdict.needed == 512
    assert judge_size(known.assign(effective=LEAST_RUNS), "total", 256, width=0.1).enough


def test_hits_that_no_study_can_collect_are_told():
    rare = table([0.5], "total", half=0.001, effective=1.0)
    said = judge_size(rare, "total", 2**23, width=0.1).text
    assert said.endswith("would be enough: look at an output that is less rare or less extreme.")


def test_outputs_that_rest_on_a_handful_of_runs_are_a_warning():
    remarks = remark_on_indices(table([0.6, 0.4], effective=4.0), METHODS["sobol"])
    assert remarks[0].weight == Weight.WARNING
    assert remarks[0].text.startswith("Intervals of y are not to be trusted: a rare event or a")
    assert "effectively 4 runs (at least 30 are needed)" in remarks[0].text
    assert not remark_on_indices(table([0.6, 0.4], effective=8.0), METHODS["morris"])


def test_nothing_is_enough_where_nothing_varies():
    verdict = judge_size(table([np.nan]), "first order", 64, width=0.1)
    assert not verdict.enough
    assert verdict.text == "No output varies, so there is no index, however many runs there are."


def test_names_are_listed_shortly():
    assert summarise_names(["a"]) == "a"
    assert summarise_names(["a", "b", "b"]) == "a and b"
    assert summarise_names(["a", "b", "c", "d"]) == "a, b, c and d"
    assert summarise_names(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
    assert summarise_names(["y, 2030", "y, 2040", "z, 2030"]) == "y, 2030; y, 2040 and z, 2030"
