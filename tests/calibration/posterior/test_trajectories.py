"""Moves along a surrogate lead to draws of the posterior itself, however rough the surrogate."""

import emcee
import numpy as np
import pytest

from smecluster.calibration.posterior.trajectories import Trajectories

K = 3
COVARIANCE = np.array([[1.0, 0.9, 0.0], [0.9, 1.0, 0.0], [0.0, 0.0, 4.0]])
PRECISION = np.linalg.inv(COVARIANCE)


def exact(at):
    return 0.5 * np.einsum("ni,ij,nj->n", at, PRECISION, at), at @ PRECISION


def rough(at):
    """Too narrow in one direction, too wide in another, and beside the truth."""
    precision = PRECISION * np.outer([1.3, 1.0, 0.8], [1.3, 1.0, 0.8])
    moved = at - 0.3
    return 0.5 * np.einsum("ni,ij,nj->n", moved, precision, moved), moved @ precision


def sampled(cost, steps=1500, walkers=24):
    moves = Trajectories(cost, np.linalg.cholesky(COVARIANCE))
    sampler = emcee.EnsembleSampler(
        walkers, K, lambda at: -exact(at)[0], moves=emcee.moves.MHMove(moves), vectorize=True
    )
    state = emcee.State(
        np.random.default_rng(1).normal(size=(walkers, K)),
        random_state=np.random.RandomState(1).get_state(),
    )
    sampler.run_mcmc(state, steps)
    return sampler


def test_along_an_exact_surrogate_every_move_is_accepted():
    assert sampled(exact, steps=50).acceptance_fraction.mean() > 0.999


@pytest.mark.parametrize("cost", [exact, rough])
def test_the_draws_are_of_the_posterior_whatever_the_surrogate(cost):
    sampler = sampled(cost)
    flat = sampler.get_chain(discard=100, flat=True)
    np.testing.assert_allclose(flat.mean(axis=0), 0.0, atol=0.06)
    np.testing.assert_allclose(np.cov(flat.T), COVARIANCE, atol=0.15)


def test_the_length_of_steps_is_adapted_while_tuning_only():
    moves = Trajectories(exact, 5 * np.eye(K))
    at, rng = np.ones((32, K)), np.random.RandomState(1)
    first = moves.step
    moves(at, rng)
    assert moves.step == first
    moves.tuning = True
    for _ in range(40):
        at, _ = moves(at, rng)
    assert moves.step < 0.5 * first


def test_a_trajectory_that_runs_away_stays_where_it_was():
    def steep(at):
        return (at**4).sum(axis=1), 4 * at**3

    moves = Trajectories(steep, np.eye(K))
    at = np.full((8, K), 1e3)
    new, factor = moves(at, np.random.RandomState(1))
    np.testing.assert_array_equal(new, at)
    np.testing.assert_array_equal(factor, 0.0)
