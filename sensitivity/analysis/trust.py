"""How far to trust indices, in words: what is wrong with the runs, and what with the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import spearmanr

from smecluster.model.errors import InputError
from smecluster.model.presentation.language.spoken import say
from smecluster.sensitivity.analysis.speaking import speak_name, summarise_names
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
    named = summarise_names(names)
    return [
        make_warning(
            say(
                "{outputs} is the same in all runs: no factor matters there, and it has no index "
                "(which is not an index of zero).",
                outputs=named,
            )
            if len(names) == 1
            else say(
                "{outputs} are the same in all runs: no factor matters there, and it has no index "
                "(which is not an index of zero).",
                outputs=named,
            )
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
                say(
                    "N = {size} is not a power of two: the points of the Sobol' sequence are not "
                    "balanced; take {below} or {above}.",
                    size=size,
                    below=below,
                    above=2 * below,
                )
            )
        )
    if size < method.advised:
        remarks.append(
            make_warning(
                say(
                    "{size} {sized} are few for {method}; {advised} or more are advised. Look at "
                    "the intervals.",
                    size=f"{size:,}",
                    sized=say(method.sized),
                    method=say(method.title),
                    advised=f"{method.advised:,}",
                )
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
    which = say(
        "{one} and {other} (rank correlation {correlation})",
        one=_quote(names[0]),
        other=_quote(names[1]),
        correlation=f"{correlation:.2f}",
    )
    if not method.given_data:
        return [
            make_warning(
                say(
                    "Factors depend on each other, most of all {which}: {method} assumes that they "
                    "do not; use a given-data method.",
                    which=which,
                    method=say(method.title),
                )
            )
        ]
    return [
        make_note(
            say(
                "Factors depend on each other, most of all {which}: the index of a factor includes "
                "what it shares with factors that move with it, and indices may sum to more than "
                "1. Given enough runs, 'own' and 'shared' of HDMR separate the two.",
                which=which,
            )
        )
    ]


def _quote(name: str) -> str:
    """Put a factor's name into quotation marks."""
    return repr(name) if say.english else say("'{title}'", title=speak_name(name))


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
    units = say("trajectories") if method.name == "morris" else say("runs")
    return [
        make_warning(
            say(
                "Intervals of {outputs} are not to be trusted: a rare event or a heavy tail leaves "
                "effectively {count} {units} (at least {least} are needed). Another sample may "
                "give other indices.",
                outputs=summarise_names(wrong["output"]),
                count=f"{wrong['effective'].min():.0f}",
                units=units,
                least=f"{method.least:.0f}",
            )
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
                    say(
                        "{count} of {every} indices ({index}) lie below zero by more than their "
                        "intervals, which cannot be: take more runs (worst: {factor} for {output}, "
                        "{value}).",
                        count=beyond,
                        every=every,
                        index=say(name),
                        factor=_quote(worst["factor"]),
                        output=speak_name(worst["output"]),
                        value=f"{worst['value']:.3f}",
                    )
                )
            )
        else:
            told = {
                "count": count,
                "every": every,
                "index": say(name),
                "value": f"{worst['value']:.3f}",
            }
            remarks.append(
                make_note(
                    say(
                        "{count} of {every} indices ({index}) lie below zero, nearly all within "
                        "their intervals: read them as zero (lowest {value}).",
                        **told,
                    )
                    if beyond
                    else say(
                        "{count} of {every} indices ({index}) lie below zero, all within their "
                        "intervals: read them as zero (lowest {value}).",
                        **told,
                    )
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
                say(
                    "First-order indices sum to more than 1 for {outputs} (most: {value}): take "
                    "more runs, or the factors are not independent.",
                    outputs=summarise_names(above["output"]),
                    value=f"{worst['value']:.2f}",
                )
            )
        )
    apart = sums[sums["high"] < 0.8]
    if len(apart):
        worst = apart.iloc[int(apart["value"].to_numpy().argmin())]
        remarks.append(
            make_note(
                say(
                    "First-order indices sum to less than 0.8 for {outputs} (least: {value}): the "
                    "rest of the variance comes from interactions; read the total indices.",
                    outputs=summarise_names(apart["output"]),
                    value=f"{worst['value']:.2f}",
                )
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
                say(
                    "FAST's intervals come from halves of its search curves and are only "
                    "indicative, as SALib itself says."
                )
            )
        ]
    if method.indicative:
        return [
            make_note(
                say(
                    "Intervals of {indices} are only indicative: they leave out the bias of the "
                    "classes that the runs are divided into. With 512 runs, 90 % intervals held "
                    "the exact first-order index in about half of the cases.",
                    indices=say.join([say(name) for name in method.indicative]),
                )
            )
        ]
    if method.name == "rbd-fast":
        return [
            make_note(
                say(
                    "RBD-FAST's intervals are about 1.4 times too wide, since SALib draws each "
                    "from half of the runs."
                )
            )
        ]
    return []
