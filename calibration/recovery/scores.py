"""Whether intervals hold the truth, and whether they say more than was believed before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.calibration.recovery.compute import Known
from smecluster.calibration.recovery.protocol import Bars
from smecluster.model.presentation.language.catalogue import mark

Floats = NDArray[np.float64]

#: What is judged, in the order of the page.
ALL, DECIDED = mark("all constants"), mark("constants that the figures decide")
#: How the ends of an interval follow from draws: a new draw lies between them as often as it says,
#: however few there are. (The usual way gives ends that are too close: of 35 draws, 85 % lie
#: between those of 90 %. Hyndman and Fan 1996, The American Statistician 50(4), definition 6.)
ENDS: Literal["weibull"] = "weibull"
# Members of the prior that a score is compared with.
_PRIOR = 400


def score_constants(
    names: Sequence[str], sets: Sequence[Known], root: Floats, level: float
) -> pd.DataFrame:
    """Score the draws of every constant against the truths.

    Parameters
    ----------
    names : sequence of str
        The constants.
    sets : sequence of Known
        The data sets.
    root : array of float, shape (constants, constants)
        Turns points into scores, which are standard normal in the prior; see `Priors.root`.
    level : float
        Of the intervals.

    Returns
    -------
    pandas.DataFrame
        A row a constant: ``name``, ``covered`` (share of data sets), ``contraction`` of the prior's
        variance, averaged over them, ``crps ratio`` and ``width ratio`` to the prior's; Dmnl.
    """
    edges = _find_edges(level)
    # The prior of every score is standard normal: even quantiles stand for it.
    prior = _spread_normal(_PRIOR)
    prior_width = float(np.ptp(np.quantile(prior, edges)))
    rows = []
    for known in sets:
        truth, scores = known.truth @ root.T, known.points @ root.T
        low, high = np.quantile(scores, edges, axis=0, method=ENDS)
        rows.append(
            (
                (low <= truth) & (truth <= high),
                1 - scores.var(axis=0, ddof=1),
                _score(truth, scores.T),
                _score(truth, np.broadcast_to(prior, (len(truth), len(prior)))),
                (high - low) / prior_width,
            )
        )
    covered, contraction, crps, before, width = (
        np.mean(values, axis=0) for values in zip(*rows, strict=True)
    )
    return pd.DataFrame(
        {
            "name": list(names),
            "covered": covered,
            "contraction": contraction,
            "crps ratio": crps / before,
            "width ratio": width,
        }
    )


def score_answer(truth: Floats, draws: Sequence[Floats], level: float) -> dict[str, float]:
    """Score the draws of one number against its truths.

    Parameters
    ----------
    truth : array of float, shape (sets,)
        The truths; those of the other data sets are the prior of each.
    draws : sequence of array of float
        The draws for each data set.
    level : float
        Of the intervals.

    Returns
    -------
    dict of str to float
        ``covered``, ``crps ratio``, ``width ratio``, Dmnl, and ``sign``: in which share of the data
        sets more than half of the draws have the sign of the truth.
    """
    edges = _find_edges(level)
    held, crps, before, width, wide, signs = [], [], [], [], [], []
    for at, (value, drawn) in enumerate(zip(truth, draws, strict=True)):
        others = np.delete(truth, at)
        low, high = np.quantile(drawn, edges, method=ENDS)
        held.append(low <= value <= high)
        width.append(high - low)
        wide.append(float(np.ptp(np.quantile(others, edges))))
        crps.append(float(_score(np.array([value]), drawn[None])[0]))
        before.append(float(_score(np.array([value]), others[None])[0]))
        signs.append((np.mean(drawn > 0) > 0.5) == (value > 0))
    return {
        "covered": float(np.mean(held)),
        "crps ratio": float(np.sum(crps) / np.sum(before)),
        "width ratio": float(np.sum(width) / np.sum(wide)),
        "sign": float(np.mean(signs)),
    }


def judge(
    constants: pd.DataFrame, answers: dict[str, dict[str, float]], sets: int, bars: Bars
) -> pd.DataFrame:
    """Hold what came out against the bars.

    Parameters
    ----------
    constants : pandas.DataFrame
        As `score_constants` gives it.
    answers : dict of str to dict
        By yardstick, as `score_answer` gives them.
    sets : int
        How many data sets.
    bars : Bars
        The bars.

    Returns
    -------
    pandas.DataFrame
        A row for each of what is judged: ``of``, ``sets``, ``constants`` (how many; 0 for an
        answer), ``covered``, ``crps ratio``, ``width ratio``, and whether each meets its bar:
        ``coverage met``, ``better than the prior`` (not asked of all constants together).
    """
    decided = constants[constants["contraction"] >= bars.decided]
    rows = []
    for name, part in ((ALL, constants), (DECIDED, decided)):
        means = {key: float(part[key].mean()) for key in ("covered", "crps ratio", "width ratio")}
        rows.append({"of": name, "sets": sets, "constants": len(part), **means})
    for name, found in answers.items():
        kept = {key: found[key] for key in ("covered", "crps ratio", "width ratio")}
        rows.append({"of": name, "sets": sets, "constants": 0, **kept})
    table = pd.DataFrame(rows)
    low, high = bars.coverage
    table["coverage met"] = table["covered"].between(low, high)
    better = (table["crps ratio"] < bars.ratio) & (table["width ratio"] < bars.ratio)
    table["better than the prior"] = better
    return table


def _find_edges(level: float) -> tuple[float, float]:
    return (1 - level) / 2, (1 + level) / 2


def _spread_normal(count: int) -> Floats:
    from scipy.special import ndtri

    return np.asarray(ndtri((np.arange(count) + 0.5) / count))


def _score(truth: Floats, members: Floats) -> Floats:
    """CRPS of ensembles, shape (n, members), against numbers, shape (n,)."""
    import scoringrules

    return np.asarray(scoringrules.crps_ensemble(truth, members, estimator="pwm", backend="numpy"))
