"""How much of the difference between two strategies each constant explains: not of its level.

The share of the variance of the difference that knowing one constant takes away (the first-order
Sobol' index), by regression of the difference on the constant in draws that the fit has not seen.
Any draws will do, also of constants that depend on each other: then the share is what knowing the
constant alone takes away, with what it says of the others. A constant without influence has a share
of zero or a little less.

Beside it stands what the constant does together with others: the share of the variance that the
terms with it have in one fit to all constants, which is the total Sobol' index of the fit where
constants are independent. It also finds small effects, which drown in what the others do when each
constant stands alone; but it is not judged on unseen draws, and has no error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from smecluster.sensitivity.decision.information import is_distinct
from smecluster.sensitivity.decision.surface import (
    Floats,
    Integers,
    estimate_error,
    fit_surface,
    offer_terms,
    predict_unseen,
    share_variance,
)

#: The row of all constants together.
ALL = "all constants together"
# Polynomials that every fit to a single constant has: of degrees 1 to 4.
_ALWAYS = 4
# A constant is looked at in fifths: who is ahead where it is low, and where it is high?
_PART = 0.2


def rank_constants(
    difference: Floats,
    scores: Floats,
    names: Sequence[str],
    labels: Integers,
    folds: Integers,
    progress: Callable[[], None] = lambda: None,
) -> pd.DataFrame:
    """Rank constants by what they explain of a difference.

    Parameters
    ----------
    difference : ndarray (draws,)
        First less second strategy, finite.
    scores : ndarray (draws, constants)
        Normal scores, see `sensitivity.decision.surface.find_scores`.
    names : sequence of str
        The constants.
    labels, folds : ndarray of int (draws,)
        Which draws belong together, and their folds.
    progress : callable
        Called after each constant.

    Returns
    -------
    pandas.DataFrame
        A row a constant, the most important first, then `ALL`: constant, share (of variance,
        Dmnl), error (standard error), distinct (whether it is above zero at 5 per cent for all
        constants together), with others (share of variance of the terms with it in the fit to all,
        Dmnl), direction (+1 if the first strategy gains with the constant, -1 if it
        loses, Dmnl), ahead where low, ahead where high (share of the draws in which the first is
        ahead, where the constant is in its lowest and highest fifth, Dmnl).
    """
    low, high = np.quantile(scores, [_PART, 1 - _PART], axis=0)
    ahead = difference > 0
    whole = fit_surface(offer_terms(scores), difference)
    together = share_variance(whole, scores, difference)
    rows = []
    for at, name in enumerate(names):
        own = scores[:, at]
        share, error = measure_share(difference, own[:, None], labels, folds)
        sides = [float(ahead[side].mean()) for side in (own <= low[at], own >= high[at])]
        moves = float(np.sign(np.sum((own - own.mean()) * (difference - difference.mean()))))
        rows.append((name, share, error, float(together[at]), moves, *sides))
        progress()
    columns = ["constant", "share", "error", "with others", "direction"]
    table = pd.DataFrame(rows, columns=[*columns, "ahead where low", "ahead where high"])
    table.insert(
        3,
        "distinct",
        is_distinct(table["share"].to_numpy(), table["error"].to_numpy(), len(table)),
    )
    table = table.sort_values(
        ["share", "with others", "constant"], ascending=[False, False, True], ignore_index=True
    )
    share, error = measure_share(difference, scores, labels, folds)
    progress()
    both = bool(is_distinct(np.array(share), np.array(error), 1))
    last = pd.DataFrame([{"constant": ALL, "share": share, "error": error, "distinct": both}])
    return pd.concat([table, last], ignore_index=True)


def measure_share(
    difference: Floats, scores: Floats, labels: Integers, folds: Integers
) -> tuple[float, float]:
    """Estimate the share of variance that knowing some constants takes away.

    Parameters
    ----------
    difference : ndarray (draws,)
        What varies, finite.
    scores : ndarray (draws, constants)
        Normal scores of the constants that are known.
    labels, folds : ndarray of int (draws,)
        Which draws belong together, and their folds.

    Returns
    -------
    share, error : float
        The share, at most 1, and its standard error (of a ratio of means), Dmnl; zero where
        nothing varies.
    """
    if np.ptp(difference) == 0:
        return 0.0, 0.0
    # Means of the same draws as the fits: a fit without terms has a share of zero.
    nothing = offer_terms(np.empty((len(difference), 0)))
    apart = (difference - predict_unseen(nothing, difference, folds)) ** 2
    variance = float(apart.mean())
    # A fit that may leave a weak constant out would say that it is known to be nothing.
    kept = _ALWAYS if scores.shape[1] == 1 else 0
    offer = offer_terms(scores)
    missed = (difference - predict_unseen(offer, difference, folds, kept)) ** 2
    # What these terms cost by chance, in draws that they were not fitted to.
    fitted = len(difference) * (1 - 1 / len(np.unique(folds)))
    missed = missed * (fitted + 1) / (fitted + 1 + kept)
    share = 1 - float(missed.mean()) / variance
    error = estimate_error((apart - missed - share * apart) / variance, labels)
    return share, error
