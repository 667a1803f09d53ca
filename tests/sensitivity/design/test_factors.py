"""Factors reach the inputs that a study names, within the model's ranges, and no others."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from smecluster.model.engine.graph.values import Scale
from smecluster.model.errors import InputError
from smecluster.policies.menu import LEVELS
from smecluster.sensitivity.design.distributions import Distribution, find_ends
from smecluster.sensitivity.design.factors import Factor, Setting, build_factors

ONE = np.array([0.0, 0.25, 0.5, 0.75, 1.0])


def with_factors(small: str, factors: str) -> str:
    head, _, rest = small.partition("[[factor]]")
    if "[settings]" in factors:
        head = head.replace('[settings]\n"TIME STEP" = 0.125', "")
    return head + factors + "\n[[output]]" + rest.partition("[[output]]")[2]


@pytest.fixture
def found(m, made, small):
    def find(factors, draws=None, head=""):
        return build_factors(made(head + with_factors(small, factors)), m, draws)

    return find


@pytest.mark.parametrize(
    ("drawn", "law"),
    [
        (Distribution("uniform", 2, 4), stats.uniform(2, 2)),
        (Distribution("loguniform", 1, 100), stats.loguniform(1, 100)),
        (Distribution("triangular", 0, 4, 1), stats.triang(0.25, 0, 4)),
        (Distribution("normal", *find_ends("normal", 3, 2), 3, 2), stats.norm(3, 2)),
        (
            Distribution("lognormal", *find_ends("lognormal", 3, 0.2), 3, 0.2),
            stats.lognorm(0.2, 0, 3),
        ),
        (Distribution("exponential", *find_ends("exponential", 3, 0), 3), stats.expon(0, 3)),
    ],
)
def test_distributions_have_the_quantiles_of_their_law(drawn, law):
    inner = np.linspace(0.05, 0.95, 19)
    # Cut tails move probability by a thousandth.
    np.testing.assert_allclose(law.cdf(drawn.at(inner)), inner, atol=1.1e-3)


@pytest.mark.parametrize("kind", ["normal", "lognormal", "exponential"])
def test_a_tail_is_cut_so_that_the_ends_of_a_sample_are_finite(kind):
    low, high = find_ends(kind, 2.0, 0.5)
    drawn = Distribution(kind, low, high, 2.0, 0.5)
    assert drawn.at(ONE)[[0, -1]] == pytest.approx([low, high])
    assert Distribution(kind, 1.5, 2.2, 2.0, 0.5).at(ONE)[[0, -1]] == pytest.approx([1.5, 2.2])


def test_a_choice_is_equally_likely():
    drawn = Distribution("choice", 0, 2, values=(2.0, 0.0, 1.0))
    values, counts = np.unique(drawn.at(np.arange(300) / 300), return_counts=True)
    assert list(values) == [0, 1, 2]
    assert list(counts) == [100, 100, 100]


def test_a_factor_without_ends_varies_over_the_range_of_the_model(m, found):
    (factor,) = found('[[factor]]\ninput = "spin off rate"')
    variable = m.variables["spin off rate"]
    assert (factor.distribution.low, factor.distribution.high) == (variable.low, variable.high)
    assert factor.unit == variable.unit
    assert factor.group == factor.label == "spin off rate"


def test_each_makes_a_factor_of_each_region(m, found):
    factors = found('[[factor]]\ninput = "initial talent"\neach = true')
    assert [factor.label for factor in factors] == [
        f"initial talent[{region}]" for region in m.regions
    ]


def test_a_multiplier_acts_on_the_own_value_of_each_element(m, found):
    (factor,) = found(
        '[[factor]]\ninput = "initial talent"\neffect = "multiply"\nlow = 0.5\nhigh = 1.5'
    )
    values = pd.DataFrame({factor.label: [0.5, 1.0, 1.5]})
    base = {"initial talent[Wenzhou]": 1000.0}
    inputs = Setting(m, [factor], base).inputs(values)
    assert list(inputs["initial talent[Wenzhou]"]) == [500, 1000, 1500]
    assert len(inputs.columns) == len(m.regions)
    rest = inputs["initial talent[Zhongguancun]"]
    assert rest[0] == pytest.approx(rest[1] / 2)


def test_a_table_is_scaled(m, found):
    (factor,) = found(
        '[[factor]]\ninput = "national market table"\neffect = "multiply"\nwithin = 0.1'
    )
    inputs = Setting(m, [factor], {}).inputs(pd.DataFrame({factor.label: [0.9]}))
    assert inputs.iloc[0, 0] == Scale(0.9)


def test_moving_the_money_of_a_lever_leaves_the_sum_as_it_is(m, found):
    factors = found(
        '[[factor]]\nlever = "talent training"\neffect = "multiply"\nlow = 0\nhigh = 2\n'
        '[[factor]]\nlever = "legal framework"\neffect = "multiply"\nlow = 0\nhigh = 2\n'
    )
    values = pd.DataFrame({"talent training": [0.0, 2.0], "legal framework": [1.0, 2.0]})
    inputs = Setting(m, factors, {}).inputs(values)
    for region, level in itertools.product(m.regions, LEVELS):
        whole = inputs.filter(like=f"{level} allocation[{region}").sum(axis=1)
        assert list(whole) == pytest.approx([1, 1])
    training = inputs["local allocation[Wenzhou, talent training]"]
    brand = inputs["local allocation[Wenzhou, brand promotion]"]
    assert training[0] == 0
    assert training[1] > 0
    assert brand[1] < brand[0]


def test_a_lever_is_moved_at_both_levels_and_with_each_region_by_region(m, found):
    text = '[[factor]]\nlever = "talent training"\neffect = "multiply"\nlow = 0\nhigh = 2\n'
    (factor,) = found(text)
    assert {cell.split()[0] for cell in factor.cells} == set(LEVELS)
    apart = found(f"{text}each = true\n")
    assert [factor.label for factor in apart] == [f"talent training[{one}]" for one in m.regions]
    assert all(len(factor.cells) == 2 for factor in apart)


def test_a_lever_of_a_strategy_without_money_for_it_changes_nothing(m, found):
    factors = found(
        '[[factor]]\nlever = "talent training"\neffect = "multiply"\nlow = 0\nhigh = 2\n'
    )
    idle = {"local allocation": 0.0, "central allocation": 0.0}
    inputs = Setting(m, factors, idle).inputs(pd.DataFrame({"talent training": [2.0]}))
    assert (inputs == 0).all(axis=None)


def test_draws_of_a_calibration_become_a_factor_for_each_parameter(m, made, small):
    draws = pd.DataFrame({"spin off rate": [0.1, 0.12], "initial talent[Wenzhou]": [4e4, 5e4]})
    text = with_factors(small, '[[factor]]\nfrom = "calibration"\ngroup = "fitted"\n')
    study = made('calibration = "shipped"\n' + text.replace('"sobol"', '"delta"'))
    factors = build_factors(study, m, draws)
    assert [factor.label for factor in factors] == list(draws)
    assert {factor.group for factor in factors} == {"fitted"}
    assert Setting(m, factors, {}).inputs(draws).equals(draws)
    with pytest.raises(InputError, match="needs a calibration with draws"):
        build_factors(study, m)


@pytest.mark.parametrize(
    ("factors", "said"),
    [
        ('input = "spin of rate"', "did you mean 'spin off rate'"),
        ('input = "value added"', "computed by the model"),
        ('input = "initial talent[Wenzho]"', "did you mean 'Wenzhou'"),
        ('input = "spin off rate"\nlow = 0.01\nhigh = 0.1', "leaves the model's range 0.08..0.18"),
        ('input = "spin off rate"\neach = true', "has no elements"),
        ('input = "initial talent"\nwithin = 0.1', "no one value"),
        ('input = "national market table"\nlow = 1\nhigh = 2', "give effect = 'multiply'"),
        ('input = "spin off rate"\neffect = "multiply"', "give low and high, or within"),
        ('input = "local allocation"', "give lever ="),
        ('lever = "talent trainin"\neffect = "multiply"', "did you mean 'talent training'"),
        ('lever = "talent training"\nlow = 0\nhigh = 1', "give effect = 'multiply'"),
        (
            'input = "spin off rate"\n[[factor]]\ninput = "spin off rate"\nlabel = "b"',
            "both act on 'spin off rate'",
        ),
        (
            'input = "spin off rate"\n[[factor]]\ninput = "brand premium"\nlabel = "spin off rate"',
            "two factors are called",
        ),
        ('input = "TIME STEP"\nlow = 0.1\nhigh = 0.2', "steers the run"),
        (
            "input = \"brand premium\"\n[settings]\n'brand premium' = 0.1",
            "set in [settings] and by",
        ),
    ],
)
def test_a_factor_that_the_model_does_not_know_is_told_in_one_line(factors, said, found):
    with pytest.raises(InputError) as caught:
        found("[[factor]]\n" + factors)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_multiplier_must_not_lead_out_of_the_range_of_the_model(m):
    factor = Factor(
        "b", "b", "Dmnl", "multiply", ("spin off rate",), Distribution("uniform", 0.9, 9)
    )
    with pytest.raises(InputError, match="leaves the model's range"):
        Setting(m, [factor], {})
