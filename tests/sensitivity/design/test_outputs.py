"""Outputs of a study are the outcomes of the model, at the places and in the years asked for."""

import numpy as np
import pytest

from smecluster.model import simulate_many
from smecluster.model.errors import InputError
from smecluster.model.outcomes import (
    DISPERSION,
    TOTAL,
    collect_outcomes,
    find_outcome,
    list_variables,
)
from smecluster.sensitivity.design.outputs import build_columns, extract_outputs, list_required

OUTPUTS = f"""
[[output]]
outcome = "Discounted value added"
place = "all"
year = [2030, 2040]
since = 2025

[[output]]
outcome = "annual wage"
year = 2040

[[output]]
outcome = "central programme cost"
year = 2040

[[output]]
outcome = "{DISPERSION}"
year = 2040
"""


@pytest.fixture
def columns(m, made, small):
    def find_columns(outputs):
        return build_columns(made(small.partition("[[output]]")[0] + outputs), m)

    return find_columns


def test_a_place_and_a_year_make_a_column(m, columns):
    found = columns(OUTPUTS)
    assert len(found) == 2 * (len(m.regions) + 1) + 3
    assert found[0].name == "Discounted value added, Wenzhou, 2030 since 2025"
    assert found[0].unit == m.variables["Discounted value added"].unit
    assert [column.place for column in found[-3:]] == [TOTAL] * 3


def test_numbers_are_those_of_the_outcomes(m, columns):
    found = columns(OUTPUTS)
    outputs, years = list_required(found)
    assert years == [2025, 2030, 2040]
    runs = {"spin off rate": [0.1, 0.12], "TIME STEP": [0.125, 0.125]}
    result = simulate_many(m, runs, outputs, years)
    taken = extract_outputs(result, found)
    outcomes = [find_outcome(name) for name in ("Discounted value added", "annual wage")]
    outcomes.append(find_outcome("value added per worker"))
    assert set(list_variables(outcomes)) <= set(outputs)
    gathered = collect_outcomes(result, outcomes)
    wage = gathered["annual wage"].sel(time=2040, place=TOTAL)
    np.testing.assert_array_equal(taken["annual wage, total, 2040"], wage)
    summed = gathered["Discounted value added"].sel(place="Zhongguancun")
    np.testing.assert_array_equal(
        taken["Discounted value added, Zhongguancun, 2040 since 2025"],
        summed.sel(time=2040) - summed.sel(time=2025),
    )
    np.testing.assert_array_equal(
        taken[f"{DISPERSION}, total, 2040"], gathered[DISPERSION].sel(time=2040)
    )


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ('outcome = "value added"\nplace = "Wenzho"\nyear = 2040', "did you mean 'Wenzhou'"),
        ('outcome = "central programme cost"\nplace = "Wenzhou"\nyear = 2040', "is national"),
        ('outcome = "value added"\nyear = [2040, 2040]', "asked for twice"),
        (
            'outcome = "value added"\nyear = 2040\n[enough]\noutputs = ["value added"]',
            "did you mean 'value added, total, 2040'",
        ),
    ],
)
def test_an_output_that_there_is_not_is_told_in_one_line(output, said, columns):
    with pytest.raises(InputError) as caught:
        columns("[[output]]\n" + output)
    assert said in str(caught.value)
