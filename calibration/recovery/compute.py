"""Figures simulated from known constants, all of them drawn, and what a fit says of them.

The fit sees figures with the years and gaps of the real ones. It is the approximation that
forecasts use: the mode, and draws that randomise and optimise around it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from smecluster.calibration.posterior.mode import find_mode
from smecluster.calibration.posterior.randomised import draw_around
from smecluster.calibration.posterior.target import LOST, Target
from smecluster.calibration.recovery.protocol import Design
from smecluster.calibration.stages import Stages

Floats = NDArray[np.float64]

#: Draws the errors of a set of figures, shape (figures,).
DrawErrors = Callable[[np.random.Generator], Floats]
# Truths that are tried for a history that could have been published.
_TRIES = 200


@dataclass(frozen=True)
class Known:
    """A data set whose constants are known, and what its fit says.

    Attributes
    ----------
    truth : array of float, shape (constants,)
        In the coordinates of the priors.
    points : array of float, shape (draws, constants)
        Draws of the fit, in the same; as many as were solved.
    number : int
        Which of the data sets it is.
    """

    truth: Floats
    points: Floats
    number: int = 0


def recover(
    target: Target,
    draw_errors: DrawErrors,
    design: Design,
    sets: int,
    seed: int,
    stages: Stages,
) -> list[Known]:
    """Simulate data sets and fit each, or resume where that was left.

    Parameters
    ----------
    target : Target
        The -log posterior of the real figures, with `Design.time_step`.
    draw_errors : callable
        Draws log errors of the figures; see `SeriesErrors.draw`.
    design : Design
        How it is done.
    sets : int
        How many data sets.
    seed : int
        Seed of constants, errors and draws; the first sets of a longer test are the same.
    stages : Stages
        Where finished data sets are kept.

    Returns
    -------
    list of Known
        Without those of which no draw was solved.
    """
    tell = stages.track("data sets")
    found = []
    for number in range(sets):
        seeds = np.random.SeedSequence([seed, number])
        with threadpool_limits(1, "blas"):
            make = partial(_recover, target, draw_errors, design, seeds)
            arrays = stages.compute_arrays(f"set {number}", make, tells=True)
        tell(number + 1, sets)
        truth, points = (np.asarray(arrays[each], dtype=float) for each in ("truth", "points"))
        known = Known(truth, points, number)
        if len(known.points):
            found.append(known)
    return found


def _recover(
    target: Target, draw_errors: DrawErrors, design: Design, seeds: np.random.SeedSequence
) -> dict[str, Floats]:
    rng = np.random.default_rng(seeds)
    truth, offset = simulate_set(target, draw_errors, rng)
    known = replace(target, offset=offset)
    mode = find_mode(known, np.zeros(target.size), most=design.most_steps, quick=True)
    points = draw_around(known, mode, design.draws, rng)
    return {"truth": truth, "points": points}


def simulate_set(
    target: Target, draw_errors: DrawErrors, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Draw constants from their priors, and figures that they could have left.

    Parameters
    ----------
    target : Target
        The -log posterior of the real figures.
    draw_errors : callable
        See `recover`.
    rng : numpy.random.Generator
        For all that is random.

    Returns
    -------
    truth : array of float, shape (constants,)
        The constants, in the coordinates of the priors.
    offset : array of float, shape (errors,)
        Added to errors against the real figures, it makes them those against the simulated ones.

    Raises
    ------
    RuntimeError
        If no constants leave a history that could have been published.
    """
    for _ in range(_TRIES):
        truth = rng.standard_normal(target.size)
        errors = target.errors(truth)[0]
        noise = draw_errors(rng)
        # What is believed of combinations of constants belongs to the prior.
        beyond = errors[len(noise) :]
        plausible = np.log(rng.uniform()) < -0.5 * float(beyond @ beyond)
        if plausible and (errors[: len(noise)] != LOST).all():
            simulated = errors[: len(noise)] + noise
            return truth, np.concatenate([-simulated, np.zeros(len(beyond))])
    raise RuntimeError(f"none of {_TRIES} draws of the priors leaves a whole history")
