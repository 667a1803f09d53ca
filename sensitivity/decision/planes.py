"""The plane of two constants: where one strategy is ahead of another, and where the other is.

Two boundaries are found. One is that of the expected difference given the two constants, with all
others as uncertain as they are: it is what someone who knew the two would decide by. The other
keeps all others at the model's own values, and is run. Where the two are far apart, the values of
the others matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import ndtri

from smecluster.sensitivity.decision.surface import Floats, fit_surface, offer_terms

#: Steps of a grid along each constant.
STEPS = 13
#: Quantiles of the draws that a plane spans.
_EDGES = (0.025, 0.975)
#: Constants that a map is made of.
MOST = 3


@dataclass(frozen=True)
class Plane:
    """The difference between two strategies in the plane of two constants.

    Attributes
    ----------
    constants : tuple of str
        Along and up.
    units : tuple of str
        Their units.
    along, up : ndarray (steps,)
        Values of each, in its unit.
    expected : ndarray (steps up, steps along)
        Expected difference, first less second, yuan a yuan.
    alone : ndarray (steps up, steps along)
        The same with all other constants at the model's values; missing where runs fail.
    points : ndarray (draws, 2)
        The draws, in the constants' units.
    ahead : ndarray of bool (draws,)
        Whether the first strategy is ahead in each.
    own : tuple of float
        The model's values.
    """

    constants: tuple[str, str]
    units: tuple[str, str]
    along: Floats
    up: Floats
    expected: Floats
    alone: Floats
    points: Floats
    ahead: np.ndarray
    own: tuple[float, float]

    @property
    def turns(self) -> bool:
        """Whether another strategy is to be expected ahead in some part of the plane."""
        return bool((self.expected > 0).any() and (self.expected < 0).any())

    def table(self) -> pd.DataFrame:
        """Tabulate the plane: a row a point of the grid."""
        along, up = np.meshgrid(self.along, self.up)
        return pd.DataFrame(
            {
                "constant along": self.constants[0],
                "constant up": self.constants[1],
                "value along": along.ravel(),
                "value up": up.ravel(),
                "expected difference": self.expected.ravel(),
                "difference at the model's values": self.alone.ravel(),
            }
        )


def choose_constants(ranking: pd.DataFrame, table: pd.DataFrame) -> list[str]:
    """Choose the constants that a map is made of.

    Parameters
    ----------
    ranking : pandas.DataFrame
        See `sensitivity.decision.importance.rank_constants`.
    table : pandas.DataFrame
        The draws.

    Returns
    -------
    list of str
        Those that are above zero on their own, and then those that do most with others, at most
        three; switches have no axis.
    """
    found = ranking[ranking["constant"].isin(table.columns)]
    found = found[found["distinct"] | (found["with others"] > 0)]
    found = found.sort_values(["distinct", "with others"], ascending=False, kind="stable")
    ranged = [str(name) for name in found["constant"] if table[name].nunique() > STEPS]
    return ranged[:MOST]


def lay_grid(table: pd.DataFrame, constants: Sequence[str]) -> dict[str, Floats]:
    """Lay the values of each constant out evenly between quantiles of its draws."""
    grid = {}
    for name in constants:
        low, high = np.quantile(table[name], _EDGES)
        grid[name] = np.linspace(low, high, STEPS)
    return grid


def list_pairs(constants: Sequence[str]) -> list[tuple[str, str]]:
    """List the pairs that have a plane."""
    return list(combinations(constants, 2))


def cross_values(grid: dict[str, Floats], pair: tuple[str, str]) -> pd.DataFrame:
    """Cross the values of two constants: a row a point, the first constant changing fastest."""
    along, up = np.meshgrid(grid[pair[0]], grid[pair[1]])
    return pd.DataFrame({pair[0]: along.ravel(), pair[1]: up.ravel()})


def expect_difference(
    table: pd.DataFrame, pair: tuple[str, str], difference: Floats, points: pd.DataFrame
) -> Floats:
    """Estimate the expected difference at points of a plane.

    Parameters
    ----------
    table : pandas.DataFrame
        The draws.
    pair : tuple of str
        The two constants.
    difference : ndarray (draws,)
        First less second strategy.
    points : pandas.DataFrame
        Where to estimate it, see `cross_values`.

    Returns
    -------
    ndarray (points,)
        In the unit of the difference.
    """
    scores, there = [], []
    for name in pair:
        ordered = np.sort(table[name].to_numpy())
        share = (np.arange(len(ordered)) + 0.5) / len(ordered)
        scores.append(ndtri(np.interp(table[name], ordered, share)))
        there.append(ndtri(np.interp(points[name], ordered, share)))
    fitted = fit_surface(offer_terms(np.stack(scores, axis=1)), difference)
    return fitted.predict(np.stack(there, axis=1))
