"""Mechanisms are cut and doubled, and held against sizes that were written down beforehand."""

import numpy as np
import pytest
import xarray as xr

from smecluster.model.checking.knockouts import (
    AFTER,
    OUTCOMES,
    YEARS,
    Knockouts,
    Mechanism,
    load_mechanisms,
    run_knockouts,
)
from smecluster.model.checking.knockouts_page import count_met, write_page
from smecluster.model.errors import InputError
from smecluster.model.file.model import load

ENTRY = """
- mechanism: entry
  paper: ["2"]
  claim: Firms enter.
  cut: [{variable: wanted entry}]
  act: stop
  expect:
    - {act: cut, outcome: SMEs, after: 10, low: -0.9, high: -0.1, years: [1990]}
  evidence: Invented for the test.
"""


def made(tmp_path, text):
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    return load_mechanisms(tmp_path)


def pretend(mechanism, value):
    """Give results in which every change has one value, or the values of a function."""
    shape = (1, 2, len(YEARS), 2, len(OUTCOMES), len(AFTER))
    values = np.full(shape, value) if np.isscalar(value) else value(shape)
    labels = {
        "mechanism": [mechanism.mechanism],
        "act": ["cut", "double"],
        "start": list(YEARS),
        "Region": ["Here", "There"],
        "outcome": list(OUTCOMES),
        "after": list(AFTER),
    }
    return Knockouts((mechanism,), xr.DataArray(values, labels, list(labels)), (True,))


def mechanism(**expect):
    return Mechanism(
        mechanism="entry",
        paper=("2",),
        claim="Firms enter.",
        cut=({"variable": "wanted entry"},),
        act="stop",
        expect=({"act": "cut", "outcome": "SMEs", "after": 10, **expect},),
        evidence="Invented for the test.",
    )


def test_all_shipped_mechanisms_can_be_knocked_out_of_the_shipped_model():
    model = load()
    shipped = load_mechanisms()
    assert len(shipped) >= 35
    assert {section for each in shipped for section in each.paper} >= {
        "2", "3", "4.1", "4.2", "4.3", "5.1", "5.2", "6.1", "6.2", "6.3", "6.4",
    }  # fmt: skip
    from smecluster.model.file.knocking import with_knocks

    with_knocks(model.text, [knock for each in shipped for knock in each.knocks])


def test_a_region_without_entry_loses_its_firms_and_the_others_do_not(tmp_path):
    model = load()
    result = run_knockouts(model, made(tmp_path, ENTRY))
    changes = result.changes.sel(act="cut", outcome="SMEs", start=1990, after=10)
    assert (changes < -0.1).all()
    assert result.judge(result.mechanisms[0])[0].met
    assert result.regional == (True,)


def test_more_threads_change_no_digit(tmp_path):
    chosen = made(tmp_path, ENTRY)
    one, two = (run_knockouts(load(), chosen, workers=number) for number in (1, 2))
    np.testing.assert_array_equal(one.changes, two.changes)


def test_every_year_and_region_must_lie_inside_unless_one_is_enough():
    everywhere = mechanism(low=-0.5, high=-0.2)
    somewhere = mechanism(low=-0.5, high=-0.2, somewhere=True)

    def mixed(shape):
        values = np.full(shape, -0.1)
        values[:, :, 0] = -0.3
        return values

    assert pretend(everywhere, -0.3).judge(everywhere)[0].met
    assert not pretend(everywhere, mixed).judge(everywhere)[0].met
    assert pretend(somewhere, mixed).judge(somewhere)[0].met
    assert not pretend(somewhere, -0.1).judge(somewhere)[0].met


def test_somewhere_does_not_excuse_an_effect_beyond_the_far_end():
    expected = mechanism(low=-0.5, high=-0.2, somewhere=True)

    def beyond(shape):
        values = np.full(shape, -0.3)
        values[:, :, 0] = -0.7
        return values

    assert not pretend(expected, beyond).judge(expected)[0].met


def test_failed_runs_are_not_judged():
    expected = mechanism(low=-0.5, high=-0.2)
    judgement = pretend(expected, np.nan).judge(expected)[0]
    assert judgement.met is None
    assert count_met(pretend(expected, np.nan))[:2] == (0, 0)


def test_a_mechanism_that_moves_nothing_is_called_weightless():
    expected = mechanism(low=-0.5, high=-0.2)
    assert pretend(expected, -0.005).is_weightless(expected)
    assert not pretend(expected, -0.02).is_weightless(expected)
    assert "weightless" in write_page(pretend(expected, -0.005), "abc", "none")


def test_the_page_says_what_was_missed():
    expected = mechanism(low=-0.5, high=-0.2)
    page = write_page(pretend(expected, -0.02), "0123456789abcdef", "none")
    assert "**0 of 1 expectations are met." in page
    assert "-50.0 % to -20.0 % | -2.0 % to -2.0 % | **missed**" in page


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("SMEs", "firms", "allowed are value added"),
        ("after: 10", "after: 12", "allowed are 10, 20"),
        ("[1990]", "[1991]", "allowed are 1990"),
        ("low: -0.9", "low: 0.9", "is not below"),
        ("mechanism:", "mechansim:", "did you mean 'mechanism'"),
        ("- mechanism", "mechanism", "not a list"),
        ("act: stop", "act: [", "not valid YAML"),
    ],
)
def test_a_broken_file_is_one_line(tmp_path, old, new, message):
    with pytest.raises(InputError) as caught:
        made(tmp_path, ENTRY.replace(old, new, 1) if old != "- mechanism" else "a: 1")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_one_name_stands_for_one_mechanism(tmp_path):
    with pytest.raises(InputError, match="two mechanisms are called 'entry'"):
        made(tmp_path, ENTRY + ENTRY)
