"""What it would be worth to know more before deciding, in the unit of the benefit.

The options are the strategies and doing nothing. With what is known today the best one is that with
the greatest expected benefit. Whoever knew the truth would choose the best in each draw: the mean
gain of that is the expected value of perfect information (EVPI). Whoever knew some constants would
choose what is best to be expected given them: the expected value of partial perfect information
(EVPPI). Strong, Oakley and Brennan (2014, doi:10.1177/0272989X13505910) find the expectations by
regression of the benefit on the constants, over the draws.

Their estimate fits and judges on the same draws: it is never below zero, and too high where the fit
follows noise. The value that is reported is judged on draws that the fit has not seen: what the
choice made by the fit gains there, benefit by benefit. It is a mean of draws with an ordinary
standard error, it is not too high (a choice made by regression cannot beat the best choice), and it
may fall below zero where there is nothing to gain. The other stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from smecluster.sensitivity.decision.surface import (
    Floats,
    Integers,
    estimate_error,
    fit_surface,
    offer_terms,
    predict_unseen,
)

# Less than this share of the largest benefit is rounding.
_ROUNDING = 1e-12


def value_perfect(benefits: Floats, labels: Integers) -> tuple[float, float]:
    """Estimate the expected value of perfect information.

    Parameters
    ----------
    benefits : ndarray (draws, options)
        Benefit of each option in each draw, finite.
    labels : ndarray of int (draws,)
        Draws with the same label belong together.

    Returns
    -------
    value, error : float
        The value and its standard error, in the benefit's unit.
    """
    best = int(benefits.mean(axis=0).argmax())
    gains = benefits.max(axis=1) - benefits[:, best]
    return float(gains.mean()), estimate_error(gains, labels)


def value_partial(
    benefits: Floats, scores: Floats, labels: Integers, folds: Integers
) -> tuple[float, float, float, float]:
    """Estimate the expected value of knowing some constants.

    Parameters
    ----------
    benefits : ndarray (draws, options)
        Benefit of each option in each draw, finite.
    scores : ndarray (draws, constants)
        Normal scores of the constants that would be known.
    labels : ndarray of int (draws,)
        Draws with the same label belong together.
    folds : ndarray of int (draws,)
        See `sensitivity.decision.surface.split_folds`.

    Returns
    -------
    value : float
        What the choice by the fit gains in draws that it has not seen, in the benefit's unit.
    error : float
        Its standard error.
    fitted : float
        Estimate of Strong, Oakley and Brennan, from one fit to all draws.
    changed : float
        Share of the draws in which knowing would change the choice.
    """
    draws, options = benefits.shape
    best = int(benefits.mean(axis=0).argmax())
    offer = offer_terms(scores)
    unseen, seen = np.zeros((draws, options)), np.zeros((draws, options))
    for option in range(options):
        if option == best:
            continue
        # Against the best option, what both have in common is no noise.
        contrast = benefits[:, option] - benefits[:, best]
        unseen[:, option] = predict_unseen(offer, contrast, folds)
        seen[:, option] = fit_surface(offer, contrast).predict(scores)
    # A tie is left to what is best today.
    choice = np.where(unseen.max(axis=1) > 0, unseen.argmax(axis=1), best)
    gains = benefits[np.arange(draws), choice] - benefits[:, best]
    fitted = float(seen.max(axis=1).mean() - seen.mean(axis=0).max())
    changed = float((choice != best).mean())
    rounding = _ROUNDING * float(np.abs(benefits).max())
    fitted = fitted if fitted > rounding else 0.0
    return float(gains.mean()), estimate_error(gains, labels), fitted, changed


def tabulate_values(
    benefits: Floats,
    scores: Floats,
    groups: Mapping[str, Sequence[int]],
    labels: Integers,
    folds: Integers,
    progress: Callable[[], None] = lambda: None,
) -> pd.DataFrame:
    """Estimate the value of knowing each group of constants.

    Parameters
    ----------
    benefits : ndarray (draws, options)
        Benefit of each option in each draw, finite.
    scores : ndarray (draws, constants)
        Normal scores of all constants.
    groups : mapping of str to sequence of int
        Columns of `scores` by group.
    labels, folds : ndarray of int (draws,)
        See `value_partial`.
    progress : callable
        Called after each group.

    Returns
    -------
    pandas.DataFrame
        A row a group, the most valuable first: group, constants (how many), value, error (in the
        benefit's unit), fitted (the same unit), changed (share of draws).
    """
    rows = []
    for name, columns in groups.items():
        found = value_partial(benefits, scores[:, list(columns)], labels, folds)
        rows.append((name, len(columns), *found))
        progress()
    table = pd.DataFrame(
        rows, columns=["group", "constants", "value", "error", "fitted", "changed"]
    )
    return table.sort_values(
        ["value", "fitted", "group"], ascending=[False, False, True], ignore_index=True
    )


def is_distinct(value: Floats, error: Floats, compared: int) -> NDArray[np.bool_]:
    """Say whether values are above zero, at 5 per cent for all that are compared together.

    Parameters
    ----------
    value, error : ndarray
        Values and their standard errors.
    compared : int
        How many are looked at together; the largest of many is above zero by chance (Bonferroni).

    Returns
    -------
    ndarray of bool
    """
    return np.asarray(value > float(-ndtri(0.05 / max(compared, 1))) * error)
