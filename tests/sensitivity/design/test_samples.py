"""A sample is SALib's, can be entered anywhere, and grows by adding to it."""

import numpy as np
import pandas as pd
import pytest
from SALib.sample import fast_sampler, sobol

from smecluster.sensitivity.design.distributions import Distribution
from smecluster.sensitivity.design.factors import Factor
from smecluster.sensitivity.design.samples import Design
from smecluster.sensitivity.design.study_tables import Method

SEED = 11
GROUPS = ("levers", "levers", "conditions", "uncertain", "uncertain")
FACTORS = tuple(
    Factor(f"x{place}", group, "Dmnl", "set", (f"x{place}",), Distribution("uniform", 1, 3))
    for place, group in enumerate(GROUPS)
)
METHODS = (
    Method(name="sobol", size=300),
    Method(name="sobol", size=40, second_order=True),
    Method(name="sobol", size=300, groups=True),
    Method(name="morris", size=70),
    Method(name="morris", size=70, groups=True, levels=6),
    Method(name="delta", size=700),
    Method(name="fast", size=80),
)


def design(method, seed=SEED):
    return Design(method, seed, FACTORS)


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_any_part_can_be_drawn_alone(method):
    whole = design(method).cube()
    assert whole.shape == (design(method).rows, len(FACTORS))
    assert ((whole >= 0) & (whole <= 1)).all()
    for begin, end in ((0, 1), (3, 200), (250, 270), (len(whole) - 7, len(whole))):
        np.testing.assert_array_equal(design(method).cube(begin, end), whole[begin:end])


@pytest.mark.parametrize("method", METHODS[:-1], ids=str)
def test_a_larger_sample_begins_with_the_smaller_one(method):
    larger = Method(**{**method.model_dump(), "size": 2 * method.size})
    smaller = design(method).cube()
    np.testing.assert_array_equal(design(larger).cube(0, len(smaller)), smaller)


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_the_seed_makes_the_sample(method):
    assert design(method).digest(0, 50) == design(method).digest(0, 50)
    assert design(method).digest(0, 50) != design(method, seed=SEED + 1).digest(0, 50)


@pytest.mark.parametrize("method", METHODS[:3], ids=str)
@pytest.mark.filterwarnings("ignore:The balance properties")
def test_saltellis_sample_is_salibs(method):
    made = design(method)
    expected = sobol.sample(
        made.problem(), method.size, calc_second_order=method.second_order, seed=SEED
    )
    np.testing.assert_array_equal(made.cube(), expected)


def test_fasts_curves_are_salibs():
    made = design(METHODS[-1])
    np.testing.assert_array_equal(
        made.cube(), fast_sampler.sample(made.problem(), METHODS[-1].size, seed=SEED)
    )


@pytest.mark.parametrize("method", [METHODS[3], METHODS[4]], ids=str)
def test_a_trajectory_moves_one_factor_or_group_at_a_time(method):
    made = design(method)
    moved = np.diff(made.cube().reshape(method.size, made.unit, -1), axis=1) != 0
    groups = np.array(GROUPS if method.groups else [factor.label for factor in FACTORS])
    for trajectory in moved:
        turns = [set(groups[step]) for step in trajectory]
        assert all(len(turn) == 1 for turn in turns)
        assert set.union(*turns) == set(groups)


def test_a_random_sample_is_a_latin_hypercube_every_256_runs():
    cube = design(Method(name="pawn", size=512)).cube(256, 512)
    for column in cube.T:
        np.testing.assert_array_equal(np.sort((column * 256).astype(int)), np.arange(256))


def test_values_are_in_the_units_of_the_factors():
    values = design(METHODS[0]).values(10, 20)
    assert list(values.index) == list(range(10, 20))
    np.testing.assert_allclose(values.to_numpy(), 1 + 2 * design(METHODS[0]).cube(10, 20))


class TestWithACalibration:
    """Draws are taken as they are, row by row, so that their dependence stays."""

    draws = pd.DataFrame({"a": np.arange(50.0), "b": -(np.arange(50.0) ** 3)})
    factors = (
        FACTORS[0],
        *(Factor(name, name, "Dmnl", "set", (name,), None) for name in ("a", "b")),
    )

    def design(self, size):
        method = Method(name="given-data", size=size)
        return Design(method, SEED, self.factors, self.draws)

    def test_rows_are_rows_of_the_draws(self):
        values = self.design(120).values()
        np.testing.assert_array_equal(values["b"], -(values["a"] ** 3))

    def test_every_draw_comes_before_one_comes_again(self):
        values = self.design(120).values()["a"].to_numpy()
        assert sorted(values[:50]) == sorted(values[50:100]) == list(range(50))

    def test_other_factors_vary_with_them(self):
        cube = self.design(120).cube()
        assert abs(np.corrcoef(cube[:, 0], cube[:, 1])[0, 1]) < 0.3
        np.testing.assert_allclose(cube[:, 1] + cube[:, 2], 1)

    def test_a_larger_sample_begins_with_the_smaller_one(self):
        pd.testing.assert_frame_equal(self.design(240).values(0, 120), self.design(120).values())
