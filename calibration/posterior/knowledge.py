"""What the figures decide and what they leave to judgement: constants, pairs, directions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.calibration.posterior.guide import Guide
from smecluster.calibration.priors.table import Priors
from smecluster.calibration.problem.criteria import (
    CONFOUNDED,
    IDENTIFIED,
    LITTLE,
    MOVED,
    MUCH,
    NORMAL_90,
    PARTLY,
    PRIOR,
)

Floats = NDArray[np.float64]

_LEVELS = (0.05, 0.5, 0.95)
# Constants that are named for each direction.
_NAMED = 4
#: A constant is pressed against an end of its believed range if such a share of draws lies beyond.
PRESSED = 0.25


def judge_constants(priors: Priors, points: Floats) -> pd.DataFrame:
    """Judge what the figures say about each constant.

    Parameters
    ----------
    priors : Priors
        The priors.
    points : array of float, shape (draws, constants)
        Draws of the posterior.

    Returns
    -------
    pandas.DataFrame
        `Priors.table`, with ``low``, ``median`` and ``high`` of the posterior (5, 50 and 95 per
        cent) in the constant's unit; ``contraction``, the share of the variance of its score that
        the figures take away, and ``shift``, by how many standard deviations of the prior they
        move it, Dmnl; ``evidence``, whether the mean lies ``below``, ``above`` or ``within`` the
        believed range; ``beyond``, the share of draws on that side of the range on which more are,
        Dmnl: 0.05 in the prior; ``verdict``, see `calibration.problem.criteria`.
    """
    scores = priors.to_scores(points)
    low, median, high = np.quantile(priors.to_values(points), _LEVELS, axis=0)
    contraction = 1 - scores.var(axis=0, ddof=1)
    shift = scores.mean(axis=0)
    still = (contraction < LITTLE) & (np.abs(shift) < MOVED)
    return priors.table().assign(
        low=low,
        median=median,
        high=high,
        contraction=contraction,
        shift=shift,
        beyond=np.maximum((scores < -NORMAL_90).mean(axis=0), (scores > NORMAL_90).mean(axis=0)),
        evidence=np.select([shift < -NORMAL_90, shift > NORMAL_90], ["below", "above"], "within"),
        verdict=np.select([contraction >= MUCH, still], [IDENTIFIED, PRIOR], PARTLY),
    )


def list_pairs(priors: Priors, points: Floats) -> pd.DataFrame:
    """List the pairs of constants that the figures determine in combination only.

    Parameters
    ----------
    priors : Priors
        The priors.
    points : array of float, shape (draws, constants)
        Draws of the posterior.

    Returns
    -------
    pandas.DataFrame
        The closest first: ``first``, ``second``, ``correlation`` of their scores in the posterior,
        Dmnl. Pairs that are as close in the prior already are left out.
    """
    pairs = find_pairs(np.asarray(np.corrcoef(priors.to_scores(points).T)), priors.names)
    place = {name: at for at, name in enumerate(priors.names)}
    prior = priors.root @ priors.root.T
    before = np.array(
        [prior[place[one], place[two]] for one, two in pairs[["first", "second"]].to_numpy()]
    )
    closer = pairs["correlation"].abs().to_numpy() > np.abs(before) + LITTLE
    kept: pd.DataFrame = pairs.loc[closer].reset_index(drop=True)
    return kept


def list_directions(priors: Priors, guide: Guide, points: Floats) -> pd.DataFrame:
    """List the combinations of constants that the figures inform, the best informed first.

    Parameters
    ----------
    priors : Priors
        The priors.
    guide : Guide
        The directions that the figures inform on average over the posterior.
    points : array of float, shape (draws, constants)
        Draws of the posterior.

    Returns
    -------
    pandas.DataFrame
        ``direction`` (its number), ``contraction`` of the prior's variance along it, Dmnl, and
        ``constants``: those that weigh most, with the sign of their weight. Directions of which the
        figures take away less than a fifth of the variance are left out.
    """
    contractions = 1 - (points @ guide.directions).var(axis=0, ddof=1)
    scores = priors.root @ guide.directions
    rows: list[tuple[int, float, str]] = []
    for number in np.argsort(-contractions):
        if contractions[number] < LITTLE or guide.strengths[number] ** 2 < LITTLE:
            continue
        weights = scores[:, number]
        largest = np.argsort(-np.abs(weights))[:_NAMED]
        sign = np.sign(weights[largest[0]])
        named = [f"{'+' if sign * weights[at] > 0 else '-'} {priors.names[at]}" for at in largest]
        rows.append((len(rows) + 1, contractions[number], ", ".join(named)))
    return pd.DataFrame(rows, columns=["direction", "contraction", "constants"])


def compare_samplers(guide: Guide, points: Floats, others: Floats) -> pd.DataFrame:
    """Compare the walks with draws of another method, along what the figures inform.

    Parameters
    ----------
    guide : Guide
        The directions that the figures inform on average over the posterior.
    points : array of float, shape (draws, constants)
        Of the walks.
    others : array of float, shape (n, constants)
        Of the other method.

    Returns
    -------
    pandas.DataFrame
        A row a direction, the best informed first: ``direction``, ``mean`` and ``sd`` of the walks
        in standard deviations of the prior; ``shift`` of the other method's mean, in standard
        deviations of the walks, and ``sd ratio``, its standard deviation over theirs; Dmnl.
    """
    axes = guide.directions[:, guide.strengths > 1.0]
    one, other = points @ axes, others @ axes
    spread = one.std(axis=0, ddof=1)
    return pd.DataFrame(
        {
            "direction": np.arange(1, axes.shape[1] + 1),
            "mean": one.mean(axis=0),
            "sd": spread,
            "shift": (other.mean(axis=0) - one.mean(axis=0)) / spread,
            "sd ratio": other.std(axis=0, ddof=1) / spread,
        }
    )


def find_pairs(correlations: Floats, names: Sequence[str]) -> pd.DataFrame:
    """Find the pairs that are correlated beyond `CONFOUNDED`, the closest first."""
    first, second = np.nonzero(np.abs(np.triu(correlations, k=1)) > CONFOUNDED)
    pairs = pd.DataFrame(
        {
            "first": [names[int(at)] for at in first],
            "second": [names[int(at)] for at in second],
            "correlation": correlations[first, second],
        }
    )
    return pairs.sort_values("correlation", key=np.abs, ascending=False, ignore_index=True)
