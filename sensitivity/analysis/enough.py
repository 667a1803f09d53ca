"""Are there enough runs? The widest interval of the leading factors decides."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from smecluster.sensitivity.design.study_tables import LARGEST


@dataclass(frozen=True)
class Verdict:
    """Whether a study has enough runs.

    Parameters
    ----------
    enough : bool
        Whether the widest interval of the leading factors is below the limit.
    widest : float
        That interval's width, Dmnl (mu star: as a share of the output's greatest mu star).
    needed : int
        Size at which it is likely to be: intervals narrow with the square root of the size.
    text : str
        The verdict in words.
    """

    enough: bool
    widest: float
    needed: int
    text: str


def judge_size(
    indices: pd.DataFrame, headline: str, size: int, width: float, leading: int = 5
) -> Verdict:
    """Judge whether the leading factors are known well enough, or the size should double.

    Parameters
    ----------
    indices : pandas.DataFrame
        In long form: scenario, output, index, factor, value, low, high.
    headline : str
        The index to judge by.
    size : int
        Of the study: base points, trajectories or runs.
    width : float
        Widest interval allowed, upper less lower end, Dmnl; for mu star as a share of the
        output's greatest.
    leading : int
        Number of factors with the greatest index that count, for each output.

    Returns
    -------
    Verdict
        Not enough, too, if no output has an index at all, or an index has no interval.
    """
    part = indices[indices["index"] == headline].dropna(subset=["value"])
    if part.empty:
        text = "No output varies, so there is no index, however many runs there are."
        return Verdict(False, math.nan, size, text)
    keys = ["scenario", "output"]
    part = part.sort_values("value", ascending=False).groupby(keys, sort=False).head(leading)
    spread = part["high"] - part["low"]
    if headline == "mu star":
        spread = spread / part.groupby(keys)["value"].transform("max")
    # An index without an interval is not known at all.
    at = int(spread.fillna(math.inf).to_numpy().argmax())
    widest, worst = float(spread.iloc[at]), part.iloc[at]
    if math.isnan(widest):
        text = (
            f"The runs are not enough: {headline} of {worst['factor']!r} for {worst['output']} "
            "has no interval."
        )
        return Verdict(False, math.nan, 2 * size, text)
    where = (
        f"the widest interval among the {leading} leading factors is {widest:.3f} "
        f"({headline} of {worst['factor']!r} for {worst['output']})"
    )
    if widest <= width:
        text = f"The runs are enough: {where}, within the limit of {width:g}."
        return Verdict(True, widest, size, text)
    needed = 1 << math.ceil(math.log2(size * (widest / width) ** 2))
    should = f"A size of about {needed:,} instead of {size:,} should be enough."
    if needed > LARGEST:
        should = (
            "No size that a study may have would be enough: accept wider intervals, or leave "
            "factors out."
        )
    text = f"The runs are not enough: {where}, wider than the limit of {width:g}. {should}"
    return Verdict(False, widest, needed, text)
