"""A combination of constants pays where it leaves its range, and nowhere else."""

import numpy as np
import pytest

from smecluster.calibration.posterior.errors import WithCombinations
from smecluster.calibration.priors.combined import ERROR, read_combinations
from smecluster.calibration.priors.table import build_priors
from smecluster.model import load
from smecluster.model.errors import InputError

TEXT = '[[combination]]\nname = "c"\nof = "a * b"\nlow = 1.0\nhigh = 4.0\nsource = "x"\n'


@pytest.fixture
def made(tmp_path):
    def make(text):
        path = tmp_path / "combined.toml"
        path.write_text(text, encoding="utf-8")
        return read_combinations(["a", "b"], path)

    return make


def test_inside_its_range_it_costs_nothing_and_outside_more_and_more(made):
    (one,) = made(TEXT)
    values = np.array([[1.0, 1.0], [2.0, 2.0], [2.0, 4.0], [0.5, 1.0]])
    excess = one.find_excess(["a", "b"], values)
    assert excess == pytest.approx([0.0, 0.0, np.log(2) / ERROR, -np.log(2) / ERROR])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("a * b", "a * d", "combination 'c': unknown variable in"),
        ("low = 1.0", "low = 5.0", "do not rise"),
        ("low = 1.0", "", "low"),
    ],
)
def test_a_fault_is_refused_in_one_line(made, old, new, said):
    with pytest.raises(InputError, match=said) as caught:
        made(TEXT.replace(old, new))
    assert "\n" not in str(caught.value)


def test_the_medians_of_the_shipped_priors_lie_in_every_range():
    priors = build_priors(load())
    for one in read_combinations(priors.names):
        values = priors.to_values(np.zeros((1, len(priors))))
        assert one.low < one.measure(priors.names, values)[0] < one.high


def test_its_errors_follow_those_of_the_figures():
    class Series:
        count = 2

        def cost(self, errors):
            return errors[:, :2].sum(axis=1)

        def find_precision(self, errors):
            return np.full((2, 2), 3.0)

    terms = WithCombinations(Series(), 1)
    assert terms.cost([1.0, 2.0, 4.0]) == pytest.approx([3.0 + 8.0])
    assert terms.find_precision(np.zeros(3)).tolist() == [[3, 3, 0], [3, 3, 0], [0, 0, 1]]
