"""How far to trust indices, in words: what is wrong with the runs, and what with the numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import spearmanr

from smecluster.model.support.errors import InputError
from smecluster.sensitivity.methods import Method
from smecluster.sensitivity.methods.estimates import Array

# An output varies if its range is more than rounding of its size.
_ROUNDING = 1e-10
# Rank correlation from which factors count as dependent, and more than chance can make.
_DEPENDENT = 0.3
# Share of the intervals of an index that may lie below zero.
_BY_CHANCE = 0.05
# An excess over a sum of 1 that two decimals show.
_WORTH_SAYING = 0.01
# Rank correlations are known well enough from so many runs.
_RANKED = 10_000


class Weight(IntEnum):
    """How much a remark matters: warnings come first."""

    WARNING = 0
    NOTE = 1


@dataclass(frozen=True, order=True)
class Remark:
    """One sentence or two on how far to trust the indices."""

    weight: Weight
    text: str


def make_warning(text: str) -> Remark:
    """Say what may make the indices wrong."""
    return Remark(Weight.WARNING, text)


def make_note(text: str) -> Remark:
    """Say how the indices are to be read."""
    return Remark(Weight.NOTE, text)


def refuse_missing(y: Array, names: Sequence[str]) -> None:
    """Refuse values that are not finite: SALib would give zeros for indices.

    Parameters
    ----------
    y : ndarray (runs, outputs)
        What came out.
    names : sequence of str
        The outputs.

    Raises
    ------
    InputError
        If a value is not finite.
    """
    bad = ~np.isfinite(y)
    if bad.any():
        at = int(np.argmax(bad.any(axis=0)))
        raise InputError(
            f"{int(bad[:, at].sum())} of {len(y)} runs have no finite {names[at]!r}: leave "
            "these runs out, or the whole blocks of the design that they belong to"
        )


def find_constant(y: Array) -> NDArray[np.bool_]:
    """Say of each output whether it is the same in all runs, up to rounding.

    Parameters
    ----------
    y : ndarray (runs, outputs)
        What came out, finite.

    Returns
    -------
    ndarray of bool (outputs,)
        True where nothing can be explained; SALib gives zeros there.
    """
    if not len(y):
        return np.ones(y.shape[1], dtype=bool)
    same: NDArray[np.bool_] = np.ptp(y, axis=0) <= _ROUNDING * np.abs(y).max(axis=0)
    return same


def remark_on_constants(names: Sequence[str]) -> list[Remark]:
    """Say which outputs have no indices because they do not vary."""
    if not names:
        return []
    verb = "is" if len(names) == 1 else "are"
    return [
        make_warning(
            f"{summarise_names(names)} {verb} the same in all runs: no factor matters there, and "
            "it has no index (which is not an index of zero)."
        )
    ]


def remark_on_size(method: Method, size: int) -> list[Remark]:
    """Say whether the study has a fitting size.

    Parameters
    ----------
    method : Method
        The method.
    size : int
        Base points, trajectories, runs a factor, or runs.
    """
    remarks = []
    if method.powers_of_two and size & (size - 1):
        below = 1 << (size.bit_length() - 1)
        remarks.append(
            make_warning(
                f"N = {size} is not a power of two: the points of the Sobol' sequence are not "
                f"balanced; take {below} or {2 * below}."
            )
        )
    if size < method.advised:
        remarks.append(
            make_warning(
                f"{size:,} {method.sized} are few for {method.title}; "
                f"{method.advised:,} or more are advised. Look at the intervals."
            )
        )
    return remarks


def remark_on_dependence(method: Method, names: Sequence[str], x: Array) -> list[Remark]:
    """Say whether factors depend on each other, and what that does to the indices.

    Parameters
    ----------
    method : Method
        The method.
    names : sequence of str
        The factors.
    x : ndarray (runs, factors)
        A random sample of them.
    """
    if len(names) < 2 or len(x) < 3:
        return []
    ranks = np.atleast_2d(np.asarray(spearmanr(x[:_RANKED]).statistic))
    if ranks.shape != (len(names), len(names)):
        return _remark_on_pair(method, names, float(ranks.ravel()[0]))
    strength = np.abs(np.triu(ranks, 1))
    one, other = divmod(int(np.nanargmax(strength)), len(names))
    return _remark_on_pair(method, (names[one], names[other]), float(ranks[one, other]))


def _remark_on_pair(method: Method, names: Sequence[str], correlation: float) -> list[Remark]:
    if abs(correlation) < _DEPENDENT:
        return []
    which = f"{names[0]!r} and {names[1]!r} (rank correlation {correlation:.2f})"
    if not method.given_data:
        return [
            make_warning(
                f"Factors depend on each other, most of all {which}: {method.title} assumes "
                "that they do not; use a given-data method."
            )
        ]
    return [
        make_note(
            f"Factors depend on each other, most of all {which}: the index of a factor "
            "includes what it shares with factors that move with it, and indices may sum to more "
            "than 1. Given enough runs, 'own' and 'shared' of HDMR separate the two."
        )
    ]


def remark_on_indices(
    table: pd.DataFrame, method: Method, *, dependent: bool = False
) -> list[Remark]:
    """Say what the numbers themselves give away.

    Parameters
    ----------
    table : pandas.DataFrame
        Indices in long form: scenario, output, index, factor, value, low, high, effective, trusted.
    method : Method
        The method that gave them.
    dependent : bool
        Whether factors depend on each other.
    """
    return [
        *_remark_on_handful(table, method),
        *_remark_on_negative(table),
        *([] if dependent else _remark_on_sums(table)),
        *_remark_on_method(method),
    ]


def _remark_on_handful(table: pd.DataFrame, method: Method) -> list[Remark]:
    """Say which outputs rest on too few runs for their intervals."""
    wrong = table[(table["effective"] < method.least) & table["value"].notna()]
    if wrong.empty:
        return []
    units = "trajectories" if method.name == "morris" else "runs"
    return [
        make_warning(
            f"Intervals of {summarise_names(wrong['output'])} are not to be trusted: a rare event "
            f"or a heavy tail leaves effectively {wrong['effective'].min():.0f} {units} (at least "
            f"{method.least:.0f} are needed). Another sample may give other indices."
        )
    ]


def _remark_on_negative(table: pd.DataFrame) -> list[Remark]:
    remarks = []
    for name in ("first order", "total", "PAWN", "delta", "separation", "own"):
        part = table[(table["index"] == name) & (table["value"] < 0)]
        if part.empty:
            continue
        count, every = len(part), int((table["index"] == name).sum())
        worst = part.iloc[int(part["value"].to_numpy().argmin())]
        beyond = int((part["high"] < 0).sum())
        # Some intervals of indices that are zero miss it by chance.
        if beyond > _BY_CHANCE * every:
            remarks.append(
                make_warning(
                    f"{beyond} of {every} indices ({name}) lie below zero by more than their "
                    f"intervals, which cannot be: take more runs (worst: {worst['factor']!r} "
                    f"for {worst['output']}, {worst['value']:.3f})."
                )
            )
        else:
            most = "nearly all" if beyond else "all"
            remarks.append(
                make_note(
                    f"{count} of {every} indices ({name}) lie below zero, {most} "
                    f"within their intervals: read them as zero (lowest {worst['value']:.3f})."
                )
            )
    return remarks


def _remark_on_sums(table: pd.DataFrame) -> list[Remark]:
    sums = sum_first_order(table)
    if sums.empty:
        return []
    above = sums[sums["low"] > 1 + _WORTH_SAYING]
    remarks = []
    if len(above):
        worst = above.iloc[int(above["value"].to_numpy().argmax())]
        remarks.append(
            make_warning(
                f"First-order indices sum to more than 1 for {summarise_names(above['output'])} "
                f"(most: {worst['value']:.2f}): take more runs, or the factors are not independent."
            )
        )
    apart = sums[sums["high"] < 0.8]
    if len(apart):
        worst = apart.iloc[int(apart["value"].to_numpy().argmin())]
        remarks.append(
            make_note(
                f"First-order indices sum to less than 0.8 for {summarise_names(apart['output'])} "
                f"(least: {worst['value']:.2f}): the rest of the variance comes from "
                "interactions; read the total indices."
            )
        )
    return remarks


def sum_first_order(table: pd.DataFrame) -> pd.DataFrame:
    """Sum the first-order indices of each output: scenario, output, value, low, high.

    The interval is the method's own where it has one, otherwise that of independent indices.
    """
    keys = ["scenario", "output"]
    own = table[table["index"] == "sum of first order"]
    if len(own):
        return own[[*keys, "value", "low", "high"]].dropna()
    part = table[table["index"] == "first order"].dropna(subset=["value"])
    if part.empty:
        return part[[*keys, "value", "low", "high"]]
    squares = part.assign(square=(part["high"] - part["value"]) ** 2)
    found = squares.groupby(keys, sort=False).agg(value=("value", "sum"), square=("square", "sum"))
    half = np.sqrt(found.pop("square"))
    return found.assign(low=found["value"] - half, high=found["value"] + half).reset_index()


def _remark_on_method(method: Method) -> list[Remark]:
    if method.name == "fast":
        return [
            make_note(
                "FAST's intervals come from halves of its search curves and are only "
                "indicative, as SALib itself says."
            )
        ]
    if method.indicative:
        return [
            make_note(
                f"Intervals of {' and '.join(method.indicative)} are only indicative: they leave "
                "out the bias of the classes that the runs are divided into. With 512 runs, 90 % "
                "intervals held the exact first-order index in about half of the cases."
            )
        ]
    if method.name == "rbd-fast":
        return [
            make_note(
                "RBD-FAST's intervals are about 1.4 times too wide, since SALib draws each from "
                "half of the runs."
            )
        ]
    return []


def summarise_names(names: Iterable[str], most: int = 3) -> str:
    """Name a few things and count the rest."""
    every = list(dict.fromkeys(str(name) for name in names))
    # Semicolons separate names that contain commas.
    comma = "; " if any("," in name for name in every) else ", "
    if len(every) > most + 1:
        return f"{comma.join(every[:most])} and {len(every) - most} more"
    if len(every) < 2:
        return "".join(every)
    return f"{comma.join(every[:-1])} and {every[-1]}"
